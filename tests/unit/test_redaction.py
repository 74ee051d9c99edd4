"""A test's outcome before it is kept: no secret, not too large, still JSON."""

from __future__ import annotations

import json
import shlex
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.redaction import (
    lines_without_secrets,
    members_without_secrets,
    secret_values,
    without_known,
    without_secrets,
)
from deployer.sanity.redaction import MAX_EVIDENCE_BYTES, evidence, redacted
from deployer.sanity.reproduce import invocation
from deployer.sanity.sanity_test import Outcome, Verdict

SECRET = "s3cr3t-W0rd"
WITH_A_SECRET = [
    f"password={SECRET}",
    f"Password: {SECRET}",
    f'{{"password": "{SECRET} and {SECRET}"}}',
    f"{{'db_password': '{SECRET}'}}",
    f'"body": "{{\\"clientSecret\\": \\"x {SECRET}\\"}}"',
    f'{{"password": "a\\"{SECRET}"}}',
    f"Authorization: Bearer {SECRET}",
    f"authorization: Basic {SECRET}==",
    f'"Authorization": "AWS4-HMAC-SHA256 Credential=AKIA/x, Signature={SECRET}"',
    f"curl -H 'x-api-key: {SECRET}' https://a.example",
    f"curl -H 'Cookie: a=b; session={SECRET}'",
    f"aws x --db-password {SECRET}",
    f"aws x --secret-key '{SECRET} {SECRET}'",
    f"https://a.example/?api_key={SECRET}&x=1",
    f"https://user:{SECRET}@a.example/",
    f"AWS_SECRET_ACCESS_KEY={SECRET}",
    f'"SecretAccessKey": "{SECRET}"',
    f'"SessionToken":"{SECRET}"',
    f"sent bearer {SECRET}1 to",
    f'"SecretString":"{SECRET}"',
    f"{{'SecretBinary': b'{SECRET}'}}",
    f'"secretValue": "{SECRET}"',
    f'{{"passwords": "{SECRET}"}}',
    f"db_pass={SECRET}",
    f"dbPass: {SECRET}",
    f'{{"password":["x", "{SECRET}"]}}',
    f'{{"secret":{{"a": {{"b": 1}}, "value":"{SECRET}"}}}}',
    f'{{"secret": {{"value": "{SECRET}',
    f'{{\\"secret\\": {{\\"value\\": \\"{SECRET}\\"}}}}',
    f'{{"name":"DB_PASSWORD", "value":"{SECRET}"}}',
    f"next=password%3D{SECRET}&x=1",
    f"password: two {SECRET} three",
    f"redis://:{SECRET}@cache.example:6379",
    f"https://hooks.slack.com/services/T0/B0/{SECRET}",
    f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{SECRET}\n-----END PGP PRIVATE KEY BLOCK-----",
    f"xoxb-{SECRET}",
    f"sk_live_{SECRET.replace('-', '')}",
]


@pytest.mark.parametrize("text", WITH_A_SECRET)
def test_secret_in_a_text(text: str) -> None:
    """A secret is known by its name or by its looks, in logs, headers, JSON, shell lines and addresses."""
    told = without_secrets(f"before {text} after", 2000)

    assert SECRET not in told
    assert SECRET.replace("-", "") not in told
    assert told.startswith("before ")
    assert "****" in told


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'token'",
        "aws dynamodb describe-table --table-name orders",
        "TABLE_NAME names nothing: orders",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf",
        "the answer has status 502",
        "Basic authentication is refused",
        "the bearer of this",
        '{"keys": ["orders/1.json"], "secretName": "orders"}',
        '{"secretArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders", "tokens": 3}',
        "GET https://a.example/?secret%3Aname",
        "an agent bypass: none, compass=north",
        "12 passed, 1 failed",
        "Unexpected token } in JSON",
        "rediss://cache.example:6379 does not answer",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        '[{"name": "TABLE", "value": "orders"}]',
    ],
)
def test_no_secret(text: str) -> None:
    """What only sounds like a secret stays."""
    assert without_secrets(text, 2000) == text


@pytest.mark.parametrize("opened", ["{", "["])
def test_bracket_behind_a_name(opened: str) -> None:
    """Only an object or a list is hidden to its end: a bracket alone may stand in any sentence."""
    text = f"SyntaxError: Unexpected token: {opened} at position 5\n    at parse (app.js:1:1)"

    assert without_secrets(text, 2000) == text.replace(opened, "****")


