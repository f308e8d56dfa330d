"""What was held, how many came, and from where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from coprometrics.metrics._organisations import Known, known_organisations
from coprometrics.metrics.base import (
    Excluded,
    Figure,
    MetricResult,
    count,
    ratio,
    table,
)
from coprometrics.metrics.frames import Engine, grouped
from coprometrics.periods import Period
from coprometrics.records import Activity, Attendance

__all__ = ["participation"]

METRIC: Final = "participation"

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
            ``timezone``. Used where they are there: ``status``, ``organisation_ids``, ``headcount``
            and ``co_delivered``.
        attendances: `Attendance` records or a frame with ``activity_id`` and ``status``;
            ``person_key`` is used where it is there. None where only head counts are known.
        organisations: `Organisation` records or a frame with ``id`` and ``kind``; ``same_as`` is
            used where it is there. An activity may name an organisation by any of its names.
        by: the column of activities to tell apart by; a missing value counts as ``unknown``.
        period: the days the activities started on; None takes all.

    Returns:
        For each value of ``by``, and for the total: ``activities``; ``attendances`` (people who
        came; the head count where an activity has no attendance rows at all); ``people_identified``
        (different people) and ``attendances_unidentified`` (guests without a name, in any number of
        people), which must never be added; ``organisations`` (different ones); ``first_time``
        (identified attendances that are the person's first at that kind of activity anywhere in the
        data); ``first_time_share`` (over identified attendances); ``co_delivered_share`` (over the
        activities of which it is known) and ``co_delivered_unknown`` (the others). For each value
        and each ``organisation_kind``: ``organisations``.

    Raises:
        MetricError: when a column is missing or of the wrong type, an activity is there twice, or a
            name belongs to two organisations.

    Examples:
        >>> import datetime as dt
        >>> talk = Activity(id="t:1", kind="talk", timezone="Europe/London", headcount=40,
        ...                 starts_at=dt.datetime(2023, 5, 4, 12, tzinfo=dt.UTC))
        >>> print(participation([talk]).figure("attendances", kind="talk"))
        participation attendances (kind talk): 40
    """
    with Engine() as engine:
        given = _read(engine, activities, attendances, by)
        known = known_organisations(engine, organisations)
        _keep_held(engine, by, period)
        held = engine.rows("SELECT * FROM held ORDER BY id")
        people = engine.rows(
            "SELECT part, count(DISTINCT person_key) AS people FROM came "
            "GROUP BY GROUPING SETS ((part), ())"
        )
        excluded, notes = _remarks(engine)
    counts: dict[str | None, Counter[str]] = {None: Counter()}
    members: dict[str | None, set[str]] = {None: set()}
    for row in held:
        for part in (row["part"], None):
            _add(counts.setdefault(part, Counter()), row)
            names = {known.main(name) for name in row["organisation_ids"] or ()}
            members.setdefault(part, set()).update(names)
    for row in people:
        counts.setdefault(row["part"], Counter())["people_identified"] = row["people"]
    notes += _differences(held) + known.notes(members[None])
    figures: list[Figure] = []
    lines: list[tuple[object, ...]] = []
    for part in sorted(counts, key=lambda part: (part is None, part)):
        about = {} if part is None else {by: part}
        figures += _figures(about, counts[part], members.get(part, set()), known)
        seen = counts[part]
        lines.append((part, *(seen[name] for name in _COUNTS), len(members.get(part, set()))))
    columns: dict[str, pa.DataType] = {by: pa.string()}
    columns.update({name: pa.int64() for name in (*_COUNTS, "organisations")})
    if "organisation_ids" not in given:
        notes.append("The activities do not say which organisations they were for.")
    return MetricResult(
        metric=METRIC,
        version=1,
        parameters={"by": by, "period": period and [str(period.start), str(period.end)]},
        period=period,
        rows=table(columns, lines),
        figures=tuple(figures),
        excluded=excluded,
        notes=tuple(notes),
    )


def _read(
    engine: Engine, activities: object, attendances: object | None, by: str
) -> frozenset[str]:
    given = engine.read(
        activities,
        "activities",
        Activity,
        need=("id", "kind", "starts_at", "timezone"),
        may=("status", "organisation_ids", "headcount", "co_delivered"),
        extra=(by,),
    )
    engine.refuse_repeated("activities", "id")
    engine.read(
        [] if attendances is None else attendances,
        "attendances",
        Attendance,
        need=("activity_id", "status"),
        may=("person_key",),
    )
    return given


