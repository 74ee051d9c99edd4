"""An AWS CDK app, by its cdk.json: what runs it, and what the build is asked to make of it."""

from __future__ import annotations

import hashlib
import json
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.worker import BuildUnit

CDK_JSON: Final = "cdk.json"
METHOD: Final = "cdk"
TOOL: Final = "AWS CDK"

# The programs that run an app in a language that the build does not have (AWS CDK guide, "cdk init").
_MISSING: Final = {
    "mvn": "Java",
    "mvnw": "Java",
    "gradle": "Java",
    "gradlew": "Java",
    "java": "Java",
    "dotnet": ".NET",
    "go": "Go",
}
_ID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CdkApp:
    """`path` is that of its cdk.json; `command` is the `app` in it: code of the repository, run by the build."""

    path: str
    command: str

    @property
    def evidence(self) -> str:
        """A sentence for people."""
        return f"{self.path} runs `{self.command[:200]}`"


def find_app(texts: Mapping[str, str], folder: str) -> CdkApp | None:
    """The app of that folder, when it has one in a language that the build has."""
    path = posixpath.join(folder, CDK_JSON)
    command = _command(texts.get(path, ""))
    return CdkApp(path=path, command=command) if command and _missing_language(command) is None else None


def tool(text: str) -> str:
    """The name of the tool that a cdk.json stands for, with the language where that is the reason to refuse it."""
    language = _missing_language(_command(text))
    return f"{TOOL} in {language}" if language else TOOL


def _command(text: str) -> str:
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return ""
    command = document.get("app") if isinstance(document, dict) else None
    return command.strip() if isinstance(command, str) else ""


def _missing_language(command: str) -> str | None:
    return _MISSING.get(posixpath.basename(command.split(maxsplit=1)[0])) if command else None


def synthesis(root: str, reach: str, account: str, region: str) -> BuildUnit:
    """What the build is asked for: the cloud assembly of the app in `root`, which may read what is below `reach`.

    Account and region are what the CDK CLI would find in the credentials that the build does not have.
    """
    options: dict[str, Any] = {
        "root": posixpath.relpath(root or ".", reach or "."),
        "account": account,
        "region": region,
    }
    digest = hashlib.sha256(json.dumps([reach, options]).encode()).hexdigest()
    return {
        "id": digest[:_ID_LENGTH],
        "kind": "app",
        "name": posixpath.join(root, CDK_JSON),
        "source": reach,
        "method": METHOD,
        "runtime": "",
        "architecture": "x86_64",
        "handler": "",
        "options": options,
    }
