"""The clone task as it runs: a process of its own, a Git host on loopback, a bucket behind presigned addresses."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from local.git_server import GitServer
from tests.presigned import PresignedBucket
from tests.repositories import FOLDER, GITLINK, LINK, PROGRAM, BareRepository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.worker import CloneReport, Manifest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "functions")}  # noqa: TID251 - where git is
UNKNOWN_COMMIT = "0123456789" * 4
SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: %s}
"""
APP = "def handler(event, context):\n    return {}\n"
PROJECT: dict[str, str | bytes] = {"template.yaml": SAM % "src/", "src/app.py": APP}
PROJECT_IN_A: dict[str, str | bytes] = {f"a/{path}": text for path, text in PROJECT.items()}
LIMITS = {"maxFiles": 1000, "maxFileBytes": 1_000_000, "maxTotalBytes": 5_000_000}


@dataclass
class Host:
    """A Git host with one repository, and a bucket."""

    bare: BareRepository
    bucket: PresignedBucket
    git_url: str
    temporary: Path

    def start(self, commit: str, **changes: Any) -> subprocess.Popen[bytes]:
        """The task, as it is started for a plan with these changes."""
        plan = {
            "gitUrl": f"{self.git_url}/owner/name.git",
            "branch": "main",
            "commit": commit,
            "projectRoot": "",
            "template": None,
            "limits": LIMITS,
            "timeoutSeconds": 30,
            "upload": self.bucket.upload("source/"),
            **changes,
        }
        self.bucket.objects["plan"] = json.dumps(plan).encode()
        return subprocess.Popen(
            [sys.executable, str(ROOT / "containers/clone/clone.py")],
            env={
                **ENVIRONMENT,
                "TMPDIR": str(self.temporary),
                "PLAN_URL": f"{self.bucket.url}/plan",
                "AWS_SECRET_ACCESS_KEY": "canary",
                "GIT_DIR": "/nowhere",
            },
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def clone(self, commit: str, **changes: Any) -> Result:
        """What the task left. Whatever happened, there is a report, and nothing else is left anywhere."""
        task = self.start(commit, **changes)
        _, complaint = task.communicate(timeout=60)
        assert list(self.temporary.iterdir()) == [], complaint
        assert processes_about(self.git_url) == []
        assert b"canary" not in b"".join(self.bucket.objects.values())
        result = Result(self.bucket.objects)
        assert task.returncode == (1 if result.report["error"] else 0), complaint
        return result


@dataclass
class Result:
    """What was left in the bucket."""

    objects: dict[str, bytes]

    @property
    def report(self) -> CloneReport:
        report: CloneReport = json.loads(self.objects["source/report.json"])
        return report

    @property
    def error(self) -> tuple[str, str]:
        """Code and message."""
        error = self.report["error"]
        assert error is not None
        return error["code"], error["message"]

    @property
    def manifest(self) -> Manifest:
        manifest: Manifest = json.loads(self.objects["source/manifest.json"])
        return manifest

    @property
    def archive(self) -> dict[str, bytes]:
        with zipfile.ZipFile(BytesIO(self.objects["source/source.zip"])) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def mode(self, name: str) -> int:
        with zipfile.ZipFile(BytesIO(self.objects["source/source.zip"])) as archive:
            return archive.getinfo(name).external_attr >> 16


def processes_about(text: str) -> list[str]:
    """Command lines of the living processes that hold the text."""
    listing = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if text in line]


@pytest.fixture
def bare(tmp_path: Path) -> BareRepository:
    return BareRepository.create(tmp_path / "mirror", "owner/name")


@pytest.fixture
def host(tmp_path: Path, bare: BareRepository) -> Iterator[Host]:
    (tmp_path / "temporary").mkdir()
    with GitServer(tmp_path / "mirror") as server, PresignedBucket() as bucket:
        yield Host(bare, bucket, server.url, tmp_path / "temporary")


def test_a_project(host: Host) -> None:
    """The manifest lists and quotes; the archive holds the project; both are of exactly that commit."""
    commit = host.bare.commit({**PROJECT, "run.sh": "#!/bin/sh\n"}, modes={"run.sh": PROGRAM})

    result = host.clone(commit)

    assert result.report["error"] is None
    assert result.manifest["commit"] == commit
    assert result.manifest["files"] == {"run.sh": "100755", "src/app.py": "100644", "template.yaml": "100644"}
    assert result.manifest["texts"]["template.yaml"] == PROJECT["template.yaml"]
    assert result.archive["src/app.py"] == APP.encode()
    assert (result.mode("run.sh") & 0o777, result.mode("src/app.py") & 0o777) == (0o755, 0o644)


