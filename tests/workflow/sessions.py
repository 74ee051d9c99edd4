"""What the states of a session that goes well are given, and what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.workflow.machine import Answer

SESSION: Final = "0192f0c1-2345-7abc-8def-0123456789ab"
TESTS: Final = "0192f0c1-2345-7abc-8def-aaaaaaaaaaaa"
STACK: Final = "arn:aws:cloudformation:us-east-1:123456789012:stack/hello/1"
BUILD_PLAN: Final = "https://bucket.example/build-plan"
CLONE_PLAN: Final = "https://bucket.example/clone-plan"
SOURCE: Final = {
    "repository": "octo/hello",
    "branch": "main",
    "commit": "a" * 40,
    "projectRoot": "",
    "stackName": "hello",
    "needsClone": True,
    "cloneTask": "arn:aws:ecs:us-east-1:123456789012:task-definition/clone:1",
    "planUrl": CLONE_PLAN,
}


def deployment(mode: str = "deploy", *, run_tests: bool = False) -> dict[str, Any]:
    """The input of a deployment's execution."""
    request: dict[str, Any] = {
        "repository": "octo/hello",
        "branch": None,
        "commit": None,
        "projectRoot": "",
        "template": None,
        "stackName": None,
        "tags": {},
        "mode": mode,
        "runTests": run_tests,
        "keepFailedStack": False,
    }
    return {"sessionId": SESSION, "request": request}


def sanity_test(concurrency: int = 10) -> dict[str, Any]:
    """The input of a test session's execution."""
    request: dict[str, Any] = {
        "deploymentId": None,
        "stackName": "hello",
        "functionName": None,
        "repository": "octo/hello",
        "branch": None,
        "commit": None,
        "projectRoot": None,
        "include": [],
        "exclude": [],
        "maxConcurrency": concurrency,
        "allowMutating": None,
        "isNested": False,
    }
    return {"sessionId": SESSION, "request": request}


def target(*, needs_clone: bool) -> dict[str, Any]:
    return {
        "stackId": STACK,
        "functionName": None,
        "sourceSessionId": SESSION,
        "projectRoot": "",
        "allowMutating": True,
        "needsClone": needs_clone,
        "cloneTask": "arn:aws:ecs:us-east-1:123456789012:task-definition/clone:1",
        "planUrl": CLONE_PLAN if needs_clone else None,
    }


def removal() -> dict[str, Any]:
    """The input of a removal's execution."""
    return {"sessionId": SESSION, "stackId": STACK}


def project(*, needs_build: bool) -> dict[str, Any]:
    plan_url = BUILD_PLAN if needs_build else None
    return {"kind": "sam", "projectRoot": "", "needsBuild": needs_build, "planUrl": plan_url}


def change_set(*, ready: bool = True, changes: bool = True, wait: int = 2) -> dict[str, Any]:
    return {
        "changeSetId": "arn:aws:cloudformation:us-east-1:123456789012:changeSet/deployer/1",
        "stackId": STACK,
        "type": "CREATE",
        "isReady": ready,
        "hasChanges": changes,
        "waitSeconds": wait,
    }


def stack(*, settled: bool = True, overdue: bool = False, stopping: bool = False, wait: int = 5) -> dict[str, Any]:
    return {
        "stackId": STACK,
        "wanted": "deployed",
        "startedAt": "2026-11-23T00:00:00Z",
        "isSettled": settled,
        "isOverdue": overdue,
        "isStopping": stopping,
        "waitSeconds": wait,
    }


def given(name: str) -> dict[str, Any]:
    """The input of that machine's execution; of `deploy`, one that is to be tested."""
    return {"deploy": deployment(run_tests=True), "sanity_test": sanity_test(), "remove_stack": removal()}[name]


def answers(name: str) -> dict[str, Answer | list[Answer]]:
    """Every Task's answer when all goes well; of `deploy`, with a build."""
    return dict({"deploy": _DEPLOY, "sanity_test": _SANITY_TEST, "remove_stack": _REMOVE}[name])


_DEPLOY: Final[dict[str, Answer | list[Answer]]] = {
    "ValidateRequest": SOURCE,
    "DetectProject": project(needs_build=True),
    "PublishPackage": {
        "templateKey": "packages/1.template.json",
        "capabilities": [],
        "parameters": {},
        "tags": {},
        "secretOutputs": [],
    },
    "CreateChangeSet": change_set(ready=False),
    "CheckChangeSet": change_set(),
    "ExecuteChangeSet": stack(settled=False),
    "CheckStack": stack(),
    "StopStack": stack(settled=False, stopping=True),
    "CreateTestSession": {"sessionId": TESTS, "request": sanity_test()["request"]},
    "RecordFailure": {"error": "StackFailed", "cause": "Table: it exists"},
}
_SANITY_TEST: Final[dict[str, Answer | list[Answer]]] = {
    "ValidateTestRequest": target(needs_clone=True),
    "DiscoverResources": {"resourceCount": 2},
    "GenerateTests": {"items": [{"number": 0, "name": "Table is active"}, {"number": 1, "name": "Queue is"}]},
    "RunSanityTest": {"status": "pass", "error": ""},
    "RecordFailure": {"error": "SanityTestsFailed", "cause": "1 test failed: Table is active"},
}
_REMOVE: Final[dict[str, Answer | list[Answer]]] = {
    "EmptyBuckets": {"areEmpty": True},
    "DeleteStack": stack(settled=False),
    "CheckStack": stack(),
    "RecordFailure": {"error": "StackFailed", "cause": "Bucket: it is not empty"},
}
