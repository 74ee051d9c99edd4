"""How often detection agrees with what the projects of a bare repository say of themselves.

Every folder that has an `example-pattern.json` with a `framework` is detected as if it were the project root.

    python -m tests.benchmarks.detection REPOSITORY.git [--from A] [--to Z] [--explain]
"""

from __future__ import annotations

import argparse
import json
import posixpath
import subprocess
import time
from collections import Counter
from typing import TYPE_CHECKING

from deployer.errors import DeployerError, ProjectUnsupported
from deployer.project.manifest import candidates, candidates_below
from deployer.project.project import detect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployer.worker import Manifest

_PATTERN = "example-pattern.json"
# What a framework's name begins with, in lower case and without AWS, and what detection should say.
_EXPECTED = {"sam": "sam", "cloudformation": "cloudformation", "serverless application model": "sam"}


class BareRepository:
    """Names and texts of the files at HEAD."""

    def __init__(self, path: str) -> None:
        self._git = ["git", "-C", path]
        lines = self._run("ls-tree", "-r", "-z", "HEAD").decode(errors="replace").split("\0")
        rows = [line.split("\t", 1) for line in lines if line]
        self.modes = {path: entry.split()[0] for entry, path in rows}
        self._oids = {path: entry.split()[2] for entry, path in rows}

    def _run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        return subprocess.run([*self._git, *arguments], input=stdin, capture_output=True, check=True).stdout

    def texts(self, paths: Iterable[str]) -> dict[str, str]:
        wanted = [path for path in paths if self.modes[path] != "160000"]
        answer = self._run(
            "cat-file", "--batch", stdin="".join(f"{self._oids[path]}\n" for path in wanted).encode()
        )
        texts, offset = {}, 0
        for path in wanted:
            end = answer.index(b"\n", offset)
            size = int(answer[offset:end].split()[2])
            texts[path] = answer[end + 1 : end + 1 + size].decode(errors="replace")
            offset = end + size + 2
        return texts


def manifest_of(repository: BareRepository, root: str) -> Manifest:
    """What the clone would leave for that project root."""
    files = {path: mode for path, mode in repository.modes.items() if path.startswith(f"{root}/")}
    wanted = [*candidates(files, root, None), *candidates_below(files, root, None)]
    return {"commit": "0" * 40, "files": files, "texts": repository.texts(wanted), "oversized": [], "findings": []}


def expected(framework: str) -> str:
    """`sam`, `cloudformation`, or `unsupported` for every other tool."""
    name = framework.casefold().removeprefix("aws").strip()
    return next((kind for start, kind in _EXPECTED.items() if name.startswith(start)), "unsupported")


def detected(manifest: Manifest, root: str) -> tuple[str, str]:
    """The kind, or the error's class; and the reason."""
    try:
        project = detect(manifest, root, None)
    except ProjectUnsupported as error:
        return "unsupported", error.message
    except DeployerError as error:
        return error.code, error.message
    return project.kind.value, "; ".join(project.evidence)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("--from", dest="first", default="")
    parser.add_argument("--to", dest="last", default="\U0010ffff")
    parser.add_argument("--explain", action="store_true", help="print each disagreement")
    given = parser.parse_args()
    repository = BareRepository(given.repository)
    roots = [posixpath.dirname(path) for path in repository.modes if posixpath.basename(path) == _PATTERN]
    roots = [root for root in roots if root and given.first <= root[0].casefold() <= given.last]
    table: Counter[tuple[str, str, str]] = Counter()
    started = time.monotonic()
    for root in roots:
        pattern = f"{root}/{_PATTERN}"
        try:
            framework = str(json.loads(repository.texts([pattern])[pattern])["framework"])
        except (ValueError, KeyError):
            continue
        kind, reason = detected(manifest_of(repository, root), root)
        table[framework, expected(framework), kind] += 1
        if given.explain and kind != expected(framework):
            print(f"{root}: {framework}, detected {kind}: {reason[:300]}")
    print_table(table)
    print(f"{time.monotonic() - started:.1f} s for {table.total()} projects, most of it git's")


def print_table(table: Counter[tuple[str, str, str]]) -> None:
    for (framework, wanted, kind), count in sorted(table.items()):
        print(f"{count:5}  {framework:24} {kind:20} {'' if kind == wanted else 'differs'}".rstrip())
    right = sum(count for (_, wanted, kind), count in table.items() if kind == wanted)
    print(f"{right} of {table.total()} agree ({right / max(1, table.total()):.1%})")


if __name__ == "__main__":
    main()
