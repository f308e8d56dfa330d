"""Fetching from the service, as far as the store."""

from __future__ import annotations

import datetime as dt
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from pytest_httpserver import HTTPServer

from coprometrics.errors import CoprometricsError, ImporterError, ParameterError, SourceError
from coprometrics.importers import Context, Source
from coprometrics.importers.keys import PeopleKey, key_file_of
from coprometrics.importers.runner import ImportResult, import_source
from coprometrics.records import Activity, Attendance, Income, Organisation, Record
from coprometrics.store import Store
from coprometrics_eventbrite import Eventbrite
from coprometrics_eventbrite.client import Client
from coprometrics_eventbrite.fetch import Fetched
from coprometrics_eventbrite.run import Wanted, fetch_into

from .server import NOW, Service, World, attendee, event, found, order, serve

TYPES = (Activity, Attendance, Income, Organisation)
CONFIG = Eventbrite(organisation_kind="charity")


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=99, cap=True):
        yield


class Runs:
    """Runs against one service and one store."""

    def __init__(self, httpserver: HTTPServer, folder: Path) -> None:
        self.service = Service(World.small())
        self.folder = folder
        self.store = folder / "store.duckdb"
        self._httpserver = httpserver

    @property
    def world(self) -> World:
        return self.service.world

    def run(self, now: dt.datetime = NOW, **wanted: Any) -> tuple[Fetched, ImportResult]:
        self.service.asked.clear()
        client = serve(self._httpserver, self.service)
        into = wanted.pop("into", self.store)
        try:
            return fetch_into(Wanted(into, **wanted), client, found(), CONFIG, now=now)
        finally:
            client.close()

    def records(self, path: Path | None = None) -> list[Record]:
        with Store.open(path or self.store, read_only=True) as store:
            return [one for kind in TYPES for one in store.records(kind)]

    def looked_into(self) -> list[str]:
        paths = [path.split("/") for path in self.service.asked if "/attendees/" in path]
        return [parts[3] for parts in paths if parts[2] == "events"]


@pytest.fixture
def runs(httpserver: HTTPServer, tmp_path: Path) -> Runs:
    return Runs(httpserver, tmp_path)


def test_everything_lands_in_the_store(runs: Runs) -> None:
    fetched, result = runs.run()
    assert (fetched.events, fetched.looked_into, fetched.since) == (4, 4, None)
    assert dict(result.accepted) == {
        "activity": 4, "attendance": 6, "income": 5, "organisation": 1,
    }  # fmt: skip
    assert result.clean
    assert len(runs.records()) == 16


def test_a_second_full_run_changes_nothing(runs: Runs) -> None:
    runs.run()
    _, result = runs.run(full=True)
    assert result.written is not None
    assert (result.written.added, result.written.replaced) == (0, 0)


def test_kept_pages_give_the_same_records(runs: Runs, tmp_path: Path) -> None:
    runs.run(keep=tmp_path / "kept")
    other = tmp_path / "other.duckdb"
    later = NOW + dt.timedelta(days=3_000)
    with Store.open(other) as store:
        key = PeopleKey(key_file_of(other), store)
        context = Context(person_key=key.pseudonym, now=later)
        source = Source.at(tmp_path / "kept")
        import_source(source, found(), store, config=CONFIG, context=context)
    assert runs.records(other) == runs.records()


def test_kept_pages_are_for_their_owner_only(runs: Runs, tmp_path: Path) -> None:
    runs.run(keep=tmp_path / "kept")
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "coprometrics.key", "kept", "store.duckdb",
    ]  # fmt: skip


def test_kept_pages_do_not_go_under_another_key(runs: Runs, tmp_path: Path) -> None:
    runs.run(keep=tmp_path / "kept")
    with Store.open() as store:
        context = Context(person_key=PeopleKey().pseudonym, now=NOW)
        source = Source.at(tmp_path / "kept")
        with pytest.raises(SourceError, match="under another key; use the key file with which"):
            import_source(source, found(), store, config=CONFIG, context=context)


def test_pages_are_not_kept_where_something_is(runs: Runs, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "mine.txt").write_text("mine")
    with pytest.raises(ParameterError, match="name a new or empty folder"):
        runs.run(keep=tmp_path / "kept")
    assert runs.service.asked == []


