"""Which queues, streams and brokers bring their records to a function: by a mapping, or through a pipe.

Sources: AWS::Lambda::EventSourceMapping and AWS::Pipes::Pipe in the CloudFormation User Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.sanity import service_events as events
from deployer.sanity.call import Call
from deployer.sanity.event_kind import EventKind
from deployer.sanity.event_pattern import matching
from deployer.sanity.function_names import is_meant
from deployer.sanity.hostile_json import parsed
from deployer.sanity.payloads import MARKER, Origin
from deployer.sanity.properties import mapping, mappings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource


def mapping_calls(source: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Lambda::EventSourceMapping."""
    given = source["properties"]
    if not is_meant(function, given.get("FunctionName"), deployed):
        return
    types = given.get("FunctionResponseTypes")
    kind, event = _source_event(given, deployed)
    yield Call(
        kind=kind,
        event=event,
        origin=Origin.PLAIN if kind == EventKind.PLAIN else Origin.SHAPED,
        reports_items="ReportBatchItemFailures" in (types if isinstance(types, list) else []),
    )


def pipe_calls(pipe: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Pipes::Pipe: a list of records, unless the pipe shapes its own input."""
    given = pipe["properties"]
    ends = [("Target", "TargetParameters"), ("Enrichment", "EnrichmentParameters")]
    for end, parameters in ends:
        if not is_meant(function, given.get(end), deployed):
            continue
        shaped = "InputTemplate" in mapping(given.get(parameters))
        records = [] if shaped or (end == "Target" and given.get("Enrichment")) else _pipe_records(given, deployed)
        if records:
            yield Call(kind=EventKind.PIPE, event=records)
        else:
            yield Call(kind=EventKind.PLAIN, event={}, origin=Origin.PLAIN)


def _source_event(given: Mapping[str, Any], deployed: Deployed) -> tuple[EventKind, Any]:
    arn = str(given.get("EventSourceArn") or _stream(given, deployed))
    place, wanted = deployed.place, _filtered(given)
    topics = given.get("Topics")
    topic = str(topics[0]) if isinstance(topics, list) and topics else MARKER
    match arn.split(":")[2:3]:
        case ["sqs"]:
            body = events.merged(dict(events.CONTENT), mapping(wanted.get("body")))
            return EventKind.SQS, {"Records": [events.sqs_record(arn, body, place)]}
        case ["dynamodb"]:
            record = events.dynamodb_record(arn, _keys_of(arn, deployed), wanted, place)
            return EventKind.DYNAMODB, {"Records": [record]}
        case ["kinesis"]:
            content = events.merged(dict(events.CONTENT), mapping(wanted.get("data")))
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


def _pipe_records(given: Mapping[str, Any], deployed: Deployed) -> list[Any]:
    """As the same source would give them to a mapping; Kinesis records are flat here."""
    parameters = mapping(given.get("SourceParameters"))
    kind, event = _source_event({**parameters, "EventSourceArn": given.get("Source")}, deployed)
    if kind not in {EventKind.SQS, EventKind.DYNAMODB, EventKind.KINESIS}:
        return []
    return [{**record, **record.pop("kinesis", {})} for record in event["Records"]]


def _stream(given: Mapping[str, Any], deployed: Deployed) -> str:
    """The ARN of a table's stream ends in a time that AWS alone knows."""
    if not given.get("StartingPosition") or "EventSourceArn" not in given:
        return ""
    tables = deployed.of_type("AWS::DynamoDB::Table")
    table = next((each for each in tables if each["properties"].get("StreamSpecification")), None)
    return events.arn("dynamodb", f"table/{table['physicalId']}/stream/{MARKER}", deployed.place) if table else ""


def _filtered(given: Mapping[str, Any]) -> dict[str, Any]:
    """A record that the mapping's first filter lets through, as far as it says."""
    filters = mapping(given.get("FilterCriteria")).get("Filters")
    pattern = mapping(filters[0]).get("Pattern") if isinstance(filters, list) and filters else None
    try:
        content = parsed(pattern) if isinstance(pattern, str) else pattern
    except ValueError:
        return {}
    return matching(content) if isinstance(content, dict) else {}


def _keys_of(stream_arn: str, deployed: Deployed) -> dict[str, str]:
    """The key attributes of the stream's table, with their types."""
    name = stream_arn.partition(":table/")[2].partition("/")[0]
    given = mapping((deployed.named(name) or {"properties": {}})["properties"])
    defined = mappings(given, "AttributeDefinitions")
    types = {each.get("AttributeName"): each.get("AttributeType") for each in defined}
    keys = [each.get("AttributeName") for each in mappings(given, "KeySchema")]
    return {str(key): str(types.get(key) or "S") for key in keys if key} or {"id": "S"}
