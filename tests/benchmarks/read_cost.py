"""What reading costs beside an empty handler: status and deployments, with few sessions and with many."""

from __future__ import annotations

import io
import time
import zipfile
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import requests
from boto3.dynamodb.types import TypeSerializer
from local import application
from local.application import STACK_NAME
from tests.benchmarks.table import table

from deployer.api.deploy_body import DeployBody
from deployer.session import SessionKind, caller_kind, head_timestamp, new_head, new_session_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.laptop import Laptop
    from local.platform import Platform

REQUESTS: Final = 100
FEW, MANY = 10, 10_000
_BATCH: Final = 25
_EMPTY: Final = """
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
app = APIGatewayRestResolver()

@app.get("/empty")
def empty():
    return {}

def handler(event, context):
    return app.resolve(event, context)
"""


def report(laptop: Laptop) -> str:
    """Medians of 100 warm requests, one at a time, and their ratio to the empty handler."""
    key = {"x-api-key": laptop.application.api_key}
    empty = _median(_empty_api(laptop.platform), {})
    rows = [["an empty Powertools handler", "", f"{empty * 1000:.1f}", "1.00"]]
    present, caller = 0, _resource(laptop.platform, "ApiKey")
    for count in (FEW, MANY):
        last = _add_sessions(laptop.platform, caller, count - present)
        present = count
        for path in (f"/status/{last}", "/deployments?limit=20"):
            seconds = _median(laptop.application.api_url + path, key)
            route = path.replace(last, "{sessionId}")
            rows.append([f"GET {route}", f"{count:,}", f"{seconds * 1000:.1f}", f"{seconds / empty:.2f}"])
        asked = _query(laptop.platform, caller)
        rows.append(["  of which the emulator's Query of 21", f"{count:,}", f"{asked * 1000:.1f}", ""])
        rows.append(
            ["  without it", f"{count:,}", f"{(seconds - asked) * 1000:.1f}", f"{(seconds - asked) / empty:.2f}"]
        )
    heads = ["route", "sessions", "median ms", "ratio"]
    return f"Reading ({REQUESTS} warm requests each)\n{table(heads, rows)}"


def _query(platform: Platform, caller: str) -> float:
    """Seconds of the Query behind `GET /deployments`. DynamoDB reads `Limit` items of an index, whatever its size
    (Developer Guide, "Querying tables": capacity is that of the items read); the emulator sorts all of them."""
    dynamodb, table_name = platform.client("dynamodb"), _resource(platform, "SessionTable")
    started = time.perf_counter()
    dynamodb.query(
        TableName=table_name,
        IndexName="CallerIndex",
        KeyConditionExpression="callerKind = :caller",
        ExpressionAttributeValues={":caller": {"S": caller_kind(caller, SessionKind.DEPLOYMENT)}},
        ScanIndexForward=False,
        Limit=21,
    )
    return time.perf_counter() - started


def _median(url: str, headers: dict[str, str]) -> float:
    with requests.Session() as http:
        http.trust_env = False
        for _ in range(5):
            http.get(url, headers=headers, timeout=30).raise_for_status()
        return median(_timed(http, url, headers) for _ in range(REQUESTS))


def _timed(http: requests.Session, url: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    http.get(url, headers=headers, timeout=30).raise_for_status()
    return time.perf_counter() - started


def _add_sessions(platform: Platform, caller: str, count: int) -> str:
    """Settled sessions of the last minutes; the id of the newest."""
    now_ms = int(time.time() * 1000)
    heads = [_settled(new_session_id(now_ms - count + number), caller) for number in range(count)]
    table_name = _resource(platform, "SessionTable")
    dynamodb = platform.client("dynamodb")
    for batch in _batches(heads):
        dynamodb.batch_write_item(RequestItems={table_name: [{"PutRequest": {"Item": item}} for item in batch]})
    return str(heads[-1]["sessionId"]["S"])


def _settled(session_id: str, caller: str) -> dict[str, Any]:
    request = DeployBody.model_validate({"repository": "octo/hello"}).request()
    head = new_head(
        session_id,
        SessionKind.DEPLOYMENT,
        caller,
        request,
        f"arn:aws:states:us-east-1:000000000000:execution:Deploy:{session_id}",
    )
    head |= {"timestamp": head_timestamp(session_id), "status": "success", "stage": "settled"}
    return {name: TypeSerializer().serialize(value) for name, value in head.items()}


def _batches(items: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _resource(platform: Platform, logical_id: str) -> str:
    detail = platform.client("cloudformation").describe_stack_resource(
        StackName=STACK_NAME, LogicalResourceId=logical_id
    )
    return str(detail["StackResourceDetail"]["PhysicalResourceId"])


def _empty_api(platform: Platform) -> str:
    """A REST API in front of a handler that does nothing, under the same runtime client as our functions."""
    arn = platform.client("lambda").create_function(
        FunctionName="empty",
        Runtime=application.RUNTIME,
        Handler="empty.handler",
        Role="arn:aws:iam::000000000000:role/empty",
        Code={"ZipFile": _zip()},
        Timeout=30,
        MemorySize=1024,
    )["FunctionArn"]
    return application.local_url(platform.endpoint_url, _route(platform.client("apigateway"), arn))


def _zip() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        bootstrap = zipfile.ZipInfo("bootstrap")
        bootstrap.external_attr = 0o755 << 16
        archive.writestr(bootstrap, application.BOOTSTRAP)
        archive.writestr("empty.py", _EMPTY)
    return body.getvalue()


def _route(apigateway: Any, function_arn: str) -> str:
    api = apigateway.create_rest_api(name="empty")["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    resource = apigateway.create_resource(restApiId=api, parentId=root, pathPart="empty")["id"]
    where = {"restApiId": api, "resourceId": resource, "httpMethod": "GET"}
    apigateway.put_method(**where, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function_arn}/invocations"
    apigateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    apigateway.create_deployment(restApiId=api, stageName="v1")
    return f"https://{api}.execute-api.us-east-1.amazonaws.com/v1/empty"
