"""What a metric gives back: figures, the rows they come from, and what was left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from attrs import field, frozen

from coprometrics.errors import MetricError, ParameterError, shown
from coprometrics.money import exponent, to_major
from coprometrics.periods import Period
from coprometrics.rounding import decimal_text

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "UNKNOWN",
    "Excluded",
    "Figure",
    "MetricResult",
    "Unit",
    "count",
    "money",
    "quantity",
    "ratio",
    "several",
    "table",
]

Unit = Literal["count", "money", "ratio", "quantity"]

UNKNOWN = "unknown"
"""What a dimension says where the data say nothing."""

MAX_INT = 2**63 - 1


@frozen
class Figure:
    """One value of a metric, for one set of dimensions.

    Attributes:
        metric: the id of the metric.
        value: which of its values this is, such as ``share``.
        dimensions: what it is about, such as ``{"stream": "training"}``; empty for the total.
        number: the value, exact: money in minor units; None where it is not defined.
        unit: ``count``, ``money``, ``ratio`` or ``quantity`` (of what the value's name says).
        currency: the currency of the money it is or is a share of.
        numerator: of a ratio.
        denominator: of a ratio; a ratio over zero has no number.
        basis: how money was placed in time, where that matters.
    """

    metric: str
    value: str
    dimensions: Mapping[str, str]
    number: int | Fraction | None
    unit: Unit
    currency: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    basis: str | None = None

    def __str__(self) -> str:
        about = ", ".join(f"{name} {value}" for name, value in self.dimensions.items())
        return f"{self.metric} {self.value}{f' ({about})' if about else ''}: {self.text}"

    @property
    def text(self) -> str:
        """The value as people write it; a ratio as a percentage with two decimals."""
        if self.number is None:
            return "not known"
        if self.unit == "money" and self.currency is not None:
            amount = to_major(int(self.number), self.currency)
            return f"{self.currency} {amount:,.{exponent(self.currency)}f}"
        if self.unit == "ratio":
            return f"{decimal_text(100 * self.number, 2)}%"
        if self.unit == "quantity":
            return decimal_text(self.number, 2)
        return f"{self.number:,}"


def count(
    metric: str,
    value: str,
    dimensions: Mapping[str, str],
    number: int | None,
    currency: str | None = None,
) -> Figure:
    """Make a figure that counts.

    Args:
        metric: the id of the metric.
        value: which of its values this is, such as ``activities``.
        dimensions: what it is about, such as ``{"kind": "talk"}``; empty for the total.
        number: how many; None where that is not known.
        currency: the currency whose part of the data was counted, where that matters.

    Raises:
        MetricError: when the number does not fit in 64 bits with a sign.

    Examples:
        >>> print(count("participation", "activities", {"kind": "talk"}, 12))
        participation activities (kind talk): 12
    """
    return Figure(metric, value, dimensions, _fits(number), "count", currency)


def money(
    metric: str,
    value: str,
    dimensions: Mapping[str, str],
    number: int | None,
    currency: str,
    basis: str | None = None,
) -> Figure:
    """Make a figure of money.

    Args:
        metric: the id of the metric.
        value: which of its values this is, such as ``amount``.
        dimensions: what it is about; empty for the total.
        number: the amount in minor units, such as pence; None where it is not known.
        currency: its code in ISO 4217, such as ``GBP``.
        basis: how the money was placed in time, where that matters.

    Raises:
        MetricError: when the amount does not fit in 64 bits with a sign.

    Examples:
        >>> print(money("payments", "amount", {}, 12500, "GBP"))
        payments amount: GBP 125.00
    """
    return Figure(metric, value, dimensions, _fits(number), "money", currency, basis=basis)


def ratio(
    metric: str,
    value: str,
    dimensions: Mapping[str, str],
    numerator: int | None,
    denominator: int | None,
    currency: str | None = None,
) -> Figure:
    """Make a figure that is a ratio; over zero, or of something unknown, it has no number.

    Args:
        metric: the id of the metric.
        value: which of its values this is, such as ``share``.
        dimensions: what it is about; empty for the total.
        numerator: the part, as a whole number (money in minor units); None where it is not known.
        denominator: what it is a part of, likewise.
        currency: the currency of the money that it is a share of.

    Raises:
        MetricError: when one of the two numbers does not fit in 64 bits with a sign.

    Examples:
        >>> ratio("revenue_share", "share", {"stream": "talks"}, 400, 1700).number
        Fraction(4, 17)
        >>> ratio("revenue_share", "share", {"stream": "talks"}, 0, 0).text
        'not known'
    """
    number = None if numerator is None or not denominator else Fraction(numerator, denominator)
    return Figure(
        metric, value, dimensions, number, "ratio", currency, _fits(numerator), _fits(denominator)
    )


def quantity(
    metric: str, value: str, dimensions: Mapping[str, str], number: Fraction | None
) -> Figure:
    """Make a figure that measures, such as hours; its name says in what.

    Args:
        metric: the id of the metric.
        value: which of its values this is, such as ``hours``.
        dimensions: what it is about; empty for the total.
        number: the exact quantity, shown with two decimals; None where it is not known.

    Examples:
        >>> print(quantity("payments", "hours", {}, Fraction(100, 60)))
        payments hours: 1.67
    """
    return Figure(metric, value, dimensions, number, "quantity")


def _word(name: str, value: object) -> str:
    """Take in what a dimension is asked for by; a year may come as a number."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _no_text(name, value)
    return shown(int(value))


def _no_text(name: str, value: object) -> ParameterError:
    return ParameterError(f"{shown(value)} is not a text", where=name, remedy="give a text")


def _fits(number: int | None) -> int | None:
    if number is not None and abs(number) > MAX_INT:
        raise MetricError(
            f"the sum {shown(number)} does not fit in 64 bits",
            remedy="check the amounts: they must be in minor units, such as pence",
        )
    return number


@frozen
class Excluded:
    """Records that a figure leaves out, and why.

    Attributes:
        reason: a stable code, such as ``no-date``.
        count: how many records.
        message: the reason in plain English.
        amount_minor: their money by currency, where they have any.
    """

    reason: str
    count: int
    message: str
    amount_minor: Mapping[str, int] = field(factory=dict)

    def __str__(self) -> str:
        sums = ", ".join(
            f"{currency} {to_major(amount, currency):,f}"
            for currency, amount in sorted(self.amount_minor.items())
        )
        return f"{self.count:,} left out{f' ({sums})' if sums else ''}: {self.message}"


@frozen(kw_only=True, eq=False)
class MetricResult:
    """The answer of a metric.

    Attributes:
        metric: the id of the metric.
        version: the version of its definition.
        parameters: every parameter that decides the answer, as JSON holds it.
        period: the days it is about; None where it takes no period.
        basis: how money was placed in time, where that matters.
        rows: the answer as an Arrow table; of a ratio it has the numerator and the denominator.
        figures: every single value.
        excluded: what was left out.
        notes: what a reader should know, in plain English.
    """

    metric: str
    version: int
    parameters: Mapping[str, Any]
    period: Period | None
    basis: str | None = None
    rows: pa.Table
    figures: tuple[Figure, ...]
    excluded: tuple[Excluded, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the metric's id, its version and its parameters, as hexadecimal digits."""
        document = {"metric": self.metric, "parameters": self.parameters, "version": self.version}
        text = json.dumps(
            document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def units(self) -> Mapping[str, Unit]:
        """The unit of each value."""
        return {figure.value: figure.unit for figure in self.figures}

    def figure(self, value: str, /, **where: str) -> Figure:
        """Find one figure.

        Args:
            value: which value, such as ``share``.
            **where: its dimensions, such as ``stream="training"``; none for the total. Where there
                are several currencies, ``currency`` too.

        Returns:
            The one figure with exactly these dimensions; its number is None where not known.

        Raises:
            MetricError: when there is no such figure, or more than one; names those that exist.
            ParameterError: when the value or a dimension is no text.

        Examples:
            >>> held = count("held", "held", {"kind": "talk"}, 3)
            >>> MetricResult(metric="held", version=1, parameters={}, period=None, figures=(held,),
            ...              rows=pa.table({"held": [3]})).figure("held", kind="talk").number
            3
        """
        if not isinstance(value, str):
            raise _no_text("value", value)
        wanted = {name: _word(name, text) for name, text in where.items()}
        asked = ", ".join([value, *(f"{name}={text}" for name, text in wanted.items())])
        anywhere = "currency" not in wanted
        currency = wanted.pop("currency", None)
        found = [
            figure
            for figure in self.figures
            if figure.value == value
            and figure.dimensions == wanted
            and (anywhere or figure.currency == currency)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            currencies = ", ".join(str(figure.currency) for figure in found)
            raise MetricError(
                f"there are several figures for {asked}",
                where=self.metric,
                remedy=f"say which currency: {currencies}",
            )
        raise MetricError(
            f"there is no figure for {asked}", where=self.metric, remedy=self._existing(value)
        )

    def _existing(self, value: str) -> str:
        same = [figure for figure in self.figures if figure.value == value]
        if not same:
            return f"its values are {', '.join(sorted(self.units)) or 'none: there are no figures'}"
        places = [
            " ".join(
                [
                    *(f"{name}={text}" for name, text in figure.dimensions.items()),
                    *([f"currency={figure.currency}"] if figure.currency else []),
                ]
            )
            or "the total (no dimensions)"
            for figure in same
        ]
        most = 12
        more = f" and {len(places) - most} more" if len(places) > most else ""
        return f"{value} exists for {'; '.join(places[:most])}{more}"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        stream: object = self.rows.__arrow_c_stream__(requested_schema)  # type: ignore[no-untyped-call]
        return stream

    def to_pandas(self) -> Any:
        """Give the rows as a pandas frame with Arrow types, so that whole numbers stay whole."""
        import pandas as pd  # type: ignore[import-untyped]

        return self.rows.to_pandas(types_mapper=pd.ArrowDtype)

    def to_polars(self) -> pl.DataFrame:
        """Give the rows as a Polars frame."""
        import polars as pl

        frame = pl.from_arrow(self.rows)
        if isinstance(frame, pl.Series):  # pragma: no cover  (a table is never a series)
            raise TypeError("rows must be a table")
        return frame

    def __str__(self) -> str:
        from coprometrics.metrics._display import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from coprometrics.metrics._display import as_html

        return as_html(self)


def several(number: int, one: str) -> str:
    """Write how many there are of something, given what one of them is called.

    Examples:
        >>> several(1, "day"), several(4, "day"), several(1200, "activity")
        ('1 day', '4 days', '1,200 activities')
    """
    many = f"{one[:-1]}ies" if one.endswith("y") and one[-2] not in "aeiou" else f"{one}s"
    return f"{number:,} {one if number == 1 else many}"


def table(columns: Mapping[str, pa.DataType], rows: Sequence[Sequence[object]]) -> pa.Table:
    """Make the Arrow table of a result from its rows.

    Args:
        columns: the type of each column by its name, in order; money is ``int64`` in minor units.
        rows: the values of each row, in that order; None where one is not known.

    Raises:
        ValueError: when a row has too many or too few values.
        pyarrow.ArrowException: when a value is of another type than its column.
        OverflowError: when a whole number does not fit in 64 bits.

    Examples:
        >>> kinds = {"kind": pa.string(), "people": pa.int64()}
        >>> table(kinds, [("talk", 40), ("training", None)]).to_pylist()
        [{'kind': 'talk', 'people': 40}, {'kind': 'training', 'people': None}]
    """
    schema = pa.schema(list(columns.items()))
    turned = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    try:
        arrays = [
            pa.array(values, type=kind)
            for values, kind in zip(turned, columns.values(), strict=True)
        ]
    except (OverflowError, pa.ArrowInvalid) as error:
        raise MetricError("a number of the answer does not fit in 64 bits") from error
    return pa.Table.from_arrays(arrays, schema=schema)
