"""Repositories and Git hosts that mean harm, through the clone container's own entry point."""

from __future__ import annotations

import hashlib
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tests.clone_task import APP, LIMITS, PROJECT, SAM, UNKNOWN_COMMIT
from tests.hostile.case import NO_HARM, Act, Case
from tests.hostile.hosts import ANSWERS, answering, dripping, endless, redirecting, refusing, silent
from tests.repositories import FOLDER, GITLINK, LINK, PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.clone_task import Host, Result
    from tests.hostile.arena import Arena
    from tests.repositories import BareRepository

Files = dict[str, str | bytes]

_LARGE: Final = ("RepositoryTooLarge",)
_UNSAFE: Final = ("PathUnsafe", "CloneFailed")
_HARMLESS: Final = (NO_HARM,)
_POINTER: Final = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"


def cases() -> Iterator[Case]:
    for name, attack, expected, prepare in (*_hosts(), *_trees(), *_contents(), *_links()):
        yield Case(id=name, attack=attack, expected=expected, prepare=prepare, is_quick=False)


Row = tuple[str, str, tuple[str, ...], "Callable[[Arena], Act]"]


def _hosts() -> Iterator[Row]:
    """G2, G3, G4, G13, G16."""
    for status in (301, 302, 303, 307, 308):
        yield (
            f"G2-{status}",
            f"a host that answers {status} to another one",
            ("RepositoryMoved",),
            _redirect(status),
        )
    for number, url in enumerate(("ext::sh -c touch% {marker}", "ext::sh% -c% touch% {marker}", "fd::17",
                                  "file://{mirror}/owner/name.git", "{mirror}/owner/name.git", "ssh://-oProxyCommand=touch% {marker}/x",
                                  "git://127.0.0.1:{port}/owner/name.git", "ftp://127.0.0.1:{port}/x.git",
                                  "--upload-pack=touch {marker}"), 1):  # fmt: skip
        yield f"G3-{number}", f"a plan whose address is {url.split(':')[0]}:...", ("CloneFailed",), _address(url)
    for number, (field, value) in enumerate((("branch", "--upload-pack=touch {marker}"), ("projectRoot", "-x"),
                                             ("template", "--help")), 1):  # fmt: skip
        yield f"G4-{number}", f"a plan whose {field} is an option", _HARMLESS, _option(field, value)
    yield "G4-4", "a plan whose commit is an option", ("CloneFailed", "CommitNotFound"), _commit_option
    yield "G13-1", "a host that never answers", ("CloneTimedOut",), _from(silent, timeoutSeconds=1)
    yield (
        "G13-2",
        "a host that sends a byte at a time",
        ("CloneTimedOut", "CloneFailed"),
        _from(dripping, timeoutSeconds=2),
    )
    yield "G13-3", "a host that asks for a password", ("RepositoryNotFound",), _from(refusing)
    yield "G13-4", "a host whose references never end", ("CloneTimedOut",), _from(endless, timeoutSeconds=2)
    for number, (what, answer) in enumerate(ANSWERS, 5):
        yield f"G13-{number}", f"a host that answers {what}", ("CloneFailed",), _from(answering(answer))
    yield "G5", "a commit that the repository does not have", ("CommitNotFound",), _unknown_commit


def _trees() -> Iterator[Row]:
    """G9, G10, G11, G14."""
    yield "G11-1", "a tree of 10^10 files in 24 KB", _LARGE, _tree_bomb
    yield "G11-2", "more files than may be", _LARGE, _committed({f"f{number}": "" for number in range(1200)})
    yield "G11-4", "a path of 20,000 bytes", ("PathUnsafe",), _long_path
    yield "G11-3", "a folder 600 levels deep", (NO_HARM, *_UNSAFE, *_LARGE), _deep_tree
    for number, name in enumerate(("..", ".", ".git", ".GIT", "git~1", ".g\u200cit", "a/../../x"), 1):
        yield f"G10-{number}", f"a tree entry called {name!r}", (*_UNSAFE, "CommitNotFound"), _forbidden(name)
    yield "G9-1", "a bare repository among the files, with a monitor", _HARMLESS, _hidden("")
    yield "G9-2", "the same in the project root", _HARMLESS, _hidden("app/")
    yield "G9-3", "tracked gitdir, commondir and hooks", _HARMLESS, _hooks
    yield (
        "G14-1",
        "names that differ in letter case alone",
        (NO_HARM, *_UNSAFE),
        _committed({**PROJECT, "Makefile": "a", "makefile": "b"}),
    )
    for number, name in enumerate(
        ("a\nb", "a\tb", "\x1b[2J", "-rf", "con:x", "a\\b", "n" * 255, "\u202etxt", "e\u0301/x"), 2
    ):
        yield f"G14-{number}", f"a file called {name[:20]!r}", (NO_HARM, *_UNSAFE), _odd_name(name)
    yield "G14-11", "a file whose name is no UTF-8", (NO_HARM, *_UNSAFE), _not_utf8


