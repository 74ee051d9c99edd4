"""The roles and policies of template.yaml as they are in an account: expanded, with names and ARNs in place."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Any, Final

from tests.unit import application

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
STACK: Final = "deployer"
API_ID: Final = "a1b2c3d4e5"
WEBHOOK_SECRET: Final = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:github-webhook-AbCdEf"
GIT_TOKEN: Final = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:git-token-AbCdEf"
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-0000-4000-8000-000000000000"
_GIVEN: Final = {
    "WebhookSecretArn": WEBHOOK_SECRET,
    "KmsKeyArn": KEY,
    "GitTokenSecretArn": GIT_TOKEN,
    "CloneImage": "clone:1",
    "BuildImage": "b:1",
}
_PSEUDO: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": STACK,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1",
    "AWS::URLSuffix": "amazonaws.com",
}
_NOTHING: Final = object()
_IN_TEXT: Final = re.compile(r"\$\{([^}!]+)\}")

# AWS Managed Policy Reference Guide, as far as SAM attaches them.
_OF_AWS: Final = {
    "AWSLambdaBasicExecutionRole": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    "AWSXRayDaemonWriteAccess": [
        "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    ],
    "AWSXrayWriteOnlyAccess": [
        "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    ],
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """`policies` and `trust` are policy documents; `boundary`, where there is one."""

    name: str
    arn: str
    policies: tuple[dict[str, Any], ...]
    trust: dict[str, Any]
    boundary: dict[str, Any] | None = None


@functools.cache
def roles() -> dict[str, Role]:
    """Every role of the application, by logical id without `Role` at the end of a function's."""
    found = {name: _role(name, body) for name, body in application.resources("AWS::IAM::Role").items()}
    return {
        name.removesuffix("Role").removesuffix("Function") if "Function" in name else name: role
        for name, role in found.items()
    }


@functools.cache
def deployed_role() -> Role:
    """A role of a deployed stack that was given every right there is, within the boundary."""
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    return Role(
        name="a deployed role",
        arn=f"arn:aws:iam::{ACCOUNT}:role/{STACK}/deployed/shop-Function",
        policies=(everything,),
        trust={},
        boundary=_document("PermissionsBoundary"),
    )


def ref(logical_id: str) -> str:
    """What `!Ref` of a resource of ours is."""
    return str(_resolved({"Ref": logical_id}))


def arn(logical_id: str) -> str:
    """What `!GetAtt {it}.Arn` is."""
    return str(_resolved({"Fn::GetAtt": [logical_id, "Arn"]}))


def _role(name: str, body: dict[str, Any]) -> Role:
    inline = [_resolved(policy["PolicyDocument"]) for policy in body.get("Policies", [])]
    attached = [_managed(each) for each in _resolved(body.get("ManagedPolicyArns", []))]
    return Role(
        name=name,
        arn=arn(name),
        policies=(*inline, *attached, *_attached_to(name)),
        trust=_resolved(body["AssumeRolePolicyDocument"]),
    )


def _managed(policy_arn: str) -> dict[str, Any]:
    own = {ref(name): name for name in application.resources("AWS::IAM::ManagedPolicy")}
    if policy_arn in own:
        return _document(own[policy_arn])
    actions = _OF_AWS[policy_arn.rpartition("/")[2]]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}


def _attached_to(role: str) -> list[dict[str, Any]]:
    """Policies that name the role, and not the role them."""
    every = application.resources("AWS::IAM::ManagedPolicy").items()
    return [_document(name) for name, body in every if {"Ref": role} in body.get("Roles", [])]


def _document(policy: str) -> dict[str, Any]:
    found: dict[str, Any] = _resolved(application.resources("AWS::IAM::ManagedPolicy")[policy]["PolicyDocument"])
    return found


def _resolved(node: Any) -> Any:
    if isinstance(node, list):
        return [value for each in node if (value := _resolved(each)) is not _NOTHING]
    if not isinstance(node, dict):
        return node
    if len(node) == 1:
        [(function, argument)] = node.items()
        if function == "Ref" or function.startswith("Fn::"):
            return _called(function, argument)
    return {key: value for key, each in node.items() if (value := _resolved(each)) is not _NOTHING}


