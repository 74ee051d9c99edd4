"""deployer.project.samconfig: what a project's own file says of its deployment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.project.samconfig import (
    MAX_BYTES,
    find_samconfig,
    read_samconfig,
    settings_paths,
    template_of_samconfig,
)


def read(text: str) -> dict[str, str]:
    """The parameters of a file whose deploy table says that."""
    return dict(read_samconfig(f"[default.deploy.parameters]\n{text}", "samconfig.toml").parameters)


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("parameter_overrides = 'A=b C=\"d e\"'", {"A": "b", "C": "d e"}),
        ('parameter_overrides = "A=b=c,d C="', {"A": "b=c,d", "C": ""}),
        (
            'parameter_overrides = "ParameterKey=A,ParameterValue=b ParameterKey=C,ParameterValue=d"',
            {"A": "b", "C": "d"},
        ),
        ('parameter_overrides = ["A=b", "C=d e=f"]', {"A": "b", "C": "d", "e": "f"}),
        (
            'parameter_overrides = {A = "b", C = 1, D = true, E = ["x", "y"]}',
            {"A": "b", "C": "1", "D": "true", "E": "x,y"},
        ),
        (
            'template_parameters = {A = "weak", B = "b"}\nparameter_overrides = "A=strong"',
            {"A": "strong", "B": "b"},
        ),
        ("parameter_overrides = 7", {}),
        ("parameter_overrides = [[[1]], {}]", {}),
    ],
)
def test_forms_of_the_overrides(text: str, parameters: dict[str, str]) -> None:
    """Each form that the SAM CLI takes is read."""
    assert read(text) == parameters


def test_tables() -> None:
    """What `deploy` says counts for more than what `global` says, and that for more than `build`; others never."""
    text = """
[default.deploy.parameters]
parameter_overrides = "A=deploy"
[default.global.parameters]
parameter_overrides = "A=global B=global"
[default.build.parameters]
parameter_overrides = "A=build B=build C=build"
[prod.deploy.parameters]
parameter_overrides = "A=prod D=prod"
"""

    assert read_samconfig(text, "samconfig.toml").parameters == {"A": "deploy", "B": "global", "C": "build"}


def test_tags_and_template() -> None:
    """Tags that CloudFormation takes are kept; a template's path is the repository's."""
    text = """
[default.deploy.parameters]
template_file = "../infra/sam.yaml"
tags = "team=blue ManagedBy=me"
stack_name = "shop"
capabilities = "CAPABILITY_IAM"
"""

    found = read_samconfig(text, "app/samconfig.toml")

    assert (found.template, dict(found.tags)) == ("infra/sam.yaml", {"team": "blue"})
    assert found.notes == (
        "app/samconfig.toml: the tag ManagedBy is not used: is set by this application",
        "app/samconfig.toml: stack_name is not used: the request names the stack",
        "app/samconfig.toml: capabilities is not used: they are worked out from the template",
    )


@pytest.mark.parametrize(
    "text",
    [
        "[default",
        "a = " + "[" * 5000,
        "#" * (MAX_BYTES + 1),
        "[default.deploy.parameters]\nparameter_overrides='A=\"'",
    ],
)
def test_file_that_cannot_be_read(text: str) -> None:
    """It stops nothing: there is a note."""
    found = read_samconfig(text, "samconfig.toml")

    assert not found.parameters
    assert len(found.notes) == 1
    assert found.notes[0].startswith("samconfig.toml")


@given(
    st.text()
    | st.from_regex(r"(\[default\.(deploy|global)\.parameters\]\n(tags|parameter_overrides|template) = .*\n)+")
)
def test_any_text(text: str) -> None:
    """Whatever a stranger writes gives texts by name, and notes."""
    found = read_samconfig(text, "samconfig.toml")

    assert all(isinstance(each, str) for pair in [*found.parameters.items(), *found.tags.items()] for each in pair)


def test_where_it_is() -> None:
    """The first of the folders that has one tells; the template must be in the repository."""
    text = '[default.build.parameters]\ntemplate_file = "sam.yaml"'
    texts = {"app/samconfig.toml": text, "samconfig.toml": "", "template.yaml": ""}

    assert settings_paths(texts, "app", "", "app") == ["app/samconfig.toml", "samconfig.toml"]
    assert find_samconfig(texts, "none", "app", "").path == "app/samconfig.toml"
    assert template_of_samconfig(texts, ["app/sam.yaml"], "app") == "app/sam.yaml"
    assert template_of_samconfig(texts, ["app/other.yaml"], "app") is None
