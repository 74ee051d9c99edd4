"""docs/api.md has the routes, fields and parameters that the API has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.api_caller import SETTINGS, call

import api
from deployer.api import document as api_document
from deployer.api.sanity_body import MAX_CONCURRENCY
from deployer.session import SessionStatus, Stage

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


@pytest.fixture
def document(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    return call("GET", "/openapi.json").body


def section(heading: str) -> str:
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_routes(document: Any) -> None:
    """The headings, and the table at the top, are the routes of the OpenAPI document."""
    routes = {f"{method.upper()} {path}" for path, ways in document["paths"].items() for method in ways}

    assert set(re.findall(r"^## ([A-Z]+ /\S+)$", TEXT, re.MULTILINE)) == routes
    assert set(re.findall(r"^\| \[`([A-Z]+ /\S+)`\]", TEXT, re.MULTILINE)) == routes


@pytest.mark.parametrize(("route", "body"), [("POST /deploy", "DeployBody"), ("POST /test", "SanityBody")])
def test_fields_of_a_request(document: Any, route: str, body: str) -> None:
    """Every field of the body has its line, and no other has."""
    fields = document["components"]["schemas"][body]["properties"]

    assert set(re.findall(r"^\| `(\w+)` \|", section(route), re.MULTILINE)) == set(fields)


def test_parameters_of_the_list(document: Any) -> None:
    """Every parameter of the list has its line."""
    given = {parameter["name"] for parameter in document["paths"]["/deployments"]["get"]["parameters"]}

    assert set(re.findall(r"^\| `(\w+)` \|", section("GET /deployments"), re.MULTILINE)) == given


@pytest.mark.parametrize(
    ("route", "schema"),
    [
        ("GET /status/{sessionId}", api_document.SESSION),
        ("GET /test-status/{sessionId}", api_document.TEST_SESSION),
    ],
)
def test_fields_of_a_session(route: str, schema: Any) -> None:
    """Every field of a session has its line, and no other has."""
    rows = "".join(row.split("|")[1] for row in section(route).splitlines() if row.startswith("| `"))

    assert set(re.findall(r"`(\w+)`", rows)) == set(schema["properties"])


def test_words_of_a_session() -> None:
    """Every status and stage has its word."""
    text = section("GET /status/{sessionId}") + section("GET /test-status/{sessionId}")

    assert set(re.findall(r"`(\w+)`", text)) >= {*Stage, *SessionStatus}


def test_limits() -> None:
    """The numbers are those of the code."""
    assert f"at most {api.LOG_PAGE:,}" in TEXT
    assert f"At most {api.RESULT_PAGE:,} come at once" in TEXT
    assert f"1 to {MAX_CONCURRENCY}" in TEXT
    assert f'"version": "{api_document.VERSION}"' in TEXT
