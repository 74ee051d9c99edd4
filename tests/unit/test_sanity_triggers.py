"""Who calls a function, and with which event."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.event_kind import EventKind
from deployer.sanity.event_pattern import matching
from deployer.sanity.function_names import function_of
from deployer.sanity.identity import ROOT_RESOURCE
from deployer.sanity.triggers import calls

if TYPE_CHECKING:
    from deployer.sanity.call import Call
    from deployer.sanity.deployed import DeployedResource

FUNCTION = arn("lambda", "function:orders")
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
QUEUE = arn("sqs", "orders")
RULE = a_resource("Events::Rule", "Rule", "shop-rule")


def found(*resources: DeployedResource) -> list[Call]:
    return calls(a_function(), a_scene(a_function(), *resources).deployed)


def one(*resources: DeployedResource) -> Call:
    [call] = found(*resources)
    return call


def mapping(source: str | None, **properties: Any) -> DeployedResource:
    given = {"FunctionName": "orders", "EventSourceArn": source}
    return a_resource("Lambda::EventSourceMapping", "Mapping", "uuid", **given, **properties)


@pytest.mark.parametrize("value", ["orders", FUNCTION, f"{FUNCTION}:live", "orders:live", URI, "live-alias", "1"])
def test_function_of(value: str) -> None:
    """A function is meant by its name, its ARN with or without a qualifier, in a URI, by an alias or a version."""
    alias = a_resource("Lambda::Alias", "Live", "live-alias", FunctionName="orders")
    version = a_resource("Lambda::Version", "One", "1", FunctionName=FUNCTION)
    deployed = a_scene(a_function(), alias, version).deployed

    named = function_of(value, deployed)

    assert named and named["logicalId"] == "Orders"


def test_role_of_the_same_name() -> None:
    """The function is found all the same."""
    deployed = a_scene(a_resource("IAM::Role", "Role", "orders"), a_function()).deployed

    named = function_of("orders", deployed)

    assert named and named["logicalId"] == "Orders"


ELSEWHERE = FUNCTION.replace("us-east-1", "eu-west-1")


@pytest.mark.parametrize(
    "value", [None, 7, "", "invoices", arn("lambda", "function:invoices"), QUEUE, ELSEWHERE, f"{ELSEWHERE}:live"]
)
def test_no_function(value: Any) -> None:
    """What names something else names no function."""
    assert function_of(value, a_scene(a_function()).deployed) is None


def test_nobody() -> None:
    """A function that nothing leads to has no calls."""
    assert found(a_resource("SQS::Queue", "Queue", QUEUE)) == []


def test_queue() -> None:
    """A mapping of a queue: one record, from that queue; it may want to know which items failed."""
    call = one(mapping(QUEUE, FunctionResponseTypes=["ReportBatchItemFailures"]))

    [record] = call.event["Records"]
    assert (call.kind, record["eventSourceARN"], call.reports_items) == (EventKind.SQS, QUEUE, True)
    assert json.loads(record["body"])["id"] == "sanity-test"


def test_filtered_queue() -> None:
    """A record is one that the mapping's filter lets through."""
    pattern = json.dumps({"body": {"kind": ["order"], "total": [{"numeric": [">", 10]}]}})
    call = one(mapping(QUEUE, FilterCriteria={"Filters": [{"Pattern": pattern}]}))

    body = json.loads(call.event["Records"][0]["body"])
    assert (body["kind"], body["total"] > 10) == ("order", True)


def test_table() -> None:
    """A mapping of a table's stream: a record with the table's keys; its ARN may not be known."""
    table = a_resource(
        "DynamoDB::Table",
        "Table",
        "orders-table",
        KeySchema=[{"AttributeName": "number", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "number", "AttributeType": "N"}],
        StreamSpecification={"StreamViewType": "NEW_IMAGE"},
    )
    call = one(mapping(None, StartingPosition="LATEST"), table)

    [record] = call.event["Records"]
    assert (call.kind, record["dynamodb"]["Keys"]) == (EventKind.DYNAMODB, {"number": {"N": "1"}})
    assert "table/orders-table/stream/" in record["eventSourceARN"]


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (arn("kinesis", "stream/orders"), EventKind.KINESIS),
        (arn("kafka", "cluster/orders/1"), EventKind.KAFKA),
        (arn("mq", "broker:orders:b-1"), EventKind.MQ),
        (arn("rds", "cluster:orders"), EventKind.DOCUMENTDB),
        (arn("other", "orders"), EventKind.PLAIN),
        (None, EventKind.PLAIN),
    ],
)
def test_mappings(source: str | None, kind: EventKind) -> None:
    """The source's service says what the event looks like."""
    assert one(mapping(source)).kind == kind


