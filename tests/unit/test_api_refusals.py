"""What the API refuses before it has touched anything, and how it says so."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.api_caller import SETTINGS, Answer, call

import api
from deployer import errors
from deployer.session import new_session_id

GOOD: dict[str, Any] = {"repository": "octo/hello"}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def problems(answer: Answer) -> dict[str, str]:
    return {each["field"]: each["problem"] for each in answer.body["errors"]}


BAD_FIELDS: dict[str, list[Any]] = {
    "repository": [
        None,
        "",
        7,
        ["octo/hello"],
        "hello",
        "http://github.com/octo/hello",
        "https://gitlab.com/octo/hello",
        "https://github.com:443/octo/hello",
        "https://user:word@github.com/octo/hello",
        "https://github.com@evil.example/octo/hello",
        "https://github.com.evil.example/octo/hello",
        "https://github.com/octo/hello?x",
        "https://github.com/octo/hello/tree/main",
        "https://github.com/octo/..",
        "git@github.com:octo/hello",
        "ext::sh -c id",
        "file:///etc",
        "octo/hello\n",
        "--upload-pack=x/y",
        "o/" + "h" * 300,
    ],
    "branch": [
        7,
        "",
        "--upload-pack=x",
        "a..b",
        "a@{1}",
        "x.lock",
        "a b",
        "main\n",
        "b" * 300,
        "refs/heads/x",
        "HEAD",
    ],
    "commit": [7, "", "main", "0123456", "G" * 40, "A" * 40, "0" * 41],
    "projectRoot": [7, "../x", "/etc", "a/../b", "a/.git/b", "-x", "a\x00b", "a" * 1100, "a//b", None],
    "template": [7, "", "../x.yaml", "/etc/passwd", "~/x\n"],
    "stackName": [7, "", "1st", "a b", "a_b", "s" * 129],
    "parameters": [7, [], {"a b": "x"}, {"": "x"}, {"A": "x" * 4097}, {f"P{n}": "" for n in range(201)}, None],
    "tags": [7, {"ManagedBy": "me"}, {"aws:x": "y"}, {"k": "v" * 257}, {f"t{n}": "" for n in range(50)}],
    "mode": [7, "", "Deploy", "destroy", None],
    "keepFailedStack": [1, "true", None],
}
CASES = [pytest.param(f, v, id=f"{f}-{n}") for f, values in BAD_FIELDS.items() for n, v in enumerate(values)]


@pytest.mark.parametrize(("field", "value"), CASES)
def test_bad_field(field: str, value: Any) -> None:
    """Each field that is malformed or of a wrong type is named, alone, and is 400."""
    answer = call("POST", "/deploy", {**GOOD, field: value})

    assert (answer.status, answer.body["code"]) == (400, "RequestInvalid")
    assert {name.partition(".")[0] for name in problems(answer)} == {field}
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_field_inside_another() -> None:
    """A value inside an object is named with its way there."""
    answer = call("POST", "/deploy", {**GOOD, "parameters": {"Size": 3}, "tags": {"team": None}})

    assert problems(answer) == {"parameters.Size": "must be a string", "tags.team": "must be a string"}


@pytest.mark.parametrize("field", ["project_root", "Repository", "runtests", "__class__", "x\x1b[2J"])
def test_unknown_field(field: str) -> None:
    """A field that nobody knows is refused by its name, without what a terminal would obey."""
    answer = call("POST", "/deploy", {**GOOD, field: True})

    assert answer.status == 400
    assert list(problems(answer).values()) == ["is not a field of this request"]
    assert "\x1b" not in json.dumps(answer.body, ensure_ascii=False)


@pytest.mark.parametrize("target", [{"stackName": "shop"}, {"functionName": "orders"}])
@pytest.mark.parametrize("field", [{"branch": "main"}, {"commit": "a" * 40}, {"projectRoot": "app"}])
def test_place_in_no_repository(target: dict[str, str], field: dict[str, str]) -> None:
    """What says where in a repository something lies is not ignored when there is none to look into."""
    answer = call("POST", "/test", target | field)

    [problem] = problems(answer).values()
    assert answer.status == 400
    assert next(iter(field)) in problem
    assert problem.endswith("of a repository: give it, too")


def test_several_bad_fields() -> None:
    """All that is wrong is said at once."""
    answer = call("POST", "/deploy", {"branch": "a..b", "commit": "x", "what": 1})

    assert set(problems(answer)) == {"repository", "branch", "commit", "what"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "  ",
        "{",
        "null",
        "[]",
        "3",
        '"text"',
        "repository=octo/hello",
        '{"repository": NaN}',
        '{"repository": "octo/hello",}',
        "[" * 8000,
        '{"a":' * 3000,
        '{"repository": ' + "1" * 5000 + "}",
        "\ufeff{}",
        "\ud800",
    ],
)
def test_body_that_is_no_object(body: str | None) -> None:
    """A body that is no JSON object is 400, however deep or odd it is."""
    answer = call("POST", "/deploy", body)

    assert (answer.status, answer.body["code"]) == (400, "RequestInvalid")


def test_field_given_twice() -> None:
    """JSON that says a thing twice does not say which one it means."""
    answer = call("POST", "/deploy", '{"repository": "octo/hello", "branch": "a", "branch": "b"}')

    assert problems(answer) == {"branch": "is given twice"}


def test_large_body() -> None:
    """Over 16 KB is 413."""
    answer = call("POST", "/deploy", {**GOOD, "parameters": {f"P{n}": "x" * 4000 for n in range(5)}})

    assert (answer.status, answer.body["code"]) == (413, "RequestTooLarge")


def test_long_idempotency_key() -> None:
    """A key has at most 255 characters."""
    answer = call("POST", "/deploy", GOOD, Idempotency_Key="k" * 256)

    assert (answer.status, set(problems(answer))) == (400, {"idempotency-key"})


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "limit=",
        "status=nope",
        "status=",
        "repository=http://x",
        "Limit=1",
        "token=x",
    ],
)
def test_bad_query(query: str) -> None:
    """A filter that is malformed or unknown is named, not ignored."""
    answer = call("GET", f"/deployments?{query}")

    assert (answer.status, set(problems(answer))) == (400, {query.partition("=")[0]})


@pytest.mark.parametrize("token", ["x", "%", "A" * 500, "é"])
def test_bad_page_token(token: str) -> None:
    """A token that no page gave is 400."""
    answer = call("GET", f"/deployments?nextToken={token}")

    assert (answer.status, answer.body["code"]) == (400, "PageTokenInvalid")


@pytest.mark.parametrize("method_path", [("GET", "/status/"), ("DELETE", "/deployments/")])
@pytest.mark.parametrize("text", ["x", "..", "lock#hello", "idempotency#0", new_session_id(0).upper(), "%00"])
def test_id_that_is_none(method_path: tuple[str, str], text: str) -> None:
    """What is no session's id is 404, and nothing is looked up by it."""
    answer = call(method_path[0], method_path[1] + text)

    assert answer.status == 404


