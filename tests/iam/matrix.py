"""What each role must be allowed, and what it must not: rows to be read, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.iam import account
from tests.iam.account import ACCOUNT, API_ID, GIT_TOKEN, KEY, REGION, STACK, WEBHOOK_SECRET, arn, ref
from tests.iam.simulator import ALLOWED, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HERE: Final = f"{REGION}:{ACCOUNT}"
_TABLE: Final = arn("SessionTable")
_BUCKET: Final = arn("ArtifactBucket")
_SESSION: Final = f"{_BUCKET}/sessions/01a1"
_STACKS: Final = f"arn:aws:cloudformation:{_HERE}:stack/shop/1"
_OUR_STACK: Final = f"arn:aws:cloudformation:{_HERE}:stack/{STACK}/1"
_LANGUAGE: Final = f"arn:aws:cloudformation:{REGION}:aws:transform/LanguageExtensions"
_INCLUDE: Final = f"arn:aws:cloudformation:{REGION}:aws:transform/Include"
_MACRO: Final = f"arn:aws:cloudformation:{_HERE}:transform/Mine"
_CFN_ROLE: Final = arn("CloudFormationRole")
_BOUNDARY: Final = ref("PermissionsBoundary")
_DEPLOYED: Final = f"arn:aws:iam::{ACCOUNT}:role/{STACK}/deployed/shop-Function"
_ADMIN: Final = f"arn:aws:iam::{ACCOUNT}:role/Admin"
_FUNCTION: Final = f"arn:aws:lambda:{_HERE}:function:shop-Hello"
_OUR_FUNCTION: Final = arn("ApiFunction")
_OUR_MACHINE: Final = arn("DeployStateMachine")
_OTHER_SECRET: Final = f"arn:aws:secretsmanager:{_HERE}:secret:prod/db-AbCdEf"
_API: Final = f"arn:aws:apigateway:{REGION}::"
_OURS: Final = {"aws:ResourceTag/ManagedBy": "GitHubLambdaDeployer"}
_THEIRS: Final = {"aws:ResourceTag/ManagedBy": "somebody"}
_ASKED: Final = {"aws:RequestTag/ManagedBy": "GitHubLambdaDeployer", "cloudformation:RoleArn": _CFN_ROLE}
_TO_CFN: Final = {"iam:PassedToService": "cloudformation.amazonaws.com"}
_TO_LAMBDA: Final = {"iam:PassedToService": "lambda.amazonaws.com"}
_TO_TASKS: Final = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
_BOUNDED: Final = {"iam:PermissionsBoundary": _BOUNDARY}

What = tuple[str, str] | tuple[str, str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that a role is to be allowed, or is not."""

    role: str
    action: str
    resource: str
    is_allowed: bool
    reason: str
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def question(self) -> Question:
        every = account.roles() | {DEPLOYED: account.deployed_role()}
        return Question(
            role=every[self.role],
            action=self.action,
            resource=self.resource,
            context=self.context,
            resource_policy=_policy_of(self.action, self.resource),
        )

    def is_answered(self, answer: str) -> bool:
        """A question that IAM could not be asked, such as of an action that does not exist, is answered wrongly."""
        return answer == ALLOWED if self.is_allowed else answer in {"ImplicitlyDenied", "ExplicitlyDenied"}


def _policy_of(action: str, resource: str) -> Mapping[str, Any] | None:
    """The resource's own policy where IAM wants one: the worker's role names who may assume it; others leave it to IAM."""
    if action == "sts:AssumeRole" and resource == arn("WorkerRole"):
        return account.roles()["WorkerRole"].trust
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    if action == "sts:AssumeRole":
        return {"Version": "2012-10-17", "Statement": [{**root, "Action": action}]}
    if action.startswith("kms:") and ":key/" in resource:
        return {"Version": "2012-10-17", "Statement": [{**root, "Action": "kms:*", "Resource": "*"}]}
    return None


