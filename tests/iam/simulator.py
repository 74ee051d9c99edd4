"""The simulator: which answer IAM would give, from the policies alone.

`@cloud-copilot/iam-simulate` (npm) knows AWS's actions, resource types and condition keys, identity and trust
policies, and permissions boundaries. It runs in a process of its own, and is installed once, below .local.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from local.errors import ProgramMissing
from supply.parts import ROOT
from tests.iam.account import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.iam.account import Role

_HERE: Final = Path(__file__).resolve().parent
_FILES: Final = ("package.json", "package-lock.json", "simulate.mjs")
ALLOWED: Final = "Allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May the role do that to the resource, in these circumstances?"""

    role: Role
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    resource_policy: Mapping[str, Any] | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        policies = [{"name": str(number), "policy": each} for number, each in enumerate(self.role.policies)]
        boundary = self.role.boundary
        return {
            "request": {
                "principal": self.role.arn,
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": ACCOUNT},
                "contextVariables": dict(self.context),
            },
            "identityPolicies": policies,
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
            **({"resourcePolicy": self.resource_policy} if self.resource_policy else {}),
            **({"permissionBoundaryPolicies": [{"name": "boundary", "policy": boundary}]} if boundary else {}),
        }


def answers(questions: Sequence[Question]) -> list[str]:
    """For each `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`, or what is wrong with the question.

    Raises ProgramMissing when the simulator cannot be installed.
    """
    asked = json.dumps([question.as_json for question in questions])
    command = ["node", str(_installed() / "simulate.mjs")]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return [each["problem"] or each["result"] for each in json.loads(done.stdout)]


def _installed() -> Path:
    version = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    folder = ROOT / ".local" / "iam" / version
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in _FILES:
            shutil.copy(_HERE / name, folder)
        _run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder))
        (folder / "ready").touch()
    return folder


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramMissing(f"the policy simulator could not be installed with npm:\n{done.stdout}{done.stderr}")
