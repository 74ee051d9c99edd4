"""What a stranger's template may name, make and nest."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.judged import (
    ACCOUNT,
    BOUNDARY,
    OTHER,
    SCOPE,
    allowing,
    found,
    found_in,
    one,
    packaged,
    role,
    trust,
)

from deployer.errors import TemplateInvalid, TemplateNotAllowed, errors_of
from deployer.policy.judge import Family, check
from deployer.template.template import LANGUAGE_EXTENSIONS

OURS = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:deployer-Api"
PACKAGE = "packages/0123.zip"
FILE = "https://s3.eu-west-1.amazonaws.com/our-artifacts/packages/a-file-of-the-repository.json"
URL = "https://s3.eu-west-1.amazonaws.com/our-artifacts/packages/child.template.json"


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::S3::BucketPolicy", {"Bucket": "our-artifacts", "PolicyDocument": {}}),
        ("AWS::S3::BucketPolicy", {"Bucket": {"Fn::Join": ["-", ["our", "artifacts"]]}}),
        ("AWS::SQS::QueuePolicy", {"Queues": [f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/deployer-Queue"]}),
        ("AWS::SNS::TopicPolicy", {"Topics": [f"arn:aws:sns:eu-west-1:{ACCOUNT}:deployer-Topic"]}),
        ("AWS::Lambda::Permission", {"FunctionName": "deployer-Api", "Action": "lambda:InvokeFunction"}),
        ("AWS::Lambda::Permission", {"FunctionName": {"Fn::Sub": "${Name}-Api"}}),
        ("AWS::Lambda::Url", {"TargetFunctionArn": OURS, "AuthType": "NONE"}),
        ("AWS::Lambda::EventSourceMapping", {"FunctionName": {"Fn::If": ["C", "x", OURS]}}),
        ("AWS::IAM::Policy", {"Roles": ["deployer-ApiFunctionRole-1A2B"]}),
        ("AWS::IAM::ManagedPolicy", {"Roles": [{"Ref": "Role"}]}),
        ("AWS::IAM::RolePolicy", {"RoleName": "DEPLOYER-CloudFormationRole-1"}),
        ("AWS::IAM::InstanceProfile", {"Roles": ["deployer/application/worker/x"]}),
        ("AWS::Logs::SubscriptionFilter", {"LogGroupName": "/aws/lambda/deployer-Api"}),
        ("AWS::Logs::ResourcePolicy", {"PolicyDocument": json.dumps({"Resource": "/ecs/deployer-Clone"})}),
        ("AWS::Events::Rule", {"Targets": [{"Arn": OURS, "Id": "1"}]}),
        ("AWS::DynamoDB::Table", {"TableName": "OurSessions"}),
        (
            "AWS::Kinesis::ResourcePolicy",
            {"ResourceArn": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/OurSessions"},
        ),
        ("AWS::ApplicationAutoScaling::ScalableTarget", {"ResourceId": "table/OurSessions"}),
        ("AWS::Lambda::Function", {"FunctionName": "deployer-Api", "Code": {"ZipFile": "pass"}}),
        (
            "AWS::Lambda::Function",
            {"Code": {"S3Bucket": "our-artifacts", "S3Key": "sessions/1/source/source.zip"}},
        ),
        ("AWS::StepFunctions::StateMachine", {"DefinitionString": json.dumps({"Resource": OURS})}),
        (
            "AWS::IAM::Role",
            {"RoleName": "deployer-Api", **role({"Service": "x"})["Resources"]["One"]["Properties"]},
        ),
        ("Custom::Thing", {"ServiceToken": OURS}),
    ],
)
def test_what_belongs_to_this_application(kind: str, properties: dict[str, Any]) -> None:
    """Nothing is attached to a resource of ours, pointed at it, or named like it."""
    template = one(kind, **properties)
    template["Parameters"] = {
        "Name": {"Type": "String", "Default": "deployer"},
        "Role": {"Type": "String", "Default": "deployer-ApiFunctionRole-1A2B"},
    }

    findings = found(template)

    assert [finding for finding in findings if "belongs to this application" in finding]


@pytest.mark.parametrize(
    "properties",
    [
        {"FunctionName": "my-deployer-Api", "Role": BOUNDARY},
        {"FunctionName": {"Ref": "Own"}},
        {"FunctionName": {"Fn::Sub": "${AWS::StackName}-Api"}},
        {"Description": "as deployer-Api does"},
        {"Code": {"ZipFile": "name = 'deployer-Api'"}},
        {"Code": {"S3Bucket": "our-artifacts", "S3Key": PACKAGE}},
        {"Schema": f"s3://our-artifacts/{PACKAGE}"},
        {"Bucket": "our-artifacts-of-somebody"},
        {"Name": "deployer"},
    ],
)
def test_names_that_are_not_ours(properties: dict[str, Any]) -> None:
    """The template's own resources, words about them, and the packages that were made for it are fine."""
    family = Family(
        parent=packaged(one("AWS::Lambda::Function", **properties)),
        published=frozenset({f"s3://our-artifacts/{PACKAGE}"}),
    )

    assert found_in(family) == []


