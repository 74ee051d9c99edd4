"""One project by each tool in turn, each time from nothing: what a run has deployed is removed before the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from local.client import NeverSettled, Refused
from tests.parity import ours, projects, sam_cli, snapshot
from tests.parity.blame import owner
from tests.parity.report import told
from tests.parity.run import Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.laptop import Laptop
    from tests.parity.results import Results
    from tests.parity.run import Project, Run
    from tests.parity.sam_cli import SamCli

_NOT_REMOVED: Final = (Refused, NeverSettled, *sam_cli.REMOVAL_FAILURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`parameters`: by project root. `is_changed`: a missing Python is replaced by the one that is here."""

    rounds: int
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    laptop: Laptop
    sam: SamCli
    results: Results
    bare: Path
    plan: Plan
    say: Callable[[str], None]

    def run(self, project: Project) -> None:
        """Whatever of it is not in the results yet. A tool that fails is not asked again."""
        template = ""
        for number in range(1, self.plan.rounds + 1):
            if self._is_due(project, Tool.OURS, number):
                template = self._run_ours(project, number) or template
        with TemporaryDirectory(prefix="parity-") as folder:
            for tool in (Tool.SAM, Tool.SAM_POLLING):
                self._run_sam(project, tool, Path(folder) / tool.name, template)

    def _is_due(self, project: Project, tool: Tool, number: int) -> bool:
        before = self.results.find(project, tool, number - 1)
        return not self.results.find(project, tool, number) and (number == 1 or bool(before and before.deployed))

    def _run_ours(self, project: Project, number: int) -> str:
        """The template that it took, relative to the project's root."""
        run, session = ours.deploy(self.laptop, project, number, self._parameters(project))
        if run.deployed:
            run = self._kept(run, session["deployedResources"]["stackName"])
        self._record(run)
        try:
            ours.remove(self.laptop, session)
        except _NOT_REMOVED as error:
            self.say(f"  {project.root}: our stack is not removed: {error}")
        taken = str((session.get("project") or {}).get("template") or "")
        return taken.removeprefix(f"{project.root}/")

    def _run_sam(self, project: Project, tool: Tool, copy: Path, template: str) -> None:
        due = [number for number in range(1, self.plan.rounds + 1) if not self.results.find(project, tool, number)]
        if not due or not self._is_worth_it(project, tool):
            return
        folder = projects.check_out(self.bare, project, copy)
        first = self.results.find(project, Tool.SAM, 1)
        changed = sam_cli.for_this_python(folder) if first and first.changed else ""
        for number in due:
            if self._is_due(project, tool, number):
                changed = self._run_sam_once(project, tool, number, folder, template, changed)

    def _is_worth_it(self, project: Project, tool: Tool) -> bool:
        first = self.results.find(project, Tool.SAM, 1)
        return first is None or first.deployed

    def _run_sam_once(
        self, project: Project, tool: Tool, number: int, folder: Path, template: str, changed: str
    ) -> str:
        """What was changed in the copy for its sake, now or before."""
        given = self._parameters(project)
        run = self.sam.deploy(folder, project, tool, number, template=template, parameters=given)
        if run.code == sam_cli.INTERPRETER_MISSING and self.plan.is_changed:
            changed = sam_cli.for_this_python(folder)
            run = self.sam.deploy(folder, project, tool, number, template=template, parameters=given)
        run = replace(run, changed=changed)
        if run.deployed:
            run = self._kept(run, sam_cli.stack_name(project))
        self._record(run)
        try:
            self.sam.remove(project)
        except _NOT_REMOVED as error:
            self.say(f"  {project.root}: sam's stack is not removed: {error}")
        return changed

    def _kept(self, run: Run, stack: str) -> Run:
        """With the size of its packages; what the first run deployed is kept for the comparison."""
        try:
            taken = snapshot.take(self.laptop.platform, stack)
        except (BotoCoreError, ClientError, ValueError) as error:
            self.say(f"  {run.project.root}: what was deployed cannot be read: {error}")
            return run
        if run.round == 1 and run.tool is not Tool.SAM_POLLING:
            self.results.keep(run.project, run.tool, taken)
        return replace(run, artifact_bytes=taken.package_bytes)

    def _parameters(self, project: Project) -> Mapping[str, str]:
        return self.plan.parameters.get(project.root, {})

    def _record(self, run: Run) -> None:
        self.results.add(run)
        others = [each for each in self.results.runs if each.project == run.project]
        self.say(
            told(run, owner(run, [each for each in others if (each.tool is Tool.OURS) != (run.tool is Tool.OURS)]))
        )
