"""The template's parameters that an installation gives: those of samconfig.toml, and those of the command line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deployer.template.template import parse
from install.errors import SettingsInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROOT: Final = Path(__file__).resolve().parent.parent
_CONFIG: Final = _ROOT / "samconfig.toml"
_TEMPLATE: Final = _ROOT / "template.yaml"


def chosen(environment: str, given: str, config: Path = _CONFIG) -> dict[str, str]:
    """Those of samconfig.toml's environment, then those given as `Name=value Name=value`.

    Raises SettingsInvalid.
    """
    pairs = pairs_of([*_listed(environment, config), *given.split()])
    known = _declared()
    if unknown := sorted(pairs.keys() - known.keys()):
        # SAM CLI drops a name that it does not know, without a word.
        raise SettingsInvalid(f"the template has no parameter {', '.join(unknown)}: it has {', '.join(known)}")
    return pairs


def pairs_of(words: Iterable[str]) -> dict[str, str]:
    """Each `Name=value`. Raises SettingsInvalid for what is none."""
    pairs = [word.partition("=") for word in words]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise SettingsInvalid(f"{' '.join(wrong)} is not of the form Name=value")
    return {name: value for name, _, value in pairs}


def architecture(given: str | None, installed: str | None) -> str:
    """The one asked for, or else the one that the stack has, or else the template's."""
    return given or installed or str(_declared()["Architecture"]["Default"])


def _listed(environment: str, config: Path) -> list[str]:
    settings = tomllib.loads(config.read_text())
    if environment not in settings or environment == "version":
        names = ", ".join(name for name in settings if name != "version")
        raise SettingsInvalid(f"{config.name} has no environment {environment}: it has {names}")
    listed = settings[environment].get("deploy", {}).get("parameters", {}).get("parameter_overrides", [])
    return listed.split() if isinstance(listed, str) else list(listed)


def _declared() -> dict[str, Any]:
    return dict(parse(_TEMPLATE.read_text(), _TEMPLATE.name)["Parameters"])
