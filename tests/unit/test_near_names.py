"""Which name was meant by one that is not there."""

from __future__ import annotations

import pytest

from deployer.near_names import did_you_mean, near, near_path


@pytest.mark.parametrize(
    ("name", "names", "found"),
    [
        ("src", ["Src", "srcs"], ["Src"]),
        ("handlr", ["handler", "README.md"], ["handler"]),
        ("src", ["docs"], []),
        ("x" * 300, ["x" * 299], []),
        ("X" * 300, ["x" * 300], ["x" * 300]),
    ],
)
def test_near(name: str, names: list[str], found: list[str]) -> None:
    """Letter case first, then what is spelled alike; long names are compared by letter case alone."""
    assert near(name, names) == found


def test_too_many_names() -> None:
    """They are compared by letter case alone."""
    names = [f"name{number}" for number in range(5001)]

    assert near("nam1", names) == []
    assert near("NAME1", names) == ["name1"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("A/b", ["a/b"]),
        ("a/bb.p", ["a/bb.py"]),
        ("fns/hello", ["src/hello", "old/v1/hello"]),
        ("nothing", []),
    ],
)
def test_near_path(path: str, found: list[str]) -> None:
    """In other letters, beside where it would be, or elsewhere by its name, the least deep first."""
    assert near_path(path, ["a/b", "a/bb.py", "old/v1/hello", "src/hello"]) == found


def test_words() -> None:
    """Nothing is said of no name."""
    assert did_you_mean([]) == ""
    assert did_you_mean(["a", "b"]) == "; did you mean a, b?"
