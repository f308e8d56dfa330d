"""Whole numbers and amounts of money as people write them, read exactly or not at all."""

from __future__ import annotations

import re
from decimal import Decimal

from attrs import field, frozen

from coprometrics.errors import MoneyError
from coprometrics.money import CURRENCIES, from_major
from coprometrics_csv.faults import CellError

__all__ = ["Numerals", "currency_of_label", "in_minor_units"]

_LARGEST = 2**63 - 1
_LONGEST = 40
_SPACES = "\u00a0\u2007\u2009\u202f"
_TO_ASCII = str.maketrans({"\u2212": "-", "\u2019": "'", **dict.fromkeys(_SPACES, " ")})

_DOLLARS = (
    "USD AUD BBD BMD BND BSD BZD CAD CLP COP CVE ARS CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO "
    "NZD SBD SGD SRD TTD TWD UYU XCD ZWL"
)
_POUNDS = "GBP EGP FKP GIP LBP SDG SHP SSP SYP"
_SIGNS: dict[str, frozenset[str]] = {
    sign: frozenset(codes.split())
    for sign, codes in {
        "£": _POUNDS, "$": _DOLLARS, "€": "EUR", "¥": "JPY CNY", "₹": "INR", "₩": "KRW KPW",
        "₦": "NGN", "₺": "TRY", "₽": "RUB", "₪": "ILS", "₫": "VND", "₱": "PHP", "₴": "UAH",
        "฿": "THB", "₵": "GHS", "₡": "CRC", "₲": "PYG", "₸": "KZT", "₾": "GEL", "₼": "AZN",
    }.items()
}  # fmt: skip
_MEANT = {"£": "GBP", "€": "EUR", "₹": "INR"}
"""The signs that say enough in a label; a dollar sign does not."""


@frozen
class Numerals:
    """How numbers are written.

    Attributes:
        decimal: the character before the fraction.
        group: the character between groups of three digits, or empty.
        remedy: what to do about a number that is written otherwise; an importer with settings of
            its own names those.
    """

    decimal: str = "."
    group: str = ","
    remedy: str = field(default="mend it, or set decimal and group in the dialect", eq=False)
    _number: re.Pattern[str] = field(init=False, repr=False, eq=False)
    _money: re.Pattern[str] = field(init=False, repr=False, eq=False)

    @_number.default
    def _number_pattern(self) -> re.Pattern[str]:
        point = re.escape(self.decimal)
        grouped = rf"|[0-9]{{1,3}}(?:{re.escape(self.group)}[0-9]{{3}})+" if self.group else ""
        return re.compile(rf"(?P<whole>[0-9]+{grouped})?(?:{point}(?P<fraction>[0-9]+))?")

    @_money.default
    def _money_pattern(self) -> re.Pattern[str]:
        marks = "".join(map(re.escape, (self.decimal, self.group)))
        unit = rf"[A-Z]{{3}}|[{re.escape(''.join(_SIGNS))}]"
        return re.compile(
            rf"(?P<open>\()? *(?P<sign1>[-+])? *(?P<unit1>{unit})? *(?P<sign2>[-+])? *"
            rf"(?P<number>[0-9{marks}]*[0-9]) *(?P<unit2>{unit})? *(?P<sign3>-)? *(?P<close>\))?"
        )

    def money(self, text: str, currency: str) -> int:
        """Read an amount in major units; give it in minor units.

        Brackets and a minus sign on either side mean a negative amount. A sign or code of a
        currency must be that of the currency given.

        Raises:
            CellError: when it is not an amount, or is finer than the minor unit.

        Examples:
            >>> numerals = Numerals()
            >>> [numerals.money(text, "GBP") for text in ("1,234.50", "(15.00)", "-£15", "£-15")]
            [123450, -1500, -1500, -1500]
        """
        parts = self._money.fullmatch(text.translate(_TO_ASCII).strip())
        if parts is None or bool(parts["open"]) != bool(parts["close"]):
            raise _not_money()
        signs = [sign for sign in parts.group("sign1", "sign2", "sign3") if sign]
        if len(signs) + bool(parts["open"]) > 1:
            raise _not_money("it has two signs")
        for unit in filter(None, parts.group("unit1", "unit2")):
            _check_unit(unit, currency)
        amount = Decimal("{}.{}".format(*self._digits(parts["number"], "not-an-amount")))
        return in_minor_units(-amount if parts["open"] or signs == ["-"] else amount, currency)

    def integer(self, text: str) -> int:
        """Read a whole number, also one written with zeros after the decimal character.

        Raises:
            CellError: when it is not a whole number.

        Examples:
            >>> Numerals().integer("1,482"), Numerals().integer("312.0")
            (1482, 312)
        """
        plain = text.translate(_TO_ASCII).strip()
        negative = plain.startswith("-")
        whole, fraction = self._digits(plain[plain.startswith(("-", "+")) :], "not-a-whole-number")
        if fraction.strip("0"):
            raise CellError("not-a-whole-number", "the number has a fraction; a count must not")
        return _in_range(-int(whole) if negative else int(whole))

    def _digits(self, number: str, code: str) -> tuple[str, str]:
        if len(number) > _LONGEST:
            raise CellError("too-large", "the number is too large to be kept")
        parts = self._number.fullmatch(number)
        if parts is None or not number:
            raise CellError(
                code,
                f"must be a number with {self.decimal!r} before the fraction"
                + (f" and {self.group!r} between groups of three digits" if self.group else "")
                + f"; {self.remedy}",
            )
        whole = parts["whole"] or "0"
        return (whole.replace(self.group, "") if self.group else whole), parts["fraction"] or "0"


def _not_money(reason: str = "") -> CellError:
    what = "must be an amount such as 1234.50, (15.00) or -£15"
    return CellError("not-an-amount", f"{what}; {reason}" if reason else what)


def _check_unit(unit: str, currency: str) -> None:
    if unit != currency and currency not in _SIGNS.get(unit, ()):
        raise CellError(
            "currency-contradicted",
            f"the amount is written with {unit}, but the currency of the row is {currency}",
        )


def in_minor_units(amount: Decimal, currency: str) -> int:
    """Give an amount in minor units, such as pence.

    Raises:
        CellError: when it is finer than these, or too large to be kept.

    Examples:
        >>> in_minor_units(Decimal("-12.50"), "GBP")
        -1250
    """
    try:
        return _in_range(from_major(amount, currency))
    except MoneyError:
        raise CellError(
            "finer-than-minor-unit",
            f"the amount is finer than the minor unit of {currency}; round it at the source",
        ) from None


def _in_range(number: int) -> int:
    if abs(number) > _LARGEST:
        raise CellError("too-large", "the number is too large to be kept")
    return number


def currency_of_label(label: str) -> str | None:
    """Find the one currency that a column's label names; None for none or several.

    Examples:
        >>> currency_of_label("Amount (GBP)"), currency_of_label("Total £"), currency_of_label("$")
        ('GBP', 'GBP', None)
    """
    codes = {word for word in re.findall(r"[A-Za-z]+", label) if word in CURRENCIES}
    codes |= {_MEANT.get(sign, "?") for sign in _SIGNS if sign in label}
    found = codes.pop() if len(codes) == 1 else None
    return None if found == "?" else found
