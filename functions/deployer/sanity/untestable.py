"""Why a type of resource has no test: a sentence for each, and the types that other resources' tests cover."""

from __future__ import annotations

from typing import Final

COVERED: Final = frozenset(
    {
        "AWS::ApiGateway::Authorizer",  # routes are called without what it asks for
        "AWS::ApiGateway::Deployment",  # the routes of its API are called
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::Resource",
        "AWS::ApiGateway::Stage",  # whether an API is deployed as it is tested with the API
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Deployment",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::Stack",  # its resources are tested by themselves
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::IAM::Policy",  # functions are called, and roles have one sentence
        "AWS::S3::BucketPolicy",  # whether the bucket can be reached is tested
        "AWS::SNS::TopicPolicy",  # each delivery is tested with the policies of who receives
        "AWS::SQS::QueuePolicy",
    }
)
_ROLES: Final = "a role is seen at work only: what uses it is tested, and that it runs as it"
_RIGHTS: Final = "what it permits shows in the calls that are tested; every right by itself is not tried"
_CUSTOM: Final = "what a custom resource made is known to its own function alone"
_ADDRESSES: Final = "a name is resolved outside of this account's APIs, and only addresses of AWS's own are called"
_MACHINES: Final = "it runs for itself: no look from outside tells whether what runs in it works"
_DATABASES: Final = "a database takes connections from its network alone; nobody here has an account for it"
_NETWORK: Final = "it is a part of a network: what uses it is tested"
_LIMITS: Final = "a limit shows only when it is reached, which would take the API from its users"
_SETTINGS: Final = "it is a setting of another resource, and no call of its own shows it"
_BY_TYPE: Final = {
    "AWS::ApiGateway::Account": _SETTINGS,
    "AWS::ApiGateway::ApiKey": "its value is a secret, which is not read; routes that need it are called without",
    "AWS::ApiGateway::GatewayResponse": _SETTINGS,
    "AWS::ApiGateway::Model": _SETTINGS,
    "AWS::ApiGateway::RequestValidator": _SETTINGS,
    "AWS::ApiGateway::UsagePlan": _LIMITS,
    "AWS::ApiGateway::UsagePlanKey": _LIMITS,
    "AWS::CertificateManager::Certificate": _ADDRESSES,
    "AWS::CloudFormation::CustomResource": _CUSTOM,
    "AWS::CloudFormation::WaitCondition": "it has been waited for: the stack is complete",
    "AWS::CloudFront::Distribution": _ADDRESSES,
    "AWS::CloudWatch::CompositeAlarm": "it follows from other alarms, which are tested",
    "AWS::CloudWatch::Dashboard": "it is for people to look at",
    "AWS::IAM::InstanceProfile": _ROLES,
    "AWS::IAM::ManagedPolicy": _RIGHTS,
    "AWS::IAM::Role": _ROLES,
    "AWS::KMS::Alias": "the key behind it is tested",
    "AWS::Lambda::LayerVersionPermission": _RIGHTS,
    "AWS::Logs::LogStream": "the log group that it is in is tested",
    "AWS::Logs::MetricFilter": "it shows only in what is logged later",
    "AWS::Scheduler::ScheduleGroup": "the schedules that are in it are tested",
    "AWS::SecretsManager::RotationSchedule": "a rotation would change the secret",
    "AWS::SecretsManager::SecretTargetAttachment": _SETTINGS,
    "AWS::Serverless::Application": "its resources are a stack of their own",
}
_BY_SERVICE: Final = {
    "Batch": _MACHINES,
    "CloudFront": _ADDRESSES,
    "Cognito": "the user pool is tested; what it does with people's accounts is not tried",
    "DocDB": _DATABASES,
    "EC2": _NETWORK,
    "ECR": "images are tested by running them, which is for whoever uses the repository",
    "ECS": _MACHINES,
    "EKS": _MACHINES,
    "ElastiCache": _DATABASES,
    "ElasticLoadBalancingV2": _ADDRESSES,
    "IAM": _RIGHTS,
    "RDS": _DATABASES,
    "Route53": _ADDRESSES,
}


def reason(resource_type: str) -> str:
    """One sentence, for people; a general one for types of which nothing is known here."""
    if resource_type.startswith("Custom::"):
        return _CUSTOM
    service = resource_type.split("::")[1] if resource_type.count("::") > 1 else ""
    known = _BY_TYPE.get(resource_type) or _BY_SERVICE.get(service)
    return known or f"nothing is known here that would show whether a resource of type {resource_type} works"
