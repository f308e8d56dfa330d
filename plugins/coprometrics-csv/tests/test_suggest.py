"""A proposed mapping marks its doubts, shows nobody, and works once they are settled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from coprometrics.documents import structure
from coprometrics.documents.yaml import read_yaml
from coprometrics.errors import SourceError
from coprometrics.records import RECORD_TYPES
from coprometrics_csv.commands import csv
from coprometrics_csv.mapping import Mapping

LEDGER = """Invoice no;Invoice date;Amount (GBP);Category;Customer email;Contact;Notes
A1;13/04/2023;1,234.50;Consulting;ada@example.org;Ada Byron;thanks
A2;03/05/2023;(15.00);Talks;bob@example.org;Bob Marley;
"""


def run(path: Path, *more: str) -> Result:
    return CliRunner().invoke(csv, ["suggest", str(path), *more], catch_exceptions=False)


@pytest.fixture
def propose(tmp_path: Path) -> Any:
    def make(text: str | bytes, record: str) -> str:
        path = tmp_path / "f.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return run(path, "--as", record, "--source", "finance").output

    return make


def test_a_proposal_fits_the_schema_and_reads_the_file(propose: Any, read: Any) -> None:
    text = propose(LEDGER, "Income")
    data = read_yaml(text, "proposal").data
    assert structure(data, Mapping, "proposal").record == "Income"
    found = read(LEDGER, data)
    assert [(r.id, r.amount_minor, r.stream) for r in found.records] == [
        ("finance:A1", 123450, "consultancy"),
        ("finance:A2", -1500, "talks"),
    ]


def test_a_proposal_shows_nothing_of_people(propose: Any) -> None:
    for record in ("Income", "Attendance", "Organisation"):
        text = propose(LEDGER, record)
        for secret in ("ada", "Byron", "Marley", "example.org"):
            assert secret not in text


def test_days_that_may_be_months_are_a_doubt(propose: Any) -> None:
    text = propose(LEDGER.replace("13/04", "12/04"), "Income")
    assert "# doubt: day/month order" in text
    assert '"%d/%m/%Y"' in text
    assert '"%m/%d/%Y"' in text
    data = read_yaml(text, "proposal").data
    (column,) = (c for c in data["columns"] if c["target"] == "received_on")
    assert "formats" not in column


def test_days_that_are_evident_are_proposed(propose: Any) -> None:
    assert 'formats: ["%d/%m/%Y"]' in propose(LEDGER, "Income")


def test_dates_with_more_text_are_a_doubt_and_not_shown(propose: Any) -> None:
    text = propose(
        "no,date,amount\n1,03/04/2023 met Adelaide,5\n2,13/04/2023\u2028x: y,6\n", "Income"
    )
    assert '# doubt: how the dates of "date" are written' in text
    assert "Adelaide" not in text


def test_addresses_become_pseudonyms(propose: Any) -> None:
    text = propose("id;session;email\n1;s;ada@example.org\n2;s;bob@example.org\n", "Attendance")
    assert '{target: person_key, from: ["email"], type: person}' in text


def test_another_encoding_is_a_doubt(propose: Any) -> None:
    text = propose(LEDGER.replace("thanks", "merci à vous").encode("cp1252"), "Income")
    assert "encodings: [utf-8, cp1252]  # doubt" in text


def test_what_is_not_found_is_a_doubt(propose: Any) -> None:
    text = propose("Invoice no,Amount\n1,5.00\n2,6.00\n", "Income")
    assert "currency: GBP}  # doubt: the currency" in text
    assert "stream: consultancy  # doubt: no column found" in text


@pytest.mark.parametrize("record", [record.__name__ for record in RECORD_TYPES])
def test_every_proposal_is_yaml_of_the_right_shape(propose: Any, record: str) -> None:
    for text in (LEDGER, "a,b\n", "x\n1\n", 'Date,"Odd ""label"": {x}"\n2023-01-01,[]\n'):
        structure(read_yaml(propose(text, record), "proposal").data, Mapping, "proposal")


def test_the_command_says_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(LEDGER)
    assert run(path).exit_code == 2


@pytest.mark.parametrize(
    "first",
    ["ada@example.org,Ada,1", "Ada Byron,020 7946 0123,x", "Ada,14/12/2023,9", "Ada,2023-12-14,9",
     "Ada,12.50,x"],
)  # fmt: skip
def test_a_first_row_of_data_is_refused_unseen(tmp_path: Path, first: str) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"{first}\n{first}\n")
    with pytest.raises(
        SourceError, match=r"there seems to be no header.*; set header: 0"
    ) as caught:
        run(path, "--as", "Income")
    assert "ada" not in str(caught.value).casefold()
    assert "Ada" not in CliRunner().invoke(csv, ["suggest", str(path), "--as", "Income"]).output


@pytest.mark.parametrize("label", ["Status", "Ticket", "Category", "Kind", "Source", "Role", "Who"])
@pytest.mark.parametrize("record", ["Attendance", "Income", "Activity"])
def test_texts_like_names_or_places_are_not_shown(propose: Any, label: str, record: str) -> None:
    people = [
        "Ada Byron",
        "Marley, Bob",
        "Dr zed",
        "12 high street",
        "Flat 1 N1 2AB",
        "O\u2019Neill X",
    ]
    words = ["Attended", "Talks", "Training", "Research", "Registered", "Meeting", "Workshop"]
    for text in (people, [*people, "Attended", "Talks"], [*words, "Dr zed"], [*words, people[3]]):
        rows = "".join(f'"{person}",2023-12-14\n' for person in text * 2)
        proposal = propose(f"{label},Date\n{rows}", record)
        assert not any(person in proposal for person in people)


def test_cells_are_listed_where_one_is_like_an_option(propose: Any) -> None:
    listed = propose("id,Status\n1,attended\n2,ill\n", "Attendance")
    assert '"ill": ' in listed
    hidden = propose("id,Status\n1,byron\n2,marley\n", "Attendance")
    assert "byron" not in hidden
    assert "# doubt: its texts do not look like kinds of things" in hidden


LABELS_OF_PEOPLE = ("Participant", "Attendee", "Member", "Member no", "Name", "Contact", "Guests")


@pytest.mark.parametrize("label", LABELS_OF_PEOPLE)
def test_no_key_is_proposed_of_people(propose: Any, label: str) -> None:
    text = propose(f"{label},Date,Cost\nbyron,2023-12-14,5.00\nmarley,2023-12-14,5.00\n", "Income")
    (line,) = (line for line in text.splitlines() if line.startswith("id:"))
    assert line == 'id: {key: ["Date", "Cost"]}'


def test_numbers_of_people_are_counts(propose: Any) -> None:
    text = propose("id,Participants\n1,12\n2,15\n", "Activity")
    assert '{target: headcount, from: ["Participants"], type: int}' in text


def test_a_column_that_tells_rows_apart_is_proposed_with_a_doubt(propose: Any) -> None:
    rows = "".join(f"{n},A{n},1{n}/12/2023,{n}.50,Talks\n" for n in (1, 2, 3))
    text = propose(f"Row,Inv,Date,Amount (GBP),Category\n{rows}", "Income")
    doubt, line = text.split("source: finance\n")[1].splitlines()[:2]
    assert doubt == "# doubt: every row looked at has another text here; is it an identifier?"
    assert line == 'id: {from: ["Inv"]}'
    assert 'ignore: ["Row"]' in text


def test_where_nothing_identifies_rows_the_doubt_claims_no_more(propose: Any) -> None:
    text = propose("Date,Amount\n14/12/2023,1.50\n15/12/2023,2.50\n", "Income")
    assert "no column has a different text" not in text
    assert "# doubt: no column of identifiers was found" in text
    assert 'id: {key: ["Date", "Amount"]}' in text


def test_a_file_of_people_alone_has_no_key(propose: Any) -> None:
    text = propose("Email,Name\nada@example.org,Ada\nbob@example.org,Bob\n", "Attendance")
    assert structure(read_yaml(text, "proposal").data, Mapping, "proposal").id.key == ()
