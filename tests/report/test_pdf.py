"""PDF files: their pages, their lines, what is refused; and that no format makes a difference."""

from __future__ import annotations

import random
import re
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ReportError
from coprometrics.report import _docx, _pdf, _pdf_pages
from coprometrics.report.document import parse_document, read_document
from coprometrics.report.reading import scan_report
from coprometrics.report.scan import scan
from coprometrics.report.statements import bind_statement
from coprometrics.report.text import Document

from .writers import COLUMN, docx, paragraph, pdf


@pytest.fixture
def read(tmp_path: Path):
    def read(content: bytes) -> Document:
        path = tmp_path / "report.pdf"
        path.write_bytes(content)
        return read_document(path, file="report.pdf")

    return read


def opened(content: bytes) -> Document:
    """Read a PDF file in this process."""
    pages = _pdf_pages.pages_of(content)["pages"]
    assert isinstance(pages, list)
    return _pdf.document_of_pages(pages, file="report.pdf")


def test_a_report_is_read_page_by_page(tmp_path: Path) -> None:
    pages = [["Our year", "We held 21 talks for organi-", "sations that"], ["met 6\u20139 times."]]
    (tmp_path / "report.pdf").write_bytes(pdf(pages))
    (tmp_path / "report.yaml").write_text(
        "{schema: report-v1, title: t, period: {start: 2023-01-01, end: 2023-12-31}, "
        "document: report.pdf, statements: ['{talks} talks for organisations that met {often}'], "
        "figures: {talks: {manual: m}, often: {manual: m}}}",
        encoding="utf-8",
    )
    found, document = scan_report(tmp_path)
    assert document.text == (
        "Our year\nWe held 21 talks for organisations that\nmet 6\u20139 times."
    )
    assert [(numeral.text, numeral.kind, str(numeral.place)) for numeral in found.numerals] == [
        ("21", "bound", f"{tmp_path / 'report.pdf'}: page 1"),
        ("6", "bound", f"{tmp_path / 'report.pdf'}: page 2"),
        ("9", "bound", f"{tmp_path / 'report.pdf'}: page 2"),
    ]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["an organi-", "sation"], "an organisation"),
        (["an organi\u00ad", "sation"], "an organisation"),
        (["we met 6-", "9 times"], "we met 6-9 times"),
        (["we met 6\u2013", "9 times"], "we met 6\u20139 times"),
        (["twenty-", "one people"], "twenty-one people"),
        (["mid-", "2023"], "mid-2023"),
        (["the 2023-", "funded year"], "the 2023-funded year"),
        (["non-", "English"], "non-English"),
        (["a co-op; this co-", "op"], "a co-op; this co-op"),
        (["a talk -", "and more"], "a talk -\nand more"),
        (["we saw 1", "482 came"], "we saw 1\n482 came"),
        (["in  the   year", "2023"], "in the year\n2023"),
        (["costs \u00a35 (\u20ac6)", "caf\u00e9"], "costs \u00a35 (\u20ac6)\ncafé"),
    ],
)
@pytest.mark.parametrize("how", ["one column", "two columns", "two pages"])
def test_lines_are_put_together(lines: list[str], text: str, how: str) -> None:
    first, *others = lines
    pages = {
        "one column": [["Our year", *lines]],
        "two columns": [["Our year", first, COLUMN, *others]],
        "two pages": [["Our year", first], *([other] for other in others)],
    }
    assert opened(pdf(pages[how])).text == f"Our year\n{text}"


def test_ligatures_are_letters_and_soft_hyphens_are_none() -> None:
    document = _pdf.document_of_pages(["bene\ufb01ts, A\u00ad", "B e\ufb03", "cient"], file="a.pdf")
    assert document.text == "benefits, AB effi\ncient"


def test_every_letter_stands_on_its_page() -> None:
    document = opened(pdf([["15"], [], ["16"], ["17"]]))
    found = [document.text.index(number) for number in ("15", "16", "17")]
    assert [document.place(at).line for at in found] == [1, 3, 4]
    assert [document.end(at + 1).line for at in found] == [1, 3, 4]


# What is refused

SECRET = "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{0}> /U <{0}> >> "


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "report.pdf: it is no PDF file; export it again"),
        (b"%PDF-1.4\n" + bytes(99), "report.pdf: the PDF file is damaged; export it again"),
        (pdf([["15"]], kids=[5, 99]), "report.pdf: page 2: the PDF file is damaged"),
        (pdf([["15"]], trailer=SECRET.format("00" * 32)),
         "report.pdf: the PDF file is locked with a password; save it without one"),
        (pdf([[]]), "report.pdf: there is no text in the PDF file, only pictures of it; give"),
    ],
)  # fmt: skip
def test_what_is_no_sound_pdf_file_is_refused(read, content: bytes, message: str) -> None:
    with pytest.raises(ReportError, match=re.escape(message)):
        read(content)


