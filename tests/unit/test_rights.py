"""Who may do what, as the template says it: our functions, the containers, and the stacks that are deployed."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from tests.unit import application
from tests.unit.application import FUNCTIONS

from deployer.aws import physical_names
from deployer.template.named_types import NAMED_TYPES

if TYPE_CHECKING:
    from pathlib import Path


def test_role_belongs_to_one_function() -> None:
    """No two functions share a role."""
    roles = [json.dumps(each["Role"]) for each in application.resources("AWS::Lambda::Function").values()]

    assert len(set(roles)) == len(roles) == len(FUNCTIONS)


def test_no_wildcard_action() -> None:
    """What our own roles may do is named action by action; only what deployed stacks may do goes by service."""
    deployed = {"CloudFormationRole", "PermissionsBoundary"}
    wild = [
        (holder, action)
        for holder, statement in application.statements()
        if holder not in deployed and statement["Effect"] == "Allow"
        for action in application.listed(statement["Action"])
        if "*" in action
    ]

    assert wild == []


def test_roles_are_passed_to_two_services() -> None:
    """Our roles pass a role to ECS and to CloudFormation, and to nothing else."""
    passed = [
        (statement["Resource"], statement["Condition"]["StringEquals"]["iam:PassedToService"])
        for holder, statement in application.statements()
        if "iam:PassRole" in application.listed(statement.get("Action", []))
        and holder not in {"CloudFormationRole", "PermissionsBoundary"}
    ]
    role = {"Fn::GetAtt": ["CloudFormationRole", "Arn"]}
    execution = {"Fn::GetAtt": ["TaskExecutionRole", "Arn"]}

    assert passed
    assert all(
        each in [(role, "cloudformation.amazonaws.com"), (execution, "ecs-tasks.amazonaws.com")] for each in passed
    )


def test_who_changes_stacks() -> None:
    """A stack is changed only where a condition names our tag."""
    verbs = re.compile(r"cloudformation:(Create|Delete|Update|Execute|Cancel)")
    changes = [
        (holder, statement)
        for holder, statement in application.statements()
        if holder.endswith("FunctionRole")
        and any(verbs.match(action) for action in application.listed(statement["Action"]))
        and "transform/" not in json.dumps(statement["Resource"])
    ]

    assert {holder for holder, _ in changes} == {
        f"{state}FunctionRole"
        for state in (
            "CreateChangeSet",
            "CheckChangeSet",
            "DiscardChangeSet",
            "ExecuteChangeSet",
            "StopStack",
            "DeleteStack",
        )
    }
    assert all("/ManagedBy" in json.dumps(statement["Condition"]) for _, statement in changes)


def test_roles_of_deployed_stacks() -> None:
    """CloudFormation makes and passes roles only under one path, and gives rights only within the boundary."""
    rights = [s for holder, s in application.statements() if holder == "CloudFormationRole"]
    on_roles = [
        s
        for s in rights
        if s["Effect"] == "Allow" and any(a.startswith("iam:") and "Role" in a for a in _actions(s))
    ]
    giving = [s for s in on_roles if {"iam:CreateRole", "iam:PutRolePolicy"} & set(_actions(s))]

    assert giving
    assert all("iam:PermissionsBoundary" in s["Condition"]["StringEquals"] for s in giving)
    assert all(
        re.search(r":role/(\$\{AWS::StackName\}/deployed|aws-service-role)/\*$", s["Resource"]["Fn::Sub"])
        for s in on_roles
    )


def test_changes_of_nested_stacks() -> None:
    """CloudFormation plans and changes the stacks within a stack with its own role, whatever ours may do."""
    rights = [s for holder, s in application.statements() if holder == "CloudFormationRole"]
    allowed = {action for s in rights if s["Effect"] == "Allow" for action in _actions(s)}

    assert allowed >= {f"cloudformation:{verb}ChangeSet" for verb in ("Create", "Describe", "Execute", "Delete")}


def _actions(statement: dict[str, Any]) -> list[str]:
    return [each for each in application.listed(statement.get("Action", [])) if isinstance(each, str)]


@pytest.mark.parametrize("holder", ["CloudFormationRole", "PermissionsBoundary"])
def test_deployed_stack_cannot_touch_this_application(holder: str) -> None:
    """Table, bucket, functions, machines, roles, API, cluster, images and this stack itself are denied."""
    denied = json.dumps(
        [s["Resource"] for h, s in application.statements() if h == holder and s["Effect"] == "Deny"]
    )

    for part in (
        "SessionTable",
        "ArtifactBucket",
        "function:${AWS::StackName}-*",
        "stateMachine:${AWS::StackName}-*",
        "role/${AWS::StackName}/application/*",
        "stack/${AWS::StackName}/*",
        "/restapis/${Api}",
        "Cluster",
        "CloneImageRepository",
    ):
        assert part in denied, part


@pytest.mark.parametrize("name", ["CloudFormationRole", "PermissionsBoundary"])
def test_what_outlives_the_application(name: str) -> None:
    """CloudFormation needs both to remove the stacks; an installation that failed to come about has none."""
    assert application.template()["Resources"][name]["DeletionPolicy"] == "RetainExceptOnCreate"


def test_container_of_private_repositories() -> None:
    """It is the clone's, with the token of the one host beside it; the token is ECS's to give."""
    tasks = application.resources("AWS::ECS::TaskDefinition")
    [private], [plain] = (
        tasks[f"{name}TaskDefinition"]["ContainerDefinitions"] for name in ("PrivateClone", "Clone")
    )

    assert private.pop("Secrets") == [{"Name": "CLONE_TOKEN", "ValueFrom": {"Ref": "GitTokenSecretArn"}}]
    assert private == plain


@pytest.mark.parametrize("image", ["Clone", "Build"])
def test_container_holds_nothing(image: str) -> None:
    """No role, no secret, no root user, no capability, and nothing to write to but its own disk."""
    task = application.resources("AWS::ECS::TaskDefinition")[f"{image}TaskDefinition"]
    [container] = task["ContainerDefinitions"]

    assert "TaskRoleArn" not in task
    assert container["Name"] == image.lower()
    assert container["User"] == "10001"
    assert container["ReadonlyRootFilesystem"] is True
    assert container["LinuxParameters"]["Capabilities"] == {"Drop": ["ALL"]}
    assert {"Secrets", "Environment", "Privileged"}.isdisjoint(container)


# Operations whose action has another name, or belongs to another service (Service Authorization Reference).
_ACTIONS = {
    "lambda:GetLayerVersionByArn": "lambda:GetLayerVersion",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
}
_PREFIXES = {"stepfunctions": "states", "apigatewayv2": "apigateway"}
_CALL = re.compile(r'client\("([\w-]+)"\)\s*\.\s*(?:get_paginator\("(\w+)"\)|(\w+))')


_ADAPTERS = application.ROOT / "functions" / "deployer" / "aws"


def asked_by(*modules: Path) -> set[str]:
    """The IAM action of each operation that the modules call."""
    return {action for module in modules for action in asked_in(module.read_text())}


def asked_in(source: str) -> set[str]:
    """The same of a piece of source."""
    return {_action(service, paginated or operation) for service, paginated, operation in _CALL.findall(source)}


def allowed_to(state: str) -> set[str]:
    """Every action that the state's function may do."""
    return {
        action
        for holder, statement in application.statements()
        if holder == f"{state}FunctionRole" and statement.get("Effect") == "Allow"
        for action in application.listed(statement["Action"])
    }


