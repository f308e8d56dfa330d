"""A report file to start from: its head, the figures that a store gives, and what to fill in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from coprometrics.errors import ParameterError, is_unicode
from coprometrics.metrics.registry import MetricRegistry
from coprometrics.periods import Period
from coprometrics.records import (
    RECORD_TYPES,
    Activity,
    AudienceSnapshot,
    GrantAward,
    Income,
    Payment,
    Post,
    Record,
    StageCount,
    StageEvent,
    field_specs,
)
from coprometrics.report._writing import flow, one_line, quoted, scalar
from coprometrics.report.proposed_figures import Proposals, propose_figures
from coprometrics.store import Store
from coprometrics.timezones import timezone

__all__ = ["covered_period", "start_report"]

_DAYS: Final[Mapping[type[Record], str]] = {
    Activity: "starts_at",
    Income: "received_on",
    Payment: "paid_on",
    StageEvent: "occurred_at",
    StageCount: "as_of",
    Post: "created_at",
    AudienceSnapshot: "as_of",
}
"""When it was what a record is about. Awards reach over many years, and come last."""

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_HEAD: Final = """\
# yaml-language-server: $schema={schema}
# What the report prints, and where each number comes from. Check it: coprometrics check {file}
schema: report-v1
title: {title}
period: {{start: {start}, end: {end}}}
currency: {currency}
"""
_SOURCES: Final = """
# The files that the records come from, each with its importer and, where that needs one, its
# mapping. Every check imports them anew, so that no figure can be calculated before they are named.
# sources:
"""
_SENTENCES: Final = """
# The text of the report, and its sentences with {{figure.id}} in place of each number. What is
# printed is then taken from the text. `coprometrics scan --propose` writes such sentences.
# document: report.md
# statements:
#   - "There were {{{figure}}} in all."
"""
_PROPOSED: Final = """
# Proposed from the records, none of it printed yet: keep what the report prints, and give it a name
# of its own. Copy each number from the report, by a statement or with printed: "…", never from the
# comments here: they say what the records give at the moment.
"""
_NOTHING: Final = """
# What the report prints: the metric that gives it (see `coprometrics metrics`), or who vouches for it.
# figures:
#   {figure}: {{metric: participation, where: {{kind: training}}, value: activities}}
#   office.volunteers: {{printed: "12", manual: the office manager}}
"""  # noqa: E501
_EXAMPLE: Final = "training.sessions"


def start_report(
    store: Store | None,
    *,
    title: str | None = None,
    period: Period | None = None,
    schema: str = "report-v1.json",
    file: str = "report.yaml",
    metrics: MetricRegistry | None = None,
) -> str:
    """Write a report file to start from.

    Args:
        store: the records to propose figures from; without one there is nothing but the frame.
        title: the title of the report.
        period: what it is about; the calendar years of the records by default.
        schema: where editors find the schema of report files: a path from the file, or an address.
        file: what the report file is called, for its comments.
        metrics: the metrics; those of this environment by default.

    Returns:
        The text of a report file that fits its schema. It prints nothing yet.

    Raises:
        ParameterError: when no period is given and no record says when it was.
        StoreError: when the store cannot be read.

    Examples:
        >>> text = start_report(None, period=Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31)))
        >>> print("".join(text.splitlines(keepends=True)[2:6]), end="")
        schema: report-v1
        title: "Impact report 2023"
        period: {start: 2023-01-01, end: 2023-12-31}
        currency: GBP
    """
    if title is not None and not is_unicode(title):
        raise ParameterError("it cannot be written", where="title", remedy="give a text")
    if not schema or not schema.isprintable() or " " in schema:
        raise ParameterError(
            "no editor can read this address of the schema",
            where="schema",
            remedy="give a path or an address without spaces",
        )
    period = period or (covered_period(store) if store else None)
    if period is None:
        raise ParameterError(
            "it is not known which period the report is about", where="period",
            remedy="give one, such as 2023",
        )  # fmt: skip
    sections = list(propose_figures(store, period, metrics)) if store else []
    first = next((one.id for section in sections for one in section.figures), _EXAMPLE)
    lines = [
        _HEAD.format(
            schema=schema,
            file=one_line(file),
            title=quoted(title if title is not None else f"Impact report {_years(period)}"),
            start=period.start,
            end=period.end,
            currency=_currency(store),
        ),
        _SOURCES,
        *_sources(store),
        _SENTENCES.format(figure=first),
    ]
    if any(section.figures for section in sections):
        lines += [_PROPOSED, "figures:\n"]
    else:
        lines.append(_NOTHING.format(figure=_EXAMPLE))
    for section in sections:
        lines += _section(section)
    return "".join(lines)


def covered_period(store: Store) -> Period | None:
    """Give the whole calendar years in which the things of a store were; None where none says.

    Where there is nothing but awards, their first days count.
    """
    years = {year for kind, field in _DAYS.items() for year in _years_of(store, kind, field)}
    years = years or set(_years_of(store, GrantAward, "starts_on"))
    if not years:
        return None
    return Period(dt.date(min(years), 1, 1), dt.date(max(years), 12, 31))


def _years_of(store: Store, kind: type[Record], field: str) -> Iterator[int]:
    """Give the first and the last year, each day in the time zone of its record."""
    frame = store.frame(kind)
    if field_specs(kind)[field].kind == "date":
        (days,) = frame.aggregate(f"min({field}), max({field})").fetchall()
        yield from (day.year for day in days if day is not None)
        return
    ends = frame.aggregate(f"timezone, epoch_us(min({field})), epoch_us(max({field}))", "timezone")
    for zone, *instants in ends.fetchall():
        yield from (_year(instant, zone or "UTC") for instant in instants if instant is not None)


def _year(microseconds: int, zone: str) -> int:
    instant = _EPOCH + dt.timedelta(microseconds=microseconds)
    try:
        return instant.astimezone(timezone(zone)).year
    except OverflowError:
        return instant.year  # its day there is in the year 0 or 10000


def _years(period: Period) -> str:
    if ".." not in period.label:
        return period.label
    first, last = period.start.year, period.end.year
    return f"{first}" if first == last else f"{first} to {last}"


def _currency(store: Store | None) -> str:
    """Give the currency of most records with money, and say which others there are."""
    found: Counter[str] = Counter()
    for kind in RECORD_TYPES if store else ():
        if store and "currency" in field_specs(kind):
            rows = store.frame(kind).aggregate("currency, count(*)", "currency").fetchall()
            found.update(dict(rows))
    names = sorted(found, key=lambda name: (-found[name], name))
    others = f"  # there is also {', '.join(names[1:])}" if names[1:] else ""
    return f"{names[0] if names else 'GBP'}{others}"


def _sources(store: Store | None) -> Iterator[str]:
    seen = store.sources() if store else []
    # What a program wrote has no file.
    read = (one for one in seen if one.source_sha256 is not None)
    named = dict.fromkeys((one.importer, one.source_name) for one in read)
    # A file may be called after whom it came from.
    named = {key: None for key in named if "@" not in key[1]}
    for importer, name in named or {("csv", "income.csv"): None}:
        entry = {"importer": importer, "path": name}
        if importer == "csv":
            entry["mapping"] = f"{name.removesuffix('.csv')}.mapping.yaml"
        yield f"#   - {flow(entry)}\n"


def _section(section: Proposals) -> Iterator[str]:
    yield f"\n  # {section.metric.id}: {one_line(section.metric.definition)}\n"
    for one in section.figures:
        yield f"  {scalar(one.id)}: {flow(one.entry)}  # the records give {one_line(one.given)}\n"
    for remark in section.remarks:
        yield f"  # {one_line(remark)}\n"
