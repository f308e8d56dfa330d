from __future__ import annotations

import attrs
import pyarrow as pa
import pytest

from coprometrics.errors import MetricError
from coprometrics.metrics import grant_income
from coprometrics.periods import CalendarMonths, OperationalYears, Quarters

from .awards import AUGUST, EXTENSION, REVISED, TWO_YEARS, amounts, award, change, day, income, line
from .kinds import KINDS

PROSPECTIVE = {"2021/22": 6_000_000, "2022/23": 2_995_896, "2023/24": 3_004_104}
RETROSPECTIVE = {"2021/22": 3_996_350, "2022/23": 3_996_351, "2023/24": 4_007_299}


@pytest.mark.parametrize("kind", KINDS)
def test_an_extension_keeps_a_closed_year_from_every_kind_of_frame(kind):
    result = grant_income(
        KINDS[kind]([TWO_YEARS]),
        None,
        KINDS[kind]([EXTENSION]),
        periods=AUGUST,
        closed=["2021/22"],
    )
    assert amounts(result) == {**PROSPECTIVE, "total": 12_000_000}
    assert amounts(result, "restates") == {}
    assert result.rows.column("restates_minor").to_pylist() == [None] * 3


@pytest.mark.parametrize("kind", KINDS)
def test_an_extension_restates_a_closed_year_from_every_kind_of_frame(kind):
    result = grant_income(
        KINDS[kind]([TWO_YEARS]),
        None,
        KINDS[kind]([EXTENSION]),
        periods=AUGUST,
        closed=["2021/22"],
        adjust="retrospective",
    )
    assert amounts(result) == {**RETROSPECTIVE, "total": 12_000_000}
    assert amounts(result, "restates") == {"2021/22": 6_000_000}
    assert result.rows.column("restates_minor").to_pylist() == [6_000_000, None, None]
    assert result.notes == ("2021/22 restates GBP 60,000.00 as GBP 39,963.50.",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_revised_schedule_restates_a_closed_year_from_every_kind_of_frame(kind):
    lines = [
        line(1, "t:1", "2021-08-01", "2022-07-31", 12_000_000),
        line(2, "t:1", "2021-08-01", "2022-07-31", 5_000_000, revision="revised"),
        line(3, "t:1", "2022-08-01", "2023-07-31", 6_900_000, revision="revised"),
    ]
    result = grant_income(
        *(KINDS[kind]([TWO_YEARS]), KINDS[kind](lines)),
        KINDS[kind]([change(1, "t:1", "reduction", "2022-09-01", -100_000)]),
        periods=AUGUST,
        closed=["2021/22"],
        adjust="retrospective",
    )
    assert amounts(result) == {"2021/22": 5_000_000, "2022/23": 6_900_000, "total": 11_900_000}
    assert amounts(result, "restates") == {"2021/22": 12_000_000}


def test_without_closed_periods_a_change_is_spread_over_all_days_either_way():
    for adjust in ("prospective", "retrospective"):
        result = income(EXTENSION, adjust=adjust)
        assert amounts(result) == {**RETROSPECTIVE, "total": 12_000_000}
        assert amounts(result, "restates") == {}


def test_a_change_that_holds_before_a_closed_period_ended_was_known_in_it():
    known = attrs.evolve(EXTENSION, effective_on=day("2022-07-31"))
    assert amounts(income(known, closed=["2021/22"])) == {**RETROSPECTIVE, "total": 12_000_000}
    late = attrs.evolve(EXTENSION, effective_on=day("2022-08-01"))
    assert amounts(income(late, closed=["2021/22"])) == {**PROSPECTIVE, "total": 12_000_000}


def test_an_extension_puts_nothing_into_a_year_that_was_closed_without_the_award():
    late = change(1, "t:1", "no_cost_extension", "2023-09-01", end="2024-07-31")
    shrunk = change(2, "t:1", "correction", "2021-09-01", end="2022-07-31")
    result = income(shrunk, late, closed=["2022/23"])
    assert amounts(result) == {"2021/22": 5_991_792, "2023/24": 6_008_208, "total": 12_000_000}


def test_a_year_that_was_closed_without_the_award_is_restated_from_nothing():
    late = change(1, "t:1", "no_cost_extension", "2024-09-01", end="2024-07-31")
    result = income(late, closed=["2023/24"], adjust="retrospective")
    assert amounts(result) == {**RETROSPECTIVE, "total": 12_000_000}
    assert amounts(result, "restates") == {"2023/24": 0}


def test_a_closed_year_of_which_nothing_is_left_is_restated_as_nothing():
    ended = change(1, "t:1", "termination", "2023-09-01", -6_000_000, "2022-07-31")
    result = income(ended, closed=["2021/22", "2022/23"], adjust="retrospective")
    assert amounts(result) == {"2021/22": 6_000_000, "2022/23": 0, "total": 6_000_000}
    assert amounts(result, "restates") == {"2022/23": 6_000_000}
    assert amounts(result, "awards") == {"2021/22": 1, "2022/23": 0, "total": 1}
    assert result.notes == ("2022/23 restates GBP 60,000.00 as GBP 0.00.",)


def test_a_closed_year_that_did_not_change_is_not_restated():
    result = income(EXTENSION, closed=["2020/21", "2024/25"], adjust="retrospective")
    assert amounts(result, "restates") == {}
    assert result.notes == ()


def test_restatements_are_those_of_the_periods_that_are_asked_for():
    year = AUGUST.labelled("2023/24")
    result = income(EXTENSION, closed=["2021/22"], adjust="retrospective", period=year)
    assert amounts(result, "restates") == {}
    year = AUGUST.labelled("2021/22")
    result = income(EXTENSION, closed=["2021/22"], adjust="retrospective", period=year)
    assert amounts(result, "restates") == {"2021/22": 6_000_000}


def test_a_period_shows_its_part_of_a_changed_award_and_lists_the_rest():
    result = income(EXTENSION, closed=["2021/22"], period=AUGUST.labelled("2022/23"))
    assert amounts(result) == {"2022/23": 2_995_896, "total": 2_995_896}
    (left,) = result.excluded
    assert (left.reason, left.count) == ("other-period", 1)
    assert left.amount_minor == {"GBP": 9_004_104}


def test_a_reduction_is_taken_from_the_open_days():
    reduced = change(1, "t:1", "reduction", "2022-09-01", -1_000_000)
    assert amounts(income(reduced, closed=["2021/22"])) == {
        "2021/22": 6_000_000,
        "2022/23": 5_000_000,
        "total": 11_000_000,
    }


def test_a_termination_without_a_new_end_ends_the_award_on_the_day_before():
    ended = change(1, "t:1", "termination", "2022-08-02", -5_000_000)
    result = income(ended, periods=CalendarMonths())
    assert max(row["end"] for row in result.rows.to_pylist()) == day("2022-08-31")
    on_its_last_day = change(1, "t:1", "termination", "2022-08-01", -5_000_000)
    assert amounts(income(on_its_last_day)) == {"2021/22": 7_000_000, "total": 7_000_000}


def test_a_termination_of_zero_moves_the_money_but_keeps_it():
    ended = change(1, "t:1", "termination", "2023-02-01", 0)
    assert amounts(income(ended, closed=["2021/22"])) == {
        "2021/22": 6_000_000,
        "2022/23": 6_000_000,
        "total": 12_000_000,
    }


def test_a_change_gives_an_end_to_an_award_without_one():
    endless = award(1, 1200, "2022-08-01")
    assert income(awards=[endless]).excluded[0].reason == "no-end"
    corrected = change(1, "t:1", "correction", "2022-09-01", end="2024-07-31")
    by_end = award(1, 1200, "2022-08-01", "2024-07-31")
    assert amounts(income(corrected, awards=[endless])) == amounts(income(awards=[by_end]))


def test_changes_on_one_day_are_taken_in_the_order_of_their_ids():
    longer = change(1, "t:1", "correction", "2022-09-01", end="2024-07-31")
    shorter = change(2, "t:1", "correction", "2022-09-01", end="2023-07-31")
    assert "2023/24" not in amounts(income(longer, shorter))
    renamed = attrs.evolve(shorter, id="t:change0")
    assert "2023/24" in amounts(income(longer, renamed))


def test_a_supplement_is_spread_over_its_own_days():
    more = change(1, "t:1", "supplement", "2022-08-01", 3_000, "2024-07-31")
    assert amounts(income(more, closed=["2021/22"])) == {
        "2021/22": 6_000_000,
        "2022/23": 6_000_000 + 1_498,
        "2023/24": 1_502,
        "total": 12_003_000,
    }


def test_a_supplement_without_an_end_has_that_of_its_award():
    more = change(2, "t:1", "supplement", "2022-08-01", 731)
    result = income(EXTENSION, more)
    assert amounts(result)["2023/24"] == RETROSPECTIVE["2023/24"] + 366


def test_a_later_end_of_the_award_leaves_what_was_reported_of_a_supplement():
    more = change(2, "t:1", "supplement", "2021-08-01", 600)
    only = amounts(income(more, closed=["2021/22"]))
    both = amounts(income(more, EXTENSION, closed=["2021/22"]))
    assert only["2021/22"] == both["2021/22"] == 6_000_300


def test_a_supplement_counts_as_its_award():
    more = change(1, "t:1", "supplement", "2022-08-01", 3_000)
    assert amounts(income(more), "awards") == {"2021/22": 1, "2022/23": 1, "total": 1}


def test_an_award_with_a_schedule_and_a_supplement_counts_once():
    lines = [line(1, "t:1", "2021-08-01", "2022-07-31", 12_000_000)]
    more = change(1, "t:1", "supplement", "2022-05-01", 3_000, "2022-07-31")
    result = income(more, schedule=lines)
    assert amounts(result, "awards") == {"2021/22": 1, "total": 1}
    assert amounts(result) == {"2021/22": 12_003_000, "total": 12_003_000}
    assert sorted(result.rows.column("basis").to_pylist()) == ["days", "schedule"]


def test_a_supplement_is_placed_where_its_award_cannot_be():
    more = change(1, "t:1", "supplement", "2022-08-01", 3_000, "2023-07-31")
    result = income(more, awards=[award(1, 500)])
    assert amounts(result) == {"2022/23": 3_000, "total": 3_000}
    assert amounts(result, "awards") == {"2022/23": 1, "total": 1}
    (left,) = result.excluded
    assert (left.reason, left.count, left.amount_minor) == ("no-dates", 1, {"GBP": 500})


def test_the_supplement_of_an_award_that_was_not_won_is_left_out_with_it():
    more = change(1, "t:1", "supplement", "2022-08-01", 3_000, "2023-07-31")
    declined = award(1, 500, "2022-08-01", "2023-07-31", status="declined")
    result = income(more, awards=[declined])
    assert result.figures == ()
    assert result.excluded[0].amount_minor == {"GBP": 3_500}


WON = award(1, 500, awarded_on=day("2021-09-01"))


def test_by_the_award_date_a_change_falls_on_the_day_from_which_it_holds():
    more = change(1, "t:1", "correction", "2022-09-01", 100)
    less = change(2, "t:1", "reduction", "2023-09-01", -50)
    result = income(more, less, awards=[WON], basis="at_award", closed=["2021/22"])
    assert amounts(result) == {"2021/22": 500, "2022/23": 100, "2023/24": -50, "total": 550}


def test_by_the_award_date_a_change_is_restated_on_the_day_the_award_was_won():
    less = change(1, "t:1", "reduction", "2022-09-01", -50)
    result = income(
        less, awards=[WON], basis="at_award", closed=["2021/22"], adjust="retrospective"
    )
    assert amounts(result) == {"2021/22": 450, "total": 450}
    assert amounts(result, "restates") == {"2021/22": 500}


def test_by_the_award_date_a_supplement_falls_on_the_day_from_which_it_holds():
    more = change(1, "t:1", "supplement", "2022-09-01", 100)
    for adjust in ("prospective", "retrospective"):
        result = income(more, awards=[WON], basis="at_award", adjust=adjust)
        assert amounts(result) == {"2021/22": 500, "2022/23": 100, "total": 600}


def test_lines_add_up_to_the_award_and_its_changes():
    less = change(1, "t:1", "reduction", "2022-09-01", -2_000_000)
    lines = [line(1, "t:1", "2021-08-01", "2022-07-31", 10_000_000)]
    assert amounts(income(less, schedule=lines)) == {"2021/22": 10_000_000, "total": 10_000_000}
    with pytest.raises(MetricError, match=r"t:1 is GBP 120,000\.00, its lines are GBP 100,000\.00"):
        income(schedule=lines)


def test_a_revised_schedule_that_leaves_closed_years_alone_is_taken():
    result = grant_income([TWO_YEARS], REVISED, periods=AUGUST, closed=["2021/22"])
    assert amounts(result)["2021/22"] == 7_000_000


def test_a_revised_schedule_restates_the_closed_years_that_it_changes():
    result = grant_income(
        [TWO_YEARS], REVISED, periods=AUGUST, closed=["2021/22", "2022/23"], adjust="retrospective"
    )
    assert amounts(result, "restates") == {"2022/23": 5_000_000}


@pytest.mark.parametrize(
    ("periods", "closed"),
    [
        (CalendarMonths(), ["2021-08", "2021-09"]),
        (Quarters(start_month=8), ["2021/22 Q1", "2021/22 Q3"]),
        (Quarters(), ["2021 Q4"]),
        (OperationalYears(), ["2021"]),
    ],
)
@pytest.mark.parametrize("basis", ["days", "months"])
def test_closed_months_and_quarters_stay_as_they_were(periods, closed, basis):
    options = {"periods": periods, "closed": closed, "basis": basis}
    before, after = amounts(income(**options)), amounts(income(EXTENSION, **options))
    assert [after[label] for label in closed] == [before[label] for label in closed]
    assert after["total"] == before["total"]
    assert before != after


def test_changes_of_awards_that_are_not_there_are_noted():
    stray = change(2, "t:9", "supplement", "2022-09-01", 100)
    result = income(EXTENSION, stray, closed=["2021/22"])
    assert amounts(result) == {**PROSPECTIVE, "total": 12_000_000}
    assert "for want of their award: 1 change." in result.notes[0]


def test_no_changes_change_nothing():
    assert income().rows == grant_income([TWO_YEARS], periods=AUGUST).rows


def test_changes_without_an_id_are_taken():
    changes = pa.table(
        {
            "award_id": ["t:1", "t:1"],
            "kind": ["reduction", "no_cost_extension"],
            "effective_on": [day("2022-09-01")] * 2,
            "delta_minor": pa.array([-1_000_000, None], pa.int64()),
            "new_ends_on": [None, day("2024-07-31")],
        }
    )
    result = grant_income([TWO_YEARS], None, changes, periods=AUGUST, closed=["2021/22"])
    assert amounts(result)["2021/22"] == 6_000_000
    assert amounts(result)["total"] == 11_000_000


def test_fingerprints_tell_closed_periods_and_ways_to_adjust_apart():
    results = [
        income(EXTENSION),
        income(EXTENSION, closed=["2021/22"]),
        income(EXTENSION, closed=["2021/22", "2022/23"]),
        income(EXTENSION, closed=["2021/22"], adjust="retrospective"),
    ]
    assert len({result.fingerprint for result in results}) == len(results)


def test_fingerprints_do_not_depend_on_how_closed_periods_are_listed():
    one, other = (
        income(EXTENSION, closed=closed)
        for closed in (["2022/23", "2021/22"], ("2021/22", "2022/23", "2021/22"))
    )
    assert one.fingerprint == other.fingerprint