DEPLOYED: Final = "a deployed role"
_FUNCTIONS: Final = tuple(sorted(name for name in account.roles() if not name.endswith("Role")))
_SIGNERS: Final = ("ValidateRequest", "DetectProject", "ValidateTestRequest")
_MACHINES: Final = ("DeployStateMachineRole", "SanityTestStateMachineRole", "RemoveStackStateMachineRole")


def rows() -> list[Row]:
    return [*_functions(), *_machines(), *_containers(), *_cloudformation(), *_deployed()]


def _may(role: str, reason: str, *what: What) -> Iterator[Row]:
    yield from (_row(role, True, reason, each) for each in what)


def _may_not(role: str, reason: str, *what: What) -> Iterator[Row]:
    yield from (_row(role, False, reason, each) for each in what)


def _row(role: str, is_allowed: bool, reason: str, what: What) -> Row:
    action, resource, *rest = what
    context = rest[0] if rest else {}
    return Row(
        role=role, action=action, resource=resource, is_allowed=is_allowed, reason=reason, context=dict(context)
    )


def _functions() -> Iterator[Row]:
    for name in _FUNCTIONS:
        yield from _may(name, "writes its session", ("dynamodb:PutItem", _TABLE), ("dynamodb:UpdateItem", _TABLE),
                        ("dynamodb:Query", f"{_TABLE}/index/StatusIndex"))  # fmt: skip
        yield from _may_not(name, "nothing scans, and nothing deletes", ("dynamodb:Scan", _TABLE),
                            ("dynamodb:DeleteItem", _TABLE), ("dynamodb:GetItem", f"arn:aws:dynamodb:{_HERE}:table/orders"))  # fmt: skip
        yield from _may_not(name, "no function makes or changes identities", ("iam:CreateRole", _DEPLOYED, _BOUNDED),
                            ("iam:AttachRolePolicy", _DEPLOYED), ("iam:PassRole", _ADMIN, _TO_CFN))  # fmt: skip
        yield from _may_not(name, "stacks are changed by change set alone", ("cloudformation:CreateStack", _STACKS, _ASKED),
                            ("cloudformation:UpdateStack", _STACKS, _OURS))  # fmt: skip
        yield from _may_not(name, "secrets are not read", ("secretsmanager:GetSecretValue", _OTHER_SECRET),
                            ("ssm:GetParameter", f"arn:aws:ssm:{_HERE}:parameter/prod/key"))  # fmt: skip
        yield from _may_not(name, "this application is no part of it", ("lambda:UpdateFunctionCode", _OUR_FUNCTION),
                            ("s3:DeleteObject", f"{_BUCKET}/packages/x.zip"), ("s3:PutBucketPolicy", _BUCKET))  # fmt: skip
        if name not in _SIGNERS:
            yield from _may_not(name, "signs nothing", ("sts:AssumeRole", arn("WorkerRole")))
        if name != "RunSanityTest":
            yield from _may_not(
                name, "calls nothing that is deployed", ("lambda:InvokeFunction", _FUNCTION, _OURS)
            )
        if name not in {"CreateChangeSet", "CheckChangeSet", "DiscardChangeSet", "StopStack", "DeleteStack"}:
            yield from _may_not(name, "removes no stack", ("cloudformation:DeleteStack", _STACKS, _OURS))
    for name in (*_FUNCTIONS, "WorkerRole", "CloudFormationRole"):
        yield from _may(
            name,
            "the key, through table and bucket",
            ("kms:Decrypt", KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}),
        )
        yield from _may_not(name, "and not by itself", ("kms:Decrypt", KEY), ("kms:ScheduleKeyDeletion", KEY))
    yield from _api()
    readers = ("ValidateRequest", "ValidateTestRequest", "TaskExecutionRole")
    for name in (*readers, *(name for name in account.roles() if name not in readers)):
        rule, why = (
            (_may, "private repositories")
            if name in readers
            else (_may_not, "no private repository is its business")
        )
        yield from rule(name, why, ("secretsmanager:GetSecretValue", GIT_TOKEN))
    yield from _states()
    yield from _changers()
    yield from _testers()


