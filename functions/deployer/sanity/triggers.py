"""Who calls a function: every resource of the deployment that leads to it, each as the call that it makes.

A wrong `deployed` record gives calls that are not made; what CloudFormation alone knows (None) names nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity import service_events as events
from deployer.sanity.call import Call
from deployer.sanity.event_kind import EventKind
from deployer.sanity.event_pattern import matching
from deployer.sanity.function_names import function_of
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


def _mapping_calls(mapping: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Lambda::EventSourceMapping."""
    given = mapping["properties"]
    if not _is(function, given.get("FunctionName"), deployed):
        return
    types = given.get("FunctionResponseTypes")
    kind, event = _source_event(given, deployed)
    yield Call(
        kind=kind,
        event=event,
        origin=Origin.PLAIN if kind == EventKind.PLAIN else Origin.SHAPED,
        reports_items="ReportBatchItemFailures" in (types if isinstance(types, list) else []),
    )


def _source_event(given: Mapping[str, Any], deployed: Deployed) -> tuple[EventKind, Any]:
    arn = str(given.get("EventSourceArn") or _stream(given, deployed))
    place, wanted = deployed.place, _filtered(given)
    topics = given.get("Topics")
    topic = str(topics[0]) if isinstance(topics, list) and topics else MARKER
    match arn.split(":")[2:3]:
        case ["sqs"]:
            body = events.merged(dict(events.CONTENT), _data(wanted, "body"))
            return EventKind.SQS, {"Records": [events.sqs_record(arn, body, place)]}
        case ["dynamodb"]:
            record = events.dynamodb_record(arn, _keys_of(arn, deployed), wanted, place)
            return EventKind.DYNAMODB, {"Records": [record]}
        case ["kinesis"]:
            content = events.merged(dict(events.CONTENT), _data(wanted, "data"))
            return EventKind.KINESIS, {"Records": [events.kinesis_record(arn, content, place)]}
        case ["kafka"]:
            return EventKind.KAFKA, events.kafka_event(arn, topic, events.CONTENT)
        case ["mq"]:
            return EventKind.MQ, events.mq_event(arn, events.CONTENT)
        case ["rds"]:
            return EventKind.DOCUMENTDB, events.documentdb_event(arn, dict(events.CONTENT))
    if "SelfManagedEventSource" in given:
        return EventKind.KAFKA, events.kafka_event(MARKER, topic, events.CONTENT)
    return EventKind.PLAIN, {}


def _stream(given: Mapping[str, Any], deployed: Deployed) -> str:
    """The ARN of a table's stream ends in a time that AWS alone knows."""
    if not given.get("StartingPosition") or "EventSourceArn" not in given:
        return ""
    tables = deployed.of_type("AWS::DynamoDB::Table")
    table = next((each for each in tables if each["properties"].get("StreamSpecification")), None)
    return events_arn(deployed, f"dynamodb:{{}}:{{}}:table/{table['physicalId']}/stream/{MARKER}") if table else ""


def _filtered(given: Mapping[str, Any]) -> dict[str, Any]:
    """A record that the mapping's first filter lets through, as far as it says."""
    filters = _dictionary(given.get("FilterCriteria")).get("Filters")
    pattern = _dictionary(filters[0]).get("Pattern") if isinstance(filters, list) and filters else None
    try:
        parsed = json.loads(pattern) if isinstance(pattern, str) else pattern
    except ValueError:
        return {}
    return matching(parsed) if isinstance(parsed, dict) else {}


