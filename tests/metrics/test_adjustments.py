from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from dataclasses import replace

import attrs
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import grant_income
from coprometrics.periods import CalendarMonths, OperationalYears, Period, Quarters
from coprometrics.records import AwardAdjustment, GrantAward, ScheduleLine

from .grants_oracle import FEW, MOST, Calendar, ContradictionError, Rules
from .kinds import KINDS

AUGUST = OperationalYears(start_month=8)
day = dt.date.fromisoformat


def award(number, amount, start=None, end=None, **more):
    return GrantAward(
        id=f"t:{number}",
        **{"amount_total_minor": amount, "currency": "GBP", **more},
        starts_on=start and day(start),
        ends_on=end and day(end),
    )


def change(number, award_id, kind, effective, delta=None, end=None):
    return AwardAdjustment(
        id=f"t:change{number}",
        award_id=award_id,
        kind=kind,
        effective_on=day(effective),
        delta_minor=delta,
        new_ends_on=end and day(end),
    )


def line(number, award_id, start, end, amount, **more):
    return ScheduleLine(
        id=f"t:line{number}",
        award_id=award_id,
        period_start=day(start),
        period_end=day(end),
        **{"amount_minor": amount, "currency": "GBP", **more},
    )


def amounts(result, value="amount"):
    return {
        next(iter(figure.dimensions.values()), "total"): figure.number
        for figure in result.figures
        if figure.value == value
    }


TWO_YEARS = award(1, 12_000_000, "2021-08-01", "2023-07-31")
EXTENSION = change(1, "t:1", "no_cost_extension", "2022-09-01", end="2024-07-31")
PROSPECTIVE = {"2021/22": 6_000_000, "2022/23": 2_995_896, "2023/24": 3_004_104}
RETROSPECTIVE = {"2021/22": 3_996_350, "2022/23": 3_996_351, "2023/24": 4_007_299}


def income(*changes, awards=(TWO_YEARS,), schedule=None, **options):
    return grant_income(list(awards), schedule, list(changes), **{"periods": AUGUST, **options})


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


def test_the_end_of_a_supplement_is_not_guessed_from_a_rough_one():
    rough = award(1, 500, "2022-08-01", "2023-01-01", ends_on_precision="year")
    more = change(1, "t:1", "supplement", "2022-08-01", 3_000)
    with pytest.raises(MetricError, match=r"supplement of award t:1 .* is not known"):
        income(more, awards=[rough])


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


REVISED = [
    line(1, "t:1", "2021-08-01", "2022-07-31", 7_000_000),
    line(2, "t:1", "2022-08-01", "2023-07-31", 5_000_000),
    line(3, "t:1", "2021-08-01", "2022-07-31", 7_000_000, revision="revised"),
    line(4, "t:1", "2022-08-01", "2024-07-31", 5_000_000, revision="revised"),
]


def test_a_revised_schedule_that_leaves_closed_years_alone_is_taken():
    result = grant_income([TWO_YEARS], REVISED, periods=AUGUST, closed=["2021/22"])
    assert amounts(result)["2021/22"] == 7_000_000


def test_a_revised_schedule_that_changes_a_closed_year_is_refused():
    with pytest.raises(
        MetricError,
        match=r"award t:1 changes the closed 2022/23 from GBP 50,000\.00 to GBP 24,965\.80",
    ):
        grant_income([TWO_YEARS], REVISED, periods=AUGUST, closed=["2022/23"])


def test_a_revised_schedule_restates_the_closed_years_that_it_changes():
    result = grant_income(
        [TWO_YEARS], REVISED, periods=AUGUST, closed=["2021/22", "2022/23"], adjust="retrospective"
    )
    assert amounts(result, "restates") == {"2022/23": 5_000_000}


def test_a_revised_schedule_in_another_currency_is_never_compared_as_the_same():
    lines = [
        attrs.evolve(REVISED[0], amount_minor=12_000_000, currency="EUR"),
        line(3, "t:1", "2021-08-01", "2022-07-31", 12_000_000, revision="revised"),
    ]
    with pytest.raises(MetricError, match=r"t:1 changes the closed 2021/22"):
        grant_income([TWO_YEARS], lines, periods=AUGUST, closed=["2021/22"])


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


