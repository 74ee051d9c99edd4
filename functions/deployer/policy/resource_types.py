"""Rule: no resource that reaches beyond its own stack, or that makes identities other than bounded roles.

Source: AWS CloudFormation Template Reference, "AWS resource and property types reference".
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from deployer.policy.piece import is_known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope

_PARAMETER: Final = "AllowedResourceTypes"
_NAMESPACES: Final = ("AWS::", "Custom::", "Alexa::ASK::")
# Of these two services nothing else is made: what is new in them is refused until somebody has thought about it.
_KNOWN: Final = {
    "AWS::CloudFormation::": frozenset({"CustomResource", "Stack", "WaitCondition", "WaitConditionHandle"}),
    "AWS::IAM::": frozenset(
        {"InstanceProfile", "ManagedPolicy", "Policy", "Role", "RolePolicy", "ServiceLinkedRole"}
    ),
}
_REFUSED: Final = {
    "AWS::Budgets::*": "acts on the whole account",
    "AWS::CloudTrail::*": "records the whole account",
    "AWS::Config::*": "records the whole account, and changes what it finds",
    "AWS::ControlTower::*": "acts on other accounts",
    "AWS::Detective::*": "watches the whole account",
    "AWS::EC2::TransitGateway*": "opens networks to each other",
    "AWS::EC2::VPCPeering*": "opens networks to each other",
    "AWS::EC2::VPNConnection*": "opens networks to each other",
    "AWS::FMS::*": "acts on other accounts",
    "AWS::GuardDuty::*": "watches the whole account",
    "AWS::IdentityStore::*": "makes identities",
    "AWS::InspectorV2::*": "watches the whole account",
    "AWS::Logs::AccountPolicy": "reads the logs of the whole account",
    "AWS::Macie::*": "watches the whole account",
    "AWS::Oam::*": "shows the account's logs and metrics to other accounts",
    "AWS::Organizations::*": "acts on other accounts",
    "AWS::RAM::*": "shares resources with other accounts",
    "AWS::RolesAnywhere::*": "makes identities",
    "AWS::Route53::*": "changes names that others rely on",
    "AWS::Route53Domains::*": "changes names that others rely on",
    "AWS::Route53RecoveryControl::*": "changes names that others rely on",
    "AWS::SSO::*": "makes identities",
    "AWS::SecurityHub::*": "watches the whole account",
    "AWS::ServiceCatalog::*": "deploys templates that nobody has judged",
}
# Of services that are refused, what acts on one thing alone.
_HARMLESS: Final = frozenset({"AWS::GuardDuty::MalwareProtectionPlan", "AWS::Route53::HealthCheck"})


def resource_types(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each resource of a type that is refused."""
    for place, resource in document.resources():
        kind = resource.get("Type")
        if isinstance(kind, str) and scope.allowances.allows_type(kind):
            continue
        problem = _problem(kind) if isinstance(kind, str) else "has no type"
        if problem:
            yield document.finding(place.below("Type"), f"{kind} {problem}", parameter=_PARAMETER)


def _problem(kind: str) -> str:
    """Why the type is refused, or nothing."""
    if not is_known(kind) or "${" in kind:
        return "is not known beforehand"
    if not kind.startswith(_NAMESPACES) or kind.endswith("::MODULE"):
        return "is made by code that somebody registered in the account"
    for prefix, names in _KNOWN.items():
        if kind.startswith(prefix) and kind.removeprefix(prefix) not in names:
            return "is none of the types of its service that may be made"
    if kind in _HARMLESS:
        return ""
    return next((why for pattern, why in _REFUSED.items() if fnmatchcase(kind, pattern)), "")
