"""An event that an EventBridge pattern, or the filter of an event source mapping, lets through.

Source: "Comparison operators for use in event patterns", EventBridge User Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_DEPTH: Final = 12


def matching(pattern: Mapping[str, Any], depth: int = _MAX_DEPTH) -> dict[str, Any]:
    """One event of those that match, as far as that can be told; fields that must be absent are absent."""
    found: dict[str, Any] = {}
    for name, rule in pattern.items():
        if name == "$or" and isinstance(rule, list) and rule and isinstance(rule[0], dict):
            found |= matching(rule[0], depth - 1) if depth else {}
        elif isinstance(rule, dict):
            found[name] = matching(rule, depth - 1) if depth else {}
        elif isinstance(rule, list) and not _wants_absence(rule):
            found[name] = _value(rule)
    return found


def _wants_absence(rules: list[Any]) -> bool:
    return any(isinstance(rule, dict) and rule.get("exists") is False for rule in rules)


def _value(rules: list[Any]) -> Any:
    for rule in rules:
        match rule:
            case {"prefix": str(text)} | {"suffix": str(text)} | {"equals-ignore-case": str(text)}:
                return text
            case {"prefix": {"equals-ignore-case": str(text)}} | {"suffix": {"equals-ignore-case": str(text)}}:
                return text
            case {"wildcard": str(text)}:
                return text.replace("*", "")
            case {"numeric": list(comparison)}:
                return _number(comparison)
            case {"cidr": str(block)}:
                return block.partition("/")[0]
            case {"anything-but": _} | {"exists": _}:
                return "sanity-test"
            case dict():
                continue
            case _:
                return rule
    return "sanity-test"


def _number(comparison: list[Any]) -> float:
    """A number for `[">", 0, "<=", 5]`: within, where there is a within."""
    bounds = list(zip(comparison[::2], comparison[1::2], strict=False))
    for operator, bound in bounds:
        if isinstance(bound, int | float):
            return bound + {">": 1, "<": -1}.get(str(operator), 0)
    return 1
