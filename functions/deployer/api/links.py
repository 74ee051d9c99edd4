"""Where things are: this API's own addresses as the caller knows it, and pages of the AWS console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deployer.session import SessionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.session import Head


def base_url(event: Mapping[str, Any]) -> str:
    """This API's address with its stage, without a slash at the end, as a REST proxy event tells it.

    A stage variable `publicUrl` goes before: for a stage that is reached through something else.
    """
    public = (event.get("stageVariables") or {}).get("publicUrl")
    if public:
        return str(public).rstrip("/")
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    context = event["requestContext"]
    host = headers.get("host") or context["domainName"]
    # The stage, or the base path of a custom domain: what the caller's path has more than the route's.
    prefix = context.get("path", "").removesuffix(event["path"])
    return f"{headers.get('x-forwarded-proto', 'https')}://{host}{prefix}"


def status_url(base: str, head: Head) -> str:
    """Where the session is followed."""
    route = "test-status" if head["kind"] == SessionKind.TEST else "status"
    return f"{base}/{route}/{head['sessionId']}"


def session_links(base: str, head: Head) -> dict[str, str]:
    """`self`, and the console's pages of its execution and, once there is one, of its stack."""
    links = {"self": status_url(base, head), "execution": _execution(head["executionArn"])}
    return links | ({"stack": _stack(head["stackId"])} if "stackId" in head else {})


def _execution(arn: str) -> str:
    return f"{_console(arn, 'states')}#/v2/executions/details/{arn}"


def _stack(arn: str) -> str:
    return f"{_console(arn, 'cloudformation')}#/stacks/stackinfo?stackId={quote(arn, safe='')}"


def _console(arn: str, service: str) -> str:
    region = arn.split(":")[3]
    return f"https://{region}.console.aws.amazon.com/{service}/home?region={region}"
