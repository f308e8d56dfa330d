"""The grammar of printed figures: from a string to an amount, and from amounts to an interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from attrs import evolve, frozen

from coprometrics.errors import ReportError, shown
from coprometrics.money import CURRENCIES, exponent
from coprometrics.report._wording import BOUND, BOUNDS, OR_BOUND, VAGUE, stripped
from coprometrics.report.interval import Interval, Rounding, number_text, rounding_interval
from coprometrics.report.numerals import NotAFigure, NumberFormat, fraction_words, read_number

__all__ = ["UNITS", "Amount", "Reader", "Unit"]

Unit = Literal["count", "money", "ratio", "quantity"]
UNITS: Final[tuple[Unit, ...]] = ("count", "money", "ratio", "quantity")


@frozen
class Amount:
    """One number of a figure, taken literally.

    Attributes:
        value: minor units of money, a ratio for a percentage, else the number itself.
        unit: what it counts.
        currency: the currency of money.
        decimals: the digits printed after the decimal mark.
        scale: what one before the decimal mark is worth: 1,000 in 24.8K.
        step: the worth of one in the last place, or None where the print is exact.
        marked: whether it has a percent or currency mark of its own.
        simple_fraction: whether it is a fraction such as "a third".
    """

    value: Fraction
    unit: Unit
    currency: str | None = None
    decimals: int = 0
    scale: int = 1
    step: Fraction | None = None
    marked: bool = False
    simple_fraction: bool = False


_BETWEEN: Final = re.compile(r"between (.+?) and (.+)", re.IGNORECASE)
_TO: Final = re.compile(r"(.+?) to (.+)", re.IGNORECASE)
_EITHER: Final = re.compile(r" or | ?[\u00b1\u00d7\u00f7] ?| (?:\+/-|[x+]) ", re.IGNORECASE)

# A hyphen also joins "twenty-one" and starts "-15", so it makes a range only behind a digit or
# what may follow one; an en dash joins words as well.
_DASH: Final = re.compile(
    r"(?:(?<=[0-9%kKmMn])|(?<=[0-9]€)|(?<=[0-9] €)|(?<=[0-9] [A-Z]{3}))"
    r"[-\u2010\u2011\u2212\u2013\u2012](?=[-\u2212+£€$0-9(A-Z])"
    r"|(?<=[a-z])[\u2013\u2012](?=[a-z])"
)

_SHARE: Final = re.compile(r"(.+?) (in every|in|out of) (.+)", re.IGNORECASE)
_MOST_IN: Final = (10, 100)
"""The greatest numbers of "two in five": "528 in 2023" is a count and a year."""
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")

_MINUS: Final = "-\u2010\u2011\u2212\u2013"
_PREFIX: Final = re.compile(r"([£€$]|[A-Z]{3}(?=[ 0-9(\u2212-])) ?(.+)")
_SUFFIX: Final = re.compile(
    r"(.*[0-9a-zA-Z)])[ \u00a0\u202f]?([£€$]|(?<=[ 0-9\u00a0\u202f])[A-Z]{3})"
)
_PERCENT: Final = re.compile(r"(.+?)[ \u00a0\u202f]?(?:%|(?<=[ \u00a0])per ?cent)", re.IGNORECASE)
_LETTER: Final = re.compile(r"(.*[0-9])(k|mn|m|bn)", re.IGNORECASE)
_SPACED: Final = re.compile(r"(.*[0-9])[ \u00a0\u202f]([km])", re.IGNORECASE)
_LARGE: Final = re.compile(r"(.+?)[ \u00a0\u202f](thousand|million|billion|mn|bn)", re.IGNORECASE)
_SCALES: Final[dict[str, int]] = {
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "bn": 10**9,
    "billion": 10**9,
}

_DOLLARS: Final = (
    "USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD "
    "SRD TTD TWD UYU XCD"
)
_POUNDS: Final = "GBP EGP FKP GIP LBP SHP SSP SYP"


_DEFAULT_STYLE: Final = NumberFormat()


@frozen
class Reader:
    """Reads figures under the settings of one report and one figure.

    Attributes:
        currency: the report's currency.
        rounding: the rule of rounding.
        rounded_to: what the figure was rounded to, in the units a reader sees.
        style: the marks between digits.
        unit: the unit declared for the figure.
        scale: what one stands for, where the column or the table says so: 1,000 in thousands.
    """

    currency: str = "GBP"
    rounding: Rounding = "unknown"
    rounded_to: Fraction | None = None
    style: NumberFormat = _DEFAULT_STYLE
    unit: Unit | None = None
    scale: int = 1

    def figure(self, text: str) -> tuple[Interval, Amount, bool]:
        """Read a figure: its interval, its (first) amount, and whether it is a range."""
        outcome = _outcome(self, text)
        if isinstance(outcome, ReportError):
            raise type(outcome)(outcome.what, remedy=outcome.remedy)
        return outcome

    def _figure(self, text: str) -> tuple[Interval, Amount, bool]:
        try:
            return self._read(text)
        except NotAFigure:
            rest = stripped(text)
            if rest is None:
                raise
            self.figure(rest)
        marks = text.replace(rest, "", 1).strip()
        raise ReportError(f"{shown(marks)} makes it another number than {shown(rest)}")

    def _read(self, text: str) -> tuple[Interval, Amount, bool]:
        bound = BOUND.fullmatch(text)
        if bound is not None:
            side, closed = BOUNDS[bound[1].lower()]
            return self._bound(bound[2], side, closed)
        behind = OR_BOUND.fullmatch(text)
        if behind is not None:
            return self._bound(behind[1], "above" if behind[2] else "below", True)
        if text.endswith("+"):
            return self._bound(text[:-1], "above", False)
        vague = VAGUE.fullmatch(text)
        if vague is not None:
            amount = self._number(vague[2])
            if self.rounded_to is None:
                raise ReportError(
                    f"{shown(vague[1])} does not say how near",
                    remedy="give rounded_to, what the figure was rounded to",
                )
            return self.interval(amount), amount, False
        return self._range(text) or self._single(text)

    def _number(self, text: str) -> Amount:
        """Read the number of a bound or an end of a range, which has no bound of its own."""
        try:
            return self.scalar(text)
        except NotAFigure:
            self.figure(text)
        raise ReportError(f"{shown(text)} is not one plain number")

    def _single(self, text: str) -> tuple[Interval, Amount, bool]:
        amount = self.scalar(text)
        return self.interval(amount), amount, False

    def _bound(
        self, text: str, side: Literal["above", "below"], closed: bool
    ) -> tuple[Interval, Amount, bool]:
        amount = self._number(text)
        if self.rounded_to is not None:
            raise ReportError(
                "a bound is not a rounded number", remedy="take rounded_to away from this figure"
            )
        make = Interval.above if side == "above" else Interval.below
        return make(amount.value, closed=closed), amount, False

    def _range(self, text: str) -> tuple[Interval, Amount, bool] | None:
        match = _BETWEEN.fullmatch(text) or _TO.fullmatch(text)
        if match is not None:
            left, right = match[1], match[2]
        else:
            dash = _DASH.search(text)
            if dash is None:
                self._refuse_either(text)
                return None
            left, right = text[: dash.start()], text[dash.end() :]
        _all_shaped(self.figure, left, right)
        low, high = self._ends(left, right)
        if low.scale < high.scale:
            raise ReportError(
                f"it is not clear whether {shown(left)} is as large a unit as {shown(right)}",
                remedy="write both ends of the range in full",
            )
        if (low.unit, low.currency) != (high.unit, high.currency):
            raise ReportError("the two ends of the range are not in the same unit")
        if low.value > high.value:
            raise ReportError("the range runs downwards", remedy="print the smaller number first")
        return self.interval(low).hull(self.interval(high)), low, True

    def _refuse_either(self, text: str) -> None:
        for between in _EITHER.finditer(text):
            try:
                _all_shaped(self.figure, text[: between.start()], text[between.end() :])
            except NotAFigure:
                continue
            raise ReportError("it has two numbers, and does not say which")

    def _ends(self, left: str, right: str) -> tuple[Amount, Amount]:
        low, high = self._number(left), self._number(right)
        if high.marked and not low.marked:
            low = self.scalar(left, mark=high.currency or "%")
        elif low.marked and not high.marked and low.currency is not None:
            high = self.scalar(right, mark=low.currency)
        if {low.unit, high.unit} == {"count", "quantity"}:
            reader = evolve(self, unit="quantity")
            low, high = reader.scalar(left), reader.scalar(right)
        return low, high

    def interval(self, amount: Amount) -> Interval:
        """Give the true values that an amount leaves possible."""
        step = self.step(amount)
        if step is None:
            return Interval.exactly(amount.value)
        if amount.simple_fraction:
            # A third is no multiple of any decimal step, so no rule for the last digit applies.
            return rounding_interval(amount.value, step, "unknown")
        if self.rounded_to is not None and (amount.value / step).denominator != 1:
            raise ReportError(
                f"it is not a multiple of {number_text(self.rounded_to)}",
                remedy="correct rounded_to, or the printed figure",
            )
        return rounding_interval(amount.value, step, self.rounding)

    def step(self, amount: Amount) -> Fraction | None:
        """Give the worth of one in the last place, in the amount's unit; None when exact."""
        if self.rounded_to is None:
            return amount.step
        if amount.currency is not None:
            return Fraction(self.rounded_to * 10 ** exponent(amount.currency))
        return self.rounded_to / 100 if amount.unit == "ratio" else self.rounded_to

    def scalar(self, text: str, *, mark: str | None = None) -> Amount:
        """Read one number with its sign, mark and scale.

        Args:
            text: the number.
            mark: the mark it shares with the other end of its range: ``%`` or a currency code.
        """
        share = self._share(text)
        if share is not None:
            self._unscaled(text, "a share")
            if mark is not None or self.unit not in (None, "ratio"):
                raise ReportError(f"{shown(text)} is a share, not {self.unit or 'an amount'}")
            return Amount(share, "ratio", marked=True, simple_fraction=True)
        sign, rest = _signed(text)
        prefix, rest = _matched(_PREFIX, rest)
        if sign == 0 and prefix:
            sign, rest = _signed(rest)
        percent = _PERCENT.fullmatch(rest)
        rest = percent[1] if percent is not None else rest
        suffix, rest = _matched(_SUFFIX, rest)
        spaced = _SPACED.fullmatch(rest)
        scale, rest = _scaled(rest)
        if scale != 1:
            self._unscaled(text, "an amount with a scale of its own")
        if sign and not ("0" <= rest[:1] <= "9"):
            raise NotAFigure(f"{shown(rest)} is not written in digits, so it has no sign")
        magnitude, decimals = read_number(rest, self.style)
        marks = [found for found in (prefix, suffix, "%" if percent else None) if found]
        if len(marks) > 1 or (percent is not None and scale != 1):
            raise ReportError(f"{shown(text)} has two marks", remedy="print one of them")
        own = marks[0] if marks else None
        if spaced is not None and (own or mark or "%") == "%":
            raise ReportError(
                f"it is not clear what {shown(spaced[2])} stands for",
                remedy="print it without the space, or in words",
            )
        if (own or mark) == "%":
            self._unscaled(text, "a share")
        scale *= self.scale
        number = magnitude * scale * (-1 if sign < 0 else 1)
        plain = Amount(number, "count", decimals=decimals, scale=scale, marked=own is not None)
        if (own or mark) == "%":
            return self._percentage(plain)
        if own is not None or mark is not None:
            return self._money(plain, self._currency(own) if own else mark)
        return self._plain(plain)

    def _unscaled(self, text: str, what: str) -> None:
        if self.scale != 1:
            raise ReportError(
                f"{shown(text)} is {what}, and cannot be in units of {self.scale:,}",
                remedy="take the scale away, or keep such figures apart",
            )

    def _share(self, text: str) -> Fraction | None:
        match = _SHARE.fullmatch(text)
        if match is None:
            return fraction_words(text)
        _all_shaped(lambda number: read_number(number, self.style), match[1], match[3])
        top, top_decimals = read_number(match[1], self.style)
        bottom, bottom_decimals = read_number(match[3], self.style)
        few = top <= _MOST_IN[0] and top <= bottom <= _MOST_IN[1]
        few = few or (top == 1 and bottom > 1 and _YEAR.fullmatch(match[3]) is None)
        if match[2].lower() == "in" and not few:
            raise NotAFigure(f"{shown(text)} is not a share such as one in five")
        if top_decimals or bottom_decimals or bottom <= 0 or top > bottom:
            raise ReportError(f"{shown(text)} is not a share of a whole")
        return top / bottom

    def _currency(self, mark: str) -> str:
        if mark == "€":
            return "EUR"
        if mark == "£":
            return self.currency if self.currency in _POUNDS.split() else "GBP"
        if mark == "$":
            return self.currency if self.currency in _DOLLARS.split() else "USD"
        if mark not in CURRENCIES:
            raise NotAFigure(f"{shown(mark)} is not a currency code")
        return mark

    def _percentage(self, plain: Amount) -> Amount:
        self._expect("ratio", "a percentage")
        step = Fraction(1, 100 * 10**plain.decimals)
        return evolve(plain, value=plain.value / 100, unit="ratio", step=step)

    def _money(self, plain: Amount, currency: str | None) -> Amount:
        self._expect("money", "money")
        currency = currency or self.currency
        digits = exponent(currency)
        minor = plain.value * 10**digits
        if plain.scale == 1 and plain.decimals not in (0, digits):
            raise ReportError(
                f"{currency} has {digits} digits after the point, and {plain.decimals} are printed",
                remedy="print all of its minor units or none",
            )
        if minor.denominator != 1:
            raise ReportError(f"it is finer than the minor unit of {currency}")
        exact = plain.scale == 1 and plain.decimals == digits
        step = None if exact else _last_place(plain) * 10**digits
        return evolve(plain, value=minor, unit="money", currency=currency, step=step)

    def _plain(self, plain: Amount) -> Amount:
        decimal = plain.decimals > 0 and plain.scale == 1
        unit = self.unit or ("quantity" if decimal else "count")
        if unit == "money":
            return self._money(plain, self.currency)
        if unit == "ratio" and not decimal:
            raise ReportError(
                "a whole number is not a share", remedy="print a percent sign or a decimal ratio"
            )
        if unit == "count":
            if plain.value.denominator != 1:
                raise ReportError("a count has no decimals", remedy="declare it a quantity")
            return plain if plain.scale == 1 else evolve(plain, step=_last_place(plain))
        return evolve(plain, unit=unit, step=_last_place(plain))

    def _expect(self, unit: Unit, said: str) -> None:
        if self.unit not in (None, unit):
            raise ReportError(
                f"it is printed as {said} and declared as {self.unit}",
                remedy="correct the declared unit, or the printed figure",
            )


