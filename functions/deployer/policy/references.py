"""Rule: no value of Parameter Store, Secrets Manager or another stack that the template did not make itself.

Sources: AWS CloudFormation User Guide, "Get values stored in other services using dynamic references" and "Specify
existing resources at runtime with CloudFormation-supplied parameter types".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployer.policy.piece import Piece, first_piece, is_known
from deployer.policy.walk import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope

_PARAMETER: Final = "AllowedReferencePrefixes"
_DYNAMIC: Final = re.compile(r"\{\{resolve:([^:}]*):([^}]*)")
# What stands there could make it one.
_PUT_TOGETHER: Final = re.compile(r"\{\{[a-z]*(?::[a-z-]*)?\ue000")
_PUBLIC: Final = "/aws/service/"
_SECRET_ARN: Final = re.compile(r"arn:[\w-]+:secretsmanager:([\w-]+):(\d{12}):secret:([^:]+)", re.ASCII)
_IMPORTS: Final = ("Fn::ImportValue", "Fn::GetStackOutput")

# What a resource's Ref or attribute gives that names a secret or parameter which it made.
_MADE: Final = {
    ("AWS::SecretsManager::Secret", ""),
    ("AWS::SecretsManager::Secret", "Id"),
    ("AWS::SSM::Parameter", ""),
}
_MADE_SECRETS: Final = frozenset(
    {"MasterUserSecret.SecretArn", "MasterPasswordSecretArn", "AdminPasswordSecretArn"}
)


def references(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each dynamic reference, SSM parameter and import that is not allowed."""
    yield from _dynamic(document, scope)
    yield from _parameters(document, scope)
    yield from _imports(document, scope)


def _dynamic(document: Document, scope: Scope) -> Iterator[Finding]:
    for section in ("Resources", "Outputs"):
        for place, text in document.texts(section):
            for service, name in _DYNAMIC.findall(text):
                if not _is_allowed(document, scope, service, name):
                    yield _refused(document, place, f"reads {service} {name}")
            if _PUT_TOGETHER.search(text):
                yield _refused(
                    document, place, "puts a dynamic reference together from what is not known beforehand"
                )


def _is_allowed(document: Document, scope: Scope, service: str, name: str) -> bool:
    piece = first_piece(name)
    if piece is not None:
        return _is_made(document, piece)
    arn = _SECRET_ARN.match(name)
    if arn:
        is_here = (arn[1], arn[2]) == (scope.region, scope.account_id)
        return is_here and scope.allowances.allows_reference(arn[3])
    is_public = service == "ssm" and name.startswith(_PUBLIC)
    return is_public or scope.allowances.allows_reference(name)


def _is_made(document: Document, piece: Piece) -> bool:
    kind = document.values.types.get(piece.logical_id, "")
    return (kind, piece.attribute) in _MADE or (
        piece.attribute in _MADE_SECRETS and kind.startswith(("AWS::RDS::", "AWS::Redshift", "AWS::DocDB"))
    )


def _parameters(document: Document, scope: Scope) -> Iterator[Finding]:
    for name, value in document.values.parameters.in_parameter_store():
        if is_known(value) and not (value.startswith(_PUBLIC) or scope.allowances.allows_reference(value)):
            yield _refused(document, Place("Parameters").below(name), f"reads the SSM parameter {value}")


def _imports(document: Document, scope: Scope) -> Iterator[Finding]:
    for place, argument in document.calls(_IMPORTS):
        for name in _names(document, argument):
            if not scope.allowances.allows_reference(name):
                yield _refused(document, place, f"imports {name} of another stack")


def _names(document: Document, argument: Any) -> list[str]:
    """The export, or the stack, that is named; something to refuse where nothing is."""
    named = argument.get("StackName", argument) if isinstance(argument, dict) else argument
    return document.values.texts(named) or ["what is not known beforehand"]


def _refused(document: Document, place: Place, problem: str) -> Finding:
    return document.finding(place, problem, parameter=_PARAMETER)
