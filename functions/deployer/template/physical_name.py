"""The physical names that a template gives to what it makes, as far as they are known before it is deployed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from deployer.policy.budget import Budget
from deployer.policy.loops import FOR_EACH, without_loops
from deployer.policy.parameters import Parameters, scalar
from deployer.policy.values import Values
from deployer.sanity.resolve import Resolver, StackFacts
from deployer.stack.event import STACK_TYPE
from deployer.template.named_types import NAMED_TYPES, UNIQUE_WITHIN, identifier_of, is_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deployer.sanity.identity import Place
    from deployer.stack.resource import StackResource
    from deployer.template.template import Template

_VARIABLE: Final = re.compile(r"\$\{([^!}.]+)\}")
_SSM: Final = "AWS::SSM::Parameter::"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhysicalName:
    """`logical_id` has those of nested stacks before it: `Orders/Table`. `identifier` is what its service knows.

    `parameters` are those of its template that the name is made of.
    """

    logical_id: str
    resource_type: str
    name: str
    identifier: str
    parameters: Sequence[str] = ()

    def below(self, path: str) -> PhysicalName:
        """The same name in a stack nested in others, whose logical ids are the path."""
        return replace(self, logical_id=path + self.logical_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One stack as it is to be: `name` and `stack_id` are empty where CloudFormation will make them up.

    `parameters` are the values that are known, `resources` what the stack has by now.
    """

    template: Template
    place: Place
    name: str
    stack_id: str
    parameters: Mapping[str, str]
    resources: Sequence[StackResource]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """A stack within a stack: its template's address, its id if it is there, and what it is given.

    `parameters` are None where only CloudFormation will know them.
    """

    logical_id: str
    template_url: str
    stack_id: str
    parameters: Mapping[str, str | None]


def may_give_names(template: Template) -> bool:
    """Whether it is worth a look: the template names something, nests a stack, or has a loop that may."""
    for name, resource in _section(template, "Resources").items():
        if name.startswith(FOR_EACH) or _dict(resource).get("Type") == STACK_TYPE:
            return True
        if _property_of(_dict(resource)) is not None:
            return True
    return False


def known_parameters(template: Template, given: Mapping[str, str | None]) -> dict[str, str]:
    """What each parameter will be: what is given, else its default. Not one that Parameter Store is asked for."""
    known = {}
    for name, declared in _section(template, "Parameters").items():
        value = given.get(name, _dict(declared).get("Default"))
        if value is not None and not str(_dict(declared).get("Type")).startswith(_SSM):
            known[name] = scalar(value)
    return known


def physical_names(deployment: Deployment) -> tuple[list[PhysicalName], list[Nested]]:
    """The names of what the deployment makes new, and the stacks that it nests.

    What hangs on a condition that nobody can decide yet is left out, as is a name that nobody can know yet.
    """
    physical_ids = {each.logical_id: each.physical_id for each in deployment.resources if each.is_there}
    template = _written_out(deployment, physical_ids)
    names = _names(template, deployment, physical_ids)
    # What is named after another (a log group after its function) is known once the other is.
    told = {each.logical_id: each.identifier for each in names if NAMED_TYPES[each.resource_type].is_ref}
    names = _names(template, deployment, {**physical_ids, **told})
    new = [each for each in names if not is_named(physical_ids.get(each.logical_id, ""), each.name)]
    return new, list(_nested(template, _resolver(template, deployment, physical_ids), physical_ids))


def _names(template: Template, deployment: Deployment, physical_ids: Mapping[str, str]) -> list[PhysicalName]:
    resolver = _resolver(template, deployment, physical_ids)
    declared = _section(template, "Parameters")
    found = []
    for logical_id, resource in _certain(template, resolver):
        given = _property_of(resource)
        name = resolver.resolve(given)
        if isinstance(name, str) and name:
            kind = str(resource["Type"])
            properties = resource["Properties"]
            within = {key: resolver.resolve(properties[key]) for key in UNIQUE_WITHIN if key in properties}
            identifier = identifier_of(kind, name, within, deployment.place)
            if identifier:
                of = tuple(each for each in dict.fromkeys(_named_in(given)) if each in declared)
                found.append(
                    PhysicalName(
                        logical_id=logical_id, resource_type=kind, name=name, identifier=identifier, parameters=of
                    )
                )
    return found


def _nested(template: Template, resolver: Resolver, physical_ids: Mapping[str, str]) -> Iterator[Nested]:
    for logical_id, resource in _certain(template, resolver):
        properties = _dict(resource.get("Properties"))
        url = properties.get("TemplateURL")
        if resource.get("Type") == STACK_TYPE and isinstance(url, str):
            given = {name: resolver.resolve(value) for name, value in _dict(properties.get("Parameters")).items()}
            yield Nested(
                logical_id=logical_id,
                template_url=url,
                stack_id=physical_ids.get(logical_id, ""),
                parameters={name: _as_text(value) for name, value in given.items()},
            )


def _certain(template: Template, resolver: Resolver) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources that will be made for sure."""
    for logical_id, resource in _section(template, "Resources").items():
        condition = _dict(resource).get("Condition")
        if isinstance(resource, dict) and (
            condition is None or resolver.resolve({"Condition": condition}) is True
        ):
            yield logical_id, resource


def _resolver(template: Template, deployment: Deployment, physical_ids: Mapping[str, str]) -> Resolver:
    facts = StackFacts(
        stack_id=deployment.stack_id,
        name=deployment.name,
        place=deployment.place,
        parameters=deployment.parameters,
        physical_ids=physical_ids,
        nested_outputs={},
    )
    return Resolver(template, facts)


def _written_out(deployment: Deployment, physical_ids: Mapping[str, str]) -> Template:
    """The template with each loop written out whose collection is known, and without the others."""
    template = deployment.template
    loops = [name for name in _section(template, "Resources") if name.startswith(FOR_EACH)]
    if not loops:
        return template
    resolver = _resolver(template, deployment, physical_ids)
    resources = dict(template["Resources"])
    for name in loops:
        match resources.pop(name):
            case [str(identifier), collection, dict(body)]:
                members = resolver.resolve(collection)
                if isinstance(members, list) and all(isinstance(member, str) for member in members):
                    resources[name] = [identifier, members, body]
    exact = {**template, "Resources": resources}
    budget = Budget()
    return without_loops(exact, Values(exact, Parameters(exact, {}), {}, budget, {}), budget)


def _property_of(resource: Mapping[str, Any]) -> Any:
    """What the resource is named with, unresolved; None where it is not named."""
    kind = NAMED_TYPES.get(str(resource.get("Type")))
    return _dict(resource.get("Properties")).get(kind.property) if kind else None


def _named_in(node: Any) -> Iterator[str]:
    """What Ref and Fn::Sub name in it."""
    if isinstance(node, dict):
        for key, child in node.items():
            if key == "Ref" and isinstance(child, str):
                yield child
            yield from _named_in(child)
    elif isinstance(node, list):
        for child in node:
            yield from _named_in(child)
    elif isinstance(node, str):
        yield from _VARIABLE.findall(node)


def _as_text(value: Any) -> str | None:
    """A parameter of a nested stack: a list is one text, with commas."""
    if isinstance(value, list):
        return ",".join(map(scalar, value)) if all(member is not None for member in value) else None
    return None if value is None or isinstance(value, dict) else scalar(value)


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _dict(template.get(name))


def _dict(node: object) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