def test_rule() -> None:
    """A rule's event matches its pattern."""
    pattern = {"source": ["shop"], "detail-type": ["Order"], "detail": {"state": [{"prefix": "OPEN"}]}}
    rule = a_resource("Events::Rule", "Rule", "r", EventPattern=pattern, Targets=[{"Arn": FUNCTION, "Id": "1"}])

    call = one(rule)

    assert call.kind == EventKind.EVENTBRIDGE
    assert (call.event["source"], call.event["detail-type"]) == ("shop", "Order")
    assert call.event["detail"]["state"] == "OPEN"


@pytest.mark.parametrize(
    ("target", "kind", "origin"),
    [
        ({}, EventKind.SCHEDULE, "shaped"),
        ({"Input": '{"do": "it"}'}, EventKind.SCHEDULE, "example"),
        ({"InputPath": "$.detail"}, EventKind.SCHEDULE, "shaped"),
        ({"InputTransformer": {"InputTemplate": "<x>"}}, EventKind.PLAIN, "plain"),
    ],
)
def test_scheduled_rule(target: dict[str, Any], kind: EventKind, origin: str) -> None:
    """What a rule says that it sends is an example; what it makes of an event nobody knows."""
    targets = [{"Arn": FUNCTION, "Id": "1", **target}]
    call = one(a_resource("Events::Rule", "Rule", "r", ScheduleExpression="rate(1 day)", Targets=targets))

    assert (call.kind, call.origin) == (kind, origin)


def test_schedule() -> None:
    """A schedule's own input, or the scheduler's."""
    with_input = a_resource("Scheduler::Schedule", "S", "s", Target={"Arn": FUNCTION, "Input": '{"do": 1}'})
    without = a_resource("Scheduler::Schedule", "S", "s", Target={"Arn": FUNCTION})

    assert one(with_input).event == {"do": 1}
    assert one(without).event["source"] == "aws.scheduler"


def test_bucket() -> None:
    """A bucket's notification: that bucket, a key that its filter lets through."""
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
    notice = {"Function": FUNCTION, "Event": "s3:ObjectCreated:*", "Filter": {"S3Key": {"Rules": rules}}}
    bucket = a_resource("S3::Bucket", "B", "files", NotificationConfiguration={"LambdaConfigurations": [notice]})

    s3 = one(bucket).event["Records"][0]

    assert (s3["s3"]["bucket"]["name"], s3["s3"]["object"]["key"]) == ("files", "in/sanity-test.csv")
    assert s3["eventName"] == "ObjectCreated:Put"


def test_topic() -> None:
    """A topic's subscription, of its own or beside it."""
    topic = arn("sns", "news")
    beside = a_resource("SNS::Subscription", "Sub", "s", Protocol="lambda", Endpoint=FUNCTION, TopicArn=topic)
    own = a_resource("SNS::Topic", "News", topic, Subscription=[{"Protocol": "lambda", "Endpoint": FUNCTION}])

    for resource in (beside, own):
        assert one(resource).event["Records"][0]["Sns"]["TopicArn"] == topic


def test_rest_method_of_an_unknown_path() -> None:
    """It stands for any."""
    given = {"ResourceId": "imported", "HttpMethod": "GET", "Integration": {"Type": "AWS_PROXY", "Uri": URI}}

    assert one(a_resource("ApiGateway::Method", "M", "m", **given)).event["resource"] == "/{proxy+}"


def test_rest_method() -> None:
    """A method of a REST API, by the path that its resources make."""
    above = a_resource("ApiGateway::Resource", "Above", "r1", ParentId=ROOT_RESOURCE, PathPart="orders")
    below = a_resource("ApiGateway::Resource", "Below", "r2", ParentId="r1", PathPart="{id}")
    method = a_resource(
        "ApiGateway::Method",
        "M",
        "m",
        ResourceId="r2",
        HttpMethod="POST",
        Integration={"Type": "AWS_PROXY", "Uri": URI},
    )

    call = one(above, below, method)

    assert (call.kind, call.method) == (EventKind.REST, "POST")
    assert (call.event["resource"], call.event["path"]) == ("/orders/{id}", "/orders/sanity-test")
    assert call.event["pathParameters"] == {"id": "sanity-test"}
    assert json.loads(call.event["body"])


