"""What git lists of a commit, read as it comes."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import PathUnsafe, RepositoryTooLarge
from tree import TreeEntry, below, check_path, read_tree

OID = "0123456789" * 4
PATHS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def listing(*records: tuple[str, str]) -> BytesIO:
    return BytesIO(b"".join(f"{mode} blob {OID}\t{path}\0".encode() for mode, path in records))


@given(st.lists(PATHS))
def test_any_names(paths: list[str]) -> None:
    """Whatever UTF-8 a name is made of, it comes out as it is, tabs and line feeds too."""
    entries = list(read_tree(listing(*(("100644", path) for path in paths)), max_files=1000))

    assert [entry.path for entry in entries] == paths


@pytest.mark.parametrize(
    ("mode", "read"),
    [("100644", "100644"), ("100664", "100644"), ("100755", "100755"), ("100775", "100755"), ("120000", "120000")],
)
def test_modes(mode: str, read: str) -> None:
    """Old tools' modes become one of git's."""
    [entry] = read_tree(listing((mode, "f")), max_files=1)

    assert entry.mode == read


def test_too_many_files() -> None:
    """One file more than allowed is enough to give up."""
    records = [("100644", str(number)) for number in range(4)]

    assert len(list(read_tree(listing(*records), max_files=4))) == 4
    with pytest.raises(RepositoryTooLarge, match="more than 3 files"):
        list(read_tree(listing(*records), max_files=3))


def test_an_endless_name() -> None:
    """A name without an end is not waited for."""
    with pytest.raises(PathUnsafe, match="path of more than"):
        list(read_tree(BytesIO(f"100644 blob {OID}\t".encode() + b"x" * 200_000), max_files=3))


def test_long_path_among_others() -> None:
    """It is refused wherever in the listing it stands, and told by its beginning."""
    with pytest.raises(PathUnsafe, match=r"more than 16,384 bytes: b'x{40}'\.\.\.$"):
        list(read_tree(listing(("100644", "a"), ("100644", "x" * 17_000), ("100644", "b")), max_files=3))


@pytest.mark.parametrize("text", [b"nonsense\0", b"100644 blob 01\tx\0", b"\0"])
def test_a_listing_that_is_none(text: bytes) -> None:
    """Something else than a listing is no listing."""
    with pytest.raises(EOFError):
        list(read_tree(BytesIO(text), max_files=3))


@pytest.mark.parametrize("path", [b"\xff", b"a/\xc3\x28"])
def test_a_name_that_is_no_text(path: bytes) -> None:
    """It is listed, and refused where it would have to be archived."""
    [entry] = read_tree(BytesIO(f"100644 blob {OID}\t".encode() + path + b"\0"), max_files=1)

    with pytest.raises(PathUnsafe):
        check_path(entry.path)


def test_below() -> None:
    """A folder is not its namesake's beginning; the top holds everything."""
    entries = [TreeEntry(path, "100644", OID) for path in ("a", "a.txt", "ab/c", "a/b", "d/a")]

    assert [entry.path for entry in below(entries, ["a"])] == ["a", "a/b"]
    assert [entry.path for entry in below(entries, ["ab", "d/a"])] == ["ab/c", "d/a"]
    assert below(entries, [""]) == entries
