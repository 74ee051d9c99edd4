"""The kinds of events that a function is invoked with: by whom, in which shape, and for which answer."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    REST = "rest"  # Lambda proxy, payload format 1.0
    HTTP = "http"  # payload format 2.0, function URLs
    WEBSOCKET = "websocket"
    LOAD_BALANCER = "load-balancer"
    TOKEN_AUTHORIZER = "token-authorizer"  # noqa: S105 - a kind of authorizer
    REQUEST_AUTHORIZER = "request-authorizer"
    HTTP_AUTHORIZER = "http-authorizer"  # payload format 2.0
    SQS = "sqs"
    SNS = "sns"
    S3 = "s3"
    DYNAMODB = "dynamodb"
    KINESIS = "kinesis"
    KAFKA = "kafka"
    MQ = "mq"
    DOCUMENTDB = "documentdb"
    EVENTBRIDGE = "eventbridge"
    SCHEDULE = "schedule"
    LOGS = "logs"
    FIREHOSE = "firehose"
    COGNITO = "cognito"
    IOT = "iot"
    PIPE = "pipe"
    CUSTOM_RESOURCE = "custom-resource"
    PLAIN = "plain"

    @property
    def is_authorizer(self) -> bool:
        return self in {EventKind.TOKEN_AUTHORIZER, EventKind.REQUEST_AUTHORIZER, EventKind.HTTP_AUTHORIZER}

    @property
    def is_request(self) -> bool:
        """Somebody waits for an HTTP answer."""
        return self in {EventKind.REST, EventKind.HTTP, EventKind.LOAD_BALANCER, EventKind.WEBSOCKET}

    @property
    def phrase(self) -> str:
        """What a function answers, in a test's name."""
        return _PHRASES[self]


_PHRASES = {
    EventKind.REST: "an API request",
    EventKind.HTTP: "an HTTP request",
    EventKind.WEBSOCKET: "a WebSocket message",
    EventKind.LOAD_BALANCER: "a load balancer's request",
    EventKind.TOKEN_AUTHORIZER: "a token to authorize",
    EventKind.REQUEST_AUTHORIZER: "a request to authorize",
    EventKind.HTTP_AUTHORIZER: "an HTTP request to authorize",
    EventKind.SQS: "an SQS event",
    EventKind.SNS: "an SNS event",
    EventKind.S3: "an S3 event",
    EventKind.DYNAMODB: "a DynamoDB event",
    EventKind.KINESIS: "a Kinesis event",
    EventKind.KAFKA: "a Kafka event",
    EventKind.MQ: "a message broker's event",
    EventKind.DOCUMENTDB: "a DocumentDB event",
    EventKind.EVENTBRIDGE: "an EventBridge event",
    EventKind.SCHEDULE: "a scheduled event",
    EventKind.LOGS: "log events",
    EventKind.FIREHOSE: "Firehose records",
    EventKind.COGNITO: "a Cognito event",
    EventKind.IOT: "an IoT message",
    EventKind.PIPE: "a pipe's records",
    EventKind.CUSTOM_RESOURCE: "a custom resource's request",
    EventKind.PLAIN: "a plain event",
}
