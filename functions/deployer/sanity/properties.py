"""Values out of a template's properties, as what they should be; what is something else is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def mappings(given: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of the list that is called so."""
    values = given.get(name)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []
