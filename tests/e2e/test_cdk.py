"""A caller's story: an AWS CDK app is synthesized and deployed as one stack.

The app is plain Node.js that writes its cloud assembly by hand, as the CDK's library would: two stacks, of which
one takes a bucket's name from the other and holds a function.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from local.repositories import OWNER, make_bare
from tests.assemblies import BUCKET, CODE, asset, asset_manifest, files, manifest, stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.client import Client, Session
    from local.laptop import Laptop

NAME = "cdk-app"
EXPORT = "Data:ExportsOutputRefStore1"
TRUST = {
    "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    ]
}
DATA = {
    "Resources": {"Store": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {"ExportsOutputRefStore1": {"Value": {"Ref": "Store"}, "Export": {"Name": EXPORT}}},
}
API: dict[str, Any] = {
    "Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Hello": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "nodejs22.x",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": f"{CODE}.zip"},
                "Environment": {"Variables": {"STORE": {"Fn::ImportValue": EXPORT}}},
            },
        },
    },
    "Outputs": {"HelloName": {"Value": {"Ref": "Hello"}}},
}
ASSEMBLY = files(
    {
        "manifest.json": manifest(
            Data=stack("Data.json"), Api=stack("Api.json", "Data"), assets=asset_manifest("Api.assets.json")
        ),
        "Api.assets.json": {"files": {CODE: asset("asset", f"{CODE}.zip", "zip")}},
        "Data.json": DATA,
        "Api.json": API,
        "asset/index.js": "exports.handler = async () => process.env.STORE;",
    }
)
APP = f"""
const fs = require("fs"), path = require("path");
for (const [name, text] of Object.entries({json.dumps(ASSEMBLY)})) {{
  const file = path.join(process.env.CDK_OUTDIR, name);
  fs.mkdirSync(path.dirname(file), {{ recursive: true }});
  fs.writeFileSync(file, text);
}}
"""


@pytest.fixture(scope="module")
def deployed(client: Client, running: Laptop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The app's session, settled."""
    folder: Path = tmp_path_factory.mktemp(NAME)
    (folder / "cdk.json").write_text('{"app": "node app.js"}')
    (folder / "app.js").write_text(APP)
    make_bare(folder, running.repositories / OWNER / f"{NAME}.git")
    yield client.settle(client.deploy(f"{OWNER}/{NAME}")["sessionId"])


def test_app(deployed: Session, running: Laptop) -> None:
    """Both stacks are in one, and the function of one knows the bucket of the other."""
    assert deployed["status"] == "success", deployed.get("error")
    assert deployed["project"]["kind"] == "cdk"
    name = deployed["deployedResources"]["outputs"]["HelloName"]
    answer = running.platform.client("lambda").invoke(FunctionName=name)

    store = json.loads(answer["Payload"].read())
    buckets = [each["Name"] for each in running.platform.client("s3").list_buckets()["Buckets"]]
    assert store in buckets


def test_removal(client: Client, deployed: Session) -> None:
    """The nested stacks go with it."""
    client.remove(deployed["sessionId"])

    assert client.settle(deployed["sessionId"])["status"] == "deleted"
