"""A project's `samconfig.toml` as sam gets it here: without what is its author's account or asks questions."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "samconfig.toml"
_ENVIRONMENT: Final = "default"
_TEMPLATES: Final = ("template_file", "template")
# The command line gives these; or they name what only the author has.
_LEFT_OUT: Final = frozenset(
    {
        "capabilities",
        "confirm_changeset",
        "fail_on_empty_changeset",
        "image_repositories",
        "image_repository",
        "kms_key_id",
        "notification_arns",
        "profile",
        "region",
        "resolve_image_repos",
        "resolve_s3",
        "role_arn",
        "s3_bucket",
        "s3_prefix",
        "stack_name",
        "use_container",
        *_TEMPLATES,
    }
)


def read(*folders: Path) -> dict[str, Any]:
    """The parameters of each command, from the first folder that has the file; nothing where it is no TOML."""
    file = next((folder / FILE for folder in folders if (folder / FILE).is_file()), None)
    try:
        found = tomllib.loads(file.read_text()) if file else {}
    except ValueError:
        return {}
    commands = found.get(_ENVIRONMENT)
    tables = commands.items() if isinstance(commands, dict) else ()
    parameters = {name: table.get("parameters") for name, table in tables if isinstance(table, dict)}
    return {name: table for name, table in parameters.items() if isinstance(table, dict)}


def template(settings: dict[str, Any]) -> str:
    """The template that it names, or nothing."""
    tables = [settings.get(command, {}) for command in ("build", "global", "deploy")]
    named = [table[key] for table in tables for key in _TEMPLATES if isinstance(table.get(key), str)]
    return str(named[0]) if named else ""


def write(settings: dict[str, Any], path: Path) -> None:
    """For `--config-file`; sam reads YAML too."""
    kept = {name: {"parameters": _kept(table)} for name, table in settings.items()}
    path.write_text(yaml.safe_dump({"version": 0.1, _ENVIRONMENT: kept}))


def _kept(table: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name.replace("-", "_") not in _LEFT_OUT}
