"""What strangers send to the API: every field of a request, its headers, its body, and the webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from typing import TYPE_CHECKING, Any, Final

from moto import mock_aws
from tests.api_caller import SETTINGS, call
from tests.hostile.case import Case

from deployer.aws.clients import client
from deployer.page_token import page_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api_caller import Answer
    from tests.hostile.arena import Arena
    from tests.hostile.case import Act

_REFUSED: Final = ("400 RequestInvalid",)
_GOOD: Final = {"repository": "octo/hello"}

REPOSITORIES: Final = (
    "", " ", "octo", "octo/", "/hello", "octo/hello/tree/main", "octo/..", "octo/.", "octo/.git", "../..",
    "-u/hello", "--upload-pack=touch x/y", "octo/hello\n", "octo/hello\0", "octo/hel lo", "octo/hello?x",
    "octo/hello#y", "octo//hello", "octo/hello;id", "octo/$(id)", "octo/`id`", "octo/hello|id",
    "http://github.com/octo/hello", "https://github.com:443/octo/hello", "https://github.com:8443/octo/hello",
    "https://user:pw@github.com/octo/hello", "https://token@github.com/octo/hello",
    "https://github.com@evil.example/octo/hello", "https://github.com.evil.example/octo/hello",
    "https://evil.example/github.com/octo/hello", "https://github.com\\@evil.example/octo/hello",
    "https://github.com%2eevil.example/octo/hello", "https://www.github.com/octo/hello",
    "https://raw.githubusercontent.com/octo/hello", "https://gitlab.com/octo/hello", "//github.com/octo/hello",
    "https:/github.com/octo/hello", "HTTPS://GITHUB.COM/octo/hello", "https://[::1]/octo/hello",
    "https://[::ffff:169.254.170.2]/octo/hello", "https://2130706433/octo/hello", "https://0x7f000001/octo/hello",
    "https://127.0.0.1/octo/hello", "https://169.254.169.254/latest/meta-data", "https://localhost/octo/hello",
    "https://g\u0131thub.com/octo/hello", "https://github\u3002com/octo/hello", "https://github.com\u2044octo/hello",
    "https://github.com/octo/hello?x=1", "https://github.com/octo/hello#y", "https://github.com/octo/hello/tree/main",
    "https://github.com/octo/%2f..%2fhello", "https://github.com/octo/%68ello", "https://github.com/octo/hello\n",
    "https://github.com/octo/hello\r\nHost: evil.example", "https://github.com/octo\0/hello",
    "https://github.com:443@evil.example/octo/hello", "https://github.com%40evil.example/octo/hello",
    "https://github.com#@evil.example/octo/hello", "https://github.com?@evil.example/octo/hello", "https://github.com./octo/hello",
    "https://127.1/octo/hello", "https://0177.0.0.1/octo/hello", "https://0.0.0.0/octo/hello", "https://2852039166/octo/hello",
    "https://[64:ff9b::a9fe:a9fe]/octo/hello", "https://[fd00:ec2::254]/octo/hello", "https://metadata.google.internal/octo/hello",
    "https://github.com\u200b/octo/hello", "https://gith\u00adub.com/octo/hello", "https://github.com/\u043ecto/hello",
    "https://github.com/octo/hello/../../evil/evil", "{{resolve:secretsmanager:prod}}", "\ud800/hello",
    "https://github.com/$AWS_SECRET_ACCESS_KEY/hello", "https://github.com/../octo/hello",
    "ext::sh -c touch% x", "ext://sh -c id", "fd::17", "file:///etc", "file://github.com/octo/hello", "/etc/passwd",
    "git://github.com/octo/hello", "git@github.com:octo/hello", "ssh://git@github.com/octo/hello",
    "ssh://-oProxyCommand=id/octo/hello", "ftp://github.com/octo/hello", "javascript:alert(1)",
    "data:text/plain,octo/hello", "o" * 40 + "/hello", "octo/" + "h" * 101, "o" * 300 + "/hello",
    "\u202eocto/hello", "\uff0e\uff0e/hello", "octo--x/hello",
)  # fmt: skip
BRANCHES: Final = (
    "", "-b", "--upload-pack=touch /tmp/pwned", "--upload-pack=x", "-", "a..b", "@{1}", "@", "HEAD", "x.lock",
    "a/x.lock/b", ".x", "a/.x", "/a", "a/", "a//b", "a.", "HEAD~1;ls", "a\n", "a\0b", "a b", "a:b", "a?b", "a*b", "a[b",
    "a\\b", "a^b", "$(id)", "`id`", "a;id", "a|id", "a&b", "refs/heads/main", "main\u202e", "b" * 300,
)  # fmt: skip
COMMITS: Final = ("", "abc", "A" * 40, "g" * 40, "a" * 39, "a" * 41, "a" * 40 + "\n", "HEAD", "a" * 64, "--all")
PATHS: Final = (
    "../../etc", "/etc", "a/./b", "a//b", "a/../b", ".git", "a/.GIT/hooks", "git~1", "GIT~1/x", "-rf", "a/-rf",
    "a\\..\\b", "C:\\x", "%2e%2e/a", "\uff0e\uff0e/a", "$HOME", "~/x", "/", "//etc", "a/b//", ":(top)a", ":!a", "a:b", "a\x1b[2J", "e\u0301", "\ud800", "a\0b", "a\nb", " a", "a ", "a;b", "a|b", "a*",
    "a" * 2000, "/".join("a" * 600),
)  # fmt: skip
STACKS: Final = (
    "",
    "1a",
    "-a",
    "a_b",
    "a.b",
    "a/b",
    "a b",
    "a\n",
    "a" * 129,
    "pr\u00f6d",
    "arn:aws:cloudformation:x",
    "*",
)
PARAMETERS: Final[tuple[Any, ...]] = (
    {"A-B": "x"}, {"": "x"}, {"A" * 256: "x"}, {"A": "x" * 4097}, {"A": 1}, {"A": None}, {"A": {"Ref": "B"}},
    {"A": "\0"}, {"A": "a\x1b[2J"}, {"A": "\ud800"}, {"A": "\uffff"}, {"N\u0430me": "x"},
    {f"A{number}": "x" for number in range(201)}, [["A", "x"]], "A=x", {"__proto__": "x"}, {"A\n": "x"},
)  # fmt: skip
TAGS: Final[tuple[Any, ...]] = (
    {"aws:x": "y"}, {"ManagedBy": "me"}, {"DeploymentSessionId": "x"}, {"a" * 129: "x"}, {"a": "x" * 257}, {"": "x"},
    {"a|b": "x"}, {"a": "x\n\0"}, {"a": "x\ny"}, {"a\u2028": "x"}, {"a": "\u202e"}, {"a": "\u00a0"},
    {"a": "\ud800"}, {"AWS:x": "y"}, {"a": "=cmd|' /C calc'!A0"}, {"DeploymentCommit": "0" * 40}, {f"a{number}": "x" for number in range(50)}, {"a": 1},
)  # fmt: skip
SELECTIONS: Final[tuple[Any, ...]] = (
    ["\0"], ["\x1b[2J"], ["\ud800"], ["a\u202eb"], ["x" * 256], [""], ["x"] * 101, [7], [["x"]], "all", {"a": "b"},
)  # fmt: skip
FUNCTIONS: Final[tuple[Any, ...]] = (
    "http://169.254.170.2/v2/credentials", "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", "orders:$LATEST",
    "arn:aws:lambda:us-east-1:666666666666:function:theirs", "666666666666:function:theirs", "../orders", "orders\n",
    "\u043erders", "o" * 65, "", 7,
)  # fmt: skip
UNKNOWN: Final[tuple[dict[str, Any], ...]] = (
    {"Repository": "octo/hello"}, {"roleArn": "arn:aws:iam::1:role/x"}, {"gitUrl": "https://evil.example"},
    {"__proto__": {}}, {"mode": "destroy"}, {"runTests": "yes"}, {"runTests": 1}, {"keepFailedStack": None},
)  # fmt: skip
BODIES: Final = (
    ("a byte order mark", '\ufeff{"repository": "octo/hello"}', "400"), ("half of a surrogate pair", "\ud800", "400"),
    ("something behind the object", '{"repository": "octo/hello"} {}', "400"), ("9 MB of spaces", " " * 9_000_000 + "{}", "413"),
    ("a field twice, once by an escape", '{"repository": "octo/hello", "\\u0072epository": "evil/evil"}', "400"),
    ("XML with an entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "400"),
    ("nothing", "", "400"), ("no JSON", "{", "400"), ("a list", "[]", "400"), ("a text", '"octo/hello"', "400"),
    ("null", "null", "400"), ("5,000 brackets", "[" * 5000, "400"), ("NaN", '{"repository": NaN}', "400"),
    ("a field twice", '{"repository": "octo/hello", "repository": "octo/other"}', "400"),
    ("a number of 5,000 digits", '{"mode": ' + "9" * 5000 + "}", "400"),
    ("17 KB", json.dumps({"repository": "octo/hello", "branch": "x" * 17_000}), "413"),
)  # fmt: skip
TOKENS: Final = (
    page_token("01a1ee56-5e00-7905-83ac-92c091c52759", "caller-2#deployment", "", ""),
    page_token("lock#prod", "caller-1#deployment", "", ""),
    "x",
    "../../etc",
    "e30",
    "eyJhIjoxfQ",
    "a" * 3000,
    "%00",
    "\u202e",
)
SESSIONS: Final = (
    "x",
    "..%2f..",
    "1" * 36,
    "lock%23prod",
    "lock#prod",
    "01a1ee56-5e00-4905-83ac-92c091c52759",
    "*",
    "a" * 3000,
)


def cases() -> Iterator[Case]:
    yield from _fields("repository", REPOSITORIES, lambda value: {"repository": value})
    for name, values in (("branch", BRANCHES), ("commit", COMMITS), ("projectRoot", PATHS), ("template", PATHS)):
        yield from _fields(name, values, lambda value, name=name: _GOOD | {name: value})  # type: ignore[misc]
    yield from _fields("stackName", STACKS, lambda value: _GOOD | {"stackName": value})
    yield from _fields("parameters", PARAMETERS, lambda value: _GOOD | {"parameters": value})
    yield from _fields("tags", TAGS, lambda value: _GOOD | {"tags": value})
    yield from _fields("include", SELECTIONS, lambda value: {"stackName": "shop", "include": value}, "/test")
    yield from _fields("functionName", FUNCTIONS, lambda value: {"functionName": value}, "/test")
    yield from _fields("an unknown field or word", UNKNOWN, lambda value: _GOOD | value)
    for number, (what, body, status) in enumerate(BODIES, 1):
        code = "RequestTooLarge" if status == "413" else "RequestInvalid"
        yield _case(f"I-body-{number}", f"a body of {what}", (f"{status} {code}",), _ask("POST", "/deploy", body))
    for number, token in enumerate(TOKENS, 1):
        ask = _ask("GET", f"/deployments?nextToken={token}")
        yield _case(
            f"I-token-{number}", f"nextToken {token!r}", ("400 PageTokenInvalid", "400 RequestInvalid"), ask
        )
    for number, session in enumerate(SESSIONS, 1):
        answers = ("404 SessionNotFound", "404 RouteNotFound")
        yield _case(f"I-session-{number}", f"session {session!r}", answers, _ask("GET", f"/status/{session}"))
    yield from _headers()
    yield from _webhooks()


def _fields(
    name: str, values: tuple[Any, ...], body: Callable[[Any], dict[str, Any]], path: str = "/deploy"
) -> Iterator[Case]:
    for number, value in enumerate(values, 1):
        ask = _ask("POST", path, body(value))
        yield _case(f"I-{name.split()[-1]}-{number}", f"{name} {value!r}", _REFUSED, ask)


def _headers() -> Iterator[Case]:
    key = _ask("POST", "/deploy", _GOOD, Idempotency_Key="k" * 300)
    yield _case("I-header-1", "an Idempotency-Key of 300 characters", _REFUSED, key)
    for number, (method, path) in enumerate((("PUT", "/deploy"), ("TRACE", "/status/x"), ("DELETE", "/test")), 2):
        ask = _ask(method, path)
        yield _case(f"I-header-{number}", f"{method} {path}", ("405 MethodNotAllowed",), ask)
    ask = _ask("GET", "/deploy", X_HTTP_Method_Override="POST")
    yield _case("I-header-5", "X-HTTP-Method-Override", ("405 MethodNotAllowed",), ask)
    for number, text in enumerate(("\x1b[2J", "k\u0435y", "a\nb", "\ud800"), 12):
        ask = _ask("POST", "/deploy", _GOOD, Idempotency_Key=text)
        yield _case(f"I-header-{number}", f"an Idempotency-Key of {text!r}", _REFUSED, ask)
    for number, path in enumerate(("/", "/../deploy", "/deploy/", "//deploy", "/%2e%2e/deploy", "/admin"), 6):
        yield _case(f"I-header-{number}", f"GET {path}", ("404 RouteNotFound",), _ask("GET", path))


def _webhooks() -> Iterator[Case]:
    body = json.dumps({"ref": "refs/heads/main", "after": "a" * 40, "repository": {"full_name": "octo/hello"}})
    signature = hmac.new(b"another secret", body.encode(), hashlib.sha256).hexdigest()
    for number, (what, given) in enumerate(
        (
            ("no signature", ""),
            ("a SHA-1 signature", "sha1=" + "0" * 40),
            ("a signature with another secret", f"sha256={signature}"),
            ("the right length", "sha256=" + "0" * 64),
            ("two signatures", f"sha256={signature}, sha256={signature}"),
        ),
        1,
    ):
        ask = _signed(body, given)
        yield _case(f"L8-{number}", f"a webhook's delivery with {what}", ("401 DeliveryInvalid",), ask)


def _case(id: str, attack: str, expected: tuple[str, ...], ask: Callable[[], Answer]) -> Case:
    def prepare(place: Arena) -> Act:
        """Whatever would be accepted meets the other host in AWS's place."""
        aws = place.other.url

        def act() -> str:
            os.environ.update(SETTINGS | {"AWS_ENDPOINT_URL": aws, "AWS_DEFAULT_REGION": "us-east-1"})
            answer = ask()
            return f"{answer.status} {answer.body['code']}" if answer.status >= 400 else str(answer.status)

        return act

    return Case(id=id, attack=attack[:100], expected=expected, prepare=prepare)


def _ask(method: str, path: str, body: Any = None, **headers: str) -> Callable[[], Answer]:
    return lambda: call(method, path, body, **headers)


def _signed(body: str, signature: str) -> Callable[[], Answer]:
    def ask() -> Answer:
        with mock_aws():
            del os.environ["AWS_ENDPOINT_URL"]
            secret = client("secretsmanager").create_secret(Name="webhook", SecretString="the secret of the owner")
            os.environ.update(
                {"WEBHOOK_SECRET_ARN": secret["ARN"], "OWN_STACK_ID": "arn:aws:cloudformation:x:1:stack/a/1"}
            )
            given = {"X_Hub_Signature_256": signature, "X_GitHub_Event": "push", "X_GitHub_Delivery": "delivery-1"}
            return call("POST", "/webhooks/github", body, key="", **given)

    return ask
