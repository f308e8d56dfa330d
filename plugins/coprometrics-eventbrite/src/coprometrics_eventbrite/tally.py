"""What is counted over all rows of a report, and told about it as a whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from coprometrics.errors import shown
from coprometrics.importers import Notice, Skipped
from coprometrics_csv.columns import fold
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.work import Made

__all__ = ["Tally"]

_MOST_NAMED = 12


@define
class Tally:
    """Counts the rows that gave no record, and what may be meant in another way.

    Attributes:
        config: the settings.
        now: the clock.
    """

    config: Eventbrite
    now: dt.datetime
    _skipped: Counter[str] = field(factory=Counter, init=False)
    _unplaced: int = field(default=0, init=False)
    _late: int = field(default=0, init=False)
    _days_only: int = field(default=0, init=False)
    _perhaps: set[str] = field(factory=set, init=False)
    _uncollected: int = field(default=0, init=False)
    _partly_refunded: int = field(default=0, init=False)

    def see(self, made: Made) -> None:
        """Look at what became of a block."""
        self._skipped.update(made.left_out)
        self._uncollected += made.uncollected
        self._partly_refunded += made.partly_refunded

    def count(self, rows: pa.Table, donations: Any) -> None:
        """Count the rows that are sound, also beside the others of their order.

        Args:
            rows: the rows.
            donations: which of them are donations.
        """
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
        self._skipped.update({reason: _count(hit) for reason, hit in reasons.items()})
        self._unplaced += _count(unplaced)
        tomorrow = self.now.date() + dt.timedelta(days=1)
        self._late += _count(pc.greater(rows["received_on"], tomorrow))
        self._days_only += rows["registered_at"].null_count - rows["received_on"].null_count
        self._see_kinds(pc.unique(rows["ticket_kind"].filter(pc.invert(donations))).to_pylist())

    def _see_kinds(self, kinds: list[str | None]) -> None:
        words = self.config.donation_names
        for kind in kinds:
            if kind is not None and not words.isdisjoint(fold(kind).split()):
                self._perhaps.add(kind)

    def about_money(self) -> Iterator[Notice]:
        """Say of which amounts a person should know."""
        if self._uncollected:
            yield Notice(
                "uncollected-amounts",
                f"{self._uncollected:,} rows of manual or deleted orders show an amount that "
                "nobody was charged; it is left out",
            )
        if self._partly_refunded:
            yield Notice(
                "partly-refunded",
                f"{self._partly_refunded:,} rows are of orders of which a part was given back; "
                "their amounts are those of the report",
            )

    def skipped(self) -> Iterator[Skipped]:
        """Say how many rows gave no record, and why."""
        return (Skipped(count, reason) for reason, count in self._skipped.items() if count)

    def notices(self) -> Iterator[Notice]:
        """Say what a person should know."""
        if self._unplaced:
            yield Notice(
                "event-number-unknown",
                f"{self._unplaced:,} orders do not say the number of their event, so their "
                "bookings are left out; add the column Event ID to the report, or declare the "
                "event with its title",
            )
        if self._late:
            yield Notice(
                "orders-in-the-future",
                f"{self._late:,} orders are dated after today; see how the report writes dates, "
                "and declare it under date_formats",
            )
        if self._days_only:
            yield Notice(
                "time-zone-unknown",
                "the times of orders have no time zone, so only their days are kept; set timezone",
            )
        if self._perhaps:
            named = ", ".join(map(shown, sorted(self._perhaps)[:_MOST_NAMED]))
            yield Notice(
                "perhaps-donations",
                f"counted as visitors: {named}; where such a ticket admits nobody, list its name "
                "under donations",
            )


def _count(hit: Any) -> int:
    return pc.sum(hit).as_py() or 0
