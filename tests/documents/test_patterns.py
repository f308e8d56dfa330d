import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.documents.patterns import check_pattern, found_by
from coprometrics.errors import ReportError

PATTERNS = ["[0-9]+", "a*", "^a|b$", r"\bb+", "(?i)A(1|b)", "é.", "(?s)a.b", "(a|ab)(1b)?"]


@given(
    st.sampled_from(PATTERNS),
    st.text(st.sampled_from("aab11é \n\U0001f600\ufdd0\ufdd1\ud800"), max_size=12),
)
def test_passages_are_found_where_python_finds_them(pattern: str, text: str):
    spans = [match.span() for match in re.finditer(pattern, text, re.ASCII) if match[0]]
    # To Python the end is also before a last line feed.
    wanted = [span for span in spans if "$" not in pattern or text[span[1] :] != "\n"]
    assert list(found_by(pattern, text)) == wanted


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*c", "(a|aa)+$", "(.*)*b", "a{1,900}c"])
def test_no_pattern_tries_endless_ways(pattern: str):
    assert list(found_by(pattern, "a" * 20_000 + "!")) == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", r"\(missing \)"),
        ("(?=5)", r"\(\?="),
        (r"(5)\1", r"\\1"),
        ("a{1001}", "repetition"),
        ("\ud800", "not valid Unicode"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(pattern: str, why: str):
    with pytest.raises(ReportError, match=f"the pattern .* cannot be used .*{why}.*RE2") as told:
        check_pattern(pattern, "pattern", ReportError, where="report.yaml:3:5")
    assert told.value.where == "report.yaml:3:5"
