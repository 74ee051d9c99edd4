"""deployer.sanity.generate: every type has its tests or a reason, and every test a check that is there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.deployed_stack import a_function, a_resource, arn
from tests.deployed_stack import a_scene as a_scene_of

from deployer.aws.checks.registry import CHECKS
from deployer.errors import NothingSelected, SanityTestsInvalid
from deployer.sanity import untestable
from deployer.sanity.deployed import Deployed
from deployer.sanity.generate import GENERATORS, generate
from deployer.sanity.scene import Addresses, Scene

SANITY: Final = Path(__file__).resolve().parents[2] / "functions" / "deployer" / "sanity"
ADDRESSES: Final = Addresses(execute_api="https://{id}.api.example", function_url="https://{id}.url.example")


def a_scene(*resources: tuple[str, str], files: dict[str, str] | None = None, mutating: bool = True) -> Scene:
    listed: list[Any] = [
        {"logicalId": name, "type": kind, "physicalId": f"shop-{name}", "properties": {}}
        for name, kind in resources
    ]
    record: Any = {"name": "shop", "partition": "aws", "region": "us-east-1", "accountId": "1" * 12}
    deployed = Deployed(record | {"resources": listed})
    return Scene(deployed=deployed, files=files or {}, addresses=ADDRESSES, allow_mutating=mutating)


def names(scene: Scene, **selected: Any) -> list[str]:
    return [test["name"] for test in generate(scene, **selected)]


@pytest.mark.parametrize("kind", sorted(GENERATORS))
def test_every_known_type(kind: str) -> None:
    """A resource of which nothing is known but its name is no reason to break; its tests have checks."""
    tests = generate(a_scene(("Thing", kind)))

    assert all(test["check"] in CHECKS for test in tests if "skip" not in test)
    assert all(test["resourceType"] and test["logicalId"] for test in tests)


def test_every_check_is_used() -> None:
    """No check is there that no generator names."""
    written = "".join(path.read_text() for path in SANITY.glob("*.py"))

    assert [name for name in CHECKS if f'.{name.partition(".")[2]}"' not in written] == []


def test_types_have_one_home() -> None:
    """What is tested has no reason to be skipped as a whole, and is not left to others."""
    assert untestable.COVERED.isdisjoint(GENERATORS)


def test_type_without_a_test() -> None:
    """It is skipped with its reason; what other resources' tests cover is not told of."""
    [test] = generate(a_scene(("Role", "AWS::IAM::Role"), ("Stage", "AWS::ApiGateway::Stage")))

    assert (test["name"], test["skip"]) == ("Role is not tested", untestable.reason("AWS::IAM::Role"))


def test_nothing_at_all() -> None:
    """There is one entry, which says so."""
    [test] = generate(a_scene())

    assert (test["name"], test["skip"]) == ("shop is not tested", "it holds nothing that can be tested")


def test_names_are_unique() -> None:
    """Resources of nested stacks may come with the same names."""
    found = names(a_scene(("A", "AWS::SQS::Queue"), ("A", "AWS::SQS::Queue")))

    assert len(set(found)) == len(found) == 2


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (["Orders"], [], ["Orders is active"]),
        (["AWS::SQS::Queue"], [], ["Mail is reachable"]),
        ([], ["Orders is active"], ["Mail is reachable"]),
        (["Orders", "Mail"], ["Mail"], ["Orders is active"]),
    ],
)
def test_selection(include: list[str], exclude: list[str], left: list[str]) -> None:
    """Logical ids, types and names of tests select."""
    scene = a_scene(("Orders", "AWS::DynamoDB::Table"), ("Mail", "AWS::SQS::Queue"))

    assert names(scene, include=include, exclude=exclude) == left


@pytest.mark.parametrize("selected", [{"include": ["No"]}, {"exclude": ["No"]}, {"exclude": ["Mail"]}])
def test_selection_of_nothing(selected: dict[str, list[str]]) -> None:
    """A name that is none, and a selection that leaves nothing, are errors."""
    with pytest.raises(NothingSelected, match=r"No is no logical id|leave no test"):
        generate(a_scene(("Mail", "AWS::SQS::Queue")), **selected)


def test_file_of_the_repository() -> None:
    """It leaves resources out, with its reason; one that names nothing is refused."""
    scene = a_scene(("Mail", "AWS::SQS::Queue"), files={"sanity-tests.yaml": "skip: {Mail: it costs}\n"})

    [test] = generate(scene)

    assert re.fullmatch("sanity-tests.yaml: it costs", test["skip"])
    with pytest.raises(SanityTestsInvalid, match="Post is not a resource"):
        generate(a_scene(("Mail", "AWS::SQS::Queue"), files={"sanity-tests.yaml": "skip: {Post: x}\n"}))


