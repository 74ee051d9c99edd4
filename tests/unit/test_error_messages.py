"""deployer.errors: what is true of every error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployer import errors

if TYPE_CHECKING:
    from deployer.errors import DeployerError


@pytest.mark.parametrize("error", [errors.BuildFailed, errors.StackFailed, errors.InternalError])
def test_message_is_harmless(error: type[DeployerError]) -> None:
    """Neither a secret nor a control character comes so far as an execution's history, which shows str(error)."""
    told = error("no access with AKIA" + "A" * 16 + "\x1b[2J")

    assert str(told) == told.message == "no access with AKIAAAAA************"


def test_fields_are_harmless() -> None:
    """What names fields, too."""
    assert "\x1b" not in str(errors.RequestInvalid({"branch": "\x1b[2J is not a name"}))
