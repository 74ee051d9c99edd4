"""The one line with which a person sees for themselves."""

from __future__ import annotations

import shlex


def aws(service: str, operation: str, **options: str) -> str:
    """`aws dynamodb describe-table --table-name orders`, safe for a shell whatever the values hold."""
    words = ["aws", service, operation]
    for name, value in options.items():
        words += [f"--{name.rstrip('_').replace('_', '-')}", value]
    return shlex.join(words)
