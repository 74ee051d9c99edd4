"""What is not allowed in a template and in those that it nests, each judged as it would be deployed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import TemplateInvalid, TemplateNotAllowed
from deployer.policy.boundaries import boundaries
from deployer.policy.budget import Budget
from deployer.policy.capacity import capacity
from deployer.policy.document import Document
from deployer.policy.event_rules import event_rules
from deployer.policy.maps import maps
from deployer.policy.names_not_known import names_not_known
from deployer.policy.own_names import own_names
from deployer.policy.piece import from_parent, parents, without_pieces
from deployer.policy.references import references
from deployer.policy.resource_types import resource_types
from deployer.policy.service_tokens import service_tokens
from deployer.policy.template_urls import template_urls
from deployer.policy.trust import trust
from deployer.policy.values import called
from deployer.stack.event import STACK_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope
    from deployer.template.template import Template

RULES: Final[tuple[Callable[[Document, Scope], Iterator[Finding]], ...]] = (
    names_not_known,
    resource_types,
    boundaries,
    trust,
    references,
    own_names,
    service_tokens,
    template_urls,
    event_rules,
    capacity,
)
_MAX_NESTED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Packaged:
    """A packaged template and the path that it has in the repository."""

    path: str
    template: Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A packaged template, those that it nests by their address, and the addresses of all packages."""

    parent: Packaged
    nested: Mapping[str, Packaged] = field(default_factory=dict)
    published: frozenset[str] = frozenset()


def check(family: Family, parameters: Mapping[str, str], scope: Scope) -> None:
    """Returns when the templates may be deployed with these parameters.

    Raises TemplateNotAllowed with everything that is not allowed; TemplateInvalid when they grow beyond reason.
    """
    found = list(findings(family, parameters, scope))
    if found:
        raise TemplateNotAllowed.of([str(finding) for finding in found])


def findings(family: Family, parameters: Mapping[str, str], scope: Scope) -> Iterator[Finding]:
    """Everything that is not allowed, each once."""
    given = {name: [value] for name, value in without_pieces(dict(parameters)).items()}
    seen: dict[Finding, None] = {}
    budget = Budget()
    for document in _documents(family, _Use(packaged=family.parent, given=given), scope, budget):
        seen |= dict.fromkeys(finding for rule in RULES for finding in rule(document, scope))
    yield from seen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A template as it is deployed once: what its parameters can be, and the types of the parent's resources."""

    packaged: Packaged
    given: dict[str, list[str]]
    inherited: dict[str, str] = field(default_factory=dict)


def _documents(family: Family, parent: _Use, scope: Scope, budget: Budget) -> Iterator[Document]:
    """The parent, then each nested template once for each way in which it is deployed."""
    waiting, seen = [parent], [parent]
    while waiting:
        use = waiting.pop()
        document = Document.of(
            use.packaged.path,
            use.packaged.template,
            use.given,
            scope,
            budget,
            published=family.published,
            judged=frozenset(family.nested),
            inherited=use.inherited,
        )
        yield document
        new = [each for each in _nested(document, family) if each not in seen]
        waiting, seen = [*waiting, *new], [*seen, *new]
        if len(seen) > _MAX_NESTED:
            raise TemplateInvalid(f"its templates nest more than {_MAX_NESTED} stacks")


def _nested(document: Document, family: Family) -> Iterator[_Use]:
    """Each template that the document nests, with every value that it gives to its parameters."""
    inherited = {parents(name): kind for name, kind in document.values.types.items()}
    for _, stack in document.resources(STACK_TYPE):
        properties = _dict(stack.get("Properties"))
        child = family.nested.get(str(properties.get("TemplateURL")))
        if child is None:
            continue
        for parameters in _given(document, properties.get("Parameters", {})):
            texts = {name: _texts(document, value) for name, value in parameters.items()}
            known = {name: each for name, each in texts.items() if each}
            yield _Use(packaged=child, given=known, inherited=inherited)


def _given(document: Document, parameters: object) -> list[dict[str, Any]]:
    """Every map of parameters that a nested stack can be given; with Fn::If also none at all."""
    found = [each for each in maps(parameters, document.values) if each is not None]
    return [*found, {}] if called(parameters) else found


def _texts(document: Document, value: object) -> list[str]:
    """What a parameter of a nested stack is given: a list is one text, with commas."""
    joined = {"Fn::Join": [",", value]} if isinstance(value, list) else value
    return [from_parent(text) for text in document.values.texts(joined)]


def _dict(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