def _api() -> Iterator[Row]:
    machines = ("DeployStateMachine", "RemoveStackStateMachine", "SanityTestStateMachine")
    yield from _may("Api", "starts sessions", *(("states:StartExecution", arn(name)) for name in machines))
    yield from _may("Api", "checks GitHub's signature", ("secretsmanager:GetSecretValue", WEBHOOK_SECRET))
    yield from _may_not("Api", "starts nobody else's machine, and reads no artifact",
                        ("states:StartExecution", f"arn:aws:states:{_HERE}:stateMachine:theirs"),
                        ("states:StopExecution", f"arn:aws:states:{_HERE}:execution:{STACK}-Deploy:1"),
                        ("s3:GetObject", f"{_SESSION}/source/source.zip"))  # fmt: skip
    for name in _FUNCTIONS:
        if name != "Api":
            yield from _may_not(name, "is told of no webhook", ("secretsmanager:GetSecretValue", WEBHOOK_SECRET),
                                ("states:StartExecution", _OUR_MACHINE))  # fmt: skip


def _states() -> Iterator[Row]:
    for name in _SIGNERS:
        yield from _may(name, "signs what a container may read and write", ("sts:AssumeRole", arn("WorkerRole")))
        yield from _may(name, "writes a container's plan", ("s3:PutObject", f"{_SESSION}/trusted/plan.json"))
        yield from _may_not(name, "assumes no other role", ("sts:AssumeRole", _ADMIN))
        yield from _may_not(name, "plays no container", ("s3:PutObject", f"{_SESSION}/build/x.zip"))
    yield from _may(
        "DetectProject", "looks for the default network", ("ec2:DescribeVpcs", "*"), ("ec2:DescribeSubnets", "*")
    )
    yield from _may_not("DetectProject", "changes no network", ("ec2:CreateVpc", f"arn:aws:ec2:{_HERE}:vpc/vpc-1"))
    yield from _may("PublishPackage", "reads what containers left, and publishes it",
                    ("s3:GetObjectVersion", f"{_SESSION}/build/x.zip"), ("s3:PutObject", f"{_BUCKET}/packages/x.zip"),
                    ("s3:PutObject", f"{_BUCKET}/builds/x.json"))  # fmt: skip
    yield from _may_not("PublishPackage", "writes nothing that others trust", ("s3:PutObject", f"{_SESSION}/trusted/tests.json"),
                        ("s3:PutObject", f"{_SESSION}/source/source.zip"))  # fmt: skip
    yield from _may("GenerateTests", "leaves tests", ("s3:PutObject", f"{_SESSION}/trusted/tests.json"))
    yield from _may(
        "RecordFailure", "reads the containers' reports", ("s3:GetObject", f"{_SESSION}/build/report.json")
    )
    yield from _may_not(
        "RecordFailure", "and nothing else of them", ("s3:GetObject", f"{_SESSION}/source/source.zip")
    )
    yield from _may("ExecutionEnded", "asks how an execution ended",
                    ("states:DescribeExecution", f"arn:aws:states:{_HERE}:execution:{STACK}-Deploy:1"))  # fmt: skip
    yield from _may_not(
        "ExecutionEnded",
        "of ours alone",
        ("states:DescribeExecution", f"arn:aws:states:{_HERE}:execution:theirs:1"),
    )
    yield from _may(
        "EmptyBuckets", "empties the buckets of a stack", ("s3:DeleteObjectVersion", "arn:aws:s3:::shop-bucket/x")
    )
    yield from _may_not("EmptyBuckets", "not our own, and no bucket itself", ("s3:DeleteObjectVersion", f"{_BUCKET}/packages/x.zip"),
                        ("s3:DeleteBucket", "arn:aws:s3:::shop-bucket"), ("s3:GetObject", "arn:aws:s3:::shop-bucket/x"))  # fmt: skip


