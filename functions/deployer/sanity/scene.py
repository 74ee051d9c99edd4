"""What tests are made from: what is deployed, what the repository tells, and what the caller allows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.deployed import Deployed


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where what AWS makes addresses for is called: no address comes from a template or a caller."""

    execute_api: str  # https://{id}.execute-api.us-east-1.amazonaws.com
    function_url: str  # https://{id}.lambda-url.us-east-1.on.aws

    @property
    def are_embedded(self) -> bool:
        """Those of the embedded platform: AWS has the id in the host's name."""
        return "{id}" not in urlsplit(self.execute_api).netloc

    def api(self, api_id: str) -> str:
        """Where an API's stages begin, without a slash at the end."""
        return self.execute_api.replace("{id}", api_id)

    def function(self, url_id: str) -> str:
        return self.function_url.replace("{id}", url_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`files` are the project's small JSON and YAML files, by their path in the project root; none when the tests
    come from the resources alone. `shared_events` are those saved for a function, by its name and their own.
    """

    deployed: Deployed
    files: Mapping[str, str]
    addresses: Addresses
    allow_mutating: bool
    shared_events: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def shared_files(self, function: str) -> dict[str, str]:
        """The events saved for that function, as if they were files of the project."""
        events = self.shared_events.get(function, {})
        return {f"shareable-test-events/{function}/{name}.json": json.dumps(events[name]) for name in events}

    @property
    def examples(self) -> dict[str, str]:
        """Whatever may hold an event: the project's files, and what was saved for its functions."""
        shared = (self.shared_files(function) for function in self.shared_events)
        return {path: text for files in (self.files, *shared) for path, text in files.items()}
