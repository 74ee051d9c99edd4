"""Faults of custom domains: a base path that is gone, or leads to another API."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tests.faults.fault import Fault, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.aws import Aws
    from tests.faults.fault import Resource, Undo

_NOTHING: Final = "(none)"


def faults(aws: Aws) -> Iterator[Fault]:
    for domain in aws.of_type("AWS::ApiGateway::DomainName"):
        yield from _of_rest(aws.client("apigateway"), domain)
    for domain in aws.of_type("AWS::ApiGatewayV2::DomainName"):
        yield from _of_http(aws.client("apigatewayv2"), domain)


def _of_rest(client: Any, domain: Resource) -> Iterator[Fault]:
    name = domain.physical_id
    for mapping in client.get_base_path_mappings(domainName=name)["items"]:
        path = "" if mapping["basePath"] == _NOTHING else f"/{mapping['basePath']}"
        yield _fault(Kind.BASE_PATH, domain, path, partial(_unmap_rest, client, name, mapping))
        yield _fault(Kind.BASE_PATH_ELSEWHERE, domain, path, partial(_lead_rest_elsewhere, client, name, mapping))


def _unmap_rest(client: Any, domain: str, mapping: dict[str, str]) -> Undo:
    client.delete_base_path_mapping(domainName=domain, basePath=mapping["basePath"])
    return partial(client.create_base_path_mapping, domainName=domain, **mapping)


def _lead_rest_elsewhere(client: Any, domain: str, mapping: dict[str, str]) -> Undo:
    """The embedded platform has no UpdateBasePathMapping."""
    other = client.create_rest_api(name="elsewhere")["id"]
    create = partial(client.create_base_path_mapping, domainName=domain)
    client.delete_base_path_mapping(domainName=domain, basePath=mapping["basePath"])
    create(basePath=mapping["basePath"], restApiId=other)

    def undo() -> None:
        client.delete_base_path_mapping(domainName=domain, basePath=mapping["basePath"])
        create(**mapping)
        client.delete_rest_api(restApiId=other)

    return undo


def _of_http(client: Any, domain: Resource) -> Iterator[Fault]:
    for mapping in client.get_api_mappings(DomainName=domain.physical_id)["Items"]:
        path = f"/{mapping['ApiMappingKey']}" if mapping.get("ApiMappingKey") else ""
        place = {"DomainName": domain.physical_id, "ApiMappingId": mapping["ApiMappingId"]}
        yield _fault(Kind.BASE_PATH, domain, path, partial(_unmap_http, client, place))
        yield _fault(Kind.BASE_PATH_ELSEWHERE, domain, path, partial(_lead_http_elsewhere, client, place, mapping))


def _unmap_http(client: Any, place: dict[str, str]) -> None:
    """A new mapping would have another id than the stack's."""
    client.delete_api_mapping(**place)


def _lead_http_elsewhere(client: Any, place: dict[str, str], mapping: dict[str, str]) -> Undo:
    other = client.create_api(Name="elsewhere", ProtocolType="HTTP")["ApiId"]
    client.create_stage(ApiId=other, StageName=mapping["Stage"], AutoDeploy=True)
    client.update_api_mapping(**place, ApiId=other, Stage=mapping["Stage"])

    def undo() -> None:
        client.update_api_mapping(**place, ApiId=mapping["ApiId"], Stage=mapping["Stage"])
        client.delete_api(ApiId=other)

    return undo


def _fault(kind: Kind, domain: Resource, path: str, inject: Any) -> Fault:
    """Another deployment has another domain: it is called by what is the same in each."""
    names = frozenset({f"{domain.physical_id}{path}"})
    return Fault(kind=kind, what=f"{domain.logical_id}{path}", names=names, inject=inject)