def _contents() -> Iterator[Row]:
    """G6, G7, G8, G12, G16."""
    yield "G6", "a submodule at another host", _HARMLESS, _submodule
    for number, (url, path) in enumerate(_MODULES, 1):
        yield f"G6-{number}", f"a submodule at {url.split('{')[0]}... in {path}", _HARMLESS, _module(url, path)
    for number, (what, make) in enumerate((("tag", _a_tag), ("tree", _a_tree)), 1):
        yield f"G5-{number}", f"the id of a {what}, where a commit's was asked for", ("CommitNotFound",), make
    yield "G16-2", "5,000 tags", _HARMLESS, _many_tags
    yield "G16-3", "a signature of 5 MB in a commit", _HARMLESS, _long_signature
    yield "G16-4", "a file whose content the host does not have", ("CommitNotFound",), _lacking
    yield "G7-1", "a file in Git LFS, with a server of its own", _HARMLESS, _lfs
    yield (
        "G8",
        "filters that .gitattributes names",
        _HARMLESS,
        _committed({**PROJECT, ".gitattributes": "* filter=evil diff=evil merge=evil\n"}),
    )
    # Git unpacks a gigabyte in some 5 s of a processor; how much of that there may be is for the clone's time limit.
    yield "G12-1", "a file of 400 MB of zeros", _LARGE, _blob_bomb
    yield (
        "G12-2",
        "many files that are too much together",
        _LARGE,
        _committed({**PROJECT, **{f"src/f{n}": bytes(900_000) for n in range(8)}}),
    )
    yield (
        "G16",
        "a commit's message of 10 MB, and an author to match slowly",
        (NO_HARM, "CloneFailed"),
        _slow_author,
    )
    for number, (what, text) in enumerate(_TEMPLATES, 1):
        yield f"T1-clone-{number}", f"a template of {what}, linted", _HARMLESS, _committed({"template.yaml": text})


_TEMPLATES: Final = (
    ("100,000 brackets", "Resources: " + "[" * 100_000),
    ("a bomb of aliases", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8))),
    ("a Python object", "Resources: !!python/object/apply:os.system [touch /tmp/pwned]\n"),
    ("half a megabyte of one key", "Resources:\n  A: {Type: " + "x" * 500_000 + "}\n"),
)  # fmt: skip


def _links() -> Iterator[Row]:
    """G15, P2."""
    for number, target in enumerate(
        ("/etc/passwd", "/proc/self/environ", "../../..", "../../../etc/passwd", "loop", "/"), 1
    ):
        files: Files = {**PROJECT, "src/loop" if target == "loop" else "src/leak": target}
        modes = dict.fromkeys([name for name in files if name in {"src/leak", "src/loop"}], LINK)
        yield f"G15-{number}", f"a link to {target}", (NO_HARM, "PathUnsafe"), _committed(files, modes)
    yield (
        "G15-7",
        "a link that leaves through another link",
        ("PathUnsafe",),
        _committed({**PROJECT, "src/a": "..", "src/b": "a/../../etc"}, {"src/a": LINK, "src/b": LINK}),
    )
    for number, path in enumerate(("../../../etc", "/root/.aws", "/proc/self", "file:///etc", "~/.aws"), 1):
        yield (
            f"P2-clone-{number}",
            f"CodeUri: {path}",
            (NO_HARM, "PathUnsafe", "SourceMissing"),
            _committed({"template.yaml": SAM % path}),
        )


def _act(host: Host, commit: str, **changes: Any) -> Act:
    def act() -> str:
        return _told(host.clone(commit, **changes))

    return act


def _told(result: Result) -> str:
    error = result.report["error"]
    return error["code"] if error else NO_HARM


def _committed(files: Files, modes: dict[str, str] | None = None) -> Callable[[Arena], Act]:
    return lambda place: _act(place.host, place.host.bare.commit(files, modes=modes))


def _from(kind: Callable[[Arena], str], **changes: Any) -> Callable[[Arena], Act]:
    """The clone from a host of that kind."""
    return lambda place: _act(place.host, UNKNOWN_COMMIT, gitUrl=f"{kind(place)}/owner/name.git", **changes)


