"""Pages that cannot be read, and pages with anything on them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ImporterError, SourceError
from coprometrics.importers import Batch, Refusal, Source
from coprometrics.records import Activity
from coprometrics.tables.validation import validate
from coprometrics_eventbrite import Eventbrite, pages
from coprometrics_eventbrite.page import decode_page, encode_page
from coprometrics_eventbrite.pages import identify_pages, read_pages

from ..server import (
    NOW,
    attendee,
    event,
    order,
    pseudonym,
    ticket_class,
)  # fmt: skip
from .conftest import CONTEXT, Pages

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
