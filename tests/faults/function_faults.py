"""Faults of functions: their code, their variables, who may call them, what feeds them."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tests.faults.broken_code import Defect, NoHandler, broken
from tests.faults.fault import Fault, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.aws import Aws
    from tests.faults.fault import Resource, Undo

_MOST_SECONDS: Final = 3
"""A function that hangs is given no longer than that: everybody waits for it."""
_GATEWAY: Final = "apigateway.amazonaws.com"


def faults(aws: Aws) -> Iterator[Fault]:
    for function in aws.functions:
        yield from _of_code(aws, function)
        yield from _of_variables(aws, function)
        yield from _of_permissions(aws, function)
        yield _fault(Kind.FUNCTION, function, partial(_delete, aws, function))
    for mapping in aws.of_type("AWS::Lambda::EventSourceMapping"):
        yield _of_mapping(aws, mapping)


def _fault(
    kind: Kind, function: Resource, inject: Callable[[], Undo | None], detail: str = "", *names: str
) -> Fault:
    return Fault(
        kind=kind,
        what=f"{function.logical_id}{detail}",
        names=frozenset({function.logical_id, function.physical_id, *names}),
        inject=inject,
    )


def _of_code(aws: Aws, function: Resource) -> Iterator[Fault]:
    handler = aws.configuration(function).get("Handler", "")
    with suppress(NoHandler):
        package = aws.code(function)
        for defect in Defect:
            replacement = broken(package, handler, defect)
            if defect is not Defect.MALFORMED or _is_answer_read(aws, function):
                inject = partial(_replace, aws, function, package, replacement, hangs=defect is Defect.HANGS)
                yield _fault(Kind(defect.value), function, inject)


def _is_answer_read(aws: Aws, function: Resource) -> bool:
    """Whoever calls it takes its answer apart."""
    if any(_GATEWAY in str(statement) for statement in aws.statements(function)):
        return True
    if any(url.physical_id.endswith(function.physical_id) for url in aws.of_type("AWS::Lambda::Url")):
        return True
    return any(
        "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", [])
        for mapping in _mappings(aws, function)
    )


def _mappings(aws: Aws, function: Resource) -> list[dict[str, Any]]:
    answer = aws.client("lambda").list_event_source_mappings(FunctionName=function.physical_id)
    return list(answer["EventSourceMappings"])


def _replace(aws: Aws, function: Resource, package: bytes, replacement: bytes, *, hangs: bool) -> Undo:
    client, name = aws.client("lambda"), function.physical_id
    timeout = aws.configuration(function)["Timeout"]
    client.update_function_code(FunctionName=name, ZipFile=replacement)
    if hangs:
        client.update_function_configuration(FunctionName=name, Timeout=min(timeout, _MOST_SECONDS))

    def undo() -> None:
        client.update_function_code(FunctionName=name, ZipFile=package)
        client.update_function_configuration(FunctionName=name, Timeout=timeout)

    return undo


def _of_variables(aws: Aws, function: Resource) -> Iterator[Fault]:
    variables = aws.configuration(function).get("Environment", {}).get("Variables", {})
    for name, value in variables.items():
        named = aws.named(str(value))  # the embedded platform keeps a number or `true` as it stood in the template
        if named:
            detail = f".{name} ({named.logical_id})"
            without = {key: each for key, each in variables.items() if key != name}
            gone = {**variables, name: f"{value}-gone"}
            set_to = partial(_set, aws, function, variables)
            yield _fault(Kind.VARIABLE_REMOVED, function, partial(set_to, without), detail, name)
            yield _fault(Kind.VARIABLE_EMPTY, function, partial(set_to, gone), detail, name)


def _set(aws: Aws, function: Resource, before: dict[str, str], after: dict[str, str]) -> Undo:
    update = partial(aws.client("lambda").update_function_configuration, FunctionName=function.physical_id)
    update(Environment={"Variables": after})
    return partial(update, Environment={"Variables": before})


def _of_permissions(aws: Aws, function: Resource) -> Iterator[Fault]:
    for number, statement in enumerate(aws.statements(function), start=1):
        principal = statement["Principal"]
        caller = principal.get("Service", principal) if isinstance(principal, dict) else principal
        inject = partial(_remove_permission, aws, function, statement, caller)
        yield _fault(Kind.PERMISSION, function, inject, f" to {caller}, {number}", str(statement["Sid"]))


def _remove_permission(aws: Aws, function: Resource, statement: dict[str, Any], caller: str) -> Undo:
    client, name = aws.client("lambda"), function.physical_id
    client.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    source = re.search(r"SourceArn': '([^']+)'", str(statement.get("Condition", {})), re.IGNORECASE)
    auth = re.search(r"FunctionUrlAuthType': '([^']+)'", str(statement.get("Condition", {})), re.IGNORECASE)
    options = {
        **({"SourceArn": source[1]} if source else {}),
        **({"FunctionUrlAuthType": auth[1]} if auth else {}),
    }
    again = partial(client.add_permission, FunctionName=name, StatementId=statement["Sid"])
    return partial(again, Action=statement["Action"], Principal=caller, **options)


def _delete(aws: Aws, function: Resource) -> None:
    aws.client("lambda").delete_function(FunctionName=function.physical_id)


def _of_mapping(aws: Aws, mapping: Resource) -> Fault:
    client = aws.client("lambda")
    return Fault(
        kind=Kind.EVENT_SOURCE,
        what=mapping.logical_id,
        names=frozenset({mapping.logical_id, mapping.physical_id}),
        inject=partial(_disable, client, mapping.physical_id),
    )


def _disable(client: Any, uuid: str) -> Undo:
    client.update_event_source_mapping(UUID=uuid, Enabled=False)
    _settled(client, uuid)
    return partial(client.update_event_source_mapping, UUID=uuid, Enabled=True)


def _settled(client: Any, uuid: str) -> None:
    for _ in range(20):
        if not client.get_event_source_mapping(UUID=uuid)["State"].endswith("ing"):
            return
        time.sleep(0.2)
