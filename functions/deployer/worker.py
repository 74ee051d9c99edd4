"""What the functions and the containers tell each other: plans in, reports out, JSON both.

A container holds no credential, but the one that clones private repositories, which has their token. It is
given one address (`PLAN_URL`), which opens its plan; the plan holds the presigned GETs and the presigned POST
policy that it needs, for its own prefix, for as long as the task may run. What it leaves is read as hostile
data.

sessions/{sessionId}/trusted/clone-plan.json   ClonePlan    written by ValidateRequest
sessions/{sessionId}/source/manifest.json      Manifest     written by the clone
sessions/{sessionId}/source/source.zip                      written by the clone, paths from the repository's top
sessions/{sessionId}/source/report.json        CloneReport  written by the clone, last
sessions/{sessionId}/trusted/project.json      FoundProject written by DetectProject, for PublishPackage
sessions/{sessionId}/trusted/build-plan.json   BuildPlan    written by DetectProject
sessions/{sessionId}/trusted/deployed.json     DeployedRecord  written by DiscoverResources, for GenerateTests
sessions/{sessionId}/trusted/tests.json        SanityTests  written by GenerateTests, for RunSanityTest
sessions/{sessionId}/build/{unitId}.zip                     written by the build
sessions/{sessionId}/build/report.json         BuildReport  written by the build, last
sources/{sourceIdentity}                       the sessionId that has this source; written by DetectProject
builds/{buildIdentity}.json                    EarlierBuild written by PublishPackage, for DetectProject
"""

from __future__ import annotations

from typing import Any, Final, Literal, NotRequired, TypedDict

PLAN_URL: Final = "PLAN_URL"
CLONE_TOKEN: Final = "CLONE_TOKEN"  # noqa: S105 - the name; ECS gives the token of private repositories
"""The one environment variable that a task is given."""

GRACE_SECONDS: Final = 300
"""A task ends itself this long after its plan's time, whatever holds it: its state may give it up, not stop it."""

START_SECONDS: Final = 300
"""That a task may take to start, with ECS's retries: its addresses outlive that and its work."""

MANIFEST: Final = "manifest.json"
SOURCE: Final = "source.zip"
REPORT: Final = "report.json"
PROJECT: Final = "project.json"
DEPLOYED: Final = "deployed.json"
TESTS: Final = "tests.json"

MAX_TEXT_BYTES: Final = 1_000_000
"""CloudFormation's limit for a template in S3; a longer candidate is listed, not read."""


class Upload(TypedDict):
    """A presigned POST policy (S3 API, "POST Object"): files may be left under `prefix`, within its size range."""

    url: str
    fields: dict[str, str]
    prefix: str


class Limits(TypedDict):
    maxFiles: int
    maxFileBytes: int
    maxTotalBytes: int


class CloneRequest(TypedDict):
    """What makes the clone of a commit leave what it leaves."""

    gitUrl: str
    commit: str
    projectRoot: str
    template: str | None
    limits: Limits


class ClonePlan(CloneRequest):
    timeoutSeconds: int
    upload: Upload


class Finding(TypedDict):
    """One of cfn-lint's."""

    path: str
    line: int
    rule: str
    level: Literal["error", "warning", "info"]
    message: str


class Manifest(TypedDict):
    """`files` maps every path of the commit's tree to its git mode (`100644`, `100755`, `120000`, `160000`).
    `texts` has the candidate files' text. `oversized` names candidates over MAX_TEXT_BYTES. `links` has what the
    symbolic links say, where the project needs any of them."""

    commit: str
    files: dict[str, str]
    texts: dict[str, str]
    links: NotRequired[dict[str, str]]
    oversized: list[str]
    findings: list[Finding]


class WorkerError(TypedDict):
    """`code` is a class of deployer.errors."""

    code: str
    message: str


class CloneReport(TypedDict):
    error: WorkerError | None
    logTail: list[str]


class BuildUnit(TypedDict):
    """One distinct thing to build: the same source, runtime, architecture and options are one unit.

    `id` is made of [0-9a-f]; `source` is a folder in source.zip; `handler` as in the template; `options` are the
    BuildProperties of the resource's Metadata. `name` (the first resource's logical id) names a makefile's target
    and the unit in messages. An app is an AWS CDK app, and its zip a cloud assembly.
    """

    id: str
    kind: Literal["function", "layer", "app"]
    name: str
    source: str
    method: str  # python | nodejs | esbuild | makefile | go | rust | cdk
    runtime: str
    architecture: Literal["x86_64", "arm64"]
    handler: str
    options: dict[str, Any]


class ParameterValue(TypedDict):
    """A parameter of the template, and where its value comes from (`ValueSource`).

    `value` is null for a secret that the stack keeps, or that has the template's default.
    """

    name: str
    value: str | None
    source: str
    isSecret: bool


class FoundSettings(TypedDict):
    """What there is beside the request: the file's parameters and tags, and the values that the stack keeps."""

    samconfig: dict[str, str]
    tags: dict[str, str]
    stack: dict[str, str]


class FoundProject(TypedDict):
    """What PublishPackage goes on with. Local paths in `document` are relative to the folder of `basePath`.

    `parameters` are null for a project whose template the build makes: they are settled when there is one.
    `built` has, by unit id, the keys of the packages that an earlier session's build left; then nothing is built.
    """

    basePath: str
    document: dict[str, Any]
    parameters: list[ParameterValue] | None
    settings: FoundSettings
    units: list[BuildUnit]
    buildIdentity: str
    built: dict[str, str]


class EarlierBuild(TypedDict):
    """Which session built it; each package's key in the artifact bucket, by unit id; what the build warned of."""

    sessionId: str
    packages: dict[str, str]
    warnings: list[str]


class BuildPlan(TypedDict):
    sourceUrl: str
    units: list[BuildUnit]
    maxUnpackedBytes: int
    timeoutSeconds: int
    upload: Upload


class BuiltPackage(TypedDict):
    sha256: str
    sizeBytes: int
    tool: str


class BuildReport(TypedDict):
    """`packages` by unit id."""

    error: WorkerError | None
    packages: dict[str, BuiltPackage]
    warnings: list[str]
    logTail: list[str]
    durationMs: NotRequired[int]
