"""Detection: which project a repository holds, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deployer.errors import (
    DeployerError,
    HandlerNotFound,
    ProjectNotFound,
    ProjectRootNotFound,
    ProjectUnsupported,
    RuntimeUnsupported,
    SeveralProjects,
    SourceMissing,
    TemplateInvalid,
    TemplateNotFound,
    TransformUnsupported,
)
from deployer.project.project import Project, ProjectKind, detect
from deployer.project.sources import units_of

if TYPE_CHECKING:
    from deployer.worker import Manifest

SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}
"""
EMPTY = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
STACK = "Resources:\n  B: {Type: AWS::S3::Bucket}\n"
KUBERNETES = "apiVersion: v1\nkind: Pod\n"
BACKSTAGE = "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nspec: {steps: []}\n"
CDK = '{"app": "npx ts-node bin/app.ts"}'
PYTHON = "def lambda_handler(event, context): ...\n"


def _manifest(texts: dict[str, str], *, oversized: tuple[str, ...] = ()) -> Manifest:
    files = dict.fromkeys([*texts, *oversized], "100644")
    return {"commit": "0" * 40, "files": files, "texts": texts, "oversized": list(oversized), "findings": []}


def _detect(texts: dict[str, str], root: str = "", template: str | None = None) -> Project:
    return detect(_manifest(texts), root, template)


@pytest.mark.parametrize(
    ("texts", "kind", "template"),
    [
        ({"template.yaml": SAM}, ProjectKind.SAM, "template.yaml"),
        (
            {"template.json": '{"Transform": ["AWS::Serverless-2016-10-31"], "Resources": {"X": {}}}'},
            "sam",
            "template.json",
        ),
        ({"stack.yml": STACK}, ProjectKind.CLOUDFORMATION, "stack.yml"),
        ({"my-own.yaml": STACK}, ProjectKind.CLOUDFORMATION, "my-own.yaml"),
        ({"template.yaml": STACK, "template.yml": SAM}, ProjectKind.CLOUDFORMATION, "template.yaml"),
        ({"template.yaml": KUBERNETES, "sam.yaml": SAM}, ProjectKind.SAM, "sam.yaml"),
        ({"parent.yaml": STACK, "values.yaml": "a: 1"}, ProjectKind.CLOUDFORMATION, "parent.yaml"),
        ({"lambda_function.py": PYTHON}, ProjectKind.LAMBDA, None),
        ({"package.json": "{}", "index.js": "exports.handler = f"}, ProjectKind.LAMBDA, None),
        ({"package.json": "{}", "index.js": "exports.handler = f", "template.yaml": SAM}, "sam", "template.yaml"),
        ({"cdk.json": "{}", "template.yaml": SAM}, ProjectKind.SAM, "template.yaml"),
        ({"cdk.json": CDK, "app.py": PYTHON, "package.json": "{}"}, ProjectKind.CDK, None),
        ({"cdk.json": CDK, "template.yaml": SAM}, ProjectKind.SAM, "template.yaml"),
    ],
)
def test_project_in_the_root(texts: dict[str, str], kind: str, template: str | None) -> None:
    """The template's parsed content decides its kind, the standard name decides between several."""
    project = _detect(texts)

    assert (project.kind, project.template_path, project.root) == (kind, template, "")


@pytest.mark.parametrize(
    ("texts", "kind", "root"),
    [
        ({"README.md": "", "app/template.yaml": SAM}, ProjectKind.SAM, "app"),
        ({"a/b/c/stack.json": '{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}'}, "cloudformation", "a/b/c"),
        ({"src/app.py": PYTHON}, ProjectKind.LAMBDA, "src"),
        ({"a/template.yaml": SAM, "a/src/template.yaml": STACK}, ProjectKind.SAM, "a"),
        ({"a/template.yaml": SAM, "b/cdk.json": "{}"}, ProjectKind.SAM, "a"),
        ({"infra/cdk.json": CDK, "src/app.py": PYTHON}, ProjectKind.CDK, "infra"),
        ({"infra/cdk.json": CDK, "infra/part/cdk.json": CDK}, ProjectKind.CDK, "infra"),
        ({"infra/cdk.json": CDK, "infra/lambda/template.yaml": SAM}, ProjectKind.CDK, "infra"),
        ({"a/template.yaml": SAM, "tests/template.yaml": SAM, ".x/template.yaml": SAM}, ProjectKind.SAM, "a"),
        (
            {"a/template.yaml": SAM, "b/template.yaml": KUBERNETES, "c/template.yaml": BACKSTAGE},
            ProjectKind.SAM,
            "a",
        ),
        ({"a/template.yaml": SAM, "b/app.py": PYTHON}, ProjectKind.SAM, "a"),
    ],
)
def test_only_project_below_the_root(texts: dict[str, str], kind: str, root: str) -> None:
    """It is taken, and the evidence says so."""
    project = _detect(texts)

    assert (project.kind, project.root) == (kind, root)
    assert f"the only one below it is in {root}" in project.evidence[0]


