"""Checks of S3 buckets.

Sources: "Blocking public access to your Amazon S3 storage", "Access denied message examples", "Access control list
(ACL) overview" of the Amazon S3 User Guide.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks.deliveries import arrival
from deployer.aws.checks.existence import by_reason
from deployer.aws.checks.missing import code_of, is_refused, is_unknown_operation
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BY_ITS_POLICY: Final = "explicit deny in a resource-based policy"
_EVERYBODY: Final = ("*", {"AWS": "*"}, {"AWS": ["*"]})
_READS: Final = frozenset({"*", "s3:*", "s3:getobject", "s3:get*", "s3:listbucket", "s3:list*", "s3:putobject"})
_GROUPS: Final = ("global/AllUsers", "global/AuthenticatedUsers")
_NOTHING: Final = frozenset({"NoSuchBucketPolicy", "NoSuchPublicAccessBlockConfiguration"})


def is_reachable(spec: Mapping[str, Any]) -> Outcome:
    """It can be listed, and its policy does not shut everybody out.

    AWS says in a refusal within the account which policy refuses: that the bucket's own does, which the template
    gives no such statement, is a fault; that our role may not list it is none.
    """
    bucket, reproduce = spec["bucket"], aws("s3api", "list-objects-v2", bucket=spec["bucket"], max_items="1")
    try:
        listed = client("s3").list_objects_v2(Bucket=bucket, MaxKeys=1)
    except ClientError as error:
        return _refusal(error, spec, reproduce)
    shut = [] if spec["deniesInTemplate"] else _shut(_policy(bucket))
    if shut:
        error_text = f"the policy of {bucket} denies everybody {', '.join(shut)}, which its template does not"
        return by_reason(error_text, {"denied": shut}, _look_at_policy(bucket))
    evidence = {"isEmpty": listed.get("KeyCount", 0) == 0}
    return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=reproduce)


def is_private(spec: Mapping[str, Any]) -> Outcome:
    """Neither its policy nor its access control list lets everybody in."""
    bucket = spec["bucket"]
    block = _optional(lambda: client("s3").get_public_access_block(Bucket=bucket)).get(
        "PublicAccessBlockConfiguration", {}
    )
    by_policy = not block.get("RestrictPublicBuckets") and _is_public_by_policy(bucket)
    by_list = not block.get("IgnorePublicAcls") and _is_public_by_list(bucket)
    evidence = {"blocked": sorted(key for key, value in block.items() if value)}
    reproduce = aws("s3api", "get-bucket-policy-status", bucket=bucket)
    if by_policy or by_list:
        error = f"everybody may use {bucket}, by its {'policy' if by_policy else 'access control list'}"
        return by_reason(error, evidence, reproduce)
    return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=reproduce)


def notifies(spec: Mapping[str, Any]) -> Outcome:
    """The notification of the template is configured, its receiver exists and lets S3 in."""
    configured: Any = client("s3").get_bucket_notification_configuration(Bucket=spec["bucket"])
    receiver, event = spec["delivery"]["receiver"], spec["event"]
    found = [
        each
        for each in configured.get(spec["kind"], [])
        if event in each.get("Events", []) and receiver in (None, each.get(spec["receiver"]))
    ]
    reproduce = aws("s3api", "get-bucket-notification-configuration", bucket=spec["bucket"])
    if not found:
        error = f"{spec['bucket']} no longer tells {spec['delivery']['label']} of {event}"
        return by_reason(error, {}, reproduce)
    return arrival(spec["delivery"], {"event": event}, reproduce)


def tells_event_bridge(spec: Mapping[str, Any]) -> Outcome:
    """What happens in it is sent to EventBridge."""
    configured: Any = client("s3").get_bucket_notification_configuration(Bucket=spec["bucket"])
    reproduce = aws("s3api", "get-bucket-notification-configuration", bucket=spec["bucket"])
    if "EventBridgeConfiguration" in configured:
        return Outcome(status=Verdict.PASS, reproduce=reproduce)
    return by_reason(f"{spec['bucket']} no longer sends its events to EventBridge", {}, reproduce)


def _refusal(error: ClientError, spec: Mapping[str, Any], reproduce: str) -> Outcome:
    if not is_refused(error) or _BY_ITS_POLICY not in str(error) or spec["deniesInTemplate"]:
        raise error
    reason = f"the policy of {spec['bucket']} denies the account its use, which its template does not"
    return Outcome(status=Verdict.FAIL, error=reason, evidence={"code": code_of(error)}, reproduce=reproduce)


def _policy(bucket: str) -> dict[str, Any]:
    """Empty where there is none, or where we may not look."""
    try:
        answer = _optional(lambda: client("s3").get_bucket_policy(Bucket=bucket))
    except ClientError as error:
        if not is_refused(error):
            raise
        answer = {}
    policy: dict[str, Any] = json.loads(answer.get("Policy", "{}"))
    return policy


def _shut(policy: Mapping[str, Any]) -> list[str]:
    """The actions that its policy denies everybody, whatever the circumstances."""
    statements = policy.get("Statement", [])
    return sorted(
        {
            str(action)
            for each in (statements if isinstance(statements, list) else [statements])
            if each.get("Effect") == "Deny" and each.get("Principal") in _EVERYBODY and not each.get("Condition")
            for action in _list(each.get("Action"))
            if str(action).lower() in _READS
        }
    )


def _is_public_by_policy(bucket: str) -> bool:
    """As S3 judges it; a platform that does not leaves it to us."""
    try:
        answer = _optional(lambda: client("s3").get_bucket_policy_status(Bucket=bucket))
    except ClientError as error:
        if not is_unknown_operation(error):
            raise
        answer = {}
    judged = answer.get("PolicyStatus", {}).get("IsPublic")
    return _lets_everybody_in(_policy(bucket)) if judged is None else bool(judged)


def _lets_everybody_in(policy: Mapping[str, Any]) -> bool:
    return any(
        each.get("Effect") == "Allow" and each.get("Principal") in _EVERYBODY and not each.get("Condition")
        for each in _list(policy.get("Statement"))
    )


def _is_public_by_list(bucket: str) -> bool:
    grants = client("s3").get_bucket_acl(Bucket=bucket).get("Grants", [])
    return any(str(each.get("Grantee", {}).get("URI", "")).endswith(_GROUPS) for each in grants)


def _optional(look: Callable[[], Any]) -> dict[str, Any]:
    """What was found; empty where S3 says that there is no such thing at this bucket."""
    try:
        found: dict[str, Any] = look()
    except ClientError as error:
        if code_of(error) not in _NOTHING:
            raise
        return {}
    return found


def _look_at_policy(bucket: str) -> str:
    return aws("s3api", "get-bucket-policy", bucket=bucket)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


CHECKS: Final = {
    "bucket.event_bridge": tells_event_bridge,
    "bucket.notification": notifies,
    "bucket.private": is_private,
    "bucket.reachable": is_reachable,
}