@lru_cache(maxsize=4096)
def _outcome(reader: Reader, text: str) -> tuple[Interval, Amount, bool] | ReportError:
    # The parts of a figure are asked for in more than one way: without a memory, the work would
    # double with each of them.
    try:
        return reader._figure(text)
    except ReportError as problem:
        return problem


def _all_shaped(read: Callable[[str], object], *texts: str) -> None:
    """Ask for the shape of every part first: one written badly makes no figure of the rest."""
    for text in texts:
        try:
            read(text)
        except NotAFigure:
            raise
        except ReportError:
            continue


def _last_place(plain: Amount) -> Fraction:
    return Fraction(plain.scale, 10**plain.decimals)


def _signed(text: str) -> tuple[int, str]:
    if text[:1] == "(" and text[-1:] == ")":
        return -1, text[1:-1]
    if text[:1] and text[0] in _MINUS:
        return -1, text[1:]
    return (1, text[1:]) if text[:1] == "+" else (0, text)


def _matched(pattern: re.Pattern[str], text: str) -> tuple[str | None, str]:
    match = pattern.fullmatch(text)
    if match is None:
        return None, text
    mark, rest = match.groups() if pattern is _PREFIX else reversed(match.groups())
    return mark, rest


def _scaled(text: str) -> tuple[int, str]:
    match = _LETTER.fullmatch(text) or _SPACED.fullmatch(text) or _LARGE.fullmatch(text)
    if match is None:
        return 1, text
    number = "one" if match[1].lower() == "a" else match[1]
    return _SCALES[match[2].lower()], number
