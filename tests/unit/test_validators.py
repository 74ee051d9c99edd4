"""Every value that a caller gives: what is accepted is of the documented alphabet, and stays what it was."""

from __future__ import annotations

import json
import re
import string
from pathlib import PurePosixPath
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from deployer.api.deploy_body import DeployBody
from deployer.api.sanity_body import SanityBody
from deployer.errors import DeliveryInvalid, EventRefused
from deployer.push import PushTarget, delivery_id, push_of
from deployer.repository import Repository, branch_problem, commit_problem, path_problem
from deployer.session import is_session_id
from deployer.stack.stack import stack_name_problem, tag_problem
from deployer.template.parameters import text_problem

WORDS: Final = string.ascii_letters + string.digits
_ASCII: Final = r"""
https://github.com/ github.com octo hello main src a A 0 . .. / // - -- _ @ @{ : ; , = + # % ~ ^ \ * ? [ ] ( )
$ ` ' " < > | & ! .git .lock git~1 refs/ HEAD %2e%2e
"""
PIECES: Final = (*_ASCII.split(), "\u0430", "\u0131", "\uff0e", "\u202e", "\u00e9", "\u0301")
# Near to what is right, so that much of it is accepted; and anything at all.
NEAR: Final = st.lists(
    st.sampled_from([*PIECES, " ", "\n", "\r", "\t", "\0", "\x1b", "\x7f", "\ud800", "\u2028"]) | st.text(WORDS),
    max_size=6,
).map("".join)
TEXTS: Final = NEAR | st.text(st.characters(), max_size=300)


@given(TEXTS)
@example("octo/hello\n")
def test_any_repository(text: str) -> None:
    """Owner and name are of GitHub's alphabet, and rebuilt they are the same repository."""
    try:
        repository = Repository.from_text(text)
    except ValueError:
        return

    assert re.fullmatch(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}", repository.slug)
    assert Repository.from_text(repository.slug) == repository
    assert Repository.from_text(f"https://github.com/{repository.slug}.git/").slug == repository.slug


@given(TEXTS)
def test_any_branch(text: str) -> None:
    """What is accepted can be neither an option nor a revision, and leads to one reference."""
    if branch_problem(text) is None:
        assert set(text) <= set(WORDS + "_.+@#%=,/-") and len(text) <= 244
        assert not text.startswith(("-", "/", "refs/")) and not text.endswith((".", "/"))
        assert not re.search(r"\.\.|//|@\{|(^|/)\.|\.lock(/|$)", text)


@given(TEXTS | st.text("0123456789abcdef", min_size=39, max_size=41))
def test_any_commit(text: str) -> None:
    """Forty digits, or no commit."""
    assert (commit_problem(text) is None) == (len(text) == 40 and set(text) <= set("0123456789abcdef"))


@given(TEXTS)
@example("a/../b")
def test_any_path(text: str) -> None:
    """What is accepted is below the folder that it is put to, by the same name."""
    if path_problem(text) is None:
        assert set(text) <= set(WORDS + "_.@+=, ()[]-/") and len(text) <= 1024
        path = PurePosixPath("/top", text)
        assert str(path) == f"/top/{text}"
        assert not {"..", ".git"} & {part.lower() for part in path.parts}
        assert not any(part.startswith("-") for part in path.parts)


@given(TEXTS | st.text(WORDS + "-", max_size=140))
def test_any_stack_name(text: str) -> None:
    """Letters, digits and hyphens, a letter first: no ARN, which could name another stack."""
    allowed = 1 <= len(text) <= 128 and set(text) <= set(WORDS + "-") and text[0] in string.ascii_letters
    assert (stack_name_problem(text) is None) == allowed


@given(TEXTS, TEXTS)
@example("team", "a\nb")
def test_any_tag(key: str, value: str) -> None:
    """What is accepted is ASCII that CloudFormation takes, and none of AWS's or ours."""
    if tag_problem(key, value) is None:
        assert set(key + value) <= set(WORDS + " +-=._:/@")
        assert 1 <= len(key) <= 128 and len(value) <= 256
        assert not key.lower().startswith("aws:") and key not in {"ManagedBy", "DeploymentSessionId"}


@given(st.text(st.characters()))
@example("\0")
@example("\ufffe")
def test_any_parameter_value(value: str) -> None:
    """What is accepted can be said in XML and in UTF-8, as CloudFormation says it."""
    if text_problem(value) is None:
        assert value.encode().decode() == value
        assert all(char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff") for char in value)


@given(st.sampled_from([*DeployBody.model_fields, *SanityBody.model_fields]), st.data())
def test_any_value_of_any_field(field: str, data: st.DataObject) -> None:
    """Whatever a field is given, it is refused by its name, or it travels on as JSON that means the same."""
    model: Any = DeployBody if field in DeployBody.model_fields else SanityBody
    values = st.none() | st.booleans() | st.integers() | TEXTS | st.lists(TEXTS, max_size=2)
    value = data.draw(values | st.dictionaries(TEXTS, TEXTS, max_size=2))
    others = {"repository": "octo/hello"} if model is DeployBody else {"stackName": "shop"}
    body = others | {model.model_fields[field].alias or field: value}

    request = accepted(model, body)

    if request is not None:
        text = json.dumps(request, ensure_ascii=False)
        assert json.loads(text.encode()) == request
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text)


def accepted(model: type[DeployBody | SanityBody], body: dict[str, Any]) -> Any:
    """What travels on, or None for a body that is refused."""
    try:
        return model.model_validate(body).request()
    except ValidationError as error:
        assert all(each["loc"] or each["type"] == "value_error" for each in error.errors())
        return None


@given(TEXTS)
def test_any_session_id(text: str) -> None:
    """An id is of digits and hyphens: no key of a lock, and no other item's."""
    if is_session_id(text):
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)


@given(TEXTS)
def test_any_delivery(text: str) -> None:
    """GitHub's id of a delivery is of letters, digits and hyphens, or refused as ours."""
    try:
        assert set(delivery_id(text)) <= set(WORDS + "-")
    except DeliveryInvalid:
        return


@given(
    st.fixed_dictionaries(
        {"ref": TEXTS.map("refs/heads/".__add__), "after": TEXTS, "repository": st.none() | TEXTS}
    )
)
@example({"ref": "refs/heads/main", "after": "a" * 40, "repository": {"full_name": "octo/hello"}})
def test_any_push(payload: dict[str, Any]) -> None:
    """A push names a repository, a branch and a commit, or is refused as ours."""
    try:
        push = push_of(payload)
    except EventRefused:
        return
    assert branch_problem(push.branch) is None and commit_problem(push.commit) is None
    assert Repository.from_text(push.slug).slug == push.slug


@given(st.lists(NEAR, min_size=3, max_size=3).map(lambda parts: f"{parts[0]}/b@{parts[1]}={parts[2]}"))
@example("octo/hello/app@main=shop")
def test_any_push_target(text: str) -> None:
    """An owner's setting is read into checked parts, which make the same setting; or it is told as wrong."""
    try:
        target = PushTarget.from_text(text)
    except ValueError:
        return
    folder = f"/{target.project_root}" if target.project_root else ""
    rebuilt = f"{target.slug}{folder}@{target.branch}={target.stack_name}"
    assert PushTarget.from_text(rebuilt) == target
