"""Synthesizes an AWS CDK app: installs what it asks for, and lets the CDK CLI leave its cloud assembly.

The app runs without credentials, so what it looks up in an account and what it makes in Docker is not there.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cdk_packages import install, install_functions
from deployer.errors import BuildFailed
from deployer.log_text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from order import Order, Outcome

TOOL: Final = "cdk"
# Where the docker command is looked for (CDK reads CDK_DOCKER): a name that says in any message what is missing.
_NO_DOCKER: Final = "docker-is-not-in-the-build"
_SYNTH: Final = (
    "synth ** --quiet --no-color --ci --no-lookups --no-notices --no-version-reporting --no-path-metadata "
    "--no-asset-metadata"
)
# What the CDK CLI says to a library that is newer than itself, and the program that is as new.
_TOO_OLD: Final = "CDK CLI is not compatible"
_NEWEST: Final = "npx --yes aws-cdk@latest"
# What runs a program in the environment that is made here anyway.
_RUNNER: Final = re.compile(r"^(?:poetry|pipenv|uv)\s+run\s+")
_COMPILED: Final = re.compile(r"^node\s+(?:-\S+\s+)*(?P<file>[\w./-]+?)(?:\.js)?(?:\s|$)")
_TAIL_LINES: Final = 200
_MAX_REASON_BYTES: Final = 1500
# Node's, Python's, TypeScript's and the CDK's way to say what is wrong; all else is where it went wrong.
_SAID: Final = re.compile(r"(?:[\w.]*(?:Error|Exception)\b(?!:$)|.*\berror TS\d+:|❌|✘|«\w+»|This CDK CLI)")
# Notices of old versions are in boxes; a line of a stack trace says where, not what.
_NO_NEWS: Final = re.compile(r"!!|at |\.\.\.|\^+$|File \"")
_MAX_MANIFEST_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """`root` is the folder of its cdk.json; `command` is what that file runs."""

    root: Path
    command: str
    environment: dict[str, str]

    @classmethod
    def of(cls, order: Order, source: Path) -> App:
        options = order["unit"]["options"]
        root = (source / options["root"]).resolve()
        document = json.loads((root / "cdk.json").read_text(encoding="utf-8-sig"))
        return cls(
            root=root,
            command=_RUNNER.sub("", str(document["app"]).strip()),
            environment=_environment(root, options["account"], options["region"]),
        )


def synthesize(order: Order, source: Path, artifacts: Path) -> Outcome:
    """The artifacts folder is the app's cloud assembly. Raises BuildFailed.

    An assembly that lacks context is left as it is: whoever reads it names what is missing.
    """
    app = App.of(order, source)
    warnings = install(app.root, app.command, Path(order["scratch"]), app.environment)
    warnings += install_functions(source.resolve(), app.root, app.environment)
    _compile(app)
    arguments = [*_SYNTH.split(), "--app", app.command, "--output", str(artifacts)]
    code, said = _run(app, ["cdk", *arguments])
    if any(_TOO_OLD in line for line in said):
        code, said = _run(app, [*_NEWEST.split(), *arguments])
    if code != 0 and not _lacks_context(artifacts):
        raise BuildFailed(_reason(app, said))
    if not (artifacts / "manifest.json").is_file():
        raise BuildFailed("the app left no cloud assembly: its App must not have an `outdir` of its own")
    return {"tool": TOOL, "warnings": warnings}


def _environment(root: Path, account: str, region: str) -> dict[str, str]:
    """What the CDK CLI would find in the credentials that are not here, and nothing that it would ask AWS for.

    Programs of the app's own come last: the CDK CLI among them is older than ours. Types are not checked, as
    esbuild checks none: that takes most of the time, and with an old compiler and a new library 1.6 GB.
    """
    return {
        **os.environ,
        "PATH": f"{root / '.venv' / 'bin'}:{os.environ['PATH']}:{root / 'node_modules' / '.bin'}",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_DEFAULT_ACCOUNT": account,
        "CDK_DEFAULT_REGION": region,
        "CDK_DOCKER": _NO_DOCKER,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "NO_COLOR": "1",
        "TS_NODE_TRANSPILE_ONLY": "true",
    }


def _compile(app: App) -> None:
    """An app in TypeScript that runs its compiled form is compiled, as its README says. Raises BuildFailed."""
    match = _COMPILED.match(app.command)
    program = app.root / f"{match['file']}.js" if match else app.root
    if program.exists() or not (app.root / "tsconfig.json").is_file():
        return
    code, said = _run(app, ["npx", "tsc"])
    if code != 0 and not program.is_file():
        raise BuildFailed(_reason(app, said))


def _run(app: App, command: Sequence[str]) -> tuple[int, list[str]]:
    """The exit code, and the last lines of what it said; all of it goes on to the build's own output."""
    last: deque[str] = deque(maxlen=_TAIL_LINES)
    with subprocess.Popen(
        command,
        cwd=app.root,
        env=app.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            last.append(line.rstrip())
    return process.returncode, [line for line in last if line]


def _lacks_context(artifacts: Path) -> bool:
    manifest = artifacts / "manifest.json"
    if not manifest.is_file() or manifest.stat().st_size > _MAX_MANIFEST_BYTES:
        return False
    try:
        document: Any = json.loads(manifest.read_text())
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and bool(document.get("missing"))


def _reason(app: App, said: Sequence[str]) -> str:
    """What a person has to read of a failed synthesis: the lines that name an error, else the last ones.

    Paths are those of the repository, from the app's folder.
    """
    if any(_NO_DOCKER in line for line in said):
        return (
            "the app bundles or builds in Docker, which the build does not have: bundle locally "
            "(NodejsFunction does, with esbuild), commit what Docker makes, or give a `local` bundling"
        )
    plain = [line.strip() for line in said if not _NO_NEWS.match(line.lstrip())]
    named = [line for line in plain if _SAID.match(line)]
    told = "\n".join(dict.fromkeys(named[-10:] or plain[-10:]))
    return clean(told.replace(f"{app.root}/", "") or "it ended without a word", _MAX_REASON_BYTES)
