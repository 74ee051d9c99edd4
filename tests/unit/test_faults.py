"""What `make faults` counts: packages broken in one way, and which test noticed which fault."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.faults.broken_code import ANSWER, Defect, NoHandler, broken
from tests.faults.fault import Clean, Fault, Kind, Trial, noticed
from tests.faults.report import caught_table, clean_table, report

if TYPE_CHECKING:
    from pathlib import Path


def package(**files: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return body.getvalue()


def unpacked(body: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(folder)
    return folder


PYTHON = {"app/orders.py": "def handle(event, context):\n    return 1\n", "other.py": "x = 1\n"}


def python_outcome(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "import json\nfrom app.orders import handle\nprint(json.dumps(handle({}, None)))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, check=False, text=True, timeout=20
    )


@pytest.mark.parametrize(
    ("defect", "said"),
    [(Defect.RAISES, "RuntimeError: a fault"), (Defect.IMPORT, "ModuleNotFoundError"), (Defect.MALFORMED, "")],
)
def test_python(defect: Defect, said: str, tmp_path: Path) -> None:
    """The handler is broken in the way that is asked for, and nothing else is touched."""
    made = unpacked(broken(package(**PYTHON), "app/orders.handle", defect), tmp_path)

    outcome = python_outcome(made)

    assert said in outcome.stderr
    assert (made / "other.py").read_text() == "x = 1\n"
    if defect is Defect.MALFORMED:
        assert json.loads(outcome.stdout) == ANSWER


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not here")
@pytest.mark.parametrize(
    ("path", "manifest", "load"),
    [
        ("index.js", "{}", "Promise.resolve(require('./index.js'))"),
        ("index.cjs", "{}", "Promise.resolve(require('./index.cjs'))"),
        ("index.mjs", "{}", "import('./index.mjs')"),
        ("index.js", '{"type": "module"}', "import('./index.js')"),
    ],
)
@pytest.mark.parametrize(
    ("defect", "said"),
    [
        (Defect.RAISES, "a fault was put here"),
        (Defect.IMPORT, "a-module-that-is-not-there"),
        (Defect.MALFORMED, ""),
    ],
)
def test_node(path: str, manifest: str, load: str, defect: Defect, said: str, tmp_path: Path) -> None:
    """A handler of either module system is broken in the way that is asked for."""
    whole = package(**{path: "x", "package.json": manifest})
    made = unpacked(broken(whole, "index.handler", defect), tmp_path)
    code = f"(async () => console.log(JSON.stringify(await (await {load}).handler({{}}))))()"
    (made / "run.cjs").write_text(code)

    outcome = subprocess.run(
        ["node", "run.cjs"], cwd=made, capture_output=True, check=False, text=True, timeout=20
    )

    assert said in outcome.stderr
    if defect is Defect.MALFORMED:
        assert json.loads(outcome.stdout) == ANSWER


@pytest.mark.parametrize("handler", ["missing.handler", "handler", ""])
def test_no_source(handler: str) -> None:
    """A package without the handler's source cannot be broken this way."""
    with pytest.raises(NoHandler):
        broken(package(**PYTHON), handler, Defect.RAISES)


def result(name: str, status: str = "fail", **fields: Any) -> dict[str, Any]:
    made = {"name": name, "status": status, "logicalId": "Api", "physicalId": "", "error": "", "evidence": {}}
    return made | {"reproduce": ""} | fields


FAULT = Fault(kind=Kind.TABLE, what="Orders", names=frozenset({"Orders", "shop-orders"}), inject=lambda: None)


@pytest.mark.parametrize(
    "found",
    [
        result("a", logicalId="Orders"),
        result("Fn.TABLE names Orders"),
        result("a", error="shop-orders does not exist"),
        result("a", evidence={"table": "shop-orders"}),
    ],
)
def test_noticed(found: dict[str, Any]) -> None:
    """A test has noticed a fault when it fails for the first time, and is about the faulty thing."""
    assert noticed(FAULT, [], {found["name"]: found}) == ([found["name"]], [])


def test_not_noticed() -> None:
    """A test that failed before, or passes, or is about something else, has not."""
    results = [
        result("before", logicalId="Orders"),
        result("Orders", "pass"),
        result("other"),
        result("o", "skip"),
    ]

    assert noticed(FAULT, ["before"], {each["name"]: each for each in results}) == ([], ["other"])


def trial(**fields: Any) -> Trial:
    return Trial(**{"stack": "shop", "fault": FAULT, **fields})


def test_caught_table() -> None:
    """Each kind has its line; what could not be put in is not counted."""
    trials = [trial(caught=["a"], by_calls=True), trial(), trial(problem="no")]

    lines = caught_table(trials).splitlines()

    assert lines[2].split() == ["table", "deleted", "2", "1", "50.0", "0", "1"]
    assert lines[-1].split() == ["all", "2", "1", "50.0", "0", "1"]
    assert len(lines) == 4


def test_clean_table() -> None:
    """Alarms are counted by runs."""
    clean = [Clean(stack="shop", runs=10, tests=5, passed=4, skipped=1, alarm_runs=2, failing_calls=3)]

    assert clean_table(clean).splitlines()[-1].split() == ["all", "10", "5", "4", "1", "2", "3"]


def test_report() -> None:
    """Every miss, alarm and fault that was not tried is told with its reason."""
    told = report(
        "our own stacks",
        [Clean(stack="shop", alarms={"Orders is active": "it is not"}), Clean(stack="b", problem="gone")],
        [trial(skipped=["Orders is x: not known"]), trial(problem="refused"), trial(other=["Api answers"])],
    )

    assert "shop: table deleted: Orders: skipped Orders is x: not known" in told
    assert "shop: table deleted: Orders: failed elsewhere: Api answers" in told
    assert "shop: Orders is active: it is not" in told
    assert "shop: table deleted: Orders: refused" in told
    assert "b: gone" in told
