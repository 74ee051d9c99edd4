"""Rule: a role is assumed by services and this account alone, and through an identity pool of the template.

Sources: IAM User Guide, "AWS JSON policy elements: Principal" and "IAM roles for web identity federation"; Amazon
Cognito Developer Guide, "Role trust and permissions".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployer.policy.maps import maps
from deployer.policy.piece import Piece, is_known, only_piece
from deployer.policy.values import may_be_absent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope

_PARAMETER: Final = "AllowedPrincipals"
_COGNITO: Final = "cognito-identity.amazonaws.com"
_AUDIENCE: Final = f"{_COGNITO}:aud"
_ACCOUNT: Final = re.compile(r"(\d{12})|arn:[\w-]+:(?:iam|sts)::(\d{12}):.+", re.ASCII)
_UNREADABLE: Final = "what is trusted is not known beforehand"


def trust(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each principal of a role's trust policy that is not allowed."""
    for place, role in document.resources("AWS::IAM::Role"):
        where = place.below("Properties", "AssumeRolePolicyDocument")
        properties = role.get("Properties")
        policy = properties.get("AssumeRolePolicyDocument") if isinstance(properties, dict) else None
        judge = _Judge(document, scope)
        problems = dict.fromkeys(problem for each in judge.maps(policy) for problem in judge.policy(each))
        for problem in problems:
            yield document.finding(where, problem, parameter=_PARAMETER)


class _Judge:
    """Judges one document's policies; a map of None is one that cannot be read."""

    def __init__(self, document: Document, scope: Scope) -> None:
        self._values, self._types, self._scope = document.doubted, document.doubted.types, scope

    def maps(self, node: object) -> Iterator[dict[str, Any] | None]:
        """Every map that the value can be, its keys folded: IAM does not tell their letters' case apart."""
        for found in maps(node, self._values):
            yield found and {key.casefold(): member for key, member in found.items()}

    def policy(self, policy: dict[str, Any] | None) -> Iterator[str]:
        if policy is None:
            yield _UNREADABLE
            return
        for statement in self.maps(policy.get("statement")):
            if statement is None:
                yield _UNREADABLE
            elif self._values.texts(statement.get("effect")) != ["Deny"]:
                yield from self._statement(statement)

    def _statement(self, statement: dict[str, Any]) -> Iterator[str]:
        if "notprincipal" in statement:
            yield "NotPrincipal trusts everybody else"
        principal = statement.get("principal")
        if isinstance(principal, str):
            yield from self._aws(principal)
            return
        for each in self.maps(principal) if principal is not None else ():
            yield from self._principal(each, statement) if each is not None else [_UNREADABLE]

    def _principal(self, principal: dict[str, Any], statement: dict[str, Any]) -> Iterator[str]:
        for kind, node in principal.items():
            if kind == "service":
                continue
            texts = self._values.texts(node)
            if kind == "aws":
                yield from (problem for text in texts for problem in self._aws(text))
            elif kind == "federated":
                yield from (problem for text in texts for problem in self._federated(text, statement))
            else:
                yield f"trusts the {kind} {', '.join(texts)}"

    def _aws(self, text: str) -> Iterator[str]:
        found, allowed = _ACCOUNT.fullmatch(text), self._scope.allowances.principals
        account = (found[1] or found[2]) if found else ""
        if account == self._scope.account_id or {text, account} & allowed or self._is_own_role(text):
            return
        if text == "*":
            yield "trusts every account"
        elif account:
            yield f"trusts {text}, which is of another account"
        elif is_known(text):
            yield f"trusts {text}"
        else:
            wanted = self._values.parameters.waited_for(text)
            way_out = f", give the parameter {', '.join(wanted)}" if wanted else ""
            yield f"trusts {text}, whose account is not known beforehand{way_out}"

    def _is_own_role(self, text: str) -> bool:
        piece = only_piece(text) or Piece("", "")
        return piece.attribute == "Arn" and self._types.get(piece.logical_id) == "AWS::IAM::Role"

    def _federated(self, text: str, statement: dict[str, Any]) -> Iterator[str]:
        if text in self._scope.allowances.principals:
            return
        if text != _COGNITO:
            yield f"trusts the identity provider {text}"
        elif not self._is_own_pool(statement):
            yield f"trusts {_COGNITO} for other identity pools than one of this template"

    def _is_own_pool(self, statement: dict[str, Any]) -> bool:
        """Whether `aud` must equal the id of an identity pool that the template makes, in every branch."""
        return self._each_of(statement.get("condition"), self._narrows)

    def _narrows(self, condition: dict[str, Any]) -> bool:
        return self._each_of(condition.get("stringequals"), lambda keys: self._is_audience(keys.get(_AUDIENCE)))

    def _is_audience(self, node: object) -> bool:
        texts = self._values.texts(node)
        return bool(texts) and not may_be_absent(node) and all(map(self._is_pool, texts))

    def _each_of(self, node: object, is_fine: Callable[[dict[str, Any]], bool]) -> bool:
        found = list(self.maps(node))
        return (
            bool(found) and not may_be_absent(node) and all(each is not None and is_fine(each) for each in found)
        )

    def _is_pool(self, text: str) -> bool:
        piece = only_piece(text)
        return piece is not None and self._types.get(piece.logical_id) == "AWS::Cognito::IdentityPool"
