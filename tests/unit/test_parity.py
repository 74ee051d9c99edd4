"""What `make parity` counts: whose a failure is, what two tools built, and the ratios of their times."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from local.platform import Platform
from tests.parity import comparison, figures, packages, projects, resources, sam_cli, sam_settings
from tests.parity.blame import Owner, owner
from tests.parity.ours import PHASES, phases
from tests.parity.report import ratio_table, report, told, verdict
from tests.parity.results import Results
from tests.parity.run import Project, Run, Tool
from tests.parity.snapshot import Snapshot
from tests.unit.application import definition

if TYPE_CHECKING:
    from pathlib import Path

SHOP = Project(repository="octo/shop", commit="a" * 40, root="shop")
CHANGED = Project(repository="octo/shop", commit="a" * 40, root="changed")


def run(tool: Tool = Tool.OURS, number: int = 1, total: float = 2.0, **fields: Any) -> Run:
    made = {"project": SHOP, "detected": True, "packaged": True, "deployed": True}
    return Run(**{**made, "tool": tool, "round": number, "total": total, **fields})


def failed(tool: Tool = Tool.OURS, code: str = "", reason: str = "") -> Run:
    return run(tool, deployed=False, code=code, reason=reason)


@pytest.mark.parametrize(
    ("ours", "sam", "whose"),
    [
        (failed(code="BuildFailed"), run(Tool.SAM), Owner.OURS),
        (failed(code="ParametersMissing"), run(Tool.SAM), Owner.OURS),
        (failed(code="ParametersMissing"), failed(Tool.SAM), Owner.PROJECT),
        (failed(code="TemplateNotAllowed", reason="Role: must be bounded"), failed(Tool.SAM), Owner.OURS),
        (failed(code="StackFailed", reason="Unsupported resource type: AWS::X::Y"), run(Tool.SAM), Owner.PLATFORM),
        (failed(Tool.SAM, sam_cli.INTERPRETER_MISSING), run(), Owner.MACHINE),
        (failed(Tool.SAM, "sam build", "no such file"), run(), Owner.SAM),
        (failed(Tool.SAM, "sam deploy", "Parameters: [Key] must have values"), failed(), Owner.PROJECT),
        (run(), failed(Tool.SAM), None),
    ],
)
def test_owner(ours: Run, sam: Run, whose: Owner | None) -> None:
    """What the other tool deploys is the failing one's fault, unless platform or machine lack something."""
    assert owner(ours, [sam]) is whose


def test_packages() -> None:
    """Each file that differs is told; what an installer writes about itself is explained."""
    ours = {"app.py": "1", "a/RECORD": "1", "a-1.dist-info/RECORD": "1", "same": "1"}
    theirs = {"app.py": "2", "a-1.dist-info/RECORD": "2", "same": "1", "more.py": "1"}
    ours |= {"app.js.map": "1", "b.js.map": "1"}
    theirs |= {"app.js.map": "2"}
    ours |= {"a.cpython-311-x86_64-linux-gnu.so": "1", "share/doc/a": "1", "a.so": "1"}
    theirs |= {"a.cpython-311-aarch64-linux-gnu.so": "2", "a-1.data/data/share/doc/a": "1"}

    found = {each.where: (each.what, bool(each.why)) for each in packages.differences(ours, theirs)}

    assert found == {
        "app.py": ("other content", False),
        "a/RECORD": ("only in ours", False),
        "app.js.map": ("other content", True),
        "b.js.map": ("only in ours", False),
        "a-1.dist-info/RECORD": ("other content", True),
        "more.py": ("only in sam's", False),
        "a.cpython-311-*-linux-gnu.so": ("other content", True),
        "a.so": ("only in ours", False),
    }


