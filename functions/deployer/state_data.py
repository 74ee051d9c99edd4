"""What travels through the state machines: one shape for each key that a state adds.

Large things travel as S3 keys. There is one address in state data, `planUrl`: it opens one object for one task.
"""

from __future__ import annotations

from typing import Literal, TypedDict


class StateEvent(TypedDict):
    """What every Lambda state receives, beside the keys that it names. `enteredAt` is the same at every retry."""

    sessionId: str
    enteredAt: str  # $$.State.EnteredTime


class DeployRequest(TypedDict):
    """`$.request`: what `POST /deploy` was given, normalized; what was not given is null.

    Left out are the parameters: one of them may be a secret. They are in the session (Sessions.given_parameters).
    """

    repository: str  # owner/name
    branch: str | None
    commit: str | None
    projectRoot: str  # "" is the top of the repository
    template: str | None  # relative to projectRoot
    stackName: str | None
    tags: dict[str, str]
    mode: Literal["deploy", "plan"]
    runTests: bool
    keepFailedStack: bool


class Source(TypedDict):
    """`$.source`: added by ValidateRequest. The exact commit, and the stack that this session holds."""

    repository: str
    branch: str
    commit: str
    projectRoot: str
    stackName: str
    needsClone: bool
    cloneTask: str  # the task definition that clones it
    planUrl: str | None  # of the clone's plan


class ProjectFound(TypedDict):
    """`$.project`: added by DetectProject. The rest of what was found is in sessions/{id}/trusted/project.json."""

    kind: str
    projectRoot: str
    needsBuild: bool
    planUrl: str | None  # of the build's plan, when there is something to build


class Package(TypedDict):
    """`$.package`: added by PublishPackage."""

    templateKey: str  # packages/{sha256}.template.json
    capabilities: list[str]
    parameters: dict[str, str | None]  # null: the stack keeps the value that it has
    tags: dict[str, str]  # of the request, and of the project's samconfig.toml
    secretOutputs: list[str]  # the names of those that tell a secret parameter's value


class ChangeSet(TypedDict):
    """`$.changeSet`: added by CreateChangeSet, replaced by each CheckChangeSet."""

    changeSetId: str
    stackId: str
    type: Literal["CREATE", "UPDATE"]
    isReady: bool
    hasChanges: bool
    waitSeconds: int


class Stack(TypedDict):
    """`$.stack`: added by ExecuteChangeSet (or DeleteStack), replaced by each CheckStack and by StopStack."""

    stackId: str
    wanted: Literal["deployed", "deleted"]
    startedAt: str
    isSettled: bool
    isOverdue: bool
    isStopping: bool
    waitSeconds: int


class Buckets(TypedDict):
    """`$.buckets`: added by EmptyBuckets; it is called again until all are empty."""

    areEmpty: bool


class NestedSession(TypedDict):
    """`$.nested`: added to a deployment's data by CreateTestSession: what the nested execution is given."""

    sessionId: str
    request: SanityRequest


class SanityRequest(TypedDict):
    """`$.request` of a test session: what `POST /test` was given. What was not given is null.

    One of deploymentId, stackName and functionName is given. `isNested`: a deployment asked for it (`runTests`).
    """

    deploymentId: str | None
    stackName: str | None
    functionName: str | None
    repository: str | None  # owner/name
    branch: str | None
    commit: str | None
    projectRoot: str | None
    include: list[str]
    exclude: list[str]
    maxConcurrency: int
    allowMutating: bool | None
    isNested: bool


class Target(TypedDict):
    """`$.target`: added by ValidateTestRequest. `sourceSessionId` has the commit's source, or will have it."""

    stackId: str | None
    functionName: str | None
    sourceSessionId: str | None
    projectRoot: str
    allowMutating: bool
    needsClone: bool
    cloneTask: str | None  # the task definition that clones it
    planUrl: str | None  # of the clone's plan


class Discovered(TypedDict):
    """`$.deployed`: added by DiscoverResources. The resources are in sessions/{id}/trusted/deployed.json."""

    resourceCount: int


class NumberedTest(TypedDict):
    number: int
    name: str


class SanityTests(TypedDict):
    """`$.tests`: added by GenerateTests. The tests themselves are in sessions/{id}/trusted/tests.json."""

    items: list[NumberedTest]


class SanityTestRun(TypedDict):
    """What RunSanityTest answers: for the console."""

    status: str
    error: str


class Failure(TypedDict):
    """`$.failure`: added by RecordFailure; SessionFailed ends the execution with it."""

    error: str  # a class of deployer.errors
    cause: str


class Caught(TypedDict):
    """`$.error`: what a Catch leaves."""

    Error: str
    Cause: str
