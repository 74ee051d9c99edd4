"""Thirteen secrets, the repository that holds and tells them everywhere, and where they must not turn up."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from local.laptop import Laptop

Files = dict[str, str]


def _part(claims: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


# Each as programs print it, and the part of it that nobody may find. Put together here: they are nobody's.
_JWT: Final = f"{_part({'alg': 'HS256'})}.{_part({'sub': 'canary4canary4'})}.canary4Sf-lKxwRJSM"
_PEM: Final = "-----BEGIN PRIVATE KEY-----\nMIIEcanary5canary5canary5\n-----END PRIVATE KEY-----"
_SIGNED: Final = "https://b.s3.amazonaws.com/k?X-Amz-Signature=canary7" + "0123456789abcdef" * 3
SECRETS: Final[dict[str, tuple[str, str]]] = {
    "AWS key id": ("using AKIA" + "CANARY7Q2WXJ4ZLM", "CANARY7Q2WXJ4ZLM"),
    "AWS secret key": (
        "aws_secret_access_key = wJalrXUtn" + "FEMI/K7MDENG/bPxRfiCYcanary1",
        "FEMI/K7MDENG/bPxRfiCYcanary1",
    ),
    "GitHub token": ("token ghp_" + "canary2" * 6, "canary2canary2"),
    "Slack token": ("slack xoxb-" + "1234567890-canary3canary3", "canary3canary3"),
    "JSON web token": (_JWT, "canary4Sf-lKxwRJSM"),
    "private key": (_PEM, "canary5canary5"),
    "password in an address": ("postgres://shop:canary6canary6@db.example.com/shop", "canary6canary6"),
    "presigned address": (_SIGNED, "canary7012345"),
    "bearer header": ("Authorization: Bearer canary8canary8canary8", "canary8canary8"),
    "password": ("password=canary9-correct-horse", "canary9-correct-horse"),
}
NO_ECHO: Final = "canary0-no-echo-value"
MOTTO: Final = "canary10-no-echo-motto"
GIVEN: Final = "canary11-given-as-text"
"""What a caller gives a parameter that only the template calls secret."""
ALL: Final = {
    **{name: part for name, (_, part) in SECRETS.items()},
    "NoEcho value": NO_ECHO,
    "NoEcho value of a harmless name": MOTTO,
    "NoEcho value as text": GIVEN,
}
_PRINTED: Final = "\n".join(text for text, _ in SECRETS.values())
_HANDLERS: Final = """
import os
from pathlib import Path

SECRETS = Path(__file__).with_name("secrets.txt").read_text()

def answer(event, context):
    print(SECRETS)
    return {"statusCode": 200, "headers": {"Set-Cookie": "password=canary9-correct-horse"}, "body": SECRETS}

def refuse(event, context):
    print(SECRETS)
    raise RuntimeError("no connection with " + os.environ["DB_PASSWORD"] + "\\n" + SECRETS)

def tell(event, context):
    return {"db": os.environ["DB_PASSWORD"], "said": SECRETS.splitlines(), "password": "canary9-correct-horse"}
