"""The tests that a repository brings: each entry of its `sanity-tests.yaml`, pointed at what is deployed.

A target is named by its logical id: where a request goes is never for the file to say. Whether an unsafe method is
sent is the caller's to allow.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployer.amounts import size
from deployer.errors import SanityTestsInvalid
from deployer.sanity.address import Address, AddressRefused
from deployer.sanity.api_route import SAFE_METHODS
from deployer.sanity.function_names import function_of
from deployer.sanity.own_tests_file import document, own_tests_file
from deployer.sanity.statement import invoking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.expectation import Expectation
    from deployer.sanity.own_tests_file import Expected, Invocation, OwnTest, Request
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

_FUNCTIONS: Final = ("AWS::Lambda::Function", "AWS::Lambda::Alias")
_REST: Final = "AWS::ApiGateway::RestApi"
_HTTP: Final = "AWS::ApiGatewayV2::Api"
_URL: Final = "AWS::Lambda::Url"
_CONTENT_TYPE: Final = "content-type"
_LATER: Final = "later"
_SHOWN_NAMES: Final = 10
MAX_TOGETHER_BYTES: Final = 16_000_000
"""As JSON, since every test may send the same large file. All tests of a session may have 64 MiB."""
_VALUES: Final = frozenset({"includes", "equals"})
_REQUEST: Final = "own.request"
_INVOKE: Final = "own.invoke"


def own_tests(scene: Scene) -> Iterator[SanityTest]:
    """One test for each entry of the file; none without a file.

    Raises SanityTestsInvalid for a file that cannot be used, for a target that is not deployed, and for tests that
    send too much together.
    """
    name, file = own_tests_file(scene.files)
    left_bytes = MAX_TOGETHER_BYTES
    for number, own in enumerate(file.tests, start=1):
        try:
            test = _sanity_test(own, scene)
            left_bytes -= _fitting(test, left_bytes)
        except SanityTestsInvalid as error:
            raise SanityTestsInvalid(f"{name}: test {number} ({own.name}): {error.message}") from error
        yield invoking(test, [function_of(test["physicalId"], scene.deployed)])


def _fitting(test: SanityTest, left_bytes: int) -> int:
    """The test's size. Raises SanityTestsInvalid when that is more than is left for it."""
    size_bytes = len(json.dumps(test))
    if size_bytes > left_bytes:
        raise SanityTestsInvalid(
            f"up to here the tests have more than {size(MAX_TOGETHER_BYTES)}: "
            "send smaller events, or send the large ones in fewer tests"
        )
    return size_bytes


def is_own(test: SanityTest) -> bool:
    return test["check"] in {_REQUEST, _INVOKE}


def left_out(scene: Scene) -> Mapping[str, str]:
    """The resources that no other test may touch, by logical id, and why.

    Raises SanityTestsInvalid for a file that cannot be used, and for a resource that is not deployed.
    """
    name, file = own_tests_file(scene.files)
    present = {resource["logicalId"] for resource in scene.deployed.resources}
    unknown = sorted(file.skip.keys() - present)
    if unknown:
        raise SanityTestsInvalid(
            f"{name}: skip: {unknown[0]} is not a resource of {scene.deployed.record['name']}"
        )
    return {logical_id: f"{name}: {reason}" for logical_id, reason in file.skip.items()}


def _sanity_test(own: OwnTest, scene: Scene) -> SanityTest:
    if own.request:
        target = _target(own.request.api, scene.deployed, "request.api", _REST, _HTTP, _URL)
        test = _test(own, target, _REQUEST, _request_spec(own.request, target, scene))
        if own.request.method not in SAFE_METHODS:
            test["isMutating"] = True
        return test
    invocation = own.invoke
    assert invocation, "the model has one of the two"  # noqa: S101 - said to the type checker
    target = _target(invocation.function, scene.deployed, "invoke.function", *_FUNCTIONS)
    return _test(own, target, _INVOKE, _invocation_spec(invocation, target, scene.files))


def _test(own: OwnTest, target: DeployedResource, check: str, spec: dict[str, Any]) -> SanityTest:
    return {
        "name": f"{target['logicalId']}: {own.name}",
        "resourceType": target["type"],
        "logicalId": target["logicalId"],
        "physicalId": target["physicalId"],
        "check": check,
        "spec": {**spec, "expected": _expectation(own.expect)},
    }


