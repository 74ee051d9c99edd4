"""Checks of where things go on to: the destination is that of the template, and exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.existence import by_reason, trouble
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def gives_up_to(spec: Mapping[str, Any]) -> Outcome:
    """Events that the function fails at again and again go to its dead letter queue or topic.

    The embedded platform leaves this property out when it makes a function from a template.
    """
    function = {"function_name": spec["function"]}
    configuration: Any = client("lambda").get_function_configuration(FunctionName=spec["function"])
    reproduce = aws("lambda", "get-function-configuration", **function, query="DeadLetterConfig")
    found = configuration.get("DeadLetterConfig", {}).get("TargetArn")
    if not found and spec["isEmbedded"]:
        error = "it has no dead letter target now; whether the platform ever gave it one cannot be told"
        return Outcome(status=Verdict.SKIP, error=error, reproduce=reproduce)
    return _compared({found or None}, spec, reproduce)


def sends_results(spec: Mapping[str, Any]) -> Outcome:
    """What the function makes of an asynchronous event goes where the template says."""
    called = {"FunctionName": spec["function"], "Qualifier": spec["qualifier"]}
    config: Any = client("lambda").get_function_event_invoke_config(**called)
    found = config.get("DestinationConfig", {}).get(spec["when"], {}).get("Destination")
    operation = "get-function-event-invoke-config"
    reproduce = aws("lambda", operation, function_name=spec["function"], qualifier=spec["qualifier"])
    return _compared({found}, spec, reproduce)


def passes_logs_on(spec: Mapping[str, Any]) -> Outcome:
    """A log group has at most two filters: one page."""
    answer: Any = client("logs").describe_subscription_filters(logGroupName=spec["logGroup"])
    found = {each.get("destinationArn") for each in answer.get("subscriptionFilters", [])}
    reproduce = aws("logs", "describe-subscription-filters", log_group_name=spec["logGroup"])
    return _compared(found, spec, reproduce)


def _compared(found: set[str | None], spec: Mapping[str, Any], reproduce: str) -> Outcome:
    now = sorted(filter(None, found))
    reason = "" if spec["target"] in found else f"its template says {spec['target']}, and it is {now or 'nothing'}"
    reason = reason or (trouble(spec["reference"]) if spec["reference"] else "")
    return by_reason(reason, {"destination": now}, reproduce)


CHECKS: Final = {
    "destination.dead_letters": gives_up_to,
    "destination.logs": passes_logs_on,
    "destination.result": sends_results,
}
