"""The rows of a report as single tickets, each with an identifier of its own."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics_csv.arrays import SHARED, numbers, plain_columns, repeated
from coprometrics_csv.readers import INSTANT
from coprometrics_eventbrite.repeats import coded, several_times, starts_of_runs

__all__ = ["MOST_TICKETS", "ROWS", "each_ticket"]

MOST_TICKETS = 1_000
"""How many tickets one row may stand for."""

_ROWS: list[pa.Field[Any]] = [
    pa.field("line", pa.int64()),
    pa.field("order_id", pa.string()),
    pa.field("attendee", pa.string()),
    pa.field("event_id", SHARED),
    pa.field("person_key", pa.string()),
    pa.field("standing", SHARED),
    pa.field("ticket_kind", SHARED),
    pa.field("tier", SHARED),
    pa.field("barcode", pa.string()),
    pa.field("quantity", pa.int64()),
    pa.field("registered_at", INSTANT),
    pa.field("received_on", pa.date32()),
    pa.field("currency", SHARED),
    pa.field("amount_minor", pa.int64()),
]
ROWS = pa.schema(_ROWS)
"""The rows of a report, as they were read. Identifiers are native."""

_TELLING = (
    *("event_id", "barcode", "ticket_kind", "tier", "person_key", "standing"),
    *("amount_minor", "registered_at", "received_on"),
)
"""By what the tickets of an order are put in order, where they have no number of their own."""


def one_row_a_ticket(rows: pa.Table) -> pa.Table:
    """Repeat each row as often as it has tickets, and number the copies from 1 (``copy``)."""
    quantity = rows["quantity"].combine_chunks()
    if pc.all(pc.equal(quantity, 1), min_count=0).as_py():
        return rows.append_column("copy", repeated(pa.scalar(1, pa.int64()), len(rows)))
    ends = pc.cumulative_sum(quantity)
    total = ends[-1].as_py() if len(ends) else 0
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), ends])
    lists = pa.LargeListArray.from_arrays(offsets, pa.nulls(total))
    parents = pc.list_parent_indices(lists)
    copy = pc.add(pc.subtract(numbers(0, total), offsets.take(parents)), 1)
    return rows.take(parents).append_column("copy", copy)


def with_ids(tickets: pa.Table, kind: str) -> pa.Table:
    """Give every ticket an identifier (``id``) that does not depend on the order of the rows.

    It is the number of the attendee, where the report has it. Otherwise it is that of the order,
    the kind of the report and a number within the order, by what the ticket is: tickets that are
    alike in everything are given the same records whichever comes first. Another kind of report
    tells other things of a ticket and may number it otherwise, so its identifiers are others.

    Examples:
        >>> two = {"line": [2, 3], "order_id": ["7", "7"], "barcode": ["b", "a"], "copy": [1, 1]}
        >>> none = {name: pa.nulls(2, ROWS.field(name).type) for name in ROWS.names}
        >>> with_ids(pa.table({**none, **two}), "orders")["id"].to_pylist()
        ['7:orders:2', '7:orders:1']
    """
    own, copy = tickets["attendee"], tickets["copy"]
    first = pc.equal(copy, 1)
    if not pc.all(first, min_count=0).as_py():
        number = pc.if_else(first, "", pc.binary_join_element_wise("", copy.cast(pa.string()), ":"))
        own = pc.binary_join_element_wise(own, number, "")
    if not own.null_count:
        return tickets.append_column("id", own)
    ordinal = _ordinals(tickets).cast(pa.string())
    derived = pc.binary_join_element_wise(tickets["order_id"], kind, ordinal, ":")
    return tickets.append_column("id", pc.coalesce(own, derived))


def _ordinals(tickets: pa.Table) -> Any:
    """Number the tickets within their orders, from 1."""
    orders = tickets["order_id"].combine_chunks()
    several = several_times(orders)
    if several is None:
        return repeated(pa.scalar(1, pa.int64()), len(tickets))
    rows = pc.indices_nonzero(several)
    part = plain_columns(tickets.select([*_TELLING, "copy"]).take(rows))
    codes = coded(orders.take(rows))
    part = part.append_column("code", codes).append_column("row", rows)
    part = part.sort_by([(name, "ascending") for name in ("code", *_TELLING, "copy")])
    begins = starts_of_runs(part["code"].combine_chunks())
    number = pc.add(pc.subtract(numbers(0, len(part)), begins), 1)
    back = pc.sort_indices(part["row"])
    ones = repeated(pa.scalar(1, pa.int64()), len(tickets))
    return pc.replace_with_mask(ones, several, number.take(back))


def each_ticket(rows: pa.Table, kind: str) -> pa.Table:
    """Give one row for each ticket of a kind of report, with ``id`` and ``copy``."""
    return with_ids(one_row_a_ticket(rows), kind)
