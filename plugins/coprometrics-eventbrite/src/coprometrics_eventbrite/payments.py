"""What was paid for the rows of a report, and what was given back."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics_csv.arrays import each_once, only, plain, plain_columns
from coprometrics_eventbrite.bookings import PAYMENTS
from coprometrics_eventbrite.repeats import several_times

__all__ = ["are_refunds", "payments", "with_refunded", "with_refunds"]


def are_refunds(rows: pa.Table) -> Any:
    """Say which rows only tell that money was given back, and are about no ticket of their own.

    They are those below zero without a number of an attendee, or whose attendee has another row in
    their order.
    """
    below = pc.less(rows["amount_minor"], 0)
    without = pc.and_(below, rows["attendee"].is_null())
    if not pc.any(pc.and_not(below, without), min_count=0).as_py():
        return without
    attendees = _attendees(rows)
    others = attendees.filter(pc.invert(below)).drop_null()
    return pc.or_(without, pc.and_(below, pc.is_in(attendees, value_set=others)))


def with_refunds(rows: pa.Table, donations: Any) -> pa.Table:
    """Mark the tickets for which everything was given back, in a report without status.

    They are those of whole orders, and single ones whose barcode the refund names.

    Args:
        rows: the rows of the report.
        donations: which of them are donations; whoever has one back may come all the same.
    """
    back = pc.and_not(are_refunds(rows), donations)
    if not pc.any(back, min_count=0).as_py():
        return rows
    orders = rows["order_id"].combine_chunks()
    codes = pc.binary_join_element_wise(orders, rows["barcode"].combine_chunks(), ":")
    gone = [_nothing_left(keys, rows["amount_minor"], back, donations) for keys in (orders, codes)]
    return _refunded(rows, pc.or_(*gone))


def _nothing_left(keys: Any, amounts: Any, back: Any, donations: Any) -> Any:
    """Say which rows have a key that a refund has too, and whose amounts come to nothing."""
    named = pc.is_in(keys, value_set=keys.filter(back).drop_null())
    theirs = pa.table({"key": keys, "amount": amounts}).filter(pc.and_not(named, donations))
    sums = theirs.group_by("key").aggregate([("amount", "sum")])
    nothing_left = sums["key"].filter(pc.less_equal(sums["amount_sum"], 0))
    return pc.is_in(keys, value_set=nothing_left.combine_chunks())


def with_refunded(rows: pa.Table) -> pa.Table:
    """Mark the tickets of attendees who have a row of their own that says they were refunded."""
    back = pc.and_(are_refunds(rows), _were_refunded(rows["standing"]))
    if not pc.any(back, min_count=0).as_py():
        return rows
    attendees = _attendees(rows)
    theirs = pc.is_in(attendees, value_set=attendees.filter(back).drop_null())
    registered = pc.equal(plain(rows["standing"].combine_chunks()), "registered")
    return _refunded(rows, pc.and_(theirs, registered))


def _attendees(rows: pa.Table) -> Any:
    """Name the attendees within their orders; null where there is no number."""
    named = pc.binary_join_element_wise(rows["order_id"], rows["attendee"], ":")
    return named.combine_chunks()


def _refunded(rows: pa.Table, hit: Any) -> pa.Table:
    place = rows.schema.get_field_index("standing")
    return rows.set_column(place, "standing", pc.if_else(hit, "refunded", rows["standing"]))


def payments(rows: pa.Table, donations: Any) -> pa.Table:
    """Give the amounts of a report: a table of ``PAYMENTS``, with the ``line`` of each.

    A ticket that was refunded, and for which the report still shows what was paid, was paid for
    and given back: unless its order has an amount below zero, which then is the refund.

    Args:
        rows: the rows of the report.
        donations: which of them are donations.
    """
    paid = rows.append_column("donation", donations).select([*PAYMENTS.names, "line", "standing"])
    paid = _once(paid, rows["attendee"])
    paid = only(paid, pc.not_equal(paid["amount_minor"], 0))
    amounts = paid["amount_minor"]
    given_back = pc.unique(paid["order_id"].filter(pc.less(amounts, 0)))
    refunded = pc.and_(
        pc.and_(_were_refunded(paid["standing"]), pc.greater(amounts, 0)),
        pc.invert(pc.is_in(paid["order_id"], value_set=given_back)),
    )
    if not pc.any(refunded, min_count=0).as_py():
        return paid.combine_chunks()
    back = paid.filter(refunded)
    place = paid.schema.get_field_index("amount_minor")
    back = back.set_column(place, "amount_minor", pc.negate(back["amount_minor"]))
    return pa.concat_tables([paid, back]).combine_chunks()


def _were_refunded(standing: Any) -> Any:
    return each_once(partial(pc.equal, "refunded"), standing.combine_chunks())


def _once(paid: pa.Table, attendees: Any) -> pa.Table:
    """Take what an attendee paid once, where the report has it twice in an order."""
    several = several_times(attendees.combine_chunks())
    if several is None:
        return paid
    names = paid.column_names
    again = plain_columns(paid.append_column("attendee", attendees).filter(several))
    keys = ["attendee", *(name for name in PAYMENTS.names if name != "received_on")]
    again = again.sort_by([(name, "ascending") for name in (*keys, "standing", "line")])
    rest = [name for name in names if name not in keys]
    first = again.group_by(keys, use_threads=False).aggregate([(name, "first") for name in rest])
    picked = first.rename_columns([name.removesuffix("_first") for name in first.column_names])
    once = picked.select(names).cast(paid.schema)
    return pa.concat_tables([paid.filter(pc.invert(several)), once])
