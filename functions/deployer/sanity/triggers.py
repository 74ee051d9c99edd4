"""Who calls a function: every resource of the deployment that leads to it, each as the call that it makes.

A wrong `deployed` record gives calls that are not made; what CloudFormation alone knows (None) names nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity import service_events as events
from deployer.sanity.call import Call
from deployer.sanity.event_kind import EventKind
from deployer.sanity.function_names import is_meant
from deployer.sanity.hostile_json import parsed
from deployer.sanity.http_triggers import (
    authorizer_calls,
    http_api_calls,
    integration_calls,
    made_up_route,
    method_calls,
    rest_api_calls,
    target_group_calls,
    url_calls,
)
from deployer.sanity.payloads import MARKER, Origin, http_event, rest_event
from deployer.sanity.properties import mapping, mappings
from deployer.sanity.stream_triggers import mapping_calls, pipe_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource

    Finder = Callable[[DeployedResource, DeployedResource, Deployed], Iterator[Call]]


def calls(function: DeployedResource, deployed: Deployed) -> list[Call]:
    """What reaches the function; where only its policy says who may call, that; nothing when nobody is known."""
    found = [
        call
        for resource in deployed.resources
        if (find := _finder(resource["type"]))
        for call in find(resource, function, deployed)
    ]
    return found or [
        call
        for permission in deployed.of_type("AWS::Lambda::Permission")
        for call in _permission_calls(permission, function, deployed)
    ]


def _rule_calls(rule: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Events::Rule."""
    given = rule["properties"]
    for target in mappings(given, "Targets"):
        if is_meant(function, target.get("Arn"), deployed):
            yield _rule_call(given, target, rule["physicalId"], deployed)


def _rule_call(given: Mapping[str, Any], target: Mapping[str, Any], name: str, deployed: Deployed) -> Call:
    place, pattern = deployed.place, mapping(given.get("EventPattern"))
    if pattern:
        event, kind = events.eventbridge_event(pattern, place), EventKind.EVENTBRIDGE
    else:
        arn = events.arn("events", f"rule/{name}", place)
        event, kind = events.schedule_event(arn, "aws.events", place), EventKind.SCHEDULE
    if (fixed := _json(target.get("Input"))) is not None:
        return Call(kind=kind, event=fixed, origin=Origin.EXAMPLE)
    if target.get("InputPath") == "$.detail":
        return Call(kind=kind, event=event["detail"])
    if target.get("InputTransformer") or target.get("InputPath"):
        return Call(kind=EventKind.PLAIN, event={}, origin=Origin.PLAIN)
    return Call(kind=kind, event=event)


