"""What people see in the terminal: progress while they wait, and a table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from local.client import Session

_INDENT: Final = "  "
_LABEL_WIDTH: Final = 12
_SETTLED: Final = "settled"
_MARKS: Final = {"pass": "✓", "fail": "✗", "skip": "-"}


class Progress:
    """Prints each new log entry of a session, and what is being done now whenever that changes."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, session: Session) -> None:
        for entry in session["logs"]:
            mark = "" if entry["level"] == "info" else f"{entry['level']}: "
            self._line(entry["timestamp"][11:21], entry["stage"], mark + entry["message"])
        if session["stage"] != _SETTLED:
            self._line("...", session["stage"], session["message"])

    def _line(self, when: str, stage: str, message: str) -> None:
        if message != self._said:
            print(f"{_INDENT}{when:<10}  {stage:<11} {message}", flush=True)
        self._said = message


def table(session: Session) -> str:
    """The session's outcome, outputs and resources."""
    deployed = session.get("deployedResources") or {}
    outputs = deployed.get("outputs") or {}
    resources = deployed.get("resources") or []
    rows = [
        *_rows("status", [f"{session['status']} in {session.get('durationMs', 0) / 1000:.1f} s"]),
        *_rows("error", _error(session)),
        *_rows("stack", [deployed["stackName"]] if "stackName" in deployed else []),
        *_rows("outputs", _columns([(name, str(value)) for name, value in outputs.items()])),
        *_rows("resources", _columns([(each["type"], each["physicalId"]) for each in resources])),
    ]
    return "\n".join(rows)


def sanity_table(session: Session) -> str:
    """Each test on a line of its own, and the summary."""
    results, summary = session["testResults"], session["summary"] or {}
    width = max((len(result["name"]) for result in results), default=0)
    lines = [f"{_MARKS[each['status']]} {each['name']:<{width}}  {_told(each)}".rstrip() for each in results]
    told = ", ".join(f"{summary[word]} {word}" for word in ("passed", "failed", "skipped") if summary.get(word))
    lasted = summary.get("durationMs", 0) / 1000
    return "\n".join(_rows("tests", [*lines, f"{told or session['status']} in {lasted:.1f} s"]))


def _told(result: dict[str, Any]) -> str:
    return f"{result['durationMs']:,} ms" if result["status"] == "pass" else str(result["error"])


def _error(session: Session) -> list[str]:
    error = session.get("error")
    return [f"{error['code']}: {error['message']}", *filter(None, [error.get("hint")])] if error else []


def _columns(pairs: list[tuple[str, str]]) -> list[str]:
    width = max((len(name) for name, _ in pairs), default=0)
    return [f"{name:<{width}}  {value}" for name, value in pairs]


def _rows(label: str, lines: list[str]) -> list[str]:
    """The label stands before the first line alone."""
    labels = [label, *[""] * len(lines)]
    return [f"{_INDENT}{name:<{_LABEL_WIDTH}}{line}" for name, line in zip(labels, lines, strict=False)]
