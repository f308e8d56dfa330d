"""Figures that were counted in different ways are not set side by side in silence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coprometrics.documents import DocumentError
from coprometrics.errors import CoprometricsError
from coprometrics.report.check import check_report
from coprometrics.report.findings import Finding

TODAY = dt.date(2024, 6, 1)
HEAD = """schema: report-v1
title: T
period: {start: 2023-01-01, end: 2023-12-31}
"""
BEFORE = """figures:
  income: {printed: "£1,200.00", manual: finance, basis: at_award}
  people: {printed: "about 1.2K", manual: us}
"""
AWARDS = """Bid,Amount,Won,Starts,Ends
B1,365.00,01/12/2022,01/01/2023,31/12/2023
"""
MAPPING = """record: GrantAward
source: bids
id: {from: [Bid]}
columns:
  - {target: amount_total_minor, from: [Amount], type: money}
  - {target: awarded_on, from: [Won], type: date, formats: ["%d/%m/%Y"]}
  - {target: starts_on, from: [Starts], type: date, formats: ["%d/%m/%Y"]}
  - {target: ends_on, from: [Ends], type: date, formats: ["%d/%m/%Y"]}
constants: {currency: GBP, status: awarded}
"""
SOURCES = "sources: [{importer: csv, path: awards.csv, mapping: awards.mapping.yaml}]\n"
DAYS = "{metric: grant_income, params: {basis: days}, where: {year: 2023}, value: amount, "


def find(folder: Path, text: str, before: str = BEFORE) -> list[Finding]:
    (folder / "before").mkdir(exist_ok=True)
    (folder / "before" / "report.yaml").write_text(HEAD + before, "utf-8")
    (folder / "awards.csv").write_text(AWARDS, "utf-8")
    (folder / "awards.mapping.yaml").write_text(MAPPING, "utf-8")
    (folder / "report.yaml").write_text(HEAD + text, "utf-8")
    return list(check_report(folder, today=TODAY).findings)


def codes(found: list[Finding]) -> list[str]:
    return [one.code for one in found]


GROWTH = """figures:
  then: {printed: "£100.00", manual: us, basis: at_award}
  now: {printed: "£110.00", manual: us, basis: BASIS}
  growth: {printed: "10%", manual: us}
relations:
  - {from: then, to: now, growth: growth}
"""


def test_figures_of_two_bases_are_not_compared(tmp_path: Path):
    (finding,) = find(tmp_path, GROWTH.replace("BASIS", "days"))
    assert finding.code == "not-comparable"
    assert "now and then are compared, but one is on the basis days, the other on at_award" in str(
        finding
    )
    assert finding.place is not None
    assert finding.place.line == 9


@pytest.mark.parametrize("basis", ["at_award", "null"])
def test_figures_of_one_basis_or_of_none_that_is_known_are_compared(tmp_path: Path, basis: str):
    assert find(tmp_path, GROWTH.replace("BASIS", basis)) == []


def test_a_restatement_says_what_is_counted_otherwise(tmp_path: Path):
    text = GROWTH.replace("BASIS", "days") + "restates: [{figure: then, note: by days now}]\n"
    assert find(tmp_path, text) == []


def test_a_restatement_of_nothing_is_stale(tmp_path: Path):
    text = GROWTH.replace("BASIS", "at_award") + "restates: [{figure: then, note: by days now}]\n"
    assert codes(find(tmp_path, text)) == ["restatement-stale"]


def test_a_restatement_needs_a_note(tmp_path: Path):
    text = GROWTH.replace("BASIS", "days") + 'restates: [{figure: then, note: "  "}]\n'
    (finding,) = find(tmp_path, text)
    assert finding.code == "report-shape"
    assert "a restatement needs a note" in finding.message


def test_a_figure_says_truly_on_what_basis_it_is(tmp_path: Path):
    text = SOURCES + f'figures:\n  income: {DAYS} basis: at_award, printed: "£365.00"}}\n'
    (finding,) = find(tmp_path, text)
    assert finding.code == "not-comparable"
    assert "income and the records are compared, but one is on the basis at_award" in str(finding)
    assert find(tmp_path, text.replace("at_award", "days")) == []


def test_a_figure_of_an_older_version_of_its_metric_is_found(tmp_path: Path):
    text = SOURCES + f'figures:\n  income: {DAYS} version: 1, printed: "£365.00"}}\n'
    (finding,) = find(tmp_path, text)
    assert "one is by version 1 of grant_income, the other by version 2" in finding.message
    assert find(tmp_path, text + "restates: [{figure: income, note: counted anew}]\n") == []


def test_what_metrics_relate_is_of_one_answer_and_needs_no_word(tmp_path: Path):
    text = SOURCES + (
        f'figures:\n  income: {DAYS} printed: "£365.00"}}\n'
        '  all: {metric: grant_income, params: {basis: days}, value: amount, printed: "£365.00"}\n'
    )
    assert find(tmp_path, text) == []


AGAIN = """previous: before/report.yaml
figures:
  income_before: {printed: "PRINT", manual: finance, basis: BASIS, previous: income}
