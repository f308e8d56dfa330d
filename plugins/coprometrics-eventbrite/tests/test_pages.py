"""Pages in files: what they are told by, and which records they become."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ImporterError, SourceError
from coprometrics.importers import Batch, Context, Item, Notice, Problem, Refusal, Skipped, Source
from coprometrics.records import Activity, Attendance, Income, Organisation
from coprometrics.tables.validation import validate
from coprometrics_eventbrite import DeclaredEvent, Eventbrite, EventbriteImporter, pages
from coprometrics_eventbrite.page import decode_page, encode_page
from coprometrics_eventbrite.pages import identify_pages, read_pages

from .server import (
    NOW,
    World,
    attendee,
    costs,
    event,
    moment,
    money,
    order,
    pseudonym,
    records_of,
    ticket_class,
)  # fmt: skip

CONTEXT = Context(person_key=pseudonym, now=NOW)


class Pages:
    """A folder of pages as somebody else saved them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def add(self, key: str, *items: Any, name: str | None = None, more: bool = False) -> Pages:
        page = {"pagination": {"has_more_items": more, "page_number": 1}, key: list(items)}
        return self.raw(json.dumps(page).encode(), name=name)

    def raw(self, body: bytes, *, name: str | None = None) -> Pages:
        count = len(list(self.folder.iterdir())) + 1
        (self.folder / (name or f"{count:03}.json")).write_bytes(body)
        return self

    def items(self, config: Eventbrite | None = None) -> list[Item]:
        return list(read_pages(Source.at(self.folder), config or Eventbrite(), CONTEXT))

    def records(self, config: Eventbrite | None = None) -> list[Any]:
        found, refused = records_of(self.folder, config)
        assert refused == []
        return list(found)

    def only(self, kind: type[Any], config: Eventbrite | None = None) -> Any:
        (one,) = [record for record in self.records(config) if isinstance(record, kind)]
        return one

    def refusals(self) -> list[Refusal]:
        return [item for item in self.items() if isinstance(item, Refusal)]

    def problem(self) -> Problem:
        (refusal,) = self.refusals()
        (problem,) = refusal.problems
        return problem

    def skipped(self, config: Eventbrite | None = None) -> dict[str, int]:
        return {i.reason: i.count for i in self.items(config) if isinstance(i, Skipped)}

    def notices(self, config: Eventbrite | None = None) -> list[str]:
        return [i.code for i in self.items(config) if isinstance(i, Notice)]


@pytest.fixture
def saved(tmp_path: Path) -> Pages:
    return Pages(tmp_path / "pages")


@pytest.fixture
def small(saved: Pages) -> Pages:
    world = World.small()
    saved.add("organizations", *world.organisations).add("events", *world.events)
    saved.add("attendees", *world.attendees).add("orders", *world.orders)
    return saved.add("ticket_classes", *world.classes)


# Telling pages


@pytest.mark.parametrize(
    "key", ["organizations", "events", "ticket_classes", "attendees", "orders"]
)
def test_a_page_is_known_by_its_list(saved: Pages, key: str) -> None:
    saved.add(key, {"id": "1"}, name="p.json")
    match = identify_pages(Source.at(saved.folder / "p.json"))
    assert match is not None
    assert (match.variant, match.generic) == ("pages", False)
    assert key in match.reason


