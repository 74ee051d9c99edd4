"""The manifest: what the clone left of a repository, and which of its files detection has to read."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import ArtifactInvalid
from deployer.packaging.links import MAX_TARGET_BYTES
from deployer.project.frameworks import CDK_FILES
from deployer.worker import MAX_TEXT_BYTES, Finding, Manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_MANIFEST_BYTES: Final = 60_000_000
MAX_CANDIDATES: Final = 200
"""In each of the two lists. A folder that holds more of them holds several projects."""

STANDARD_TEMPLATES: Final = ("template.yaml", "template.yml", "template.json")
"""The names that SAM and AWS's documentation use, the likeliest first."""

SKIPPED_FOLDERS: Final = frozenset(
    {"node_modules", "cdk.out", "vendor", "tests", "test", "__tests__", "__pycache__", "venv"}
)
"""What other people made, or what is only there for tests. Hidden folders (.git, .aws-sam) are skipped too."""

LAMBDA_FILES: Final = re.compile(
    r"package\.json|cdk\.json|(?:index|handler)\.(?:js|mjs|cjs|ts)|(?:lambda_function|app|handler|main|index)\.py"
    r"|\.nvmrc|\.node-version|\.python-version|pyproject\.toml"
)
"""A plain Lambda project's: what names the handler, and what names the runtime; and what names a CDK app."""

_TEMPLATE: Final = re.compile(r"(?P<stem>.+)\.(?:yaml|yml|json|template)", re.IGNORECASE)
_TEMPLATE_WORDS: Final = frozenset(
    {"template", "cloudformation", "cfn", "stack", "sam", "infrastructure", "infra", "main"}
)
_WORD: Final = re.compile(r"[a-z]+")
# Tools write these beside a template, or they belong to something else.
_NO_TEMPLATE: Final = re.compile(
    r"packaged.*|(?:package|package-lock|composer|cdk|cdk\.context|samconfig|tsconfig.*|jsconfig|nodemon|example-pattern"
    r"|serverless|pulumi.*|docker-compose.*|buildspec.*|appspec.*|openapi.*|swagger.*|mkdocs|.*\.asl)\.(?:yaml|yml|json)",
    re.IGNORECASE,
)

LINK: Final = "120000"
"""Git's mode of a symbolic link."""

_MODES: Final = frozenset({"100644", "100755", LINK, "160000"})
_LEVELS: Final = frozenset({"error", "warning", "info"})


def candidates(files: Iterable[str], project_root: str, template: str | None) -> list[str]:
    """The files directly in the project root whose text says what the project is, the likeliest first.

    In the root any YAML or JSON file may be the template. A template that was asked for is the only one.
    """
    if template is not None:
        wanted = posixpath.join(project_root, template)
        return [path for path in files if path == wanted]
    return _likeliest(path for path in files if posixpath.dirname(path) == project_root and _may_matter(path))


def candidates_below(files: Iterable[str], project_root: str, template: str | None) -> list[str]:
    """The same for the folders below, where a template must be named like one; shallow ones first."""
    if template is not None:
        return []
    return _likeliest(path for path in files if is_searched(path, project_root) and _is_named(path))


def _likeliest(paths: Iterable[str]) -> list[str]:
    return sorted(paths, key=_rank)[:MAX_CANDIDATES]


def _rank(path: str) -> tuple[bool, int, int, str]:
    name = posixpath.basename(path)
    standard = STANDARD_TEMPLATES.index(name) if name in STANDARD_TEMPLATES else len(STANDARD_TEMPLATES)
    return not is_template_name(name), path.count("/"), standard, path


def _may_matter(path: str) -> bool:
    name = posixpath.basename(path)
    return any(pattern.fullmatch(name) for pattern in (LAMBDA_FILES, CDK_FILES)) or is_template_name(name)


def is_template_name(name: str) -> bool:
    """Whether a file of that name can be a template at all."""
    return _TEMPLATE.fullmatch(name) is not None and _NO_TEMPLATE.fullmatch(name) is None


