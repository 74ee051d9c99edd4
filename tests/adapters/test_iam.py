"""Who may do what, by a policy simulator over the roles in template.yaml: the matrix of `make iam`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.iam import account, matrix, mutants, uses
from tests.iam.simulator import ALLOWED, Question, answers

ROWS = [*matrix.rows(), *uses.rows()]


@pytest.fixture(scope="module")
def answered() -> dict[int, str]:
    """IAM's answer to each row, by the row's number."""
    return dict(enumerate(answers([row.question for row in ROWS])))


@pytest.mark.parametrize("role", sorted({row.role for row in ROWS}))
def test_role(role: str, answered: dict[int, str]) -> None:
    """It may what its row says, and may not what another one says."""
    wrong = [
        (row.action, row.resource, dict(row.context), answered[number], row.reason)
        for number, row in enumerate(ROWS)
        if row.role == role and not row.is_answered(answered[number])
    ]

    assert wrong == []


def test_every_role_has_rows() -> None:
    """Both of what it may and of what it may not."""
    for is_allowed in (True, False):
        assert {row.role for row in ROWS if row.is_allowed is is_allowed} >= account.roles().keys()
    assert len(ROWS) >= 120


def test_action_that_is_taken_away() -> None:
    """Of each role, each action is missed: a row that must be allowed is denied without it."""
    every = mutants.mutants(ROWS)
    told = iter(answers([question for mutant in every for question in mutant.questions]))

    allowed = {(each.role, each.action): [next(told) for _ in each.questions] for each in every}

    assert len(every) > 300
    assert [what for what, found in allowed.items() if all(answer == ALLOWED for answer in found)] == []


def _actions() -> list[tuple[str, str]]:
    statements = [
        (name, statement)
        for name, role in account.roles().items()
        for policy in role.policies
        for statement in policy["Statement"]
    ]
    found = {(name, action) for name, statement in statements for action in _listed(statement.get("Action", []))}
    return sorted((name, action) for name, action in found if "*" not in action)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def test_actions_exist() -> None:
    """A misspelt action is none, and would only be missed when it is needed."""
    every = _actions()
    asked = [Question(role=account.roles()[name], action=action, resource="*") for name, action in every]

    unknown = [what for what, answer in zip(every, answers(asked), strict=True) if "invalid.action" in answer]

    assert len(every) > 200
    assert unknown == []


def test_misspelt_action() -> None:
    """The simulator knows that there is none."""
    [answer] = answers([Question(role=account.roles()["Api"], action="s3:PutObjct", resource="*")])

    assert "invalid.action" in answer


@pytest.mark.parametrize(
    "name", ["PermissionsBoundary", "SessionPolicy", "WebhookPolicy", "CloudFormationKeysPolicy"]
)
def test_size_of_managed_policies(name: str) -> None:
    """IAM takes 6,144 characters of one without white space (IAM User Guide, "IAM and AWS STS quotas")."""
    assert len(json.dumps(account._document(name), separators=(",", ":"))) <= 6144
