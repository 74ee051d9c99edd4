"""The emulator, started as `python local/emulator`: it ends when who started it is gone, however that ended.

A gap is closed that our definitions would fall into: it reads a Map's MaxConcurrency and not its
MaxConcurrencyPath, and would run all items at once.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

from ministack.app import main
from ministack.services import stepfunctions

_run_map_items = stepfunctions._run_map_items


def run_map_items(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
    path = state.get("MaxConcurrencyPath")
    if path:
        state = {**state, "MaxConcurrency": stepfunctions._resolve_path_or_ctx(path, given, context)}
    return _run_map_items(state, given, execution, context)


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    stepfunctions._run_map_items = run_map_items
    main()
