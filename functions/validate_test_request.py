"""ValidateTestRequest: what is to be tested exists and may be tested; it is known where its source is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployer.asked import check_asked
from deployer.aws.artifacts import Artifacts, source_key
from deployer.aws.clone_plans import clone_request, hand_over_clone
from deployer.aws.git_access import clone_task, git_host
from deployer.aws.quotas import check_quotas
from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.aws.targets import Targets
from deployer.errors import SessionNotFound, TargetNotReady, TargetOutOfScope
from deployer.repository import Repository
from deployer.session import LogLevel, SessionKind, SessionStatus, Stage, has_deployed, is_session_id
from deployer.settings import Settings
from deployer.state_data import StateEvent
from deployer.worker import SOURCE

if TYPE_CHECKING:
    from deployer.aws.targets import FoundTarget
    from deployer.session import Head
    from deployer.state_data import SanityRequest, Target


class Event(StateEvent):
    request: SanityRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """The code that examples come from."""

    repository: str
    branch: str
    commit: str
    project_root: str


def handler(event: Event, _context: object) -> Target:
    settings = Settings.from_env()
    sessions = Sessions.from_settings(settings)
    session_id, request = event["sessionId"], event["request"]

    check_asked(request)
    if not request["isNested"]:
        check_quotas(sessions, settings, session_id)
    target = _target(settings, sessions, request)
    if sessions.is_anothers(target.session_id, sessions.head(session_id)["caller"]):
        raise TargetOutOfScope(f"{target.name} was deployed by another caller of this application")
    deployment = _deployment(sessions, request["deploymentId"] or target.session_id)
    source = _source(settings, request, deployment)
    kept = _kept(settings, source, deployment) if source else None
    plan_url = _hand_over(settings, session_id, source) if source and not kept else None

    _record(sessions, event, target, source, is_cloned=plan_url is not None)
    mutating = request["allowMutating"]
    return {
        "stackId": target.stack_id,
        "functionName": target.function_name,
        "sourceSessionId": (kept or session_id) if source else None,
        "projectRoot": source.project_root if source else "",
        "allowMutating": target.is_ours if mutating is None else mutating,
        "needsClone": plan_url is not None,
        "cloneTask": _clone_task(settings, source) if source and plan_url else None,
        "planUrl": plan_url,
    }


def _target(settings: Settings, sessions: Sessions, request: SanityRequest) -> FoundTarget:
    targets = Targets(Stacks.from_settings(settings), settings)
    if request["functionName"]:
        return targets.function(request["functionName"])
    if request["stackName"]:
        return targets.stack(request["stackName"])
    deployment = sessions.head(str(request["deploymentId"]))
    if not has_deployed(deployment):
        raise TargetNotReady(
            f"session {deployment['sessionId']} is {_told(deployment)}: no stack runs what it would deploy; "
            "give a deployment that is success, or stackName"
        )
    return targets.stack(deployment["stackId"])


def _told(head: Head) -> str:
    if head["kind"] == SessionKind.TEST:
        return "a test"
    return "a plan" if head["request"]["mode"] == "plan" else str(head["status"])


def _deployment(sessions: Sessions, session_id: str | None) -> Head | None:
    """The deployment that made the target, as far as it is still known."""
    try:
        return sessions.head(session_id) if session_id and is_session_id(session_id) else None
    except SessionNotFound:
        return None


def _source(settings: Settings, request: SanityRequest, deployment: Head | None) -> _Source | None:
    """What was asked for; else what the deployment was made from. None when there is no repository to ask."""
    if request["repository"]:
        repository = Repository.from_text(request["repository"])
        found = git_host(settings, repository).resolve(repository, request["branch"], request["commit"])
        root = request["projectRoot"] or ""
        return _Source(repository=repository.slug, branch=found.branch, commit=found.commit, project_root=root)
    if request["deploymentId"] is None or deployment is None:
        return None
    return _Source(
        repository=deployment["repository"],
        branch=deployment["branch"],
        commit=deployment["commit"],
        project_root=_asked_root(request, deployment),
    )


def _asked_root(request: SanityRequest, deployment: Head) -> str:
    asked = request["projectRoot"]
    return str(deployment["projectRoot"]) if asked is None else asked


def _kept(settings: Settings, source: _Source, deployment: Head | None) -> str | None:
    """The deployment's session, when the very same source is still there from it."""
    if deployment is None:
        return None
    same = _Source(
        repository=deployment["repository"],
        branch=source.branch,
        commit=deployment.get("commit", ""),
        project_root=deployment["projectRoot"],
    )
    session_id = str(deployment["sessionId"])
    is_there = same == source and Artifacts.from_settings(settings).exists(source_key(session_id, SOURCE))
    return session_id if is_there else None


def _clone_task(settings: Settings, source: _Source) -> str:
    return clone_task(settings, Repository.from_text(source.repository))


def _hand_over(settings: Settings, session_id: str, source: _Source) -> str:
    repository = Repository.from_text(source.repository)
    to_clone = clone_request(settings, repository, source.commit, source.project_root)
    return hand_over_clone(settings, session_id, to_clone)


def _record(
    sessions: Sessions, event: Event, target: FoundTarget, source: _Source | None, *, is_cloned: bool
) -> None:
    what = f"stack {target.name}" if target.stack_id else f"function {target.name}"
    where = f"{source.repository} at commit {source.commit}" if source else "no repository: the resources alone"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.VALIDATING,
        next=Stage.CLONING if is_cloned else Stage.DISCOVERING,
        message="cloning the repository" if is_cloned else f"looking at what {what} has",
        entries=[(LogLevel.INFO, f"{what} is tested, with examples from {where}")],
        status=SessionStatus.TESTING,
        stackId=target.stack_id,
        stackName=target.name if target.stack_id else None,
        repository=source.repository if source else None,
        branch=source.branch if source else None,
        commit=source.commit if source else None,
        projectRoot=source.project_root if source else None,
    )
