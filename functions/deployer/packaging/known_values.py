"""What the values of a template are known to be before it is deployed: by what its parameters are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.policy.budget import Budget
from deployer.policy.parameters import Parameters
from deployer.policy.piece import is_known
from deployer.policy.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.packaging.template_paths import Document


def with_given(document: Document, given: Mapping[str, str]) -> Document:
    """The template to read values from: what its parameters are given stands as their defaults."""
    declared = document.get("Parameters")
    if not given or not isinstance(declared, dict):
        return document
    return {**document, "Parameters": {name: _given(name, each, given) for name, each in declared.items()}}


def _given(name: str, parameter: Any, given: Mapping[str, str]) -> Any:
    is_one = name in given and isinstance(parameter, dict)
    return {**parameter, "Default": given[name]} if is_one else parameter


def text_of(document: Document, value: object) -> str:
    """The text that a value comes to; of a condition's branches the first. "" for what is known later only.

    Raises TemplateInvalid for one that grows beyond measure.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    texts = Values(document, Parameters(document, {}), {}, Budget(), {}).texts(value)
    return next((text for text in texts if is_known(text)), "")


def given_to(resource: dict[str, Any]) -> dict[str, str]:
    """What a nested stack's parameters are given, as far as the parent says it in so many words."""
    given = (resource.get("Properties") or {}).get("Parameters")
    return (
        {name: value for name, value in given.items() if isinstance(value, str)} if isinstance(given, dict) else {}
    )
