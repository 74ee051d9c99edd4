"""`python -m local demo|up`: what has to be so before their libraries are loaded."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Final

_COMMANDS: Final = ("demo", "up")


def main() -> int:
    """The command's exit code; it reads the arguments behind its name itself."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while they load ends it without a stack trace
    _forget_aws()
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in _COMMANDS:
        print(f"usage: python -m local {'|'.join(_COMMANDS)}", file=sys.stderr)
        return 2
    code: int = import_module(f"local.{name}").main()
    return code


def _forget_aws() -> None:
    """Nothing here asks AWS. boto3 would fail for a caller's profile that this machine does not have."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]


if __name__ == "__main__":
    sys.exit(main())
