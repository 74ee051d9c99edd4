"""Two API keys of one application: neither sees what the other has asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.client import Client, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.laptop import Laptop


@pytest.fixture
def other(running: Laptop) -> Iterator[Client]:
    """A caller with a key of its own, of the same usage plan."""
    gateway = running.platform.client("apigateway")
    [plan] = gateway.get_usage_plans()["items"]
    key = gateway.create_api_key(name="other", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    yield Client(running.application.api_url, key["value"])
    gateway.delete_api_key(apiKey=key["id"])


def test_session_of_another_key(client: Client, other: Client) -> None:
    """It is not found, whatever is asked of it, and is on its own caller's list alone."""
    session_id = client.deploy("octo/nothing")["sessionId"]
    client.settle(session_id)

    asked: list[Callable[[], object]] = [
        lambda: other.status(session_id),
        lambda: other.test_status(session_id),
        lambda: other.remove(session_id),
        lambda: other.test(deploymentId=session_id),
    ]
    for ask in asked:
        with pytest.raises(Refused) as refused:
            ask()
        assert (refused.value.status, refused.value.code) == (404, "SessionNotFound")
    assert session_id in [each["sessionId"] for each in client.deployments()["deployments"]]
    assert other.deployments()["deployments"] == []
