"""What the demo prints: readable without knowing the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.report import Progress, sanity_table, table

if TYPE_CHECKING:
    import pytest


def session(**fields: Any) -> dict[str, Any]:
    return {"status": "success", "durationMs": 4210, "logs": [], **fields}


def test_table_of_a_success() -> None:
    """Outputs and resources stand in columns, one on a line."""
    resources = [
        {"logicalId": "A", "type": "AWS::S3::Bucket", "physicalId": "my-bucket", "status": "CREATE_COMPLETE"},
        {"logicalId": "B", "type": "AWS::IAM::Role", "physicalId": "my-role", "status": "CREATE_COMPLETE"},
    ]
    deployed = {"stackName": "app-1", "outputs": {"Url": "https://x"}, "resources": resources}

    assert table(session(deployedResources=deployed)).splitlines() == [
        "  status      success in 4.2 s",
        "  stack       app-1",
        "  outputs     Url  https://x",
        "  resources   AWS::S3::Bucket  my-bucket",
        "              AWS::IAM::Role   my-role",
    ]


def test_table_of_tests() -> None:
    """Each test has a line: what passed with its time, the others with their reason; the summary comes last."""
    results = [
        {"name": "Table is active", "status": "pass", "durationMs": 1234, "error": ""},
        {"name": "Queue", "status": "fail", "durationMs": 5, "error": "it does not exist"},
        {"name": "Role", "status": "skip", "durationMs": 0, "error": "not tested"},
    ]
    summary = {"total": 3, "passed": 1, "failed": 1, "skipped": 1, "durationMs": 2500}

    assert sanity_table(session(testResults=results, summary=summary)).splitlines() == [
        "  tests       ✓ Table is active  1,234 ms",
        "              ✗ Queue            it does not exist",
        "              - Role             not tested",
        "              1 passed, 1 failed, 1 skipped in 2.5 s",
    ]


def test_table_of_a_failure() -> None:
    """The error stands there with its code and what can be done."""
    error = {"code": "StackFailed", "message": "Bucket: taken", "hint": "Look at the events."}

    assert table(session(status="failed", error=error)).splitlines() == [
        "  status      failed in 4.2 s",
        "  error       StackFailed: Bucket: taken",
        "              Look at the events.",
    ]


def test_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Each log entry is one line, a warning says that it is one, and between them stands what is being done."""
    progress = Progress()
    entry = {"timestamp": "2026-01-01T10:00:00.123Z", "level": "info", "stage": "validating", "message": "found"}

    progress(session(logs=[entry], stage="cloning", message="cloning it"))
    progress(session(stage="cloning", message="cloning it"))
    progress(session(logs=[{**entry, "level": "warning", "message": "large"}], stage="settled", message="done"))

    assert capsys.readouterr().out.splitlines() == [
        "  10:00:00.1  validating  found",
        "  ...         cloning     cloning it",
        "  10:00:00.1  validating  warning: large",
    ]
