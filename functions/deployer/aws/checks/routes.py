"""What the checks of REST APIs, HTTP APIs and function URLs share: one request and what its answer means, and the
edge from a route to its function."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer import probe
from deployer.aws.checks.functions import explain
from deployer.aws.checks.missing import is_missing
from deployer.aws.function_policy import policy_of
from deployer.probe import NoAnswer
from deployer.sanity.address import Address, AddressRefused
from deployer.sanity.api_route import SAFE_METHODS, Guard, Target, function_arn
from deployer.sanity.http_answer import Gateway, Reading, is_of_gateway, reached_no_function, read
from deployer.sanity.policy import Call, Permit, permit_any, source
from deployer.sanity.reproduce import aws, curl
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deployer.probe import Answer

PRINCIPAL: Final = "apigateway.amazonaws.com"
_SHOWN_BYTES: Final = 500
_SAYS_NOTHING: Final = {
    Reading.THROTTLED: "it is asked too often",
    Reading.STAND_IN: "the platform answered in the place of the function, which it cannot run",
    Reading.CHALLENGED: "AWS WAF wants a proof that a browser or a person calls",
}


class Asked:
    """One request of a test, made; its answer in words, and outcomes that show it."""

    def __init__(self, gateway: Gateway, spec: Mapping[str, Any]) -> None:
        """Raises AddressRefused, NoAnswer."""
        self.spec = spec
        self.address = Address.of(spec["address"])
        self.guard = Guard(spec.get("guard", Guard.NONE))
        self.answer: Answer = probe.request(
            spec.get("method", "OPTIONS"), self.address, headers=spec["headers"], body=spec.get("body")
        )
        self.reading = read(gateway, self.answer.status, self.answer.headers, self.answer.body)
        self.is_of_gateway = is_of_gateway(self.answer.headers)
        self.reached_no_function = reached_no_function(self.answer.status, self.answer.headers)

    @property
    def is_safe(self) -> bool:
        return _is_safe(self.spec)

    @property
    def said(self) -> str:
        return f"{self.spec.get('method', 'OPTIONS')} {self.address.url} answered {self.answer.status}"

    def passed(self) -> Outcome:
        return self._outcome(Verdict.PASS, "")

    def skipped(self, why: str) -> Outcome:
        return self._outcome(Verdict.SKIP, f"{self.said}: {why}")

    def failed(self, why: str, *, may_pass_later: bool = True) -> Outcome:
        return self._outcome(Verdict.FAIL, f"{self.said}: {why}", may_pass_later=may_pass_later)

    def _outcome(self, status: Verdict, error: str, *, may_pass_later: bool = False) -> Outcome:
        evidence = {
            "status": self.answer.status,
            "body": self.answer.body[:_SHOWN_BYTES].decode("utf-8", "replace"),
            "durationMs": self.answer.duration_ms,
        }
        if "x-amzn-errortype" in self.answer.headers:
            evidence["errorType"] = self.answer.headers["x-amzn-errortype"]
        return Outcome(
            status=status,
            error=error,
            evidence=evidence,
            reproduce=_reproduce(self.spec, self.address),
            may_pass_later=may_pass_later,
        )


def _reproduce(spec: Mapping[str, Any], address: Address) -> str:
    return curl(spec.get("method", "OPTIONS"), address.url, spec["headers"], spec.get("body"))


def route(
    gateway: Gateway,
    spec: Mapping[str, Any],
    look: Callable[[Mapping[str, Any]], str],
    closed: Callable[[Mapping[str, Any]], str] = lambda _: "",
) -> Outcome:
    """A route answers below 500, or refuses who comes without credentials.

    `look` asks the gateway's own configuration, when an answer leaves it open whether the route is there: it gives
    what is wrong with it, or nothing. `closed` asks it, when there is no answer, why none can come.
    """
    try:
        asked = Asked(gateway, spec)
    except AddressRefused as error:
        return Outcome(status=Verdict.SKIP, error=f"it is not called: {error}")
    except NoAnswer as error:
        return _once(_unanswered(spec, error, closed), spec, was_reached=error.was_sent)
    return _once(_answered(asked, look), spec, was_reached=not asked.reached_no_function)


def _once(outcome: Outcome, spec: Mapping[str, Any], *, was_reached: bool) -> Outcome:
    """An unsafe request that may have reached a function is not repeated: what may heal is no certain fault."""
    if not was_reached or _is_safe(spec) or not outcome.may_pass_later:
        return outcome
    why = f"{outcome.error}; whether it stays so is not tried, for the request may change something"
    return replace(outcome, status=Verdict.SKIP, error=why, may_pass_later=False)


def _is_safe(spec: Mapping[str, Any]) -> bool:
    return spec.get("method", "OPTIONS") in SAFE_METHODS


def _answered(asked: Asked, look: Callable[[Mapping[str, Any]], str]) -> Outcome:
    if asked.reading in _SAYS_NOTHING:
        return asked.skipped(_SAYS_NOTHING[asked.reading])
    if asked.reading is Reading.LOOKS_MISSING:
        return _looks_missing(asked, look(asked.spec))
    return _guarded(asked) if asked.guard is not Guard.NONE else _open(asked, look)


def _looks_missing(asked: Asked, wrong: str) -> Outcome:
    """An HTTP API says the same of every route where its own address is switched off."""
    if wrong:
        return asked.failed(wrong, may_pass_later=asked.is_safe)
    return asked.skipped("the route is there; its function may say so, or the API's own address is switched off")


def _unanswered(spec: Mapping[str, Any], error: NoAnswer, closed: Callable[[Mapping[str, Any]], str]) -> Outcome:
    """Whether it is the function that gives none."""
    address = Address.of(spec["address"])
    if why := closed(spec):
        return Outcome(status=Verdict.SKIP, error=f"{spec['method']} {address.url}: {error}: {why}")
    if spec.get("invocation"):
        explained = explain(spec["invocation"])
        if explained.status is not Verdict.PASS:
            return explained
    return Outcome(
        status=Verdict.FAIL,
        error=f"{spec['method']} {address.url}: {error}",
        reproduce=_reproduce(spec, address),
        may_pass_later=True,
    )


def _guarded(asked: Asked) -> Outcome:
    """For IAM, a REST API's refusal is the same as its answer for no such route."""
    refused = asked.reading is Reading.REFUSED or (
        asked.reading is Reading.NOT_THERE and asked.guard in {Guard.IAM, Guard.UNKNOWN}
    )
    if asked.guard.is_certain:
        return _certain(asked, refused=refused)
    if asked.reading is Reading.NOT_THERE and not refused:
        return asked.failed("the gateway knows no such route")
    if asked.guard is Guard.REQUEST:
        why = "its own authorizer decides who comes in without credentials"
        return asked.passed() if refused else asked.skipped(why)
    return asked.skipped("what keeps strangers out is not known") if refused else _open(asked, lambda _: "")


