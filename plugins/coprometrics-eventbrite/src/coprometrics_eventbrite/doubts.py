"""Rows that are sound by themselves, and are not beside the others of their order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics.importers import Locator, Problem, Refusal
from coprometrics_csv.arrays import plain_columns
from coprometrics_eventbrite.repeats import several_times

__all__ = ["without_doubtful"]

_LARGEST = 2**63 - 1
_WIDE = pa.decimal128(38)
_CONTRADICTED = Problem(
    "attendee-contradicted",
    "the attendee is in the order several times, with different amounts; export the report again",
)
_TOO_LARGE = Problem("too-large", "the amounts of the order are too large to be kept")


def without_doubtful(rows: pa.Table, donations: Any) -> tuple[pa.Table, list[Refusal]]:
    """Take the rows that stand beside each other; refuse the others.

    An attendee who is there twice paid once: where the amounts differ, it is not known which. The
    amounts of an order must be small enough to be summed.

    Args:
        rows: the rows of whole orders.
        donations: which of them are donations, which an attendee may pay besides.
    """
    problems = dict.fromkeys(_contradicted(rows, donations), _CONTRADICTED)
    problems |= dict.fromkeys(_too_large(rows), _TOO_LARGE)
    if not problems:
        return rows, []
    bad = pa.array(list(problems), pa.int64())
    kept = rows.filter(pc.invert(pc.is_in(rows["line"], value_set=bad))).combine_chunks()
    return kept, [Refusal(Locator(line=line), (problems[line],)) for line in sorted(problems)]


def _contradicted(rows: pa.Table, donations: Any) -> Iterable[int]:
    """Give the lines of attendees who are in an order several times, with different amounts."""
    several = several_times(rows["attendee"].combine_chunks())
    if several is None:
        return ()
    again = plain_columns(rows.append_column("donation", donations).filter(several))
    again = again.append_column("back", pc.less(again["amount_minor"], 0))
    found = again.group_by(["order_id", "attendee", "donation", "back"]).aggregate(
        [("amount_minor", "min"), ("amount_minor", "max"), ("currency", "count_distinct"),
         ("line", "list")]
    )  # fmt: skip
    least, most = found["amount_minor_min"], found["amount_minor_max"]
    currencies = pc.and_(pc.greater(found["currency_count_distinct"], 1), pc.not_equal(most, 0))
    return _lines(found, pc.or_(pc.not_equal(least, most), currencies))


def _too_large(rows: pa.Table) -> Iterable[int]:
    """Give the lines of orders whose amounts come to more than can be kept."""
    amounts: Any = pc.abs(rows["amount_minor"])
    if (pc.max(amounts).as_py() or 0) * len(rows) <= _LARGEST:
        return ()
    wide = rows.select(["order_id", "line"]).append_column("amount", amounts.cast(_WIDE))
    found = wide.group_by("order_id").aggregate([("amount", "sum"), ("line", "list")])
    return _lines(found, pc.greater(found["amount_sum"], pa.scalar(_LARGEST).cast(_WIDE)))


def _lines(groups: pa.Table, hit: Any) -> Iterable[int]:
    lines: Any = pc.list_flatten(groups["line_list"].filter(hit))
    return tuple(lines.to_pylist())