def _called(function: str, argument: Any) -> Any:
    match function, argument:
        case "Ref", "AWS::NoValue":
            return _NOTHING
        case "Ref", str(name):
            return _named(name)
        case "Fn::GetAtt", [str(name), str(attribute)]:
            return _attribute(name, attribute)
        case "Fn::Sub", str(text):
            return _IN_TEXT.sub(lambda found: str(_put_in(found[1], {})), text)
        case "Fn::Sub", [str(text), dict(values)]:
            return _IN_TEXT.sub(lambda found: str(_put_in(found[1], values)), text)
        case "Fn::Join", [str(between), members]:
            return between.join(_listed(_resolved(members)))
        case "Fn::Split", [str(between), text]:
            return str(_resolved(text)).split(between)
        case "Fn::If", [str(condition), yes, no]:
            return _resolved(yes if application.conditions(_GIVEN)[condition] else no)
    raise ValueError(f"{function} {argument}")


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else str(value).split(",")


def _put_in(name: str, values: dict[str, Any]) -> Any:
    if name in values:
        return _resolved(values[name])
    logical_id, dot, attribute = name.partition(".")
    return _attribute(logical_id, attribute) if dot else _named(name)


def _named(name: str) -> Any:
    if name in _PSEUDO:
        return _PSEUDO[name]
    parameters = application.expanded()["Parameters"]
    if name in parameters:
        return _GIVEN.get(name, parameters[name].get("Default"))
    return _physical(name)[0]


def _attribute(name: str, attribute: str) -> str:
    identifier, its_arn = _physical(name)
    return its_arn if attribute == "Arn" else identifier.rpartition(":")[2]


def _physical(name: str) -> tuple[str, str]:
    """What Ref gives, and the ARN."""
    resource = application.expanded()["Resources"][name]
    properties, made = resource.get("Properties", {}), f"{STACK}-{name}-1A2B"
    called = next((_resolved(properties[key]) for key in _NAME_PROPERTIES if key in properties), made)
    reference, its_arn = _FORMS.get(resource["Type"], ("{made}", "{made}"))
    values = {
        "made": made,
        "small": made.lower(),
        "called": called,
        "path": _resolved(properties.get("Path", "/")),
    }
    values |= {"here": f"{REGION}:{ACCOUNT}", "region": REGION, "account": ACCOUNT, "api": API_ID}
    return reference.format(**values), its_arn.format(**values)


_NAME_PROPERTIES: Final = ("FunctionName", "StateMachineName", "LogGroupName")
_MACHINE: Final = "arn:aws:states:{here}:stateMachine:{called}"
_POLICY: Final = "arn:aws:iam::{account}:policy{path}{made}"
_TASK: Final = "arn:aws:ecs:{here}:task-definition/{made}:1"
_GATEWAY: Final = "arn:aws:apigateway:{region}::"
# What Ref is, and what the ARN is (Service Authorization Reference).
_FORMS: Final = {
    "AWS::Lambda::Function": ("{called}", "arn:aws:lambda:{here}:function:{called}"),
    "AWS::StepFunctions::StateMachine": (_MACHINE, _MACHINE),
    "AWS::IAM::Role": ("{made}", "arn:aws:iam::{account}:role{path}{made}"),
    "AWS::IAM::ManagedPolicy": (_POLICY, _POLICY),
    "AWS::DynamoDB::Table": ("{made}", "arn:aws:dynamodb:{here}:table/{made}"),
    "AWS::S3::Bucket": ("{small}", "arn:aws:s3:::{small}"),
    "AWS::ECS::Cluster": ("{made}", "arn:aws:ecs:{here}:cluster/{made}"),
    "AWS::ECS::TaskDefinition": (_TASK, _TASK),
    "AWS::ECR::Repository": ("{small}", "arn:aws:ecr:{here}:repository/{small}"),
    "AWS::Logs::LogGroup": ("{called}", "arn:aws:logs:{here}:log-group:{called}:*"),
    "AWS::ApiGateway::RestApi": ("{api}", f"{_GATEWAY}/restapis/{{api}}"),
    "AWS::ApiGateway::ApiKey": ("ourapikey1", f"{_GATEWAY}/apikeys/ourapikey1"),
    "AWS::ApiGateway::UsagePlan": ("ourplan1", f"{_GATEWAY}/usageplans/ourplan1"),
}
