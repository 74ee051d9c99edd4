"""The build image's entry point, as a process of its own, against a bucket on loopback.

Real builds: the Python and npm package registries are asked for one small package each.
"""

from __future__ import annotations

import io
import json
import os
import platform
import signal
import socket
import subprocess
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.build_task import a_unit

from deployer.worker import GRACE_SECONDS

if TYPE_CHECKING:
    from tests.build_task import Machine


def _make(*commands: str, **files: str) -> dict[str, str]:
    """A source whose build runs these commands."""
    return {"src/Makefile": "build-Hello:\n" + "".join(f"\t@{command}\n" for command in commands), **files}


MAKE = a_unit("makefile", "provided.al2023")


def test_python_for_another_interpreter(machine: Machine) -> None:
    """Dependencies are there beside the source, for a Python and a processor that this machine need not have."""
    files = {"src/app.py": "import idna", "src/requirements.txt": "idna==3.10\n"}

    report = machine.run(files, a_unit("python", "python3.14", architecture="arm64"))

    assert report["error"] is None
    assert {"app.py", "idna/__init__.py"} <= set(machine.names())
    assert not [name for name in machine.names() if ".lock" in name or "__pycache__" in name]


def test_same_source_twice(machine: Machine) -> None:
    """The same source gives the same bytes, so a package that is in the bucket is found there."""
    files = {
        "src/app.py": "",
        "src/requirements.txt": "idna==3.10\n",
        "js/package.json": '{"dependencies":{"ms":"2.1.3"}}',
    }
    units = [a_unit("python", "python3.13"), a_unit("nodejs", "nodejs22.x", id="a2", source="js")]

    first = machine.run(files, *units)
    second = machine.run(files, *units)

    assert first["packages"] == second["packages"]
    assert set(first["packages"]) == {"a1", "a2"}


def test_native_package_for_the_target_python(machine: Machine) -> None:
    """With TARGET_PYTHON, wheels are those of that interpreter on this machine, whatever the runtime says."""
    files = {"src/app.py": "", "src/requirements.txt": "MarkupSafe==3.0.2\n"}

    report = machine.run(files, a_unit("python", "python3.9"), TARGET_PYTHON="3.12")

    assert report["error"] is None
    [library] = [name for name in machine.names() if name.endswith(".so")]
    assert "cpython-312" in library
    assert platform.machine() in library


def test_project_file(machine: Machine) -> None:
    """pyproject.toml alone names what is installed; Poetry's lock file is read too."""
    pyproject = '[project]\nname = "x"\nversion = "1"\ndependencies = ["idna==3.10"]\n'
    poetry = (
        '[[package]]\nname = "idna"\nversion = "3.9"\ngroups = ["main"]\n[[package]]\nname = "nothing-like-this"\n'
    )
    files = {"a/pyproject.toml": pyproject, "b/poetry.lock": poetry + 'version = "1"\ngroups = ["dev"]\n'}

    machine.run(
        files, a_unit("python", "python3.13", source="a"), a_unit("python", "python3.13", source="b", id="b1")
    )

    assert "idna-3.10.dist-info/METADATA" in machine.names("a1")
    assert "idna-3.9.dist-info/METADATA" in machine.names("b1")


def test_layer(machine: Machine) -> None:
    """A layer's packages are in the folder where Lambda looks for them."""
    files = {"src/requirements.txt": "idna==3.10\n", "js/package.json": '{"dependencies":{"ms":"2.1.3"}}'}

    machine.run(
        files,
        a_unit("python", "python3.13", kind="layer"),
        a_unit("nodejs", "nodejs22.x", kind="layer", id="a2", source="js"),
    )

    assert "python/idna/__init__.py" in machine.names("a1")
    assert "nodejs/node_modules/ms/index.js" in machine.names("a2")


