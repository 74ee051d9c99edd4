"""Which of several templates in one folder is meant, and why."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.amounts import listed
from deployer.project.found_template import FoundTemplate, child_paths
from deployer.project.manifest import STANDARD_TEMPLATES, is_named_like_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MAX_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`templates` has one, several when nothing tells which, or none; `reason` is a sentence where others were."""

    templates: list[FoundTemplate]
    reason: str = ""


def choose(found: Iterable[FoundTemplate]) -> Choice:
    """Of one folder's templates the one with the standard name, else the only one that a rule leaves over.

    In turn: it can be read; no other one deploys it; it is for SAM, and what is beside it is what that needs; its
    name says that it is a template.
    """
    every = list(found)
    filled = [each for each in every if not each.is_empty] or every
    standard = _standard(filled)
    if standard is not None:
        return Choice(templates=[standard], reason=_reason(standard, every, "has the standard name"))
    left = without_children([each for each in filled if each.error is None] or filled)
    for rule, words in _RULES:
        narrowed = [each for each in left if rule(each)]
        if len(narrowed) == 1:
            return Choice(templates=narrowed, reason=_reason(narrowed[0], every, words))
    return Choice(templates=left, reason=_reason(left[0], every, "deploys the others") if len(left) == 1 else "")


def _standard(found: Iterable[FoundTemplate]) -> FoundTemplate | None:
    by_name = {posixpath.basename(each.path): each for each in found}
    return next((by_name[name] for name in STANDARD_TEMPLATES if name in by_name), None)


def _is_sam(found: FoundTemplate) -> bool:
    return found.is_sam


def _is_named(found: FoundTemplate) -> bool:
    return is_named_like_template(posixpath.basename(found.path))


_RULES: Final[tuple[tuple[Callable[[FoundTemplate], bool], str], ...]] = (
    (_is_sam, "is the only one for SAM"),
    (_is_named, "is the only one that is named like a template"),
)


def _reason(chosen: FoundTemplate, every: list[FoundTemplate], words: str) -> str:
    """`of the 3 templates there (app.yaml, vpc.yaml, dns.yaml), app.yaml is the only one for SAM`."""
    if len(every) < 2:
        return ""
    names = [posixpath.basename(each.path) for each in every]
    name = posixpath.basename(chosen.path)
    return f"of the {len(names)} templates there ({listed(names, _MAX_NAMED)}), {name} {words}"


def without_children(found: list[FoundTemplate]) -> list[FoundTemplate]:
    """Those that no other one deploys as a nested stack or application; all, when they refer to each other."""
    children = {child for each in found for child in child_paths(each.document, each.path) if child != each.path}
    return [each for each in found if each.path not in children] or found
