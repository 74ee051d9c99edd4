"""Events as AWS services give them to a function; what is in them is made up, where they come from is real.

Sources: the "Using Lambda with ..." pages of the Lambda Developer Guide, "Input to a Lambda authorizer" of the API
Gateway Developer Guide, "Customizing user pool workflows with Lambda triggers" of the Cognito Developer Guide.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.event_kind import EventKind
from deployer.sanity.event_pattern import matching
from deployer.sanity.payloads import EPOCH_SECONDS, MARKER, MOMENT, Route, http_event, rest_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.identity import Place

ID: Final = "5a6e1d70-0000-4000-8000-000000000001"
CONTENT: Final[Mapping[str, Any]] = {"id": MARKER, "message": MARKER}
"""What a message holds when nobody says what it should."""


def sqs_record(arn: str, content: Any, place: Place) -> dict[str, Any]:
    sent = str(EPOCH_SECONDS * 1000)
    return {
        "messageId": ID,
        "receiptHandle": MARKER,
        "body": content if isinstance(content, str) else json.dumps(content),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": sent,
            "SenderId": place.account_id,
            "ApproximateFirstReceiveTimestamp": sent,
            "MessageGroupId": MARKER,
        },
        "messageAttributes": {},
        "md5OfBody": "00000000000000000000000000000000",
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": place.region,
    }


def sns_event(arn: str, content: Any) -> dict[str, Any]:
    message = {
        "Type": "Notification",
        "MessageId": ID,
        "TopicArn": arn,
        "Subject": MARKER,
        "Message": content if isinstance(content, str) else json.dumps(content),
        "Timestamp": MOMENT,
        "MessageAttributes": {},
    }
    record = {"EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": f"{arn}:{ID}"}
    return {"Records": [record | {"Sns": message}]}


def s3_event(bucket: str, event_name: str, key: str, place: Place) -> dict[str, Any]:
    name = event_name.removeprefix("s3:").replace("*", "Put")
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": place.region,
                "eventTime": MOMENT,
                "eventName": name,
                "userIdentity": {"principalId": MARKER},
                "requestParameters": {"sourceIPAddress": "203.0.113.1"},
                "responseElements": {"x-amz-request-id": MARKER},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": MARKER,
                    "bucket": {"name": bucket, "arn": f"arn:{place.partition}:s3:::{bucket}"},
                    "object": {"key": key, "size": 1, "eTag": MARKER, "sequencer": "00"},
                },
            }
        ]
    }


def dynamodb_record(arn: str, keys: Mapping[str, str], content: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """`keys` gives the type of each key attribute: {"id": "S"}."""
    made = {name: {kind: "1" if kind == "N" else MARKER} for name, kind in keys.items()}
    image = {name: {"S": str(value)} for name, value in CONTENT.items()} | made
    record = {
        "eventID": ID,
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": place.region,
        "dynamodb": {
            "ApproximateCreationDateTime": EPOCH_SECONDS,
            "Keys": made,
            "NewImage": image,
            "SequenceNumber": "111",
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": arn,
    }
    return merged(record, content)


def kinesis_record(arn: str, content: Any, place: Place) -> dict[str, Any]:
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": MARKER,
            "sequenceNumber": "111",
            "data": encoded(content),
            "approximateArrivalTimestamp": EPOCH_SECONDS,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000000:111",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:{place.partition}:iam::{place.account_id}:role/{MARKER}",
        "awsRegion": place.region,
        "eventSourceARN": arn,
    }


def kafka_event(arn: str, topic: str, content: Any) -> dict[str, Any]:
    record = {"topic": topic, "partition": 0, "offset": 1, "timestamp": EPOCH_SECONDS * 1000, "headers": []}
    records = [record | {"timestampType": "CREATE_TIME", "key": encoded(MARKER), "value": encoded(content)}]
    return {"eventSource": "aws:kafka", "eventSourceArn": arn, "records": {f"{topic}-0": records}}


def mq_event(arn: str, content: Any) -> dict[str, Any]:
    message = {"messageID": ID, "messageType": "jms/text-message", "data": encoded(content), "properties": {}}
    return {"eventSource": "aws:mq", "eventSourceArn": arn, "messages": [message]}


def documentdb_event(arn: str, content: Any) -> dict[str, Any]:
    event = {"_id": {"_data": MARKER}, "operationType": "insert", "ns": {"db": MARKER, "coll": MARKER}}
    full = {"documentKey": {"_id": {"$oid": MARKER}}, "fullDocument": content}
    return {"eventSource": "aws:docdb", "eventSourceArn": arn, "events": [{"event": event | full}]}


def eventbridge_event(pattern: Mapping[str, Any], place: Place) -> dict[str, Any]:
    made = {
        "version": "0",
        "id": ID,
        "detail-type": "Sanity Test",
        "source": "sanity.test",
        "account": place.account_id,
        "time": MOMENT,
        "region": place.region,
        "resources": [],
        "detail": dict(CONTENT),
    }
    return merged(made, matching(pattern))


def schedule_event(arn: str, source: str, place: Place) -> dict[str, Any]:
    given = {"source": source, "detail-type": "Scheduled Event", "detail": {}, "resources": [arn]}
    return eventbridge_event({}, place) | given


def logs_event(log_group: str, place: Place) -> dict[str, Any]:
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": place.account_id,
        "logGroup": log_group,
        "logStream": MARKER,
        "subscriptionFilters": [MARKER],
        "logEvents": [{"id": "1", "timestamp": EPOCH_SECONDS * 1000, "message": json.dumps(dict(CONTENT))}],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode(), mtime=0)).decode()}}


def firehose_event(arn: str, place: Place) -> dict[str, Any]:
    record = {"recordId": "1", "approximateArrivalTimestamp": EPOCH_SECONDS * 1000, "data": encoded(CONTENT)}
    given = {"invocationId": ID, "deliveryStreamArn": arn, "region": place.region}
    return given | {"records": [record]}


def cognito_event(trigger: str, pool_id: str, place: Place) -> dict[str, Any]:
    """`trigger` is a name of LambdaConfig: PreSignUp, CustomMessage, ..."""
    attributes = {"sub": ID, "email": "sanity-test@example.com", "email_verified": "true"}
    request = {"userAttributes": attributes, "clientMetadata": {}, "validationData": {}, "session": []}
    more = {"codeParameter": "{####}", "usernameParameter": MARKER, "challengeAnswer": MARKER}
    groups: dict[str, Any] = {"groupsToOverride": [], "iamRolesToOverride": [], "preferredRole": None}
    return {
        "version": "1",
        "triggerSource": _COGNITO_SOURCES.get(trigger, f"{trigger}_Sanity"),
        "region": place.region,
        "userPoolId": pool_id,
        "userName": MARKER,
        "callerContext": {"awsSdkVersion": "1", "clientId": MARKER},
        "request": request | more | {"groupConfiguration": groups},
        "response": {},
    }


_COGNITO_SOURCES: Final = {
    "CreateAuthChallenge": "CreateAuthChallenge_Authentication",
    "CustomMessage": "CustomMessage_SignUp",
    "DefineAuthChallenge": "DefineAuthChallenge_Authentication",
    "PostAuthentication": "PostAuthentication_Authentication",
    "PostConfirmation": "PostConfirmation_ConfirmSignUp",
    "PreAuthentication": "PreAuthentication_Authentication",
    "PreSignUp": "PreSignUp_SignUp",
    "PreTokenGeneration": "TokenGeneration_Authentication",
    "PreTokenGenerationConfig": "TokenGeneration_Authentication",
    "UserMigration": "UserMigration_Authentication",
    "VerifyAuthChallengeResponse": "VerifyAuthChallengeResponse_Authentication",
}


def authorizer_event(kind: EventKind, method_arn: str, header: str) -> dict[str, Any]:
    """A caller whose credentials are made up. `header` is the one that the authorizer looks at."""
    route = Route(method="GET", resource="/", headers={header: f"Bearer {MARKER}"})
    if kind == EventKind.TOKEN_AUTHORIZER:
        return {"type": "TOKEN", "authorizationToken": f"Bearer {MARKER}", "methodArn": method_arn}
    if kind == EventKind.REQUEST_AUTHORIZER:
        return rest_event(route) | {"type": "REQUEST", "methodArn": method_arn}
    given = {"type": "REQUEST", "routeArn": method_arn, "identitySource": [f"Bearer {MARKER}"]}
    return http_event(route) | given


def websocket_event(route_key: str) -> dict[str, Any]:
    kinds = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}
    context = {
        "routeKey": route_key,
        "eventType": kinds.get(route_key, "MESSAGE"),
        "connectionId": MARKER,
        "domainName": "api.example.com",
        "stage": "test",
        "apiId": MARKER,
        "requestId": ID,
        "identity": {"sourceIp": "203.0.113.1"},
    }
    body = {} if route_key in kinds else {"body": json.dumps({"action": route_key, **CONTENT})}
    return {"headers": {}, "requestContext": context, **body, "isBase64Encoded": False}


def load_balancer_event(target_group_arn: str) -> dict[str, Any]:
    return {
        "requestContext": {"elb": {"targetGroupArn": target_group_arn}},
        "httpMethod": "GET",
        "path": "/",
        "queryStringParameters": {},
        "headers": {"host": "lb.example.com", "user-agent": MARKER},
        "body": "",
        "isBase64Encoded": False,
    }


def encoded(content: Any) -> str:
    text = content if isinstance(content, str) else json.dumps(dict(content))
    return base64.b64encode(text.encode()).decode()


def merged(into: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Both; where both say something, the latter does."""
    found = dict(into)
    for name, value in over.items():
        below = found.get(name)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[name] = merged(below, value) if both and isinstance(below, dict) else value
    return found


def arn(service: str, resource: str, place: Place) -> str:
    return f"arn:{place.partition}:{service}:{place.region}:{place.account_id}:{resource}"
