"""Each code of a finding has a section on its page, and the examples there give what it says."""

from __future__ import annotations

import functools
import itertools
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import field, frozen

from coprometrics.cli.check import check as command
from coprometrics.documents.loading import parse_document
from coprometrics.errors import ReportError
from coprometrics.report.check import check_report
from coprometrics.report.findings import CODES, Acceptance, apply_accepted
from coprometrics.report.report_file import Report
from coprometrics.report.result import Check

PAGE = (Path(__file__).parents[1] / "docs" / "findings.md").read_text("utf-8")
BLOCK = re.compile(
    r"^(?P<lead>(?:\S[^\n]*\n)+)\n```[a-z]+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
FILE = re.compile(r"`([\w./]+)`:\n")
ROLE = re.compile(r"\*\*([A-Z][a-z ]+)")
RUN = re.compile(r"^Run: `coprometrics check (.+)`$", re.MULTILINE)


@frozen
class Section:
    """What the page says of one code; files by their names."""

    code: str
    text: str
    bad: dict[str, str] = field(factory=dict)
    says: dict[str, str] = field(factory=dict)
    good: dict[str, str] = field(factory=dict)
    accepting: dict[str, str] = field(factory=dict)

    def __str__(self) -> str:
        return self.code


def read(body: str) -> Section:
    code, text = body.split("\n", 1)
    section = Section(code, text.strip())
    roles = {
        "Bad": section.bad,
        "The check says": section.says,
        "Good": section.good,
        "To accept it": section.accepting,
    }
    role = ""
    for match in BLOCK.finditer(text):
        # Another file of the same example has only its name before it.
        role = lead[1] if (lead := ROLE.match(match["lead"])) else role
        file = FILE.search(match["lead"])
        roles[role][file[1] if file else ""] = match["text"]
    return section


INTRODUCTION, *BODIES = re.split(r"^## ", PAGE, flags=re.MULTILINE)
SECTIONS = {section.code: section for section in map(read, BODIES)}
SHARED = {
    file[1]: match["text"]
    for match in BLOCK.finditer(INTRODUCTION)
    if (file := FILE.search(match["lead"]))
}
HEAD = SHARED.pop("report.yaml")


def sections(*, accepting: bool | None = None) -> pytest.MarkDecorator:
    """Run a test for each section, or for those whose findings can or cannot be accepted."""
    chosen = [
        one for one in SECTIONS.values() if accepting is None or accepting == bool(one.accepting)
    ]
    return pytest.mark.parametrize("section", chosen, ids=str)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all the time be over at once where the page says so."""
    if "[undecided]" in request.node.name:
        hurried = SimpleNamespace(monotonic=itertools.count(step=10).__next__)
        monkeypatch.setattr("coprometrics.report._solver.time", hurried)


def check(section: Section, files: Mapping[str, str]) -> Check:
    """Check the report as the page says, in the folder where we are."""
    for name, text in {**SHARED, **files}.items():
        path = Path(name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(whole(text) if path.name == "report.yaml" else text, "utf-8")
    given = options(section)
    (path,) = given["reports"]
    return check_report(path, today=given["today"].date(), min_coverage=given["min_coverage"])


def options(section: Section) -> dict[str, Any]:
    """Give what the command of a section asks for, or that of all sections."""
    run = RUN.search(section.text) or RUN.search(INTRODUCTION)
    assert run
    with command.make_context("check", shlex.split(run[1])) as context:
        return context.params


def whole(report: str) -> str:
    return report if "schema:" in report else HEAD + report


@functools.cache
def bad(code: str) -> Check:
    section = SECTIONS[code]
    return check(section, section.bad)


def mended(text: str, change: str) -> str:
    """Change a text: lines with a minus go, lines with a plus come."""
    lines = change.splitlines(keepends=True)
    assert {line[0] for line in lines} <= set(" +-")
    before = "".join(line[1:] for line in lines if line[0] != "+")
    assert text.count(before) == 1, f"this is not there once:\n{before}"
    return text.replace(before, "".join(line[1:] for line in lines if line[0] != "-"))


def accepted(report: str) -> list[Acceptance]:
    entries = parse_document(whole(report), Report, "report.yaml").value.accepted
    return [
        Acceptance(one.code, one.figures, one.reason, one.until, printed=one.printed)
        for one in entries
    ]


def test_each_code_has_one_section_in_the_order_of_the_alphabet():
    assert [body.split("\n")[0] for body in BODIES] == sorted(CODES)
    assert sorted(re.findall(r"\(#([a-z-]+)\)", INTRODUCTION)) == sorted(CODES)


@sections()
def test_a_section_begins_with_severity_and_meaning_and_says_why_it_matters(section: Section):
    code = CODES[section.code]
    assert section.text.startswith(f"*{code.severity}.* {code.meaning}")
    assert section.text.count("\n**Why it matters.** ") == 1


@sections()
def test_a_bad_example_gives_what_the_page_says(section: Section):
    found = bad(section.code).findings
    assert "".join(f"{finding}\n" for finding in found) == section.says[""]
    # What an acceptance does not cover after all is found beside it.
    others = {"inconsistent"} if section.code.startswith("accepted-") else set()
    assert {section.code} <= {finding.code for finding in found} <= {section.code, *others}


@sections()
def test_a_good_example_leaves_nothing_to_find(section: Section):
    assert section.good
    files = {name: mended(section.bad[name], change) for name, change in section.good.items()}
    assert check(section, {**section.bad, **files}).failing("info") == ()


@sections(accepting=True)
def test_a_finding_is_accepted_as_the_page_says(section: Section):
    (entry,) = section.accepting.values()
    entries = accepted(section.bad["report.yaml"] + entry)
    found = apply_accepted(bad(section.code).findings, entries, options(section)["today"].date())
    assert [finding.code for finding in found if finding.accepted] == [section.code]
    assert len(found) == 1


@sections(accepting=False)
def test_what_the_page_says_cannot_be_accepted_is_not(section: Section):
    assert "\n**It cannot be accepted.** " in section.text
    found = next(one for one in bad(section.code).findings if one.code == section.code)
    report = section.bad["report.yaml"]
    report += "" if "accepted:" in report else "accepted:\n"
    report += f"  - {{code: {section.code}, figures: [{', '.join(found.figures)}], "
    report += "reason: known, until: 2025-03-31}\n"
    try:
        again = check(section, {**section.bad, "report.yaml": report})
    except ReportError as error:
        assert f"{section.code} cannot be accepted" in str(error)
    else:
        assert section.code in {one.code for one in again.failing("info")}
