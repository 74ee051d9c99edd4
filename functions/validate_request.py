"""ValidateRequest: the repository exists, the branch is a commit, and this session holds the stack's lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.asked import check_asked
from deployer.aws.artifacts import Artifacts
from deployer.aws.clone_plans import clone_request, hand_over_clone
from deployer.aws.earlier_sources import take_source
from deployer.aws.git_access import clone_task, git_host
from deployer.aws.quotas import check_quotas
from deployer.aws.sessions import Sessions
from deployer.repository import Repository
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.stack.stack import stack_name
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.github import Resolved
    from deployer.state_data import DeployRequest, Source


class Event(StateEvent):
    request: DeployRequest


def handler(event: Event, _context: object) -> Source:
    settings = Settings.from_env()
    sessions = Sessions.from_settings(settings)
    session_id, request = event["sessionId"], event["request"]
    check_asked(request)
    repository = Repository.from_text(request["repository"])

    check_quotas(sessions, settings, session_id)
    resolved = git_host(settings, repository).resolve(repository, request["branch"], request["commit"])
    name = request["stackName"] or stack_name(request["projectRoot"], repository.slug, session_id)
    sessions.take_lock(name, session_id)
    to_clone = clone_request(settings, repository, resolved.commit, request["projectRoot"], request["template"])
    earlier = take_source(Artifacts.from_settings(settings), to_clone, settings.clone_image, session_id)
    plan_url = None if earlier else hand_over_clone(settings, session_id, to_clone)

    _record(sessions, event, resolved, name, earlier)
    return {
        "repository": repository.slug,
        "branch": resolved.branch,
        "commit": resolved.commit,
        "projectRoot": request["projectRoot"],
        "stackName": name,
        "needsClone": plan_url is not None,
        "cloneTask": clone_task(settings, repository),
        "planUrl": plan_url,
    }


def _found(event: Event, resolved: Resolved) -> tuple[LogLevel, str]:
    """What is deployed. GitHub serves the commits of a repository's forks, too, under its own name."""
    repository, branch = event["request"]["repository"], resolved.branch
    if resolved.is_newest:
        return LogLevel.INFO, f"{repository} at {branch} is commit {resolved.commit}"
    unproven = f"not the newest of {branch}; whether it is on {branch}, or only on a fork, was not checked"
    return LogLevel.WARNING, f"commit {resolved.commit} was asked for: it is {unproven}"


def _record(sessions: Sessions, event: Event, resolved: Resolved, name: str, earlier: str | None) -> None:
    entries = [_found(event, resolved), (LogLevel.INFO, f"the stack's name is {name}")]
    if earlier:
        entries.append((LogLevel.INFO, f"session {earlier} cloned this commit: its files are taken"))
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.VALIDATING,
        next=Stage.DETECTING if earlier else Stage.CLONING,
        message="finding out what the project is" if earlier else "cloning the repository",
        entries=entries,
        branch=resolved.branch,
        commit=resolved.commit,
        stackName=name,
    )