def test_root_before_what_is_below() -> None:
    """A project in the root is taken whatever lies below it."""
    project = _detect({"app/template.yaml": SAM, "app/x/template.yaml": SAM, "template.yaml": STACK}, "app")

    assert project.template_path == "app/template.yaml"
    assert project.evidence == ("app/template.yaml declares the transform AWS::Serverless-2016-10-31",)


def test_nested_template_beside_its_parent() -> None:
    """A template that another one deploys is no project of its own."""
    parent = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./child.yaml}}\n"

    assert _detect({"parent.yaml": parent, "child.yaml": STACK}).template_path == "parent.yaml"


@pytest.mark.parametrize(
    ("texts", "template", "reason"),
    [
        (
            {"template.yml": STACK, "a.yaml": SAM},
            "template.yml",
            r"2 templates there .*, template.yml has the standard",
        ),
        ({"network.yaml": STACK, "app.yaml": SAM}, "app.yaml", r"app.yaml is the only one for SAM"),
        (
            {"template_v1.yaml": STACK, "vpc.yaml": STACK},
            "template_v1.yaml",
            "only one that is named like a template",
        ),
        ({"template.yaml": EMPTY, "app.yaml": SAM}, "app.yaml", "the only one for SAM"),
        ({"vpc-template.yaml": STACK, "app.yaml": SAM}, "app.yaml", "the only one for SAM"),
    ],
)
def test_one_of_several_templates(texts: dict[str, str], template: str, reason: str) -> None:
    """Where one is meant, it is taken, and the evidence says by what rule."""
    project = _detect(texts)

    assert project.template_path == template
    assert re.search(reason, project.evidence[-1])


def test_one_of_several_templates_below() -> None:
    """The same rules hold for a folder below the root."""
    project = _detect({"app/infra.yaml": STACK, "app/sam.yaml": SAM})

    assert project.template_path == "app/sam.yaml"
    assert "sam.yaml is the only one for SAM" in project.evidence[-1]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"one.yaml": STACK, "two.yaml": STACK}, r"one.yaml \(cloudformation\), two.yaml \(cloud.*`template`"),
        (
            {"app-template.yaml": SAM, "api-template.yaml": SAM, "vpc.yaml": STACK},
            r"api-.* \(sam\), app-.* \(sam\)",
        ),
        ({"a/template.yaml": SAM, "b/template.yaml": STACK}, r"a/template.yaml \(sam\), b/template.yaml \(cloudf"),
        ({"a/app.py": PYTHON, "b/app.py": PYTHON}, r"a \(lambda\), b \(lambda\)"),
        ({"a/cdk.json": CDK, "b/cdk.json": CDK}, r"a \(cdk\), b \(cdk\)"),
    ],
)
def test_several_projects(texts: dict[str, str], message: str) -> None:
    """Each is listed with its kind."""
    with pytest.raises(SeveralProjects, match=message):
        _detect(texts)


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        ("cdk.json", "AWS CDK"),
        ("main.tf", "Terraform"),
        ("serverless.yml", "Serverless Framework"),
        ("serverless.ts", "Serverless Framework"),
        ("Pulumi.yaml", "Pulumi"),
        ("infra/cdk.json", "AWS CDK"),
    ],
)
def test_project_of_another_tool(path: str, tool: str) -> None:
    """It is refused by the tool's name, with the file that gives it away, also beside a handler."""
    with pytest.raises(ProjectUnsupported, match=f"a project of {tool} .{path}."):
        _detect({path: "", "package.json": "{}"})


