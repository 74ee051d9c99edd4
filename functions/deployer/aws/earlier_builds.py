"""What earlier sessions built: which packages came out of which build, while both are in the artifact bucket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployer.errors import ArtifactMissing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.aws.artifacts import Artifacts
    from deployer.worker import BuildUnit, EarlierBuild

_MAX_BYTES: Final = 1_000_000


def find_build(artifacts: Artifacts, identity: str, units: Sequence[BuildUnit]) -> EarlierBuild | None:
    """The build that left a package for each of these units; None when there is none, or a package is gone."""
    try:
        build: EarlierBuild = json.loads(artifacts.get(_key(identity), _MAX_BYTES))
    except ArtifactMissing:
        return None
    packages = build["packages"]
    is_whole = all(unit["id"] in packages and artifacts.exists(packages[unit["id"]]) for unit in units)
    return build if is_whole else None


def keep_build(artifacts: Artifacts, identity: str, build: EarlierBuild) -> None:
    artifacts.put(_key(identity), json.dumps(build).encode())


def _key(identity: str) -> str:
    return f"builds/{identity}.json"
