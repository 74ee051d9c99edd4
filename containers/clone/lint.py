"""cfn-lint's findings on a template, from a process of its own: a hostile one may crash it or eat its memory."""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self, cast

from deployer.redaction import without_secrets

if TYPE_CHECKING:
    from deployer.worker import Finding

_SECONDS: Final = 10
_MEMORY_BYTES: Final = 1 << 30
_QUESTION: Final = "template"
_MAX_FINDINGS: Final = 50
_MAX_MESSAGE_BYTES: Final = 500
# Says that local paths need `package`: that is what is done here.
_OUR_BUSINESS: Final = frozenset({"W3002"})
_LEVELS: Final = {"E": "error", "W": "warning", "I": "info"}


class Linter:
    """cfn-lint, started ahead: it takes its time to load, while the repository is on its way.

    It is asked at most once, and is gone with the context.
    """

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="lint-")
        self._until = 0.0
        self._path = ""
        self._output = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the linter
        self._child = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=_environment(self._folder),
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._child.kill()
        self._child.communicate()
        self._output.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, text: str, path: str) -> None:
        """It works on the template from now on."""
        (Path(self._folder) / _QUESTION).write_text(text, encoding="utf-8")
        self._path = path
        self._until = time.monotonic() + _SECONDS
        cast("IO[bytes]", self._child.stdin).close()

    def findings(self) -> list[Finding]:
        """The gravest first, at most 50; none when it was not asked, or gave up: its opinion is not needed."""
        if not self._path:
            return []
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(max(0.0, self._until - time.monotonic()))
        with suppress(ValueError):
            self._output.seek(0)
            return [_finding(self._path, *match) for match in json.load(self._output)]
        return []


def _finding(path: str, line: int, rule: str, message: str) -> Finding:
    level: Any = _LEVELS.get(rule[:1], "info")
    text = without_secrets(message, _MAX_MESSAGE_BYTES)  # it quotes the template
    return {"path": path, "line": line, "rule": rule, "level": level, "message": text}


def _environment(folder: str) -> dict[str, str]:
    """cfn-lint looks for its own settings in the home and the current folder: both are empty."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "HOME": folder, "AWS_DEFAULT_REGION": "us-east-1"}


def main() -> None:
    """The child: once its input has ended, the template is there; [[line, rule, message], ...] goes out."""
    for limit, value in ((resource.RLIMIT_CPU, _SECONDS), (resource.RLIMIT_AS, _MEMORY_BYTES)):
        with suppress(ValueError, OSError):  # not every system knows each of them
            resource.setrlimit(limit, (value, value))
    gc.disable()  # a fifth of the time to load goes into looking for garbage, and there is none
    from cfnlint.config import ConfigMixIn
    from cfnlint.decode.decode import decode_str
    from cfnlint.runner import Runner

    runner = Runner(ConfigMixIn(regions=["us-east-1"]))
    gc.freeze()
    gc.enable()
    sys.stdin.read()
    if not Path(_QUESTION).exists():
        return
    template, errors = decode_str(Path(_QUESTION).read_text(encoding="utf-8"))
    matches = errors or (list(runner.validate_template(template)) if template else [])
    told = [match for match in matches if match.rule.id not in _OUR_BUSINESS]
    told.sort(key=lambda match: ("EWI".find(match.rule.id[0]), match.linenumber))
    json.dump([[each.linenumber, each.rule.id, each.message] for each in told[:_MAX_FINDINGS]], sys.stdout)


if __name__ == "__main__":
    main()