def test_typescript(machine: Machine) -> None:
    """A bundle stands where the handler names it, with what it imports inside."""
    files = {
        "src/lib/app.ts": 'import ms from "ms"; export const handler = async (): Promise<number> => ms("2 days")',
        "src/package.json": '{"dependencies": {"ms": "2.1.3"}}',
    }

    report = machine.run(files, a_unit("esbuild", "nodejs22.x", handler="lib/app.handler"))

    assert report["error"] is None
    assert machine.names() == ["lib/app.js"]
    (machine.folder / "a.zip").write_bytes(machine.bucket.objects["build/a1.zip"])
    zipfile.ZipFile(machine.folder / "a.zip").extractall(machine.folder / "out")
    script = "require('./lib/app.js').handler().then(console.log)"
    said = subprocess.run(
        ["node", "-e", script], cwd=machine.folder / "out", capture_output=True, text=True, check=True
    )
    assert said.stdout == "172800000\n"


def test_lower_case_makefile(machine: Machine) -> None:
    """make's own names for a makefile are all accepted."""
    files = {"src/makefile": "build-Hello:\n\tcp app.py $(ARTIFACTS_DIR)/\n", "src/app.py": ""}

    report = machine.run(files, MAKE)

    assert report["error"] is None
    assert machine.names() == ["app.py"]


def test_makefile_beside_its_sources(machine: Machine) -> None:
    """A makefile runs where it lies: what is around the function's folder is there."""
    files = {"src/Makefile": "build-Hello:\n\tcp ../shared/lib.py $(ARTIFACTS_DIR)/\n", "shared/lib.py": ""}

    report = machine.run(files, MAKE)

    assert report["error"] is None
    assert machine.names() == ["lib.py"]


def test_makefile_without_the_target(machine: Machine) -> None:
    """The target is named, and the other way."""
    report = machine.run({"src/Makefile": "deploy:\n\ttrue\n"}, MAKE)

    assert report["error"]["code"] == "BuildFailed"
    assert "Makefile has no target build-Hello" in report["error"]["message"]


def test_makefile_for_a_processor(machine: Machine) -> None:
    """It is told what Go compiles for."""
    unit = {**MAKE, "architecture": "arm64"}

    machine.run(_make("echo $$GOOS $$GOARCH > $(ARTIFACTS_DIR)/out"), unit)

    assert machine.text("out") == "linux arm64\n"


def test_makefile_that_leaves_files_for_another_processor(machine: Machine) -> None:
    """They are told, with one that does not fit, and what would."""
    elf = "printf '\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3\\0\\076\\0'"
    unit = {**a_unit("makefile", "python3.12"), "architecture": "arm64"}

    report = machine.run(
        _make(
            f"{elf} > $(ARTIFACTS_DIR)/a.so",
            f"{elf} > $(ARTIFACTS_DIR)/b.so",
            "touch $(ARTIFACTS_DIR)/c.cpython-313-aarch64-linux-gnu.so",
        ),
        unit,
    )

    assert report["error"] is None
    target = "where the function runs on arm64 and Python 3.12"
    assert sorted(report["warnings"]) == [
        f"Hello: a.so and 1 more cannot be loaded: made for x86_64, {target}",
        f"Hello: c.cpython-313-aarch64-linux-gnu.so cannot be loaded: made for Python 3.13, {target}",
    ]


@pytest.mark.parametrize("command", ["pip", "pip3", "python -m pip", "python3.14 -m pip"])
def test_makefile_that_calls_pip(machine: Machine, command: str) -> None:
    """What it installs fits the function's Python and processor, by whatever name it calls pip."""
    unit = a_unit("makefile", "python3.14", architecture="arm64")

    report = machine.run(_make(f"{command} install -q MarkupSafe==3.0.3 -t $(ARTIFACTS_DIR)"), unit)

    assert (report["error"], report["warnings"]) == (None, [])
    (library,) = [name for name in machine.names() if name.endswith(".so")]
    assert library.endswith(".cpython-314-aarch64-linux-gnu.so")