def test_cdk_app_in_a_missing_language() -> None:
    """It is refused by that language."""
    with pytest.raises(ProjectUnsupported, match=r"a project of AWS CDK in Java \(cdk\.json\)"):
        _detect({"cdk.json": '{"app": "mvn -e -q compile exec:java"}', "package.json": "{}"})


@pytest.mark.parametrize("name", ["app.py", "hello_stack.py", "hello_cdk.py"])
def test_cdk_app_without_its_settings(name: str) -> None:
    """A CDK app in Python is known by its import, before a handler below it is taken for the project."""
    with pytest.raises(ProjectUnsupported, match=rf"AWS CDK \({name}\)"):
        _detect({name: "import os\nimport aws_cdk as cdk\n", "src/lambda_function.py": PYTHON})


def test_template_that_a_cdk_app_wrote() -> None:
    """Beside its app it is what came out of that, and the app is the project; alone it is a template like any."""
    metadata = "Metadata: {'aws:cdk:path': App/B/Resource}"
    written = f"Resources:\n  B: {{Type: AWS::S3::Bucket, {metadata}}}\n"

    with pytest.raises(ProjectUnsupported, match="AWS CDK"):
        _detect({"cdk.json": "{}", "template.yaml": written})

    assert _detect({"template.yaml": written}).kind == ProjectKind.CLOUDFORMATION


def test_empty_template_above_a_project() -> None:
    """A frame without resources does not hide what is below it: a template, or another tool."""
    assert _detect({"template.yaml": EMPTY, "app/template.yaml": SAM}).template_path == "app/template.yaml"

    with pytest.raises(ProjectUnsupported, match=r"AWS CDK \(stack/cdk\.json"):
        _detect({"template.yaml": EMPTY, "stack/cdk.json": "{}"})


def test_empty_template_above_a_handler() -> None:
    """It is told of: a handler alone may be a part of what the template was to be."""
    with pytest.raises(TemplateInvalid, match=r"template\.yaml: has no Resources"):
        _detect({"template.yaml": EMPTY, "src/app.py": PYTHON})


def test_modules_of_another_tool() -> None:
    """What lies inside a project is not listed as a project of its own."""
    with pytest.raises(ProjectUnsupported, match=r"^infra is a project of Terraform \(infra/main\.tf\), without"):
        _detect({"infra/main.tf": "", "infra/modules/vpc/main.tf": ""})


def test_template_inside_a_project_of_another_tool() -> None:
    """It is a part of that project."""
    with pytest.raises(ProjectUnsupported, match="AWS CDK"):
        _detect({"a/cdk.json": "{}", "a/src/template.yaml": SAM})


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        ({"README.md": "", "src/a.txt": ""}, ProjectNotFound, "among README.md, src/"),
        ({"template.yaml": KUBERNETES}, ProjectNotFound, "among template.yaml"),
        ({"package.json": "{}", "index.js": "app.listen()"}, HandlerNotFound, "no handler in index.js"),
        ({"app.py": "print()"}, HandlerNotFound, "no handler in app.py"),
        ({"index.mjs": "export const handler = 1"}, ProjectNotFound, "no package.json beside .* index.mjs"),
        ({"app.py": PYTHON, ".python-version": "2.7"}, RuntimeUnsupported, "python-version asks for"),
        ({"template.yaml": "a: [\n"}, TemplateInvalid, "template.yaml:2"),
        ({"template.yaml": "AWSTemplateFormatVersion: 2010-09-09\n"}, TemplateInvalid, "no AWS resource"),
        ({"template.yaml": "Transform: AWS::Serverless-2016-10-31\n"}, TemplateInvalid, "has no Resources"),
        ({"x.yaml": "Resources:\n  B: {Type: AWS::S3::Bucket\n"}, TemplateInvalid, "x.yaml"),
    ],
)
def test_root_without_a_project(texts: dict[str, str], error: type[DeployerError], message: str) -> None:
    """The error says what is there instead."""
    with pytest.raises(error, match=message):
        _detect(texts)


