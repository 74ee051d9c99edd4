"""cfn-lint's findings on a template, from a process of its own: a hostile one may crash it or eat its memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deployer.log_text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deployer.worker import Finding

_SECONDS: Final = 10
_MEMORY_BYTES: Final = 1 << 30
_MAX_FINDINGS: Final = 50
_MAX_MESSAGE_BYTES: Final = 500
# Says that local paths need `package`: that is what is done here.
_OUR_BUSINESS: Final = frozenset({"W3002"})
_LEVELS: Final = {"E": "error", "W": "warning", "I": "info"}


class Linting:
    """A linter at work on one template."""

    def __init__(self, text: str, path: str, folder: str) -> None:
        self._path = path
        self._until = time.monotonic() + _SECONDS
        self._output = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `findings`
        with tempfile.TemporaryFile(dir=folder) as question:
            question.write(text.encode())
            question.seek(0)
            self._child = subprocess.Popen(
                [sys.executable, str(Path(__file__))],
                stdin=question,
                stdout=self._output,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )

    def findings(self) -> list[Finding]:
        """The gravest first, at most 50; none when the linter gave up: its opinion is not needed to go on."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(max(0.0, self._until - time.monotonic()))
        self.end()
        with self._output as output, suppress(ValueError):
            output.seek(0)
            return [_finding(self._path, *match) for match in json.load(output)]
        return []

    def end(self) -> None:
        self._child.kill()
        self._child.wait()


@contextmanager
def linting(text: str | None, path: str | None) -> Iterator[Callable[[], list[Finding]]]:
    """A function that gives the findings; cfn-lint works while the block runs. No template, no findings."""
    if text is None or path is None:
        yield list
        return
    with tempfile.TemporaryDirectory(prefix="lint-") as folder:
        work = Linting(text, path, folder)
        try:
            yield work.findings
        finally:
            work.end()


def _finding(path: str, line: int, rule: str, message: str) -> Finding:
    level: Any = _LEVELS.get(rule[:1], "info")
    text = clean(message, _MAX_MESSAGE_BYTES)
    return {"path": path, "line": line, "rule": rule, "level": level, "message": text}


def _environment(folder: str) -> dict[str, str]:
    """cfn-lint looks for its own settings in the home and the current folder: both are empty."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": folder, "AWS_DEFAULT_REGION": "us-east-1"}


def main() -> None:
    """The child: a template comes in, [[line, rule, message], ...] goes out."""
    for limit, value in ((resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_AS, _MEMORY_BYTES)):
        with suppress(ValueError, OSError):  # not every system knows each of them
            resource.setrlimit(limit, (value, value))
    from cfnlint.api import lint

    matches = sorted(lint(sys.stdin.read()), key=lambda match: ("EWI".find(match.rule.id[0]), match.linenumber))
    told = [match for match in matches if match.rule.id not in _OUR_BUSINESS]
    found = [[match.linenumber, match.rule.id, match.message] for match in told[:_MAX_FINDINGS]]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
