"""One stack: deployed, tested clean a few times, then tested with each fault in turn, and removed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from local.client import NeverSettled, Refused
from tests.faults import baseline, domain_faults, function_faults, session, wiring_faults
from tests.faults.aws import Aws
from tests.faults.fault import Clean, Trial, noticed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.laptop import Laptop
    from tests.faults.fault import Fault, Undo
    from tests.faults.stacks import Stack

_FAILURES: Final = (BotoCoreError, ClientError, NeverSettled, Refused, session.NotDeployed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`kinds`: of these only, all when empty. `each`: of one kind at most so many in one stack."""

    runs: int
    kinds: frozenset[str]
    each: int


class Bench:
    """One stack on its bench. `say` is told each thing as it is known."""

    def __init__(self, laptop: Laptop, stack: Stack, plan: Plan, say: Callable[[str], None]) -> None:
        self._client = laptop.client()
        self._laptop = laptop
        self._stack = stack
        self._plan = plan
        self._say = say
        self._deployment_id = ""
        self.clean = Clean(stack=stack.name)
        self.trials: list[Trial] = []

    def run(self) -> None:
        try:
            aws = self._deployed()
            alarms, calls = self._run_clean(aws)
            kinds = [(fault.kind, fault.what) for fault in self._chosen(aws)]
            for kind, what in kinds:
                fault = next((each for each in self._chosen(aws) if (each.kind, each.what) == (kind, what)), None)
                if fault:
                    aws = self._try(aws, fault, alarms, calls)
        except Exception as error:  # whatever it is, the other stacks are told of all the same
            self.clean.problem = f"{type(error).__name__}: {error}"[:300]
            self._say(f"{self._stack.name}: {self.clean.problem}")
        finally:
            self._remove()

    def _deployed(self) -> Aws:
        deployment = session.deploy(self._client, self._stack)
        self._deployment_id = deployment["sessionId"]
        return Aws(self._laptop.platform, deployment["deployedResources"]["stackName"])

    def _remove(self) -> None:
        try:
            if self._deployment_id:
                session.remove(self._client, self._deployment_id)
        except _FAILURES as error:
            self._say(f"{self._stack.name}: not removed: {error}")

    def _anew(self) -> Aws:
        self._remove()
        return self._deployed()

    def _run_clean(self, aws: Aws) -> tuple[set[str], set[str]]:
        """The tests and calls that fail though nothing was broken."""
        clean = self.clean
        calls = baseline.failing_calls(aws)
        clean.failing_calls = len(calls)
        for _ in range(self._plan.runs):
            results = session.run_tests(self._client, self._deployment_id)
            failed = {name: each["error"] for name, each in results.items() if each["status"] == "fail"}
            counts = Counter(each["status"] for each in results.values())
            clean.runs += 1
            clean.tests, clean.passed, clean.skipped = len(results), counts["pass"], counts["skip"]
            clean.alarm_runs += bool(failed)
            clean.alarms |= failed
        told = f"{clean.runs} clean runs, {clean.tests} tests, {clean.passed} passed, {clean.skipped} skipped"
        self._say(f"{self._stack.name}: {told}, {len(clean.alarms)} false alarms")
        self._say(f"  by hand fail anyway: {', '.join(sorted(calls)) or 'none'}")
        for name, error in clean.alarms.items():
            self._say(f"  FALSE ALARM {self._stack.name}: {name}: {error[:200]}")
        return set(clean.alarms), calls

    def _chosen(self, aws: Aws) -> Iterator[Fault]:
        seen = Counter[str]()
        for fault in (*function_faults.faults(aws), *wiring_faults.faults(aws), *domain_faults.faults(aws)):
            if not self._plan.kinds or fault.kind in self._plan.kinds:
                seen[fault.kind] += 1
                if seen[fault.kind] <= self._plan.each:
                    yield fault

    def _try(self, aws: Aws, fault: Fault, alarms: set[str], calls: set[str]) -> Aws:
        """The stack as it is afterwards: as it was, or another one."""
        undo = None
        try:
            undo = fault.inject()
            is_complete = baseline.is_complete(aws)
            called = baseline.failing_calls(aws) - calls
            results = session.run_tests(self._client, self._deployment_id)
        except _FAILURES as error:
            problem = f"{type(error).__name__}: {error}"[:200]
            self._record(Trial(stack=self._stack.name, fault=fault, problem=problem))
        else:
            caught, other = noticed(fault, alarms, results)
            skipped = [f"{name}: {each['error']}" for name, each in results.items() if each["status"] == "skip"]
            trial = Trial(
                stack=self._stack.name,
                fault=fault,
                caught=caught,
                other=other,
                skipped=[each for each in skipped if any(name in each for name in fault.names)],
                by_status=not is_complete,
                by_calls=bool(called),
            )
            self._record(trial)
        return aws if undo and self._is_undone(aws, undo, calls) else self._anew()

    def _is_undone(self, aws: Aws, undo: Undo, calls: set[str]) -> bool:
        """A platform may keep something of a fault; then the stack is made anew."""
        try:
            undo()
            return baseline.failing_calls(aws) <= calls
        except _FAILURES as error:
            self._say(f"  {self._stack.name} is deployed anew: {error}")
            return False

    def _record(self, trial: Trial) -> None:
        self.trials.append(trial)
        what = f"{trial.stack}: {trial.fault.kind}: {trial.fault.what}"
        if trial.problem:
            self._say(f"  NOT TRIED {what}: {trial.problem}")
        elif trial.caught:
            self._say(f"  caught {what} by {trial.caught[0]}")
        else:
            self._say(f"  MISSED {what}; other: {trial.other[:3]}; skipped: {trial.skipped[:4]}")
