"""A state machine's definition file, in the form that every reader of it understands."""

from __future__ import annotations

import json
from typing import Any, Final

from deployer.template.template import parse

# Amazon States Language: fields that hold numbers, which a substitution may stand for.
_NUMBERS: Final = frozenset(
    {"TimeoutSeconds", "HeartbeatSeconds", "Seconds", "MaxConcurrency", "IntervalSeconds", "MaxAttempts"}
    | {"BackoffRate", "MaxDelaySeconds", "ToleratedFailureCount", "ToleratedFailurePercentage"}
)


def as_json(text: str, path: str) -> str:
    """A YAML definition as JSON; anything else as it is, for DefinitionSubstitutions need not leave it valid JSON.

    A YAML definition whose number is a substitution stays YAML: quoted, it would be a text.
    Raises TemplateInvalid, with path and line, when it cannot be read.
    """
    if path.endswith(".json"):
        return text
    definition = parse(text, path)
    return text if _has_substituted_number(definition) else json.dumps(definition, ensure_ascii=False)


def _has_substituted_number(node: Any) -> bool:
    if isinstance(node, dict):
        return any(
            (key in _NUMBERS and isinstance(value, str)) or _has_substituted_number(value)
            for key, value in node.items()
        )
    return isinstance(node, list) and any(_has_substituted_number(item) for item in node)
