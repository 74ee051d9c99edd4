"""What each role is used for: an action that is taken away from it is missed by one of these rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.iam.account import ACCOUNT, REGION, STACK, arn, ref
from tests.iam.matrix import (
    API,
    ASKED,
    BOUNDED,
    BUCKET,
    CFN_ROLE,
    DEPLOYED_ROLE,
    FUNCTION,
    HERE,
    MACHINES,
    OTHER_SECRET,
    OURS,
    SESSION,
    STACKS,
    TO_CFN,
    TO_TASKS,
    Row,
    may,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows() -> list[Row]:
    return [*_of_functions(), *_of_names(), *_of_machines(), *_of_cloudformation()]


def _of(service: str, rest: str) -> str:
    return f"arn:aws:{service}:{HERE}:{rest}"


_STACK_READS: Final = (
    "DescribeStacks",
    "DescribeStackEvents",
    "DescribeEvents",
    "ListStackResources",
    "ListChangeSets",
)
_CHANGE_READS: Final = ("DescribeChangeSet", "DescribeStacks", "DescribeEvents")
_LOOKS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("CheckStack", "CollectResources", "StopStack", "DeleteStack", "EmptyBuckets"), _STACK_READS),
    **dict.fromkeys(("CheckChangeSet", "DiscardChangeSet", "ExecuteChangeSet"), _CHANGE_READS),
    "CreateChangeSet": (
        "DescribeChangeSet", "DescribeStackEvents", "DescribeStackResources", "DescribeStacks", "ListChangeSets",
        "ListStackResources",
    ),
    "DetectProject": ("DescribeStacks", "ListChangeSets"),
    "DiscoverResources": ("DescribeStacks", "ListStackResources"),
    "ValidateTestRequest": ("DescribeStacks",),
}  # fmt: skip
_READS: Final = {
    "ValidateRequest": "sources/x.json",
    "DetectProject": "builds/x.json",
    "PublishPackage": "packages/x.zip",
    "CreateChangeSet": "packages/x.template.json",
    "ValidateTestRequest": "sessions/01a1/source/source.zip",
    "GenerateTests": "sessions/01a1/source/source.zip",
    "SummarizeTests": "sessions/01a1/trusted/tests.json",
    "RunSanityTest": "sessions/01a1/trusted/tests.json",
}
_LISTS: Final = (*_READS, "RecordFailure")


def _of_functions() -> Iterator[Row]:
    for name, looks in _LOOKS.items():
        yield from may(name, "looks at what it is about", *((f"cloudformation:{each}", STACKS) for each in looks))
    for name, key in _READS.items():
        yield from may(name, "reads what an earlier state left", ("s3:GetObject", f"{BUCKET}/{key}"))
    for name in _LISTS:
        yield from may(name, "an object that is missing is 404, not 403", ("s3:ListBucket", BUCKET))
    for name in ("CheckChangeSet", "DiscardChangeSet", "StopStack", "DeleteStack"):
        yield from may(name, "CloudFormation acts with its own role", ("iam:PassRole", CFN_ROLE, TO_CFN))
    yield from may("CreateChangeSet", "a change set, and what is in its way", ("cloudformation:TagResource", STACKS, ASKED),
                   ("cloudformation:DeleteStack", STACKS, OURS))  # fmt: skip
    yield from may(
        "DetectProject",
        "the default network",
        ("ec2:DescribeAvailabilityZones", "*"),
        ("ec2:DescribeSecurityGroups", "*"),
    )
    yield from may("ValidateTestRequest", "a function's tags tell whose it is", ("lambda:ListTags", FUNCTION))
    yield from may("DiscoverResources", "a lone function", ("lambda:GetFunctionConfiguration", FUNCTION),
                   ("lambda:GetFunctionUrlConfig", FUNCTION), ("lambda:GetPolicy", FUNCTION), ("lambda:ListEventSourceMappings", "*"),
                   ("s3:PutObject", f"{SESSION}/trusted/deployed.json"))  # fmt: skip
    yield from may("GenerateTests", "test events that people saved",
                   ("schemas:ListSchemas", _of("schemas", "registry/lambda-testevent-schemas")),
                   ("schemas:DescribeSchema", _of("schemas", "schema/lambda-testevent-schemas/x")))  # fmt: skip
    yield from may("EmptyBuckets", "what is in the stack's buckets", ("s3:ListBucketVersions", "arn:aws:s3:::shop"),
                   ("s3:DeleteObject", "arn:aws:s3:::shop/x"), ("cloudformation:GetTemplate", STACKS))  # fmt: skip


# What has a name is looked up by it; what is deployed is looked at. Nothing of it is read.
_DESCRIBED: Final[dict[str, str]] = {
    "apigateway:GET": f"{API}/domainnames/example.com",
    "cloudwatch:DescribeAlarms": _of("cloudwatch", "alarm:x"),
    "dynamodb:DescribeTable": _of("dynamodb", "table/x"),
    "events:DescribeEventBus": _of("events", "event-bus/x"),
    "events:DescribeRule": _of("events", "rule/x"),
    "firehose:DescribeDeliveryStream": _of("firehose", "deliverystream/x"),
    "iam:GetRole": f"arn:aws:iam::{ACCOUNT}:role/x",
    "kinesis:DescribeStreamSummary": _of("kinesis", "stream/x"),
    "kms:DescribeKey": _of("kms", "key/0a1b2c3d-0000-4000-8000-000000000001"),
    "lambda:GetFunctionConfiguration": FUNCTION,
    "logs:DescribeLogGroups": "*",
    "pipes:DescribePipe": _of("pipes", "pipe/x"),
    "s3:ListBucket": "arn:aws:s3:::shop",
    "scheduler:GetSchedule": _of("scheduler", "schedule/default/x"),
    "secretsmanager:DescribeSecret": OTHER_SECRET,
    "sns:GetTopicAttributes": _of("sns", "x"),
    "sqs:GetQueueUrl": _of("sqs", "x"),
    "ssm:DescribeParameters": "*",
    "states:DescribeActivity": _of("states", "activity:x"),
    "states:DescribeStateMachine": _of("states", "stateMachine:x"),
}
_LOOKED_UP: Final[dict[str, str]] = {
    "cloudwatch:GetDashboard": f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/x",
    "events:DescribeApiDestination": _of("events", "api-destination/x"),
    "events:DescribeArchive": _of("events", "archive/x"),
    "events:DescribeConnection": _of("events", "connection/x"),
    "iam:GetPolicy": f"arn:aws:iam::{ACCOUNT}:policy/x",
    "scheduler:GetScheduleGroup": _of("scheduler", "schedule-group/x"),
}
_LOOKED_AT: Final[dict[str, str]] = {
    "appsync:GetDataSource": "*",
    "appsync:GetGraphqlApi": _of("appsync", "apis/x"),
    "cognito-identity:DescribeIdentityPool": _of("cognito-identity", "identitypool/x"),
    "cognito-idp:DescribeUserPool": _of("cognito-idp", "userpool/x"),
    "cognito-idp:DescribeUserPoolClient": _of("cognito-idp", "userpool/x"),
    "events:ListTargetsByRule": _of("events", "rule/x"),
    "lambda:GetEventSourceMapping": _of("lambda", "event-source-mapping:x"),
    "lambda:GetFunctionConcurrency": FUNCTION,
    "lambda:GetFunctionEventInvokeConfig": FUNCTION,
    "lambda:GetFunctionUrlConfig": FUNCTION,
    "lambda:GetLayerVersion": _of("lambda", "layer:x:1"),
    "lambda:GetPolicy": FUNCTION,
    "logs:DescribeSubscriptionFilters": _of("logs", "log-group:x"),
    "s3:GetBucketAcl": "arn:aws:s3:::shop",
    "s3:GetBucketNotification": "arn:aws:s3:::shop",
    "s3:GetBucketPolicy": "arn:aws:s3:::shop",
    "s3:GetBucketPolicyStatus": "arn:aws:s3:::shop",
    "s3:GetBucketPublicAccessBlock": "arn:aws:s3:::shop",
    "sns:ListSubscriptionsByTopic": _of("sns", "x"),
    "sqs:GetQueueAttributes": _of("sqs", "x"),
    "states:ValidateStateMachineDefinition": "*",
}


def _of_names() -> Iterator[Row]:
    yield from may("CreateChangeSet", "does something have that name?", *_DESCRIBED.items(), *_LOOKED_UP.items())
    yield from may("RunSanityTest", "looks at how it is set up", *_DESCRIBED.items(), *_LOOKED_AT.items())


_LOG_DELIVERY: Final = (
    "CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries",
    "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups",
)  # fmt: skip


def _of_machines() -> Iterator[Row]:
    """What Step Functions and ECS call with the roles that they are given."""
    task, execution = _of("ecs", f"task/{ref('Cluster')}/x"), _of("states", f"execution:{STACK}-SanityTest:x")
    rule, created = _of("events", "rule/StepFunctionsGetEventsForECSTaskRule"), {"ecs:CreateAction": "RunTask"}
    for name in ("DeployStateMachineRole", "SanityTestStateMachineRole"):
        yield from may(name, "`.sync` follows a task", ("ecs:DescribeTasks", task), ("ecs:StopTask", task),
                       ("ecs:TagResource", task, created), ("events:PutRule", rule), ("events:PutTargets", rule),
                       ("events:DescribeRule", rule), ("iam:PassRole", arn("TaskExecutionRole"), TO_TASKS))  # fmt: skip
    yield from may("DeployStateMachineRole", "`.sync` follows the tests", ("states:DescribeExecution", execution),
                   ("states:StopExecution", execution))  # fmt: skip
    for name in MACHINES:
        yield from may(name, "writes its log", *((f"logs:{action}", "*") for action in _LOG_DELIVERY))
    clone = arn("CloneImageRepository")
    yield from may("TaskExecutionRole", "fetches an image, writes its log", ("ecr:GetAuthorizationToken", "*"),
                   ("ecr:BatchCheckLayerAvailability", clone), ("ecr:GetDownloadUrlForLayer", clone),
                   ("logs:CreateLogStream", f"{arn('CloneTaskLog')[:-2]}:log-stream:x"))  # fmt: skip


_NESTED: Final = (
    "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "UpdateStack", "DeleteStack",
    "DescribeStacks", "DescribeStackEvents", "DescribeStackResource", "DescribeStackResources", "GetTemplate",
    "TagResource", "UntagResource",
)  # fmt: skip
_OF_ROLES: Final = (
    "GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies", "ListInstanceProfilesForRole",
    "DeleteRole", "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "TagRole", "UntagRole",
)  # fmt: skip
_OF_POLICIES: Final = (
    "CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "GetPolicy", "GetPolicyVersion",
    "ListPolicyVersions", "ListEntitiesForPolicy", "TagPolicy", "UntagPolicy",
)  # fmt: skip
_BOUNDED: Final = ("PutRolePermissionsBoundary", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy")
_OF_NETWORKS: Final = ("DescribeNetworkInterfaces", "DescribeSecurityGroups", "DescribeSubnets", "DescribeVpcs")


def _of_cloudformation() -> Iterator[Row]:
    """What CloudFormation's handlers call with the role that they are given."""
    role, policy = "CloudFormationRole", f"arn:aws:iam::{ACCOUNT}:policy/{STACK}/deployed/x"
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    yield from may(role, "stacks within a stack", *((f"cloudformation:{action}", STACKS) for action in _NESTED))
    yield from may(role, "functions in a VPC", *((f"ec2:{action}", "*") for action in _OF_NETWORKS))
    yield from may(
        role, "rights within the boundary", *((f"iam:{action}", DEPLOYED_ROLE, BOUNDED) for action in _BOUNDED)
    )
    yield from may(role, "a role, under its path", *((f"iam:{action}", DEPLOYED_ROLE) for action in _OF_ROLES))
    yield from may(role, "a policy, under its path", *((f"iam:{action}", policy) for action in _OF_POLICIES))
    yield from may(role, "what services make for themselves", ("iam:CreateServiceLinkedRole", linked))
    yield from may(role, "packages, and what AWS publishes", ("s3:GetObjectVersion", f"{BUCKET}/packages/x.zip"),
                   ("ssm:GetParameter", f"arn:aws:ssm:{REGION}::parameter/aws/service/x"))  # fmt: skip