def test_a_folder_is_known_by_its_first_page(small: Pages) -> None:
    assert EventbriteImporter().identify(Source.at(small.folder)) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"events": [{"id": 1}]}', b'{"pagination": {}, "venues": []}',
        b"\x00\x01", b'"events": [ "pagination"', b"id,events,pagination\n",
    ],
)  # fmt: skip
def test_what_is_no_page_is_not_taken(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x.json").write_bytes(body)
    assert identify_pages(Source.at(tmp_path / "x.json")) is None
    assert identify_pages(Source.at(tmp_path)) is None


def test_a_folder_without_pages_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    assert identify_pages(Source.at(tmp_path)) is None
    with pytest.raises(SourceError, match="there is no page"):
        list(read_pages(Source.at(tmp_path), Eventbrite(), CONTEXT))


# Events


def test_an_event_becomes_an_activity(saved: Pages) -> None:
    saved.add("events", event("101", series_id="55", capacity=12))
    one = saved.only(Activity)
    assert (one.id, one.title, one.kind) == ("eventbrite:101", "Event 101", "event")
    assert one.starts_at == dt.datetime(2023, 5, 4, 17, tzinfo=dt.UTC)
    assert one.ends_at == dt.datetime(2023, 5, 4, 19, tzinfo=dt.UTC)
    assert (one.timezone, one.mode, one.status) == ("Europe/London", "in_person", "completed")
    assert (one.series_id, one.capacity, one.organisation_ids) == ("eventbrite:55", 12, ())


PAST, FUTURE = moment("2023-05-04T19:00:00Z"), moment("2024-05-04T19:00:00Z")


@pytest.mark.parametrize(
    ("status", "end", "expected"),
    [
        ("draft", PAST, "planned"),
        ("draft", FUTURE, "planned"),
        ("live", FUTURE, "planned"),
        ("live", PAST, "completed"),
        ("started", FUTURE, "planned"),
        ("started", PAST, "completed"),
        ("ended", PAST, "completed"),
        ("completed", PAST, "completed"),
        ("canceled", PAST, "cancelled"),
        ("canceled", FUTURE, "cancelled"),
        (None, PAST, "completed"),
        (None, FUTURE, "planned"),
    ],
)
def test_the_status_is_told_by_word_and_time(
    saved: Pages, status: str | None, end: dict[str, str], expected: str
) -> None:
    saved.add("events", event("101", status=status, end=end))
    assert saved.only(Activity).status == expected


def test_an_event_may_be_online_or_not_say_it(saved: Pages) -> None:
    saved.add("events", event("1", online_event=True), event("2", online_event=None))
    assert [one.mode for one in saved.records()] == ["online", None]


def test_settings_say_what_an_event_was(saved: Pages) -> None:
    saved.add("events", event("1"), event("2", name={"text": "Cuppa"}), event("3", start=PAST))
    declared = DeclaredEvent(id="3", kind="talk", mode="hybrid")
    config = Eventbrite(kind="training", kinds={"cuppa": "cuppa"}, events=(declared,))
    found = [(one.kind, one.mode) for one in saved.records(config)]
    assert found == [("training", "in_person"), ("cuppa", "in_person"), ("talk", "hybrid")]


def test_the_parent_of_a_series_is_no_event_that_happened(saved: Pages) -> None:
    saved.add("events", event("55", is_series=True, is_series_parent=True), event("56"))
    assert saved.only(Activity).id == "eventbrite:56"
    assert saved.skipped() == {"series, whose events count one by one": 1}


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"start": None}, "missing", "start.utc"),
        ({"start": {"utc": "soon"}}, "not-an-instant", "start.utc"),
        ({"start": {"utc": "2023-05-04T17:00:00"}}, "not-an-instant", "start.utc"),
        ({"end": {"utc": "0001-01-01T00:00:00+14:00"}}, "not-an-instant", "end.utc"),
        ({"status": "postponed"}, "not-an-option", "status"),
        ({"capacity": 10**30}, "above-maximum", "capacity"),
        ({"capacity": "30"}, "wrong-type", "capacity"),
        ({"name": "Talk"}, "wrong-type", "name"),
        ({"id": None}, "wrong-type", "id"),
        ({"id": "a@b.org"}, "wrong-form", "id"),
        ({"id": ""}, "wrong-form", "id"),
    ],
)
def test_a_bad_event_is_refused_and_the_others_are_not(
    saved: Pages, changes: dict[str, Any], code: str, field: str | None
) -> None:
    saved.add("events", event("1"), event("2", **changes), event("3"))
    (refusal,) = saved.refusals()
    assert str(refusal.at) == "page 1, item 2"
    assert (refusal.problems[0].code, refusal.problems[0].field) == (code, field)
    assert "a@b.org" not in str(refusal)
    found, _ = records_of(saved.folder)
    assert [one.id for one in found] == ["eventbrite:1", "eventbrite:3"]


