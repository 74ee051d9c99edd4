"""A function's package with its handler replaced by one that is broken in one way."""

from __future__ import annotations

import io
import json
import zipfile
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Defect(StrEnum):
    RAISES = "handler raises"
    IMPORT = "import error"
    MALFORMED = "malformed answer"
    HANGS = "times out"


class NoHandler(Exception):
    """The package has no source of its handler that can be replaced."""


_PYTHON: Final = {
    Defect.RAISES: 'def {name}(event, context):\n    raise RuntimeError("a fault was put here")\n',
    Defect.IMPORT: "import a_module_that_is_not_there\n\n\ndef {name}(event, context):\n    return None\n",
    Defect.MALFORMED: "def {name}(event, context):\n    return {answer}\n",
    Defect.HANGS: "import time\n\n\ndef {name}(event, context):\n    time.sleep(900)\n",
}
_NODE: Final = {
    Defect.RAISES: '{export} = async () => {{ throw new Error("a fault was put here"); }};\n',
    Defect.IMPORT: "{load}\n{export} = async () => null;\n",
    Defect.MALFORMED: "{export} = async () => ({answer});\n",
    Defect.HANGS: "{export} = () => new Promise((done) => setTimeout(done, 900000));\n",
}
# To API Gateway, and as a report of failed items: nothing that either of them can read.
ANSWER: Final = {"statusCode": "two hundred", "body": {"not": "text"}, "batchItemFailures": [{"item": 1}]}


def broken(package: bytes, handler: str, defect: Defect) -> bytes:
    """The same zip with another module where the handler was. Raises NoHandler."""
    files = _files(package)
    module, _, name = handler.rpartition(".")
    path = next((path for suffix in _SUFFIXES if (path := module.removeprefix("./") + suffix) in files), None)
    if path is None:
        raise NoHandler(f"{handler} is in no source file of the package")
    files[path] = _module(path, name, defect, files).encode()
    return _zip(files)


_SUFFIXES: Final = (".py", ".js", ".mjs", ".cjs", "/index.js", "/index.mjs", "/__init__.py")


def _module(path: str, name: str, defect: Defect, files: Mapping[str, bytes]) -> str:
    if path.endswith(".py"):
        return _PYTHON[defect].format(name=name, answer=ANSWER)
    is_module = path.endswith(".mjs") or (path.endswith(".js") and _type(files) == "module")
    missing = "a-module-that-is-not-there"
    return _NODE[defect].format(
        export=f"export const {name}" if is_module else f"exports.{name}",
        load=f'import "{missing}";' if is_module else f'require("{missing}");',
        answer=json.dumps(ANSWER),
    )


def _type(files: Mapping[str, bytes]) -> str:
    return str(json.loads(files.get("package.json", b"{}")).get("type", "commonjs"))


def _files(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def _zip(files: Mapping[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return body.getvalue()
