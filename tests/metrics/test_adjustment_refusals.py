from __future__ import annotations

import attrs
import pytest

from coprometrics.errors import MetricError, ParameterError
from coprometrics.metrics import grant_income

from .awards import AUGUST, EXTENSION, REVISED, TWO_YEARS, amounts, award, change, income, line
from .grants_oracle import MOST


def test_the_end_of_a_supplement_is_not_guessed_from_a_rough_one():
    rough = award(1, 500, "2022-08-01", "2023-01-01", ends_on_precision="year")
    more = change(1, "t:1", "supplement", "2022-08-01", 3_000)
    with pytest.raises(MetricError, match=r"supplement of award t:1 .* is not known"):
        income(more, awards=[rough])


def test_a_revised_schedule_that_changes_a_closed_year_is_refused():
    with pytest.raises(
        MetricError,
        match=r"award t:1 changes the closed 2022/23 from GBP 50,000\.00 to GBP 24,965\.80",
    ):
        grant_income([TWO_YEARS], REVISED, periods=AUGUST, closed=["2022/23"])


def test_a_revised_schedule_in_another_currency_is_never_compared_as_the_same():
    lines = [
        attrs.evolve(REVISED[0], amount_minor=12_000_000, currency="EUR"),
        line(3, "t:1", "2021-08-01", "2022-07-31", 12_000_000, revision="revised"),
    ]
    with pytest.raises(MetricError, match=r"t:1 changes the closed 2021/22"):
        grant_income([TWO_YEARS], lines, periods=AUGUST, closed=["2021/22"])


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
