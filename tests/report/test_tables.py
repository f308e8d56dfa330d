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
    # The cell ends a row and a column, and neither adds up.
    by_row, by_column = report(tmp_path, ACCOUNTS.replace('"173,233"', '"173,333"')).findings
    for found in (by_row, by_column):
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


@pytest.mark.parametrize(
    ("printed", "more", "means"),
    [
        ("3", "", "2,500 to 3,500"),
        ("3", ", rounding: floor", "3,000 to 3,999"),
        ("3.2", "", "3,150 to 3,250"),
        ("over 5", "", "5,001 or more"),
        ("5\u20136", "", "4,500 to 6,500"),
        ("(200)", "", "-200,500 to -199,500"),
        ("3", ", unit: money", "GBP 2,500.00 to GBP 3,500.00"),
        ("3.2", ", unit: money", "GBP 3,150.00 to GBP 3,250.00"),
        ("3.25", ", unit: money", "GBP 3,245.00 to GBP 3,255.00"),
        ("JPY 3", "", "JPY 2,500 to JPY 3,500"),
        ("KWD 3.000", "", "KWD 2,999.500 to KWD 3,000.500"),
        ("50%", "", None),
        ("3k", "", None),
    ],
)
def test_a_scale_keeps_the_digits_that_are_printed(tmp_path, printed, more, means):
    text = REPORT.replace("{{", "{").replace("}}", "}").partition("tables")[0]
    rows = f'tables: {{t: {{rows: [["", A], [X, "{printed}"]], scale: 1000{more}}}}}\n'
    (tmp_path / "report.yaml").write_text(text + rows, "utf-8")
    found = [one.code for one in check_report(tmp_path, today=TODAY).findings]
    assert found == ([] if means else ["printed-unreadable"])
    assert means is None or explain_figure(tmp_path, "t.x.a") == f"t.x.a: {means}"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("3", "4.5", "7.5"), []),
        (("3", "4.5", "9.5"), ["inconsistent"]),
        (("£3.00", "£4.00", "£8.00"), ["inconsistent"]),
        (("€3.00", "€4.00", "€7.00"), []),
        (("£3.00", "€4.00", "£7.00"), ["relation-wrong"]),
        (("3", "50%", "7"), ["relation-wrong"]),
    ],
)
def test_what_does_not_count_the_same_is_not_added(tmp_path, cells, expected):
    text = ",A\n" + "".join(f'{name},"{cell}"\n' for name, cell in zip("xyz", cells, strict=True))
    body = REPORT.format(sums="columns", more="").replace(", unit: money", "")
    (tmp_path / "report.yaml").write_text(body, "utf-8")
    (tmp_path / "accounts.csv").write_text(text, "utf-8")
    found = check_report(tmp_path, today=TODAY).findings
    assert [one.code for one in found] == expected


def test_columns_of_several_units_are_each_added_by_itself(tmp_path):
    text = ",Talks,Fees\nHere,3,£1.00\nThere,,£2.00\nAll,7,£3.50\n"
    body = REPORT.format(sums="columns", more="").replace(", unit: money", "")
    (tmp_path / "report.yaml").write_text(body, "utf-8")
    (tmp_path / "accounts.csv").write_text(text, "utf-8")
    (found,) = check_report(tmp_path, today=TODAY).findings
    assert found.code == "inconsistent"
    assert set(found.figures) == {f"accounts.{row}.fees" for row in ("here", "there", "all")}
    assert explain_figure(tmp_path, "accounts.there.talks") == "accounts.there.talks: exactly 4"


def test_a_figure_is_not_called_as_a_cell(tmp_path):
    rows = '{t: {rows: [["", A], [X, "3"]]}}'
    text = REPORT.format(sums="both", more="").partition("tables")[0]
    text += f'tables: {rows}\nfigures: {{t.x.a: {{printed: "4", manual: us}}}}\n'
    (tmp_path / "report.yaml").write_text(text, "utf-8")
    (found,) = check_report(tmp_path, today=TODAY).findings
    assert (found.code, found.figures) == ("relation-wrong", ("t.x.a",))


def test_a_cell_that_is_no_figure_is_found_at_its_line(tmp_path):
    (found,) = report(tmp_path, ACCOUNTS.replace("(200)", "n/a")).findings
    assert found.code == "printed-unreadable"
    assert str(found.place).endswith("accounts.csv:4:1")
    assert found.figures == ("accounts.refunds.restricted",)


def test_a_table_may_stand_in_the_report_file_itself(tmp_path):
    rows = '[["", Here, There, All], [Talks, 3, 4, 7], [Trainings, 1, 2, 4], [All, 4, 6, 11]]'
    text = REPORT.format(sums="both", more="").replace("path: accounts.csv", f"rows: {rows}")
    (tmp_path / "report.yaml").write_text(text.replace("unit: money", "unit: count"), "utf-8")
    column, row = check_report(tmp_path, today=TODAY).findings
    assert column.message == "these cannot all be true: 4 + 6 = 10, printed 11"
    assert row.message == "these cannot all be true: 1 + 2 = 3, printed 4"
    assert ("accounts.all.all", "accounts.trainings.all") in row.suspects


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