FUNCTION: Final = arn("lambda", "function:orders")
URI: Final = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
OPERATION: Final = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI}}
BODY: Final = {"paths": {"/orders/{id}": {"get": OPERATION, "post": OPERATION}}}
TARGETS: Final = [{"Arn": FUNCTION, "Id": "1"}]
PATTERN: Final = {"source": ["a"], "detail-type": ["b"]}
NOTICES: Final = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": FUNCTION}]}
CALLED_BY_ALL: Final = (
    a_function(),
    a_resource("ApiGateway::RestApi", "Rest", "rest1", Body=BODY),
    a_resource("ApiGateway::Stage", "RestStage", "prod", RestApiId="rest1", StageName="prod"),
    a_resource("ApiGatewayV2::Api", "Http", "http1", Body=BODY),
    a_resource("ApiGatewayV2::Stage", "HttpStage", "$default", ApiId="http1", StageName="$default"),
    a_resource("S3::Bucket", "Files", "files", NotificationConfiguration=NOTICES),
    a_resource("Events::Rule", "Rule", "rule", Targets=TARGETS, EventPattern=PATTERN),
    a_resource("Lambda::EventSourceMapping", "M", "m", FunctionName="orders", EventSourceArn=arn("sqs", "orders")),
    a_resource(
        "StepFunctions::StateMachine", "Flow", arn("states", "stateMachine:flow"), StateMachineType="EXPRESS"
    ),
)
WORDS: Final = st.sampled_from(
    [
        *("Records", "eventSource", "aws:sqs", "aws:s3", "s3", "bucket", "eventSourceARN"),
        *("requestContext", "http", "method", "GET", "POST", "rawPath", "routeKey", "/orders/1", "/orders/{id}"),
        *("httpMethod", "path", "resource", "pathParameters", "id", "queryStringParameters", "headers", "body"),
        *("detail-type", "source", "detail", "a", "b", "Entries", "Source", "DetailType", "Detail", "Resources"),
    ]
)
ANYTHING: Final = st.recursive(
    st.none() | st.integers() | WORDS | st.text(st.characters(), max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


@given(ANYTHING.map(json.dumps))
@example('{"rawPath": "/"}')
@example('{"rawPath": "/", "requestContext": {"http": {}}}')
@example('{"rawPath": "/", "requestContext": null}')
@example('{"requestContext": {"http": "x"}}')
@example('{"requestContext": {"http": []}}')
@example('{"httpMethod": "GET", "path": {}}')
@example('{"Records": [{"eventSource": "aws:sqs"}, "x", 5]}')
@example('{"Records": [{"eventSource": "aws:s3", "s3": "x"}, null]}')
@example('[{"Source": "a", "DetailType": "b", "Detail": "' + "[" * 5000 + '"}]')
@example('{"httpMethod": "GET", "path": "/orders/1", "queryStringParameters": {"id": "\\ud800"}}')
@example("[" * 60_000)
@example('{"a": ' * 60_000)
@example('{"a": ' * 900 + "1" + "}" * 900)
def test_any_file(text: str) -> None:
    """Whatever a file of the repository holds, the tests are generated: what fits nothing is no example."""
    tests = generate(a_scene_of(*CALLED_BY_ALL, files={"events/event.json": text, "events/flow-input.json": text}))

    assert len(json.dumps(tests)) > 1000


REACHED: Final = (
    a_resource("Lambda::Url", "Url", FUNCTION, TargetFunctionArn=FUNCTION, AuthType="NONE"),
    *CALLED_BY_ALL[:5],
    a_resource("Lambda::Alias", "Live", f"{FUNCTION}:live", FunctionName="orders", Name="live"),
    a_resource(
        "StepFunctions::StateMachine",
        "Flow",
        arn("states", "stateMachine:flow"),
        StateMachineType="EXPRESS",
        DefinitionSubstitutions={"Function": f"{FUNCTION}:live"},
    ),
)
INVOKING: Final = {
    "Url answers",
    "Rest GET /orders/{id} answers",
    "Rest POST /orders/{id} answers",
    "Http GET /orders/{id} answers",
    "Http POST /orders/{id} answers",
    "Flow runs with events/flow-input.json",
}
OWN: Final = """
tests:
  - {name: own, invoke: {function: Live}}
  - {name: by its URL, request: {api: Url, path: /}}
"""


def reached(own_tests: str, **selected: Any) -> dict[str, Any]:
    files = {"events/flow-input.json": "{}", "sanity-tests.yaml": own_tests}
    return {test["name"]: test for test in generate(a_scene_of(*REACHED, files=files), **selected)}


def test_changes_that_are_not_allowed() -> None:
    """What would change something is skipped, whoever asks for it."""
    own = "tests: [{name: own, request: {api: Rest, method: DELETE, path: /orders/1}}]"

    skipped = {name for name, test in reached(own).items() if "allowMutating" in test.get("skip", "")}

    assert skipped == {
        "Rest POST /orders/{id} answers",
        "Http POST /orders/{id} answers",
        "Flow runs with events/flow-input.json",
        "Rest: own",
    }


def test_function_that_is_left_out() -> None:
    """It is not invoked by way of anything else either; how that is set up, and the file's own tests, go on."""
    tests = reached(f"skip: {{Orders: it sends real mail}}{OWN}")

    skipped = {name for name, test in tests.items() if "Orders, which is left out" in test.get("skip", "")}
    assert skipped == INVOKING
    assert tests["Url answers"]["skip"].endswith("(sanity-tests.yaml: it sends real mail)")
    assert "skip" not in tests["Rest GET /orders/{id} calls Orders"]
    assert "skip" not in tests["Live: own"]


def test_function_that_is_excluded() -> None:
    """No test that would invoke it is left, the repository's own included."""
    tests = reached(OWN)

    gone = tests.keys() - reached(OWN, exclude=["Orders"]).keys()

    assert gone - {name for name in tests if name.startswith("Orders")} == {
        *INVOKING,
        "Live: own",
        "Url: by its URL",
    }
