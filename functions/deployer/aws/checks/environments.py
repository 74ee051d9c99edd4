"""Checks of functions' environment variables and roles. No value is shown but one that names a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.existence import by_reason, described, trouble
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_complete(spec: Mapping[str, Any]) -> Outcome:
    """Every variable of the template is there, and none that has a value there is empty."""
    reproduce = _reproduce(spec, "keys(Environment.Variables)")
    variables = _variables(spec)
    if variables is None:
        return _hidden(reproduce)
    missing = [name for name in spec["names"] if name not in variables]
    empty = [name for name in spec["filled"] if variables.get(name) == ""]
    error = " and ".join(
        f"{', '.join(names)} {what}" for names, what in ((missing, "is missing"), (empty, "is empty")) if names
    )
    return Outcome(
        status=Verdict.FAIL if error else Verdict.PASS,
        error=error and f"of the variables of its template {error}",
        evidence={"variables": sorted(variables)},
        reproduce=reproduce,
    )


def names(spec: Mapping[str, Any]) -> Outcome:
    """The variable names what it names in the template, and that exists."""
    variable, reference = spec["variable"], spec["reference"]
    reproduce = _reproduce(spec, f"Environment.Variables.{variable}")
    variables = _variables(spec)
    if variables is None:
        return _hidden(reproduce)
    found, reason = variables.get(variable), ""
    if found is None:
        reason = f"the variable {variable} is missing"
    elif found != spec["value"]:
        reason = f"{variable} no longer names {described(reference)}"
    reason = reason or trouble(reference)
    return by_reason(reason, {"variable": variable, "names": described(reference)}, reproduce)


def runs_as(spec: Mapping[str, Any]) -> Outcome:
    """The function runs as the role of its template, and that role exists."""
    found, role = _configuration(spec).get("Role"), spec["role"]
    reason = f"it runs as {found}, its template says {role['arn']}" if role["arn"] not in ("", found) else ""
    reason = reason or trouble(role)
    return by_reason(reason, {"role": found}, _reproduce(spec, "Role"))


def _configuration(spec: Mapping[str, Any]) -> dict[str, Any]:
    configuration: dict[str, Any] = client("lambda").get_function_configuration(FunctionName=spec["function"])
    return configuration


def _variables(spec: Mapping[str, Any]) -> dict[str, str] | None:
    """None where they are kept under a key that we may not use: in their place there is an error then."""
    environment: dict[str, dict[str, str]] = _configuration(spec).get("Environment", {})
    return None if "Error" in environment else environment.get("Variables", {})


def _hidden(reproduce: str) -> Outcome:
    error = "this application may not decrypt its variables"
    return Outcome(status=Verdict.SKIP, error=error, reproduce=reproduce)


def _reproduce(spec: Mapping[str, Any], query: str) -> str:
    return aws("lambda", "get-function-configuration", function_name=spec["function"], query=query)


CHECKS: Final = {"environment.complete": is_complete, "environment.names": names, "environment.role": runs_as}