def _is_named(path: str) -> bool:
    name = posixpath.basename(path)
    return is_named_like_template(name) or LAMBDA_FILES.fullmatch(name) is not None


def is_named_like_template(name: str) -> bool:
    """Whether its name says that it is one: `template.yaml`, `my-stack.yml`, `serverless.template`."""
    match = _TEMPLATE.fullmatch(name) if is_template_name(name) else None
    if match is None:
        return False
    return name.endswith(".template") or not _TEMPLATE_WORDS.isdisjoint(_WORD.findall(match["stem"].casefold()))


def is_searched(path: str, project_root: str) -> bool:
    """Whether it lies in a folder below the project root in which projects are looked for."""
    folders = folders_below(path, project_root)
    return bool(folders) and not any(_is_skipped(folder) for folder in folders)


def folders_below(path: str, folder: str) -> list[str]:
    """The folders between that folder and the file; empty when the file lies in it directly, or outside of it."""
    prefix = f"{folder}/" if folder else ""
    return path[len(prefix) :].split("/")[:-1] if path.startswith(prefix) else []


def _is_skipped(folder: str) -> bool:
    return folder in SKIPPED_FOLDERS or folder.startswith(".")


def parse_manifest(data: bytes) -> Manifest:
    """The manifest in a container's JSON, which is hostile until it has passed here.

    Raises ArtifactInvalid when any part of it is not what a manifest holds, or a path leads out of the repository.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArtifactInvalid("the clone's manifest is not JSON") from error
    if not isinstance(document, dict):
        raise ArtifactInvalid("the clone's manifest is not a JSON object")
    files = _mapping(document, "files", _is_mode)
    return Manifest(
        commit=_commit(document.get("commit")),
        files=files,
        texts={path: text for path, text in _mapping(document, "texts", _is_text).items() if path in files},
        links=_links(document, files),
        oversized=[path for path in _list(document, "oversized") if isinstance(path, str) and path in files],
        findings=[_finding(entry) for entry in _list(document, "findings")],
    )


def _links(document: dict[str, Any], files: Mapping[str, str]) -> dict[str, str]:
    links = _mapping({"links": {}, **document}, "links", _is_target)
    return {path: target for path, target in links.items() if files.get(path) == LINK}


def _commit(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{40}", value, re.ASCII):
        raise ArtifactInvalid("the clone's manifest names no commit")
    return value


def _list(document: dict[str, Any], field: str) -> list[Any]:
    value = document.get(field)
    if not isinstance(value, list):
        raise ArtifactInvalid(f"the clone's manifest has no list `{field}`")
    return value


def _mapping(document: dict[str, Any], field: str, is_value: Callable[[Any], bool]) -> dict[str, str]:
    value = document.get(field)
    if not isinstance(value, dict) or not all(_is_path(path) and is_value(text) for path, text in value.items()):
        raise ArtifactInvalid(f"the clone's manifest has an invalid `{field}`")
    return value


def _is_path(path: str) -> bool:
    return (
        bool(path)
        and "\0" not in path
        and posixpath.normpath(path) == path
        and path.split("/")[0] not in {"", ".."}
    )


def _is_mode(value: Any) -> bool:
    return isinstance(value, str) and value in _MODES


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT_BYTES


def _is_target(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TARGET_BYTES


def _finding(entry: Any) -> Finding:
    line = entry.get("line") if isinstance(entry, dict) else None
    texts = [entry.get(field) for field in ("path", "rule", "level", "message")] if isinstance(entry, dict) else []
    if (
        not isinstance(line, int)
        or not all(isinstance(text, str) for text in texts)
        or entry["level"] not in _LEVELS
    ):
        raise ArtifactInvalid("the clone's manifest has an invalid finding")
    return Finding(
        path=entry["path"], line=line, rule=entry["rule"], level=entry["level"], message=entry["message"][:1000]
    )
