"""How much work one judgement may be: a hostile template ends it early, within seconds and little memory."""

from __future__ import annotations

from typing import Final

from deployer.errors import TemplateInvalid

# A template of CloudFormation's full size takes half of it; those in public collections less than a hundredth.
_UNITS: Final = 20_000_000


class Budget:
    """What is left, in characters that are looked at."""

    def __init__(self, units: int = _UNITS) -> None:
        self.left = units

    def spend(self, units: int) -> None:
        """Raises TemplateInvalid when it is used up."""
        self.left -= units
        if self.left < 0:
            raise TemplateInvalid(
                "the values, loops and nested stacks of the template grow beyond what can be judged"
            )
