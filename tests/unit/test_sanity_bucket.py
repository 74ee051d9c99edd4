"""What is asked of an S3 bucket."""

from __future__ import annotations

from typing import Any

import pytest
from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.bucket import tests as generated

FUNCTION = a_function()
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def names(**properties: Any) -> list[str]:
    bucket = a_resource("S3::Bucket", "Uploads", "shop-uploads", **properties)
    return [test["name"] for test in generated(bucket, a_scene(bucket, FUNCTION))]


def test_plain_bucket() -> None:
    """It can be listed and is not public."""
    assert names() == ["Uploads can be listed", "Uploads is not public"]


def test_notifications() -> None:
    """One test for each receiver and event."""
    told = [{"Event": "s3:ObjectCreated:*", "Function": arn("lambda", "function:orders")}]
    queues = [{"Event": "s3:ObjectRemoved:*", "Queue": None}]

    found = names(NotificationConfiguration={"LambdaConfigurations": told, "QueueConfigurations": queues})

    assert found[2:] == [
        "Uploads tells Orders of s3:ObjectCreated:*",
        "Uploads tells a target of s3:ObjectRemoved:*",
    ]


def test_event_bridge() -> None:
    """An empty configuration switches it on."""
    assert names(NotificationConfiguration={"EventBridgeConfiguration": {}})[2:] == ["Uploads tells EventBridge"]
    assert not names(NotificationConfiguration={"EventBridgeConfiguration": {"EventBridgeEnabled": False}})[2:]


@pytest.mark.parametrize(
    "properties",
    [
        {"AccessControl": "PublicRead"},
        {"AccessControl": None},
        {"AccessControl": {"Fn::Transform": {}}},
        {"WebsiteConfiguration": {"IndexDocument": "index.html"}},
        {"PublicAccessBlockConfiguration": {"BlockPublicPolicy": False}},
        {"PublicAccessBlockConfiguration": None},
    ],
)
def test_public_by_its_template(properties: Any) -> None:
    """What the template makes public, or may, may be."""
    assert names(**properties) == ["Uploads can be listed"]


@pytest.mark.parametrize(
    "document", [{"Statement": [OPEN]}, {"Statement": OPEN}, {"Statement": [{"Effect": "Allow"}]}, {}, None]
)
def test_public_by_policy(document: Any) -> None:
    """So may what a policy of the template opens, or may open."""
    bucket = a_resource("S3::Bucket", "Site", "shop-site")
    policy = a_resource("S3::BucketPolicy", "Policy", "x", Bucket="shop-site", PolicyDocument=document)

    found = [test["name"] for test in generated(bucket, a_scene(bucket, policy))]

    assert found == ["Site can be listed"]


def test_own_denials() -> None:
    """A template that itself denies something is told to the check."""
    bucket = a_resource("S3::Bucket", "Site", "shop-site")
    document = {"Statement": [{"Effect": "Deny", "Principal": "*"}]}
    policy = a_resource("S3::BucketPolicy", "Policy", "x", Bucket="shop-site", PolicyDocument=document)

    test = next(generated(bucket, a_scene(bucket, policy)))

    assert test["spec"] == {"bucket": "shop-site", "deniesInTemplate": 1}
