"""What uninstalling does in the account: the bucket is emptied, and what could not be removed is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError
from install import uninstall
from install.account import Account
from install.errors import RemovalFailed

from deployer.aws.clients import client

if TYPE_CHECKING:
    from deployer.aws.artifacts import Artifacts


class Undeletable:
    """CloudFormation, when a resource does not go."""

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's own
        return {"Stacks": [{"StackId": f"arn:{StackName}"}]}

    def delete_stack(self, StackName: str) -> None:  # noqa: N803 - boto3's own
        pass

    def get_waiter(self, name: str) -> Any:
        return self

    def wait(self, StackName: str) -> None:  # noqa: N803 - boto3's own
        raise WaiterError("StackDeleteComplete", "terminal failure", {})

    def describe_stack_events(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's own
        reason = {"ResourceStatus": "DELETE_FAILED", "ResourceStatusReason": "it is not empty"}
        return {"StackEvents": [{"LogicalResourceId": "ArtifactBucket", **reason}]}


def test_versions(artifacts: Artifacts) -> None:
    """Every version and every delete marker goes, also where there are more than one answer holds."""
    s3 = client("s3")
    for number in range(1005):
        s3.put_object(Bucket="artifacts", Key=f"packages/{number % 600}", Body=b"x")
    s3.delete_object(Bucket="artifacts", Key="packages/1")

    uninstall.empty(s3, "artifacts")

    left = s3.list_object_versions(Bucket="artifacts")
    assert not left.get("Versions")
    assert not left.get("DeleteMarkers")


def test_bucket_that_is_gone(aws: None) -> None:
    """An uninstallation that ended half-way goes on."""
    uninstall.empty(client("s3"), "nowhere")


def test_object_that_stays() -> None:
    """S3 answers 200 also when it refused: its own list of errors is what counts."""

    class Locked:
        def list_object_versions(self, Bucket: str) -> dict[str, Any]:  # noqa: N803 - boto3's own
            return {"Versions": [{"Key": "a", "VersionId": "1"}]}

        def delete_objects(self, **_: Any) -> dict[str, Any]:
            return {"Errors": [{"Key": "a", "Message": "Access Denied"}]}

    with pytest.raises(RemovalFailed, match="1 objects stay in artifacts: a: Access Denied"):
        uninstall.empty(Locked(), "artifacts")


def test_resource_that_stays() -> None:
    """The resource and CloudFormation's reason are told, not the waiter's."""
    with pytest.raises(RemovalFailed, match=r"ArtifactBucket: it is not empty\. When the cause is gone"):
        uninstall._remove(Undeletable(), "one")


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_region(aws: None, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Both names count; boto3 by itself reads the second one alone."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv(name, "eu-west-1")

    assert Account.current().region == "eu-west-1"


def test_stacks_of_an_account(aws: None) -> None:
    """Of all the account's stacks, those that were deployed are listed by name."""
    template = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'
    ours = [{"Key": "ManagedBy", "Value": "GitHubLambdaDeployer"}]
    cloudformation = client("cloudformation")
    for name, tags in (("two", ours), ("one", ours), ("other", [])):
        cloudformation.create_stack(StackName=name, TemplateBody=template, Tags=tags)

    stacks = Account.current().deployed_stacks(None)

    assert [stack["StackName"] for stack in stacks] == ["one", "two"]
