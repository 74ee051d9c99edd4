"""deployer.sanity.generate: every type has its tests or a reason, and every test a check that is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest

from deployer.aws.checks.registry import CHECKS
from deployer.errors import NothingSelected, SanityTestsInvalid
from deployer.sanity import untestable
from deployer.sanity.deployed import Deployed
from deployer.sanity.generate import GENERATORS, generate
from deployer.sanity.scene import Addresses, Scene

SANITY: Final = Path(__file__).resolve().parents[2] / "functions" / "deployer" / "sanity"
ADDRESSES: Final = Addresses(execute_api="https://{id}.api.example", function_url="https://{id}.url.example")


def a_scene(*resources: tuple[str, str], files: dict[str, str] | None = None, mutating: bool = True) -> Scene:
    listed: list[Any] = [
        {"logicalId": name, "type": kind, "physicalId": f"shop-{name}", "properties": {}}
        for name, kind in resources
    ]
    record: Any = {"name": "shop", "partition": "aws", "region": "us-east-1", "accountId": "1" * 12, "outputs": {}}
    deployed = Deployed(record | {"resources": listed})
    return Scene(deployed=deployed, files=files or {}, addresses=ADDRESSES, allow_mutating=mutating)


def names(scene: Scene, **selected: Any) -> list[str]:
    return [test["name"] for test in generate(scene, **selected)]


@pytest.mark.parametrize("kind", sorted(GENERATORS))
def test_every_known_type(kind: str) -> None:
    """A resource of which nothing is known but its name is no reason to break; its tests have checks."""
    tests = generate(a_scene(("Thing", kind)))

    assert all(test["check"] in CHECKS for test in tests if "skip" not in test)
    assert all(test["resourceType"] and test["logicalId"] for test in tests)


def test_every_check_is_used() -> None:
    """No check is there that no generator names."""
    written = "".join(path.read_text() for path in SANITY.glob("*.py"))

    assert [name for name in CHECKS if f'.{name.partition(".")[2]}"' not in written] == []


def test_types_have_one_home() -> None:
    """What is tested has no reason to be skipped as a whole, and is not left to others."""
    assert untestable.COVERED.isdisjoint(GENERATORS)


def test_type_without_a_test() -> None:
    """It is skipped with its reason; what other resources' tests cover is not told of."""
    [test] = generate(a_scene(("Role", "AWS::IAM::Role"), ("Stage", "AWS::ApiGateway::Stage")))

    assert (test["name"], test["skip"]) == ("Role is not tested", untestable.reason("AWS::IAM::Role"))


def test_nothing_at_all() -> None:
    """There is one entry, which says so."""
    [test] = generate(a_scene())

    assert (test["name"], test["skip"]) == ("shop is not tested", "it holds nothing that can be tested")


def test_names_are_unique() -> None:
    """Resources of nested stacks may come with the same names."""
    found = names(a_scene(("A", "AWS::SQS::Queue"), ("A", "AWS::SQS::Queue")))

    assert len(set(found)) == len(found) == 2


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (["Orders"], [], ["Orders is active"]),
        (["AWS::SQS::Queue"], [], ["Mail is reachable"]),
        ([], ["Orders is active"], ["Mail is reachable"]),
        (["Orders", "Mail"], ["Mail"], ["Orders is active"]),
    ],
)
def test_selection(include: list[str], exclude: list[str], left: list[str]) -> None:
    """Logical ids, types and names of tests select."""
    scene = a_scene(("Orders", "AWS::DynamoDB::Table"), ("Mail", "AWS::SQS::Queue"))

    assert names(scene, include=include, exclude=exclude) == left


@pytest.mark.parametrize("selected", [{"include": ["No"]}, {"exclude": ["No"]}, {"exclude": ["Mail"]}])
def test_selection_of_nothing(selected: dict[str, list[str]]) -> None:
    """A name that is none, and a selection that leaves nothing, are errors."""
    with pytest.raises(NothingSelected, match=r"No is no logical id|leave no test"):
        generate(a_scene(("Mail", "AWS::SQS::Queue")), **selected)


def test_file_of_the_repository() -> None:
    """It leaves resources out, with its reason; one that names nothing is refused."""
    scene = a_scene(("Mail", "AWS::SQS::Queue"), files={"sanity-tests.yaml": "skip: {Mail: it costs}\n"})

    [test] = generate(scene)

    assert re.fullmatch("sanity-tests.yaml: it costs", test["skip"])
    with pytest.raises(SanityTestsInvalid, match="Post is not a resource"):
        generate(a_scene(("Mail", "AWS::SQS::Queue"), files={"sanity-tests.yaml": "skip: {Post: x}\n"}))
