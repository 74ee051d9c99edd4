"""A cloud assembly: which stacks and files are an app's, and what of a hostile one is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.assemblies import (
    ACCOUNT,
    BUCKET,
    CODE,
    REGION,
    asset,
    asset_manifest,
    files,
    manifest,
    one_function,
    stack,
    stage,
)

from deployer.assembly.cloud_assembly import CloudAssembly, FileAsset, read_assembly
from deployer.errors import (
    ArtifactInvalid,
    ContextMissing,
    EnvironmentUnsupported,
    PackageTooLarge,
    RuntimeUnsupported,
    SourceMissing,
    TemplateInvalid,
)


def _read(texts: dict[str, str]) -> CloudAssembly:
    def text_of(path: str) -> str:
        if path not in texts:
            raise SourceMissing(f"{path} is not there")
        return texts[path]

    return read_assembly(text_of, ACCOUNT, REGION)


def _with(**changed: Any) -> dict[str, str]:
    """One function's assembly, with other artifacts beside its own."""
    document = json.loads(one_function()["manifest.json"])
    document["artifacts"] |= changed
    return one_function() | {"manifest.json": json.dumps(document)}


def test_app_of_one_stack() -> None:
    """Its stack and its files are known by where they lie and by the texts that templates name them by."""
    assembly = _read(one_function())

    assert [(each.id, each.template_path, each.needs) for each in assembly.stacks] == [
        ("Main", "Main.template.json", ())
    ]
    assert assembly.assets == (FileAsset(path=f"asset.{CODE}", is_folder=True, bucket=BUCKET, key=f"{CODE}.zip"),)


def test_order() -> None:
    """A stack needs those that its artifact depends on, of what is deployed."""
    assembly = _read(_with(Api=stack("Api.template.json", "Main", "Main.assets", "Elsewhere")))

    assert {each.id: each.needs for each in assembly.stacks} == {"Main": (), "Api": ("Main",)}


def test_stages() -> None:
    """Without stacks of its own, an app's stages are deployed; their files may lie beside them."""
    texts = files(
        {
            "manifest.json": manifest(Prod=stage("assembly-Prod")),
            "assembly-Prod/manifest.json": manifest(
                ProdMain=stack("ProdMain.template.json"), assets=asset_manifest("Prod.assets.json")
            ),
            "assembly-Prod/Prod.assets.json": {"files": {CODE: asset(f"../asset.{CODE}", f"{CODE}.zip", "zip")}},
        }
    )

    assembly = _read(texts)

    assert [each.template_path for each in assembly.stacks] == ["assembly-Prod/ProdMain.template.json"]
    assert [each.path for each in assembly.assets] == [f"asset.{CODE}"]


def test_pipeline() -> None:
    """With stacks of its own, an app's stages are left to them, as `cdk deploy --all` leaves them."""
    assembly = _read(_with(Prod=stage("assembly-Prod")))

    assert [each.id for each in assembly.stacks] == ["Main"]


@pytest.mark.parametrize("environment", ["aws://unknown-account/unknown-region", f"aws://{ACCOUNT}/{REGION}"])
def test_own_environment(environment: str) -> None:
    """A stack for any environment, or for the one that is deployed to, is taken."""
    assembly = _read(_with(Main=stack("Main.template.json", environment=environment)))

    assert len(assembly.stacks) == 1


@pytest.mark.parametrize("environment", [f"aws://{ACCOUNT}/us-east-1", f"aws://210987654321/{REGION}"])
def test_other_environment(environment: str) -> None:
    """A stack for another account or region is refused by its name and theirs."""
    with pytest.raises(EnvironmentUnsupported, match="Main is for account"):
        _read(_with(Main=stack("Main.template.json", environment=environment)))


def test_missing_context() -> None:
    """What would be looked up in an account is named."""
    missing = [{"key": "availability-zones:account=1", "provider": "availability-zones", "props": {}}]
    texts = one_function() | {"manifest.json": manifest(missing, Main=stack("Main.template.json"))}

    with pytest.raises(ContextMissing, match="looks up availability-zones:account=1 in an account"):
        _read(texts)


def test_container_image() -> None:
    """An image that would have to be built is refused by its name."""
    images = {"files": {}, "dockerImages": {CODE: {"displayName": "Web image", "source": {"directory": "x"}}}}

    with pytest.raises(RuntimeUnsupported, match="builds the container image Web image"):
        _read(one_function() | {"Main.assets.json": json.dumps(images)})


def test_app_without_stacks() -> None:
    """It is said."""
    with pytest.raises(TemplateInvalid, match="defines no stack"):
        _read({"manifest.json": manifest()})


@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "a/../../x", "", ".", "a\\b", "a\0b", "./../x", 7, None, ["x"]]
)
def test_path_that_leads_out(path: Any) -> None:
    """No file outside of the assembly is ever asked for."""
    assets = {"files": {CODE: asset(path, f"{CODE}.zip")}}

    with pytest.raises(ArtifactInvalid):
        _read(_with(Main=stack(path)))
    with pytest.raises(ArtifactInvalid):
        _read(one_function() | {"Main.assets.json": json.dumps(assets)})
    with pytest.raises(ArtifactInvalid):
        _read({"manifest.json": manifest(Prod=stage(path))})


@pytest.mark.parametrize("key", ["", "a", "x.zip", f"{CODE}\n", f"{CODE} ", f"$&{CODE}", None, 5])
def test_key_that_other_text_looks_like(key: Any) -> None:
    """A key that is no hash could be found anywhere in a template."""
    with pytest.raises(ArtifactInvalid, match="has the key"):
        _read(one_function() | {"Main.assets.json": json.dumps({"files": {CODE: asset("x", key)}})})


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000, '{"a":' * 100_000, "7", '"x"'])
def test_text_that_is_no_assembly(text: str) -> None:
    """However it is broken or deep, it is refused and not read further."""
    with pytest.raises(ArtifactInvalid):
        _read(one_function() | {"Main.assets.json": text})


@pytest.mark.parametrize(
    "artifacts", [[], {"a": 7}, {"a": {"type": "aws:cloudformation:stack"}}, {"a": {"type": "x"}}, None]
)
def test_artifacts_of_any_shape(artifacts: Any) -> None:
    """What is no artifact is none."""
    with pytest.raises((ArtifactInvalid, TemplateInvalid)):
        _read({"manifest.json": json.dumps({"artifacts": artifacts})})


def test_stage_that_nests_itself() -> None:
    """Each assembly is read once."""
    texts = {
        "manifest.json": manifest(A=stage("a")),
        "a/manifest.json": manifest(B=stage("../a"), S=stack("t.json")),
    }

    assert [each.id for each in _read(texts).stacks] == ["S"]


def test_too_many_stages() -> None:
    """There is an end to the stages of one app."""
    with pytest.raises(ArtifactInvalid, match="more than 100 stages"):
        _read({"manifest.json": manifest(**{f"S{number}": stage(f"s{number}") for number in range(101)})})


def test_too_many_stacks() -> None:
    """There is an end to the stacks of one app."""
    with pytest.raises(TemplateInvalid, match="101 stacks"):
        _read({"manifest.json": manifest(**{f"S{number}": stack("t.json") for number in range(101)})})


def test_too_many_files() -> None:
    """There is an end to the files of one app."""
    assets = {f"{number}": asset("x", f"{number:064x}.zip") for number in range(1001)}

    with pytest.raises(PackageTooLarge, match="1,001 files"):
        _read(one_function() | {"Main.assets.json": json.dumps({"files": assets})})