def test_a_number_instead_of_text_is_still_an_identifier(saved: Pages) -> None:
    saved.add("events", event("1", id=157794715241))
    assert saved.only(Activity).id == "eventbrite:157794715241"


@pytest.mark.parametrize("title", ["a\0b", "half \ud83d", "\udc00"])
def test_characters_that_records_do_not_hold_are_left_to_the_core(saved: Pages, title: str) -> None:
    saved.add("events", event("1", name={"text": title}), event("2"))
    (batch,) = [item for item in saved.items() if isinstance(item, Batch)]
    assert validate(batch.rows, Activity).issues.column("code").to_pylist() == [
        "forbidden-character"
    ]


# Tickets


def test_a_ticket_becomes_an_attendance(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", checked_in=True))
    one = saved.only(Attendance)
    assert (one.id, one.activity_id) == ("eventbrite:1", "eventbrite:101")
    assert (one.order_id, one.status) == ("eventbrite:11", "attended")
    assert one.ticket_kind == "General admission"
    assert one.person_key == pseudonym("person11@secret.example")
    assert one.registered_at == dt.datetime(2023, 4, 1, 8, tzinfo=dt.UTC)
    assert one.checked_in_at is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"checked_in": True, "cancelled": True, "refunded": True}, "attended"),
        ({"cancelled": True, "refunded": True, "status": "Attending"}, "cancelled"),
        ({"refunded": True}, "cancelled"),
        ({}, "registered"),
        ({"status": "Deleted"}, "cancelled"),
        ({"status": "Not Attending"}, "cancelled"),
        ({"status": "Unpaid"}, "registered"),
        ({"status": "Checked In"}, "registered"),
        ({"status": "Checked In", "checked_in": None}, "attended"),
        ({"status": "A word of tomorrow"}, "registered"),
        ({"status": None}, "registered"),
    ],
)
def test_flags_win_over_the_status(saved: Pages, changes: dict[str, Any], expected: str) -> None:
    saved.add("attendees", attendee("1", "11", **changes))
    assert saved.only(Attendance).status == expected


def test_an_order_of_four_is_one_person_and_three_guests(saved: Pages) -> None:
    saved.add("attendees", *(attendee(str(n), "11") for n in range(4)))
    keys = [one.person_key for one in saved.records()]
    assert keys == [pseudonym("person11@secret.example"), None, None, None]


@pytest.mark.parametrize(
    "profile", [None, {}, {"email": None}, {"email": ""}, {"email": " Info  Requested "}]
)
def test_where_nobody_was_asked_there_is_nobody(saved: Pages, profile: Any) -> None:
    saved.add("attendees", attendee("1", "11", profile=profile))
    assert saved.only(Attendance).person_key is None