def _keep_held(engine: Engine, by: str, period: Period | None) -> None:
    """Make ``came`` (who came to what was held in the period) and ``held`` (one row each)."""
    part = grouped(by, (*_COUNTS, "organisations", "organisation_kind"))
    if period is None:
        engine.keep("inside", f"SELECT *, {part} AS part FROM activities")  # noqa: S608
    else:
        spans = engine.zoned("activities", period)
        engine.keep(
            "inside",
            f"SELECT activities.*, {part} AS part FROM activities JOIN {spans} "  # noqa: S608
            "ON zone = timezone AND starts_at >= since AND starts_at < until",
        )
    # Firsts are looked for in all of the data, also before the period.
    engine.keep(
        "firsts",
        """
        SELECT DISTINCT ON (kind, person_key) kind, person_key, activities.id AS activity_id
        FROM attendances JOIN activities ON activity_id = activities.id
        WHERE attendances.status = 'attended' AND activities.status = 'completed'
            AND person_key IS NOT NULL
        ORDER BY kind, person_key, starts_at, activities.id
        """,
    )
    engine.keep(
        "came",
        """
        SELECT inside.id AS activity_id, inside.part,
            attendances.person_key, firsts.activity_id IS NOT NULL AS is_first
        FROM attendances JOIN inside ON attendances.activity_id = inside.id
        LEFT JOIN firsts ON firsts.kind = inside.kind AND firsts.activity_id = inside.id
            AND firsts.person_key = attendances.person_key
        WHERE attendances.status = 'attended' AND inside.status = 'completed'
        """,
    )
    engine.keep(
        "held",
        """
        WITH seen AS (SELECT activity_id, count(*) AS listed FROM attendances GROUP BY activity_id),
        counted AS (
            SELECT activity_id, count(*) AS attended, count(person_key) AS identified,
                count(*) FILTER (is_first) AS first_time
            FROM came GROUP BY activity_id)
        SELECT id, part, headcount, co_delivered,
            organisation_ids, coalesce(listed, 0) AS listed, coalesce(attended, 0) AS attended,
            coalesce(identified, 0) AS identified, coalesce(first_time, 0) AS first_time
        FROM inside LEFT JOIN seen ON seen.activity_id = id
            LEFT JOIN counted ON counted.activity_id = id
        WHERE status = 'completed'
        """,
    )


def _add(counts: Counter[str], row: Mapping[str, Any]) -> None:
    counts["activities"] += 1
    came = row["attended"] if row["listed"] else (row["headcount"] or 0)
    counts["attendances"] += came
    counts["identified"] += row["identified"]
    counts["attendances_unidentified"] += came - row["identified"]
    counts["first_time"] += row["first_time"]
    counts["co_delivered_true"] += row["co_delivered"] is True
    counts["co_delivered_known"] += row["co_delivered"] is not None
    counts["co_delivered_unknown"] += row["co_delivered"] is None


def _figures(
    about: Mapping[str, str], counts: Counter[str], members: set[str], known: Known
) -> list[Figure]:
    figures = [
        count(METRIC, name, about, counts[name])
        for name in (
            "activities",
            "attendances",
            "people_identified",
            "attendances_unidentified",
        )
    ]
    figures += [
        count(METRIC, "organisations", about, len(members)),
        count(METRIC, "first_time", about, counts["first_time"]),
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
    kinds = Counter(known.kind(name) for name in members)
    figures += [
        count(METRIC, "organisations", {**about, "organisation_kind": kind}, number)
        for kind, number in sorted(kinds.items())
    ]
    return figures


def _remarks(engine: Engine) -> tuple[tuple[Excluded, ...], list[str]]:
    (row,) = engine.rows(
        """
        SELECT
            (SELECT count(*) FROM inside WHERE status <> 'completed') AS not_held,
            (SELECT count(*) FROM attendances
                WHERE activity_id NOT IN (SELECT id FROM activities)) AS stray,
            (SELECT min(starts_at) FROM activities WHERE status = 'completed') AS since,
            (SELECT count(*) - count(DISTINCT (activity_id, person_key)) FROM came
                WHERE person_key IS NOT NULL) AS repeated,
            (SELECT count(*) FROM held WHERE listed = 0 AND headcount IS NULL) AS uncounted
        """
    )
    excluded = [
        Excluded("not-completed", row["not_held"], "the activity was planned or cancelled"),
        Excluded("unknown-activity", row["stray"], "its activity is not in the data"),
        Excluded(
            "no-attendance",
            row["uncounted"],
            "nobody knows how many came: the activity counts, but adds no attendances",
        ),
    ]
    notes = []
    if row["since"] is not None:
        day = engine.rows("SELECT make_timestamp($1)::DATE AS day", row["since"])[0]["day"]
        notes.append(f"First-time attendance is judged by data that go back to {day} (UTC).")
    if row["repeated"]:
        notes.append(
            f"{row['repeated']:,} attendances repeat a person at the same activity, and count."
        )
    return tuple(found for found in excluded if found.count), notes


def _differences(held: list[dict[str, Any]]) -> list[str]:
    """Say where an activity has both attendance rows and another head count."""
    different = [
        row
        for row in held
        if row["listed"] and row["headcount"] is not None and row["headcount"] != row["attended"]
    ]
    few = 3
    notes = [
        f"{row['id']} has {row['attended']:,} attended and a head count of {row['headcount']:,}; "
        "the attendances count."
        for row in different[:few]
    ]
    if len(different) > few:
        notes.append(f"So have {len(different) - few:,} other activities.")
    return notes
