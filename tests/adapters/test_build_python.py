"""Python functions are built from each form in which projects say what they need.

Real builds: PyPI is asked for small packages, for a Python and a processor that this machine need not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.build_task import a_unit

if TYPE_CHECKING:
    from tests.build_task import Machine

UNIT = a_unit("python", "python3.14", architecture="arm64")
SETUP = "from setuptools import setup; setup(name='{0}', version='1.0', py_modules=['{0}'])"
WRONG = f"idna==3.10 --hash=sha256:{'0' * 64}"
RIGHT = "idna==3.10 --hash=sha256:946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3"


def test_forms_of_requirements(machine: Machine) -> None:
    """Included files, constraints, hashes, the project itself and local packages around it are read."""
    files = {
        "src/requirements.txt": f"-r ../base.txt\n-c limits.txt\n{RIGHT}\n-e .\n-e ../near\n",
        "src/limits.txt": "six==1.16.0\n",
        "src/setup.py": SETUP.format("own"),
        "src/own.py": "",
        "base.txt": "six\n",
        "near/setup.py": SETUP.format("near"),
        "near/near.py": "ONE = 1",
    }

    report = machine.run(files, UNIT)

    assert report["error"] is None
    found = {
        "six-1.16.0.dist-info/METADATA",
        "idna-3.10.dist-info/METADATA",
        "own-1.0.dist-info/METADATA",
        "near.py",
    }
    assert found <= set(machine.names())
    assert not [name for name in machine.names() if "editable" in name or name.endswith(".pth")]


def test_wrong_hash(machine: Machine) -> None:
    """A package that is not the one that was locked is refused."""
    report = machine.run({"src/requirements.txt": WRONG}, UNIT)

    assert report["error"]["code"] == "BuildFailed"
    assert "Hash mismatch" in report["error"]["message"]


def test_source_that_fits_every_python(machine: Machine) -> None:
    """A package without a wheel is built where what comes out fits the target, and that is told."""
    report = machine.run({"src/requirements.txt": "docopt==0.6.2\n"}, UNIT)

    assert report["error"] is None
    assert "docopt.py" in machine.names()
    assert report["warnings"] == ["Hello: some packages have no wheel and were built from their source"]


def test_source_that_fits_this_machine_alone(machine: Machine) -> None:
    """What comes out for the build's own interpreter is no package for another one."""
    setup = "from setuptools import Extension, setup; setup(name='own', ext_modules=[Extension('own', ['own.c'])])"
    module = "#include <Python.h>\nPyMODINIT_FUNC PyInit_own(void) { return 0; }\n"

    report = machine.run({"src/requirements.txt": ".", "src/setup.py": setup, "src/own.c": module}, UNIT)

    assert report["error"]["code"] == "BuildFailed"
    assert (
        "each package needs a wheel for python3.14 on arm64, or a source that makes one"
        in report["error"]["message"]
    )


def test_workspace_of_uv(machine: Machine) -> None:
    """A lock file above the function is read, with the other members that the function needs."""
    app = (
        '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.14"\ndependencies = ["idna", "near"]\n'
        "[tool.uv.sources]\nnear = { workspace = true }\n"
    )
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["app", "near"]\n',
        "uv.lock": _UV_LOCK,
        "app/pyproject.toml": app,
        "near/pyproject.toml": '[project]\nname = "near"\nversion = "1"\nrequires-python = ">=3.14"\n' + _BACKEND,
        "near/near.py": "",
    }

    report = machine.run(files, {**UNIT, "source": "app"})

    assert report["error"] is None
    assert {"near.py", "idna-3.10.dist-info/METADATA"} <= set(machine.names())


_BACKEND = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
_UV_LOCK = f"""\
version = 1
revision = 3
requires-python = ">=3.14"
manifest = {{ members = ["app", "near"] }}

[[package]]
name = "app"
version = "1"
source = {{ virtual = "app" }}
dependencies = [{{ name = "idna" }}, {{ name = "near" }}]

[[package]]
name = "near"
version = "1"
source = {{ editable = "near" }}

[[package]]
name = "idna"
version = "3.10"
source = {{ registry = "https://pypi.org/simple" }}
wheels = [{{ url = "https://example.org/idna-3.10-py3-none-any.whl", hash = "{RIGHT.rpartition("=")[2]}" }}]
"""


@pytest.mark.parametrize("digest", [RIGHT.rpartition(":")[2], "0" * 64])
def test_hashes_of_poetry(machine: Machine, digest: str) -> None:
    """Poetry's lock file holds for the files too, not for the versions alone."""
    lock = f'[[package]]\nname = "idna"\nversion = "3.10"\nfiles = [{{ file = "a", hash = "sha256:{digest}" }}]\n'

    report = machine.run({"src/poetry.lock": lock}, UNIT)

    assert (report["error"] is None) == (digest in RIGHT)


def test_dependencies_that_a_tool_names(machine: Machine) -> None:
    """Dynamic dependencies and uv's own sources are asked of the tool that knows them."""
    project = '[project]\nname = "own"\nversion = "1"\ndependencies = ["near"]\n'
    sources = '[tool.uv.sources]\nnear = { path = "../near" }\n'
    files = {"src/pyproject.toml": project + sources, "near/setup.py": SETUP.format("near"), "near/near.py": ""}

    report = machine.run(files, UNIT)

    assert report["error"] is None
    assert "near.py" in machine.names()


def test_build_method_without_requirements(machine: Machine) -> None:
    """A function that asks for nothing is its source."""
    report = machine.run({"src/app.py": ""}, UNIT)

    assert report["error"] is None
    assert machine.names() == ["app.py"]
