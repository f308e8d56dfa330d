"""Where the money comes from."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import MetricError, shown
from coprometrics.metrics._dates import placed, undated
from coprometrics.metrics._organisations import (
    define_kinds,
    define_mains,
    given_organisations,
    known_organisations,
)
from coprometrics.metrics._parameters import (
    check_column,
    check_period,
    check_rates,
    check_text,
    period_parameter,
)
from coprometrics.metrics._rates import converted, rates_note, rates_parameter
from coprometrics.metrics.base import (
    Figure,
    MetricResult,
    count,
    money,
    ratio,
    several,
    table,
)
from coprometrics.metrics.frames import Engine, Given, engine_over, given
from coprometrics.money import CURRENCIES, Rates
from coprometrics.periods import Period
from coprometrics.records import Income
from coprometrics.rounding import percentages

__all__ = ["Percentages", "RevenueShare", "revenue_share"]

METRIC: Final = "revenue_share"
_COLUMNS: Final = ("share_numerator", "share_denominator", "organisations")


@frozen
class Percentages:
    """The shares of one currency as rounded percentages.

    Attributes:
        parts: the percentage of each stream, rounded, in the order of the rows.
        adjusted: whether they were adjusted so that they add up to 100.
        note: what a reader should know about their sum; None where there is nothing to say.
    """

    parts: Mapping[str, Decimal]
    adjusted: bool
    note: str | None

    def __str__(self) -> str:
        lines = [f"{name}: {part}%" for name, part in self.parts.items()]
        return "\n".join([*lines, *([self.note] if self.note else [])])


class RevenueShare(MetricResult):
    """The answer of `revenue_share`."""

    def percentages(
        self, decimals: int = 1, *, sum_to_100: bool = False, currency: str | None = None
    ) -> Percentages:
        """Give the shares as percentages, each rounded half up on its own.

        Adjusting follows Hamilton's method, the largest remainder: each percentage is cut down, and
        what is left to 100 goes to those that lost most by the cut, to the earlier row where two
        lost the same.

        Args:
            decimals: digits after the decimal point, 0 or more, up to 1000.
            sum_to_100: adjust them, by the largest remainder, so that they add up to 100.
            currency: which currency, where there are several.

        Returns:
            A percentage (0 to 100, as a `Decimal`) for each stream, in the order of the rows: its
            amount over the currency's total. Its note says what the parts add up to where that is
            not 100, or that they were adjusted.

        Raises:
            MetricError: when there are several currencies and none is named, there are no shares in
                the one that is named, or a share is negative and they are to be adjusted.
            ParameterError: when a parameter cannot be used, such as a negative number of decimals.

        Examples:
            >>> income = [
            ...     Income(id=f"t:{stream}", stream=stream, amount_minor=pence, currency="GBP",
            ...            kind="fee")
            ...     for stream, pence in [("training", 1200), ("talks", 400), ("donations", 100)]
            ... ]
            >>> shares = revenue_share(income)
            >>> print(shares.percentages(decimals=0))
            training: 71%
            talks: 24%
            donations: 6%
            The rounded parts add up to 101%, because each is rounded on its own.
            >>> print(shares.percentages(decimals=0, sum_to_100=True))
            training: 71%
            talks: 23%
            donations: 6%
            Adjusted by the largest remainder so that the parts add up to 100%.
        """
        if currency is not None:
            check_text("currency", currency)
        found = sorted({figure.currency for figure in self.figures if figure.currency})
        if currency is None and len(found) == 1:
            currency = found[0]
        shares = {
            next(iter(figure.dimensions.values())): figure.numerator or 0
            for figure in self.figures
            if figure.value == "share" and figure.currency == currency
        }
        if not shares:
            raise MetricError(
                f"there are no shares in the currency {shown(currency)}"
                if currency is not None
                else "there are several currencies",
                where=METRIC,
                remedy=f"name one of {', '.join(found)}",
            )
        if sum_to_100 is True and min(shares.values()) < 0:
            raise MetricError(
                "the percentages cannot be adjusted: a share is negative",
                where=METRIC,
                remedy="leave sum_to_100 out",
            )
        rounded = percentages(list(shares.values()), decimals, sum_to_100=sum_to_100)
        whole = sum(rounded, Decimal(0))
        note = None
        if sum_to_100:
            note = "Adjusted by the largest remainder so that the parts add up to 100%."
        elif whole != 100:
            note = f"The rounded parts add up to {whole}%, because each is rounded on its own."
        return Percentages(dict(zip(shares, rounded, strict=True)), sum_to_100, note)


def revenue_share(
    income: object,
    by: str = "stream",
    period: Period | None = None,
    organisations: object | None = None,
    rates: Rates | None = None,
) -> RevenueShare:
    """Say which part of the income of a period each stream brought in.

    Args:
        income: `Income` records or a frame. Needed columns: ``amount_minor`` (minor units, such as
            pence; refunds are negative), ``currency``, the column ``by`` and, where there is a
            period, ``received_on``. Used where they are there: ``received_on_precision`` and
            ``organisation_id``. A missing amount or currency is an error.
        by: the column to tell apart by; a missing value counts as ``unknown``.
        period: the days the income was received in; None takes all of it.
        organisations: `Organisation` records or a frame with ``id`` and ``kind``, so that one that
            pays under several names counts once. Used where they are there: ``name`` and
            ``same_as``. An organisation that is not among them stands for itself.
        rates: exchange rates, to bring all income into one currency; None leaves each currency by
            itself. The sum of each part is converted exactly and rounded half up once.

    Returns:
        For each value of ``by`` and each currency: ``amount`` (money), ``share`` (ratio: the amount
        over the currency's total, both less refunds) and, where the data have ``organisation_id``,
        ``organisations``: how many different ones paid, not known where none is named; income
        without one is counted in a note. The total has ``amount``. Currencies are never added.

        With a period, income without a day is left out, and so is income whose day is known too
        roughly to say whether it lies in the period. Both are listed with their money. Without a
        period nothing is left out.

        ``rows`` has a line for each value and currency, by currency and then the largest first: the
        column ``by`` (text), ``amount_minor`` (minor units), ``currency``, ``share_numerator`` and
        ``share_denominator`` (minor units), and ``organisations`` (how many; null where not known).

    Raises:
        MetricError: when there is no income in the period, a currency's total is zero or less, a
            column is missing or of the wrong type, an organisation is there twice or has two kinds,
            or a name belongs to two organisations.
        ParameterError: when a parameter cannot be used, or income cannot be told apart by the
            column.

    Examples:
        >>> import datetime as dt
        >>> import pyarrow as pa
        >>> income = pa.table({
        ...     "stream": ["training", "talks", "training"],
        ...     "amount_minor": [60000, 20000, -5000],
        ...     "currency": ["GBP"] * 3,
        ...     "received_on": [dt.date(2023, 2, 1)] * 3,
        ... })
        >>> year = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
        >>> shares = revenue_share(income, period=year)
        >>> print(shares.figure("share", stream="training"))
        revenue_share share (stream training): 73.33%
        >>> shares.percentages(decimals=1).parts["talks"]
        Decimal('26.7')
    """
    check_column("by", by, "stream")
    check_period(period)
    check_rates(rates)
    dated = () if period is None else ("received_on",)
    source = given(
        income,
        "income",
        Income,
        need=("amount_minor", "currency", *dated),
        may=("organisation_id", *(f"{name}_precision" for name in dated)),
        extra=(by,),
        checked=False,
    )
    payers = given_organisations(organisations)
    with engine_over(source, payers) as engine:
        rough = "received_on_precision" in source
        part = engine.grouped(by, ("amount_minor", "currency", "received_on", *_COLUMNS))
        blank = "organisation_id" in source and engine.has_blank("income", "organisation_id")
        payer = "nullif(organisation_id, '')" if blank else "organisation_id"
        engine.define(
            "parts",
            f"SELECT {part} AS part, currency, amount_minor, {payer} AS organisation_id, "
            f"{placed(engine, 'received_on', period, rough=rough)} AS place, "
            f"{_fits(engine, source)} AS fits FROM income",
        )
        sums = engine.rows(
            "SELECT part, currency, place, count(*) AS rows_, count(amount_minor) AS known, "
            f"{engine.total('amount_minor')} AS amount_minor, count(organisation_id) AS named, "
            "count(fits) AS fitting "
            "FROM parts GROUP BY part, currency, place"
        )
        if any(
            row["currency"] not in CURRENCIES or min(row["known"], row["fitting"]) < row["rows_"]
            for row in sums
        ):
            engine.check("income")
        paid, unmatched = _payers(engine, rates) if "organisation_id" in source else ({}, 0)
    inside = [row for row in sums if row["place"] == "in"]
    notes = rates_note(rates, {row["currency"] for row in inside})
    inside = converted(inside, rates, counts=("rows_", "known", "named", "fitting"))
    rows = sorted(inside, key=lambda row: (row["currency"], -row["amount_minor"], row["part"]))
    wholes: dict[str, int] = {}
    for row in rows:
        wholes[row["currency"]] = wholes.get(row["currency"], 0) + row["amount_minor"]
    _positive(wholes, period)
    figures: list[Figure] = []
    lines: list[list[Any]] = []
    for row in rows:
        name, currency, amount = row["part"], row["currency"], row["amount_minor"]
        about, whole = {by: name}, wholes[currency]
        figures.append(money(METRIC, "amount", about, amount, currency))
        figures.append(ratio(METRIC, "share", about, amount, whole, currency))
        known = paid[name, currency] if row["named"] else None
        if "organisation_id" in source:
            figures.append(count(METRIC, "organisations", about, known, currency))
        lines.append([name, amount, currency, amount, whole, known])
    figures += [
        money(METRIC, "amount", {}, whole, currency) for currency, whole in sorted(wholes.items())
    ]
    if len(wholes) > 1:
        notes.append(f"Shares are within each currency ({', '.join(wholes)}); none were converted.")
    if any(row["amount_minor"] < 0 for row in rows):
        notes.append("A stream is negative, because its refunds exceed its income.")
    nameless = sum(row["rows_"] - row["named"] for row in rows if row["named"])
    if nameless:
        notes.append(f"Of {several(nameless, 'income')} it is not known which organisation paid.")
    if unmatched:
        notes.append(
            f"Known by name or identifier alone: {several(unmatched, 'organisation')} that paid."
        )
    columns: dict[str, pa.DataType] = {
        by: pa.string(),
        "amount_minor": pa.int64(),
        "currency": pa.string(),
        "share_numerator": pa.int64(),
        "share_denominator": pa.int64(),
        "organisations": pa.int64(),
    }
    return RevenueShare(
        metric=METRIC,
        version=1,
        parameters={
            "by": by,
            "period": period_parameter(period),
            **rates_parameter(rates),
        },
        period=period,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=undated(sums, "the income"),
        notes=tuple(notes),
    )


def _fits(engine: Engine, source: Given) -> str:
    """Write 1 where the precision of a date is a known word, else null."""
    if "received_on_precision" not in source:
        return "1"
    words = source.specs["received_on_precision"].options
    return f"CASE WHEN received_on_precision IN ({engine.listed(words)}) THEN 1 END"


def _payers(engine: Engine, rates: Rates | None) -> tuple[Mapping[tuple[str, str], int], int]:
    """Count the organisations that paid in each part and currency, through their other names.

    Returns:
        The counts, and how many of all these organisations are not in the data.
    """
    known = known_organisations(engine)
    define_mains(engine, known, "parts")
    define_kinds(engine, known)
    currency = "currency" if rates is None else engine.value(rates.to)
    engine.define(
        "paying",
        f"SELECT part, {currency} AS currency, main, CASE WHEN known_id IS NULL THEN main END "
        "AS unmatched FROM mained LEFT JOIN kinds ON known_id = main WHERE place = 'in'",
    )
    rows = engine.rows(
        "SELECT part, currency, count(DISTINCT main) AS payers, "
        "count(DISTINCT unmatched) AS unmatched FROM paying "
        "GROUP BY GROUPING SETS ((part, currency), ())"
    )
    # The whole has no part, which a part always has.
    whole = next((row["unmatched"] for row in rows if row["part"] is None), 0)
    return {(row["part"], row["currency"]): row["payers"] for row in rows if row["part"]}, whole


def _positive(wholes: Mapping[str, int], period: Period | None) -> None:
    when = str(period) if period else "all time"
    if not wholes:
        raise MetricError(
            f"there is no income in {when}, so there are no shares",
            where=METRIC,
            remedy="check the period and the dates of the income",
        )
    for currency, whole in wholes.items():
        if whole <= 0:
            shown = money(METRIC, "amount", {}, whole, currency).text
            raise MetricError(
                f"the total of {when} is {shown}, and shares of zero or less have no meaning",
                where=METRIC,
                remedy="check the refunds, or take a longer period",
            )
