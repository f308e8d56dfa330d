"""The CSV reports of the service: from bytes to attendances, income and activities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import ConfigError, shown
from coprometrics.importers import Batch, Context, Item, Notice, Skipped, Source
from coprometrics.records import Activity, Attendance, Income, Record
from coprometrics_csv.columns import Header, fold
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.readers import INSTANT
from coprometrics_csv.table import Table, open_table
from coprometrics_eventbrite import bookings
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.happenings import SeenEvent, happenings
from coprometrics_eventbrite.payments import are_refunds, payments, with_refunds
from coprometrics_eventbrite.presets import check_labels, delimiter_of, plain, recognised, unknown
from coprometrics_eventbrite.rows import Report, RowMaker
from coprometrics_eventbrite.tickets import ROWS, each_ticket

__all__ = ["read_report"]

_BATCH = 1 << 16
_TOTALS = "TOTALS"


def read_report(source: Source, config: Eventbrite, context: Context) -> Iterator[Item]:
    """Read a report; every row becomes records, a refusal, or is counted as left out.

    The tickets of an order may stand anywhere in the file, and are looked at together. So the
    columns that matter are kept, as Arrow, until the whole file is read.

    Raises:
        SourceError: when the file is no report that is known, or cannot be read.
        ConfigError: when it does not name its event, and the settings do not either.
    """
    check_labels(config.labels)
    renamed = {fold(label): meant for label, meant in config.labels.items()}
    dialect = Dialect(
        encodings=("utf-8", "cp1252"),
        delimiter=delimiter_of(source, renamed),
        footer=(_TOTALS,),
    )
    with open_table(source, dialect) as table:
        report = _bound(table.header, renamed)
        _check_event(report, config, source)
        yield from _notices(table, report, renamed)
        maker = RowMaker(report, config, context.person_key)
        parts: list[pa.Table] = []
        seen: set[SeenEvent] = set()
        left_out: dict[str, int] = {}
        for block in table.blocks(report.wanted, context.progress):
            made = maker.make(block)
            for reason, count in block.left_out.items():
                left_out[reason] = left_out.get(reason, 0) + count
            yield from made.refusals
            parts.append(made.rows)
            seen |= made.events
    yield from (Skipped(count, reason) for reason, count in left_out.items())
    yield from _about_money(maker)
    rows = pa.concat_tables(parts).combine_chunks() if parts else ROWS.empty_table()
    parts.clear()
    if "status" not in report.positions:
        rows = with_refunds(rows)
    yield from _records(rows, seen, config, context)


def _bound(header: Header, renamed: dict[str, str]) -> Report:
    labels = tuple(renamed.get(fold(label), label) for label in header.labels)
    preset = recognised(labels)
    if preset is None:
        raise unknown(Header(labels, header.line, header.name))
    plain_labels = tuple(map(plain, labels))
    found = {meaning: preset.position(meaning, plain_labels) for meaning in preset.columns}
    positions = {meaning: place for meaning, place in found.items() if place is not None}
    return Report(preset, header.name, header.labels, positions)


def _check_event(report: Report, config: Eventbrite, source: Source) -> None:
    """Refuse a report of tickets of which nobody says at what event they were."""
    if report.preset.rows == "orders" or "event_id" in report.positions:
        return
    titled = "event_name" in report.positions and any(event.title for event in config.events)
    if config.event is None and not titled:
        raise ConfigError(
            "the report does not name its event",
            where=source.name,
            remedy="set event to the number at the end of the event's address, such as "
            'event: "120000000001"',
        )


def _notices(table: Table, report: Report, renamed: dict[str, str]) -> Iterator[Item]:
    if table.encoding.refused:
        yield Notice("encoding", f"read as {table.encoding.name}, because it is not utf-8")
    there = set(map(fold, report.labels))
    absent = [label for label in renamed if label not in there]
    if absent:
        yield Notice(
            "declared-label-absent",
            f"no column is called {', '.join(map(shown, absent))}, of which labels speaks",
        )
    used = set(report.positions.values())
    rest = [label for n, label in enumerate(report.labels) if n not in used and label]
    if rest:
        yield Notice(
            "unmapped-columns",
            f"left out, questions among them: {', '.join(map(shown, rest))}",
        )
    if "net" in report.positions and "paid" not in report.positions:
        yield Notice(
            "net-amounts",
            "the report says only what was left after fees (Net sales); add the column Gross sales "
            "to the report to count what people paid",
        )


def _about_money(maker: RowMaker) -> Iterator[Notice]:
    if maker.uncollected:
        yield Notice(
            "uncollected-amounts",
            f"{maker.uncollected:,} rows of manual or deleted orders show an amount that nobody "
            "was charged; it is left out",
        )
    if maker.partly_refunded:
        yield Notice(
            "partly-refunded",
            f"{maker.partly_refunded:,} rows are of orders of which a part was given back; their "
            "amounts are those of the report",
        )


def _records(
    rows: pa.Table, seen: set[SeenEvent], config: Eventbrite, context: Context
) -> Iterator[Item]:
    events = happenings(seen, config, context.now)
    yield from events.notices
    yield from _batches(Activity, events.rows, None)
    donations = bookings.are_donations(rows["ticket_kind"], config)
    yield from _incomes(rows, donations, config)
    yield from _what_else(rows, donations, config, context.now)
    held = pc.and_not(rows["event_id"].is_valid(), pc.or_(donations, are_refunds(rows)))
    yield from _attendances(rows.filter(held), events.over, config)


def _incomes(rows: pa.Table, donations: Any, config: Eventbrite) -> Iterator[Batch]:
    paid = payments(rows, donations)
    incomes, first = bookings.incomes_and_places(paid, config)
    yield from _batches(Income, incomes, paid["line"].combine_chunks().take(first))


def _attendances(rows: pa.Table, over: tuple[str, ...], config: Eventbrite) -> Iterator[Item]:
    numbered = each_ticket(rows)
    numbered = numbered.append_column("checked_in_at", pa.nulls(len(numbered), INSTANT))
    tickets = numbered.select([*bookings.TICKETS.names, "line"])
    del rows, numbered  # a large report is held once, not thrice
    tickets, said = bookings.settle(tickets, over, config)
    yield from said
    yield from _batches(Attendance, bookings.attendances(tickets), tickets["line"])


def _batches(type_: type[Record], rows: pa.Table, lines: Any) -> Iterator[Batch]:
    whole = lines.combine_chunks() if isinstance(lines, pa.ChunkedArray) else lines
    for at in range(0, len(rows), _BATCH):
        part = None if whole is None else whole.slice(at, _BATCH)
        yield Batch(type_, rows.slice(at, _BATCH), lines=part)


def _what_else(
    rows: pa.Table, donations: Any, config: Eventbrite, now: dt.datetime
) -> Iterator[Item]:
    """Count the rows that gave no record, and say what may be meant in another way."""
    without = pc.equal(rows["amount_minor"], 0)
    unplaced = pc.and_(rows["event_id"].is_null(), pc.invert(donations))
    reasons = {
        "donations without an amount": pc.and_(donations, without),
        "orders without an amount, of an event without a number": pc.and_(unplaced, without),
        "rows without a ticket and without an amount": pc.and_(
            pc.and_(pc.equal(rows["quantity"], 0), without),
            pc.invert(pc.or_(unplaced, donations)),
        ),
    }
    for reason, hit in reasons.items():
        if count := pc.sum(hit).as_py() or 0:
            yield Skipped(count, reason)
    if placeless := pc.sum(unplaced).as_py() or 0:
        yield Notice(
            "event-number-unknown",
            f"{placeless:,} orders do not say the number of their event, so their bookings are "
            "left out; add the column Event ID to the report, or declare the event with its title",
        )
    late = pc.greater(rows["received_on"], now.date() + dt.timedelta(days=1))
    if count := pc.sum(late).as_py() or 0:
        yield Notice(
            "orders-in-the-future",
            f"{count:,} orders are dated after today; see how the report writes dates, and declare "
            "it under date_formats",
        )
    if rows["registered_at"].null_count > rows["received_on"].null_count:
        yield Notice(
            "time-zone-unknown",
            "the times of orders have no time zone, so only their days are kept; set timezone",
        )
    yield from _perhaps_donations(rows, donations, config)


def _perhaps_donations(rows: pa.Table, donations: Any, config: Eventbrite) -> Iterator[Notice]:
    others: Any = rows["ticket_kind"].filter(pc.invert(donations)).drop_null()
    kinds: list[str] = others.unique().to_pylist()
    words = [word.casefold() for word in config.donations]
    like = sorted(k for k in kinds if any(w in fold(k).split() for w in words))
    if like:
        yield Notice(
            "perhaps-donations",
            f"counted as visitors: {', '.join(map(shown, like[:12]))}; where such a ticket admits "
            "nobody, list its name under donations",
        )
