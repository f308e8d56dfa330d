"""Real awkward files, beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from coprometrics.errors import SourceError
from coprometrics.importers import Source
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.table import open_table

pytestmark = pytest.mark.samples

SPECTRUM = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates",
    "newlines", "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip


def cells(path: Path, **dialect: Any) -> tuple[list[dict[str, str]], dict[int, str]]:
    """Read all cells, and the code of each row with a problem by its line."""
    rows: list[dict[str, str]] = []
    problems: dict[int, str] = {}
    with open_table(Source.at(path), attrs.evolve(Dialect(), **dialect)) as table:
        labels = table.header.labels
        for block in table.blocks(tuple(range(len(labels)))):
            columns = [block.cells[n].to_pylist() for n in range(len(labels))]
            rows += [dict(zip(labels, row, strict=True)) for row in zip(*columns, strict=True)]
            lines: Any = block.lines.to_pylist()
            problems |= {lines[row]: found.code for row, found in block.problems.items()}
    return rows, problems


@pytest.mark.parametrize("name", SPECTRUM)
def test_the_spectrum_is_read_as_its_authors_say(samples: Path, name: str) -> None:
    folder = samples / "csv" / "csv-spectrum"
    expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))
    rows, problems = cells(folder / "csvs" / f"{name}.csv")
    if name == "location_coordinates":
        # One object instead of a list, and a telephone number that is not the file's.
        expected = [expected | {"Contact Phone Number": rows[0]["Contact Phone Number"]}]
    assert (rows, problems) == (expected, {})


@pytest.fixture
def frictionless(samples: Path) -> Path:
    return samples / "csv" / "frictionless"


def test_a_byte_order_mark_is_no_part_of_the_first_label(frictionless: Path) -> None:
    rows, _ = cells(frictionless / "bom.csv")
    assert rows == [{"id": "1", "name": "english"}, {"id": "2", "name": "中国人"}]


def test_rows_of_the_wrong_width_are_told_apart(frictionless: Path) -> None:
    _, problems = cells(frictionless / "defective-rows.csv")
    assert problems == {2: "short-row", 3: "long-row"}


def test_one_bad_row_does_not_end_the_file(frictionless: Path, read: Any) -> None:
    mapping = organisation("id", "name")
    found = read((frictionless / "defective-rows.csv").read_bytes() + b"1103,Zed,9\n", mapping)
    assert [r.name for r in found.records] == ["Zed"]
    assert [r.at.line for r in found.refusals] == [2, 3]


def organisation(key: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "record": "Organisation",
        "source": "list",
        "id": {"from": [key], **more.pop("id", {})},
        "columns": [{"target": "name", "from": [name]}],
        "constants": {"kind": "charity"},
        **more,
    }


def test_a_column_without_label_is_listed(frictionless: Path, read: Any) -> None:
    data = (frictionless / "blank-headers.csv").read_bytes()
    found = read(data, organisation("id", "age"))
    assert len(found.records) == 2
    assert [n.code for n in found.notices] == ["blank-labels"]


def test_duplicate_labels_are_an_error_unless_picked(frictionless: Path, read: Any) -> None:
    data = (frictionless / "duplicate-headers.csv").read_bytes()
    with pytest.raises(SourceError, match="3 columns may be meant by 'id'"):
        read(data, organisation("id", "name"))
    found = read(data, organisation("id", "name", id={"occurrence": 3}))
    assert [r.id for r in found.records] == ["list:001101", "list:001102"]


def test_latin_1_is_read_where_declared(frictionless: Path, read: Any) -> None:
    data = (frictionless / "latin1.csv").read_bytes()
    with pytest.raises(SourceError, match="cp1252"):
        read(data, organisation("id", "name"))
    dialect = {"encodings": ["utf-8", "cp1252"]}
    found = read(data, organisation("id", "name", dialect=dialect))
    assert [r.name for r in found.records] == ["english", "©"]


def test_leading_zeros_are_kept(frictionless: Path, read: Any) -> None:
    data = (frictionless / "leading-zeros.csv").read_bytes()
    found = read(data, organisation("value", "value"))
    assert [r.id for r in found.records] == ["list:01", "list:002", "list:00003"]


@pytest.mark.parametrize(
    ("name", "dialect", "count"),
    [
        ("matrix-with-comment.csv", {"comment": "#"}, 4),
        ("matrix-with-comment.csv", {"anchor": ("f1",)}, 4),
        ("skip-rows-before-headers.csv", {"comment": "#"}, 2),
        ("skip-rows-before-headers.csv", {"anchor": ("id", "name")}, 2),
        ("delimiter.csv", {"delimiter": ";"}, 2),
        ("doublequote.csv", {}, 5),
        ("timezone.csv", {}, 4),
    ],
)
def test_what_surrounds_the_table_is_declared(
    frictionless: Path, name: str, dialect: dict[str, Any], count: int
) -> None:
    rows, problems = cells(frictionless / name, **dialect)
    assert problems == {}
    assert len(rows) == count


def test_escapes_are_declared(frictionless: Path) -> None:
    path = frictionless / "escaping.csv"
    rows, problems = cells(path, escape="\\", skip_initial_space=True)
    assert problems == {}
    assert [row["Test"] for row in rows] == ["Test line 1", 'Test " line 2', 'Test " line 3']


def test_times_are_read_with_and_without_offset(frictionless: Path, read: Any) -> None:
    mapping = {
        "record": "StageEvent",
        "source": "list",
        "timezone": "Europe/London",
        "id": {"key": ["datetime"]},
        "columns": [{"target": "occurred_at", "from": ["datetime"], "type": "datetime"}],
        "constants": {"programme": "p", "stage": "s"},
        "ignore": ["time"],
    }
    found = read((frictionless / "timezone.csv").read_bytes(), mapping)
    assert [r.occurred_at.hour for r in found.records] == [15, 15, 12, 18]


def test_eight_hundred_and_seventy_grants_are_read(samples: Path, read: Any) -> None:
    mapping = {
        "record": "GrantAward",
        "source": "ptc",
        "id": {"from": ["Identifier"]},
        "columns": [
            {"target": "amount_total_minor", "from": ["Amount Awarded"], "type": "money",
             "currency": {"column": ["Currency"]}},
            {"target": "awarded_on", "from": ["Award Date"], "type": "date"},
            {"target": "starts_on", "from": ["Planned Dates:Start Date"], "type": "date"},
            {"target": "ends_on", "from": ["Planned Dates:End Date"], "type": "date"},
        ],
    }  # fmt: skip
    from coprometrics.tables.validation import validate

    found = read((samples / "awards" / "ptc_awards_min.csv").read_bytes(), mapping)
    assert found.refusals == []
    (batch,) = found.batches
    checked = validate(batch.rows, batch.record_type)
    assert batch.rows.num_rows == 870
    assert checked.issues.column("code").unique().to_pylist() == ["ends-before-start"]
    assert len(checked.refused) == 5
