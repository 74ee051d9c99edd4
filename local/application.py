"""The application on the embedded platform: deployed from its own template by its own packager."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, WaiterError

from deployer.errors import DeployerError
from deployer.packaging import archive, template_paths
from deployer.packaging.archive import Entry
from deployer.packaging.local_path import Content, LocalPath, S3Object
from deployer.template import sam, template
from local.errors import ApplicationFailed
from local.platform import REGION

if TYPE_CHECKING:
    from local.platform import Platform

ROOT: Final = Path(__file__).resolve().parent.parent
STACK_NAME: Final = "github-lambda-deployer"
TEMPLATE: Final = "template.yaml"
_BUCKET: Final = "application-packages"
_CAPABILITIES: Final = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]

# AWS's own runtime client, in the interpreter that runs us: error names, traces and timeouts are then Lambda's.
BOOTSTRAP: Final = f'#!/bin/sh\nexec "{sys.executable}" -m awslambdaric "$_HANDLER"\n'
RUNTIME: Final = "provided.al2023"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Where the running application is."""

    api_url: str
    api_key: str
    cluster: str


def deploy(platform: Platform, git_url: str) -> Application:
    """The application, with `git_url` as its Git host. Raises ApplicationFailed with CloudFormation's reason."""
    parameters = _parameters(git_url)
    try:
        packages = _Packages(platform)
        document = _adapted(_packaged(packages, parameters), platform)
        address = packages.put(template.dump(document), ".template.json").url
        _execute(platform.client("cloudformation"), address, parameters)
        return _application(platform)
    except (DeployerError, ClientError) as error:
        raise ApplicationFailed(f"{TEMPLATE} could not be deployed: {error}") from error


def _parameters(git_url: str) -> dict[str, str]:
    return {
        "GitUrl": git_url,
        "AuthMode": "API_KEY",
        # There is one caller here, and nothing to pay: what polls often, as tests do, is not slowed down.
        "ApiRateLimit": "1000",
        "ApiBurstLimit": "1000",
        "MaxRunningSessions": "20",
        "MaxSessionsPerDay": "100000",
        "CloneImage": "local/clone",
        "BuildImage": "local/build",
    }


def _packaged(packages: _Packages, parameters: dict[str, str]) -> dict[str, Any]:
    """The template with its local paths in S3, SAM expanded: what the application does for its users."""
    document = template.parse((ROOT / TEMPLATE).read_text(), TEMPLATE)
    made: dict[tuple[Content, str], S3Object] = {}
    addresses: dict[LocalPath, S3Object] = {}
    for path in template_paths.local_paths(document, TEMPLATE):
        what = (path.content, path.path)
        made[what] = addresses[path] = made.get(what) or packages.put(*_content(path))
    return sam.expand(template_paths.point_at(document, addresses), parameters, REGION)


def _content(path: LocalPath) -> tuple[bytes, str]:
    """A folder is a zip; a file is itself."""
    source = ROOT / path.path
    return (_zip(source), ".zip") if source.is_dir() else (source.read_bytes(), source.suffix)


def _zip(folder: Path) -> bytes:
    with TemporaryDirectory(prefix="deployer-") as temporary:
        target = Path(temporary) / "functions.zip"
        bootstrap = Entry.of_bytes("bootstrap", BOOTSTRAP.encode(), is_executable=True)
        archive.write_zip(target, [bootstrap, *archive.files_below(folder, leave_out={"__pycache__"})])
        return target.read_bytes()


def _adapted(document: dict[str, Any], platform: Platform) -> dict[str, Any]:
    """Our own functions run under the bootstrap, and find the platform by the setting that boto3 reads.

    The API knows where it is reached, for the links in its answers: no DNS knows its own address.
    """
    for resource in document["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Function":
            properties["Runtime"] = RUNTIME
            variables = properties.setdefault("Environment", {}).setdefault("Variables", {})
            variables["AWS_ENDPOINT_URL"] = platform.endpoint_url
            variables["EXECUTE_API_URL"] = f"{_gateway(platform.endpoint_url)}/{{id}}"
            variables["FUNCTION_URL"] = f"{platform.endpoint_url}/_aws/lambda-url/{{id}}"
        elif resource["Type"] == "AWS::ApiGateway::Stage":
            where = [_gateway(platform.endpoint_url), properties["RestApiId"], properties["StageName"]]
            properties["Variables"] = {"publicUrl": {"Fn::Join": ["/", where]}}
    return document


class _Packages:
    """The bucket that holds what the application is deployed from."""

    def __init__(self, platform: Platform) -> None:
        self._endpoint_url = platform.endpoint_url
        self._s3: Any = platform.client("s3")
        self._s3.create_bucket(Bucket=_BUCKET)

    def put(self, body: bytes, suffix: str) -> S3Object:
        key = f"{hashlib.sha256(body).hexdigest()}{suffix}"
        self._s3.put_object(Bucket=_BUCKET, Key=key, Body=body)
        return S3Object(bucket=_BUCKET, key=key, url=f"{self._endpoint_url}/{_BUCKET}/{key}")


def _execute(cloudformation: Any, address: str, parameters: dict[str, str]) -> None:
    name = {"StackName": STACK_NAME, "ChangeSetName": "deploy"}
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    cloudformation.create_change_set(
        **name, ChangeSetType="CREATE", TemplateURL=address, Parameters=given, Capabilities=_CAPABILITIES
    )
    quickly = {"Delay": 1, "MaxAttempts": 60}
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(**name, WaiterConfig=quickly)
        cloudformation.execute_change_set(**name)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK_NAME, WaiterConfig=quickly)
    except WaiterError as error:
        raise ApplicationFailed(f"the application's stack failed:\n{_reasons(cloudformation)}\n{error}") from error


def _reasons(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    failed = [event for event in reversed(events) if event.get("ResourceStatus", "").endswith("FAILED")]
    return "\n".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in failed)


def _application(platform: Platform) -> Application:
    cloudformation = platform.client("cloudformation")
    stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    key = platform.client("apigateway").get_api_key(apiKey=outputs["ApiKeyId"], includeValue=True)
    return Application(
        api_url=local_url(platform.endpoint_url, outputs["ApiUrl"]),
        api_key=key["value"],
        cluster=outputs["ClusterName"],
    )


def local_url(endpoint_url: str, url: str) -> str:
    """Where the platform serves `https://{api}.execute-api.{region}.amazonaws.com/{stage}/...`."""
    host, _, path = url.removeprefix("https://").partition("/")
    return f"{_gateway(endpoint_url)}/{host.partition('.')[0]}/{path}"


def _gateway(endpoint_url: str) -> str:
    return f"{endpoint_url}/_aws/execute-api"