def test_makefile_whose_packages_have_no_wheel(machine: Machine) -> None:
    """They are installed as pip does by itself; Python runs what it is given."""
    files = {"src/pkg/setup.py": "from setuptools import setup\nsetup(name='own', py_modules=['own'])\n"}
    commands = ("pip install -q ./pkg -t $(ARTIFACTS_DIR)", "python -c 'print(7)' > $(ARTIFACTS_DIR)/said")

    report = machine.run(_make(*commands, **files, **{"src/pkg/own.py": ""}), a_unit("makefile", "python3.14"))

    assert report["error"] is None
    assert {"own.py", "said"} <= set(machine.names())


def test_packages_for_a_processor(machine: Machine) -> None:
    """Of packages that are each for one processor, the function's is installed."""
    name = "@rollup/rollup-linux"
    package = json.dumps({"optionalDependencies": {f"{name}-{cpu}-gnu": "4.24.0" for cpu in ("arm64", "x64")}})
    unit = a_unit("nodejs", "nodejs22.x", architecture="arm64")

    report = machine.run({"src/package.json": package}, unit)

    assert report["error"] is None
    assert [name for name in machine.names() if name.endswith(".node")] == [
        "node_modules/@rollup/rollup-linux-arm64-gnu/rollup.linux-arm64-gnu.node"
    ]


def test_empty_package_json(machine: Machine) -> None:
    """A package.json without name, version and anything else is one; what is no JSON object is not."""
    files = {"src/package.json": "{}", "src/app.js": "", "bad/package.json": "[]", "bad/app.js": ""}

    good = machine.run(files, a_unit("nodejs", "nodejs22.x"))
    names = machine.names()
    bad = machine.run(files, a_unit("nodejs", "nodejs22.x", source="bad"))

    assert good["error"] is None
    assert "app.js" in names
    assert bad["error"] == {"code": "BuildFailed", "message": "Hello (npm): package.json is not a JSON object"}


def test_source_beside_the_project(machine: Machine) -> None:
    """`../shared` of a template is a folder like any other by the time that it is built."""
    files = {"shared/fn/app.py": "import idna", "shared/fn/requirements.txt": "idna==3.10\n", "a/app.py": ""}

    report = machine.run(files, a_unit("python", "python3.13", source="shared/fn"))

    assert report["error"] is None
    assert {"app.py", "idna/__init__.py"} <= set(machine.names())


def test_build_that_fails(machine: Machine) -> None:
    """The unit, the tool and the reason are named, and the log ends with what the tool said."""
    report = machine.run(_make("printf '\\033[31mred\\033[0m\\n'", "echo no compiler >&2; exit 3"), MAKE)

    assert report["error"]["code"] == "BuildFailed"
    assert "Hello (make): " in report["error"]["message"]
    assert "no compiler" in report["error"]["message"]
    assert "Hello: red" in report["logTail"]


@pytest.mark.parametrize("process", ["$$PPID", "$$(ps -o ppid= -p $$PPID)"], ids=["tool", "build"])
def test_build_that_is_killed(machine: Machine, process: str) -> None:
    """Neither a tool nor a build that is killed can say why: the likely reason is named."""
    report = machine.run(_make(f"kill -9 {process}"), MAKE)

    assert report["error"]["code"] == "BuildFailed"
    assert report["error"]["message"].startswith("Hello (make")
    assert report["error"]["message"].endswith("it was killed, as a process is when the memory is used up")


def test_package_that_does_not_exist(machine: Machine) -> None:
    """The registry's answer is the reason."""
    files = {"src/requirements.txt": "this-package-is-not-on-any-index-1234==9\n"}

    report = machine.run(files, a_unit("python", "python3.14"))

    assert report["error"]["code"] == "BuildFailed"
    assert "this-package-is-not-on-any-index-1234" in report["error"]["message"]


def test_build_that_hangs(machine: Machine) -> None:
    """It is killed at the time limit, with what it started."""
    mark = machine.folder / "pid"
    commands = [f"sleep 600 & echo $$! > {mark}", "sleep 600"]

    report = machine.run(_make(*commands), MAKE, seconds=2)

    assert report["error"]["code"] == "BuildTimedOut"
    assert _is_gone(int(mark.read_text()))


