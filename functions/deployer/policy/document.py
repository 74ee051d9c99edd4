"""A template as the rules see it: its loops written out, and every text in it with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.policy.finding import Finding
from deployer.policy.loops import without_loops
from deployer.policy.piece import readable, without_pieces
from deployer.policy.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deployer.policy.scope import Scope
    from deployer.template.template import Template

_JOINED: Final = frozenset({"Ref", "Fn::Base64", "Fn::FindInMap", "Fn::Join", "Fn::Select", "Fn::Sub"})
_HIDDEN: Final = "****"

Place = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`values` take a default for certain, `doubted` do not.

    `published` are the addresses of the packages that were made for it, `judged` those of templates among them.
    """

    path: str
    template: Template
    values: Values
    doubted: Values
    published: frozenset[str]
    judged: frozenset[str]

    @classmethod
    def of(
        cls,
        path: str,
        template: Template,
        given: Mapping[str, Sequence[str]],
        scope: Scope,
        *,
        published: frozenset[str],
        judged: frozenset[str],
        inherited: Mapping[str, str],
    ) -> Document:
        """The template as it would be deployed with these parameters' values, and as a parent's with its types."""
        pseudo = {
            "AWS::AccountId": scope.account_id,
            "AWS::Partition": scope.partition,
            "AWS::Region": scope.region,
            "AWS::URLSuffix": "amazonaws.com.cn" if scope.partition == "aws-cn" else "amazonaws.com",
        }
        plain = without_pieces(template)
        written = without_loops(plain, Values(plain, given, pseudo))
        return cls(
            path=path,
            template=written,
            values=Values(written, given, pseudo, inherited=inherited),
            doubted=Values(written, given, pseudo, inherited=inherited, doubts_defaults=True),
            published=published | judged,
            judged=judged,
        )

    def resources(self, *types: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        """Place and resource of each, or of those types."""
        for name, resource in _dict(self.template.get("Resources")).items():
            if isinstance(resource, dict) and (not types or resource.get("Type") in types):
                yield ("Resources", name), resource

    def texts(self, section: str) -> Iterator[tuple[Place, str]]:
        """Every text of that section, put together; what only CloudFormation will know is a piece in it."""
        yield from self._texts(self.template.get(section), (section,))

    def calls(self, function: str) -> Iterator[tuple[Place, Any]]:
        """Place and argument of each call of that function, anywhere."""
        yield from _calls(self.template, function, ())

    def finding(self, place: Place, problem: str, *, parameter: str = "") -> Finding:
        """Where it is and what it is, for people: no value of a secret parameter is in it."""
        for secret in self.values.secrets():
            problem = problem.replace(secret, _HIDDEN)
        where = readable(".".join(place))
        return Finding(template=self.path, place=where, problem=readable(problem), parameter=parameter)

    def _texts(self, node: Any, place: Place) -> Iterator[tuple[Place, str]]:
        if isinstance(node, list):
            for at, member in enumerate(node):
                yield from self._texts(member, (*place, str(at)))
        elif isinstance(node, dict) and len(node) == 1 and next(iter(node)) in _JOINED:
            yield from ((place, text) for text in self.values.texts(node))
        elif isinstance(node, dict) and not self._is_published(node):
            for key, member in node.items():
                yield from self._texts(member, (*place, key))
        elif isinstance(node, str) and node not in self.published:
            yield place, node

    def _is_published(self, node: dict[str, Any]) -> bool:
        """Whether it says where in S3 a package of ours is: `{"S3Bucket": ..., "S3Key": ...}`."""
        texts = [node.get("S3Bucket", node.get("Bucket")), node.get("S3Key", node.get("Key"))]
        return f"s3://{texts[0]}/{texts[1]}" in self.published


def _calls(node: Any, function: str, place: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(node, dict) and function in node:
        yield place, node[function]
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, member in members:
        yield from _calls(member, function, (*place, str(key)))


def _dict(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