def _changers() -> Iterator[Row]:
    create = "cloudformation:CreateChangeSet"
    yield from _may("CreateChangeSet", "with our tag and our service role", (create, _STACKS, _ASKED),
                    (create, _STACKS, _ASKED | _OURS), (create, _LANGUAGE), ("iam:PassRole", _CFN_ROLE, _TO_CFN))  # fmt: skip
    yield from _may_not("CreateChangeSet", "not without them", (create, _STACKS, {"cloudformation:RoleArn": _CFN_ROLE}),
                        (create, _STACKS, _ASKED | {"cloudformation:RoleArn": _ADMIN}),
                        (create, _STACKS, {"aws:RequestTag/ManagedBy": "GitHubLambdaDeployer"}))  # fmt: skip
    yield from _may_not("CreateChangeSet", "no stack of somebody else", (create, _STACKS, _ASKED | _THEIRS))
    yield from _may_not("CreateChangeSet", "no macro and no include", (create, _INCLUDE), (create, _MACRO))
    yield from _may_not("CreateChangeSet", "passes its role to CloudFormation alone", ("iam:PassRole", _CFN_ROLE, _TO_LAMBDA),
                        ("iam:PassRole", _CFN_ROLE))  # fmt: skip
    execute = "cloudformation:ExecuteChangeSet"
    yield from _may(
        "ExecuteChangeSet",
        "of a stack that is ours, or is just coming",
        (execute, _STACKS, _OURS),
        (execute, _STACKS),
    )
    yield from _may_not("ExecuteChangeSet", "of no other", (execute, _STACKS, _THEIRS))
    for name in ("StopStack", "DeleteStack"):
        yield from _may(name, "a stack that carries our tag", ("cloudformation:DeleteStack", _STACKS, _OURS))
        yield from _may_not(
            name,
            "no other",
            ("cloudformation:DeleteStack", _STACKS, _THEIRS),
            ("cloudformation:DeleteStack", _STACKS),
        )
    yield from _may("StopStack", "an update goes back", ("cloudformation:CancelUpdateStack", _STACKS, _OURS))
    for name in ("CheckChangeSet", "DiscardChangeSet"):
        yield from _may(name, "removes what nothing was created in", ("cloudformation:DeleteChangeSet", _STACKS),
                        ("cloudformation:DeleteStack", _STACKS, _OURS))  # fmt: skip
        yield from _may_not(name, "no stack of somebody else", ("cloudformation:DeleteStack", _STACKS, _THEIRS))


def _testers() -> Iterator[Row]:
    yield from _may("RunSanityTest", "calls what carries our tag", ("lambda:InvokeFunction", _FUNCTION, _OURS),
                    ("states:StartSyncExecution", f"arn:aws:states:{_HERE}:stateMachine:shop", _OURS))  # fmt: skip
    yield from _may_not(
        "RunSanityTest",
        "nothing else",
        ("lambda:InvokeFunction", _FUNCTION, _THEIRS),
        ("lambda:InvokeFunction", _FUNCTION),
    )
    yield from _may_not("RunSanityTest", "never this application", ("lambda:InvokeFunction", _OUR_FUNCTION, _OURS),
                        ("states:StartSyncExecution", _OUR_MACHINE, _OURS))  # fmt: skip
    yield from _may_not("RunSanityTest", "looks at how things are set up, not at what they hold",
                        ("dynamodb:Query", f"arn:aws:dynamodb:{_HERE}:table/orders"), ("s3:GetObject", "arn:aws:s3:::shop-bucket/x"),
                        ("sqs:ReceiveMessage", f"arn:aws:sqs:{_HERE}:orders"), ("kms:Decrypt", f"arn:aws:kms:{_HERE}:key/1"),
                        ("lambda:GetFunction", _FUNCTION), ("logs:GetLogEvents", f"arn:aws:logs:{_HERE}:log-group:x:log-stream:y"))  # fmt: skip
    yield from _may("DiscoverResources", "reads the stack's template", ("cloudformation:GetTemplate", _STACKS))
    yield from _may_not("DiscoverResources", "reads no object", ("s3:GetObject", f"{_SESSION}/source/source.zip"))


