"""A push as GitHub tells it: who signed it, which branch it is to, and what it is deployed to."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import DeliveryInvalid, EventRefused
from deployer.push import Push, PushTarget, check_signature, delivery_id, push_of, targets_for

COMMIT = "a" * 40
PUSH = Push(slug="octo/hello", branch="main", commit=COMMIT)
PAYLOAD: dict[str, Any] = {
    "ref": "refs/heads/main",
    "after": COMMIT,
    "deleted": False,
    "repository": {"full_name": "octo/hello"},
}


def test_signature_of_the_documentation() -> None:
    """The example of GitHub Docs, "Testing the webhook payload validation"."""
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    check_signature(b"Hello, World!", signature, "It's a Secret to Everybody")


@given(body=st.binary(max_size=64), signature=st.text(max_size=80) | st.just("sha256=" + "0" * 64))
def test_signature_of_somebody_else(body: bytes, signature: str) -> None:
    """Nothing but the one signature is taken, and whatever else it is, it is refused as such."""
    with pytest.raises(DeliveryInvalid):
        check_signature(body, signature, "It's a Secret to Everybody")


@pytest.mark.parametrize(
    "change",
    [str.upper, lambda text: f" {text}", lambda text: text[:-1], lambda text: text.removeprefix("sha256=")],
)
def test_signature_in_another_spelling(change: Any) -> None:
    """It is compared as GitHub writes it."""
    signature = f"sha256={hmac.new(b'secret', b'body', hashlib.sha256).hexdigest()}"
    check_signature(b"body", signature, "secret")

    with pytest.raises(DeliveryInvalid):
        check_signature(b"body", change(signature), "secret")


def test_push_to_a_branch() -> None:
    """It is deployed at the head that it left."""
    assert push_of(PAYLOAD | {"ref": "refs/heads/feature/x"}) == Push(
        slug="octo/hello", branch="feature/x", commit=COMMIT
    )


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (PAYLOAD | {"ref": "refs/tags/v1"}, "no branch"),
        (PAYLOAD | {"deleted": True, "after": "0" * 40}, "deleted"),
        (PAYLOAD | {"after": "main"}, "names no"),
        (PAYLOAD | {"ref": "refs/heads/--upload-pack=x"}, "names no"),
        (PAYLOAD | {"repository": {"full_name": "../.."}}, "names no"),
        (PAYLOAD | {"repository": "octo/hello"}, "names no"),
        ([], "no branch"),
        ("push", "no branch"),
        (None, "no branch"),
    ],
)
def test_push_that_deploys_nothing(payload: Any, why: str) -> None:
    """Tags, branches that are gone and what is no push are refused by what they are."""
    with pytest.raises(EventRefused, match=why):
        push_of(payload)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (
            "octo/hello@main=hello",
            PushTarget(slug="octo/hello", project_root="", branch="main", stack_name="hello"),
        ),
        (
            "octo/mono/services/api@release/1=api-1",
            PushTarget(slug="octo/mono", project_root="services/api", branch="release/1", stack_name="api-1"),
        ),
        ("octo/hello@a@b=c=d", PushTarget(slug="octo/hello", project_root="", branch="a@b=c", stack_name="d")),
    ],
)
def test_target(text: str, target: PushTarget) -> None:
    """A folder is what follows owner and name; a stack's name has neither @ nor =."""
    assert PushTarget.from_text(text) == target


@pytest.mark.parametrize(
    "text",
    ["", "octo/hello", "octo/hello@main", "octo/hello=x", "octo@main=x", "o/h@=x", "o/h@main=", "o/h@main=1x",
     "o/h/../x@main=x", "https://github.com/octo/hello@main=x", "o/h@-b=x", "o//h@main=x", "o/h/@main=/"],
)  # fmt: skip
def test_target_that_is_none(text: str) -> None:
    """What the owner wrote is named, with the form that it should have."""
    with pytest.raises(ValueError, match=r"is not|give https"):
        PushTarget.from_text(text)


def test_targets_of_a_push() -> None:
    """Every stack of that repository and branch; letter case counts in the branch alone."""
    texts = ["Octo/Hello@main=a", "octo/hello/api@main=b", "octo/hello@Main=c", "octo/other@main=d"]
    targets = [PushTarget.from_text(text) for text in texts]

    assert [target.stack_name for target in targets_for(PUSH, targets)] == ["a", "b"]
    with pytest.raises(EventRefused, match="octo/hello@main is not in WebhookBranches"):
        targets_for(PUSH, targets[2:])


@pytest.mark.parametrize("text", ["", "x", "a" * 65, "1234 5678", "1234567\n", "12345678/", "\uff11\uff12345678"])
def test_delivery_without_an_id(text: str) -> None:
    """What cannot be GitHub's id of a delivery is none."""
    with pytest.raises(DeliveryInvalid):
        delivery_id(text)
