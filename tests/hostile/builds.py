"""Builds that mean harm, through the build container's own entry point, as the embedded platform runs it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from local.agent import programs
from local.container import Container, Task
from tests.build_task import BUILD, a_unit
from tests.hostile.arena import CANARY
from tests.hostile.case import NO_HARM, Act, Case

from deployer.packaging.archive import Entry, write_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.arena import Arena

_UNIT: Final = a_unit("makefile", "provided.al2023")
_NPM_SCRIPTS: Final = ("preinstall", "install", "postinstall", "prepare", "prepublish")
_LEAVE: Final = "touch $(ARTIFACTS_DIR)/bootstrap"
_SECONDS: Final = 2
_NPM_SECONDS: Final = 5
_HARMLESS: Final = (NO_HARM,)
_FAILED: Final = ("BuildFailed",)
_TOO_LARGE: Final = ("PackageTooLarge",)


_BUILDER: Final = "$$(cut -d' ' -f4 /proc/$$PPID/stat)"
_DEEP: Final = 'python3 -c \'import os; [(os.mkdir("d"), os.chdir("d")) for _ in range({levels})]\''
# What the build's own tool would have told, put there by the build, which then ends the tool.
_OUTCOMES: Final = (
    ("that leaves a pipe for its outcome", (f"rm -f ../../outcome.json; mkfifo ../../outcome.json; kill -9 {_BUILDER}",), _FAILED),
    ("that leaves zeros without end for its outcome", (f"ln -sf /dev/zero ../../outcome.json; kill -9 {_BUILDER}",), _FAILED),
    ("that leaves a link to its parent's environment for its outcome", (f"ln -sf /proc/self/environ ../../outcome.json; kill -9 {_BUILDER}",), _FAILED),
    ("that leaves a hundred thousand brackets for its outcome", (f"yes '[' | head -n 100000 > ../../outcome.json; kill -9 {_BUILDER}",), _FAILED),
    ("that leaves 1,500 folders in each other", ("cd $(ARTIFACTS_DIR) && " + _DEEP.format(levels=1500),), (*_FAILED, *_TOO_LARGE)),
    ("that leaves a path of 8,000 bytes", ("cd $(ARTIFACTS_DIR) && " + _DEEP.format(levels=4_000),), (*_FAILED, *_TOO_LARGE)),
    ("that leaves 4,000 folders in each other beside its package", (_LEAVE, _DEEP.format(levels=4_000)), _HARMLESS),
    ("that removes all that it can", ("rm -rf ../../../* 2>/dev/null; true",), _FAILED),
    ("that leaves links to folders round in a circle", ("ln -s . $(ARTIFACTS_DIR)/loop; ln -s loop/loop $(ARTIFACTS_DIR)/l", _LEAVE), _HARMLESS),
)  # fmt: skip
# A program for another processor: it is told by its name.
_NAMED_AS_A_METRIC: Final = (
    "printf '\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3\\0\\267\\0' > "
    """$(ARTIFACTS_DIR)/"$$(printf 'a\\n{"_aws":{"CloudWatchMetrics":[]}}\\nb.so')\""""
)


def cases() -> Iterator[Case]:
    for name, attack, expected, commands in _rows():
        yield Case(id=name, attack=attack, expected=expected, prepare=_built(*commands), is_quick=False)
    for number, script in enumerate(_NPM_SCRIPTS, 1):
        attack = f"a package whose {script} script is a program"
        yield Case(
            id=f"B6-{number}", attack=attack, expected=_HARMLESS, prepare=_installed(script), is_quick=False
        )


