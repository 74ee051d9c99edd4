"""Buckets: what is cut or shut is noticed, what the template itself does is not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, permit

from deployer.aws.checks.buckets import CHECKS
from deployer.aws.clients import client
from deployer.sanity.bucket import tests as generated

BUCKET = "shop-uploads"
TOLD = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": arn("lambda", "function:orders")}]}
TELLS = "Uploads tells Orders of s3:ObjectCreated:*"


def put_policy(effect: str, action: str, **fields: Any) -> None:
    statement = {"Effect": effect, "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **fields}]})
    client("s3").put_bucket_policy(Bucket=BUCKET, Policy=document)


@pytest.fixture
def plain(aws: None) -> Stack:
    client("s3").create_bucket(Bucket=BUCKET)
    return Stack(generated, CHECKS, a_resource("S3::Bucket", "Uploads", BUCKET))


@pytest.fixture
def telling(plain: Stack) -> Stack:
    """A bucket that tells a function of new objects."""
    function = make_function()
    permit(function, "s3.amazonaws.com", f"arn:aws:s3:::{BUCKET}")
    told = {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
    client("s3").put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
    )
    bucket = a_resource("S3::Bucket", "Uploads", BUCKET, NotificationConfiguration=TOLD)
    return Stack(generated, CHECKS, bucket, a_function())


def test_plain_bucket(plain: Stack) -> None:
    """It can be listed and is not public."""
    assert plain.verdicts() == {"Uploads can be listed": "pass", "Uploads is not public": "pass"}


def test_bucket_that_is_gone(plain: Stack) -> None:
    """That is the runner's to say."""
    client("s3").delete_bucket(Bucket=BUCKET)

    with pytest.raises(ClientError):
        plain.outcome("Uploads can be listed")


def test_policy_that_shuts_everybody_out(plain: Stack) -> None:
    """It makes the bucket unreachable, whoever we are."""
    put_policy("Deny", "s3:*")

    assert "denies everybody s3:*" in plain.failures()["Uploads can be listed"]


def test_policy_with_a_condition(plain: Stack) -> None:
    """One that asks for TLS shuts nobody out."""
    put_policy("Deny", "s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}})

    assert plain.failures() == {}


def test_denial_of_the_template(plain: Stack) -> None:
    """What the template itself denies is no fault."""
    put_policy("Deny", "s3:*")
    own = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*"}]}
    policy = a_resource("S3::BucketPolicy", "Policy", "x", Bucket=BUCKET, PolicyDocument=own)
    stack = Stack(generated, CHECKS, a_resource("S3::Bucket", "Uploads", BUCKET), policy)

    assert stack.failures() == {}


@pytest.mark.parametrize(
    ("message", "is_fault"),
    [
        ("not authorized to perform: s3:ListBucket with an explicit deny in a resource-based policy", True),
        ("not authorized to perform: s3:ListBucket because no identity-based policy allows it", False),
    ],
)
def test_refusals(aws: None, message: str, is_fault: bool) -> None:
    """That the bucket's own policy refuses is a fault; that our role may not look is the runner's to tell."""
    stack = Stack(generated, CHECKS, a_resource("S3::Bucket", "Uploads", BUCKET))
    with Stubber(client("s3")) as stub:
        stub.add_client_error("list_objects_v2", "AccessDenied", message, 403)
        if is_fault:
            assert "denies the account" in stack.outcome("Uploads can be listed").error
        else:
            with pytest.raises(ClientError):
                stack.outcome("Uploads can be listed")


def test_public_by_policy(plain: Stack) -> None:
    """A bucket that was opened is a fault."""
    put_policy("Allow", "s3:GetObject")

    assert "by its policy" in plain.failures()["Uploads is not public"]


def test_platform_that_judges_no_policy(plain: Stack) -> None:
    """The policy is then read here."""
    put_policy("Allow", "s3:GetObject")
    policy = client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"]
    with Stubber(client("s3")) as stub:
        stub.add_client_error("get_public_access_block", "NoSuchPublicAccessBlockConfiguration")
        stub.add_response("get_bucket_policy_status", {"PolicyStatus": {}})
        stub.add_response("get_bucket_policy", {"Policy": policy})
        stub.add_response("get_bucket_acl", {"Grants": []})

        assert plain.outcome("Uploads is not public").status == "fail"


def test_public_policy_that_is_blocked(plain: Stack) -> None:
    """What the account blocks lets nobody in."""
    put_policy("Allow", "s3:GetObject")
    block = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    client("s3").put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)

    assert plain.failures() == {}


def test_public_by_list(plain: Stack) -> None:
    """So is one that its access control list opens."""
    client("s3").put_bucket_acl(Bucket=BUCKET, ACL="public-read")

    assert "access control list" in plain.failures()["Uploads is not public"]


def test_notification(telling: Stack) -> None:
    """It is configured, and its function lets S3 in."""
    assert telling.verdicts()[TELLS] == "pass"


def test_notification_that_was_removed(telling: Stack) -> None:
    """Nobody is told any more."""
    client("s3").put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})

    assert "no longer tells Orders" in telling.failures()[TELLS]


def test_function_that_shuts_s3_out(telling: Stack) -> None:
    """S3 is told of nothing by that, and neither is anybody else."""
    client("lambda").remove_permission(FunctionName="orders", StatementId="permit")

    assert "does not let s3.amazonaws.com in" in telling.failures()[TELLS]


def test_function_that_is_gone(telling: Stack) -> None:
    """The notification leads nowhere."""
    client("lambda").delete_function(FunctionName="orders")

    assert "does not exist" in telling.failures()[TELLS]


def test_event_bridge(plain: Stack) -> None:
    """Whether events go to EventBridge is seen."""
    on: Any = {"EventBridgeConfiguration": {}}
    stack = Stack(generated, CHECKS, a_resource("S3::Bucket", "Uploads", BUCKET, NotificationConfiguration=on))
    with Stubber(client("s3")) as stub:
        stub.add_response("get_bucket_notification_configuration", on)
        told = stack.outcome("Uploads tells EventBridge")

    assert told.status == "pass"
    assert list(stack.failures()) == ["Uploads tells EventBridge"]