def test_further_placeholders_can_be_declared(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", profile={"email": "door@secret.example"}))
    config = Eventbrite(placeholders=("Door@secret.example",))
    assert saved.only(Attendance).person_key is not None
    assert saved.only(Attendance, config).person_key is None


def test_an_address_is_read_as_in_a_report(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", profile={"email": "A B <person11@secret.example> "}))
    assert saved.only(Attendance).person_key == pseudonym("person11@secret.example")


def test_a_key_in_a_page_of_somebody_else_is_not_believed(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11", person_key="a" * 32, profile=None))
    assert saved.only(Attendance).person_key is None


def test_a_donation_is_no_visitor(saved: Pages) -> None:
    saved.add("ticket_classes", ticket_class("9", donation=True), ticket_class("7"))
    saved.add("attendees", attendee("1", "11", ticket_class_id="9"), attendee("2", "12"))
    saved.add("attendees", attendee("3", "13", ticket_class_name="Donation"))
    assert saved.only(Attendance).id == "eventbrite:2"
    assert saved.skipped()["donations, which admit nobody"] == 2


def test_the_same_sort_in_another_event_is_another_sort(saved: Pages) -> None:
    saved.add("ticket_classes", ticket_class("7", "102", donation=True))
    saved.add("attendees", attendee("1", "11"))
    assert saved.only(Attendance).id == "eventbrite:1"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"quantity": 2}, "not-one", "quantity"),
        ({"event_id": None}, "missing", "event_id"),
        ({"created": "yesterday"}, "not-an-instant", "created"),
        ({"checked_in": "yes"}, "wrong-type", "checked_in"),
        ({"profile": {"email": 7}}, "wrong-type", "profile.email"),
        ({"profile": {"email": "Secretname"}}, "not-an-address", "profile.email"),
    ],
)
def test_a_bad_ticket_is_refused(
    saved: Pages, changes: dict[str, Any], code: str, field: str
) -> None:
    saved.add("attendees", attendee("1", "11", **changes))
    assert (saved.problem().code, saved.problem().field) == (code, field)


def test_an_event_that_checked_nobody_in_has_unknown_attendance(saved: Pages) -> None:
    saved.add("events", event("101"))
    saved.add("attendees", attendee("1", "11"), attendee("2", "12", cancelled=True))
    assert saved.notices() == ["attendance-unknown"]
    assert [one.status for one in saved.records()[1:]] == ["registered", "cancelled"]
    counted = Eventbrite(count="registered")
    assert saved.notices(counted) == ["bookings-counted"]
    assert [one.status for one in saved.records(counted)[1:]] == ["attended", "cancelled"]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "canceled"},
        {"status": "draft"},
        {"status": "live", "end": FUTURE},
        {"status": "completed", "end": FUTURE},
    ],
)
def test_nothing_is_unknown_of_an_event_that_was_not_held(
    saved: Pages, changes: dict[str, Any]
) -> None:
    saved.add("events", event("101", **changes)).add("attendees", attendee("1", "11"))
    counted = Eventbrite(count="registered")
    assert saved.notices() == saved.notices(counted) == []
    assert saved.records(counted)[1].status == "registered"


# Money


def test_an_order_becomes_income(saved: Pages) -> None:
    saved.add("events", event("101")).add("orders", order("11", gross=3050))
    one = saved.only(Income, Eventbrite(stream="training"))
    assert (one.id, one.amount_minor, one.currency) == ("eventbrite:11", 3050, "GBP")
    assert (one.stream, one.kind, one.activity_id) == ("training", "fee", "eventbrite:101")
    assert one.received_on == dt.date(2023, 4, 1)


def test_the_day_is_that_of_the_place(saved: Pages) -> None:
    start = moment("2023-05-04T17:00:00Z", "Pacific/Auckland")
    late = order("11", gross=100, created="2023-04-01T20:00:00Z")
    saved.add("events", event("101", start=start)).add("orders", late)
    assert saved.only(Income).received_on == dt.date(2023, 4, 2)
    assert saved.notices() == []


def test_a_day_in_an_unknown_place_is_told(saved: Pages) -> None:
    saved.add("orders", order("11", gross=100, created="2023-04-01T20:00:00Z"))
    assert (saved.only(Income).received_on, saved.notices()) == (
        dt.date(2023, 4, 1), ["days-in-utc"],
    )  # fmt: skip
    config = Eventbrite(timezone="Pacific/Auckland")
    assert saved.only(Income, config).received_on == dt.date(2023, 4, 2)


def test_free_orders_give_no_income(saved: Pages) -> None:
    saved.add("orders", order("11"))
    assert saved.records() == []
    assert saved.skipped() == {"orders that cost nothing": 1}


@pytest.mark.parametrize("status", ["started", "pending", "abandoned"])
def test_only_orders_that_were_placed_give_income(saved: Pages, status: str) -> None:
    saved.add("orders", order("11", gross=100, status=status))
    assert saved.records() == []
    assert saved.skipped() == {f"orders that are {status}": 1}


