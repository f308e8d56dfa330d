from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import grant_income
from coprometrics.periods import CalendarMonths, OperationalYears, Period, Quarters

from .awards import AUGUST, amounts, award, day, line
from .grants_oracle import FEW, Calendar, half_up, operational_year, spread, weights
from .kinds import KINDS

WORKED = [
    (award(1, 100, "2021-08-01", "2024-07-31"), AUGUST,
     {"2021/22": 33, "2022/23": 34, "2023/24": 33}),
    (award(2, 36600, "2024-01-01", "2024-12-31"), AUGUST, {"2023/24": 21300, "2024/25": 15300}),
    (award(3, 10_000_000, "2017-03-01", "2017-03-01"), AUGUST, {"2016/17": 10_000_000}),
    (award(4, 180_000, "2018-11-14", "2018-12-01"), CalendarMonths(),
     {"2018-11": 170_000, "2018-12": 10_000}),
    (award(5, 12_000_000, "2021-08-01", "2024-07-31"), AUGUST,
     {"2021/22": 3_996_350, "2022/23": 3_996_351, "2023/24": 4_007_299}),
    (award(6, -5, "2023-07-29", "2023-08-07"), AUGUST, {"2022/23": -2, "2023/24": -3}),
    (award(7, 5, "2023-07-29", "2023-08-07"), AUGUST, {"2022/23": 2, "2023/24": 3}),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("record", "periods", "expected"), WORKED)
def test_worked_awards_give_their_pennies_from_every_kind_of_frame(kind, record, periods, expected):
    result = grant_income(KINDS[kind]([record]), periods=periods, basis="days")
    assert amounts(result) == {**expected, "total": sum(expected.values())}


def test_an_exclusive_end_is_the_day_after_the_last():
    inclusive = award(1, 36600, "2024-01-01", "2024-12-31")
    exclusive = award(1, 36600, "2024-01-01", "2025-01-01", end_convention="exclusive")
    assert amounts(grant_income([inclusive])) == amounts(grant_income([exclusive]))


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        ("2023-01-01", 12, "2023-12-31"),
        ("2023-01-31", 1, "2023-02-27"),
        ("2024-01-31", 1, "2024-02-28"),
        ("2024-02-29", 12, "2025-02-27"),
        ("2023-03-31", 3, "2023-06-29"),
    ],
)
def test_a_duration_ends_the_day_before_the_same_day_months_later(start, months, last):
    by_duration = award(1, 999_983, start, duration_months=months)
    by_end = award(1, 999_983, start, last)
    months = CalendarMonths()
    assert amounts(grant_income([by_duration], periods=months)) == amounts(
        grant_income([by_end], periods=months)
    )


def test_all_of_an_award_falls_in_the_year_it_was_won():
    won = award(1, 500, awarded_on=day("2023-07-31"))
    assert amounts(grant_income([won], periods=AUGUST, basis="at_award")) == {
        "2022/23": 500,
        "total": 500,
    }


@pytest.mark.parametrize(
    ("first", "precision", "periods", "placed"),
    [
        ("2023-08-01", "month", AUGUST, True),
        ("2023-08-01", "month", CalendarMonths(), True),
        ("2023-01-01", "year", OperationalYears(), True),
        ("2023-01-01", "year", AUGUST, False),
        ("2023-01-01", "year", Quarters(), False),
    ],
)
def test_a_rough_award_date_counts_only_where_all_its_days_fall_in_one_period(
    first, precision, periods, placed
):
    won = award(1, 500, awarded_on=day(first), awarded_on_precision=precision)
    result = grant_income([won], periods=periods, basis="at_award")
    assert bool(result.figures) is placed
    if not placed:
        (excluded,) = result.excluded
        assert (excluded.reason, excluded.count) == ("date-too-rough", 1)
        assert excluded.amount_minor == {"GBP": 500}


def test_months_known_only_as_months_are_too_rough_for_days_but_not_for_months():
    rough = award(
        1, 1200, "2023-01-01", "2023-12-01", starts_on_precision="month", ends_on_precision="month"
    )
    assert grant_income([rough], basis="days").excluded[0].reason == "date-too-rough"
    result = grant_income([rough], basis="months", periods=CalendarMonths())
    assert set(amounts(result).values()) == {100, 1200}