"""


@pytest.mark.parametrize(
    ("printed", "basis", "expected"),
    [
        ("£1,200.00", "at_award", []),
        ("£1,200", "at_award", []),
        ("£1.2K", "at_award", []),
        ("£1,200.01", "at_award", ["comparative-changed"]),
        ("£1,201", "at_award", ["comparative-changed"]),
        ("€1,200.00", "at_award", ["comparative-changed"]),
        ("£1,200.00", "days", ["not-comparable"]),
        ("£900.00", "days", ["comparative-changed", "not-comparable"]),
        ("1,200", "at_award", ["not-comparable"]),
    ],
)
def test_what_is_said_of_last_year_is_what_was_said_then(
    tmp_path: Path, printed: str, basis: str, expected: list[str]
):
    text = AGAIN.replace("PRINT", printed).replace("BASIS", basis)
    assert sorted(codes(find(tmp_path, text))) == expected
    restated = text + "restates: [{figure: income_before, note: by days}]\n"
    assert codes(find(tmp_path, restated)) == ([] if expected else ["restatement-stale"])


def test_a_restatement_is_of_a_figure_of_this_report(tmp_path: Path):
    text = AGAIN.replace("PRINT", "1,200").replace("BASIS", "at_award")
    text += '  income: {printed: "£5", manual: us}\nrestates: [{figure: income, note: by days}]\n'
    assert codes(find(tmp_path, text)) == ["not-comparable", "restatement-stale"]


def test_a_changed_comparative_names_both_places(tmp_path: Path):
    (finding,) = find(tmp_path, AGAIN.replace("PRINT", "£1,201").replace("BASIS", "at_award"))
    assert "is printed as £1,201, but" in finding.message
    assert f"{tmp_path / 'before' / 'report.yaml'}:5:21 has £1,200.00" in finding.message
    assert str(finding.place) == f"{tmp_path / 'report.yaml'}:6:28"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (AGAIN.replace("previous: before/report.yaml\n", ""), "no previous report is named"),
        (AGAIN.replace("previous: income", "previous: other"), "prints no such figure"),
    ],
)
def test_a_comparative_of_nothing_is_found(tmp_path: Path, text: str, message: str):
    text = text.replace("PRINT", "£1,200.00").replace("BASIS", "at_award")
    (finding,) = find(tmp_path, text)
    assert finding.code == "comparative-unknown"
    assert message in finding.message


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("previous: nowhere/report.yaml\n", BEFORE),
        ("previous: before\n", "figures: 5\n"),
        ("previous: before\n", "document: report.md\n"),
    ],
)
def test_a_previous_report_that_cannot_be_read_is_told_where_it_is_named(
    tmp_path: Path, text: str, before: str
):
    with pytest.raises(CoprometricsError, match=r"report\.yaml:4:11") as caught:
        find(tmp_path, text, before)
    assert not isinstance(caught.value, DocumentError)


def test_a_previous_report_whose_own_statements_fail_is_not_relied_on(tmp_path: Path):
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "report.md").write_text("Nothing.", "utf-8")
    before = 'document: report.md\nstatements: ["We had {n} guests."]\n'
    with pytest.raises(CoprometricsError, match="the previous report cannot be relied on"):
        find(tmp_path, "previous: before\n", before)
