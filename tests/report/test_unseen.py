"""What no reader sees, or sees struck out, is no part of a document's text."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.report.document import parse_document
from coprometrics.report.statements import bind_statement

STATEMENT = "We trained {people} people in Leeds"


def seen(source: str, kind: Any = "html") -> str:
    return parse_document(source, kind).text.replace("\u2029", "|")


def printed(source: str, kind: Any) -> str | None:
    result = bind_statement(STATEMENT, parse_document(source, kind))
    return result.bindings[0].printed if result.bindings else None


HIDING = [
    ("<del>", "</del>"),
    ("<s>", "</s>"),
    ("<STRIKE>", "</strike>"),
    ("<span hidden>", "</span>"),
    ("<span hidden=''>", "</span>"),
    ("<b class='x' HIDDEN>", "</b>"),
    ('<span style="color:red; Display : none !important">', "</span>"),
    ("<span style='display&#58;none'>", "</span>"),
    ("<span style=display:/**/none>", "</span>"),
    ('<i style="visibility:hidden">', "</i>"),
    ('<i style="text-decoration: underline line-through">', "</i>"),
    ("<dialog>", "</dialog>"),
    ("<datalist><option>", "</datalist>"),
    ("<iframe>", "</iframe>"),
    ("<audio>", "</audio>"),
    ("<video controls>", "</video>"),
    ("<object><p>", "</object>"),
    ("<noscript>", "</noscript>"),
    ("<svg><desc>", "</desc></svg>"),
    ("<ruby>x<rp>", "</rp></ruby>"),
    ("<template>", "</template>"),
]


@pytest.mark.parametrize("kind", ["html", "markdown"])
@pytest.mark.parametrize(("opens", "closes"), [*HIDING, ("~~", "~~"), ("![", "](x.png)")])
def test_a_sentence_that_no_reader_sees_binds_nothing(opens, closes, kind):
    if (kind, opens) not in (("html", "~~"), ("html", "![")):
        assert printed(f"x\n\n{opens}We trained 21 people in Leeds.{closes}\n", kind) is None


@pytest.mark.parametrize("kind", ["html", "markdown"])
@pytest.mark.parametrize(("opens", "closes"), [("<del>", "</del>"), ("<i hidden>", "</i>")])
def test_a_figure_is_read_without_what_is_left_out_of_it(opens, closes, kind):
    assert printed(f"We trained {opens}2{closes}1 people in Leeds", kind) == "1"
    assert printed(f"We trained 2{opens}5{closes}1 people in Leeds", kind) is None
    assert printed(f"We trained {opens}25{closes} 21 people in Leeds", kind) == "21"
    assert printed(f"We trained {opens}25 {closes}21 people in Leeds", kind) == "21"
    assert printed(f"We trained 21{opens} nice{closes} people in Leeds", kind) == "21"


def test_a_figure_of_markdown_is_read_without_what_is_struck_out():
    assert printed("We trained ~~2~~1 people in Leeds", "markdown") == "1"
    assert printed("We trained ~~25~~ 21 people in Leeds", "markdown") == "21"
    assert printed("We trained ~~2~~\u00b2~~1~~1 people in Leeds", "markdown") is None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("2<del>5</del>1", "2\ufffd1"),
        ("co<s>-</s>op", "co\ufffdop"),
        ("21<s>5</s>.5", "21\ufffd.5"),
        ("-<s>5</s>3", "-\ufffd3"),
        ("talk<s>s</s>, (<s>5</s>3) £<s>5</s>3 4<s>5</s>%", "talk, (3) £3 4%"),
        ("21<del></del>5", "215"),
        ("a<span hidden> b </span>c", "a c"),
        ("<div>a</div><div hidden>b</div><div>c</div>", "a|c"),
        ("<p hidden>a</p><p>b</p>", "b"),
        ("<p hidden>a<p>b", "b"),
        ("<div><p hidden>a</div>b", "b"),
        ("<ul><li hidden>a<ul><li>b</ul>c<li>d</ul>", "d"),
        ("<dl><dt hidden>a<dd>b</dl>", "b"),
        ("<table><tr hidden><td>a<td>b<tr><td>c</table>d", "c|d"),
        ("<table><tr><td hidden>a<td>b</table>c", "b|c"),
        ("<table><thead hidden><tr><th>a<tbody><tr><td>b</table>", "b"),
        ("<select><option hidden>a<option>b</select>", "b"),
        ("<span hidden>a<span>b</span>c</span>d", "d"),
        ("<div hidden><table><tr><td>a</div>b</table>c</div>d", "d"),
        ("<p>a<span hidden>b</p>c", "a|c"),
        ("<p>a <s>b<p>c</s> d", "a|d"),
        ("<table><tr><td>a <s>b<td>c</table>d", "a|c|d"),
        ("a<br hidden>b<input hidden>c", "a\nbc"),
        ("<h2 hidden>a</h3>b", "b"),
        ("<dialog open>a</dialog>", "a"),
        ("<p style='display:none;display:block'>a", "a"),
        ("<p style='display:none' style=x hidden-not>a", ""),
        ("<p data-hidden aria-hidden='true' title='hidden'>a", "a"),
        ("<iframe><p></iframe>a", "a"),
        ("<iframe>a", ""),
        ("</span></s>a<rp>b<rt>c", "a\ufffdc"),
    ],
)
def test_what_is_left_out_ends_where_it_ends_for_a_browser(source, text):
    assert seen(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<div hidden>\n\na\n\n</div>\n\nb", "b"),
        ("<div hidden>\n\n```\na\n```\n\n- b\n\n</div>\n\nc", "c"),
        ("a <span hidden>b\n\nc", "a|c"),
        ("<p hidden>\n\na", "a"),
        ("a ~~b **c~~ d** ~~ e", "a d** ~~ e"),
        ("| a ~~b~~ | ~~c~~ |\n|---|---|\n| ~~d | e~~ |", "a|~~d|e~~"),
        ("~~a\n\nb~~", "~~a|b~~"),
        ("`~~a~~` \\~~b~~", "~~a~~ ~~b~~"),
        ("a ![b [c](d)](e) f ![g][r] ![h] ![i]\n\n[r]: x\n[h]: y", "a f ![i]"),
        ("[![badge 5](b.svg)](u) x", "x"),
        ("2![5](x)1", "2\ufffd1"),
        ("<span hidden/>a", "a"),
    ],
)
def test_markdown_leaves_out_what_its_page_does_not_show(source, text):
    assert seen(source, "markdown") == text


@given(st.text(max_size=20), st.sampled_from(HIDING))
def test_nothing_that_is_hidden_comes_into_the_text(text, marks):
    source = f"<div>We met {marks[0]}{html.escape(text)}{marks[1]} 5</div>"
    assert seen(source).replace("x", "").replace("|", " ").split() == ["We", "met", "5"]


@pytest.mark.parametrize(
    "piece",
    ["<s>", "<s><p>", "<b hidden><p>", "<p><object>", "<li hidden><ul>", "<td><div>", "</p>"],
)
@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_elements_without_end_take_no_longer(piece, kind):
    # A search through all that is open, for each of them, would take minutes; nothing is timed.
    assert parse_document(piece * 40_000 + "end", kind).file == "document"


@pytest.mark.parametrize("piece", ["/* ", ";a:b", "&#", ":"])
def test_a_style_without_end_takes_no_longer(piece):
    assert seen(f"<p style='{piece * 100_000}'>a") == "a"
