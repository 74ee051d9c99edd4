"""A push that GitHub tells of, whether it is GitHub who tells, and which stacks it is for."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import DeliveryInvalid, EventRefused
from deployer.repository import Repository, branch_problem, commit_problem, path_problem
from deployer.stack.stack import stack_name_problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_BYTES: Final = 5_000_000
"""GitHub caps a payload at 25 MB ("Webhook events and payloads"); Lambda takes 6 MB with the event around it."""

_HEADS: Final = "refs/heads/"
_SIGNATURE: Final = re.compile(r"sha256=[0-9a-f]{64}", re.ASCII)
_DELIVERY: Final = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)  # GitHub's are UUIDs
_FORM: Final = "owner/name[/folder]@branch=stack-name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """The branch's head after it."""

    slug: str
    branch: str
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushTarget:
    """The stack that a branch of a repository is deployed to, whenever it is pushed to."""

    slug: str
    project_root: str
    branch: str
    stack_name: str

    @classmethod
    def from_text(cls, text: str) -> PushTarget:
        """From `owner/name[/folder]@branch=stack-name`. Raises ValueError."""
        where, at, rest = text.partition("@")
        branch, equals, stack_name = rest.rpartition("=")
        owner, _, below = where.partition("/")
        name, _, root = below.partition("/")
        problem = (
            branch_problem(branch) or stack_name_problem(stack_name) or (path_problem(root) if root else None)
        )
        if not at or not equals or problem:
            raise ValueError(f"{text!r} is not {_FORM}" + (f": {problem}" if equals and problem else ""))
        slug = Repository.from_text(f"{owner}/{name}").slug
        return cls(slug=slug, project_root=root, branch=branch, stack_name=stack_name)

    def takes(self, push: Push) -> bool:
        """GitHub's names have no letter case; git's branches have."""
        return self.slug.casefold() == push.slug.casefold() and self.branch == push.branch


def check_signature(body: bytes, signature: str, secret: str) -> None:
    """Returns when whoever knows the secret has signed this body, byte for byte.

    GitHub Docs, "Validating webhook deliveries": `X-Hub-Signature-256` is HMAC-SHA256 of the raw body. Raises
    DeliveryInvalid.
    """
    wanted = f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
    if not _SIGNATURE.fullmatch(signature) or not hmac.compare_digest(signature, wanted):
        raise DeliveryInvalid("X-Hub-Signature-256 is not this body's signature with the webhook's secret")


def delivery_id(text: str) -> str:
    """What GitHub calls this delivery, and calls it again when it is sent again. Raises DeliveryInvalid."""
    if not _DELIVERY.fullmatch(text):
        raise DeliveryInvalid("X-GitHub-Delivery is no delivery's id")
    return text


def push_of(payload: Any) -> Push:
    """The push to a branch (GitHub Docs, "Webhook events and payloads", push).

    Raises EventRefused for a tag, a branch that is gone, and what is no push.
    """
    payload = payload if isinstance(payload, dict) else {}
    ref, commit = str(payload.get("ref", "")), str(payload.get("after", ""))
    if not ref.startswith(_HEADS):
        raise EventRefused("the push is to no branch")
    if payload.get("deleted"):
        raise EventRefused("the branch was deleted")
    branch, slug = ref.removeprefix(_HEADS), _slug(payload.get("repository"))
    if not slug or branch_problem(branch) or commit_problem(commit):
        raise EventRefused("it names no repository, branch and commit that could be deployed")
    return Push(slug=slug, branch=branch, commit=commit)


def targets_for(push: Push, targets: Sequence[PushTarget]) -> list[PushTarget]:
    """Those that the owner wants deployed. Raises EventRefused when there is none."""
    found = [target for target in targets if target.takes(push)]
    if not found:
        raise EventRefused(f"{push.slug}@{push.branch} is not in WebhookBranches of this application")
    return found


def _slug(repository: object) -> str:
    name: Mapping[str, Any] = repository if isinstance(repository, dict) else {}
    try:
        return Repository.from_text(str(name.get("full_name", ""))).slug
    except ValueError:
        return ""
