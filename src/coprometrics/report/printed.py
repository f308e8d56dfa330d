"""A printed figure is a string, and the string stands for an interval of true values.

What can be read (with GBP as the report's currency and the number format of en-GB):

| printed | unit | means |
|---|---|---|
| ``21``, ``1,482``, ``eight``, ``a hundred`` | count | exactly that |
| ``24.8K``, ``1.2m``, ``3 million`` | count | rounded in its last digit |
| ``3.5`` | quantity | rounded in its last digit |
| ``48.6%``, ``30 per cent`` | ratio | rounded in its last digit: 0.4855 to 0.4865 |
| ``a third``, ``one in five``, ``2 out of 3`` | ratio | exactly that without ``rounded_to`` |
| ``£1,179,818.54``, ``GBP 15.00``, ``15.00 GBP`` | money | exactly those minor units |
| ``£246,337`` | money | rounded to the pound |
| ``£1.2m``, ``£3bn``, ``£5k``, ``£5 m`` | money | rounded in its last digit |
| ``over 100``, ``more than 100``, ``above 100``, ``100+``, ``>100`` | | more than that |
| ``at least 100``, ``no fewer than``, ``not under``, ``≥100``, ``100 or more`` | | that or more |
| ``nearly 500``, ``almost``, ``under``, ``fewer than``, ``less than``, ``<500`` | | less |
| ``up to 500``, ``at most``, ``no more than``, ``not over``, ``≤500`` | | that or less |
| ``6–9``, ``6 to 9``, ``between 6 and 9`` | | from the first's lower to the second's upper end |
| ``(15.00)``, ``−15``, ``-£15``, ``£-15`` | | negative |
| ``about 30``, ``around``, ``roughly``, ``some 30``, ``c. 30``, ``~30`` | | needs ``rounded_to`` |

The number in a bound is taken literally: ``over £1.2m`` is more than £1,200,000. Everything else
is refused with what to do about it; nothing is guessed. ``5½``, ``¥500``, ``minus 5``, ``half a
million`` and ``5 percentage points`` have the shape of a figure, so that no part of them is taken
for one, and are refused; so is ``5 m``, which may be metres.
"""  # noqa: RUF002

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from attrs import frozen

from coprometrics.errors import ReportError, shown
from coprometrics.money import exponent
from coprometrics.report._grammar import UNITS, Reader, Unit
from coprometrics.report.interval import ROUNDINGS, Interval, Rounding, number_text
from coprometrics.report.numerals import NotAFigure, NumberFormat

__all__ = [
    "LONGEST",
    "UNITS",
    "Printed",
    "Unit",
    "is_printed",
    "parse_printed",
    "show_value",
]

LONGEST: Final = 80
"""The most characters that one printed figure can have."""


@frozen
class Printed:
    """A figure as a report shows it, and what it can mean.

    Attributes:
        text: the printed string.
        interval: the true values it leaves possible: money in minor units of its currency, a
            percentage as a ratio (48.6% as 0.486).
        unit: what it counts: ``count``, ``money``, ``ratio`` or ``quantity``.
        currency: the currency of money, else None.
        value: the figure taken literally, in the interval's unit; None for a range.
        decimals: the digits printed after the decimal mark; of a range, the first number's.
        step: the worth of one in the last place, in the interval's unit; None where it is exact.
    """

    text: str
    interval: Interval
    unit: Unit
    currency: str | None
    value: Fraction | None
    decimals: int
    step: Fraction | None

    def show(self, value: Fraction) -> str:
        """Write another value in this figure's unit, exactly.

        Examples:
            >>> parse_printed("£5k").show(Fraction(1234567))
            'GBP 12,345.67'
        """
        return show_value(value, self.unit, self.currency)

    def may_be(self, other: Printed) -> bool:
        """Say whether another print can be of the same number.

        Examples:
            >>> parse_printed("£1.2m").may_be(parse_printed("£1,179,818.54"))
            True
            >>> parse_printed("£100").may_be(parse_printed("€100"))
            False
        """
        same = (self.unit, self.currency) == (other.unit, other.currency)
        return same and self.interval.intersects(other.interval)

    def __str__(self) -> str:
        return self.interval.in_words(self.show)


def show_value(value: Fraction, unit: Unit, currency: str | None = None) -> str:
    """Write a value exactly, as people write values of its unit.

    Examples:
        >>> show_value(Fraction(1, 4), "ratio"), show_value(Fraction(1, 3), "ratio")
        ('25%', '1/3')
    """
    if unit == "money" and currency is not None:
        digits = exponent(currency)
        return f"{currency} {number_text(value / 10**digits, decimals=digits)}"
    percent = number_text(value * 100)
    # A third is said as 1/3: no percentage says it exactly.
    return f"{percent}%" if unit == "ratio" and "/" not in percent else number_text(value)


