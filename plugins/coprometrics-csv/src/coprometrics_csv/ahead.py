"""Work on some things ahead of the one that is asked for, in threads and in bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order", "one_ahead"]

_T = TypeVar("_T")
_WORKERS = 2


def one_ahead(things: Iterable[_T]) -> Iterator[_T]:
    """Make the next thing while the one before is worked on.

    Examples:
        >>> list(one_ahead([1, 2, 3]))
        [1, 2, 3]
    """
    source = iter(things)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, None)
        while (thing := coming.result()) is not None:
            coming = pool.submit(next, source, None)
            yield thing


def in_order(tasks: Iterable[Callable[[], _T]]) -> Iterator[_T]:
    """Do two tasks at the same time; give what they return in the order of the tasks.

    Examples:
        >>> list(in_order([lambda: 1, lambda: 2, lambda: 3]))
        [1, 2, 3]
    """
    begun: deque[Future[_T]] = deque()
    with ThreadPoolExecutor(_WORKERS) as pool:
        for task in tasks:
            begun.append(pool.submit(task))
            if len(begun) > _WORKERS:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
