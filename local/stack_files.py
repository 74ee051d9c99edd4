"""The files that tell other programs where the running application is; they are gone when it stops."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from local.application import STACK_NAME
from local.platform import ACCESS_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.laptop import Laptop

STACK_FILE: Final = "stack.json"
ENVIRONMENT_FILE: Final = "env.json"


@contextmanager
def written(folder: Path, running: Laptop) -> Iterator[None]:
    """`stack.json` for whoever calls the API, `env.json` for `sam local invoke --env-vars`."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {ENVIRONMENT_FILE: _environments(running), STACK_FILE: _addresses(running)}
    texts = {folder / name: json.dumps(content, indent=2) + "\n" for name, content in contents.items()}
    try:
        for path, text in texts.items():
            _write_whole(path, text)
        yield
    finally:
        for path, text in texts.items():
            if path.exists() and path.read_text() == text:  # a later platform's stay
                path.unlink()


def _write_whole(path: Path, text: str) -> None:
    """Whoever waits for the file to appear finds all of it."""
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)


def _addresses(running: Laptop) -> dict[str, str]:
    return {
        "apiUrl": running.application.api_url,
        "apiKey": running.application.api_key,
        "endpointUrl": running.platform.endpoint_url,
    }


def _environments(running: Laptop) -> dict[str, dict[str, str]]:
    """By logical id: what each function was deployed with, and the key that the platform takes."""
    credentials = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": ACCESS_KEY}
    functions = running.platform.client("lambda")
    return {
        logical_id: credentials | _variables(functions, name) for logical_id, name in _functions(running).items()
    }


def _functions(running: Laptop) -> dict[str, str]:
    pages = running.platform.client("cloudformation").get_paginator("list_stack_resources")
    resources = [each for page in pages.paginate(StackName=STACK_NAME) for each in page["StackResourceSummaries"]]
    ours = [each for each in resources if each["ResourceType"] == "AWS::Lambda::Function"]
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in ours}


def _variables(functions: Any, name: str) -> dict[str, str]:
    variables: dict[str, str] = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    return variables
