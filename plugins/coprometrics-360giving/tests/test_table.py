"""Tables in CSV: the names of their columns, and their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from coprometrics.errors import SourceError

from .conftest import Read, table

Reader = Callable[..., Read]

ROW = {
    "Identifier": "360G-example-1",
    "Title": "A garden for everyone",
    "Currency": "GBP",
    "Amount Awarded": "1000.50",
    "Award Date": "2023-03-01",
    "Planned Dates:Start Date": "2023-04",
    "Planned Dates:End Date": "2024",
    "Planned Dates:Duration (months)": "",
    "Recipient Org:Identifier": "GB-CHC-1999999",
    "Recipient Org:Name": "Garden Friends",
    "Funding Org:Identifier": "GB-COH-99999999",
    "Funding Org:Name": "Example Trust",
}
PATHS = {
    "Identifier": "id",
    "Title": "title",
    "Currency": "currency",
    "Amount Awarded": "amountAwarded",
    "Award Date": "awardDate",
    "Planned Dates:Start Date": "plannedDates/0/startDate",
    "Planned Dates:End Date": "plannedDates/0/endDate",
    "Planned Dates:Duration (months)": "plannedDates/0/duration",
    "Recipient Org:Identifier": "recipientOrganization/0/id",
    "Recipient Org:Name": "recipientOrganization/0/name",
    "Funding Org:Identifier": "fundingOrganization/0/id",
    "Funding Org:Name": "fundingOrganization/0/name",
}


def renamed(name: Callable[[str], str]) -> str:
    return table({name(label): cell for label, cell in ROW.items()})


@pytest.mark.parametrize(
    "text",
    [
        table(ROW),
        renamed(PATHS.__getitem__),
        renamed(lambda label: PATHS[label].replace("/0", "")),
        renamed(lambda label: f" {label.upper()} "),
        renamed(lambda label: label.replace(":", ":0:")),
        table(ROW, delimiter=";"),
        table(ROW, delimiter="\t"),
        "\ufeff" + table(ROW),
        table(ROW).replace("\n", "\r\n"),
        table(ROW, {}),
    ],
)
def test_columns_are_known_by_their_titles_and_by_their_paths(
    read_table: Reader, text: str
) -> None:
    found = read_table(text)
    award = found.grant
    assert (award.id, award.amount_total_minor) == ("360giving:360G-example-1", 100_050)
    assert (award.starts_on, award.starts_on_precision) == (dt.date(2023, 4, 1), "month")
    assert (award.ends_on, award.ends_on_precision) == (dt.date(2024, 1, 1), "year")
    assert award.recipient_id == "360giving:GB-CHC-1999999"
    assert found.organisations["GB-COH-99999999"].name == "Example Trust"
    assert found.notices == []
    assert found.batches[0].lines is not None
    assert found.batches[0].lines.to_pylist() == [2]


def test_further_parts_have_their_number(read_table: Reader) -> None:
    found = read_table({**ROW, "Recipient Org:1:Identifier": "GB-CHC-1999998"})
    assert found.grant.recipient_id is None
    assert found.said["several-recipients"].endswith("(line 2)")


def test_columns_that_nobody_reads_are_listed(read_table: Reader) -> None:
    more = {
        "Grant Programme:Title": "Parks", "Beneficiary Location:0:Name": "Here",
        "For Regrant Type": "", "Recipient Org:Contact Name": "Somebody Real",
    }  # fmt: skip
    found = read_table({**ROW, **more})
    assert found.said["unmapped-columns"] == (
        "columns that no record keeps: " + ", ".join(map(repr, more))
    )
    assert "Somebody" not in repr((found.notices, found.grants, found.organisations))


@pytest.mark.parametrize(
    "label",
    ["Recipient Ind:Name", "recipientIndividual/id", "To Individuals Details:Grant Purpose"],
)
def test_nothing_is_kept_of_people(read_table: Reader, label: str) -> None:
    found = read_table({**ROW, label: "Somebody Real", "Recipient Ind:Identifier": "360G-IND-1"})
    assert found.findings == {"to-individuals"}
    assert (found.grant.title, found.grant.recipient_id) == (None, None)
    assert "GB-CHC-1999999" not in found.organisations
    assert "Somebody" not in repr((found.notices, found.grants, found.organisations))


def test_every_row_is_a_record_or_is_refused_with_line_and_column(read_table: Reader) -> None:
    text = table(ROW, {**ROW, "Amount Awarded": "1.5 million"}, {**ROW, "Award Date": "1/3/23"})
    found = read_table(text + "short\n" + "\0" + "\n")
    assert len(found.grants) == 1
    told = [
        (refusal.at.line, problem.code, problem.field, problem.value)
        for refusal in found.refusals
        for problem in refusal.problems
    ]
    assert told == [
        (3, "not-an-amount", "Amount Awarded", "(withheld)"),
        (4, "not-a-date", "Award Date", "'1/3/23'"),
        (5, "short-row", None, None),
        (6, "nul-character", None, None),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("Name,Amount\na,1\n", r"no table of grants .*; it must have at least .*'Name', 'Amount'"),
        (table({**ROW, "title": "b"}), r"'Title' \(column 2\) and 'title' \(column 13\)"),
        (table({**ROW, "Recipient Org:0:Name": "b"}), "two columns have one field"),
        (table(ROW).replace("GBP", "G" * 200_000), "more than 131,072 characters"),
        (table(ROW).strip() + "," * 200_000, "more than 131,072 characters"),
    ],
)
def test_what_is_no_such_table_is_refused_as_a_whole(
    read_table: Reader, text: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        read_table(text)


def test_another_encoding_is_a_notice(read_table: Reader) -> None:
    found = read_table(table({**ROW, "Recipient Org:Name": "Café"}).encode("cp1252"))
    assert found.organisations["GB-CHC-1999999"].name == "Café"
    assert found.findings == {"encoding"}


def test_a_table_without_currency_takes_that_of_the_settings(read_table: Reader) -> None:
    row: dict[str, Any] = {label: cell for label, cell in ROW.items() if label != "Currency"}
    problem = read_table(row).problem
    assert (problem.code, problem.field) == ("missing-value", "currency")
    assert read_table(row, currency="GBP").grant.amount_total_minor == 100_050
