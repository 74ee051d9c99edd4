"""What needs a build is decided from the template and the names of the files alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from deployer.errors import PathUnsafe, RuntimeUnsupported, SourceMissing
from deployer.packaging.build_unit import build_units, units_by_path
from deployer.packaging.known_values import with_given
from deployer.packaging.template_paths import local_paths

if TYPE_CHECKING:
    from deployer.worker import BuildUnit


def _function(runtime: Any, code: str = "src", handler: str = "app.handler", **rest: Any) -> dict[str, Any]:
    properties = {"Runtime": runtime, "CodeUri": code, "Handler": handler, **rest.pop("Properties", {})}
    return {"Type": "AWS::Serverless::Function", "Properties": properties, **rest}


def _layer(**rest: Any) -> dict[str, Any]:
    properties = {"ContentUri": "src", **rest.pop("Properties", {})}
    return {"Type": "AWS::Serverless::LayerVersion", "Properties": properties, **rest}


def _units(files: list[str], **resources: Any) -> list[BuildUnit]:
    template = {"Resources": resources}
    return build_units(template, local_paths(template, "template.yaml"), files)


@pytest.mark.parametrize(
    ("runtime", "files", "method"),
    [
        ("python3.13", ["src/app.py"], None),
        ("python3.13", ["src/app.py", "src/requirements.txt"], "python"),
        ("python3.13", ["src/app.py", "src/pyproject.toml"], "python"),
        ("python3.13", ["src/app.py", "src/Pipfile"], "python"),
        ("python3.13", ["src/app.py", "src/tests/requirements.txt", "requirements.txt"], None),
        ("nodejs22.x", ["src/app.js"], None),
        ("nodejs22.x", ["src/app.js", "src/package.json"], "nodejs"),
        ("nodejs22.x", ["src/app.ts"], "esbuild"),
        ("nodejs22.x", ["src/app.mts", "src/package.json"], "esbuild"),
        ("provided.al2023", ["src/bootstrap", "src/go.mod"], None),
        ("provided.al2023", ["src/Makefile", "src/go.mod"], "makefile"),
        ("provided.al2", ["src/makefile", "src/main.c"], "makefile"),
        ("provided.al2023", ["src/go.mod"], "go"),
        ("provided.al2023", ["go.mod", "src/main.go"], "go"),
        ("provided.al2023", ["src/Cargo.toml"], "rust"),
        ("go1.x", ["src/main.go"], "go"),
        ("go1.x", ["src/app"], None),
        ("ruby3.4", ["src/app.rb"], None),
        ("ruby3.4", ["src/Gemfile", "src/vendor/bundle/x"], None),
        ("java21", ["src/com/App.class", "src/lib.jar"], None),
        ("dotnet8", ["src/App.dll"], None),
    ],
)
def test_function_by_its_files(runtime: str, files: list[str], method: str | None) -> None:
    """What its folder holds decides whether a function is built, and how."""
    units = _units(files, One=_function(runtime))

    assert [unit["method"] for unit in units] == ([method] if method else [])


@pytest.mark.parametrize(
    ("runtime", "files", "toolchain"),
    [
        ("java21", ["src/pom.xml"], "Java (Maven or Gradle)"),
        ("java21", ["src/src/main/java/App.java"], "Java (Maven or Gradle)"),
        ("dotnet8", ["src/app.csproj", "src/app.dll"], ".NET"),
        ("ruby3.4", ["src/Gemfile"], "Ruby (Bundler)"),
        ("provided.al2023", ["src/pom.xml"], "Java (Maven)"),
        ("provided.al2023", ["src/app.csproj"], ".NET"),
        ("provided.al2023", ["src/CMakeLists.txt"], "C++ (CMake)"),
    ],
)
def test_toolchain_that_is_missing(runtime: str, files: list[str], toolchain: str) -> None:
    """The function, its runtime and the toolchain are named."""
    with pytest.raises(RuntimeUnsupported, match=re.escape(f"One ({runtime}) is built with {toolchain}, which")):
        _units(files, One=_function(runtime))


def test_custom_runtime_without_a_program() -> None:
    """What is missing is named; a layer may bring it."""
    with pytest.raises(RuntimeUnsupported, match=r"One \(provided.al2023\) has no `bootstrap` in its source"):
        _units(["src/main.c"], One=_function("provided.al2023"))

    assert _units(["src/index.php"], One=_function("provided.al2023", Properties={"Layers": ["arn:php"]})) == []


def test_prebuilt_archive() -> None:
    """A CodeUri that is an archive or a single file is taken as it is, whatever its runtime."""
    assert _units(["app.jar"], One=_function("java21", code="app.jar")) == []
    assert _units(["app.py", "requirements.txt"], One=_function("python3.13", code="app.py")) == []


def test_skip_build() -> None:
    """SkipBuild in the Metadata is obeyed."""
    assert _units(["src/pom.xml"], One=_function("java21", Metadata={"SkipBuild": True})) == []


@pytest.mark.parametrize(
    ("named", "method"),
    [
        ("esbuild", "esbuild"),
        ("makefile", "makefile"),
        ("provided.al2", "makefile"),
        ("nodejs22.x", "nodejs"),
        ("python3.12", "python"),
        ("python-uv", "python"),
        ("go1.x", "go"),
        ("rust-cargolambda", "rust"),
    ],
)
def test_build_method(named: str, method: str) -> None:
    """A BuildMethod decides over what the files say; its BuildProperties are the unit's options."""
    metadata = {"BuildMethod": named, "BuildProperties": {"Minify": True}}

    [unit] = _units(["src/app.js"], One=_function("nodejs22.x", Metadata=metadata))

    assert (unit["method"], unit["options"]) == (method, {"Minify": True})


