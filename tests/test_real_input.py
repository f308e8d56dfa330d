"""Real input, where it is present: nothing of it is lost, and its money is conserved."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from coprometrics.importers.contract import Context, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import ImportResult, import_source, load_config
from coprometrics.metrics import GrantIncome, grant_income
from coprometrics.money import from_major
from coprometrics.periods import CalendarMonths, OperationalYears, Periods, Quarters
from coprometrics.records import GrantAward, ScheduleLine
from coprometrics.report.check import check_report, explain_figure
from coprometrics.report.result import Check
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
APRIL = OperationalYears(start_month=4)


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


TILINGS = [
    *(OperationalYears(month) for month in (1, 4, 8)),
    *(Quarters(month) for month in (1, 4, 8)),
    CalendarMonths(),
]
tilings = pytest.mark.parametrize("periods", TILINGS, ids=str)


def placed_and_left_out(result: GrantIncome) -> tuple[int, int]:
    placed = sum(int(f.number or 0) for f in result.figures if f.value == "amount" and f.dimensions)
    assert result.figure("amount").number == placed
    assert sum(result.allocations["amount_minor"].to_pylist()) == placed
    return placed, sum(e.amount_minor.get("GBP", 0) for e in result.excluded)


@tilings
@pytest.mark.parametrize("basis", ["at_award", "days", "months", "auto"])
def test_the_money_of_the_awards_is_conserved(
    imported: tuple[Store, ImportResult], basis: str, periods: Periods
):
    store, _ = imported
    result = grant_income(store.frame(GrantAward), basis=basis, periods=periods)
    placed, left_out = placed_and_left_out(result)
    given = sum(award.amount_total_minor or 0 for award in store.records(GrantAward))
    assert placed + left_out == given == 5_125_072_154
    if basis == "days":
        assert (placed, left_out) == (4_020_325_963, 1_104_746_191)


@tilings
def test_a_schedule_over_the_whole_of_each_award_places_its_money_as_its_days_do(
    imported: tuple[Store, ImportResult], periods: Periods
):
    store, _ = imported
    awards, lines = store.frame(GrantAward), whole_lines(store.records(GrantAward))
    by_line = grant_income(awards, lines, basis="schedule", periods=periods)
    by_days = grant_income(awards, basis="days", periods=periods)
    assert placed_and_left_out(by_line) == placed_and_left_out(by_days)
    amounts = [
        {str(f.dimensions): f.number for f in result.figures if f.value == "amount"}
        for result in (by_line, by_days)
    ]
    assert amounts[0] == amounts[1]


@tilings
def test_a_schedule_for_every_other_award_keeps_the_money_of_all(
    imported: tuple[Store, ImportResult], periods: Periods
):
    store, _ = imported
    lines = whole_lines(store.records(GrantAward))[::2]
    result = grant_income(store.frame(GrantAward), lines, basis="auto", periods=periods)
    assert set(result.rows["basis"].to_pylist()) == {"schedule", "days"}
    assert placed_and_left_out(result) == (4_020_325_963, 1_104_746_191)


def whole_lines(awards: Iterable[GrantAward]) -> list[ScheduleLine]:
    """Give each award with both dates a schedule of one line, over all of it."""
    return [
        ScheduleLine(
            id=f"{award.id}-line",
            award_id=award.id,
            period_start=award.starts_on,
            period_end=award.ends_on,
            amount_minor=award.amount_total_minor,
            currency=award.currency,
        )
        for award in awards
        if award.starts_on and award.ends_on and award.amount_total_minor is not None
    ]


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
def labelled(samples: Path) -> pa.Table:
    """Awards that their funder has put in years from April to March, one row for each line."""
    text = dict.fromkeys(("Financial Year", "Identifier", "Amount Awarded"), pa.string())
    found = pyarrow.csv.read_csv(
        samples / "awards" / "Sport-England_lottery-awards_min.csv",
        convert_options=pyarrow.csv.ConvertOptions(column_types=text),
    )
    amounts = [from_major(Decimal(cell), "GBP") for cell in found["Amount Awarded"].to_pylist()]
    years = [f"{cell[:5]}{cell[-2:]}" for cell in found["Financial Year"].to_pylist()]
    spans = [APRIL.labelled(year) for year in years]
    return pa.table(
        {
            "id": found["Identifier"],
            "awarded_on": found["Award Date"],
            "starts_on": pa.array([span.start for span in spans]),
            "ends_on": pa.array([span.end for span in spans]),
            "amount_total_minor": pa.array(amounts, pa.int64()),
            "currency": found["Currency"],
            "label": pa.array(years),
        }
    )


def test_years_from_april_are_those_of_the_funder_but_for_three_rows(labelled: pa.Table):
    days, labels = (labelled[name].to_pylist() for name in ("awarded_on", "label"))
    others = [
        (day, label)
        for day, label in zip(days, labels, strict=True)
        if APRIL.containing(day).label != label
    ]
    assert (labelled.num_rows, len(others)) == (11_140, 3)
    # All three were won in the first months of the next year.
    assert {label for _, label in others} == {"2009/10"}
    assert {APRIL.containing(day).label for day, _ in others} == {"2010/11"}


def test_awards_that_share_an_identifier_are_added_up_and_never_merged(labelled: pa.Table):
    result = grant_income(labelled, periods=APRIL, basis="at_award")
    assert len(set(labelled["id"].to_pylist())) == 10_316
    assert placed_and_left_out(result) == (118_085_214_600, 0)
    assert sum(labelled["amount_total_minor"].to_pylist()) == 118_085_214_600
    assert result.figure("awards").number == 11_140
    lines = result.allocations
    assert Counter(lines["award_id"].to_pylist()) == Counter(labelled["id"].to_pylist())
    assert Counter(lines["amount_minor"].to_pylist()) == Counter(
        labelled["amount_total_minor"].to_pylist()
    )


@pytest.mark.parametrize("basis", ["days", "months", "auto"])
def test_the_years_of_the_funder_hold_what_it_says_of_them(labelled: pa.Table, basis: str):
    result = grant_income(labelled, periods=APRIL, basis=basis)
    theirs: dict[str, list[int]] = {}
    for label, amount in zip(
        *(labelled[name].to_pylist() for name in ("label", "amount_total_minor")), strict=True
    ):
        theirs.setdefault(label, []).append(amount)
    assert {
        label: (
            result.figure("amount", year=label).number,
            result.figure("awards", year=label).number,
        )
        for label in result.rows["year"].to_pylist()
    } == {label: (sum(amounts), len(amounts)) for label, amounts in theirs.items()}
    assert result.allocations.num_rows == 11_140


@tilings
@pytest.mark.parametrize("basis", ["at_award", "days", "months"])
def test_no_period_loses_money_of_awards_that_share_an_identifier(
    labelled: pa.Table, basis: str, periods: Periods
):
    result = grant_income(labelled, periods=periods, basis=basis)
    assert placed_and_left_out(result) == (118_085_214_600, 0)
    assert result.figure("awards").number == 11_140


@pytest.fixture(scope="module")
def real_report(samples: Path) -> Check:
    return check_report(samples / "report", today=dt.date(2024, 6, 1))


def test_every_statement_of_the_real_report_is_bound(real_report: Check):
    assert [f for f in real_report.findings if f.code.startswith("statement")] == []
    printed = [outcome for outcome in real_report.outcomes if outcome.printed is not None]
    assert len(printed) == 49


def test_the_real_report_has_exactly_its_known_faults(real_report: Check):
    weekday, talks, shares = real_report.findings
    codes = ("weekday-wrong", "inconsistent", "consistent-by-rounding")
    assert (weekday.code, talks.code, shares.code) == codes
    assert weekday.message == "Monday 14 December 2023 was a Thursday"
    assert "7 + 5 + 3 + 1 + 1 + 1 + 1 = 19, printed 17" in talks.message
    assert talks.suspects == (
        ("talks.organisations",),
        ("talks.organisations.by.charity",),
        ("talks.organisations.by.ucl",),
        ("talks.organisations.by.university",),
    )
    assert "revenue.share.consultancy" in shares.figures


def test_every_number_of_the_real_report_is_classified(real_report: Check):
    assert real_report.scan is not None
    loose = [n for n in real_report.scan.numerals if n.kind == "unvouched"]
    assert real_report.scan.count("bound") == 59
    assert len(loose) == 25
    # A year, a date or a page among them would be a false alarm.
    digits = {n.text for n in loose if n.text.isdigit()}
    assert digits == {"10", "20", "22", "25", "50", "86", "1482"}


@pytest.mark.parametrize(
    ("figure", "values"),
    [
        ("revenue.total", "GBP 506,345.33 to GBP 507,388.25"),
        ("cuppas.first_time", "103 to 105"),
        ("x.followers_2022", "5,224 to 5,268"),
    ],
)
def test_what_the_real_report_implies_of_figures_that_it_does_not_print(samples, figure, values):
    assert explain_figure(samples / "report", figure) == f"{figure}: {values}"