def test_template_over_the_limit() -> None:
    """One whose text was too long to be read is refused for that."""
    with pytest.raises(TemplateInvalid, match="larger than 1,000,000 bytes"):
        detect(_manifest({}, oversized=("template.yaml",)), "", None)


def test_what_is_below_was_not_read() -> None:
    """Nothing is decided over files whose text is not there yet: the clone reads them and asks again."""
    manifest = _manifest({"README.md": "", "b/cdk.json": ""})
    manifest["files"]["a/template.yaml"] = "100644"

    with pytest.raises(ProjectNotFound, match="was not read"):
        detect(manifest, "", None)


def test_template_that_was_asked_for() -> None:
    """It overrides the search, and is relative to the project root."""
    project = _detect({"app/template.yaml": SAM, "app/deploy/odd.txt": STACK}, "app", "deploy/odd.txt")

    assert (project.kind, project.template_path) == (ProjectKind.CLOUDFORMATION, "app/deploy/odd.txt")
    assert (project.root, project.evidence[0]) == ("app", "the request names it")


@pytest.mark.parametrize(
    ("root", "template", "error", "message"),
    [
        ("app", "Template.yaml", TemplateNotFound, "did you mean app/template.yaml"),
        ("app", "none.txt", TemplateNotFound, "there is no template 'app/none.txt'"),
        ("app", "pod.yaml", TemplateInvalid, "no Resources of AWS types"),
        ("App", None, ProjectRootNotFound, "no folder 'App' at this commit; did you mean app"),
        ("app/template.yaml", None, ProjectRootNotFound, "no folder"),
    ],
)
def test_names_that_are_not_there(
    root: str, template: str | None, error: type[DeployerError], message: str
) -> None:
    """What was asked for and is not there is an error that names what is near."""
    with pytest.raises(error, match=message):
        _detect({"app/template.yaml": SAM, "app/pod.yaml": KUBERNETES}, root, template)


def test_source_in_other_letter_case() -> None:
    """A path that is there in other letters only is missing, and the message tells it."""
    project = _detect({"template.yaml": SAM, "Src/app.py": ""})

    with pytest.raises(
        SourceMissing,
        match=r"template.yaml: Resources.F.Properties.CodeUri names src.*letter case counts; did you mean Src\?",
    ):
        units_of(project.document, "template.yaml", _manifest({"template.yaml": SAM, "Src/app.py": ""}))


def test_macro() -> None:
    """A transform that is not one of AWS's own two is refused wherever it stands."""
    document = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"Fn::Transform": {"Name": "Mine"}}}}}

    with pytest.raises(TransformUnsupported, match=r"template\.yaml uses Mine"):
        units_of(document, "template.yaml", _manifest({}))


def test_units_of_nested_applications() -> None:
    """What a nested template's functions need is built too, each template once."""
    parent = {
        "Resources": {
            name: {"Type": "AWS::Serverless::Application", "Properties": {"Location": "child/template.yaml"}}
            for name in ("One", "Two")
        }
    }
    child = SAM.replace("CodeUri: src", "CodeUri: src, Runtime: python3.13, Handler: app.handler")
    sources = {"child/src/app.py": "", "child/src/requirements.txt": ""}

    units = units_of(parent, "template.yaml", _manifest({"child/template.yaml": child, **sources}))

    assert [unit["source"] for unit in units] == ["child/src"]


def test_runtime_of_a_nested_application() -> None:
    """What a parent gives to the parameters of its child decides what is built for it, once for each value."""
    parent = {
        "Resources": {
            f"On{version}": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateURL": "child.yaml", "Parameters": {"Runtime": f"python3.{version}"}},
            }
            for version in (12, 13)
        }
    }
    child = SAM.replace("CodeUri: src", "CodeUri: src, Runtime: !Ref Runtime") + "\nParameters: {Runtime: {}}\n"
    manifest = _manifest({"child.yaml": child, "src/app.py": "", "src/requirements.txt": ""})

    units = units_of(parent, "template.yaml", manifest)

    assert {unit["runtime"] for unit in units} == {"python3.12", "python3.13"}
