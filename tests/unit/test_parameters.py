"""deployer.template.parameters: what is given is checked before anything is created."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import DeployerError, ParametersInvalid, ParametersMissing
from deployer.template.parameters import change_set_parameters, check_parameters


def template(**parameters: Any) -> dict[str, Any]:
    return {"Parameters": parameters}


def problem(value: str, **parameter: Any) -> str:
    """What check_parameters says of that value, or an empty text."""
    try:
        check_parameters(template(P={"Type": "String", **parameter}), {"P": value})
    except ParametersInvalid as error:
        return error.message
    return ""


def test_missing_parameters() -> None:
    """All of them are named at once, with type and description; one with a default is not missing."""
    declared = template(
        Vpc={"Type": "AWS::EC2::VPC::Id", "Description": "where  it\nlives"},
        Name={"Type": "String"},
        Size={"Type": "Number", "Default": 1},
    )

    with pytest.raises(ParametersMissing) as raised:
        check_parameters(declared, {})

    assert raised.value.message == "no value is given for Vpc (AWS::EC2::VPC::Id: where it lives), Name (String)"


def test_missing_and_wrong_parameters() -> None:
    """What is wrong is told in the same error."""
    with pytest.raises(
        ParametersMissing, match=r"no value is given for Name \(String\); Nmae: the template has no such parameter"
    ):
        check_parameters(template(Name={"Type": "String"}), {"Nmae": "x"})


def test_parameter_that_the_stack_has() -> None:
    """On an update, what is not given keeps its value."""
    declared = template(Name={"Type": "String"}, Stage={"Type": "String"}, New={"Type": "String", "Default": "n"})

    check_parameters(declared, {"Stage": "x"}, previous={"Name", "Stage"})
    asked = change_set_parameters(declared, {"Stage": "x"}, previous={"Name", "Stage", "Dropped"})

    assert asked == [
        {"ParameterKey": "Name", "UsePreviousValue": True},
        {"ParameterKey": "Stage", "ParameterValue": "x"},
    ]


def test_parameter_that_is_not_declared() -> None:
    """It is named, with those that there are."""
    with pytest.raises(ParametersInvalid, match=r"Size: the template has no such parameter \(it has Name\)"):
        check_parameters(template(Name={"Type": "String", "Default": ""}), {"Size": "1"})


@pytest.mark.parametrize(
    ("value", "parameter"),
    [
        ("c", {"AllowedValues": ["a", "b"]}),
        ("True", {"AllowedValues": [True, False]}),
        ("ab", {"AllowedPattern": "[a-z]"}),
        ("x", {"Type": "Number"}),
        ("1", {"Type": "Number", "MinValue": 2}),
        ("3", {"Type": "Number", "MaxValue": "2"}),
        ("a", {"MinLength": 2}),
        ("abc", {"MaxLength": "2"}),
        ("a,c", {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}),
        ("1,x", {"Type": "List<Number>"}),
        ("é" * 2049, {}),
    ],
)
def test_value_that_does_not_fit(value: str, parameter: dict[str, Any]) -> None:
    """Each constraint of a parameter is checked."""
    assert problem(value, **parameter).startswith("P: ")


@pytest.mark.parametrize(
    ("value", "parameter"),
    [
        ("a", {"AllowedValues": ["a", "b"]}),
        ("true", {"AllowedValues": [True, False]}),
        ("1", {"Type": "Number", "AllowedValues": [1, 2]}),
        ("abc", {"AllowedPattern": "[a-z]+"}),
        ("a, b", {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}),
        ("1.5", {"Type": "Number", "MinValue": 1, "MaxValue": 2}),
        ("é" * 2048, {}),
        ("/golden/ami", {"Type": "AWS::SSM::Parameter::Value<String>", "AllowedPattern": "ami-.+"}),
        ("anything", {"AllowedPattern": r"\p{Alpha}+"}),
    ],
)
def test_value_that_fits(value: str, parameter: dict[str, Any]) -> None:
    """What fits, and what only CloudFormation can judge, is let through."""
    assert problem(value, **parameter) == ""


def test_secret_value() -> None:
    """A NoEcho value is not repeated in the error."""
    assert "hunter2" not in problem("hunter2", NoEcho=True, AllowedPattern="[a-z]+")


def test_pattern_that_would_take_for_ever() -> None:
    """A hostile pattern is left to CloudFormation: this returns at once."""
    assert problem("a" * 40 + "!", AllowedPattern="(a+)+") == ""


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), _json), st.dictionaries(st.text(), st.text()))
def test_any_parameters_section(parameters: dict[str, Any], values: dict[str, str]) -> None:
    """A hostile section gives one of our errors or none, never another."""
    try:
        check_parameters({"Parameters": parameters}, values)
    except DeployerError as error:
        assert error.message
