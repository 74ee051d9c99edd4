"""Bills of materials, by the tool that makes them."""

from __future__ import annotations

import json

from supply import sbom
from supply.parts import NPM, SHIPPED, lock_of
from tests.unit.test_supply import pins


def test_bills_of_materials() -> None:
    """Each part's lists every package of its lock file, with its version, and no other."""
    documents = sbom.documents()

    for part, path in SHIPPED.items():
        components = documents[part]["components"]
        assert {(each["name"].lower(), each["version"]) for each in components} == pins(lock_of(path))
    packages = json.loads(NPM.read_text())["packages"]
    listed = {f"node_modules/{_name(each)}" for each in documents["build-npm"]["components"]}
    assert listed == packages.keys() - {""}


def _name(component: dict[str, str]) -> str:
    return "/".join(part for part in (component.get("group"), component["name"]) if part)
