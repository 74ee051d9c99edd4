"""Events that people saved for a function, out of EventBridge's schema registry as it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from deployer.aws.clients import client
from deployer.aws.shared_events import shared_events

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER = {"item": "tea"}


class _Http(NamedTuple):
    status_code: int


def registry(**contents: Any) -> Callable[..., tuple[_Http, dict[str, Any]]]:
    """Answers as EventBridge does when these schemas are in the registry."""
    texts = {name: each if isinstance(each, str) else json.dumps(each) for name, each in contents.items()}

    def answer(model: Any, params: dict[str, Any], **_: Any) -> tuple[_Http, dict[str, Any]]:
        assert "/lambda-testevent-schemas" in params["url_path"]
        if model.name == "ListSchemas":
            return _Http(200), {"Schemas": [{"SchemaName": name} for name in texts]}
        return _Http(200), {"Content": texts[params["url_path"].rpartition("/")[2]]}

    return answer


def document(**examples: Any) -> dict[str, Any]:
    return {"openapi": "3.0.0", "components": {"schemas": {}, "examples": examples}}


def asked(answer: Callable[..., Any], *functions: str) -> dict[str, dict[str, Any]]:
    client("schemas").meta.events.register_first("before-call.schemas.*", answer)
    return shared_events(functions)


@pytest.mark.usefixtures("aws")
def test_saved_events() -> None:
    """Each function's own, by their names; other functions' are left alone."""
    answer = registry(**{"_orders-schema": document(tea={"value": ORDER}), "_other-schema": document()})

    assert asked(answer, "orders", "stock") == {"orders": {"tea": ORDER}}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("content", ["no JSON", [], {"components": {}}, document(tea={}), document(tea="text")])
def test_schema_of_another_shape(content: Any) -> None:
    """A document that holds no events, or not as the console writes them, is passed over."""
    assert asked(registry(**{"_orders-schema": content}), "orders") == {"orders": {}}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("code", ["NotFoundException", "ForbiddenException", "400"])
def test_no_registry(code: str) -> None:
    """Where nobody ever saved an event, or nobody may look, there are none."""

    def refuse(**_: Any) -> tuple[_Http, dict[str, Any]]:
        return _Http(404), {"Error": {"Code": code, "Message": "no"}}

    assert asked(refuse, "orders") == {}


@pytest.mark.usefixtures("aws")
def test_no_functions() -> None:
    """Nothing is asked."""
    assert asked(lambda **_: pytest.fail("asked"), *()) == {}