def function(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": properties}


def test_resources() -> None:
    """Differences are told by their place; the package's address is explained."""
    ours = {"Fn": function(Code={"S3Key": "a"}, Handler="a.b"), "Mine": {"Type": "AWS::SQS::Queue"}}
    theirs = {"Fn": function(Code={"S3Key": "b"}, Handler="a.c")}

    found = {each.where: bool(each.why) for each in resources.differences(ours, theirs)}

    assert found == {"Fn.Properties.Code.S3Key": True, "Fn.Properties.Handler": False, "Mine": False}


def test_what_sam_writes_otherwise() -> None:
    """What SAM makes of a function repeats how it is built; its one option has a space before it."""
    variables = {"Variables": {"NODE_OPTIONS": "--enable-source-maps"}}
    ours = {
        "Fn": function(Environment=variables),
        "Alias": {"Type": "AWS::Lambda::Alias", "Metadata": {"BuildMethod": "x"}},
    }
    theirs = {
        "Fn": function(Environment={"Variables": {"NODE_OPTIONS": " --enable-source-maps"}}),
        "Alias": {"Type": "AWS::Lambda::Alias"},
    }

    assert [bool(each.why) for each in resources.differences(ours, theirs)] == [True, True]


def test_resource_renamed() -> None:
    """An id that ends with a digest of the content is the same resource, wherever it is named."""
    ours = {"Layer0123456789": {"Type": "AWS::Lambda::LayerVersion"}, "Fn": function(Layers=["Layer0123456789"])}
    theirs = {"Layerabcdefabcd": {"Type": "AWS::Lambda::LayerVersion"}, "Fn": function(Layers=["Layerabcdefabcd"])}

    assert list(resources.differences(ours, theirs)) == []


def snapshot(runtime: str, **files: str) -> Snapshot:
    return Snapshot(resources={"Fn": function(Runtime=runtime)}, packages={"Fn": files}, package_bytes=1)


def test_comparison() -> None:
    """Where sam was given another Python, that alone is no difference."""
    ours, theirs = snapshot("python3.14", a="1"), snapshot("python3.11", a="1")

    changed = comparison.compare("shop", ours, theirs, is_changed=True)
    as_it_is = comparison.compare("shop", ours, theirs)

    assert not changed.resources
    assert [each.where for each in as_it_is.resources] == ["Fn.Properties.Runtime"]
    assert "1 packages that both have built: 1 the same" in comparison.summary([changed])
    assert list(comparison.unexplained([as_it_is])) == list(comparison.every([as_it_is]))


def both(ours: float, theirs: float, number: int = 1, tool: Tool = Tool.SAM) -> list[Run]:
    return [run(total=ours, number=number), run(tool, total=theirs, number=number)]


def test_ratio() -> None:
    """Only what both deployed counts, each project once."""
    other = [replace(each, project=CHANGED) for each in both(3.0, 4.0)]
    third = [replace(each, project=replace(SHOP, root="third")) for each in (run(total=1.0), failed(Tool.SAM))]

    pairs = figures.paired([*both(1.0, 4.0), *other, *third])

    assert figures.median_ratio(pairs, Tool.SAM, 1) == (0.5, 2)
    assert figures.median_ratio(pairs, Tool.SAM, 2) == (None, 0)
    assert ratio_table(pairs).splitlines()[2].split() == ["sam", "1", "2", "0.50", "0.50"]


def test_unpaired() -> None:
    """A project that an interruption left with one tool's run is not counted."""
    assert figures.paired([run()]) == []


def test_verdict() -> None:
    """What sam deploys of a changed copy alone is said."""
    changed = [
        replace(each, project=CHANGED) for each in (failed(), run(Tool.SAM, changed="python3.14 is python3.11"))
    ]

    said = verdict(figures.paired([*both(1.0, 2.0), *changed]))

    assert said.startswith("ours deploys 1 of 2, sam 2 of 2, 1 of these only with the Python")


def test_report() -> None:
    """Each failure is told with its owner and reason, whichever tool's it is."""
    ours = failed(code="BuildFailed", reason="npm said no")
    theirs = replace(failed(Tool.SAM, "sam build", "no module"), project=CHANGED)

    said = report(figures.paired([ours, run(Tool.SAM), replace(run(), project=CHANGED), theirs]))

    assert "shop: ours: BuildFailed: npm said no" in said
    assert "changed: sam's: sam build: no module" in said
    assert "none" not in told(run(), None)


def event(seconds: float, state: str = "") -> dict[str, Any]:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return {"timestamp": at, **({"stateEnteredEventDetails": {"name": state}} if state else {})}


def test_phases() -> None:
    """A phase lasts until the next one's first state begins; choices and pauses belong to the one before."""
    history = [
        event(0),
        event(1, "CreateChangeSet"),
        event(2),
        event(3, "IsChangeSetReady"),
        event(4, "CollectResources"),
    ]

    assert phases([*history, event(6)]) == {"change set": 3.0, "settle": 2.0}


def test_phase_names() -> None:
    """Every phase begins with a state that there is."""
    assert PHASES.keys() <= definition("deploy")["States"].keys()


def test_results(tmp_path: Path) -> None:
    """What was run is found again; a line that was cut off is not there."""
    Results(tmp_path).add(run())
    with (tmp_path / "results.jsonl").open("a") as file:
        file.write('{"project": {"reposi')

    again = Results(tmp_path)
    again.add(run(Tool.SAM))

    assert [each.tool for each in Results(tmp_path).runs] == [Tool.OURS, Tool.SAM]
    assert again.find(SHOP, Tool.OURS, 1) == run()


def test_results_rounds(tmp_path: Path) -> None:
    """Rounds are run together: a later one has what the first one left. What failed is not run again."""
    results = Results(tmp_path)
    results.add(run())
    results.add(failed(Tool.SAM))

    assert results.has_all(SHOP, Tool.OURS, 1)
    assert not results.has_all(SHOP, Tool.OURS, 2)
    assert results.has_all(SHOP, Tool.SAM, 2)
    assert not results.has_all(SHOP, Tool.SAM_POLLING, 1)


def test_snapshot_kept(tmp_path: Path) -> None:
    """What was deployed is compared by a later command too."""
    results = Results(tmp_path)
    for tool in (Tool.OURS, Tool.SAM):
        results.keep(SHOP, tool, snapshot("python3.11", a=tool.value))

    found = list(comparison.compared(results, figures.paired(both(1.0, 2.0))))

    assert [each.where for each in found[0].files["Fn"]] == ["a"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Building\n\x1b[91mError: first\x1b[0m\nmore\nError: last\nof it", "Error: last of it"),
        ("Build Failed\nError: PythonPipBuilder:None - x", "Error: PythonPipBuilder:None - x"),
        ("something\nelse", "something else"),
    ],
)
def test_said(output: str, reason: str) -> None:
    """What sam calls an error, without its colours."""
    assert sam_cli.said(output) == reason


def test_for_this_python(tmp_path: Path) -> None:
    """Every Python that a template names is the one that runs this, and what was changed is said."""
    here = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "template.yaml").write_text(f"Runtime: python3.7\nBuildMethod: python3.8\nOther: {here}\n")

    assert sam_cli.for_this_python(tmp_path) == f"python3.7, python3.8 is {here}"
    assert sam_cli.for_this_python(tmp_path) == ""
    assert (tmp_path / "template.yaml").read_text().count(here) == 3


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Runtime: python3.14", True),
        ('"Runtime": "nodejs22.x"', True),
        ("Runtime: python3.14\nRuntime: java21", False),
        ("Runtime: !Ref Runtime", True),
        ("BuildMethod: rust-cargolambda", False),
        ("Resources: {}", True),
    ],
)
def test_is_built_here(text: str, answer: bool) -> None:
    """Projects with functions in other languages are left out; they are built by neither tool here."""
    assert projects.is_built_here(text) is answer