def _data(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    return _dictionary(record.get(name))


def _keys_of(stream_arn: str, deployed: Deployed) -> dict[str, str]:
    """The key attributes of the stream's table, with their types."""
    name = stream_arn.partition(":table/")[2].partition("/")[0]
    given = _dictionary((deployed.named(name) or {"properties": {}})["properties"])
    types = {each.get("AttributeName"): each.get("AttributeType") for each in _each(given, "AttributeDefinitions")}
    keys = [each.get("AttributeName") for each in _each(given, "KeySchema")]
    return {str(key): str(types.get(key) or "S") for key in keys if key} or {"id": "S"}


def _rule_calls(rule: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Events::Rule."""
    given = rule["properties"]
    for target in _each(given, "Targets"):
        if _is(function, target.get("Arn"), deployed):
            yield _rule_call(given, target, rule["physicalId"], deployed)


def _rule_call(given: Mapping[str, Any], target: Mapping[str, Any], name: str, deployed: Deployed) -> Call:
    place, pattern = deployed.place, _dictionary(given.get("EventPattern"))
    if pattern:
        event, kind = events.eventbridge_event(pattern, place), EventKind.EVENTBRIDGE
    else:
        arn = f"arn:{place.partition}:events:{place.region}:{place.account_id}:rule/{name}"
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
    target = _dictionary(schedule["properties"].get("Target"))
    if not _is(function, target.get("Arn"), deployed):
        return
    if (fixed := _json(target.get("Input"))) is not None:
        yield Call(kind=EventKind.SCHEDULE, event=fixed, origin=Origin.EXAMPLE)
    else:
        event = events.schedule_event(schedule["physicalId"], "aws.scheduler", deployed.place)
        yield Call(kind=EventKind.SCHEDULE, event=event)


def _bucket_calls(bucket: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::S3::Bucket."""
    for notice in _each(
        _dictionary(bucket["properties"].get("NotificationConfiguration")), "LambdaConfigurations"
    ):
        if _is(function, notice.get("Function"), deployed):
            event = str(notice.get("Event") or "s3:ObjectCreated:Put")
            made = events.s3_event(bucket["physicalId"], event, _key_for(notice), deployed.place)
            yield Call(kind=EventKind.S3, event=made)


def _key_for(notice: Mapping[str, Any]) -> str:
    """An object key that the notification's filter lets through."""
    rules = _each(_dictionary(_dictionary(notice.get("Filter")).get("S3Key")), "Rules")
    given = {str(rule.get("Name")).lower(): str(rule.get("Value") or "") for rule in rules}
    return f"{given.get('prefix', '')}{MARKER}{given.get('suffix', '') or '.txt'}"


def _subscription_calls(
    subscription: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::SNS::Subscription."""
    given = subscription["properties"]
    if given.get("Protocol") == "lambda" and _is(function, given.get("Endpoint"), deployed):
        yield Call(kind=EventKind.SNS, event=events.sns_event(str(given.get("TopicArn")), events.CONTENT))


def _topic_calls(topic: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::SNS::Topic with its own subscriptions."""
    for given in _each(topic["properties"], "Subscription"):
        if given.get("Protocol") == "lambda" and _is(function, given.get("Endpoint"), deployed):
            yield Call(kind=EventKind.SNS, event=events.sns_event(topic["physicalId"], events.CONTENT))


def _pool_calls(pool: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Cognito::UserPool."""
    for trigger, value in _dictionary(pool["properties"].get("LambdaConfig")).items():
        arn = value.get("LambdaArn") if isinstance(value, dict) else value
        if _is(function, arn, deployed) and not str(trigger).startswith("Custom") | (trigger == "UserMigration"):
            event = events.cognito_event(str(trigger), pool["physicalId"], deployed.place)
            yield Call(kind=EventKind.COGNITO, event=event)


def _filter_calls(
    subscription: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::Logs::SubscriptionFilter."""
    given = subscription["properties"]
    if _is(function, given.get("DestinationArn"), deployed):
        event = events.logs_event(str(given.get("LogGroupName") or MARKER), deployed.place)
        yield Call(kind=EventKind.LOGS, event=event)


def _topic_rule_calls(rule: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::IoT::TopicRule."""
    for action in _each(_dictionary(rule["properties"].get("TopicRulePayload")), "Actions"):
        if _is(function, _dictionary(action.get("Lambda")).get("FunctionArn"), deployed):
            yield Call(kind=EventKind.IOT, event=dict(events.CONTENT))


def _delivery_calls(stream: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::KinesisFirehose::DeliveryStream: a processor's parameter LambdaArn."""
    if any(_is(function, value, deployed) for value in _texts(stream["properties"])):
        arn = events_arn(deployed, f"firehose:{{}}:{{}}:deliverystream/{stream['physicalId']}")
        yield Call(kind=EventKind.FIREHOSE, event=events.firehose_event(arn, deployed.place))


def _pipe_calls(pipe: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Pipes::Pipe: a list of records, unless the pipe shapes its own input."""
    given = pipe["properties"]
    ends = [("Target", "TargetParameters"), ("Enrichment", "EnrichmentParameters")]
    for end, parameters in ends:
        if not _is(function, given.get(end), deployed):
            continue
        shaped = "InputTemplate" in _dictionary(given.get(parameters))
        records = [] if shaped or (end == "Target" and given.get("Enrichment")) else _pipe_records(given, deployed)
        if records:
            yield Call(kind=EventKind.PIPE, event=records)
        else:
            yield Call(kind=EventKind.PLAIN, event={}, origin=Origin.PLAIN)


def _pipe_records(given: Mapping[str, Any], deployed: Deployed) -> list[Any]:
    """As the same source would give them to a mapping; Kinesis records are flat here."""
    parameters = _dictionary(given.get("SourceParameters"))
    kind, event = _source_event({**parameters, "EventSourceArn": given.get("Source")}, deployed)
    if kind not in {EventKind.SQS, EventKind.DYNAMODB, EventKind.KINESIS}:
        return []
    return [{**record, **record.pop("kinesis", {})} for record in event["Records"]]


def _custom_calls(custom: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """Custom::* and AWS::CloudFormation::CustomResource."""
    if _is(function, custom["properties"].get("ServiceToken"), deployed):
        yield Call(kind=EventKind.CUSTOM_RESOURCE, event={})


def _permission_calls(
    permission: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::Lambda::Permission: who may call, where nothing else says who does."""
    given = permission["properties"]
    if not _is(function, given.get("FunctionName"), deployed):
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


def events_arn(deployed: Deployed, rest: str) -> str:
    place = deployed.place
    return f"arn:{place.partition}:{rest.format(place.region, place.account_id)}"


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
    "AWS::Lambda::EventSourceMapping": _mapping_calls,
    "AWS::Lambda::Url": url_calls,
    "AWS::Logs::SubscriptionFilter": _filter_calls,
    "AWS::Pipes::Pipe": _pipe_calls,
    "AWS::S3::Bucket": _bucket_calls,
    "AWS::SNS::Subscription": _subscription_calls,
    "AWS::SNS::Topic": _topic_calls,
    "AWS::Scheduler::Schedule": _schedule_calls,
}


def _finder(resource_type: str) -> Finder | None:
    return _custom_calls if resource_type.startswith("Custom::") else _FINDERS.get(resource_type)


def _is(function: DeployedResource, value: Any, deployed: Deployed) -> bool:
    named = function_of(value, deployed)
    return named is not None and named["logicalId"] == function["logicalId"]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _json(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _each(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    values = given.get(name)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