@pytest.mark.parametrize("name", ["password", "clientSecret", "X-Api-Key", "AWS_SESSION_TOKEN", "Authorization"])
@pytest.mark.parametrize("value", [SECRET, [SECRET], {"value": SECRET}])
def test_secret_member(name: str, value: Any) -> None:
    """What stands under a secret's name is not shown, whatever it is."""
    assert SECRET not in json.dumps(evidence({"environment": {name: value}, "list": [{name: value}]}))


@pytest.mark.parametrize("name", ["SecretString", "secretValue", "passwords", "DB_PASS", "dbPass"])
def test_name_of_a_secret(name: str) -> None:
    """Secrets have many names."""
    assert evidence({name: SECRET, "other": 1}) == {name: "****", "other": 1}


@pytest.mark.parametrize("label", ["name", "Key"])
def test_labelled_member(label: str) -> None:
    """A name and its value may be two members of one object, in either order."""
    listed = [
        {label: "DB_PASSWORD", "value": SECRET},
        {"Value": SECRET, label: "apiKey"},
        {label: "a", "value": 1},
    ]

    told = evidence({"environment": listed})

    assert told["environment"] == [
        {label: "DB_PASSWORD", "value": "****"},
        {"Value": "****", label: "apiKey"},
        {label: "a", "value": 1},
    ]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"secret": {"a": [{"b": {"c": SECRET}}], "d}": SECRET}, "e": 1}, {"secret": "****", "e": 1}),
        ([{"value": SECRET, "name": "token"}], [{"value": "****", "name": "token"}]),
        ({"tokens": [SECRET], "size": 3}, {"tokens": "****", "size": 3}),
    ],
)
def test_text_that_is_json(value: Any, told: Any) -> None:
    """A text that is JSON as a whole is read as that: a secret's end is known."""
    assert json.loads(without_secrets(json.dumps(value), 2000)) == told
    assert json.loads(evidence({"body": json.dumps(value)})["body"]) == told


def test_secret_flags() -> None:
    """Whether there is a secret is no secret."""
    assert evidence({"hasToken": True, "token": None, "tokens": 3}) == {
        "hasToken": True,
        "token": None,
        "tokens": 3,
    }


def test_outcome() -> None:
    """Error, evidence and the line that reproduces it are all seen to; the verdict stays."""
    outcome = Outcome(
        status=Verdict.FAIL,
        error=f"password={SECRET}",
        evidence={"log": [f"x-api-key: {SECRET}"], "status": 502},
        reproduce=f"curl -H 'Authorization: {SECRET}'",
        may_pass_later=True,
    )

    told = redacted(outcome)

    assert told == Outcome(
        status=Verdict.FAIL,
        error="password=****",
        evidence={"log": ["x-api-key: ****"], "status": 502},
        reproduce="curl -H 'Authorization: ****'",
        may_pass_later=True,
    )


@pytest.mark.parametrize(
    "payload",
    [
        {"note": "password='; touch pwned #"},
        {"key": "-----BEGIN PRIVATE KEY-----"},
        {"x": 'secret="\'"\'"; id #', "y": "'"},
    ],
)
def test_hostile_words_of_a_command(payload: dict[str, str]) -> None:
    """Whatever is hidden in it, a word stays one word: nothing of it becomes a command."""
    line = invocation("orders", json.dumps(payload))

    told = redacted(Outcome(status=Verdict.FAIL, reproduce=line)).reproduce

    words, shown = shlex.split(line), shlex.split(told)
    assert len(shown) == len(words)
    assert shown[:6] + shown[-1:] == words[:6] + words[-1:]


def test_large_evidence() -> None:
    """Evidence is cut where it is long, and says so; what is short stays."""
    told = evidence({"status": 500, "body": "x" * 100_000, "lines": [f"line {n}" for n in range(1000)]})

    assert told["status"] == 500
    assert told["body"].endswith("(cut)")
    assert told["lines"][0] == "line 0"
    assert told["lines"][-1].endswith("more")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(alphabet=st.characters())
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=20) | st.dictionaries(st.text(alphabet=st.characters()), inner, max_size=20)
    ),
    max_leaves=40,
)


@given(st.dictionaries(st.text(alphabet=st.characters()), JSON))
def test_any_evidence(found: dict[str, Any]) -> None:
    """Whatever a check found becomes JSON that other programs read, of at most 4 KB."""
    told = json.dumps(evidence(found), ensure_ascii=False, allow_nan=False).encode()

    assert len(told) <= MAX_EVIDENCE_BYTES
    assert evidence(json.loads(told)) is not None


@given(JSON, st.sampled_from(["password", "token", "dbSecret"]))
def test_secret_anywhere(value: Any, name: str) -> None:
    """A secret stays one beside anything else."""
    assert SECRET not in json.dumps(evidence({"a": value, "b": [value, {name: SECRET}], "c": f"{name}={SECRET}"}))


