"""Reports with rows in any order, of any content, and held in memory or not."""

from __future__ import annotations

import random
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprometrics.errors import CoprometricsError
from coprometrics.importers import Batch, Complete, Context, Refusal, Skipped, Source
from coprometrics.records import Activity, Attendance, Income
from coprometrics_eventbrite import Eventbrite, EventbriteImporter

HELD = {"id": "77", "starts_at": "2024-12-05T18:00", "timezone": "Europe/London"}
ADA, BEN = "ada@example.org", "ben@example.org"

CELLS = st.fixed_dictionaries(
    {},
    optional={
        "Order ID": st.sampled_from(["5001", "5002"]),
        "Attendee email": st.sampled_from([ADA, BEN, "Info Requested"]),
        "Ticket quantity": st.sampled_from(["1", "2", "3"]),
        "Ticket type": st.sampled_from(["General", "Donation", "Student"]),
        "Ticket price": st.sampled_from(["0.00", "15.00", "(15.00)", "(5.00)"]),
        "Barcode number": st.sampled_from(["", "1", "2"]),
        "Event ID": st.sampled_from(["77", "78"]),
        "Order date": st.sampled_from(["2025-01-01 12:00:00", "2025-01-02 12:00:00"]),
    },
)
OLDER = st.fixed_dictionaries(
    {},
    optional={
        "Order #": st.sampled_from(["5001", "5002"]),
        "Email": st.sampled_from([ADA, BEN, ""]),
        "Attendee Status": st.sampled_from(["Attending", "Checked In", "Refunded", "Deleted"]),
        "Total Paid": st.sampled_from(["0.00", "15.00", "(15.00)"]),
        "Ticket Type": st.sampled_from(["General", "Donation"]),
    },
)
ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "Order ID": st.sampled_from(["5001", "5002", "5003"]),
        "Buyer email": st.sampled_from([ADA, BEN, "nobody"]),
        "Ticket quantity": st.sampled_from(["0", "1", "2"]),
        "Gross sales": st.sampled_from(["0.00", "15.00", "(15.00)"]),
        "Event ID": st.sampled_from(["77", "78", ""]),
    },
)
REPORTS = st.one_of(
    st.tuples(st.just("attendees"), st.lists(CELLS, max_size=8)),
    st.tuples(st.just("orders"), st.lists(ORDERS, max_size=8)),
    st.tuples(
        st.just("us"),
        st.lists(
            st.tuples(OLDER, st.sampled_from("123")).map(lambda r: r[0] | {"Attendee #": r[1]}),
            max_size=8,
        ),
    ),
)
ODD = ["", " General ", "n/a", "Info Requested", "-", "x", "manual", "Deleted", "15.00", "GBP"]
FEW = settings(
    max_examples=1 + settings.default.max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def placed(found: Any) -> tuple[Any, ...]:
    rows = (
        (batch.record_type.__name__, line, row)
        for batch in found.batches
        for row, line in zip(batch.rows.to_pylist(), batch.lines or repeat(None), strict=False)
    )
    return sorted(map(repr, rows)), found.refusals, found.skipped, found.notices


@FEW
@given(
    report=REPORTS,
    most=st.integers(0, 7),
    count=st.sampled_from(["registered", "checked_in"]),
)
def test_rows_on_disk_become_what_rows_in_memory_become(
    report: Any, most: int, count: str, read: Any, write: Any
) -> None:
    variant, rows = report
    text = write(variant, rows)
    before = read(variant, text=text, events=[HELD], count=count)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("coprometrics_eventbrite.reports.MOST_HELD", most)
        after = read(variant, text=text, events=[HELD], count=count)
    assert placed(after) == placed(before)


@FEW
@given(report=REPORTS, odd=st.dictionaries(st.integers(0, 25), st.sampled_from(ODD), max_size=3))
def test_texts_seen_once_become_what_texts_seen_in_each_row_become(
    report: Any, odd: Any, read: Any, write: Any, headers: Any
) -> None:
    variant, rows = report
    labels = headers[variant].split(",")
    changed = {labels[n]: text for n, text in odd.items() if n < len(labels)}
    text = write(variant, [*rows, changed])
    before = read(variant, text=text, events=[HELD])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("coprometrics_eventbrite.work.Report.shared", frozenset())
        after = read(variant, text=text, events=[HELD])
    assert placed(after) == placed(before)


def everything(found: Any) -> tuple[Any, ...]:
    records = [*found.activities, *found.attendances, *found.incomes]
    return sorted(map(repr, records)), found.skipped


@FEW
@given(rows=st.lists(CELLS, max_size=8), seed=st.integers(0, 10))
def test_the_order_of_rows_does_not_matter_and_a_person_is_once_in_an_order(
    rows: Any, seed: int, read: Any, write: Any
) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    before = read("attendees", text=write("attendees", rows))
    after = read("attendees", text=write("attendees", shuffled))
    assert everything(before) == everything(after)
    ids = [record.id for record in before.attendances]
    assert len(set(ids)) == len(ids)
    named = [(a.order_id, a.person_key) for a in before.attendances if a.person_key]
    assert len(named) == len(set(named))


@FEW
@given(rows=st.lists(OLDER, max_size=8), seed=st.integers(0, 10))
def test_the_order_of_older_rows_does_not_matter(
    rows: Any, seed: int, read: Any, write: Any
) -> None:
    rows = [row | {"Attendee #": str(n)} for n, row in enumerate(rows)]
    shuffled = random.Random(seed).sample(rows, len(rows))
    before = read("us", text=write("us", rows), events=[HELD], count="registered")
    after = read("us", text=write("us", shuffled), events=[HELD], count="registered")
    assert everything(before) == everything(after)


@FEW
@given(rows=st.lists(CELLS | st.just({"Attendee email": "nobody"}), max_size=8))
def test_every_row_is_a_record_or_refused_or_counted(rows: Any, read: Any, write: Any) -> None:
    found = read("attendees", text=write("attendees", rows))
    lines = {refusal.at.line for refusal in found.refusals}
    for batch in found.batches:
        if batch.record_type is Attendance:
            lines |= set(batch.lines.to_pylist())
    others = [row for line, row in enumerate(rows, 2) if line not in lines]
    gifts = [row for row in others if row.get("Ticket type") == "Donation"]
    refunds = [row for row in others if row.get("Ticket price", "").startswith("(")]
    assert all(row in gifts or row in refunds for row in others)
    empty = sum(row.get("Ticket price", "0.00") == "0.00" for row in gifts)
    assert found.skipped == ({"donations without an amount": empty} if empty else {})
    paid = sum(income.amount_minor for income in found.incomes)
    prices = {"15.00": 1500, "(15.00)": -1500, "(5.00)": -500}
    kept = [row for row in rows if row.get("Attendee email") != "nobody"]
    assert paid == sum(
        prices.get(row.get("Ticket price", ""), 0) * int(row.get("Ticket quantity", "1"))
        for row in kept
    )


ANY = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "(15.00)",
        "TOTALS",
        "9" * 25,
        "2025-13-01",
        "\0",
        "a@b",
        "<x@y.z>",
        "=1+1",
        "\ufeff",
        "'",
        '"',
    ]
)


