"""Each role with one action taken away: a row that it has to be allowed must be denied then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tests.iam import account

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.iam.matrix import Row
    from tests.iam.simulator import Question

_OF_AWS: Final = ("xray:", "logs:CreateLog", "logs:PutLogEvents")
"""What AWS's own managed policies give, and services call by themselves."""

EXCUSED: Final = {
    **dict.fromkeys(
        ("s3:GetObject", "s3:GetObjectVersion"), "AllowedServices gives it too, as long as s3 is among them"
    ),
    "sts:AssumeRole": "the worker's role names them: that is enough within one account, and both is clearer",
}
"""Actions that are not missed, and why they are given all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`questions` are those of the rows of that role and action, of the role without it; none: nobody would notice."""

    role: str
    action: str
    questions: Sequence[Question]


def mutants(rows: Sequence[Row]) -> list[Mutant]:
    """One for each action that a role of ours is given by name."""
    return [
        Mutant(role=role, action=action, questions=list(_questions(rows, role, action)))
        for role, action in sorted(set(_given()))
        if not action.startswith(_OF_AWS) and not _is_excused(role, action)
    ]


def _is_excused(role: str, action: str) -> bool:
    return action in EXCUSED and (role == "CloudFormationRole" or action == "sts:AssumeRole")


def _given() -> Iterator[tuple[str, str]]:
    for name, role in account.roles().items():
        for policy in role.policies:
            for statement in policy["Statement"]:
                if statement["Effect"] == "Allow":
                    yield from ((name, action) for action in _actions(statement) if "*" not in action)


def _questions(rows: Sequence[Row], role: str, action: str) -> Iterator[Question]:
    for row in rows:
        if row.is_allowed and (row.role, row.action) == (role, action):
            question = row.question
            policies = tuple(_without(policy, action) for policy in question.role.policies)
            yield replace(question, role=replace(question.role, policies=policies))


def _without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    statements = []
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow" and action in _actions(statement):
            rest = [each for each in _actions(statement) if each != action]
            statements += [{**statement, "Action": rest}] if rest else []
        else:
            statements.append(statement)
    return {**policy, "Statement": statements or [_NOTHING]}


_NOTHING: Final = {"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}
"""A policy has to say something."""


def _actions(statement: dict[str, Any]) -> list[str]:
    found = statement.get("Action", [])
    return found if isinstance(found, list) else [found]
