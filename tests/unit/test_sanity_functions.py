"""The tests that a function gets, and the repository's own events for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity import functions
from deployer.sanity.event_kind import EventKind
from deployer.sanity.examples import kind_of
from deployer.sanity.functions import invocation
from deployer.sanity.payloads import Route, http_event, rest_event

if TYPE_CHECKING:
    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest

URI = (
    f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn('lambda', 'function:orders')}/invocations"
)
QUEUE = arn("sqs", "orders")
MAPPING = a_resource("Lambda::EventSourceMapping", "M", "m", FunctionName="orders", EventSourceArn=QUEUE)
MESSAGES = {
    "Records": [{"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:1:mine", "body": "own"}]
}


def generated(
    *resources: DeployedResource, files: dict[str, Any] | None = None, **properties: Any
) -> dict[str, SanityTest]:
    texts = {path: each if isinstance(each, str) else json.dumps(each) for path, each in (files or {}).items()}
    scene = a_scene(a_function(**properties), *resources, files=texts)
    return {test["name"]: test for test in functions.tests(scene.deployed.resources[0], scene)}


def spec(name: str, *resources: DeployedResource, **more: Any) -> dict[str, Any]:
    return generated(*resources, **more)[name]["spec"]


def api(method: str) -> DeployedResource:
    integration = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI}}
    return a_resource("ApiGateway::RestApi", "Api", "a", Body={"paths": {"/orders": {method: integration}}})


def test_nobody_calls() -> None:
    """A function that nobody is known to call is asked with a plain event."""
    found = generated()

    assert list(found) == ["Orders is active", "Orders answers a plain event"]
    assert found["Orders answers a plain event"]["spec"]["event"] == {}


def test_each_kind_once() -> None:
    """One test for each kind of caller; of several routes the one that reads."""
    routes: dict[str, dict[str, Any]] = {"/b": {"delete": {}, "post": {}, "get": {}}, "/a/{id}": {"get": {}}}
    integration = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI}}
    body = {"paths": {path: dict.fromkeys(methods, integration) for path, methods in routes.items()}}
    found = generated(a_resource("ApiGateway::RestApi", "Api", "a", Body=body), MAPPING, MAPPING)

    assert list(found) == ["Orders is active", "Orders answers an API request", "Orders answers an SQS event"]
    asked = found["Orders answers an API request"]["spec"]
    assert (asked["event"]["httpMethod"], asked["event"]["resource"]) == ("GET", "/b")


def test_delete() -> None:
    """A function that only deletes is asked when the caller allows changes."""
    assert generated(api("delete"))["Orders answers an API request"].get("isMutating") is True
    assert "isMutating" not in generated(api("post"))["Orders answers an API request"]


def test_custom_resource() -> None:
    """What CloudFormation has done by a function is not done again."""
    custom = a_resource("CloudFormation::CustomResource", "C", "c", ServiceToken=arn("lambda", "function:orders"))

    assert "CloudFormation" in generated(custom)["Orders answers a custom resource's request"]["skip"]


def test_durable() -> None:
    """A durable function may wait for days."""
    assert "durable" in generated(DurableConfig={"ExecutionTimeout": 3600})["Orders answers a plain event"]["skip"]


@pytest.mark.parametrize(
    ("given", "may_be_shut", "is_invoked"),
    [({}, False, True), ({"n": 5}, False, True), ({"n": "0"}, True, False), ({"n": None}, True, True)],
)
def test_reserved_concurrency(given: dict[str, Any], may_be_shut: bool, is_invoked: bool) -> None:
    """What nobody can invoke by its template is not invoked; what it may be is not held against it."""
    found = generated(**({"ReservedConcurrentExecutions": given["n"]} if given else {}))

    assert found["Orders is active"]["spec"] == {"function": "orders", "mayBeShut": may_be_shut}
    assert ("skip" not in found["Orders answers a plain event"]) == is_invoked


def test_setting() -> None:
    """A test knows the function's variables by name, never their values, and what else is deployed."""
    given = spec("Orders answers an SQS event", MAPPING, Environment={"Variables": {"KEY": "secret"}}, Runtime="x")

    assert (given["variables"], given["runtime"]) == (["KEY"], "x")
    assert given["types"] == ["AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function"]
    assert "secret" not in json.dumps(given)


def test_example() -> None:
    """The repository's own event is taken, with this deployment's queue in it; the made-up one stays beside."""
    given = spec("Orders answers an SQS event", MAPPING, files={"events/event.json": MESSAGES})

    assert (given["origin"], given["file"]) == ("example", "events/event.json")
    assert given["event"]["Records"][0] == {"eventSource": "aws:sqs", "eventSourceARN": QUEUE, "body": "own"}
    assert given["made"]["Records"][0]["messageId"]


def test_example_of_another_kind() -> None:
    """An event of another shape is not for this caller."""
    event = rest_event(Route(method="GET", resource="/orders"))

    assert spec("Orders answers an SQS event", MAPPING, files={"events/event.json": event})["origin"] == "shaped"


def test_example_of_another_route() -> None:
    """A request is an example of the route that it asks for, and of no other."""
    own = rest_event(Route(method="GET", resource="/orders")) | {"headers": {"own": "1"}}
    other = rest_event(Route(method="GET", resource="/hello"))
    files = {"events/a.json": other, "events/b.json": own}

    assert spec("Orders answers an API request", api("get"), files=files)["file"] == "events/b.json"
    assert "file" not in spec("Orders answers an API request", api("get"), files={"events/a.json": other})


