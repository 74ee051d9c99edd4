"""A cloud assembly: the stacks and files that `cdk synth` leaves of an app. Hostile data until it has passed here.

Source: AWS CDK, `@aws-cdk/cloud-assembly-schema` (manifest.json and *.assets.json).
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import (
    ArtifactInvalid,
    ContextMissing,
    EnvironmentUnsupported,
    PackageTooLarge,
    RuntimeUnsupported,
    TemplateInvalid,
)
from deployer.log_text import clean
from deployer.template.text import read
from deployer.template.yaml_growth import TextInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MANIFEST: Final = "manifest.json"
MAX_MANIFEST_BYTES: Final = 16 << 20

_STACK: Final = "aws:cloudformation:stack"
_ASSETS: Final = "cdk:asset-manifest"
_ASSEMBLY: Final = "cdk:cloud-assembly"
_ENVIRONMENT: Final = re.compile(r"aws://(?P<account>[^/]+)/(?P<region>[^/]+)")
_UNKNOWN: Final = frozenset({"unknown-account", "unknown-region"})
# A file's name in a bucket stands in the templates as text: it must be one that nothing else looks like.
_KEY: Final = re.compile(r"[\w./-]*[0-9a-f]{32,}[\w./-]*", re.ASCII)
_BUCKET: Final = re.compile(r"[\w.${}:-]{3,256}", re.ASCII)
_MAX_STACKS: Final = 100
_MAX_STAGES: Final = 100
_MAX_ASSETS: Final = 1000
_MAX_LISTED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsset:
    """`path` is in the assembly. `bucket` and `key` are the texts by which templates name it."""

    path: str
    is_folder: bool
    bucket: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssemblyStack:
    """`needs` are the ids of the stacks that must be there before it."""

    id: str
    template_path: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudAssembly:
    stacks: tuple[AssemblyStack, ...]
    assets: tuple[FileAsset, ...]


def read_assembly(text_of: Callable[[str], str], account: str, region: str) -> CloudAssembly:
    """What is to be deployed: the app's own stacks, or those of its stages when it has none.

    `text_of` gives the text of a file of the assembly.
    Raises EnvironmentUnsupported for a stack of another account or region, ContextMissing, RuntimeUnsupported for
    an image, TemplateInvalid without a stack, ArtifactInvalid for what is no assembly.
    """
    top = _Level.read(text_of, "")
    levels = [top] if top.has_stacks else list(_stages(text_of, top))
    stacks = [stack for level in levels for stack in level.stacks(account, region)]
    _check_context(top.document)
    _check_count(stacks)
    assets = list(dict.fromkeys(asset for level in levels for asset in level.assets(text_of)))
    if len(assets) > _MAX_ASSETS:
        raise PackageTooLarge(
            f"the app has {len(assets):,} files and folders of its own; {_MAX_ASSETS:,} are allowed"
        )
    known = {stack.id for stack in stacks}
    return CloudAssembly(
        stacks=tuple(
            AssemblyStack(
                id=stack.id,
                template_path=stack.template_path,
                needs=tuple(name for name in stack.needs if name in known),
            )
            for stack in stacks
        ),
        assets=tuple(assets),
    )


def _check_count(stacks: list[AssemblyStack]) -> None:
    if not stacks:
        raise TemplateInvalid("the app defines no stack")
    if len(stacks) > _MAX_STACKS:
        raise TemplateInvalid(f"the app defines {len(stacks)} stacks; {_MAX_STACKS} are allowed")
    if len({stack.id for stack in stacks}) != len(stacks):
        raise ArtifactInvalid("the cloud assembly names a stack twice")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One manifest.json; `folder` is where it lies in the assembly."""

    folder: str
    document: dict[str, Any]

    @classmethod
    def read(cls, text_of: Callable[[str], str], folder: str) -> _Level:
        return cls(folder=folder, document=_object(text_of, posixpath.join(folder, MANIFEST)))

    @property
    def has_stacks(self) -> bool:
        return any(True for _ in self._artifacts(_STACK))

    def _artifacts(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, artifact in _dict(self.document.get("artifacts")).items():
            if isinstance(artifact, dict) and artifact.get("type") == kind:
                yield name, artifact

    def _file(self, name: object, *, folder: str | None = None) -> str:
        return _inside(self.folder if folder is None else folder, name)

    def stacks(self, account: str, region: str) -> Iterator[AssemblyStack]:
        for name, artifact in self._artifacts(_STACK):
            _check_environment(name, artifact.get("environment"), account, region)
            needs = artifact.get("dependencies")
            yield AssemblyStack(
                id=name,
                template_path=self._file(_dict(artifact.get("properties")).get("templateFile")),
                needs=tuple(each for each in needs if isinstance(each, str)) if isinstance(needs, list) else (),
            )

    def nested(self) -> Iterator[str]:
        """The folders of the assemblies of its stages."""
        for _, artifact in self._artifacts(_ASSEMBLY):
            yield self._file(_dict(artifact.get("properties")).get("directoryName"))

    def assets(self, text_of: Callable[[str], str]) -> Iterator[FileAsset]:
        for _, artifact in self._artifacts(_ASSETS):
            path = self._file(_dict(artifact.get("properties")).get("file"))
            document = _object(text_of, path)
            _refuse_images(document)
            for asset in _dict(document.get("files")).values():
                yield from _file_assets(_dict(asset), posixpath.dirname(path))


def _stages(text_of: Callable[[str], str], top: _Level) -> Iterator[_Level]:
    """The assemblies below, each once."""
    waiting, seen = [top], {top.folder}
    while waiting:
        new = [folder for folder in dict.fromkeys(waiting.pop(0).nested()) if folder not in seen]
        seen.update(new)
        if len(seen) > _MAX_STAGES:
            raise ArtifactInvalid(f"the cloud assembly has more than {_MAX_STAGES} stages")
        for folder in new:
            waiting.append(_Level.read(text_of, folder))
            yield waiting[-1]


def _check_environment(stack: str, environment: object, account: str, region: str) -> None:
    match = _ENVIRONMENT.fullmatch(environment) if isinstance(environment, str) else None
    if match is None:
        raise ArtifactInvalid(f"the stack {stack[:200]!r} of the cloud assembly names no environment")
    if not {match["account"], match["region"]} <= {account, region, *_UNKNOWN}:
        raise EnvironmentUnsupported(
            f"{stack} is for account {match['account']} and region {match['region']}; "
            f"this application deploys to {account} and {region}"
        )


def _check_context(manifest: dict[str, Any]) -> None:
    missing = manifest.get("missing")
    if not isinstance(missing, list) or not missing:
        return
    keys = [str(_dict(entry).get("key"))[:200] for entry in missing]
    more = f" and {len(keys) - _MAX_LISTED} more" if len(keys) > _MAX_LISTED else ""
    raise ContextMissing(clean(f"the app looks up {', '.join(keys[:_MAX_LISTED])}{more} in an account"))


def _refuse_images(document: dict[str, Any]) -> None:
    for asset in _dict(document.get("dockerImages")).values():
        name = _dict(asset).get("displayName") or _dict(_dict(asset).get("source")).get("directory")
        raise RuntimeUnsupported(
            clean(
                f"the app builds the container image {name}, and images are not built here: push it to Amazon ECR "
                "and name it (`DockerImageCode.fromEcr`, `ContainerImage.fromEcrRepository`), or use a zip",
                1000,
            )
        )


def _file_assets(asset: dict[str, Any], folder: str) -> Iterator[FileAsset]:
    source = _dict(asset.get("source"))
    if "path" not in source:
        raise ArtifactInvalid("an asset of the cloud assembly is made by a program, not a file of it")
    for destination in _dict(asset.get("destinations")).values():
        where = _dict(destination)
        yield FileAsset(
            path=_inside(folder, source["path"]),
            is_folder=source.get("packaging") == "zip",
            bucket=_text(where.get("bucketName"), _BUCKET, "bucket"),
            key=_text(where.get("objectKey"), _KEY, "key"),
        )


def _text(value: object, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ArtifactInvalid(f"an asset of the cloud assembly has the {what} {str(value)[:200]!r}")
    return value


def _inside(folder: str, name: object) -> str:
    """The path in the assembly. Raises ArtifactInvalid for one that leads out of it."""
    if not isinstance(name, str) or not name or name.startswith("/") or "\\" in name or "\0" in name:
        raise ArtifactInvalid(f"the cloud assembly names the file {str(name)[:200]!r}")
    path = posixpath.normpath(posixpath.join(folder, name))
    if path.split("/")[0] in {"..", "."}:
        raise ArtifactInvalid(f"the cloud assembly names the file {name[:200]!r}, which is outside of it")
    return path


def _object(text_of: Callable[[str], str], path: str) -> dict[str, Any]:
    try:
        document = read(text_of(path))
    except TextInvalid as error:
        raise ArtifactInvalid(f"{path[:200]} of the cloud assembly cannot be read: {error.problem}") from error
    if not isinstance(document, dict):
        raise ArtifactInvalid(f"{path[:200]} of the cloud assembly is not a JSON object")
    return document


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
