"""Cloud assemblies as the CDK writes them, small enough to read."""

from __future__ import annotations

import json
from typing import Any, Final

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
BUCKET: Final = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
CODE: Final = "a" * 64
BUCKET_RESOURCE: Final = {"Type": "AWS::S3::Bucket"}
FUNCTION: Final = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Code": {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": f"{CODE}.zip"}},
}


def asset(path: str, key: str, packaging: str = "file") -> dict[str, Any]:
    """One of `files` in an asset manifest."""
    return {
        "source": {"path": path, "packaging": packaging},
        "destinations": {"current": {"bucketName": BUCKET, "objectKey": key}},
    }


def stack(template_file: str, *needs: str, environment: str = "aws://unknown-account/unknown-region") -> Any:
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": template_file},
        "dependencies": list(needs),
    }


def asset_manifest(file: str) -> Any:
    return {"type": "cdk:asset-manifest", "properties": {"file": file}}


def stage(folder: str) -> Any:
    return {"type": "cdk:cloud-assembly", "properties": {"directoryName": folder}}


def manifest(missing: list[Any] | None = None, **artifacts: Any) -> str:
    document = {
        "version": "55.0.0",
        "artifacts": {name.replace("__", "."): each for name, each in artifacts.items()},
    }
    return json.dumps(document | ({"missing": missing} if missing else {}))


def files(documents: dict[str, Any]) -> dict[str, str]:
    """Texts by path; what is no text yet is written as JSON."""
    return {path: each if isinstance(each, str) else json.dumps(each) for path, each in documents.items()}


def one_function() -> dict[str, str]:
    """An app of one stack with one function."""
    return files(
        {
            "manifest.json": manifest(
                Main=stack("Main.template.json", "Main.assets"), Main__assets=asset_manifest("Main.assets.json")
            ),
            "Main.assets.json": {"files": {CODE: asset(f"asset.{CODE}", f"{CODE}.zip", "zip")}},
            "Main.template.json": {
                "Resources": {"One": FUNCTION},
                "Parameters": {
                    "BootstrapVersion": {
                        "Type": "AWS::SSM::Parameter::Value<String>",
                        "Default": "/cdk-bootstrap/hnb659fds/version",
                    }
                },
                "Rules": {"CheckBootstrapVersion": {"Assertions": []}},
            },
            f"asset.{CODE}/index.js": "exports.handler = async () => 1",
        }
    )
