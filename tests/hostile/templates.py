"""Templates that mean harm: as texts that are read, and as documents that are judged before anything is uploaded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.hostile.case import NO_HARM, Act, Case
from tests.unit.judged import ACCOUNT, OTHER, SCOPE, one, packaged, role

from deployer.errors import DeployerError
from deployer.packaging.template_paths import local_paths
from deployer.policy.judge import Family, check
from deployer.template.limits import check_early
from deployer.template.sam import expand
from deployer.template.template import SAM_TRANSFORM, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.arena import Arena

_INVALID: Final = ("TemplateInvalid",)
_NOT_ALLOWED: Final = ("TemplateNotAllowed",)
_OURS: Final = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:deployer-Api"
_BOMB: Final = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(8)
)

TEXTS: Final = (
    ("a bomb of aliases, 521 bytes", _BOMB, _INVALID),
    ("aliases of long texts", f"a: &a {'x' * 100_000}\nb: [{','.join(['*a'] * 1000)}]\n", _INVALID),
    ("an alias of itself", "Resources: &a [*a]\n", _INVALID),
    ("100,000 brackets", "[" * 100_000, _INVALID),
    ("100,000 brackets of JSON", '{"a":' * 100_000, _INVALID),
    ("100,000 indents", "".join(f"{' ' * n}a:\n" for n in range(1000)), _INVALID),
    ("a Python object", "!!python/object/apply:os.system [touch pwned]\n", _INVALID),
    ("a Python name", "a: !!python/name:os.system\n", _INVALID),
    ("a NUL", "Resources:\n  A: \0\n", _INVALID),
    ("half of a surrogate pair", '{"Resources": {"A": "\\ud800"}}', _INVALID),
    ("two documents", "a: 1\n---\nb: 2\n", _INVALID),
    ("nothing", "", _INVALID),
    ("a list", "- a\n- b\n", _INVALID),
    ("a number of a million digits", f"Resources: {'9' * 1_000_000}\n", _INVALID),
    ("base 60 to 300,000 places", f"Resources: {'1:' * 300_000}1\n", (NO_HARM, *_INVALID)),
    ("a merge of itself", "a: &a {<<: *a}\n", _INVALID),
    ("a key that is a map", "? {a: b}\n: c\n", _INVALID),
    ("501 resources", json.dumps({"Resources": {f"A{n}": {"Type": "AWS::SNS::Topic"} for n in range(501)}}), _INVALID),
    ("201 parameters", json.dumps({"Resources": {"A": {}}, "Parameters": {f"P{n}": {} for n in range(201)}}), _INVALID),
)  # fmt: skip


def _include(location: Any) -> dict[str, Any]:
    return {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": location}}}


TRANSFORMS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("a macro of the account", {"Transform": "Mine", "Resources": {}}),
    ("a macro behind SAM", {"Transform": [SAM_TRANSFORM, "Mine"], "Resources": {}}),
    ("AWS::Include of a foreign bucket", {"Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://x/y"}}}),
    ("the same in a resource", {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": _include("s3://x/y.yaml")}}}),
    ("the same, its address put together", {"Resources": {"A": _include({"Fn::Sub": "s3://${B}/y"})}}),
    ("AWS::SecretsManager", {"Transform": "AWS::SecretsManager-2020-07-23", "Resources": {}}),
    ("AWS::CodeStar", {"Transform": "AWS::CodeStar", "Resources": {}}),
    ("a macro in a resource", {"Resources": {"A": {"Fn::Transform": {"Name": "Mine"}, "Type": "AWS::SNS::Topic"}}}),
    ("a macro's name put together", {"Transform": {"Fn::Sub": "Mi${x}"}, "Resources": {}}),
)  # fmt: skip
TRUSTED: Final[tuple[Any, ...]] = (
    "*", {"AWS": "*"}, {"AWS": OTHER}, {"AWS": f"arn:aws:iam::{OTHER}:root"}, {"aws": OTHER}, {"AWS": [ACCOUNT, OTHER]},
    {"AWS": {"Fn::Sub": ["arn:aws:iam::${A}:root", {"A": OTHER}]}}, {"AWS": {"Fn::If": ["C", ACCOUNT, OTHER]}},
    {"AWS": {"Fn::Join": ["", [OTHER[:6], OTHER[6:]]]}}, {"Federated": "accounts.google.com"}, {"AWS": "AIDAEXAMPLE"},
    {"CanonicalUser": "79a59df900b949e5"}, {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/evil.example"},
)  # fmt: skip
READ: Final[tuple[Any, ...]] = (
    "{{resolve:secretsmanager:prod/db}}", "{{resolve:ssm-secure:/prod/key:1}}", "{{resolve:ssm:/prod/key}}",
    {"Fn::Join": ["", ["{{res", "olve:ssm:/prod", "/key}}"]]}, {"Fn::Sub": ["{{resolve:${S}:/prod/key}}", {"S": "ssm"}]},
    {"Fn::ImportValue": "shared-key"}, {"Fn::GetStackOutput": {"StackName": "network", "OutputName": "Id"}},
)  # fmt: skip
ATTACHED: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("AWS::S3::BucketPolicy", {"Bucket": "our-artifacts", "PolicyDocument": {}}),
    ("AWS::S3::BucketPolicy", {"Bucket": {"Fn::Join": ["-", ["our", "artifacts"]]}}),
    ("AWS::SQS::QueuePolicy", {"Queues": [f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/deployer-Queue"]}),
    ("AWS::SNS::TopicPolicy", {"Topics": [f"arn:aws:sns:eu-west-1:{ACCOUNT}:deployer-Topic"]}),
    ("AWS::Lambda::Permission", {"FunctionName": "deployer-Api", "Action": "lambda:InvokeFunction"}),
    ("AWS::Lambda::EventSourceMapping", {"FunctionName": _OURS}),
    ("AWS::Lambda::Url", {"TargetFunctionArn": _OURS, "AuthType": "NONE"}),
    ("AWS::IAM::Policy", {"Roles": ["deployer-ApiFunctionRole-1A2B"]}),
    ("AWS::IAM::ManagedPolicy", {"Roles": ["deployer-ApiFunctionRole-1A2B"]}),
    ("AWS::IAM::InstanceProfile", {"Roles": ["deployer/application/worker/x"]}),
    ("AWS::Logs::SubscriptionFilter", {"LogGroupName": "/aws/lambda/deployer-Api"}),
    ("AWS::Events::Rule", {"Targets": [{"Arn": _OURS, "Id": "1"}]}),
    ("AWS::Events::Rule", {"EventPattern": {"source": ["aws.ecs"]}}),
    ("AWS::ApplicationAutoScaling::ScalableTarget", {"ResourceId": "table/OurSessions"}),
    ("AWS::DynamoDB::Table", {"TableName": "OurSessions"}),
    ("AWS::Lambda::Function", {"Code": {"S3Bucket": "our-artifacts", "S3Key": "sessions/1/source/source.zip"}}),
    ("Custom::Thing", {"ServiceToken": _OURS}),
    ("Custom::Thing", {"ServiceToken": f"arn:aws:lambda:eu-west-1:{OTHER}:function:theirs"}),
    ("AWS::CloudFormation::Stack", {"TemplateURL": "https://attacker.s3.amazonaws.com/x.yaml"}),
)
TYPES: Final = (
    *(f"AWS::CloudFormation::{name}" for name in ("StackSet", "Macro", "HookVersion", "ResourceVersion", "TypeActivation")),
    *(f"AWS::IAM::{name}" for name in ("User", "AccessKey", "Group", "OIDCProvider", "SAMLProvider", "UserPolicy")),
    *("AWS::Organizations::Policy", "AWS::SSO::Assignment", "AWS::CloudTrail::Trail", "AWS::Config::ConfigRule"),
    *("AWS::EC2::VPCPeeringConnection", "AWS::Route53::RecordSet", "AWS::Budgets::Budget", "AWS::RAM::ResourceShare"),
    *("MongoDB::Atlas::Cluster", "My::Own::Thing::MODULE"),
)  # fmt: skip
DEAR: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("AWS::EC2::Instance", {"InstanceType": "p5.48xlarge"}),
    ("AWS::EC2::Instance", {"InstanceType": {"Fn::Join": [".", ["u-24tb1", "metal"]]}}),
    ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"InstanceType": {"Fn::If": ["C", "t3.micro", "trn1.2xlarge"]}}}),
    ("AWS::SageMaker::EndpointConfig", {"ProductionVariants": [{"InstanceType": "ml.p4d.24xlarge"}]}),
    ("AWS::Redshift::Cluster", {"NodeType": "ra3.16xlarge", "NumberOfNodes": 128}),
    ("AWS::OpenSearchService::Domain", {"ClusterConfig": {"InstanceType": "r6g.12xlarge.search", "InstanceCount": 40}}),
    ("AWS::DynamoDB::Table", {"ProvisionedThroughput": {"ReadCapacityUnits": 40000, "WriteCapacityUnits": 40000}}),
    ("AWS::DynamoDB::Table", {"GlobalSecondaryIndexes": [{"ProvisionedThroughput": {"ReadCapacityUnits": "40000"}}]}),
    ("AWS::Lambda::Alias", {"ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1000}}),
    ("AWS::Kinesis::Stream", {"ShardCount": 500}),
    ("AWS::ApiGateway::Stage", {"CacheClusterEnabled": True, "CacheClusterSize": "237"}),
    ("AWS::EC2::Volume", {"Size": 1, "VolumeSize": 16000, "Iops": 256000}),
)  # fmt: skip
PATHS: Final = (
    "../../../etc",
    "/root/.aws",
    "/proc/self/environ",
    "..",
    "src/../../x",
    "a\0b",
    "a\nb",
    "\\\\host\\share",
)


def cases() -> Iterator[Case]:
    for number, (what, text, expected) in enumerate(TEXTS, 1):
        yield Case(id=f"T1-{number}", attack=f"a template of {what}", expected=expected, prepare=_read(text))
    for number, (what, document) in enumerate(TRANSFORMS, 1):
        yield _case(f"T2-{number}", what, ("TransformUnsupported", "TemplateInvalid"), _expanded(document))
    for number, (kind, properties) in enumerate(ATTACHED, 1):
        yield _case(f"T6-{number}", f"{kind} {properties}", _NOT_ALLOWED, _judged(one(kind, **properties)))
    for number, value in enumerate(READ, 1):
        document = one("AWS::Lambda::Function", Environment={"Variables": {"A": value}})
        yield _case(f"T4-{number}", f"a value {value}", _NOT_ALLOWED, _judged(document))
    parameter = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/prod/key"}
    document = one("AWS::SNS::Topic", DisplayName={"Ref": "A"}) | {"Parameters": {"A": parameter}}
    yield _case("T4-parameter", "a parameter that reads /prod/key", _NOT_ALLOWED, _judged(document))
    for number, principal in enumerate(TRUSTED, 1):
        yield _case(f"T5-{number}", f"a role that trusts {principal}", _NOT_ALLOWED, _judged(role(principal)))
    for number, kind in enumerate(TYPES, 1):
        yield _case(f"T8-{number}", f"a resource {kind}", _NOT_ALLOWED, _judged(one(kind)))
    for number, (kind, properties) in enumerate(DEAR, 1):
        yield _case(f"T9-{number}", f"{kind} {properties}", _NOT_ALLOWED, _judged(one(kind, **properties)))
    for number, path in enumerate(PATHS, 1):
        document = {"Resources": {"A": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": path}}}}
        yield _case(f"P2-{number}", f"CodeUri {path!r}", ("PathUnsafe", "SourceMissing"), _packaged(document))


def _case(id: str, attack: str, expected: tuple[str, ...], act: Act) -> Case:
    def prepare(place: Arena) -> Act:
        return act

    return Case(id=id, attack=attack[:100], expected=expected, prepare=prepare)


def _read(text: str) -> Callable[[Arena], Act]:
    def act() -> str:
        check_early(parse(text, "template.yaml"))
        return NO_HARM

    return lambda _place: lambda: _code(act)


def _expanded(document: dict[str, Any]) -> Act:
    return lambda: _code(lambda: str(expand(parse(json.dumps(document), "template.yaml"), {}, "eu-west-1")))


def _judged(document: dict[str, Any]) -> Act:
    def act() -> str:
        check(Family(parent=packaged(document)), {}, SCOPE)
        return NO_HARM

    return lambda: _code(act)


def _packaged(document: dict[str, Any]) -> Act:
    return lambda: _code(lambda: str(list(local_paths(document, "template.yaml"))))


def _code(act: Act) -> str:
    try:
        return act()
    except DeployerError as error:
        return error.code
