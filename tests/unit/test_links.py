"""Where symbolic links of a tree lead."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import PathUnsafe
from deployer.packaging.links import follow, resolve

NAMES = st.sampled_from(["a", "b", "c"])
PARTS = st.sampled_from(["a", "b", "c", "..", ".", ""])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
TARGETS = st.lists(PARTS, max_size=5).map("/".join)


@pytest.mark.parametrize(
    ("targets", "led"),
    [
        ({"x": "a"}, ["x", "a"]),
        ({"x": "./a//b/"}, ["x", "a/b"]),
        ({"p/x": "../a"}, ["p/x", "a"]),
        ({"p/x": ".."}, ["p/x", ""]),
        ({"p/x": "."}, ["p/x", "p"]),
        ({"x": "nowhere"}, ["x", "nowhere"]),
        ({"x": "y", "y": "z"}, ["x", "y", "z"]),
        ({"p/x": "d/../f", "p/d": "../q/r"}, ["p/x", "p/d", "q/f"]),
    ],
)
def test_a_link_inside(targets: dict[str, str], led: list[str]) -> None:
    """The links that are passed are told, and the end."""
    assert follow(next(iter(targets)), targets) == led


@pytest.mark.parametrize(
    "targets",
    [
        {"x": ".."},
        {"x": "/etc/passwd"},
        {"p/x": "../../etc"},
        {"x": "x"},
        {"x": "y", "y": "x"},
        {"x": "x/x"},
        {"p/x": "d/../../f", "p/d": ".."},
        {"x": "y", "y": "/proc/self/environ"},
    ],
)
def test_a_link_out(targets: dict[str, str]) -> None:
    """Out of the repository, or round in a circle, also by way of another link."""
    with pytest.raises(PathUnsafe, match=r"^the link (p/)?x -> "):
        follow(next(iter(targets)), targets)


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("x", "lib/x"),
        ("x/fn", "lib/x/fn"),
        ("x/up/a.py", "lib/a.py"),
        ("xy/fn", "xy/fn"),
        ("a/x", "a/x"),
        ("", ""),
    ],
)
def test_path_through_links(path: str, end: str) -> None:
    """A path means what a file system would find there, whichever of its folders is a link."""
    assert resolve(path, {"x": "lib/x", "lib/x/up": ".."}) == end


def test_path_through_a_link_out() -> None:
    """The link is named, not the path."""
    with pytest.raises(PathUnsafe, match=r"^the link x -> '/etc' leads out"):
        resolve("x/passwd", {"x": "/etc"})


@given(
    st.dictionaries(
        st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.lists(PARTS, max_size=5).map("/".join)
    )
)
def test_any_links(targets: dict[str, str]) -> None:
    """Whatever the links say, the end is a plain path inside, or it is refused."""
    for link in targets:
        try:
            *_, end = follow(link, targets)
        except PathUnsafe:
            continue
        assert not end.startswith("/")
        assert ".." not in Path(end).parts
