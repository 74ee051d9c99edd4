"""Several stacks of an app become one template that nests them."""

from __future__ import annotations

from typing import Any

from tests.assemblies import BUCKET_RESOURCE

from deployer.assembly.cloud_assembly import AssemblyStack
from deployer.assembly.stack_set import LinkedStack, linked, parent_of


def _linked(templates: dict[str, Any], **needs: str) -> dict[str, LinkedStack]:
    stacks = [
        AssemblyStack(id=each, template_path=f"{each}.json", needs=(needs[each],) if each in needs else ())
        for each in templates
    ]
    return {each.logical_id: each for each in linked(stacks, templates)}


def _parent(templates: dict[str, Any], **needs: str) -> Any:
    stacks = list(_linked(templates, **needs).values())
    return parent_of(stacks, {each.logical_id: f"https://{each.logical_id}" for each in stacks})


def _stack(**sections: Any) -> dict[str, Any]:
    return {"Resources": {"B": BUCKET_RESOURCE}, **sections}


PRODUCER = _stack(
    Outputs={
        "ExportsOutputRefB1": {"Value": {"Ref": "B"}, "Export": {"Name": "Data:ExportsOutputRefB1"}},
        "Own": {"Value": "x", "Export": {"Name": "known-to-others"}},
    }
)
CONSUMER = {
    "Resources": {
        "T": {"Type": "AWS::SNS::Topic", "Properties": {"Name": {"Fn::ImportValue": "Data:ExportsOutputRefB1"}}}
    }
}


def test_reference_between_stacks() -> None:
    """What one exports for another is an output and a parameter: no name of the account's is taken."""
    stacks = _linked({"Data": PRODUCER, "Api": CONSUMER}, Api="Data")

    assert "Export" not in stacks["Data"].template["Outputs"]["ExportsOutputRefB1"]
    assert stacks["Api"].template["Resources"]["T"]["Properties"]["Name"] == {"Ref": "DataExportsOutputRefB1"}
    assert stacks["Api"].template["Parameters"] == {"DataExportsOutputRefB1": {"Type": "String"}}
    assert stacks["Api"].parameters == {
        "DataExportsOutputRefB1": {"Fn::GetAtt": ["Data", "Outputs.ExportsOutputRefB1"]}
    }
    assert stacks["Api"].needs == ("Data",)


def test_export_that_a_person_named() -> None:
    """It stays: somebody else may import it."""
    assert _linked({"Data": PRODUCER, "Api": CONSUMER})["Data"].template["Outputs"]["Own"]["Export"] == {
        "Name": "known-to-others"
    }


def test_import_from_elsewhere() -> None:
    """What no stack of the app exports is CloudFormation's to find."""
    assert _linked({"Other": _stack(), "Api": CONSUMER})["Api"].template == CONSUMER


def test_parent() -> None:
    """Each stack is nested after those that it needs, and tells its outputs through the parent."""
    told = _stack(Outputs={"Url": {"Value": "u", "Description": "where"}})

    parent = _parent({"Data": PRODUCER, "Api": told}, Api="Data")

    assert parent["Resources"]["Api"] == {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "https://Api"},
        "DependsOn": ["Data"],
    }
    assert parent["Outputs"] == {
        "Own": {"Value": {"Fn::GetAtt": ["Data", "Outputs.Own"]}},
        "Url": {"Description": "where", "Value": {"Fn::GetAtt": ["Api", "Outputs.Url"]}},
    }


def test_outputs_of_one_name() -> None:
    """They get their stack's name; one that is there on a condition alone cannot be asked for."""
    template = _stack(Outputs={"Url": {"Value": "u"}, "Maybe": {"Value": "m", "Condition": "C"}})

    assert set(_parent({"A": template, "B": template})["Outputs"]) == {"AUrl", "BUrl"}


def test_parameters() -> None:
    """Alike ones are one; others are apart; a name in Parameter Store is looked up where it is used."""
    text, number = {"Type": "String", "Default": "x"}, {"Type": "Number", "Default": 1}
    image = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/aws/image"}

    parent = _parent(
        {
            "A": _stack(Parameters={"Stage": text, "Size": text, "Image": image}),
            "B": _stack(Parameters={"Stage": text, "Size": number}),
        }
    )

    assert parent["Parameters"] == {
        "Stage": text,
        "ASize": text,
        "BSize": number,
        "Image": {"Type": "String", "Default": "/aws/image"},
    }
    assert parent["Resources"]["B"]["Properties"]["Parameters"] == {
        "Stage": {"Ref": "Stage"},
        "Size": {"Ref": "BSize"},
    }


def test_logical_ids() -> None:
    """They are letters and digits, and no two are the same."""
    assert set(_linked({"Prod-Api": _stack(), "ProdApi": _stack(), "--": _stack()})) == {
        "ProdApi",
        "ProdApi2",
        "Stack",
    }


def test_stack_without_resources() -> None:
    """CloudFormation would refuse it; the CDK leaves it out, and so is it here."""
    assert set(_linked({"Empty": {"Outputs": {}}, "A": _stack()})) == {"A"}
