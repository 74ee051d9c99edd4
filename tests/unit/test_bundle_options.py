"""How esbuild is asked, from what SAM's Metadata says and what it leaves open."""

from __future__ import annotations

from typing import Any

import pytest

from bundle_options import bundle_options


def _options(
    given: dict[str, Any], handler: str = "app.handler", *, files: set[str], **rest: Any
) -> dict[str, Any]:
    dependencies = rest.get("dependencies", set())
    return bundle_options(given, handler, rest.get("runtime", "nodejs22.x"), dependencies, files.__contains__)


def test_without_metadata() -> None:
    """The handler's file is the entry point, the runtime the target, and the runtime's own SDK stays outside."""
    options = _options({}, files={"app.ts"})

    assert options == {
        "entry_points": ["app.ts"],
        "target": "node22",
        "external": ["@aws-sdk/*", "@smithy/*"],
        "minify": False,
    }


def test_with_metadata() -> None:
    """BuildProperties win, in the spelling that aws-lambda-builders takes."""
    given = {
        "Minify": "true",
        "Target": "es2020",
        "EntryPoints": ["src/a.ts"],
        "External": ["x"],
        "MainFields": "module",
    }

    options = _options(given, files={"src/a.ts"})

    assert options == {
        "minify": True,
        "target": "es2020",
        "entry_points": ["src/a.ts"],
        "external": ["x"],
        "main_fields": "module",
    }


@pytest.mark.parametrize(
    ("entry_points", "handler", "outbase"),
    [
        (["src/app.ts"], "src/app.handler", "."),
        (["src/app.ts"], "app.handler", None),
        (["app.ts"], "app.handler", None),
        (["./src/a.ts", "./src/b.ts"], "src/b.handler", "."),
    ],
)
def test_where_the_bundle_stands(entry_points: list[str], handler: str, outbase: str | None) -> None:
    """The bundle is where the handler says: esbuild keeps the entry point's folder only where it is named."""
    assert _options({"EntryPoints": entry_points}, handler, files=set()).get("outbase") == outbase


def test_project_with_its_own_sdk() -> None:
    """What the project depends on is bundled, in the version that it asks for."""
    assert _options({}, files={"app.ts"}, dependencies={"@aws-sdk/client-s3"})["external"] == []


def test_runtime_with_the_older_sdk() -> None:
    """Up to Node.js 16 it is version 2 that Lambda brings."""
    assert _options({}, files={"app.ts"}, runtime="nodejs16.x")["external"] == ["aws-sdk"]
