"""What helps against what CloudFormation says."""

from __future__ import annotations

import pytest

from deployer.stack.hints import hint_for, hint_for_template


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("The requested bucket name is not available.", "Bucket names"),
        ("orders already exists in stack arn:...", "leave the name out"),
        ("User: x is not authorized to perform: kms:CreateKey", "service role"),
        ("The maximum number of VPCs has been reached. VpcLimitExceeded", "limit"),
        ('Resource handler returned message: "Invalid request provided: bad"', "property"),
        ("CloudFormation did not receive a response from your Custom Resource.", "log group"),
        ("The runtime parameter of nodejs12.x is no longer supported for creating functions", "Runtime"),
        ("Failed to receive 1 resource signal(s) within the specified duration", "log group"),
        ("The role defined for the function cannot be assumed by Lambda.", "assume"),
        ("Rate exceeded", "slower"),
        ("The bucket you tried to delete is not empty", "empty it"),
        ("Circular dependency between resources: [A, B]", "in a circle"),
        ("Resource type AWS::New::Thing is not supported in this region", "misspelt"),
    ],
)
def test_hint_for_a_usual_reason(reason: str, word: str) -> None:
    """What people meet most has an answer."""
    assert word in hint_for(reason)


def test_hint_for_a_template() -> None:
    """One that CloudFormation refuses before there is a stack is answered too; our own words of it are not."""
    told = "Template format error: Unrecognized resource types: [AWS::Lambda::Fonction]"

    assert "misspelt" in hint_for_template(told)
    assert hint_for_template("template.yaml: Outputs is not empty, and one of its names already exists") == ""


def test_hint_for_an_unknown_reason() -> None:
    """No hint is better than a wrong one."""
    assert hint_for("the moon was full") == ""
