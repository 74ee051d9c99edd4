"""What a template makes CloudFormation ask to be acknowledged, before it takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

IAM: Final = "CAPABILITY_IAM"
NAMED_IAM: Final = "CAPABILITY_NAMED_IAM"
AUTO_EXPAND: Final = "CAPABILITY_AUTO_EXPAND"

# The property that gives an IAM resource a name of its own (CloudFormation API, CreateChangeSet, Capabilities).
_NAME_OF: Final = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
# Their templates are not in sight here, so what they hold is acknowledged as a whole.
_NESTED: Final = frozenset({"AWS::CloudFormation::Stack", "AWS::Serverless::Application"})


def capabilities(template: Mapping[str, Any]) -> list[str]:
    """The capabilities that this (expanded) template needs, and no others, sorted."""
    resources = list(_resources(template.get("Resources")))
    needed = {_iam_capability(resource) for resource in resources}
    has_nested = any(resource.get("Type") in _NESTED for resource in resources)
    if NAMED_IAM in needed or has_nested:
        needed = {NAMED_IAM}  # it covers CAPABILITY_IAM
    if has_nested or template.get("Transform") or _has_macro(template.get("Resources")):
        needed.add(AUTO_EXPAND)
    return sorted(capability for capability in needed if capability)


def _resources(section: Any) -> Iterator[Mapping[str, Any]]:
    """Every resource, those in the bodies of `Fn::ForEach` (AWS::LanguageExtensions) too."""
    if not isinstance(section, Mapping):
        return
    for name, value in section.items():
        if str(name).startswith("Fn::ForEach::") and isinstance(value, list) and value:
            yield from _resources(value[-1])
        elif isinstance(value, Mapping):
            yield value


def _iam_capability(resource: Mapping[str, Any]) -> str | None:
    kind = str(resource.get("Type", ""))
    if not kind.startswith("AWS::IAM::"):
        return None
    properties = resource.get("Properties")
    name = _NAME_OF.get(kind)
    return NAMED_IAM if isinstance(properties, Mapping) and name in properties else IAM


def _has_macro(node: Any) -> bool:
    """Whether `Fn::Transform` is anywhere below."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Mapping):
            if "Fn::Transform" in current:
                return True
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
    return False
