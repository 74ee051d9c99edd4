"""Rule: custom resources are made by this account's own functions and topics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope

_PARAMETER: Final = "AllowedPrincipals"
_ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):", re.ASCII)


def service_tokens(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each custom resource whose ServiceToken is another account's."""
    allowed = {scope.account_id, *scope.allowances.principals}
    for place, resource in document.resources():
        kind, properties = str(resource.get("Type")), resource.get("Properties")
        if not kind.startswith(("Custom::", "AWS::CloudFormation::CustomResource")) or not isinstance(
            properties, dict
        ):
            continue
        for token in document.values.texts(properties.get("ServiceToken")):
            account = _ACCOUNT.match(token)
            if account and account[1] not in allowed:
                yield document.finding(
                    place.below("Properties", "ServiceToken"),
                    f"{token} is of another account",
                    parameter=_PARAMETER,
                )