def parse_printed(
    text: str,
    *,
    currency: str = "GBP",
    rounding: Rounding = "unknown",
    rounded_to: int | Decimal | Fraction | None = None,
    number_format: NumberFormat | None = None,
    unit: Unit | None = None,
    scale: int = 1,
) -> Printed:
    """Say which true values a printed figure leaves possible.

    Args:
        text: the figure as printed.
        currency: the report's currency. ``$`` is USD and ``£`` GBP, unless the report's own
            currency has that sign.
        rounding: the rule it was rounded by.
        rounded_to: what it was rounded to, in the units a reader sees: heads, pounds, percentage
            points. Takes the place of the precision that the print shows.
        number_format: the marks between digits; those of en-GB by default.
        unit: what the figure counts, where its print alone says something else: a plain number
            can be declared to be money, a quantity or (a decimal one) a ratio.
        scale: what one stands for, such as 1000 in a table in thousands; a figure is rounded to
            its last digit then.

    Returns:
        The interval with the unit and precision read from the print.

    Raises:
        ReportError: when it cannot be read; never guesses.
        MoneyError: when ``currency`` is not a currency code.

    Examples:
        >>> print(parse_printed("48.6%"))
        48.55% to 48.65%
        >>> print(parse_printed("15,000", rounded_to=1000, rounding="half_up"))
        14,500 to below 15,500
        >>> print(parse_printed("£246,337"))
        GBP 246,336.50 to GBP 246,337.50
        >>> print(parse_printed("over 100"))
        more than 100
        >>> print(parse_printed("£1.2", scale=1000))
        GBP 1,150.00 to GBP 1,250.00
    """
    exponent(currency)
    if rounding not in ROUNDINGS:
        raise ReportError(
            f"{shown(rounding)} is not a rounding rule", remedy=f"use one of {', '.join(ROUNDINGS)}"
        )
    if unit is not None and unit not in UNITS:
        raise ReportError(f"{shown(unit)} is not a unit", remedy=f"use one of {', '.join(UNITS)}")
    reader = Reader(
        currency, rounding, _rounded_to(rounded_to), number_format or NumberFormat(), unit, scale
    )
    try:
        interval, amount, is_range = reader.figure(_folded(text))
    except ReportError as problem:
        raise type(problem)(
            f"the printed figure {shown(text)} cannot be read: {problem.what}",
            remedy=problem.remedy or "print it in digits, or give its printed text otherwise",
        ) from None
    bounded = interval.low is not None and interval.high is not None
    return Printed(
        text,
        interval,
        amount.unit,
        amount.currency,
        None if is_range else amount.value,
        amount.decimals,
        reader.step(amount) if bounded else None,
    )


def is_printed(text: str, number_format: NumberFormat | None = None) -> bool:
    """Say whether a text has the shape of a printed figure, readable or not.

    A figure written badly (``1,48``, ``£1.5``, ``about 30``) is one all the same: it is to be
    found and reported, and not to be taken for a part of the sentence.

    Examples:
        >>> [is_printed(text) for text in ("£1,179,818.54", "seventeen", "£1.5", "people")]
        [True, True, True, False]
    """
    try:
        Reader(style=number_format or NumberFormat()).figure(_folded(text))
    except NotAFigure:
        return False
    except ReportError:
        return True
    return True


_SPACES: Final = re.compile(r"[ \t\r\n\f\v\u2028\u2029]+")


def _folded(text: str) -> str:
    given: object = text
    if not isinstance(given, str):
        raise ReportError(
            f"{shown(given)} is not a text", remedy="put the printed figure in quotes"
        )
    plain = _SPACES.sub(" ", text).strip(" ")
    if not plain or len(plain) > LONGEST:
        raise NotAFigure(f"a printed figure has 1 to {LONGEST} characters")
    return plain


def _rounded_to(value: int | Decimal | Fraction | None) -> Fraction | None:
    if value is None:
        return None
    given: object = value
    usable = isinstance(given, int | Decimal | Fraction) and not isinstance(given, bool)
    if not usable or (isinstance(value, Decimal) and not value.is_finite()) or value <= 0:
        raise ReportError(
            f"a figure cannot be rounded to {shown(value)}",
            remedy="give an exact number above zero, such as 1000",
        )
    return Fraction(value)
