"""The true values that a printed figure leaves possible: an interval with open or closed ends."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from attrs import field, frozen

from coprometrics.errors import ReportError, shown

__all__ = ["ROUNDINGS", "Interval", "Rounding", "number_text", "rounding_interval"]

Rounding = Literal["half_up", "half_down", "half_even", "floor", "ceiling", "truncate", "unknown"]
"""How a printed figure was rounded. Ties go away from zero (``half_up``) or towards it
(``half_down``), so a rule is the same for an amount and for the same amount owed."""

ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)


def _exact(value: Fraction | Decimal | int | None) -> Fraction | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise ReportError(
            f"{shown(value)} is not an exact number", remedy="give a Fraction, a Decimal or an int"
        )
    return Fraction(value)


@frozen
class Interval:
    """Every value between two ends.

    Attributes:
        low: the lower end, or None when there is none.
        high: the upper end, or None when there is none.
        low_closed: whether the lower end itself is possible.
        high_closed: whether the upper end itself is possible.

    Examples:
        >>> print(Interval(Fraction(14500), Fraction(15500), low_closed=True, high_closed=False))
        14,500 to below 15,500
        >>> Interval.exactly(21).contains(Fraction(21))
        True
    """

    low: Fraction | None = field(converter=_exact)
    high: Fraction | None = field(converter=_exact)
    low_closed: bool
    high_closed: bool

    def __attrs_post_init__(self) -> None:
        if (self.low is None and self.low_closed) or (self.high is None and self.high_closed):
            raise ReportError("an interval without an end cannot be closed there")
        if self.low is None or self.high is None:
            return
        if self.low > self.high:
            raise ReportError(
                f"an interval cannot run from {number_text(self.low)} down to "
                f"{number_text(self.high)}",
                remedy="give the smaller end first",
            )
        if self.low == self.high and not (self.low_closed and self.high_closed):
            raise ReportError(f"an interval around {number_text(self.low)} would hold no value")

    @classmethod
    def exactly(cls, value: Fraction | int) -> Interval:
        """Hold one value and no other."""
        return cls(value, value, True, True)

    @classmethod
    def above(cls, value: Fraction | int, *, closed: bool) -> Interval:
        """Hold everything above a value, and the value itself where the end is closed."""
        return cls(value, None, closed, False)

    @classmethod
    def below(cls, value: Fraction | int, *, closed: bool) -> Interval:
        """Hold everything below a value, and the value itself where the end is closed."""
        return cls(None, value, False, closed)

    @property
    def is_exact(self) -> bool:
        """Whether only one value is possible."""
        return self.low is not None and self.low == self.high

    def contains(self, value: Fraction | int) -> bool:
        """Say whether a value is possible.

        Examples:
            >>> Interval.above(100, closed=False).contains(100)
            False
        """
        if self.low is not None and (
            value < self.low or (value == self.low and not self.low_closed)
        ):
            return False
        return self.high is None or value < self.high or (value == self.high and self.high_closed)

    def intersects(self, other: Interval) -> bool:
        """Say whether some value is possible in both.

        Examples:
            >>> Interval(1, 2, True, False).intersects(Interval(2, 3, True, True))
            False
        """
        return not self._ends_before(other) and not other._ends_before(self)

    def _ends_before(self, other: Interval) -> bool:
        if self.high is None or other.low is None:
            return False
        touching = self.high_closed and other.low_closed
        return self.high < other.low or (self.high == other.low and not touching)

    def plus(self, other: Interval) -> Interval:
        """Give the values that a possible one of each can add up to.

        Examples:
            >>> print(Interval.exactly(6).plus(Interval(1, 2, True, False)))
            7 to below 8
        """
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(
            low,
            high,
            low is not None and self.low_closed and other.low_closed,
            high is not None and self.high_closed and other.high_closed,
        )

    def within(self, other: Interval) -> Interval:
        """Give the values that are possible in both; there must be some.

        Examples:
            >>> print(Interval(1, 3, True, True).within(Interval.above(1, closed=False)))
            above 1 to 3
        """
        low, low_closed = self.low, self.low_closed
        if other.low is not None and (
            low is None or (other.low, not other.low_closed) > (low, not low_closed)
        ):
            low, low_closed = other.low, other.low_closed
        high, high_closed = self.high, self.high_closed
        if other.high is not None and (
            high is None or (other.high, other.high_closed) < (high, high_closed)
        ):
            high, high_closed = other.high, other.high_closed
        return Interval(low, high, low_closed, high_closed)

    def hull(self, other: Interval) -> Interval:
        """Give the smallest interval that holds both and all that lies between them.

        Examples:
            >>> print(Interval.exactly(6).hull(Interval.exactly(9)))
            6 to 9
        """
        low, low_closed = self.low, self.low_closed
        if low is not None and (
            other.low is None or (other.low, not other.low_closed) < (low, not low_closed)
        ):
            low, low_closed = other.low, other.low_closed
        high, high_closed = self.high, self.high_closed
        if high is not None and (
            other.high is None or (other.high, other.high_closed) > (high, high_closed)
        ):
            high, high_closed = other.high, other.high_closed
        return Interval(low, high, low_closed, high_closed)

    def in_words(self, show: Callable[[Fraction], str]) -> str:
        """Write the interval with a way to write its ends: as money, as a percentage.

        Examples:
            >>> Interval.above(100, closed=True).in_words(lambda value: f"£{value}")
            '£100 or more'
        """
        if self.low is None and self.high is None:
            return "any number"
        if self.low is None:
            assert self.high is not None  # noqa: S101  (the line above says so)
            high = show(self.high)
            return f"{high} or less" if self.high_closed else f"less than {high}"
        low = show(self.low)
        if self.high is None:
            return f"{low} or more" if self.low_closed else f"more than {low}"
        if self.is_exact:
            return f"exactly {low}"
        start = low if self.low_closed else f"above {low}"
        return f"{start} to {'' if self.high_closed else 'below '}{show(self.high)}"

    def __str__(self) -> str:
        return self.in_words(number_text)


def number_text(value: Fraction, *, decimals: int = 0) -> str:
    """Write an exact number: as a decimal where it ends, as a fraction where it does not.

    Args:
        value: the number.
        decimals: how many digits to write after the point at the least.

    Examples:
        >>> number_text(Fraction(48550, 1000)), number_text(Fraction(1, 3))
        ('48.55', '1/3')
        >>> number_text(Fraction(15000), decimals=2)
        '15,000.00'
    """
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator:,}/{value.denominator:,}"
    digits = max(twos, fives, decimals)
    scaled = abs(value) * 10**digits
    whole, part = divmod(scaled.numerator, 10**digits)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}.{part:0{digits}d}" if digits else f"{sign}{whole:,}"


def rounding_interval(value: Fraction, step: Fraction, rounding: Rounding) -> Interval:
    """Give every true value that rounding to a step prints as a value.

    Args:
        value: the value printed.
        step: the worth of one in the last place, above zero: 1/1000 for 48.6%.
        rounding: the rule. ``unknown`` means some rounding to the nearest with an unknown rule
            for ties, so both ends are possible. ``half_even`` has both ends where the last digit
            printed is even, and none where it is odd: ties go to the even neighbour.

    Raises:
        ReportError: when the rule is not known, or the step is not above zero.

    Examples:
        >>> print(rounding_interval(Fraction(35), Fraction(1), "half_up"))
        34.5 to below 35.5
        >>> print(rounding_interval(Fraction(-3), Fraction(1), "truncate"))
        above -4 to -3
        >>> print(rounding_interval(Fraction(5), Fraction(1), "half_even"))
        above 4.5 to below 5.5
    """
    if rounding not in ROUNDINGS:
        raise ReportError(
            f"{shown(rounding)} is not a rounding rule", remedy=f"use one of {', '.join(ROUNDINGS)}"
        )
    if step <= 0:
        raise ReportError(f"a figure cannot be rounded to {number_text(step)}")
    half = step / 2
    match rounding:
        case "half_up":
            return Interval(value - half, value + half, value > 0, value < 0)
        case "half_down":
            return Interval(value - half, value + half, value <= 0, value >= 0)
        case "half_even":
            even = value / step % 2 == 0
            return Interval(value - half, value + half, even, even)
        case "floor":
            return Interval(value, value + step, True, False)
        case "ceiling":
            return Interval(value - step, value, False, True)
        case "truncate":
            low = value if value > 0 else value - step
            high = value if value < 0 else value + step
            return Interval(low, high, value > 0, value < 0)
        case _:
            return Interval(value - half, value + half, True, True)