"""
_MAKEFILE: Final = """
build-Answer build-Refuse build-Tell:
\t@cat secrets.txt
\t@cat secrets.txt >&2
\t@cp app.py secrets.txt $(ARTIFACTS_DIR)/
"""


def repository(*, fails: bool = False) -> Files:
    """Three functions that tell all they know, built by a makefile that prints it."""
    functions = {name.capitalize(): _function(name) for name in ("answer", "refuse", "tell")}
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": f"Our own, {SECRETS['password'][0]}",
        "Metadata": {"Notes": _PRINTED},
        "Parameters": {
            "DbPassword": {"Type": "String", "NoEcho": True, "Default": NO_ECHO},
            "Motto": {"Type": "String", "NoEcho": True, "Default": MOTTO},
        },
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        # What cfn-lint has something to say of.
        "Resources": {**functions, "Odd": _queue_that_is_wrong(SECRETS["password"][0])},
        "Outputs": {
            "Database": {"Value": SECRETS["password in an address"][0]},
            "Header": {"Value": SECRETS["bearer header"][0], "Description": SECRETS["GitHub token"][0]},
            "DbPassword": {"Value": {"Ref": "DbPassword"}},
            "Told": {"Value": {"Fn::Sub": "we say ${Motto}"}},
        },
    }
    makefile = _MAKEFILE + ("\t@exit 1\n" if fails else "")
    files = {"template.json": json.dumps(template), "src/Makefile": makefile, "src/app.py": _HANDLERS}
    return files | {"src/secrets.txt": _PRINTED, "README.md": _PRINTED}


def _function(name: str) -> dict[str, Any]:
    properties = {"Runtime": "python3.13", "Handler": f"app.{name}", "CodeUri": "src/"}
    variables = {"DB_PASSWORD": {"Ref": "DbPassword"}, "DATABASE_URL": SECRETS["password in an address"][0]}
    api = {"Type": "Api", "Properties": {"Path": f"/{name}", "Method": "GET"}}
    more = {"Environment": {"Variables": variables}, "Events": {"Api": api}} if name != "tell" else {}
    more = more or {"Environment": {"Variables": variables}}
    return {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"BuildMethod": "makefile"},
        "Properties": {**properties, **more},
    }


def _queue_that_is_wrong(text: str) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Condition": "Never", "Properties": {"DelaySeconds": text}}


# What holds the repository's own content, and why. Everything below sessions/ expires (template.yaml, a week).
OWN_CONTENT: Final = {
    r"sessions/[^/]+/source/source\.zip": "the repository's files, which the build is given",
    r"sessions/[^/]+/source/manifest\.json": "the texts of its templates, which DetectProject reads",
    r"sessions/[^/]+/build/[0-9a-f]+\.zip": "what the build left to be deployed",
    r"sessions/[^/]+/trusted/project\.json": "the template that was chosen, for PublishPackage",
    r"sessions/[^/]+/trusted/deployed\.json": "the deployed template's properties, for GenerateTests",
    r"packages/[0-9a-f]{64}\.zip": "the deployed package: a live stack needs it",
    r"packages/[0-9a-f]{64}\.template\.json": "the template that CloudFormation is given: a live stack needs it",
    r"log /aws/lambda/canary-.*": "the deployed functions' own logs, which they write themselves",
}


@dataclass(frozen=True)
class Found:
    """A secret, by name, and where it is."""

    secret: str
    place: str

    @property
    def is_own_content(self) -> bool:
        return any(re.fullmatch(pattern, self.place) for pattern in OWN_CONTENT)


def found_in(places: Iterable[tuple[str, bytes]]) -> list[Found]:
    """In what was looked at, of which there has to be something."""
    looked = list(places)
    assert looked
    return [Found(name, place) for place, body in looked for name, part in ALL.items() if part.encode() in body]


def bucket(running: Laptop) -> Iterator[tuple[str, bytes]]:
    """Every version of every object of the artifact bucket, zips unpacked."""
    s3 = running.platform.client("s3")
    name = _resource(running, "AWS::S3::Bucket")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for each in page.get("Versions", []):
            body = s3.get_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
            yield each["Key"], b"\n".join(_unpacked(body))


def _unpacked(body: bytes) -> Iterator[bytes]:
    if not body.startswith(b"PK"):
        yield body
        return
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        yield from (archive.read(name) for name in archive.namelist())


def table(running: Laptop) -> Iterator[tuple[str, bytes]]:
    for page in (
        running.platform.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=_resource(running, "AWS::DynamoDB::Table"))
    ):
        for item in page["Items"]:
            yield f"table {item.get('item', {}).get('S', 'head')}", json.dumps(item, default=str).encode()


def histories(running: Laptop) -> Iterator[tuple[str, bytes]]:
    """State data: every event of every execution."""
    states = running.platform.client("stepfunctions")
    for machine in states.list_state_machines()["stateMachines"]:
        for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine["stateMachineArn"]):
            for execution in page["executions"]:
                arn = execution["executionArn"]
                told = [states.describe_execution(executionArn=arn)]
                told += states.get_paginator("get_execution_history").paginate(executionArn=arn)
                yield f"state data of {machine['name']}", json.dumps(told, default=str).encode()


def logs(running: Laptop) -> Iterator[tuple[str, bytes]]:
    """Every log group, by its name."""
    client = running.platform.client("logs")
    for page in client.get_paginator("describe_log_groups").paginate():
        for group in page["logGroups"]:
            events = client.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            lines = [event["message"] for each in events for event in each["events"]]
            yield f"log {group['logGroupName']}", "\n".join(lines).encode()


def _resource(running: Laptop, kind: str) -> str:
    summaries = running.platform.client("cloudformation").list_stack_resources(StackName="github-lambda-deployer")
    return next(
        str(each["PhysicalResourceId"])
        for each in summaries["StackResourceSummaries"]
        if each["ResourceType"] == kind
    )
