"""A sanity test: what is asked of one deployed thing. An outcome: how that went. A result: both, for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NotRequired, TypedDict


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - the word that pytest uses
    FAIL = "fail"
    SKIP = "skip"


class SanityTest(TypedDict):
    """`check` is a name of deployer.aws.checks.registry; `spec` is what that check takes.

    With `skip`, the reason, nothing is run. `isMutating` marks a test that writes, or sends an unsafe request: it
    is made only when the caller allowed that. `invokes` names the functions that run when it does: it is made only
    when none of them is left out.
    """

    name: str  # unique in its session
    resourceType: str
    logicalId: str  # of a nested stack's resource: Child/Table
    physicalId: str
    check: str
    spec: dict[str, Any]
    isMutating: NotRequired[bool]
    invokes: NotRequired[list[str]]  # logical ids
    skip: NotRequired[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`error` says what is wrong (fail) or why nothing can be said (skip). `evidence` holds JSON, no secrets.

    `reproduce` is one line for a shell. `may_pass_later`: the failure looks like one that time alone may heal, as
    just after a deployment; it is tried again for `patience_seconds` before it counts. So is a skip that says what
    the thing itself says: not yet.
    """

    status: Verdict
    error: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    reproduce: str = ""
    may_pass_later: bool = False
    patience_seconds: int = 20  # IAM's changes are believed everywhere after some seconds, rarely more than ten


class SanityTestResult(TypedDict):
    """How a test went, as the session keeps it. `error` and `reproduce` are empty when there is nothing to say."""

    name: str
    resourceType: str
    logicalId: str
    physicalId: str
    status: str  # Verdict
    startedAt: str
    durationMs: int
    error: str
    evidence: dict[str, Any]
    reproduce: str


class Summary(TypedDict):
    """`durationMs` is from the first test's start to the last one's end."""

    total: int
    passed: int
    failed: int
    skipped: int
    durationMs: int
