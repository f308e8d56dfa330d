"""What was held, how many came, and from where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from coprometrics.metrics._calendar import EPOCH, MICROSECOND, microseconds
from coprometrics.metrics._organisations import (
    define_kinds,
    define_mains,
    given_organisations,
    known_organisations,
)
from coprometrics.metrics._parameters import check_column, check_period, period_parameter
from coprometrics.metrics.base import (
    UNKNOWN,
    Excluded,
    Figure,
    MetricResult,
    count,
    ratio,
    several,
    table,
)
from coprometrics.metrics.frames import Engine, engine_over, given
from coprometrics.periods import Period
from coprometrics.records import Activity, Attendance, field_specs

__all__ = ["participation"]

METRIC: Final = "participation"

_LAST: Final = microseconds(dt.datetime.max.replace(tzinfo=dt.UTC))
_FEW: Final = 3

_COUNTS: Final = (
    "activities",
    "attendances",
    "people_identified",
    "attendances_unidentified",
    "first_time",
    "identified",
    "co_delivered_true",
    "co_delivered_known",
    "co_delivered_unknown",
    "organisations",
)


def participation(
    activities: object,
    attendances: object | None = None,
    organisations: object | None = None,
    by: str = "kind",
    period: Period | None = None,
) -> MetricResult:
    """Say how many activities were held in a period, how many came, and from how many bodies.

    Only completed activities count, on the day they started in their own time zone. Attendance is
    one person at one activity; a person is counted once over all of them.

    Args:
        activities: `Activity` records or a frame with ``id``, ``kind``, ``starts_at`` and
            ``timezone``. Used where they are there: ``status`` (completed where there is no such
            column), ``organisation_ids``, ``headcount`` and ``co_delivered``.
        attendances: `Attendance` records or a frame with ``activity_id`` and ``status``;
            ``person_key`` is used where it is there, and missing for a guest without a name. None
            where only head counts are known.
        organisations: `Organisation` records or a frame with ``id`` and ``kind``; ``name`` and
            ``same_as`` are used where they are there. An activity may name an organisation by any
            of its names.
        by: the column of activities to tell apart by; a missing value counts as ``unknown``.
        period: the days the activities started on; None takes all.

    Returns:
        For each value of ``by``, and for the total: ``activities``; ``attendances`` (how many times
        somebody came; the head count where no attendance row of an activity says whether);
        ``people_identified`` (different people) and ``attendances_unidentified`` (of guests without
        a name, in any number of people), which must never be added; ``organisations`` (different
        ones); ``first_time`` (identified attendances that are the person's first at that kind of
        activity anywhere in the data); ``first_time_share`` (ratio: those over the identified
        attendances); ``co_delivered_share`` (ratio: activities that the community delivered too,
        over those of which it is known) and ``co_delivered_unknown`` (the others). For each value
        and each ``organisation_kind``: ``organisations``.

        Left out and counted: activities that were planned or cancelled (``not-completed``) and
        attendances of an activity that is not in the data (``unknown-activity``). An activity with
        neither attendance rows nor a head count is listed too (``no-attendance``): it counts, but
        adds no attendances. So is one with bookings of which nobody wrote down who came: bookings
        (``registered``) say nothing of that by themselves.

        What nobody recorded is not known, rather than zero: ``people_identified``, ``first_time``
        and its share where no activity of that line has attendance rows; ``attendances`` and
        ``attendances_unidentified`` where nobody counted at any of them; ``organisations`` where
        the frame has no ``organisation_ids``.

        ``rows`` has a line for each value, and a last one for the total, whose value is null: the
        column ``by`` (text) and, as whole numbers that are null where not known, ``activities``,
        ``attendances``, ``people_identified``, ``attendances_unidentified``, ``first_time`` and
        ``identified`` (a ratio's two numbers), ``co_delivered_true`` and ``co_delivered_known``
        (likewise), ``co_delivered_unknown`` and ``organisations``.

    Raises:
        MetricError: when a column is missing or of the wrong type, an activity or an organisation
            is there twice, an organisation has two kinds, or a name belongs to two organisations.
        ParameterError: when a parameter cannot be used, or activities cannot be told apart by the
            column.

    Examples:
        Ada and a guest without a name came to the talk in May, Ada and Ben to the one in June. Of
        the one in July only the head count is known.

        >>> import datetime as dt
        >>> talks = [
        ...     Activity(id=f"t:{month}", kind="talk", timezone="Europe/London", headcount=heads,
        ...              starts_at=dt.datetime(2023, month, 4, 12, tzinfo=dt.UTC))
        ...     for month, heads in [(5, None), (6, None), (7, 40)]
        ... ]
        >>> ada, ben = "a" * 32, "b" * 32
        >>> came = [("t:5", ada), ("t:5", None), ("t:6", ada), ("t:6", ben)]
        >>> attendances = [
        ...     Attendance(id=f"b:{n}", activity_id=talk, person_key=who, status="attended")
        ...     for n, (talk, who) in enumerate(came)
        ... ]
        >>> result = participation(talks, attendances)
        >>> for value in ("attendances", "people_identified", "attendances_unidentified"):
        ...     print(result.figure(value, kind="talk"))
        participation attendances (kind talk): 44
        participation people_identified (kind talk): 2
        participation attendances_unidentified (kind talk): 41
        >>> share = result.figure("first_time_share", kind="talk")
        >>> share.numerator, share.denominator, share.text
        (2, 3, '66.67%')
        >>> print(participation(talks).figure("people_identified", kind="talk"))
        participation people_identified (kind talk): not known
    """
    check_column("by", by, "kind")
    check_period(period)
    held = given(
        activities,
        "activities",
        Activity,
        need=("id", "kind", "starts_at", "timezone"),
        may=("status", "organisation_ids", "headcount", "co_delivered"),
        extra=(by,),
    )
    came = given(
        [] if attendances is None else attendances,
        "attendances",
        Attendance,
        need=("activity_id", "status"),
        may=("person_key",),
        checked=False,
    )
    with engine_over(held, came, given_organisations(organisations)) as engine:
        _keep_held(engine, by, period)
        counts = _counts(engine)
        kinds = _organisation_kinds(engine)
        excluded, notes = _remarks(engine, counts)
    for (part, _kind), number in kinds.items():
        counts[part]["organisations"] += number
    missing = sum(number for (part, kind), number in kinds.items() if (part, kind) == (None, None))
    if missing:
        notes.append(
            f"Of {several(missing, 'organisation')} the kind is not known: not in the data."
        )
    figures: list[Figure] = []
    lines: list[tuple[object, ...]] = []
    known = {part: _unknown_out(counts[part], "organisation_ids" in held) for part in counts}
    for part in sorted(counts, key=lambda part: (part is None, part)):
        about = {} if part is None else {by: part}
        mine: dict[str, int] = {}
        for (where, kind), number in kinds.items():
            if where == part:
                mine[kind or UNKNOWN] = mine.get(kind or UNKNOWN, 0) + number
        figures += _figures(about, known[part], mine)
        lines.append((part, *(known[part][name] for name in _COUNTS)))
    columns: dict[str, pa.DataType] = {by: pa.string()}
    columns.update({name: pa.int64() for name in _COUNTS})
    if "organisation_ids" not in held:
        notes.append("The activities do not say which organisations they were for.")
    return MetricResult(
        metric=METRIC,
        version=1,
        parameters={"by": by, "period": period_parameter(period)},
        period=period,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=excluded,
        notes=tuple(notes),
    )


def _keep_held(engine: Engine, by: str, period: Period | None) -> None:
    """Make ``held`` (one row for each activity that counts) and ``pairs`` (who was where)."""
    part = engine.grouped(by, (*_COUNTS, "organisation_kind"))
    columns = "id, kind, starts_at, status, organisation_ids, headcount, co_delivered"
    engine.define("parted", f"SELECT {columns}, timezone, {part} AS part FROM activities")
    inside, join = "true", ""
    if period is not None:
        spans = engine.zoned("activities", period)
        inside = "since IS NOT NULL"
        join = f"LEFT JOIN {spans} ON zone = timezone AND starts_at >= since AND starts_at < until"
    engine.keep(
        "numbered",
        f"SELECT {columns}, part, {inside} AS inside, "
        f"row_number() OVER (ORDER BY starts_at, id) AS place FROM parted {join}",
    )
    statuses = engine.listed(field_specs(Attendance)["status"].options)
    engine.keep(
        "visits",
        "SELECT activity_id, count(*) AS listed, "
        f"count(CASE WHEN status IN ({statuses}) THEN 1 END) AS fitting, "
        "count(CASE WHEN status IN ('attended', 'no_show') THEN 1 END) > 0 "
        "OR count(CASE WHEN status = 'registered' THEN 1 END) = 0 AS told, "
        "count(CASE WHEN status = 'attended' THEN 1 END) AS attended, "
        "count(CASE WHEN status = 'attended' AND person_key > '' THEN 1 END) AS identified "
        "FROM attendances GROUP BY activity_id",
    )
    engine.keep(
        "held",
        "SELECT numbered.*, CASE WHEN told THEN listed ELSE 0 END AS listed, "
        "coalesce(attended, 0) AS attended, "
        "coalesce(identified, 0) AS identified "
        "FROM numbered LEFT JOIN visits ON activity_id = id WHERE inside AND status = 'completed'",
    )
    if not engine.holds("attendances"):
        return
    engine.keep(
        "pairs",
        "SELECT place, person_key, count(*) AS times "
        "FROM attendances JOIN numbered ON activity_id = id WHERE person_key > '' "
        "AND attendances.status = 'attended' AND numbered.status = 'completed' "
        "GROUP BY place, person_key",
    )


def _counts(engine: Engine) -> dict[str | None, dict[str, int]]:
    """Count everything but organisations, by part; under None the whole."""
    came = "CASE WHEN listed > 0 THEN attended ELSE coalesce(headcount, 0) END"
    sums = {
        "activities": "count(*)",
        "attendances": engine.total(came),
        "identified": engine.total("identified"),
        "attendances_unidentified": engine.total(f"{came} - identified"),
        "co_delivered_true": "count(CASE WHEN co_delivered THEN 1 END)",
        "co_delivered_known": "count(co_delivered)",
        "co_delivered_unknown": "count(*) - count(co_delivered)",
        "listed": engine.total("listed"),
        "uncounted": "count(CASE WHEN listed = 0 AND headcount IS NULL THEN 1 END)",
        "different": "count(CASE WHEN listed > 0 AND headcount <> attended THEN 1 END)",
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in sums.items())
    nothing = dict.fromkeys((*_COUNTS, *sums, "repeated"), 0)
    counts: dict[str | None, dict[str, int]] = {None: dict(nothing)}
    rows = engine.rows(f"SELECT part, {listed} FROM held GROUP BY part")
    counts.update({row["part"]: dict(nothing) for row in rows})
    if engine.holds("attendances"):
        # A first is looked for in all of the data, also before the period.
        rows += engine.rows(
            f"SELECT part, {engine.total('times')} AS first_time FROM ("
            "SELECT min(place) AS place, min_by(times, place) AS times "
            "FROM pairs JOIN numbered USING (place) GROUP BY kind, person_key"
            ") AS firsts JOIN held USING (place) GROUP BY part"
        )
        people = engine.rows(
            "SELECT part, count(DISTINCT person_key) AS people_identified, "
            f"{engine.total('times - 1')} AS repeated FROM pairs JOIN held USING (place) "
            "GROUP BY GROUPING SETS ((part), ())"
        )
        # People may come to several parts, so that theirs do not add up.
        for row in people:
            counts[row.pop("part")].update(_known(row))
    for row in rows:
        part = row.pop("part")
        for name, number in _known(row).items():
            counts[part][name] += number
            counts[None][name] += number
    return counts


def _known(row: Mapping[str, Any]) -> dict[str, int]:
    """Take the sum of nothing as zero."""
    return {name: number or 0 for name, number in row.items()}


def _organisation_kinds(engine: Engine) -> dict[tuple[str | None, str | None], int]:
    """Count organisations by part and kind; the kind is None where they are not in the data."""
    known = known_organisations(engine)
    if engine.silent("activities", "organisation_ids"):
        return {}
    engine.define(
        "listed_for", f"SELECT part, {engine.each('organisation_ids')} AS organisation_id FROM held"
    )
    engine.define("named", "SELECT * FROM listed_for WHERE organisation_id > ''")
    define_mains(engine, known, "named")
    define_kinds(engine, known)
    rows = engine.rows(
        "SELECT part, organisation_kind, count(DISTINCT main) AS organisations "
        "FROM mained LEFT JOIN kinds ON known_id = main "
        "GROUP BY GROUPING SETS ((part, organisation_kind), (organisation_kind)) "
        "ORDER BY organisation_kind"
    )
    return {(row["part"], row["organisation_kind"]): row["organisations"] for row in rows}


def _unknown_out(counts: Mapping[str, int], organisations: bool) -> dict[str, int | None]:
    """Take out the counts of which nothing is known, so that they are not taken for zero."""
    unknown: list[str] = [] if organisations else ["organisations"]
    if counts["activities"] and not counts["listed"]:
        unknown += ["people_identified", "first_time", "identified"]
    if counts["activities"] and counts["uncounted"] == counts["activities"]:
        unknown += ["attendances", "attendances_unidentified"]
    return {name: None if name in unknown else counts[name] for name in _COUNTS}


def _figures(
    about: Mapping[str, str], counts: Mapping[str, int | None], kinds: Mapping[str, int]
) -> list[Figure]:
    figures = [
        count(METRIC, name, about, counts[name])
        for name in (
            "activities",
            "attendances",
            "people_identified",
            "attendances_unidentified",
            "organisations",
            "first_time",
        )
    ]
    figures += [
        ratio(METRIC, "first_time_share", about, counts["first_time"], counts["identified"]),
        ratio(
            METRIC,
            "co_delivered_share",
            about,
            counts["co_delivered_true"],
            counts["co_delivered_known"],
        ),
        count(METRIC, "co_delivered_unknown", about, counts["co_delivered_unknown"]),
    ]
    figures += [
        count(METRIC, "organisations", {**about, "organisation_kind": kind}, number)
        for kind, number in sorted(kinds.items())
    ]
    return figures


def _remarks(
    engine: Engine, counts: Mapping[str | None, Mapping[str, int]]
) -> tuple[tuple[Excluded, ...], list[str]]:
    (row,) = engine.rows(
        "SELECT count(CASE WHEN inside AND status <> 'completed' THEN 1 END) AS not_held, "
        "min(CASE WHEN status = 'completed' THEN starts_at END) AS since, "
        "count(*) - count(DISTINCT id) AS twice FROM numbered"
    )
    if row["twice"]:
        engine.refuse_repeated("activities", "id")
    visits = {"listed": 0, "fitting": 0, "stray": 0}
    if engine.holds("attendances"):
        (visits,) = engine.rows(
            f"SELECT {engine.total('listed')} AS listed, "
            f"{engine.total('CASE WHEN activity_id IS NULL THEN 0 ELSE fitting END')} AS fitting, "
            f"{engine.total('CASE WHEN id IS NULL THEN listed END')} AS stray "
            "FROM visits LEFT JOIN numbered ON activity_id = id"
        )
    if visits["listed"] != visits["fitting"]:
        engine.check("attendances")
    whole = counts[None]
    excluded = [
        Excluded("not-completed", row["not_held"], "the activity was planned or cancelled"),
        Excluded("unknown-activity", visits["stray"] or 0, "its activity is not in the data"),
        Excluded(
            "no-attendance",
            whole["uncounted"],
            "nobody knows how many came: the activity counts, but adds no attendances",
        ),
    ]
    notes = []
    if row["since"] is not None:
        since = min(row["since"], _LAST)
        day = (EPOCH + since * MICROSECOND).date()
        notes.append(f"First-time attendance is judged by data that go back to {day} (UTC).")
    if whole["repeated"]:
        repeated = several(whole["repeated"], "attendance")
        notes.append(f"Beyond the first of a person at an activity: {repeated}, which count too.")
    if whole["different"]:
        notes += _differences(engine, whole["different"])
    return tuple(found for found in excluded if found.count), notes


def _differences(engine: Engine, different: int) -> list[str]:
    """Say where an activity has both attendance rows and another head count."""
    rows = engine.rows(
        "SELECT id, attended, headcount FROM held "
        f"WHERE listed > 0 AND headcount <> attended ORDER BY id LIMIT {_FEW}"
    )
    notes = [
        f"{row['id']} has {row['attended']:,} attended and a head count of {row['headcount']:,}; "
        "the attendances count."
        for row in rows
    ]
    if different > _FEW:
        notes.append(f"The same holds for {several(different - _FEW, 'other activity')}.")
    return notes
