"""Statements: found in the document, or a finding that says where it departs from them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from coprometrics.errors import ReportError
from coprometrics.report._wording import changes
from coprometrics.report.document import parse_document, read_document
from coprometrics.report.findings import Finding
from coprometrics.report.numerals import NumberFormat, locale_format
from coprometrics.report.printed import parse_printed
from coprometrics.report.statements import bind_statement, figures_of

ROOT = Path(__file__).parents[2]
SAMPLES = Path(os.environ.get("COPROMETRICS_SAMPLES", ROOT.parent / "shared" / "samples"))


def bound(
    statement: str, source: str, kind: Any = "markdown", style: NumberFormat | None = None
) -> dict[str, str]:
    result = bind_statement(statement, parse_document(source, kind), number_format=style)
    assert result.finding is None, result.finding
    return {binding.figure: binding.printed for binding in result.bindings}


def problem(statement: str, source: str, kind: Any = "markdown") -> Finding:
    result = bind_statement(statement, parse_document(source, kind))
    assert result.finding is not None, result.bindings
    assert (result.bindings, result.finding.statement) == ((), statement)
    return result.finding


@pytest.mark.parametrize(
    ("statement", "source", "printed"),
    [
        ("We trained {n} people", "Then we. We trained **502** people.", ["502"]),
        ("{n} from talks", "- 4% from training\n- 0.4% from talks", ["0.4%"]),
        ("{a}* funding", "in **£1,179,818.54*** funding", ["£1,179,818.54"]),
        ("{a} → {b} joined", "409 →\n\n198 joined", ["409", "198"]),
        ("{a} {b} followers", "6,138 **17%**\n\nfollowers", ["6,138", "17%"]),
        ("{a} to {b} people", "six to nine people", ["six", "nine"]),
        ("{a} people", "six to nine people", ["six to nine"]),
        ("from {a} to {b} people", "from 6 to 9 people", ["6", "9"]),
        ("{a}-{b} people", "6\u20139 people", ["6", "9"]),
        ("{a}/{b} people", "52/10 people", ["52", "10"]),
        ("{n} people", "over 100 people", ["over 100"]),
        ("over {n} workshops", "Together, over two workshops", ["two"]),
        ("{n} people", "100+ people", ["100+"]),
        ("{n} people", "twenty-one people", ["twenty-one"]),
        ("{n} people", "five and six people", ["six"]),
        ("{n} people", "one hundred and five people", ["one hundred and five"]),
        ("{n} of them", "two thirds of them", ["two thirds"]),
        ("raised {n}", "We raised £1.2 million in 2023", ["£1.2 million"]),
        ("raised {n}", "We raised £15,000.", ["£15,000"]),
        ("reached {n}", "It reached 528 in 2023.", ["528"]),
        ("a loss of {n}", "a loss of (15.00)", ["(15.00)"]),
        ("({n} people)", "there (21 people)", ["21"]),
        ("{n}-week course", "an 8-week course", ["8"]),
        ("{n} people", "in 2023, 482 people", ["482"]),
        ("{n} people", "the talks\u201415 people", ["15"]),
        ("grew by {n}", "grew by about 30", ["about 30"]),
        ("{n} people", "1,48 people", ["1,48"]),
        ("{n} people", "1 482 people", ["1 482"]),
        ("{n} people", "In 12\n482 people", ["482"]),
        ("{n} people", "six\nto nine people", ["six to nine"]),
        ("'{n}' \u2013 it\u2019s", "\u201821\u2019 - it's", ["21"]),
        ("caf\u00e9s: {n}", "cafe\u0301s: 5", ["5"]),
        ("{{n}} is {n}", "so {n} is 15", ["15"]),
        ("{n} people", "**21**people", ["21"]),
        ("we ({n}) met", "we ( **21** ) met", ["21"]),
        ("{ n } people", "21 people", ["21"]),
    ],
)
def test_a_place_takes_a_whole_printed_figure(
    statement: str, source: str, printed: list[str]
) -> None:
    assert list(bound(statement, source).values()) == printed


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("no more than 100", "no more than 100"),
        ("not over 100", "not over 100"),
        ("no fewer than 100", "no fewer than 100"),
        ("almost nearly 100", "almost nearly 100"),
        ("<500", "<500"),
        ("&lt; 500", "< 500"),
        (">500", ">500"),
        ("~500", "~500"),
        ("\u2248500", "\u2248500"),
        ("\u00b15", "\u00b15"),
        ("c. 500", "c. 500"),
        ("some 500", "some 500"),
        ("minus 5", "minus 5"),
        ("\u00a5500", "\u00a5500"),
        ("A$ 5", "A$ 5"),
        ("US$5", "US$5"),
        ("between ~5 and 9", "between ~5 and 9"),
        ("6 \u2013 9", "6 \u2013 9"),
        ("40-odd", "40-odd"),
        ("1 in 500", "1 in 500"),
        ("in 2023 \u2013 15", "15"),
        ("vitamin C. 500", "500"),
        ("\u2192 500", "500"),
        ("in UCL 15", "15"),
        ("\u201c5", "5"),
        ("- 5", "5"),
    ],
)
def test_a_leading_place_drops_nothing_that_stands_before_it(source: str, printed: str) -> None:
    assert bound("{n} people came", f"In all {source} people came.") == {"n": printed}


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("£450 million-plus", "£450 million-plus"),
        ("£5 m", "£5 m"),
        ("£5 K to start", "£5 K"),
        ("450 million", "450 million"),
        ("5\u00bd", "5\u00bd"),
        ("5 \u00bd", "5 \u00bd"),
        ("two and a half thousand", "two and a half thousand"),
        ("half a million", "half a million"),
        ("5\u2030", "5\u2030"),
        ("5 percentage points", "5 percentage points"),
        ("10 millions", "10 millions"),
        ("500 or more people", "500 or more"),
        ("5 or 6", "5 or 6"),
        ("6 \u2013 9", "6 \u2013 9"),
        ("5 m tall", "5 m"),
        ("12 months", "12"),
        ("5 members", "5"),
        ("3 kilometres", "3"),
        ("10 million people", "10 million"),
        ("half of them", "half"),
        ("two and three", "two"),
        ("5 per centre", "5"),
        ("5 UCL teams", "5"),
        ("5 £6 tickets", "5"),
        ("5 and above all", "5"),
        ("£5,000\u00b9", "£5,000"),
        ("£5\u2014a lot", "£5"),
        ("1,48 to people", "1,48"),
        ("two hundred in total", "two hundred"),
    ],
)
def test_a_trailing_place_drops_nothing_that_follows_it(source: str, printed: str) -> None:
    assert bound("We raised {n}", f"We raised {source}.") == {"n": printed}


@pytest.mark.parametrize(
    ("statement", "source", "found"),
    [
        ("We raised {n}", "We raised £450 million-mark", "£450 million-mark"),
        ("We ran {n}", "We ran 6 to 9-week courses", "6 to 9-week"),
        ("We raised {n}", "We raised 10\u2076 in all", "10\u2076"),
        ("{n} people", "COVID-19 to 25 people", "COVID-19 to 25"),
        ("{n} people", "See #5 people", "#5"),
    ],
)
def test_a_figure_that_goes_on_is_not_cut_short(statement: str, source: str, found: str) -> None:
    finding = problem(statement, source)
    assert (finding.code, finding.printed) == ("statement-not-a-number", found)


# The law: what changes a number is in the place with it, or nothing is.

CHANGING = [
    *("no more than ", "not under ", "nearly ", "over ", "about ", "some ", "c. ", "minus "),
    *("not quite ", "~", "< ", "\u2265", "\u00b1", "\u00a5", "A$ ", "Rs. ", "\u2212 ", "3 or "),
]
FOLLOWING = [
    *(" or more", " or so", "-plus", "\u00bd", " and a half", " thousand", " of a million"),
    *("\u2030", " percentage points", " \u00a5", " trillion", " \u00b1 2", "+", " \u2013 99"),
]


@given(
    st.lists(st.sampled_from(CHANGING), max_size=2),
    st.sampled_from(["500", "1,482", "eight", "half", "7.5"]),
    st.lists(st.sampled_from(FOLLOWING), max_size=2),
)
def test_no_place_takes_a_part_of_what_is_printed(
    before: list[str], number: str, behind: list[str]
) -> None:
    whole = "".join((*before, number, *behind))
    for statement in ("{n} people", "We saw {n}"):
        result = bind_statement(statement, parse_document(f"We saw {whole} people", "text"))
        printed = [binding.printed for binding in result.bindings]
        assert printed == [whole] or (not printed and len(before) + len(behind) > 1)


@given(st.characters(), st.booleans())
def test_no_character_beside_a_number_is_lost_that_changes_it(mark: str, leads: bool) -> None:
    changing = changes(mark) and not mark.isspace()
    source = f"We saw {mark}500 people" if leads else f"We saw 500{mark} people"
    result = bind_statement("{n} people" if leads else "We saw {n}", parse_document(source, "text"))
    assert not changing or [b.printed for b in result.bindings] != ["500"]


@pytest.mark.parametrize(
    ("statement", "source", "printed"),
    [
        ("{a} people {b} sessions", "<td>12</td><td>people</td><td>482 sessions", ["12", "482"]),
        ("{n} people", "<td>12</td><td>482 people</td>", ["482"]),
        ("raised {n}", "raised &pound;5&nbsp;000", ["£5\u00a0000"]),
        ("raised {n}\u00b9 in", "raised £5,000<sup>1</sup> in", ["£5,000"]),
        ("{n} views", "<b>24.8</b>K views", ["24.8K"]),
    ],
)
def test_html_gives_what_a_reader_sees(statement: str, source: str, printed: list[str]) -> None:
    assert list(bound(statement, source, "html").values()) == printed


def test_digits_are_grouped_as_in_the_reports_locale() -> None:
    style = locale_format("fr-FR")
    printed = bound("{n} personnes", "soit 1 482 personnes", style=style)["n"]
    assert parse_printed(printed, number_format=style).value == 1482


def test_a_figure_may_stand_in_two_places() -> None:
    document = parse_document("15 people, yes, 16 people", "text")
    result = bind_statement("{n} people, yes, {n} people", document)
    assert [(b.figure, b.printed) for b in result.bindings] == [("n", "15"), ("n", "16")]
    assert figures_of("{n} people, yes, {n} people") == ("n",)


def test_a_binding_says_where_it_starts_and_ends() -> None:
    document = parse_document("# Year\n\nWe trained **1,482**\npeople", "markdown", file="r.md")
    result = bind_statement("trained {n} people", document)
    (binding,) = result.bindings
    assert [str(place) for place in (result.place, binding.place, binding.end)] == [
        "r.md:3:4",
        "r.md:3:14",
        "r.md:3:19",
    ]


@pytest.mark.parametrize(
    ("statement", "source", "expected", "found", "place"),
    [
        ("We trained {n} people", "We trained 502\npersons", "people", "persons", "2:1"),
        (
            "We trained {n} people",
            "We taught 502 people",
            "We trained {n}",
            "We taught 502",
            "1:15",
        ),
        ("Here we trained {n}", "Here we taught 502 people", "trained {n}", "taught", "1:9"),
        ("{n} people of ours", "502 people of theirs", "ours", "theirs", "1:15"),
        ("then we trained {n} of us", "then We trained 5 of us", "we trained", "We", "1:6"),
        ("We trained {n} people", "We trained 502", "people", None, "1:14"),
        ("In all {n} talks to", "It was 19 talks to", "In all {n}", "It was 19", "1:11"),
        ("{n} people met", "they met 15 peoples met", "met", "s met", "1:19"),
    ],
)
def test_a_statement_that_is_not_found_says_where_the_nearest_passage_departs(
    statement: str, source: str, expected: str, found: str | None, place: str
) -> None:
    finding = problem(statement, source)
    assert finding.code == "statement-not-found"
    assert finding.expected is not None
    assert finding.expected.startswith(expected)
    assert (finding.printed or "").startswith(found or "")
    assert str(finding.place) == f"document:{place}"
    assert finding.figures == ("n",)


@pytest.mark.parametrize("source", ["", "nothing like it", "   \n"])
def test_a_statement_with_nothing_near_is_not_found(source: str) -> None:
    finding = problem("We trained {n} people", source)
    assert (finding.code, str(finding.place)) == ("statement-not-found", "document:1:1")


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("{n} from talks", "4% from talkshows"),
        ("trained {n} people", "constrained 5 people"),
        ("{n} People", "15 people"),
        ("{n} people", "Z15 people"),
        ("{n} cases", "COVID-19 cases"),
        ("{n} people", "at 10:15 people"),
        ("{n} birthday", "our 3rd birthday"),
        ("in 20{n} we", "in 2023 we"),
        ("{n} people", "15people"),
        ("{n} people", "15 peo ple"),
        ("it was 5{n}", "it was 56"),
    ],
)
def test_what_only_looks_alike_does_not_fit(statement: str, source: str) -> None:
    assert problem(statement, source).code != "statement-ambiguous"


def test_a_statement_found_twice_gives_every_place() -> None:
    finding = problem("{n} people", "15 people\n\nand 16\npeople, 17 talks")
    assert finding.code == "statement-ambiguous"
    assert "2 times: at 1:1, 3:5" in finding.message


@pytest.mark.parametrize(
    ("statement", "source", "found", "place"),
    [
        ("We trained {n} people", "We trained **many** people", "many", "1:14"),
        ("{n} people came", "In all, lots people came", "lots", "1:9"),
        ("we raised {n}", "So we raised money there", "money", "1:14"),
        ("We held {a} talks, {n} people", "We held 5 talks, some people", "some", "1:18"),
        ("between {n} people", "between 6 \u2013 9 people", "6 \u2013 9", "1:9"),
    ],
)
def test_something_else_than_a_number_is_shown_with_its_place(
    statement: str, source: str, found: str, place: str
) -> None:
    finding = problem(statement, source)
    assert finding.code == "statement-not-a-number"
    assert (finding.printed, str(finding.place)) == (found, f"document:{place}")
    assert finding.figures == ("n",)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("We trained people", "no place for a figure"),
        ("", "no place for a figure"),
        ("{n}", "no words to find it by"),
        ("{a} {b}", "no words to find it by"),
        ("{a}{b} people", "nothing stands between"),
        ("We {n people", "no partner"),
        ("We n} people", "no partner"),
        ("We {} people", "not the id of a figure"),
        ("We {a b} people", "not the id of a figure"),
        ("We {x.*} people", "not the id of a figure"),
        ("{n}% of people", "part of the figure"),
        ("{n} per cent of people", "part of the figure"),
        ("{n} million people", "part of the figure"),
        ("{n}m people", "part of the figure"),
        ("{n}+ people", "part of the figure"),
        ("raised £{n} then", "part of the figure"),
    ],
)
def test_a_malformed_statement_is_refused(statement: str, said: str) -> None:
    with pytest.raises(ReportError, match=said) as caught:
        bind_statement(statement, parse_document("", "text"))
    assert caught.value.remedy


@pytest.mark.samples
def test_every_statement_of_the_real_report_is_found_once() -> None:
    folder = SAMPLES / "report"
    if not folder.is_dir():
        pytest.skip(f"no samples in {SAMPLES}")
    report = YAML(typ="safe").load((folder / "report.yaml").read_text(encoding="utf-8"))
    path = folder / report["document"]
    document = read_document(path)
    lines = path.read_text(encoding="utf-8").split("\n")
    assert len(report["statements"]) == 24
    found: dict[str, set[str]] = {}
    for statement in report["statements"]:
        result = bind_statement(statement, document)
        assert result.finding is None, result.finding
        for binding in result.bindings:
            line = lines[binding.place.line - 1]
            assert line[binding.place.column - 1 : binding.end.column - 1] == binding.printed
            assert parse_printed(binding.printed).text == binding.printed
            found.setdefault(binding.figure, set()).add(binding.printed)
    assert found["bids.awarded"] == {"£1,179,818.54"}
    assert found["revenue.share.talks"] == {"0.4%"}
    assert found["x.growth"] == {"17%"}
    assert all(len(printed) == 1 for printed in found.values())
