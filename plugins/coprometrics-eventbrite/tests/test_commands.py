"""The command, as people type it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from coprometrics.errors import ConfigError, CoprometricsError
from coprometrics.importers import registry
from coprometrics.records import Activity, Organisation
from coprometrics.report.check import check_report
from coprometrics.store import Store
from coprometrics_eventbrite import client
from coprometrics_eventbrite.commands import eventbrite
from coprometrics_eventbrite.secret import TOKEN_VARIABLE

from .server import NOW, TOKEN, Service, World, attendee, come_back, found, serve

Run = Callable[..., Result]


@pytest.fixture
def service() -> Service:
    return Service(World.small())


@pytest.fixture
def run(
    service: Service, httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run the command in a folder with a token, against a small service."""
    serve(httpserver, service)
    monkeypatch.setattr(client, "BASE_URL", httpserver.url_for("/v3"))
    monkeypatch.setattr(registry.Registry, "importer", lambda _self, _name: found())
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("token.txt").write_text(f"{TOKEN}\n")
    Path("token.txt").chmod(0o600)

    def command(*arguments: str, token: bool = True) -> Result:
        given = ["--token-file", "token.txt"] if token else []
        line = ["fetch", "--into", "my.duckdb", *given, *arguments]
        return CliRunner().invoke(eventbrite, line, standalone_mode=False)

    with stamina.set_testing(True, attempts=99, cap=True):
        yield command
    stamina.instrumentation.set_on_retry_hooks(None)


def test_it_says_what_was_fetched_and_imported(run: Run) -> None:
    ran = run()
    assert ran.return_value == 0
    first, second, third, *rest = ran.output.splitlines()
    assert first == "Eventbrite: 4 events, bookings of 4; 18 calls"
    assert second.startswith("Eventbrite organisation 900: ")
    assert third == "  15 new, 0 replaced, 0 already there"
    assert "  note: in this source nobody was checked in at the event 102" in "\n".join(rest)


def test_the_next_run_says_since_when(run: Run) -> None:
    run()
    assert ", changed since 20" in run().output
    assert ", changed since 20" not in run("--full").output


def test_refused_items_are_listed_and_told_by_the_exit_code(run: Run, service: Service) -> None:
    service.world.attendees.append(attendee("77", "14", "102", quantity="two"))
    ran = run()
    assert ran.return_value == 1
    place = "Eventbrite organisation 900: page "
    told = "quantity: must have the type that the service gives it (id 77, order 14, event 102)"
    assert f"{told} [wrong-type]" in ran.output
    assert place in ran.output


def test_the_configuration_is_used(run: Run) -> None:
    text = "schema: eventbrite-v1\norganisation_kind: charity\nkind: training\n"
    Path("eventbrite.yaml").write_text(text)
    assert run("--config", "eventbrite.yaml").return_value == 0
    with Store.open("my.duckdb", read_only=True) as store:
        assert store.count(Organisation) == 1
        assert {one.kind for one in store.records(Activity)} == {"training"}


REPORT = """\
schema: report-v1
title: Our year
period: {start: 2023-01-01, end: 2023-12-31}
sources:
  - {importer: eventbrite, path: pages}
figures:
  events: {printed: "2", metric: participation, where: {kind: event}, value: activities}
"""


def test_a_report_is_checked_against_the_pages_with_the_key_of_the_workspace(
    run: Run, tmp_path: Path
) -> None:
    run("--keep-raw", "pages")
    Path("report.yaml").write_text(REPORT)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    checked = check_report(tmp_path, today=NOW.date())
    assert [one.given for one in checked.outcomes] == ["2"]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    Path("coprometrics.key").rename("elsewhere.key")
    with pytest.raises(CoprometricsError, match="use the key file with which it was fetched"):
        check_report(tmp_path, today=NOW.date())
    Path("coprometrics.toml").write_text('key_file = "elsewhere.key"\n')
    assert check_report(tmp_path, today=NOW.date()).outcomes == checked.outcomes


def test_the_key_file_of_the_settings_is_used(run: Run) -> None:
    Path("coprometrics.toml").write_text('key_file = "people.key"\n')
    run()
    assert Path("people.key").exists()
    assert not Path("coprometrics.key").exists()
    assert run("--key-file", "people.key").return_value == 0


def test_waits_are_told(run: Run, service: Service) -> None:
    service.faults = iter([come_back])
    ran = run()
    assert ran.return_value == 0
    assert "the service allows no more calls; asking again in 0 seconds" in ran.output


def test_the_cap_on_calls_is_kept(run: Run) -> None:
    ran = run("--max-calls", "3")
    assert isinstance(ran.exception, CoprometricsError)
    assert "the cap of 3 calls is reached" in str(ran.exception)
    assert not Path("my.duckdb").exists()


def test_without_token_nothing_is_asked(run: Run, service: Service) -> None:
    ran = run(token=False)
    assert isinstance(ran.exception, ConfigError)
    assert service.asked == []


def test_help_says_where_the_token_comes_from() -> None:
    ran = CliRunner().invoke(eventbrite, ["fetch", "--help"])
    assert "EVENTBRITE_TOKEN" in ran.output
