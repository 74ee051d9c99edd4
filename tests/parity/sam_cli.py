"""A deployment by `sam build && sam deploy`, as a person would do it in a copy of the folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, WaiterError
from local import processes
from local.platform import ACCESS_KEY, REGION
from tests.parity.run import Run, Tool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from local.platform import Platform
    from tests.parity.run import Project

INTERPRETER_MISSING: Final = "InterpreterMissing"
BUILD, DEPLOY = "build", "deploy"
_SECONDS: Final = 600
_BUCKET: Final = "sam-packages"
_NAMES: Final = ("template.yaml", "template.yml", "template.json")
"""What `sam` looks for, in its order (samcli/commands/_utils/options.py, get_or_default_template_file_name)."""
_NO_INTERPRETER: Final = re.compile(r"do you have \w+ for runtime: (\S+) on your PATH", re.IGNORECASE)
_PYTHON: Final = re.compile(r"\bpython3\.\d+\b")
_STYLE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CANCELLED: Final = ("cancelled", "Resource creation")


@dataclass(frozen=True, slots=True, kw_only=True)
class SamCli:
    """`home` holds its caches and settings, as a person's home would. `tools`: esbuild, as our builds have it."""

    program: Path
    platform: Platform
    home: Path
    tools: Path

    def prepare(self) -> None:
        """It finds a bucket, and none of this machine's settings."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._config.write_text("version = 0.1\n")  # a project's own would ask, or name a bucket that is not there
        self.platform.client("s3").create_bucket(Bucket=_BUCKET)

    @property
    def _config(self) -> Path:
        return self.home / "samconfig.toml"

    def deploy(  # it is one command line
        self,
        folder: Path,
        project: Project,
        tool: Tool,
        number: int,
        *,
        template: str = "",
        parameters: Mapping[str, str],
    ) -> Run:
        """`template` is what another tool took; given to this one where it would find none by itself."""
        run = Run(
            project=project, tool=tool, round=number, detected=False, packaged=False, deployed=False, total=0.0
        )
        name = next((each for each in _NAMES if (folder / each).is_file()), template)
        if not name or not (folder / name).is_file():
            return replace(run, code="TemplateNotFound", reason=f"none of {', '.join(_NAMES)}")
        built, output = self._timed(folder, tool, "build", "--template", name)
        run = replace(run, detected=True, total=built, seconds={BUILD: built})
        if output is not None:
            return _failed(run, "build", output)
        deployed, output = self._timed(folder, tool, *self._deploy_options(project, parameters))
        run = replace(
            run, packaged=True, total=round(built + deployed, 2), seconds={BUILD: built, DEPLOY: deployed}
        )
        if output is not None:
            return _failed(run, "deploy", output, self._first_failure(stack_name(project)))
        return replace(run, deployed=True)

    def _deploy_options(self, project: Project, parameters: Mapping[str, str]) -> list[str]:
        """No question is asked, and nothing is refused that a person would allow."""
        given = [f"{name}={_quoted(value)}" for name, value in parameters.items()]
        return [
            *("deploy", "--stack-name", stack_name(project), "--region", REGION),
            *("--s3-bucket", _BUCKET, "--s3-prefix", project.slug),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
            *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
            *(["--parameter-overrides", *given] if given else []),
        ]

    def _timed(self, folder: Path, tool: Tool, *arguments: str) -> tuple[float, str | None]:
        """Seconds, and its output when it failed."""
        started = time.monotonic()
        log = self.home / "sam.log"  # not in the folder: it would be packaged
        log.unlink(missing_ok=True)
        command = [str(self.program), *arguments, "--config-file", str(self._config)]
        with processes.running(command, folder=folder, env=self._env(tool), output=log) as process:
            try:
                has_failed, more = process.wait(_SECONDS) != 0, ""
            except subprocess.TimeoutExpired:
                has_failed, more = True, f"\nError: it had not ended after {_SECONDS} s"
            seconds = round(time.monotonic() - started, 2)
        return seconds, f"{log.read_text(errors='replace')}{more}" if has_failed else None

    def _env(self, tool: Tool) -> dict[str, str]:
        own = processes.environment(self.home) | processes.registry_settings()
        return own | {
            "PATH": f"{self.tools}{os.pathsep}{own['PATH']}",
            "AWS_ENDPOINT_URL": self.platform.endpoint_url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "NO_PROXY": self.platform.host,
            "SAM_CLI_TELEMETRY": "0",
            **({"SAM_CLI_POLL_DELAY": "0.5"} if tool is Tool.SAM_POLLING else {}),
        }

    def _first_failure(self, name: str) -> str:
        """The reason in CloudFormation's events of the first resource that failed; often `sam` has none."""
        try:
            events = self.platform.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        except ClientError:
            return ""
        failed = [each for each in reversed(events) if each["ResourceStatus"].endswith("_FAILED")]
        reasons = [f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}" for each in failed]
        return next((each for each in reasons if not any(word in each for word in _CANCELLED)), "")

    def remove(self, project: Project) -> None:
        """Its stack is gone. Raises ClientError or WaiterError."""
        cloudformation: Any = self.platform.client("cloudformation")
        cloudformation.delete_stack(StackName=stack_name(project))
        waiter = cloudformation.get_waiter("stack_delete_complete")
        waiter.wait(StackName=stack_name(project), WaiterConfig={"Delay": 1, "MaxAttempts": 120})


REMOVAL_FAILURES: Final = (ClientError, WaiterError)


def stack_name(project: Project) -> str:
    """A letter first, at most 128 characters (CreateChangeSet, StackName)."""
    return f"sam-{project.slug}"[:128].rstrip("-")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _failed(run: Run, command: str, output: str, first_failure: str = "") -> Run:
    missing = _NO_INTERPRETER.search(" ".join(output.split()))
    if missing:
        reason = f"{missing[1]} is not on PATH"
        return replace(run, code=INTERPRETER_MISSING, reason=reason)
    return replace(run, code=f"sam {command}", reason=first_failure or said(output))


def said(output: str) -> str:
    """The last thing that it called an error, in one line; else its last words."""
    text = _STYLE.sub("", output).strip()
    at = max(text.rfind("Error:"), text.rfind("Build Failed"))
    return " ".join(text[max(at, 0) :].split())[:500] if at >= 0 else " ".join(text.split())[-500:]


def for_this_python(folder: Path) -> str:
    """Every Python runtime named below the folder is the one that runs this; what was changed, or nothing."""
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    changed: set[str] = set()
    for path in (
        each for each in folder.rglob("*") if each.suffix in {".yaml", ".yml", ".json"} and each.is_file()
    ):
        text = path.read_text(errors="surrogateescape")
        named = {each for each in _PYTHON.findall(text) if each != here}
        if named:
            path.write_text(_PYTHON.sub(here, text), errors="surrogateescape")
            changed |= named
    return f"{', '.join(sorted(changed))} is {here}" if changed else ""


def clean(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
