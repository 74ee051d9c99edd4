"""When two builds are the same one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.worker import BuildUnit


def build_identity(repository: str, commit: str, units: Sequence[BuildUnit], image: str) -> str:
    """In hex: the same for the same units of the same commit, built by the same image.

    It is that of all units together: they share a container, where one unit's code can change what another leaves.
    """
    parts = {"repository": repository, "commit": commit, "units": list(units), "image": image}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
