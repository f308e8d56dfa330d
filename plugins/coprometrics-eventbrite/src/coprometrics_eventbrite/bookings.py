"""What tickets and payments mean: the rules that reports and pages of the service share.

Everything here works on columns of Arrow and touches nothing. A caller

1. makes a table of ``TICKETS``, one row a ticket, with ``standing_of_flags`` or
   ``standing_of_words`` for how far each ticket went;
2. leaves out the rows that ``are_donations`` marks, which admit nobody;
3. counts bookings where nobody was checked in, if that is wanted: see ``turnout``;
4. calls ``attendances``, which gives the rows of ``Attendance``.

For money it makes a table of ``PAYMENTS`` and calls ``incomes``, which gives the rows of
``Income``. All of one order must be there at once: its tickets are looked at together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from coprometrics_csv.arrays import (
    again,
    each_once,
    in_one_piece,
    numbers,
    only,
    plain,
    plain_columns,
    shared,
)
from coprometrics_csv.columns import fold
from coprometrics_csv.readers import INSTANT
from coprometrics_eventbrite.config import Eventbrite, Standing
from coprometrics_eventbrite.repeats import (
    ascending,
    begins_of_runs,
    coded,
    least,
    numbered,
    ranked,
    rising,
    several_times,
    spread,
)
from coprometrics_eventbrite.sums import summed

__all__ = [
    "PAYMENTS",
    "SYSTEM",
    "TICKETS",
    "are_donations",
    "attendances",
    "incomes",
    "incomes_and_lines",
    "native",
    "standing_of_flags",
    "standing_of_words",
]

SYSTEM = "eventbrite"
"""What every identifier begins with."""

_TICKETS: list[pa.Field[Any]] = [
    pa.field("id", pa.string(), nullable=False),
    pa.field("event_id", pa.string(), nullable=False),
    pa.field("order_id", pa.string()),
    pa.field("person_key", pa.string()),
    pa.field("standing", pa.string(), nullable=False),
    pa.field("ticket_kind", pa.string()),
    pa.field("registered_at", INSTANT),
    pa.field("checked_in_at", INSTANT),
]
TICKETS = pa.schema(_TICKETS)
"""One row for each ticket. Identifiers are native, without what ``native`` puts in front.

