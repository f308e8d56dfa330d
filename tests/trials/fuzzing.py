"""Feeds one reader with bytes that atheris makes up; a program of its own.

Arguments: the name of the target, a folder for what is found, and those of libFuzzer.
"""

from __future__ import annotations

import contextlib
import io
import sys
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import atheris

PLUGINS = [f"coprometrics_{name}" for name in ("360giving", "csv", "eventbrite", "twitter")]

with atheris.instrument_imports(include=["coprometrics", *PLUGINS, "ruamel.yaml"]):
    from coprometrics.documents import load_document
    from coprometrics.documents.loading import parse_document
    from coprometrics.documents.yaml import read_yaml
    from coprometrics.errors import CoprometricsError
    from coprometrics.importers import Batch, Context, Source
    from coprometrics.importers.registry import Registry
    from coprometrics.importers.runner import load_config
    from coprometrics.report.printed import parse_printed
    from coprometrics.report.report_file import Report
    from coprometrics.tables.validation import validate
    from coprometrics_csv.dates import DateFormat, parse_date, parse_datetime
    from coprometrics_csv.dialect import Dialect
    from coprometrics_csv.faults import CellError
    from coprometrics_csv.importer import CsvImporter
    from coprometrics_csv.mapping import Mapping
    from coprometrics_csv.numerals import Numerals, currency_of_label
    from coprometrics_csv.people import address_of
    from coprometrics_csv.table import open_table

ALLOWED = (CoprometricsError, CellError)
"""What readers may raise; all else is a crash."""

LONDON = zoneinfo.ZoneInfo("Europe/London")
FORMATS = ("%d/%m/%Y", "%Y-%m-%dT%H:%M:%S.%f%z", "%d %b %y", "%A %j %Y", "%I:%M %p %d%m%Y", "%Y")
MAPPING = Path(__file__).parents[2] / "plugins/coprometrics-csv/tests/cases/payments/config.yaml"
HEAD = b"No,Date,Amount,Currency,Email,Minutes\n"
FOLDER = Path(sys.argv[2])
CONTEXT = Context(lambda _address: "0" * 32)


class Given(Source):
    """A source that is in memory."""

    data = b""

    def open(self) -> Any:
        return io.BytesIO(self.data)


def given(data: bytes) -> Given:
    Given.data = data
    return Given(FOLDER / "f.csv", "f.csv")


DIALECTS = [
    Dialect(),
    Dialect(quote="", delimiter="\t"),
    Dialect(delimiter=";", escape="\\", doubled_quotes=False, skip_initial_space=True),
    Dialect(header=2, anchor=("No",), footer=("Total",), comment="#", record_limit=1_000),
    Dialect(header=0, encodings=("utf-8", "cp1252")),
    Dialect(encodings=("utf-16",)),
    Dialect(encodings=("utf-7", "shift_jis", "latin-1")),
]
CONFIG = load_document(MAPPING, Mapping).value


def table(data: bytes) -> None:
    """Read a table of CSV in one of several dialects."""
    dialect = DIALECTS[data[0] % len(DIALECTS)] if data else DIALECTS[0]
    with open_table(given(data[1:]), dialect) as opened:
        for block in opened.blocks(tuple(range(len(opened.header.labels)))):
            assert {len(column) for column in block.cells.values()} <= {len(block.lines)}


def rows(data: bytes) -> None:
    """Read rows by a mapping."""
    for _ in CsvImporter().read(given(HEAD + data), CONFIG, CONTEXT):
        pass


def dates(data: bytes) -> None:
    """Read a date by some formats, and a format itself."""
    text = data.decode("utf-8", "replace")
    known = tuple(DateFormat.of(format_, "m") for format_ in FORMATS)
    for formats in ((), known):
        with contextlib.suppress(CellError):
            parse_date(text, formats)
        with contextlib.suppress(CellError):
            parse_datetime(text, formats, LONDON, None)
    declared, _, rest = text.partition("\n")
    found = DateFormat.of(declared, "m")
    found.date(rest)


def numerals(data: bytes) -> None:
    """Read a number and an amount."""
    text = data.decode("utf-8", "replace")
    currency_of_label(text)
    address_of(text)
    for known in (Numerals(), Numerals(",", "."), Numerals(".", " "), Numerals(".", "")):
        with contextlib.suppress(CellError):
            known.integer(text)
        for currency in ("GBP", "JPY", "KWD"):
            with contextlib.suppress(CellError):
                known.money(text, currency)
    with contextlib.suppress(CoprometricsError):
        parse_printed(text)


def documents(data: bytes) -> None:
    """Read a YAML document."""
    text = data.decode("utf-8", "replace")
    read_yaml(text, "f.yaml")
    for kind in (Mapping, Report):
        with contextlib.suppress(CoprometricsError):
            parse_document(text, kind, "f.yaml")


def of_importer(name: str, suffix: str) -> Callable[[bytes], None]:
    """Give the target of an importer that is installed: reading one file into checked records."""
    with atheris.instrument_imports(include=PLUGINS):
        found = Registry().importer(name)
    config = load_config(found, None)
    path = FOLDER / f"source{suffix}"

    def target(data: bytes) -> None:
        path.write_bytes(data)
        source = Source.at(path)
        found.importer.identify(source)
        for item in found.importer.read(source, config, CONTEXT):
            if isinstance(item, Batch):
                validate(item.rows, item.record_type)

    return target


TARGETS: dict[str, Callable[[bytes], None]] = {
    "table": table,
    "rows": rows,
    "dates": dates,
    "numerals": numerals,
    "documents": documents,
}


def main() -> None:
    """Run one target until its time is over."""
    name = sys.argv[1]
    target = TARGETS.get(name) or of_importer(*name.split(":"))

    def guarded(data: bytes) -> None:
        with contextlib.suppress(*ALLOWED):
            target(data)

    atheris.Setup([sys.argv[0], *sys.argv[3:]], guarded)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
