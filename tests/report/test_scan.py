"""Every number of a document has one of three kinds, and every weekday fits its date."""

from __future__ import annotations

import datetime as dt
import re
import string
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ReportError
from coprometrics.report.check import check_report, explain_figure
from coprometrics.report.document import parse_document
from coprometrics.report.proposals import proposals
from coprometrics.report.reading import scan_report
from coprometrics.report.scan import Pattern, scan
from coprometrics.report.statements import StatementResult, bind_statement
from coprometrics.report.text import Document
from coprometrics.report.weekdays import wrong_weekdays

from .test_check import TODAY


def kinds(text: str, kind: str = "text", **options):
    found = scan(parse_document(text, kind), **options)
    return [(n.text, n.kind, n.reason) for n in found.numerals]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("in 2023 we met", "a year"),
        ("in 2023\u201324 we met", "a year"),
        ("in 2023/24 we met", "a year"),
        ("from 2023-2028 we meet", "a year"),
        ("(2019).", "a year"),
        ("on 14 December 2023", "a date"),
        ("on 3rd of May", "a date"),
        ("on Jun 9, 2023 •", "a date"),
        ("on 2023-12-14", "a date"),
        ("on 14/12/2023", "a date"),
        ("at 13:00\u201315:30", "a time of day"),
        ("at 6pm", "a time of day"),
        ("at 6.30 p.m.", "a time of day"),
        ("see page 24.", "a page"),
        ("see pp. 24\u201326", "a page"),
        ("Session 3: values", "a number of a list or a part"),
        ("our 3rd birthday", "an ordinal"),
        ("call 020 7946 0999", "a phone number"),
        ("call +44 20 7946 0999", "a phone number"),
        ("see https://example.org/2/17?x=5", "a web or mail address"),
        ("write to room17@example.org", "a web or mail address"),
        ("version 1.2.3", "a section number"),
        ("by Z2K", "part of a word"),
        ("at 360Giving", "part of a word"),
        ("see page 5\u20137", "a page"),
        ("Since 2050 pupils came", "a year"),
        ("in our 2050 thanks to", "a year"),
        ("in Q3", "part of a word"),
    ],
)
def test_what_is_no_figure_is_ignored_with_its_reason(text, reason):
    found = kinds(text)
    assert found
    assert {(kind, why) for _text, kind, why in found} == {("ignored", reason)}


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("we trained 502 people", "502"),
        ("1482 people came", "1482"),
        ("£1,179,818.54 was won", "£1,179,818.54"),
        ("24.8K views", "24.8K"),
        ("30 per cent of it", "30 per cent"),
        ("48.6% of it", "48.6%"),
        ("1.2 million views", "1.2 million"),
        ("in seven groups", "seven"),
        ("twenty-one people", "twenty-one"),
        ("£2,023 was paid", "£2,023"),
        ("2023% more", "2023%"),
        ("409 → people", "409"),
        ("52 → People", "52"),
        ("£100mn was given", "£100mn"),
        ("£5tn was given", "£5tn"),
        ("1,234people came", "1,234"),
        ("£1,000per head", "£1,000"),
        ("5\u00bd days", "5\u00bd"),
        ("\u00bd of it", "\u00bd"),
        ("50kg of food", "50"),
        ("21\u00b9 people", "21"),
        ("2050 pupils came", "2050"),
        ("half of them", "half"),
        ("half a dozen people", "half a dozen"),
        ("a third of them", "a third"),
        ("two-thirds said so", "two-thirds"),
        ("a dozen people", "a dozen"),
        ("twenty\u2011one people", "twenty\u2011one"),
    ],
)
def test_a_figure_is_seen_whole_and_nobody_vouches_for_it(text, figure):
    assert next((found, kind) for found, kind, _why in kinds(text)) == (figure, "unvouched")


def test_lists_and_tables_of_contents_are_numbered_in_order():
    contents = "Contents\n\n3 Welcome\n\n4 Our year in 2023\n\n10 Thanks\n\n8 Applications"
    assert [why for text, _kind, why in kinds(contents) if text in ("3", "4", "10")] == [
        "a number of a list or a part"
    ] * 3
    assert kinds(contents)[-1] == ("8", "unvouched", None)
    assert {kind for _text, kind, _why in kinds("1. Alpha\n2. Beta\n3. Gamma")} == {"ignored"}
    assert kinds("1. Alpha\n2. Beta", "markdown") == []


def test_large_numbers_that_happen_to_rise_are_no_list():
    cards = "**502** Volunteers\n\n**733** Talks\n\n**982** Hours"
    assert [kind for _text, kind, _why in kinds(cards, "markdown")] == ["unvouched"] * 3
    parts = "1 Alpha\n\nwords\n\n2 Beta\n\n3 Gamma\n\n5 Delta"
    assert [kind for _text, kind, _why in kinds(parts)] == [*["ignored"] * 3, "unvouched"]
    assert [kind for _text, kind, _why in kinds("3. Alpha\n\n7. Beta")] == ["ignored"] * 2


