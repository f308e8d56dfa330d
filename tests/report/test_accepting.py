"""Acceptances are put into a report file without a change to the rest, and count once explained."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.cli.check import check as check_command
from coprometrics.documents.loading import parse_document
from coprometrics.errors import ReportError
from coprometrics.report.accepting import propose_accepted, with_accepted
from coprometrics.report.findings import Acceptance, Finding, apply_accepted
from coprometrics.report.report_file import Report

from .test_check import INCOME, MAPPING, REPORT, TEXT, write

TODAY = dt.date(2024, 6, 1)
UNTIL = dt.date(2025, 6, 1)

HEAD = """# a comment
schema: report-v1
title: Ours \u201cé\u201d  #\twith a tab
period: {start: 2023-01-01, end: 2023-12-31}
"""
JSON = (
    '{"schema": "report-v1", "title": "Ours",\t"period": '
    '{"start": "2023-01-01", "end": "2023-12-31"}'
)
KNOWN = "code: inconsistent, figures: [old], reason: as published, until: 2035-01-01"
LAYOUTS = {
    "without a list": HEAD,
    "without a list, at the end a comment": HEAD + "# accepted: none\n\n",
    "without a list, at the end nothing": HEAD + "organisation:\n",
    "without a list, at the end a mark": HEAD + "locale: en-GB\n...\n",
    "without a list, at the end lines": HEAD + "organisation: |\n  Ours\n  and yours\n\n",
    "all of it indented": "".join(f"  {line}" for line in HEAD.splitlines(keepends=True)),
    "an empty list": HEAD + "accepted: []\n",
    "an empty list, in between": HEAD + "accepted: [ ]  # none yet\nlocale: en-GB\n",
    "an empty list, below": HEAD + "accepted:\n  []\n",
    "an empty list, with a comment": HEAD + "accepted: [ # none\n  ]\nlocale: en-GB\n",
    "an empty list, with an anchor": HEAD + "accepted: &known []\n",
    "a list in brackets": HEAD + f"accepted: [{{{KNOWN}}},  # old\n  ]\nlocale: en-GB\n",
    "a list of mappings in brackets": HEAD + f"accepted: &known\n  - {{{KNOWN}}}  # old\n",
    "a list without indent": HEAD
    + "accepted:\n- code: inconsistent\n  figures: [old]\n  until: 2035-01-01\n"
    + "  reason: |\n    several\n    lines\n\n# the language\nlocale: en-GB\n",
    "a list with its dashes alone": HEAD
    + "accepted:\n    -   # old\n        code: inconsistent\n        figures:\n        - old\n"
    + "        reason: 'as\n          published'\n        until: 2035-01-01  #\tsoon\n"
    + "        # of the last one\n\n# the language\nlocale: en-GB\n",
    "a list with its dashes alone, and more than one": HEAD
    + "accepted:\n  -\n    code: undecided\n    figures: [old]\n    reason: x\n"
    + f"    until: 2035-01-01\n  -\n    {KNOWN.replace(', ', chr(10) + '    ')}\n",
    "all of it in braces": JSON + "}\n",
    "all of it in braces, with a list": JSON
    + ', "accepted": [{"code": "inconsistent", "figures": ["old"],\n  "reason": "as published", '
    '"until": "2035-01-01"}]}',
    "all of it in braces, with an empty list": JSON + ', "accepted": [], "locale": "en-GB"}',
}
IDS = st.sampled_from(["a", "a.b", "talks.people", "2023", "1.10", "null", "no", "x_1"])
FINDINGS = st.lists(
    st.builds(
        Finding,
        st.sampled_from(["figure-mismatch", "inconsistent", "consistent-by-rounding"]),
        st.just("wrong"),
        st.lists(IDS, max_size=3, unique=True).map(tuple),
    ),
    max_size=4,
)
# One figure has the same texts in every finding.
PRINTS = st.dictionaries(IDS, st.lists(st.text(max_size=4), max_size=2))


def printed(findings: list[Finding], prints: dict[str, list[str]]) -> list[Finding]:
    return [
        evolve(one, prints={name: prints.get(name, []) for name in one.figures}) for one in findings
    ]


def acceptances(report: Report) -> list[Acceptance]:
    return [
        Acceptance(one.code, one.figures, one.reason, one.until, printed=one.printed)
        for one in report.accepted
    ]


def is_within(text: str, new: str) -> bool:
    """Say whether one text is another with something put in at one place."""
    start = next((n for n, (a, b) in enumerate(zip(text, new, strict=False)) if a != b), len(text))
    return new.endswith(text[start:])


@given(
    st.sampled_from(sorted(LAYOUTS)),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.builds(printed, FINDINGS, PRINTS),
)
def test_what_is_proposed_is_added_and_nothing_else_changes(layout, ending, whole, findings):
    text = LAYOUTS[layout].replace("\n", ending)
    if not whole and "lines" not in layout:
        text = text.removesuffix(ending)
    before = parse_document(text, Report, "report.yaml").value
    written = propose_accepted(findings, acceptances(before), UNTIL)
    new = with_accepted(text, written.added, "report.yaml") if written.added else text
    after = parse_document(new, Report, "report.yaml").value

    bare = re.sub(r" *\[ *\]", "", text)
    assert is_within(text, new) or ("an empty list" in layout and is_within(bare, new))
    assert ending == "\r\n" or "\r" not in new
    assert new.count("\r\n") == new.count("\n") or ending == "\n"
    assert evolve(after, accepted=before.accepted) == before
    assert after.accepted[: len(before.accepted)] == before.accepted
    assert acceptances(after) == [*acceptances(before), *written.added]

    # Each finding about figures is there as before, and none is accepted by what was added.
    shown = apply_accepted(findings, written.added, TODAY)
    about_figures = {(one.code, tuple(sorted(one.figures))) for one in findings if one.figures}
    assert [one for one in shown if not one.code.startswith("accepted-")] == sorted(
        findings, key=lambda one: (one.code, one.figures)
    )
    unexplained = [one for one in shown if one.code.startswith("accepted-")]
    assert {one.code for one in unexplained} <= {"accepted-unexplained"}
    assert len(unexplained) == len(about_figures)
    assert list(written.left) == [one for one in findings if not one.figures]
    # Once each has its reason, all are accepted, for as long as the same is printed.
    explained = [evolve(one, reason="as published") for one in written.added]
    assert all(one.accepted for one in apply_accepted(findings, explained, TODAY) if one.figures)
    for number, one in enumerate(findings):
        for name in one.figures if one.prints else ():
            other = [*dict(one.prints).get(name, ()), "otherwise"]
            changed = evolve(one, prints={**dict(one.prints), name: other})
            mixed = [*findings[:number], changed, *findings[number + 1 :]]
            again = apply_accepted(mixed, explained, TODAY)
            assert any(same.accepted is None and same.prints == changed.prints for same in again)
    # A second time there is nothing to add.
    assert propose_accepted(findings, acceptances(after), UNTIL).added == ()


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "ignore: &none []\naccepted: *none\n",
        HEAD + f"accepted:\n  - &known {{{KNOWN}}}\n  - *known\n",
        HEAD + "organisation: |\n  Ours",
    ],
)
def test_where_nothing_can_be_added_the_error_says_what_to_do(text: str):
    added = [Acceptance("inconsistent", ("a",), "(say why)", UNTIL)]
    with pytest.raises(ReportError, match=r"report\.yaml:\d+:\d+: nothing can be added.*one dash"):
        with_accepted(text, added, "report.yaml")


def test_one_that_has_ended_or_that_names_the_figures_to_correct_is_not_doubled():
    wrong = Finding("inconsistent", "wrong", ("a", "b"), suspects=(("a",), ("b",)))
    ended = Acceptance("inconsistent", ("b",), "as published", dt.date(2020, 1, 1))
    assert propose_accepted([wrong], [ended], UNTIL).added == ()


@pytest.mark.parametrize("reason", ["(say why)", " (SAY WHY) ", "say why", "say  why?"])
def test_a_reason_left_as_proposed_is_none(reason: str):
    assert not Acceptance("inconsistent", ("a",), reason, UNTIL).explained
    assert Acceptance("inconsistent", ("a",), f"{reason}: as published", UNTIL).explained


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in [
        ("report.yaml", REPORT), ("income.csv", INCOME), ("income.mapping.yaml", MAPPING),
        ("report.md", TEXT.replace("25%", "26%") + "\nOn Monday 14 December 2023 we met.\n"),
    ]:  # fmt: skip
        write(tmp_path, name, text)
    return tmp_path


def run(folder: Path, *options: str):
    arguments = [str(folder), "--today", "2024-02-29", *options]
    return CliRunner().invoke(check_command, arguments, standalone_mode=False)


def test_the_command_adds_what_a_person_must_explain(folder: Path):
    file = folder / "report.yaml"
    original = b"\xef\xbb\xbf" + REPORT.replace("\n", "\r\n").encode()
    file.write_bytes(original)
    file.chmod(0o640)
    first = run(folder, "--write-accepted")
    assert first.return_value == 1
    assert "report.yaml: 1 acceptance added; none counts until you write its reason" in first.stderr
    assert "none is proposed for 1 finding about no figure" in first.stderr
    added = (
        b"accepted:\r\n  - code: figure-mismatch\r\n    figures: [talks.share]\r\n"
        b'    printed: {talks.share: "26%"}\r\n'
        b'    reason: "(say why)"\r\n    until: 2025-02-28\r\n'
    )
    assert file.read_bytes() == original + added
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in folder.iterdir()) == [
        "income.csv", "income.mapping.yaml", "report.md", "report.yaml",
    ]  # fmt: skip
    second = run(folder, "--write-accepted")
    assert second.return_value == 1
    assert "accepted-unexplained" in second.stdout
    assert "figure-mismatch" in second.stdout
    assert "0 acceptances added" in second.stderr
    assert file.read_bytes() == original + added
    file.write_bytes(file.read_bytes().replace(b"(say why)", b"as published"))
    third = run(folder)
    assert "accepted-unexplained" not in third.stdout
    assert "accepted: as published" in third.stdout
    assert third.return_value == 1  # for the weekday
    write(folder, "report.md", TEXT.replace("25%", "27%"))
    fourth = run(folder)
    assert fourth.return_value == 1
    assert "talks.share was printed as 26%, and is printed as 27%" in fourth.stdout


def test_a_file_of_another_shape_is_left_alone(folder: Path):
    (folder / "report.yaml").write_text("title: nothing more\n")
    done = run(folder, "--write-accepted")
    assert done.return_value == 1
    assert (folder / "report.yaml").read_text() == "title: nothing more\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--until", "2025-01-01"], "--until is about --write-accepted"),
        (["--write-accepted", "--until", "2024-02-28"], "--until 2024-02-28 is before 2024-02-29"),
        (["--write-accepted", "--explain", "talks.share"], "--explain writes nothing"),
    ],
)
def test_a_wrong_use_is_refused_before_anything_is_done(folder: Path, options, message):
    done = run(folder, *options)
    assert message in str(done.exception)
    assert (folder / "report.yaml").read_text("utf-8") == REPORT