def test_minor_units_are_those_of_the_currency(saved: Pages) -> None:
    saved.add("orders", order("1", costs=costs(1500, "JPY")), order("2", costs=costs(7, "KWD")))
    found = [(one.amount_minor, one.currency) for one in saved.records()]
    assert found == [(1500, "JPY"), (7, "KWD")]


def test_donations_in_an_order_are_apart(saved: Pages) -> None:
    paid, given = {"costs": costs(1500)}, {"costs": costs(500), "ticket_class_name": "Donation"}
    saved.add("orders", order("11", gross=2000))
    saved.add("attendees", attendee("1", "11", **paid), attendee("2", "11", **given))
    incomes = [one for one in saved.records() if isinstance(one, Income)]
    assert [(one.kind, one.stream, one.amount_minor) for one in incomes] == [
        ("fee", "tickets", 1500), ("donation", "donations", 500),
    ]  # fmt: skip


def paid_for(order_id: str, *gross: int, back: int = 0) -> list[dict[str, Any]]:
    return [
        attendee(f"{order_id}{n}", order_id, costs=costs(value), refunded=n < back)
        | {"changed": f"2023-06-0{n + 1}T08:00:00Z"}
        for n, value in enumerate(gross)
    ]


@pytest.mark.parametrize(
    ("gross", "expected"),
    [
        (3000, [("fee", 3000, "2023-04-01"), ("refund", -1500, "2023-06-01")]),
        (1500, [("fee", 1500, "2023-04-01")]),
    ],
    ids=["the order says nothing of it", "the amount is already without it"],
)
def test_refunds_come_from_tickets_where_the_order_says_nothing(
    saved: Pages, gross: int, expected: list[Any]
) -> None:
    saved.add("orders", order("11", gross=gross))
    saved.add("attendees", *paid_for("11", 1500, 1500, back=1))
    incomes = [one for one in saved.records() if isinstance(one, Income)]
    found = [(one.kind, one.amount_minor, one.received_on.isoformat()) for one in incomes]
    assert found == expected


def test_a_donation_that_an_amount_is_without_is_not_taken_off_again(saved: Pages) -> None:
    given = {"costs": costs(500), "ticket_class_name": "Donation", "refunded": True}
    saved.add("orders", order("11", gross=1500))
    saved.add("attendees", *paid_for("11", 1500), attendee("9", "11", **given))
    assert (saved.only(Income).kind, saved.only(Income).amount_minor) == ("fee", 1500)


def test_no_more_is_donated_than_was_paid(saved: Pages) -> None:
    given = {"costs": costs(500), "ticket_class_name": "Donation"}
    saved.add("orders", order("11", gross=300)).add("attendees", attendee("9", "11", **given))
    assert (saved.only(Income).kind, saved.only(Income).amount_minor) == ("donation", 300)


def test_a_whole_order_that_was_paid_back_leaves_nothing(saved: Pages) -> None:
    saved.add("orders", order("11", gross=3000))
    saved.add("attendees", *paid_for("11", 1500, 1500, back=2))
    incomes = [one for one in saved.records() if isinstance(one, Income)]
    assert [one.amount_minor for one in incomes] == [3000, -3000]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"costs": None}, "missing"),
        ({"costs": {"gross": {"currency": "GBP", "value": 10**30}}}, "above-maximum"),
        ({"costs": {"gross": {"currency": "GBP", "value": 12.5}}}, "wrong-type"),
        ({"costs": {"gross": {"currency": "GBP", "value": "100"}}}, "wrong-type"),
        ({"costs": {"gross": money(100, "EUR")}}, "mixed-currencies"),
        ({"status": "paid"}, "not-an-option"),
        ({"status": None}, "not-an-option"),
        ({"created": "?"}, "not-an-instant"),
    ],
)
def test_a_bad_order_is_refused(saved: Pages, changes: dict[str, Any], code: str) -> None:
    saved.add("attendees", attendee("1", "11", costs=costs(100)))
    saved.add("orders", order("11", gross=100) | changes)
    assert saved.problem().code == code


