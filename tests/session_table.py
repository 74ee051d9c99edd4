"""A session table in moto, as template.yaml has it, and a head to put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.aws.clients import client
from deployer.session import (
    LogLevel,
    SessionKind,
    SessionStatus,
    Stage,
    caller_kind,
    head_timestamp,
    new_session_id,
)

if TYPE_CHECKING:
    from deployer.aws.sessions import Sessions
    from deployer.session import Head

TABLE = "sessions"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:RemoveStack"
NOW_MS = 1_795_000_000_000
ENTERED_AT = "2026-11-18T13:06:41.500Z"
CALLER = "caller-1"
_INDEXES = {
    "StatusIndex": "status",
    "KindIndex": "kind",
    "CallerIndex": "callerKind",
    "RepositoryIndex": "repository",
}


def create_table() -> None:
    """The table, with its indexes."""
    client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("sessionId"),
        AttributeDefinitions=[
            {"AttributeName": "timestamp", "AttributeType": "N"},
            *({"AttributeName": name, "AttributeType": "S"} for name in ["sessionId", *_INDEXES.values()]),
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": index, "KeySchema": _keys(attribute), "Projection": {"ProjectionType": "ALL"}}
            for index, attribute in _INDEXES.items()
        ],
    )


def a_head(session_id: str | None = None, **attributes: object) -> Head:
    """A pending deployment of octo/hello."""
    kind = SessionKind(str(attributes.get("kind", "deployment")))
    caller = str(attributes.get("caller", CALLER))
    return {
        "sessionId": session_id or new_session_id(NOW_MS),
        "kind": kind.value,
        "caller": caller,
        "callerKind": caller_kind(caller, kind),
        "status": "pending",
        "stage": "validating",
        "message": "accepted",
        "repository": "octo/hello",
        "request": {"mode": "deploy"},
        **attributes,
    }


def created(sessions: Sessions, **attributes: Any) -> str:
    return sessions.create(a_head(**attributes))


def give_parameters(session_id: str, parameters: dict[str, str]) -> None:
    """As if the request had given them, if any."""
    if not parameters:
        return
    client("dynamodb").update_item(
        TableName=TABLE,
        Key={"sessionId": {"S": session_id}, "timestamp": {"N": str(head_timestamp(session_id))}},
        UpdateExpression="SET givenParameters = :given",
        ExpressionAttributeValues={":given": {"M": {name: {"S": value} for name, value in parameters.items()}}},
    )


def deployed(sessions: Sessions, **attributes: Any) -> str:
    session_id = created(sessions, stackName="hello", stackId="arn:stack", **attributes)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    return session_id


def advance(sessions: Sessions, session_id: str, *messages: str, **attributes: Any) -> None:
    sessions.advance(
        session_id,
        ENTERED_AT,
        done=Stage.VALIDATING,
        next=Stage.CLONING,
        message="cloning",
        entries=[(LogLevel.INFO, message) for message in messages],
        **attributes,
    )


def items(session_id: str) -> list[dict[str, object]]:
    """Everything that the table holds for the session, raw, in order."""
    answer = client("dynamodb").query(
        TableName=TABLE,
        KeyConditionExpression="sessionId = :id",
        ExpressionAttributeValues={":id": {"S": session_id}},
    )
    return list(answer["Items"])


def _keys(attribute: str) -> list[dict[str, str]]:
    return [{"AttributeName": attribute, "KeyType": "HASH"}, {"AttributeName": "timestamp", "KeyType": "RANGE"}]
