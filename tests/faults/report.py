"""The tables that `make faults` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.benchmarks.table import table
from tests.faults.fault import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.faults.fault import Clean, Trial


def report(title: str, clean: Sequence[Clean], trials: Sequence[Trial]) -> str:
    parts = [
        f"{title}: faults caught by the sanity tests, and by two other ways to look at the same stacks",
        caught_table(trials),
        f"{title}: runs without a fault",
        clean_table(clean),
        *_listed("Missed", [_missed(each) for each in trials if each.is_injected and not each.caught]),
        *_listed("False alarms", [_alarm(each, name) for each in clean for name in each.alarms]),
        *_listed("Not tried", [f"{_what(each)}: {each.problem}" for each in trials if each.problem]),
        *_listed("Stacks that were given up", [f"{each.stack}: {each.problem}" for each in clean if each.problem]),
    ]
    return "\n\n".join(parts)


def caught_table(trials: Sequence[Trial]) -> str:
    injected = [each for each in trials if each.is_injected]
    rows = [_row(kind, [each for each in injected if each.fault.kind == kind]) for kind in Kind]
    rows = [row for row in rows if row[1] != "0"]
    return table(
        ["fault", "injected", "caught", "%", "stack is complete", "invoke {} and GET"],
        [*rows, _row("all", injected)],
    )


def _row(name: str, trials: Sequence[Trial]) -> list[str]:
    def count(is_caught: Callable[[Trial], bool]) -> int:
        return sum(map(is_caught, trials))

    caught = count(lambda each: bool(each.caught))
    return [
        name,
        str(len(trials)),
        str(caught),
        f"{100 * caught / len(trials):.1f}" if trials else "-",
        str(count(lambda each: each.by_status)),
        str(count(lambda each: each.by_calls)),
    ]


def clean_table(clean: Sequence[Clean]) -> str:
    heads = ["stack", "runs", "tests", "passed", "skipped", "runs with an alarm", "failing by invoke {} and GET"]
    rows = [
        [
            each.stack,
            str(each.runs),
            str(each.tests),
            str(each.passed),
            str(each.skipped),
            str(each.alarm_runs),
            str(each.failing_calls),
        ]
        for each in clean
    ]
    total = [sum(int(row[column]) for row in rows) for column in range(1, len(heads))]
    return table(heads, [*rows, ["all", *map(str, total)]])


def _what(trial: Trial) -> str:
    return f"{trial.stack}: {trial.fault.kind}: {trial.fault.what}"


def _missed(trial: Trial) -> str:
    why = [
        *(f"failed elsewhere: {name}" for name in trial.other[:2]),
        *(f"skipped {each}" for each in trial.skipped[:3]),
    ]
    return f"{_what(trial)}: {'; '.join(why) or 'no test looks at it'}"


def _alarm(clean: Clean, name: str) -> str:
    return f"{clean.stack}: {name}: {clean.alarms[name]}"


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return ["\n".join([f"{title} ({len(lines)})", *(f"  {line}" for line in lines)])] if lines else []