def sam_that(script: str, tmp_path: Path) -> sam_cli.SamCli:
    """A program that does what `script` says, in the place of sam."""
    program = tmp_path / "sam"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    platform = Platform(host="127.0.0.1", port=1, folder=tmp_path)
    (tmp_path / "home").mkdir()
    return sam_cli.SamCli(program=program, platform=platform, home=tmp_path / "home", tools=tmp_path)


def test_sam_has_no_template(tmp_path: Path) -> None:
    """Where sam would find no template, and none is named to it, it is not started."""
    found = sam_that("exit 1", tmp_path).deploy(tmp_path, SHOP, Tool.SAM, 1, parameters={})

    assert (found.detected, found.code) == (False, "TemplateNotFound")


@pytest.mark.parametrize(
    ("said", "code", "reason"),
    [
        ("Error: it went wrong", "sam build", "Error: it went wrong"),
        (
            "Error: PythonPipBuilder:Validation - did not satisfy constraints for runtime: python3.9. "
            "Do you have python for runtime: python3.9 on your PATH?",
            sam_cli.INTERPRETER_MISSING,
            "python3.9 is not on PATH",
        ),
    ],
)
def test_sam_build_fails(said: str, code: str, reason: str, tmp_path: Path) -> None:
    """What sam says is the reason; a Python that is not here is told from the rest."""
    (tmp_path / "other.yaml").touch()
    sam = sam_that(f"echo '{said}'; exit 1", tmp_path)

    found = sam.deploy(tmp_path, SHOP, Tool.SAM, 1, template="other.yaml", parameters={})

    assert (found.detected, found.packaged, found.code, found.reason) == (True, False, code, reason)


def test_sam_deploys(tmp_path: Path) -> None:
    """It is asked to build, then to deploy with the parameters; the faster looks are its setting."""
    (tmp_path / "template.yml").touch()
    sam = sam_that(f'echo "$@ $SAM_CLI_POLL_DELAY" >> {tmp_path}/asked', tmp_path)

    found = sam.deploy(tmp_path, SHOP, Tool.SAM_POLLING, 1, parameters={"Key": 'a "b"'})

    build, deploy = (tmp_path / "asked").read_text().splitlines()
    assert found.deployed
    assert list(found.seconds) == ["build", "deploy"]
    assert build.startswith("build --template template.yml")
    assert deploy.endswith("0.5")
    assert r'--parameter-overrides Key="a \"b\"" --config-file' in deploy


SETTINGS = """
version = 0.1
[default.global.parameters]
template_file = "stack.yaml"
profile = "mine"
[default.deploy.parameters]
parameter_overrides = "Key=\\"a b\\""
resolve_s3 = true
confirm_changeset = true
[default.build]
cached = true
"""


def test_sam_settings(tmp_path: Path) -> None:
    """A project's own parameters and template count; its author's account, and what asks, do not."""
    (tmp_path / "samconfig.toml").write_text(SETTINGS)

    settings = sam_settings.read(tmp_path / "other", tmp_path)
    sam_settings.write(settings, tmp_path / "config.yaml")

    assert sam_settings.template(settings) == "stack.yaml"
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == {
        "version": 0.1,
        "default": {
            "global": {"parameters": {}},
            "deploy": {"parameters": {"parameter_overrides": 'Key="a b"'}},
        },
    }


@pytest.mark.parametrize("text", ["no [toml", "default = 1", ""])
def test_no_sam_settings(text: str, tmp_path: Path) -> None:
    """What is no file of sam's is as if it were not there."""
    (tmp_path / "samconfig.toml").write_text(text)

    assert sam_settings.read(tmp_path) == {}
