"""Plain Lambda: the handler in the code, the runtime in small files, and the template made of both."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import RuntimeUnsupported
from deployer.packaging.build_unit import build_units
from deployer.packaging.template_paths import local_paths
from deployer.project.handler import node_handler, python_handler
from deployer.project.plain_lambda import PlainLambda, find_plain_lambda
from deployer.template.limits import check_limits
from deployer.template.template import dump, is_cloudformation

PYTHON = "def lambda_handler(event, context):\n    return event\n"
NODE = "export const handler = async (event) => event;\n"


def _found(texts: dict[str, str], folder: str = "") -> PlainLambda:
    found = find_plain_lambda(texts, folder)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "export const handler = async () => {};",
        "export async function handler(event: Event): Promise<void> {}",
        "exports.handler = async () => {};",
        "module.exports.handler = () => {};",
        "module.exports = { handler };",
        "module.exports = { other, handler: main };",
        "const main = () => {}; export { main as handler };",
        "// a comment\n/* another */ export let handler = middy(main)",
        'const url = "http://x"; exports.handler = f;',
    ],
)
def test_node_module_with_a_handler(text: str) -> None:
    """Every way to export it counts."""
    assert node_handler(text) == "handler"


@pytest.mark.parametrize(
    "text",
    [
        "const handler = 1;",
        "// exports.handler = f",
        "/* export const handler = 1 */",
        "exports.handlers = f;",
        "if (exports.handler == f) {}",
        "export { handler as other };",
        "app.listen(3000)",
        "",
    ],
)
def test_node_module_without_a_handler(text: str) -> None:
    """A name that is not exported is none, nor is one in a comment."""
    assert node_handler(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (PYTHON, "lambda_handler"),
        ("def handler(event, context, *, client=None): ...", "handler"),
        ("def handler(event, context, extra=None): ...", "handler"),
        ("def handler(*args): ...", "handler"),
        ("def main(event, _): ...", "main"),
        ("@app.wrap\nasync def handler(): ...", "handler"),
        ("handler = Mangum(app)", "handler"),
        ("from service.api import lambda_handler", "lambda_handler"),
        ("def main(event, context): ...\ndef lambda_handler(event, context): ...", "lambda_handler"),
    ],
)
def test_python_module_with_a_handler(text: str, name: str) -> None:
    """A function of two arguments, a decorated one, or what the name is given."""
    assert python_handler(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "def main(): ...",
        "def handler(event): ...",
        "async def handler(event, context): ...",
        "class A:\n    def handler(self, event): ...",
        "'def lambda_handler(event, context): ...'",
        "def lambda_handler(event, context:",
        "main = 1",
        "(" * 50_000,
        "-" * 100_000 + "1",
        "a" + ".b" * 60_000,
        "\0",
    ],
)
def test_python_module_without_a_handler(text: str) -> None:
    """What Lambda could not call is none, and hostile code is only text."""
    assert python_handler(text) is None


@given(st.text())
def test_any_source_text(text: str) -> None:
    """It has a handler or not; nothing is raised, nothing is run."""
    assert node_handler(text) in {None, "handler"}
    assert python_handler(text) in {None, "lambda_handler", "handler", "main"}


def test_node_needs_a_package_json() -> None:
    """Without one, a script that exports a handler may be part of anything."""
    assert find_plain_lambda({"index.js": NODE}, "") is None
    assert _found({"index.js": NODE, "package.json": "{}"}).handler == "index.handler"


def test_the_likeliest_file_with_a_handler() -> None:
    """A file that has the likeliest name but no handler is passed over."""
    texts = {"api/lambda_function.py": "import os", "api/app.py": PYTHON}

    assert _found(texts, "api").handler == "app.lambda_handler"


@pytest.mark.parametrize(
    ("name", "text", "runtime"),
    [
        ("package.json", "{}", "nodejs24.x"),
        ("package.json", '{"engines": {"node": ">=18"}}', "nodejs24.x"),
        ("package.json", '{"engines": {"node": "22.x"}}', "nodejs22.x"),
        ("package.json", '{"engines": {"node": "^22.3.0"}}', "nodejs22.x"),
        ("package.json", '{"engines": {"node": ">=20 <24"}}', "nodejs22.x"),
        ("package.json", '{"engines": {"node": "18 - 22"}}', "nodejs22.x"),
        ("package.json", '{"engines": {"node": "20 || 22"}}', "nodejs22.x"),
        ("package.json", "not json", "nodejs24.x"),
        (".nvmrc", "v22.11.0\n", "nodejs22.x"),
        (".nvmrc", "lts/jod", "nodejs22.x"),
        (".nvmrc", "lts/*", "nodejs24.x"),
        (".node-version", "22", "nodejs22.x"),
    ],
)
def test_node_runtime(name: str, text: str, runtime: str) -> None:
    """The newest that the project's own files allow."""
    texts = {"package.json": "{}", "index.mjs": NODE} | {name: text}

    assert _found(texts).runtime == runtime


