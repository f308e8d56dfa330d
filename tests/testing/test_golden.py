"""Golden files: stable lines, readable differences, and nothing personal in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from coprometrics.cli import cli
from coprometrics.errors import ParameterError
from coprometrics.testing.cases import Case, find_cases
from coprometrics.testing.golden import compare, generate, lines_of

from .broken_importers import Changed, Gossiping
from .sample import HEADER, PaymentsImporter

CSV_CASES = Path(__file__).parents[2] / "plugins" / "coprometrics-csv" / "tests" / "cases"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = tmp_path / "cases" / "may"
    shutil.copytree(Path(__file__).parent / "cases" / "payments-of-may", folder)
    return Case.at(folder)


def test_what_is_written_is_what_is_compared(case: Case) -> None:
    assert compare(case, PaymentsImporter) is None
    case.expected.unlink()
    with pytest.raises(ParameterError, match="does not say what is expected"):
        compare(case, PaymentsImporter)
    assert generate(case, PaymentsImporter)
    assert not generate(case, PaymentsImporter)
    assert compare(case, PaymentsImporter) is None


def test_a_difference_shows_the_lines_that_differ(case: Case) -> None:
    differs = compare(case, Changed) or ""
    assert '-{"record": "Payment", "id": "pay:101", "person_key": "person 1", ' in differs
    assert '"amount_minor": 150000' in differs


def test_people_are_numbered_and_no_pseudonym_is_written(case: Case) -> None:
    text = lines_of(case, PaymentsImporter)
    assert text.count('"person_key": "person 2"') == 2
    assert "0123456789abcdef" not in text


def test_what_is_personal_is_never_written(case: Case) -> None:
    before = case.expected.read_text()
    with pytest.raises(ParameterError, match=r"line 2 would hold the text 3 .*, in policy") as told:
        generate(case, Gossiping)
    assert "Zephyrine" not in str(told.value)
    assert case.expected.read_text() == before


def test_a_source_that_is_refused_as_a_whole_is_a_case_too(case: Case) -> None:
    (case.folder / "payments-of-may.csv").write_bytes(HEADER[:-1] + b"\n")
    assert lines_of(case, PaymentsImporter).splitlines() == [
        '{"source": "payments-of-may.csv", "variant": null}',
        '{"error": "SourceError", "what": "this is no list of payments", "remedy": null}',
    ]


def test_the_commands_write_and_compare(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    shutil.copytree(CSV_CASES, folder)
    names = [case.name for case in find_cases(folder)]

    def run(command: str) -> tuple[int, list[str]]:
        given = ["plugin", "golden", command, str(folder), "--importer", "csv"]
        done = CliRunner().invoke(cli, given, standalone_mode=False, catch_exceptions=False)
        return done.return_value or 0, done.output.splitlines()

    assert run("compare") == (0, [f"{name}: as expected" for name in names])
    expected = folder / names[-1] / "expected.jsonl"
    expected.write_text(expected.read_text().replace("pay:101", "pay:100"))
    code, lines = run("compare")
    assert code == 1
    assert f"{names[-1]}: differs" in lines
    assert any(line.startswith('-{"record": "Payment", "id": "pay:100"') for line in lines)
    assert run("generate") == (0, [f"{names[0]}: as before", f"{names[-1]}: written"])
    assert run("compare")[0] == 0
