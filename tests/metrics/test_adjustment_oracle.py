from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from dataclasses import replace

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import MetricError
from coprometrics.metrics import grant_income
from coprometrics.periods import CalendarMonths, OperationalYears, Period, Quarters
from coprometrics.records import AwardAdjustment, GrantAward, ScheduleLine

from .grants_oracle import FEW, MOST, Calendar, ContradictionError, Rules

pytestmark = pytest.mark.slow

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
def changed_awards(draw, money=moneys, least=0):
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
