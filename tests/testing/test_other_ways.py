"""A promise can be broken in more ways than one; the checks see these too."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pyarrow as pa
import pytest

from coprometrics.errors import SourceError
from coprometrics.importers import Batch, Context, Item, Match, Source
from coprometrics.records import Payment
from coprometrics.testing import CheckError, repeat_rows
from coprometrics.testing.cases import Case
from coprometrics.testing.checks import CHECKS
from coprometrics.testing.subject import Subject, configured
from coprometrics.testing.tampering import tampered

from .sample import HEADER, PaymentsImporter

CASE = Case.at(Path(__file__).parent / "cases" / "payments-of-may")
QUIET = logging.getLogger("payments.quiet")
QUIET.propagate = False
QUIET.setLevel(logging.CRITICAL)


def asked_elsewhere(_source: Source) -> None:
    thread = threading.Thread(target=lambda: dt.datetime.now(dt.UTC))
    thread.start()
    thread.join()


def fetched(_source: Source) -> None:
    with suppress(URLError):
        urllib.request.urlopen("http://localhost:9/list", timeout=1)


def slurped(source: Source) -> None:
    with source.open() as file:
        assert len(file.read().decode("utf-8", "replace").splitlines()) >= 0


def opened_as_text(source: Source) -> None:
    with source.path.open(errors="replace") as file:
        file.readline()


def read_unbuffered(source: Source) -> None:
    with source.path.open("rb", buffering=0) as file:
        file.readall()


WAYS: dict[str, tuple[str, Callable[[Source], Any]]] = {
    "the time": ("clock_is_that_of_the_context", lambda _: time.time()),
    "the day": ("clock_is_that_of_the_context", lambda _: dt.date.today()),  # noqa: DTZ011
    "the time, in a thread": ("clock_is_that_of_the_context", asked_elsewhere),
    "a page of the web": ("network_is_left_alone", fetched),
    "a word among the errors": ("nothing_is_printed", lambda _: sys.stderr.write("well")),
    "a quiet log": ("values_are_not_logged", lambda _: QUIET.debug("Orsino Vane was paid")),
    "text of any encoding": ("locale_does_not_matter", opened_as_text),
    "the file as text": ("memory_is_bounded", slurped),
    "another file": ("input_is_not_changed", lambda s: (s.path.parent / "seen").write_text("1")),
    "the file itself": ("input_is_not_changed", lambda s: s.path.write_bytes(b"")),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_reading_that_does_more_is_seen(way: str, tmp_path: Path) -> None:
    name, does = WAYS[way]

    class Doing(PaymentsImporter):
        def check(self, first: bytes, source: Source) -> None:
            does(source)
            super().check(first, source)

    assert_rejected(name, Doing, tmp_path)


@pytest.mark.parametrize(
    "read",
    [
        lambda source: source.path.read_bytes(),
        lambda source: source.sha256(),
        lambda source: source.path.read_text("latin-1"),
        read_unbuffered,
    ],
    ids=["bytes", "digest", "text", "unbuffered"],
)
def test_every_way_to_read_a_whole_file_is_counted(
    read: Callable[[Source], Any], tmp_path: Path
) -> None:
    class Reading(PaymentsImporter):
        def identify(self, source: Source) -> Match | None:
            read(source)
            return super().identify(source)

    assert_rejected("recognition_is_cheap", Reading, tmp_path)


def test_a_record_of_a_source_that_ends_too_early_is_not_yielded_twice(tmp_path: Path) -> None:
    class Retrying(PaymentsImporter):
        def items(self, lines: Iterator[bytes], source: Source, *given: Any) -> Iterator[Item]:
            yield from super().items(lines, source, *given)
            if not source.path.read_bytes().endswith(b"\n"):
                again = iter(source.path.read_bytes().splitlines(keepends=True)[1:])
                yield from super().items(again, source, *given)

    assert_rejected("truncated_sources_are_survived", Retrying, tmp_path)


def test_a_rival_that_is_broken_is_named(tmp_path: Path) -> None:
    class Broken(PaymentsImporter):
        name = "tables"

        def identify(self, source: Source) -> Match | None:
            raise KeyError("Orsino Vane")

    subject = Subject(PaymentsImporter, CASE, None, tmp_path, rivals=(Broken(),))
    check = next(check for check in CHECKS if check.name == "other_importers_leave_the_case")
    with pytest.raises(CheckError, match=r"'tables' of .* is broken: .* KeyError") as caught:
        check.run(subject)
    assert "rivals=" in caught.value.remedy
    assert "Orsino" not in str(caught.value)


def test_a_file_with_very_long_rows_is_not_grown_without_bounds(tmp_path: Path) -> None:
    sizes: list[int] = []

    def grown(name: str, data: bytes, times: int) -> bytes:
        sizes.append(times * len(data))
        return data

    long = Case("long", tmp_path / "long", ("long.csv",))
    long.folder.mkdir()
    row = b"101,2023-05-01 23:30,15.00,,%s,60\n" % (b"x" * 70_000)
    (long.folder / "long.csv").write_bytes(HEADER + b"\n" + row)
    config = configured(PaymentsImporter, CASE)
    check = next(check for check in CHECKS if check.name == "batches_are_bounded")
    check.run(Subject(PaymentsImporter, long, config, tmp_path, grow=grown))
    assert 16 << 20 < max(sizes) < 64 << 20


JSON_LINES = b'{"made": 3}\n{"id": "a:1", "n": 1, "on": "2023-05-01"}\n{"id": "a:2", "n": 2}\n'


class Guessing:
    """Reads lines of JSON, and lets the first values of a column say its type."""

    name, hook_api, record_types, config = "guessing", 1, (Payment,), None

    def identify(self, source: Source) -> Match | None:
        return Match("lines", "the name is that of JSON Lines", generic=True)

    def read(self, source: Source, config: None, context: Context) -> Iterator[Item]:
        with source.open() as file:
            file.readline()
            for line in file:
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise SourceError("it holds no JSON", where=source.name) from error
                yield from self.batch(row)

    def batch(self, row: dict[str, Any]) -> Iterator[Item]:
        row = {"id": row["id"], "amount_minor": row["n"], "currency": "GBP"}
        yield Batch(Payment, pa.Table.from_pylist([row]))


class Overlooking(Guessing):
    def batch(self, row: dict[str, Any]) -> Iterator[Item]:
        if isinstance(row.get("id"), str) and type(row.get("n")) is int:
            yield from super().batch({"id": row["id"], "n": min(row["n"], 9)})


@pytest.mark.parametrize(
    ("importer", "message"),
    [
        (Guessing, "has .* as 'id', and "),
        (Overlooking, "half of a surrogate pair as 'id', and UnicodeEncodeError comes out"),
    ],
)
def test_hostile_values_in_json_are_seen(
    importer: type[Guessing], message: str, tmp_path: Path
) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "a.jsonl").write_bytes(JSON_LINES)
    subject = Subject(importer, Case.at(tmp_path / "case"), None, tmp_path)
    check = next(check for check in CHECKS if check.name == "hostile_values_are_refused")
    with pytest.raises(CheckError, match=message):
        check.run(subject)


def test_few_labels_get_most_hostile_values() -> None:
    names = ["a", "b", "c", "d", "e", "f"]
    line = json.dumps(dict.fromkeys(names, 1)).encode() + b"\n"
    table = ",".join(names).encode() + b"\n1,2,3,4,5,6\n"
    for name, data in (("x.jsonl", line), ("x.csv", table)):
        found = [what for _name, what, before, after in tampered([(name, data)]) if before != after]
        for label in names:
            assert len({what for what in found if what.endswith(repr(label))}) == 8


def assert_rejected(name: str, importer: type[PaymentsImporter], folder: Path) -> None:
    subject = Subject(
        importer, CASE, configured(importer, CASE), folder, grow=repeat_rows, grown=90_000
    )
    check = next(check for check in CHECKS if check.name == name)
    with pytest.raises(CheckError):
        check.run(subject)
