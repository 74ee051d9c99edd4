"""SAM templates, expanded by the library that CloudFormation's own transform is made of."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import TemplateInvalid, TransformUnsupported
from deployer.template.template import LANGUAGE_EXTENSIONS, SAM_TRANSFORM, is_sam, transforms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.template.template import Template

_FOR_EACH: Final = "Fn::ForEach::"
_SERVERLESS: Final = "AWS::Serverless::"
_SUPPORTED: Final = frozenset({SAM_TRANSFORM, LANGUAGE_EXTENSIONS})


def expand(document: Template, parameters: Mapping[str, str], region: str) -> Template:
    """The template without the SAM transform, in CloudFormation's own resources; unchanged when it is not SAM.

    The logical ids are those that CloudFormation's transform makes. `parameters` are those of the stack; defaults
    fill in. A value that is secret (NoEcho), or is known to CloudFormation alone (SSM), stays a reference.

    Raises TransformUnsupported for any other transform; TemplateInvalid that names each resource that is wrong.
    """
    _check_transforms(document)
    if not is_sam(document):
        return copy.deepcopy(document)
    plain, loops = _apart(document)
    _hide_defaults(plain)
    expanded = _translate(plain, _values(document, parameters), region)
    expanded["Resources"].update(loops)
    expanded.update({"Parameters": copy.deepcopy(document["Parameters"])} if "Parameters" in document else {})
    if LANGUAGE_EXTENSIONS in transforms(document):
        expanded["Transform"] = LANGUAGE_EXTENSIONS
    return expanded


def with_boundary(document: Template, boundary_arn: str) -> Template:
    """The template with that permissions boundary on each of its roles, in the place of any other.

    Its roles and managed policies also get the boundary's own path: CloudFormation's service role makes and passes
    them under that path alone, so that a template cannot name another role of the account.
    """
    bounded = copy.deepcopy(document)
    path = _path_of(boundary_arn)
    for resource in _identities(bounded.get("Resources")):
        if not isinstance(resource.get("Properties"), dict):
            resource["Properties"] = {}
        resource["Properties"]["Path"] = path
        if resource["Type"] == "AWS::IAM::Role":
            resource["Properties"]["PermissionsBoundary"] = boundary_arn
    return bounded


def _path_of(policy_arn: str) -> str:
    """`/a/b/` of `arn:aws:iam::123456789012:policy/a/b/Name` (IAM User Guide, "IAM identifiers")."""
    return policy_arn.split(":policy", 1)[1].rpartition("/")[0] + "/"


def _check_transforms(document: Template) -> None:
    unknown = [name for name in transforms(document) if name not in _SUPPORTED]
    if unknown:
        raise TransformUnsupported(f"the template asks for {', '.join(unknown)}")


def _apart(document: Template) -> tuple[Template, Template]:
    """A copy without the loops of AWS::LanguageExtensions, which SAM does not know, and those loops."""
    plain = copy.deepcopy(document)
    loops = {name: plain["Resources"][name] for name in plain.get("Resources") or {} if name.startswith(_FOR_EACH)}
    for name, loop in loops.items():
        if _SERVERLESS in str(loop):
            raise TransformUnsupported(
                f"{name} repeats a SAM resource: write each of them, or use plain CloudFormation"
            )
        del plain["Resources"][name]
    return plain, loops


def _values(document: Template, given: Mapping[str, str]) -> dict[str, Any]:
    """Parameters by name, as far as they may be written into a template."""
    values = {
        name: given.get(name, parameter.get("Default"))
        for name, parameter in _parameters(document)
        if _may_be_written(parameter)
    }
    return {name: value for name, value in values.items() if value is not None}


def _hide_defaults(document: Template) -> None:
    """The translator fills in every default that it sees."""
    for _, parameter in _parameters(document):
        parameter.pop("Default", None)


def _parameters(document: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    declared = document.get("Parameters")
    for name, parameter in declared.items() if isinstance(declared, dict) else ():
        if isinstance(parameter, dict):
            yield name, parameter


def _may_be_written(parameter: dict[str, Any]) -> bool:
    is_secret = str(parameter.get("NoEcho", False)).casefold() == "true"
    return not is_secret and not str(parameter.get("Type")).startswith("AWS::SSM::")


def _translate(document: Template, values: dict[str, Any], region: str) -> Template:
    """The translator's `transform`, but for a region that is given rather than looked up."""
    # It takes over a second to import: only what expands a template pays for it.
    from boto3 import Session
    from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.arn_generator import ArnGenerator
    from samtranslator.translator.translator import Translator
    from samtranslator.utils.py27hash_fix import to_py27_compatible_template, undo_mark_unicode_str_in_template

    policies = get_bundled_managed_policy_map(ArnGenerator.get_partition_name(region))
    try:
        to_py27_compatible_template(document, values)  # hashes in logical ids are then CloudFormation's
        translator = Translator(policies, Parser(), boto_session=Session(region_name=region))
        expanded: Template = undo_mark_unicode_str_in_template(
            translator.translate(document, values, passthrough_metadata=True)
        )
    except InvalidDocumentException as error:
        raise TemplateInvalid(
            f"SAM: {' '.join(dict.fromkeys(cause.message for cause in error.causes))}"
        ) from error
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        # What the translator does not check, it stumbles over.
        raise TemplateInvalid(f"SAM cannot read the template: {type(error).__name__}: {error}") from error
    return expanded


def _identities(node: object) -> Iterator[dict[str, Any]]:
    """Every role and managed policy, also inside loops."""
    if isinstance(node, dict) and str(node.get("Type")) in {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}:
        yield node
        return
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _identities(child)
