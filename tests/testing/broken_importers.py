"""For every check of the kit an importer that breaks that promise and no other."""

from __future__ import annotations

import codecs
import contextlib
import datetime as dt
import locale
import logging
import socket
import struct
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
from attrs import evolve

from coprometrics.importers import (
    Batch,
    Importer,
    Item,
    Match,
    Notice,
    Refusal,
    Source,
)
from coprometrics.records import Income

from .sample import PaymentsImporter

Cells = list[str]


class OfAnotherContract(PaymentsImporter):
    hook_api = 2


class Unknowing(PaymentsImporter):
    def identify(self, source: Source) -> Match | None:
        return None


class Thorough(PaymentsImporter):
    def identify(self, source: Source) -> Match | None:
        with source.open() as file:
            file.read()
        return super().identify(source)


class Moody(PaymentsImporter):
    asked = 0

    def identify(self, source: Source) -> Match | None:
        self.asked += 1
        return super().identify(source) if self.asked % 2 else None


class Generic(PaymentsImporter):
    def identify(self, source: Source) -> Match | None:
        match = super().identify(source)
        return match and evolve(match, generic=True)


class Greedy(PaymentsImporter):
    def identify(self, source: Source) -> Match | None:
        if source.head(4) == b"%PDF":
            return Match("printed", "there may be payments in it")
        return super().identify(source)


class Changed(PaymentsImporter):
    def pence(self, text: str) -> int:
        return super().pence(text) * 100


class Wordy(PaymentsImporter):
    def refusal(self, line: int) -> Refusal:
        refusal = super().refusal(line)
        return evolve(refusal, problems=(evolve(refusal.problems[0], code="Not a payment"),))


class Undeclared(PaymentsImporter):
    record_types = (Income,)


class Misfitting(PaymentsImporter):
    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        row = super().row(cells, *given)
        return {**row, "minutes": -row["minutes"]}


class Repeating(PaymentsImporter):
    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        return super().row([cells[0][:1], *cells[1:]], *given)


class Counting(PaymentsImporter):
    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        return {**super().row(cells, *given), "id": f"pay:line-{given[0]}"}


class Dated(PaymentsImporter):
    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        row = super().row(cells, *given)
        return {**row, "id": f"{row['id']}/{given[3].now:%Y}"}


class Naming(PaymentsImporter):
    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        row = super().row(cells, *given)
        return {**row, "id": f"{row['id']}/{given[1].name.replace(' ', '')}"}


class Remembering(PaymentsImporter):
    def __init__(self) -> None:
        self.rows = 0

    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        self.rows += 1
        return super().row(cells, *given)

    def items(self, *given: Any) -> Iterator[Item]:
        yield from super().items(*given)
        yield Notice("rows-read", f"{self.rows} rows were read")


class FailingOnNothing(PaymentsImporter):
    def check(self, first: bytes, source: Source) -> None:
        if not first:
            raise IndexError("there is no first line")
        super().check(first, source)


class FailingAtTheEnd(PaymentsImporter):
    def lines(self, file: BinaryIO) -> Iterator[bytes]:
        for line in super().lines(file):
            if not line.endswith(b"\n") and line.count(b",") < 5 and len(line) < 999:
                raise IndexError("list index out of range")
            yield line


class FailingOnMarks(PaymentsImporter):
    def check(self, first: bytes, source: Source) -> None:
        if first.startswith(codecs.BOM_UTF16):
            first.decode("utf-8")
        super().check(first, source)


class FailingOnBytes(PaymentsImporter):
    def check(self, first: bytes, source: Source) -> None:
        if sum(byte > 127 for byte in source.head(200)) > 20:
            raise struct.error("unpack requires a buffer of 4 bytes")
        super().check(first, source)


class FailingOnNul(PaymentsImporter):
    def lines(self, file: BinaryIO) -> Iterator[bytes]:
        for line in super().lines(file):
            if b"\0" in line:
                raise ValueError("line contains NUL")
            yield line


class Trusting(PaymentsImporter):
    def minutes(self, text: str) -> int:
        return int(text)


class Patient(PaymentsImporter):
    def lines(self, file: BinaryIO) -> Iterator[bytes]:
        return iter(file)


