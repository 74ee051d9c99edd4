"""deployer.template.shape: a template that is no tree of maps is told so, and crashes nobody."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.errors import TemplateInvalid
from deployer.template.shape import check_shape


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ({"Parameters": "x"}, "Parameters is no map"),
        ({"Outputs": ["x"]}, "Outputs is no map"),
        ({"Resources": {"A": "x"}}, "Resources.A is no map"),
        ({"Resources": {"A": None}}, "Resources.A is no map"),
        ({"Resources": {"A": {"Type": {"Ref": "T"}}}}, "Resources.A.Type is no text"),
        ({"Resources": {"A": {"Properties": "x"}}}, "Resources.A.Properties is no map"),
        ({"Resources": {"A": {"Metadata": [1]}}}, "Resources.A.Metadata is no map"),
        (
            {"Resources": {"Fn::ForEach::L": ["I", ["a"], {"B${I}": {"Properties": 7}}]}},
            "Resources.Fn::ForEach::L.B${I}.Properties is no map",
        ),
    ],
)
def test_shape_that_is_none(template: dict[str, Any], problem: str) -> None:
    """The place is named."""
    with pytest.raises(TemplateInvalid, match=problem.replace("$", r"\$").replace("{", r"\{")):
        check_shape(template)


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"Parameters": None, "Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": None}}},
        {"Resources": {"Fn::ForEach::L": ["I", ["a"], {"B${I}": {"Type": "AWS::SNS::Topic"}}]}},
        {"Resources": {"Fn::ForEach::L": "what CloudFormation says something of by itself"}},
    ],
)
def test_shape_that_is_one(template: dict[str, Any]) -> None:
    """Sections that are empty or left out, and loops, are fine."""
    check_shape(template)