def test_the_month_after_an_end_known_only_to_the_month_is_not_guessed():
    rough = award(
        1, 1200, "2023-01-01", "2023-12-01", ends_on_precision="month", end_convention="exclusive"
    )
    assert grant_income([rough], basis="months").excluded[0].reason == "date-too-rough"


def test_a_part_of_a_month_counts_by_that_months_own_days():
    # Half of April and half of June, and all of May: 1/2 + 1 + 1/2 months.
    halves = award(1, 1000, "2023-04-16", "2023-06-15")
    result = grant_income([halves], basis="months", periods=CalendarMonths())
    assert amounts(result) == {"2023-04": 250, "2023-05": 500, "2023-06": 250, "total": 1000}


def test_what_cannot_be_placed_is_listed_with_its_money():
    awards = [
        award(1, 100, None, "2023-12-31"),
        award(2, 200, "2023-01-01"),
        award(3, None, "2023-01-01", "2023-12-31"),
        award(4, 400, "2023-01-01", "2023-12-31", status="declined"),
        award(5, 500, "2023-01-01", "2023-12-31"),
        award(6, 600, None),
    ]
    result = grant_income(awards)
    assert amounts(result) == {"2023": 500, "total": 500}
    assert [(e.reason, e.count, e.amount_minor) for e in result.excluded] == [
        ("not-awarded", 1, {"GBP": 400}),
        ("no-amount", 1, {}),
        ("no-dates", 1, {"GBP": 600}),
        ("no-start", 1, {"GBP": 100}),
        ("no-end", 1, {"GBP": 200}),
    ]


def test_our_part_is_not_the_whole():
    both = award(1, 117_981_854, "2023-01-01", "2023-12-31", amount_ours_minor=8_607_827)
    assert grant_income([both], amount="ours").figure("amount", year="2023").number == 8_607_827
    assert grant_income([both]).figure("amount", year="2023").number == 117_981_854


def test_a_line_across_a_boundary_is_split_by_its_own_days():
    lines = [
        line(1, "t:1", "2021-08-01", "2023-07-31", 99),
        line(2, "t:1", "2023-08-01", "2024-07-31", 1),
    ]
    result = grant_income([award(1, 100)], lines, periods=AUGUST)
    assert amounts(result) == {"2021/22": 50, "2022/23": 49, "2023/24": 1, "total": 100}
    assert result.rows.column("basis").to_pylist() == ["schedule"] * 3


def test_auto_takes_the_schedule_where_there_is_one_and_days_elsewhere():
    awards = [award(1, 100), award(2, 200, "2023-01-01", "2023-12-31")]
    result = grant_income(awards, [line(1, "t:1", "2023-01-01", "2023-12-31", 100)])
    assert amounts(result) == {"2023": 300, "total": 300}
    assert result.rows.select(["basis", "amount_minor"]).to_pylist() == [
        {"basis": "days", "amount_minor": 200},
        {"basis": "schedule", "amount_minor": 100},
    ]
    assert result.figure("amount", year="2023").basis == "auto"
    assert result.figure("awards", year="2023").number == 2


def test_by_the_schedule_alone_other_awards_are_left_out():
    awards = [award(1, 100), award(2, 200, "2023-01-01", "2023-12-31")]
    lines = [line(1, "t:1", "2023-01-01", "2023-12-31", 100)]
    result = grant_income(awards, lines, basis="schedule")
    assert amounts(result) == {"2023": 100, "total": 100}
    assert [(e.reason, e.amount_minor) for e in result.excluded] == [("no-schedule", {"GBP": 200})]


def test_revised_lines_replace_the_original_ones_of_their_award():
    lines = [
        line(1, "t:1", "2022-01-01", "2022-12-31", 70),
        line(2, "t:1", "2023-01-01", "2023-12-31", 100, revision="revised"),
        line(3, "t:2", "2022-01-01", "2022-12-31", 5),
    ]
    result = grant_income([award(1, 100), award(2, 5)], lines)
    assert amounts(result) == {"2022": 5, "2023": 100, "total": 105}


def test_a_schedule_must_add_up_to_its_award():
    lines = [line(1, "t:1", "2023-01-01", "2023-12-31", 99)]
    with pytest.raises(MetricError, match=r"t:1 is GBP 1\.00, its lines are GBP 0\.99"):
        grant_income([award(1, 100)], lines)


