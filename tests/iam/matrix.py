"""What each role must be allowed, and what it must not: rows to be read, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.iam import account
from tests.iam.account import ACCOUNT, API_ID, GIT_TOKEN, KEY, REGION, STACK, WEBHOOK_SECRET, arn, ref
from tests.iam.simulator import ALLOWED, Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE: Final = f"{REGION}:{ACCOUNT}"
TABLE: Final = arn("SessionTable")
BUCKET: Final = arn("ArtifactBucket")
SESSION: Final = f"{BUCKET}/sessions/01a1"
STACKS: Final = f"arn:aws:cloudformation:{HERE}:stack/shop/1"
_OUR_STACK: Final = f"arn:aws:cloudformation:{HERE}:stack/{STACK}/1"
_LANGUAGE: Final = f"arn:aws:cloudformation:{REGION}:aws:transform/LanguageExtensions"
_INCLUDE: Final = f"arn:aws:cloudformation:{REGION}:aws:transform/Include"
_MACRO: Final = f"arn:aws:cloudformation:{HERE}:transform/Mine"
CFN_ROLE: Final = arn("CloudFormationRole")
_BOUNDARY: Final = ref("PermissionsBoundary")
DEPLOYED_ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/{STACK}/deployed/shop-Function"
_ADMIN: Final = f"arn:aws:iam::{ACCOUNT}:role/Admin"
FUNCTION: Final = f"arn:aws:lambda:{HERE}:function:shop-Hello"
_OUR_FUNCTION: Final = arn("ApiFunction")
_OUR_MACHINE: Final = arn("DeployStateMachine")
OTHER_SECRET: Final = f"arn:aws:secretsmanager:{HERE}:secret:prod/db-AbCdEf"
API: Final = f"arn:aws:apigateway:{REGION}::"
OURS: Final = {"aws:ResourceTag/ManagedBy": "GitHubLambdaDeployer"}
_THEIRS: Final = {"aws:ResourceTag/ManagedBy": "somebody"}
ASKED: Final = {"aws:RequestTag/ManagedBy": "GitHubLambdaDeployer", "cloudformation:RoleArn": CFN_ROLE}
TO_CFN: Final = {"iam:PassedToService": "cloudformation.amazonaws.com"}
_TO_LAMBDA: Final = {"iam:PassedToService": "lambda.amazonaws.com"}
TO_TASKS: Final = {"iam:PassedToService": "ecs-tasks.amazonaws.com"}
BOUNDED: Final = {"iam:PermissionsBoundary": _BOUNDARY}

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
FUNCTIONS: Final = tuple(sorted(name for name in account.roles() if not name.endswith("Role")))
_SIGNERS: Final = ("ValidateRequest", "DetectProject", "ValidateTestRequest")
MACHINES: Final = ("DeployStateMachineRole", "SanityTestStateMachineRole", "RemoveStackStateMachineRole")


def rows() -> list[Row]:
    return [*_functions(), *_machines(), *_containers(), *_cloudformation(), *_deployed()]


def may(role: str, reason: str, *what: What) -> Iterator[Row]:
    yield from (_row(role, True, reason, each) for each in what)


def may_not(role: str, reason: str, *what: What) -> Iterator[Row]:
    yield from (_row(role, False, reason, each) for each in what)


def _row(role: str, is_allowed: bool, reason: str, what: What) -> Row:
    action, resource, *rest = what
    context = rest[0] if rest else {}
    return Row(
        role=role, action=action, resource=resource, is_allowed=is_allowed, reason=reason, context=dict(context)
    )


def _functions() -> Iterator[Row]:
    for name in FUNCTIONS:
        yield from may(name, "reads and writes its session", ("dynamodb:GetItem", TABLE), ("dynamodb:PutItem", TABLE), ("dynamodb:UpdateItem", TABLE),
                        ("dynamodb:Query", f"{TABLE}/index/StatusIndex"))  # fmt: skip
        yield from may_not(name, "nothing scans, and nothing deletes", ("dynamodb:Scan", TABLE),
                            ("dynamodb:DeleteItem", TABLE), ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/orders"))  # fmt: skip
        yield from may_not(name, "no function makes or changes identities", ("iam:CreateRole", DEPLOYED_ROLE, BOUNDED),
                            ("iam:AttachRolePolicy", DEPLOYED_ROLE), ("iam:PassRole", _ADMIN, TO_CFN))  # fmt: skip
        yield from may_not(name, "stacks are changed by change set alone", ("cloudformation:CreateStack", STACKS, ASKED),
                            ("cloudformation:UpdateStack", STACKS, OURS))  # fmt: skip
        yield from may_not(name, "secrets are not read", ("secretsmanager:GetSecretValue", OTHER_SECRET),
                            ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/prod/key"))  # fmt: skip
        yield from may_not(name, "this application is no part of it", ("lambda:UpdateFunctionCode", _OUR_FUNCTION),
                            ("s3:DeleteObject", f"{BUCKET}/packages/x.zip"), ("s3:PutBucketPolicy", BUCKET))  # fmt: skip
        if name not in _SIGNERS:
            yield from may_not(name, "signs nothing", ("sts:AssumeRole", arn("WorkerRole")))
        if name != "RunSanityTest":
            yield from may_not(name, "calls nothing that is deployed", ("lambda:InvokeFunction", FUNCTION, OURS))
        if name not in {"CreateChangeSet", "CheckChangeSet", "DiscardChangeSet", "StopStack", "DeleteStack"}:
            yield from may_not(name, "removes no stack", ("cloudformation:DeleteStack", STACKS, OURS))
    for name in (*FUNCTIONS, "WorkerRole", "CloudFormationRole"):
        keyed = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey")
        through = {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}
        yield from may(name, "the key, through table and bucket", *((action, KEY, through) for action in keyed))
        yield from may_not(name, "and not by itself", ("kms:Decrypt", KEY), ("kms:ScheduleKeyDeletion", KEY))
    yield from _api()
    readers = ("ValidateRequest", "ValidateTestRequest", "TaskExecutionRole")
    for name in (*readers, *(name for name in account.roles() if name not in readers)):
        rule, why = (
            (may, "private repositories")
            if name in readers
            else (may_not, "no private repository is its business")
        )
        yield from rule(name, why, ("secretsmanager:GetSecretValue", GIT_TOKEN))
    yield from _states()
    yield from _changers()
    yield from _testers()


def _api() -> Iterator[Row]:
    machines = ("DeployStateMachine", "RemoveStackStateMachine", "SanityTestStateMachine")
    yield from may("Api", "starts sessions", *(("states:StartExecution", arn(name)) for name in machines))
    yield from may("Api", "checks GitHub's signature", ("secretsmanager:GetSecretValue", WEBHOOK_SECRET))
    yield from may_not("Api", "starts nobody else's machine, and reads no artifact",
                        ("states:StartExecution", f"arn:aws:states:{HERE}:stateMachine:theirs"),
                        ("states:StopExecution", f"arn:aws:states:{HERE}:execution:{STACK}-Deploy:1"),
                        ("s3:GetObject", f"{SESSION}/source/source.zip"))  # fmt: skip
    for name in FUNCTIONS:
        if name != "Api":
            yield from may_not(name, "is told of no webhook", ("secretsmanager:GetSecretValue", WEBHOOK_SECRET),
                                ("states:StartExecution", _OUR_MACHINE))  # fmt: skip


def _states() -> Iterator[Row]:
    for name in _SIGNERS:
        yield from may(name, "signs what a container may read and write", ("sts:AssumeRole", arn("WorkerRole")))
        yield from may(name, "writes a container's plan", ("s3:PutObject", f"{SESSION}/trusted/plan.json"))
        yield from may_not(name, "assumes no other role", ("sts:AssumeRole", _ADMIN))
        yield from may_not(name, "plays no container", ("s3:PutObject", f"{SESSION}/build/x.zip"))
    yield from may(
        "DetectProject", "looks for the default network", ("ec2:DescribeVpcs", "*"), ("ec2:DescribeSubnets", "*")
    )
    yield from may_not("DetectProject", "changes no network", ("ec2:CreateVpc", f"arn:aws:ec2:{HERE}:vpc/vpc-1"))
    yield from may("PublishPackage", "reads what containers left, and publishes it",
                    ("s3:GetObjectVersion", f"{SESSION}/build/x.zip"), ("s3:PutObject", f"{BUCKET}/packages/x.zip"),
                    ("s3:PutObject", f"{BUCKET}/builds/x.json"))  # fmt: skip
    yield from may_not("PublishPackage", "writes nothing that others trust", ("s3:PutObject", f"{SESSION}/trusted/tests.json"),
                        ("s3:PutObject", f"{SESSION}/source/source.zip"))  # fmt: skip
    yield from may("GenerateTests", "leaves tests", ("s3:PutObject", f"{SESSION}/trusted/tests.json"))
    yield from may(
        "RecordFailure", "reads the containers' reports", ("s3:GetObject", f"{SESSION}/build/report.json")
    )
    yield from may_not(
        "RecordFailure", "and nothing else of them", ("s3:GetObject", f"{SESSION}/source/source.zip")
    )
    yield from may("ExecutionEnded", "asks how an execution ended",
                    ("states:DescribeExecution", f"arn:aws:states:{HERE}:execution:{STACK}-Deploy:1"))  # fmt: skip
    yield from may_not(
        "ExecutionEnded",
        "of ours alone",
        ("states:DescribeExecution", f"arn:aws:states:{HERE}:execution:theirs:1"),
    )
    yield from may(
        "EmptyBuckets", "empties the buckets of a stack", ("s3:DeleteObjectVersion", "arn:aws:s3:::shop-bucket/x")
    )
    yield from may_not("EmptyBuckets", "not our own, and no bucket itself", ("s3:DeleteObjectVersion", f"{BUCKET}/packages/x.zip"),
                        ("s3:DeleteBucket", "arn:aws:s3:::shop-bucket"), ("s3:GetObject", "arn:aws:s3:::shop-bucket/x"))  # fmt: skip


def _changers() -> Iterator[Row]:
    create = "cloudformation:CreateChangeSet"
    yield from may("CreateChangeSet", "with our tag and our service role", (create, STACKS, ASKED),
                    (create, STACKS, ASKED | OURS), (create, _LANGUAGE), ("iam:PassRole", CFN_ROLE, TO_CFN))  # fmt: skip
    yield from may_not("CreateChangeSet", "not without them", (create, STACKS, {"cloudformation:RoleArn": CFN_ROLE}),
                        (create, STACKS, ASKED | {"cloudformation:RoleArn": _ADMIN}),
                        (create, STACKS, {"aws:RequestTag/ManagedBy": "GitHubLambdaDeployer"}))  # fmt: skip
    yield from may_not("CreateChangeSet", "no stack of somebody else", (create, STACKS, ASKED | _THEIRS))
    yield from may_not("CreateChangeSet", "no macro and no include", (create, _INCLUDE), (create, _MACRO))
    yield from may_not("CreateChangeSet", "passes its role to CloudFormation alone", ("iam:PassRole", CFN_ROLE, _TO_LAMBDA),
                        ("iam:PassRole", CFN_ROLE))  # fmt: skip
    execute = "cloudformation:ExecuteChangeSet"
    yield from may(
        "ExecuteChangeSet",
        "of a stack that is ours, or is just coming",
        (execute, STACKS, OURS),
        (execute, STACKS),
    )
    yield from may_not("ExecuteChangeSet", "of no other", (execute, STACKS, _THEIRS))
    for name in ("StopStack", "DeleteStack"):
        yield from may(name, "a stack that carries our tag", ("cloudformation:DeleteStack", STACKS, OURS))
        yield from may_not(
            name,
            "no other",
            ("cloudformation:DeleteStack", STACKS, _THEIRS),
            ("cloudformation:DeleteStack", STACKS),
        )
    yield from may("StopStack", "an update goes back", ("cloudformation:CancelUpdateStack", STACKS, OURS))
    for name in ("CheckChangeSet", "DiscardChangeSet"):
        yield from may(name, "removes what nothing was created in", ("cloudformation:DeleteChangeSet", STACKS),
                        ("cloudformation:DeleteStack", STACKS, OURS))  # fmt: skip
        yield from may_not(name, "no stack of somebody else", ("cloudformation:DeleteStack", STACKS, _THEIRS))


def _testers() -> Iterator[Row]:
    yield from may("RunSanityTest", "calls what carries our tag", ("lambda:InvokeFunction", FUNCTION, OURS),
                    ("states:StartSyncExecution", f"arn:aws:states:{HERE}:stateMachine:shop", OURS))  # fmt: skip
    yield from may_not(
        "RunSanityTest",
        "nothing else",
        ("lambda:InvokeFunction", FUNCTION, _THEIRS),
        ("lambda:InvokeFunction", FUNCTION),
    )
    yield from may_not("RunSanityTest", "never this application", ("lambda:InvokeFunction", _OUR_FUNCTION, OURS),
                        ("states:StartSyncExecution", _OUR_MACHINE, OURS))  # fmt: skip
    yield from may_not("RunSanityTest", "looks at how things are set up, not at what they hold",
                        ("dynamodb:Query", f"arn:aws:dynamodb:{HERE}:table/orders"), ("s3:GetObject", "arn:aws:s3:::shop-bucket/x"),
                        ("sqs:ReceiveMessage", f"arn:aws:sqs:{HERE}:orders"), ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/1"),
                        ("lambda:GetFunction", FUNCTION), ("logs:GetLogEvents", f"arn:aws:logs:{HERE}:log-group:x:log-stream:y"))  # fmt: skip
    yield from may("DiscoverResources", "reads the stack's template", ("cloudformation:GetTemplate", STACKS))
    yield from may_not("DiscoverResources", "reads no object", ("s3:GetObject", f"{SESSION}/source/source.zip"))


def _machines() -> Iterator[Row]:
    for name in MACHINES:
        yield from may_not(
            name,
            "calls its own states alone",
            ("lambda:InvokeFunction", FUNCTION),
            ("lambda:InvokeFunction", _OUR_FUNCTION),
        )
        yield from may_not(name, "has no data", ("dynamodb:GetItem", TABLE), ("s3:GetObject", f"{SESSION}/source/source.zip"),
                            ("cloudformation:DescribeStacks", STACKS), ("iam:PassRole", _ADMIN, TO_TASKS))  # fmt: skip
    clone, build = ref("CloneTaskDefinition"), ref("BuildTaskDefinition")
    here = {"ecs:cluster": arn("Cluster")}
    yield from may("DeployStateMachineRole", "its functions, containers and tests", ("lambda:InvokeFunction", arn("ValidateRequestFunction")),
                    ("ecs:RunTask", clone, here), ("ecs:RunTask", build, here), ("ecs:RunTask", ref("PrivateCloneTaskDefinition"), here), ("iam:PassRole", arn("TaskExecutionRole"), TO_TASKS),
                    ("states:StartExecution", arn("SanityTestStateMachine")))  # fmt: skip
    yield from may_not("DeployStateMachineRole", "in its own cluster, of its own images, with the one role",
                        ("ecs:RunTask", clone, {"ecs:cluster": f"arn:aws:ecs:{HERE}:cluster/theirs"}),
                        ("ecs:RunTask", f"arn:aws:ecs:{HERE}:task-definition/theirs:1", here),
                        ("iam:PassRole", CFN_ROLE, TO_TASKS), ("iam:PassRole", arn("TaskExecutionRole"), _TO_LAMBDA),
                        ("states:StartExecution", arn("RemoveStackStateMachine")))  # fmt: skip
    yield from may("SanityTestStateMachineRole", "its functions and the clone", ("lambda:InvokeFunction", arn("RunSanityTestFunction")),
                    ("ecs:RunTask", clone, here))  # fmt: skip
    yield from may_not("SanityTestStateMachineRole", "no build", ("ecs:RunTask", build, here))
    yield from may(
        "RemoveStackStateMachineRole", "its functions", ("lambda:InvokeFunction", arn("DeleteStackFunction"))
    )
    yield from may_not("RemoveStackStateMachineRole", "no container", ("ecs:RunTask", clone, here))


def _containers() -> Iterator[Row]:
    yield from may("TaskExecutionRole", "fetches the image, writes the log", ("ecr:BatchGetImage", arn("CloneImageRepository")),
                    ("logs:PutLogEvents", f"{arn('BuildTaskLog')[:-2]}:log-stream:x"))  # fmt: skip
    yield from may_not("TaskExecutionRole", "nothing of a session", ("s3:GetObject", f"{SESSION}/trusted/plan.json"),
                        ("dynamodb:GetItem", TABLE), ("secretsmanager:GetSecretValue", WEBHOOK_SECRET),
                        ("ecr:PutImage", arn("BuildImageRepository")))  # fmt: skip
    yield from may("WorkerRole", "signs for a container", ("s3:GetObject", f"{SESSION}/source/source.zip"),
                    ("s3:PutObject", f"{SESSION}/build/x.zip"), ("s3:PutObject", f"{SESSION}/source/source.zip"))  # fmt: skip
    yield from may_not("WorkerRole", "a container writes nothing that is trusted, and reads no package",
                        ("s3:PutObject", f"{SESSION}/trusted/plan.json"), ("s3:PutObject", f"{BUCKET}/packages/x.zip"),
                        ("s3:GetObject", f"{BUCKET}/packages/x.zip"), ("s3:ListBucket", BUCKET), ("dynamodb:GetItem", TABLE))  # fmt: skip


def _cloudformation() -> Iterator[Row]:
    role = "CloudFormationRole"
    yield from may(role, "the services in AllowedServices", ("s3:CreateBucket", "arn:aws:s3:::shop"),
                    ("dynamodb:CreateTable", f"arn:aws:dynamodb:{HERE}:table/orders"), ("lambda:CreateFunction", FUNCTION),
                    ("sqs:CreateQueue", f"arn:aws:sqs:{HERE}:orders"))  # fmt: skip
    yield from may_not(role, "no other service", ("ec2:RunInstances", f"arn:aws:ec2:{HERE}:instance/*"), ("kms:CreateKey", "*"),
                        ("secretsmanager:GetSecretValue", OTHER_SECRET), ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/prod/key"),
                        ("sts:AssumeRole", _ADMIN), ("organizations:LeaveOrganization", "*"), ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:{HERE}:trail/x"))  # fmt: skip
    yield from may(role, "roles within the boundary, under their path", ("iam:CreateRole", DEPLOYED_ROLE, BOUNDED),
                    ("iam:AttachRolePolicy", DEPLOYED_ROLE, BOUNDED), ("iam:PassRole", DEPLOYED_ROLE, _TO_LAMBDA))  # fmt: skip
    other = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/Other"}
    yield from may_not(role, "none without, with another, or elsewhere", ("iam:CreateRole", DEPLOYED_ROLE), ("iam:CreateRole", DEPLOYED_ROLE, other),
                        ("iam:CreateRole", _ADMIN, BOUNDED), ("iam:AttachRolePolicy", _ADMIN, BOUNDED), ("iam:PutRolePolicy", DEPLOYED_ROLE),
                        ("iam:PassRole", _ADMIN, _TO_LAMBDA), ("iam:DeleteRolePermissionsBoundary", DEPLOYED_ROLE),
                        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"), ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/x"),
                        ("iam:CreateOpenIDConnectProvider", f"arn:aws:iam::{ACCOUNT}:oidc-provider/x"))  # fmt: skip
    yield from may_not(role, "the boundary stays as it is", ("iam:CreatePolicyVersion", _BOUNDARY), ("iam:DeletePolicy", _BOUNDARY),
                        ("iam:SetDefaultPolicyVersion", _BOUNDARY))  # fmt: skip
    yield from may(
        role,
        "nested stacks, and the one transform",
        ("cloudformation:CreateStack", STACKS),
        ("cloudformation:CreateChangeSet", _LANGUAGE),
    )
    yield from may_not(
        role,
        "no macro and no include",
        ("cloudformation:CreateChangeSet", _INCLUDE),
        ("cloudformation:CreateChangeSet", _MACRO),
    )
    yield from may(role, "reads the packages, and what AWS publishes", ("s3:GetObject", f"{BUCKET}/packages/x.zip"),
                    ("ssm:GetParameters", f"arn:aws:ssm:{REGION}::parameter/aws/service/x"))  # fmt: skip
    yield from _not_ours(role)
    yield from may(role, "keys and plans of deployed APIs", ("apigateway:POST", f"{API}/apikeys"), ("apigateway:POST", f"{API}/usageplans"),
                    ("apigateway:GET", f"{API}/usageplans/theirs1"), ("apigateway:POST", f"{API}/restapis"))  # fmt: skip


def _deployed() -> Iterator[Row]:
    yield from may(DEPLOYED, "the services in AllowedServices", ("dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/orders"),
                    ("s3:GetObject", "arn:aws:s3:::shop/x"), ("lambda:InvokeFunction", FUNCTION), ("iam:PassRole", DEPLOYED_ROLE, _TO_LAMBDA),
                    ("events:PutEvents", f"arn:aws:events:{HERE}:event-bus/default"),
                    ("apigateway:GET", f"{API}/restapis/theirs1"), ("execute-api:Invoke", f"arn:aws:execute-api:{HERE}:theirs1/v1/GET/x"))  # fmt: skip
    yield from may_not(DEPLOYED, "no other service, whatever its policies say", ("iam:CreateRole", DEPLOYED_ROLE, BOUNDED),
                        ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/x"), ("iam:PassRole", _ADMIN, _TO_LAMBDA), ("sts:AssumeRole", _ADMIN),
                        ("ec2:RunInstances", f"arn:aws:ec2:{HERE}:instance/*"), ("secretsmanager:GetSecretValue", OTHER_SECRET),
                        ("cloudformation:UpdateStack", STACKS), ("organizations:LeaveOrganization", "*"))  # fmt: skip
    yield from _not_ours(DEPLOYED)
    yield from may_not(DEPLOYED, "no key is read, and no plan opens our API to another one", ("apigateway:GET", f"{API}/apikeys"),
                        ("apigateway:GET", f"{API}/apikeys/theirs1"), ("apigateway:POST", f"{API}/usageplans"),
                        ("apigateway:PATCH", f"{API}/usageplans/theirs1"))  # fmt: skip
    rule = f"arn:aws:events:{HERE}:rule/x"
    yield from may(
        DEPLOYED,
        "rules that say whose events they hear",
        ("events:PutRule", rule, {"events:source": "shop.orders"}),
    )
    yield from may_not(DEPLOYED, "no rule hears of the containers: their events hold what they were given",
                        ("events:PutRule", rule, {"events:source": "aws.ecs"}), ("events:PutRule", rule, {"events:source": "aws.states"}),
                        ("events:PutRule", rule))  # fmt: skip


def _not_ours(role: str) -> Iterator[Row]:
    yield from may_not(role, "nothing of this application",
                        ("dynamodb:PutItem", TABLE), ("dynamodb:GetRecords", f"{TABLE}/stream/2026"), ("s3:PutBucketPolicy", BUCKET),
                        ("s3:GetObject", f"{SESSION}/source/source.zip"), ("s3:PutObject", f"{BUCKET}/packages/x.zip"),
                        ("lambda:UpdateFunctionCode", _OUR_FUNCTION), ("lambda:InvokeFunction", _OUR_FUNCTION), ("lambda:AddPermission", _OUR_FUNCTION),
                        ("lambda:CreateEventSourceMapping", "*", {"lambda:FunctionArn": _OUR_FUNCTION}),
                        ("states:StartExecution", _OUR_MACHINE), ("states:GetExecutionHistory", f"arn:aws:states:{HERE}:execution:{STACK}-Deploy:1"),
                        ("logs:PutSubscriptionFilter", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/{STACK}-Api"),
                        ("events:PutTargets", f"arn:aws:events:{HERE}:rule/{STACK}-ExecutionEnded"),
                        ("apigateway:PATCH", f"{API}/restapis/{API_ID}"), ("apigateway:DELETE", f"{API}/restapis/{API_ID}/stages/v1"),
                        ("apigateway:GET", f"{API}/apikeys/ourapikey1"), ("apigateway:PATCH", f"{API}/usageplans/ourplan1"),
                        ("apigateway:POST", f"{API}/usageplans/ourplan1/keys"),
                        ("execute-api:Invoke", f"arn:aws:execute-api:{HERE}:{API_ID}/v1/POST/deploy"),
                        ("secretsmanager:GetSecretValue", WEBHOOK_SECRET), ("secretsmanager:GetSecretValue", GIT_TOKEN),
                        ("iam:PassRole", CFN_ROLE, TO_CFN),
                        ("cloudformation:DeleteStack", _OUR_STACK), ("ecs:RunTask", ref("CloneTaskDefinition"), {"ecs:cluster": arn("Cluster")}))  # fmt: skip
