"""The clone task: what it takes of a commit."""

from __future__ import annotations

from tests.clone_task import APP, PROJECT, PROJECT_IN_A, SAM, UNKNOWN_COMMIT, Host
from tests.repositories import PROGRAM


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


def test_finding_that_quotes_a_secret(host: Host) -> None:
    """What cfn-lint quotes from a template is kept without its secrets."""
    queue = "  Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: password=correct-horse}}\n"
    commit = host.bare.commit({"template.yaml": f"Resources:\n{queue}"})

    [finding] = [each for each in host.clone(commit).manifest["findings"] if each["level"] == "error"]

    assert "password=****" in finding["message"]


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


def test_samconfig(host: Host) -> None:
    """The project's own file is read, beside the template too, and so is the template that it names."""
    named = '[default.build.parameters]\ntemplate_file = "infra/app.yaml"'
    files: dict[str, str | bytes] = {
        "samconfig.toml": named,
        "infra/samconfig.toml": "x = 1",
        "infra/app.yaml": SAM % "src/",
        "infra/src/app.py": APP,
    }
    commit = host.bare.commit(files)

    result = host.clone(commit)

    assert result.manifest["texts"] == {path: text for path, text in files.items() if path != "infra/src/app.py"}