def test_the_same_commit_twice(host: Host) -> None:
    """The same commit gives the same bytes."""
    commit = host.bare.commit(PROJECT)

    first = dict(host.clone(commit).objects)
    second = host.clone(commit).objects

    assert second["source/source.zip"] == first["source/source.zip"]


def test_a_folder_of_a_repository(host: Host) -> None:
    """Only the project's folder is archived; the whole repository is listed."""
    commit = host.bare.commit(
        {f"a/{path}": text for path, text in PROJECT.items()} | {"b/large.bin": b"x" * 100_000}
    )

    result = host.clone(commit, projectRoot="a")

    assert set(result.archive) == {"a/template.yaml", "a/src/app.py"}
    assert "b/large.bin" in result.manifest["files"]


def test_a_project_below_the_root(host: Host) -> None:
    """The one project that is found below the root is archived, not what lies beside it."""
    commit = host.bare.commit({**PROJECT_IN_A, "README.md": "hello"})

    result = host.clone(commit)

    assert set(result.archive) == {"a/template.yaml", "a/src/app.py"}


def test_a_template_that_refers_to_elsewhere(host: Host) -> None:
    """What the template names outside of the project's folder comes along, and nothing beside it."""
    files: dict[str, str | bytes] = {
        "a/template.yaml": SAM % "../shared/fn",
        "shared/fn/app.py": APP,
    }
    commit = host.bare.commit({**files, "shared/other": "x"})

    result = host.clone(commit, projectRoot="a")

    assert set(result.archive) == set(files)


def test_a_template_in_a_template(host: Host) -> None:
    """What a nested application refers to comes along too."""
    nested = "Resources: {Child: {Type: AWS::Serverless::Application, Properties: {Location: ../b/template.yaml}}}"
    outer = f"Transform: AWS::Serverless-2016-10-31\n{nested}\n"
    files: dict[str, str | bytes] = {"a/template.yaml": outer, "b/template.yaml": SAM % "../c", "c/app.py": APP}
    commit = host.bare.commit(files)

    result = host.clone(commit, projectRoot="a")

    assert set(result.archive) == set(files)


def test_a_repository_without_a_project(host: Host) -> None:
    """That is not for the clone to say: the manifest is left, and no archive."""
    commit = host.bare.commit({"README.md": "hello"})

    result = host.clone(commit)

    assert result.report["error"] is None
    assert result.manifest["files"] == {"README.md": "100644"}
    assert "source/source.zip" not in result.objects


def test_the_linter(host: Host) -> None:
    """cfn-lint's findings are in the manifest, with path and line."""
    commit = host.bare.commit(
        {"template.yaml": "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Nonsense: 1\n"}
    )

    findings = host.clone(commit).manifest["findings"]

    assert [(finding["path"], finding["line"], finding["level"]) for finding in findings] == [
        ("template.yaml", 4, "error")
    ]


def test_a_commit_that_is_not_the_branch(host: Host) -> None:
    """An earlier commit is fetched by its id."""
    earlier = host.bare.commit({**PROJECT, "src/app.py": APP + "# earlier\n"})
    host.bare.commit(PROJECT)

    result = host.clone(earlier)

    assert result.archive["src/app.py"].endswith(b"# earlier\n")


def test_a_commit_that_is_missing(host: Host) -> None:
    """The host's refusal is told as what it means."""
    host.bare.commit(PROJECT)

    assert host.clone(UNKNOWN_COMMIT).error[0] == "CommitNotFound"


def test_an_object_that_is_no_commit(host: Host) -> None:
    """The id of a tag is none of a commit."""
    host.bare.git("tag", "-a", "-m", "v1", "v1", host.bare.commit(PROJECT))

    assert host.clone(host.bare.git("rev-parse", "v1")).error[0] == "CommitNotFound"


def test_a_repository_that_is_missing(host: Host) -> None:
    """It may have gone since it was looked at."""
    assert host.clone(UNKNOWN_COMMIT, gitUrl=f"{host.git_url}/owner/gone.git").error[0] == "RepositoryNotFound"


def test_a_tree_bomb(host: Host) -> None:
    """Ten levels of ten times the same folder are 10^10 files: they are not counted to the end."""
    folder = host.bare.tree([("100644", host.bare.blob(b"x"), "f")])
    for _ in range(10):
        folder = host.bare.tree([(FOLDER, folder, f"d{number}") for number in range(10)])
    commit = host.bare.commit_tree(folder)

    started = time.monotonic()
    result = host.clone(commit)

    assert result.error == ("RepositoryTooLarge", "there are more than 1,000 files")
    assert time.monotonic() - started < 30  # a second, on a machine with nothing else to do


