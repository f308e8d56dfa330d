"""Statements in any dress give back what was printed, and any is bound or explained."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from coprometrics.errors import ReportError
from coprometrics.report.document import parse_document
from coprometrics.report.statements import bind_statement, figures_of

WORDS = [
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "theta", "kappa", "lambda"),
    *("sigma", "omega", "it's", "co-op"),
]
FIGURES = [
    *("21", "1,482", "48.6%", "30 per cent", "24.8K", "£1.2m", "£1,179,818.54", "over 100"),
    *("100+", "nearly 500", "eight", "a third", "half", "6\u20139", "six to nine", "(15.00)"),
    *(
        "\u221215",
        "-£15",
        "seventeen",
        "twenty-one",
        "1\u00a0482",
        "GBP 15",
        "15 GBP",
        "2 out of 3",
    ),
]
SPACES = [" ", "  ", "\n", "\n\n", " \n \n ", "\u00a0", "\t", "\r\n"]
DRESSES = {
    "markdown": ["{}", "**{}**", "*{}*", "[{}](http://x/12)", "`{}`", "<b>{}</b>", "<!-- 9 -->{}"],
    "html": [
        "{}",
        "<b>{}</b>",
        "<a href='p12'>{}</a>",
        "<td>{}</td>",
        "<!-- 9 -->{}",
        "<i>{}</i> ",
    ],
    "text": ["{}"],
}


@st.composite
def rendered(draw: st.DrawFn) -> tuple[str, str, Any, list[str]]:
    words = draw(st.permutations(WORDS))
    kind = draw(st.sampled_from(sorted(DRESSES)))
    template: list[str] = []
    source: list[str] = []
    figures: list[str] = []
    filled = False
    for number in range(draw(st.integers(2, 9))):
        # Two figures side by side may read as one ("1 482"), so words part them here.
        filled = number > 0 and not filled and draw(st.booleans())
        if number == 0 and draw(st.booleans()):
            filled = True
        text = draw(st.sampled_from(FIGURES)) if filled else words[number]
        template.append(f"{{f{number}}}" if filled else text)
        if filled:
            figures.append(text)
        elif draw(st.booleans()):
            text = text.replace("'", "\u2019").replace("-", "\u2011")
        source.append(draw(st.sampled_from(DRESSES[kind])).format(text))
        source.append(draw(st.sampled_from(SPACES)))
    if not figures:
        template.append("{last}")
        figures.append("7")
        source.append("7 ")
    if len(template) == len(figures):
        template.append("end")
        source.append("end")
    before = draw(st.sampled_from(["", "Filler. ", "Filler\n\n", "Filler 12.\n\n"]))
    after = draw(st.sampled_from(["", ". Filler", "\n\nFiller 12", " filler"]))
    return " ".join(template), before + "".join(source) + after, kind, figures


@given(rendered())
@example(("{a} alpha", "<b>GBP 15</b> alpha", "html", ["GBP 15"]))
def test_a_rendered_statement_gives_back_what_was_printed(
    case: tuple[str, str, Any, list[str]],
) -> None:
    statement, source, kind, figures = case
    result = bind_statement(statement, parse_document(source, kind))
    assert result.finding is None
    assert [binding.printed for binding in result.bindings] == figures
    lines = source.replace("\r\n", "\n").split("\n")
    for binding in result.bindings:
        line = lines[binding.place.line - 1]
        assert line[binding.place.column - 1 : binding.end.column - 1] == binding.printed
        assert binding.place.line == binding.end.line


@given(
    st.lists(st.sampled_from(["{", "}", "{a}", "{b}", " ", "x", "people", "%", "{{", "£"])).map(
        "".join
    ),
    st.lists(st.sampled_from(["15", " ", "people", "x", "%", "\n\n", "£", ",", "{", "-", "a"])).map(
        "".join
    ),
)
def test_any_statement_is_bound_or_explained(statement: str, source: str) -> None:
    try:
        figures = figures_of(statement)
    except ReportError:
        return
    result = bind_statement(statement, parse_document(source, "text"))
    assert (result.finding is None) == bool(result.bindings)
    assert {binding.figure for binding in result.bindings} <= set(figures)
