"""Whether the money of one year may be set beside that of another."""

from __future__ import annotations

from coprometrics.errors import BasisMismatch, MetricError
from coprometrics.metrics._parameters import check_kind, check_text
from coprometrics.metrics.base import Figure, ratio
from coprometrics.metrics.grants import METRIC, GrantIncome

__all__ = ["compare"]


def compare(
    earlier: GrantIncome,
    later: GrantIncome,
    earlier_period: str,
    later_period: str,
    *,
    currency: str | None = None,
) -> Figure:
    """Say by how much the money of awards grew from one period to another, on one basis.

    Args:
        earlier: the answer that holds the earlier period.
        later: the answer that holds the later period; it may be the same one.
        earlier_period: the label of the earlier period, such as ``2022``.
        later_period: the label of the later period.
        currency: which currency, where there are several; amounts are never converted.

    Returns:
        The figure ``growth`` (ratio: the later amount less the earlier one, over the earlier one,
        both in minor units). Where the earlier amount is zero or less, it has neither a denominator
        nor a number, because growth from nothing or from a debt means nothing. What the two answers
        left out is in neither amount.

    Raises:
        BasisMismatch: when the two were placed in time by different rules. It offers the earlier
            period restated on the later basis, where the later answer holds it.
        MetricError: when a period is not there, the answers differ in length of period, start of
            the year or which amount they count, the two amounts are in different currencies, or
            there are several currencies and none is named.
        ParameterError: when a parameter cannot be used.

    Examples:
        >>> import datetime as dt
        >>> from coprometrics.metrics.grants import grant_income
        >>> from coprometrics.records import GrantAward
        >>> awards = [
        ...     GrantAward(
        ...         id=f"list:{year}", amount_total_minor=amount, currency="GBP",
        ...         starts_on=dt.date(year, 1, 1), ends_on=dt.date(year, 12, 31))
        ...     for year, amount in [(2022, 40000), (2023, 50000)]
        ... ]
        >>> income = grant_income(awards)
        >>> compare(income, income, "2022", "2023").text
        '25.00%'

        Growth from nothing has no number:

        >>> free = GrantAward(
        ...     id="list:2021", amount_total_minor=0, currency="GBP",
        ...     starts_on=dt.date(2021, 1, 1), ends_on=dt.date(2021, 12, 31))
        >>> income = grant_income([free, *awards])
        >>> compare(income, income, "2021", "2022").text
        'not known'
    """
    for name, answer in (("earlier", earlier), ("later", later)):
        check_kind(name, answer, GrantIncome, "an answer of grant_income", "give one")
    texts = {"earlier_period": earlier_period, "later_period": later_period}
    for name, text in (texts if currency is None else {**texts, "currency": currency}).items():
        check_text(name, text)
    for name in ("amount", "periods", "start_month"):
        ours, theirs = earlier.parameters[name], later.parameters[name]
        if ours != theirs:
            raise MetricError(
                f"the {name} of one is {ours}, of the other {theirs}",
                where=METRIC,
                remedy="calculate both alike",
            )
    dimension = earlier.rows.column_names[0]
    more = {} if currency is None else {"currency": currency}
    before = earlier.figure("amount", **{dimension: earlier_period}, **more)
    after = later.figure("amount", **{dimension: later_period}, **more)
    if before.currency != after.currency:
        raise MetricError(
            f"{earlier_period} is in {before.currency}, {later_period} in {after.currency}",
            where=METRIC,
            remedy="name one currency",
        )
    if before.basis != after.basis:
        raise BasisMismatch(
            f"{earlier_period} is on the basis {before.basis}, {later_period} on {after.basis}",
            where=METRIC,
            remedy=_restated(later, dimension, earlier_period, after),
        )
    start, end = int(before.number or 0), int(after.number or 0)
    about = {"from": earlier_period, "to": later_period}
    # Over nothing, or less than nothing, there is no growth.
    over = start if start > 0 else None
    return ratio(METRIC, "growth", about, end - start, over, after.currency)


def _restated(later: GrantIncome, dimension: str, period: str, after: Figure) -> str:
    """Offer the earlier period on the later basis."""
    for figure in later.figures:
        if (
            figure.value == "amount"
            and figure.dimensions == {dimension: period}
            and figure.currency == after.currency
            and figure.basis == after.basis
        ):
            return f"restated on {after.basis}, {period} is {figure.text}: compare with that"
    return f"calculate {period} on the basis {after.basis} too"