def test_saved_event() -> None:
    """An event that somebody saved for the function comes before the repository's; another function's never."""
    others = {"kind": "of another"}
    saved: dict[str, dict[str, Any]] = {"orders": {"tea": MESSAGES}, "stock": {"orders": others}}
    scene = a_scene(a_function(), MAPPING, files={"events/orders.json": json.dumps(others)}, shared_events=saved)

    given = {test["name"]: test["spec"] for test in functions.tests(scene.deployed.resources[0], scene)}

    asked = given["Orders answers an SQS event"]
    assert (asked["origin"], asked["file"]) == ("example", "shareable-test-events/orders/tea.json")
    assert asked["event"]["Records"][0]["eventSourceARN"] == QUEUE


def test_example_by_name() -> None:
    """Where several functions get such events, the name says whose it is."""
    other = a_resource("Lambda::Function", "Invoices", "invoices")
    theirs = a_resource("Lambda::EventSourceMapping", "T", "t", FunctionName="invoices", EventSourceArn=QUEUE)
    both = (MAPPING, other, theirs)
    files = {"events/invoices.json": MESSAGES, "events/orders.json": MESSAGES}

    assert spec("Orders answers an SQS event", *both, files=files)["file"] == "events/orders.json"
    assert "file" not in spec("Orders answers an SQS event", *both, files={"events/event.json": MESSAGES})


def test_put_events() -> None:
    """What is written for `aws events put-events` becomes the event that a rule's target gets."""
    pattern = {"source": ["shop"], "detail-type": ["Order"]}
    targets = [{"Arn": arn("lambda", "function:orders")}]
    rule = a_resource("Events::Rule", "R", "r", EventPattern=pattern, Targets=targets)
    entries = [{"Source": "shop", "DetailType": "Order", "Detail": '{"id": 7}', "EventBusName": "default"}]

    given = spec("Orders answers an EventBridge event", rule, files={"event.json": entries})

    assert (given["origin"], given["event"]["detail"]) == ("example", {"id": 7})


@pytest.mark.parametrize(
    "path", ["package.json", "events/schema.json", "event.txt", "node_modules/event.json", "a.json"]
)
def test_no_examples(path: str) -> None:
    """Not every file is an event."""
    assert "file" not in spec("Orders answers an SQS event", MAPPING, files={path: MESSAGES})


@given(st.text(max_size=60))
def test_any_file(text: str) -> None:
    """Whatever a file holds, the tests are made."""
    assert generated(MAPPING, files={"events/event.json": text})


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (rest_event(Route(method="GET", resource="/")), EventKind.REST),
        (http_event(Route(method="GET", resource="/")), EventKind.HTTP),
        (MESSAGES, EventKind.SQS),
        ({"Records": [{"EventSource": "aws:sns"}]}, EventKind.SNS),
        ({"Records": [{"eventSource": "aws:other"}]}, EventKind.PLAIN),
        ({"requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/"}, EventKind.LOAD_BALANCER),
        ({"requestContext": {"connectionId": "1"}}, EventKind.WEBSOCKET),
        ({"type": "TOKEN", "methodArn": "a"}, EventKind.TOKEN_AUTHORIZER),
        ({"type": "REQUEST", "methodArn": "a"}, EventKind.REQUEST_AUTHORIZER),
        ({"type": "REQUEST", "routeArn": "a", "identitySource": []}, EventKind.HTTP_AUTHORIZER),
        ({"detail-type": "Scheduled Event", "source": "aws.events"}, EventKind.SCHEDULE),
        ({"detail-type": "Order", "source": "shop"}, EventKind.EVENTBRIDGE),
        ({"awslogs": {"data": ""}}, EventKind.LOGS),
        ({"deliveryStreamArn": "a", "records": []}, EventKind.FIREHOSE),
        ({"triggerSource": "a", "userPoolId": "b"}, EventKind.COGNITO),
        ({"RequestType": "Create", "ResponseURL": "https://"}, EventKind.CUSTOM_RESOURCE),
        ({"id": 1}, EventKind.PLAIN),
        ([], EventKind.PLAIN),
    ],
)
def test_shapes(event: Any, kind: EventKind) -> None:
    """An event's shape tells who sends it."""
    assert kind_of(event) == kind


def test_formats() -> None:
    """In format 1.0 what is not given is null; in format 2.0 it is left out."""
    bare, full = Route(method="GET", resource="$default"), Route(
        method="POST", resource="/o/{id}", path="/o/1", path_parameters={"id": "1"}, query={"q": "2"},
        headers={"X-Own": "3"}, body="{}",
    )  # fmt: skip

    assert rest_event(bare)["queryStringParameters"] is None and "queryStringParameters" not in http_event(bare)
    assert (http_event(bare)["routeKey"], http_event(bare)["rawPath"]) == ("$default", "/")
    assert (http_event(full)["routeKey"], http_event(full)["rawQueryString"]) == ("POST /o/{id}", "q=2")
    assert http_event(full)["headers"]["x-own"] == rest_event(full)["headers"]["X-Own"] == "3"
    assert rest_event(full)["pathParameters"] == http_event(full)["pathParameters"] == {"id": "1"}


def test_invocation() -> None:
    """What another module asks a function to explain."""
    event = http_event(Route(method="GET", resource="/"))
    asked = invocation(a_function(), event, "http", a_scene(a_function()), method="GET")

    assert (asked["function"], asked["kind"], asked["event"], asked["method"]) == ("orders", "http", event, "GET")
