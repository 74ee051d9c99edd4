"""deployer.sanity.resolve: a template's properties as they came out of its stack."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.sanity.identity import Place
from deployer.sanity.resolve import Resolver, StackFacts

PLACE = Place(partition="aws", region="eu-west-1", account_id="123456789012")
DYNAMIC = {"Secret": {"Type": "String"}, "Secrets": {"Type": "CommaDelimitedList"}}
TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Stage": {"Type": "String"},
        "Zones": {"Type": "CommaDelimitedList"},
        "Key": {"NoEcho": True},
        **DYNAMIC,
    },
    "Mappings": {"Sizes": {"prod": {"memory": 512}}},
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsOther": {"Fn::Not": [{"Condition": "IsProd"}]},
        "IsBoth": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsOther"}]},
        "IsEither": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsOther"}]},
        "IsUnknown": {"Fn::Equals": [{"Ref": "Nothing"}, "x"]},
        "IsItself": {"Condition": "IsItself"},
    },
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"Path": {"Fn::Sub": "/${AWS::StackName}/deployed/"}}},
        "Child": {"Type": "AWS::CloudFormation::Stack"},
    },
}
FACTS = StackFacts(
    stack_id="arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1",
    name="shop",
    place=PLACE,
    parameters={
        "Stage": "prod",
        "Zones": "a, b",
        "Key": "****",
        "Secret": "{{resolve:ssm:a}}",
        "Secrets": "{{resolve:ssm:a}},b",
    },
    physical_ids={
        "Table": "shop-Table-1",
        "Queue": "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-Queue-1",
        "Role": "shop-Role-1",
        "Child": "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-Child/1",
    },
    nested_outputs={"Child": {"Url": "https://x"}},
)


def resolve(value: Any) -> Any:
    return Resolver(TEMPLATE, FACTS).resolve(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Table"}, "shop-Table-1"),
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "Key"}, None),
        ({"Ref": "Nothing"}, None),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:aws:dynamodb:eu-west-1:123456789012:table/shop-Table-1"),
        ({"Fn::GetAtt": "Queue.QueueName"}, "shop-Queue-1"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:aws:sqs:eu-west-1:123456789012:shop-Queue-1"),
        ({"Fn::GetAtt": ["Role", "Arn"]}, "arn:aws:iam::123456789012:role/shop/deployed/shop-Role-1"),
        ({"Fn::GetAtt": ["Child", "Outputs.Url"]}, "https://x"),
        ({"Fn::GetAtt": ["Child", "Outputs.No"]}, None),
        ({"Fn::GetAtt": ["Table", "StreamArn"]}, None),
        (
            {"Fn::Sub": "${AWS::StackName}-${Table}-${Queue.QueueName}-${!Literal}"},
            "shop-shop-Table-1-shop-Queue-1-${Literal}",
        ),
        ({"Fn::Sub": ["${A}/${B}", {"A": {"Ref": "Stage"}, "B": 1}]}, "prod/1"),
        ({"Fn::Sub": "${Nothing}"}, None),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}, True]]}, "a-prod-true"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Nothing"}]]}, None),
        ({"Fn::Select": ["1", {"Fn::Split": ["/", "a/b"]}]}, "b"),
        ({"Fn::Select": [7, ["a"]]}, None),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 512),
        ({"Fn::If": ["IsProd", 1, 2]}, 1),
        ({"Fn::If": ["IsOther", 1, 2]}, 2),
        ({"Fn::If": ["IsBoth", 1, 2]}, 2),
        ({"Fn::If": ["IsEither", 1, 2]}, 1),
        ({"Fn::If": ["IsUnknown", 1, 2]}, None),
        ({"Fn::If": ["IsItself", 1, 2]}, None),
        ({"Fn::Base64": "x"}, "eA=="),
        ({"Fn::ImportValue": "x"}, None),
        ("{{resolve:ssm:/shop/key}}", None),
        ("https://u:{{resolve:secretsmanager:db:SecretString:password}}@db", None),
        ({"Fn::Sub": "{{resolve:secretsmanager:${Table}:SecretString:password}}"}, None),
        ({"Fn::Join": [":", ["{{resolve", "ssm", {"Ref": "Table"}, "1}}"]]}, None),
        ({"Ref": "Secret"}, None),
        ({"Ref": "Secrets"}, [None, "b"]),
        ({"Fn::Equals": [{"Ref": "Secret"}, "x"]}, None),
        ([1, {"Ref": "AWS::NoValue"}, {"Ref": "Nothing"}], [1, None]),
        ({"A": {"Ref": "AWS::NoValue"}, "B": {"Ref": "Table"}}, {"B": "shop-Table-1"}),
    ],
)
def test_value(value: Any, expected: Any) -> None:
    """Each intrinsic function gives what CloudFormation made of it, and None where only AWS could know."""
    assert resolve(value) == expected


def test_properties_of_a_resource() -> None:
    """A resource without properties, and one that is not in the template, have none."""
    resolver = Resolver(TEMPLATE, FACTS)

    assert resolver.properties("Role") == {"Path": "/shop/deployed/"}
    assert resolver.properties("Table") == resolver.properties("Elsewhere") == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Ref",
                    "Condition",
                    "A",
                    *(
                        f"Fn::{name}"
                        for name in (
                            "GetAtt",
                            "Sub",
                            "Join",
                            "If",
                            "Select",
                            "Split",
                            "FindInMap",
                            "Base64",
                            "Equals",
                            "And",
                            "Or",
                            "Not",
                        )
                    ),
                ]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_value(value: Any) -> None:
    """Whatever a template holds, resolving it ends, and raises nothing."""
    resolve(value)


def test_conditions_that_name_one_twice() -> None:
    """Each is worked out once; with each that names another the times would double else."""
    twice = {f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}] * 2} for n in range(25)}
    conditions = {**twice, "C25": {"Fn::Equals": ["a", "a"]}}

    assert Resolver({"Conditions": conditions}, FACTS).resolve({"Fn::If": ["C0", 1, 2]}) == 1


def test_deep_value() -> None:
    """Nor does depth matter."""
    joined: Any = "x"
    substituted: Any = "x"
    for _ in range(5_000):
        joined = {"Fn::Join": ["", [joined]]}
        substituted = {"Fn::Sub": ["${A}", {"A": substituted}]}

    assert resolve(joined) is None
    assert resolve(substituted) is None