def _target(name: str | None, deployed: Deployed, field: str, *types: str) -> DeployedResource:
    """The one that is named; the only one of its types where none is."""
    present = [resource for resource in deployed.of_type(*types) if name in {None, resource["logicalId"]}]
    if len(present) == 1:
        return present[0]
    there = ", ".join(sorted(resource["logicalId"] for resource in deployed.of_type(*types))[:_SHOWN_NAMES])
    if name is None and there:
        raise SanityTestsInvalid(f"{field} is required, because there are several: {there}")
    raise SanityTestsInvalid(f"{field}: {name or 'nothing to call'} is not deployed; there is {there or 'none'}")


def _request_spec(request: Request, api: DeployedResource, scene: Scene) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in request.headers.items()}
    is_json = request.body is not None and not isinstance(request.body, str)
    if is_json:
        headers.setdefault(_CONTENT_TYPE, "application/json")
    return {
        "method": request.method,
        "address": _address(request, api, scene),
        "headers": headers,
        "body": json.dumps(request.body, ensure_ascii=False) if is_json else request.body,
    }


def _address(request: Request, api: DeployedResource, scene: Scene) -> Mapping[str, object]:
    """A function's URL has an id that only Lambda tells; the check asks for it."""
    path, _, query = request.path.partition("?")
    addresses = scene.addresses
    try:
        if api["type"] == _URL:
            at_url = Address(pattern=addresses.function_url, id=_LATER, path=path, query=query).fields
            return {**at_url, "function": api["physicalId"]}
        whole = _stage_path(request, api, scene.deployed) + path
        return Address(pattern=addresses.execute_api, id=api["physicalId"], path=whole, query=query).fields
    except AddressRefused as error:
        raise SanityTestsInvalid(f"request.path: {error}") from error


def _stage_path(request: Request, api: DeployedResource, deployed: Deployed) -> str:
    stages = _stages(api, deployed)
    if request.stage is None and len(stages) > 1:
        raise SanityTestsInvalid(f"request.stage is required, because there are several: {', '.join(stages)}")
    if not stages or request.stage not in {None, *stages}:
        there = f"there is {', '.join(stages)}" if stages else "it has none"
        raise SanityTestsInvalid(f"request.stage: {api['logicalId']} has no such stage; {there}")
    stage = request.stage or stages[0]
    return "" if stage == "$default" else f"/{stage}"


def _stages(api: DeployedResource, deployed: Deployed) -> list[str]:
    """Of a REST API also the one that its deployment made, when it has no other: SAM leaves one called Stage."""
    types = {
        _REST: [("AWS::ApiGateway::Stage", "RestApiId"), ("AWS::ApiGateway::Deployment", "RestApiId")],
        _HTTP: [("AWS::ApiGatewayV2::Stage", "ApiId")],
    }
    for stage_type, owner in types[api["type"]]:
        of_api = [
            r["properties"]
            for r in deployed.of_type(stage_type)
            if r["properties"].get(owner) == api["physicalId"]
        ]
        names = [str(properties["StageName"]) for properties in of_api if properties.get("StageName")]
        if names:
            return sorted(names)
    return []


def _invocation_spec(
    invocation: Invocation, function: DeployedResource, files: Mapping[str, str]
) -> dict[str, Any]:
    payload = invocation.payload if invocation.was_given("payload") else {}
    if invocation.event is not None:
        if invocation.event not in files:
            raise SanityTestsInvalid(
                f"invoke.event: the project has no file {invocation.event} (JSON or YAML, at most 256 KiB)"
            )
        payload = document(invocation.event, files[invocation.event])
    return {"function": function["physicalId"], "payload": json.dumps(payload, ensure_ascii=False)}


def _expectation(expected: Expected) -> Expectation:
    """What was given, and nothing else. Null is a value that `includes` and `equals` may be."""
    given = expected.model_dump(include=expected.model_fields_set)
    found: Any = {name: value for name, value in given.items() if value is not None or name in _VALUES}
    return found  # type: ignore[no-any-return]
