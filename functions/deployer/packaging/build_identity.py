"""When two builds are the same one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.worker import BuildUnit


def build_identity(
    repository: str, commit: str, place: Sequence[str], units: Sequence[BuildUnit], images: Sequence[str]
) -> str:
    """In hex: the same for the same units of the same commit, cloned and built by the same images.

    `place` is what the clone chose the files by: a build sees all that were chosen, its own folder or not.
    It is the identity of all units together: they share a container, where one unit's code can change what
    another leaves.
    """
    parts = {"repository": repository, "commit": commit, "place": list(place)}
    whole = {**parts, "units": list(units), "images": list(images)}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
