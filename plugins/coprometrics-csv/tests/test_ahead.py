"""Work done ahead comes in its order, in bounded number, with its faults in their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from coprometrics_csv.ahead import in_order, one_ahead


def square(number: int) -> int:
    if number == 13:
        raise ValueError(number)
    return number * number


def test_tasks_give_what_they_return_in_their_order_and_few_are_begun() -> None:
    begun: list[int] = []

    def tasks() -> Iterator[Callable[[], int]]:
        for number in range(9):
            begun.append(number)
            yield partial(square, number)

    for number, found in enumerate(in_order(tasks())):
        assert found == number * number
        assert len(begun) <= number + 3


def test_a_fault_comes_after_what_was_done_before_it() -> None:
    found = []
    tasks = (partial(square, number) for number in range(12, 20))
    with pytest.raises(ValueError, match="13"):
        for number in in_order(tasks):
            found.append(number)  # noqa: PERF402  (what came before the fault is kept)
    assert found == [144]
    ahead = one_ahead(map(square, range(12, 20)))
    assert next(ahead) == 144
    with pytest.raises(ValueError, match="13"):
        next(ahead)
