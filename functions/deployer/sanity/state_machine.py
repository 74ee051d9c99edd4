"""Tests of a Step Functions state machine: it can run, and its states call what its template has them call."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity import hostile_json
from deployer.sanity.definition import parsed, texts
from deployer.sanity.function_names import function_of
from deployer.sanity.reference import Reference, named
from deployer.sanity.statement import invoking, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::StepFunctions::StateMachine",)
_INPUT: Final = re.compile(r"(?<![a-z])(?:input|event|example|payload|sample)s?(?![a-z])", re.IGNORECASE)
_MACHINE: Final = re.compile(r"state-?_?machine|step-?_?function|sfn|workflow|execution", re.IGNORECASE)
_NO_INPUT: Final = re.compile(r"(?:^|/)(?:node_modules|\.aws-sam|cdk\.out)/|pattern|package|schema|\.asl\.")
_MAX_CHARACTERS: Final = 65_536


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    machine, properties = {"machine": resource["physicalId"]}, resource["properties"]
    place = scene.deployed.place
    yield statement(resource, "is active and its definition valid", "state_machine.active", machine)
    spec = {**machine, "accountId": place.account_id, "region": place.region}
    yield statement(resource, "calls what exists", "state_machine.targets", spec)
    is_written = _text(properties) is not None
    for value, called in _edges(properties, scene.deployed):
        edge = {**spec, "value": value, "reference": called, "isWritten": is_written}
        yield statement(resource, f"calls {called['label']}", "state_machine.calls", edge)
    role = named(properties.get("RoleArn"), scene.deployed)
    if role:
        yield statement(resource, f"runs as {role['label']}", "state_machine.role", {**machine, "role": role})
    path, example = _example(resource, scene)
    if path and properties.get("StateMachineType") == "EXPRESS":
        run = {**machine, "input": example, "example": path}
        test = statement(resource, f"runs with {path}", "state_machine.runs", run)
        test["isMutating"] = True  # it writes whatever its states write
        yield invoking(test, [function_of(text, scene.deployed) for text in _values(properties)])


def _edges(properties: Mapping[str, Any], deployed: Deployed) -> Iterator[tuple[str, Reference]]:
    """What the template's definition names, each once; of a definition in S3 what may be put into it."""
    seen: set[str] = set()
    for value in _values(properties):
        found = named(value, deployed)
        if found and found["label"] not in seen and found["type"] != "AWS::IAM::Role":
            seen.add(found["label"])
            yield value, found


def _values(properties: Mapping[str, Any]) -> Iterator[str]:
    definition = parsed(properties.get("DefinitionString")) or properties.get("Definition")
    return texts([definition, _put_in(properties)])


def _put_in(properties: Mapping[str, Any]) -> list[Any]:
    """CloudFormation accepts substitutions that the definition has no place for."""
    given, text = properties.get("DefinitionSubstitutions"), _text(properties)
    pairs = given.items() if isinstance(given, dict) else ()
    return [value for key, value in pairs if text is None or f"${{{key}}}" in text]


def _text(properties: Mapping[str, Any]) -> str | None:
    """The definition as the template has it; None when it is in S3, or not known."""
    definition = properties.get("DefinitionString") or properties.get("Definition")
    return json.dumps(definition) if definition else None


def _example(resource: DeployedResource, scene: Scene) -> tuple[str, str]:
    """Path and text of the repository's input for the machine; empty when none is surely that."""
    own = _letters(resource["logicalId"].rpartition("/")[2])
    for path, text in sorted(scene.files.items()):
        if path.endswith(".json") and _INPUT.search(path) and not _NO_INPUT.search(path):
            is_named = own in _letters(path) or (_MACHINE.search(path) and _is_only(scene.deployed))
            if is_named and len(text) <= _MAX_CHARACTERS and _is_input(text):
                return path, text
    return "", ""


def _is_only(deployed: Deployed) -> bool:
    return len(list(deployed.of_type(*TYPES))) == 1


def _is_input(text: str) -> bool:
    try:
        value = hostile_json.parsed(text)
    except ValueError:
        return False
    return isinstance(value, dict) and "States" not in value and "Resources" not in value


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
