"""What a tool has deployed: the stack's template after the transform, and the files in each package."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.template import template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.platform import Platform

# Where a type has its package: the property, and in it the names of the bucket and of the key.
_PLACES: Final = {
    "AWS::Lambda::Function": ("Code", "S3Bucket", "S3Key"),
    "AWS::Lambda::LayerVersion": ("Content", "S3Bucket", "S3Key"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """`packages`: by logical id, each file's SHA-256 by its path. `package_bytes`: of every package once."""

    resources: dict[str, Any]
    packages: dict[str, dict[str, str]]
    package_bytes: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Snapshot:
        return cls(**item)


def take(platform: Platform, stack_name: str) -> Snapshot:
    resources = _resources(platform, stack_name)
    places = dict(_package_places(resources))
    s3 = platform.client("s3")
    bodies = {place: s3.get_object(Bucket=place[0], Key=place[1])["Body"].read() for place in places.values()}
    return Snapshot(
        resources=resources,
        packages={name: digests(bodies[place]) for name, place in places.items()},
        package_bytes=sum(map(len, bodies.values())),
    )


def digests(package: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = [each for each in archive.infolist() if not each.is_dir()]
        return {each.filename: hashlib.sha256(archive.read(each)).hexdigest() for each in files}


def _resources(platform: Platform, stack_name: str) -> dict[str, Any]:
    """CloudFormation gives a template that was JSON as a mapping, and another one as its text."""
    body = platform.client("cloudformation").get_template(StackName=stack_name, TemplateStage="Processed")[
        "TemplateBody"
    ]
    document = template.parse(body, stack_name) if isinstance(body, str) else json.loads(json.dumps(body))
    return dict(document["Resources"])


def _package_places(resources: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, resource in resources.items():
        property_name, bucket, key = _PLACES.get(resource["Type"], ("", "", ""))
        place = (resource.get("Properties") or {}).get(property_name)
        if isinstance(place, dict) and isinstance(place.get(bucket), str) and isinstance(place.get(key), str):
            yield name, (place[bucket], place[key])
