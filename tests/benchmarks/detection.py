"""How often detection agrees with what the projects of a bare repository say of themselves.

Every folder that has an `example-pattern.json` with a `framework` is detected as if it were the project root.
The figure counts the folders of which detection names that framework and no other, be it in an error: two
templates for SAM are SAM, though it takes neither. The second one counts only those where it takes one project.

A disagreement is the label's fault when the declared tool has left no trace in any file of the folder but its
README; those are counted as disagreements all the same, and a third figure says what is without them.

    PYTHONPATH=functions python -m tests.benchmarks.detection REPOSITORY.git [--from A] [--to Z] [--explain]
"""

from __future__ import annotations

import argparse
import json
import posixpath
import re
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.errors import DeployerError, ProjectUnsupported
from deployer.project.cdk import TOOL
from deployer.project.manifest import candidates, candidates_below
from deployer.project.project import ProjectKind, detect
from deployer.project.survey import survey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deployer.worker import Manifest

_PATTERN: Final = "example-pattern.json"
# What a framework's name begins with, in lower case and without AWS, and what detection calls it.
# The one way of the AWS CLI to deploy infrastructure as code is `aws cloudformation`.
_EXPECTED: Final = {
    "sam": "sam",
    "serverless application model": "sam",
    "cloudformation": "cloudformation",
    "cli": "cloudformation",
    "cdk": "AWS CDK",
    "cloud development kit": "AWS CDK",
    "terraform": "Terraform",
    "serverless": "Serverless Framework",
    "pulumi": "Pulumi",
}
# What a tool's files hold somewhere, in whatever language.
_TRACES: Final = {
    "sam": re.compile(r"AWS::Serverless"),
    "cloudformation": re.compile(r"AWSTemplateFormatVersion|AWS::\w+::\w+"),
    "AWS CDK": re.compile(r"aws.?cdk|Amazon\.CDK|cdk\.out", re.IGNORECASE),
    "Terraform": re.compile(r"^(?:resource|provider|module|terraform)\b.*\{", re.MULTILINE),
    "Serverless Framework": re.compile(r"^provider:|frameworkVersion", re.MULTILINE),
    "Pulumi": re.compile(r"pulumi", re.IGNORECASE),
}
_SEVERAL: Final = "several kinds"
_NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`error` is the class that detection raised, "" when it took a project."""

    root: str
    framework: str
    wanted: str
    kind: str
    error: str
    reason: str
    has_trace: bool

    @property
    def agrees(self) -> bool:
        return self.kind == self.wanted

    @property
    def is_decided(self) -> bool:
        """Whether one project was taken, or one tool refused by its name."""
        return self.error in {"", ProjectUnsupported.__name__}


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

    def below(self, folder: str) -> list[str]:
        return [path for path in self.modes if path.startswith(f"{folder}/")]


def manifest_of(repository: BareRepository, root: str) -> Manifest:
    """What the clone would leave for that project root."""
    files = {path: repository.modes[path] for path in repository.below(root)}
    wanted = [*candidates(files, root, None), *candidates_below(files, root, None)]
    return {"commit": "0" * 40, "files": files, "texts": repository.texts(wanted), "oversized": [], "findings": []}


def expected(framework: str) -> str:
    """The kind, or the other tool's name; a framework that nobody here has heard of stays what it is."""
    name = framework.casefold().removeprefix("aws").strip()
    known = sorted(_EXPECTED, key=len, reverse=True)
    return next((_EXPECTED[start] for start in known if name.startswith(start)), framework)


def detected(manifest: Manifest, root: str) -> tuple[str, str, str]:
    """What it is found to be; the error's class, or ""; and the reason."""
    try:
        project = detect(manifest, root, None)
    except DeployerError as error:
        kinds = {each.kind for each in survey(manifest, root, None) if each.kind}
        kinds -= set(ProjectKind) if isinstance(error, ProjectUnsupported) else set()  # it names the tools
        return _SEVERAL if len(kinds) > 1 else _named(next(iter(kinds), _NOTHING)), error.code, error.message
    return _named(project.kind.value), "", "; ".join(project.evidence)


