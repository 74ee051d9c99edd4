"""Removes the application, and says what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, WaiterError

from install.account import Account
from install.errors import RemovalFailed
from install.terminal import confirmed, main, said

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from install.stack import Stack


def _uninstall(arguments: Namespace) -> None:
    account = Account.current()
    stack = account.installed(arguments.stack)
    _say(stack, account)
    confirmed("Remove it?", yes=arguments.yes)
    bucket = stack.outputs.get("ArtifactBucketName")
    if bucket is not None:
        said("emptying the bucket ...")
        empty(account.client("s3"), bucket)
    _remove(account.client("cloudformation"), stack.name)
    said("removed.")


def _say(stack: Stack, account: Account) -> None:
    said(f"Removes the stack {stack.name} ({stack.status}) from {account}:")
    said("  API, functions, state machines, network, images, logs,")
    said(f"  the table {stack.outputs.get('SessionTableName', '')} with every session,")
    said(f"  the bucket {stack.outputs.get('ArtifactBucketName', '')} with every source and package.")
    role = stack.outputs.get("CloudFormationRoleArn")
    if role is not None:
        said("Leaves:")
        said(f"  the role {role}")
        said(f"  the permissions boundary {stack.outputs['PermissionsBoundaryArn']}")
        said("    (CloudFormation needs both to remove deployed stacks; delete them after the last one)")
        _say_deployed(account.deployed_stacks(role))


def _say_deployed(deployed: list[Mapping[str, Any]]) -> None:
    said(f"  {len(deployed) or 'no'} deployed stack{'' if len(deployed) == 1 else 's'}{':' if deployed else ''}")
    for each in deployed:
        said(f"    {each['StackName']} ({each['StackStatus']})")
    if deployed:
        said("    To remove them with all that they hold, ask the API first: DELETE /deployments/{sessionId}.")


def empty(s3: Any, bucket: str) -> None:
    """Every version of every object is gone, a thousand at a time (S3 API, DeleteObjects); also a bucket that is.

    Raises RemovalFailed.
    """
    try:
        # From the start each time: what a page ends with is deleted before the next is asked for.
        while versions := _first_versions(s3, bucket):
            _delete(s3, bucket, versions)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


def _first_versions(s3: Any, bucket: str) -> list[dict[str, str]]:
    page = s3.list_object_versions(Bucket=bucket)
    versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]


def _delete(s3: Any, bucket: str, versions: list[dict[str, str]]) -> None:
    left = s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True}).get("Errors", [])
    if left:
        first = left[0]
        raise RemovalFailed(f"{len(left)} objects stay in {bucket}: {first['Key']}: {first.get('Message')}")


def _remove(cloudformation: Any, name: str) -> None:
    # Afterwards only its id still tells what became of it.
    stack_id = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName=name)
    said("removing the stack; it takes some minutes ...")
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_id)
    except WaiterError as error:
        raise RemovalFailed(
            f"the stack {name} is still there. {_reasons(cloudformation, stack_id)}"
            "When the cause is gone, `make uninstall` goes on"
        ) from error


def _reasons(cloudformation: Any, stack_id: str) -> str:
    """What could not be deleted, and why, as CloudFormation told it last."""
    events = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus") == "DELETE_FAILED"]
    reasons = {event["LogicalResourceId"]: event.get("ResourceStatusReason", "") for event in reversed(failed)}
    return "".join(f"{resource}: {reason.rstrip('. ')}. " for resource, reason in reasons.items())


if __name__ == "__main__":
    main("Remove the application", _uninstall)
