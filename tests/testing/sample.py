"""A sound importer, of lists of payments, that the broken ones are made from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, ClassVar, Literal

import attrs
import pyarrow as pa

from coprometrics.documents import setting
from coprometrics.errors import SourceError
from coprometrics.importers import (
    Batch,
    Context,
    Item,
    Locator,
    Match,
    Notice,
    Problem,
    Refusal,
    Skipped,
    Source,
)
from coprometrics.records import Payment, Record

HEADER = b"payment,paid at,pounds,address,full name,minutes"
ROWS = 100
LONGEST = 1 << 17


@attrs.frozen
class Payments:
    """How lists of payments are read."""

    document_name: ClassVar[str] = "payments"
    document_version: ClassVar[int] = 1

    schema: Literal["payments-v1"] = setting("The version.", default="payments-v1")
    source: str = setting("What stands before every number.", default="pay")


class PaymentsImporter:
    """Imports payments from CSV files of one form."""

    name = "payments"
    hook_api = 1
    record_types: tuple[type[Record], ...] = (Payment,)
    config: type[Any] | None = Payments

    def identify(self, source: Source) -> Match | None:
        if source.head(len(HEADER)) != HEADER:
            return None
        return Match("list", "it has the header of a list of payments")

    def read(self, source: Source, config: Payments, context: Context) -> Iterator[Item]:
        with source.open() as file:
            self.check(file.readline(), source)
            yield from self.items(self.lines(file), source, config, context)

    def check(self, first: bytes, source: Source) -> None:
        if first.rstrip() != HEADER:
            raise SourceError("this is no list of payments", where=source.name)

    def lines(self, file: BinaryIO) -> Iterator[bytes]:
        while line := file.readline(LONGEST):
            yield line
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)

    def items(
        self, lines: Iterator[bytes], source: Source, config: Payments, context: Context
    ) -> Iterator[Item]:
        rows: list[dict[str, Any]] = []
        numbers: list[int] = []
        void = 0
        for number, line in enumerate(lines, start=2):
            cells = line.decode("utf-8", "replace").rstrip("\r\n").split(",")
            if cells[0] == "void":
                void += 1
                continue
            try:
                row = self.row(cells, number, source, config, context)
            except (ArithmeticError, ValueError, LookupError):
                yield self.refusal(number)
                continue
            rows.append(row)
            numbers.append(number)
            if len(rows) == ROWS:
                yield self.batch(rows, numbers)
                rows, numbers = [], []
        if rows:
            yield self.batch(rows, numbers)
        if void:
            yield Skipped(void, "void")
        yield Notice("column-left-out", "the column 'full name' is left out")

    def row(
        self, cells: list[str], number: int, source: Source, config: Payments, context: Context
    ) -> dict[str, Any]:
        payment, paid_at, pounds, address, _name, minutes = cells
        return {
            "id": f"{config.source}:{int(payment)}",
            "paid_on": self.day(paid_at),
            "amount_minor": self.pence(pounds),
            "currency": "GBP",
            "person_key": context.person_key(address) if address.strip() else None,
            "minutes": self.minutes(minutes),
        }

    def day(self, text: str) -> str:
        if len(text) != len("2023-05-01 23:30") or not text[:10].isascii():
            raise ValueError(text)
        year, month, day = (int(part) for part in text[:10].split("-"))
        return f"{year:04}-{month:02}-{day:02}"

    def minutes(self, text: str) -> int:
        minutes = int(text)
        if not 0 <= minutes < 10**9:
            raise ValueError(text)
        return minutes

    def pence(self, text: str) -> int:
        try:
            pence = Decimal(text) * 100
        except InvalidOperation:
            raise ValueError("no amount") from None
        if pence != int(pence) or abs(pence) > 10**12:
            raise ValueError("no whole pence")
        return int(pence)

    def batch(self, rows: list[dict[str, Any]], lines: list[int]) -> Batch:
        return Batch(Payment, pa.Table.from_pylist(rows), lines=pa.array(lines, pa.int64()))

    def refusal(self, line: int) -> Refusal:
        problem = Problem("not-a-payment", "must have a number, a time, an amount and minutes")
        return Refusal(Locator(line=line), (problem,))
