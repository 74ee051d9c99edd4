"""Template, definitions, modules and events agree, and what the emulator cannot show is written down."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.unit import application
from tests.unit.application import MACHINES, ROOT

from deployer.settings import Settings

STATES = [
    (name, state)
    for name in MACHINES.values()
    for state, body in application.definition(name)["States"].items()
    if body["Type"] == "Task"
]
FUNCTIONS = sorted(application.resources("AWS::Serverless::Function", application.template()))
CONTAINERS = {"CloneRepository": "Clone", "PackageProject": "Build"}
LAMBDA_STATES = sorted({state for _, state in STATES if state not in CONTAINERS})


def snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def targets(state: dict[str, Any]) -> set[str]:
    """Every state that this one may go to."""
    branches = [state, *state.get("Catch", []), *state.get("Choices", [])]
    return {branch[key] for branch in branches for key in ("Next", "Default") if key in branch}


# One name in every place


@pytest.mark.parametrize("state", LAMBDA_STATES)
def test_state_has_its_function(state: str) -> None:
    """State, logical id, module and handler have one name."""
    function = application.resources("AWS::Serverless::Function", application.template())[f"{state}Function"]

    assert function["Handler"] == f"{snake(state)}.handler"
    assert (ROOT / "functions" / f"{snake(state)}.py").is_file()


def test_function_without_a_state() -> None:
    """Only the API and the one that hears of ended executions belong to no state."""
    names = {name.removesuffix("Function") for name in FUNCTIONS}

    assert names - set(LAMBDA_STATES) == {"Api", "ExecutionEnded"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_has_an_event(function: str) -> None:
    """Each function can be tried with `sam local invoke`, by an event of its own name."""
    path = ROOT / "events" / f"{snake(function.removesuffix('Function'))}.json"

    assert isinstance(json.loads(path.read_text()), dict)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_has_a_log_group(function: str) -> None:
    """Its log group is its own, is known before the first call, and forgets."""
    properties = application.resources("AWS::Lambda::Function")[function]
    group = application.resources("AWS::Logs::LogGroup")[properties["LoggingConfig"]["LogGroup"]["Ref"]]

    assert group["LogGroupName"]["Fn::Sub"].rpartition("/")[2] == properties["FunctionName"]["Fn::Sub"]
    assert group["RetentionInDays"] == {"Ref": "FunctionLogDays"}


# Definitions


@pytest.mark.parametrize("name", MACHINES.values())
def test_every_target_exists(name: str) -> None:
    """No state leads to one that is not there."""
    states = application.definition(name)["States"]

    assert {target for state in states.values() for target in targets(state)} <= states.keys()


@pytest.mark.parametrize("name", MACHINES.values())
def test_every_state_is_reached(name: str) -> None:
    """There is a way from the start to each state."""
    machine = application.definition(name)
    reached, waiting = set[str](), [machine["StartAt"]]
    while waiting:
        if (state := waiting.pop()) not in reached:
            reached.add(state)
            waiting += targets(machine["States"][state])

    assert reached == machine["States"].keys()


@pytest.mark.parametrize(("name", "state"), STATES)
def test_task_is_bounded(name: str, state: str) -> None:
    """Each Task says what is true after it, how long it may take, what is tried again, and where errors go."""
    task = application.definition(name)["States"][state]

    assert task["Comment"].endswith(".")
    assert 0 < task["TimeoutSeconds"] <= 1200
    assert task["Retry"]
    assert all(retrier["JitterStrategy"] == _jitter(retrier) for retrier in task["Retry"])
    [catcher] = task["Catch"]
    assert catcher["ErrorEquals"] == ["States.ALL"]
    assert catcher["Next"] == ("SessionFailedUnrecorded" if state == "RecordFailure" else "RecordFailure")


def _jitter(retrier: dict[str, Any]) -> str:
    """Only one session waits for a stack to go: its pauses are a time limit, and nothing of it is chance."""
    return "NONE" if retrier["ErrorEquals"] == ["StackBeingCleared"] else "FULL"


def pauses(retrier: dict[str, Any]) -> float:
    """Seconds that all tries together leave, without jitter."""
    grown = (retrier["IntervalSeconds"] * retrier["BackoffRate"] ** n for n in range(retrier["MaxAttempts"]))
    return float(sum(min(pause, retrier["MaxDelaySeconds"]) for pause in grown))


@pytest.mark.parametrize(("name", "state"), STATES)
def test_passing_trouble_is_tried_again(name: str, state: str) -> None:
    """What is Lambda's, ECS's or another service's own trouble is no session's end.

    Sources: Step Functions Developer Guide, "Handling errors" (Lambda.Unknown for a function that was ended) and
    "Amazon ECS/Fargate" (AmazonECS.Unknown when RunTask answers with failures, as without capacity).
    The last ones are botocore's classes, by which a function in Python fails.
    """
    task = application.definition(name)["States"][state]
    tried_again = {error for retrier in task["Retry"] for error in retrier["ErrorEquals"]}

    if state in CONTAINERS:
        assert tried_again >= {"AmazonECS.Unknown", "ECS.AmazonECSException"}
    else:
        assert tried_again >= {"Lambda.TooManyRequestsException", "Lambda.Unknown", "Runtime.ExitError"}
        assert tried_again >= {"ClientError", "ReadTimeoutError", "TransactionCanceledException"}


def test_time_for_a_stack_to_go() -> None:
    """What a failed create left has time to go: a function in a VPC takes some twenty minutes."""
    retriers = application.definition("deploy")["States"]["CreateChangeSet"]["Retry"]
    [clearing] = [retrier for retrier in retriers if retrier["ErrorEquals"] == ["StackBeingCleared"]]

    assert pauses(clearing) >= 25 * 60


@pytest.mark.parametrize("name", MACHINES.values())
def test_machine_is_bounded(name: str) -> None:
    """No execution runs for ever, and the machine says what it does."""
    machine = application.definition(name)

    assert machine["Comment"]
    assert machine["TimeoutSeconds"] <= 3 * 3600


def test_machine_outlives_its_states() -> None:
    """A session ends by a state of its own, which says why, even when each takes the longest that it may."""
    machine = application.definition("deploy")
    states = machine["States"]
    stack = application.template()["Parameters"]["StackTimeoutMinutes"]["MaxValue"] * 60
    before = sum(states[state]["TimeoutSeconds"] for state in (*CONTAINERS, "PublishPackage"))
    clearing = max(pauses(retrier) for retrier in states["CreateChangeSet"]["Retry"])
    going_back = 3600

    assert machine["TimeoutSeconds"] >= before + clearing + stack + going_back


@pytest.mark.parametrize(("name", "state"), STATES)
def test_function_ends_before_its_state(name: str, state: str) -> None:
    """What takes too long ends as Lambda's own error, which names the function."""
    if state in CONTAINERS:
        return
    function = application.resources("AWS::Lambda::Function")[f"{state}Function"]

    assert function["Timeout"] < application.definition(name)["States"][state]["TimeoutSeconds"]


