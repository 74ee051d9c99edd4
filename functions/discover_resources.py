"""DiscoverResources: what is deployed is known, each resource with its properties as they came out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from deployer.amounts import counted
from deployer.aws.artifacts import Artifacts, trusted_key
from deployer.aws.deployed_functions import function_record
from deployer.aws.deployed_stacks import stack_record
from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.session import LogLevel, SessionStatus, Stage
from deployer.settings import Settings
from deployer.state_data import StateEvent
from deployer.worker import DEPLOYED

if TYPE_CHECKING:
    from deployer.sanity.deployed import DeployedRecord
    from deployer.state_data import Discovered, Target


class Event(StateEvent):
    target: Target


def handler(event: Event, _context: object) -> Discovered:
    settings = Settings.from_env()
    record = _record_of(event["target"], settings)

    body = json.dumps(record).encode()
    Artifacts.from_settings(settings).put(trusted_key(event["sessionId"], DEPLOYED), body)
    _record(Sessions.from_settings(settings), event, record)

    return {"resourceCount": len(record["resources"])}


def _record_of(target: Target, settings: Settings) -> DeployedRecord:
    if target["functionName"]:
        return function_record(target["functionName"])
    return stack_record(Stacks.from_settings(settings), str(target["stackId"]), settings.own_stack_id)


def _record(sessions: Sessions, event: Event, record: DeployedRecord) -> None:
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.DISCOVERING,
        next=Stage.GENERATING,
        message="working out what can be tested",
        entries=[(LogLevel.INFO, f"{record['name']} has {counted(len(record['resources']), 'resource')}")],
        status=SessionStatus.TESTING,
    )