def _rows() -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    keep = "> $(ARTIFACTS_DIR)/seen 2>/dev/null; true"
    yield "B1-1", "a build that keeps its environment", _HARMLESS, (f"env {keep}",)
    yield "B1-2", "that asks for the container's credentials", _HARMLESS, (f"curl -s -m 1 http://169.254.170.2$$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI {keep}",)  # fmt: skip
    yield (
        "B1-3",
        "that reads the home folder's credentials",
        _HARMLESS,
        (f"cat ~/.aws/credentials ~/.netrc {keep}",),
    )
    yield (
        "B2-1",
        "that reads what every process was started with",
        _HARMLESS,
        (f"cat /proc/[0-9]*/environ {keep}",),
    )
    yield (
        "B2-2",
        "that reads its parents' memory",
        _HARMLESS,
        (f"for p in /proc/[0-9]*; do head -c 9 $$p/mem; done {keep}",),
    )
    yield "B2-3", "that stops every process that it sees", (*_FAILED, "no report"), ("kill -9 -1",)
    yield "P4-1", "that never ends", ("BuildTimedOut",), ("sleep 600",)
    yield "P4-2", "that leaves a process in its group", _HARMLESS, ("sleep 600 > /dev/null 2>&1 &", _LEAVE)
    yield (
        "P4-3",
        "that leaves a process in a group of its own",
        _HARMLESS,
        ("setsid sleep 600 < /dev/null > /dev/null 2>&1 &", _LEAVE),
    )
    yield (
        "P4-4",
        "that leaves files without end",
        ("BuildTimedOut", *_TOO_LARGE),
        ("cd $(ARTIFACTS_DIR) && seq 1000000 | xargs -n 1000 touch",),
    )
    yield (
        "P4-5",
        "that leaves 20 MB where 10 are allowed",
        _TOO_LARGE,
        ("head -c 20000000 /dev/zero > $(ARTIFACTS_DIR)/big",),
    )
    yield "P4-6", "that writes a file of 3 GB", _FAILED, ("truncate -s 3000000000 big",)
    yield "P4-7", "that leaves a sparse file of 1 GB", _TOO_LARGE, ("truncate -s 1000000000 $(ARTIFACTS_DIR)/big",)
    yield "P4-8", "that prints a million lines", ("BuildTimedOut", *_FAILED), ("seq 1000000; exit 1",)
    yield (
        "P4-9",
        "that prints 50 MB without an end of line",
        _FAILED,
        ("head -c 50000000 /dev/zero | tr '\\\\0' x; exit 1",),
    )
    yield "P4-10", "that raises its limits", _FAILED, ("ulimit -f unlimited || exit 1",)
    yield "P4-11", "that closes its output and lives on", ("BuildTimedOut",), ("exec >&- 2>&-; sleep 600",)
    for number, (what, commands, expected) in enumerate(_OUTCOMES, 12):
        yield f"P4-{number}", what, expected, commands
    yield "L2-2", "whose file's name is a metric of CloudWatch's", ("ArtifactInvalid",), (_NAMED_AS_A_METRIC,)
    yield (
        "G15-8",
        "that leaves a link to /etc/passwd",
        ("PathUnsafe",),
        ("ln -s /etc/passwd $(ARTIFACTS_DIR)/users",),
    )
    yield (
        "G15-9",
        "that leaves a link to its parent's environment",
        ("PathUnsafe",),
        ("ln -s /proc/self/environ $(ARTIFACTS_DIR)/env",),
    )
    yield (
        "G15-10",
        "that turns its package into a link",
        ("PathUnsafe", "InternalError", "BuildFailed"),
        ("rm -rf $(ARTIFACTS_DIR); ln -s /etc $(ARTIFACTS_DIR)",),
    )
    yield (
        "P3-26",
        "that leaves a pipe",
        ("PathUnsafe", "ArtifactInvalid", NO_HARM),
        ("mkfifo $(ARTIFACTS_DIR)/pipe", _LEAVE),
    )
    yield (
        "P3-27",
        "that leaves a set-user-id program",
        _HARMLESS,
        (_LEAVE, "chmod 4755 $(ARTIFACTS_DIR)/bootstrap"),
    )
    yield (
        "P3-28",
        "that leaves what nobody may read",
        (NO_HARM, "InternalError", *_FAILED),
        (_LEAVE, "chmod 0 $(ARTIFACTS_DIR)/bootstrap $(ARTIFACTS_DIR)"),
    )
    yield (
        "L2-1",
        "that prints a metric of CloudWatch's",
        _FAILED,
        ("""echo '{"_aws":{"CloudWatchMetrics":[]}}'; exit 1""",),
    )
    yield "L3-23", "that prints a key", _FAILED, (f"echo AWS_SECRET_ACCESS_KEY={CANARY}; exit 1",)
    yield (
        "L3-24",
        "that prints a private key, line by line",
        _FAILED,
        (f"printf '%s\\\\n' '-----BEGIN PRIVATE KEY-----' {CANARY} '-----END PRIVATE KEY-----'; exit 1",),
    )


def _built(*commands: str) -> Callable[[Arena], Act]:
    makefile = "build-Hello:\n" + "".join(f"\t@{command}\n" for command in commands)
    return _run(lambda _place: {"src/Makefile": makefile}, _UNIT)


def _installed(script: str) -> Callable[[Arena], Act]:
    """The function's own package has it, and one that it depends on."""

    def files(place: Arena) -> dict[str, str]:
        package = {"name": "a", "version": "1.0.0", "scripts": {script: f"touch {place.marker}"}}
        needs = {"dependencies": {"needed": "file:./needed"}}
        return {
            "src/app.js": "exports.handler = async () => 1",
            "src/package.json": json.dumps(package | needs),
            "src/needed/package.json": json.dumps(package | {"name": "needed"}),
        }

    return _run(files, a_unit("nodejs", "nodejs22.x"), seconds=_NPM_SECONDS)


def _run(
    files: Callable[[Arena], dict[str, str]], unit: dict[str, Any], *, seconds: int = _SECONDS
) -> Callable[[Arena], Act]:
    def prepare(place: Arena) -> Act:
        plan = _plan(place, files(place), unit, seconds)
        environment = dict(programs()["build"].environment)

        def act() -> str:
            task = Task(arn="x/task", definition="x", container="build", environment={"PLAN_URL": plan})
            container = Container.start(task, BUILD / "build.py", environment, place.folder)
            printed = _followed(container)
            return _told(place, printed)

        return act

    return prepare


def _plan(place: Arena, files: dict[str, str], unit: dict[str, Any], seconds: int) -> str:
    """Its address. The machine's person has credentials, which are in the environment of what starts the task."""
    archive = place.folder / "source.zip"
    write_zip(archive, [Entry.of_bytes(path, text.encode()) for path, text in files.items()])
    bucket = place.bucket
    bucket.objects["source.zip"] = archive.read_bytes()
    plan = {
        "sourceUrl": f"{bucket.url}/source.zip",
        "units": [unit],
        "maxUnpackedBytes": 10_000_000,
        "timeoutSeconds": seconds,
        "upload": bucket.upload("build/"),
    }
    bucket.objects["plan.json"] = json.dumps(plan).encode()
    return f"{bucket.url}/plan.json"


def _followed(container: Container) -> str:
    """What the task printed, once it has ended, and all that it started."""
    deadline = time.monotonic() + 30
    while container.exit_code is None and time.monotonic() < deadline:
        time.sleep(0.02)
    container.end()
    printed = (container.folder / "output.log").read_text(errors="replace")
    container.remove()
    return printed


def _told(place: Arena, printed: str) -> str:
    if CANARY in printed:
        return "a secret was printed"
    if any(line.startswith("{") for line in printed.splitlines()):
        return "a line could be a metric"
    report = json.loads(place.bucket.objects.get("build/report.json", b'{"error": {"code": "no report"}}'))
    return str(report["error"]["code"]) if report["error"] else NO_HARM
