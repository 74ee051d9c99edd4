"""A stack of ours is deployed again, whatever the last deployment left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.repositories import BareRepository

if TYPE_CHECKING:
    from local.client import Client
    from local.laptop import Laptop

QUEUE = "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n"
BROKEN = f"{QUEUE}  Setting: {{Type: AWS::AppConfig::HostedConfigurationVersion, DependsOn: Queue}}\n"


def test_what_a_failed_create_left(client: Client, running: Laptop) -> None:
    """It was kept to be looked at; the next deployment to that name clears it, and succeeds."""
    repository = BareRepository.create(running.repositories, "redeploy/kept")
    repository.commit({"template.yaml": BROKEN})
    first = client.settle(
        client.deploy("redeploy/kept", stackName="redeploy-kept", keepFailedStack=True)["sessionId"]
    )
    stacks = running.platform.client("cloudformation")
    left = stacks.describe_stacks(StackName="redeploy-kept")["Stacks"][0]["StackStatus"]
    repository.commit({"template.yaml": QUEUE})

    second = client.settle(client.deploy("redeploy/kept", stackName="redeploy-kept")["sessionId"])

    assert first["error"]["code"] == "StackFailed"
    assert left in {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
    assert second["status"] == "success", second["error"]
    now = stacks.describe_stacks(StackName="redeploy-kept")["Stacks"][0]["StackStatus"]
    assert now == "CREATE_COMPLETE"
    client.settle(client.remove(second["sessionId"])["sessionId"])