@pytest.mark.parametrize("path", ["/", "/nope", "/deploy/x", "/status", "/status/a/b", "/tests", "/Deploy"])
def test_unknown_route(path: str) -> None:
    """A path that leads nowhere is 404, as a problem."""
    answer = call("GET", path)

    assert (answer.status, answer.body["code"]) == (404, "RouteNotFound")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/deploy", "POST"),
        ("PUT", "/deploy", "POST"),
        ("POST", "/health", "GET"),
        ("GET", "/deployments/x", "DELETE"),
        ("PATCH", "/deployments", "GET"),
    ],
)
def test_other_method(method: str, path: str, allowed: str) -> None:
    """A route that is asked in another way is 405, and says in which way it would answer."""
    answer = call(method, path)

    assert (answer.status, answer.body["code"], answer.headers["Allow"]) == (405, "MethodNotAllowed", allowed)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.text(max_size=200)
    | st.recursive(st.none() | st.text(max_size=5), st.lists, max_leaves=5).map(json.dumps)
)
@example(body='{"repository": {"__proto__": []}}')
def test_any_body(body: str) -> None:
    """Whatever is sent, the answer is a problem that says what is wrong with it."""
    answer = call("POST", "/deploy", body)

    assert answer.status == 400
    assert answer.body["errors"]
    assert set(answer.body) >= {"type", "title", "status", "detail", "code", "requestId"}


def test_statuses_are_total() -> None:
    """Every error that the API can raise has an HTTP status of its own."""
    asked = [
        *errors.RequestError.__subclasses__(),
        errors.StackLocked,
        errors.SettingMissing,
        errors.InternalError,
    ]

    assert set(api.HTTP_STATUS) == set(asked)


def test_missing_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application that was deployed wrongly says which setting it lacks."""
    monkeypatch.delenv("TABLE_NAME")

    answer = call("POST", "/deploy", GOOD)

    assert (answer.status, answer.body["code"]) == (500, "SettingMissing")
    assert "TABLE_NAME" in answer.body["detail"]


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.evil.example", "null"])
def test_other_origin(origin: str) -> None:
    """A browser on a page of another origin is told nothing."""
    answer = call("GET", "/health", Origin=origin)

    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_allowed_origin() -> None:
    """A page of an allowed origin may call, before and after it has asked."""
    asked = call("OPTIONS", "/deploy", Origin="https://app.example")
    answer = call("GET", "/health", Origin="https://app.example")

    assert asked.status == 204
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"


def test_security_headers() -> None:
    """No answer is kept by a cache, or taken for something else."""
    for answer in (call("GET", "/health"), call("GET", "/nope")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_document_has_the_routes() -> None:
    """The OpenAPI document, the table of methods and docs/api.md name the same routes."""
    document = call("GET", "/openapi.json").body
    routes = {f"{method.upper()} {path}" for path, ways in document["paths"].items() for method in ways}
    patterns = {re.sub(r"\[\^/\]\+", "{sessionId}", p).replace("\\", ""): m for p, m in api.ROUTES.items()}

    assert routes == {f"{method} {path}" for path, method in patterns.items()}
