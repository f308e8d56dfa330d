"""Pages that somebody saved, for the tests of pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coprometrics.importers import Context, Item, Notice, Problem, Refusal, Skipped, Source
from coprometrics_eventbrite import Eventbrite
from coprometrics_eventbrite.pages import read_pages

from ..server import (
    NOW,
    World,
    moment,
    pseudonym,
    records_of,
)  # fmt: skip

CONTEXT = Context(person_key=pseudonym, now=NOW)
PAST, FUTURE = moment("2023-05-04T19:00:00Z"), moment("2024-05-04T19:00:00Z")


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
