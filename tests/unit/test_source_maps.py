"""A bundled function whose source map is made reads it, and one that reads source maps gets one."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.packaging.build_unit import units_by_path
from deployer.packaging.source_maps import with_maps_read
from deployer.packaging.template_paths import local_paths

FILES = ["src/app.ts"]
READ = {"Variables": {"NODE_OPTIONS": "--enable-source-maps"}}


def _document(properties: dict[str, Any], sourcemap: object = None, **rest: Any) -> dict[str, Any]:
    made = {"Runtime": "nodejs22.x", "Handler": "app.handler", "CodeUri": "src", **properties}
    options = {} if sourcemap is None else {"Sourcemap": sourcemap}
    function = {"Type": "AWS::Serverless::Function", "Properties": made, "Metadata": {"BuildProperties": options}}
    return {**rest, "Resources": {"F": function}}


def _finished(document: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The function's option Sourcemap, and its properties."""
    units = units_by_path(document, local_paths(document, "template.yaml"), FILES)
    changed = with_maps_read(document, ((path.logical_id, unit) for path, unit in units.items()))
    (unit,) = units.values()
    return unit["options"].get("Sourcemap"), changed["Resources"]["F"]["Properties"]


@pytest.mark.parametrize("given", [True, "true", "inline"])
def test_map_that_nobody_reads(given: object) -> None:
    """The function is told to read its source map."""
    _, properties = _finished(_document({}, given))

    assert properties["Environment"] == READ


def test_other_options_and_variables() -> None:
    """They stay, those of Globals too."""
    inherited = {"Function": {"Environment": {"Variables": {"NODE_OPTIONS": "--no-warnings"}}}}

    _, properties = _finished(_document({"Environment": {"Variables": {"A": "b"}}}, True, Globals=inherited))

    variables = {"A": "b", "NODE_OPTIONS": "--no-warnings --enable-source-maps"}
    assert properties["Environment"]["Variables"] == variables


@pytest.mark.parametrize("given", [{"Environment": READ}, {}])
def test_reader_without_map(given: dict[str, Any]) -> None:
    """A function that reads source maps, by its own words or by those of Globals, gets one."""
    inherited = {} if given else {"Globals": {"Function": {"Environment": READ}}}

    option, properties = _finished(_document(given, **inherited))

    assert option is True
    assert properties.get("Environment") == given.get("Environment")


def test_map_that_is_not_wanted() -> None:
    """`false` wins over the environment, and changes nothing there."""
    option, properties = _finished(_document({"Environment": READ}, False))

    assert option is False
    assert properties["Environment"] == READ


def test_options_known_later() -> None:
    """What is no text is left alone."""
    later = {"Variables": {"NODE_OPTIONS": {"Ref": "Options"}}}

    _, properties = _finished(_document({"Environment": later}, True))

    assert properties["Environment"] == later


@pytest.mark.parametrize("environment", [{"Fn::If": ["C", READ, READ]}, {"Variables": {"Ref": "V"}}, None, "x"])
def test_environment_of_another_form(environment: object) -> None:
    """What a template says in another way stays as it is."""
    _, properties = _finished(_document({"Environment": environment}, True))

    assert properties["Environment"] == environment


def test_function_without_a_map() -> None:
    """A bundle without one is left alone."""
    document = _document({})

    assert _finished(document) == (None, document["Resources"]["F"]["Properties"])


def test_web_function() -> None:
    """Its variables are a property of their own."""
    document = _document({}, True)
    document["Resources"]["F"]["Type"] = "AWS::Serverless::WebFunction"

    _, properties = _finished(document)

    assert properties["EnvironmentVariables"] == {"NODE_OPTIONS": "--enable-source-maps"}
