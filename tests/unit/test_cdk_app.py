"""A CDK app is known by its cdk.json, and what the build is asked to make of it."""

from __future__ import annotations

import json

import pytest

from deployer.project.cdk import find_app, synthesis, tool


def _cdk(app: object) -> dict[str, str]:
    return {"infra/cdk.json": json.dumps({"app": app})}


@pytest.mark.parametrize(
    "command", ["npx ts-node bin/app.ts", "python3 app.py", ".venv/bin/python app.py", "node bin/app.js"]
)
def test_language_that_the_build_has(command: str) -> None:
    """TypeScript, JavaScript and Python apps are found."""
    app = find_app(_cdk(command), "infra")

    assert app is not None
    assert app.evidence == f"infra/cdk.json runs `{command}`"


def test_byte_order_mark() -> None:
    """Some editors write one."""
    assert find_app({"cdk.json": '\ufeff{"app": "npx ts-node app.ts"}'}, "") is not None


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("mvn -e -q compile exec:java", "AWS CDK in Java"),
        ("dotnet run --project src/X.csproj", "AWS CDK in .NET"),
        ("go mod download && go run main.go", "AWS CDK in Go"),
        ("../gradlew :stack:run", "AWS CDK in Java"),
    ],
)
def test_language_that_the_build_has_not(command: str, name: str) -> None:
    """It is told by its name."""
    texts = _cdk(command)

    assert find_app(texts, "infra") is None
    assert tool(texts["infra/cdk.json"]) == name


@pytest.mark.parametrize("text", ["", "{", "[]", '{"app": 7}', '{"app": "  "}', "{}", "[" * 100_000])
def test_file_that_names_no_app(text: str) -> None:
    """It is a file of the CDK, and no app."""
    assert find_app({"cdk.json": text}, "") is None
    assert tool(text) == "AWS CDK"


@pytest.mark.parametrize(
    ("root", "reach", "relative"), [("a/cdk", "a", "cdk"), ("a", "a", "."), ("", "", "."), ("cdk", "", "cdk")]
)
def test_build_unit(root: str, reach: str, relative: str) -> None:
    """The app may read all of the project root that was asked for, and learns where it is deployed to."""
    unit = synthesis(root, reach, "123456789012", "eu-west-1")

    assert (unit["kind"], unit["method"], unit["source"]) == ("app", "cdk", reach)
    assert unit["options"] == {"root": relative, "account": "123456789012", "region": "eu-west-1"}
    assert unit["id"] != synthesis(root, reach, "123456789012", "us-east-1")["id"]
