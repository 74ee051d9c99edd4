"""`make deploy` and `make uninstall` as a person runs them, on an empty platform.

`sam` and `docker` are stand-ins on PATH that write down how they were called. `sam deploy` makes a stack with the
outputs that the installer needs; the emulator has a registry, but none that an image can be pushed to.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.platform import Platform

ROOT = Path(__file__).resolve().parents[2]

SAM = """
import json, sys, boto3
open("{log}", "a").write("sam " + " ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "deploy":
    given = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
    output = lambda name, attribute: {{"Value": {{"Fn::GetAtt": [name, attribute]}}}}
    template = {{
        "Parameters": {{name: {{"Type": "String"}} for name in given}},
        "Resources": {{
            "Clone": {{"Type": "AWS::ECR::Repository", "Properties": {{"EmptyOnDelete": True}}}},
            "Build": {{"Type": "AWS::ECR::Repository", "Properties": {{"EmptyOnDelete": True}}}},
            "Bucket": {{"Type": "AWS::S3::Bucket"}},
        }},
        "Outputs": {{
            "CloneImageRepositoryUri": output("Clone", "RepositoryUri"),
            "BuildImageRepositoryUri": output("Build", "RepositoryUri"),
            "ArtifactBucketName": {{"Value": {{"Ref": "Bucket"}}}},
            "CloudFormationRoleArn": {{"Value": "the role"}},
            "PermissionsBoundaryArn": {{"Value": "the boundary"}},
        }},
    }}
    name = sys.argv[sys.argv.index("--stack-name") + 1]
    cloudformation = boto3.client("cloudformation", region_name=sys.argv[sys.argv.index("--region") + 1])
    there = [stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]]
    act = cloudformation.update_stack if name in there else cloudformation.create_stack
    parameters = [{{"ParameterKey": key, "ParameterValue": value}} for key, value in given.items()]
    try:
        act(StackName=name, TemplateBody=json.dumps(template), Parameters=parameters)
    except cloudformation.exceptions.ClientError as error:
        if "No updates" not in str(error):
            raise
"""
DOCKER = """
import sys, boto3
if sys.argv[1] == "login":
    sys.stdin.read()
open("{log}", "a").write("docker " + sys.argv[1] + "\\n")
if sys.argv[1] == "push":
    repository, _, tag = sys.argv[2].partition("/")[2].rpartition(":")
    manifest = '{{"schemaVersion": 2, "tag": "' + tag + '"}}'
    ecr = boto3.client("ecr", region_name="us-east-1")
    ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=manifest)
"""


@dataclass
class Terminal:
    """Runs the installer's commands for one stack, with the stand-ins on its PATH."""

    platform: Platform
    folder: Path
    stack: str

    def run(self, module: str, *arguments: str, exit_code: int = 0) -> str:
        """What it printed."""
        environment = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",  # noqa: TID251 - where git and the rest are
            "PYTHONPATH": str(ROOT / "functions"),
            "AWS_ENDPOINT_URL": self.platform.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "HOME": str(self.folder),
        }
        done = subprocess.run(
            [sys.executable, "-m", f"install.{module}", "--stack", self.stack, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def called(self) -> list[str]:
        """How the stand-ins were called since the last look, without the parameters' values."""
        lines = (self.folder / "log").read_text().splitlines()
        (self.folder / "log").unlink()
        return [" ".join(line.split()[:2]) for line in lines if line != "docker info"]


@pytest.fixture
def terminal(bare_platform: Platform, tmp_path: Path, request: pytest.FixtureRequest) -> Terminal:
    for name, script in (("sam", SAM), ("docker", DOCKER), ("python3.13", "")):
        program = tmp_path / name
        program.write_text(f"#!{sys.executable}\n" + script.format(log=tmp_path / "log"))
        program.chmod(0o755)
    return Terminal(bare_platform, tmp_path, request.node.name.replace("_", "-"))


def test_first_installation(terminal: Terminal) -> None:
    """One command: the stack has the repositories, so it comes before the images, and again after them."""
    image = ["docker login", "docker build", "docker push"]

    printed = terminal.run("deploy", "--yes")

    assert terminal.called() == ["sam build", "sam deploy", *image, *image, "sam deploy"]
    assert "Installs the stack test-first-installation in account 000000000000, region us-east-1" in printed
    assert "ArtifactBucketName" in printed


def test_update(terminal: Terminal) -> None:
    """Images that are there are neither built nor pushed again, and the processor stays what it was."""
    terminal.run("deploy", "--yes", "--parameters", "Architecture=arm64")
    terminal.called()

    printed = terminal.run("deploy", "--yes")

    assert "is there already" in printed
    assert terminal.called() == ["sam build", "sam deploy"]
    stack = terminal.platform.client("cloudformation").describe_stacks(StackName=terminal.stack)["Stacks"][0]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert given["Architecture"] == "arm64"
    assert given["CloneImage"].partition(":")[2]


def test_removal(terminal: Terminal) -> None:
    """What is removed and what stays, a deployed stack among it, is said first; without a yes nothing goes."""
    cloudformation = terminal.platform.client("cloudformation")
    template = json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}})
    tags = [{"Key": "ManagedBy", "Value": "GitHubLambdaDeployer"}]
    terminal.run("deploy", "--yes")
    cloudformation.create_stack(StackName="hello-12345678", TemplateBody=template, Tags=tags)

    refused = terminal.run("uninstall", exit_code=1)
    removed = terminal.run("uninstall", "--yes")

    assert "nobody is there to confirm it" in refused
    assert "1 deployed stack:\n    hello-12345678 (CREATE_COMPLETE)" in removed
    assert removed.endswith("removed.\n")
    assert terminal.stack in terminal.run("uninstall", "--yes", exit_code=1)