@pytest.mark.parametrize("label", ["2021", "2021-08", "2021/22 Q1", "2021/23", "", "soon", 2021])
def test_a_label_of_no_such_period_is_refused(label):
    with pytest.raises(ParameterError) as caught:
        income(EXTENSION, closed=[label])
    assert caught.value.where == "closed"


def test_one_text_is_not_a_list_of_closed_periods():
    with pytest.raises(ParameterError, match="closed must be labels"):
        income(EXTENSION, closed="2021/22")


def test_an_unknown_way_to_adjust_is_refused():
    with pytest.raises(ParameterError, match="use one of prospective, retrospective"):
        income(EXTENSION, adjust="both")


@pytest.mark.parametrize(
    ("kind", "delta", "end", "message"),
    [
        ("supplement", None, None, "a supplement needs an amount above zero"),
        ("supplement", 0, None, "a supplement needs an amount above zero"),
        ("supplement", -1, None, "a supplement needs an amount above zero"),
        ("reduction", None, "2023-01-31", "a reduction needs an amount below zero"),
        ("reduction", 0, None, "a reduction needs an amount below zero"),
        ("reduction", 1, None, "a reduction needs an amount below zero"),
        ("termination", None, None, "a termination needs an amount of zero or less"),
        ("termination", 1, None, "a termination needs an amount of zero or less"),
        ("no_cost_extension", None, None, "an extension at no cost needs a new end"),
        ("no_cost_extension", 1, "2024-07-31", "an extension at no cost needs a new end"),
        ("correction", None, None, "a correction needs an amount or a new end"),
    ],
)
def test_a_change_that_does_not_say_what_its_kind_needs_is_refused(kind, delta, end, message):
    with pytest.raises(MetricError, match=f"{message}.*: award t:1"):
        income(change(1, "t:1", kind, "2022-09-01", delta, end))


@pytest.mark.parametrize("delta", [-6_000_001, -12_000_000, -13_000_000])
def test_a_change_that_leaves_less_than_was_reported_is_refused(delta):
    less = change(1, "t:1", "reduction", "2022-09-01", delta)
    message = r"closed period of award t:1 .* closed periods hold GBP 60,000\.00"
    with pytest.raises(MetricError, match=message):
        income(less, closed=["2021/22"])


def test_a_change_that_leaves_just_what_was_reported_is_taken():
    less = change(1, "t:1", "reduction", "2022-09-01", -6_000_000)
    assert amounts(income(less, closed=["2021/22"])) == {
        "2021/22": 6_000_000,
        "2022/23": 0,
        "total": 6_000_000,
    }


def test_what_would_go_below_a_closed_year_can_be_restated():
    less = change(1, "t:1", "reduction", "2022-09-01", -8_000_000)
    result = income(less, closed=["2021/22"], adjust="retrospective")
    assert amounts(result) == {"2021/22": 2_000_000, "2022/23": 2_000_000, "total": 4_000_000}
    assert amounts(result, "restates") == {"2021/22": 6_000_000}


def test_money_without_an_open_day_is_refused():
    more = change(1, "t:1", "correction", "2023-09-01", 100)
    with pytest.raises(MetricError, match=r"award t:1 has no open day left for GBP 1\.00"):
        income(more, closed=["2021/22", "2022/23"])


@pytest.mark.parametrize(
    ("kind", "effective", "delta", "end"),
    [
        ("termination", "2021-08-01", -1, None),
        ("correction", "2022-09-01", None, "2021-07-31"),
    ],
)
@pytest.mark.parametrize("adjust", ["prospective", "retrospective"])
def test_a_change_that_ends_an_award_before_it_starts_is_refused(
    kind, effective, delta, end, adjust
):
    with pytest.raises(MetricError, match=r"before it starts: t:1 \(starts on 2021-08-01"):
        income(change(1, "t:1", kind, effective, delta, end), adjust=adjust)


def test_an_award_that_was_backwards_before_it_changed_is_refused_as_such():
    backwards = award(1, 100, "2023-01-01", "2023-01-01", end_convention="exclusive")
    with pytest.raises(MetricError, match="an award ends before it starts: t:1") as caught:
        income(EXTENSION, awards=[backwards])
    assert caught.value.where == "awards.ends_on"


