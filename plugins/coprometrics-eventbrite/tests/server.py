"""A small service that speaks like Eventbrite, with faults by schedule."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import re
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import define, field
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from coprometrics.importers import Batch, Context, Importer, Refusal, Source
from coprometrics.importers.registry import Found
from coprometrics.plugins import Plugin
from coprometrics.records import Record
from coprometrics.tables.arrow import from_table
from coprometrics.tables.validation import validate
from coprometrics_eventbrite import Eventbrite, EventbriteImporter
from coprometrics_eventbrite.client import Client, Limits
from coprometrics_eventbrite.secret import Token

TOKEN = "CANARYTOKEN000000001"
ORGANISATION = "900"
NOW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)

Item = dict[str, Any]
Fault = Callable[["Service", Request, "Answer"], "Response | None"]
"""Takes the place of an answer, changes it, or leaves it."""


def money(value: int, currency: str = "GBP") -> Item:
    return {
        "currency": currency,
        "value": value,
        "major_value": "wrong on purpose",
        "display": "£1.000,00",
    }


def costs(gross: int, currency: str = "GBP") -> Item:
    return {
        "base_price": money(gross, currency),
        "gross": money(gross, currency),
        "eventbrite_fee": money(0, currency),
        "payment_fee": money(0, currency),
        "tax": money(0, currency),
    }


def event(id_: str, **changes: Any) -> Item:
    item = {
        "id": id_,
        "name": {"text": f"Event {id_}", "html": f"<b>Event {id_}</b>"},
        "description": {"text": "About Ada Byron, 020 7946 0000"},
        "start": moment("2023-05-04T17:00:00Z"),
        "end": moment("2023-05-04T19:00:00Z"),
        "status": "completed",
        "capacity": 30,
        "capacity_is_custom": False,
        "online_event": False,
        "venue_id": "1",
        "organizer_id": "2",
        "organization_id": ORGANISATION,
        "is_series": False,
        "is_series_parent": False,
        "currency": "GBP",
        "is_free": False,
        "created": "2023-01-01T10:00:00Z",
        "changed": "2023-05-05T10:00:00Z",
        "published": "2023-01-02T10:00:00Z",
        "url": f"https://www.eventbrite.co.uk/e/{id_}",
    }
    return item | changes


def moment(utc: str, zone: str = "Europe/London") -> Item:
    return {"timezone": zone, "utc": utc, "local": utc.removesuffix("Z")}


def attendee(id_: str, order: str, event_id: str = "101", **changes: Any) -> Item:
    item = {
        "id": id_,
        "event_id": event_id,
        "order_id": order,
        "ticket_class_id": "7",
        "ticket_class_name": "General admission",
        "quantity": 1,
        "created": "2023-04-01T08:00:00Z",
        "changed": "2023-04-01T08:00:01Z",
        "checked_in": False,
        "cancelled": False,
        "refunded": False,
        "status": "Attending",
        "barcodes": [{"status": "unused", "barcode": "5555"}],
        "profile": {
            "name": f"Secretname {order}",
            "first_name": "Secretname",
            "email": f"person{order}@secret.example",
            "addresses": {"home": {"address_1": "1 Secret Street", "postal_code": "N1 2AB"}},
            "cell_phone": "07700 900123",
        },
        "answers": [{"question_id": "1", "question": "Diet?", "type": "text", "answer": "Secret"}],
        "costs": costs(0),
        "guestlist_id": None,
        "team": None,
        "affiliate": "oddtdteb",
    }
    return item | changes


def order(id_: str, event_id: str = "101", gross: int = 0, **changes: Any) -> Item:
    item = {
        "id": id_,
        "event_id": event_id,
        "created": "2023-04-01T08:00:00Z",
        "changed": "2023-04-01T08:00:01Z",
        "name": f"Secretname {id_}",
        "first_name": "Secretname",
        "email": f"person{id_}@secret.example",
        "status": "placed",
        "time_remaining": None,
        "costs": costs(gross),
    }
    return item | changes


def ticket_class(id_: str, event_id: str = "101", **changes: Any) -> Item:
    return {"id": id_, "event_id": event_id, "name": "T", "donation": False, "free": True} | changes


@define
class World:
    """What the service knows."""

    events: list[Item] = field(factory=list)
    attendees: list[Item] = field(factory=list)
    orders: list[Item] = field(factory=list)
    classes: list[Item] = field(factory=list)
    organisations: list[Item] = field(
        factory=lambda: [{"id": ORGANISATION, "name": "A small charity", "vertical": "default"}]
    )

    @classmethod
    def small(cls) -> World:
        """Give a world with a bit of everything."""
        paid: Item = {"costs": costs(1500)}
        back = paid | {"refunded": True}
        donation: Item = {
            "ticket_class_id": "9",
            "ticket_class_name": "Help us",
            "costs": costs(500),
        }
        return cls(
            events=[
                event("101"),
                event("102", series_id="55", online_event=True, name={"text": "Cuppa in May"}),
                event("103", status="canceled"),
                event("104", status="live", start=moment("2030-01-01T10:00:00Z"), end=None),
            ],
            classes=[
                ticket_class("7"), ticket_class("9", donation=True), ticket_class("8", "102"),
            ],
            attendees=[
                attendee("1", "11", checked_in=True, **paid),
                attendee("2", "11", **paid),
                attendee("3", "12", **back, status="Not Attending"),
                attendee("4", "13", **donation),
                attendee("5", "13", **paid),
                attendee("6", "14", "102", ticket_class_id="8"),
                attendee("7", "15", "102", cancelled=True, ticket_class_id="8"),
            ],
            orders=[
                order("11", gross=3000), order("12", gross=1500), order("13", gross=2000),
                order("14", "102"), order("15", "102"), order("16", status="abandoned"),
            ],
        )  # fmt: skip


@define
class Answer:
    """A listing's page, before it is sent."""

    key: str
    items: list[Item]
    pagination: Item

    def body(self) -> bytes:
        return json.dumps({"pagination": self.pagination, self.key: self.items}).encode()


