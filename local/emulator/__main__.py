"""The emulator, started as `python local/emulator`: it ends when who started it is gone, however that ended.

It is mended in this process alone; each module beside this one says what it mends.
"""

from __future__ import annotations

import os
import signal
import threading
import time

from ministack import app

import gaps
import indexes
import rights
import waits


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    for module in (gaps, indexes, rights, waits):
        module.mend()
    app.main()