@pytest.mark.parametrize("awards", [[award(1, 5)], [award(1, 5, "2021-08-01", "2022-07-31")]])
def test_a_supplement_without_a_last_day_is_refused(awards):
    with pytest.raises(MetricError, match="the supplement of award t:1 takes effect on"):
        income(change(1, "t:1", "supplement", "2022-08-01", 10), awards=awards)


def test_our_part_of_a_change_must_be_known():
    shared = attrs.evolve(TWO_YEARS, amount_ours_minor=5)
    less = change(1, "t:1", "reduction", "2022-09-01", -1)
    with pytest.raises(MetricError, match=r"does not say by how much our part .*: t:1"):
        income(less, awards=[shared], amount="ours")


def test_our_part_may_be_the_whole_or_keep_its_amount():
    all_ours = attrs.evolve(TWO_YEARS, amount_ours_minor=12_000_000)
    less = change(1, "t:1", "reduction", "2022-09-01", -1)
    assert amounts(income(less, awards=[all_ours], amount="ours"))["total"] == 11_999_999
    shared = attrs.evolve(TWO_YEARS, amount_ours_minor=5)
    assert amounts(income(EXTENSION, awards=[shared], amount="ours"))["total"] == 5


def test_changed_awards_need_an_id_of_their_own():
    with pytest.raises(MetricError, match="several awards with a change have the id t:1"):
        income(EXTENSION, awards=[TWO_YEARS, TWO_YEARS])


def test_other_awards_may_share_an_id_and_are_not_merged():
    other = award(2, 100, "2021-08-01", "2022-07-31")
    result = income(EXTENSION, awards=[TWO_YEARS, other, other], closed=["2021/22"])
    assert amounts(result, "awards")["total"] == 3
    parts = [row for row in result.allocations.to_pylist() if row["award_id"] == "t:2"]
    assert [row["amount_minor"] for row in parts] == [100, 100]


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


@pytest.mark.parametrize(
    "deltas", [[1], [MOST, -MOST], [-MOST, -MOST, -MOST]], ids=["one", "there-and-back", "below"]
)
@pytest.mark.parametrize("adjust", ["prospective", "retrospective"])
def test_an_award_that_grows_beyond_64_bits_is_refused(deltas, adjust):
    changes = [
        change(n, "t:1", "correction", f"2022-09-0{n + 1}", delta) for n, delta in enumerate(deltas)
    ]
    most = award(1, MOST, "2021-08-01", "2023-07-31")
    with pytest.raises(MetricError, match="award t:1 too large"):
        income(*changes, awards=[most], adjust=adjust)


def test_two_changes_that_are_too_large_only_together_are_taken_one_by_one():
    changes = [
        change(1, "t:1", "correction", "2022-09-01", -MOST),
        change(2, "t:1", "correction", "2022-09-02", -MOST),
    ]
    most = award(1, MOST, "2021-08-01", "2023-07-31")
    assert amounts(income(*changes, awards=[most]))["total"] == -MOST


def test_a_restatement_that_is_too_large_is_refused():
    changes = [
        change(1, "t:1", "correction", "2022-09-01", -MOST),
        change(2, "t:1", "correction", "2022-09-02", -MOST),
    ]
    most = award(1, MOST, "2021-08-01", "2022-08-01")
    with pytest.raises(MetricError, match="too large to calculate with"):
        income(*changes, awards=[most], closed=["2021/22"], adjust="retrospective")


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


