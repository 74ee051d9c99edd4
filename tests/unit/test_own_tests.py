"""A repository's own tests: what sanity-tests.yaml may say, and what becomes of it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import SanityTestsInvalid
from deployer.sanity.deployed import Deployed
from deployer.sanity.own_tests import left_out, own_tests
from deployer.sanity.own_tests_file import MAX_BYTES, own_tests_file
from deployer.sanity.scene import Addresses, Scene

if TYPE_CHECKING:
    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest

FILE = "sanity-tests.yaml"


def resource(logical_id: str, resource_type: str, physical_id: str, **properties: Any) -> DeployedResource:
    return {"logicalId": logical_id, "type": resource_type, "physicalId": physical_id, "properties": properties}


REST = resource("Orders", "AWS::ApiGateway::RestApi", "rest123")
REST_STAGE = resource("OrdersProd", "AWS::ApiGateway::Stage", "Prod", RestApiId="rest123", StageName="Prod")
REST_DEPLOYMENT = resource(
    "OrdersDeployment", "AWS::ApiGateway::Deployment", "d1", RestApiId="rest123", StageName="Stage"
)
HTTP = resource("Web", "AWS::ApiGatewayV2::Api", "http456")
HTTP_STAGE = resource("WebStage", "AWS::ApiGatewayV2::Stage", "$default", ApiId="http456", StageName="$default")
FUNCTION = resource("Total", "AWS::Lambda::Function", "shop-total-1")
ORDERS = (REST, REST_STAGE, REST_DEPLOYMENT, FUNCTION)


def scene(text: str, *resources: DeployedResource, **files: str) -> Scene:
    place = {"partition": "aws", "region": "us-east-1", "accountId": "123456789012"}
    deployed = Deployed({"name": "shop", **place, "resources": [*resources]})  # type: ignore[typeddict-item]
    return Scene(
        deployed=deployed,
        files={FILE: text, **files},
        addresses=Addresses(execute_api="https://{id}.api.example", function_url="https://{id}.url.example"),
        allow_mutating=False,
    )


def one_test(text: str, *resources: DeployedResource, **files: str) -> SanityTest:
    [found] = own_tests(scene(f"tests: [{text}]", *(resources or ORDERS), **files))
    return found


def problem(text: str, *resources: DeployedResource, **files: str) -> str:
    with pytest.raises(SanityTestsInvalid) as raised:
        list(own_tests(scene(text, *(resources or ORDERS), **files)))
    return raised.value.message


def test_request() -> None:
    """A request goes to the API that is named, on its stage, as JSON, and what is expected goes along."""
    text = """
      tests:
        - name: an order can be made
          request: {api: Orders, method: post, path: /orders?dry=1, headers: {Accept: text/plain}, body: {id: 1}}
          expect: {status: 201, includes: {id: 1}}
    """

    [found] = own_tests(scene(text, *ORDERS))

    assert found == {
        "name": "Orders: an order can be made",
        "resourceType": "AWS::ApiGateway::RestApi",
        "logicalId": "Orders",
        "physicalId": "rest123",
        "check": "own.request",
        "spec": {
            "method": "POST",
            "address": {
                "pattern": "https://{id}.api.example",
                "id": "rest123",
                "path": "/Prod/orders",
                "query": "dry=1",
            },
            "headers": {"accept": "text/plain", "content-type": "application/json"},
            "body": '{"id": 1}',
            "expected": {"status": [201], "includes": {"id": 1}},
        },
        "isMutating": True,
    }


def test_invocation() -> None:
    """A function gets its payload; what is expected may be an error."""
    found = one_test("{name: it refuses, invoke: {function: Total, payload: [1]}, expect: {error: ValueError}}")

    assert found["check"] == "own.invoke"
    assert found["spec"] == {"function": "shop-total-1", "payload": "[1]", "expected": {"error": "ValueError"}}


@pytest.mark.parametrize(
    ("method", "is_unsafe"),
    [("GET", False), ("HEAD", False), ("OPTIONS", False)]
    + [(method, True) for method in ("POST", "PUT", "PATCH", "DELETE")],
)
def test_unsafe_method(method: str, is_unsafe: bool) -> None:
    """A request that may change something is made only when the caller allows that: no file does."""
    found = one_test(f"{{name: a, request: {{method: {method}, path: /}}}}")

    assert found.get("isMutating", False) is is_unsafe


def test_short_forms() -> None:
    """The only API and the only function need no name; GET and {} are meant where nothing is said."""
    request = one_test("{name: a, request: {path: /}}", HTTP, HTTP_STAGE)
    invocation = one_test("{name: b, invoke: {}}")

    assert (request["spec"]["method"], request["spec"]["address"]["path"]) == ("GET", "/")
    assert (request["spec"]["body"], request["spec"]["headers"], request["spec"]["expected"]) == (None, {}, {})
    assert invocation["spec"]["payload"] == "{}"


@pytest.mark.parametrize(("body", "sent"), [("hello", "hello"), ("'1'", "1"), ("1", "1"), ("[]", "[]")])
def test_body(body: str, sent: str) -> None:
    """Text is sent as it is, everything else as JSON."""
    found = one_test(f"{{name: a, request: {{path: /, method: PUT, body: {body}}}}}")

    assert found["spec"]["body"] == sent


def test_function_url() -> None:
    """A function's URL is called like an API; the check asks Lambda for its id."""
    url = resource("TotalUrl", "AWS::Lambda::Url", "arn:aws:lambda:us-east-1:123456789012:function:shop-total-1")

    found = one_test("{name: a, request: {path: /x, headers: {authorization: none}}}", url)

    assert found["spec"]["address"] == {
        "pattern": "https://{id}.url.example",
        "id": "later",
        "function": url["physicalId"],
        "path": "/x",
        "query": "",
    }
    assert found["physicalId"] == url["physicalId"]


