from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from coprometrics.errors import MetricError
from coprometrics.metrics import participation
from coprometrics.periods import Period
from coprometrics.records import Activity, Attendance, Organisation

from .kinds import KINDS

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
PEOPLE = {name: name * 32 for name in "abcdef"}


def activity(number, kind="talk", at="2023-05-01T12:00:00+00:00", **more):
    return Activity(
        id=f"t:{number}",
        kind=kind,
        starts_at=dt.datetime.fromisoformat(at),
        **{"timezone": "Europe/London", **more},
    )


def came(number, where, who=None, status="attended"):
    return Attendance(
        id=f"t:a{number}", activity_id=f"t:{where}", person_key=who and PEOPLE[who], status=status
    )


ORGANISATIONS = [
    Organisation(id="o:1", name="One", kind="charity", same_as=("o:one", "One Ltd")),
    Organisation(id="o:2", name="Two", kind="council"),
    Organisation(id="o:3", name="Two again", kind="council", same_as=("o:2",)),
]
ACTIVITIES = [
    activity(0, at="2022-03-01T12:00:00+00:00"),
    activity(1, organisation_ids=("o:1", "o:2"), co_delivered=True),
    activity(2, organisation_ids=("o:one", "o:3"), co_delivered=False, headcount=9),
    activity(3, kind="training", headcount=25, organisation_ids=("o:9",)),
    activity(4, kind="training", status="cancelled"),
    activity(5, kind="training", at="2024-01-01T12:00:00+00:00", headcount=7),
]
ATTENDANCES = [
    came(0, 0, "a"),
    came(1, 1, "a"),
    came(2, 1, "b"),
    came(3, 1),
    came(4, 1, "c", "no_show"),
    came(5, 2, "b"),
    came(6, 2, "c"),
    came(7, 2),
    came(8, 99, "d"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_year_of_activities_from_every_kind_of_frame(kind):
    make = KINDS[kind]
    result = participation(make(ACTIVITIES), make(ATTENDANCES), make(ORGANISATIONS), period=YEAR)
    numbers = {
        figure.value: figure.number
        for figure in result.figures
        if figure.dimensions == {"kind": "talk"}
    }
    assert numbers.pop("first_time_share") * 4 == 2
    assert numbers.pop("co_delivered_share") * 2 == 1
    assert numbers == {
        "activities": 2,
        "attendances": 6,
        "people_identified": 3,
        "attendances_unidentified": 2,
        "organisations": 2,
        "first_time": 2,
        "co_delivered_unknown": 0,
    }
    assert result.figure("attendances", kind="training").number == 25
    assert result.figure("attendances").number == 31
    assert result.figure("people_identified").number == 3
    assert result.figure("attendances_unidentified").number == 27
    assert result.figure("co_delivered_unknown").number == 1
    assert [(e.reason, e.count) for e in result.excluded] == [
        ("not-completed", 1),
        ("unknown-activity", 1),
    ]


def test_organisations_by_kind_add_up_to_the_whole():
    result = participation(ACTIVITIES, ATTENDANCES, ORGANISATIONS, period=YEAR)
    for where in ({}, {"kind": "talk"}, {"kind": "training"}):
        parts = [
            figure.number
            for figure in result.figures
            if figure.value == "organisations"
            and "organisation_kind" in figure.dimensions
            and {**figure.dimensions, **where} == figure.dimensions
            and len(figure.dimensions) == len(where) + 1
        ]
        assert sum(parts) == result.figure("organisations", **where).number
    assert result.figure("organisations", organisation_kind="unknown").number == 1
    assert any("kind is not known" in note for note in result.notes)


def test_a_head_count_that_differs_from_the_rows_is_a_note():
    result = participation(ACTIVITIES, ATTENDANCES, ORGANISATIONS, period=YEAR)
    assert any("t:2 has 3 attended and a head count of 9" in note for note in result.notes)


def test_first_times_are_looked_for_before_the_period_and_the_note_says_how_far():
    result = participation(ACTIVITIES, ATTENDANCES, period=YEAR)
    assert result.figure("first_time", kind="talk").number == 2
    assert any("2022-03-01" in note for note in result.notes)
    without = participation(ACTIVITIES[1:], ATTENDANCES[1:], period=YEAR)
    assert without.figure("first_time", kind="talk").number == 3


def test_first_times_are_of_each_kind_by_itself():
    rows = [activity(1), activity(2, kind="training", at="2023-06-01T12:00:00+00:00")]
    result = participation(rows, [came(1, 1, "a"), came(2, 2, "a")])
    assert result.figure("first_time").number == 2
    assert result.figure("people_identified").number == 1


@pytest.mark.parametrize(
    ("at", "zone", "inside"),
    [
        ("2023-12-31T23:30:00-05:00", "America/New_York", True),
        ("2024-01-01T00:30:00-05:00", "America/New_York", False),
        ("2022-12-31T15:00:00+00:00", "Asia/Tokyo", True),
        ("2022-12-31T14:59:59.999999+00:00", "Asia/Tokyo", False),
    ],
)
def test_an_activity_belongs_to_the_day_of_its_own_time_zone(at, zone, inside):
    result = participation([activity(1, at=at, timezone=zone)], period=YEAR)
    assert result.figure("activities").number == int(inside)


def test_an_unknown_time_zone_is_refused():
    rows = KINDS["arrow"]([activity(1)])
    rows = rows.set_column(rows.schema.get_field_index("timezone"), "timezone", [["Mars/North"]])
    with pytest.raises(MetricError, match=r"activities\.timezone: 'Mars/North' is not a time zone"):
        participation(rows, period=YEAR)


def test_nobody_identified_gives_no_share():
    result = participation([activity(1, headcount=3)])
    assert result.figure("first_time_share").number is None
    assert result.figure("co_delivered_share").number is None


def test_an_activity_whose_attendance_nobody_knows_is_listed():
    result = participation([activity(1)])
    assert [(e.reason, e.count) for e in result.excluded] == [("no-attendance", 1)]


def test_a_person_twice_at_one_activity_is_a_note():
    result = participation([activity(1)], [came(1, 1, "a"), came(2, 1, "a")])
    assert result.figure("attendances").number == 2
    assert any(
        "Beyond the first of a person at an activity: 1 attendance," in note
        for note in result.notes
    )


def test_what_nobody_knows_is_not_taken_for_zero():
    nothing = participation([activity(1)])
    for value in ("attendances", "people_identified", "first_time", "attendances_unidentified"):
        assert nothing.figure(value, kind="talk").number is None
    counted = participation([activity(1, headcount=3)])
    assert counted.figure("attendances", kind="talk").number == 3
    assert counted.figure("people_identified", kind="talk").number is None
    assert participation([]).figure("attendances").number == 0


def test_organisations_are_not_known_where_the_frame_does_not_name_them():
    rows = pa.table(
        {
            "id": ["t:1"],
            "kind": ["talk"],
            "timezone": ["UTC"],
            "starts_at": pa.array(
                [dt.datetime(2023, 5, 4, tzinfo=dt.UTC)], type=pa.timestamp("us", tz="UTC")
            ),
        }
    )
    assert participation(rows).figure("organisations").number is None


def test_activities_are_told_apart_by_another_column():
    rows = [activity(1, mode="online", headcount=2), activity(2, headcount=3)]
    result = participation(rows, by="mode")
    assert result.figure("attendances", mode="online").number == 2
    assert result.figure("attendances", mode="unknown").number == 3


def test_an_activity_or_an_organisation_may_not_be_there_twice():
    with pytest.raises(MetricError, match="t:1 is there more than once"):
        participation([activity(1), activity(1)])
    with pytest.raises(MetricError, match="o:1 is there more than once"):
        participation([activity(1)], None, [ORGANISATIONS[0]] * 2)


def test_a_name_of_two_organisations_is_refused_where_it_is_used():
    two = [Organisation(id=f"o:{n}", name=f"{n}", kind="charity", same_as=("o:x",)) for n in (1, 2)]
    assert participation([activity(1)], None, two)
    with pytest.raises(MetricError, match="another name of o:1 and of o:2"):
        participation([activity(1, organisation_ids=("o:x",))], None, two)


def test_one_organisation_has_one_kind():
    two = [ORGANISATIONS[0], Organisation(id="o:one", name="x", kind="council")]
    with pytest.raises(MetricError, match="one organisation one kind"):
        participation([activity(1)], None, two)


def test_no_activities_give_a_total_of_nothing():
    result = participation([], period=YEAR)
    assert result.figure("activities").number == 0


def test_activities_are_told_apart_by_what_is_no_text():
    rows = [activity(1, co_delivered=True), activity(2, co_delivered=False), activity(3)]
    result = participation(rows, by="co_delivered")
    assert result.figure("activities", co_delivered="true").number == 1
    assert result.figure("activities", co_delivered="unknown").number == 1


def test_an_organisation_named_by_any_of_its_names_counts_once():
    known = [Organisation(id="o:7", name="Age UK", kind="charity", same_as=("Age Concern",))]
    held = [
        activity(1, organisation_ids=("o:7",)),
        activity(2, organisation_ids=("o:Age UK",)),
        activity(3, organisation_ids=("o:Age Concern", "other:Age Concern")),
    ]
    result = participation(held, None, known, period=YEAR)
    assert result.figure("organisations", kind="talk", organisation_kind="charity").number == 1
    assert result.figure("organisations", kind="talk").number == 2
