"""`python -m local demo|up`: Ctrl-C ends them quietly while their libraries are still loading."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import Final

_COMMANDS: Final = ("demo", "up")


def main() -> int:
    """The command's exit code; it reads the arguments behind its name itself."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    name = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if name not in _COMMANDS:
        print(f"usage: python -m local {'|'.join(_COMMANDS)}", file=sys.stderr)
        return 2
    code: int = import_module(f"local.{name}").main()
    return code


if __name__ == "__main__":
    sys.exit(main())
