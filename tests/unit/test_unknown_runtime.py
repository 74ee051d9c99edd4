"""Functions whose runtime nobody knows beforehand."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.packaging.template_paths import local_paths
from deployer.packaging.unknown_runtime import unknown_runtimes


def _told(runtime: Any, *files: str, **metadata: Any) -> list[str]:
    properties = {"CodeUri": "src", "Runtime": runtime, "Handler": "app.handler"}
    function = {"Type": "AWS::Serverless::Function", "Properties": properties, "Metadata": metadata}
    document = {"Parameters": {"Runtime": {"Type": "String"}}, "Resources": {"One": function}}
    return list(unknown_runtimes(document, local_paths(document, "t.yaml"), ["src/app.py", *files], {}))


def test_function_that_lists_dependencies() -> None:
    """It is told that they are not installed, and what helps."""
    (sentence,) = _told({"Ref": "Runtime"}, "src/requirements.txt")

    assert sentence.startswith("One is not built, though src has requirements.txt: its Runtime is known only when")


@pytest.mark.parametrize(
    ("runtime", "files", "metadata"),
    [
        ({"Ref": "Runtime"}, (), {}),
        ({"Ref": "Runtime"}, ("src/requirements.txt",), {"BuildMethod": "python3.13"}),
        ("python3.13", ("src/requirements.txt",), {}),
        ("java21", ("src/requirements.txt", "src/a.jar"), {}),
    ],
)
def test_function_of_which_nothing_is_told(runtime: Any, files: tuple[str, ...], metadata: dict[str, str]) -> None:
    """There is nothing to install, it is said how, or the runtime is known."""
    assert _told(runtime, *files, **metadata) == []
