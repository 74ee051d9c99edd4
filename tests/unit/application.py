"""The application's own template, as it stands and with SAM expanded, and its definitions: files only."""

from __future__ import annotations

import functools
import json
import logging
import warnings
from pathlib import Path
from typing import Any, Final

from deployer.template.sam import expand
from deployer.template.template import parse

ROOT: Final = Path(__file__).resolve().parents[2]
MACHINES: Final = {
    "DeployStateMachine": "deploy",
    "SanityTestStateMachine": "sanity_test",
    "RemoveStackStateMachine": "remove_stack",
}


@functools.cache
def template() -> dict[str, Any]:
    """template.yaml, its functions in their long form."""
    return dict(parse((ROOT / "template.yaml").read_text(), "template.yaml"))


@functools.cache
def expanded() -> dict[str, Any]:
    """The same after SAM's transform, its local paths given as objects in S3."""
    document = json.loads(json.dumps(template()))
    document["Globals"]["Function"]["CodeUri"] = "s3://bucket/functions.zip"
    for machine in MACHINES:
        document["Resources"][machine]["Properties"]["DefinitionUri"] = "s3://bucket/machine.json"
    logging.getLogger("samtranslator").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(expand(document, {}, "us-east-1"))


@functools.cache
def definition(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "statemachines" / f"{name}.asl.json").read_text())
    return loaded


def resources(kind: str, document: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    """The properties of each resource of that type, by logical id; of the expanded template unless told."""
    every = (document or expanded())["Resources"]
    return {name: each.get("Properties", {}) for name, each in every.items() if each["Type"] == kind}


def resolve(value: Any, conditions: dict[str, bool]) -> Any:
    """The value with each Fn::If decided."""
    if isinstance(value, dict) and "Fn::If" in value:
        name, yes, no = value["Fn::If"]
        return resolve(yes if conditions[name] else no, conditions)
    if isinstance(value, dict):
        return {key: resolve(each, conditions) for key, each in value.items()}
    return [resolve(each, conditions) for each in value] if isinstance(value, list) else value


def conditions(parameters: dict[str, str]) -> dict[str, bool]:
    """Which of the template's conditions are true with these parameters, and its defaults."""
    declared = expanded()["Parameters"]
    values = {name: parameters.get(name, each.get("Default")) for name, each in declared.items()}
    known = expanded()["Conditions"]
    return {name: _is_true(known[name], values, known) for name in known}


def _is_true(expression: Any, values: dict[str, Any], known: dict[str, Any]) -> bool:
    [(function, argument)] = expression.items()
    if function == "Condition":
        return _is_true(known[argument], values, known)
    if function == "Fn::Equals":
        left, right = (values[side["Ref"]] if isinstance(side, dict) else side for side in argument)
        return bool(left == right)
    parts = [_is_true(each, values, known) for each in argument]
    return not parts[0] if function == "Fn::Not" else all(parts)


def statements() -> list[tuple[str, dict[str, Any]]]:
    """Every statement of an identity policy, with the logical id of what holds it."""
    found = []
    for name, role in resources("AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            found += [(name, each) for each in policy["PolicyDocument"]["Statement"]]
    for name, policy in resources("AWS::IAM::ManagedPolicy").items():
        found += [(name, each) for each in policy["PolicyDocument"]["Statement"]]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def states(name: str) -> dict[str, dict[str, Any]]:
    """A definition's states by name, those within a Map too."""
    found = dict(definition(name)["States"])
    for body in definition(name)["States"].values():
        found |= body.get("ItemProcessor", {}).get("States", {})
    return found


CONTAINERS: Final = {"CloneRepository": "Clone", "PackageProject": "Build"}
NESTED: Final = {"RunSanityTests"}
"""Task states that are executions of another machine."""
STATES: Final = [
    (name, state) for name in MACHINES.values() for state, body in states(name).items() if body["Type"] == "Task"
]
"""Each machine's Task states."""
LAMBDA_STATES: Final = sorted({state for _, state in STATES if state not in {*CONTAINERS, *NESTED}})
FUNCTIONS: Final = sorted(resources("AWS::Serverless::Function", template()))
"""Logical ids."""
