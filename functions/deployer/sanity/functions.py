"""Tests of a Lambda function itself: it is active, and it answers each kind of event that reaches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.call import Call
from deployer.sanity.event_kind import EventKind
from deployer.sanity.examples import as_example, example_for, has_examples
from deployer.sanity.payloads import Origin
from deployer.sanity.statement import statement
from deployer.sanity.triggers import calls
from deployer.sanity.turn import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Lambda::Function",)
_PLAIN: Final = Call(kind=EventKind.PLAIN, event={}, origin=Origin.PLAIN)
_NOT_INVOKED: Final = {
    EventKind.CUSTOM_RESOURCE: "CloudFormation calls it as a custom resource: any such event makes it do its work",
}


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    active = {"function": resource["physicalId"], "mayBeShut": _reserved(resource) in {"0", "None"}}
    yield statement(resource, "is active", "lambda.active", active)
    found = calls(resource, scene.deployed) or [_PLAIN]
    for kind in dict.fromkeys(call.kind for call in found):
        of_kind = sorted((call for call in found if call.kind == kind), key=lambda call: call.urgency)
        yield _answers(resource, kind, of_kind, scene)


def invocation(
    function: DeployedResource, event: Any, kind: str, scene: Scene, origin: str = Origin.SHAPED, method: str = ""
) -> Invocation:
    """What `lambda.answers` and `explain` take. `kind` is a value of EventKind: `rest`, `http`, ..."""
    return Invocation(
        function=function["physicalId"],
        kind=kind,
        origin=origin,
        event=event,
        method=method,
        runtime=str(function["properties"].get("Runtime") or ""),
        variables=_variables(function),
        types=sorted({resource["type"] for resource in scene.deployed.resources}),
        isEmbedded=scene.addresses.are_embedded,
    )


def _answers(resource: DeployedResource, kind: EventKind, of_kind: Sequence[Call], scene: Scene) -> SanityTest:
    path, call = _with_example(resource, of_kind, scene)
    spec: dict[str, Any] = {
        **invocation(resource, call.event, kind, scene, call.origin, call.method),
        "reportsItems": any(each.reports_items for each in of_kind),
    }
    if path:
        spec |= {"file": path, "made": of_kind[0].event}
    test = statement(resource, f"answers {kind.phrase}", "lambda.answers", spec)
    if reason := _reason_not_to(resource, kind):
        test["skip"] = reason
    elif call.method == "DELETE":
        test["isMutating"] = True
    return test


def _reason_not_to(resource: DeployedResource, kind: EventKind) -> str:
    if resource["properties"].get("DurableConfig"):
        return "a durable function may wait for days: it is not invoked"
    if _reserved(resource) == "0":
        return "its template reserves no concurrency for it: nobody can invoke it"
    return _NOT_INVOKED.get(kind, "")


def _reserved(resource: DeployedResource) -> str:
    """Its concurrency by the template; `None` where only AWS knows, empty where the template does not say."""
    return str(resource["properties"].get("ReservedConcurrentExecutions", ""))


def _with_example(resource: DeployedResource, of_kind: Sequence[Call], scene: Scene) -> tuple[str, Call]:
    """The first call that an event was saved for, or is in the repository; else the first one, as made up."""
    saved = scene.shared_files(resource["physicalId"])
    for files in filter(has_examples, (saved, scene.files)):
        alone = files is saved or _is_alone(resource, of_kind[0].kind, scene.deployed)
        for call in of_kind:
            path, event = example_for(call, _names(resource), alone, files)
            if path and call.origin is not Origin.EXAMPLE:
                return path, as_example(call, event)
    return "", of_kind[0]


def _is_alone(resource: DeployedResource, kind: EventKind, deployed: Deployed) -> bool:
    """No other function gets events of this kind."""
    others = (other for other in deployed.of_type(*TYPES) if other["logicalId"] != resource["logicalId"])
    return not any(call.kind == kind for other in others for call in calls(other, deployed) or [_PLAIN])


def _names(resource: DeployedResource) -> list[str]:
    given = resource["properties"]
    return [resource["logicalId"], str(given.get("Handler") or ""), str(given.get("FunctionName") or "")]


def _variables(function: DeployedResource) -> list[str]:
    environment = function["properties"].get("Environment")
    variables = environment.get("Variables") if isinstance(environment, dict) else None
    return sorted(variables) if isinstance(variables, dict) else []