@pytest.mark.parametrize(
    "kind",
    [
        *(f"AWS::CloudFormation::{name}" for name in ("StackSet", "Macro", "HookVersion", "ResourceVersion")),
        *(f"AWS::CloudFormation::{name}" for name in ("TypeActivation", "ModuleVersion", "SomethingNew")),
        *(f"AWS::IAM::{name}" for name in ("User", "AccessKey", "Group", "OIDCProvider", "SAMLProvider")),
        *("AWS::IAM::UserPolicy", "AWS::IAM::UserToGroupAddition", "AWS::IAM::VirtualMFADevice"),
        *("AWS::Organizations::Policy", "AWS::SSO::Assignment", "AWS::IdentityStore::Group"),
        *("AWS::CloudTrail::Trail", "AWS::Config::ConfigRule", "AWS::EC2::VPCPeeringConnection"),
        *(
            "AWS::Route53::RecordSet",
            "AWS::Budgets::Budget",
            "AWS::RAM::ResourceShare",
            "AWS::Logs::AccountPolicy",
        ),
        *("AWS::RolesAnywhere::TrustAnchor", "AWS::ServiceCatalog::CloudFormationProduct"),
        *("MongoDB::Atlas::Cluster", "My::Own::Thing::MODULE", "AWS::S3::Bucket::MODULE"),
    ],
)
def test_types_that_reach_further(kind: str) -> None:
    """What acts on more than its stack, or makes identities, is refused by type; an owner can allow it."""
    [only] = found(one(kind))

    assert only.startswith(f"template.yaml Resources.One.Type: {kind} ")
    assert "AllowedResourceTypes" in only
    assert found(one(kind), allowing(resource_types=(kind.rsplit("::", 1)[0] + "::*",))) == []


@pytest.mark.parametrize(
    "kind",
    [
        *("AWS::Lambda::Function", "AWS::CloudFormation::WaitCondition", "AWS::IAM::Policy", "AWS::EC2::VPC"),
        *(
            "AWS::Serverless::Function",
            "Custom::Thing",
            "Alexa::ASK::Skill",
            "AWS::Route53Resolver::FirewallRule",
            "AWS::Route53::HealthCheck",
        ),
    ],
)
def test_ordinary_types(kind: str) -> None:
    """Everything else is a matter of AllowedServices."""
    assert found(one(kind)) == []


SOURCES = {"source": ["aws.ecs"]}
CALLS = {"detail-type": ["AWS API Call via CloudTrail"]}
OTHERS = {"Bus": {"Type": "AWS::Events::EventBus"}, "Cluster": {"Type": "AWS::ECS::Cluster"}}


