"""The clone task with repositories that mean harm, or are too much."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
from tests.clone_task import APP, LIMITS, PROJECT, SAM, UNKNOWN_COMMIT, Host
from tests.repositories import FOLDER, GITLINK, LINK, PROGRAM

if TYPE_CHECKING:
    from pathlib import Path


def test_a_tree_bomb(host: Host) -> None:
    """Ten levels of ten times the same folder are 10^10 files: they are not counted to the end."""
    folder = host.bare.tree([("100644", host.bare.blob(b"x"), "f")])
    for _ in range(10):
        folder = host.bare.tree([(FOLDER, folder, f"d{number}") for number in range(10)])
    commit = host.bare.commit_tree(folder)

    started = time.monotonic()
    result = host.clone(commit)

    assert result.error == ("RepositoryTooLarge", "there are more than 1,000 files")
    assert time.monotonic() - started < 30  # a second, on a machine with nothing else to do


def test_a_project_in_a_repository_of_too_many_files(host: Host) -> None:
    """With projectRoot, only what the project needs has to be within the limit."""
    many: dict[str, str | bytes] = {f"b/{number}": "" for number in range(1200)}
    project: dict[str, str | bytes] = {"a/template.yaml": SAM % "../shared", "shared/app.py": APP}
    commit = host.bare.commit({**many, **project})

    result = host.clone(commit, projectRoot="a")

    assert set(result.archive) == set(result.manifest["files"]) == set(project)


@pytest.mark.parametrize(("size", "limits"), [(1_000_001, {}), (900_000, {"maxTotalBytes": 800_000})])
def test_a_file_that_is_too_large(host: Host, size: int, limits: dict[str, int]) -> None:
    """Sizes count as they are unpacked: zeros take no room on the way."""
    commit = host.bare.commit({**PROJECT, "src/zeros": bytes(size)})

    code, message = host.clone(commit, limits={**LIMITS, **limits}).error

    assert code == "RepositoryTooLarge"
    assert f"{min(1_000_000, size, *limits.values()):,}" in message


def test_a_large_file_beside_the_project(host: Host) -> None:
    """What the project does not need is not even fetched."""
    commit = host.bare.commit(
        {f"a/{path}": text for path, text in PROJECT.items()} | {"b/zeros": bytes(2_000_000)}
    )

    assert host.clone(commit, projectRoot="a").report["error"] is None


def test_links_inside(host: Host) -> None:
    """A link within the repository stays a link, and what it leads to comes along, through other links too."""
    files: dict[str, str | bytes] = {
        "a/template.yaml": SAM % "src",
        "a/src/app.py": APP,
        "a/src/common": "../../shared/current",
        "shared/current": "v2",
        "shared/v2/lib.py": "x = 1\n",
        "shared/v1/lib.py": "x = 0\n",
    }
    commit = host.bare.commit(files, modes={"a/src/common": LINK, "shared/current": LINK})

    result = host.clone(commit, projectRoot="a")

    assert result.archive["a/src/common"] == b"../../shared/current"
    assert result.mode("a/src/common") & 0o170000 == 0o120000
    assert set(result.archive) == set(files) - {"shared/v1/lib.py"}


@pytest.mark.parametrize("code", ["src", "all/fn"])
def test_source_behind_a_link(host: Host, code: str) -> None:
    """A path of the template may be a link, or pass through one; the manifest tells what the links say."""
    links: dict[str, str | bytes] = {"a/src": "../lib/fn", "a/all": "../lib"}
    files: dict[str, str | bytes] = {"a/template.yaml": SAM % code, "lib/fn/app.py": APP, "lib/other/app.py": APP}
    commit = host.bare.commit({**files, **links, "b/large.bin": b"x" * 1000}, modes=dict.fromkeys(links, LINK))

    result = host.clone(commit, projectRoot="a")

    assert result.report["error"] is None
    assert "lib/fn/app.py" in result.archive
    assert "b/large.bin" not in result.archive
    assert result.manifest["links"] == links


def test_source_behind_a_link_elsewhere(host: Host) -> None:
    """What the template names outside of its folder may pass through a link too."""
    links: dict[str, str | bytes] = {"shared/now": "v2"}
    files: dict[str, str | bytes] = {"a/template.yaml": SAM % "../shared/now/fn", "shared/v2/fn/app.py": APP}
    commit = host.bare.commit({**files, **links, "shared/v1/fn/app.py": APP}, modes=dict.fromkeys(links, LINK))

    result = host.clone(commit, projectRoot="a")

    assert set(result.archive) == {*files, *links}


def test_source_behind_a_link_out(host: Host) -> None:
    """It is refused by the link's name."""
    commit = host.bare.commit({"template.yaml": SAM % "up/fn", "up": "../.."}, modes={"up": LINK})

    code, message = host.clone(commit).error

    assert (code, "the link up -> '../..'" in message) == ("PathUnsafe", True)