``standing`` is one of ``registered``, ``checked_in``, ``cancelled``, ``refunded``, ``deleted``.
Further columns are kept aside and do no harm. Texts may be dictionary-encoded.
"""

_PAYMENTS: list[pa.Field[Any]] = [
    pa.field("order_id", pa.string(), nullable=False),
    pa.field("event_id", pa.string()),
    pa.field("currency", pa.string(), nullable=False),
    pa.field("amount_minor", pa.int64(), nullable=False),
    pa.field("received_on", pa.date32()),
    pa.field("donation", pa.bool_(), nullable=False),
]
PAYMENTS = pa.schema(_PAYMENTS)
"""One row for each amount of an order. Amounts below zero were given back."""

_STATUS: Mapping[Standing, str] = {
    "checked_in": "attended",
    "cancelled": "cancelled",
    "refunded": "cancelled",
    "deleted": "cancelled",
    "registered": "registered",
}
_ORDER: tuple[Standing, ...] = ("checked_in", "registered", "refunded", "cancelled", "deleted")
"""Which ticket of an order carries its person, before the identifier decides."""

_WORDS: Mapping[Standing, tuple[str, ...]] = {
    "registered": (
        *(
            "attending",
            "unpaid",
            "completed",
            "complete",
            "placed",
            "pending",
            "registered",
            "paid",
        ),
        *("aanwezig", "voltooid", "geplaatst", "aangemeld", "niet betaald"),
    ),
    "checked_in": ("checked in", "checked-in", "attended", "ingecheckt"),
    "cancelled": (
        *("not attending", "cancelled", "canceled", "transferred"),
        *("niet aanwezig", "geannuleerd", "overgedragen"),
    ),
    "refunded": ("refunded", "terugbetaald"),
    "deleted": ("deleted", "abandoned", "started", "verwijderd"),
}
_STANDINGS = {word: standing for standing, words in _WORDS.items() for word in words}


def native(ids: Any) -> Any:
    """Make identifiers of the service's own: ``eventbrite:`` and what it calls them.

    Examples:
        >>> native(pa.array(["17", None])).to_pylist()
        ['eventbrite:17', None]
    """
    return each_once(
        lambda texts: pc.binary_replace_slice(texts, 0, 0, f"{SYSTEM}:"), in_one_piece(ids)
    )


def standing_of_flags(checked_in: Any, cancelled: Any, refunded: Any) -> Any:
    """Say how far tickets went: checked in wins over cancelled, that over refunded.

    Args:
        checked_in: for each ticket whether somebody came with it; null for no.
        cancelled: whether it was cancelled.
        refunded: whether it was paid back.

    Examples:
        >>> yes_no = pa.array([True, False]), pa.array([True, False]), pa.array([False, False])
        >>> standing_of_flags(*yes_no).to_pylist()
        ['checked_in', 'registered']
    """
    flags = pc.make_struct(
        *(in_one_piece(flag).fill_null(False) for flag in (checked_in, cancelled, refunded)),
        field_names=["checked_in", "cancelled", "refunded"],
    )
    return pc.case_when(flags, "checked_in", "cancelled", "refunded", "registered")


def standing_of_words(words: Any, config: Eventbrite) -> Any:
    """Say how far tickets went, from the words of a status; null for a word that is not known.

    A status that is missing means registered.

    Examples:
        >>> standing_of_words(pa.array(["Checked In", "Not Attending", None, "?"]), Eventbrite())\
            .to_pylist()
        ['checked_in', 'cancelled', 'registered', None]
    """
    known: dict[str, str] = dict(_STANDINGS)
    known |= {fold(word): standing for word, standing in config.statuses.items()}
    coded = in_one_piece(words).dictionary_encode()
    texts = coded.dictionary.to_pylist()
    found = [known.get(fold(text)) if text else "registered" for text in texts]
    places = coded.indices.fill_null(len(found))
    return again(pa.array([*found, "registered"], pa.string()), places)


def are_donations(ticket_kinds: Any, config: Eventbrite) -> Any:
    """Say which tickets are donations, and admit nobody: those whose whole name is such a word.

    Examples:
        >>> are_donations(pa.array(["Donation", "Free", None]), Eventbrite()).to_pylist()
        [True, False, False]
    """
    words = config.donation_names
    coded = in_one_piece(ticket_kinds).dictionary_encode()
    hit = [fold(text or "") in words for text in coded.dictionary.to_pylist()]
    return pa.array(hit, pa.bool_()).take(coded.indices).fill_null(False)


def attendances(tickets: pa.Table) -> pa.Table:
    """Make the rows of ``Attendance``, in the order of the tickets.

    By default every ticket of an order carries the address of who ordered. Within an order a
    person therefore counts once: one ticket is theirs, and the others are of guests without a
    name. Theirs is the ticket that went furthest, and of those the one with the first identifier,
    so that the order of the rows does not matter.

    Args:
        tickets: a table of ``TICKETS``, without donations, with all the tickets of each order.
    """
    ids = _plain(tickets["id"])
    standing = in_one_piece(tickets["standing"])
    again = _repeats(_plain(tickets["order_id"]), _plain(tickets["person_key"]), standing, ids)
    people = _plain(tickets["person_key"])
    if again is not None:
        people = pc.if_else(again, None, people)
    statuses = pa.array(list(_STATUS.values()), pa.string())
    known = pa.array(list(_STATUS), pa.string())
    status = each_once(lambda texts: statuses.take(pc.index_in(texts, value_set=known)), standing)
    return pa.table(
        {
            "id": native(ids),
            "activity_id": native(tickets["event_id"]),
            "person_key": people,
            "status": status,
            "registered_at": tickets["registered_at"],
            "checked_in_at": tickets["checked_in_at"],
            "ticket_kind": tickets["ticket_kind"],
            "order_id": native(tickets["order_id"]),
        }
    )


def incomes(payments: pa.Table, config: Eventbrite) -> pa.Table:
    """Make the rows of ``Income``: for each order one of what was paid, and no row for nothing.

    An order that was also given money back has a second row (kind ``refund``, below zero, id
    ``…:refund``); what was donated with it has its own (kind ``donation``, id ``…:donation``).

    Args:
        payments: a table of ``PAYMENTS``, with all the amounts of each order.
        config: the settings.

    Returns:
        The rows, ordered by identifier, and by currency and event where an order has several.
        The day is the first of those of the order.
    """
    return incomes_and_lines(payments.append_column("line", numbers(0, len(payments))), config)[0]


def incomes_and_lines(payments: pa.Table, config: Eventbrite) -> tuple[pa.Table, pa.Array[Any]]:
    """Make the rows of ``Income``, and say for each which is the first ``line`` of its payments."""
    amounts = payments["amount_minor"]
    sums = summed(
        only(
            payments.select([*PAYMENTS.names, "line"]).append_column("back", pc.less(amounts, 0)),
            pc.not_equal(amounts, 0),
        ),
        ("order_id", "event_id", "currency", "donation", "back"),
    )
    back, donated = in_one_piece(sums["back"]), in_one_piece(sums["donation"])
    # What a payment is: 0 a fee, 1 a donation, 2 a refund, 3 a donation given back.
    sort = pc.add(donated.cast(pa.int32()), pc.multiply(back.cast(pa.int32()), 2))
    suffix = pa.array(["", ":donation", ":refund", ":donation-refund"])
    ids = native(sums["order_id"])
    if pc.max(sort).as_py():
        ids = pc.binary_join_element_wise(ids, suffix.take(sort), "")
    streams = pa.array([config.stream, config.donation_stream] * 2)
    rows = pa.table(
        {
            "id": ids,
            "stream": shared(streams, sort),
            "amount_minor": sums["amount_minor"],
            "currency": sums["currency"],
            "received_on": sums["received_on"],
            "activity_id": native(sums["event_id"]),
            "kind": shared(pa.array(["fee", "donation", "refund", "refund"]), sort),
        }
    )
    lines = in_one_piece(sums["line"])
    if rising(ids):
        return rows, lines
    names = ["id", "currency", "activity_id"]
    order = pc.sort_indices(
        plain_columns(rows.select(names)), sort_keys=[(name, "ascending") for name in names]
    )
    return rows.take(order), lines.take(order)


def _repeats(orders: Any, people: Any, standing: Any, ids: Any) -> Any:
    """Say which tickets repeat the person of another in their order; None where none does."""
    together = several_times(orders)
    if together is None:
        return None
    named = pc.and_(together, people.is_valid())
    rows = pc.indices_nonzero(named)
    pairs = _people_of_orders(orders.take(rows), people.take(rows))
    again = several_times(pairs)
    if again is None:
        return None
    rows, pairs = rows.filter(again), coded(pairs.filter(again))
    order = pa.array(_ORDER, pa.string())
    furthest = each_once(lambda words: pc.index_in(words, value_set=order), standing.take(rows))
    # Theirs is the ticket that went furthest, and of those the one with the first identifier.
    place, count = ranked(ids.take(rows)), len(rows)
    choice = least(pc.add(pc.multiply(furthest.cast(pa.int64()), count), place), pairs)
    first = pc.subtract(choice, pc.multiply(pc.divide(choice, count), count))
    return spread(named, spread(again, pc.not_equal(place, first.take(pairs))))


def _people_of_orders(orders: Any, people: Any) -> Any:
    """Give each person of an order a number, which is the same for all their tickets in it."""
    if ascending(orders):
        # Mostly all tickets of an order have the address of who ordered.
        begins = begins_of_runs(orders)
        others = pc.and_not(pc.not_equal(people[1:], people[:-1]), begins[1:])
        if not pc.any(others, min_count=0).as_py():
            return numbered(begins)
    person = people.dictionary_encode()
    wide = pc.multiply(coded(orders), len(person.dictionary))
    return pc.add(wide, person.indices.cast(pa.int64()))


def _plain(column: Any) -> Any:
    """Give a column in one piece, with one text for each row."""
    return plain(in_one_piece(column))
