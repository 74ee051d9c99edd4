"""Several stacks of one app as one: a parent template that nests each of them.

What one stack exports and another imports becomes an output and a parameter: the names of exports are the
account's, and two deployments of one app would collide in them.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.stack.event import STACK_TYPE
from deployer.template.limits import MEMBERS
from deployer.template.template import dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deployer.assembly.cloud_assembly import AssemblyStack
    from deployer.template.template import Template

# AWS CDK, `Stack.exportValue`: `{stack}:ExportsOutput{hash}`, made for a reference between two stacks.
_GENERATED: Final = re.compile(r"[^:]+:ExportsOutput\w+", re.ASCII)
_NO_LETTER: Final = re.compile(r"[^A-Za-z0-9]+")
_IMPORT: Final = "Fn::ImportValue"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedStack:
    """`parameters` are what the parent gives it: outputs of its siblings, and the parent's own parameters."""

    logical_id: str
    template_path: str
    template: Template
    parameters: Mapping[str, Any]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Export:
    """`stack` and `output` by logical id."""

    stack: str
    output: str

    @property
    def parameter(self) -> str:
        return f"{self.stack}{self.output}"[-255:]

    @property
    def value(self) -> dict[str, Any]:
        return {"Fn::GetAtt": [self.stack, f"Outputs.{self.output}"]}


def linked(stacks: Sequence[AssemblyStack], templates: Mapping[str, Template]) -> list[LinkedStack]:
    """Each stack that has resources, its imports from the others turned into parameters. `templates` by id."""
    wanted = [stack for stack in stacks if templates[stack.id].get("Resources")]
    names = _logical_ids([stack.id for stack in wanted])
    exports = _exports({names[stack.id]: templates[stack.id] for stack in wanted})
    return [_linked(stack, templates[stack.id], names, exports) for stack in wanted]


def _linked(
    stack: AssemblyStack, template: Template, names: Mapping[str, str], exports: Mapping[str, _Export]
) -> LinkedStack:
    others = {name: export for name, export in exports.items() if export.stack != names[stack.id]}
    imported: dict[str, _Export] = {}
    document = _without_imports(_without_exports(template), others, imported)
    if imported:
        document["Parameters"] = {
            **document.get("Parameters", {}),
            **{name: {"Type": "String"} for name in imported},
        }
    return LinkedStack(
        logical_id=names[stack.id],
        template_path=stack.template_path,
        template=document,
        parameters={name: export.value for name, export in imported.items()},
        needs=tuple(names[each] for each in stack.needs if each in names),
    )


def _logical_ids(ids: Sequence[str]) -> dict[str, str]:
    """By id, one that CloudFormation takes: letters and digits, each once."""
    taken: dict[str, str] = {}
    for each in ids:
        plain = _NO_LETTER.sub("", each)[:200] or "Stack"
        number = 2
        name = plain
        while name in taken.values():
            name, number = f"{plain}{number}", number + 1
        taken[each] = name
    return taken


def _exports(templates: Mapping[str, Template]) -> dict[str, _Export]:
    """By the name under which it is exported; only names that are written out can be known."""
    found = {}
    for stack, template in templates.items():
        for output, value in _dict(template.get("Outputs")).items():
            name = _dict(_dict(value).get("Export")).get("Name")
            if isinstance(name, str):
                found[name] = _Export(stack=stack, output=output)
    return found


def _without_exports(template: Template) -> Template:
    """Without the exports that the CDK made for its own stacks; one that a person named stays."""
    document = copy.deepcopy(template)
    for output in _dict(document.get("Outputs")).values():
        name = _dict(_dict(output).get("Export")).get("Name")
        if isinstance(name, str) and _GENERATED.fullmatch(name):
            del output["Export"]
    return document


def _without_imports(node: Any, exports: Mapping[str, _Export], imported: dict[str, _Export]) -> Any:
    """Fills `imported` by parameter."""
    if isinstance(node, list):
        return [_without_imports(child, exports, imported) for child in node]
    if not isinstance(node, dict):
        return node
    name = node.get(_IMPORT) if len(node) == 1 else None
    if isinstance(name, str) and name in exports:
        export = exports[name]
        imported[export.parameter] = export
        return {"Ref": export.parameter}
    return {key: _without_imports(child, exports, imported) for key, child in node.items()}


def parent_of(stacks: Sequence[LinkedStack], urls: Mapping[str, str]) -> Template:
    """The template that nests them; `urls` are the addresses of their templates by logical id.

    Parameters of one name are one when they are declared alike, and get the stack's name before theirs otherwise.
    """
    names = _parameter_names(stacks)
    document: Template = {
        "Description": f"The {len(stacks)} stacks of an AWS CDK app",
        "Resources": {each.logical_id: _resource(each, urls[each.logical_id], names) for each in stacks},
    }
    parameters = {
        names[each.logical_id, name]: _declared(parameter)
        for each in stacks
        for name, parameter in _own_parameters(each)
    }
    outputs = dict(list(_outputs(stacks))[: MEMBERS["Outputs"].most])
    document |= {"Parameters": parameters} if parameters else {}
    document |= {"Outputs": outputs} if outputs else {}
    return document


def _resource(stack: LinkedStack, url: str, names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    own = {name: {"Ref": names[stack.logical_id, name]} for name, _ in _own_parameters(stack)}
    given = {**own, **stack.parameters}
    resource: dict[str, Any] = {"Type": STACK_TYPE, "Properties": {"TemplateURL": url}}
    resource["Properties"] |= {"Parameters": given} if given else {}
    return resource | ({"DependsOn": sorted(stack.needs)} if stack.needs else {})


def _own_parameters(stack: LinkedStack) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, parameter in _dict(stack.template.get("Parameters")).items():
        if name not in stack.parameters and isinstance(parameter, dict):
            yield name, parameter


def _parameter_names(stacks: Sequence[LinkedStack]) -> dict[tuple[str, str], str]:
    declared: dict[str, set[bytes]] = {}
    for stack in stacks:
        for name, parameter in _own_parameters(stack):
            declared.setdefault(name, set()).add(dump(parameter))
    return {
        (stack.logical_id, name): name if len(declared[name]) == 1 else f"{stack.logical_id}{name}"[-255:]
        for stack in stacks
        for name, _ in _own_parameters(stack)
    }


def _declared(parameter: dict[str, Any]) -> dict[str, Any]:
    """A name in Parameter Store stays a name: the nested stack looks it up."""
    is_name = str(parameter.get("Type")).startswith("AWS::SSM::Parameter::")
    return {**parameter, "Type": "String"} if is_name else parameter


def _outputs(stacks: Sequence[LinkedStack]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each tells, under its own name where no other has it; not what is there on a condition only."""
    told = [
        (each.logical_id, name, output)
        for each in stacks
        for name, output in _dict(each.template.get("Outputs")).items()
        if isinstance(output, dict) and "Condition" not in output and not name.startswith("ExportsOutput")
    ]
    every = [name for _, name, _ in told]
    for stack, name, output in told:
        description = {"Description": output["Description"]} if "Description" in output else {}
        value = _Export(stack=stack, output=name).value
        yield name if every.count(name) == 1 else f"{stack}{name}"[-255:], {**description, "Value": value}


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
