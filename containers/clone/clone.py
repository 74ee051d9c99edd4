"""The clone task, run as `PLAN_URL=... python clone.py`; its exit status is that of source_task."""

from __future__ import annotations

import sys

from lint import Linter


def main() -> int:
    """cfn-lint takes longest to load: it begins, and what fetches the source loads beside it."""
    with Linter() as linter:
        from source_task import run

        return run(linter)


if __name__ == "__main__":
    sys.exit(main())
