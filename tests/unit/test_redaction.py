"""A test's outcome before it is kept: no secret, not too large, still JSON."""

from __future__ import annotations

import json
import shlex
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.sanity.redaction import MAX_EVIDENCE_BYTES, evidence, redacted, without_secrets
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
    ],
)
def test_no_secret(text: str) -> None:
    """What only sounds like a secret stays."""
    assert without_secrets(text, 2000) == text


@pytest.mark.parametrize("name", ["password", "clientSecret", "X-Api-Key", "AWS_SESSION_TOKEN", "Authorization"])
@pytest.mark.parametrize("value", [SECRET, [SECRET], {"value": SECRET}])
def test_secret_member(name: str, value: Any) -> None:
    """What stands under a secret's name is not shown, whatever it is."""
    assert SECRET not in json.dumps(evidence({"environment": {name: value}, "list": [{name: value}]}))


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
    max_leaves=200,
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
        "\x1b" * 60_000,
    ],
)
def test_slow_text(text: str) -> None:
    """The rules do not slow down on texts that were made for that: no rule goes over a text once per character."""
    started = time.process_time()

    without_secrets(text, 1000)

    assert time.process_time() - started < 10, "60,000 steps of 60,000 characters would take far longer"