def _redirect(status: int) -> Callable[[Arena], Act]:
    return _from(lambda place: redirecting(place, status, f"{place.other.url}/owner/name.git/info/refs"))


def _address(url: str) -> Callable[[Arena], Act]:
    def prepare(place: Arena) -> Act:
        commit = place.host.bare.commit(PROJECT)
        given = url.format(marker=place.marker, mirror=place.folder / "mirror", port=place.other.port)
        return _act(place.host, commit, gitUrl=given)

    return prepare


def _option(field: str, value: str) -> Callable[[Arena], Act]:
    def prepare(place: Arena) -> Act:
        return _act(place.host, place.host.bare.commit(PROJECT), **{field: value.format(marker=place.marker)})

    return prepare


def _commit_option(place: Arena) -> Act:
    place.host.bare.commit(PROJECT)
    return _act(place.host, f"--upload-pack=touch {place.marker}")


def _unknown_commit(place: Arena) -> Act:
    place.host.bare.commit(PROJECT)
    return _act(place.host, UNKNOWN_COMMIT)


def _tree_bomb(place: Arena) -> Act:
    bare = place.host.bare
    folder = bare.tree([("100644", bare.blob(b"x"), "f")])
    for _ in range(10):
        folder = bare.tree([(FOLDER, folder, f"d{number}") for number in range(10)])
    return _act(place.host, bare.commit_tree(folder))


def _deep_tree(place: Arena) -> Act:
    return _act(place.host, place.host.bare.commit({**PROJECT, "/".join(["d"] * 600) + "/f": "x"}))


def _long_path(place: Arena) -> Act:
    """4,000 folders in each other, each written as git stores it: a process for each would take a minute."""
    bare = place.host.bare
    folder = bare.tree([("100644", bare.blob(b"x"), "f")])
    for _ in range(4000):
        folder = _loose(bare, b"40000 deep\0" + bytes.fromhex(folder))
    return _act(place.host, bare.commit_tree(folder))


def _loose(bare: BareRepository, entries: bytes) -> str:
    body = b"tree %d\0" % len(entries) + entries
    oid = hashlib.sha1(body).hexdigest()
    path = bare.path / "objects" / oid[:2] / oid[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(body, 1))
    return oid


def _forbidden(name: str) -> Callable[[Arena], Act]:
    """Made as bytes: no git command writes such a tree."""

    def prepare(place: Arena) -> Act:
        bare = place.host.bare
        blob = bytes.fromhex(bare.blob((SAM % "src").encode()))
        body = b"100644 " + name.encode() + b"\0" + blob + b"100644 template.yaml\0" + blob
        tree = bare.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=body)
        return _act(place.host, bare.git("commit-tree", "-m", "change", tree))

    return prepare


def _hidden(below: str) -> Callable[[Arena], Act]:
    def prepare(place: Arena) -> Act:
        config = (
            f"[core]\n\tfsmonitor = touch {place.marker}; false\n\tbare = true\n\tpager = touch {place.marker}\n"
        )
        hidden: Files = {"HEAD": "ref: refs/heads/main\n", "config": config, "objects/x": "", "refs/x": ""}
        files = {f"{below}{name}": text for name, text in {**PROJECT, **hidden}.items()}
        return _act(place.host, place.host.bare.commit(files), projectRoot=below.removesuffix("/"))

    return prepare


def _hooks(place: Arena) -> Act:
    hook = f"#!/bin/sh\ntouch {place.marker}\n"
    hidden: Files = {
        "HEAD": "ref: refs/heads/main\n",
        "commondir": ".",
        "gitdir": ".",
        "hooks/post-checkout": hook,
    }
    commit = place.host.bare.commit({**PROJECT, **hidden}, modes={"hooks/post-checkout": PROGRAM})
    return _act(place.host, commit)


def _odd_name(name: str) -> Callable[[Arena], Act]:
    def prepare(place: Arena) -> Act:
        bare = place.host.bare
        src = bare.tree(
            [("100644", bare.blob(APP.encode()), "app.py"), ("100644", bare.blob(b"x"), name.split("/")[0])]
        )
        top = [(FOLDER, src, "src"), ("100644", bare.blob((SAM % "src").encode()), "template.yaml")]
        return _act(place.host, bare.commit_tree(bare.tree(top)))

    return prepare


