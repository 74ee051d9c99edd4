"""`make demo`: one repository of each kind is deployed, tested, called and removed on the embedded platform."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

from local import laptop, proofs, report
from local.client import NeverSettled, Refused
from local.errors import LocalError
from local.lifetime import Lifetime

if TYPE_CHECKING:
    from local.client import Client, Session
    from local.laptop import Laptop

EXAMPLES: Final = {
    "sam-python-api": "a SAM application: REST API, Python function, table",
    "cloudformation-bucket": "plain CloudFormation: function, role, bucket",
    "python-lambda": "a Python function without a template",
    "nodejs-lambda": "a Node.js function without a template",
}


class DemoFailed(Exception):
    """The reason, for people."""


def main() -> int:
    began = time.monotonic()
    try:
        with Lifetime() as lifetime:
            _run(lifetime)
    except (LocalError, DemoFailed, Refused, NeverSettled, proofs.NotAlive) as error:
        print(f"\nmake demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; nothing is left behind")
        return 130
    print(f"\nall of it took {time.monotonic() - began:.1f} s; nothing is left behind")
    return 0


def _run(lifetime: Lifetime) -> None:
    began = time.monotonic()
    print("starting the platform and deploying the application from template.yaml ...", flush=True)
    running = laptop.start(lifetime)
    print(f"ready after {time.monotonic() - began:.1f} s: {running.application.api_url}")
    client = running.client()
    sessions = [_deploy(client, running, name) for name in EXAMPLES]
    _remove(client, sessions)


def _deploy(client: Client, running: Laptop, name: str) -> Session:
    """The settled session; shown, and what it made was called."""
    print(f"\nPOST /deploy runTests  examples/{name}  ({EXAMPLES[name]})", flush=True)
    accepted = client.deploy(f"examples/{name}", runTests=True)
    session = client.settle(accepted["sessionId"], seen=report.Progress())
    print(f"\n{report.table(session)}")
    if session["tests"]:
        print(report.sanity_table(client.test_status(session["tests"]["sessionId"])))
    if session["status"] != "success":
        raise DemoFailed(f"examples/{name} ended as {session['status']}")
    print(
        f"  {'alive':<12}{proofs.prove(name, running.platform, session['deployedResources']['outputs'])}",
        flush=True,
    )
    return session


def _remove(client: Client, sessions: list[Session]) -> None:
    print(f"\nDELETE /deployments/...  all {len(sessions)} stacks", flush=True)
    for session in sessions:
        client.remove(session["sessionId"])
    for session in sessions:
        removed = client.settle(session["sessionId"])
        print(f"  {removed['status']:<12}{session['repository']}", flush=True)
        if removed["status"] != "deleted":
            raise DemoFailed(f"{session['repository']} was not removed: {removed.get('error')}")


if __name__ == "__main__":
    sys.exit(main())
