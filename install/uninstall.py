"""Removes the application, and says what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from install.account import Account
from install.terminal import confirmed, main, said

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping


def _uninstall(arguments: Namespace) -> None:
    account = Account.current()
    outputs = account.outputs(arguments.stack)
    _say(arguments.stack, account, outputs)
    confirmed("Remove it?", yes=arguments.yes)
    _empty(account, outputs["ArtifactBucketName"])
    cloudformation = account.client("cloudformation")
    cloudformation.delete_stack(StackName=arguments.stack)
    said("removing the stack ...")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=arguments.stack)
    said("removed.")


def _say(stack: str, account: Account, outputs: Mapping[str, str]) -> None:
    said(f"Removes the stack {stack} from {account}: API, functions, state machines, network, images,")
    said(f"  the table {outputs['SessionTableName']} with every session,")
    said(f"  the bucket {outputs['ArtifactBucketName']} with every source and package.")
    said("Leaves:")
    said(f"  the role {outputs['CloudFormationRoleArn']}")
    said(f"  the permissions boundary {outputs['PermissionsBoundaryArn']}")
    said("    (CloudFormation needs both to remove deployed stacks; delete them after the last one)")
    deployed = account.deployed_stacks()
    said(f"  {len(deployed)} deployed stacks{':' if deployed else ''}")
    for name in deployed:
        said(f"    {name}")


def _empty(account: Account, bucket: str) -> None:
    """Every version of every object is gone, a thousand at a time (S3 API, DeleteObjects)."""
    s3 = account.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})


if __name__ == "__main__":
    main("Remove the application", _uninstall)
