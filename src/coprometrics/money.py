"""Currencies and exact amounts in minor units (ISO 4217).

Money is a whole number of minor units (pence, cents, fils) with a currency code. How many
minor units make one major unit depends on the currency: GBP has 100, JPY has 1, KWD 1,000.

Source of the codes and exponents: ISO 4217, lists one (current) and three (historic, of the
currencies withdrawn since 2010, which reports of earlier years still hold).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from attrs import field, frozen

from coprometrics.errors import MoneyError, shown
from coprometrics.rounding import digits_of, is_exact

__all__ = ["CURRENCIES", "Money", "Rates", "exponent", "from_major", "to_major"]

Exact = int | Fraction | Decimal | str

_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO_DIGITS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
ANG BGN CUC EEK HRK LTL LVL MRO SLL STD VEF ZMK ZWL
"""
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"

_LARGEST = 10**60

_LISTS: dict[int, str] = {0: _NO_DIGITS, 2: _TWO_DIGITS, 3: _THREE_DIGITS, 4: _FOUR_DIGITS}

CURRENCIES: dict[str, int] = {
    code: digits for digits, codes in _LISTS.items() for code in codes.split()
}
"""Every currency code that can be used, with its exponent (digits after the decimal point)."""


def exponent(currency: str) -> int:
    """Say how many decimal digits a currency's minor unit has.

    Raises:
        MoneyError: when the code is not one of ISO 4217.

    Examples:
        >>> exponent("GBP"), exponent("JPY"), exponent("KWD")
        (2, 0, 3)
    """
    return CURRENCIES[_code(currency)]


def _code(currency: object, where: str | None = None) -> str:
    if isinstance(currency, str) and currency in CURRENCIES:
        return currency
    raise MoneyError(
        f"{shown(currency)} is not a currency code",
        where=where,
        remedy="use three capital letters of ISO 4217, such as GBP",
    )


def from_major(amount: Decimal | Fraction | int, currency: str) -> int:
    """Turn an amount in major units (pounds) into minor units (pence), exactly.

    Args:
        amount: an exact number; a float is refused, because it cannot hold pennies.
        currency: its ISO 4217 code.

    Raises:
        MoneyError: when the amount is finer than the minor unit, is not finite, or is a float.

    Examples:
        >>> from_major(Decimal("1179818.54"), "GBP")
        117981854
    """
    if not is_exact(amount):
        raise MoneyError(
            f"{shown(amount)} is not an exact amount", remedy="give a Decimal, a Fraction or an int"
        )
    minor = Fraction(amount) * Fraction(10) ** exponent(currency)
    if minor.denominator != 1:
        raise MoneyError(f"{shown(amount)} is finer than the minor unit of {currency}")
    return minor.numerator


def to_major(amount_minor: int, currency: str) -> Decimal:
    """Turn minor units (pence) into an exact amount in major units (pounds).

    Raises:
        MoneyError: when the amount is not a whole number, or the code is not one of ISO 4217.

    Examples:
        >>> to_major(117981854, "GBP")
        Decimal('1179818.54')
        >>> to_major(-5, "KWD")
        Decimal('-0.005')
    """
    digits = digits_of(_whole(amount_minor))
    return Decimal((int(amount_minor < 0), digits, -exponent(currency)))


def _whole(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise MoneyError(
            f"{shown(value)} is not a whole number of minor units",
            where="amount_minor",
            remedy="give an int: pence, cents",
        )
    return value


@frozen
class Money:
    """An exact amount: whole minor units and a currency.

    Examples:
        >>> print(Money(8607827, "GBP"))
        GBP 86,078.27
    """

    amount_minor: int = field(validator=lambda _money, _attribute, value: _whole(value))
    currency: str = field(validator=lambda _money, attribute, value: _code(value, attribute.name))

    def __str__(self) -> str:
        return f"{self.currency} {to_major(self.amount_minor, self.currency):,f}"

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        if other.currency != self.currency:
            raise MoneyError(
                f"{self.currency} and {other.currency} cannot be added",
                remedy="convert one of them first, with a rate of your own",
            )
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)


def _exact_rates(rates: Mapping[str, Exact]) -> Mapping[str, Fraction]:
    if not isinstance(rates, Mapping):
        raise MoneyError(
            f"{shown(rates)} are no rates",
            where="rates",
            remedy='give a mapping, such as {"EUR": "0.8601"}',
        )
    return {_code(currency, "rates"): _rate(currency, rate) for currency, rate in rates.items()}


def _rate(currency: str, given: Exact) -> Fraction:
    rate = _exactly(given)
    if rate is None or max(rate.numerator, rate.denominator) >= _LARGEST:
        raise MoneyError(
            f"the rate of {currency} is {shown(given)}",
            where="rates",
            remedy='give it exactly, as text or a Decimal, such as "0.8601"',
        )
    if rate <= 0:
        raise MoneyError(
            f"the rate of {currency} is {shown(given)}, but must be above zero", where="rates"
        )
    return rate


def _exactly(number: Exact) -> Fraction | None:
    try:
        # A decimal is looked at before it becomes a fraction, which has all of its zeros.
        if isinstance(number, str):
            number = Fraction(number) if "/" in number else Decimal(number)
    except (ArithmeticError, ValueError):
        return None
    return Fraction(number) if is_exact(number) else None


@frozen
class Rates:
    """Exchange rates into one currency.

    Attributes:
        to: the currency to convert into.
        rates: for each other currency, how much of ``to`` one major unit of it is worth: exact
            numbers, or text such as ``0.8601``.

    Raises:
        MoneyError: when a code is not one of ISO 4217, or a rate is a float or not above zero.

    Examples:
        >>> rates = Rates("GBP", {"EUR": "0.8601", "JPY": "0.0055"})
        >>> rates.convert(10000, "EUR"), rates.convert(1000, "JPY"), rates.convert(7, "GBP")
        (Fraction(8601, 1), Fraction(550, 1), Fraction(7, 1))
    """

    to: str = field()
    rates: Mapping[str, Fraction] = field(converter=_exact_rates)

    @to.validator
    def _known(self, _attribute: object, value: str) -> None:
        _code(value, "to")

    def convert(self, amount_minor: int, currency: str) -> Fraction:
        """Convert an amount in minor units, exactly; it is not rounded yet.

        Raises:
            MoneyError: when there is no rate for its currency, or the amount is not a whole number.
        """
        _whole(amount_minor)
        if _code(currency, "currency") == self.to:
            return Fraction(amount_minor)
        if currency not in self.rates:
            raise MoneyError(
                f"there is no rate from {currency} to {self.to}",
                where="rates",
                remedy=f"there are rates for {', '.join(sorted(self.rates)) or 'none'}",
            )
        scale = Fraction(10) ** (exponent(self.to) - exponent(currency))
        return amount_minor * self.rates[currency] * scale
