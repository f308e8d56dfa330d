"""How a programme of which only totals are known narrowed from stage to stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics._parameters import check_text, check_texts
from coprometrics.metrics._steps import refuse_other_programmes, step_figures
from coprometrics.metrics.base import Excluded, Figure, MetricResult, table
from coprometrics.metrics.frames import engine_over, given
from coprometrics.records import StageCount

__all__ = ["funnel_from_counts"]

METRIC: Final = "funnel_from_counts"


def funnel_from_counts(
    stage_counts: object, programme: str | None = None, optional: Sequence[str] = ()
) -> MetricResult:
    """Say how many reached each stage of a programme of which only totals are known.

    Args:
        stage_counts: `StageCount` records or a frame with ``stage``, ``position`` (from 1) and
            ``count`` (how many people or projects; it may be missing); ``programme`` is used where
            it is there. A missing stage or position is an error.
        programme: which programme, where the data hold several.
        optional: stages that one may skip: they do not gate the next, and may be larger or smaller.

    Returns:
        For each stage: ``reached`` (how many), ``conversion`` (ratio: reached over the first stage
        that is not optional) and, where a stage that is not optional comes before it,
        ``step_conversion`` (ratio: reached over the last such stage). A ratio to zero has no
        number.

        A stage whose count is not known has neither number nor ratios, and nor has a ratio to it.
        Such stages are listed as left out (``no-count``), and do not take part in the check that no
        stage is larger than an earlier one. A note names each optional stage.

        ``rows`` has a line for each stage, by position: ``step`` (text), ``position``, ``optional``
        (true or false), ``reached``, ``first`` and ``before`` (whole numbers: the denominators of
        the two ratios; null where not known or not there).

    Raises:
        MetricError: when a later stage is larger than an earlier one, a stage or a position is
            there twice, the data hold several programmes and none is named, the programme named is
            not there, or a column is missing or of the wrong type.
        ParameterError: when an optional stage does not exist, or a parameter cannot be used.

    Examples:
        >>> counts = [
        ...     StageCount(id=f"t:{n}", programme="funding", stage=stage, position=n, count=number)
        ...     for n, (stage, number) in enumerate(
        ...         [("submitted", 52), ("shortlisted", 10), ("funded", 8)], start=1)
        ... ]
        >>> print(funnel_from_counts(counts).figure("step_conversion", step="funded"))
        funnel_from_counts step_conversion (step funded): 80.00%

        Of a stage that nobody counted nothing is known, and of the next one only the ratio to the
        first:

        >>> counts[1] = StageCount(
        ...     id="t:2", programme="funding", stage="shortlisted", position=2, count=None)
        >>> result = funnel_from_counts(counts)
        >>> print(result.figure("step_conversion", step="funded").text)
        not known
        >>> print(result.figure("conversion", step="funded").text)
        15.38%
        >>> print(result.excluded[0])
        1 left out: the count of shortlisted is not known
    """
    if programme is not None:
        check_text("programme", programme)
    skipped = check_texts("optional", optional)
    source = given(
        stage_counts,
        "stage_counts",
        StageCount,
        need=("stage", "position", "count"),
        may=() if programme is not None else ("programme",),
        extra=() if programme is None else ("programme",),
    )
    with engine_over(source) as engine:
        rows = engine.rows(
            f"SELECT *, {engine.quoted('count')} AS number FROM stage_counts "
            "ORDER BY position, stage"
        )
    if "programme" in source:
        programmes = {row["programme"] for row in rows if row["programme"] is not None}
        refuse_other_programmes("stage_counts", programmes, programme)
    if programme is not None:
        rows = [row for row in rows if row["programme"] == programme]
    names = [row["stage"] for row in rows]
    reached: list[int | None] = [row["number"] for row in rows]
    for column in ("stage", "position"):
        seen = [row[column] for row in rows]
        if twice := sorted({value for value in seen if seen.count(value) > 1}):
            raise MetricError(
                f"the {column} {', '.join(map(str, twice))} is there more than once",
                where=f"stage_counts.{column}",
                remedy="give one count for each stage",
            )
    if unknown := [name for name in skipped if name not in names]:
        raise ParameterError(
            f"there is no stage {', '.join(map(repr, unknown))}",
            where="optional",
            remedy=f"the stages are {', '.join(names)}",
        )
    _never_rising(names, reached, skipped)
    figures: list[Figure] = []
    gates = [i for i, name in enumerate(names) if name not in skipped]
    lines: list[tuple[object, ...]] = []
    first = reached[gates[0] if gates else 0] if reached else None
    for i, (name, row) in enumerate(zip(names, rows, strict=True)):
        before = [gate for gate in gates if gate < i]
        last = reached[before[-1]] if before else None
        where = {"step": name}
        figures += step_figures(METRIC, where, reached[i], first, last, starts=not before)
        lines.append((name, row["position"], name in skipped, reached[i], first, last))
    notes = [f"{name} is optional: it does not gate the next stage." for name in skipped]
    missing = [row["stage"] for row in rows if row["number"] is None]
    columns: dict[str, pa.DataType] = {
        "step": pa.string(),
        "position": pa.int64(),
        "optional": pa.bool_(),
        "reached": pa.int64(),
        "first": pa.int64(),
        "before": pa.int64(),
    }
    return MetricResult(
        metric=METRIC,
        version=1,
        parameters={"optional": sorted(skipped), "programme": programme},
        period=None,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=(
            (Excluded("no-count", len(missing), f"the count of {', '.join(missing)} is not known"),)
            if missing
            else ()
        ),
        notes=tuple(notes),
    )


def _never_rising(
    names: Sequence[str], reached: Sequence[int | None], optional: Sequence[str]
) -> None:
    least: tuple[str, int] | None = None
    for name, here in zip(names, reached, strict=True):
        if here is None or name in optional:
            continue
        if least is not None and here > least[1]:
            raise MetricError(
                f"{name} ({here:,}) is larger than the earlier {least[0]} ({least[1]:,})",
                where="stage_counts.count",
                remedy="correct a count, or name the earlier stage as optional",
            )
        least = (name, here)