@define
class Service:
    """Answers requests from a world; faults come first, one from the schedule for each call."""

    world: World
    size: int = 2
    faults: Iterator[Fault | None] = field(factory=lambda: iter(()))
    asked: list[str] = field(factory=list)
    counts: Counter[str] = field(factory=Counter)
    authorised: bool = True

    def __call__(self, request: Request) -> Response:
        self.asked.append(request.full_path.rstrip("?"))
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return error(401, "NO_AUTH")
        found = self._listing(request)
        if found is None:
            return error(404, "NOT_FOUND")
        answer = self._page(request, *found)
        if answer is None:
            return error(400, "BAD_CONTINUATION_TOKEN")
        fault = next(self.faults, None)
        if fault is not None:
            replaced = fault(self, request, answer)
            if replaced is not None:
                return replaced
        response = Response(answer.body(), content_type="application/json; charset=utf-8")
        response.headers["x-rate-limit"] = f"token:{TOKEN} 3/2000 reset=3594s, key:{TOKEN}K 3/4000"
        return response

    def _listing(self, request: Request) -> tuple[str, list[Item]] | None:
        path = request.path.removeprefix("/v3")
        query = request.args
        since = query.get("changed_since", "")
        world = self.world
        if path == "/users/me/organizations/":
            return "organizations", world.organisations
        if found := re.fullmatch(r"/organizations/(\d+)/(events|attendees|orders)/", path):
            if found[1] not in [one["id"] for one in world.organisations]:
                return None
            if found[2] == "events":
                wanted = query.get("status"), query.get("time_filter")
                assert wanted == ("all", "all")
                parents = query.get("show_series_parent") != "false"
                return "events", [e for e in world.events if parents or not e["is_series_parent"]]
            items = world.attendees if found[2] == "attendees" else world.orders
            return found[2], [one for one in items if one["changed"] >= since]
        if found := re.fullmatch(r"/events/(\d+)/(attendees|orders|ticket_classes)/", path):
            lists = {
                "attendees": world.attendees,
                "orders": world.orders,
                "ticket_classes": world.classes,
            }
            if found[1] not in [one["id"] for one in world.events]:
                return None
            items = [one for one in lists[found[2]] if one["event_id"] == found[1]]
            if query.get("expand") == "attendees":
                items = [self._expanded(one) for one in items]
            return found[2], items
        return None

    def _expanded(self, one: Item) -> Item:
        inner = [a for a in self.world.attendees if a["order_id"] == one["id"]]
        return one | {"attendees": inner}

    def _page(self, request: Request, key: str, items: list[Item]) -> Answer | None:
        token = request.args.get("continuation")
        if token is not None and not re.fullmatch(r"go\+on/\d+=", token):
            return None
        start = 0 if token is None else int(token[6:-1])
        part = copy.deepcopy(items[start : start + self.size])
        more = start + self.size < len(items)
        number = start // self.size + 1
        pagination: Item = {
            "object_count": len(items) + 3,
            "page_number": number,
            "page_size": 50,
            "page_count": 1,
            "has_more_items": more,
        }
        if more:
            pagination["continuation"] = f"go+on/{start + self.size}="
        elif len(items) % 3:
            pagination["continuation"] = None if len(items) % 3 == 1 else "go+on/0="
        return Answer(key, part, pagination)


def error(status: int, code: str, **headers: str) -> Response:
    """Give an error as the service does; what it describes repeats the token."""
    body = {
        "status_code": status,
        "error": code,
        "error_description": f"The token {TOKEN} is the matter.",
        "error_detail": {"ARGUMENTS_ERROR": {"token": [TOKEN]}},
    }
    response = Response(json.dumps(body), status=status, content_type="application/json")
    response.headers["x-rate-limit"] = f"token:{TOKEN} 2000/2000 reset=3594s"
    response.headers.update(headers)
    return response


def too_many(_s: Service, _r: Request, _a: Answer) -> Response:
    return error(429, "HIT_RATE_LIMIT")