def test_event_file() -> None:
    """A payload may be one of the project's files."""
    invoked = one_test(
        "{name: a, invoke: {event: events/a.json}}", FUNCTION, **{"events/a.json": '{"Records": []}'}
    )

    assert json.loads(invoked["spec"]["payload"]) == {"Records": []}


@pytest.mark.parametrize("expected", ["includes: null", "equals: null"])
def test_null_expected(expected: str) -> None:
    """Null is a value that can be expected."""
    found = one_test(f"{{name: a, invoke: {{payload: null}}, expect: {{{expected}}}}}")

    assert found["spec"]["expected"] == {expected.split(":")[0]: None}
    assert found["spec"]["payload"] == "null"


def test_stage_named() -> None:
    """Of several stages one has to be named."""
    other = resource("V2", "AWS::ApiGateway::Stage", "v2", RestApiId="rest123", StageName="v2")

    found = one_test("{name: a, request: {path: /x, stage: v2}}", *ORDERS, other)

    assert found["spec"]["address"]["path"] == "/v2/x"
    assert "several: Prod, v2" in problem("tests: [{name: a, request: {path: /}}]", *ORDERS, other)


def test_deployments_stage() -> None:
    """A REST API may have no stage but the one that its deployment made."""
    found = one_test("{name: a, request: {path: /x}}", REST, REST_DEPLOYMENT)

    assert found["spec"]["address"]["path"] == "/Stage/x"


@pytest.mark.parametrize("text", ["", "tests: []", "# nothing\n"])
def test_nothing(text: str) -> None:
    """A file without tests is no mistake, nor is none."""
    assert list(own_tests(scene(text, *ORDERS))) == []
    assert own_tests_file({})[1].tests == []


def test_left_out() -> None:
    """What is skipped says why, and must be there."""
    told = left_out(scene("skip: {Total: sends real mail}", *ORDERS))

    assert told == {"Total": "sanity-tests.yaml: sends real mail"}
    with pytest.raises(SanityTestsInvalid, match="skip: Totals is not a resource of shop"):
        left_out(scene("skip: {Totals: sends real mail}", *ORDERS))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tests: [{name: a}]", "test 1 (a): give request or invoke"),
        ("tests: [{name: a, request: {path: /}, invoke: {}}]", "test 1 (a): give request or invoke"),
        ("tests: [{request: {path: /}}]", "test 1: name is required"),
        ("tests: [{name: a, request: {}}]", "test 1 (a): request.path is required"),
        (
            "tests: [{name: a, request: {path: /, metod: GET}}]",
            "request.metod is not a field; there are api, stage",
        ),
        ("test: []", "test is not a field; there are tests, skip"),
        ("tests: {}", "tests must be a list"),
        ("tests: [1]", "test 1: must be a mapping"),
        ("[]", "must be a mapping"),
        ("tests: [{name: a, request: {path: /, method: TRACE}}]", "request.method must be 'GET', 'HEAD'"),
        (
            "tests: [{name: a, request: {path: /, headers: {origin: 1}}}]",
            "headers.origin must be text: put it in quotes",
        ),
        ("tests: [{name: a, request: {path: /}, expect: {status: 20}}]", "expect.status"),
        ("tests: [{name: a, request: {path: /}, expect: {status: true}}]", "must be a whole number"),
        ("tests: [{name: a, request: {path: /}, expect: {error: E}}]", "expect.error is for an invocation"),
        ("tests: [{name: a, invoke: {}, expect: {status: 200}}]", "expect.status is for a request"),
        ("tests: [{name: a, invoke: {payload: 1, event: a.json}}]", "give payload or event, not both"),
        ("tests: [{name: a, invoke: {event: ../a.json}}]", "invoke.event"),
        ("tests: [{name: a, invoke: {event: a.json}}]", "the project has no file a.json"),
        ("tests: [{name: a, invoke: {}}, {name: a, invoke: {}}]", "two tests have the name 'a'"),
        ("tests: [{name: a, request: {path: /, api: Order}}]", "Order is not deployed; there is Orders"),
        ("tests: [{name: a, invoke: {function: Orders}}]", "Orders is not deployed; there is Total"),
        ("tests: [{name: a, request: {path: /, stage: v3}}]", "Orders has no such stage; there is Prod"),
        ("skip: [Total]", "skip must be a mapping"),
        ("skip: {Total: }", "skip.Total must be text"),
        ("tests: [", "sanity-tests.yaml:"),
        ("a: !!python/object/apply:os.system [id]", "sanity-tests.yaml:1: the tag"),
    ],
)
def test_wrong(text: str, said: str) -> None:
    """What is wrong is told with the test and the field that it is in."""
    assert said in problem(text)