def _machines() -> Iterator[Row]:
    for name in _MACHINES:
        yield from _may_not(
            name,
            "calls its own states alone",
            ("lambda:InvokeFunction", _FUNCTION),
            ("lambda:InvokeFunction", _OUR_FUNCTION),
        )
        yield from _may_not(name, "has no data", ("dynamodb:GetItem", _TABLE), ("s3:GetObject", f"{_SESSION}/source/source.zip"),
                            ("cloudformation:DescribeStacks", _STACKS), ("iam:PassRole", _ADMIN, _TO_TASKS))  # fmt: skip
    clone, build = ref("CloneTaskDefinition"), ref("BuildTaskDefinition")
    here = {"ecs:cluster": arn("Cluster")}
    yield from _may("DeployStateMachineRole", "its functions, containers and tests", ("lambda:InvokeFunction", arn("ValidateRequestFunction")),
                    ("ecs:RunTask", clone, here), ("ecs:RunTask", build, here), ("ecs:RunTask", ref("PrivateCloneTaskDefinition"), here), ("iam:PassRole", arn("TaskExecutionRole"), _TO_TASKS),
                    ("states:StartExecution", arn("SanityTestStateMachine")))  # fmt: skip
    yield from _may_not("DeployStateMachineRole", "in its own cluster, of its own images, with the one role",
                        ("ecs:RunTask", clone, {"ecs:cluster": f"arn:aws:ecs:{_HERE}:cluster/theirs"}),
                        ("ecs:RunTask", f"arn:aws:ecs:{_HERE}:task-definition/theirs:1", here),
                        ("iam:PassRole", _CFN_ROLE, _TO_TASKS), ("iam:PassRole", arn("TaskExecutionRole"), _TO_LAMBDA),
                        ("states:StartExecution", arn("RemoveStackStateMachine")))  # fmt: skip
    yield from _may("SanityTestStateMachineRole", "its functions and the clone", ("lambda:InvokeFunction", arn("RunSanityTestFunction")),
                    ("ecs:RunTask", clone, here))  # fmt: skip
    yield from _may_not("SanityTestStateMachineRole", "no build", ("ecs:RunTask", build, here))
    yield from _may(
        "RemoveStackStateMachineRole", "its functions", ("lambda:InvokeFunction", arn("DeleteStackFunction"))
    )
    yield from _may_not("RemoveStackStateMachineRole", "no container", ("ecs:RunTask", clone, here))


def _containers() -> Iterator[Row]:
    yield from _may("TaskExecutionRole", "fetches the image, writes the log", ("ecr:BatchGetImage", arn("CloneImageRepository")),
                    ("logs:PutLogEvents", f"{arn('BuildTaskLog')[:-2]}:log-stream:x"))  # fmt: skip
    yield from _may_not("TaskExecutionRole", "nothing of a session", ("s3:GetObject", f"{_SESSION}/trusted/plan.json"),
                        ("dynamodb:GetItem", _TABLE), ("secretsmanager:GetSecretValue", WEBHOOK_SECRET),
                        ("ecr:PutImage", arn("BuildImageRepository")))  # fmt: skip
    yield from _may("WorkerRole", "signs for a container", ("s3:GetObject", f"{_SESSION}/source/source.zip"),
                    ("s3:PutObject", f"{_SESSION}/build/x.zip"), ("s3:PutObject", f"{_SESSION}/source/source.zip"))  # fmt: skip
    yield from _may_not("WorkerRole", "a container writes nothing that is trusted, and reads no package",
                        ("s3:PutObject", f"{_SESSION}/trusted/plan.json"), ("s3:PutObject", f"{_BUCKET}/packages/x.zip"),
                        ("s3:GetObject", f"{_BUCKET}/packages/x.zip"), ("s3:ListBucket", _BUCKET), ("dynamodb:GetItem", _TABLE))  # fmt: skip


