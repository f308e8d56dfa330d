"""Pages in files: what they are told by, and how several are read as one source."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprometrics.errors import SourceError
from coprometrics.importers import Batch, Context, Source
from coprometrics.records import Activity, Attendance, Income
from coprometrics_eventbrite import Eventbrite, EventbriteImporter
from coprometrics_eventbrite.pages import identify_pages, read_pages

from ..server import (
    NOW,
    attendee,
    costs,
    event,
    order,
    pseudonym,
    records_of,
)  # fmt: skip
from .conftest import CONTEXT, Pages


@pytest.mark.parametrize(
    "key", ["organizations", "events", "ticket_classes", "attendees", "orders"]
)
def test_a_page_is_known_by_its_list(saved: Pages, key: str) -> None:
    saved.add(key, {"id": "1"}, name="p.json")
    match = identify_pages(Source.at(saved.folder / "p.json"))
    assert match is not None
    assert (match.variant, match.generic) == ("pages", False)
    assert key in match.reason


def test_a_folder_is_known_by_a_page_in_it(small: Pages) -> None:
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


@pytest.mark.parametrize("name", ["0.json", "zzz.json"])
@pytest.mark.parametrize("body", ["", "{}", '{"name": "settings"}'])
def test_a_folder_with_a_page_is_taken_and_what_is_none_is_named(
    small: Pages, name: str, body: str
) -> None:
    (small.folder / name).write_text(body)
    assert EventbriteImporter().identify(Source.at(small.folder)) is not None
    with pytest.raises(SourceError, match=rf"/{name}: .* take the file out of the folder"):
        small.items()


def test_a_folder_without_pages_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    assert identify_pages(Source.at(tmp_path)) is None
    with pytest.raises(SourceError, match="there is no page"):
        list(read_pages(Source.at(tmp_path), Eventbrite(), CONTEXT))


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
    saved.add("orders", order("11", gross=9, attendees=[attendee("1", "11", checked_in=3)]))
    inner, money = [refusal.problems[0] for refusal in saved.refusals()]
    assert (inner.code, inner.field) == ("wrong-type", "checked_in")
    assert (money.code, money.field) == ("ticket-refused", "attendees")


def test_a_ticket_that_is_refused_twice_is_told_once_by_its_number(saved: Pages) -> None:
    bad = attendee("31", "11", profile={"email": "ben at example"})
    saved.add("attendees", bad).add("orders", order("11", gross=0, attendees=[bad]))
    assert str(saved.problem()) == (
        "profile.email: must be one e-mail address; list texts that stand for nobody under "
        "placeholders (id 31, order 11, event 101)"
    )


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
