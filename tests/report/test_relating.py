"""Relations that say nothing, or that go round in a circle, are told and not passed over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coprometrics.report.check import check_report, explain_figure

HEAD = """schema: report-v1
title: T
period: {start: 2023-01-01, end: 2023-12-31}
figures:
"""


def find(folder: Path, figures: dict[str, str | None], relations: str) -> list[str]:
    lines = [
        f"  {name}: {{manual: us, unit: {unit}}}\n"
        if text is None
        else f'  {name}: {{manual: us, printed: "{text}"}}\n'
        for name, text in figures.items()
        for unit in ["ratio" if name.startswith("share") else "count"]
    ]
    text = HEAD + "".join(lines) + f"relations:\n{relations}"
    (folder / "report.yaml").write_text(text, "utf-8")
    found = check_report(folder, today=dt.date(2024, 6, 1)).findings
    return [f"{one.code}: {one.message}" for one in found]


SHARE = "  - {share: share, part: part, of: whole}\n"
GROWTH = "  - {growth: share, from: whole, to: part}\n"


@pytest.mark.parametrize("relation", [SHARE, GROWTH])
@pytest.mark.parametrize("whole", [None, "over 100"])
def test_a_product_of_two_unknown_numbers_says_nothing(tmp_path, relation, whole):
    figures = {"share": None, "part": "50", "whole": whole}
    (told,) = find(tmp_path, figures, relation)
    kind = "share" if relation == SHARE else "growth"
    assert told == (
        f"relation-without-effect: nothing follows from this {kind}, for neither share nor whole "
        "is printed exactly"
    )


@pytest.mark.parametrize("relation", [SHARE, GROWTH])
@pytest.mark.parametrize(("share", "whole"), [("50%", None), (None, "100"), ("50%", "over 90")])
def test_one_known_factor_is_enough(tmp_path, relation, share, whole):
    assert find(tmp_path, {"share": share, "part": None, "whole": whole}, relation) == []
    assert explain_figure(tmp_path, "part") != "part: any value"


def test_sums_that_go_round_in_a_circle_are_told_once(tmp_path):
    relations = "".join(
        f"  - {{sum: [{part}, x], equals: {whole}}}\n" for part, whole in ("ab", "bc", "ca")
    )
    figures = {"a": "1", "b": "1", "c": "1", "x": "0"}
    (told,) = find(tmp_path, figures, relations)
    assert told == (
        "relation-wrong: these sums go round in a circle: "
        "b is a part of c is a part of a is a part of b"
    )


def test_a_part_of_two_sums_is_no_circle(tmp_path):
    relations = "  - {sum: [a, b], equals: c}\n  - {sum: [a, c], equals: d}\n"
    figures = {"a": "1", "b": "1", "c": "2", "d": "3"}
    assert find(tmp_path, figures, relations) == []


def test_a_report_without_sources_says_so_once(tmp_path):
    figures = "".join(
        f'  {name}: {{metric: participation, value: activities, printed: "{n}"}}\n'
        for n, name in enumerate("ab", 1)
    )
    (tmp_path / "report.yaml").write_text(HEAD + figures, "utf-8")
    found = check_report(tmp_path, today=dt.date(2024, 6, 1))
    (finding,) = found.findings
    assert "2 figures cannot be calculated: there are no sources" in finding.message
    assert {one.verdict for one in found.outcomes} == {"not computed"}