@pytest.mark.parametrize(
    ("state", "parameter"),
    [("CloneRepository", "CloneTimeoutSeconds"), ("PackageProject", "BuildTimeoutSeconds")],
)
def test_container_ends_before_its_state(state: str, parameter: str) -> None:
    """The longest time that can be given leaves a minute for the task to start and to leave its report."""
    allowed = application.template()["Parameters"][parameter]["MaxValue"]

    assert allowed + 60 <= application.definition("deploy")["States"][state]["TimeoutSeconds"]


@pytest.mark.parametrize(("machine", "name"), MACHINES.items())
def test_substitutions(machine: str, name: str) -> None:
    """The template gives a definition what it asks for, and nothing else."""
    text = (ROOT / "statemachines" / f"{name}.asl.json").read_text()
    properties = application.template()["Resources"][machine]["Properties"]

    assert properties["DefinitionUri"] == f"statemachines/{name}.asl.json"
    assert properties["DefinitionSubstitutions"].keys() == set(re.findall(r"\$\{(\w+)\}", text))


@pytest.mark.parametrize("machine", MACHINES)
def test_machine_may_call_its_functions(machine: str) -> None:
    """Its role invokes the functions of its states, and no other."""
    given = application.template()["Resources"][machine]["Properties"]["DefinitionSubstitutions"]
    wanted = [value for key, value in given.items() if key.endswith("FunctionArn")]
    allowed = [
        arn
        for holder, statement in application.statements()
        if holder == f"{machine}Role" and statement["Action"] == "lambda:InvokeFunction"
        for arn in application.listed(statement["Resource"])
    ]

    assert sorted(allowed, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize("machine", MACHINES)
def test_machine_is_logged_without_data(machine: str) -> None:
    """Every step is logged and traced; state data, which holds a container's address, is not."""
    properties = application.expanded()["Resources"][machine]["Properties"]

    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert properties["TracingConfiguration"]["Enabled"] is True


def test_where_containers_run() -> None:
    """In the subnets that were made, with an address of their own; or in the caller's, as the caller says."""
    given = application.template()["Resources"]["DeployStateMachine"]["Properties"]["DefinitionSubstitutions"]
    made = application.resolve(given, application.conditions({}))
    own = application.resolve(given, application.conditions({"VpcId": "vpc-1"}))

    assert made["SubnetIds"] == {"Fn::Join": [",", [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]]}
    assert made["AssignPublicIp"] == "ENABLED"
    assert own["SubnetIds"] == {"Fn::Join": [",", {"Ref": "SubnetIds"}]}
    assert own["AssignPublicIp"] == {"Ref": "AssignPublicIp"}


# Settings


def test_settings_and_environment() -> None:
    """Functions are given what Settings reads; one more is read by Powertools, and one by boto3."""
    source = (ROOT / "functions" / "deployer" / "settings.py").read_text()
    read = set(re.findall(r'self\._(?:text|number)\("(\w+)"\)', source))
    given = application.template()["Globals"]["Function"]["Environment"]["Variables"].keys()

    assert Settings.__name__ == "Settings"
    assert given - {"POWERTOOLS_SERVICE_NAME", "AWS_ENDPOINT_URL"} == read


def test_parameters_are_documented() -> None:
    """Every parameter has a description, a group in the console, and a line in docs/install.md."""
    parameters = application.template()["Parameters"]
    groups = application.template()["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    _, _, table = (ROOT / "docs" / "install.md").read_text().partition("## Parameters")

    assert all(parameter["Description"] for parameter in parameters.values())
    assert sorted(name for group in groups for name in group["Parameters"]) == sorted(parameters)
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(parameters)


# Who may do what


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
    """CloudFormation needs the role and the boundary to remove the stacks."""
    assert application.template()["Resources"][name]["DeletionPolicy"] == "Retain"


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


# The API


def open_methods(parameters: dict[str, str]) -> set[tuple[str, str]]:
    """The methods that ask for no proof of who calls."""
    truth = application.conditions(parameters)
    methods = {
        name: application.resolve(each["Properties"], truth)
        for name, each in application.expanded()["Resources"].items()
        if each["Type"] == "AWS::ApiGateway::Method" and truth.get(each.get("Condition", ""), True)
    }
    return {
        (name, method["HttpMethod"])
        for name, method in methods.items()
        if method["AuthorizationType"] == "NONE" and not method.get("ApiKeyRequired", False)
    }


@pytest.mark.parametrize("mode", ["API_KEY", "IAM"])
def test_api_is_closed(mode: str) -> None:
    """Every method but health asks for a proof; a preflight is open only where origins are given."""
    with_cors = {"AuthMode": mode, "CorsOrigins": "https://example.com"}

    assert open_methods({"AuthMode": mode}) == {("HealthMethod", "GET")}
    assert open_methods(with_cors) == {("HealthMethod", "GET"), ("PreflightMethod", "OPTIONS")}


def test_api_is_closed_unless_asked() -> None:
    """An installation that says nothing has a key; NONE must be asked for by name."""
    truth = application.conditions({})

    assert truth["IsApiKeyNeeded"]
    assert open_methods({"AuthMode": "NONE"}) > open_methods({})


@pytest.mark.parametrize("mode", ["API_KEY", "IAM", "NONE"])
@pytest.mark.parametrize("origins", ["", "https://example.com"])
def test_stage_follows_the_parameters(mode: str, origins: str) -> None:
    """The stage takes the one deployment that is made for these parameters, so that a switch takes effect."""
    truth = application.conditions({"AuthMode": mode, "CorsOrigins": origins})
    every = application.expanded()["Resources"]
    made = [
        name
        for name, each in every.items()
        if each["Type"] == "AWS::ApiGateway::Deployment" and truth[each["Condition"]]
    ]

    assert application.resolve(every["ApiStage"]["Properties"]["DeploymentId"], truth) == {"Ref": made[0]}
    assert len(made) == 1


def test_deployment_waits_for_the_whole_api() -> None:
    """A deployment is a snapshot: every method and every response must be there before it."""
    every = application.expanded()["Resources"]
    parts = {
        name
        for name, each in every.items()
        if each["Type"] in {"AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse"}
    }

    for name, each in every.items():
        if each["Type"] == "AWS::ApiGateway::Deployment":
            wanted = parts if name.endswith("WithCors") else parts - {"PreflightMethod"}
            assert set(each["DependsOn"]) == wanted, name


def test_gateway_responses_are_problems() -> None:
    """API Gateway's own refusals have the fields and the type of ours."""
    responses = application.resources("AWS::ApiGateway::GatewayResponse")

    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= {each["ResponseType"] for each in responses.values()}
    for each in responses.values():
        header = each["ResponseParameters"]["gatewayresponse.header.Content-Type"]
        assert header == "'application/problem+json'"
        for truth in (True, False):
            text = application.resolve(each["ResponseTemplates"], {"IsSignatureNeeded": truth})
            problem = json.loads(text["application/json"].replace("$context.error.messageString", '""'))
            assert {"type", "title", "detail", "code", "requestId"} <= problem.keys()
            assert problem["type"] == f"docs/errors.md#{problem['code'].lower()}"


# What the emulator drops


def test_session_table() -> None:
    """Encrypted, restorable to any second, streaming, forgetting, and paid by use."""
    table = application.resources("AWS::DynamoDB::Table")["SessionTable"]

    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"]


def test_indexes_are_small() -> None:
    """Each index has a page's attributes, not the whole head, and never its own keys twice."""
    indexes = application.resources("AWS::DynamoDB::Table")["SessionTable"]["GlobalSecondaryIndexes"]

    for index in indexes:
        keys = {key["AttributeName"] for key in index["KeySchema"]}
        others = index["Projection"]["NonKeyAttributes"]
        assert index["Projection"]["ProjectionType"] == "INCLUDE"
        assert keys.isdisjoint(others)
        assert len(others) <= 20  # DynamoDB's limit for one index
        assert "request" not in others


def test_artifact_bucket() -> None:
    """Private, versioned, encrypted; sessions expire after a week, packages never by age."""
    bucket = application.resources("AWS::S3::Bucket")["ArtifactBucket"]
    rules = bucket["LifecycleConfiguration"]["Rules"]

    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]
    assert [(r["Prefix"], r["ExpirationInDays"]) for r in rules if "ExpirationInDays" in r] == [("sessions/", 7)]
    assert {"NoncurrentDays": 1} in [rule.get("NoncurrentVersionExpiration") for rule in rules]
    assert {"DaysAfterInitiation": 1} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]


