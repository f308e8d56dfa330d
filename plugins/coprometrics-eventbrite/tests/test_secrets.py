"""The token and the people: neither gets out, whatever happens."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import pytest
import stamina
from click.testing import CliRunner
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from coprometrics.importers import registry
from coprometrics_eventbrite import Eventbrite, client
from coprometrics_eventbrite.commands import eventbrite
from coprometrics_eventbrite.run import Wanted, fetch_into
from coprometrics_eventbrite.secret import TOKEN_VARIABLE, Token

from .server import (
    HARMLESS,
    PASSING,
    TOKEN,
    Answer,
    Fault,
    Service,
    World,
    error,
    found,
    serve,
)  # fmt: skip

pytestmark = pytest.mark.slow

CANARIES = (TOKEN, "Secretname", "secret.example", "Secret Street", "N1 2AB", "Ada Byron")
TELEPHONE = re.compile("07700 ?900123|(?<![0-9a-f])07700(?![0-9a-f])")
"""Its beginning alone may stand in the digits of a key or of an address of memory by chance."""
CODES = (
    (401, "NO_AUTH"), (400, "INVALID_AUTH"), (400, "BAD_PAGE"), (400, TOKEN), (403, "X"),
    (404, "NOT_FOUND"), (500, TOKEN), (302, "MOVED"), (429, "HIT_RATE_LIMIT"), (599, "ODD"),
)  # fmt: skip


def refusing(status: int, code: str) -> Fault:
    def refuse(_service: Service, _request: Request, _answer: Answer) -> Response:
        return error(status, code, Location=f"http://127.0.0.1/{TOKEN}")

    refuse.__name__ = f"status {status} {code[:12]}"
    return refuse


def bent(change: Callable[[bytes], bytes], name: str) -> Fault:
    def bend(_service: Service, _request: Request, answer: Answer) -> Response:
        return Response(change(answer.body()), content_type="application/json")

    bend.__name__ = name
    return bend


FAULTS = (
    *PASSING,
    *HARMLESS,
    *(refusing(status, code) for status, code in CODES),
    bent(lambda body: re.sub(rb'"id": "\d+"', f'"id": "{TOKEN}@x"'.encode(), body), "token as id"),
    bent(lambda body: body.replace(b'"id"', b'"ID"'), "no ids"),
    bent(lambda body: body.replace(b"Secretname", b"Secretname\xff"), "not Unicode"),
    bent(lambda body: body.replace(b"1", b"[" * 100_000), "deep"),
)


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def always(fault: Fault, after: int) -> Iterator[Fault | None]:
    yield from [None] * after
    while True:
        yield fault


def assert_clean(text: str, *, place: str) -> None:
    folded = text.casefold()
    for canary in CANARIES:
        assert canary.casefold() not in folded, (place, canary)
    assert not TELEPHONE.search(folded), place


def shown_by(caught: BaseException) -> str:
    """Write an error as the most talkative of tools would, with every variable on the way."""
    parts = [str(caught), repr(caught)]
    seen: list[BaseException] = []
    queue: list[BaseException | None] = [caught]
    while queue:
        one = queue.pop()
        if one is None or one in seen:
            continue
        seen.append(one)
        queue += [one.__cause__, one.__context__]
        own = without_tests(one.__traceback__)
        lines = traceback.TracebackException(type(one), one, own, capture_locals=True).format()
        parts += lines
    return "\n".join(parts)


def without_tests(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and "/tests/" in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    return trace


def assert_files_clean(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            assert_clean(path.read_bytes().decode("latin-1"), place=path.name)


def assert_records_clean(records: list[logging.LogRecord]) -> None:
    for record in records:
        if record.name != "werkzeug":
            # Times and process numbers may hold any digits, also those of a telephone number.
            told = [what for what in vars(record).values() if not isinstance(what, int | float)]
            assert_clean(f"{record.getMessage()} {told!r}", place=record.name)


@pytest.mark.parametrize("after", [0, 4, 9])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_no_failure_gives_anything_away(
    fault: Fault,
    after: int,
    httpserver: HTTPServer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    asking = serve(httpserver, Service(World.small(), faults=always(fault, after)))
    wanted = Wanted(tmp_path / "store.duckdb", keep=tmp_path / "kept")
    try:
        fetched, result = fetch_into(wanted, asking, found(), Eventbrite())
        assert_clean(f"{fetched!r} {result!r}", place="result")
    except Exception as caught:  # noqa: BLE001  (any of them may give something away)
        assert_clean(shown_by(caught), place="error")
    assert caplog.records
    assert_records_clean(caplog.records)
    assert_clean(repr(asking), place="client")
    assert_files_clean(tmp_path)


@pytest.mark.parametrize(
    "fault", [None, *FAULTS[:4]], ids=lambda fault: getattr(fault, "__name__", "none")
)
def test_the_command_gives_nothing_away(
    fault: Fault | None,
    httpserver: HTTPServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    faults = iter(()) if fault is None else always(fault, 3)
    serve(httpserver, Service(World.small(), faults=faults))
    monkeypatch.setattr(client, "BASE_URL", httpserver.url_for("/v3"))
    monkeypatch.setattr(registry.Registry, "importer", lambda _self, _name: found())
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    arguments = ["fetch", "--into", str(tmp_path / "store.duckdb"), "--keep-raw"]
    try:
        ran = CliRunner().invoke(eventbrite, [*arguments, str(tmp_path / "kept")])
    finally:
        stamina.instrumentation.set_on_retry_hooks(None)
    assert (ran.exception is None) == (fault is None)
    assert_clean(ran.output, place="output")
    if ran.exception is not None:
        assert_clean(shown_by(ran.exception), place="error")
        assert "asking again in 0 seconds" in ran.output
    else:
        assert "Eventbrite: 4 events, bookings of 4; 18 calls" in ran.output
    assert_records_clean(caplog.records)
    assert_files_clean(tmp_path)


def test_the_token_cannot_be_given_as_an_argument() -> None:
    options = {name for option in eventbrite.commands["fetch"].params for name in option.opts}
    assert options == {
        "--into", "--organisation", "--config", "--mapping", "--token-file", "--keep-raw",
        "--key-file", "--full", "--max-calls",
    }  # fmt: skip


def test_the_token_does_not_show_itself() -> None:
    token = Token(TOKEN)
    shown = [repr(token), str(token), f"{token}", repr(token.headers()), repr(vars_of(token))]
    assert_clean(" ".join(shown), place="token")


def vars_of(token: Token) -> list[object]:
    return [getattr(token, name) for name in token.__slots__ if hasattr(token, name)]


def test_the_canaries_would_be_found(tmp_path: Path) -> None:
    for canary in CANARIES:
        (tmp_path / "file").write_text(f"…{canary.lower()}…")
        with pytest.raises(AssertionError):
            assert_files_clean(tmp_path)

    def careless() -> None:
        header = "Bearer " + TOKEN
        raise ValueError(len(header))

    with pytest.raises(ValueError, match="27") as caught:
        careless()
    text = "".join(
        traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    )
    with pytest.raises(AssertionError):
        assert_clean(text, place="error")
