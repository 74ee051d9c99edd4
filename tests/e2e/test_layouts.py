"""Repositories that are not one folder with a template.yaml in it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from tests.repositories import LINK, BareRepository

if TYPE_CHECKING:
    from local.client import Client, Session
    from local.laptop import Laptop

ECHO = "def handler(event, context):\n    return %r\n"
BUILT = (
    "import idna\nfrom words import WORD\ndef handler(event, context):\n    return idna.encode(WORD).decode()\n"
)
STACK = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: app.handler}}
Resources:
  Shared: {Type: AWS::Serverless::Function, Properties: {CodeUri: ../../shared/built}}
  Linked: {Type: AWS::Serverless::Function, Properties: {CodeUri: code/linked}}
  Single: {Type: AWS::Serverless::Function, Properties: {CodeUri: ../../tools/app.py}}
  Zipped: {Type: AWS::Serverless::Function, Properties: {CodeUri: app.zip}}
  Lost: {Type: AWS::Serverless::Function, Properties: {CodeUri: code/linked, Handler: App.handler}}
Outputs:
  Shared: {Value: !Ref Shared}
  Linked: {Value: !Ref Linked}
  Single: {Value: !Ref Single}
  Zipped: {Value: !Ref Zipped}
"""
QUEUE = "Resources: {Q: {Type: AWS::SQS::Queue}}\n"


def _zip(**files: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return body.getvalue()


def _deployed(client: Client, repository: str, **fields: Any) -> Session:
    return client.settle(client.deploy(repository, **fields)["sessionId"])


def test_code_all_over_the_repository(client: Client, running: Laptop) -> None:
    """The template is below the root under another name; its code is shared, linked, one script and an archive."""
    files: dict[str, str | bytes] = {
        "services/orders/orders-stack.yaml": STACK,
        "services/orders/app.zip": _zip(app=ECHO % "zipped"),
        "services/orders/code": "../../shared",
        "shared/built/app.py": BUILT,
        "shared/built/requirements.txt": "idna==3.10\n",
        "shared/built/words.py": "WORD = 'bücher'\n",
        "shared/linked": "v2",
        "shared/v2/app.py": ECHO % "linked",
        "tools/app.py": ECHO % "single",
    }
    links = dict.fromkeys(("services/orders/code", "shared/linked"), LINK)
    BareRepository.create(running.repositories, "layouts/all-over").commit(files, modes=links)

    session = _deployed(client, "layouts/all-over")

    assert session["status"] == "success", session["error"]
    answers = {name: _invoked(running, to) for name, to in session["deployedResources"]["outputs"].items()}
    assert answers == {"Shared": "xn--bcher-kva", "Linked": "linked", "Single": "single", "Zipped": "zipped"}
    warnings = [entry["message"] for entry in session["logs"] if entry["level"] == "warning"]
    assert any("Lost cannot start: its handler App.handler needs App.py" in each for each in warnings), warnings
    client.settle(client.remove(session["sessionId"])["sessionId"])


def _invoked(running: Laptop, function: str) -> Any:
    answer = running.platform.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    return json.loads(answer["Payload"].read())


def test_several_projects(client: Client, running: Laptop) -> None:
    """None is guessed: the session lists them, and one is taken when the request names it."""
    files: dict[str, str | bytes] = {"a/template.yaml": QUEUE, "b/template.yaml": QUEUE, "infra/main.tf": ""}
    BareRepository.create(running.repositories, "layouts/several").commit(files)

    refused = _deployed(client, "layouts/several", mode="plan")
    taken = _deployed(client, "layouts/several", mode="plan", projectRoot="b")

    assert refused["error"]["code"] == "SeveralProjects"
    found = {each["path"]: each["kind"] for each in refused["project"]["found"]}
    assert found.items() >= {"a/template.yaml": "cloudformation", "b/template.yaml": "cloudformation"}.items()
    assert refused["project"]["foundCount"] == 3
    assert (taken["status"], taken["project"]["template"]) == ("success", "b/template.yaml"), taken["error"]


def test_source_in_other_letter_case(client: Client, running: Laptop) -> None:
    """What another file system would take for the same folder is told before anything is built."""
    function = "{Type: AWS::Serverless::Function, Properties: {CodeUri: Src, Runtime: python3.13, Handler: a.b}}"
    text = f"Transform: AWS::Serverless-2016-10-31\nResources: {{Hello: {function}}}\n"
    BareRepository.create(running.repositories, "layouts/case").commit({"template.yaml": text, "src/a.py": ""})

    session = _deployed(client, "layouts/case")

    assert session["error"]["code"] == "SourceMissing"
    assert "letter case counts; did you mean src?" in session["error"]["message"]
    assert session["project"]["template"] == "template.yaml"
