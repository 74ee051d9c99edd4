"""A delivery: a service sends what happened to a function, a queue or another service. Who sends, who receives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from deployer.sanity.reference import Reference, label, named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.deployed import Deployed


class Sender(TypedDict):
    """`arn` is that of the rule, topic or bucket; empty when it cannot be told."""

    principal: str  # events.amazonaws.com
    arn: str
    accountId: str


class Delivery(TypedDict):
    """`receiver` as the template writes it: None when only AWS knows. `role` is what the service acts as."""

    receiver: str | None
    label: str
    reference: Reference | None  # None: nothing that can be looked at
    role: Reference | None
    byRole: bool  # so that no policy of the receiver need let it in
    sender: Sender


def delivery(
    receiver: Any, sender: Sender, deployed: Deployed, configuration: Mapping[str, Any] | None = None
) -> Delivery:
    """`configuration` is the target's, which may hold a RoleArn."""
    given = configuration or {}
    return Delivery(
        receiver=receiver if isinstance(receiver, str) else None,
        label=label(receiver, deployed) if isinstance(receiver, str) else "a target",
        reference=named(receiver, deployed),
        role=named(given.get("RoleArn"), deployed),
        byRole="RoleArn" in given,
        sender=sender,
    )


def sender(principal: str, arn: str | None, deployed: Deployed) -> Sender:
    return Sender(principal=principal, arn=arn or "", accountId=deployed.place.account_id)