def _action(service: str, operation: str) -> str:
    make: Any = boto3.client
    model = make(service, region_name="us-east-1")
    if service.startswith("apigateway"):
        return "apigateway:GET"
    action = f"{_PREFIXES.get(service, service)}:{model.meta.method_to_api_mapping[operation]}"
    return _ACTIONS.get(action, action)


def test_what_a_sanity_test_may_do() -> None:
    """It looks where its checks look and nowhere else, calls functions and workflows, and writes nothing."""
    asked = asked_by(*(_ADAPTERS / "checks").glob("*.py"), _ADAPTERS / "function_policy.py")
    called = {"lambda:InvokeFunction", "states:StartSyncExecution"}

    assert allowed_to("RunSanityTest") == asked | called | {"s3:GetObject"}


def test_what_looks_for_taken_names() -> None:
    """It may look for every name that a template can give, and ask whose it is, and has no other right to read."""
    looks = [inspect.getsource(look) for look in physical_names.LOOKS.values()]
    sources = [
        *looks,
        (_ADAPTERS / "physical_names.py").read_text(),
        (_ADAPTERS / "resource_owners.py").read_text(),
    ]
    asked = {action for source in sources for action in asked_in(source)} | {"sqs:GetQueueUrl"}
    to_change = {"cloudformation", "dynamodb", "iam", "logs", "s3", "xray"}

    assert set(physical_names.LOOKS) == set(NAMED_TYPES)
    assert asked <= allowed_to("CreateChangeSet")
    rest = allowed_to("CreateChangeSet") - asked
    assert {action.split(":")[0] for action in rest} <= to_change


def test_who_looks_whether_a_function_is_ours() -> None:
    """It reads the function's tags, which Lambda gives with a right of their own, and nothing of its code."""
    of_functions = {action for action in allowed_to("ValidateTestRequest") if action.startswith("lambda:")}

    assert of_functions == asked_by(_ADAPTERS / "targets.py") == {"lambda:ListTags"}


@pytest.mark.parametrize(("scope", "is_narrowed"), [("deployed", True), ("account", False)])
def test_what_a_sanity_test_may_call(scope: str, *, is_narrowed: bool) -> None:
    """What carries our tag, unless the whole account is tested; this application's own in no case."""
    conditions = application.conditions({"TestScope": scope})
    rights = [
        application.resolve(statement, conditions)
        for holder, statement in application.statements()
        if holder == "RunSanityTestFunctionRole"
    ]
    calls = [each for each in rights if "lambda:InvokeFunction" in application.listed(each["Action"])]
    [given] = [each for each in calls if each["Effect"] == "Allow"]
    [denied] = [each for each in calls if each["Effect"] == "Deny"]

    assert ("aws:ResourceTag/ManagedBy" in json.dumps(given.get("Condition", {}))) is is_narrowed
    assert "function:${AWS::StackName}-*" in json.dumps(denied["Resource"])