def test_a_currency_that_is_none_is_left_to_the_core(saved: Pages) -> None:
    saved.add("orders", order("11", costs=costs(100, "QQQ")))
    (batch,) = [item for item in saved.items() if isinstance(item, Batch)]
    assert validate(batch.rows, Income).issues.column("code").to_pylist() == ["not-an-option"]


# The account


def test_an_organisation_is_written_once_its_kind_is_said(small: Pages) -> None:
    reason = "organisations, because organisation_kind is not set"
    assert small.skipped()[reason] == 1
    one = small.only(Organisation, Eventbrite(organisation_kind="charity"))
    assert (one.id, one.name, one.kind) == ("eventbrite:900", "A small charity", "charity")


# Several pages


def test_every_item_is_accounted_for(small: Pages) -> None:
    items = small.items()
    rows = sum(item.rows.num_rows for item in items if isinstance(item, Batch))
    skipped = sum(small.skipped().values())
    # An order with a donation, or a refund, gives two records.
    assert rows + skipped == 1 + 4 + 7 + 6 + 3 + 2
    assert small.refusals() == []


def test_every_record_has_its_place(small: Pages) -> None:
    for item in small.items():
        if isinstance(item, Batch):
            assert item.pages is not None
            assert item.indexes is not None
            (page,) = set(item.pages.to_pylist())
            assert page == {Activity: 2, Attendance: 3, Income: 4}[item.record_type]
            assert item.indexes[0].as_py() == 1


