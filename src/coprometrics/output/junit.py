"""The check of a report as JUnit XML, which every continuous integration shows as tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from coprometrics.report.findings import Finding
from coprometrics.report.result import Check

__all__ = ["check_as_junit"]

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_as_junit(check: Check, fail_on: str = "error") -> str:
    """Write a check as JUnit XML: a test for each figure, and one for each other finding.

    A test fails with the findings about it that fail the check; an accepted one makes it skipped,
    with the reason. Less grave findings are in the output of the suite. The time is always 0, so
    that one check gives one text.

    Args:
        check: the check.
        fail_on: the least grave findings that fail it.
    """
    failing = frozenset(check.failing(fail_on))
    cases = [*_cases(check, [f for f in check.findings if f in failing or f.accepted is not None])]
    suite = ET.Element(
        "testsuite",
        {
            "name": _clean(check.title),
            "package": "coprometrics",
            "id": "0",
            "tests": str(len(cases)),
            "failures": str(sum(case.find("failure") is not None for case in cases)),
            "errors": "0",
            "skipped": str(sum(case.find("skipped") is not None for case in cases)),
            "time": "0",
            "timestamp": f"{check.period[1] if check.period else '1970-01-01'}T00:00:00",
            "hostname": "coprometrics",
        },
    )
    ET.SubElement(suite, "properties")
    suite.extend(cases)
    lesser = [f for f in check.findings if f not in failing and f.accepted is None]
    ET.SubElement(suite, "system-out").text = _lines(lesser)
    ET.SubElement(suite, "system-err")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _cases(check: Check, grave: list[Finding]) -> Iterator[ET.Element]:
    known = {outcome.id for outcome in check.outcomes}
    for outcome in check.outcomes:
        yield _case("figures", outcome.id, [f for f in grave if f.figures == (outcome.id,)])
    for finding in grave:
        if len(finding.figures) != 1 or finding.figures[0] not in known:
            about = f" {', '.join(finding.figures)}" if finding.figures else ""
            place = f" at {finding.place}" if finding.place else ""
            yield _case("findings", f"{finding.code}{about}{place}", [finding])


def _case(group: str, name: str, findings: list[Finding]) -> ET.Element:
    case = ET.Element("testcase", {"classname": group, "name": _clean(name), "time": "0"})
    failing = [f for f in findings if f.accepted is None]
    if failing:
        attributes = {"message": _clean(failing[0].message), "type": failing[0].code}
        ET.SubElement(case, "failure", attributes).text = _lines(failing)
    elif findings:
        ET.SubElement(case, "skipped", {"message": _lines(findings)})
    return case


def _lines(findings: list[Finding]) -> str:
    return _clean("\n".join(str(finding) for finding in findings))


def _clean(text: str) -> str:
    """Take out what no XML can hold."""
    return _NO_XML.sub("\ufffd", text)
