"""A report file to start from loads, and every figure that it proposes is what the records give."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from attrs import evolve
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from coprometrics.cli import cli
from coprometrics.documents import document_schema, load_document
from coprometrics.documents.loading import parse_document
from coprometrics.errors import CoprometricsError, ParameterError
from coprometrics.importers.contract import Context, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import import_source, load_config
from coprometrics.metrics import MetricResult
from coprometrics.metrics.base import count, money
from coprometrics.metrics.registry import METRICS, Input, Metric, MetricRegistry
from coprometrics.periods import Period, parse_period
from coprometrics.records import (
    Activity,
    AudienceSnapshot,
    GrantAward,
    Income,
    StageCount,
    StageEvent,
)
from coprometrics.report._writing import quoted, scalar
from coprometrics.report.recompute import recompute
from coprometrics.report.report_file import Report
from coprometrics.report.starting import start_report
from coprometrics.store import Store
from coprometrics.testing.strategies import records

from .test_check import EXAMPLE

YEAR = parse_period("2023")
USED = ("organisations.csv", "sessions.csv", "income.csv", "stages.csv")
LINE = re.compile(r'^  "?([a-z0-9_.]+)"?: \{.*\}  # the records give (.*)$', re.MULTILINE)


def proposed(text: str, store: Store) -> Report:
    """Read what was written, and see that the records give what it says of each figure."""
    report = parse_document(text, Report, "report.yaml").value
    given = {name: one.figure.text for name, one in recompute(report, store.frames()).items()}
    assert given == dict(LINE.findall(text))
    assert list(given) == list(report.figures)
    assert all(entry.printed is None for entry in report.figures.values())
    return report


@pytest.fixture(scope="module")
def filled() -> Iterator[Store]:
    """Give a store with sources of the example."""
    registry, key = Registry(), PeopleKey()
    with Store.open() as store:
        for entry in load_document(EXAMPLE / "report.yaml", Report).value.sources:
            if Path(entry.path).name in USED:
                found = registry.importer("csv")
                import_source(
                    Source.at(EXAMPLE / entry.path),
                    found,
                    store,
                    config=load_config(found, EXAMPLE / str(entry.mapping)),
                    context=Context(person_key=key.pseudonym),
                )
        yield store


def test_the_example_is_proposed_as_its_report_has_it(filled: Store):
    text = start_report(filled, period=YEAR)
    report = proposed(text, filled)
    wanted = load_document(EXAMPLE / "report.yaml", Report).value
    entries = [evolve(entry, printed=None) for entry in report.figures.values()]
    for name in ("talks.sessions", "talks.people", "consultancy.income", "launch.joined"):
        assert wanted.figures[name] in entries
    assert len(entries) < 70
    assert "# with programme Funding call: stage_counts.count: Application (52) is larger" in text
    assert "# also by kind and organisation_kind: organisations" in text
    assert "#   - {importer: csv, path: income.csv, mapping: income.mapping.yaml}" in text


ROWS = st.sampled_from(sorted(METRICS)).flatmap(
    lambda name: st.tuples(
        *(
            st.lists(records(one.record_type), min_size=1, max_size=3, unique_by=lambda r: r.id)
            for one in METRICS[name].inputs.values()
        )
    )
)


@pytest.mark.slow
@settings(max_examples=15)
@given(ROWS)
def test_whatever_the_records_every_proposal_is_what_they_give(rows: tuple[list[Any], ...]):
    with Store.open() as store:
        for some in rows:
            store.write(some)
        try:
            text = start_report(store)
        except ParameterError as error:
            assert error.remedy == "give one, such as 2023"
            text = start_report(store, period=YEAR)
        proposed(text, store)
    assert "@" not in text.replace("(a text with @, withheld)", "")
    for one in (one for some in rows for one in some):
        assert getattr(one, "person_key", None) is None or one.person_key not in text


def written(*some: Any, period: Period | None = YEAR) -> str:
    with Store.open() as store:
        for one in some:
            store.write([one])
        text = start_report(store, period=period)
        proposed(text, store)
        return text


def income(number: int, stream: str, currency: str, day: dt.date) -> Income:
    return Income(id=f"t:{number}", stream=stream, amount_minor=100 * number, currency=currency,
                  kind="fee", received_on=day)  # fmt: skip


def test_the_period_and_the_currency_are_those_of_the_records():
    rows = [
        income(1, "talks", "EUR", dt.date(2021, 12, 31)),
        income(2, "talks", "GBP", dt.date(2022, 1, 1)),
        income(3, "training", "GBP", dt.date(2022, 1, 1)),
    ]
    text = written(*rows, period=None)
    assert text == written(*reversed(rows), period=None)
    assert "period: {start: 2021-01-01, end: 2022-12-31}" in text
    assert "currency: GBP  # there is also EUR" in text
    assert 'title: "Impact report 2021 to 2022"' in text
    assert "where: {stream: talks, currency: GBP}, value: amount}" in text


def test_the_year_is_that_of_the_place_and_awards_come_last():
    held = Activity(id="t:1", kind="talk", timezone="Pacific/Auckland",
                    starts_at=dt.datetime(2022, 12, 31, 12, tzinfo=dt.UTC))  # fmt: skip
    award = GrantAward(id="t:2", currency="GBP", starts_on=dt.date(2019, 5, 1))
    assert "period: {start: 2023-01-01, end: 2023-12-31}" in written(held, award, period=None)
    assert "period: {start: 2019-01-01, end: 2019-12-31}" in written(award, period=None)


def test_names_are_told_apart_and_strange_words_are_quoted():
    words = ["a: b", "a b", "\u2028\x85", "no", "co@home"]
    counts = [StageCount(id=f"t:{n}", programme="one", stage=word, position=n, count=9 - n)
              for n, word in enumerate(words, 1)]  # fmt: skip
    text = written(*counts)
    for name in ("a_b.reached:", "a_b.reached_2:", "other.reached:", "no.reached:"):
        assert f"  funnel_from_counts.{name} " in text
    assert r'{step: "\u2028\u0085"}' in text
    assert "co@home" not in text


def test_a_metric_that_needs_more_is_named_with_what_it_needs():
    event = StageEvent(id="t:1", programme="one", entity_key="t:x", stage="registered",
                       occurred_at=dt.datetime(2023, 5, 1, tzinfo=dt.UTC))  # fmt: skip
    text = written(event)
    assert f"  # funnel: {METRICS['funnel'].definition}\n  # it needs steps: name the" in text
    assert LINE.findall(text) == []


def test_there_are_never_too_many():
    snapshots = [AudienceSnapshot(id=f"t:{n}", channel=f"c{n:02}", measure="users", value=n,
                                  as_of=dt.date(2023, 1, 1)) for n in range(25)]  # fmt: skip
    text = written(*snapshots)
    assert len(LINE.findall(text)) == 2 * 20
    assert "# and 5 more by channel and measure" in text


def test_without_a_store_there_is_a_frame_whose_examples_can_be_used():
    text = start_report(None, period=parse_period("2023/24", start_month=8), title='"A": b\u2028')
    report = parse_document(text, Report, "report.yaml").value
    assert (report.title, str(report.period.end)) == ('"A": b\u2028', "2024-07-31")
    used = re.sub(
        r"^# (?=(sources|document|statements|figures|  )\b|  )", "", text, flags=re.MULTILINE
    )
    report = parse_document(used, Report, "report.yaml").value
    assert [one.importer for one in report.sources] == ["csv"]
    assert len(report.statements) == 1
    assert set(report.figures) == {"training.sessions", "office.volunteers"}


@pytest.mark.parametrize(
    "options", [{}, {"title": "\ud800"}, {"schema": "a b.json"}, {"schema": "a\n# b"}]
)
def test_what_cannot_be_written_is_refused(options: dict[str, str]):
    period = YEAR if options else None
    with pytest.raises(ParameterError):
        start_report(None, period=period, **options)


@given(st.text())
def test_every_text_can_be_quoted(text: str):
    document = f"schema: report-v1\ntitle: {quoted(text)}\norganisation: {scalar(text)}\n"
    document += "period: {start: 2023-01-01, end: 2023-12-31}\n"
    report = parse_document(document, Report, "report.yaml").value
    assert (report.title, report.organisation) == (text, text)


def run(*arguments: str | Path):
    return CliRunner().invoke(cli, ["report", "new", *map(str, arguments)], standalone_mode=False)


def test_the_command_writes_the_file_with_its_schema_and_never_over_another(tmp_path: Path):
    with Store.open(tmp_path / "s.duckdb") as store:
        store.write([income(1, "talks", "GBP", dt.date(2023, 5, 1))])
    done = run(tmp_path / "s.duckdb", "--into", tmp_path)
    assert "report.yaml: 2023-01-01 to 2023-12-31, 3 figures proposed" in done.stdout
    text = (tmp_path / "report.yaml").read_text("utf-8")
    (name,) = re.findall(r"\A# yaml-language-server: \$schema=(\S+)\n", text)
    assert json.loads((tmp_path / name).read_text("utf-8")) == document_schema(Report)

    again = run("--into", tmp_path, "--period", "2023")
    assert isinstance(again.exception, CoprometricsError)
    assert "left as it is; name another" in str(again.exception)
    assert (tmp_path / "report.yaml").read_text("utf-8") == text

    (tmp_path / name).write_text("{}")
    done = run("--into", tmp_path / "b.yaml", "--period", "2023", "--title", "B")
    assert "is there already, and left as it is" in done.stdout
    assert (tmp_path / name).read_text() == "{}"
    run("--into", tmp_path / "c.yaml", "--period", "2023", "--schema", "../schemas/r.json")
    assert (
        (tmp_path / "c.yaml")
        .read_text("utf-8")
        .startswith("# yaml-language-server: $schema=../schemas/r.json\n")
    )
    assert "does not exist" in str(run("--into", tmp_path / "no" / "r.yaml").exception)
    assert "such as 2023" in str(run("--into", tmp_path / "d.yaml").exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "b.yaml", "c.yaml", name, "report.yaml", "s.duckdb",
    ]  # fmt: skip


def odd(income: object) -> MetricResult:
    """Give figures as the metric of a plugin may, some of which no report file can name."""
    figures = (
        count("odd", "payers", {"person_key": "f" * 32}, 1),
        count("odd", "payers", {"payer": "ada@home"}, 1),
        count("odd", "payers", {"payer": "unknown"}, None),
        count("odd", "rows", {"part": "a"}, 1),
        count("odd", "rows", {"part": "a"}, 2),
        count("odd", "rows", {}, 0),
        money("odd", "sum", {}, 100, "EUR"),
        money("odd", "sum", {}, 200, "GBP"),
    )
    return MetricResult(metric="odd", version=1, parameters={}, period=None,
                        rows=pa.table({"part": ["a"]}), figures=figures)  # fmt: skip


def test_the_metric_of_a_plugin_is_treated_alike_whatever_it_gives():
    def fails(income: object) -> MetricResult:
        raise ValueError("row 7")

    theirs = {
        function.__name__: Metric(
            id=function.__name__, version=1, definition="What\n# a plugin\x07 says.",
            function=function, inputs={"income": Input(Income)}, parameters={}, plugin="theirs",
        )
        for function in (odd, fails)
    }  # fmt: skip

    class Theirs(MetricRegistry):
        def metrics(self):
            return theirs

        def metric(self, id):  # noqa: A002
            return theirs[id]

    with Store.open() as store:
        store.write([income(1, "talks", "GBP", dt.date(2023, 1, 1))])
        text = start_report(store, metrics=Theirs())
        report = parse_document(text, Report, "report.yaml").value
        given = recompute(report, store.frames(), Theirs())
    assert {name: one.figure.text for name, one in given.items()} == {
        "odd.rows": "0", "odd.eur.sum": "EUR 1.00", "odd.gbp.sum": "GBP 2.00",
    }  # fmt: skip
    assert "  # odd: What # a plugin says.\n" in text
    assert "  # plugin theirs: the metric fails failed with ValueError; tell" in text
    assert "f" * 32 not in text
    assert "ada@home" not in text
