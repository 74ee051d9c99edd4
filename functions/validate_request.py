"""ValidateRequest: the repository exists, the branch is a commit, and this session holds the stack's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.aws.sessions import Sessions
from deployer.aws.workers import Workers
from deployer.errors import QuotaExceeded
from deployer.github import GitHub
from deployer.instants import midnight
from deployer.repository import Repository
from deployer.session import LogLevel, Stage, head_timestamp
from deployer.settings import Settings
from deployer.stack.stack import stack_name
from deployer.state_data import StateEvent
from deployer.worker import START_SECONDS

if TYPE_CHECKING:
    from deployer.github import Resolved
    from deployer.state_data import DeployRequest, Source
    from deployer.worker import Limits

LIMITS: Final[Limits] = {"maxFiles": 50_000, "maxFileBytes": 100_000_000, "maxTotalBytes": 500_000_000}


class Event(StateEvent):
    request: DeployRequest


def handler(event: Event, _context: object) -> Source:
    settings = Settings.from_env()
    sessions = Sessions.from_settings(settings)
    session_id, request = event["sessionId"], event["request"]
    repository = Repository.from_text(request["repository"])

    _check_quotas(sessions, settings, session_id)
    resolved = GitHub(settings.git_url).resolve(repository, request["branch"], request["commit"])
    name = request["stackName"] or stack_name(request["projectRoot"], repository.slug, session_id)
    sessions.take_lock(name, session_id)
    plan_url = _hand_over(settings, session_id, request, repository, resolved)

    _record(sessions, event, resolved, name)
    return {
        "repository": repository.slug,
        "branch": resolved.branch,
        "commit": resolved.commit,
        "projectRoot": request["projectRoot"],
        "stackName": name,
        "planUrl": plan_url,
    }


def _check_quotas(sessions: Sessions, settings: Settings, session_id: str) -> None:
    """Only sessions that came before count against this one, so that of many at once the first are let in."""
    allowed = settings.max_running_sessions
    if sessions.running_count(session_id) > allowed:
        raise QuotaExceeded(f"{allowed} sessions are running already, and MaxRunningSessions is {allowed}")
    allowed, today = settings.max_sessions_per_day, midnight(head_timestamp(session_id) // 1000)
    if sessions.count_since(today, session_id) > allowed:
        raise QuotaExceeded(f"{allowed} sessions came since midnight (UTC), and MaxSessionsPerDay is {allowed}")


def _hand_over(
    settings: Settings, session_id: str, request: DeployRequest, repository: Repository, resolved: Resolved
) -> str:
    seconds = settings.clone_timeout_seconds
    plan = {
        "gitUrl": repository.git_url(settings.git_url),
        "commit": resolved.commit,
        "projectRoot": request["projectRoot"],
        "template": request["template"],
        "limits": LIMITS,
        "timeoutSeconds": seconds,
    }
    workers = Workers.from_settings(settings)
    max_bytes = LIMITS["maxTotalBytes"]
    return workers.hand_over(session_id, "source", plan, seconds=seconds + START_SECONDS, max_bytes=max_bytes)


def _found(event: Event, resolved: Resolved) -> tuple[LogLevel, str]:
    """What is deployed. GitHub serves the commits of a repository's forks, too, under its own name."""
    repository, branch = event["request"]["repository"], resolved.branch
    if resolved.is_newest:
        return LogLevel.INFO, f"{repository} at {branch} is commit {resolved.commit}"
    unproven = f"not the newest of {branch}; whether it is on {branch}, or only on a fork, was not checked"
    return LogLevel.WARNING, f"commit {resolved.commit} was asked for: it is {unproven}"


def _record(sessions: Sessions, event: Event, resolved: Resolved, name: str) -> None:
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.VALIDATING,
        next=Stage.CLONING,
        message="cloning the repository",
        entries=[_found(event, resolved), (LogLevel.INFO, f"the stack's name is {name}")],
        branch=resolved.branch,
        commit=resolved.commit,
        stackName=name,
    )
