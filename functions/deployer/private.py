"""Private repositories: which ones the owner of this application opened to it, and what the host is shown.

Whoever may call this application may deploy them: they are the application's to read, not a caller's.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployer.repository import Repository

# GitHub's tokens are letters, digits and _ ("Token formats"); a header holds nothing else of them.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]{8,400}", re.ASCII)


def is_private(repository: Repository, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns names it: `owner/name`, or `owner/*`. GitHub's names have no letter case."""
    slug = repository.slug.casefold()
    return any(pattern.casefold() in {slug, f"{repository.owner.casefold()}/*"} for pattern in patterns)


def authorization(token: str) -> str:
    """The header's value (GitHub Docs, "Authenticating as a GitHub App installation", git over HTTPS).

    A personal access token is given in the same way. Raises ValueError for what is no token.
    """
    if not _TOKEN.fullmatch(token):
        raise ValueError("it is no token of GitHub's: 8 to 400 letters, digits and _ . -")
    return f"Basic {base64.b64encode(f'x-access-token:{token}'.encode()).decode()}"
