"""deployer.template.parameters and settled: what is given is checked before anything is created."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import DeployerError, ParametersInvalid, ParametersMissing
from deployer.template.parameter_uses import secret_outputs
from deployer.template.parameters import without_constraints
from deployer.template.settled import (
    Given,
    asked_values,
    change_set_parameters,
    known_values,
    missing,
    recorded,
    settle,
    usable,
)

REFERENCE = "{{resolve:secretsmanager:shop/db:SecretString:password}}"


def template(**parameters: Any) -> dict[str, Any]:
    return {"Parameters": parameters}


def problem(value: str, **parameter: Any) -> str:
    """What settle says of that value, or an empty text."""
    try:
        settle(template(P={"Type": "String", **parameter}), Given(request={"P": value}), {})
    except ParametersInvalid as error:
        return error.message
    return ""


@pytest.mark.parametrize("value", ["\0", "a\x1b[2J", "\ud800", "\uffff", "{{resolve:ssm-secure:a\0b}}"])
@pytest.mark.parametrize("is_secret", ["true", "false"])
def test_parameter_that_is_no_text(value: str, is_secret: str) -> None:
    """Wherever it comes from, a value that CloudFormation could not answer with is refused by its character."""
    assert "which is no text" in problem(value, NoEcho=is_secret)
    assert problem("a\tb\r\nc \u00e9 \U0001f600") == ""


def test_missing_parameters() -> None:
    """All of them are named at once, with type and description; one with a default is not missing."""
    declared = template(
        Vpc={"Type": "AWS::EC2::VPC::Id", "Description": "where  it\nlives"},
        Name={"Type": "String"},
        Size={"Type": "Number", "Default": 1},
    )

    with pytest.raises(ParametersMissing) as raised:
        settle(declared, Given(), {})

    assert raised.value.message == "no value is given for Vpc (AWS::EC2::VPC::Id: where it lives), Name (String)"


def test_missing_and_wrong_parameters() -> None:
    """What is wrong is told in the same error."""
    with pytest.raises(
        ParametersMissing, match=r"no value is given for Name \(String\); Nmae: the template has no such parameter"
    ):
        settle(template(Name={"Type": "String"}), Given(request={"Nmae": "x"}), {})


def test_parameter_that_the_stack_has() -> None:
    """On an update, what is not given keeps its value."""
    declared = template(Name={"Type": "String"}, Stage={"Type": "String"}, New={"Type": "String", "Default": "n"})

    given_ = Given(request={"Stage": "x"}, stack={"Name": "n", "Stage": "y", "Dropped": "z"})
    values = settle(declared, given_, {})
    asked = change_set_parameters(asked_values(values))

    assert known_values(values) == {"Name": "n", "Stage": "x"}

    assert asked == [
        {"ParameterKey": "Name", "UsePreviousValue": True},
        {"ParameterKey": "Stage", "ParameterValue": "x"},
    ]


def test_parameter_that_is_not_declared() -> None:
    """It is named, with those that there are."""
    with pytest.raises(ParametersInvalid, match=r"Size: the template has no such parameter \(it has Name\)"):
        settle(template(Name={"Type": "String", "Default": ""}), Given(request={"Size": "1"}), {})


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


def test_order_of_the_sources() -> None:
    """What the request gives comes before samconfig.toml, that before the stack, and a default last."""
    names = ("A", "B", "C", "D", "E")
    declared = template(**{name: {"Type": "String"} for name in names[:4]}, E={"Type": "String", "Default": "e"})
    sources = Given(
        request={"A": "request"},
        samconfig={"A": "file", "B": "file"},
        stack={"A": "stack", "B": "stack", "C": "stack"},
    )

    values = settle(declared, sources, {"D": "made"})

    assert missing(declared, sources) == ["D"]
    assert recorded(values) == [
        {"name": "A", "value": "request", "source": "request"},
        {"name": "B", "value": "file", "source": "samconfig"},
        {"name": "C", "value": "stack", "source": "stack"},
        {"name": "D", "value": "made", "source": "workedOut"},
        {"name": "E", "value": "e", "source": "default"},
    ]
    assert asked_values(values) == {"A": "request", "B": "file", "C": None, "D": "made"}


def test_what_a_file_cannot_give() -> None:
    """A parameter that the template does not have, and a secret as text, are left out of the file, and told."""
    declared = template(Stage={"Type": "String"}, Password={"Type": "String", "NoEcho": "true"})

    values, told = usable(declared, {"Stage": "dev", "Password": "hunter2", "Old": "1"})

    assert values == {"Stage": "dev"}
    assert told == [
        "samconfig.toml: Password is not used: a secret is taken by reference alone",
        "samconfig.toml: Old is not used: the template has no such parameter",
    ]


def test_value_of_the_file_that_does_not_fit() -> None:
    """It is an error that names the file, unless the request gives another."""
    declared = template(Stage={"Type": "String", "AllowedValues": ["dev", "prod"]})

    with pytest.raises(ParametersInvalid, match=r"samconfig\.toml: Stage: 'x' is none of dev, prod"):
        settle(declared, Given(samconfig={"Stage": "x"}), {})

    assert settle(declared, Given(request={"Stage": "dev"}, samconfig={"Stage": "x"}), {})


def test_secret_value() -> None:
    """A NoEcho value is taken by reference alone; a text is refused and not repeated in the error."""
    told = problem("hunter2", NoEcho=True, AllowedPattern="[a-z]+")

    assert "resolve:secretsmanager" in told
    assert "hunter2" not in told
    assert problem(REFERENCE, NoEcho=True, MaxLength=10) == ""


def test_secret_that_is_missing() -> None:
    """Whoever is asked for it is told how."""
    with pytest.raises(
        ParametersMissing, match=r"P \(String, a secret: give a \{\{resolve:\.\.\.\}\} reference\)"
    ):
        settle(template(P={"Type": "String", "NoEcho": True}), Given(), {})


def test_constraints_of_a_secret() -> None:
    """Of a secret given by reference the template says no length: CloudFormation would measure the text."""
    declared = template(
        Password={"Type": "String", "NoEcho": True, "MaxLength": 10, "Description": "of the database"},
        Name={"Type": "String", "MaxLength": 10},
    )

    packaged = without_constraints(declared, {"Password": REFERENCE, "Name": "shop"})

    assert packaged["Parameters"]["Password"] == {
        "Type": "String",
        "NoEcho": True,
        "Description": "of the database",
    }
    assert packaged["Parameters"]["Name"] == declared["Parameters"]["Name"]


def test_secret_in_the_record() -> None:
    """Neither the reference of a secret nor its default is shown; the stack's own is kept unseen."""
    declared = template(
        A={"Type": "String", "NoEcho": True},
        B={"Type": "String", "NoEcho": True, "Default": "hunter2"},
        C={"Type": "String", "NoEcho": True},
    )

    values = settle(declared, Given(request={"A": REFERENCE}, stack={"C": "****"}), {})

    assert [each["value"] for each in recorded(values)] == [None, None, None]
    assert known_values(values) == {"A": REFERENCE}
    assert asked_values(values) == {"A": REFERENCE, "C": None}


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
        settle({"Parameters": parameters}, Given(request=values), {})
    except DeployerError as error:
        assert error.message


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Motto"},
        {"Fn::Sub": "we say ${Motto}"},
        {"Fn::Sub": ["${A}", {"A": {"Fn::Join": ["-", ["a", {"Ref": "Motto"}]]}}]},
        {"Fn::If": ["Loud", {"Ref": "Motto"}, "nothing"]},
    ],
)
def test_outputs_that_tell_a_secret(value: Any) -> None:
    """An output whose value has a NoEcho parameter in it, however deep, is one; no other is."""
    document = template(Motto={"Type": "String", "NoEcho": "true"}, Stage={"Type": "String"})
    others = {"Stage": {"Value": {"Ref": "Stage"}}, "Text": {"Value": "Motto"}, "Odd": "Motto"}

    assert secret_outputs({**document, "Outputs": {"Told": {"Value": value}, **others}}) == ["Told"]
    assert secret_outputs({"Outputs": {"Told": {"Value": value}}}) == []