def test_a_schedule_must_be_in_the_currency_of_its_award():
    lines = [line(1, "t:1", "2023-01-01", "2023-12-31", 100, currency="EUR")]
    with pytest.raises(MetricError, match="another currency"):
        grant_income([award(1, 100)], lines)


def test_awards_with_a_schedule_need_an_id_of_their_own():
    lines = [line(1, "t:1", "2023-01-01", "2023-12-31", 100)]
    with pytest.raises(MetricError, match="several awards with a schedule have the id t:1"):
        grant_income([award(1, 100), award(1, 100)], lines)


def test_awards_that_share_an_id_are_not_merged():
    twice = award(1, 100, "2023-01-01", "2023-12-31")
    result = grant_income([twice, twice])
    assert result.figure("awards").number == 2
    assert result.allocations.column("amount_minor").to_pylist() == [100, 100]


def test_lines_of_no_award_are_noted():
    lines = [line(1, "t:9", "2023-01-01", "2023-12-31", 100)]
    result = grant_income([award(1, 100, "2023-01-01", "2023-12-31")], lines)
    assert "for want of their award" in result.notes[0]


def test_an_award_that_ends_before_it_starts_is_refused_by_name():
    table = pa.table(
        {
            "id": ["t:7"],
            "amount_total_minor": [1],
            "currency": ["GBP"],
            "starts_on": [day("2023-02-01")],
            "ends_on": [day("2023-01-31")],
        }
    )
    with pytest.raises(MetricError, match="t:7"):
        grant_income(table)


def test_currencies_are_never_added():
    awards = [
        award(1, 1001, "2023-01-01", "2024-12-31", currency="JPY"),
        award(2, 1001, "2023-01-01", "2024-12-31", currency="KWD"),
    ]
    result = grant_income(awards)
    assert result.figure("amount", year="2023", currency="KWD").text == "KWD 0.500"
    assert result.figure("amount", year="2024", currency="JPY").text == "JPY 501"
    with pytest.raises(MetricError, match="say which currency: JPY, KWD"):
        result.figure("amount", year="2023")


def test_amounts_at_the_edge_of_64_bits_stay_exact():
    most = 2**63 - 1
    result = grant_income([award(1, most, "2021-08-01", "2024-07-31")], periods=AUGUST)
    parts = amounts(result)
    assert parts.pop("total") == most == sum(parts.values())
    assert parts["2021/22"] == half_up(Fraction(most * 365, 1096))


def test_a_sum_beyond_64_bits_is_an_error():
    awards = [award(n, 2**63 - 1, "2023-01-01", "2023-12-31") for n in (1, 2)]
    with pytest.raises(MetricError, match="64 bits"):
        grant_income(awards)


@pytest.mark.parametrize(("name", "value"), [("basis", "accrual"), ("amount", "half")])
def test_an_unknown_parameter_is_refused(name, value):
    with pytest.raises(ParameterError, match="use one of"):
        grant_income([award(1, 1)], **{name: value})


def test_a_schedule_basis_needs_a_schedule():
    with pytest.raises(ParameterError, match="there is no schedule"):
        grant_income([award(1, 1)], basis="schedule")


def test_no_awards_give_no_figures():
    result = grant_income([])
    assert result.figures == ()
    assert result.allocations.num_rows == 0


near = st.dates(dt.date(1999, 1, 1), dt.date(2024, 12, 31))
spans = st.tuples(near, near).map(sorted)
moneys = st.one_of(st.integers(-200, 200), st.integers(-(2**60), 2**60))
placed_awards = st.lists(
    st.tuples(moneys, spans, st.sampled_from(["GBP", "JPY", "KWD"])), min_size=4, max_size=30
)


def frame(rows):
    return pa.table(
        {
            "id": [f"t:{n}" for n in range(len(rows))],
            "amount_total_minor": pa.array([amount for amount, _span, _cur in rows], pa.int64()),
            "currency": [currency for *_rest, currency in rows],
            "starts_on": [span[0] for _amount, span, _cur in rows],
            "ends_on": [span[1] for _amount, span, _cur in rows],
        }
    )


