"""The manifest: hostile until it is parsed, and the list of what detection reads."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import ArtifactInvalid
from deployer.project.manifest import MAX_CANDIDATES, candidates, candidates_below, parse_manifest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _manifest(**changes: Any) -> bytes:
    whole: dict[str, Any] = {
        "commit": COMMIT,
        "files": {"template.yaml": "100644"},
        "texts": {"template.yaml": "Resources: {}"},
        "oversized": [],
        "findings": [],
    }
    return json.dumps(whole | changes).encode()


def test_manifest() -> None:
    """A whole one comes back as it is."""
    finding = {"path": "template.yaml", "line": 1, "rule": "W1", "level": "warning", "message": "m"}

    manifest = parse_manifest(_manifest(findings=[finding]))

    assert manifest["texts"] == {"template.yaml": "Resources: {}"}
    assert manifest["findings"] == [finding]


@pytest.mark.parametrize(
    "changes",
    [
        {"commit": "main"},
        {"files": []},
        {"files": {"../x": "100644"}},
        {"files": {"/etc/passwd": "100644"}},
        {"files": {"a/../../b": "100644"}},
        {"files": {"a": "777"}},
        {"texts": {"template.yaml": 1}},
        {"oversized": None},
        {"links": []},
        {"links": {"../x": "a"}},
        {"links": {"x": "a" * 1025}},
        {"findings": [{}]},
        {"findings": [{"path": "a", "line": "1", "rule": "W1", "level": "warning", "message": "m"}]},
        {"findings": [{"path": "a", "line": 1, "rule": "W1", "level": "fatal", "message": "m"}]},
    ],
)
def test_manifest_with_a_wrong_part(changes: dict[str, Any]) -> None:
    """It is refused as a whole."""
    with pytest.raises(ArtifactInvalid):
        parse_manifest(_manifest(**changes))


def test_links() -> None:
    """What they say is taken for the links among the files alone; an earlier clone may have left none."""
    files = {"x": "120000", "a": "100644"}

    assert parse_manifest(_manifest(files=files, links={"x": "a", "a": "x", "y": "a"}))["links"] == {"x": "a"}
    assert parse_manifest(_manifest())["links"] == {}


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_bytes_that_are_no_manifest(data: bytes) -> None:
    """They are refused too."""
    with pytest.raises(ArtifactInvalid):
        parse_manifest(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["files", "texts", "oversized", "findings", "commit"]), json_values))
def test_any_manifest(changes: dict[str, Any]) -> None:
    """It is parsed, or ArtifactInvalid."""
    with suppress(ArtifactInvalid):
        parse_manifest(_manifest(**changes))


def test_texts_of_files_that_are_not_there() -> None:
    """A text counts only for a file of the commit."""
    assert parse_manifest(_manifest(texts={"other.yaml": "a: 1"}))["texts"] == {}


def test_candidates_in_the_root() -> None:
    """Templates first, the standard name before all; then what plain Lambda and CDK apps need; no more."""
    files = ["app/my.yaml", "app/template.yml", "app/package.json", "app/package-lock.json", "app/README.md"]
    files += [
        "app/template.yaml",
        "app/lambda_function.py",
        "app/cdk.json",
        "other/template.yaml",
        "app/x/template.yaml",
    ]

    assert candidates(files, "app", None) == [
        "app/template.yaml",
        "app/template.yml",
        "app/my.yaml",
        "app/cdk.json",
        "app/lambda_function.py",
        "app/package.json",
    ]


def test_candidates_below_the_root() -> None:
    """They are named like templates, shallow ones come first, and other people's folders are left out."""
    files = [
        "a/b/template.yaml",
        "a/stack.yaml",
        "a/values.yaml",
        "node_modules/x/template.yaml",
        ".aws-sam/template.yaml",
    ]
    files += ["tests/template.yaml", "a/index.js", "template.yaml", "b/my-cfn.template"]

    assert candidates_below(files, "", None) == [
        "a/stack.yaml",
        "b/my-cfn.template",
        "a/b/template.yaml",
        "a/index.js",
    ]


def test_template_that_was_asked_for() -> None:
    """It is the only candidate, whatever its name."""
    files = ["app/template.yaml", "app/deploy/odd.txt"]

    assert candidates(files, "app", "deploy/odd.txt") == ["app/deploy/odd.txt"]
    assert candidates_below(files, "app", "deploy/odd.txt") == []


def test_many_candidates() -> None:
    """There is a most: a repository of thousands of templates costs no more."""
    files = [f"p{number}/template.yaml" for number in range(5000)]

    assert len(candidates_below(files, "", None)) == MAX_CANDIDATES