def test_the_same_item_on_two_pages_is_one_record(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11")).add("attendees", attendee("1", "11"))
    assert saved.only(Attendance).id == "eventbrite:1"
    assert saved.skipped() == {"the same item once more, or an older version of it": 1}


@pytest.mark.parametrize("turned", [False, True])
def test_the_newest_version_of_an_item_stays(saved: Pages, turned: bool) -> None:
    versions = [
        attendee("1", "11"), attendee("1", "11", checked_in=True, changed="2023-05-04T17:00:00Z"),
    ]  # fmt: skip
    for version in versions[:: -1 if turned else 1]:
        saved.add("attendees", version)
    assert saved.only(Attendance).status == "attended"


def test_versions_that_cannot_be_told_apart_are_both_refused(saved: Pages) -> None:
    saved.add("attendees", attendee("1", "11"), attendee("2", "12"))
    saved.add("attendees", attendee("1", "11", checked_in=True))
    found, refused = records_of(saved.folder)
    assert [one.id for one in found] == ["eventbrite:2"]
    assert [(one.at.page, one.problems[0].code) for one in refused] == [
        (1, "conflicting-duplicate"), (2, "conflicting-duplicate"),
    ]  # fmt: skip


def test_attendees_within_orders_are_read(saved: Pages) -> None:
    inner = attendee("1", "11", costs=costs(700))
    inner = {name: value for name, value in inner.items() if name not in ("event_id", "order_id")}
    saved.add("orders", order("11", gross=700, attendees=[inner]))
    one = saved.only(Attendance)
    assert (one.activity_id, one.order_id) == ("eventbrite:101", "eventbrite:11")
    assert one.person_key == pseudonym("person11@secret.example")


def test_a_page_of_its_own_says_more_than_an_order(saved: Pages) -> None:
    saved.add("orders", order("11", attendees=[attendee("1", "11")]))
    saved.add("attendees", attendee("1", "11", checked_in=True))
    saved.add("orders", order("11", attendees=[attendee("1", "11")]))
    assert saved.only(Attendance).status == "attended"


def test_a_bad_attendee_within_an_order_is_refused(saved: Pages) -> None:
    saved.add("orders", order("11", attendees=[attendee("1", "11", checked_in=3)]))
    assert (saved.problem().code, saved.problem().field) == ("wrong-type", "checked_in")


def test_the_order_of_the_files_does_not_matter(small: Pages, tmp_path: Path) -> None:
    turned = Pages(tmp_path / "turned")
    for number, path in enumerate(sorted(small.folder.iterdir(), reverse=True)):
        turned.raw(path.read_bytes(), name=f"{number}.json")
    assert turned.records() == small.records()


def test_pages_that_must_be_missing_are_told(saved: Pages) -> None:
    saved.add("events", event("1"), more=True).add("attendees", attendee("1", "11"))
    assert saved.notices() == ["pages-missing"]
    saved.add("events", event("2"), more=False)
    assert "pages-missing" not in saved.notices()


def test_other_files_are_told(saved: Pages) -> None:
    saved.add("events", event("1")).raw(b"x", name="notes.txt")
    assert saved.notices() == ["other-files"]


def test_progress_is_told_in_bytes(small: Pages) -> None:
    told: list[int] = []
    context = Context(person_key=pseudonym, now=NOW, progress=told.append)
    list(read_pages(Source.at(small.folder), Eventbrite(), context))
    assert told == sorted(told)
    assert told[-1] == sum(path.stat().st_size for path in small.folder.iterdir())


def test_one_page_is_a_source_too(small: Pages) -> None:
    source = Source.at(small.folder / "003.json")
    batches = [i for i in read_pages(source, Eventbrite(), CONTEXT) if isinstance(i, Batch)]
    assert sum(batch.rows.num_rows for batch in batches) == 7


def test_large_sources_come_in_several_batches(
    saved: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coprometrics_eventbrite.rows_of_pages._BATCH_ROWS", 3)
    saved.add("events", *(event(str(n)) for n in range(10, 18)))
    sizes = [item.rows.num_rows for item in saved.items() if isinstance(item, Batch)]
    assert sizes == [3, 3, 2]


# Bad pages


PAGE = b'{"pagination": {"has_more_items": false}, "events": [%s]}'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        PAGE[:-5],
        PAGE % b"1" + b"x",
        PAGE.decode().encode("utf-16"),
        PAGE % (b"[" * 200_000),
        b'{"pagination": {"has_more_items": false}, "events": {}}',
        b'{"pagination": {"has_more_items": "no"}, "events": []}',
        b'{"pagination": {"has_more_items": false}, "venues": []}',
        b'{"events": [], "orders": []}',
        b"[]",
        b'{"events": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}",
        b'{"coprometrics": {"form": 99, "people": "x", "fetched": "x"}, "events": []}',
        b'{"coprometrics": {"form": 1, "people": "x", "fetched": "x"}, "events": []}',
    ],
)
def test_a_page_that_cannot_be_read_ends_the_import(saved: Pages, body: bytes) -> None:
    saved.add("events", event("1")).raw(body)
    with pytest.raises(SourceError, match=r"pages/002.json: this cannot be read as a page"):
        saved.items()


@pytest.mark.parametrize(
    "item", [b"1", b"[]", b"null", b'"\\ud800"', b'{"id": "\xff"}', b'{"id": 1%s}' % (b"0" * 5_000)]
)
def test_an_item_that_cannot_be_read_is_refused(saved: Pages, item: bytes) -> None:
    saved.raw(PAGE % item)
    assert saved.problem().code in ("wrong-type", "unreadable-item")


def test_half_an_emoji_where_nobody_looks_does_no_harm(saved: Pages) -> None:
    saved.add("events", event("1", summary="\ud83d", description={"text": "\ude00\ud83d"}))
    whole = event("2", name={"text": "\U0001f600 \\ud83d"})
    saved.add("events", whole)
    assert [one.title for one in saved.records()] == ["Event 1", "\U0001f600 \\ud83d"]