def _cloudformation() -> Iterator[Row]:
    role = "CloudFormationRole"
    yield from _may(role, "the services in AllowedServices", ("s3:CreateBucket", "arn:aws:s3:::shop"),
                    ("dynamodb:CreateTable", f"arn:aws:dynamodb:{_HERE}:table/orders"), ("lambda:CreateFunction", _FUNCTION),
                    ("sqs:CreateQueue", f"arn:aws:sqs:{_HERE}:orders"))  # fmt: skip
    yield from _may_not(role, "no other service", ("ec2:RunInstances", f"arn:aws:ec2:{_HERE}:instance/*"), ("kms:CreateKey", "*"),
                        ("secretsmanager:GetSecretValue", _OTHER_SECRET), ("ssm:GetParameter", f"arn:aws:ssm:{_HERE}:parameter/prod/key"),
                        ("sts:AssumeRole", _ADMIN), ("organizations:LeaveOrganization", "*"), ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:{_HERE}:trail/x"))  # fmt: skip
    yield from _may(role, "roles within the boundary, under their path", ("iam:CreateRole", _DEPLOYED, _BOUNDED),
                    ("iam:AttachRolePolicy", _DEPLOYED, _BOUNDED), ("iam:PassRole", _DEPLOYED, _TO_LAMBDA))  # fmt: skip
    other = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/Other"}
    yield from _may_not(role, "none without, with another, or elsewhere", ("iam:CreateRole", _DEPLOYED), ("iam:CreateRole", _DEPLOYED, other),
                        ("iam:CreateRole", _ADMIN, _BOUNDED), ("iam:AttachRolePolicy", _ADMIN, _BOUNDED), ("iam:PutRolePolicy", _DEPLOYED),
                        ("iam:PassRole", _ADMIN, _TO_LAMBDA), ("iam:DeleteRolePermissionsBoundary", _DEPLOYED),
                        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"), ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/x"),
                        ("iam:CreateOpenIDConnectProvider", f"arn:aws:iam::{ACCOUNT}:oidc-provider/x"))  # fmt: skip
    yield from _may_not(role, "the boundary stays as it is", ("iam:CreatePolicyVersion", _BOUNDARY), ("iam:DeletePolicy", _BOUNDARY),
                        ("iam:SetDefaultPolicyVersion", _BOUNDARY))  # fmt: skip
    yield from _may(
        role,
        "nested stacks, and the one transform",
        ("cloudformation:CreateStack", _STACKS),
        ("cloudformation:CreateChangeSet", _LANGUAGE),
    )
    yield from _may_not(
        role,
        "no macro and no include",
        ("cloudformation:CreateChangeSet", _INCLUDE),
        ("cloudformation:CreateChangeSet", _MACRO),
    )
    yield from _may(role, "reads the packages, and what AWS publishes", ("s3:GetObject", f"{_BUCKET}/packages/x.zip"),
                    ("ssm:GetParameters", f"arn:aws:ssm:{REGION}::parameter/aws/service/x"))  # fmt: skip
    yield from _not_ours(role)
    yield from _may(role, "keys and plans of deployed APIs", ("apigateway:POST", f"{_API}/apikeys"), ("apigateway:POST", f"{_API}/usageplans"),
                    ("apigateway:GET", f"{_API}/usageplans/theirs1"), ("apigateway:POST", f"{_API}/restapis"))  # fmt: skip


