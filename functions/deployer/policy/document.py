"""A template as the rules see it: its loops written out, and every text in it with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from deployer.policy.finding import Finding
from deployer.policy.loops import without_loops
from deployer.policy.parameters import Parameters
from deployer.policy.piece import readable, without_pieces
from deployer.policy.values import Values
from deployer.policy.walk import Place, walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from deployer.policy.budget import Budget
    from deployer.policy.scope import Scope
    from deployer.template.template import Template

_JOINED: Final = frozenset({"Ref", "Fn::Base64", "Fn::FindInMap", "Fn::Join", "Fn::Select", "Fn::Sub"})
_HIDDEN: Final = "****"
_LOOKS: Final = 13
"""How often each character is looked at, about."""


@dataclass(frozen=True, kw_only=True)
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
    _texts: dict[str, list[tuple[Place, str]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        path: str,
        template: Template,
        given: Mapping[str, Sequence[str]],
        scope: Scope,
        budget: Budget,
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
        budget.spend(_LOOKS * len(str(template)))
        plain = without_pieces(template)
        certain, doubted = Parameters(plain, given), Parameters(plain, given, doubts_defaults=True)
        written = without_loops(plain, Values(plain, certain, pseudo, budget, inherited), budget)
        return cls(
            path=path,
            template=written,
            values=Values(written, certain, pseudo, budget, inherited),
            doubted=Values(written, doubted, pseudo, budget, inherited),
            published=published | judged,
            judged=judged,
        )

    def resources(self, *types: str) -> Iterator[tuple[Place, dict[str, Any]]]:
        """Place and resource of each, or of those types."""
        for name, resource in _dict(self.template.get("Resources")).items():
            if isinstance(resource, dict) and (not types or resource.get("Type") in types):
                yield Place("Resources").below(name), resource

    def texts(self, section: str) -> list[tuple[Place, str]]:
        """Every text of that section, put together; what only CloudFormation will know is a piece in it."""
        if section not in self._texts:
            self._texts[section] = list(self._put_together(section))
        return self._texts[section]

    @cached_property
    def nodes(self) -> list[tuple[Place, Any]]:
        """Every map, list and text, with its place."""
        sections = (walk(content, Place(name)) for name, content in self.template.items())
        return [each for section in sections for each in section]

    def calls(self, functions: Collection[str]) -> Iterator[tuple[Place, Any]]:
        """Place and argument of each call of one of those functions, anywhere."""
        return ((place, node) for place, node in self.nodes if place.key in functions)

    def finding(self, place: Place, problem: str, *, parameter: str = "") -> Finding:
        """Where it is and what it is, for people: no value of a secret parameter is in it."""
        for secret in self._secrets:
            problem = problem.replace(secret, _HIDDEN)
        where = readable(".".join(place.keys))
        return Finding(template=self.path, place=where, problem=readable(problem), parameter=parameter)

    @cached_property
    def _secrets(self) -> list[str]:
        return self.values.parameters.secrets

    def _put_together(self, section: str) -> Iterator[tuple[Place, str]]:
        for place, node in walk(self.template.get(section), Place(section), enters=self._is_entered):
            if isinstance(node, str) and node not in self.published:
                yield place, node
            elif _is_joined(node):
                yield from ((place, text) for text in self.values.texts(node))

    def _is_entered(self, node: Any) -> bool:
        return not _is_joined(node) and not (isinstance(node, dict) and self._is_published(node))

    def _is_published(self, node: dict[str, Any]) -> bool:
        """Whether it says where in S3 a package of ours is: `{"S3Bucket": ..., "S3Key": ...}`."""
        texts = [node.get("S3Bucket", node.get("Bucket")), node.get("S3Key", node.get("Key"))]
        return f"s3://{texts[0]}/{texts[1]}" in self.published


def _is_joined(node: Any) -> bool:
    """Whether it is a function that makes a text."""
    return isinstance(node, dict) and len(node) == 1 and next(iter(node)) in _JOINED


def _dict(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
