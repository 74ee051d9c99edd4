"""Checks of what can only be looked at.

Sources: StreamStatus (Kinesis), DeliveryStreamStatus (Firehose), KeyState (KMS), State (Lambda) and
DomainNameStatus (API Gateway) in the API references. What is UPDATING can be used.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.existence import LOOKS, described
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_USABLE: Final = frozenset({"", "ACTIVE", "AVAILABLE", "UPDATING", "Active", "Inactive", "Enabled", "Updating"})
_ON_ITS_WAY: Final = frozenset({"CREATING", "Creating", "PENDING", "Pending"})
_OF_A_PERSON: Final = frozenset(
    {
        "PENDING_CERTIFICATE_REIMPORT",  # a domain of mutual TLS that cannot be changed until somebody does it
        "PENDING_OWNERSHIP_VERIFICATION",
        "PendingImport",  # a key without material until somebody brings it
    }
)
# What a person types to see it; {} is the id.
_COMMANDS: Final = {
    "AWS::ApiGateway::DomainName": "aws apigateway get-domain-name --domain-name {}",
    "AWS::ApiGateway::DomainNameV2": "aws apigateway get-domain-names --resource-owner SELF",
    "AWS::ApiGatewayV2::DomainName": "aws apigatewayv2 get-domain-name --domain-name {}",
    "AWS::AppSync::GraphQLApi": "aws appsync get-graphql-api --api-id {}",
    "AWS::Cognito::IdentityPool": "aws cognito-identity describe-identity-pool --identity-pool-id {}",
    "AWS::Events::EventBus": "aws events describe-event-bus --name {}",
    "AWS::KMS::Key": "aws kms describe-key --key-id {}",
    "AWS::Kinesis::Stream": "aws kinesis describe-stream-summary --stream-name {}",
    "AWS::KinesisFirehose::DeliveryStream": "aws firehose describe-delivery-stream --delivery-stream-name {}",
    "AWS::Lambda::Alias": "aws lambda get-function-configuration --function-name {}",
    "AWS::Lambda::LayerVersion": "aws lambda get-layer-version-by-arn --arn {}",
    "AWS::Lambda::Version": "aws lambda get-function-configuration --function-name {}",
    "AWS::Logs::LogGroup": "aws logs describe-log-groups --log-group-name-prefix {}",
    "AWS::SSM::Parameter": "aws ssm describe-parameters --parameter-filters Key=Name,Values={}",
    "AWS::SecretsManager::Secret": "aws secretsmanager describe-secret --secret-id {}",
    "AWS::StepFunctions::Activity": "aws stepfunctions describe-activity --activity-arn {}",
}


def is_usable(spec: Mapping[str, Any]) -> Outcome:
    """It exists, and neither is it on its way out nor switched off."""
    reference = spec["reference"]
    state = LOOKS[reference["type"]](reference["id"])
    is_good = state in _USABLE or (state == "Disabled" and spec["mayBeDisabled"])
    otherwise = Verdict.SKIP if state in _ON_ITS_WAY | _OF_A_PERSON else Verdict.FAIL
    return Outcome(
        status=Verdict.PASS if is_good else otherwise,
        error="" if is_good else f"{described(reference)} is {state}",
        evidence={"state": state} if state else {},
        reproduce=_COMMANDS[reference["type"]].format(shlex.quote(reference["id"])),
        may_pass_later=state in _ON_ITS_WAY,
    )


CHECKS: Final = {"presence.usable": is_usable}
