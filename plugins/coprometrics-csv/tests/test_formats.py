"""A format that leaves two readings of a text is refused before any row is read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ConfigError
from coprometrics_csv.dates import DateFormat, parse_date, parse_datetime, two_readings, zone
from coprometrics_csv.directives import written
from coprometrics_csv.faults import CellError

UTC = zone("UTC", "test")


def formats(*texts: str) -> tuple[DateFormat, ...]:
    return tuple(DateFormat.of(text, "test") for text in texts)


def stages(*known: str, type_: str = "datetime", target: str = "occurred_at") -> dict[str, Any]:
    return {
        "record": "StageEvent",
        "source": "list",
        "timezone": "Europe/London",
        "id": {"from": ["id"]},
        "columns": [{"target": target, "from": ["at"], "type": type_, "formats": list(known)}],
        "constants": {"programme": "p", "stage": "s"},
    }


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ("%d/%m/%Y %H:%M %p", r"'%d/%m/%Y %H:%M %p' has %p with %H.*use %I with %p"),
        ("%d/%m/%Y %I:%M", r"'%d/%m/%Y %I:%M' has %I.*without %p.*; add %p, or use %H"),
        ("%d/%m/%Y %p", "%p without %I"),
        ("%d/%m/%Y %I:%M %H %p", "the hour twice, with %I and %H"),
        ("%d/%m/%Y %M", "minute with %M, and not the hour; add %H"),
        ("%d/%m/%Y %H:%S", "second with %S, and not the minute; add %M"),
    ],
)
def test_hours_of_an_open_half_of_the_day_are_refused(read: Any, known: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"csv mapping, column for occurred_at: .*{message}"):
        read("id,at\n1,01/02/2023 02:30 PM\n", stages(known))


def test_afternoons_stay_afternoons(read: Any) -> None:
    rows = "id,at\n1,01/02/2023 02:30 PM\n2,01/02/2023 12:30 AM\n3,01/02/2023 12:30 p.m.\n"
    found = read(rows, stages("%d/%m/%Y %I:%M %p"))
    assert [(r.occurred_at.hour, r.occurred_at.minute) for r in found.records] == [
        (14, 30), (0, 30), (12, 30),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("known", "part"),
    [
        ("%d/%m/%Y %y", "year"), ("%d %b %m %Y", "month"), ("%d %B %m %Y", "month"),
        ("%d %b %B %Y", "month"), ("%j %m %Y", "month"), ("%d %j %Y", "day"),
        ("%A %a %d %m %Y", "weekday"), ("%Y %Y", "year"), ("%Y %j %b", "month"),
    ],
)  # fmt: skip
def test_a_part_of_a_date_is_told_once(known: str, part: str) -> None:
    with pytest.raises(ConfigError, match=f"tells the {part}.* twice.*keep one"):
        DateFormat.of(known, "test")


@pytest.mark.parametrize(
    ("known", "text", "day"),
    [
        ("%d%m%Y", "01122023", dt.date(2023, 12, 1)),
        ("%d%m%Y", "1122023", None),
        ("%Y%m%d", "2023112", None),
        ("%Y%j", "202311", None),
        ("%Y%j", "2023011", dt.date(2023, 1, 11)),
        ("%d%m/%Y", "112/2023", None),
        ("%m1%d %Y", "0111 2023", None),
        ("%m1%d %Y", "01111 2023", dt.date(2023, 1, 11)),
        ("%d%b%Y", "1Dec2023", dt.date(2023, 12, 1)),
        ("%d%H %m %Y", "101 12 2023", None),
    ],
)
def test_numbers_side_by_side_have_all_their_digits(
    known: str, text: str, day: dt.date | None
) -> None:
    if day is None:
        with pytest.raises(CellError, match="must be a date written as"):
            parse_date(text, formats(known))
    else:
        assert parse_date(text, formats(known)) == (day, "day")


def test_fractions_may_be_short_where_nothing_follows() -> None:
    found = parse_datetime("20231201103059123", formats("%Y%m%d%H%M%S%f"), UTC, None)
    assert found == dt.datetime(2023, 12, 1, 10, 30, 59, 123_000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "known",
    [
        ("%Y/%d/%m", "%Y/%m/%d"),
        ("%Y/%m/%d", "%d %B %Y", "%Y/%d/%m"),
        ("%d/%m/%Y", "%m/%d/%Y"),
        ("%d/%m/%y", "%y/%m/%d"),
        ("%Y-%m-%d", "%Y-%d-%m"),
        ("%d%m%y", "%Y%m"),
        ("%Y", "%y%m"),
    ],
)
def test_formats_that_read_one_text_as_two_dates_are_refused(
    read: Any, income: Any, known: tuple[str, ...]
) -> None:
    mapping = income(columns={"received_on": {"formats": list(known)}})
    with pytest.raises(ConfigError, match=r"received_on: .*(both orders|differently).*keep one"):
        read("No,Date,Amount,Stream\n1,2023/03/04,1.00,talks\n", mapping)


def test_formats_that_read_one_text_as_two_times_are_refused(read: Any) -> None:
    with pytest.raises(ConfigError, match="differently"):
        read("id,at\n", stages("%d/%m/%Y %H:%M", "%d/%m/%Y %M:%H"))


@pytest.mark.parametrize(
    "known",
    [
        ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%B %Y", "%Y"),
        ("%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y"),
        ("%Y-%m-%d", "%m/%d/%Y"),
        ("%d/%m/%Y", "%d/%m/%Y %H:%M"),
    ],
)
def test_formats_of_one_reading_go_together(known: tuple[str, ...]) -> None:
    assert two_readings(formats(*known), times=False) is None


@given(
    st.datetimes(dt.datetime(1969, 1, 1), dt.datetime(2068, 12, 31)),  # noqa: DTZ001
    st.sampled_from(
        ["%d/%m/%Y %H:%M:%S.%f", "%Y%m%d%H%M%S%f", "%A %d %B %y %I:%M:%S.%f %p", "%j %Y%H%M%S %f"]
    ),
)
def test_what_a_format_writes_it_reads(moment: dt.datetime, known: str) -> None:
    found = parse_datetime(written(known, moment), formats(known), UTC, None)
    assert found == moment.replace(tzinfo=dt.UTC)
