"""A place at an end of a statement takes no part of what is printed there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.report.document import parse_document
from coprometrics.report.statements import bind_statement


def taken(statement: str, source: str, kind: Any = "text") -> tuple[str | None, str | None]:
    """Give what a statement binds, or else what it finds instead."""
    result = bind_statement(statement, parse_document(source, kind))
    if result.finding is not None:
        assert result.finding.code == "statement-not-a-number"
        return None, result.finding.printed
    return result.bindings[0].printed, None


LEADS = [
    *("zero point ", "Nought point ", "3 point ", "four till ", "4% until ", "19..", "19\u2026"),
    *(".", "-.", "hundred and ", "thousand ", "Twice ", "Double the ", "three times our "),
    *("Half of ", "half the ", "All but ", "All but the ", "None of the ", "most of these "),
]
FOLLOWERS = ["-", "_000", "..25", "\u202625", " till 25", " through £25", " until nine", ",,25"]


@given(st.sampled_from(LEADS), st.sampled_from(["21", "5%", "1,482"]), st.sampled_from(" \n"))
def test_what_leads_to_a_number_is_not_cut_off(lead, figure, space):
    source = f"So {lead}{figure} of it came"
    assert taken("{n} of it", source.replace(" ", space)) == (None, lead + figure)


@given(st.sampled_from(FOLLOWERS), st.sampled_from(["21", "£5", "1,482"]))
def test_what_goes_on_behind_a_number_is_not_cut_off(follower, figure):
    assert taken("We met {n}", f"We met {figure}{follower} in all") == (None, figure + follower)
    assert taken("We met {n}", f"We met {figure}{follower}") == (None, figure + follower)


@pytest.mark.parametrize(
    "before",
    [
        *("The year ended. ", "In 2023, ", "- ", "At one point ", "In the first half ", "(", "..."),
        *("We won a million\n\n", "It was... ", "Two million, ", "at times the ", "all "),
        *("in 2023 until ", "each of the ", "one of ", "Double\n\n", "The year ended.", "\u201c"),
    ],
)
def test_an_ordinary_sentence_may_lead_to_a_number(before):
    assert taken("{n} people came", f"{before}21 people came") == ("21", None)


@pytest.mark.parametrize(
    "behind",
    [
        *(" - see below", " \u2013 see below", "\u2014see", "--see", "\u2013", " until 2025", "_"),
        *(" until 14 May", " till 10:30", " until 5pm", " until the end", "...", "\u2026", ", 25"),
        *(" through 3rd parties", " until one of us", "."),
    ],
)
def test_an_ordinary_sentence_may_go_on_behind_a_number(behind):
    assert taken("people: {n}", f"people: 21{behind}") == ("21", None)


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("{n} of it", "So .<b>5%</b> of it"),
        ("{n} of it", "So <i>Half</i> of <b>the 5%</b> of it"),
        ("We met {n}", "We met <b>21</b>- in all"),
        ("We met {n}", "We met <b>21</b>-week"),
        ("We met {n}", "We met 10<sup>6</sup>"),
        ("We met our {n}", "We met our 21<sup>st</sup> guest"),
    ],
)
def test_emphasis_hides_nothing_that_stands_beside_a_number(statement, source):
    assert taken(statement, source, "html")[0] is None


# The marks of notes

NOTES = [
    "<sup>1</sup>",
    "\u00b2",
    "<sup>[12]</sup>",
    "*",
    "<sup>*</sup>",
    "\u2020",
    "<sup>1,2</sup>",
]


@given(
    st.sampled_from(["21", "1,482", "48.6%", "£1.2m", "(15.00)", "twenty\u2011one", "a third"]),
    st.sampled_from(NOTES),
    st.sampled_from(["html", "markdown"]),
    st.sampled_from(["We met {n} people", "{n} people", "{n} people, {m}", "We met {n}"]),
)
def test_a_figure_is_read_without_the_mark_of_its_note(figure, note, kind, statement):
    assert taken(statement, f"We met {figure}{note} people, 5.", kind) == (figure, None)


@pytest.mark.parametrize(
    "figure", ["10<sup>6</sup>", "21 *", "21 \u00b9", "21<sup>st</sup>", "21_"]
)
def test_what_is_no_mark_of_a_note_is_not_left_out(figure):
    assert taken("We met {n} people", f"We met {figure} people", "html")[0] is None
    assert taken("{n} people", f"We met {figure} people", "html")[0] is None


def test_a_mark_that_the_statement_has_itself_is_not_that_of_a_note():
    assert taken("{n}* people", "We met 21* people") == ("21", None)