def _certain(asked: Asked, *, refused: bool) -> Outcome:
    if refused:
        return asked.passed()
    if asked.reading is Reading.NOT_THERE:
        return asked.failed("the gateway knows no such route")
    if asked.reading is Reading.FAILED:
        return asked.skipped(f"{asked.guard} should refuse it, which fails by itself")
    if asked.answer.status < 400:
        why = f"it answers without credentials, though {asked.guard} is asked for"
        return asked.failed(why, may_pass_later=asked.is_safe)
    return asked.skipped(f"it was neither let in nor refused, though {asked.guard} is asked for")


def _open(asked: Asked, look: Callable[[Mapping[str, Any]], str]) -> Outcome:
    match asked.reading:
        case Reading.NOT_THERE:
            return asked.failed("the gateway knows no such route")
        case Reading.FAILED:
            return _failed(asked)
        case Reading.REFUSED if asked.is_of_gateway:
            wrong = look(asked.spec)
            return asked.failed(wrong) if wrong else asked.skipped("something before the gateway refuses it")
    return _with_origin(asked) if asked.spec.get("expectsOrigin") else asked.passed()


def _with_origin(asked: Asked) -> Outcome:
    """A preflight that the gateway answers by itself, from its template."""
    if "access-control-allow-origin" in asked.answer.headers:
        return asked.passed()
    return asked.skipped(
        "without Access-Control-Allow-Origin; whether the deployed response has it cannot be told from here"
    )


