"""Exact rounding, and sharing out money without losing a penny.

Rounding is half up everywhere, as it is taught in school and as ``decimal.ROUND_HALF_UP`` does
it: a half goes away from zero, so that an amount and its negative round alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeGuard

from coprometrics.errors import ParameterError, shown

__all__ = [
    "allocate",
    "cumulative_split",
    "decimal_text",
    "digits_of",
    "is_exact",
    "percentages",
    "round_half_up",
    "rounded",
]

_HALF = Fraction(1, 2)
Exact = int | Fraction | Decimal

_MOST_DIGITS: Final = 1000


def is_exact(value: object) -> TypeGuard[Exact]:
    """Say whether a value is a number that can be calculated with exactly; a float never is.

    Examples:
        >>> is_exact(Decimal("0.1")), is_exact(0.1), is_exact(Decimal("NaN"))
        (True, False, False)
    """
    if isinstance(value, Decimal):
        # A short text such as 1e999999999 may stand for more digits than memory holds.
        return value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def digits_of(number: int) -> tuple[int, ...]:
    """Give the decimal digits of a whole number, however many, without its sign.

    Examples:
        >>> digits_of(-105)
        (1, 0, 5)
    """
    return Decimal(number).as_tuple().digits


def round_half_up(value: Exact) -> int:
    """Round to a whole number; a half goes away from zero.

    Raises:
        ParameterError: when the value is a float, which cannot be trusted at a half.

    Examples:
        >>> round_half_up(Fraction(5, 2)), round_half_up(Fraction(-5, 2)), round_half_up(2)
        (3, -3, 2)
    """
    exact = _exact(value, "value")
    whole = (abs(exact) + _HALF).__floor__()
    return -whole if exact < 0 else whole


def rounded(value: Exact, decimals: int) -> Decimal:
    """Round to a number of decimals, half up.

    Args:
        value: an exact number.
        decimals: digits after the decimal point, 0 or more, up to 1000.

    Raises:
        ParameterError: when the value is not exact, or the number of decimals cannot be used.

    Examples:
        >>> rounded(Fraction(1, 8), 2), rounded(7, 1)
        (Decimal('0.13'), Decimal('7.0'))
    """
    units = round_half_up(_exact(value, "value") * Fraction(10) ** _decimals(decimals))
    return Decimal((int(units < 0), digits_of(units), -decimals))


def decimal_text(value: Exact, decimals: int) -> str:
    """Write a number with a number of decimals, half up, and commas between thousands.

    Examples:
        >>> decimal_text(Fraction(19800, 409), 2), decimal_text(Fraction(-2469135, 2), 0)
        ('48.41', '-1,234,568')
    """
    return f"{rounded(value, decimals):,f}"


def allocate(amount: int, weights: Sequence[Exact]) -> tuple[int, ...]:
    """Share out a whole number by weights, so that the parts add up to it.

    Each part is first cut down to a whole number; what is left over goes, one unit each, to
    the parts that lost most by the cut (largest remainder, Hamilton's method), and to the earlier
    one where two lost the same. A weight of zero gets nothing. A negative amount is shared like its
    opposite, so ``allocate(-a, w)`` is ``allocate(a, w)`` with every sign turned.

    Args:
        amount: what is shared, in minor units (pence) or other whole units.
        weights: one for each part, exact and not negative.

    Raises:
        ParameterError: when there are no weights, all are zero, or one is negative or a float.

    Examples:
        >>> allocate(22000, [445455, 9091, 545455])
        (9800, 200, 12000)
        >>> allocate(-5, [1, 1])
        (-3, -2)
    """
    whole = _whole(amount, "amount")
    exact, total = _weights(weights)
    sign = -1 if whole < 0 else 1
    shares = [abs(whole) * weight / total for weight in exact]
    parts = [share.__floor__() for share in shares]
    left = abs(whole) - sum(parts)
    by_loss = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in by_loss[:left]:
        parts[i] += 1
    return tuple(sign * part for part in parts)


def cumulative_split(amount: int, weights: Sequence[Exact]) -> tuple[int, ...]:
    """Share out a whole number along time, so that neighbouring parts can be added up later.

    With ``A`` the amount without its sign, ``T`` the total weight and ``C(k)`` the weight up to the
    end of part ``k``, part ``k`` is ``H(k) - H(k-1)`` where ``H`` is ``A * C / T`` rounded half up;
    then the sign is put back. The parts add up to the amount, none has the opposite sign, each is
    its exact share rounded down or up, and splitting by months and adding gives what splitting by
    years gives.

    Args:
        amount: what is shared, in minor units (pence) or other whole units.
        weights: one for each part in order of time, exact and not negative.

    Raises:
        ParameterError: when there are no weights, all are zero, or one is negative or a float.

    Examples:
        >>> cumulative_split(100, [365, 365, 366])
        (33, 34, 33)
        >>> cumulative_split(-5, [3, 7])
        (-2, -3)
    """
    whole = _whole(amount, "amount")
    exact, total = _weights(weights)
    sign = -1 if whole < 0 else 1
    parts: list[int] = []
    passed, placed = Fraction(0), 0
    for weight in exact:
        passed += weight
        reached = round_half_up(abs(whole) * passed / total)
        parts.append(sign * (reached - placed))
        placed = reached
    return tuple(parts)


def percentages(
    parts: Sequence[Exact], decimals: int = 1, *, sum_to_100: bool = False
) -> tuple[Decimal, ...]:
    """Give each part as a percentage of their sum.

    Args:
        parts: exact numbers; their sum must be above zero.
        decimals: digits after the decimal point, 0 or more, up to 1000.
        sum_to_100: adjust the percentages so that they add up to 100, by the largest remainder.
            Without it each is rounded on its own, half up, and they may add up to 99.9 or 101.

    Raises:
        ParameterError: when the parts add up to zero or less, one is negative where they are to be
            adjusted, or the number of decimals cannot be used.

    Examples:
        >>> [str(part) for part in percentages([12, 4, 1], decimals=0)]
        ['71', '24', '6']
        >>> [str(part) for part in percentages([12, 4, 1], decimals=0, sum_to_100=True)]
        ['71', '23', '6']
    """
    if not isinstance(sum_to_100, bool):
        raise ParameterError(
            f"sum_to_100 is {shown(sum_to_100)}", where="sum_to_100", remedy="give True or False"
        )
    exact = _all_exact(parts, "part")
    total = sum(exact, Fraction(0))
    if total <= 0:
        raise ParameterError(
            "percentages of a total of zero or less have no meaning",
            where="parts",
            remedy="give parts that add up to more",
        )
    if sum_to_100:
        scale = 10 ** _decimals(decimals)
        return tuple(
            rounded(Fraction(units, scale), decimals) for units in allocate(100 * scale, exact)
        )
    return tuple(rounded(100 * part / total, decimals) for part in exact)


def _exact(value: Exact, what: str) -> Fraction:
    if not is_exact(value):
        raise ParameterError(
            f"the {what} {shown(value)} is not an exact number",
            remedy="give an int, a Fraction or a Decimal, of 1000 digits at most",
        )
    return Fraction(value)


def _all_exact(values: object, what: str) -> list[Fraction]:
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping | Set):
        raise ParameterError(f"the {what}s are {shown(values)}", remedy="give a list of numbers")
    return [_exact(value, what) for value in values]


def _whole(value: int, what: str, remedy: str = "give minor units") -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParameterError(f"the {what} {shown(value)} is not a whole number", remedy=remedy)
    return value


def _decimals(value: int) -> int:
    remedy = f"give 0 or more, up to {_MOST_DIGITS}"
    if not 0 <= _whole(value, "number of decimals", remedy) <= _MOST_DIGITS:
        raise ParameterError(f"the number of decimals is {shown(value)}", remedy=remedy)
    return value


def _weights(weights: Sequence[Exact]) -> tuple[list[Fraction], Fraction]:
    exact = _all_exact(weights, "weight")
    for weight in exact:
        if weight < 0:
            raise ParameterError(f"the weight {shown(weight)} is negative", remedy="give 0 or more")
    total = sum(exact, Fraction(0))
    if total == 0:
        raise ParameterError(
            "there is no weight to share by: " + ("all are zero" if exact else "the list is empty")
        )
    return exact, total