def test_task_that_is_stopped(machine: Machine) -> None:
    """ECS's SIGTERM ends the builds too, and leaves no folder."""
    mark = machine.folder / "pid"
    with machine.start(_make(f"echo $$$$ > {mark}; exec sleep 600"), MAKE) as process:
        deadline = time.monotonic() + 20
        while not mark.exists() and time.monotonic() < deadline:
            os.sched_yield()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert process.returncode == 128 + signal.SIGTERM
    assert _is_gone(int(mark.read_text()))
    assert list(machine.folder.glob("build-*")) == []


def _is_gone(pid: int) -> bool:
    """Killed means gone, or not yet collected by the machine's first process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_build_that_talks_without_end(machine: Machine) -> None:
    """The log holds the last hundred lines, each short, however much is printed."""
    script = "import sys; [print(n) for n in range(10**6)]; print('x' * 10**6); sys.exit(1)"

    report = machine.run(_make("python3 talk.py", **{"src/talk.py": script}), MAKE)

    assert len(report["logTail"]) == 100
    assert max(len(line.encode()) for line in report["logTail"]) <= 4096 + len("Hello: ")
    assert any("999999" in line for line in report["logTail"])


def test_build_that_leaves_something_behind(machine: Machine) -> None:
    """A process that left the build's group, and writes without end, holds nobody up."""
    parents_output = "/proc/$$(cut -d' ' -f4 /proc/$$PPID/stat)/fd/1"
    escape = f'setsid sh -c "exec yes > {parents_output}" < /dev/null > /dev/null 2>&1 & sleep 0.5'

    report = machine.run(_make(escape, "touch $(ARTIFACTS_DIR)/bootstrap"), MAKE)

    assert report["error"] is None
    assert machine.names() == ["bootstrap"]


def test_task_that_nobody_stops(machine: Machine) -> None:
    """A bucket that answers no more keeps a task only until its time, and some grace, are over."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = machine.start(_make(), MAKE, seconds=1 - GRACE_SECONDS, source=_address(silent))
        with process:
            process.communicate(timeout=30)

    assert process.returncode == -signal.SIGALRM


def _address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}/source.zip"


def test_build_that_looks_around(machine: Machine) -> None:
    """A build sees nothing of the task's environment: neither its plan's address nor a credential."""
    secrets = {"AWS_SECRET_ACCESS_KEY": "canary", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/canary"}

    machine.run(_make("env > $(ARTIFACTS_DIR)/env"), MAKE, **secrets)

    seen = zipfile.ZipFile(io.BytesIO(machine.bucket.objects["build/a1.zip"])).read("env").decode()
    assert "canary" not in seen
    assert "PLAN_URL" not in seen


def test_build_that_links_out(machine: Machine) -> None:
    """A link to a file of the machine does not bring it into the package."""
    report = machine.run(_make("ln -s /etc/passwd $(ARTIFACTS_DIR)/users"), MAKE)

    assert report["error"] == {"code": "PathUnsafe", "message": "the link users leads out of its folder"}
    assert report["packages"] == {}
    assert "build/a1.zip" not in machine.bucket.objects


def test_package_over_lambdas_limit(machine: Machine) -> None:
    """It is refused before it is zipped."""
    report = machine.run(_make("head -c 20000000 /dev/zero > $(ARTIFACTS_DIR)/big"), MAKE)

    assert report["error"]["code"] == "PackageTooLarge"
    assert "20.0 MB" in report["error"]["message"]


def test_source_that_is_gone(machine: Machine) -> None:
    """A report is left even when there is nothing to build from."""
    report = machine.run({"other/file": ""}, MAKE)

    assert report["error"]["code"] == "SourceMissing"


def test_source_of_folders_in_each_other(machine: Machine) -> None:
    """What is deeper than can be copied is told as that."""
    files = _make("touch $(ARTIFACTS_DIR)/bootstrap", **{"src/" + "d/" * 508 + "f": ""})

    report = machine.run(files, MAKE)

    assert report["error"] is None or report["error"]["message"] == "Hello: folders are nested too deeply"
