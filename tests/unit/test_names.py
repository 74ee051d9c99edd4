"""State, function, module, event and log group have one name, and functions have the settings that they read."""

from __future__ import annotations

import json
import re

import pytest
from tests.unit import application
from tests.unit.application import FUNCTIONS, LAMBDA_STATES, ROOT

from deployer.settings import Settings


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


@pytest.mark.parametrize("state", LAMBDA_STATES)
def test_state_has_its_function(state: str) -> None:
    """State, logical id, module and handler have one name."""
    function = application.resources("AWS::Serverless::Function", application.template())[f"{state}Function"]

    assert function["Handler"] == f"{snake(state)}.handler"
    assert (ROOT / "functions" / f"{snake(state)}.py").is_file()


def test_function_without_a_state() -> None:
    """Only the API and the one that hears of ended executions belong to no state."""
    names = {name.removesuffix("Function") for name in FUNCTIONS}

    assert names - set(LAMBDA_STATES) == {"Api", "ExecutionEnded"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_has_an_event(function: str) -> None:
    """Each function can be tried with `sam local invoke`, by an event of its own name."""
    path = ROOT / "events" / f"{snake(function.removesuffix('Function'))}.json"

    assert isinstance(json.loads(path.read_text()), dict)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_has_a_log_group(function: str) -> None:
    """Its log group is its own, is known before the first call, and forgets."""
    properties = application.resources("AWS::Lambda::Function")[function]
    group = application.resources("AWS::Logs::LogGroup")[properties["LoggingConfig"]["LogGroup"]["Ref"]]

    assert group["LogGroupName"]["Fn::Sub"].rpartition("/")[2] == properties["FunctionName"]["Fn::Sub"]
    assert group["RetentionInDays"] == {"Ref": "FunctionLogDays"}


def test_settings_and_environment() -> None:
    """Functions are given what Settings reads; one more is read by Powertools, and one by boto3."""
    source = (ROOT / "functions" / "deployer" / "settings.py").read_text()
    read = set(re.findall(r'self\._(?:text|number|listed)\("(\w+)"\)', source))
    everybody = set(application.template()["Globals"]["Function"]["Environment"]["Variables"])
    some = application.resources("AWS::Serverless::Function", application.template()).values()
    given = everybody.union(*(each.get("Environment", {}).get("Variables", {}) for each in some))

    assert Settings.__name__ == "Settings"
    assert given - {"POWERTOOLS_SERVICE_NAME", "AWS_ENDPOINT_URL"} == read


def test_parameters_are_documented() -> None:
    """Every parameter has a description, a group in the console, and a line in docs/install.md."""
    parameters = application.template()["Parameters"]
    groups = application.template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    _, _, table = (ROOT / "docs" / "install.md").read_text().partition("## Parameters")

    assert all(parameter["Description"] for parameter in parameters.values())
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(parameters)
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(parameters)
