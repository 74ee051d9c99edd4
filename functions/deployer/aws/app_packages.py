"""Turns a cloud assembly into packages in the artifact bucket, and one template that names them."""

from __future__ import annotations

import posixpath
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.assembly.addresses import named_assets, nested_assets, with_texts, without_bootstrap
from deployer.assembly.cloud_assembly import MAX_MANIFEST_BYTES, read_assembly
from deployer.assembly.stack_set import linked, parent_of
from deployer.aws.packages import MAX_NESTING
from deployer.errors import ArtifactInvalid, PathUnsafe, SourceMissing, TemplateInvalid
from deployer.template.settled import known_values
from deployer.template.template import MAX_BODY_BYTES, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployer.assembly.cloud_assembly import CloudAssembly, FileAsset
    from deployer.aws.packages import Packages
    from deployer.template.template import Template
    from deployer.worker import ParameterValue

    Settle = Callable[[Template], list[ParameterValue]]

_PARENT: Final = "the app"


def package_app(packages: Packages, account: str, settle: Settle) -> tuple[Template, list[ParameterValue]]:
    """The template that CloudFormation takes for the app whose cloud assembly is the packages' source.

    `settle` gives the values of the parameters that the app turns out to have; they are told with the template.

    Raises what `settle`, `read_assembly`, `Packages.finished` and `Packages.judge` raise; ArtifactInvalid for an
    assembly that names what it does not hold.
    """
    with _of_the_assembly():
        assembly = read_assembly(
            lambda path: packages.source.text(path, MAX_MANIFEST_BYTES), account, packages.scope.region
        )
        path, template = _App(packages=packages, assembly=assembly).template()
        values = settle(template)
        finished = packages.finished(template, known_values(values))
    packages.judge(path, finished, known_values(values))
    return finished, values


@contextmanager
def _of_the_assembly() -> Iterator[None]:
    """What is not in the repository is the author's to add; what is not in the assembly is not."""
    try:
        yield
    except (PathUnsafe, SourceMissing) as error:
        raise ArtifactInvalid(f"the cloud assembly is not whole: {error.message}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _App:
    packages: Packages
    assembly: CloudAssembly

    def template(self) -> tuple[str, Template]:
        """The one template, not finished yet, and its path in the assembly."""
        stacks = self.assembly.stacks
        templates = {stack.id: self._pointed(stack.template_path, 0) for stack in stacks}
        if len(stacks) == 1:
            return stacks[0].template_path, templates[stacks[0].id]
        links = linked(stacks, templates)
        if not links:
            raise TemplateInvalid("no stack of the app has a resource")
        urls = {each.logical_id: self._nested(each.template_path, each.template) for each in links}
        return _PARENT, parent_of(links, urls)

    def _nested(self, path: str, template: Template) -> str:
        return self.packages.nest(path, self.packages.finished(template, {})).url

    def _pointed(self, path: str, nesting: int) -> Template:
        """The template at that path, its files published and named, and those of its nested stacks."""
        if nesting > MAX_NESTING:
            raise TemplateInvalid(f"{path}: templates are nested more than {MAX_NESTING} deep")
        template = without_bootstrap(parse(self.packages.source.text(path, MAX_BODY_BYTES), path), path)
        for logical_id, asset in nested_assets(template, self.assembly.assets).items():
            url = self._nested(asset.path, self._pointed(asset.path, nesting + 1))
            template["Resources"][logical_id]["Properties"]["TemplateURL"] = url
        return with_texts(template, self._texts(template))

    def _texts(self, template: Template) -> dict[str, str]:
        """By what the bootstrap stack would have, what the artifact bucket has."""
        buckets = {asset.bucket: self.packages.artifacts.bucket for asset in self.assembly.assets}
        keys = {asset.key: self._key(asset) for asset in named_assets(template, self.assembly.assets)}
        return buckets | keys

    def _key(self, asset: FileAsset) -> str:
        suffix = posixpath.splitext(asset.key)[1]
        return self.packages.publish_files(asset.path, suffix, is_folder=asset.is_folder).key
