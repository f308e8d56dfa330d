"""What the store has after an event came in again: from a later export, or another kind of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coprometrics.errors import SourceError
from coprometrics.importers import Context, Source
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import import_source
from coprometrics.plugins import Plugin
from coprometrics.records import Attendance, Income
from coprometrics.store import Store
from coprometrics_eventbrite import Eventbrite, EventbriteImporter

from .server import attendee, costs, event, order


def importing(path: Path, store: Store, **config: Any) -> Any:
    importer = EventbriteImporter()
    plugin: Any = Plugin("eventbrite", "coprometrics-eventbrite", "0.1.0", state="ready",
                         offers=(importer,))  # fmt: skip
    context = Context(
        person_key=lambda address: address.casefold().encode().hex()[:32].ljust(32, "0")
    )
    return import_source(
        Source.at(path),
        Found(importer, plugin),
        store,
        config=Eventbrite(**config),
        context=context,
    )


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "s.db") as opened:
        yield opened


@pytest.fixture
def report(write: Any, tmp_path: Path) -> Any:
    def put(variant: str, *rows: dict[str, str]) -> Path:
        path = tmp_path / f"{variant}-{len(list(tmp_path.iterdir()))}.csv"
        path.write_text(write(variant, rows))
        return path

    return put


def pages(folder: Path, **items: Any) -> Path:
    folder.mkdir()
    for key, item in items.items():
        page = {"pagination": {"has_more_items": False, "page_number": 1}, key: item}
        (folder / f"{key}.json").write_text(json.dumps(page))
    return folder


def income(store: Store) -> dict[str, int]:
    return {i.id.removeprefix("eventbrite:"): i.amount_minor for i in store.records(Income)}


def came(store: Store) -> dict[str, str]:
    return {a.id.removeprefix("eventbrite:"): a.status for a in store.records(Attendance)}


# The same kind of export again.


def test_the_same_report_twice_changes_nothing(report: Any, store: Store) -> None:
    path = report("attendees", {"Ticket quantity": "2", "Ticket price": "3.00"}, {})
    first = importing(path, store)
    second = importing(path, store)
    assert first.clean
    assert first.accepted == {"activity": 1, "attendance": 3, "income": 1}
    assert second.accepted == first.accepted
    assert (second.written.added, second.written.replaced, second.written.unchanged) == (0, 0, 5)
    assert second.written.removed == 0


@pytest.mark.parametrize("variant", ["us", "attendees"])
def test_a_ticket_that_left_its_order_is_removed(
    variant: str, report: Any, store: Store, headers: Any
) -> None:
    number = "Attendee #" if "Attendee #" in headers[variant] else "Barcode number"
    two, other = [{number: "9001"}, {number: "9002"}], {number: "9003"}
    order_label = headers[variant].split(",")[0]
    importing(report(variant, *two, other | {order_label: "5002"}), store, event="77")
    again = importing(
        report(variant, two[0], {order_label: "5009", number: "9"}), store, event="77"
    )
    orders = sorted(one.order_id for one in store.records(Attendance))
    assert orders == ["eventbrite:5001", "eventbrite:5002", "eventbrite:5009"]
    assert again.written.removed == 1
    assert [n.message[:32] for n in again.notices if n.code == "removed-records"] == [
        "1 record of earlier sources remo"
    ]


def test_nothing_is_removed_where_a_row_was_refused(report: Any, store: Store) -> None:
    importing(report("us", {}, {"Attendee #": "9002"}), store, event="77")
    again = importing(report("us", {}, {"Attendee #": "9,002"}), store, event="77")
    assert (again.refused, again.written.removed) == (1, 0)
    assert list(came(store)) == ["9001", "9002"]


def test_money_that_was_not_due_after_all_is_removed(report: Any, store: Store) -> None:
    paid = {"Total Paid": "15.00", "Order Type": "Eventbrite Completed"}
    importing(report("us", paid), store, event="77")
    assert income(store) == {"5001": 1500}
    importing(report("us", paid | {"Order Type": "Deleted"}), store, event="77")
    assert income(store) == {}


def test_a_ticket_that_turns_out_to_be_a_donation_counts_once(report: Any, store: Store) -> None:
    path = report("us", {"Ticket Type": "Support us", "Total Paid": "20.00"})
    importing(path, store, event="77")
    assert (income(store), list(came(store))) == ({"5001": 2000}, ["9001"])
    importing(path, store, event="77", donations=("support us",))
    assert (income(store), list(came(store))) == ({"5001:donation": 2000}, [])


def test_a_report_without_a_column_of_money_removes_none(
    report: Any, store: Store, tmp_path: Path, headers: Any
) -> None:
    path = report("us", {"Total Paid": "15.00"})
    importing(path, store, event="77")
    place = headers["us"].split(",").index("Total Paid")
    lines = [line.replace('"needs a ramp, please"', "") for line in path.read_text().splitlines()]
    cut = [cells[:place] + cells[place + 1 :] for cells in (line.split(",") for line in lines)]
    (tmp_path / "cut.csv").write_text("".join(",".join(cells) + "\n" for cells in cut))
    assert importing(tmp_path / "cut.csv", store, event="77").clean
    assert income(store) == {"5001": 1500}


def test_orders_of_unknown_events_take_nobody_away(report: Any, store: Store) -> None:
    importing(report("attendees", {}), store)
    assert list(came(store)) == ["5001:attendees:1"]
    assert importing(report("orders", {"Event ID": ""}), store).clean
    assert list(came(store)) == ["5001:attendees:1"]


# Another kind of export of the same event.


@pytest.mark.parametrize(
    ("first", "second"),
    [("us", "attendees"), ("attendees", "orders"), ("uk-2017", "attendees"), ("orders", "uk-2017")],
)
def test_one_event_from_two_kinds_of_report_is_refused(
    first: str, second: str, report: Any, store: Store
) -> None:
    assert importing(report(first, {}), store, event="77").clean
    before = came(store)
    with pytest.raises(SourceError, match=r"csv: 1 order is in the store already"):
        importing(report(second, {}), store, event="77")
    assert came(store) == before


# Saved pages.


def test_pages_after_a_refund_leave_what_was_kept(tmp_path: Path, store: Store) -> None:
    def fetched(name: str, gross: int, *, refunded: bool) -> Path:
        tickets = [
            attendee("1", "11", costs=costs(400), refunded=refunded),
            attendee("2", "11", costs=costs(400)),
        ]
        return pages(
            tmp_path / name, events=[event("101")], attendees=tickets,
            orders=[order("11", gross=gross)],
        )  # fmt: skip

    importing(fetched("a", 800, refunded=False), store)
    assert income(store) == {"11": 800}
    importing(fetched("b", 800, refunded=True), store)
    assert income(store) == {"11": 800, "11:refund": -400}
    importing(fetched("c", 400, refunded=True), store)
    assert income(store) == {"11": 400}


def test_pages_after_a_full_refund_leave_nothing(tmp_path: Path, store: Store) -> None:
    def fetched(name: str, **changes: Any) -> Path:
        ticket = attendee("1", "11", costs=costs(800), **changes)
        gross = 0 if changes else 800
        return pages(tmp_path / name, attendees=[ticket], orders=[order("11", gross=gross)])

    importing(fetched("a"), store)
    importing(fetched("b", refunded=True), store)
    assert income(store) == {}


def test_pages_without_the_tickets_of_an_order_remove_nothing(tmp_path: Path, store: Store) -> None:
    tickets = [attendee("1", "11", costs=costs(800), refunded=True)]
    importing(pages(tmp_path / "a", attendees=tickets, orders=[order("11", gross=800)]), store)
    importing(pages(tmp_path / "b", orders=[order("11", gross=800)]), store)
    assert income(store) == {"11": 800, "11:refund": -800}


@pytest.mark.parametrize("status", ["deleted", "abandoned"])
def test_an_order_that_was_not_placed_after_all_is_removed(
    status: str, tmp_path: Path, store: Store
) -> None:
    importing(pages(tmp_path / "a", orders=[order("11", gross=800)]), store)
    importing(pages(tmp_path / "b", orders=[order("11", gross=800, status=status)]), store)
    assert income(store) == {}


def test_a_ticket_that_is_a_donation_now_is_no_visitor_any_more(
    store: Store, tmp_path: Path
) -> None:
    came = attendee("11", "1", costs=costs(0))
    gave = attendee("31", "3", costs=costs(2000), ticket_class_name="Support us")
    items = {
        "events": [event("101")],
        "orders": [order("1", attendees=[came]), order("3", gross=2000, attendees=[gave])],
        "attendees": [came, gave],
    }
    folder = pages(tmp_path / "pages", **items)
    importing(folder, store, count="registered")
    assert store.count(Attendance) == 2
    result = importing(folder, store, count="registered", donations=("Support us",))
    assert [one.id for one in store.records(Attendance)] == ["eventbrite:11"]
    assert [one.kind for one in store.records(Income)] == ["donation"]
    assert result.written.removed == 2


def test_tickets_of_an_order_that_does_not_list_them_stay(store: Store, tmp_path: Path) -> None:
    two = [attendee("11", "1", costs=costs(400)), attendee("12", "1", costs=costs(0))]
    first = pages(tmp_path / "first", orders=[order("1", gross=400)], attendees=two)
    later = pages(tmp_path / "later", orders=[order("1", gross=400)], attendees=two[:1])
    importing(first, store)
    importing(later, store)
    assert store.count(Attendance) == 2
