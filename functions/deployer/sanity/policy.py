"""Whether a resource's policy lets a service call it: the answer that IAM would give, or that it cannot be told.

Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "Policy evaluation logic"; Lambda
Developer Guide, "Using resource-based policies for Lambda".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

INVOKE: Final = "lambda:InvokeFunction"
_ARN_PARTS: Final = 6


class Permit(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    UNKNOWN = "unknown"  # a statement decides by something that is not known here


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a service asks for. `principal`: events.amazonaws.com; `*` is anybody at all.

    `context` holds the values of condition keys, by lower-case key; a key that is not in it, or is None, is not
    known. `source` makes the usual one.
    """

    principal: str
    action: str = INVOKE
    context: Mapping[str, str | None] = field(default_factory=dict)


def source(arn: str | None, account_id: str | None) -> dict[str, str | None]:
    """The context of a call that a service makes for one of its resources: services call by TLS."""
    return {"aws:sourcearn": arn, "aws:sourceaccount": account_id, "aws:securetransport": "true"}


def permit(policy: str | Mapping[str, Any] | None, call: Call) -> Permit:
    """The policy as AWS gives it (text or parsed); None, for a resource without one, refuses."""
    decided = [(str(each.get("Effect")), _applies(each, call)) for each in _statements(policy)]
    if ("Deny", True) in decided:
        return Permit.REFUSED
    if ("Deny", None) in decided or (("Allow", None) in decided and ("Allow", True) not in decided):
        return Permit.UNKNOWN
    return Permit.GIVEN if ("Allow", True) in decided else Permit.REFUSED


def permit_any(policy: str | Mapping[str, Any] | None, calls: Iterable[Call]) -> Permit:
    """The best of what several calls are given: for what AWS may write in more than one way."""
    permits = {permit(policy, call) for call in calls}
    return next((each for each in (Permit.GIVEN, Permit.UNKNOWN) if each in permits), Permit.REFUSED)


def _statements(policy: str | Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    parsed = json.loads(policy) if isinstance(policy, str) else policy or {}
    return [each for each in _list(parsed.get("Statement")) if isinstance(each, dict)]


def _applies(statement: Mapping[str, Any], call: Call) -> bool | None:
    if not _is_for(statement, call):
        return False
    met = [
        _is_met(operator, key, values, call)
        for operator, pairs in statement.get("Condition", {}).items()
        for key, values in pairs.items()
    ]
    return False if False in met else None if None in met else True


def _is_for(statement: Mapping[str, Any], call: Call) -> bool:
    if "NotAction" in statement or "NotPrincipal" in statement:
        return False  # Lambda refuses such statements (AddPermission has no field for them)
    actions = (str(each).lower() for each in _list(statement.get("Action")))
    return _names(statement.get("Principal"), call.principal) and any(
        _matches(each, call.action.lower()) for each in actions
    )


def _names(principal: Any, asked: str) -> bool:
    kinds = principal if isinstance(principal, dict) else {"": principal}
    return any(value in ("*", asked) for values in kinds.values() for value in _list(values))


def _is_met(operator: str, key: str, values: Any, call: Call) -> bool | None:
    compare = _OPERATORS.get(operator.removesuffix("IfExists"))
    actual = call.context.get(key.lower())
    if compare is None or actual is None:
        return None
    return any(compare(str(value), actual) for value in _list(values))


def _arn_like(pattern: str, arn: str) -> bool:
    """Each of the six parts by itself: no wildcard reaches over one of the first five colons."""
    patterns, parts = pattern.split(":", _ARN_PARTS - 1), arn.split(":", _ARN_PARTS - 1)
    if pattern == "*":
        return True
    return len(patterns) == len(parts) and all(map(_matches, patterns, parts))


def _matches(pattern: str, text: str) -> bool:
    """`*` is any text, `?` any one character; nothing else is special."""
    wild = {"*": ".*", "?": "."}
    expression = "".join(wild.get(character) or re.escape(character) for character in re.sub(r"\*+", "*", pattern))
    return re.fullmatch(expression, text, re.DOTALL) is not None


_OPERATORS: Final[dict[str, Callable[[str, str], bool]]] = {
    "ArnEquals": _arn_like,  # "ArnEquals and ArnLike behave identically"
    "ArnLike": _arn_like,
    "Bool": lambda wanted, actual: wanted.lower() == actual.lower(),
    "StringEquals": lambda wanted, actual: wanted == actual,
    "StringEqualsIgnoreCase": lambda wanted, actual: wanted.lower() == actual.lower(),
    "StringLike": _matches,
}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