def _failed(asked: Asked) -> Outcome:
    """A 5xx: of the function, of what lies between, or because the request was made up?"""
    target, invocation = Target(asked.spec["target"]), asked.spec.get("invocation")
    if invocation:
        return _explained(asked, explain(invocation))
    if target in {Target.FUNCTION, Target.MAPPED_FUNCTION} and asked.is_of_gateway:
        return asked.skipped("the gateway got no answer to pass on; its function cannot be asked directly")
    return asked.skipped(f"behind it is {_behind(target)}, and the request was made up")


def _explained(asked: Asked, explained: Outcome) -> Outcome:
    """What the function does when it is invoked directly; several tries mean that it was given more, or others."""
    if explained.status is not Verdict.PASS:
        return explained
    if explained.evidence.get("invocations", 1) > 1:
        return asked.skipped(
            "its function asks for more than a made-up request has; an example in events/ would tell"
        )
    return asked.failed("its function answers well when it is invoked directly; what lies between is broken")


def _behind(target: Target) -> str:
    return {
        Target.SERVICE: "an AWS service",
        Target.HTTP: "another HTTP server",
        Target.MOCK: "a mock",
        Target.MAPPED_FUNCTION: "a function that gets what a template makes",
    }.get(target, "what cannot be asked directly")


def edge(spec: Mapping[str, Any], uri: str | None, evidence: dict[str, Any]) -> Outcome:
    """From what is deployed, by its integration's URI, to the function that the template names."""
    expected, actual = spec["function"], function_arn(uri)
    reproduce = aws("lambda", "get-policy", function_name=actual or expected or "")
    evidence = {**evidence, "calls": actual or uri}
    if not spec["isFunction"]:
        return Outcome(status=Verdict.PASS, evidence=evidence)
    if expected and actual and _name(expected) != _name(actual):
        error = f"it calls {actual}, where the template has {expected}"
        return Outcome(status=Verdict.FAIL, error=error, evidence=evidence)
    if expected and actual is None and uri is not None and "${" not in uri:
        error = f"it calls {uri or 'nothing'}, where the template has {expected}"
        return Outcome(status=Verdict.FAIL, error=error, evidence=evidence)
    function = actual or expected
    if function is None:
        return Outcome(
            status=Verdict.SKIP, error="which function it calls depends on the stage", evidence=evidence
        )
    return may_call(function, spec, evidence, reproduce)


def may_call(function: str, spec: Mapping[str, Any], evidence: dict[str, Any], reproduce: str) -> Outcome:
    """The function exists, and its policy lets API Gateway call it; without sources a role does."""
    sources = spec["sources"]
    if function.startswith("arn:") and function.split(":")[3:5] != [spec["region"], spec["accountId"]]:
        why = f"{function} is not looked at: it is of another account or region"
        return Outcome(status=Verdict.SKIP, error=why, evidence=evidence)
    try:
        policy = policy_of(function)
    except ClientError as error:
        if not is_missing(error):
            raise
        why = f"the function {function} does not exist"
        return Outcome(status=Verdict.FAIL, error=why, evidence=evidence, reproduce=reproduce)
    account = function.split(":")[4] if function.startswith("arn:") else None
    calls = [Call(principal=PRINCIPAL, context=source(arn, account)) for arn in sources]
    permitted = permit_any(policy, calls) if sources else Permit.GIVEN
    if permitted is Permit.REFUSED:
        why = f"the policy of {function} does not let API Gateway call it for {sources[0]}"
        return Outcome(status=Verdict.FAIL, error=why, evidence=evidence, reproduce=reproduce, may_pass_later=True)
    if permitted is Permit.UNKNOWN:
        why = f"the policy of {function} has conditions that cannot be decided here"
        return Outcome(status=Verdict.SKIP, error=why, evidence=evidence, reproduce=reproduce)
    return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=reproduce)


def _name(function: str) -> tuple[str, ...]:
    """Region, account, name and qualifier."""
    parts = function.split(":")
    return (*parts[3:5], *parts[6:])


def authorizer(spec: dict[str, Any]) -> Outcome:
    function = spec["function"]
    return may_call(function, spec, {}, aws("lambda", "get-policy", function_name=function))


CHECKS: Final = {"api.authorizer": authorizer}