def test_a_key_that_is_not_that_of_the_store_is_noticed_before_any_call(
    runs: Runs, tmp_path: Path
) -> None:
    runs.run()
    (tmp_path / "coprometrics.key").unlink()
    with pytest.raises(ImporterError, match="put the key file back"):
        runs.run()
    assert runs.service.asked == []


def test_one_of_several_organisations_must_be_named(runs: Runs) -> None:
    runs.world.organisations.append({"id": "901", "name": "Another one"})
    with pytest.raises(ParameterError, match=r"sees 2 organisations; name one of 900 \(A small"):
        runs.run()
    assert not runs.store.exists()
    fetched, _ = runs.run(organisation="900")
    assert fetched.organisation == "900"


def test_an_organisation_that_is_not_there_is_told(runs: Runs) -> None:
    with pytest.raises(ParameterError, match="no organisation 7; name one of 900"):
        runs.run(organisation="7")


def test_a_token_without_organisation_is_told(runs: Runs) -> None:
    runs.world.organisations.clear()
    with pytest.raises(ParameterError, match="use a token of one of its members"):
        runs.run()


def test_series_parents_are_not_asked_for(runs: Runs) -> None:
    runs.world.events.append(event("55", is_series=True, is_series_parent=True))
    fetched, _ = runs.run()
    assert fetched.events == 4


def test_of_an_event_all_orders_are_asked_for_that_are_not_deleted(runs: Runs) -> None:
    runs.run()
    orders = [path for path in runs.service.asked if "/events/" in path and "/orders/" in path]
    assert orders
    assert all("status=all_not_deleted" in path for path in orders)


def test_the_source_is_named_after_the_organisation(runs: Runs) -> None:
    runs.run()
    with Store.open(runs.store, read_only=True) as store:
        (seen,) = store.sources()
    assert (seen.source_name, seen.imported_at) == ("Eventbrite organisation 900", NOW)


def test_the_next_run_looks_into_changed_events_only(runs: Runs) -> None:
    runs.run()
    fetched, _ = runs.run(NOW + dt.timedelta(days=1))
    assert (fetched.since, fetched.looked_into) == (NOW - dt.timedelta(minutes=10), 0)
    assert runs.looked_into() == []


def test_a_new_booking_brings_all_of_its_event(runs: Runs) -> None:
    runs.run()
    changed = "2024-01-01T12:00:00Z"
    runs.world.attendees.append(attendee("90", "19", changed=changed))
    fetched, result = runs.run(NOW + dt.timedelta(days=1))
    assert (fetched.looked_into, set(runs.looked_into())) == (1, {"101"})
    assert result.written is not None
    assert (result.written.added, result.written.replaced) == (1, 0)


def test_a_changed_order_brings_its_event(runs: Runs) -> None:
    runs.run()
    runs.world.orders.append(order("80", "103", 900, changed="2024-01-01T12:00:00Z"))
    runs.run(NOW + dt.timedelta(days=1))
    assert set(runs.looked_into()) == {"103"}


def test_a_changed_event_is_looked_into(runs: Runs) -> None:
    runs.run()
    runs.world.events[2] |= {"changed": "2024-01-01T12:00:00Z", "status": "live"}
    runs.run(NOW + dt.timedelta(days=1))
    assert set(runs.looked_into()) == {"103"}


def test_an_event_that_ended_meanwhile_is_looked_into(runs: Runs) -> None:
    for one in runs.world.events:
        one["changed"] = "2023-05-01T00:00:00Z"
    runs.run(dt.datetime(2023, 5, 4, 18, 30, tzinfo=dt.UTC))
    runs.run()
    assert set(runs.looked_into()) == {"101", "102", "103"}