def test_a_project_in_a_repository_of_too_many_files(host: Host) -> None:
    """With projectRoot, only what the project needs has to be within the limit."""
    many: dict[str, str | bytes] = {f"b/{number}": "" for number in range(1200)}
    project: dict[str, str | bytes] = {"a/template.yaml": SAM % "../shared", "shared/app.py": APP}
    commit = host.bare.commit({**many, **project})

    result = host.clone(commit, projectRoot="a")

    assert set(result.archive) == set(result.manifest["files"]) == set(project)


@pytest.mark.parametrize(("size", "limits"), [(1_000_001, {}), (900_000, {"maxTotalBytes": 800_000})])
def test_a_file_that_is_too_large(host: Host, size: int, limits: dict[str, int]) -> None:
    """Sizes count as they are unpacked: zeros take no room on the way."""
    commit = host.bare.commit({**PROJECT, "src/zeros": bytes(size)})

    code, message = host.clone(commit, limits={**LIMITS, **limits}).error

    assert code == "RepositoryTooLarge"
    assert f"{min(1_000_000, size, *limits.values()):,}" in message


def test_a_large_file_beside_the_project(host: Host) -> None:
    """What the project does not need is not even fetched."""
    commit = host.bare.commit(
        {f"a/{path}": text for path, text in PROJECT.items()} | {"b/zeros": bytes(2_000_000)}
    )

    assert host.clone(commit, projectRoot="a").report["error"] is None


def test_links_inside(host: Host) -> None:
    """A link within the repository stays a link, and what it leads to comes along, through other links too."""
    files: dict[str, str | bytes] = {
        "a/template.yaml": SAM % "src",
        "a/src/app.py": APP,
        "a/src/common": "../../shared/current",
        "shared/current": "v2",
        "shared/v2/lib.py": "x = 1\n",
        "shared/v1/lib.py": "x = 0\n",
    }
    commit = host.bare.commit(files, modes={"a/src/common": LINK, "shared/current": LINK})

    result = host.clone(commit, projectRoot="a")

    assert result.archive["a/src/common"] == b"../../shared/current"
    assert result.mode("a/src/common") & 0o170000 == 0o120000
    assert set(result.archive) == set(files) - {"shared/v1/lib.py"}


@pytest.mark.parametrize("target", ["/etc/passwd", "../../..", "up/../../etc", "loop", "/proc/self/environ"])
def test_a_link_out(host: Host, target: str) -> None:
    """A link that leaves the repository is refused by name."""
    links: dict[str, str | bytes] = {"src/leak": target, "src/up": "..", "src/loop": "leak"}
    commit = host.bare.commit({**PROJECT, **links}, modes=dict.fromkeys(links, LINK))

    code, message = host.clone(commit).error

    assert code == "PathUnsafe"
    assert "src/l" in message


def test_a_submodule(host: Host) -> None:
    """It is left out with a warning, and its address is not looked at."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0)
        modules = f'[submodule "m"]\n\tpath = m\n\turl = http://127.0.0.1:{trap.getsockname()[1]}/x.git\n'
        files = {**PROJECT, ".gitmodules": modules, "m": UNKNOWN_COMMIT}
        commit = host.bare.commit(files, modes={"m": GITLINK})

        result = host.clone(commit)

        with pytest.raises(BlockingIOError):
            trap.accept()
    assert set(result.archive) == {*PROJECT, ".gitmodules"}
    assert any("submodule m is left out" in line for line in result.report["logTail"])


def test_a_file_in_git_lfs(host: Host) -> None:
    """Its pointer is told as what it is, and no other host is asked."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
    commit = host.bare.commit({**PROJECT, "src/model.bin": pointer})

    result = host.clone(commit)

    assert any("src/model.bin is in Git LFS" in line for line in result.report["logTail"])


def test_a_repository_hidden_in_the_tree(host: Host, tmp_path: Path) -> None:
    """A bare repository and hooks among the files are files."""
    config = f"[core]\n\tfsmonitor = touch {tmp_path}/pwned; false\n\tbare = true\n"
    hidden: dict[str, str | bytes] = {
        "HEAD": "ref: refs/heads/main\n",
        "config": config,
        "objects/x": "",
        "refs/x": "",
        "hooks/post-checkout": f"#!/bin/sh\ntouch {tmp_path}/pwned\n",
        ".gitattributes": "* filter=evil\n",
    }
    commit = host.bare.commit({**PROJECT, **hidden}, modes={"hooks/post-checkout": PROGRAM})

    result = host.clone(commit)

    assert set(hidden) <= set(result.archive)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "git~1"])