@FEW
@given(
    variant=st.sampled_from(["us", "uk-2017", "uk-events", "attendees", "orders", "orders-quick"]),
    cells=st.dictionaries(st.integers(0, 25), ANY, max_size=5),
    more=st.sampled_from(["", ",", "\n", '"', "TOTALS", "\r"]),
)
def test_whatever_cells_hold_no_row_is_lost(
    variant: str, cells: Any, more: str, read: Any, write: Any, headers: Any
) -> None:
    labels = headers[variant].split(",")
    changed = {labels[n]: text for n, text in cells.items() if n < len(labels)}
    try:
        found = read(variant, text=write(variant, [{}, changed]) + more)
    except CoprometricsError:
        return
    assert (
        sum(len(batch.rows) for batch in found.batches)
        + len(found.refusals)
        + sum(found.skipped.values())
        >= 1
    )
    for batch in found.batches:
        assert batch.record_type in (Activity, Attendance, Income)


@FEW
@given(data=st.binary(max_size=300), variant=st.sampled_from(["us", "orders", "nl"]))
def test_whatever_bytes_there_are_nothing_but_errors_of_ours_comes_out(
    data: bytes, variant: str, tmp_path: Path, headers: Any
) -> None:
    importer = EventbriteImporter()
    context = Context(person_key=lambda address: "0" * 32)
    for content in (data, headers[variant].encode() + b"\n" + data):
        path = tmp_path / "any.csv"
        path.write_bytes(content)
        importer.identify(Source.at(path))
        try:
            for item in importer.read(Source.at(path), Eventbrite(event="77"), context):
                assert isinstance(item, Batch | Refusal | Skipped | Complete) or item.message
        except CoprometricsError:
            pass