def test_bucket_takes_tls_alone() -> None:
    """Whoever asks without TLS is refused, whatever else it may do."""
    policy = application.resources("AWS::S3::BucketPolicy")["ArtifactBucketPolicy"]["PolicyDocument"]
    [statement] = policy["Statement"]

    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_nothing_costs_while_idle() -> None:
    """No NAT gateway, interface endpoint, running service, alarm or own key is among the resources."""
    kinds = {each["Type"] for each in application.expanded()["Resources"].values()}
    endpoints = application.resources("AWS::EC2::VPCEndpoint").values()

    assert kinds.isdisjoint(
        {
            "AWS::CloudWatch::Alarm",
            "AWS::EC2::EIP",
            "AWS::EC2::Instance",
            "AWS::EC2::NatGateway",
            "AWS::ECS::Service",
            "AWS::KMS::Key",
            "AWS::SecretsManager::Secret",
        }
    )
    assert all(endpoint["VpcEndpointType"] == "Gateway" for endpoint in endpoints)


def test_container_is_not_reachable() -> None:
    """Its security group lets nothing in, and HTTPS alone out."""
    group = application.resources("AWS::EC2::SecurityGroup")["TaskSecurityGroup"]

    assert "SecurityGroupIngress" not in group
    assert [(rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]] == [(443, 443)]