def test_several_targets() -> None:
    """With several APIs or functions one has to be named."""
    told = problem("tests: [{name: a, request: {path: /}}]", *ORDERS, HTTP, HTTP_STAGE)

    assert "request.api is required, because there are several: Orders, Web" in told


def test_no_target() -> None:
    """A stack without a function has none to invoke."""
    assert "nothing to call is not deployed; there is none" in problem("tests: [{name: a, invoke: {}}]", REST)


def test_both_names() -> None:
    """Two files would leave open which one counts."""
    assert "both there" in problem("", **{"sanity-tests.yml": ""})


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "@evil.example/",
        "",
        "orders",
        "/../other/x",
        "/a/%2e%2e/b",
        "/a%2f..%2Fb",
        "/a/..%5cb",
        "/a/.",
        "/a b",
        "/a//b",
        "/a#b",
        "/a\\b",
        "/a\r\nHost: evil",
        "/%",
        "/é",
        "/" + "a" * 3000,
    ],
)
def test_path_that_leads_elsewhere(path: str) -> None:
    """A path stays on its stage."""
    assert "request.path" in problem(json.dumps({"tests": [{"name": "a", "request": {"path": path}}]}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "evil.example"),
        ("content-LENGTH", "5"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Proxy-Authorization", "x"),
        ("a b", "x"),
        ("", "x"),
        ("Accept-Encoding", "gzip"),
        ("accept", "x\r\nHost: evil"),
        ("accept", "é"),
        ("accept", " x"),
        ("accept", ""),
        ("accept", "x" * 5000),
    ],
)
def test_header_that_smuggles(name: str, value: str) -> None:
    """No header changes where a request goes or ends."""
    request = {"path": "/", "headers": {name: value}}

    assert "request.headers" in problem(json.dumps({"tests": [{"name": "a", "request": request}]}))


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/", "local.host", "arn:aws:lambda:x:1:function:f", "a/../b"]
)
def test_target_that_is_no_logical_id(address: str) -> None:
    """A target is a name in the stack, never an address."""
    told = problem(json.dumps({"tests": [{"name": "a", "request": {"path": "/", "api": address}}]}))

    assert "must be a resource's logical id" in told


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "x" * (MAX_BYTES + 1),
        "a: &a [x, x]\nb: &b [*a, *a]\n" + "".join(f"c{n}: &b [{'*b, ' * 20}]\n" for n in range(9)),
        "tests:\n" + "- &a {name: x}\n" + "- *a\n" * 300,
        "tests: [{name: \x00}]",
        "tests: [{name: '" + "\u202e" + "gnp'}]",
        "tests: [{name: '" + "n" * 300 + "'}]",
        'tests: [{name: "a\\nb", invoke: {}}]',
        "tests: [" + ", ".join(f"{{name: t{n}, invoke: {{}}, x{n}: 1}}" for n in range(200)) + "]",
        "\ud800",
        "- &a [*a]",
    ],
)
def test_hostile_file(text: str) -> None:
    """A file that was made to do harm is refused soon, with a message that can be shown."""
    started = time.monotonic()

    told = problem(text)

    assert time.monotonic() - started < 5
    assert len(told.encode()) < 5000
    assert told.isprintable()


def test_large_by_aliases() -> None:
    """What counts is what the file holds with its aliases written out."""
    text = f"a: &a {'x' * 1000}\nb: [{', '.join(['*a'] * 400)}]"

    assert "with its aliases written out" in problem(text)


def test_event_that_many_tests_send() -> None:
    """What they send together has an end, far below what a session's tests may have, and the message says how."""
    event = json.dumps(['"' * 130_000])
    tests = [f"{{name: t{number}, invoke: {{event: large.json}}}}" for number in range(200)]

    told = problem(f"tests: [{', '.join(tests)}]", FUNCTION, **{"large.json": event})

    assert "test 31 (t30): up to here the tests have more than 16.0 MB: send smaller events" in told


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    """Any text at all is tests or a SanityTestsInvalid."""
    try:
        found = list(own_tests(scene(text, *ORDERS)))
    except SanityTestsInvalid:
        return
    assert found == []


FIELDS = st.sampled_from(["tests", "skip", "name", "request", "invoke", "expect", "path", "status", "body", "api"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(FIELDS, DOCUMENTS, max_size=5), max_size=3))
def test_any_fields(tests: list[dict[str, Any]]) -> None:
    """Whatever stands in the fields, each test that comes out points at what is deployed."""
    try:
        found = list(own_tests(scene(json.dumps({"tests": tests}), *ORDERS)))
    except SanityTestsInvalid:
        return
    assert all(test["physicalId"] in {"rest123", "shop-total-1"} for test in found)