def come_back(_s: Service, _r: Request, _a: Answer) -> Response:
    return error(429, "HIT_RATE_LIMIT", **{"Retry-After": "7"})


def broken(_s: Service, _r: Request, _a: Answer) -> Response:
    return error(500, "INTERNAL_ERROR")


def gateway(_s: Service, _r: Request, _a: Answer) -> Response:
    return Response(f"<html>{TOKEN} 502", status=502, content_type="text/html")


def unavailable(_s: Service, _r: Request, _a: Answer) -> Response:
    return Response("", status=503)


def web_page(_s: Service, _r: Request, _a: Answer) -> Response:
    return Response(f"<html>Please log in {TOKEN}", content_type="text/html")


def empty(_s: Service, _r: Request, _a: Answer) -> Response:
    return Response(b"", content_type="application/json")


def half(_s: Service, _r: Request, answer: Answer) -> Response:
    body = answer.body()
    return Response(body[: len(body) // 2], content_type="application/json")


def cut_off(_s: Service, _r: Request, answer: Answer) -> Response:
    body = answer.body()
    response = Response(body[: len(body) // 2], content_type="application/json")
    response.headers["Content-Length"] = str(len(body))
    return response


def dropped(_s: Service, request: Request, _a: Answer) -> Response:
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response(b"")


def wrong_json(_s: Service, _r: Request, _a: Answer) -> Response:
    return Response(json.dumps({"token": TOKEN}), content_type="application/json")


def other_list(_s: Service, _r: Request, answer: Answer) -> Response:
    body = {"pagination": answer.pagination, "venues": answer.items}
    return Response(json.dumps(body), content_type="application/json")


def no_expansion(service: Service, request: Request, answer: Answer) -> Response | None:
    return error(500, "EXPANSION_FAILED") if "expand" in request.args else None


def lost_thread(service: Service, request: Request, answer: Answer) -> Response | None:
    """Forget where a listing was to go on, twice at most for each."""
    if "continuation" not in request.args or service.counts[request.path] >= 2:
        return None
    service.counts[request.path] += 1
    return error(400, "BAD_CONTINUATION_TOKEN")


def lag(service: Service, request: Request, answer: Answer) -> None:
    """Repeat the items of the page on it, some in an older version."""
    older = copy.deepcopy(answer.items)
    for one in older[::2]:
        if "changed" in one and "attendees" not in one:
            one["changed"] = "2020-01-01T00:00:00Z"
            if "ticket_class_name" in one:
                one |= {"checked_in": False, "ticket_class_name": "Older"}
    answer.items = older + answer.items


def once_more(service: Service, request: Request, answer: Answer) -> None:
    """Say to go on at this very page, twice at most for each listing."""
    if service.counts[f"{request.path} again"] >= 2:
        return
    service.counts[f"{request.path} again"] += 1
    token = request.args.get("continuation", "go+on/0=")
    answer.pagination |= {"has_more_items": True, "continuation": token}


def without_token(service: Service, request: Request, answer: Answer) -> None:
    """Leave the token out at the end of a listing."""
    if not answer.pagination["has_more_items"]:
        answer.pagination.pop("continuation", None)


PASSING: tuple[Fault, ...] = (
    too_many, come_back, broken, gateway, unavailable, web_page, empty, half, cut_off, dropped,
    wrong_json, other_list,
)  # fmt: skip
"""Faults that are gone when the question is asked again."""

HARMLESS: tuple[Fault, ...] = (no_expansion, lost_thread, lag, once_more, without_token)
"""Oddities that change nothing in the end."""


def serve(httpserver: HTTPServer, service: Service, **limits: Any) -> Client:
    """Let a service answer on the loopback address, and give a client that asks it."""
    httpserver.clear()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(service)
    return Client(Token(TOKEN), base=httpserver.url_for("/v3"), limits=Limits(**limits))


def found() -> Found:
    """Give the importer as the registry would."""
    importer = EventbriteImporter()
    plugin: Plugin[Importer] = Plugin(
        "eventbrite", "coprometrics-eventbrite", "0.1.0", "ready", "", (importer,)
    )
    return Found(importer, plugin)


def pseudonym(address: str) -> str:
    """Stand in for the key for people."""
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:32]


def records_of(
    folder: Path, config: Eventbrite | None = None, now: dt.datetime = NOW
) -> tuple[list[Record], list[Refusal]]:
    """Read pages as the core does; gives the records by type and id, and what was refused."""
    read: list[Record] = []
    refused: list[Refusal] = []
    context = Context(person_key=pseudonym, now=now)
    importer = EventbriteImporter()
    for item in importer.read(Source.at(folder), config or Eventbrite(), context):
        if isinstance(item, Refusal):
            refused.append(item)
        if isinstance(item, Batch):
            checked = validate(item.rows, item.record_type)
            assert checked.issues.to_pylist() == []
            assert item.pages is not None
            assert len(item.pages) == item.rows.num_rows
            read += from_table(checked.accepted, item.record_type)
    assert len({(type(one), one.id) for one in read}) == len(read)
    return sorted(read, key=lambda one: (one.record_name, one.id)), refused
