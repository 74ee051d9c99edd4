"""Node.js functions are built from each form in which projects say what they need.

Real builds: npm's registry is asked for one small package.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from tests.build_task import a_unit

if TYPE_CHECKING:
    from tests.build_task import Machine

UNIT = a_unit("nodejs", "nodejs22.x")
BUNDLE = a_unit("esbuild", "nodejs22.x")
MS = {"dependencies": {"ms": "2.1.3"}}
INTEGRITY = "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="
TARBALL = "https://registry.npmjs.org/ms/-/ms-2.1.3.tgz"


def _lock(**packages: Any) -> str:
    ms = {"version": "2.1.3", "resolved": TARBALL, "integrity": INTEGRITY}
    return json.dumps({"lockfileVersion": 3, "requires": True, "packages": {"node_modules/ms": ms, **packages}})


def test_lock_file(machine: Machine) -> None:
    """The version is the lock file's, not the newest; what is for developers stays out."""
    package = {"dependencies": {"ms": "^2.0.0"}, "devDependencies": {"he": "1.2.0"}}
    he = {"version": "1.2.0", "dev": True}
    files = {"src/package.json": json.dumps(package), "src/app.js": ""}
    files["src/package-lock.json"] = _lock(**{"": package, "node_modules/he": he})

    report = machine.run(files, UNIT)

    assert (report["error"], report["warnings"]) == (None, [])
    assert json.loads(machine.text("node_modules/ms/package.json"))["version"] == "2.1.3"
    assert not [name for name in machine.names() if "/he/" in name]


def test_lock_file_that_does_not_match(machine: Machine) -> None:
    """package.json has the last word, and that is told."""
    files = {"src/package.json": json.dumps(MS), "src/package-lock.json": _lock(**{"": {}}).replace("/ms", "/msx")}

    report = machine.run(files, UNIT)

    assert report["error"] is None
    assert report["warnings"] == [
        "Hello: package-lock.json does not match package.json: installed by package.json"
    ]


def test_lock_file_of_another_tool(machine: Machine) -> None:
    """It is told that nothing reads it."""
    report = machine.run({"src/package.json": json.dumps(MS), "src/yarn.lock": ""}, UNIT)

    assert report["error"] is None
    assert report["warnings"] == ["Hello: yarn.lock is not read: only npm's package-lock.json is"]


def test_package_without_name(machine: Machine) -> None:
    """A package.json without name and version is enough, and so is a function without any."""
    files = {"src/package.json": json.dumps(MS), "src/app.js": "", "plain/app.js": ""}

    report = machine.run(files, UNIT, {**UNIT, "id": "a2", "source": "plain"})

    assert report["error"] is None
    assert {"app.js", "node_modules/ms/index.js"} <= set(machine.names())
    assert machine.names("a2") == ["app.js"]


WORKSPACE = {
    "package.json": json.dumps(
        {"private": True, "workspaces": ["packages/*"], "devDependencies": {"he": "1.2.0"}}
    ),
    "packages/app/package.json": json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"near": "*"}}),
    "packages/app/app.js": "exports.handler = async () => require('near')",
    "packages/near/package.json": json.dumps({"name": "near", "version": "1.0.0", "main": "i.js", **MS}),
    "packages/near/i.js": "module.exports = require('ms')('1s')",
}


def test_workspace(machine: Machine) -> None:
    """A workspace's member gets the other members that it needs, and not a stranger's package of that name."""
    report = machine.run(WORKSPACE, {**UNIT, "source": "packages/app"})

    assert report["error"] is None
    assert not [name for name in machine.names() if "/he/" in name or "/app/" in name]
    assert _answer(machine, "app.js") == "1000"


def test_lock_file_of_a_workspace(machine: Machine) -> None:
    """The lock file at the workspace's top is followed."""
    names = ("app", "near")
    links = {f"node_modules/{name}": {"resolved": f"packages/{name}", "link": True} for name in names}
    members = {f"packages/{name}": json.loads(WORKSPACE[f"packages/{name}/package.json"]) for name in names}
    he = {"version": "1.2.0", "dev": True}
    lock = _lock(**{"": json.loads(WORKSPACE["package.json"]), "node_modules/he": he, **links, **members})

    report = machine.run({**WORKSPACE, "package-lock.json": lock}, {**UNIT, "source": "packages/app"})

    assert (report["error"], report["warnings"]) == (None, [])
    assert _answer(machine, "app.js") == "1000"


