"""A proposed mapping marks its doubts, shows nobody, and works once they are settled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from coprometrics.documents import structure
from coprometrics.documents.yaml import read_yaml
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
