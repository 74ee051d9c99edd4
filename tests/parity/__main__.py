"""`make parity`: the same projects by this application and by `sam build && sam deploy`, on the same platform.

make parity MIRROR=DIR [FOLDERS="a..l" | "name name"] [EVERY=N] [ROUNDS=2] [POLLING=0] [SAME_PYTHON=1]
            [COMPARE=1] [PARAMETERS=FILE] [RESULTS=DIR] [REPOSITORY=owner/name] [REPORT=1]
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from local import laptop, tools
from local.errors import LocalError
from local.lifetime import Lifetime
from tests.parity import comparison, projects, sam_install
from tests.parity.figures import paired
from tests.parity.report import report
from tests.parity.results import Results
from tests.parity.run import Tool
from tests.parity.sam_cli import SamCli
from tests.parity.trial import Plan, Trial

if TYPE_CHECKING:
    from local.laptop import Laptop

_FOLDER: Final = Path(__file__).resolve().parent.parent.parent / ".local" / "parity"
_WARM: Final = ("sam-python-api", "nodejs-lambda")


def main() -> int:
    given = _arguments()
    results = Results(given.results)
    try:
        if not given.report:
            _run_all(given, results)
    except LocalError as error:
        print(f"make parity: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on where it was")
        return 130
    _print(results, is_each_told=given.compare)
    return 0


def _run_all(given: argparse.Namespace, results: Results) -> None:
    bare = given.mirror / f"{given.repository}.git"
    chosen = projects.chosen(given.repository, bare, given.folders, given.every)
    program = sam_install.program()
    plan = Plan(
        rounds=given.rounds,
        parameters=given.parameters,
        is_changed=given.same_python,
        sams=(Tool.SAM, Tool.SAM_POLLING) if given.polling else (Tool.SAM,),
    )
    with Lifetime() as lifetime:
        running = laptop.start(lifetime, mirror=given.mirror)
        sam = SamCli(program=program, platform=running.platform, home=_FOLDER / "home", tools=tools.bin_folder())
        sam.prepare()
        _warm(running)
        trial = Trial(laptop=running, sam=sam, results=results, bare=bare, plan=plan, say=_say)
        for number, project in enumerate(chosen, 1):
            print(f"{number} of {len(chosen)}", flush=True)
            trial.run(project)


def _warm(running: Laptop) -> None:
    """The first session of all waits for every function's first start; it is no project's.

    Raises LocalError when this machine cannot even deploy an example.
    """
    client = running.client()
    for name in _WARM:
        session = client.settle(client.deploy(f"examples/{name}")["sessionId"])
        if error := session["error"]:
            raise LocalError(f"examples/{name} is not deployed: {error['code']}: {error['message']}")
        client.remove(session["sessionId"])
        client.settle(session["sessionId"])


def _say(line: str) -> None:
    print(line, flush=True)


def _print(results: Results, *, is_each_told: bool) -> None:
    pairs = paired(results.runs)
    found = list(comparison.compared(results, pairs))
    lines = comparison.every(found) if is_each_told else comparison.unexplained(found)
    print(f"\n{report(pairs)}\n\n{comparison.summary(found)}", *(f"  {line}" for line in lines), sep="\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make parity", description=__doc__.partition("\n")[0])
    add = parser.add_argument
    add("--mirror", type=_folder, required=True, help="a folder that holds {owner}/{name}.git")
    add("--repository", default="aws-samples/serverless-patterns", metavar="OWNER/NAME")
    add(
        "--folders",
        type=str.split,
        default=["a..l"],
        help="project roots, or ranges of first letters (default: a..l)",
    )
    add("--every", type=int, default=1, metavar="N", help="each N-th project of a range")
    add("--rounds", type=int, default=2, help="deployments of each project by each tool (default: 2)")
    add("--once", dest="rounds", action="store_const", const=1, help="the same as --rounds 1")
    add("--no-polling", dest="polling", action="store_false", help="sam as it comes alone")
    add(
        "--same-python", action="store_true", help="sam gets this machine's Python where the template's is missing"
    )
    add("--parameters", type=_parameters, default={}, metavar="FILE", help='JSON: {"folder": {"Name": "value"}}')
    add("--results", type=Path, default=_FOLDER, metavar="DIR", help="what is there is not run again")
    add("--compare", action="store_true", help="tell the explained differences too")
    add("--report", action="store_true", help="run nothing: print what the results say")
    return parser.parse_args()


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return path.resolve()


def _parameters(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(Path(text).read_text()))
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from None


if __name__ == "__main__":
    sys.exit(main())