def test_a_mark_before_the_text_does_no_harm(saved: Pages) -> None:
    saved.raw(b"\xef\xbb\xbf" + PAGE % json.dumps(event("1")).encode(), name="1.json")
    assert identify_pages(Source.at(saved.folder)) is not None
    assert saved.only(Activity).id == "eventbrite:1"


def test_a_page_beyond_the_limit_is_refused(saved: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LARGEST_PAGE", 1_000)
    saved.add("events", *(event(str(n)) for n in range(9)))
    with pytest.raises(SourceError, match="larger than 1,000 bytes"):
        saved.items()


def test_more_items_than_can_be_held_are_refused(
    saved: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_MOST_ITEMS", 5)
    saved.add("events", *(event(str(n)) for n in range(9)))
    with pytest.raises(SourceError, match="more than 5 items"):
        saved.items()


# Anything


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
BASES = {
    "events": event("1"), "attendees": attendee("1", "11"), "orders": order("11", gross=5),
    "ticket_classes": ticket_class("7"), "organizations": {"id": "900", "name": "A"},
}  # fmt: skip


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """Draw a page with items in which some fields hold anything."""
    kind = draw(st.sampled_from(sorted(BASES)))
    items = []
    for _ in range(draw(st.integers(0, 3))):
        item = dict(BASES[kind])
        for name in draw(st.lists(st.sampled_from(sorted(item)), max_size=3)):
            item[name] = draw(JSON)
        items.append(item)
    return json.dumps({"pagination": {"has_more_items": False}, kind: items}).encode()


def test_an_answer_of_the_service_is_never_clean_yet() -> None:
    mark = {"form": 1, "people": pseudonym("x"), "fetched": NOW.isoformat()}
    forged = attendee("1", "11", person_key="a" * 32)
    page = {"coprometrics": mark, "pagination": {"has_more_items": False}, "attendees": [forged]}
    body = json.dumps(page).encode()
    (one,) = decode_page(body, pseudonym, kind="attendees").items
    assert getattr(one, "person_key", None) == pseudonym("person11@secret.example")


@given(body=bent())
def test_any_items_become_records_or_refusals(
    body: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "page.json"
    path.write_bytes(body)
    for item in read_pages(Source.at(path), Eventbrite(), CONTEXT):
        if isinstance(item, Batch):
            validate(item.rows, item.record_type)
            assert "Secret" not in str(item.rows.to_pylist())
        assert not isinstance(item, Refusal) or "Secretname" not in str(item)


@given(body=bent())
def test_a_kept_page_is_read_as_it_was(body: bytes) -> None:
    page = decode_page(body, pseudonym)
    kept = encode_page(page, people=pseudonym("x"), fetched=NOW)
    again = decode_page(kept, pseudonym)
    assert (again.people, again.fetched) == (pseudonym("x"), NOW)
    assert again.items == page.items
    assert "Secret" not in kept.decode()


@given(body=st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8")))
def test_any_bytes_are_pages_or_an_error(
    body: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "page.json"
    path.write_bytes(body)
    identify_pages(Source.at(path))
    with pytest.raises(ImporterError):
        list(read_pages(Source.at(path), Eventbrite(), CONTEXT))


# Real pages


@pytest.mark.samples
def test_real_pages_are_read(samples: Path, tmp_path: Path) -> None:
    folder = samples / "eventbrite"
    real = sorted(folder.glob("gbe__*.json"))
    if not real:
        pytest.skip("the real pages are not here")
    for path in real:
        assert identify_pages(Source.at(path)) is not None, path.name
    (tmp_path / "pages").mkdir()
    for path in real:
        (tmp_path / "pages" / path.name).write_bytes(path.read_bytes())
    found, refused = records_of(tmp_path / "pages", Eventbrite(organisation_kind="charity"))
    assert refused == []
    kinds = [one.record_name for one in found]
    assert kinds == ["activity"] * 3 + ["attendance", "organisation"]
    titles = [one.title for one in found if isinstance(one, Activity)]
    assert titles == ["Test Burlesque Expo", "copied a", "copied b"]