def test_deep_and_wide() -> None:
    """What is nested without end is cut, and so are a million members."""
    deep: Any = []
    for _ in range(500):
        deep = [deep]

    assert len(json.dumps(evidence({"deep": deep, "wide": {str(n): n for n in range(100_000)}}))) <= 5000


@pytest.mark.parametrize(
    "text",
    [
        "token " * 20_000,
        "token" + " " * 60_000,
        "password=\\" * 10_000,
        "bearer " * 10_000,
        "--" * 30_000,
        "'" * 60_000,
        'token="' * 10_000,
        "cookie:" * 10_000,
        "a-" * 30_000,
        "bearer " + "a" * 60_000,
        "password={" * 7000,
        "password={" + "{" * 60_000,
        "password={{" + "a" * 60_000,
        "password={" + "{}" * 30_000,
        "password: " * 6000,
        "password: " + " a" * 30_000,
        'password","value' * 4000,
        '{"a":' * 10_000,
        "pass" * 15_000,
        "://:" * 15_000,
        "hooks.slack.com/services/" * 2500,
        "-----BEGIN PGP PRIVATE KEY " * 2500,
        "\x1b" * 60_000,
    ],
)
def test_slow_text(text: str) -> None:
    """The rules do not slow down on texts that were made for that: no rule goes over a text once per character."""
    started = time.process_time()

    without_secrets(text, 1000)

    assert time.process_time() - started < 10, "60,000 steps of 60,000 characters would take far longer"


KEY = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "MIIEowIBAAKCAQEAvJ0abc",
    "Zm9vYmFyYmF6cXV4Zm9vYmFy==",
    "-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("begin", range(4))
@pytest.mark.parametrize("end", range(1, 5))
def test_private_key_over_several_lines(begin: int, end: int) -> None:
    """No line of it is told, also when the lines before or after were cut off."""
    part = KEY[begin:end]
    told = lines_without_secrets(["before", *part, "after"])

    assert told[0] == "before"
    if len(part) == 4 or KEY[3] in part:
        assert told[-1] == "after"
    if {KEY[0], KEY[3]} & set(part):
        assert not [line for line in told for secret in KEY[1:3] if secret in line]


def test_lines_of_a_build() -> None:
    """Each line is without its own secret, and is otherwise as it was."""
    told = lines_without_secrets(["npm ci", "DB_PASSWORD=s3cr3t-W0rd npm test", "ok: 3 passed"])

    assert told == ["npm ci", "DB_PASSWORD=**** npm test", "ok: 3 passed"]


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1B2" * 9,
        "xoxb-" + "1234567890-abcdefABCDEF",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4",
        "Bearer abcdef0123456789abcdef",
        "X-Amz-Signature=" + "0123456789abcdef" * 4,
    ],
)
@pytest.mark.parametrize("before", ["\n", "\t", " ", '"', "("])
def test_secret_in_a_text_within_a_text(secret: str, before: str) -> None:
    """A line feed that JSON writes as two characters does not hide where a secret begins."""
    part = secret[-12:]

    assert part not in without_secrets(json.dumps(f"before{before}{secret}"), 1000)
    assert part not in without_secrets(json.dumps(json.dumps(f"before{before}{secret}")), 1000)


def test_private_key_among_the_lines_of_evidence() -> None:
    """The lines of a log are looked at together."""
    shown = evidence({"log": ["before", *KEY, "after"]})["log"]

    assert (shown[0], shown[-1]) == ("before", "after")
    assert not [line for line in shown for secret in KEY[1:3] if secret in line]


def test_outputs() -> None:
    """A name tells of a secret, or its looks do; what else there is stays as it is."""
    outputs = {"DbPassword": "x7", "Url": "https://u:hunter2x@example.com", "ApiKeyId": "abc", "Table": "t-1"}

    assert members_without_secrets(outputs) == {
        "DbPassword": "****",
        "Url": "https://****@example.com",
        "ApiKeyId": "abc",
        "Table": "t-1",
    }


def test_known_secrets() -> None:
    """Values of secret names are hidden wherever they stand; what is too short to be told apart is left."""
    known = secret_values({"DB_PASSWORD": "s3cr3t-W0rd", "API_TOKEN": "1", "STAGE": "production"})

    assert known == ["s3cr3t-W0rd"]
    told = {"a": ["no s3cr3t-W0rd here", {"s3cr3t-W0rd": 1}], "b": 7, "c": "production"}
    assert without_known(told, known) == {"a": ["no **** here", {"****": 1}], "b": 7, "c": "production"}