def test_rest_method_without_proxy() -> None:
    """What a mapping template makes of a request nobody knows."""
    method = a_resource("ApiGateway::Method", "M", "m", HttpMethod="GET", Integration={"Type": "AWS", "Uri": URI})

    assert one(method).kind == EventKind.PLAIN


def test_bodies() -> None:
    """Routes and authorizers in an API's own OpenAPI document."""
    integration = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI}}
    authorizer = {"type": "token", "authorizerUri": URI, "identitySource": "method.request.header.X-Key"}
    rest = {
        "paths": {"/a": {"get": integration, "x-amazon-apigateway-any-method": integration}, "/b": None},
        "securityDefinitions": {"Own": {"x-amazon-apigateway-authorizer": authorizer}},
    }
    web = {
        "paths": {"/c": {"put": {"x-amazon-apigateway-integration": {"uri": URI, "payloadFormatVersion": "2.0"}}}}
    }

    kinds = [call.kind for call in found(a_resource("ApiGateway::RestApi", "R", "r", Body=rest))]
    [http] = found(a_resource("ApiGatewayV2::Api", "H", "h", Body=web))

    assert kinds == [EventKind.REST, EventKind.REST, EventKind.TOKEN_AUTHORIZER]
    assert (http.kind, http.method, http.event["routeKey"]) == (EventKind.HTTP, "PUT", "PUT /c")


def test_http_routes() -> None:
    """Routes lead to integrations by id; the payload format is the integration's."""
    integration = {"ApiId": "api1", "IntegrationUri": FUNCTION, "PayloadFormatVersion": "1.0"}
    call = one(
        a_resource("ApiGatewayV2::Api", "Api", "api1", ProtocolType="HTTP"),
        a_resource("ApiGatewayV2::Integration", "I", "int1", **integration),
        a_resource("ApiGatewayV2::Route", "R", "rt", RouteKey="GET /orders", Target="integrations/int1"),
    )

    assert (call.kind, call.event["resource"]) == (EventKind.REST, "/orders")


def test_websocket() -> None:
    """Routes of a WebSocket API bring messages."""
    call = one(
        a_resource("ApiGatewayV2::Api", "Api", "api1", ProtocolType="WEBSOCKET"),
        a_resource("ApiGatewayV2::Integration", "I", "int1", ApiId="api1", IntegrationUri=URI),
        a_resource("ApiGatewayV2::Route", "R", "rt", RouteKey="$connect", Target="integrations/int1"),
    )

    assert (call.kind, call.event["requestContext"]["eventType"]) == (EventKind.WEBSOCKET, "CONNECT")


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        ({"RestApiId": "r", "Type": "TOKEN"}, EventKind.TOKEN_AUTHORIZER),
        ({"RestApiId": "r", "Type": "REQUEST"}, EventKind.REQUEST_AUTHORIZER),
        ({"ApiId": "h", "AuthorizerPayloadFormatVersion": "2.0"}, EventKind.HTTP_AUTHORIZER),
        ({"ApiId": "h"}, EventKind.REQUEST_AUTHORIZER),
    ],
)
def test_authorizers(properties: dict[str, str], kind: EventKind) -> None:
    """Each kind of authorizer has its own event."""
    space = "ApiGateway" if "RestApiId" in properties else "ApiGatewayV2"

    assert one(a_resource(f"{space}::Authorizer", "A", "a", AuthorizerUri=URI, **properties)).kind == kind


def test_logs() -> None:
    """A log group's subscription brings compressed events."""
    given = {"DestinationArn": FUNCTION, "LogGroupName": "/aws/lambda/other"}
    event = one(a_resource("Logs::SubscriptionFilter", "F", "f", **given)).event

    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    assert data["logGroup"] == "/aws/lambda/other"


def test_pool() -> None:
    """A user pool's triggers; custom senders get what only KMS can read, and are left out."""
    config = {"PreSignUp": FUNCTION, "CustomEmailSender": {"LambdaArn": FUNCTION}}
    call = one(a_resource("Cognito::UserPool", "Pool", "us-east-1_a", LambdaConfig=config))

    assert (call.kind, call.event["triggerSource"]) == (EventKind.COGNITO, "PreSignUp_SignUp")


