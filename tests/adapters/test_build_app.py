"""An AWS CDK app in the build: the CDK CLI runs it, and its cloud assembly is the unit's zip.

The apps are plain Node.js that writes an assembly by hand, as the CDK's library would.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from local import tools
from tests.assemblies import manifest, stack
from tests.build_task import OURS, Machine
from tests.presigned import PresignedBucket

from deployer.project.cdk import synthesis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = manifest(Main=stack("Main.template.json"))
WRITE = f"""
const fs = require("fs"), out = process.env.CDK_OUTDIR;
const write = (name, text) => fs.writeFileSync(out + "/" + name, text);
write("manifest.json", {MANIFEST!r});
write("Main.template.json", JSON.stringify({{Resources: {{
    B: {{Type: "AWS::S3::Bucket", Properties: {{BucketName: process.env.CDK_DEFAULT_ACCOUNT}}}}}}}}));
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with PresignedBucket() as bucket:
        yield Machine(bucket, tmp_path)


def _synthesize(machine: Machine, app: str, root: str = "", **files: str) -> dict[str, Any]:
    """The report of an app whose program is that text."""
    at = f"{root}/" if root else ""
    unit = dict(synthesis(root, "", "123456789012", "eu-west-1"))
    texts = {f"{at}cdk.json": '{"app": "node app.js"}', f"{at}app.js": app, **files}
    return machine.run(texts, unit, PATH=f"{tools.bin_folder()}:{OURS['PATH']}")


def _document(machine: Machine, name: str) -> Any:
    [key] = [key for key in machine.bucket.objects if key.endswith(".zip") and key.startswith("build/")]
    with zipfile.ZipFile(io.BytesIO(machine.bucket.objects[key])) as archive:
        return json.loads(archive.read(name))


def test_app(machine: Machine) -> None:
    """Its assembly is what is left, made for the account and region that it is deployed to."""
    report = _synthesize(machine, WRITE)

    assert report["error"] is None
    [package] = report["packages"].values()
    assert package["tool"] == "cdk"
    assert _document(machine, "manifest.json")["artifacts"].keys() == {"Main"}
    bucket = _document(machine, "Main.template.json")["Resources"]["B"]
    assert bucket["Properties"] == {"BucketName": "123456789012"}


def test_app_in_a_folder(machine: Machine) -> None:
    """It may read what lies beside its folder, and sees no more than the source."""
    app = (
        WRITE
        + 'write("Main.template.json", JSON.stringify({Resources: {B: fs.readFileSync("../src/x", "utf8")}}))'
    )

    report = _synthesize(machine, app, "infra", **{"src/x": "beside"})

    assert report["error"] is None
    assert _document(machine, "Main.template.json")["Resources"] == {"B": "beside"}


def test_packages(machine: Machine) -> None:
    """What the app asks for is installed, and what its functions ask for, each beside its package.json."""
    app = (
        WRITE
        + 'const found = {ms: require("ms")("2 days"), fn: fs.readdirSync("fn/node_modules")};'
        + 'write("Main.template.json", JSON.stringify(found))'
    )
    package = '{"name": "a", "version": "1.0.0", "%s": {"ms": "2.1.3"}}'

    report = _synthesize(
        machine,
        app,
        **{"package.json": package % "devDependencies", "fn/package.json": package % "dependencies"},
    )

    assert report["error"] is None
    document = _document(machine, "Main.template.json")
    assert document["ms"] == 172_800_000
    assert "ms" in document["fn"]
    assert report["warnings"] == ["cdk.json: installed the packages of fn"]


def test_app_that_fails(machine: Machine) -> None:
    """Its last words are the error; its output is in the log."""
    report = _synthesize(machine, 'console.log("about to"); throw new Error("no such construct")')

    assert report["error"]["code"] == "BuildFailed"
    assert report["error"]["message"].startswith("cdk.json (cdk): Error: no such construct")
    assert any("about to" in line for line in report["logTail"])


def test_app_that_says_much(machine: Machine) -> None:
    """The error is bounded."""
    report = _synthesize(machine, 'console.error("Error: " + "x".repeat(1e6)); process.exit(1)')

    assert len(report["error"]["message"]) < 2000


def test_library_that_is_newer_than_the_cli(machine: Machine) -> None:
    """The newest CLI is asked, too, before the app is given up."""
    report = _synthesize(machine, WRITE.replace("55.0.0", "999.0.0"))

    assert report["error"]["message"].startswith("cdk.json (cdk): This CDK CLI is not compatible")
    assert sum("but found 999.0.0" in line for line in report["logTail"]) == 2


def test_app_that_needs_docker(machine: Machine) -> None:
    """It is told what to do instead."""
    app = 'const r = require("child_process").spawnSync(process.env.CDK_DOCKER); throw r.error'

    report = _synthesize(machine, app)

    assert "Docker, which the build does not have" in report["error"]["message"]


def test_app_that_lacks_context(machine: Machine) -> None:
    """Its assembly is left: who reads it names what is missing."""
    missing = [
        {
            "key": "vpc-provider:x",
            "provider": "vpc-provider",
            "props": {"account": "1", "region": "r", "filter": {}},
        }
    ]
    text = manifest(missing, Main=stack("Main.template.json"))

    report = _synthesize(machine, WRITE + f'write("manifest.json", {text!r})')

    assert report["error"] is None
    assert _document(machine, "manifest.json")["missing"][0]["key"] == "vpc-provider:x"


def test_app_with_a_folder_of_its_own(machine: Machine) -> None:
    """An app that writes its assembly elsewhere leaves none."""
    report = _synthesize(machine, "")

    assert report["error"]["code"] == "BuildFailed"


def test_app_that_lies_about_its_size(machine: Machine) -> None:
    """An assembly that is too large is not left."""
    report = _synthesize(machine, WRITE + 'fs.truncateSync(fs.openSync(out + "/x", "w") && out + "/x", 1e9)')

    assert report["error"]["code"] == "PackageTooLarge"


def test_app_that_links_out(machine: Machine) -> None:
    """A link to a file of the machine is not followed."""
    report = _synthesize(machine, WRITE + 'fs.symlinkSync("/etc/hostname", out + "/x")')

    assert report["error"] is not None
    assert not [key for key in machine.bucket.objects if key.startswith("build/") and key.endswith(".zip")]
