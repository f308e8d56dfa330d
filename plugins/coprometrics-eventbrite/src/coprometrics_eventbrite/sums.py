"""What was paid in all: the sums of amounts that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics_csv.arrays import in_one_piece
from coprometrics_eventbrite.repeats import ascending, begins_of_runs

__all__ = ["summed"]


def summed(payments: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Sum up the amounts of the rows that are alike in some columns.

    Args:
        payments: a table with these columns and ``amount_minor``, ``received_on`` and ``line``.
        keys: the columns. The rows of one sum follow each other where the first of these is in
            order and decides about the others, as in most reports; that needs no looking for.

    Returns:
        The keys, the sums, the first of the days and the first of the lines, in any order.

    Examples:
        >>> days = pa.nulls(3, pa.date32())
        >>> table = pa.table({"order": ["1", "1", "2"], "amount_minor": [500, 500, 700],
        ...                   "received_on": days, "line": [2, 3, 4]})
        >>> summed(table, ["order"]).select(["order", "amount_minor"]).to_pylist()
        [{'order': '1', 'amount_minor': 1000}, {'order': '2', 'amount_minor': 700}]
    """
    payments = payments.select([*keys, "amount_minor", "received_on", "line"]).combine_chunks()
    begins = _begins_of_sums(payments, keys)
    if begins is None:
        found = payments.group_by(list(keys), use_threads=False).aggregate(
            [("amount_minor", "sum"), ("received_on", "min"), ("line", "min")]
        )
        return found.rename_columns(payments.column_names).combine_chunks()
    if begins.true_count == len(payments):
        return payments
    first = pc.indices_nonzero(begins)
    # What wraps around in the sums so far comes back in their differences.
    so_far = pc.cumulative_sum(in_one_piece(payments["amount_minor"]))
    last = pa.concat_arrays([first[1:], pa.array([len(payments)], first.type)])
    ends = so_far.take(pc.subtract(last, 1))
    sums = pc.subtract(ends, pa.concat_arrays([pa.array([0], pa.int64()), ends[:-1]]))
    place = payments.schema.get_field_index("amount_minor")
    return payments.take(first).set_column(place, "amount_minor", sums)


def _begins_of_sums(payments: pa.Table, keys: Sequence[str]) -> Any:
    """Say which rows begin a sum, where those of one follow each other; None where not."""
    leading = in_one_piece(payments[keys[0]])
    if not ascending(leading) or not ascending(in_one_piece(payments["line"])):
        return None
    begins = begins_of_runs(leading)
    within = pc.invert(begins[1:])
    for name in (*keys[1:], "received_on"):
        values = in_one_piece(payments[name])
        if isinstance(values, pa.DictionaryArray):
            values = values.indices.fill_null(-1)
        elif values.null_count == len(values):
            continue
        alike = pc.equal(values[1:], values[:-1]).fill_null(False)
        if pc.any(pc.and_not(within, alike), min_count=0).as_py():
            return None
    return begins