def test_a_tree_with_names_that_git_forbids(host: Host, name: str) -> None:
    """Such a tree is refused as it arrives."""
    evil = host.bare.tree([("100644", host.bare.blob(b"x"), "config")])
    top = [("100644", host.bare.blob((SAM % "src").encode()), "template.yaml"), (FOLDER, evil, name)]
    commit = host.bare.commit_tree(host.bare.tree(top))

    assert host.clone(commit).error[0] in {"CloneFailed", "PathUnsafe"}


def test_a_branch_that_looks_like_an_option(host: Host, tmp_path: Path) -> None:
    """No text of the user's is ever an option of git."""
    commit = host.bare.commit(PROJECT)

    result = host.clone(
        commit, branch=f"--upload-pack=touch {tmp_path}/pwned", projectRoot="-x", template="--help"
    )

    assert result.report["error"] is None
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "url", ["ext::sh -c touch% {pwned}", "file://{mirror}/owner/name.git", "{mirror}/owner/name.git"]
)
def test_another_way_than_http(host: Host, tmp_path: Path, url: str) -> None:
    """Whatever a plan says, git speaks to hosts."""
    commit = host.bare.commit(PROJECT)

    result = host.clone(commit, gitUrl=url.format(pwned=tmp_path / "pwned", mirror=tmp_path / "mirror"))

    assert result.error[0] == "CloneFailed"
    assert not (tmp_path / "pwned").exists()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A host that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server


def address_of(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def answering(status: int, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """A host that answers everything so; its address, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "code"), [(401, "RepositoryNotFound"), (404, "RepositoryNotFound"), (503, "GitHubUnavailable")]
)
def test_a_host_that_refuses(host: Host, status: int, code: str) -> None:
    """What a host answers is told as what it means; nobody is asked for a password."""
    with answering(status, WWW_Authenticate='Basic realm="GitHub"') as (address, _):
        assert host.clone(UNKNOWN_COMMIT, gitUrl=f"{address}/owner/name.git").error[0] == code


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect(host: Host, status: int) -> None:
    """It is not followed, wherever it leads."""
    with answering(200) as (elsewhere, asked_elsewhere):
        to = f"{elsewhere}/owner/name.git/info/refs?service=git-upload-pack"
        with answering(status, Location=to) as (address, _):
            error = host.clone(UNKNOWN_COMMIT, gitUrl=f"{address}/owner/name.git").error

    assert error[0] == "RepositoryMoved"
    assert asked_elsewhere == []


def test_a_host_that_hangs(host: Host, silent: socket.socket) -> None:
    """The time limit ends git and its children."""
    started = time.monotonic()

    result = host.clone(UNKNOWN_COMMIT, gitUrl=f"{address_of(silent)}/owner/name.git", timeoutSeconds=1)

    assert result.error[0] == "CloneTimedOut"
    assert time.monotonic() - started < 30
    assert processes_about(address_of(silent)) == []


def test_a_task_that_is_stopped(host: Host, silent: socket.socket) -> None:
    """Even then there is a report, no process and no file."""
    task = host.start(UNKNOWN_COMMIT, gitUrl=f"{address_of(silent)}/owner/name.git")
    connection, _ = silent.accept()
    task.send_signal(signal.SIGTERM)
    task.communicate(timeout=30)
    connection.close()

    assert task.returncode == 1
    assert Result(host.bucket.objects).error == ("CloneFailed", "the task was stopped")
    assert list(host.temporary.iterdir()) == []
    assert processes_about(address_of(silent)) == []


def test_a_bucket_that_takes_less(host: Host) -> None:
    """An archive over the plan's size is the repository's fault."""
    host.bucket.max_bytes = 2_000
    commit = host.bare.commit({**PROJECT, "src/noise": os.urandom(4_000)})

    assert host.clone(commit).error[0] == "RepositoryTooLarge"


def test_a_plan_that_is_gone(host: Host) -> None:
    """Without a plan there is nowhere to report to; the exit status tells it."""
    task = subprocess.run(
        [sys.executable, str(ROOT / "containers/clone/clone.py")],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT / "functions"),
            "PLAN_URL": f"{host.bucket.url}/gone",
        },
        capture_output=True,
        check=False,
    )

    assert task.returncode == 1
    assert task.stderr == b"ArtifactMissing: the plan is not there any more\n"
