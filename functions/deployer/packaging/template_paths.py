"""The properties of a template that hold local paths: found, and turned into addresses in S3.

The table is that of `aws cloudformation package` (its documentation in the AWS CLI Command Reference) and of
`sam package` (aws-sam-cli, samcli/lib/utils/resources.py); a test compares it with both.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import RuntimeUnsupported
from deployer.packaging.local_path import Content, Form, LocalPath, S3Object, is_local, normalized

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Document = dict[str, Any]

_INCLUDE: Final = "AWS::Include"


@dataclass(frozen=True, slots=True)
class _Property:
    """`path` leads to it below Properties; `*` stands for any name."""

    path: str
    content: Content
    form: Form


def _zip(path: str, form: Form = Form.URI) -> _Property:
    return _Property(path, Content.ZIP, form)


def _file(path: str, form: Form = Form.URI) -> _Property:
    return _Property(path, Content.FILE, form)


def _template(path: str) -> _Property:
    return _Property(path, Content.TEMPLATE, Form.URL)


PROPERTIES: Final[dict[str, tuple[_Property, ...]]] = {
    "AWS::ApiGateway::RestApi": (_file("BodyS3Location", Form.BUCKET_KEY),),
    "AWS::ApiGatewayV2::Api": (_file("BodyS3Location", Form.BUCKET_KEY),),
    "AWS::AppSync::FunctionConfiguration": (
        _file("RequestMappingTemplateS3Location"),
        _file("ResponseMappingTemplateS3Location"),
        _file("CodeS3Location"),
    ),
    "AWS::AppSync::GraphQLSchema": (_file("DefinitionS3Location"),),
    "AWS::AppSync::Resolver": (
        _file("RequestMappingTemplateS3Location"),
        _file("ResponseMappingTemplateS3Location"),
        _file("CodeS3Location"),
    ),
    "AWS::CloudFormation::ModuleVersion": (_zip("ModulePackage"),),
    "AWS::CloudFormation::ResourceVersion": (_zip("SchemaHandlerPackage"),),
    "AWS::CloudFormation::Stack": (_template("TemplateURL"),),
    "AWS::CloudFormation::StackSet": (_template("TemplateURL"),),
    "AWS::CodeCommit::Repository": (_zip("Code.S3", Form.BUCKET_KEY),),
    "AWS::ElasticBeanstalk::ApplicationVersion": (_zip("SourceBundle", Form.S3_BUCKET_KEY),),
    "AWS::Glue::Job": (_file("Command.ScriptLocation"),),
    "AWS::Lambda::Function": (_zip("Code", Form.S3_BUCKET_KEY),),
    "AWS::Lambda::LayerVersion": (_zip("Content", Form.S3_BUCKET_KEY),),
    "AWS::Serverless::Api": (_file("DefinitionUri"),),
    "AWS::Serverless::Application": (_template("Location"),),
    "AWS::Serverless::Function": (_zip("CodeUri"),),
    "AWS::Serverless::GraphQLApi": (
        _file("SchemaUri"),
        _file("Functions.*.CodeUri"),
        _file("Resolvers.*.*.CodeUri"),
    ),
    "AWS::Serverless::HttpApi": (_file("DefinitionUri"),),
    "AWS::Serverless::LayerVersion": (_zip("ContentUri"),),
    "AWS::Serverless::StateMachine": (_file("DefinitionUri"),),
    "AWS::Serverless::WebFunction": (_zip("CodeUri"),),
    "AWS::StepFunctions::StateMachine": (_file("DefinitionS3Location", Form.BUCKET_KEY),),
}
# What SAM lets Globals give to each resource of a type.
_GLOBALS: Final = {
    "AWS::Serverless::Function": "Function",
    "AWS::Serverless::Api": "Api",
    "AWS::Serverless::LayerVersion": "LayerVersion",
}
# The property without which `sam package` and `aws cloudformation package` take the template's own folder.
_OWN_FOLDER: Final = "CodeUri"


def local_paths(document: Document, template_path: str) -> list[LocalPath]:
    """Every local path of a parsed template, in its order. `template_path` is relative to the repository's top.

    Raises PathUnsafe for one that leads out of the repository, RuntimeUnsupported for a function that is an image.
    """
    found: list[LocalPath] = []
    for logical_id, resource in resources(document):
        _refuse_image(document, logical_id, resource)
        found += _paths_of_resource(document, logical_id, resource, template_path)
    return [*found, *_includes(document, (), template_path)]


def resources(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Logical id and resource, of each that has the shape of one."""
    for logical_id, resource in _dict(document.get("Resources")).items():
        if isinstance(resource, dict) and isinstance(resource.get("Type"), str):
            yield logical_id, resource


