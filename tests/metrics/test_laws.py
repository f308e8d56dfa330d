"""What a metric says must hold between its figures holds in every answer it gives."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction

import pyarrow as pa
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError
from coprometrics.metrics import MetricResult, funnel_from_counts, revenue_share
from coprometrics.metrics.base import count
from coprometrics.metrics.laws import Answer, Law, adds_up, holds
from coprometrics.metrics.registry import METRICS, metric
from coprometrics.records import Income, StageCount

from .test_matrix import CASES


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_law_holds_in_every_answer(case):
    said = {}
    for seed in range(12):
        for answer in case(random.Random(seed), lambda records: lambda: records):
            result = answer()
            if result.metric in METRICS:
                laws = metric(result.metric).laws_of(result)
                said[result.metric] = said.get(result.metric, 0) + len(laws)
    for name, laws in said.items():
        assert laws > 0 or not metric(name).laws


@given(st.lists(st.integers(0, 50), min_size=1, max_size=6), st.sampled_from("abc"))
def test_steps_that_may_be_skipped_say_nothing(reached, skipped):
    counts = [
        StageCount(id=f"t:{n}", programme="p", stage=stage, position=n, count=number)
        for n, (stage, number) in enumerate(zip("abc", sorted(reached)[::-1], strict=False), 1)
    ]
    if skipped not in [one.stage for one in counts]:
        return
    result = funnel_from_counts(counts, optional=[skipped])
    for law in metric("funnel_from_counts").laws_of(result):
        assert skipped not in {one.dimensions["step"] for one in law.figures}


def test_a_share_of_streams_of_which_one_is_negative_is_no_law():
    rows = [("talks", 500), ("training", -100)]
    income = [
        Income(id=f"t:{stream}", stream=stream, amount_minor=pence, currency="GBP", kind="fee",
               received_on=dt.date(2023, 1, 1))
        for stream, pence in rows
    ]  # fmt: skip
    kinds = {law.kind for law in metric("revenue_share").laws_of(revenue_share(income))}
    assert kinds == {"sum"}


HELD = MetricResult(
    metric="held",
    version=1,
    parameters={"by": "kind"},
    period=None,
    rows=pa.table({"held": [3]}),
    figures=(
        count("held", "held", {"kind": "talk"}, 2),
        count("held", "held", {"kind": "walk"}, 1),
        count("held", "held", {}, 4),
    ),
)


def _raises(_answer: Answer):
    raise SystemExit


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (adds_up("held", "by"), "breaks its own law: sum of held held (kind talk): 2, held"),
        (_raises, "failed with SystemExit"),
        (lambda answer: iter([Law("sum", ("3",))]), "failed with AttributeError"),
    ],
)
def test_the_wrong_rule_of_a_plugin_is_told(rule, message):
    wrong = evolve(metric("top_posts"), id="held", laws=(rule,), plugin="theirs")
    with pytest.raises(MetricError, match="theirs") as caught:
        wrong.laws_of(HELD)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "numbers", "constant"),
    [
        ("sum", (1, 2, 4), None),
        ("sum", (1, 2), 4),
        ("share", (Fraction(1, 2), 1, 3), None),
        ("share", (Fraction(0), 0, 0), None),
        ("growth", (Fraction(1, 2), 16, 10), None),
        ("at_most", (1, 3, 2), None),
        ("equal", (1, 1, 2), None),
    ],
)
def test_a_law_can_be_broken(kind, numbers, constant):
    assert not holds(kind, numbers, constant)
