"""Callers that send what the OpenAPI document allows, and what it does not: Schemathesis."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from supply.environment import bin_folder
from supply.parts import APART, lock_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from local.application import Application

# What is asked of each answer. Left out: that whatever the schema allows is accepted, for it does not say which
# repositories there are, or which of two fields is wanted.
CHECKS: Final = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "ignored_auth",
)  # fmt: skip
_OF_METHODS: Final = "unsupported_method"  # who has no key is not told which methods there are
_OPTIONS: Final = (
    "--phases", "examples,coverage,fuzzing", "--seed", "1", "--generation-deterministic",
    "--no-shrink", "--continue-on-failure", "--request-timeout", "30", "--no-color", "--warnings", "off",
)  # fmt: skip
OPEN: Final = frozenset({"/health"})
"""What answers without a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`failures` are Schemathesis' own, as it tells them; `answers` are (method, path, status)."""

    is_fine: bool
    told: str
    answers: Sequence[tuple[str, str, int]]

    @property
    def successes(self) -> Iterator[tuple[str, str, int]]:
        """Where somebody got in."""
        return (each for each in self.answers if 200 <= each[2] < 400 and each[1] not in OPEN)


def called(
    application: Application,
    document: dict[str, Any],
    folder: Path,
    *,
    examples: int,
    seconds: int,
    with_key: bool,
) -> Run:
    """So many examples for each operation, the same ones each time, for at most so many seconds."""
    schema, har = folder / "openapi.json", folder / "answers.har"
    schema.write_text(json.dumps(document))
    program = bin_folder("contract", lock_of(APART["contract"])) / "st"
    command = [str(program), "run", str(schema), "--url", application.api_url, *_OPTIONS]
    command += [
        "-c",
        ",".join([*CHECKS, _OF_METHODS] if with_key else CHECKS),
        "-n",
        str(examples),
        "--max-time",
        str(seconds),
        "--report-har-path",
        str(har),
    ]
    key = ["-H", f"x-api-key: {application.api_key}"] if with_key else []
    done = subprocess.run([*command, *key], cwd=folder, capture_output=True, text=True, check=False)
    base = urlsplit(application.api_url).path
    return Run(is_fine=done.returncode == 0, told=done.stdout + done.stderr, answers=list(_answers(har, base)))


def _answers(har: Path, base: str) -> Iterator[tuple[str, str, int]]:
    """None when nothing was asked: then the program says why."""
    if not har.exists():
        return
    for entry in json.loads(har.read_text())["log"]["entries"]:
        path = urlsplit(entry["request"]["url"]).path.removeprefix(base)
        yield entry["request"]["method"], path, int(entry["response"]["status"])