def effective_properties(document: Document, resource: dict[str, Any]) -> dict[str, Any]:
    """The resource's properties over those that Globals gives it; lists and maps are not merged."""
    section = _GLOBALS.get(resource["Type"], "")
    return {**_dict(_dict(document.get("Globals")).get(section)), **_dict(resource.get("Properties"))}


def _paths_of_resource(
    document: Document, logical_id: str, resource: dict[str, Any], template_path: str
) -> Iterator[LocalPath]:
    properties = _with_own_folder(resource["Type"], effective_properties(document, resource))
    for rule in PROPERTIES.get(resource["Type"], ()):
        for location, value in _values(properties, tuple(rule.path.split("."))):
            if is_local(value):
                place = ("Resources", logical_id, "Properties", *location)
                yield LocalPath(
                    logical_id=logical_id,
                    resource_type=resource["Type"],
                    location=place,
                    path=normalized(value, template_path, ".".join(place)),
                    content=rule.content,
                    form=rule.form,
                )


def _with_own_folder(resource_type: str, properties: dict[str, Any]) -> dict[str, Any]:
    has_code = properties.get(_OWN_FOLDER) is not None or "InlineCode" in properties
    if resource_type != "AWS::Serverless::Function" or has_code or _is_image(properties):
        return properties
    return {**properties, _OWN_FOLDER: "."}


def _values(node: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value that the path leads to, with the way to it."""
    if not path:
        yield (), node
    elif isinstance(node, dict):
        for key in node if path[0] == "*" else {path[0]} & node.keys():
            for location, value in _values(node[key], path[1:]):
                yield (key, *location), value


def _is_image(properties: dict[str, Any]) -> bool:
    return properties.get("PackageType") == "Image"


def _refuse_image(document: Document, logical_id: str, resource: dict[str, Any]) -> None:
    """An image that is in a registry is fine; one that would have to be built is not."""
    properties = effective_properties(document, resource)
    address = properties.get("ImageUri") or _dict(properties.get("Code")).get("ImageUri")
    is_pushed = isinstance(address, dict) or (isinstance(address, str) and ".dkr.ecr." in address)
    if _is_image(properties) and (not is_pushed or "Dockerfile" in _dict(resource.get("Metadata"))):
        raise RuntimeUnsupported(
            f"{logical_id} is a container image, and images are not built here: "
            "push it to Amazon ECR and give its ImageUri, or use PackageType Zip"
        )


def _includes(node: object, location: tuple[str, ...], template_path: str) -> Iterator[LocalPath]:
    """Every Fn::Transform of AWS::Include with a local path; `location` is that of the map around it."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if key == "Fn::Transform" and (value := _include_location(child)) is not None:
            place = (*location, "Fn::Transform")
            yield LocalPath(
                logical_id=location[1] if location[:1] == ("Resources",) and len(location) > 1 else "",
                resource_type=_INCLUDE,
                location=place,
                path=normalized(value, template_path, ".".join(place)),
                content=Content.INCLUDE,
                form=Form.NONE,
            )
        else:
            yield from _includes(child, (*location, str(key)), template_path)


def _include_location(transform: object) -> str | None:
    if not isinstance(transform, dict) or transform.get("Name") != _INCLUDE:
        return None
    value = _dict(transform.get("Parameters")).get("Location")
    return value if isinstance(value, str) and is_local(value) else None


def point_at(document: Document, packages: Mapping[LocalPath, S3Object]) -> Document:
    """The template with an address in S3, in each property's own form, in the place of each of those paths."""
    pointed = copy.deepcopy(document)
    for local_path, package in packages.items():
        _place(pointed, local_path.location, package.in_form(local_path.form))
    for section in _GLOBALS.values():
        _drop_local_globals(_dict(_dict(pointed.get("Globals")).get(section)))
    return pointed


def _drop_local_globals(section: dict[str, Any]) -> None:
    """Each resource has its own address by now."""
    for name in ("CodeUri", "ContentUri", "DefinitionUri"):
        if is_local(section.get(name)):
            del section[name]


def include(document: Document, contents: Mapping[LocalPath, Document]) -> Document:
    """The template with what each AWS::Include names in its place, beside the other keys of the map around it."""
    included = copy.deepcopy(document)
    for local_path, content in contents.items():
        around = _reach(included, local_path.location[:-1])
        del around["Fn::Transform"]
        around.update(copy.deepcopy(content))
    return included


def _place(document: Document, location: tuple[str, ...], value: str | dict[str, str]) -> None:
    resource = document["Resources"][location[1]]
    resource["Properties"] = resource.get("Properties") or {}
    _reach(document, location[:-1])[location[-1]] = value


def _reach(node: Any, location: tuple[str, ...]) -> Any:
    for key in location:
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def _dict(node: object) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