def test_local_package(machine: Machine) -> None:
    """A folder that the function depends on is a package of its own in what is deployed."""
    files = {
        "src/package.json": json.dumps({"dependencies": {"near": "file:../near"}}),
        "src/app.js": WORKSPACE["packages/app/app.js"],
        "near/package.json": json.dumps({"name": "near", "version": "1.0.0", "main": "i.js"}),
        "near/i.js": "module.exports = 7",
    }

    report = machine.run(files, UNIT)

    assert report["error"] is None
    assert _answer(machine, "app.js") == "7"


def test_workspace_in_a_bundle(machine: Machine) -> None:
    """TypeScript of another member, and of a folder that is no package, is bundled."""
    files = {
        "package.json": json.dumps({"workspaces": ["app", "near"]}),
        "app/package.json": json.dumps({"name": "app", "version": "1.0.0", "dependencies": {"near": "*"}}),
        "app/app.ts": 'import { a } from "near"; import { b } from "../far"; '
        "export const handler = async (): Promise<number> => a + b",
        "near/package.json": json.dumps({"name": "near", "version": "1.0.0", "main": "i.ts"}),
        "near/i.ts": "export const a: number = 3",
        "far.ts": "export const b: number = 4",
    }

    report = machine.run(files, {**BUNDLE, "source": "app"})

    assert report["error"] is None
    assert machine.names() == ["app.js"]
    assert _answer(machine, "app.js") == "7"


def test_build_properties(machine: Machine) -> None:
    """Every property that SAM's guide lists, and those of esbuild's own, are obeyed."""
    files = {
        "src/app.ts": 'import text from "./a.txt"; import external from "./not-there";\n'
        "declare const GIVEN: string;\n"
        "export const handler = async () => `${text} ${GIVEN} ${external}`",
        "src/other.ts": "export const other = 1",
        "src/a.txt": "of a file",
    }
    options = {
        "Minify": True,
        "Target": "es2022",
        "Sourcemap": "true",
        "SourcesContent": False,
        "EntryPoints": ["app.ts", "other.ts"],
        "External": ["./not-there"],
        "Format": "esm",
        "OutExtension": [".js=.mjs"],
        "Loader": [".txt=text"],
        "MainFields": "module,main",
        "KeepNames": True,
        "Banner": ["js=// first"],
        "Define": {"GIVEN": '"given"'},
        "UseNpmCi": True,
    }

    report = machine.run(files, {**BUNDLE, "options": options})

    assert report["error"] is None
    assert machine.names() == ["app.mjs", "app.mjs.map", "other.mjs", "other.mjs.map"]
    bundle = machine.text("app.mjs")
    assert bundle.startswith("// first\n")
    assert 'from"./not-there"' in bundle
    assert "of a file" in bundle
    assert "given" in bundle
    assert "sourcesContent" not in json.loads(machine.text("app.mjs.map"))


def test_property_that_esbuild_does_not_know(machine: Machine) -> None:
    """It is named."""
    report = machine.run({"src/app.ts": ""}, {**BUNDLE, "options": {"NoSuchThing": "x"}})

    assert report["error"]["code"] == "BuildFailed"
    assert "no-such-thing" in report["error"]["message"]


def test_entry_point_that_is_missing(machine: Machine) -> None:
    """It is named too."""
    report = machine.run({"src/app.ts": ""}, {**BUNDLE, "options": {"EntryPoints": ["gone.ts"]}})

    assert report["error"]["code"] == "BuildFailed"
    assert "gone.ts" in report["error"]["message"]


def _answer(machine: Machine, file: str) -> str:
    """What the built function's handler answers."""
    folder = machine.folder / "out"
    machine.zip().extractall(folder)
    script = f"require('./{file}').handler().then(console.log)"
    done = subprocess.run(["node", "-e", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