def test_build_method_without_a_toolchain() -> None:
    """A BuildMethod that cannot be served is refused by name."""
    with pytest.raises(RuntimeUnsupported, match=r"One \(BuildMethod dotnet7\) is built with \.NET"):
        _units(["src/app.csproj"], One=_function("provided.al2023", Metadata={"BuildMethod": "dotnet7"}))


def test_same_source_twice() -> None:
    """Functions of one source, runtime and architecture share a unit, whatever their handlers."""
    template = {
        "Resources": {"One": _function("python3.13"), "Two": _function("python3.13", handler="other.handler")}
    }
    paths = local_paths(template, "template.yaml")

    made = units_by_path(template, paths, ["src/requirements.txt"])

    assert len(made) == 2
    assert {unit["name"] for unit in made.values()} == {"One"}
    assert len(build_units(template, paths, ["src/requirements.txt"])) == 1


def test_same_source_for_two_architectures() -> None:
    """What comes out differently is built twice."""
    units = _units(
        ["src/requirements.txt"],
        One=_function("python3.13"),
        Two=_function("python3.13", Properties={"Architectures": ["arm64"]}),
        Three=_function("python3.12"),
    )

    assert [(unit["runtime"], unit["architecture"]) for unit in units] == [
        ("python3.13", "x86_64"),
        ("python3.13", "arm64"),
        ("python3.12", "x86_64"),
    ]
    assert len({unit["id"] for unit in units}) == 3


def test_layer_built_with_uv() -> None:
    """A BuildMethod that names no version leaves that to the layer's runtimes."""
    layer = _layer(
        Metadata={"BuildMethod": "python-uv"}, Properties={"CompatibleRuntimes": ["nodejs22.x", "python3.13"]}
    )

    [unit] = _units(["src/pyproject.toml"], One=layer)

    assert unit["runtime"] == "python3.13"


def test_makefile_targets_and_bundles() -> None:
    """A makefile has a target for each function, a bundle an entry point: neither is shared."""
    make = {"BuildMethod": "makefile"}
    made = _units(
        ["src/Makefile"],
        One=_function("python3.13", Metadata=make),
        Two=_function("python3.13", Metadata=make),
    )
    bundled = _units(
        ["src/a.ts", "src/b.ts"],
        One=_function("nodejs22.x", handler="a.handler"),
        Two=_function("nodejs22.x", handler="b.handler"),
    )

    assert (len(made), len(bundled)) == (2, 2)


def test_runtime_from_globals_and_parameters() -> None:
    """Globals and a parameter's default are looked up."""
    template = {
        "Parameters": {"Runtime": {"Type": "String", "Default": "python3.13"}},
        "Globals": {"Function": {"Runtime": {"Ref": "Runtime"}, "Architectures": ["arm64"]}},
        "Resources": {"One": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "src"}}},
    }

    [unit] = build_units(template, local_paths(template, "t.yaml"), ["src/requirements.txt"])

    assert (unit["runtime"], unit["architecture"]) == ("python3.13", "arm64")


