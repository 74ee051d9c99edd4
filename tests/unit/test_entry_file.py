"""Functions whose handler names a file that is not there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from deployer.packaging.entry_file import missing_handlers
from deployer.packaging.template_paths import local_paths


def _told(files: list[str], *, metadata: dict[str, Any] | None = None, **properties: Any) -> list[str]:
    given = {"CodeUri": "src", "Runtime": "python3.13", **properties}
    function = {"Type": "AWS::Serverless::Function", "Properties": given, "Metadata": metadata or {}}
    document = {"Resources": {"One": function}}
    return list(missing_handlers(document, local_paths(document, "template.yaml"), files, {}))


@pytest.mark.parametrize(
    ("runtime", "handler", "file"),
    [
        ("python3.13", "app.handler", "src/app.py"),
        ("python3.13", "a/b.handler", "src/a/b.py"),
        ("python3.13", "a.b.handler", "src/a/b.py"),
        ("python3.13", "pack.handler", "src/pack/__init__.py"),
        ("nodejs22.x", "index.handler", "src/index.mjs"),
        ("nodejs22.x", "a/index.api.handler", "src/a/index.js"),
        ("nodejs22.x", "./index.handler", "src/index.js"),
        ("nodejs22.x", "index.handler", "src/index.ts"),
        ("nodejs22.x", "run.sh", "src/run.sh"),
        ("ruby3.4", "app.handler", "src/app.rb"),
    ],
)
def test_handler_that_is_there(runtime: str, handler: str, file: str) -> None:
    """Each runtime's way from the handler to a file is known; without the file, the function is named."""
    assert _told([file], Runtime=runtime, Handler=handler) == []
    assert _told(["src/other.txt"], Runtime=runtime, Handler=handler)[0].startswith(
        "One cannot start: its handler"
    )


@pytest.mark.parametrize(
    ("files", "handler", "sentence"),
    [
        (
            ["src/app.py"],
            "App.handler",
            "its handler App.handler needs App.py in src, .*; did you mean src/app.py?",
        ),
        (
            ["src/lambda_handler.py"],
            "lambda_handlr.f",
            "lambda_handlr.py in src.*did you mean src/lambda_handler.py",
        ),
        (["src/a.py", "src/requirements.txt"], "b.f", "^One cannot start unless a dependency has its handler: "),
    ],
)
def test_handler_that_is_not_there(files: list[str], handler: str, sentence: str) -> None:
    """The sentence names the file that is needed, what is near, and what else may bring it."""
    (told,) = _told(files, Handler=handler)

    assert re.search(sentence, told)


def test_handler_in_a_layer() -> None:
    """It may be there."""
    (told,) = _told(["src/a.py"], Handler="wrapper.handler", Layers=["arn:aws:lambda:::layer:x:1"])

    assert told.startswith("One cannot start unless a layer has its handler")


@pytest.mark.parametrize(
    ("files", "properties"),
    [
        (["src/a.txt"], {"Handler": {"Fn::Sub": "${Name}.handler"}}),
        (["src/bootstrap"], {"Handler": "app.handler", "Runtime": "provided.al2023"}),
        (["src/a.txt"], {"Handler": "none"}),
        (["src/a.txt"], {"Handler": "index.handler", "InlineCode": "def handler(event, context): ..."}),
        (["app.zip"], {"Handler": "app.handler", "CodeUri": "app.zip"}),
        (["app.py"], {"Handler": "app.handler", "CodeUri": "app.py"}),
        (["src/Makefile"], {"Handler": "app.handler", "metadata": {"BuildMethod": "makefile"}}),
        (
            ["src/main.ts"],
            {
                "Handler": "app.handler",
                "Runtime": "nodejs22.x",
                "metadata": {"BuildMethod": "esbuild", "BuildProperties": {"EntryPoints": ["main.ts"]}},
            },
        ),
    ],
)
def test_what_nobody_knows(files: list[str], properties: dict[str, Any]) -> None:
    """Nothing is said of what is known later only: an archive's content, a makefile's, an intrinsic function's."""
    assert _told(files, **properties) == []


def test_script_of_another_name() -> None:
    """A CodeUri that is one script is the whole package."""
    (told,) = _told(["main.py"], CodeUri="main.py", Handler="app.handler")

    assert "its handler app.handler needs app.py in main.py" in told
