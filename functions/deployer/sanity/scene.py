"""What tests are made from: what is deployed, what the repository tells, and what the caller allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.deployed import Deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where what AWS makes addresses for is called: no address comes from a template or a caller."""

    execute_api: str  # https://{id}.execute-api.us-east-1.amazonaws.com
    function_url: str  # https://{id}.lambda-url.us-east-1.on.aws

    def api(self, api_id: str) -> str:
        """Where an API's stages begin, without a slash at the end."""
        return self.execute_api.replace("{id}", api_id)

    def function(self, url_id: str) -> str:
        return self.function_url.replace("{id}", url_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`files` are the project's small JSON and YAML files, by their path in the project root; none when the tests
    come from the resources alone."""

    deployed: Deployed
    files: Mapping[str, str]
    addresses: Addresses
    allow_mutating: bool
