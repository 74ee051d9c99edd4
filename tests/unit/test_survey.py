"""Every project of a repository that was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.project.survey import survey

if TYPE_CHECKING:
    from deployer.worker import Manifest

SAM = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function}\n"
STACK = "Resources:\n  B: {Type: AWS::S3::Bucket}\n"
PARENT = "Resources:\n  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child/template.yaml}}\n"
PYTHON = "def lambda_handler(event, context): ...\n"


def _manifest(texts: dict[str, str], *unread: str) -> Manifest:
    files = dict.fromkeys([*texts, *unread], "100644")
    return {"commit": "0" * 40, "files": files, "texts": texts, "oversized": [], "findings": []}


def _seen(texts: dict[str, str], *unread: str, root: str = "") -> list[tuple[str, str | None]]:
    return [(each.path, each.kind) for each in survey(_manifest(texts, *unread), root, None)]


def test_projects_of_each_kind() -> None:
    """Each is there once, with its kind; those least deep come first."""
    texts = {"a/b/template.yaml": SAM, "c/stack.yml": STACK, "fn/lambda_function.py": PYTHON}

    seen = _seen(texts, "infra/Pulumi.yaml", "tf/main.tf", "tf/modules/x/main.tf")

    assert seen == [
        ("fn", "lambda"),
        ("c/stack.yml", "cloudformation"),
        ("infra/Pulumi.yaml", "Pulumi"),
        ("tf/main.tf", "Terraform"),
        ("a/b/template.yaml", "sam"),
    ]


def test_parts_of_a_project() -> None:
    """A nested template, a function's folder and what other people made are no projects; nor is an empty frame."""
    texts = {
        "template.yaml": PARENT,
        "child/template.yaml": STACK,
        "fn/lambda_function.py": PYTHON,
        "e.yaml": "Resources:",
    }

    assert _seen(texts, "node_modules/x/template.yaml") == [("template.yaml", "cloudformation")]


def test_what_was_not_read() -> None:
    """Below a root that is a project, a template is known by its name alone."""
    assert _seen({"a/template.yaml": SAM}, "a/b/template.yml", "a/b/values.yaml", "c/template.yaml", root="a") == [
        ("a/template.yaml", "sam"),
        ("a/b/template.yml", None),
    ]


def test_template_that_cannot_be_read() -> None:
    """It is listed as what its text shows, with the reason."""
    assert _seen({"template.yaml": f"{SAM}  - broken", "b.yaml": "AWSTemplateFormatVersion: ["}) == [
        ("b.yaml", "cloudformation"),
        ("template.yaml", "sam"),
    ]


def test_runtime_that_lambda_does_not_run() -> None:
    """A handler's folder is a project all the same, and the evidence says what is wrong with it."""
    (seen,) = survey(_manifest({"app.py": PYTHON, ".python-version": "2.7"}), "", None)

    assert (seen.path, seen.kind) == ("", "lambda")
    assert "2.7" in seen.evidence
