"""A template's text: what it means, and what hostile text cannot do."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deployer.errors import TemplateInvalid
from deployer.template.template import dump, is_cloudformation, is_sam, parse, transforms

ALIAS_BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref Table", {"Ref": "Table"}),
        ("!Condition IsProduction", {"Condition": "IsProduction"}),
        ("!GetAtt Table.Arn", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("!GetAtt Nested.Outputs.Name", {"Fn::GetAtt": ["Nested", "Outputs.Name"]}),
        ("!GetAtt [Table, Arn]", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("{'Fn::GetAtt': Table.Arn}", {"Fn::GetAtt": ["Table", "Arn"]}),
        ("!Sub '${Table}-x'", {"Fn::Sub": "${Table}-x"}),
        ("!Sub ['${A}', {A: !Ref B}]", {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}),
        ("!Join ['-', [a, !Ref B]]", {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}),
        ("!If [C, 1, !Ref 'AWS::NoValue']", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
        ("!Transform {Name: AWS::Include}", {"Fn::Transform": {"Name": "AWS::Include"}}),
    ],
)
def test_short_forms(text: str, expected: Any) -> None:
    """Each short form means its long one."""
    assert parse(f"Value: {text}", "t.yaml") == {"Value": expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 2010-09-09", {"a": "2010-09-09"}),
        ("2010-09-09: a", {"2010-09-09": "a"}),
        ("200: a", {"200": "a"}),
        ("on: yes", {"on": True}),
        ("a: =", {"a": "="}),
        ("a: .inf", {"a": ".inf"}),
        ("\ufeffa: 1", {"a": 1}),
        ('{"a": {"b": [1, 2.5, null, true]}}', {"a": {"b": [1, 2.5, None, True]}}),
        ('{"a": NaN}', {"a": "NaN"}),
        ("x: &x {a: 1, b: 2}\ny: {<<: *x, a: 3}", {"x": {"a": 1, "b": 2}, "y": {"a": 3, "b": 2}}),
    ],
)
def test_values(text: str, expected: Any) -> None:
    """Keys and timestamps stay text, what JSON lacks becomes text, a byte order mark is nothing."""
    assert parse(text, "t.yaml") == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n  - b\n c", "t.yaml:3: "),
        ('{"a": 1,\n "b"}', "t.yaml:2: "),
        ("a: 1\nb: \0", "t.yaml:2: holds a NUL"),
        ("a: \x01", "t.yaml:1: holds a character"),
        ("a: !Foo b", "t.yaml:1: the tag !Foo"),
        ("a: !!python/object/apply:os.system [id]", "t.yaml:1: the tag .*python"),
        ("a: !!python/name:os.system", "the tag .*python"),
        ("a: !!binary aGk=", "the tag .*binary"),
        ("a: !!int many", "'many' is not a number"),
        ("a: 1\n---\nb: 2", "t.yaml:2: .*single document"),
        ("? [a]\n: b", "a key is not text"),
        ("a: {{ b }}", "a key is not text"),
        ("a: &a [*a]", "stands for nothing before it"),
        ("a: *b", "stands for nothing before it"),
        ("- a\n- b", "holds no mapping"),
        ("", "holds no mapping"),
        ('{"a": "\\ud800"}', "surrogate"),
        (b"a: b\nc: \xe9t\xe9".decode(errors="replace"), "t.yaml:2: is not UTF-8 text"),
        ("a: '" + "x" * 1_000_000 + "'", "1,000,005 bytes"),
    ],
)
def test_text_that_is_no_template(text: str, message: str) -> None:
    """Each is refused with the path, the line and the reason."""
    with pytest.raises(TemplateInvalid, match=message):
        parse(text, "t.yaml")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="brackets"),
        pytest.param('{"a":' * 100_000, id="JSON objects"),
        pytest.param("- " * 100_000, id="lists"),
        pytest.param('{"a": "' + '\\"' * 400_000, id="an open string"),
        pytest.param(ALIAS_BOMB, id="aliases"),
        pytest.param("a: &a '" + "x" * 900_000 + "'\nb: [*a, *a, *a, *a, *a]", id="aliases of a long text"),
        pytest.param("a: [" + "a, " * 300_000 + "a]", id="many nodes"),
    ],
)
def test_text_that_would_grow(text: str) -> None:
    """It is refused within two seconds of work, before anything is built from it."""
    started = time.process_time()

    with pytest.raises(TemplateInvalid):
        parse(text, "t.yaml")

    assert time.process_time() - started < 2


@pytest.mark.parametrize("text", ["a: " + "1:" * 400_000 + "1", "a: " + "9" * 900_000, "a: 0x" + "f" * 900_000])
def test_numbers_of_many_digits(text: str) -> None:
    """They stay text: their value would take minutes to work out."""
    assert parse(text, "t.yaml") == {"a": text.removeprefix("a: ")}


def test_aliases_are_copies() -> None:
    """What stood at two places is two things: changing one leaves the other."""
    document = parse("a: &a {x: 1}\nb: *a", "t.yaml")

    document["a"]["x"] = 2

    assert document["b"] == {"x": 1}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=20,
)


@example({"Description": "\ufffd"})
@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_what_is_dumped_can_be_parsed(document: dict[str, Any]) -> None:
    """A dumped template is the same template, and is dumped to the same bytes."""
    body = dump(document)

    assert parse(body.decode(), "t.json") == json.loads(body)
    assert dump(parse(body.decode(), "t.json")) == body


@settings(max_examples=300)
@given(
    st.text()
    | st.text(alphabet="a:-!&*[]{}<>?|#%@`'\"\\, \n\t0.~=")
    | st.binary().map(lambda data: data.decode("latin-1"))
)
def test_any_text(text: str) -> None:
    """It is a mapping, or TemplateInvalid."""
    with suppress(TemplateInvalid):
        assert isinstance(parse(text, "t.yaml"), dict)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, []),
        ({"Transform": "AWS::Serverless-2016-10-31"}, ["AWS::Serverless-2016-10-31"]),
        ({"Transform": ["A", {"Name": "B"}, "A"]}, ["A", "B"]),
        ({"Resources": {"X": {"Properties": {"Fn::Transform": {"Name": "C"}}}}}, ["C"]),
        ({"Resources": [{"Fn::Transform": [{"Name": "C"}, {"Name": "D"}]}]}, ["C", "D"]),
        ({"Transform": {"Ref": "X"}}, ['{"Ref": "X"}']),
    ],
)
def test_transforms(document: dict[str, Any], expected: list[str]) -> None:
    """Every transform is named, whatever its form and wherever it is."""
    assert transforms(document) == expected


def test_sam_by_its_transform() -> None:
    """The parsed Transform decides, also in a list; a mention elsewhere does not."""
    assert is_sam({"Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]})
    assert not is_sam({"Description": "Transform: AWS::Serverless-2016-10-31"})


@pytest.mark.parametrize(
    "resource_type", ["AWS::S3::Bucket", "Custom::My-Thing", "Alexa::ASK::Skill", "A::B::C::MODULE"]
)
def test_cloudformation_by_its_resources(resource_type: str) -> None:
    """A resource of a type that CloudFormation can have makes it a template."""
    assert is_cloudformation({"Resources": {"X": {"Type": resource_type}}})


@pytest.mark.parametrize(
    "document",
    [
        {"apiVersion": "v1", "kind": "Pod"},
        {"apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "spec": {"steps": []}},
        {"on": "push", "jobs": {"test": {"runs-on": "ubuntu-latest"}}},
        {"openapi": "3.0.0", "paths": {}},
        {"Resources": {}},
        {"Resources": {"X": {"Type": "string"}}},
        {"Resources": ["AWS::S3::Bucket"]},
    ],
)
def test_other_files(document: dict[str, Any]) -> None:
    """What other tools keep in YAML is no template."""
    assert not is_cloudformation(document)


@pytest.mark.parametrize(
    "text",
    [
        "Resources: {A: {Type: T}}\nResources: {B: {Type: T}}",
        '{"Resources": {"A": {}}, "Resources": {"B": {"Type": "T"}}}',
    ],
)
def test_key_that_is_there_twice(text: str) -> None:
    """The last one counts, as in CloudFormation."""
    assert parse(text, "t.yaml") == {"Resources": {"B": {"Type": "T"}}}
