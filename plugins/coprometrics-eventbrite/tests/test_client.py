"""One call at a time: what is waited for, what is asked again, and what is given up."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import stamina
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from coprometrics.errors import ConfigError, ImporterError, ParameterError, SourceError
from coprometrics_eventbrite.client import BASE_URL, Client
from coprometrics_eventbrite.listing import listing
from coprometrics_eventbrite.page import Page
from coprometrics_eventbrite.secret import TOKEN_VARIABLE, Token, find_token

from .server import (
    TOKEN,
    Answer,
    Fault,
    Service,
    World,
    broken,
    error,
    event,
    no_expansion,
    pseudonym,
    serve,
)  # fmt: skip

EVENTS = "/organizations/900/events/"
EVERY = {"status": "all", "time_filter": "all"}


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=99, cap=True):
        yield


def always(fault: Fault) -> Iterator[Fault | None]:
    while True:
        yield fault


def decoded(body: bytes) -> Any:
    return msgspec.json.decode(body)


def ask(httpserver: HTTPServer, answer: Response, **limits: Any) -> Any:
    def fault(_s: Service, _r: Request, _a: Answer) -> Response:
        return answer

    client = serve(httpserver, Service(World(), faults=always(fault)), **limits)
    return client.get("/users/me/organizations/", {}, decoded)


def listed(client: Client, path: str = EVENTS, **query: str) -> list[Page]:
    return list(listing(client, pseudonym, path, "events", EVERY | query))


def test_the_token_goes_into_the_header(httpserver: HTTPServer) -> None:
    client = serve(httpserver, Service(World()))
    assert client.get("/users/me/organizations/", {}, decoded)["organizations"]


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (401, "NO_AUTH", r"does not take the token \(401, NO_AUTH\); make a new private token"),
        (400, "INVALID_AUTH", "does not take the token .*; make a new private token"),
        (400, "ARGUMENTS_ERROR", "does not take the question .*; see that the organisation's"),
        (403, "NOT_AUTHORIZED", "may not see this .*; use a token of an owner"),
        (404, "NOT_FOUND", "knows no such thing.*; see that the organisation's number"),
        (418, "TEAPOT", r"the service refuses \(418, TEAPOT\); nothing was kept"),
        (302, "MOVED", "points to another address .*the token must not go"),
    ],
)
def test_what_does_not_pass_is_explained_at_once(
    httpserver: HTTPServer, status: int, code: str, message: str
) -> None:
    service = Service(World(), faults=always(lambda _s, _r, _a: error(status, code)))
    client = serve(httpserver, service)
    with pytest.raises(SourceError, match=message):
        client.get("/users/me/organizations/", {}, decoded)
    assert client.calls == 1


def test_a_code_that_is_the_token_is_not_shown(httpserver: HTTPServer) -> None:
    token = "CANARY_OF_LETTERS"
    httpserver.expect_request("/v3/users/me/organizations/").respond_with_json(
        {"error": token}, status=400
    )
    client = Client(Token(token), base=httpserver.url_for("/v3"))
    with pytest.raises(SourceError, match=r"does not take the question \(400\)"):
        client.get("/users/me/organizations/", {}, decoded)


def test_only_json_is_an_answer(httpserver: HTTPServer) -> None:
    with pytest.raises(SourceError, match="sent something else than JSON, 6 times in a row"):
        ask(httpserver, Response(b"{}", content_type="text/html"))


def test_no_redirect_is_followed(httpserver: HTTPServer) -> None:
    elsewhere = Response("", status=302, headers={"Location": httpserver.url_for("/v3/elsewhere/")})
    with pytest.raises(SourceError, match="points to another address"):
        ask(httpserver, elsewhere)


def test_faults_are_asked_again_and_then_given_up(httpserver: HTTPServer) -> None:
    client = serve(httpserver, Service(World(), faults=always(broken)), attempts=4)
    with pytest.raises(SourceError, match=r"the service failed \(500\), 4 times in a row"):
        client.get("/users/me/organizations/", {}, decoded)
    assert client.calls == 4


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 3594),
        ({"Retry-After": "7"}, 7),
        ({"x-rate-limit": f"token:{TOKEN} 9/9 reset=3s, key:{TOKEN} 9/9 reset=20s"}, 20),
    ],
)
def test_the_reset_is_waited_for(
    httpserver: HTTPServer,
    headers: dict[str, str],
    seconds: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([lambda _s, _r, _a: error(429, "HIT_RATE_LIMIT", **headers)])
    client = serve(httpserver, Service(World(), faults=answers))
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with stamina.set_testing(False):
        assert client.get("/users/me/organizations/", {}, decoded)["organizations"]
    assert waits == [seconds]


def test_faults_are_given_more_time_at_each_attempt(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve(httpserver, Service(World(), faults=always(broken)))
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with stamina.set_testing(False), pytest.raises(SourceError, match="6 times in a row"):
        client.get("/users/me/organizations/", {}, decoded)
    assert [int(wait) // 2**n for n, wait in enumerate(waits)] == [1, 1, 1, 1, 1]


def test_no_wait_is_longer_than_the_longest(httpserver: HTTPServer) -> None:
    answer = error(429, "HIT_RATE_LIMIT", **{"Retry-After": "86400"})
    with pytest.raises(SourceError, match=r"no more calls for 86,400 seconds; .*try again after"):
        ask(httpserver, answer)


def test_there_is_a_cap_on_calls(httpserver: HTTPServer) -> None:
    events = [event(str(100 + n)) for n in range(20)]
    client = serve(httpserver, Service(World(events=events)), calls=5)
    with pytest.raises(ImporterError, match=r"the cap of 5 calls is reached; .*--max-calls"):
        listed(client)
    assert client.calls == 5


def test_a_large_answer_is_given_up(httpserver: HTTPServer) -> None:
    large = Response(b"[" + b" " * 5_000 + b"]", content_type="application/json")
    with pytest.raises(SourceError, match="sent more than 4,000 bytes"):
        ask(httpserver, large, answer_bytes=4_000)


def test_a_small_answer_that_unpacks_to_a_large_one_is_given_up(httpserver: HTTPServer) -> None:
    packed = gzip.compress(b"[" + b" " * 50_000_000 + b"]")
    bomb = Response(packed, content_type="application/json", headers={"Content-Encoding": "gzip"})
    with pytest.raises(SourceError, match="sent more than 1,000,000 bytes"):
        ask(httpserver, bomb, answer_bytes=1_000_000)


def test_packed_answers_are_unpacked(httpserver: HTTPServer) -> None:
    answer = Response(
        gzip.compress(b'{"a": 1}'),
        content_type="application/json",
        headers={"Content-Encoding": "gzip"},
    )
    assert ask(httpserver, answer) == {"a": 1}


def test_a_service_that_is_not_there_is_told() -> None:
    client = Client(Token(TOKEN), base="http://127.0.0.1:9/v3")
    with pytest.raises(SourceError, match="was lost or could not be made, 6 times in a row"):
        client.get("/users/me/organizations/", {}, decoded)


def test_a_silent_service_is_given_up(httpserver: HTTPServer) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        client = Client(Token(TOKEN), base=f"http://127.0.0.1:{port}/v3")
        client._pool.connection_pool_kw["timeout"] = 0.01
        with pytest.raises(SourceError, match="did not answer in time"):
            client.get("/users/me/organizations/", {}, decoded)


@pytest.mark.parametrize(
    "base", ["https://example.org/v3", "http://www.eventbriteapi.com/v3", "https://evil/127.0.0.1"]
)
def test_the_token_goes_to_the_service_only(base: str) -> None:
    assert BASE_URL == "https://www.eventbriteapi.com/v3"
    with pytest.raises(ParameterError, match="the service is not there"):
        Client(Token(TOKEN), base=base)


def test_a_listing_goes_on_to_its_end(httpserver: HTTPServer) -> None:
    events = [event(str(100 + n)) for n in range(9)]
    pages = listed(serve(httpserver, Service(World(events=events))))
    ids = [item.id for page in pages for item in page.items]  # type: ignore[union-attr]
    assert (len(pages), ids) == (5, [one["id"] for one in events])


def paged(httpserver: HTTPServer, paginations: list[Any]) -> list[Page]:
    """List pages with these paginations, one event on each, the last one again and again."""
    asked: list[str] = []

    def fault(_s: Service, request: Request, _a: Answer) -> Response:
        asked.append(request.full_path)
        number = min(len(asked), len(paginations))
        body = {"pagination": paginations[number - 1], "events": [{"id": str(number)}]}
        return Response(json.dumps(body), content_type="application/json")

    return listed(serve(httpserver, Service(World(), faults=always(fault))))


@pytest.mark.parametrize("end", [{"continuation": "x"}, {"continuation": None}, {}])
@pytest.mark.parametrize("counts", [{}, {"object_count": 900, "page_count": 50}])
def test_only_has_more_items_ends_a_listing(
    httpserver: HTTPServer, end: dict[str, Any], counts: dict[str, Any]
) -> None:
    more = {"has_more_items": True, "continuation": "go+on/2=", "page_count": 1, "object_count": 0}
    pages = paged(httpserver, [more, {"has_more_items": False} | end | counts])
    assert len(pages) == 2


def test_a_listing_without_token_goes_on_by_number(httpserver: HTTPServer) -> None:
    more = {"has_more_items": True, "page_number": 1, "continuation": None}
    assert len(paged(httpserver, [more, {"has_more_items": False}])) == 2


def test_a_listing_that_says_not_where_to_go_on_is_given_up(httpserver: HTTPServer) -> None:
    with pytest.raises(SourceError, match="does not say where"):
        paged(httpserver, [{"has_more_items": True}])


def test_a_listing_that_turns_in_a_circle_is_given_up(httpserver: HTTPServer) -> None:
    circle = {"has_more_items": True, "continuation": "go+on/0="}
    with pytest.raises(SourceError, match="last 3 pages have nothing new"):
        paged(httpserver, [circle, circle])


@pytest.mark.parametrize("pagination", [None, {}, {"has_more_items": "no"}, {"has_more_items": 1}])
def test_a_page_that_does_not_say_whether_there_is_more_is_none(
    httpserver: HTTPServer, pagination: Any
) -> None:
    with pytest.raises(SourceError, match="cannot be read, 6 times in a row"):
        paged(httpserver, [pagination])


def test_a_listing_that_keeps_losing_its_thread_is_given_up(httpserver: HTTPServer) -> None:
    lost = always(lambda _s, _r, _a: error(400, "BAD_CONTINUATION_TOKEN"))
    client = serve(httpserver, Service(World(), faults=lost))
    with pytest.raises(SourceError, match="no longer knows where the listing was to go on"):
        listed(client)
    assert client.calls == 3


def test_what_cannot_be_expanded_is_asked_for_without(httpserver: HTTPServer) -> None:
    service = Service(World.small(), faults=always(no_expansion))
    pages = listed(serve(httpserver, service), expand="venue")
    assert len(pages) == 2
    assert ["expand" in path for path in service.asked] == [True, False, False]


def test_an_expansion_that_was_not_asked_for_and_fails_is_told(httpserver: HTTPServer) -> None:
    failing = always(lambda _s, _r, _a: error(500, "EXPANSION_FAILED"))
    with pytest.raises(SourceError, match="could not expand its answer"):
        listed(serve(httpserver, Service(World(), faults=failing)))


def test_the_token_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, f" {TOKEN}\n")
    assert find_token(None).headers()["Authorization"] == f"Bearer {TOKEN}"


def test_the_token_comes_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "ANOTHERTOKEN00000000")
    file = tmp_path / "token"
    file.write_text(f"\ufeff{TOKEN}\r\n", encoding="utf-8")
    file.chmod(0o600)
    assert find_token(file).headers()["Authorization"] == f"Bearer {TOKEN}"
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        find_token(file)


def test_a_token_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    with pytest.raises(ConfigError, match="EVENTBRITE_TOKEN: there is no token; set the variable"):
        find_token(None)
    with pytest.raises(ConfigError, match="No such file"):
        find_token(tmp_path / "missing")


@pytest.mark.parametrize("text", ["", "short", "two words and", "line\nbreak\nX: y", "é" * 20])
def test_what_cannot_be_a_token_is_told_and_not_shown(text: str) -> None:
    with pytest.raises(ParameterError, match="this is no token") as caught:
        Token(text)
    assert not text or text not in str(caught.value)
