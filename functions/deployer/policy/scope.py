"""Where a template is deployed, by which installation of this application, and what its owner allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from deployer.settings import Settings

# IAM User Guide, "IAM identifiers": `arn:aws:iam::123456789012:policy/deployer/deployed/Name`.
_BOUNDARY: Final = re.compile(r"arn:([\w-]+):iam::(\d{12}):policy/([^/]+)/.+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowances:
    """What the owner of this application allows beyond the rules; nothing unless told."""

    principals: frozenset[str] = frozenset()
    reference_prefixes: tuple[str, ...] = ()
    resource_types: tuple[str, ...] = ()

    def allows_type(self, resource_type: str) -> bool:
        return any(fnmatchcase(resource_type, pattern) for pattern in self.resource_types)

    def allows_reference(self, name: str) -> bool:
        return name.startswith(self.reference_prefixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`application` is the name of this application's own stack; `names` do not tell it."""

    partition: str
    account_id: str
    region: str
    application: str
    boundary_arn: str
    bucket: str
    names: tuple[str, ...] = ()
    allowances: Allowances = Allowances()

    @classmethod
    def from_settings(cls, settings: Settings, region: str) -> Scope:
        """All but the region is told by the boundary, which lies under /{stack}/deployed/ in the account."""
        found = _BOUNDARY.fullmatch(settings.permissions_boundary_arn)
        if found is None:
            raise ValueError(f"{settings.permissions_boundary_arn} is not the boundary of an installation")
        return cls(
            partition=found[1],
            account_id=found[2],
            region=region,
            application=found[3],
            boundary_arn=found[0],
            bucket=settings.bucket_name,
            names=(settings.bucket_name, settings.table_name, settings.own_api_id),
            allowances=Allowances(
                principals=frozenset(settings.allowed_principals),
                reference_prefixes=tuple(settings.allowed_reference_prefixes),
                resource_types=tuple(settings.allowed_resource_types),
            ),
        )
