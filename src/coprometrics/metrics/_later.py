"""What a result can still be asked for, from the data that it was made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import frozen

from coprometrics.errors import MetricError

__all__ = ["Later"]

_T = TypeVar("_T")


@frozen(repr=False, eq=False)
class Later(Generic[_T]):
    """Something that is worked out when it is asked for, by reading the data again.

    A pickled result leaves the data behind, and with them this.

    Attributes:
        work: works it out; None where the data are not there.
    """

    work: Callable[[], _T] | None = None

    def __call__(self) -> _T:
        """Work it out.

        Raises:
            MetricError: when the data are not there.
        """
        if self.work is None:
            raise MetricError(
                "this result was pickled, and its data were left behind",
                remedy="ask it before it is pickled",
            )
        return self.work()

    def __reduce__(self) -> tuple[type[Later[_T]], tuple[()]]:
        return Later, ()
