"""A test session as JUnit XML, whatever its results hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deployer.sanity.junit import junit, xml_text

if TYPE_CHECKING:
    from deployer.sanity.sanity_test import SanityTestResult, Summary

SUMMARY: Summary = {"total": 1, "passed": 0, "failed": 1, "skipped": 0, "durationMs": 1234}
CREATED_AT = "2026-11-25T10:00:00.123Z"


def result(**fields: Any) -> SanityTestResult:
    made: Any = {
        "name": "Orders is active",
        "resourceType": "AWS::DynamoDB::Table",
        "logicalId": "Orders",
        "physicalId": "shop-orders",
        "status": "pass",
        "startedAt": CREATED_AT,
        "durationMs": 5,
        "error": "",
        "evidence": {},
        "reproduce": "",
        **fields,
    }
    return made  # type: ignore[no-any-return]


def parsed(*results: SanityTestResult, name: str = "shop", summary: Summary = SUMMARY) -> ET.Element:
    return ET.fromstring(junit(name, results, summary, CREATED_AT))


def case(found: SanityTestResult) -> ET.Element:
    case = parsed(found).find("./testsuite/testcase")
    assert case is not None
    return case


def test_suite() -> None:
    """The suite has its name, its counts, its time in seconds and when it was."""
    root = parsed(result(), summary={"total": 3, "passed": 1, "failed": 1, "skipped": 1, "durationMs": 1234})

    suite = root.find("testsuite")
    assert suite is not None
    assert suite.attrib == {
        "name": "shop",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
        "time": "1.234",
        "timestamp": "2026-11-25T10:00:00",
    }


def test_pass() -> None:
    """A test that passed is a case with nothing in it."""
    found = case(result())

    assert found.attrib == {
        "classname": "Orders / AWS::DynamoDB::Table",
        "name": "Orders is active",
        "time": "0.005",
    }
    assert list(found) == []


def test_failure() -> None:
    """A failure has the error, the evidence and the line that reproduces it."""
    found = case(
        result(status="fail", error="it is gone", evidence={"status": "none"}, reproduce="aws dynamodb ...")
    ).find("failure")

    assert found is not None
    assert found.attrib == {"message": "it is gone", "type": "AWS::DynamoDB::Table"}
    assert found.text == 'it is gone\n\n{\n  "status": "none"\n}\n\naws dynamodb ...'


def test_skip() -> None:
    """What was skipped says why."""
    found = case(result(status="skip", error="it writes")).find("skipped")

    assert found is not None
    assert found.attrib == {"message": "it writes"}


def test_no_results() -> None:
    """A session without results is a suite without cases."""
    none: Summary = {"total": 0, "passed": 0, "failed": 0, "skipped": 0, "durationMs": 0}

    assert parsed(summary=none).findall("./testsuite/testcase") == []


@pytest.mark.parametrize("character", ["x", "&", '"', "\n", "\\", "\x00", "\N{PILE OF POO}"])
def test_thousand_long_failures(character: str) -> None:
    """They fit into one answer of a Lambda function, each of them named, whatever they hold."""
    long = character * 1000
    evidence = {"log": character * 4000}
    failed = result(status="fail", name=long, logicalId=long, error=long, evidence=evidence, reproduce=long)

    document = junit("shop", [failed] * 1000, SUMMARY, CREATED_AT)

    answer = {"statusCode": 200, "headers": {"content-type": "application/xml"}, "body": document}
    assert len(json.dumps(answer)) < 6_291_556
    assert len(ET.fromstring(document).findall("./testsuite/testcase/failure")) == 1000


def test_many_failures() -> None:
    """Of what fits nothing is cut; of what does not, each test says how it begins."""
    failed = result(status="fail", error="it is gone", evidence={"log": "x" * 3000}, reproduce="aws dynamodb ...")

    few, many = (parsed(*[failed] * count).findall(".//failure") for count in (1000, 2000))

    assert all((case.text or "").endswith("aws dynamodb ...") for case in few)
    assert all((case.text or "").startswith("it is gone") and len(case.text or "") < 3000 for case in many)


TEXT = st.text(alphabet=st.characters(), max_size=60)


@given(TEXT, TEXT, TEXT, TEXT, TEXT)
@example("\x00\x1b[2J", "\ud800", "\ufffe\uffff", "]]><!--", "&amp;<a b='c\"'>\t\n\r")
@example("<?xml?>", "<!DOCTYPE a>", "\u0085\u2028", "\U0001f600", "\r\n")
def test_any_text(name: str, error: str, key: str, value: str, reproduce: str) -> None:
    """Any text comes through a parser as it went in, but for what XML cannot hold."""
    failed = result(name=name, status="fail", error=error, evidence={key: value}, reproduce=reproduce)

    found = case(failed)

    failure = found.find("failure")
    assert failure is not None
    assert found.get("name") == xml_text(name)
    assert failure.get("message") == xml_text(error)
    assert (failure.text or "").startswith(xml_text(error))
    assert (failure.text or "").endswith(xml_text(reproduce))


@pytest.mark.parametrize("text", ["", "plain", "äöü€😀", "tab\tand\nline"])
def test_text_that_xml_holds(text: str) -> None:
    """What XML can hold stays as it is."""
    assert xml_text(text) == text
