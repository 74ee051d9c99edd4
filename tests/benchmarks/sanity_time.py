"""What sanity tests cost: for few and many of them, one after the other and side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.table import table

from deployer.stack.stack import MANAGED_BY, OURS

if TYPE_CHECKING:
    from local.client import Client
    from local.laptop import Laptop

COUNTS: Final = (10, 100, 400)
CONCURRENCIES: Final = (1, 10)
_SECONDS: Final = 1800


def report(laptop: Laptop) -> str:
    """Seconds for stacks of so many queues, each of which is one test; warm, but for the first row."""
    rows = []
    for count in COUNTS:
        name = _stack(laptop, count)
        rows += [_row(laptop.client(), name, concurrency) for concurrency in CONCURRENCIES]
        laptop.platform.client("cloudformation").delete_stack(StackName=name)
    heads = ["tests", "maxConcurrency", "wall s", "in checks s", "wall ms a test", "POST to end s"]
    return f"Sanity tests (each looks at one queue)\n{table(heads, rows)}"


def _row(client: Client, stack: str, concurrency: int) -> list[str]:
    accepted = client.test(stackName=stack, maxConcurrency=concurrency)
    session = client.settle(accepted["sessionId"], seconds=_SECONDS, is_test=True)
    results, wall_ms = session["testResults"], session["summary"]["durationMs"]
    if session["summary"]["passed"] != len(results):
        raise RuntimeError(f"{stack}: {session['message']}")
    in_checks_ms = sum(result["durationMs"] for result in results)
    return [
        str(len(results)),
        str(concurrency),
        f"{wall_ms / 1000:.1f}",
        f"{in_checks_ms / 1000:.1f}",
        f"{wall_ms / len(results):.0f}",
        f"{session['durationMs'] / 1000:.1f}",
    ]


def _stack(laptop: Laptop, count: int) -> str:
    name = f"queues-{count}"
    cloudformation: Any = laptop.platform.client("cloudformation")
    template = {"Resources": {f"Queue{number}": {"Type": "AWS::SQS::Queue"} for number in range(count)}}
    cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps(template), Tags=[{"Key": MANAGED_BY, "Value": OURS}]
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )
    return name