@pytest.mark.parametrize("limit", ["MOST_PAGES", "MOST_CHARACTERS"])
def test_a_long_file_is_refused(monkeypatch, limit: str) -> None:
    monkeypatch.setattr(_pdf_pages, limit, 1)
    answer = _pdf_pages.pages_of(pdf([["15"], ["16"]]))
    assert answer["wrong"] == "long"
    refusal = _pdf._refusal("long", None, "report.pdf")
    assert "more than 2,000 pages or 20,000,000 characters" in str(refusal)


def test_a_file_that_takes_too_long_is_refused(read, monkeypatch) -> None:
    monkeypatch.setattr(_pdf, "MOST_SECONDS", 0)
    with pytest.raises(ReportError, match="takes too much memory or time to read"):
        read(pdf([["15"]]))


def test_a_process_that_dies_takes_nothing_with_it(read, tmp_path, monkeypatch) -> None:
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\nkill -SEGV $$\n", encoding="utf-8")
    dying.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dying))
    with pytest.raises(ReportError, match="takes too much memory or time to read"):
        read(pdf([["15"]]))


def test_a_damaged_file_is_read_or_refused() -> None:
    whole = pdf([["We trained 1,482 people", "in all"]] * 3)
    chance = random.Random(5)
    for number in range(100):
        broken = bytearray(whole[: len(whole) * number // 50])
        if number >= 50:
            broken = bytearray(whole)
            broken[chance.randrange(len(whole))] = chance.randrange(256)
        answer = _pdf_pages.pages_of(bytes(broken))
        assert answer.keys() == {"pages"} or answer["wrong"] in ("damaged", "locked")


def test_without_the_extra_it_is_said_what_to_install(read, monkeypatch) -> None:
    for name in ("_pdf", "_pdf_pages"):
        monkeypatch.delitem(sys.modules, f"coprometrics.report.{name}")
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(ReportError, match=re.escape('run pip install "coprometrics[pdf]"')):
        read(pdf([["15"]]))


# No format makes a difference

SENTENCES = (
    "We held {a} talks for {b} people in 2023.",
    "Talks brought {a}% of our income (see page 7).",
    "Our partners paid £{a},{b:03d} on 14 December 2023.",
    "Between {a}\u2013{a}{b:02d} teams came to \u201cOpen House\u201d at 10:30.",
    "There were twenty-one workshops, and over {a} guests.",
    "Of the grants £{a}.{b:02d} is left; nobody\u2019s share is below {b}%.",
    "Q1 saw {a} first-timers and the 2nd team {b}.",
)
STATEMENTS = (
    "We held {talks} talks for {people} people in 2023.",
    "Talks brought {share} of our income",
    "Our partners paid {paid} on 14 December 2023.",
    'Between {teams} teams came to "Open House"',
    "There were {workshops} workshops, and {guests} guests.",
    "Of the grants {left} is left; nobody's share is below {least}.",
    "Q1 saw {first} first-timers",
)

drawn = st.lists(
    st.tuples(st.sampled_from(SENTENCES), st.integers(2, 999), st.integers(2, 99)),
    min_size=1, max_size=6, unique_by=lambda one: one[0],
)  # fmt: skip


def reading(document: Document) -> tuple[dict[str, str], list[object]]:
    results = [bind_statement(statement, document) for statement in STATEMENTS]
    numerals = scan(document, [result.span for result in results if result.span]).numerals
    return (
        {binding.figure: binding.printed for result in results for binding in result.bindings},
        [(numeral.text, numeral.kind, numeral.reason) for numeral in numerals],
    )


@given(drawn, st.integers(1, 9), st.integers(20, 70), st.integers(1, 5))
def test_every_format_gives_the_same_figures(chosen, cut: int, width: int, height: int) -> None:
    sentences = [sentence.format(a=a, b=b) for sentence, a, b in chosen]
    expected = reading(parse_document("\n\n".join(sentences), "markdown"))
    assert len(expected[0]) >= len(chosen)
    body = "".join(
        paragraph(*(sentence[at : at + cut] for at in range(0, len(sentence), cut)))
        for sentence in sentences
    )
    lines = [
        line for sentence in sentences
        for line in textwrap.wrap(sentence, width, break_on_hyphens=False)
    ]  # fmt: skip
    pages = [lines[at : at + height] for at in range(0, len(lines), height)]
    assert reading(word(docx(body))) == expected
    assert reading(opened(pdf(pages))) == expected


def word(content: bytes) -> Document:
    with tempfile.NamedTemporaryFile(suffix=".docx") as file:
        path = Path(file.name)
        path.write_bytes(content)
        return _docx.read_docx(path, content, file="report.docx")


def test_a_long_word_is_gone_through_once() -> None:
    text = "e" * 200_000
    assert _pdf.document_of_pages([f"{text} 5-\nb"], file="x").text == f"{text} 5-b"
