"""Faults between things, and of what is no function: routes, rules, queues, tables, buckets, topics, machines."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tests.faults.fault import Fault, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.aws import Aws
    from tests.faults.fault import Resource, Undo

_FUNCTION: Final = re.compile(r"(arn:aws:lambda:[a-z0-9-]*:\d*:function:)([A-Za-z0-9_-]+)")


def faults(aws: Aws) -> Iterator[Fault]:
    for resource in aws.resources:
        if resource.type in _KINDS:
            yield from _KINDS[resource.type](aws, resource)


def _fault(kind: Kind, resource: Resource, inject: Any, what: str = "", *names: str) -> Fault:
    own = {resource.logical_id, resource.physical_id} if resource.physical_id else {resource.logical_id}
    return Fault(kind=kind, what=what or resource.logical_id, names=frozenset({*own, *names}), inject=inject)


def _of_rest_api(aws: Aws, api: Resource) -> Iterator[Fault]:
    client = aws.client("apigateway")
    found = client.get_resources(restApiId=api.physical_id, limit=500, embed=["methods"])["items"]
    for each in found:
        for method in each.get("resourceMethods", {}):
            place = {"restApiId": api.physical_id, "resourceId": each["id"], "httpMethod": method}
            if _FUNCTION.search(str(_integration(client, place).get("uri", ""))):
                route = f"{method} {each['path']}"
                inject = partial(_delete_integration, client, place)
                yield Fault(kind=Kind.ROUTE, what=route, names=_route_names(method, each["path"]), inject=inject)


def _route_names(method: str, path: str) -> frozenset[str]:
    """`GET /` stands in fewer texts than `/`."""
    return frozenset({f"{method} {path}".strip(), *([path] if len(path) > 1 else [])})


def _integration(client: Any, place: dict[str, str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = client.get_integration(**place)
    except client.exceptions.NotFoundException:
        return {}
    return found


def _delete_integration(client: Any, place: dict[str, str]) -> None:
    client.delete_integration(**place)


def _of_http_api(aws: Aws, api: Resource) -> Iterator[Fault]:
    client = aws.client("apigatewayv2")
    for route in client.get_routes(ApiId=api.physical_id)["Items"]:
        integration_id = route.get("Target", "").rpartition("/")[2]
        place = {"ApiId": api.physical_id, "IntegrationId": integration_id}
        uri = str(client.get_integration(**place).get("IntegrationUri", "")) if integration_id else ""
        if _FUNCTION.search(uri):
            names = _route_names(*route["RouteKey"].partition(" ")[::2])
            inject = partial(_point_nowhere, client, place, uri)
            yield Fault(kind=Kind.ROUTE, what=route["RouteKey"], names=names, inject=inject)


def _point_nowhere(client: Any, place: dict[str, str], uri: str) -> Undo:
    client.update_integration(**place, IntegrationUri=_FUNCTION.sub(r"\1nobody-has-this-name", uri))
    return partial(client.update_integration, **place, IntegrationUri=uri)


def _of_url(aws: Aws, url: Resource) -> Iterator[Fault]:
    inject = partial(_call, aws.client("lambda").delete_function_url_config, FunctionName=url.physical_id)
    yield _fault(Kind.ROUTE, url, inject, f"{url.logical_id}")


def _of_queue(aws: Aws, queue: Resource) -> Iterator[Fault]:
    client = aws.client("sqs")
    attributes = client.get_queue_attributes(QueueUrl=queue.physical_id, AttributeNames=["All"])["Attributes"]
    policy = json.loads(attributes.get("RedrivePolicy", "{}"))
    name = str(policy.get("deadLetterTargetArn", "")).rpartition(":")[2]
    target = next((each for each in aws.of_type("AWS::SQS::Queue") if each.physical_id.endswith(f"/{name}")), None)
    if name and target:
        inject = partial(_call, client.delete_queue, QueueUrl=target.physical_id)
        yield _fault(Kind.REDRIVE, queue, inject, f"{queue.logical_id} -> {target.logical_id}", name)


def _of_table(aws: Aws, table: Resource) -> Iterator[Fault]:
    yield _fault(
        Kind.TABLE, table, partial(_call, aws.client("dynamodb").delete_table, TableName=table.physical_id)
    )


def _of_rule(aws: Aws, rule: Resource) -> Iterator[Fault]:
    client = aws.client("events")
    name = rule.physical_id.rpartition("|")[2].rpartition("/")[2]
    buses = ["default", *(each.physical_id for each in aws.of_type("AWS::Events::EventBus"))]
    for bus in buses:  # its physical id says which one on AWS, and does not on the embedded platform
        place = {"Name": name, "EventBusName": bus}
        if _exists(client, place):
            yield _fault(Kind.RULE, rule, partial(_switch, client.disable_rule, client.enable_rule, place))


def _exists(client: Any, place: dict[str, str]) -> bool:
    try:
        return bool(client.describe_rule(**place))
    except client.exceptions.ResourceNotFoundException:
        return False


def _switch(off: Any, on: Any, place: dict[str, str]) -> Undo:
    off(**place)
    return partial(on, **place)


def _of_schedule(aws: Aws, schedule: Resource) -> Iterator[Fault]:
    client = aws.client("scheduler")
    name = schedule.physical_id.rpartition("/")[2].rpartition("|")[2]
    yield _fault(Kind.RULE, schedule, partial(_disable_schedule, client, name))


def _disable_schedule(client: Any, name: str) -> Undo:
    found = client.get_schedule(Name=name)
    kept = (
        "Name",
        "GroupName",
        "ScheduleExpression",
        "FlexibleTimeWindow",
        "Target",
        "ScheduleExpressionTimezone",
    )
    same = {key: found[key] for key in kept if key in found}
    client.update_schedule(**same, State="DISABLED")
    return partial(client.update_schedule, **same, State="ENABLED")


def _of_state_machine(aws: Aws, machine: Resource) -> Iterator[Fault]:
    client = aws.client("stepfunctions")
    definition = client.describe_state_machine(stateMachineArn=machine.physical_id)["definition"]
    for function in aws.functions:
        without = re.sub(rf"\b{re.escape(function.physical_id)}\b", "nobody-has-this-name", definition)
        if without != definition:
            inject = partial(_redefine, client, machine.physical_id, definition, without)
            what = f"{machine.logical_id} without {function.logical_id}"
            yield _fault(Kind.STATE_MACHINE, machine, inject, what)


def _redefine(client: Any, arn: str, before: str, after: str) -> Undo:
    client.update_state_machine(stateMachineArn=arn, definition=after)
    return partial(client.update_state_machine, stateMachineArn=arn, definition=before)


def _of_bucket(aws: Aws, bucket: Resource) -> Iterator[Fault]:
    client = aws.client("s3")
    yield _fault(Kind.BUCKET, bucket, partial(_delete_bucket, client, bucket.physical_id))
    found = client.get_bucket_notification_configuration(Bucket=bucket.physical_id)
    settings = {key: value for key, value in found.items() if key.endswith(("Configurations", "Configuration"))}
    if any(settings.values()):
        yield _fault(Kind.NOTIFICATION, bucket, partial(_unnotified, client, bucket.physical_id, settings))


def _delete_bucket(client: Any, bucket: str) -> None:
    for each in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        client.delete_object(Bucket=bucket, Key=each["Key"])
    client.delete_bucket(Bucket=bucket)


def _unnotified(client: Any, bucket: str, settings: dict[str, Any]) -> Undo:
    put = partial(client.put_bucket_notification_configuration, Bucket=bucket)
    put(NotificationConfiguration={})
    return partial(put, NotificationConfiguration=settings)


def _of_subscription(aws: Aws, subscription: Resource) -> Iterator[Fault]:
    inject = partial(_call, aws.client("sns").unsubscribe, SubscriptionArn=subscription.physical_id)
    topic = subscription.physical_id.rpartition(":")[0]
    names = [each.logical_id for each in aws.of_type("AWS::SNS::Topic") if each.physical_id == topic]
    yield _fault(Kind.SUBSCRIPTION, subscription, inject, "", *names)


def _call(operation: Any, **arguments: str) -> None:
    operation(**arguments)


_KINDS: Final = {
    "AWS::ApiGateway::RestApi": _of_rest_api,
    "AWS::ApiGatewayV2::Api": _of_http_api,
    "AWS::DynamoDB::Table": _of_table,
    "AWS::Events::Rule": _of_rule,
    "AWS::Lambda::Url": _of_url,
    "AWS::S3::Bucket": _of_bucket,
    "AWS::SNS::Subscription": _of_subscription,
    "AWS::SQS::Queue": _of_queue,
    "AWS::Scheduler::Schedule": _of_schedule,
    "AWS::StepFunctions::StateMachine": _of_state_machine,
}
