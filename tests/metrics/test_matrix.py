"""Every metric gives one answer, whatever kind of frame holds the records."""

from __future__ import annotations

import datetime as dt
import functools
import random

import pytest

from coprometrics.metrics import (
    audience_growth,
    funnel,
    funnel_from_counts,
    grant_income,
    participation,
    payments,
    revenue_share,
    top_posts,
)
from coprometrics.periods import CalendarMonths, OperationalYears, Period, Quarters
from coprometrics.records import (
    Activity,
    Attendance,
    AudienceSnapshot,
    AwardAdjustment,
    GrantAward,
    Income,
    Organisation,
    Payment,
    Post,
    ScheduleLine,
    StageCount,
    StageEvent,
)

YEAR = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023")
AUGUST = OperationalYears(start_month=8)
START = dt.datetime(2022, 12, 30, tzinfo=dt.UTC)
ZONES = ("Europe/London", "America/New_York", "Pacific/Kiritimati", "UTC")


def some_day(chance, first=dt.date(2021, 1, 1), days=1200):
    return first + dt.timedelta(days=chance.randrange(days))


def some_time(chance):
    return START + dt.timedelta(minutes=30 * chance.randrange(48 * 370))


def perhaps(chance, value, missing=0.15):
    return None if chance.random() < missing else value


def incomes(chance):
    def one(n):
        received = perhaps(chance, dt.date(2023, chance.randrange(1, 13), chance.choice([1, 1, 9])))
        return Income(
            id=f"t:{n}",
            stream=chance.choice(["training", "talks", "grants"]),
            amount_minor=chance.choice([1, 99, 12345, 10**12]),
            currency=chance.choice(["GBP", "JPY", "KWD"]),
            received_on=received,
            received_on_precision="month" if received and received.day == 1 else "day",
            organisation_id=perhaps(chance, f"o:{chance.randrange(6)}"),
            kind="fee",
        )

    return [one(n) for n in range(80)]


def organisations(_chance):
    return [
        Organisation(id=f"o:{n}", name=f"Body {n}", kind=kind, same_as=same)
        for n, (kind, same) in enumerate(
            [("charity", ("o:3",)), ("university", ()), ("charity", ()), ("charity", ())]
        )
    ]


def events(chance):
    return [
        StageEvent(
            id=f"t:{n}",
            programme="launch",
            entity_key=perhaps(chance, f"p:{chance.randrange(9)}", 0.05),
            stage=chance.choice("wxyz"),
            occurred_at=perhaps(chance, START + dt.timedelta(hours=chance.randrange(40)), 0.05),
            timezone=chance.choice(ZONES),
        )
        for n in range(90)
    ]


def counts(chance):
    number = sorted((chance.randrange(100) for _ in range(4)), reverse=True)
    return [
        StageCount(id=f"t:{n}", programme="call", stage=stage, position=n, count=number[n - 1])
        for n, stage in enumerate(["sent", "read", "short", "won"], start=1)
    ]


def awards(chance):
    def one(n):
        start = some_day(chance)
        won = perhaps(chance, start.replace(day=1) if start.day < 9 else start)
        length = dt.timedelta(days=chance.choice([0, 1, 365, 1000]))
        return GrantAward(
            id=f"t:{n}",
            amount_total_minor=perhaps(chance, chance.choice([0, 7, -5, 123457, 10**15])),
            currency=chance.choice(["GBP", "JPY"]),
            awarded_on=won,
            awarded_on_precision="month" if won and won.day == 1 else "day",
            starts_on=perhaps(chance, start),
            ends_on=perhaps(chance, start + length, 0.3),
            end_convention="inclusive",
            duration_months=perhaps(chance, chance.randrange(1, 30), 0.5),
            status=chance.choice(["awarded", "awarded", "awarded", "declined"]),
        )

    return [one(n) for n in range(60)]


def schedules(given):
    """Split some of the awards in two lines."""
    lines = []
    for award in given[::5]:
        if award.amount_total_minor is not None:
            half = award.amount_total_minor // 3
            for part, amount in enumerate((half, award.amount_total_minor - half)):
                first = dt.date(2022, 3 + part, 29 + part)
                lines.append(
                    ScheduleLine(
                        id=f"{award.id}-{part}",
                        award_id=award.id,
                        period_start=first,
                        period_end=first + dt.timedelta(days=200),
                        amount_minor=amount,
                        currency=award.currency,
                    )
                )
    return lines


def adjustments(chance, given):
    changes = []
    for award in given[1::4]:
        if award.ends_on and award.amount_total_minor and award.amount_total_minor > 0:
            later = award.ends_on + dt.timedelta(days=chance.randrange(1, 300))
            changes += [
                AwardAdjustment(
                    id=f"{award.id}-longer",
                    award_id=award.id,
                    kind="no_cost_extension",
                    effective_on=award.ends_on,
                    new_ends_on=later,
                ),
                AwardAdjustment(
                    id=f"{award.id}-more",
                    award_id=award.id,
                    kind="supplement",
                    effective_on=award.ends_on,
                    delta_minor=chance.randrange(1, 5000),
                ),
            ]
    return changes


def activities(chance):
    return [
        Activity(
            id=f"t:{n}",
            kind=chance.choice(["talk", "training"]),
            starts_at=some_time(chance),
            timezone=chance.choice(ZONES),
            status=chance.choice(["completed", "completed", "cancelled"]),
            organisation_ids=tuple(sorted({f"o:{chance.randrange(6)}" for _ in range(2)})),
            headcount=perhaps(chance, chance.randrange(40)),
            co_delivered=chance.choice([True, False, None]),
        )
        for n in range(25)
    ]


