"""Blocks of a report's cells to rows of tickets, with what is wrong named by line and column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.errors import WITHHELD, ConfigError, SourceError, shown
from coprometrics.importers import Locator, Problem, Refusal
from coprometrics.money import CURRENCIES
from coprometrics_csv.arrays import each_once, marked, only, plain, repeated
from coprometrics_csv.blocks import Block
from coprometrics_csv.columns import fold
from coprometrics_csv.convert import Values
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import currency_of_label
from coprometrics_csv.people import word_shown
from coprometrics_csv.readers import INSTANT, integer_reader
from coprometrics_eventbrite.bookings import standing_of_words
from coprometrics_eventbrite.cells import Amounts, People, Presence, nothing, numerals
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.happenings import SeenEvent, zone_of
from coprometrics_eventbrite.presets import Meaning
from coprometrics_eventbrite.tickets import MOST_TICKETS, ROWS
from coprometrics_eventbrite.times import Moments, Times
from coprometrics_eventbrite.work import Made, Report, Work

__all__ = ["RowMaker"]

_LARGEST = 2**63 - 1
_CODES = pa.array(sorted(CURRENCIES), pa.string())
_UNCOLLECTED = ("manual", "handmatig")
_DELETED = ("deleted", "verwijderd")
_PARTLY = ("partially refunded", "gedeeltelijk terugbetaald")
_TRANSFERRED = ("transferred", "overgedragen")


class RowMaker:
    """Makes the rows of one report, block by block.

    The people of a block may be read while another thread reads all else of it.

    Args:
        report: the report.
        config: the settings.
        person_keys: gives the pseudonyms of a column of addresses.
    """

    def __init__(
        self, report: Report, config: Eventbrite, person_keys: Callable[[Any], Any]
    ) -> None:
        self._report = report
        self._config = config
        formats = config.date_formats or report.preset.date_formats
        self._times = Times.of(formats)
        self._people = People(person_keys)
        decimal = config.decimal or report.preset.decimal
        self._amounts = Amounts(decimal)
        self._counts = integer_reader(numerals(decimal))
        self._presence = Presence(config.nobody)
        titles = [(fold(event.title), event.id) for event in config.events if event.title]
        counts = Counter(title for title, _id in titles)
        self._ids = {title: id_ for title, id_ in titles if counts[title] == 1}
        self._several = {title for title, count in counts.items() if count > 1}
        self._of_event: set[str] = set()
        self._zones = {event.id: event.timezone for event in config.events if event.timezone}

    def begin(self, block: Block) -> Work:
        """Tell the rows of a block from what is none."""
        refusals = [
            Refusal(Locator(line=block.lines[row].as_py()), (problem,))
            for row, problem in block.problems.items()
        ]
        cells, lines = dict(block.cells), block.lines
        if block.problems:
            sound = pc.invert(marked(list(block.problems), len(lines)))
            lines = lines.filter(sound)
            cells = {position: column.filter(sound) for position, column in cells.items()}
        named = {meaning: cells[place] for meaning, place in self._report.positions.items()}
        return Work(lines, named, self._report.label, refusals, block.left_out)

    def people(self, work: Work) -> Values:
        """Read the people of a block, and nothing else of it."""
        addresses = work.get("email").dictionary_encode()
        return self._people.read(self._presence.of(addresses))

    def finish(self, work: Work, people: Values) -> Made:
        """Make the rows of a block: those which are sound, with the pseudonyms of their people."""
        for row, fault in people.faults.items():
            problem = Problem(fault.code, fault.message, work.labels("email"), WITHHELD)
            work.problems.setdefault(row, []).insert(work.before_people.get(row, 0), problem)
        rows, refusals = work.rows.append_column("person_key", people.values), work.refusals
        if work.problems:
            places = sorted(work.problems)
            bad = pa.array(places, pa.int64())
            refusals += [
                Refusal(Locator(line=line), tuple(work.problems[row]))
                for row, line in zip(places, work.lines.take(bad).to_pylist(), strict=True)
            ]
            rows = rows.filter(pc.invert(marked(bad, len(rows))))
        refusals.sort(key=lambda refusal: refusal.at.line or 0)
        return Made(
            rows.select(ROWS.names).cast(ROWS),
            refusals,
            _events(rows),
            work.uncollected,
            work.partly_refunded,
            work.left_out,
        )

    def read(self, work: Work) -> None:
        """Read all of a block but its people."""
        for meaning in work.cells.keys() - {"email"}:
            work.cells[meaning] = self._presence.of(work.cells[meaning])
        self._check_numbers(work)
        events = self._events(work)
        standing = self._standing(work)
        work.before_people = {row: len(problems) for row, problems in work.problems.items()}
        moments = self._moments(work, events)
        codes, amounts = self._money(work)
        quantity = self._quantity(work)
        if "price" in work.cells and "paid" not in work.cells:
            amounts = _product(work, amounts, quantity)
        free = pc.or_(
            _among(work.get("order_type"), (*_UNCOLLECTED, *_DELETED)),
            each_once(lambda words: pc.equal(words, "deleted"), standing).fill_null(False),
        )
        amounts = amounts.fill_null(0)
        if "attendee" not in work.cells:
            # Below zero it is about no ticket, also where nobody was charged.
            about_none = pc.and_(free, pc.less(amounts, 0))
            quantity = pc.if_else(about_none, 0, quantity)
        work.uncollected = pc.sum(pc.and_(free, pc.not_equal(amounts, 0))).as_py() or 0
        work.partly_refunded = pc.sum(_among(work.get("order_type"), _PARTLY)).as_py() or 0
        columns: dict[str, Any] = {
            "line": work.lines,
            "order_id": work.get("order"),
            "attendee": work.get("attendee"),
            "event_id": events,
            "standing": standing,
            "ticket_kind": work.get("ticket"),
            "tier": work.get("tier"),
            "barcode": work.get("barcode"),
            "quantity": quantity,
            "registered_at": moments.instants,
            "received_on": moments.days,
            "currency": codes,
            "amount_minor": pc.if_else(free, 0, amounts),
        }
        more: tuple[Meaning, ...]
        more = ("event_name", "event_date", "event_time", "event_zone", "event_place")
        for name in more:
            columns[name] = work.get(name)
        work.rows = pa.table(columns)

    def _check_numbers(self, work: Work) -> None:
        """Refuse rows without the numbers that tell one booking from another."""
        needed: tuple[Meaning, ...] = tuple(
            name for name in ("order", "attendee", "event_id") if name in work.cells
        )
        for name in needed:
            cells = work.cells[name]
            if name != "event_id" or self._report.preset.rows == "tickets":
                message = "must not be missing: it tells one booking from another"
                work.refuse(cells.is_null(), name, "missing-id", message)
            number = each_once(pc.ascii_is_decimal, cells)
            if not pc.all(number, min_count=0).as_py():
                message = (
                    "must be a number as the service gives it; a spreadsheet may have cut it, so "
                    "export the report again and do not save it from a spreadsheet"
                )
                not_one = pc.invert(number).fill_null(False)
                work.refuse(not_one, name, "not-a-number-of-the-service", message)

    def _events(self, work: Work) -> Any:
        """Give the event of each row: as the report says, or else as it was declared."""
        events = work.get("event_id")
        if not events.null_count:
            return events
        events = plain(events)
        named = "event_id" in work.cells
        if "event_name" in work.cells:
            coded = work.cells["event_name"].dictionary_encode()
            titles = [fold(title) for title in coded.dictionary.to_pylist()]
            ids = pa.array([self._id_of(title, named=named) for title in titles], pa.string())
            events = pc.coalesce(events, ids.take(coded.indices))
            if not named and self._config.event is not None:
                untold = pc.and_(events.is_null(), work.cells["event_name"].is_null())
                events = pc.if_else(untold, self._config.event, events)
        elif self._config.event is not None and not named:
            events = events.fill_null(self._config.event)
        if self._report.preset.rows == "tickets" and not named:
            self._refuse_unknown(work, events.is_null())
        return events

    def _refuse_unknown(self, work: Work, unknown: Any) -> None:
        """Refuse rows of which it is not known at what event they were."""
        coded = work.get("event_name").dictionary_encode()
        titles = [fold(title) in self._several for title in coded.dictionary.to_pylist()]
        several = pa.array(titles, pa.bool_()).take(coded.indices).fill_null(False)
        for hit, how_many in (
            (pc.and_(unknown, several), "several events of this title are"),
            (pc.and_not(unknown, several), "no event of this title is"),
        ):
            work.refuse(hit, "event_name", "unknown-event", f"{how_many} declared under events")

    def _id_of(self, title: str, *, named: bool) -> str | None:
        """Give the number of the event of a title: declared with it, or the only one there is."""
        event = self._config.event
        if title in self._ids or named or event is None or event in self._ids.values():
            return self._ids.get(title)
        self._of_event.add(title)
        if len(self._of_event) > 1:
            raise ConfigError(
                f"the report is of several events, and event ({event}) says of one which it is",
                where=self._report.name,
                remedy="leave event out, and declare each under events, with its title",
            )
        return event

    def _standing(self, work: Work) -> Any:
        words = work.get("status")
        standing = standing_of_words(words, self._config)
        if standing.null_count:
            message = "is not a known status; say under statuses what it stands for"
            rows = pc.indices_nonzero(standing.is_null()).to_pylist()
            for row in rows:
                problem = Problem(
                    "unknown-status", message, work.labels("status"), word_shown(words[row].as_py())
                )
                work.problems.setdefault(row, []).append(problem)
        types = work.get("order_type")
        for names, word in ((_DELETED, "deleted"), (_TRANSFERRED, "cancelled")):
            hit = _among(types, names)
            if pc.any(hit, min_count=0).as_py():
                hit = pc.and_(hit, pc.equal(standing, "registered").fill_null(False))
                standing = pc.if_else(hit, word, standing)
        return standing

    def _moments(self, work: Work, events: Any) -> Moments:
        """Read when orders were made: in the declared zone, or else in that of the event."""
        cells = work.get("ordered")
        zone = zone_of(self._config.timezone)
        if zone is not None or ("event_zone" not in work.cells and not self._zones):
            moments = self._times.read(cells, zone)
            work.note("ordered", moments)
            return moments
        zones = work.get("event_zone")
        if self._zones:
            names = pa.array(list(self._zones.values()), pa.string())
            places = pc.index_in(plain(events), value_set=pa.array(list(self._zones), pa.string()))
            zones = pc.coalesce(names.take(places), plain(zones))
        moments = self._by_zone(plain(cells), plain(zones))
        work.note("ordered", moments)
        return moments

    def _by_zone(self, cells: Any, zones: Any) -> Moments:
        names = zones.unique().to_pylist()
        if len(names) == 1:
            return self._times.read(cells, zone_of(names[0]))
        instants, days = pa.nulls(len(cells), INSTANT), pa.nulls(len(cells), pa.date32())
        faults: dict[int, CellError] = {}
        for name in names:
            hit = zones.is_null() if name is None else pc.equal(zones, name).fill_null(False)
            part = self._times.read(cells.filter(hit), zone_of(name))
            instants = pc.replace_with_mask(instants, hit, part.instants)
            days = pc.replace_with_mask(days, hit, part.days)
            rows = pc.indices_nonzero(hit).to_pylist() if part.faults else []
            faults |= {rows[row]: fault for row, fault in part.faults.items()}
        return Moments(instants, days, faults)

    def _money(self, work: Work) -> tuple[Any, Any]:
        """Read the amounts; give the currency of each row, and the amounts."""
        name = self._report.money
        if name is None:
            return work.get("currency"), pa.nulls(work.count, pa.int64())
        cells = work.cells[name]
        label = currency_of_label(self._report.label(name))
        codes = work.cells.get("currency")
        if codes is None:
            code = label or self._config.currency
            if code is not None:
                read = self._amounts.read(cells, code)
                work.note(name, read)
                return repeated(pa.scalar(code, pa.string()), work.count), read.values
            if not pc.all(nothing(cells), min_count=0).as_py():
                named = shown(self._report.label(name))
                raise SourceError(
                    f"the report does not say in what currency {named} is",
                    where=self._report.name,
                    remedy="set currency, such as currency: GBP",
                )
            return work.get("currency"), repeated(pa.scalar(0, pa.int64()), work.count)
        known = each_once(_are_currencies, codes).fill_null(False)
        if not pc.all(known, min_count=0).as_py():
            codes = plain(codes)
            if self._config.currency is not None:
                codes = codes.fill_null(self._config.currency)
                known = _are_currencies(codes)
            unknown = pc.and_(pc.invert(known), pc.invert(nothing(cells)))
            message = "must be a currency code of ISO 4217, such as GBP, as there is an amount"
            work.refuse(unknown, "currency", "not-a-currency", message)
        read = self._amounts.read(cells, codes)
        work.note(name, read)
        return codes, read.values

    def _quantity(self, work: Work) -> Any:
        if "quantity" not in work.cells:
            return repeated(pa.scalar(1, pa.int64()), work.count)
        read = self._counts.read(work.cells["quantity"])
        work.note("quantity", read)
        counts = read.values.fill_null(1)
        outside = pc.or_(pc.less(counts, 0), pc.greater(counts, MOST_TICKETS))
        if pc.any(outside, min_count=0).as_py():
            message = f"must be a number of tickets from 0 to {MOST_TICKETS:,}"
            work.refuse(outside, "quantity", "not-a-quantity", message)
        return counts


def _product(work: Work, amounts: Any, quantity: Any) -> Any:
    """Multiply the price of a ticket with how many there are."""
    large = pc.greater(pc.abs(amounts), _LARGEST // MOST_TICKETS).fill_null(False)
    outside = pc.or_(pc.less(quantity, 0), pc.greater(quantity, MOST_TICKETS))
    if pc.any(large, min_count=0).as_py():
        work.refuse(large, "price", "too-large", "the amount is too large to be kept")
    sound = pc.invert(pc.or_(large, outside))
    return pc.multiply(pc.if_else(sound, amounts, 0), pc.if_else(sound, quantity, 0))


def _are_currencies(codes: Any) -> Any:
    return pc.is_in(codes, value_set=_CODES)


def _among(cells: Any, words: tuple[str, ...]) -> Any:
    """Say which cells are one of some words, regardless of capitals."""
    known = pa.array(words, pa.string())
    if isinstance(cells, pa.DictionaryArray) and not _any(_are(cells.dictionary, known)):
        return repeated(pa.scalar(False), len(cells))
    return each_once(lambda texts: _are(texts, known), cells).fill_null(False)


def _are(texts: Any, known: Any) -> Any:
    return pc.is_in(pc.utf8_lower(texts), value_set=known)


def _any(hit: Any) -> bool:
    return bool(pc.any(hit, min_count=0).as_py())


def _events(rows: pa.Table) -> set[SeenEvent]:
    """Give what rows say about their events, each once."""
    names = ("event_id", "event_name", "event_date", "event_time", "event_zone", "event_place")
    named = only(rows.select(names), rows["event_id"].is_valid())
    told = [name for name in names if named[name].null_count < len(named)]
    if not told:
        return set()
    different = named.group_by(told, use_threads=False).aggregate([])
    nothing_said = [""] * len(different)
    columns = (
        [text or "" for text in plain(different[name].combine_chunks()).to_pylist()]
        if name in told
        else nothing_said
        for name in names
    )
    return set(map(SeenEvent, *columns))
