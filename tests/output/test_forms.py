"""Every form of a check's answer: as it was, valid, and safe whatever a text holds."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from coprometrics.documents import Place
from coprometrics.output.forms import print_as
from coprometrics.output.github import check_as_annotations, check_as_summary
from coprometrics.output.json import check_as_json
from coprometrics.output.junit import check_as_junit
from coprometrics.output.sarif import check_as_sarif
from coprometrics.output.text import check_as_text
from coprometrics.report.findings import CODES, Acceptance, Finding
from coprometrics.report.result import Check, FigureOutcome

GOLDEN = Path(__file__).parent / "golden"
UNTIL = dt.date(2027, 3, 31)
CHECK = Check(
    title="Impact Report, <2023> & more",
    file="report.yaml",
    period=(dt.date(2023, 1, 1), dt.date(2023, 12, 31)),
    outcomes=(
        FigureOutcome("talks.all", "17", Place("report.md", 4, 9), "19", "talks", "differs"),
        FigureOutcome("talks.people", "1,482", Place("report.md", 4, 2), "1,482", "talks", "agrees",
                      ("Of 3 talks it is not known how many came.",)),
        FigureOutcome("income", "£5", Place("report.md", 8, 1), "GBP 6.00", "revenue", "differs"),
    ),
    findings=(
        Finding("figure-mismatch", "talks.all is printed as 17; the records give 19",
                figures=("talks.all",), place=Place("report.md", 4, 9), printed="17",
                expected="19", remedy="correct the figure, or the records behind it",
                accepted=Acceptance("figure-mismatch", ("talks.all",), "as published", UNTIL)),
        Finding("figure-mismatch", "income is printed as £5, 100% wrong:\nthe records give 6",
                figures=("income",), place=Place("report.md", 8, 1), remedy="print £6"),
        Finding("weekday-wrong", "Monday 14 December 2023 was a Thursday",
                place=Place("my report.md", 9, 3), remedy="correct the weekday or the date"),
        Finding("accepted-stale", "the acceptance of inconsistent fits no finding any more",
                place=Place("report.yaml", 20, 5), remedy="remove it"),
        Finding("consistent-by-rounding", "the printed numbers of a, b do not fit",
                figures=("a", "b")),
    ),
)  # fmt: skip

FORMS = {
    "text": check_as_text,
    "json": check_as_json,
    "junit.xml": check_as_junit,
    "sarif": check_as_sarif,
    "annotations": check_as_annotations,
    "summary.md": check_as_summary,
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_what_it_was(form):
    written = FORMS[form](CHECK).replace(version("coprometrics"), "VERSION")
    golden = GOLDEN / f"check.{form}"
    if os.environ.get("COPROMETRICS_WRITE_GOLDEN"):
        golden.write_text(written, "utf-8")
    expected = golden.read_text("utf-8")
    if form == "text":
        # How wide a column is differs from one version of rich to the next.
        written, expected = (re.sub(r"[ ─]+", " ", text) for text in (written, expected))
    assert written == expected


strange = st.text(max_size=40) | st.sampled_from(
    ["]]>", "::error::", "%0A", "a\nb", "a|b", "\x00", "\ud800", "&amp;<b>", "﷐", "\uffff"]
)


@given(strange, strange, strange)
def test_no_text_breaks_a_form(message, name, remedy):
    finding = Finding("inconsistent", message or "x", figures=(name,), remedy=remedy or None,
                      place=Place(name or "x", 1, 1))  # fmt: skip
    check = evolve(CHECK, title=message, findings=(finding,))
    root = ET.fromstring(check_as_junit(check).encode("utf-8"))
    assert len(root.findall(".//failure")) == 1
    assert json.loads(check_as_sarif(check))["runs"][0]["results"][0]["ruleId"] == "inconsistent"
    assert check_as_annotations(check).count("\n") == 1
    assert check_as_annotations(check).startswith("::error file=")
    rows = [line for line in check_as_summary(check).splitlines() if line.startswith("| error")]
    assert len(rows) == 1


@pytest.mark.parametrize(("fail_on", "failures"), [("error", 2), ("warning", 3), ("info", 4)])
def test_junit_fails_with_what_fails_the_check(fail_on, failures, capsys):
    import sys

    print_as("junit", CHECK, sys.stdout, fail_on=fail_on)
    suite = ET.fromstring(capsys.readouterr().out).find("testsuite")
    assert suite is not None
    assert suite.get("failures") == str(failures) == str(len(CHECK.failing(fail_on)))
    said = suite.findtext("system-out") or ""
    assert [f for f in CHECK.failing("info") if f.message in said] == [
        f for f in CHECK.failing("info") if f not in CHECK.failing(fail_on)
    ]
    assert len(suite.findall("testcase/skipped")) == 1


def test_a_fingerprint_stays_where_lines_move_and_tells_twins_apart():
    moved = evolve(CHECK, findings=tuple(
        evolve(f, place=None if f.place is None else Place(f.place.file, f.place.line + 7, 1))
        for f in CHECK.findings))  # fmt: skip

    def prints(check):
        results = json.loads(check_as_sarif(check))["runs"][0]["results"]
        return [result["partialFingerprints"]["coprometrics/v1"] for result in results]

    assert prints(moved) == prints(CHECK)
    twice = evolve(CHECK, findings=CHECK.findings[2:3] * 2)
    assert len(set(prints(twice))) == 2


def test_a_file_without_lines_is_named_with_its_part_and_no_line():
    finding = Finding("inconsistent", "25% and 24% do not fit",
                      place=Place("a report.pdf", 3, 120, part="page 3"))  # fmt: skip
    check = evolve(CHECK, findings=(finding,))
    assert check_as_annotations(check) == (
        "::error file=a report.pdf,title=inconsistent::page 3: 25%25 and 24%25 do not fit\n"
    )
    (result,) = json.loads(check_as_sarif(check))["runs"][0]["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "a%20report.pdf"}},
            "logicalLocations": [{"name": "page 3"}],
        }
    ]
    assert json.loads(check_as_json(check))["findings"][0]["place"] == {
        "file": "a report.pdf", "line": 3, "column": 120, "part": "page 3"
    }  # fmt: skip
    for form in (check_as_text, check_as_junit, check_as_summary):
        assert "a report.pdf: page 3" in form(check)


def test_every_code_is_a_rule():
    rules = json.loads(check_as_sarif(CHECK))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)


def test_the_summary_goes_where_the_workflow_wants_it(tmp_path, monkeypatch, capsys):
    import sys

    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    print_as("github", CHECK, sys.stdout)
    assert capsys.readouterr().out == check_as_annotations(CHECK)
    assert (tmp_path / "summary.md").read_text("utf-8") == check_as_summary(CHECK)


@pytest.mark.samples
def test_sarif_and_junit_are_valid(samples):
    schemas = samples / "output-schemas"
    sarif = json.loads((schemas / "sarif-schema-2.1.0.json").read_text("utf-8"))
    Draft7Validator(sarif).validate(json.loads(check_as_sarif(CHECK)))
    import xmlschema

    xmlschema.XMLSchema(schemas / "JUnit.xsd").validate(check_as_junit(CHECK))
