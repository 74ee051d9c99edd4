"""A caller's story: a repository is deployed, looked at, planned for again, and removed."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from local import proofs, repositories
from local.client import Refused

if TYPE_CHECKING:
    from local.client import Client, Session
    from local.laptop import Laptop

EXAMPLES = [folder.name for folder in repositories.examples()]
STAGES = ["validating", "cloning", "detecting", "packaging", "publishing", "planning", "deploying", "collecting"]


@pytest.fixture(scope="module")
def deployed(client: Client) -> Session:
    """The Python example, settled; this module's tests look at it, the last one removes it."""
    return client.settle(client.deploy("examples/python-lambda")["sessionId"])


@pytest.fixture(scope="module")
def settled(running: Laptop) -> dict[str, Session]:
    """Every example, deployed side by side."""

    def deploy(example: str) -> Session:
        client = running.client()
        return client.settle(client.deploy(f"examples/{example}")["sessionId"])

    with ThreadPoolExecutor(3) as pool:
        return dict(zip(EXAMPLES, pool.map(deploy, EXAMPLES), strict=True))


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(client: Client, running: Laptop, settled: dict[str, Session], example: str) -> None:
    """Each example becomes a stack whose function or API answers, and its removal leaves no stack."""
    session = settled[example]

    assert session["status"] == "success", session.get("error")
    deployed = session["deployedResources"]
    assert proofs.prove(example, running.platform, deployed["outputs"])
    assert {"logicalId", "type", "physicalId", "status"} <= deployed["resources"][0].keys()
    client.remove(session["sessionId"])
    assert client.settle(session["sessionId"])["status"] == "deleted"
    assert deployed["stackName"] not in stack_names(running)


def test_status(deployed: Session) -> None:
    """The session says what was asked for, what that was, and what the project is."""
    assert deployed["status"] == "success"
    assert deployed["repository"] == "examples/python-lambda"
    assert deployed["branch"] == "main"
    assert len(deployed["commit"]) == 40
    assert deployed["project"]["kind"] == "lambda"
    assert deployed["project"]["evidence"]
    assert deployed["durationMs"] > 0
    assert deployed["links"]["self"].endswith(f"/status/{deployed['sessionId']}")


def test_links(client: Client, running: Laptop) -> None:
    """A caller gets from one answer to the next by the addresses in it."""
    accepted = client.call("POST", "/deploy", json={"repository": "examples/python-lambda", "mode": "plan"})

    status = client.follow(accepted.headers["Location"])
    again = client.follow(status.json()["links"]["self"])

    assert accepted.headers["Location"].startswith(running.application.api_url)
    assert status.status_code == again.status_code == 200
    assert again.json()["sessionId"] == accepted.json()["sessionId"]
    client.settle(accepted.json()["sessionId"])


def test_log(deployed: Session) -> None:
    """Entries are oldest first, tell of every stage in its order, and none of them comes twice."""
    logs = deployed["logs"]

    assert [entry["timestamp"] for entry in logs] == sorted(entry["timestamp"] for entry in logs)
    stages = list(dict.fromkeys(entry["stage"] for entry in logs))
    assert stages == [stage for stage in STAGES if stage in stages] + [s for s in stages if s not in STAGES]
    assert {"validating", "detecting", "publishing", "planning", "deploying", "collecting"} <= set(stages)
    assert len({(entry["timestamp"], entry["message"]) for entry in logs}) == len(logs)


def test_deployments(client: Client, deployed: Session) -> None:
    """The newest come first, filters narrow, and a page's token leads to the next."""
    client.settle(client.deploy("examples/python-lambda", mode="plan")["sessionId"])

    listing = client.deployments(repository="examples/python-lambda", status="success")
    first = client.deployments(repository="examples/python-lambda", limit=1)
    second = client.deployments(repository="examples/python-lambda", limit=1, nextToken=first["nextToken"])

    assert deployed["sessionId"] in [each["sessionId"] for each in listing["deployments"]]
    created = [each["createdAt"] for each in listing["deployments"]]
    assert created == sorted(created, reverse=True)
    assert first["count"] == second["count"] == 1
    assert first["deployments"][0]["sessionId"] > second["deployments"][0]["sessionId"]


def test_plan(client: Client, running: Laptop) -> None:
    """A plan says what would change, and makes nothing."""
    before = stack_names(running)

    session = client.settle(client.deploy("examples/python-lambda", mode="plan")["sessionId"])

    assert session["status"] == "success", session.get("error")
    assert {"Add"} == {change["action"] for change in session["changes"]}
    assert stack_names(running) == before


def test_update(client: Client, running: Laptop, deployed: Session) -> None:
    """The same stack name again updates that stack; where nothing changed, that is a success that says so."""
    name = deployed["deployedResources"]["stackName"]

    session = client.settle(client.deploy("examples/python-lambda", stackName=name)["sessionId"])

    assert session["status"] == "success", session.get("error")
    assert session["deployedResources"]["stackName"] == name
    assert session["message"] == f"nothing to change: stack {name} is already as the template wants it"


def test_unchanged_commit(client: Client) -> None:
    """The second deployment of a commit starts no build, and sends no package."""
    first = client.settle(client.deploy("examples/sam-python-api", mode="plan")["sessionId"])

    second = client.settle(client.deploy("examples/sam-python-api", mode="plan")["sessionId"])

    assert (first["status"], second["status"]) == ("success", "success")
    messages = [entry["message"] for entry in second["logs"]]
    assert any("built this commit" in message for message in messages)
    assert not any("uploaded" in message for message in messages)
    assert "packaging" not in {entry["stage"] for entry in second["logs"]}


def test_duplicate_request(client: Client) -> None:
    """The same Idempotency-Key with the same body is the same session; with another body it is refused."""
    key = str(uuid.uuid4())
    first = client.deploy("examples/python-lambda", key=key, mode="plan")

    again = client.deploy("examples/python-lambda", key=key, mode="plan")
    with pytest.raises(Refused) as refused:
        client.deploy("examples/nodejs-lambda", key=key, mode="plan")

    assert again["sessionId"] == first["sessionId"]
    assert (refused.value.status, refused.value.code) == (422, "IdempotencyKeyReused")
    client.settle(first["sessionId"])


def test_remove_while_it_runs(client: Client) -> None:
    """A session that has not settled is not removed."""
    accepted = client.deploy("examples/python-lambda", mode="plan")

    with pytest.raises(Refused) as refused:
        client.remove(accepted["sessionId"])

    assert (refused.value.status, refused.value.code) == (409, "SessionNotSettled")
    client.settle(accepted["sessionId"])


def test_remove(client: Client, running: Laptop, deployed: Session) -> None:
    """Nothing of the stack is left; a second removal is refused."""
    client.remove(deployed["sessionId"])
    removed = client.settle(deployed["sessionId"])

    with pytest.raises(Refused) as refused:
        client.remove(deployed["sessionId"])

    assert removed["status"] == "deleted"
    assert deployed["deployedResources"]["stackName"] not in stack_names(running)
    assert refused.value.status == 409


def stack_names(running: Laptop) -> set[str]:
    """Those that are not deleted."""
    cloudformation: Any = running.platform.client("cloudformation")
    pages = cloudformation.get_paginator("list_stacks").paginate()
    stacks = [stack for page in pages for stack in page["StackSummaries"]]
    return {stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"}
