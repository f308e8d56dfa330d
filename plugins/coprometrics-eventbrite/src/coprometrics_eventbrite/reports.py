"""The CSV reports of the service: from bytes to attendances, income and activities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from coprometrics.errors import ConfigError, shown
from coprometrics.importers import Batch, Complete, Context, Item, Notice, Refusal, Source
from coprometrics.records import Activity, Attendance, Income, Record
from coprometrics_csv.ahead import in_order
from coprometrics_csv.arrays import in_one_piece, only
from coprometrics_csv.columns import Header, fold
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.readers import INSTANT
from coprometrics_csv.table import Table, open_table
from coprometrics_eventbrite import bookings
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.doubts import without_doubtful
from coprometrics_eventbrite.happenings import SeenEvent, happenings
from coprometrics_eventbrite.payments import are_refunds, payments, with_refunded, with_refunds
from coprometrics_eventbrite.presets import check_labels, delimiter_of, plain, recognised, unknown
from coprometrics_eventbrite.rows import RowMaker
from coprometrics_eventbrite.shelves import MOST_HELD, Shelves
from coprometrics_eventbrite.tally import Tally
from coprometrics_eventbrite.tickets import ROWS, each_ticket
from coprometrics_eventbrite.turnout import Turnout, about_unknown, settled
from coprometrics_eventbrite.work import Report

__all__ = ["read_report"]

_BATCH = 1 << 16
_TOTALS = "TOTALS"


def read_report(source: Source, config: Eventbrite, context: Context) -> Iterator[Item]:
    """Read a report; every row becomes records, a refusal, or is counted as left out.

    The tickets of an order may stand anywhere in the file, and are looked at together. So the
    rows are put aside until the whole file is read: without anything personal in them, and where
    they are many, on disk. Then they come back order by order, and no longer as in the file.

    Raises:
        SourceError: when the file is no report that is known, or cannot be read.
        ImporterError: when the disk does not take the rows of a large report.
        ConfigError: when it does not name its event, and the settings do not either.
    """
    check_labels(config.labels)
    renamed = {fold(label): meant for label, meant in config.labels.items()}
    dialect = Dialect(
        encodings=("utf-8", "cp1252"),
        delimiter=delimiter_of(source, renamed),
        footer=(_TOTALS,),
    )
    tally = Tally(config, context.now)
    with Shelves("order_id", ROWS, most=MOST_HELD) as shelves:
        with open_table(source, dialect) as table:
            report = _bound(table.header, renamed)
            _check_event(report, config, source)
            yield from _notices(table, report, renamed)
            maker = RowMaker(report, config, context.person_keys)
            seen: set[SeenEvent] = set()
            with ThreadPoolExecutor(1) as aside:
                for block in table.blocks(report.wanted, context.progress, shared=report.shared):
                    work = maker.begin(block)
                    reading = aside.submit(maker.read, work)
                    # People get their keys in this thread: a store may be asked for the key.
                    people = maker.people(work)
                    reading.result()
                    made = maker.finish(work, people)
                    yield from made.refusals
                    tally.see(made)
                    shelves.add(made.rows)
                    seen |= made.events
            yield from table.about_encoding()
        yield from tally.about_money()
        yield from _records(shelves, report, seen, tally, context)


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
    there = set(map(fold, report.labels))
    absent = [label for label in renamed if label not in there]
    if absent:
        yield Notice(
            "declared-label-absent",
            f"no column is called {', '.join(map(shown, absent))}, of which labels speaks",
        )
    used = set(report.positions.values())
    rest = [
        table.header.shown(n) for n, label in enumerate(report.labels) if n not in used and label
    ]
    if rest:
        yield Notice(
            "unmapped-columns",
            f"left out, questions among them: {', '.join(rest)}",
        )
    if report.money is None:
        yield Notice(
            "no-amounts",
            "no column says what was paid, so this report gives no income",
        )
    if "net" in report.positions and "paid" not in report.positions:
        yield Notice(
            "net-amounts",
            "the report says only what was left after fees (Net sales); add the column Gross sales "
            "to the report to count what people paid",
        )


def _records(
    shelves: Shelves, report: Report, seen: set[SeenEvent], tally: Tally, context: Context
) -> Iterator[Item]:
    events = happenings(seen, tally.config, context.now)
    yield from events.notices
    yield from _batches(Activity, events.rows, None)
    for items in in_order(_tasks(shelves, report, events.over, tally)):
        yield from items


def _tasks(
    shelves: Shelves, report: Report, over: tuple[str, ...], tally: Tally
) -> Iterator[Callable[[], Iterable[Item]]]:
    """Give what is to be done once all rows are there; it may be done at the same time."""
    config = tally.config
    turnout = Turnout()
    orders = partial(_orders, shelves, report, config)
    held = None if shelves.on_disk else tuple(orders())
    for some in held or orders():
        yield partial(_payments, some, report, config)
        turnout.see(some.tickets)
    unknown = turnout.unknown(over)
    for some in held or orders():
        yield partial(_attendances, some, unknown, config, report.preset.name)
        tally.count(some.rows, some.donations)
    yield lambda: [*tally.skipped(), *tally.notices(), *about_unknown(unknown, config)]


@frozen
class _Orders:
    """Whole orders.

    Attributes:
        rows: their sound rows.
        donations: which of these are donations.
        tickets: the rows that stand for tickets.
        refusals: of their other rows.
    """

    rows: pa.Table
    donations: Any
    tickets: pa.Table
    refusals: list[Refusal]


def _orders(shelves: Shelves, report: Report, config: Eventbrite) -> Iterator[_Orders]:
    for part in shelves.parts():
        donations = bookings.are_donations(part["ticket_kind"], config)
        rows, refusals = without_doubtful(part, donations)
        if refusals:
            donations = bookings.are_donations(rows["ticket_kind"], config)
        told = "status" in report.positions
        rows = with_refunded(rows) if told else with_refunds(rows, donations)
        yield _Orders(rows, donations, _tickets(rows, donations), refusals)


def _tickets(rows: pa.Table, donations: Any) -> pa.Table:
    placed = pc.and_(rows["event_id"].is_valid(), pc.greater(rows["quantity"], 0))
    return only(rows, pc.and_not(placed, pc.or_(donations, are_refunds(rows))))


def _payments(orders: _Orders, report: Report, config: Eventbrite) -> list[Item]:
    paid = payments(orders.rows, orders.donations)
    incomes = _batches(Income, *bookings.incomes_and_lines(paid, config))
    return [*incomes, *orders.refusals, *_whole_orders(orders.rows, report)]


def _whole_orders(rows: pa.Table, report: Report) -> list[Complete]:
    """Say that the report tells all of its orders, where it tells what they are made of."""
    orders = bookings.native(rows["order_id"])
    told = [Complete(Income, "id", orders)] if report.money else []
    unplaced = rows["event_id"].is_null()
    if pc.any(unplaced, min_count=0).as_py():
        orders = orders.filter(pc.invert(pc.is_in(orders, value_set=orders.filter(unplaced))))
    return [*told, Complete(Attendance, "order_id", orders)]


def _attendances(
    orders: _Orders, unknown: list[str], config: Eventbrite, kind: str
) -> Iterable[Batch]:
    numbered = each_ticket(orders.tickets, kind)
    numbered = numbered.append_column("checked_in_at", pa.nulls(len(numbered), INSTANT))
    tickets = settled(numbered.select([*bookings.TICKETS.names, "line"]), unknown, config)
    return _batches(Attendance, bookings.attendances(tickets), tickets["line"])


def _batches(type_: type[Record], rows: pa.Table, lines: Any) -> Iterator[Batch]:
    whole = in_one_piece(lines)
    for at in range(0, len(rows), _BATCH):
        part = None if whole is None else whole.slice(at, _BATCH)
        yield Batch(type_, rows.slice(at, _BATCH), lines=part)