@pytest.mark.parametrize(
    ("pattern", "bus", "is_fine"),
    [
        (SOURCES, None, False),
        (SOURCES, "default", False),
        (SOURCES, f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/default", False),
        (SOURCES, {"Ref": "Given"}, False),
        (SOURCES, {"Fn::If": ["C", "orders", {"Ref": "AWS::NoValue"}]}, False),
        ({"source": {"Fn::If": ["C", ["mine"], {"Ref": "AWS::NoValue"}]}}, None, False),
        (SOURCES, {"Ref": "Bus"}, True),
        (SOURCES, "orders", True),
        (json.dumps(SOURCES), None, False),
        ({"Fn::If": ["C", {"source": ["mine"]}, SOURCES]}, None, False),
        ({"Fn::GetAtt": ["Custom", "Pattern"]}, None, False),
        ({"source": ["aws.states"], "detail": {"status": ["FAILED"]}}, None, False),
        ({"source": [{"prefix": "aws."}]}, None, False),
        ({"source": [{"anything-but": ["mine"]}]}, None, False),
        ({"source": [{"Ref": "Given"}]}, None, False),
        ({"account": [{"Ref": "AWS::AccountId"}]}, None, False),
        ({"$or": [SOURCES]}, None, False),
        ({"detail-type": ["ECS Task State Change"]}, None, False),
        ({**SOURCES, "detail": {"clusterArn": [{"prefix": "arn:"}]}}, None, False),
        ({**SOURCES, "detail": {"clusterArn": [{"Fn::GetAtt": ["Cluster", "Arn"]}]}}, None, True),
        ({**SOURCES, "resources": [f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task/theirs/1"]}, None, True),
        ({**SOURCES, "detail-type": ["ECS Service Action"]}, None, True),
        ({"source": ["aws.s3", "mine"]}, None, True),
        ({"source": [{"prefix": "com.mine"}]}, None, True),
        ({"detail-type": ["Object Created"]}, None, True),
        (CALLS | {"detail": {"eventSource": ["s3.amazonaws.com"]}}, None, True),
        (CALLS | {"detail": {"eventSource": ["ecs.amazonaws.com"]}}, None, False),
        (CALLS, None, False),
        (None, None, True),
    ],
)
def test_rules_on_the_account_s_event_bus(pattern: Any, bus: Any, *, is_fine: bool) -> None:
    """A rule hears of its own things; those of everybody hold what this application's containers are given."""
    template = one("AWS::Events::Rule", EventPattern=pattern, EventBusName=bus)
    template["Resources"]["One"]["Properties"] = {
        name: value for name, value in (("EventPattern", pattern), ("EventBusName", bus)) if value is not None
    }
    template["Resources"] |= OTHERS
    template["Parameters"] = {"Given": {"Type": "String"}}

    assert (found(template) == []) is is_fine
    assert found(template, allowing(resource_types=("AWS::Events::Rule",))) == []


def test_policies_of_event_buses() -> None:
    """The account's own bus is not opened to others; the template's may be."""
    template = one("AWS::Events::EventBusPolicy", StatementId="x", Principal="*")
    template["Resources"] |= OTHERS

    assert "opens the account's own event bus" in found(template)[0]
    template["Resources"]["One"]["Properties"]["EventBusName"] = {"Ref": "Bus"}
    assert found(template) == []


def _loop(collection: Any, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "Transform": LANGUAGE_EXTENSIONS,
        "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "A,B"}, "Given": {"Type": "String"}},
        "Resources": {"Fn::ForEach::Loop": ["X", collection, body]},
    }


@pytest.mark.parametrize(
    ("collection", "body", "told"),
    [
        (["User"], {"A${X}": {"Type": "AWS::IAM::${X}"}}, "AWS::IAM::User is none"),
        (["Role"], {"A${X}": {"Type": "AWS::IAM::${X}"}}, "gets no boundary"),
        ([OTHER], {"A&{X}": role({"AWS": {"Ref": "X"}})["Resources"]["One"]}, "another account"),
        ([OTHER], {"A${X}": role({"AWS": "arn:aws:iam::${X}:root"})["Resources"]["One"]}, "another account"),
        (
            ["Assume"],
            {
                "A": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {"Fn::ForEach::P": ["Y", ["Assume"], {"${Y}RolePolicyDocument": trust("*")}]},
                }
            },
            "trusts every account",
        ),
        (
            ["prod"],
            {"A": {"Type": "AWS::SNS::Topic", "Properties": {"N": "{{resolve:ssm:${X}}}"}}},
            "reads ssm prod",
        ),
        ({"Ref": "Names"}, {"A${X}": {"Type": "AWS::IAM::User"}}, "Resources.AB.Type"),
        ({"Ref": "Given"}, {"A${X}": {"Type": "AWS::SNS::Topic"}}, "or is not known beforehand"),
        (["A", "B"], {"Same": {"Type": "AWS::SNS::Topic"}}, "is taken"),
        (
            ["Transform"],
            {"A": {"Type": "AWS::SNS::Topic", "Fn::${X}": {"Name": "Mine"}}},
            "makes the transform Mine",
        ),
        (
            ["Stack"],
            {"A": {"Type": "AWS::CloudFormation::${X}", "Properties": {"TemplateURL": "https://x"}}},
            "no path",
        ),
        ("no list", "no body", "or is not known beforehand"),
    ],
)
def test_loops(collection: Any, body: Any, told: str) -> None:
    """What Fn::ForEach makes is judged, its types, names and keys as well."""
    assert told in " ".join(found(_loop(collection, body)))


def test_loop_of_harmless_resources() -> None:
    """A loop is as good as what it repeats."""
    body = {"Topic${X}": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${X}-topic"}}}}

    assert found(_loop({"Ref": "Names"}, body)) == []


def test_loops_that_grow_beyond_reason() -> None:
    """Loops within loops end when they have made more than a template may hold."""
    body: dict[str, Any] = {"A${A}${B}${C}${D}": {"Type": "AWS::SNS::Topic"}}
    for name in "ABCD":
        body = {f"Fn::ForEach::{name}": [name, [str(number) for number in range(100)], body]}

    with pytest.raises(TemplateInvalid, match="grow beyond what can be judged"):
        found({"Resources": body})


def test_value_with_too_many_texts() -> None:
    """Branches that multiply end before they fill the memory."""
    branch = {"Fn::If": ["C", "a", "b"]}

    with pytest.raises(TemplateInvalid, match="more than 1,000 texts"):
        found(one("AWS::SNS::Topic", TopicName={"Fn::Join": ["-", [branch] * 40]}))


def test_values_that_add_up() -> None:
    """Many values, each of them within its bounds, end as early."""
    branches = [{"Fn::If": ["C", "a", "b"]}] * 9
    value = {"Fn::Join": ["-", [*branches, "x" * 700]]}

    with pytest.raises(TemplateInvalid, match="grow beyond what can be judged"):
        found(one("AWS::SNS::Topic", Values=[value] * 400))


@pytest.mark.parametrize(
    "url",
    [
        "https://attacker.s3.amazonaws.com/x.yaml",
        "https://s3.eu-west-1.amazonaws.com/our-artifacts/packages/other.template.json",
        FILE,
        {"Fn::Sub": "https://${Bucket}.s3.amazonaws.com/x.yaml"},
        {"Fn::If": ["C", URL, "https://attacker.s3.amazonaws.com/x.yaml"]},
        None,
    ],
)
def test_templates_from_elsewhere(url: Any) -> None:
    """A nested template is one of the repository, which was judged; another file of it, or address, is refused."""
    parent = packaged(one("AWS::CloudFormation::Stack", TemplateURL=url))
    child = packaged(one("AWS::SNS::Topic"), "child.yaml")
    family = Family(parent=parent, nested={URL: child}, published=frozenset({FILE}))

    assert "is no path of a template in the repository" in " ".join(found_in(family))


def _nested(child: dict[str, Any], **parameters: Any) -> list[str]:
    parent = one("AWS::CloudFormation::Stack", TemplateURL=URL, Parameters=parameters)
    parent["Resources"] |= {
        "Secret": {"Type": "AWS::SecretsManager::Secret"},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust({"Service": "x"})}},
        "Custom": {"Type": "Custom::Thing"},
    }
    return found_in(Family(parent=packaged(parent), nested={URL: packaged(child, "child.yaml")}))


def test_nested_templates() -> None:
    """Each is judged with what its parent gives to its parameters, and told by its own path."""
    child = role({"AWS": {"Ref": "Who"}}) | {"Parameters": {"Who": {"Type": "String", "Default": ACCOUNT}}}

    assert _nested(child, Who={"Ref": "AWS::AccountId"}) == []
    assert _nested(child, Who={"Fn::GetAtt": ["Role", "Arn"]}) == []
    assert _nested(child, Who={"Fn::Join": ["", ["6" * 6, "6" * 6]]})[0].startswith("child.yaml Resources.One")
    assert "not known beforehand" in _nested(child, Who={"Fn::GetAtt": ["Custom", "Arn"]})[0]


def test_parameters_in_branches() -> None:
    """A nested template is judged with each map of parameters that its parent can give, and with none."""
    child = role({"AWS": {"Ref": "Who"}}) | {"Parameters": {"Who": {"Type": "String", "Default": "*"}}}
    parent = one("AWS::CloudFormation::Stack", TemplateURL=URL)
    parent["Resources"]["One"]["Properties"]["Parameters"] = {"Fn::If": ["C", {"Who": OTHER}, {"Who": ACCOUNT}]}

    told = found_in(Family(parent=packaged(parent), nested={URL: packaged(child, "child.yaml")}))

    assert any(OTHER in each for each in told)
    assert any("every account" in each for each in told)
    assert not any(ACCOUNT in each for each in told)


def test_secret_of_the_parent() -> None:
    """A nested template may read the secret that its parent made and handed down."""
    child = one("AWS::SNS::Topic", DisplayName={"Fn::Sub": "{{resolve:secretsmanager:${Db}}}"})
    child["Parameters"] = {"Db": {"Type": "String"}}

    assert _nested(child, Db={"Ref": "Secret"}) == []
    assert "reads secretsmanager" in _nested(child, Db={"Ref": "Role"})[0]


def test_templates_that_nest_too_much() -> None:
    """Templates that multiply by their parameters end early."""
    child = one("AWS::SNS::Topic")
    parent = one("AWS::SNS::Topic")
    for number in range(300):
        properties = {"TemplateURL": URL, "Parameters": {"N": str(number)}}
        parent["Resources"][f"S{number}"] = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}

    with pytest.raises(TemplateInvalid, match="more than 200 stacks"):
        found_in(Family(parent=packaged(parent), nested={URL: packaged(child, "child.yaml")}))


def test_everything_at_once() -> None:
    """One error has all that is wrong, each with place, problem and way out; a long list is cut, and says so."""
    template = {"Resources": {f"User{number:02}": {"Type": "AWS::IAM::User"} for number in range(20)}}

    with pytest.raises(TemplateNotAllowed) as caught:
        check(Family(parent=packaged(template)), {}, SCOPE)

    errors = errors_of(caught.value.message)
    assert len(errors) == 15
    assert errors[0]["field"] == "template.yaml Resources.User00.Type"
    assert errors[0]["problem"].startswith("AWS::IAM::User is none of the types")
    assert errors[0]["problem"].endswith("(AllowedResourceTypes of this application allows it)")
    assert caught.value.message.endswith("; and 5 more")


def test_hostile_text_in_the_list() -> None:
    """What the template says cannot look like another entry, or fill the message."""
    template = {"Resources": {"A; B: c\n": {"Type": "Evil: x; y::" + "z" * 1000}}}

    with pytest.raises(TemplateNotAllowed) as caught:
        check(Family(parent=packaged(template)), {}, SCOPE)

    assert len(errors_of(caught.value.message)) == 1
    assert len(caught.value.message) < 600


JSON = st.recursive(
    st.text(max_size=8) | st.integers() | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        | st.tuples(
            st.sampled_from(
                [
                    "Ref",
                    "Fn::Sub",
                    "Fn::Join",
                    "Fn::If",
                    "Fn::Select",
                    "Fn::Split",
                    "Fn::FindInMap",
                    "Fn::GetAtt",
                    "Fn::ForEach::L",
                    "Fn::ImportValue",
                    "Fn::ToJsonString",
                    "Fn::Base64",
                    "Principal",
                    "Statement",
                ]
            ),
            inner,
        ).map(lambda pair: {pair[0]: pair[1]})
    ),
    max_leaves=12,
)
KINDS = st.sampled_from(["AWS::IAM::Role", "AWS::CloudFormation::Stack", "Custom::Thing", "AWS::SNS::Topic"])


@given(kind=KINDS, properties=JSON, policy=JSON, section=JSON)
def test_any_template(kind: str, properties: Any, policy: Any, section: Any) -> None:
    """Whatever a template holds, it is judged without stumbling, and stays as it is."""
    own = properties if isinstance(properties, dict) else {"P": properties}
    template = {
        "Resources": {"One": {"Type": kind, "Properties": {"AssumeRolePolicyDocument": policy, **own}}},
        "Mappings": section,
        "Parameters": section,
        "Outputs": section,
    }
    before = copy.deepcopy(template)

    found_in(Family(parent=packaged(template)))

    assert template == before
