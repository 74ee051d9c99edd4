"""What an `Idempotency-Key` header stands for: whose key it is, and which request it came with."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Two digests in hex: of caller and key, and of the request."""

    key: str
    request: str

    @classmethod
    def of(cls, *, caller: str, key: str, request: Mapping[str, Any]) -> Idempotency:
        return cls(key=_digest([caller, key]), request=_digest(request))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
