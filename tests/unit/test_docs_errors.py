"""docs/errors.md has every error that a caller can meet, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deployer import errors

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "errors.md").read_text()
SECTIONS = dict(re.findall(r"^##+ (\w+)\n\n(.+?)(?=\n##|\Z)", TEXT, re.DOTALL | re.MULTILINE))
OF_THE_GATEWAY = set(re.findall(r'"code":"(\w+)"', (ROOT / "template.yaml").read_text()))


def tree(root: type[errors.DeployerError]) -> list[type[errors.DeployerError]]:
    return [root, *(below for child in root.__subclasses__() for below in tree(child))]


def test_every_error_has_its_paragraph() -> None:
    """The headings are the errors of the tree and of API Gateway."""
    names = {error.__name__ for error in tree(errors.DeployerError)}

    assert set(SECTIONS) == names | OF_THE_GATEWAY


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_paragraph_says_something(name: str) -> None:
    """Each says when it comes and what to do."""
    assert len(SECTIONS[name].split()) >= 8


def test_tree_in_the_docstring() -> None:
    """The tree that is drawn is the tree that is there, in its order."""
    drawn = re.findall(r"^(?:│ {3})?(?:[├└]── )?([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)

    assert [name for name in drawn if hasattr(errors, name)] == [e.__name__ for e in tree(errors.DeployerError)]