def test_others() -> None:
    """Delivery streams, IoT rules, load balancers, pipes, URLs and custom resources call functions too."""
    processors = {"Processors": [{"Parameters": [{"ParameterName": "LambdaArn", "ParameterValue": FUNCTION}]}]}
    stream = {"ExtendedS3DestinationConfiguration": {"ProcessingConfiguration": processors}}
    actions, targets = {"Actions": [{"Lambda": {"FunctionArn": FUNCTION}}]}, [{"Id": FUNCTION}]
    custom: DeployedResource = {
        "logicalId": "C",
        "type": "Custom::Thing",
        "physicalId": "c",
        "properties": {"ServiceToken": FUNCTION},
    }
    expected = {
        EventKind.FIREHOSE: a_resource("KinesisFirehose::DeliveryStream", "D", "d", **stream),
        EventKind.IOT: a_resource("IoT::TopicRule", "T", "t", TopicRulePayload=actions),
        EventKind.LOAD_BALANCER: a_resource("ElasticLoadBalancingV2::TargetGroup", "G", "g", Targets=targets),
        EventKind.PIPE: a_resource("Pipes::Pipe", "P", "p", Source=QUEUE, Target=FUNCTION),
        EventKind.HTTP: a_resource("Lambda::Url", "U", "u", TargetFunctionArn=FUNCTION),
        EventKind.CUSTOM_RESOURCE: custom,
    }  # fmt: skip

    assert {kind: one(resource).kind for kind, resource in expected.items()} == {kind: kind for kind in expected}
    assert one(expected[EventKind.PIPE]).event[0]["eventSourceARN"] == QUEUE


@pytest.mark.parametrize(
    ("principal", "kind"),
    [
        ("s3", EventKind.S3),
        ("sns", EventKind.SNS),
        ("events", EventKind.EVENTBRIDGE),
        ("logs", EventKind.LOGS),
        ("apigateway", EventKind.REST),
        ("elasticloadbalancing", EventKind.LOAD_BALANCER),
    ],
)
def test_permission(principal: str, kind: EventKind) -> None:
    """Where nothing else says who calls, the function's policy does."""
    policy = {"FunctionName": FUNCTION, "Principal": f"{principal}.amazonaws.com", "SourceArn": "arn:aws:x:::y"}
    permission = a_resource("Lambda::Permission", "P", "p", **policy)

    assert one(permission).kind == kind
    assert one(permission, mapping(QUEUE)).kind == EventKind.SQS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([FUNCTION, URI, "orders", "lambda", "{"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Targets", "Arn", "Id", "Function", "paths", "/a", "get", "uri", "Integration", "Filters"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)
TYPES = [
    "ApiGateway::RestApi", "ApiGatewayV2::Api", "Events::Rule", "S3::Bucket", "SNS::Topic", "Pipes::Pipe",
    "Lambda::EventSourceMapping", "Scheduler::Schedule", "Cognito::UserPool", "IoT::TopicRule",
]  # fmt: skip
PROPERTIES = ["Body", "Targets", "Target", "NotificationConfiguration", "LambdaConfig", "FilterCriteria", "Source"]


@given(st.sampled_from(TYPES), st.dictionaries(st.sampled_from(PROPERTIES), JSON, max_size=3))
def test_any_properties(kind: str, properties: dict[str, Any]) -> None:
    """Whatever a template holds, finding out who calls does not fail."""
    for call in found(a_resource(kind, "X", "x", **{"FunctionName": "orders", **properties})):
        json.dumps(call.event)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_any_pattern(pattern: dict[str, Any]) -> None:
    """Whatever a pattern is, an event comes of it."""
    json.dumps(matching(pattern))


@pytest.mark.parametrize(
    ("rules", "value"),
    [
        ([{"anything-but": "x"}], "sanity-test"),
        ([{"exists": True}], "sanity-test"),
        ([{"suffix": ".png"}], ".png"),
        ([{"wildcard": "a*b"}], "ab"),
        ([{"numeric": ["<", 5]}], 4),
        ([{"numeric": ["=", 5]}], 5),
        ([{"cidr": "10.0.0.0/24"}], "10.0.0.0"),
        ([{"equals-ignore-case": "A"}], "A"),
        ([3], 3),
        ([], "sanity-test"),
    ],
)
def test_operators(rules: list[Any], value: Any) -> None:
    """Each operator of a pattern has a value that it lets through."""
    assert matching({"field": rules}) == {"field": value}


def test_absent_and_or() -> None:
    """What must not be there is not there; of alternatives the first is taken."""
    assert matching({"a": [{"exists": False}], "$or": [{"b": [1]}, {"c": [2]}]}) == {"b": 1}