def _not_utf8(place: Arena) -> Act:
    bare = place.host.bare
    blob = bytes.fromhex(bare.blob(b"x"))
    template = bytes.fromhex(bare.blob((SAM % ".").encode()))
    body = b"100644 \xff\xfe\0" + blob + b"100644 template.yaml\0" + template
    body = b"100644 template.yaml\0" + template + b"100644 \xff\xfe\0" + blob
    tree = bare.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=body)
    return _act(place.host, bare.git("commit-tree", "-m", "change", tree))


_MODULES: Final = (
    ("ext::sh -c touch% {marker}", "m"),
    ("--upload-pack=touch {marker}", "m"),
    ("http://169.254.169.254/x.git", "m"),
    ("{other}/x", "-x"),
    ("../../other.git", "../../m"),
)


def _module(url: str, path: str) -> Callable[[Arena], Act]:
    def prepare(place: Arena) -> Act:
        given = url.format(marker=place.marker, other=place.other.url)
        files: Files = {**PROJECT, ".gitmodules": f'[submodule "m"]\n\tpath = {path}\n\turl = {given}\n'}
        return _act(place.host, place.host.bare.commit({**files, "m": UNKNOWN_COMMIT}, modes={"m": GITLINK}))

    return prepare


def _a_tag(place: Arena) -> Act:
    place.host.bare.commit(PROJECT)
    place.host.bare.git("tag", "-a", "-m", "x", "v1", "main")
    return _act(place.host, place.host.bare.git("rev-parse", "v1"))


def _a_tree(place: Arena) -> Act:
    return _act(place.host, place.host.bare.git("rev-parse", place.host.bare.commit(PROJECT) + "^{tree}"))


def _many_tags(place: Arena) -> Act:
    commit = place.host.bare.commit(PROJECT)
    lines = "".join(f"create refs/tags/v{number} {commit}\n" for number in range(5000))
    place.host.bare.git("update-ref", "--stdin", stdin=lines.encode())
    return _act(place.host, commit)


def _long_signature(place: Arena) -> Act:
    bare = place.host.bare
    tree = bare.git("rev-parse", f"{bare.commit(PROJECT)}^{{tree}}")
    who = "A <a@example.com> 1767225600 +0000"
    body = f"tree {tree}\nauthor {who}\ncommitter {who}\ngpgsig {'x' * 5_000_000}\n\nx".encode()
    commit = bare.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=body)
    bare.git("update-ref", "refs/heads/main", commit)
    return _act(place.host, commit)


def _lacking(place: Arena) -> Act:
    bare = place.host.bare
    source = bare.tree([("100644", "1" * 40, "app.py")])
    top = [(FOLDER, source, "src"), ("100644", bare.blob((SAM % "src").encode()), "template.yaml")]
    return _act(place.host, bare.commit_tree(bare.tree(top)))


def _submodule(place: Arena) -> Act:
    modules = f'[submodule "m"]\n\tpath = m\n\turl = {place.other.url}/x.git\n\tupdate = !touch {place.marker}\n'
    files: Files = {**PROJECT, ".gitmodules": modules, "m": UNKNOWN_COMMIT}
    return _act(place.host, place.host.bare.commit(files, modes={"m": GITLINK}))


def _lfs(place: Arena) -> Act:
    config = f"[lfs]\n\turl = {place.other.url}\n"
    files: Files = {**PROJECT, ".lfsconfig": config, ".gitattributes": "*.bin filter=lfs\n", "src/x.bin": _POINTER}
    return _act(place.host, place.host.bare.commit(files))


def _blob_bomb(place: Arena) -> Act:
    """A stream of zeros, so that making it takes no memory."""
    bare = place.host.bare
    zeros = place.folder / "zeros"
    with zeros.open("wb") as file:
        file.truncate(400_000_000)
    blob = bare.git("-c", "core.bigFileThreshold=1m", "hash-object", "-w", str(zeros))
    zeros.unlink()
    top = [("100644", blob, "zeros"), ("100644", bare.blob((SAM % ".").encode()), "template.yaml")]
    return _act(place.host, bare.commit_tree(bare.tree(top)), limits=LIMITS)


def _slow_author(place: Arena) -> Act:
    bare = place.host.bare
    tree = bare.git("rev-parse", f"{bare.commit(PROJECT)}^{{tree}}")
    who = "<" * 5_000 + " " * 5_000 + "<a@example.com> 1767225600 +0000"
    body = f"tree {tree}\nauthor A {who}\ncommitter A <a@example.com> 1767225600 +0000\n\n".encode()
    message = b"x" * 10_000_000
    commit = bare.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=body + message)
    with suppress(OSError):
        bare.git("update-ref", "refs/heads/main", commit)
    return _act(place.host, commit)
