"""Rows become records, refusals, or are counted as left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from coprometrics.errors import ConfigError, SourceError

HEAD = "No,Date,Amount,Stream\n"
ROW = "1,2023-12-14,10.50,talks\n"


def test_a_row_becomes_a_record(read: Any, income: Any) -> None:
    found = read(HEAD + ROW, income()).record
    assert found.id == "finance:1"
    assert found.received_on == dt.date(2023, 12, 14)
    assert (found.amount_minor, found.currency) == (1050, "GBP")
    assert (found.stream, found.kind) == ("talks", "fee")


def test_records_know_their_physical_line(read: Any, income: Any) -> None:
    text = '\nNo,Date,Amount,Stream\r\n"1",2023-12-14,1.00,talks\r\n\r\n2,2023-12-14,"2.00","talks"'
    assert read(text, income()).lines == [3, 5]


def test_identifiers_stay_text(read: Any, income: Any) -> None:
    found = read(HEAD + ROW.replace("1,", "007,", 1), income()).record
    assert found.id == "finance:007"


def test_spaces_at_the_ends_of_cells_do_not_count(read: Any, income: Any) -> None:
    found = read(HEAD + " 1\u00a0, 2023-12-14 , 10.50 , talks \n", income()).record
    assert (found.id, found.stream, found.amount_minor) == ("finance:1", "talks", 1050)


def test_every_row_is_a_record_or_a_refusal(read: Any, income: Any) -> None:
    text = (
        HEAD
        + ROW
        + "2,2023-12-14\n"
        + "3,2023-12-14,1.00,talks,x\n"
        + '4,"a"b,1,talks\n'
        + (
            "5,2023-02-30,1.00,talks\n6,2023-12-14,ten,talks\n7,2023-12-14,,talks\n8,2023-12-14,8,talks\n"
        )
    )
    found = read(text, income())
    assert found.lines == [2, 9]
    codes = [(r.at.line, [p.code for p in r.problems]) for r in found.refusals]
    assert codes == [
        (3, ["short-row"]),
        (4, ["long-row"]),
        (5, ["not-csv"]),
        (6, ["no-such-date"]),
        (7, ["not-an-amount"]),
        (8, ["missing-value"]),
    ]


def test_one_refusal_has_all_problems_of_its_row(read: Any, income: Any) -> None:
    (refusal,) = read(HEAD + ",soon,ten,talks\n", income()).refusals
    assert [(p.code, p.field, p.value) for p in refusal.problems] == [
        ("missing-id", "No", None),
        ("not-a-date", "Date", "'soon'"),
        ("not-an-amount", "Amount", "'ten'"),
    ]


def test_rows_of_empty_cells_are_left_out_and_counted(read: Any, income: Any) -> None:
    found = read(HEAD + ROW + ",,,\n,,,\n", income())
    assert found.skipped == {"rows of empty cells": 2}
    assert found.lines == [2]


@pytest.mark.parametrize("line", ["   ", "\t", '""'])
def test_lines_without_text_are_left_out_and_counted(read: Any, income: Any, line: str) -> None:
    found = read(HEAD + line + "\n" + ROW + "\n", income())
    assert found.skipped == {"rows of empty cells": 1}
    assert found.lines == [3]


def test_a_nul_character_refuses_its_row_alone(read: Any, income: Any) -> None:
    found = read(HEAD + "0\0,2023-12-14,1.00,talks\n" + ROW, income())
    assert found.lines == [3]
    assert found.refusals[0].problems[0].code == "nul-character"


def test_columns_nobody_mapped_are_listed(read: Any, income: Any) -> None:
    found = read("No,Date,Amount,Stream,Notes,\n1,2023-12-14,1.00,talks,x,y\n", income())
    assert [n.code for n in found.notices] == ["unmapped-columns", "blank-labels"]
    assert "'Notes'" in found.notices[0].message
    assert found.notices[1].message.endswith("6")


def test_ignored_columns_are_not_listed(read: Any, income: Any) -> None:
    text = "No,Date,Amount,Stream,Notes\n1,2023-12-14,1.00,talks,x\n"
    assert read(text, income(ignore=["notes"])).notices == []
    found = read(HEAD + ROW, income(ignore=["notes"]))
    assert [n.code for n in found.notices] == ["ignored-column-absent"]


def test_labels_are_compared_without_capitals_spaces_and_mark(read: Any, income: Any) -> None:
    text = "\ufeffNO, date ,AMOUNT,  Stream\n" + ROW
    assert read(text, income()).record.id == "finance:1"


@pytest.mark.parametrize("header", ["No,Date,Sum,Stream", "No,Date,Amuont,Stream"])
def test_a_missing_column_names_those_that_exist(read: Any, income: Any, header: str) -> None:
    with pytest.raises(SourceError, match=r"t\.csv:1: there is no column 'Amount'.*'Stream'"):
        read(header + "\n" + ROW, income())


def test_a_missing_column_names_the_nearest(read: Any, income: Any) -> None:
    with pytest.raises(SourceError, match="did you mean 'Amuont'"):
        read("No,Date,Amuont,Stream\n" + ROW, income())


def test_a_column_that_is_not_required_may_be_absent(read: Any, income: Any) -> None:
    mapping = income(columns={"project_id": {"from": ["Project"], "type": "id", "required": False}})
    found = read(HEAD + ROW, mapping)
    assert found.record.project_id is None
    assert [n.code for n in found.notices] == ["column-absent"]


def test_a_required_column_may_have_no_missing_cell(read: Any, income: Any) -> None:
    text = HEAD + "1,,1.00,talks\n"
    assert read(text, income()).record.received_on is None
    mapping = income(columns={"received_on": {"required": True}})
    assert read(text, mapping).problem.code == "missing-value"


def test_duplicate_labels_need_an_occurrence(read: Any, income: Any) -> None:
    text = "No,Date,Amount,Stream,Amount\n1,2023-12-14,1.00,talks,2.00\n"
    with pytest.raises(
        SourceError, match=r"2 columns may be meant.*column 3.*column 5.*occurrence"
    ):
        read(text, income())
    second = read(text, income(columns={"amount_minor": {"occurrence": 2}}))
    assert second.record.amount_minor == 200
    with pytest.raises(SourceError, match="there is no occurrence 3"):
        read(text, income(columns={"amount_minor": {"occurrence": 3}}))


def test_two_aliases_at_once_are_ambiguous(read: Any, income: Any) -> None:
    mapping = income(columns={"amount_minor": {"from": ["Amount", "Net"]}})
    with pytest.raises(SourceError, match="'Amount' or 'Net'"):
        read("No,Date,Amount,Stream,Net\n1,2023-12-14,1.00,talks,2.00\n", mapping)


def test_a_blank_cell_takes_the_default_of_the_record_type(read: Any) -> None:
    mapping = {
        "record": "Attendance",
        "source": "list",
        "id": {"from": ["id"]},
        "columns": [
            {"target": "activity_id", "from": ["act"], "type": "id", "source": "sessions"},
            {"target": "status", "from": ["status"], "type": "enum"},
            {"target": "role", "from": ["role"], "type": "enum"},
        ],
    }
    found = read("id,act,status,role\n1,9,attended,\n", mapping).record
    assert (found.role, found.activity_id) == ("participant", "sessions:9")


def test_missing_texts_are_declared(read: Any, income: Any) -> None:
    text = HEAD + "1,N/A,1.00,talks\n"
    assert read(text, income(nulls=["N/A"])).record.received_on is None
    assert (
        read(text, income(columns={"received_on": {"nulls": ["N/A"]}})).record.received_on is None
    )
    assert read(text, income()).problem.code == "not-a-date"


def test_people_become_pseudonyms_and_are_never_shown(read: Any) -> None:
    mapping = {
        "record": "Attendance",
        "source": "list",
        "id": {"from": ["id"]},
        "columns": [
            {"target": "activity_id", "from": ["act"], "type": "id"},
            {"target": "person_key", "from": ["Email"], "type": "person"},
        ],
        "constants": {"status": "attended"},
    }
    found = read("id,act,Email\n1,9,Ada@example.org\n2,9,\n3,9,ada@EXAMPLE.org\n", mapping)
    first, second, third = found.records
    assert first.person_key == third.person_key != "Ada@example.org"
    assert second.person_key is None
    assert "ada" not in repr(found.batches[0].rows.to_pylist()).casefold()


def test_a_key_makes_the_same_identifier_in_every_export(read: Any, income: Any) -> None:
    mapping = income(id={"key": ["Date", "Amount"]})
    first = read("Date,Amount,Stream\n2023-12-14,1.00,talks\n", mapping).record.id
    other = read("Stream,Amount,Date\ntalks, 1.00,2023-12-14\n", mapping).record.id
    assert first == other
    assert first.startswith("finance:sha256:")
    assert len(first) == len("finance:sha256:") + 64


def test_equal_rows_are_told_apart_where_declared(read: Any, income: Any) -> None:
    text = "Date,Amount,Stream\n" + "2023-12-14,1.00,talks\n" * 3
    same = read(text, income(id={"key": ["Date", "Amount"]})).records
    assert len({r.id for r in same}) == 1
    numbered = {"key": ["Date", "Amount"], "number_repeats": True}
    assert len({r.id for r in read(text, income(id=numbered)).records}) == 3


def test_the_zone_of_the_mapping_fills_the_zone_of_the_record(read: Any) -> None:
    mapping = {
        "record": "Activity",
        "source": "list",
        "timezone": "Europe/London",
        "id": {"from": ["id"]},
        "columns": [
            {"target": "starts_at", "from": ["start"], "type": "datetime"},
            {"target": "organisation_ids", "from": ["orgs"], "type": "ids", "separator": "|"},
            {"target": "co_delivered", "from": ["co"], "type": "bool"},
        ],
        "constants": {"kind": "talk"},
    }
    found = read("id,start,orgs,co\n1,2023-07-01T10:00,a| b|a,Yes\n", mapping).record
    assert found.timezone == "Europe/London"
    assert found.starts_at == dt.datetime(2023, 7, 1, 9, tzinfo=dt.UTC)
    assert found.organisation_ids == ("list:a", "list:b")
    assert found.co_delivered is True


def test_a_file_with_a_header_alone_has_no_records(read: Any, income: Any) -> None:
    found = read(HEAD, income())
    assert (found.batches, found.refusals) == ([], [])


def test_currency_may_come_from_a_column(read: Any, income: Any) -> None:
    mapping = income(columns={"amount_minor": {"currency": {"column": ["Ccy"]}}})
    text = "No,Date,Amount,Stream,Ccy\n1,,10.50,talks,GBP\n2,,1050,talks,JPY\n3,,1.5,talks,KWD\n"
    found = [(r.amount_minor, r.currency) for r in read(text, mapping).records]
    assert found == [(1050, "GBP"), (1050, "JPY"), (1500, "KWD")]


def test_a_currency_that_is_none_refuses_the_row(read: Any, income: Any) -> None:
    mapping = income(columns={"amount_minor": {"currency": {"column": ["Ccy"]}}})
    text = "No,Date,Amount,Stream,Ccy\n1,,10.50,talks,gbp\n2,,1,talks,\n"
    found = read(text, mapping)
    assert [[p.code for p in r.problems] for r in found.refusals] == [
        ["not-a-currency"],
        ["missing-value"],
    ]


@pytest.mark.parametrize("source", ["constant", "column", "header"])
def test_currency_may_come_from_elsewhere(read: Any, income: Any, source: str) -> None:
    label = "Amount (JPY)" if source == "header" else "Amount"
    amount = {"from": [label], "currency": "header" if source == "header" else None}
    mapping = income(columns={"amount_minor": amount})
    mapping["columns"][1] = {k: v for k, v in mapping["columns"][1].items() if v is not None}
    if source == "constant":
        mapping["constants"]["currency"] = "JPY"
    if source == "column":
        mapping["columns"].append(
            {"target": "currency", "from": ["Ccy"], "type": "enum", "values": {"yen": "JPY"}}
        )
    found = read(f"No,Date,{label},Stream,Ccy\n1,,1050,talks,yen\n", mapping).record
    assert (found.amount_minor, found.currency) == (1050, "JPY")


def test_a_label_without_a_clear_currency_is_refused(read: Any, income: Any) -> None:
    mapping = income(columns={"amount_minor": {"from": ["Amount ($)"], "currency": "header"}})
    with pytest.raises(SourceError, match=r"does not say one currency for 'Amount \(\$\)'"):
        read("No,Date,Amount ($),Stream\n" + ROW, mapping)


def test_months_and_years_keep_their_precision(read: Any, income: Any) -> None:
    formats = {"formats": ["%Y-%m-%d", "%B %Y", "%Y"]}
    text = HEAD + "1,2023-12-14,1,talks\n2,March 2023,1,talks\n3,2022,1,talks\n4,,1,talks\n"
    found = read(text, income(columns={"received_on": formats})).records
    assert [(r.received_on, r.received_on_precision) for r in found] == [
        (dt.date(2023, 12, 14), "day"),
        (dt.date(2023, 3, 1), "month"),
        (dt.date(2022, 1, 1), "year"),
        (None, "day"),
    ]


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        (["03/04/2023", "1/2/2023"], "3 April 2023 or 4 March 2023"),
        (["03/04/2023", "13/04/2023"], r'declare formats: \["%d/%m/%Y"\]$'),
        (["03/04/23", "04/13/23"], r'declare formats: \["%m/%d/%y"\]$'),
        (["13/04/2023", "04/13/2023"], "with the day first and with the month first"),
    ],
)
def test_days_and_months_in_undeclared_order_refuse_the_file(
    read: Any, income: Any, dates: list[str], message: str
) -> None:
    rows = "".join(f"{n},{date},1.00,talks\n" for n, date in enumerate(dates))
    with pytest.raises(SourceError, match=message):
        read(HEAD + rows, income())


def test_one_stray_date_among_iso_dates_is_a_problem_of_its_row(read: Any, income: Any) -> None:
    found = read(HEAD + ROW + "2,03/04/2023,1.00,talks\n", income())
    assert found.lines == [2]
    assert found.refusals[0].problems[0].code == "not-a-date"


def test_a_mapping_that_does_not_fit_the_record_type_is_refused(read: Any, income: Any) -> None:
    with pytest.raises(ConfigError, match="nothing fills stream"):
        read(HEAD + ROW, income(columns={"stream": None}))


def test_progress_is_told_in_bytes(read: Any, income: Any, tmp_path: Any) -> None:
    from coprometrics.documents import structure
    from coprometrics.importers import Context, Source
    from coprometrics_csv.importer import CsvImporter
    from coprometrics_csv.mapping import Mapping

    path = tmp_path / "p.csv"
    path.write_text(HEAD + ROW)
    told: list[int] = []
    context = Context(person_key=str, progress=told.append)
    list(CsvImporter().read(Source.at(path), structure(income(), Mapping, "m"), context))
    assert told == [len(HEAD + ROW)]