class AllAtOnce(PaymentsImporter):
    def items(self, *given: Any) -> Iterator[Item]:
        held: list[pa.Table] = []
        lines: list[pa.Array[Any]] = []
        for item in super().items(*given):
            if isinstance(item, Batch) and item.lines is not None:
                held.append(item.rows.select(["id", "amount_minor", "currency"]))
                lines.append(item.lines)
            else:
                yield item
        if held:
            places = pa.chunked_array(lines).combine_chunks()
            yield Batch(self.record_types[0], pa.concat_tables(held), lines=places)


class Hoarding(PaymentsImporter):
    def batch(self, rows: list[dict[str, Any]], lines: list[int]) -> Batch:
        self.held = [*getattr(self, "held", []), *rows]
        return super().batch(rows, lines)


class Scribbling(PaymentsImporter):
    def check(self, first: bytes, source: Source) -> None:
        source.path.with_suffix(".seen").write_bytes(first)
        super().check(first, source)


class Talking(PaymentsImporter):
    def check(self, first: bytes, source: Source) -> None:
        print("reading a list of payments")  # noqa: T201  (that is what is wrong with it)
        super().check(first, source)


class Cautious(PaymentsImporter):
    def check(self, first: bytes, source: Source) -> None:
        warnings.warn("this is an old kind of list", DeprecationWarning, stacklevel=2)
        super().check(first, source)


class Logging(PaymentsImporter):
    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        row = super().row(cells, *given)
        logging.getLogger("payments").debug("read %s", row)
        return row


class Online(PaymentsImporter):
    def check(self, first: bytes, source: Source) -> None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", 9), timeout=1).close()
        super().check(first, source)


class OfToday(PaymentsImporter):
    def day(self, text: str) -> str:
        day = super().day(text)
        if day > dt.date.today().isoformat():  # noqa: DTZ011  (that is what is wrong with it)
            raise ValueError("it is not paid yet")
        return day


class OfHere(PaymentsImporter):
    def day(self, text: str) -> str:
        super().day(text)
        here = dt.datetime.strptime(text, "%Y-%m-%d %H:%M").astimezone()
        return here.astimezone(dt.UTC).date().isoformat()


class OfThisCountry(PaymentsImporter):
    def pence(self, text: str) -> int:
        pence = round(locale.atof(text) * 100)
        if abs(pence) > 10**12:
            raise ValueError("too much")
        return pence


class Gossiping(PaymentsImporter):
    def row(self, cells: Cells, *given: Any) -> dict[str, Any]:
        return {**super().row(cells, *given), "policy": f"agreed with {cells[4]}"}


BROKEN: dict[str, type[Importer]] = {
    "importer_fits_the_contract": OfAnotherContract,
    "case_is_recognised": Unknowing,
    "recognition_is_cheap": Thorough,
    "recognition_is_steady": Moody,
    "other_importers_leave_the_case": Generic,
    "foreign_files_are_left": Greedy,
    "case_gives_what_is_expected": Changed,
    "items_fit_the_contract": Wordy,
    "only_declared_types": Undeclared,
    "records_fit": Misfitting,
    "ids_are_unique": Repeating,
    "order_does_not_matter": Counting,
    "reading_again_changes_nothing": Dated,
    "copies_change_nothing": Naming,
    "readings_do_not_mix": Remembering,
    "empty_sources_are_survived": FailingOnNothing,
    "truncated_sources_are_survived": FailingAtTheEnd,
    "other_encodings_are_survived": FailingOnMarks,
    "random_bytes_are_survived": FailingOnBytes,
    "damaged_sources_are_survived": FailingOnNul,
    "hostile_values_are_refused": Trusting,
    "endless_lines_are_refused": Patient,
    "batches_are_bounded": AllAtOnce,
    "memory_is_bounded": Hoarding,
    "input_is_not_changed": Scribbling,
    "nothing_is_printed": Talking,
    "nothing_warns": Cautious,
    "values_are_not_logged": Logging,
    "network_is_left_alone": Online,
    "clock_is_that_of_the_context": OfToday,
    "time_zone_does_not_matter": OfHere,
    "locale_does_not_matter": OfThisCountry,
    "nothing_personal_leaves": Gossiping,
}
