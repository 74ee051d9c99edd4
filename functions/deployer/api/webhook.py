"""`POST /webhooks/github`: what a delivery asks for, once it is certain that GitHub sent it."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import EventRefused, RequestInvalid, RequestTooLarge, SettingMissing
from deployer.idempotency import Idempotency
from deployer.push import MAX_BYTES, PushTarget, check_signature, delivery_id, push_of, targets_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deployer.push import Push
    from deployer.settings import Settings
    from deployer.state_data import DeployRequest

_PING: Final = "ping"
_PUSH: Final = "push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A push, and what it starts: nothing for a ping."""

    id: str
    digest: str
    requests: Sequence[DeployRequest]

    def keys(self, request: DeployRequest) -> tuple[Idempotency, Idempotency]:
        """Neither the delivery's id nor what was signed starts a deployment of that stack twice.

        The signature does not cover the id: a body that somebody overheard is refused under another one.
        """
        of = f"webhook {request['stackName']}"
        return (
            Idempotency.of(caller=of, key=self.id, request={"body": self.digest}),
            Idempotency.of(caller=of, key=self.digest, request={"delivery": self.id}),
        )


def read(event: Mapping[str, Any], settings: Settings, secret: str) -> Delivery:
    """What the REST proxy event brings from GitHub, which signs with the secret.

    Raises RequestTooLarge, DeliveryInvalid, RequestInvalid, EventRefused; SettingMissing when WebhookBranches is
    malformed.
    """
    headers = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    body = _body(event)
    if len(body) > MAX_BYTES:
        raise RequestTooLarge(f"the body has more than {MAX_BYTES} bytes")
    check_signature(body, headers.get("x-hub-signature-256", ""), secret)
    return Delivery(
        id=delivery_id(headers.get("x-github-delivery", "")),
        digest=hashlib.sha256(body).hexdigest(),
        requests=_requests(headers.get("x-github-event", ""), body, settings),
    )


def _body(event: Mapping[str, Any]) -> bytes:
    """The bytes that were sent: API Gateway gives what is no text in base64."""
    text = str(event.get("body") or "")
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode(errors="replace")


def _requests(kind: str, body: bytes, settings: Settings) -> list[DeployRequest]:
    payload = _payload(body)
    if kind == _PING:
        return []
    if kind != _PUSH:
        raise EventRefused("it is no push")
    push = push_of(payload)
    return [
        _request(target, push, settings.webhook_runs_tests)
        for target in targets_for(push, _targets(settings.webhook_branches))
    ]


def _payload(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise RequestInvalid({"body": "is not JSON: set the webhook's content type to application/json"}) from None


def _targets(texts: Sequence[str]) -> list[PushTarget]:
    try:
        return [PushTarget.from_text(text) for text in texts]
    except ValueError as error:
        raise SettingMissing(f"WebhookBranches: {error}") from None


def _request(target: PushTarget, push: Push, is_tested: bool) -> DeployRequest:
    return {
        "repository": target.slug,
        "branch": push.branch,
        "commit": push.commit,
        "projectRoot": target.project_root,
        "template": None,
        "stackName": target.stack_name,
        "tags": {},
        "mode": "deploy",
        "runTests": is_tested,
        "keepFailedStack": False,
    }