# Each award of an example has a currency of its own, so that one call tells them all apart.
CURRENCIES = [
    *("GBP", "JPY", "KWD", "EUR", "USD", "BHD", "KRW", "CHF"),
    *("TND", "ISK", "OMR", "SEK", "NOK", "CLP", "PLN", "INR"),
]
BORDERS = [
    *(dt.date(year, 1, 1) for year in (2019, 2020, 2021, 2022)),
    *(dt.date(2020, month, 1) for month in (2, 3, 4, 8, 11)),
    *(dt.date(2021, month, 1) for month in (2, 5, 8)),
    dt.date(2020, 2, 29),
]
days = st.one_of(
    st.builds(
        lambda border, shift: border + dt.timedelta(days=shift),
        st.sampled_from(BORDERS),
        st.integers(-2, 2),
    ),
    st.dates(dt.date(2018, 10, 1), dt.date(2022, 12, 31)),
)
moneys = st.one_of(st.integers(-50, 50), st.integers(-10_000_000, 10_000_000), st.just(0))
extremes = st.sampled_from([MOST, -MOST, MOST - 1, 1 - MOST, 2**62, -(2**62)])
calendars = st.one_of(
    st.builds(lambda month: (OperationalYears(month), Calendar(12, month)), st.integers(1, 12)),
    st.builds(lambda month: (Quarters(month), Calendar(3, month)), st.integers(1, 12)),
    st.just((CalendarMonths(), Calendar(1, 1))),
)


