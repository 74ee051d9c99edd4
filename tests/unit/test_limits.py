"""deployer.template.limits: what CloudFormation would refuse for its size is told before it is asked."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.helpers import LIMITS

from deployer.errors import TemplateInvalid
from deployer.template import limits
from deployer.template.limits import check_early, check_limits

TOPIC = {"Type": "AWS::SNS::Topic"}


def test_template_within_the_limits() -> None:
    """The largest that CloudFormation takes passes."""
    resources = {f"R{number}": {"Type": "AWS::SNS::Topic"} for number in range(500)}

    check_limits({"Resources": resources, "Description": "x" * 1024}, 1_000_000)


@pytest.mark.parametrize(
    ("section", "count", "message"),
    [
        ("Resources", 501, "501 Resources, at most 500"),
        ("Parameters", 201, "201 Parameters, at most 200"),
        ("Outputs", 201, "201 Outputs"),
        ("Mappings", 201, "201 Mappings"),
    ],
)
def test_too_many_members(section: str, count: int, message: str) -> None:
    """Each section has its limit."""
    template: dict[str, Any] = {"Resources": {"X": {}}} | {section: {f"N{number}": {} for number in range(count)}}

    with pytest.raises(TemplateInvalid, match=message):
        check_limits(template, 1000)


def test_every_limit_is_told_at_once() -> None:
    """The message lists all that is wrong."""
    with pytest.raises(TemplateInvalid, match=r"1,000,001 bytes.*no resource.*Description"):
        check_limits({"Description": "é" * 513}, 1_000_001)


def test_figures() -> None:
    """They are those of cfn-lint, which follows the user guide."""
    assert {section: limit.most for section, limit in limits.MEMBERS.items()} == {
        section: LIMITS[section]["number"] for section in ("Resources", "Parameters", "Outputs", "Mappings")
    }
    assert {LIMITS[section]["name"] for section in limits.MEMBERS} == {limits.NAME.most}
    assert LIMITS["Mappings"]["attributes"] == limits.MAPPING_ATTRIBUTES.most
    assert LIMITS["Parameters"]["value"] == limits.PARAMETER_VALUE.most
    assert LIMITS["Outputs"]["description"] == limits.OUTPUT_DESCRIPTION.most
    assert LIMITS["template"]["body"] == limits.BODY.most


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ({"Resources": {"My-Topic": TOPIC}}, "Resources.My-Topic: it is no logical id"),
        ({"Parameters": {"a_b": {"Type": "String"}}}, "Parameters.a_b: it is no logical id"),
        ({"Resources": {"A" * 256: TOPIC}}, r"Resources.A{57}\.\.\.: its name has 256 characters, at most 255"),
        (
            {"Mappings": {"Map": {f"k{n}": {} for n in range(201)}}},
            "Mappings.Map: it has 201 attributes, at most 200",
        ),
        ({"Mappings": {"Map": {"k" * 256: {}}}}, "Mappings.Map: the name of attribute k.* has 256 characters"),
        (
            {"Parameters": {"Long": {"Default": "é" * 2049}}},
            "Parameters.Long: its Default has 4,098 bytes, at most 4,096 are allowed",
        ),
        ({"Parameters": {"P": {"Description": "x" * 4001}}}, "Parameters.P: its Description has 4,001 characters"),
        ({"Outputs": {"O": {"Description": "x" * 1025}}}, "Outputs.O: its Description has 1,025 bytes"),
        (
            {
                "Resources": {
                    "S": {"Type": "AWS::CloudFormation::Stack", "Properties": {"Parameters": {"P": "x" * 5000}}}
                }
            },
            "Resources.S: parameter P has 5,000 bytes, at most 4,096",
        ),
    ],
)
def test_finding(template: dict[str, Any], problem: str) -> None:
    """It names the section, the member and the figure, and it is known before SAM is expanded."""
    with pytest.raises(TemplateInvalid, match=problem):
        check_early(template)
    with pytest.raises(TemplateInvalid, match=problem):
        check_limits({"Resources": {"T": TOPIC}} | template, 1000)


def test_long_list() -> None:
    """The first ones are told, and how many more there are."""
    with pytest.raises(TemplateInvalid, match=r"R_14: .*; and 5 more$"):
        check_early({"Resources": {f"R_{number:02}": TOPIC for number in range(20)}})


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"Resources": {"Fn::ForEach::Topics": ["N", ["a"], {"T${N}": TOPIC}]}},
        {"Resources": "nonsense", "Parameters": None, "Outputs": [], "Mappings": {"Map": "nonsense"}},
    ],
)
def test_what_is_not_over_a_limit(template: dict[str, Any]) -> None:
    """Loops, an app without a template yet, and nonsense that others will tell of."""
    check_early(template)