def test_changes_within_the_lag_of_the_service_are_found_by_the_next_run(runs: Runs) -> None:
    runs.run()
    just_before = (NOW - dt.timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    runs.world.attendees.append(attendee("90", "12", changed=just_before))
    runs.run(NOW + dt.timedelta(days=1))
    assert set(runs.looked_into()) == {"101"}


def test_runs_step_by_step_end_like_one_full_run(runs: Runs, tmp_path: Path) -> None:
    runs.run()
    runs.world.attendees[1] |= {"refunded": True, "changed": "2024-01-01T09:00:00Z"}
    runs.run(NOW + dt.timedelta(days=1))
    runs.world.attendees[5] |= {"checked_in": True, "changed": "2024-01-02T09:00:00Z"}
    last = NOW + dt.timedelta(days=2)
    runs.run(last)
    runs.run(last, into=tmp_path / "full.duckdb")
    assert runs.records() == runs.records(tmp_path / "full.duckdb")


def test_a_clock_that_is_fast_misses_no_change(runs: Runs) -> None:
    fast = dt.datetime(2222, 1, 1, tzinfo=dt.UTC)
    runs.run(fast)
    with Store.open(runs.store, read_only=True) as store:
        (seen,) = store.sources()
    assert seen.imported_at < fast


def test_a_full_run_looks_into_everything(runs: Runs) -> None:
    runs.run()
    fetched, _ = runs.run(NOW + dt.timedelta(days=1), full=True)
    assert (fetched.since, fetched.looked_into) == (None, 4)


def test_a_failed_run_does_not_count_as_the_last_one(runs: Runs) -> None:
    runs.run()
    runs.world.organisations[0] |= {"id": "9000"}
    with pytest.raises(CoprometricsError):
        runs.run(NOW + dt.timedelta(days=1), organisation="900")
    runs.world.organisations[0] |= {"id": "900"}
    fetched, _ = runs.run(NOW + dt.timedelta(days=2))
    assert fetched.since == NOW - dt.timedelta(minutes=10)


def test_an_item_that_cannot_be_read_is_refused_with_its_place(runs: Runs, tmp_path: Path) -> None:
    runs.world.attendees[0] |= {"quantity": "one"}
    _, result = runs.run(keep=tmp_path / "kept")
    assert not result.clean
    assert {str(refusal.problems[0]) for refusal in result.refusals} == {
        "quantity: must have the type that the service gives it (id 1, order 11, event 101)",
        "attendees: one of its tickets was refused, so it is not known what was paid for what",
    }
    assert all(refusal.at.page and refusal.at.index for refusal in result.refusals)


def test_kept_pages_look_like_those_of_the_service(runs: Runs, tmp_path: Path) -> None:
    runs.run(keep=tmp_path / "kept")
    page = json.loads((tmp_path / "kept" / "event-102-attendees-00001.json").read_text("utf-8"))
    assert set(page) == {"coprometrics", "pagination", "attendees"}
    assert set(page["attendees"][0]) == {
        "id", "event_id", "order_id", "ticket_class_id", "ticket_class_name", "quantity",
        "created", "changed", "checked_in", "cancelled", "refunded", "status", "costs",
        "person_key",
    }  # fmt: skip


def test_bookings_that_came_from_a_newer_report_are_not_counted_twice(
    runs: Runs, tmp_path: Path
) -> None:
    header = (
        "Order ID,Order date,Attendee first name,Attendee last name,Attendee email,Event name,"
        "Event ID,Event start date,Event start time,Event timezone,Ticket quantity,Ticket type,"
        "Currency,Ticket price"
    )
    row = "11,2023-04-01 08:00:00,A,B,a@b.org,E,101,2023-05-04,18:00:00,Europe/London,2,G,GBP,15.00"
    (tmp_path / "report.csv").write_text(f"{header}\n{row}\n")
    with Store.open(runs.store) as store:
        key = PeopleKey(key_file_of(runs.store), store)
        context = Context(person_key=key.pseudonym, now=NOW)
        report = Source.at(tmp_path / "report.csv")
        assert import_source(report, found(), store, config=CONFIG, context=context).clean
    before = runs.records()
    with pytest.raises(SourceError, match=r"1 order is in the store already, from report\.csv"):
        runs.run()
    assert runs.records() == before


def test_progress_is_told_event_by_event(runs: Runs, httpserver: HTTPServer) -> None:
    told: list[tuple[int, int]] = []
    client = serve(httpserver, runs.service)
    fetch_into(
        Wanted(runs.store), client, found(), CONFIG, progress=lambda *done: told.append(done)
    )
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_a_run_that_is_stopped_leaves_nothing(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Client._ask

    def stopped(client: Client, path: str, *rest: Any) -> Any:
        if client.calls == 7:
            raise KeyboardInterrupt
        return asked(client, path, *rest)

    monkeypatch.setattr(Client, "_ask", stopped)
    with pytest.raises(KeyboardInterrupt):
        runs.run(keep=tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["coprometrics.key"]
