"""Things in moto's AWS that the checks look at."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final

from deployer.aws.clients import client

TRUST: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "*"}, "Action": "sts:AssumeRole"}],
    }
)


def make_role(name: str = "shop-role") -> str:
    """Its ARN."""
    arn: str = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    return arn


def make_function(name: str = "orders", **configuration: Any) -> str:
    """Its ARN. It has no code to speak of: it is never called."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "")
    made: Any = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
        Role=make_role(f"{name}-role"),
        **configuration,
    )
    return str(made["FunctionArn"])


def permit(function: str, principal: str, source: str, statement: str = "permit") -> None:
    client("lambda").add_permission(
        FunctionName=function,
        StatementId=statement,
        Action="lambda:InvokeFunction",
        Principal=principal,
        SourceArn=source,
    )


def make_queue(name: str, **attributes: str) -> str:
    """Its URL."""
    url: str = client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url


def make_table(name: str, **fields: Any) -> None:
    client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **fields,
    )