@pytest.mark.parametrize(
    ("name", "text", "runtime"),
    [
        ("README.md", "", "python3.14"),
        (".python-version", "3.12\n", "python3.12"),
        (".python-version", "# ours\n3.13.1", "python3.13"),
        (".python-version", "pypy3.10", "python3.14"),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.11,<3.13"', "python3.12"),
        ("pyproject.toml", '[project]\nrequires-python = "~=3.12.1"', "python3.12"),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.9,!=3.14.*"', "python3.13"),
        ("pyproject.toml", '[project]\nrequires-python = "==3.13.*"', "python3.13"),
        ("pyproject.toml", "[" * 10_000, "python3.14"),
    ],
)
def test_python_runtime(name: str, text: str, runtime: str) -> None:
    """The same for Python."""
    assert _found({"app.py": PYTHON, name: text}).runtime == runtime


@pytest.mark.parametrize(
    "texts",
    [
        {"app.py": PYTHON, ".python-version": "2.7"},
        {"app.py": PYTHON, "pyproject.toml": '[project]\nrequires-python = "<3.8"'},
        {"package.json": '{"engines": {"node": "12"}}', "index.js": NODE},
    ],
)
def test_version_that_lambda_does_not_run(texts: dict[str, str]) -> None:
    """The message says where it is asked for, and what there is."""
    with pytest.raises(RuntimeUnsupported, match=r"asks for .*; Lambda runs .*"):
        find_plain_lambda(texts, "")


@given(st.text(max_size=300))
def test_any_version_text(text: str) -> None:
    """It gives a runtime, or RuntimeUnsupported."""
    with suppress(RuntimeUnsupported):
        assert _found({"app.py": PYTHON, ".python-version": text}).runtime.startswith("python3.")


def test_made_template() -> None:
    """It is a whole template: its code is the project's folder, its role may write its own log only."""
    document = _found({"app.py": PYTHON}).template()

    resources = document["Resources"]
    statement = resources["FunctionRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    assert is_cloudformation(document)
    check_limits(document, len(dump(document)))
    assert [path.path for path in local_paths(document, "api/template.yaml")] == ["api"]
    assert statement["Resource"] == {"Fn::GetAtt": ["FunctionLogGroup", "Arn"]}
    assert resources["FunctionLogGroup"]["Properties"]["RetentionInDays"] == 14
    assert document["Outputs"].keys() == {"FunctionName", "FunctionArn"}


def test_made_template_is_built() -> None:
    """Dependencies that are listed make a build unit of its function."""
    document = _found({"app.py": PYTHON}).template()

    units = build_units(document, local_paths(document, "template.yaml"), ["app.py", "requirements.txt"])

    assert [(unit["method"], unit["source"], unit["handler"]) for unit in units] == [
        ("python", "", "app.lambda_handler")
    ]