@pytest.mark.parametrize(
    ("runtime", "given", "found"),
    [
        ({"Ref": "Runtime"}, {"Runtime": "python3.14"}, "python3.14"),
        ({"Fn::Sub": "python${Version}"}, {"Version": "3.12"}, "python3.12"),
        ({"Fn::FindInMap": ["Runtimes", {"Ref": "Stage"}, "Name"]}, {"Stage": "prod"}, "python3.11"),
        ({"Fn::If": ["IsNew", "python3.13", "python3.9"]}, {}, "python3.13"),
    ],
)
def test_runtime_from_the_request(runtime: Any, given: dict[str, str], found: str) -> None:
    """What the request gives to a parameter is known, through every function that only needs that."""
    template = {
        "Parameters": {name: {"Type": "String"} for name in ("Runtime", "Version", "Stage")},
        "Mappings": {"Runtimes": {"prod": {"Name": "python3.11"}}},
        "Resources": {"One": _function(runtime)},
    }

    [unit] = build_units(
        with_given(template, given), local_paths(template, "t.yaml"), ["src/app.py", "src/requirements.txt"]
    )

    assert unit["runtime"] == found


def test_runtime_that_is_not_known() -> None:
    """A value that CloudFormation looks up is none of Lambda's names."""
    kind = "AWS::SSM::Parameter::Value<String>"
    template = {
        "Parameters": {"Runtime": {"Type": kind, "Default": "python3.13"}},
        "Resources": {"One": _function({"Ref": "Runtime"})},
    }

    assert build_units(template, local_paths(template, "t.yaml"), ["src/requirements.txt"]) == []


@pytest.mark.parametrize(
    ("files", "method"),
    [
        (["src/requirements.txt"], "python"),
        (["src/requirements.txt", "src/python/lib.py"], None),
        (["src/package.json"], "nodejs"),
        (["src/package.json", "src/nodejs/package.json"], None),
        (["src/bin/tool"], None),
    ],
)
def test_layer_by_its_files(files: list[str], method: str | None) -> None:
    """A layer that lists dependencies is built, unless its folders are already those that Lambda looks in."""
    units = _units(files, One=_layer(Properties={"CompatibleRuntimes": ["python3.13", "nodejs22.x"]}))

    assert [(unit["kind"], unit["method"]) for unit in units] == ([("layer", method)] if method else [])


def test_layer_with_a_build_method() -> None:
    """Its runtime is the BuildMethod's, its architecture the Metadata's."""
    metadata = {"BuildMethod": "python3.12", "BuildArchitecture": "arm64"}

    [unit] = _units(["src/requirements.txt"], One=_layer(Metadata=metadata))

    assert (unit["method"], unit["runtime"], unit["architecture"]) == ("python", "python3.12", "arm64")


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("Src", ": letter case counts; did you mean src?"),
        ("src/Fn", ": letter case counts; did you mean src/fn?"),
        ("source", "; the top holds README.md, lambda-handlers, src"),
        ("lambda-handler", "; did you mean lambda-handlers?"),
        ("functions/hello", "; did you mean lambda-handlers/hello?"),
        ("src/absent/deep", "; src holds app.py, fn"),
    ],
)
def test_source_that_is_not_there(code: str, hint: str) -> None:
    """The property and the path are named, and what may be meant: in other letters, beside it, or elsewhere."""
    files = ["README.md", "src/app.py", "src/fn/app.py", "lambda-handlers/hello/app.py"]

    with pytest.raises(SourceMissing) as caught:
        _units(files, One=_function("python3.13", code=code))

    assert caught.value.message == (
        f"Resources.One.Properties.CodeUri names {code}, which is not in the repository{hint}"
    )


def test_many_sources_that_are_not_there() -> None:
    """Ten are told, and how many more there are."""
    functions = {f"F{number}": _function("python3.13", code=f"{number}") for number in range(12)}

    with pytest.raises(SourceMissing, match="and 2 more paths"):
        _units([], **functions)


@pytest.mark.parametrize("code", ["src", "all/fn"])
def test_source_behind_a_link(code: str) -> None:
    """What is built is the folder that the link leads to, by its own path."""
    template = {"Resources": {"One": _function("python3.13", code=code)}}
    files = ["lib/fn/requirements.txt", "lib/fn/app.py", "src", "all"]

    (unit,) = build_units(
        template, local_paths(template, "template.yaml"), files, {"src": "lib/fn", "all": "./lib"}
    )

    assert (unit["source"], unit["method"]) == ("lib/fn", "python")


def test_source_behind_a_link_out() -> None:
    """It is refused, by the property and the link."""
    template = {"Resources": {"One": _function("python3.13", code="src/fn")}}
    paths = local_paths(template, "template.yaml")

    with pytest.raises(PathUnsafe, match=r"CodeUri names src/fn: the link src -> '../../etc' leads out"):
        build_units(template, paths, ["src"], {"src": "../../etc"})
