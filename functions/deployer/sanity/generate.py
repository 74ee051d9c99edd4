"""The sanity tests of what is deployed: one table says which module knows which type."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from deployer.errors import NothingSelected
from deployer.sanity import (
    alarm,
    base_path,
    bucket,
    data_source,
    destination,
    environment,
    event_rule,
    event_source,
    function_url,
    functions,
    http_api,
    permission,
    presence,
    queue,
    rest_api,
    schedule,
    state_machine,
    table,
    topic,
    untestable,
    user_pool,
)
from deployer.sanity.own_tests import left_out, own_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

    Generator = Callable[[DeployedResource, Scene], Iterator[SanityTest]]

_MODULES: Final = (
    functions,
    alarm,
    base_path,
    bucket,
    data_source,
    destination,
    environment,
    event_rule,
    event_source,
    function_url,
    http_api,
    permission,
    presence,
    queue,
    rest_api,
    schedule,
    state_machine,
    table,
    topic,
    user_pool,
)
GENERATORS: Final[dict[str, list[Generator]]] = {
    kind: [module.tests for module in _MODULES if kind in module.TYPES]
    for kind in sorted({kind for module in _MODULES for kind in module.TYPES})
}


def generate(scene: Scene, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> list[SanityTest]:
    """Every test that the caller wants, in the order of the resources; the repository's own come last.

    There is always one, if only to say why nothing is tested.

    `include` and `exclude` hold logical ids, names of tests and resource types. What would invoke a function that
    is excluded by its logical id is excluded, too. Raises NothingSelected when one of them matches nothing, or all
    of them leave nothing; SanityTestsInvalid.
    """
    reasons = left_out(scene)
    found = [test for resource in scene.deployed.resources for test in _of(resource, scene, reasons)]
    found = found or [_skipped(_whole(scene), "it holds nothing that can be tested")]
    found = [_allowed(test, scene) for test in _distinct([*found, *own_tests(scene)])]
    for name in (*include, *exclude):
        if not any(_is_meant(test, name) for test in found):
            target = scene.deployed.record["name"]
            raise NothingSelected(f"{name} is no logical id, resource type or test of {target}")
    selected = [test for test in found if not include or _is_any(test, include)]
    selected = [test for test in selected if not _is_any(test, exclude) and not _invoked(test, exclude)]
    if not selected:
        raise NothingSelected("include and exclude leave no test")
    return selected


def _of(resource: DeployedResource, scene: Scene, reasons: Mapping[str, str]) -> Iterator[SanityTest]:
    if resource["logicalId"] in reasons:
        yield _skipped(resource, reasons[resource["logicalId"]])
    elif resource["type"] in GENERATORS:
        for tests in GENERATORS[resource["type"]]:
            yield from (_sparing(test, reasons) for test in tests(resource, scene))
    elif resource["type"] not in untestable.COVERED:
        yield _skipped(resource, untestable.reason(resource["type"]))


def _whole(scene: Scene) -> DeployedResource:
    name = scene.deployed.record["name"]
    return {"logicalId": name, "type": "AWS::CloudFormation::Stack", "physicalId": name, "properties": {}}


def _skipped(resource: DeployedResource, reason: str) -> SanityTest:
    return {
        "name": f"{resource['logicalId']} is not tested",
        "resourceType": resource["type"],
        "logicalId": resource["logicalId"],
        "physicalId": resource["physicalId"],
        "check": "",
        "spec": {},
        "skip": reason,
    }


def _sparing(test: SanityTest, reasons: Mapping[str, str]) -> SanityTest:
    """Skipped when it would invoke a function that is left out."""
    for name in _invoked(test, reasons):
        return {**test, "skip": f"it would invoke {name}, which is left out ({reasons[name]})"}
    return test


def _invoked(test: SanityTest, names: Container[str]) -> list[str]:
    return [name for name in test.get("invokes", []) if name in names]


def _allowed(test: SanityTest, scene: Scene) -> SanityTest:
    if not test.get("isMutating") or scene.allow_mutating or "skip" in test:
        return test
    return {**test, "skip": "it would change something, and allowMutating is false"}


def _distinct(tests: Iterable[SanityTest]) -> Iterator[SanityTest]:
    """A name that comes again is given a number."""
    seen = Counter[str]()
    for test in tests:
        seen[test["name"]] += 1
        count = seen[test["name"]]
        yield test if count == 1 else {**test, "name": f"{test['name']} ({count})"}


def _is_any(test: SanityTest, names: Iterable[str]) -> bool:
    return any(_is_meant(test, name) for name in names)


def _is_meant(test: SanityTest, name: str) -> bool:
    return name in {test["logicalId"], test["name"], test["resourceType"]}