@given(
    st.sampled_from("£$€"),
    st.integers(0, 10**9),
    st.text(string.ascii_letters, max_size=5),
    st.sampled_from(["", ",", "."]),
)
def test_no_money_is_part_of_a_word(sign, amount, letters, mark):
    written = f"{sign}{amount:,}{mark and f'{mark}500'}{letters}"
    assert "part of a word" not in [why for _text, _kind, why in kinds(f"We won {written} so")]


def test_a_page_is_one_number_and_pages_are_several():
    assert [kind for _text, kind, _why in kinds("see page 5 and 30 people came")] == [
        "ignored",
        "unvouched",
    ]
    assert {kind for _text, kind, _why in kinds("see pages 5, 7 and 30")} == {"ignored"}


def test_a_number_beside_what_it_counts_is_a_year_only_near_the_period():
    for text, kind in (("our 2023 talks", "ignored"), ("our 2050 talks", "unvouched")):
        assert [found for _text, found, _why in kinds(text, years=range(2021, 2026))] == [kind]


def test_a_number_word_within_another_word_is_no_number():
    assert kinds("a six-month course for two-year-olds, and someone else") == []
    assert kinds("a third session at half-term, in the first half") == []


def test_what_a_statement_has_is_bound_and_the_rest_counts_against_the_coverage():
    document = parse_document("In 2023 we held 21 sessions. 7 were full.", "text")
    result = bind_statement("In 2023 we held {sessions} sessions", document)
    assert result.span is not None
    found = scan(document, [result.span])
    assert [(n.text, n.kind) for n in found.numerals] == [
        ("2023", "bound"),
        ("21", "bound"),
        ("7", "unvouched"),
    ]
    assert found.coverage == Fraction(2, 3)
    assert scan(parse_document("no number", "text")).coverage is None


def test_a_report_may_ignore_more_with_a_reason():
    pattern = Pattern(r"Room \d+", "rooms")
    assert kinds("Room 17", ignore=[pattern]) == [("17", "ignored", "rooms")]


def test_a_pattern_sees_the_end_of_a_paragraph_as_that_of_a_line():
    own = [Pattern(r"(?m)^Rooms:.*$", "rooms"), Pattern(r"see\s\d+", "parts")]
    found = kinds("Rooms: 5, 6\n\nWe had 7, see\n\n8", ignore=own)
    assert found == [
        ("5", "ignored", "rooms"),
        ("6", "ignored", "rooms"),
        ("7", "unvouched", None),
        ("8", "ignored", "parts"),
    ]


@given(st.text(max_size=300))
def test_any_text_is_scanned_without_a_fault_and_in_order(text):
    document = parse_document(text, "text")
    found = scan(document).numerals
    assert [n.start for n in found] == sorted(n.start for n in found)
    assert all(n.text in document.text for n in found)
    list(wrong_weekdays(document, 2023))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Monday 14 December 2023", "Monday 14 December 2023 was a Thursday"),
        ("Thu, 28 Jul, 13:00", "Thu, 28 Jul was a Friday in 2023"),
        ("Tues. the 3rd of May", "Tues. the 3rd of May was a Wednesday in 2023"),
        ("Sunday May 1, 2022 and Monday May 1, 2022", "Monday May 1, 2022 was a Sunday"),
        ("Friday 31 June 2023", "there is no such date as Friday 31 June 2023"),
        ("MONDAY 14TH DECEMBER 2023", "MONDAY 14TH DECEMBER 2023 was a Thursday"),
        ("14 December 2023 (Monday)", "14 December 2023 (Monday) was a Thursday"),
        ("Dec 14 (Mon)", "Dec 14 (Mon) was a Thursday in 2023"),
        ("Monday (14 December 2023)", "Monday (14 December 2023) was a Thursday"),
        ("(Monday 14 December 2023)", "Monday 14 December 2023 was a Thursday"),
        ("Monday 2023-12-14", "Monday 2023-12-14 was a Thursday"),
        ("2023-12-14 (Mon)", "2023-12-14 (Mon) was a Thursday"),
        ("Monday: 14 December 2023", "Monday: 14 December 2023 was a Thursday"),
        ("Monday 14 December (2022)", "Monday 14 December (2022) was a Wednesday"),
        ("Monday 14 December \u201922", "Monday 14 December \u201922 was a Wednesday in 2022"),
        ("Friday 14 December 1823.", "Friday 14 December 1823 was a Sunday"),
        ("Monday 14 December 2023, 1500 people", "Monday 14 December 2023 was a Thursday"),
        ("Monday 2023-13-14", "there is no such date as Monday 2023-13-14"),
    ],
)
def test_a_weekday_that_is_not_that_of_its_date_is_found(text, message):
    (finding,) = wrong_weekdays(parse_document(text, "text"), 2023)
    assert finding.message == message