def attendances(chance):
    return [
        Attendance(
            id=f"t:{n}",
            activity_id=f"t:{chance.randrange(30)}",
            status=chance.choice(["attended", "attended", "registered", "no_show"]),
            person_key=perhaps(chance, f"{chance.randrange(12):032x}"),
        )
        for n in range(120)
    ]


def snapshots(chance):
    return [
        AudienceSnapshot(
            id=f"t:{channel}{n}",
            channel=channel,
            measure="followers",
            as_of=dt.date(2022, 12, 1) + dt.timedelta(days=37 * n),
            value=perhaps(chance, 5000 + chance.randrange(2000)),
        )
        for channel in ("x", "linkedin")
        for n in range(11)
    ]


def posts(chance):
    return [
        Post(
            id=f"x:{n}",
            platform="x",
            account="us",
            created_at=some_time(chance),
            timezone=perhaps(chance, chance.choice(ZONES)),
            kind=chance.choice(["original", "repost", "reply"]),
            impressions=perhaps(chance, chance.randrange(20)),
        )
        for n in range(40)
    ]


def paid(chance):
    return [
        Payment(
            id=f"t:{n}",
            person_key=perhaps(chance, f"{chance.randrange(9):032x}"),
            activity_id=perhaps(chance, f"t:{chance.randrange(30)}"),
            amount_minor=chance.choice([2500, 5000, -2500]),
            currency=chance.choice(["GBP", "EUR"]),
            paid_on=perhaps(chance, some_day(chance, dt.date(2022, 12, 20), 390)),
            minutes=perhaps(chance, 15 * chance.randrange(1, 20)),
            policy=perhaps(chance, chance.choice(["2022", "2023-v2"])),
        )
        for n in range(60)
    ]


def revenue_case(chance, frame):
    data, bodies = frame(incomes(chance)), organisations(chance)
    yield lambda: revenue_share(data(), period=YEAR, organisations=frame(bodies)())
    yield lambda: revenue_share(data(), by="kind")


def funnel_case(chance, frame):
    data = frame(events(chance))
    hours = dt.timedelta(hours=chance.randrange(1, 20))
    for order in ("ordered", "strict", "unordered"):
        yield lambda order=order: funnel(data(), ["x", ["y", "w"], "z"], order=order, window=hours)
    now = START + dt.timedelta(hours=25)
    yield lambda: funnel(data(), ["x", "y"], by="timezone", as_of=now, window=hours)
    yield lambda: funnel(data(), ["x", ["x", "y"], "y"], entry="first", window=hours)
    yield lambda: funnel(data(), ["x", "y", "z"]).sensitivity()


def counts_case(chance, frame):
    data = frame(counts(chance))
    yield lambda: funnel_from_counts(data(), optional=["read"])


def awards_case(chance, frame):
    given = awards(chance)
    data, lines = frame(given), frame(schedules(given))
    changes = frame(adjustments(chance, given))
    yield lambda: grant_income(data(), periods=AUGUST, basis="at_award")
    yield lambda: grant_income(data(), periods=CalendarMonths(), basis="months")
    yield lambda: grant_income(data(), lines(), periods=Quarters(4), period=YEAR)
    closed = ("2020/21", "2021/22")
    for adjust in ("prospective", "retrospective"):
        yield lambda adjust=adjust: grant_income(
            data(), None, changes(), periods=AUGUST, closed=closed, adjust=adjust
        )


def participation_case(chance, frame):
    held, came = frame(activities(chance)), frame(attendances(chance))
    bodies = frame(organisations(chance))
    yield lambda: participation(held(), came(), bodies(), period=YEAR)


def audiences_case(chance, frame):
    counted, posted = frame(snapshots(chance)), frame(posts(chance))
    yield lambda: audience_growth(counted(), period=YEAR)
    yield lambda: top_posts(posted(), n=3, period=YEAR)


def payments_case(chance, frame):
    money, held = frame(paid(chance)), frame(activities(chance))
    yield lambda: payments(money(), held(), period=YEAR)


CASES = {
    name.removesuffix("_case"): case for name, case in globals().items() if name.endswith("_case")
}


def told(result):
    """Give all that a result says, and each award's part where it has them."""
    parts = result.allocations.to_pylist() if hasattr(result, "allocations") else None
    return {
        "rows": result.rows.to_pylist(),
        "types": result.rows.schema,
        "figures": result.figures,
        "excluded": result.excluded,
        "notes": result.notes,
        "fingerprint": result.fingerprint,
        "parts": parts,
    }


@functools.cache
def answers_of_records(case, seed):
    return [told(answer()) for answer in case(random.Random(seed), lambda records: lambda: records)]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_kind_of_frame_gives_the_answer_of_the_records(frame_of, case, seed, request):
    if seed > 1 and "spark" in request.node.name:
        pytest.skip("once is enough where each answer takes seconds")

    def shuffled(records):
        mixed = list(records)
        random.Random(seed).shuffle(mixed)
        return lambda: frame_of(mixed)

    given = case(random.Random(seed), shuffled)
    for one, other in zip(answers_of_records(case, seed), given, strict=True):
        assert told(other()) == one