def _named(kind: str) -> str:
    """A CDK app is one whether it is deployed or refused for its language."""
    return TOOL if kind == ProjectKind.CDK or kind.startswith(TOOL) else kind


def leaves_trace(repository: BareRepository, root: str, kind: str) -> bool:
    """Whether any file but a README or the label itself shows the tool."""
    paths = [path for path in repository.below(root) if not path.endswith((".md", _PATTERN))]
    trace = _TRACES.get(kind)
    return trace is None or any(trace.search(text) for text in repository.texts(paths).values())


def verdicts(repository: BareRepository, first: str, last: str) -> Iterator[Verdict]:
    for pattern in (path for path in repository.modes if posixpath.basename(path) == _PATTERN):
        root = posixpath.dirname(pattern)
        if not root or not first <= root[0].casefold() <= last:
            continue
        try:
            framework = str(json.loads(repository.texts([pattern])[pattern])["framework"])
        except (ValueError, KeyError):
            continue
        yield verdict(repository, root, framework)


def verdict(repository: BareRepository, root: str, framework: str) -> Verdict:
    wanted = expected(framework)
    kind, error, reason = detected(manifest_of(repository, root), root)
    return Verdict(
        root=root,
        framework=framework,
        wanted=wanted,
        kind=kind,
        error=error,
        reason=reason,
        has_trace=kind == wanted or leaves_trace(repository, root, wanted),
    )


def print_matrix(every: list[Verdict]) -> None:
    """Declared by row, detected by column."""
    counts = Counter((each.wanted, each.kind) for each in every)
    rows = sorted({wanted for wanted, _ in counts})
    columns = sorted({kind for _, kind in counts})
    print(f"{'declared, detected':24}", *(f"{name[:14]:>14}" for name in columns))
    for row in rows:
        print(f"{row:24}", *(f"{counts[row, column] or '':>14}" for column in columns))
    labels = Counter((each.wanted, each.framework) for each in every)
    print("labels:", ", ".join(f"{label} ({count})" for (_, label), count in sorted(labels.items())))


def print_disagreements(every: list[Verdict]) -> None:
    """Grouped by whose fault they are; then those that agree and still end in an error."""
    wrong = [each for each in every if not each.agrees]
    for title, group in {
        "the declared tool left no trace in the folder": [each for each in wrong if not each.has_trace],
        "the folder shows the declared tool": [each for each in wrong if each.has_trace],
        "agree on the framework, and no project is taken": [e for e in every if e.agrees and not e.is_decided],
    }.items():
        print(f"\n{title}: {len(group)}")
        for each in group:
            print(f"  {each.root}: {each.framework}, {each.error or 'took'} {each.kind}: {each.reason[:300]}")


def print_figures(every: list[Verdict]) -> None:
    agree = [each for each in every if each.agrees]
    taken = sum(each.is_decided for each in agree)
    fair = [each for each in every if each.has_trace]
    print(f"\n{_share(len(agree), len(every))} are found to be of the declared framework")
    print(f"{_share(taken, len(every))} so that one project is taken, or refused by its tool's name")
    print(f"{_share(len(agree), len(fair))} and {taken} without the labels of which the folder shows nothing")


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / max(1, whole):.1%})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("--from", dest="first", default="")
    parser.add_argument("--to", dest="last", default="\U0010ffff")
    parser.add_argument("--explain", action="store_true", help="print each disagreement")
    given = parser.parse_args()
    started = time.monotonic()
    every = list(verdicts(BareRepository(given.repository), given.first, given.last))
    print_matrix(every)
    if given.explain:
        print_disagreements(every)
    print_figures(every)
    print(f"{time.monotonic() - started:.1f} s, most of it git's")


if __name__ == "__main__":
    main()