@pytest.mark.parametrize(
    "text",
    [
        *("Thursday 14 December 2023", "Thu, 27 Jul", "Monday, we met 14 people", "Sun 3 kg"),
        *("Wednesday 14 December (2022)", "Wednesday 14 December '22", "Sunday 14 December 1823"),
        *("Sunday 14 December '97", "Tuesday 14 December '71", "THURSDAY 14 DECEMBER 2023"),
        *("14 December 2023 (Thursday)", "Thursday (14 December 2023)", "Thursday 2023-12-14"),
        *("Friday 14 December 1800 people came", "Friday 14 December 1500", "Mondays 14 December"),
        *("14 December 2023, Monday to Friday", "Monday to Thursday 14 December", "14 December"),
        *("Monday and Tuesday 14 and 15 December", "Monday 114 December", "Monday 1.14 December"),
    ],
)
def test_a_weekday_that_fits_is_none_of_that(text):
    assert list(wrong_weekdays(parse_document(text, "text"), 2023)) == []


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)),
    st.integers(0, 6),
    st.sampled_from(
        ["{w} {d} {m} {y}", "{w}, {m} {d}, {y}", "{w} ({d} {m} {y})", "{d} {m} {y} ({w})"]
    ),
    st.sampled_from([str, str.upper]),
)
def test_a_weekday_is_found_wrong_when_the_calendar_has_another(day, weekday, form, written):
    said = dt.date(2024, 1, 1 + weekday).strftime("%A")
    text = written(form.format(w=said, d=day.day, m=day.strftime("%B"), y=day.year))
    found = [*wrong_weekdays(parse_document(text, "text"))]
    assert bool(found) == (day.weekday() != weekday)


def test_a_date_without_a_year_is_left_alone_where_the_year_is_not_known():
    for text in ("Monday 14 December", "Monday 14 December '23"):
        assert list(wrong_weekdays(parse_document(text, "text"))) == []


REPORT = """
schema: report-v1
title: Talks
period: {start: 2023-01-01, end: 2023-12-31}
document: report.md
statements: ["{talks} talks"]
figures:
  talks: {manual: the office}
  people: {manual: not printed, unit: count}
  share: {printed: "35%", manual: the office}
relations:
  - {share: share, part: talks, of: people}
ignore:
  - {pattern: 'Room \\d+', reason: rooms}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "report.yaml").write_text(REPORT, "utf-8")
    text = "We gave 19 talks in Room 7.\n\nOn Monday 14 December 2023 there were 40 questions.\n"
    (tmp_path / "report.md").write_text(text, "utf-8")
    return tmp_path


def test_a_coverage_above_all_is_refused(folder):
    with pytest.raises(ReportError, match="the least coverage is 101 %"):
        check_report(folder, today=TODAY, min_coverage=101)


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        ("Write to a.b@c.org7 now", ["7"]),
        ("(me@x.y 9) @b.55 a@.5 a@b. 5 a@b.55", ["55"]),
        ("a" * 200_000 + "5", ["5"]),
        ("a@" * 100_000 + "5", []),
    ],
)
def test_a_long_word_is_looked_at_once(text, ignored):
    found = [number for number, kind, _reason in kinds(text) if kind == "ignored"]
    assert found == ignored


def test_the_check_looks_at_dates_and_at_the_coverage_asked_for(folder):
    codes = [f.code for f in check_report(folder, today=TODAY, min_coverage=50).findings]
    assert codes == ["weekday-wrong"]
    found = check_report(folder, today=TODAY, min_coverage=51).findings
    assert [f.code for f in found] == ["weekday-wrong", "coverage-low"]
    assert "bind 1 of 2 numbers, less than 51 %" in found[1].message


def test_a_figure_is_explained_by_all_the_others(folder):
    assert explain_figure(folder, "people") == "people: 54 to 55"
    assert explain_figure(folder, "talks") == "talks: exactly 19"
    with pytest.raises(ReportError, match="there is no figure 'peeple'"):
        explain_figure(folder, "peeple")


def test_proposals_are_statements_that_can_be_bound(folder):
    found, document = scan_report(folder)
    text = proposals(found, document)
    assert text.startswith("# Proposed")
    assert '  - "On Monday 14 December 2023 there were {proposed.there_were} questions."' in text
    assert "19" not in text
    statement = re.search(r'- "(.*)"', text)
    assert statement is not None
    assert bind_statement(statement[1], document).finding is None


def test_sentences_with_the_same_words_are_looked_for_once(monkeypatch):
    asked: list[str] = []

    def bound(statement: str, document: Document) -> StatementResult:
        asked.append(statement)
        return bind_statement(statement, document)

    monkeypatch.setattr("coprometrics.report.proposals.bind_statement", bound)
    alike = "".join(f"We met {number} people. " for number in range(20))
    document = parse_document(f"{alike}We fed 7. We lost 5-6.{' 8 x' * 101}.", "text")
    written = proposals(scan(document), document)
    assert len(asked) == 4
    assert '  - "We fed {proposed.people_fed}."\n' in written
    assert written.count("  - ") == 1
    assert written.count("# no statement of its own") == 20 + 2 + 101


def test_a_number_that_no_statement_of_its_own_can_bind_is_listed():
    document = parse_document("We met 7 times.\n\nWe met 7 times.", "text")
    text = proposals(scan(document), document)
    assert text.count("# no statement of its own: 7 at document:") == 2