def test_template_that_is_a_link(host: Host) -> None:
    """It has the text of what it leads to; its paths are relative to the folder that the link is in."""
    files: dict[str, str | bytes] = {"shared/base.yaml": SAM % "src", "a/src/app.py": APP}
    links: dict[str, str | bytes] = {"a/template.yaml": "../shared/base.yaml"}
    commit = host.bare.commit({**files, **links}, modes=dict.fromkeys(links, LINK))

    result = host.clone(commit, projectRoot="a")

    assert result.manifest["texts"] == {"a/template.yaml": SAM % "src"}
    assert set(result.archive) == {*files, *links}


@pytest.mark.parametrize("target", ["/etc/passwd", "../shared", "nowhere"])
def test_template_that_is_a_link_to_no_text(host: Host, target: str) -> None:
    """A link out of the repository, to a folder or to nothing has no text."""
    files: dict[str, str | bytes] = {"shared/README": "", "a/template.yaml": target}
    commit = host.bare.commit(files, modes={"a/template.yaml": LINK})

    result = host.clone(commit, projectRoot="a")

    assert (result.report["error"], result.manifest["texts"]) == (None, {})


@pytest.mark.parametrize("target", ["/etc/passwd", "../../..", "up/../../etc", "loop", "/proc/self/environ"])
def test_a_link_out(host: Host, target: str) -> None:
    """A link that leaves the repository is refused by name."""
    links: dict[str, str | bytes] = {"src/leak": target, "src/up": "..", "src/loop": "leak"}
    commit = host.bare.commit({**PROJECT, **links}, modes=dict.fromkeys(links, LINK))

    code, message = host.clone(commit).error

    assert code == "PathUnsafe"
    assert "src/l" in message


def test_a_submodule(host: Host) -> None:
    """It is left out with a warning, and its address is not looked at."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0)
        modules = f'[submodule "m"]\n\tpath = m\n\turl = http://127.0.0.1:{trap.getsockname()[1]}/x.git\n'
        files = {**PROJECT, ".gitmodules": modules, "m": UNKNOWN_COMMIT}
        commit = host.bare.commit(files, modes={"m": GITLINK})

        result = host.clone(commit)

        with pytest.raises(BlockingIOError):
            trap.accept()
    assert set(result.archive) == {*PROJECT, ".gitmodules"}
    assert any("submodule m is left out" in line for line in result.report["logTail"])


def test_a_file_in_git_lfs(host: Host) -> None:
    """Its pointer is told as what it is, and no other host is asked."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    commit = host.bare.commit({**PROJECT, "src/model.bin": pointer})

    result = host.clone(commit)

    assert any("src/model.bin is in Git LFS" in line for line in result.report["logTail"])


def test_a_repository_hidden_in_the_tree(host: Host, tmp_path: Path) -> None:
    """A bare repository and hooks among the files are files."""
    config = f"[core]\n\tfsmonitor = touch {tmp_path}/pwned; false\n\tbare = true\n"
    hidden: dict[str, str | bytes] = {
        "HEAD": "ref: refs/heads/main\n",
        "config": config,
        "objects/x": "",
        "refs/x": "",
        "hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/pwned\n",
        ".gitattributes": "* filter=evil\n",
    }
    commit = host.bare.commit({**PROJECT, **hidden}, modes={"hooks/post-checkout": PROGRAM})

    result = host.clone(commit)

    assert set(hidden) <= set(result.archive)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "git~1"])
def test_a_tree_with_names_that_git_forbids(host: Host, name: str) -> None:
    """Such a tree is refused as it arrives."""
    evil = host.bare.tree([("100644", host.bare.blob(b"x"), "config")])
    top = [("100644", host.bare.blob((SAM % "src").encode()), "template.yaml"), (FOLDER, evil, name)]
    commit = host.bare.commit_tree(host.bare.tree(top))

    assert host.clone(commit).error[0] in {"CloneFailed", "PathUnsafe"}


def test_a_branch_that_looks_like_an_option(host: Host, tmp_path: Path) -> None:
    """No text of the user's is ever an option of git."""
    commit = host.bare.commit(PROJECT)

    result = host.clone(
        commit, branch=f"--upload-pack=touch {tmp_path}/pwned", projectRoot="-x", template="--help"
    )

    assert result.report["error"] is None
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "url", ["ext::sh -c touch% {pwned}", "file://{mirror}/owner/name.git", "{mirror}/owner/name.git"]
)
def test_another_way_than_http(host: Host, tmp_path: Path, url: str) -> None:
    """Whatever a plan says, git speaks to hosts."""
    commit = host.bare.commit(PROJECT)

    result = host.clone(commit, gitUrl=url.format(pwned=tmp_path / "pwned", mirror=tmp_path / "mirror"))

    assert result.error[0] == "CloneFailed"
    assert not (tmp_path / "pwned").exists()