@FEW
@given(placed_awards, st.sampled_from(["days", "months"]), st.integers(1, 12))
def test_each_award_is_split_as_by_walking_through_its_days(rows, basis, start_month):
    result = grant_income(frame(rows), basis=basis, periods=OperationalYears(start_month))
    found: dict[str, dict[str, int]] = {}
    for row in result.allocations.to_pylist():
        found.setdefault(row["award_id"], {})[row["period"]] = row["amount_minor"]
    calendar = Calendar(12, start_month)
    assert found == {
        f"t:{n}": {
            operational_year(start): part
            for start, part in spread(amount, weights(calendar, *span, basis)).items()
        }
        for n, (amount, span, _currency) in enumerate(rows)
    }


@FEW
@given(placed_awards, st.sampled_from(["days", "months"]), st.integers(1, 12))
def test_shares_obey_the_laws_of_the_penny(rows, basis, start_month):
    # With each award its opposite.
    rows += [(-amount, span, currency) for amount, span, currency in rows]
    by_year = grant_income(frame(rows), basis=basis, periods=OperationalYears(start_month))
    by_month = grant_income(frame(rows), basis=basis, periods=CalendarMonths())
    backwards = grant_income(
        frame(rows).take(list(reversed(range(len(rows))))),
        basis=basis,
        periods=OperationalYears(start_month),
    )
    assert by_year.rows == backwards.rows
    assert by_year.allocations == backwards.allocations
    years = by_year.allocations.to_pylist()
    sums: dict[tuple[str, str], int] = {}
    for row in by_month.allocations.to_pylist():
        year = OperationalYears(start_month).containing(row["start"]).label
        key = (row["award_id"], year)
        sums[key] = sums.get(key, 0) + row["amount_minor"]
    assert sums == {(row["award_id"], row["period"]): row["amount_minor"] for row in years}
    for n, (amount, _span, _currency) in enumerate(rows):
        mine = [row["amount_minor"] for row in years if row["award_id"] == f"t:{n}"]
        twin = f"t:{(n + len(rows) // 2) % len(rows)}"
        assert mine == [-row["amount_minor"] for row in years if row["award_id"] == twin]
        assert sum(mine) == amount
        assert all(part * amount >= 0 for part in mine)


@FEW
@given(
    st.lists(
        st.tuples(
            st.integers(-1000, 1000) | st.none(),
            near | st.none(),
            st.integers(1, 60) | st.none(),
            st.sampled_from(["awarded", "applied"]),
        ),
        min_size=4,
        max_size=30,
    )
)
def test_what_is_placed_and_what_is_left_out_are_all_the_money(rows):
    awards = [
        award(n, amount, start and str(start), duration_months=months, status=status)
        for n, (amount, start, months, status) in enumerate(rows)
    ]
    result = grant_income(awards)
    placed = sum(result.allocations.column("amount_minor").to_pylist())
    left = sum(excluded.amount_minor.get("GBP", 0) for excluded in result.excluded)
    assert placed + left == sum(amount or 0 for amount, *_rest in rows)
    counted = result.figure("awards").number if result.figures else 0
    assert counted + sum(excluded.count for excluded in result.excluded) == len(rows)


small_awards = st.lists(
    st.tuples(st.integers(-10_000, 10_000), spans, st.sampled_from(["GBP", "KWD"])),
    min_size=4,
    max_size=30,
)


@FEW
@given(small_awards, st.integers(1998, 2026))
def test_what_a_period_shows_and_what_it_leaves_out_are_all_of_it(rows, year: int):
    everything = grant_income(frame(rows))
    only = grant_income(frame(rows), period=Period(dt.date(year, 1, 1), dt.date(year, 12, 31)))
    shown, whole = (
        {(f.dimensions.get("year"), f.currency): f.number for f in r.figures if f.value == "amount"}
        for r in (only, everything)
    )
    left = {e.reason: e.amount_minor for e in only.excluded}.get("other-period", {})
    assert {name for name, _currency in shown} <= {str(year), None}
    for currency in ("GBP", "KWD"):
        assert shown.get((str(year), currency)) == whole.get((str(year), currency))
        parts = (shown.get((None, currency)) or 0) + left.get(currency, 0)
        assert parts == (whole.get((None, currency)) or 0)
