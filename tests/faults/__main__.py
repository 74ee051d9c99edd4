"""`make faults`: breaks deployed stacks in many ways, and counts what the sanity tests notice.

make faults [STACKS="name name"] [FAULTS="handler raises,table deleted"] [RUNS=10] [EACH=3] [MIRROR=DIR]
"""

from __future__ import annotations

import argparse
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from local import laptop
from local.lifetime import Lifetime
from tests.faults import stacks
from tests.faults.fault import Kind
from tests.faults.report import report
from tests.faults.trials import Bench, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.laptop import Laptop
    from tests.faults.stacks import Stack


def main() -> int:
    given = _arguments()
    try:
        _try_all(given)
    except KeyboardInterrupt:
        print("\nstopped; nothing is left behind")
        return 130
    return 0


def _try_all(given: argparse.Namespace) -> None:
    with Lifetime() as lifetime:
        running = laptop.start(lifetime, mirror=given.mirror)
        own = [stack for stack in stacks.own(running.repositories) if _is_wanted(stack, given.stacks)]
        real = [stack for stack in stacks.real() if given.mirror and _is_wanted(stack, given.stacks)]
        if not given.mirror:
            print("only our own stacks: give MIRROR=DIR, a folder with aws-samples/serverless-patterns.git")
        for title, chosen in (("our own stacks", own), ("real stacks", real)):
            if chosen:
                _run(running, title, chosen, given)


def _run(running: Laptop, title: str, chosen: Sequence[Stack], given: argparse.Namespace) -> None:
    lock = threading.Lock()

    def say(line: str) -> None:
        with lock:
            print(line, flush=True)

    plan = Plan(runs=given.runs, kinds=frozenset(given.faults), each=given.each)
    benches = [Bench(running, stack, plan, say) for stack in chosen]
    pool = ThreadPoolExecutor(given.at_once)
    try:
        list(pool.map(Bench.run, benches))
    finally:  # what still runs when this is stopped ends with the platform
        pool.shutdown(wait=False, cancel_futures=True)
    trials = [trial for bench in benches for trial in bench.trials]
    print(f"\n{report(title, [bench.clean for bench in benches], trials)}\n", flush=True)


def _is_wanted(stack: Stack, names: Sequence[str]) -> bool:
    return not names or stack.name in names


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Counts the faults that sanity tests notice.")
    add = parser.add_argument
    add("--stacks", type=str.split, default=[], help="names of stacks (default: all)")
    add("--faults", type=_kinds, default=[], help=f"comma-separated (default: all): {', '.join(Kind)}")
    add("--runs", type=int, default=10, help="clean runs of each stack (default: 10)")
    add("--each", type=int, default=3, help="faults of one kind in one stack, at most (default: 3)")
    add("--at-once", type=int, default=4, help="stacks at a time (default: 4)")
    add("--mirror", type=_folder, help="a folder that holds aws-samples/serverless-patterns.git")
    return parser.parse_args()


def _kinds(text: str) -> list[Kind]:
    try:
        return [Kind(name.strip()) for name in text.split(",") if name.strip()]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; there are {', '.join(Kind)}") from None


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path.resolve()


if __name__ == "__main__":
    sys.exit(main())
