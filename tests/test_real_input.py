"""Real input, where it is present: nothing of it is lost, and its money is conserved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from coprometrics.importers.contract import Context, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import ImportResult, import_source, load_config
from coprometrics.metrics import grant_income
from coprometrics.records import GrantAward
from coprometrics.report.check import Check, check_report
from coprometrics.store import Store

pytestmark = pytest.mark.samples

AWARDS = """
record: GrantAward
source: ptc
id: {from: [Identifier]}
columns:
  - {target: currency, from: [Currency]}
  - {target: amount_total_minor, from: [Amount Awarded], type: money}
  - {target: awarded_on, from: [Award Date], type: date}
  - {target: starts_on, from: ["Planned Dates:Start Date"], type: date}
  - {target: ends_on, from: ["Planned Dates:End Date"], type: date}
  - {target: duration_months, from: ["Planned Dates:Duration (months)"], type: int}
  - {target: funder_id, from: ["Funding Org:Identifier"], type: id, source: org-id}
ignore: [Amount Disbursed]
"""


@pytest.fixture(scope="module")
def imported(
    samples: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, ImportResult]]:
    mapping = tmp_path_factory.mktemp("mapping") / "awards.mapping.yaml"
    mapping.write_text(AWARDS)
    found = Registry().importer("csv")
    with Store.open() as store:
        result = import_source(
            Source.at(samples / "awards" / "ptc_awards_min.csv"),
            found,
            store,
            config=load_config(found, mapping),
            context=Context(person_key=PeopleKey().pseudonym),
        )
        yield store, result


def test_every_award_is_imported_or_refused(imported: tuple[Store, ImportResult]):
    store, result = imported
    assert (store.count(GrantAward), result.refused, result.rows) == (865, 5, 870)
    assert result.problems == {"ends-before-start": 5}


@pytest.mark.parametrize("basis", ["at_award", "days", "months", "auto"])
def test_the_money_of_the_awards_is_conserved(imported: tuple[Store, ImportResult], basis: str):
    store, _ = imported
    result = grant_income(store.frame(GrantAward), basis=basis)
    placed = sum(f.number for f in result.figures if f.value == "amount" and f.dimensions)
    left_out = sum(e.amount_minor.get("GBP", 0) for e in result.excluded)
    given = sum(award.amount_total_minor or 0 for award in store.records(GrantAward))
    assert placed + left_out == given == 5_125_072_154


def test_awards_without_their_dates_are_listed_with_their_money(
    imported: tuple[Store, ImportResult],
):
    store, _ = imported
    result = grant_income(store.frame(GrantAward), basis="days")
    listed = {e.reason: (e.count, dict(e.amount_minor)) for e in result.excluded}
    undated = [a for a in store.records(GrantAward) if not a.starts_on and not a.ends_on]
    end_only = [a for a in store.records(GrantAward) if not a.starts_on and a.ends_on]
    start_only = [a for a in store.records(GrantAward) if a.starts_on and not a.ends_on]
    assert (len(undated), len(start_only), len(end_only)) == (218, 69, 2)
    for awards, reason in ((undated, "no-dates"), (end_only, "no-start"), (start_only, "no-end")):
        money = sum(award.amount_total_minor or 0 for award in awards)
        assert listed[reason] == (len(awards), {"GBP": money})


@pytest.fixture(scope="module")
def real_report(samples: Path) -> Check:
    return check_report(samples / "report", today=dt.date(2024, 6, 1))


def test_every_statement_of_the_real_report_is_bound(real_report: Check):
    assert [f for f in real_report.findings if f.code.startswith("statement")] == []
    printed = [outcome for outcome in real_report.outcomes if outcome.printed is not None]
    assert len(printed) == 49


def test_nothing_but_the_unchecked_relations_is_said_of_the_real_report(real_report: Check):
    assert [f.code for f in real_report.findings] == ["relations-not-checked"]
