"""Whatever is wrong with a report file is told with its line and column, and what to do instead."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from coprometrics.errors import CoprometricsError
from coprometrics.report.check import check_report

GOOD = """schema: report-v1
title: T
period: {start: 2023-01-01, end: 2023-12-31}
document: report.md
statements:
  - "We held {held} talks."
figures:
  held: {manual: us}
  all: {manual: us, printed: "30"}
relations:
  - {at_most: [held, all]}
"""
TEXT = "We held 21 talks.\n"
CASES = {
    "an unknown key": ("title: T", "titel: T", "2:1", "title"),
    "a figure twice": ("  all: {manual", "  held: {manual", "9:3", "keep one"),
    "a relation of no figure": ("[held, all]", "[held, every]", "11:5", "declare it under figures"),
    "a relation of no kind": ("{at_most: [held, all]}", "{sum: held}", "11:5", "equals"),
    "a relation of two kinds": ("{at_most:", "{equal: [held, all], at_most:", "11:5", "one kind"),
    "a relation that names one twice": ("[held, all]", "[held, held]", "11:5", "once"),
    "a pattern of no figure": ("[held, all]", '[held, "al.*"]', "11:5", "check the pattern"),
    "a sum of itself": (
        "{at_most: [held, all]}", "{sum: [held, all], equals: all}", "11:5", "not among them",
    ),
    "a share of shares": (
        "{at_most: [held, all]}", "{share: held, part: held, of: all}", "11:5", "",
    ),
    "a statement without a place": ("{held} talks", "21 talks", "6:5", "{"),
    "a statement that is not closed": ("{held} talks", "{held talks", "6:5", "no partner"),
    "a print that is no number": ('printed: "30"', 'printed: "some"', "9:30", ""),
    "a period that ends before it starts": ("end: 2023-12-31", "end: 2022-12-31", "3:9", ""),
    "a day that does not exist": ("end: 2023-12-31", "end: 2023-02-30", "3:34", ""),
    "a currency that does not exist": ("title: T", "title: T\ncurrency: QQQ", "3:11", ""),
    "a locale that is not known": ("title: T", "title: T\nlocale: xx-YY", "3:9", "use one of"),
    "a document that is not there": ("report.md", "nothing.md", "4:11", ""),
    "a document of an unknown kind": ("report.md", "report.yaml", "4:11", "use one of"),
    "a source that is not there": (
        "title: T", "title: T\nsources: [{importer: csv, path: x.csv}]", "3:11", "",
    ),
    "an importer that is not there": (
        "title: T", "title: T\nsources: [{importer: x, path: report.md}]", "3:11", "",
    ),
    "an acceptance without a day": (
        "relations:", "accepted: [{code: inconsistent, reason: x}]\nrelations:", "10:12", "until",
    ),
    "an acceptance of no code": (
        "relations:",
        "accepted: [{code: bad, reason: x, until: 2030-01-01}]\nrelations:",
        "10:12",
        "use one of",
    ),
    "not YAML": ("title: T", "title: [T", "3:7", ""),
    "a pattern that is none": (
        "relations:", 'ignore: [{pattern: "(", reason: x}]\nrelations:', "10:10", "",
    ),
    "a pattern that looks ahead": (
        "relations:",
        'ignore: [{pattern: "Room (?=5)", reason: x}]\nrelations:',
        "10:10",
        "without looking ahead",
    ),
    "a statement with too many places": (
        '"We held {held} talks."', f"'{'{held} of ' * 101}x'", "6:5", "a statement of each part",
    ),
}  # fmt: skip


def told(folder: Path, text: str | bytes) -> str:
    """Give all that is said of a report file."""
    (folder / "report.md").write_text(TEXT, "utf-8")
    (folder / "report.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    try:
        found = check_report(folder, today=dt.date(2024, 6, 1))
    except CoprometricsError as error:
        return str(error)
    return "\n".join(map(str, found.findings))


def test_the_good_file_is_good(tmp_path: Path):
    assert told(tmp_path, GOOD) == ""


@pytest.mark.parametrize(("old", "new", "place", "remedy"), CASES.values(), ids=CASES)
def test_what_is_wrong_is_told_with_its_place_and_a_remedy(
    tmp_path: Path, old: str, new: str, place: str, remedy: str
):
    assert GOOD.count(old) == 1
    said = told(tmp_path, GOOD.replace(old, new))
    assert f"{tmp_path / 'report.yaml'}:{place}: " in said, said
    assert remedy in said, said


@pytest.mark.parametrize(
    "text", [b"\xff\xfes\x00", GOOD.replace("T\n", "T\xe9\n").encode("cp1252")]
)
def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path, text: bytes):
    assert re.search(r"report\.yaml.*utf-8", told(tmp_path, text), re.IGNORECASE)
