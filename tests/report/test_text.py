"""The document as plain text: what is left out, what is folded, and where each character stands."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ReportError
from coprometrics.report.document import parse_document, read_document
from coprometrics.report.text import PARAGRAPH, Letters, fold, letters_of


def markdown(source: str) -> str:
    return parse_document(source, "markdown").text.replace(PARAGRAPH, "|")


def html(source: str) -> str:
    return parse_document(source, "html").text.replace(PARAGRAPH, "|")


def test_items_within_items_may_be_deep():
    assert markdown("- 1. " * 1000 + "# 5 talks #") == "5 talks"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("We gave **19** talks", "We gave 19 talks"),
        ("*19* _talks_ __here__ ***now***", "19 talks here now"),
        ("in**19**words", "in19words"),
        ("snake_case_name and 5 * 6 * 7", "snake_case_name and 5 * 6 * 7"),
        ("**£1,179,818.54*** funding", "£1,179,818.54* funding"),
        ("**The industry*", "*The industry"),
        ("*Please note: all", "*Please note: all"),
        ("*a **b* c**", "a b c"),
        ("**a*b**", "a*b"),
        ("~~15~~ 16 ~ 17", "16 ~ 17"),
        ("`a*b*c` ``x`y`` `lone", "a*b*c x`y `lone"),
        (r"5 \* 6 \_7\_ \1", r"5 * 6 _7_ \1"),
        ("[page 24](#x) now", "page 24 now"),
        ('[a](http://x/(1)/2 "title 3") b', "a b"),
        ("[a **b**][r] [r] [no]\n\n[r]: http://x/12", "a b r [no]"),
        ("5 ![35% of people](chart.png) x", "5 x"),
        ("<https://example.org/5> <b>15</b> <br>x", "https://example.org/5 15\nx"),
        ("a[^1] b\n\n[^1]: note one\n[^2]: note two", "a b|note one|note two"),
        ("R&amp;D &pound;5 &#8211; &nope; AT&T", "R&D £5 \u2013 &nope; AT&T"),
        ("# Our **year** ##\ntext", "Our year|text"),
        ("Title\n===\ntext\n\nOther\n---\nmore", "Title|text|Other|more"),
        ("a\n\n***\n\nb", "a|b"),
        ("- a\n* b\n+ c\n  - d", "a|b|c|d"),
        ("1. a\n2. b\n7) c", "a|b|c"),
        ("in the year\n2023. Then", "in the year\n2023. Then"),
        ("> quoted\n> **text**", "quoted\ntext"),
        ("```py\nx *y*\n```\nz", "x *y*|z"),
        ("| A | B |\n|---|--:|\n| 1 | 2 \\| 3 |\n\nend", "A|B|1|2 | 3|end"),
        ("<p>one</p>\t<p>two</p>", "one|two"),
        ("15<!-- 99\n\n99 -->% of", "15% of"),
        ("<script>var x = 5</script>text", "text"),
        ("<!-- never closed 5", "<!-- never closed 5"),
        ("---\ntitle: 5\n---\ntext", "text"),
        ("---\n\nWe trained 502 people. Yes\n\n---\n\nx", "We trained 502 people. Yes|x"),
        ("£5,000<sup>1</sup> raised", "£5,000\u00b9 raised"),
        ("one  \ntwo\\\nthree\tfour", "one\ntwo\nthree four"),
        ("1\u00a0482 x\u00a0y 1 482", "1\u00a0482 x y 1 482"),
        ("co\u00adpro\u200bduction cafe\u0301", "coproduction caf\u00e9"),
        ("", ""),
    ],
)
def test_markdown_as_a_reader_sees_it(source: str, text: str) -> None:
    assert markdown(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>We gave <b>19</b> talks</p>", "We gave 19 talks"),
        ("<td>12</td><td>298</td>", "12|298"),
        ("<title>Report 5</title><style>a{b:1}</style><h1>x</h1>y", "x|y"),
        (
            "&pound;5&nbsp;000 &ldquo;q&rdquo; R&D &bogus; 1 < 2",
            "£5\u00a0000 “q” R&D &bogus; 1 < 2",
        ),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("15<!-- 16 -->%", "15%"),
        ("£5,000<sup>1</sup> CO<sub>2</sub>", "£5,000\u00b9 CO\u2082"),
        ("*not* _markup_", "*not* _markup_"),
        ("a\n  b", "a\nb"),
        ('<a href="p5.html">page</a>', "page"),
        ("5 &", "5 &"),
        # What is wrong is read as browsers do.
        ("We met 5 <b class='x", "We met 5"),
        ("a<b\nc <i>5</i> d", "a5 d"),
        ("a <!-- 5 <p>6", "a"),
        ("<!-->5<!--->6<!-- x --!>7", "567"),
        ("a</>b</ 5>c<?5>d<![CDATA[5]]>e", "abcde"),
        ("<SCRIPT>5</p></Script >6<script/>7<style>8", "67"),
        ("<template>5<template>6</template>7</template>8", "8"),
        ("<a b='5>' c=\"6>\" d=7/e>8</a\nf='>'>9", "89"),
        ("&#163;5 &#xA3;6 &notit; &# &#x &#" + "1" * 5000 + ";", "£5 £6 ¬it; &# &#x \ufffd"),
    ],
)
def test_html_as_a_reader_sees_it(source: str, text: str) -> None:
    assert html(source) == text


def test_plain_text_keeps_its_signs() -> None:
    document = parse_document("We *gave* **19**\r\ntalks\n\n<b>", "text")
    assert document.text == f"We *gave* **19**\ntalks{PARAGRAPH}<b>"


@pytest.mark.parametrize(
    ("kind", "source", "wanted", "place", "end"),
    [
        ("markdown", "a\r\n\r\n> - **502** b", "502", "document:3:7", "document:3:10"),
        ("markdown", "x\n[**£5**](u)", "£5", "document:2:4", "document:2:6"),
        ("markdown", "<!-- a\nb -->c 15", "15", "document:2:8", "document:2:10"),
        ("markdown", "| a | 15 |\n|---|---|\n| b | 16 |", "16", "document:3:7", "document:3:9"),
        ("html", "<p>\n  <b>15</b>", "15", "document:2:6", "document:2:8"),
        ("html", "a&nbsp;&pound;5", "£5", "document:1:8", "document:1:16"),
        ("text", "a\rb\n 15", "15", "document:3:2", "document:3:4"),
    ],
)
def test_a_character_knows_its_line_and_column(
    kind: Any, source: str, wanted: str, place: str, end: str
) -> None:
    document = parse_document(source, kind)
    at = document.text.index(wanted)
    assert str(document.place(at)) == place
    assert str(document.end(at + len(wanted) - 1)) == end


tricky = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(
                    "*",
                    "**",
                    "_",
                    "~~",
                    "`",
                    "[",
                    "]",
                    "](u)",
                    "![",
                    "(",
                    ")",
                    "<b>",
                    "</b>",
                    "<p>",
                ),
                *("<!--", "-->", "&amp;", "&", "\\", "\n", "\n\n", "\r\n", "- ", "1. ", "# ", "> "),
                *("|", "|---|\n", "```\n", "---\n", "[^1]", "[^1]: ", "\u00a0", " ", "15", "<sup>"),
                *("<!", "<![", "<?", "</", "&#", "<script>", "\u0301", "\u200b", "e"),
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=30,
).map("".join)


@given(tricky, st.sampled_from(["markdown", "html", "text"]))
def test_every_visible_letter_is_in_the_file_where_it_says(source: str, kind: Any) -> None:
    document = parse_document(source, kind)
    assert len(document.text) == len(document.starts) == len(document.ends)
    offset = 0
    for character, start, end in zip(document.text, document.starts, document.ends, strict=True):
        assert offset <= start <= end <= len(source)
        offset = start
        if end == start + 1 and not character.isspace():
            # Only the digits of notes are written differently, as superscripts.
            assert source[start] in (character, unicodedata.normalize("NFKC", character))


@given(tricky)
def test_plain_text_loses_nothing_that_can_be_seen(source: str) -> None:
    document = parse_document(source, "text")
    unseen = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u0301"
    kept = [character for character in source if not character.isspace()]
    if not any(character in unseen for character in kept):
        composed = "".join(document.text.split())
        assert len(composed) <= len(kept)
        assert [c for c in kept if c.isascii()] == [c for c in composed if c.isascii()]


@pytest.mark.parametrize("size", [2_000])
@pytest.mark.parametrize(
    "piece",
    [
        "*a _b ",
        "**",
        "[",
        "[a](",
        "`" * 3 + "a" + "`",
        "<!--",
        "<a ",
        "<script>",
        "&",
        "![[",
        "a*_~~",
    ],
)
def test_hostile_markup_takes_no_longer(piece: str, size: int) -> None:
    # A quadratic reading of these would take minutes; nothing is timed here.
    assert parse_document(piece * size * 10, "markdown").file == "document"


MANY = 20_000


@pytest.mark.parametrize(
    "source",
    [
        "---\r\n" + "a: b\r\n" * 100 + "end",
        "---\n" + "  \n- \n" * 100 + "end",
        "- " * 4 * MANY + "end",
        "- " * 4 * MANY,
        "# a" + " " * 4 * MANY + "end",
        "[a](" + " " * 4 * MANY + "end",
        "a|b\n-|-" + " " * 4 * MANY + "end",
        "~" * 4 * MANY + "`end",
    ],
    ids=lambda source: f"{source[:8]!r}",
)
def test_a_hostile_line_takes_no_longer(source: str) -> None:
    text = parse_document(source, "markdown").text
    assert text.endswith("end") or "end" not in source


@pytest.mark.parametrize("end", ["", "a='>'"])
@pytest.mark.parametrize(
    "piece", ["<a ", "<a b='", "<!--", "<!-- >", "<![x[>", "<script>", "</a", "<a b='\"> ", "&#"]
)
def test_hostile_html_takes_no_longer(piece: str, end: str) -> None:
    assert parse_document(piece * MANY * 2 + end, "html").file == "document"


def test_letters_know_what_stood_between_them() -> None:
    document = parse_document("a b**c** **d**", "markdown")
    letters = document.letters
    assert letters.text == "abcd"
    both = Letters.SPACE | Letters.SOFT
    assert list(letters.gaps) == [0, Letters.SPACE, Letters.SOFT, both]
    assert [document.text[place] for place in letters.index] == list("abcd")


def test_quotes_and_dashes_are_folded_for_comparing_only() -> None:
    assert fold("\u2018a\u2019 \u201cb\u201d \u2013 \u2014 \u2011 \u2212") == "'a' \"b\" - - - -"
    assert parse_document("\u2018a\u2019 \u2013 b", "text").text == "\u2018a\u2019 \u2013 b"
    assert letters_of("\u2018a\u2019").text == "'a'"


# Files


def test_a_file_is_read_by_its_ending(tmp_path: Path) -> None:
    for ending, text in ((".md", "15"), (".HTML", "**15**"), (".txt", "**15**")):
        path = tmp_path / f"report{ending}"
        path.write_text("**15**", encoding="utf-8")
        document = read_document(path, file="report")
        assert (document.text, document.file) == (text, "report")


def test_a_byte_order_mark_is_no_column(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(b"\xef\xbb\xbf15 people")
    document = read_document(path)
    assert document.text == "15 people"
    assert document.place(0).column == 1


@pytest.mark.parametrize(("prefix", "byte"), [(b"", 5), (b"\xef\xbb\xbf", 8)])
def test_a_file_in_another_encoding_is_refused(tmp_path: Path, prefix: bytes, byte: int) -> None:
    path = tmp_path / "report.md"
    path.write_bytes(prefix + b"caf\xc3\xa9\xa3 5")
    with pytest.raises(ReportError, match=rf"report\.md: byte {byte} is not UTF-8; save"):
        read_document(path)


def test_a_file_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"name ending '\.doc'; use one of \.md.*\.docx"):
        read_document(tmp_path / "report.doc")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be opened"):
        read_document(tmp_path / "report.md")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ReportError, match="not a kind of document"):
        parse_document("", "docx")  # type: ignore[arg-type]
