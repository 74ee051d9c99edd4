"""How many of a repository's projects are deployed, and why the others are not.

Deploys every given project root of one repository through a platform that `make up MIRROR=DIR` keeps running, and
removes each stack again. Prints a line per project, and a table of the reasons at the end. With --test each stack
is tested, and what does not pass is told. With --containers the most that each project's containers hold is told.

    python -m tests.benchmarks.corpus OWNER/NAME ROOT [ROOT ...] [--at-once N] [--keep] [--test] [--containers]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from local.client import Client, NeverSettled, Refused, Session
from tests.benchmarks.container_use import watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STACK = Path(".local/stack.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    root: str
    status: str
    seconds: float
    code: str = ""
    message: str = ""
    kind: str = ""
    outputs: int = 0
    more: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        told = f"{self.code}: {self.message}" if self.code else f"{self.outputs} outputs"
        first = f"{self.status:8} {self.seconds:6.1f} s  {self.kind:15} {self.root:60} {told[:300]}"
        return "\n".join([first, *(f"         {each}" for each in self.more)])


def deploy(client: Client, repository: str, root: str, *, keep: bool, is_tested: bool = False) -> Outcome:
    """One project, from POST to its end; its stack is removed again unless it is to be kept."""
    started = time.monotonic()
    try:
        session_id = client.deploy(repository, projectRoot=root, runTests=is_tested)["sessionId"]
        session = client.settle(session_id, seconds=600)
    except (Refused, NeverSettled) as error:
        return Outcome(
            root=root,
            status="failed",
            seconds=time.monotonic() - started,
            code=type(error).__name__,
            message=str(error),
        )
    seconds = time.monotonic() - started
    tests = tuple(_unpassed(client, session)) if session["tests"] else ()
    if session["deployedResources"] and not keep:
        client.remove(session_id)
        client.settle(session_id, seconds=120)
    return _outcome(root, session, seconds, tests)


def _unpassed(client: Client, session: Session) -> Iterator[str]:
    """The summary of the tests, and a line for each that did not pass."""
    tests = client.test_status(session["tests"]["sessionId"])
    yield tests["message"]
    for result in tests["testResults"]:
        if result["status"] != "pass":
            yield f"{result['status']}  {result['name']}: {' '.join(result['error'].split())[:300]}"


def _outcome(root: str, session: Session, seconds: float, tests: tuple[str, ...]) -> Outcome:
    error = session.get("error") or {}
    return Outcome(
        root=root,
        status=session["status"],
        seconds=seconds,
        code=error.get("code", ""),
        message=" ".join(str(error.get("message", "")).split()),
        kind=(session.get("project") or {}).get("kind") or "",
        outputs=len((session.get("deployedResources") or {}).get("outputs", {})),
        more=tests,
    )


def _one(client: Client, root: str, given: argparse.Namespace) -> Outcome:
    """Watched, it is told what its containers held at most."""
    if not given.containers:
        return deploy(client, given.repository, root, keep=given.keep, is_tested=given.test)
    with watched() as peaks:
        outcome = deploy(client, given.repository, root, keep=given.keep, is_tested=given.test)
    return replace(outcome, more=(*outcome.more, *(f"{name}: {peak}" for name, peak in peaks.items())))


def summary(outcomes: Iterable[Outcome]) -> str:
    """Counts by status and error code, and the median time of what succeeded."""
    outcomes = list(outcomes)
    counts = Counter(f"{each.status} {each.code}".strip() for each in outcomes)
    lines = [f"{count:5}  {what}" for what, count in counts.most_common()]
    if seconds := [each.seconds for each in outcomes if each.status == "success"]:
        lines.append(f"median of the successful: {median(seconds):.1f} s")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", metavar="OWNER/NAME")
    parser.add_argument("roots", nargs="+", metavar="ROOT")
    parser.add_argument("--at-once", type=int, default=2, metavar="N")
    parser.add_argument("--keep", action="store_true", help="leave the stacks")
    parser.add_argument("--test", action="store_true", help="run sanity tests on each stack")
    parser.add_argument("--containers", action="store_true", help="tell memory and disk; one project at a time")
    given = parser.parse_args()
    if not STACK.exists():
        sys.exit("no platform is running: start one with `make up MIRROR=DIR`")
    stack = json.loads(STACK.read_text())
    outcomes = []
    with ThreadPoolExecutor(1 if given.containers else given.at_once) as pool:
        clients = Client(stack["apiUrl"], stack["apiKey"])
        for outcome in pool.map(lambda root: _one(clients, root, given), given.roots):
            outcomes.append(outcome)
            print(outcome.line, flush=True)
    print(summary(outcomes))


if __name__ == "__main__":
    main()
