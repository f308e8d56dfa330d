"""Which values of a column are there several times, and which of them belong together.

The service gives numbers in the order in which things happened, and so a report mostly has them:
what is in order needs no looking for.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "ascending",
    "begins_of_runs",
    "coded",
    "least",
    "numbered",
    "ranked",
    "rising",
    "several_times",
    "spread",
    "starts_of_runs",
]


def coded(values: Any) -> Any:
    """Give each different value a number, from 0 in the order in which they come.

    Examples:
        >>> coded(pa.array(["b", "b", "d", "a", "b"])).to_pylist()
        [0, 0, 1, 2, 0]
    """
    if ascending(values):
        return numbered(begins_of_runs(values))
    return values.dictionary_encode().indices.cast(pa.int64())


def least(numbers: Any, codes: Any) -> Any:
    """Give for each code, by its number, the least of the numbers that have it.

    Args:
        numbers: the numbers, none below 0, and their products with the codes small enough.
        codes: for each of them its code, as ``coded`` gives it.

    Examples:
        >>> least(pa.array([5, 3, 4]), pa.array([0, 1, 0])).to_pylist()
        [4, 3]
    """
    if ascending(codes):
        # Below all before it, so that what is least so far is the least of its code so far.
        depth = pc.multiply(codes, pc.add(pc.max(numbers), 1))
        so_far = pc.add(pc.cumulative_min(pc.subtract(numbers, depth)), depth)
        return so_far.filter(_ends_of_runs(begins_of_runs(codes)))
    groups = pa.table({"code": codes, "number": numbers}).group_by("code", use_threads=False)
    return groups.aggregate([("number", "min")]).sort_by("code")["number_min"].combine_chunks()


def ranked(values: Any) -> Any:
    """Number values by their order, from 0; equal ones have the same number.

    Examples:
        >>> ranked(pa.array(["b", "b", "d", "a", "b"])).to_pylist()
        [1, 1, 2, 0, 1]
    """
    if ascending(values):
        return numbered(begins_of_runs(values))
    return pc.subtract(pc.rank(values, tiebreaker="dense").cast(pa.int64()), 1)


def several_times(values: Any) -> Any:
    """Say which values are there more than once, nulls never; None where none is.

    Examples:
        >>> several_times(pa.array([4, 5, None, 4, None])).to_pylist()
        [True, False, False, True, False]
    """
    if ascending(values):
        begins = begins_of_runs(values)
        if _all(begins):
            return None
        return pc.invert(pc.and_(begins, _ends_of_runs(begins)))
    codes = values.dictionary_encode().indices
    # Each new value has the next number, so one that is not above all before it came again.
    there = codes.drop_null()
    later = there[1:].filter(pc.less_equal(there[1:], pc.cumulative_max(there)[:-1]))
    return pc.is_in(codes, value_set=later) if len(later) else None


def starts_of_runs(values: Any) -> Any:
    """Give for each value where the run of equal values begins that it stands in.

    Examples:
        >>> starts_of_runs(pa.array([7, 7, 9, 7])).to_pylist()
        [0, 0, 2, 3]
    """
    begins = begins_of_runs(values)
    return pc.indices_nonzero(begins).cast(pa.int64()).take(numbered(begins))


def ascending(values: Any) -> bool:
    """Say whether no value is below the one before it, and none is missing."""
    return not values.null_count and _all(pc.less_equal(values[:-1], values[1:]))


def rising(values: Any) -> bool:
    """Say whether every value is above the one before it, and none is missing."""
    return not values.null_count and _all(pc.less(values[:-1], values[1:]))


def numbered(begins: Any) -> Any:
    """Give for each value the number of its run, from 0.

    Args:
        begins: which values begin one, as ``begins_of_runs`` says.

    Examples:
        >>> numbered(pa.array([True, False, True])).to_pylist()
        [0, 0, 1]
    """
    return pc.subtract(pc.cumulative_sum(begins.cast(pa.int64())), 1)


def spread(marks: Any, values: Any) -> Any:
    """Give the rows that are marked their values, and all others False.

    Args:
        marks: the rows.
        values: True or False for each that is marked.

    Examples:
        >>> marks = pa.array([False, True, False, True])
        >>> spread(marks, pa.array([False, True])).to_pylist()
        [False, False, False, True]
    """
    places = pc.max_element_wise(numbered(marks), 0)
    return pc.and_(marks, values.take(places)) if len(values) else marks


def _ends_of_runs(begins: Any) -> Any:
    return pa.concat_arrays([begins[1:], pa.array([True] * min(len(begins), 1), pa.bool_())])


def _all(hit: Any) -> bool:
    return bool(pc.all(hit, min_count=0).as_py())


def begins_of_runs(values: Any) -> Any:
    """Say of each value, none of which is missing, whether it is another than the one before.

    Examples:
        >>> begins_of_runs(pa.array([7, 7, 9, 7])).to_pylist()
        [True, False, True, True]
    """
    first = pa.array([True] * min(len(values), 1), pa.bool_())
    return pa.concat_arrays([first, pc.not_equal(values[1:], values[:-1])])