@st.composite
def changed_awards(draw, money=moneys, at_award=False, least=0):
    """Draw an award and its changes, most of them such as can follow each other."""
    number = draw(st.integers(0, 10**6))
    first, last = sorted([draw(days), draw(days)])
    if draw(st.integers(0, 9)) == 0:
        last = first
    exclusive = draw(st.booleans())
    record = GrantAward(
        id=f"t:{number}",
        amount_total_minor=draw(money),
        currency="GBP",
        awarded_on=first,
        starts_on=first,
        ends_on=None
        if draw(st.integers(0, 9)) == 0
        else last + dt.timedelta(days=1)
        if exclusive
        else last,
        end_convention="exclusive" if exclusive else "inclusive",
    )
    changes = []
    for name in draw(st.permutations("abcd"))[: draw(st.integers(least, 4))]:
        kind = draw(
            st.sampled_from(
                ["supplement", "no_cost_extension", "reduction", "termination", "correction"]
            )
        )
        size = abs(draw(money))
        delta = {
            "supplement": max(size, 1),
            "no_cost_extension": None,
            "reduction": -max(size // 4, 1),
            "termination": -(size // 4),
            "correction": draw(st.sampled_from([None, size, -size])),
        }[kind]
        needed = kind == "no_cost_extension" or (kind == "correction" and delta is None)
        end = max(draw(days), first) if needed or draw(st.booleans()) else None
        changes.append(
            AwardAdjustment(
                id=f"t:{name}",
                award_id=record.id,
                kind=kind,
                effective_on=max(draw(days), first if draw(st.integers(0, 4)) else dt.date.min),
                delta_minor=delta,
                new_ends_on=end,
            )
        )
    return record, changes


@st.composite
def cases(draw, bases=("days", "months"), least_awards=4, most=16, **options):
    """Draw awards with their changes, periods, and which of these are closed."""
    periods, calendar = draw(calendars)
    drawn = draw(
        st.lists(
            changed_awards(**options),
            min_size=least_awards,
            max_size=most,
            unique_by=lambda one: one[0].id,
        )
    )
    several = [
        (attrs.evolve(record, currency=currency), changes)
        for (record, changes), currency in zip(drawn, CURRENCIES, strict=False)
    ]
    closed = {calendar.start(closing) for closing in draw(st.lists(days, min_size=1, max_size=6))}
    return periods, Rules(calendar, draw(st.sampled_from(bases)), frozenset(closed)), several


def asked(several, periods, rules, shuffle=list):
    """Ask for the awards and changes of a case."""
    return grant_income(
        shuffle([record for record, _changes in several]),
        None,
        shuffle(list(itertools.chain.from_iterable(changes for _record, changes in several))),
        periods=periods,
        basis=rules.basis,
        closed=[periods.containing(start).label for start in rules.closed],
        adjust="retrospective" if rules.retrospective else "prospective",
    )


def told_apart(result, column="amount_minor"):
    return {
        (row["currency"], row["start"]): row[column]
        for row in result.rows.to_pylist()
        if row[column] is not None
    }


def judged(several, rules):
    """Place each award slowly; give those that can be placed, and those that cannot."""
    placed, refused = [], []
    for record, changes in several:
        try:
            placed.append((record, changes, rules.place(record, changes)))
        except ContradictionError:
            refused.append((record, changes))
    return placed, refused


def refuse_first(refused, periods, rules):
    for record, changes in refused[:1]:
        with pytest.raises(MetricError, match=rf"{record.id}\b"):
            asked([(record, changes)], periods, rules)


@FEW
@given(cases(), st.randoms(use_true_random=False))
def test_changes_are_placed_as_by_walking_through_the_days(case, random):
    periods, rules, several = case
    placed, refused = judged(several, rules)
    refuse_first(refused, periods, rules)
    result = asked(
        [one[:2] for one in placed],
        periods,
        rules,
        lambda rows: random.sample(rows, len(rows)),
    )
    assert told_apart(result) == {
        (record.currency, start): amount
        for record, _changes, found in placed
        for start, amount in found.now.items()
    }


def restating(placed, rules):
    """Give the amounts that are expected, and those of them that restate another."""
    now, restated = {}, {}
    for record, _changes, found in placed:
        for start in found.now:
            now[record.currency, start] = found.now[start]
        for start in found.reported.keys() & rules.closed if rules.retrospective else ():
            now.setdefault((record.currency, start), 0)
        for start in rules.closed:
            key = (record.currency, start)
            if now.get(key, 0) != found.reported.get(start, 0):
                restated[key] = found.reported.get(start, 0)
    there = {(record.currency, start) for record, _changes, found in placed for start in found.now}
    return {key: now[key] for key in now if key in there or key in restated}, restated


@FEW
@given(cases(least=1))
def test_changes_restate_what_was_known_by_walking_through_the_days(case):
    periods, rules, several = case
    rules = replace(rules, retrospective=True)
    placed, refused = judged(several, rules)
    refuse_first(refused, periods, rules)
    result = asked([one[:2] for one in placed], periods, rules)
    now, restated = restating(placed, rules)
    assert told_apart(result) == now
    assert told_apart(result, "restates_minor") == restated
    assert len(result.notes) == len(restated)


@FEW
@given(cases(bases=["at_award"]), st.booleans())
def test_by_the_award_date_changes_are_placed_on_their_days(case, retrospective):
    periods, rules, several = case
    rules = replace(rules, retrospective=retrospective)
    placed, _none = judged(several, rules)
    result = asked(several, periods, rules)
    now, restated = restating(placed, rules)
    assert told_apart(result) == now
    assert told_apart(result, "restates_minor") == restated


@FEW
@given(cases(money=extremes, least_awards=1, most=2, least=1))
def test_the_largest_amounts_are_right_or_refused(case):
    periods, rules, several = case
    placed, refused = judged(several, rules)
    for one in refused:
        with pytest.raises(MetricError):
            asked([one], periods, rules)
    for record, changes, found in placed:
        fits = all(abs(amount) <= MOST for amount in [*found.now.values(), sum(found.now.values())])
        if not fits:
            with pytest.raises(MetricError):
                asked([(record, changes)], periods, rules)
            continue
        result = asked([(record, changes)], periods, rules)
        assert told_apart(result) == {
            (record.currency, start): amount for start, amount in found.now.items()
        }


@FEW
@given(cases(), st.sampled_from(BORDERS))
def test_a_closed_period_keeps_what_was_known_when_it_ended(case, border):
    periods, rules, several = case
    start = rules.calendar.start(border)
    end = rules.calendar.end(start)
    rules = replace(rules, closed=rules.closed | {start})
    # An award without an end may get one only later: until then it has no place.
    whole = [
        (record, changes)
        for record, changes, _found in judged(several, rules)[0]
        if record.ends_on is not None
    ]
    known = [
        (record, [one for one in changes if one.effective_on <= end]) for record, changes in whole
    ]
    before = judged(known, rules)[0]
    ids = {record.id for record, _changes, _found in before}
    after = [one for one in whole if one[0].id in ids]
    then = told_apart(asked([one[:2] for one in before], periods, rules))
    now = told_apart(asked(after, periods, rules))
    closed = {(record.currency, start) for record, _changes in after}
    assert {key: then.get(key, 0) for key in closed} == {key: now.get(key, 0) for key in closed}


@st.composite
def imperfect(draw):
    """Draw awards with changes of which some cannot be placed, and schedules for some."""
    awards, changes, lines = [], [], []
    for n in range(draw(st.integers(1, 6))):
        amount = draw(st.none() | st.integers(-1000, 1000))
        start = draw(st.none() | days)
        end = None if start is None or draw(st.booleans()) else max(draw(days), start)
        awards.append(
            GrantAward(
                id=f"t:{n}",
                amount_total_minor=amount,
                currency=draw(st.sampled_from(["GBP", "KWD"])),
                awarded_on=draw(st.none() | days),
                starts_on=start,
                ends_on=end,
                status=draw(st.sampled_from(["awarded", "awarded", "applied"])),
            )
        )
        delta = 0
        for k in range(draw(st.integers(0, 2))):
            kind = draw(st.sampled_from(["supplement", "reduction", "correction"]))
            more = draw(st.integers(1, 500)) * (-1 if kind == "reduction" else 1)
            effective = draw(days)
            last = max(draw(days), effective) if kind == "supplement" else None
            changes.append(
                AwardAdjustment(
                    id=f"t:{n}{k}",
                    award_id=f"t:{n}",
                    kind=kind,
                    effective_on=effective,
                    delta_minor=more,
                    new_ends_on=last,
                )
            )
            delta += 0 if kind == "supplement" else more
        if draw(st.booleans()):
            first = draw(days)
            lines.append(
                ScheduleLine(
                    id=f"t:{n}",
                    award_id=f"t:{n}",
                    period_start=first,
                    period_end=max(draw(days), first),
                    amount_minor=(amount or 0) + delta,
                    currency=awards[-1].currency,
                )
            )
    return awards, changes, lines


@FEW
@given(
    imperfect(),
    st.sampled_from(["auto", "at_award", "schedule", "days", "months"]),
    st.sampled_from(["prospective", "retrospective"]),
)
def test_what_is_placed_and_what_is_left_out_are_all_the_money_and_its_changes(case, basis, adjust):
    awards, changes, lines = case
    result = grant_income(awards, lines, changes, basis=basis, adjust=adjust)
    expected: Counter[str] = Counter()
    by_id = {record.id: record for record in awards}
    for record in awards:
        expected[record.currency] += record.amount_total_minor or 0
    for one in changes:
        record = by_id[one.award_id]
        # What happens to an amount that nobody knows is not known either; a supplement is.
        unknown = record.amount_total_minor is None
        if not unknown or (one.kind == "supplement" and record.status == "awarded"):
            expected[record.currency] += one.delta_minor
    found: Counter[str] = Counter()
    for row in result.rows.to_pylist():
        found[row["currency"]] += row["amount_minor"]
    for excluded in result.excluded:
        found.update(excluded.amount_minor)
    assert {name: found[name] for name in ("GBP", "KWD")} == {
        name: expected[name] for name in ("GBP", "KWD")
    }


@FEW
@given(cases(bases=["days", "months", "at_award"]), st.sampled_from(BORDERS))
def test_allocations_and_what_other_periods_have_add_up_to_the_figures(case, border):
    periods, rules, several = case
    placed, _refused = judged(several, rules)
    start = rules.calendar.start(border)
    period = Period(start, rules.calendar.end(start))
    awards = [record for record, *_rest in placed]
    changes = [one for _record, changes, _found in placed for one in changes]
    closed = [periods.containing(closing).label for closing in rules.closed]
    result = grant_income(
        *(awards, None, changes), periods=periods, basis=rules.basis, closed=closed, period=period
    )
    allocated: Counter[tuple[str, str]] = Counter()
    for row in result.allocations.to_pylist():
        allocated[row["currency"], row["period"]] += row["amount_minor"]
    shown = {
        (figure.currency, figure.dimensions[periods.dimension]): figure.number
        for figure in result.figures
        if figure.value == "amount" and figure.dimensions
    }
    assert dict(allocated) == shown
    left = {one.reason: one.amount_minor for one in result.excluded}.get("other-period", {})
    for record, _changes, found in placed:
        there = shown.get((record.currency, periods.containing(start).label), 0)
        assert there == found.now.get(start, 0)
        assert there + left.get(record.currency, 0) == sum(found.now.values())
