"""Tables of printed figures: their sums, cell by cell."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprometrics.errors import ReportError
from coprometrics.report.check import check_report, explain_figure

from .test_check import TODAY

REPORT = """
schema: report-v1
title: Accounts
period: {{start: 2023-01-01, end: 2023-12-31}}
tables:
  accounts: {{path: accounts.csv, sums: {sums}, unit: money{more}}}
"""
ACCOUNTS = """\
,Restricted,Unrestricted,Total
Grants,"120,000","30,000","150,000"
Fees,,"23,434","23,434"
Refunds,(200),(1),(201)
Total,"119,800","53,433","173,233"
"""


def report(folder: Path, table: str, sums: str = "both", more: str = ""):
    (folder / "report.yaml").write_text(REPORT.format(sums=sums, more=more), "utf-8")
    (folder / "accounts.csv").write_text(table, "utf-8")
    return check_report(folder, today=TODAY)


def test_a_table_that_adds_up_has_nothing_to_say(tmp_path):
    assert report(tmp_path, ACCOUNTS).findings == ()


def test_a_cell_that_does_not_add_up_is_found_with_its_corrections(tmp_path):
    (found,) = report(tmp_path, ACCOUNTS.replace('"173,233"', '"173,333"')).findings
    assert found.code == "inconsistent"
    assert ("accounts.total.total",) in found.suspects
    assert "accounts.total.total from 173,333 to" in (found.remedy or "")


def test_only_the_sums_that_are_declared_are_checked(tmp_path):
    wrong = ACCOUNTS.replace('"23,434"\n', '"99,434"\n')
    assert [f.code for f in report(tmp_path, wrong, "rows").findings] == []
    assert [f.code for f in report(tmp_path, wrong, "columns").findings] == ["inconsistent"]


def test_a_blank_cell_is_not_zero_but_what_the_others_leave(tmp_path):
    wrong = ACCOUNTS.replace('Fees,,"23,434","23,434"', 'Fees,,"23,434","23,934"')
    wrong = wrong.replace('"119,800"', '"120,300"').replace('"173,233"', '"173,733"')
    assert report(tmp_path, wrong).findings == ()
    said = explain_figure(tmp_path, "accounts.fees.restricted")
    assert said == "accounts.fees.restricted: GBP 499.00 to GBP 501.00"


def test_figures_in_thousands_are_rounded_to_them(tmp_path):
    table = ",A,B,Total\nOne,1,1,3\n"
    (found,) = report(tmp_path, table, "rows", ", scale: 1000").findings
    assert found.code == "consistent-by-rounding"
    (found,) = report(tmp_path, table.replace("3", "4"), "rows", ", scale: 1000").findings
    assert found.code == "inconsistent"


def test_a_cell_that_is_no_figure_is_found_at_its_line(tmp_path):
    (found,) = report(tmp_path, ACCOUNTS.replace("(200)", "n/a")).findings
    assert found.code == "printed-unreadable"
    assert str(found.place).endswith("accounts.csv:4:1")
    assert found.figures == ("accounts.refunds.restricted",)


def test_a_table_may_stand_in_the_report_file_itself(tmp_path):
    rows = '[["", Here, There, All], [Talks, 3, 4, 7], [Trainings, 1, 2, 4], [All, 4, 6, 11]]'
    text = REPORT.format(sums="both", more="").replace("path: accounts.csv", f"rows: {rows}")
    (tmp_path / "report.yaml").write_text(text.replace("unit: money", "unit: count"), "utf-8")
    (found,) = check_report(tmp_path, today=TODAY).findings
    assert found.message.startswith("these cannot all be true: ")
    assert any("trainings" in name for suspects in found.suspects for name in suspects)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("a\n1\n", "two rows and two columns"),
        (",A,A\nx,1,2\n", "'A' in the table accounts is there twice"),
        (",A,B\n--,1,2\n", "has no letters or digits"),
        (",A,B\nx,1\n", "a row has 2 cells, the first has 3"),
        (',A,B\nx,"1,2\n', "this is no CSV"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, table, message):
    with pytest.raises(ReportError, match=message):
        report(tmp_path, table)


def test_a_table_needs_cells_from_one_place(tmp_path):
    text = REPORT.format(sums="both", more="").replace("path: accounts.csv, ", "")
    (tmp_path / "report.yaml").write_text(text, "utf-8")
    with pytest.raises(ReportError, match="its rows or the path of a CSV file"):
        check_report(tmp_path, today=TODAY)