def _deployed() -> Iterator[Row]:
    yield from _may(DEPLOYED, "the services in AllowedServices", ("dynamodb:PutItem", f"arn:aws:dynamodb:{_HERE}:table/orders"),
                    ("s3:GetObject", "arn:aws:s3:::shop/x"), ("lambda:InvokeFunction", _FUNCTION), ("iam:PassRole", _DEPLOYED, _TO_LAMBDA),
                    ("events:PutEvents", f"arn:aws:events:{_HERE}:event-bus/default"),
                    ("apigateway:GET", f"{_API}/restapis/theirs1"), ("execute-api:Invoke", f"arn:aws:execute-api:{_HERE}:theirs1/v1/GET/x"))  # fmt: skip
    yield from _may_not(DEPLOYED, "no other service, whatever its policies say", ("iam:CreateRole", _DEPLOYED, _BOUNDED),
                        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"), ("iam:PassRole", _ADMIN, _TO_LAMBDA), ("sts:AssumeRole", _ADMIN),
                        ("ec2:RunInstances", f"arn:aws:ec2:{_HERE}:instance/*"), ("secretsmanager:GetSecretValue", _OTHER_SECRET),
                        ("cloudformation:UpdateStack", _STACKS), ("organizations:LeaveOrganization", "*"))  # fmt: skip
    yield from _not_ours(DEPLOYED)
    yield from _may_not(DEPLOYED, "no key is read, and no plan opens our API to another one", ("apigateway:GET", f"{_API}/apikeys"),
                        ("apigateway:GET", f"{_API}/apikeys/theirs1"), ("apigateway:POST", f"{_API}/usageplans"),
                        ("apigateway:PATCH", f"{_API}/usageplans/theirs1"))  # fmt: skip
    rule = f"arn:aws:events:{_HERE}:rule/x"
    yield from _may(
        DEPLOYED,
        "rules that say whose events they hear",
        ("events:PutRule", rule, {"events:source": "shop.orders"}),
    )
    yield from _may_not(DEPLOYED, "no rule hears of the containers: their events hold what they were given",
                        ("events:PutRule", rule, {"events:source": "aws.ecs"}), ("events:PutRule", rule, {"events:source": "aws.states"}),
                        ("events:PutRule", rule))  # fmt: skip


def _not_ours(role: str) -> Iterator[Row]:
    yield from _may_not(role, "nothing of this application",
                        ("dynamodb:PutItem", _TABLE), ("dynamodb:GetRecords", f"{_TABLE}/stream/2026"), ("s3:PutBucketPolicy", _BUCKET),
                        ("s3:GetObject", f"{_SESSION}/source/source.zip"), ("s3:PutObject", f"{_BUCKET}/packages/x.zip"),
                        ("lambda:UpdateFunctionCode", _OUR_FUNCTION), ("lambda:InvokeFunction", _OUR_FUNCTION), ("lambda:AddPermission", _OUR_FUNCTION),
                        ("lambda:CreateEventSourceMapping", "*", {"lambda:FunctionArn": _OUR_FUNCTION}),
                        ("states:StartExecution", _OUR_MACHINE), ("states:GetExecutionHistory", f"arn:aws:states:{_HERE}:execution:{STACK}-Deploy:1"),
                        ("logs:PutSubscriptionFilter", f"arn:aws:logs:{_HERE}:log-group:/aws/lambda/{STACK}-Api"),
                        ("events:PutTargets", f"arn:aws:events:{_HERE}:rule/{STACK}-ExecutionEnded"),
                        ("apigateway:PATCH", f"{_API}/restapis/{API_ID}"), ("apigateway:DELETE", f"{_API}/restapis/{API_ID}/stages/v1"),
                        ("apigateway:GET", f"{_API}/apikeys/ourapikey1"), ("apigateway:PATCH", f"{_API}/usageplans/ourplan1"),
                        ("apigateway:POST", f"{_API}/usageplans/ourplan1/keys"),
                        ("execute-api:Invoke", f"arn:aws:execute-api:{_HERE}:{API_ID}/v1/POST/deploy"),
                        ("secretsmanager:GetSecretValue", WEBHOOK_SECRET), ("secretsmanager:GetSecretValue", GIT_TOKEN),
                        ("iam:PassRole", _CFN_ROLE, _TO_CFN),
                        ("cloudformation:DeleteStack", _OUR_STACK), ("ecs:RunTask", ref("CloneTaskDefinition"), {"ecs:cluster": arn("Cluster")}))  # fmt: skip
