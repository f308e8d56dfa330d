"""How passages are found: by their rarest words, each place once, in hostile documents too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.report._matching import Matcher
from coprometrics.report._template import parse_template
from coprometrics.report.document import parse_document
from coprometrics.report.numerals import NumberFormat
from coprometrics.report.statements import bind_statement


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("{a} one {b} one {c} one {d} two", "one " * 3_000),
        ("a a a a a a a {n} b", "a " * 20_000),
        ("{a} to {b} to {c} to {d} end", "6 to " * 3_000),
        ("{n} a", "1 1 1 1 1 1 1 a " * 2_000),
        ("{n} b", "over not ~ 1\u00bd or 1 x 1 in 1 to 1 plus or so b " * 500),
        ("we {n}", "we over over not not 5 or 5 to 5 or 5 x 5\u00bd\u00bd plus-plus-x " * 500),
    ],
)
def test_hostile_documents_take_no_longer(statement: str, source: str) -> None:
    # A matcher that goes back and forth would take hours; nothing is timed here.
    assert bind_statement(statement, parse_document(source, "text")).finding is not None


ALIKE = ["we", "met", "12", "people", "of", "5 000", "a b", "7.", "9"]
BRIEF = st.lists(st.sampled_from(ALIKE), min_size=1, max_size=12).map(" ".join)


@given(BRIEF, BRIEF, st.lists(st.sampled_from(["we", "met", "of", "a", "{x}"]), max_size=5))
def test_the_rarest_words_lead_to_the_same_passages(text: str, more: str, words: list[str]) -> None:
    statement = " ".join(["we", *words, "{y}", "people"])
    document = parse_document(f"{text} we 5 people. {more}", "text")
    matcher = Matcher(document, parse_template(statement), NumberFormat())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Matcher, "_starts_near", lambda self, k, at: self.occurrences(at[k].text))
        wanted = [*Matcher(document, matcher.parts, matcher.style).hits()]
    assert [*matcher.hits()] == wanted


def test_many_sentences_that_begin_alike_are_not_all_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    fits = Matcher.words_fit

    def counted(self: Matcher, k: int, start: int) -> bool:
        tried.append(start)
        return fits(self, k, start)

    monkeypatch.setattr(Matcher, "words_fit", counted)
    text = "".join(f"We gave {number} talks about topic{number}x.\n" for number in range(300))
    document = parse_document(text, "text")
    assert bind_statement("We gave {n} talks about topic7x.", document).finding is None
    assert len(tried) < 10
    absent = bind_statement("We gave {n} talks about topic700x.", document).finding
    assert absent is not None
    assert len(tried) < 500


def test_places_before_the_words_are_tried_once() -> None:
    # With thirty groups of digits there are 2 ** 29 ways to part them.
    text = "123 " * 30 + "people"
    statement = "".join(f"{{f{number}}} " for number in range(31)) + "people"
    found = bind_statement(statement, parse_document(text, "text")).finding
    assert found is not None
    assert found.code == "statement-not-found"
