"""Many times at once are read as each of them alone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ConfigError
from coprometrics.timezones import timezone
from coprometrics_csv.columns import fold
from coprometrics_csv.dates import DateFormat, two_readings
from coprometrics_csv.faults import CellError
from coprometrics_csv.people import address_of
from coprometrics_eventbrite.cells import People, Presence
from coprometrics_eventbrite.config import Eventbrite
from coprometrics_eventbrite.presets import PRESETS, Preset
from coprometrics_eventbrite.times import Times

FORMATS = ("%m/%d/%y %H:%M", "%d/%m/%Y %H:%M:%S", "%d %B %Y", "%d.%m.%Y %H:%M")
WRITTEN = (
    *FORMATS, "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%SZ", "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S+0000", "%Y-%m-%d %H:%M:%S-05:30",
    "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M+01",
)  # fmt: skip
MOMENTS = st.dates(dt.date(1900, 1, 1), dt.date(2090, 1, 1)).flatmap(
    lambda day: st.times().map(lambda time: dt.datetime.combine(day, time))
)
SWITCHES = st.sampled_from(
    [
        "2024-03-31T01:30",
        "2024-10-27T01:30",
        "2024-03-10T02:30",
        "2024-12-31T23:59:59",
        "2068-02-29T12:00",
    ]
).map(dt.datetime.fromisoformat)
CELLS = st.builds(
    lambda moment, way: moment.strftime(way), MOMENTS | SWITCHES, st.sampled_from(WRITTEN)
)
ODD = st.sampled_from(
    ["02/30/24 10:00", "13/13/24 10:00", "2024-02-30 10:00:00", "2024-01-01 24:00:00", "x" * 19,
     "1/5/24 9:03", "é" * 7, "0000-00-00 00:00:00", "9999-12-31 23:59:59", "2024-01-01 10:00:0é",
     "0001-01-01 00:00:00", "\u06601/05/24 09:03"]
)  # fmt: skip
ZONES = st.sampled_from(["Europe/London", "America/New_York", "Asia/Tokyo", None])


@given(
    cells=st.lists(CELLS | ODD | st.none(), max_size=12),
    name=ZONES,
    formats=st.sampled_from([FORMATS, ("%Y-%d-%m %H:%M:%S", "%d/%m/%y %H:%M")]),
)
def test_times_are_read_alike_together_and_alone(
    cells: list[str | None], name: Any, formats: tuple[str, ...]
) -> None:
    zone = timezone(name) if name else None
    times = Times.of(formats)
    found = times.read(pa.array(cells, pa.string()), zone)
    instants, days = found.instants.to_pylist(), found.days.to_pylist()
    for row, text in enumerate(cells):
        alone: Any = (None, None) if text is None else times._one(text, zone)
        if isinstance(alone, CellError):
            assert row in found.faults
            assert (instants[row], days[row]) == (None, None)
        else:
            assert (instants[row], days[row]) == alone
            assert row not in found.faults


@pytest.mark.parametrize(
    ("text", "aware"),
    [("2025-01-25 21:55-0530", True), ("2025-01-25T23:59:59-08", True), ("2025-01-25 00:30", False),
     ("2025-01-25 00:30+01:00", True), ("25.01.2025 23:00 -0500", True)],
)  # fmt: skip
def test_without_a_time_zone_the_day_is_the_one_that_is_written(text: str, aware: bool) -> None:
    found = Times.of(("%d.%m.%Y %H:%M %z",)).read(pa.array([text]), None)
    assert found.days.to_pylist() == [dt.date(2025, 1, 25)]
    assert found.instants.is_valid().to_pylist() == [aware]


def test_formats_that_read_one_text_differently_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"read '.*' differently; keep one of them"):
        Eventbrite(date_formats=("%m/%d/%y %H:%M", "%d/%m/%y %H:%M"))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_no_report_has_formats_that_read_one_text_differently(preset: Preset) -> None:
    formats = tuple(DateFormat.of(text, "eventbrite") for text in preset.date_formats)
    assert two_readings(formats, times=True) is None


@given(
    st.lists(
        st.sampled_from(
            ["a", " a ", "", "  ", "N/A", "n/a", "Info  Requested", "-", "İ", "in", "info"]
        )
    )
)
def test_placeholders_are_told_alike_in_texts_seen_once_and_in_each_row(cells: list[str]) -> None:
    presence = Presence(frozenset({"n/a", "info requested", "-"}))
    few = presence.of(pa.array(cells, pa.string())).to_pylist()
    assert presence.of(pa.array(cells, pa.string()).dictionary_encode()).to_pylist() == few
    kept = ("a", "İ", "in", "info")
    assert [text for text in few if text] == [c.strip() for c in cells if c.strip() in kept]


@given(st.lists(st.sampled_from(["a@b.c", "<A@b.c>", "x@y.z", "me", None])))
def test_what_is_no_address_is_told_from_who_is_nobody(cells: list[str | None]) -> None:
    found = People(pc.utf8_upper).read(pa.array(cells, pa.string()))
    addresses = [text and address_of(text) for text in cells]
    assert found.values.to_pylist() == [one and one.upper() for one in addresses]
    assert sorted(found.faults) == [n for n, text in enumerate(cells) if text == "me"]


@given(
    cells=st.lists(
        st.text(alphabet="aA\u00dfSs\u03c2\u03a3\u03c3\u0130i\u0131K\u212a  1@", max_size=4),
        max_size=5,
    ),
    words=st.sets(st.text(alphabet="a\u00dfs\u03c2\u03c3ik 1@", min_size=1, max_size=3)),
)
def test_placeholders_are_told_as_pages_tell_them(cells: list[str], words: set[str]) -> None:
    nobody = frozenset(fold(word) for word in words) - {""}
    expected = [c.strip() if fold(c) and fold(c) not in nobody else None for c in cells]
    for few in (0, len(cells)):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("coprometrics_eventbrite.cells._FEW", few)
            assert Presence(nobody).of(pa.array(cells, pa.string())).to_pylist() == expected


@pytest.mark.parametrize("placeholders", [set(), {"n/a"}])
def test_cells_without_placeholders_are_only_trimmed(placeholders: set[str]) -> None:
    presence = Presence(frozenset(placeholders))
    assert presence.of(pa.array([" x ", ""])).to_pylist() == ["x", None]
    assert presence.of(pa.array([], pa.string())).to_pylist() == []
