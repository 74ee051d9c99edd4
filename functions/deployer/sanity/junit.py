"""A test session as JUnit XML: the dialect of Ant, Surefire and Jenkins, which the reporters of CI systems read.

Source: the schema that Jenkins' JUnit and xUnit plugins publish (junit-10.xsd): `testsuites`, `testsuite`,
`testcase` with `failure` or `skipped`, `system-out`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET  # it writes here; nothing is parsed

from deployer.log_text import cut
from deployer.sanity.sanity_test import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.sanity.sanity_test import SanityTestResult, Summary

# What XML 1.0 cannot hold (section 2.2, Char), not even as a reference; and what reads as an end of line in it.
_NO_XML: Final = re.compile(r"[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INSTEAD: Final = "\N{REPLACEMENT CHARACTER}"


# A Lambda function answers 6 MB at most, and its answer holds the document as a string in JSON.
MAX_BYTES: Final = 6_000_000
# Of each text of a case, tried in turn until the whole fits. A byte may become six (`&quot;`), and a case has five
# texts: with the last of these a thousand cases fit, whatever they hold.
_STEPS: Final = (8192, 2048, 512, 128)


def junit(name: str, results: Sequence[SanityTestResult], summary: Summary, created_at: str) -> str:
    """The document's text. `name` is the suite's: the stack or the function; `created_at` is ISO 8601 in UTC.

    Where all that there is would be more than one answer can hold, the texts are cut, and say so.
    """
    for text_bytes in _STEPS:
        document = _document(name, results, summary, created_at, text_bytes)
        if len(json.dumps(document)) <= MAX_BYTES:
            break
    return document


def _document(
    name: str, results: Sequence[SanityTestResult], summary: Summary, created_at: str, text_bytes: int
) -> str:
    counts = {
        "tests": str(summary["total"]),
        "failures": str(summary["failed"]),
        "errors": "0",
        "skipped": str(summary["skipped"]),
        "time": _seconds(summary["durationMs"]),
    }
    root = ET.Element("testsuites", {"name": xml_text(name), **counts})
    # The schema's timestamp has neither fraction nor zone.
    suite = ET.SubElement(root, "testsuite", {"name": xml_text(name), "timestamp": created_at[:19], **counts})
    suite.extend(_test_case(result, text_bytes) for result in results)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def xml_text(text: str) -> str:
    """The text, with another character for each that XML cannot hold."""
    return _NO_XML.sub(_INSTEAD, text)


def _test_case(result: SanityTestResult, text_bytes: int) -> ET.Element:
    def fitted(text: str) -> str:
        return xml_text(cut(text, text_bytes))

    case = ET.Element(
        "testcase",
        {
            "classname": fitted(f"{result['logicalId']} / {result['resourceType']}"),
            "name": fitted(result["name"]),
            "time": _seconds(result["durationMs"]),
        },
    )
    if result["status"] == Verdict.FAIL:
        kind = {"message": fitted(result["error"]), "type": fitted(result["resourceType"])}
        ET.SubElement(case, "failure", kind).text = fitted(_told(result))
    elif result["status"] == Verdict.SKIP:
        ET.SubElement(case, "skipped", {"message": fitted(result["error"])})
    return case


def _told(result: SanityTestResult) -> str:
    evidence = json.dumps(result["evidence"], ensure_ascii=False, indent=2) if result["evidence"] else ""
    return "\n\n".join(part for part in (result["error"], evidence, result["reproduce"]) if part)


def _seconds(duration_ms: int) -> str:
    return f"{duration_ms / 1000:.3f}"