def _schedule_calls(schedule: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Scheduler::Schedule."""
    target = mapping(schedule["properties"].get("Target"))
    if not is_meant(function, target.get("Arn"), deployed):
        return
    if (fixed := _json(target.get("Input"))) is not None:
        yield Call(kind=EventKind.SCHEDULE, event=fixed, origin=Origin.EXAMPLE)
    else:
        event = events.schedule_event(schedule["physicalId"], "aws.scheduler", deployed.place)
        yield Call(kind=EventKind.SCHEDULE, event=event)


def _bucket_calls(bucket: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::S3::Bucket."""
    for notice in mappings(mapping(bucket["properties"].get("NotificationConfiguration")), "LambdaConfigurations"):
        if is_meant(function, notice.get("Function"), deployed):
            event = str(notice.get("Event") or "s3:ObjectCreated:Put")
            made = events.s3_event(bucket["physicalId"], event, _key_for(notice), deployed.place)
            yield Call(kind=EventKind.S3, event=made)


def _key_for(notice: Mapping[str, Any]) -> str:
    """An object key that the notification's filter lets through."""
    rules = mappings(mapping(mapping(notice.get("Filter")).get("S3Key")), "Rules")
    given = {str(rule.get("Name")).lower(): str(rule.get("Value") or "") for rule in rules}
    return f"{given.get('prefix', '')}{MARKER}{given.get('suffix', '') or '.txt'}"


def _subscription_calls(
    subscription: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::SNS::Subscription."""
    given = subscription["properties"]
    if given.get("Protocol") == "lambda" and is_meant(function, given.get("Endpoint"), deployed):
        yield Call(kind=EventKind.SNS, event=events.sns_event(str(given.get("TopicArn")), events.CONTENT))


def _topic_calls(topic: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::SNS::Topic with its own subscriptions."""
    for given in mappings(topic["properties"], "Subscription"):
        if given.get("Protocol") == "lambda" and is_meant(function, given.get("Endpoint"), deployed):
            yield Call(kind=EventKind.SNS, event=events.sns_event(topic["physicalId"], events.CONTENT))


_SENDERS: Final = frozenset({"CustomEmailSender", "CustomSMSSender", "KMSKeyID"})
"""What these get only KMS can read."""


def _pool_calls(pool: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Cognito::UserPool."""
    for trigger, value in mapping(pool["properties"].get("LambdaConfig")).items():
        arn = value.get("LambdaArn") if isinstance(value, dict) else value
        if is_meant(function, arn, deployed) and not str(trigger).startswith("Custom") | (
            trigger == "UserMigration"
        ):
            event = events.cognito_event(str(trigger), pool["physicalId"], deployed.place)
            yield Call(kind=EventKind.COGNITO, event=event)


def _filter_calls(
    subscription: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::Logs::SubscriptionFilter."""
    given = subscription["properties"]
    if is_meant(function, given.get("DestinationArn"), deployed):
        event = events.logs_event(str(given.get("LogGroupName") or MARKER), deployed.place)
        yield Call(kind=EventKind.LOGS, event=event)


def _topic_rule_calls(rule: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::IoT::TopicRule."""
    for action in mappings(mapping(rule["properties"].get("TopicRulePayload")), "Actions"):
        if is_meant(function, mapping(action.get("Lambda")).get("FunctionArn"), deployed):
            yield Call(kind=EventKind.IOT, event=dict(events.CONTENT))


def _delivery_calls(stream: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::KinesisFirehose::DeliveryStream: a processor's parameter LambdaArn."""
    if any(is_meant(function, value, deployed) for value in _texts(stream["properties"])):
        arn = events.arn("firehose", f"deliverystream/{stream['physicalId']}", deployed.place)
        yield Call(kind=EventKind.FIREHOSE, event=events.firehose_event(arn, deployed.place))


def _custom_calls(custom: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """Custom::* and AWS::CloudFormation::CustomResource."""
    if is_meant(function, custom["properties"].get("ServiceToken"), deployed):
        yield Call(kind=EventKind.CUSTOM_RESOURCE, event={})


def _permission_calls(
    permission: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::Lambda::Permission: who may call, where nothing else says who does."""
    given = permission["properties"]
    if not is_meant(function, given.get("FunctionName"), deployed):
        return
    arn, place = str(given.get("SourceArn") or ""), deployed.place
    match str(given.get("Principal")).partition(".")[0]:
        case "apigateway" if any(deployed.of_type("AWS::ApiGatewayV2::Api")):
            yield Call(kind=EventKind.HTTP, event=http_event(made_up_route("GET", "/")), method="GET")
        case "apigateway":
            yield Call(kind=EventKind.REST, event=rest_event(made_up_route("GET", "/")), method="GET")
        case "s3":
            bucket = arn.rpartition(":")[2] or MARKER
            yield Call(kind=EventKind.S3, event=events.s3_event(bucket, "ObjectCreated:Put", MARKER, place))
        case "sns":
            yield Call(kind=EventKind.SNS, event=events.sns_event(arn, events.CONTENT))
        case "events":
            yield Call(kind=EventKind.EVENTBRIDGE, event=events.eventbridge_event({}, place))
        case "logs":
            group = arn.removesuffix(":*").rpartition(":")[2] or MARKER
            yield Call(kind=EventKind.LOGS, event=events.logs_event(group, place))
        case "elasticloadbalancing":
            event = events.load_balancer_event(arn or MARKER)
            yield Call(kind=EventKind.LOAD_BALANCER, event=event, method="GET")


_FINDERS: Final[Mapping[str, Finder]] = {
    "AWS::ApiGateway::Authorizer": authorizer_calls,
    "AWS::ApiGateway::Method": method_calls,
    "AWS::ApiGateway::RestApi": rest_api_calls,
    "AWS::ApiGatewayV2::Api": http_api_calls,
    "AWS::ApiGatewayV2::Authorizer": authorizer_calls,
    "AWS::ApiGatewayV2::Integration": integration_calls,
    "AWS::CloudFormation::CustomResource": _custom_calls,
    "AWS::Cognito::UserPool": _pool_calls,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group_calls,
    "AWS::Events::Rule": _rule_calls,
    "AWS::IoT::TopicRule": _topic_rule_calls,
    "AWS::KinesisFirehose::DeliveryStream": _delivery_calls,
    "AWS::Lambda::EventSourceMapping": mapping_calls,
    "AWS::Lambda::Url": url_calls,
    "AWS::Logs::SubscriptionFilter": _filter_calls,
    "AWS::Pipes::Pipe": pipe_calls,
    "AWS::S3::Bucket": _bucket_calls,
    "AWS::SNS::Subscription": _subscription_calls,
    "AWS::SNS::Topic": _topic_calls,
    "AWS::Scheduler::Schedule": _schedule_calls,
}


def _finder(resource_type: str) -> Finder | None:
    return _custom_calls if resource_type.startswith("Custom::") else _FINDERS.get(resource_type)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _json(value: Any) -> Any:
    try:
        return parsed(value) if isinstance(value, str) else value
    except ValueError:
        return None
