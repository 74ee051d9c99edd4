"""A synthesized template, without what only the CDK's bootstrap stack would serve.

Templates name their files by the bucket that `cdk bootstrap` makes and by keys in it. Both are texts that stand
anywhere: as a function's code, in an address, in a policy, among the properties of a custom resource.
"""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import ProjectUnsupported, TemplateInvalid
from deployer.packaging.template_paths import resources
from deployer.stack.event import STACK_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from deployer.assembly.cloud_assembly import FileAsset
    from deployer.template.template import Template

_METADATA: Final = "AWS::CDK::Metadata"
# AWS CDK, `DefaultStackSynthesizer` and `MetadataResource`: what they add to a template, by section.
_ADDED: Final = {
    "Parameters": "BootstrapVersion",
    "Rules": "CheckBootstrapVersion",
    "Conditions": "CDKMetadataAvailable",
}
_SECTIONS: Final = ("Resources", "Parameters", "Outputs")
_LEGACY: Final = "AssetParameters"


def without_bootstrap(template: Template, name: str) -> Template:
    """The template without what the CDK adds for itself.

    Raises ProjectUnsupported for an app of AWS CDK 1; TemplateInvalid for a section that is no mapping.
    """
    for section in _SECTIONS:
        if not isinstance(template.get(section, {}), dict):
            raise TemplateInvalid(f"{name}: {section} is not a mapping")
    if any(parameter.startswith(_LEGACY) for parameter in _dict(template.get("Parameters"))):
        raise ProjectUnsupported(
            f"{name} hands its files over by parameters, as AWS CDK 1 does: use aws-cdk-lib 2 and its "
            "DefaultStackSynthesizer"
        )
    cleaned = copy.deepcopy(template)
    for logical_id in [each for each, resource in resources(cleaned) if resource["Type"] == _METADATA]:
        del cleaned["Resources"][logical_id]
    for section, added in _ADDED.items():
        _dict(cleaned.get(section)).pop(added, None)
        if cleaned.get(section) == {}:
            del cleaned[section]
    return cleaned


def nested_assets(template: Template, assets: Iterable[FileAsset]) -> dict[str, FileAsset]:
    """By the logical id of a nested stack, the asset that is its template."""
    addresses = {
        logical_id: json.dumps(_dict(resource.get("Properties")).get("TemplateURL"))
        for logical_id, resource in resources(template)
        if resource["Type"] == STACK_TYPE
    }
    return {
        logical_id: asset
        for asset in assets
        for logical_id, address in addresses.items()
        if not asset.is_folder and asset.key in address
    }


def named_assets(template: Template, assets: Iterable[FileAsset]) -> list[FileAsset]:
    """Those whose keys stand anywhere in the template."""
    text = json.dumps(template, ensure_ascii=False)
    return [asset for asset in assets if asset.key in text]


def with_texts(template: Template, texts: Mapping[str, str]) -> Template:
    """The template with each of those texts replaced wherever it stands in a value."""
    if not texts:
        return copy.deepcopy(template)
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    pattern = re.compile("|".join(re.escape(text) for text in longest_first))
    rewritten: Template = _rewritten(template, pattern, texts)
    return rewritten


def _rewritten(node: Any, pattern: re.Pattern[str], texts: Mapping[str, str]) -> Any:
    if isinstance(node, str):
        return pattern.sub(lambda match: texts[match[0]], node)
    if isinstance(node, list):
        return [_rewritten(child, pattern, texts) for child in node]
    if isinstance(node, dict):
        return _plain({key: _rewritten(child, pattern, texts) for key, child in node.items()}, node)
    return node


def _plain(node: dict[str, Any], before: dict[str, Any]) -> Any:
    """An Fn::Sub that has nothing left to substitute is its text."""
    text = node.get("Fn::Sub")
    is_plain = len(node) == 1 and isinstance(text, str) and "${" not in text
    return text if is_plain and text != before["Fn::Sub"] else node


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
