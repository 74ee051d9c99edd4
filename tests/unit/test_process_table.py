"""The process table: who descends from whom."""

from __future__ import annotations

import os
import subprocess
import sys

from local import process_table


def test_family_of_a_process() -> None:
    """A process and its children are its family; its parent is not."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        members = {row.pid for row in process_table.family(os.getpid())}
        below = {row.pid for row in process_table.family(child.pid)}
        child.communicate(b"\n")

    assert {os.getpid(), child.pid} <= members
    assert below == {child.pid}


def test_family_of_nobody() -> None:
    """A process that has ended has no family."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()

        assert process_table.family(child.pid) == []
