"""Make the invented source files of this example.

Every person, organisation, invoice and award in them is made up; only the totals are those of
the published report. Run with ``python make_sources.py``; it always writes the same files.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import random
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).parent / "sources"

ORGANISATIONS = {
    "ucl_department": (
        "Department of Tidal Studies",
        "Institute of Listening",
        "Division of Bicycles",
        "School of Weather",
        "Department of Shared Kitchens",
        "Institute of Small Gardens",
        "Division of Letters",
        "School of Bridges",
        "Department of Quiet Rooms",
        "Institute of Lanterns",
    ),
    "charity": (
        "Kettle Trust",
        "Open Bench",
        "Northside Friends",
        "The Paper Boat",
        "Harbour Aid",
    ),
    "not_for_profit": ("Common Thread", "Good Neighbour Lab", "River Walkers"),
    "network": ("Network of Patient Partners", "Peer Research Circle"),
    "university": (
        "University of Fenwick",
        "Aldermoor University",
        "University of the Long Hill",
    ),
    "council": ("Saltmarsh Borough Council",),
    "research_funder": ("Fund for Shared Enquiry",),
    "public_body": ("Office for Public Listening",),
    "company": ("Foxglove Design", "Tandem Advice"),
}

TRAINING_KINDS = {
    "ucl_department": 8, "not_for_profit": 3, "network": 1, "charity": 1, "university": 1,
    "council": 1,
}  # fmt: skip
TALK_KINDS = {
    "ucl_department": 7, "charity": 5, "university": 3, "not_for_profit": 1, "network": 1,
    "research_funder": 1, "public_body": 1,
}  # fmt: skip

TRAINING_PEOPLE, TALK_PEOPLE, CO_CREATION_PEOPLE, CUPPA_PEOPLE = 502, 1482, 397, 298
CUPPA_GUESTS, CUPPA_FIRST_TIMERS = 3, 103
FOLLOWERS_2022, FOLLOWERS_2023 = 5246, 6138


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write one CSV file."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_text(name: str, text: str) -> None:
    """Write one text file."""
    (HERE / name).write_text(text, encoding="utf-8", newline="\n")


def organisations() -> dict[str, list[str]]:
    """Write the organisations; give their identifiers by kind."""
    by_kind: dict[str, list[str]] = {}
    rows = []
    for kind, names in ORGANISATIONS.items():
        for name in names:
            code = f"ORG-{len(rows) + 1:02d}"
            by_kind.setdefault(kind, []).append(code)
            other = f"{name} (UCL)" if kind == "ucl_department" else ""
            rows.append((code, name, kind.replace("_", " "), other))
    write("organisations.csv", ("Code", "Name", "Kind", "Also known as"), rows)
    return by_kind


def spread(total: int, parts: int, chance: random.Random) -> list[int]:
    """Spread a total over parts of different size, none of them empty."""
    weights = [0.5 + chance.random() for _ in range(parts)]
    cuts = [round(total * sum(weights[:n]) / sum(weights)) for n in range(parts + 1)]
    sizes = [after - before for before, after in itertools.pairwise(cuts)]
    assert sum(sizes) == total
    assert min(sizes) > 0
    return sizes


def taken(by_kind: dict[str, list[str]], wanted: dict[str, int], last: bool) -> list[str]:
    """Take so many organisations of each kind, from the front or from the back."""
    return [
        code
        for kind, number in wanted.items()
        for code in (by_kind[kind][-number:] if last else by_kind[kind][:number])
    ]


class Calendar:
    """Sessions and bookings, as they are made."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.sessions: list[tuple[object, ...]] = []
        self.bookings: list[tuple[object, ...]] = []

    def hold(
        self,
        kind: str,
        title: str,
        day: dt.date,
        organisations: Sequence[str] = (),
        headcount: int | None = None,
        status: str = "Held",
    ) -> str:
        """Note one session; give its code."""
        code = f"S{len(self.sessions) + 1:03d}"
        start = dt.datetime.combine(day, dt.time(10 + len(self.sessions) % 5))
        end = start + dt.timedelta(minutes=90)
        self.sessions.append(
            (code, kind, title, f"{start:%d/%m/%Y %H:%M}", f"{end:%d/%m/%Y %H:%M}",
             "In person" if len(self.sessions) % 4 == 0 else "Online", status,
             "; ".join(organisations), "" if headcount is None else headcount,
             "Yes" if kind != "Talk" or len(self.sessions) % 3 else "No")
        )  # fmt: skip
        return code

    def book(self, session: str, day: dt.date, person: str, status: str = "Attended") -> None:
        """Note one booking."""
        number = f"B{len(self.bookings) + 1:05d}"
        booked = day - dt.timedelta(days=2 + int(self.chance.random() * 20))
        self.bookings.append((number, session, person, status, f"{booked:%d/%m/%Y}"))

    def fill(self, session: str, day: dt.date, people: Sequence[str]) -> None:
        """Note who came, and some who did not."""
        for person in people:
            self.book(session, day, person)
        for n in range(int(self.chance.random() * 4)):
            status = "No show" if n % 2 else "Cancelled"
            self.book(session, day, f"absent-{session.lower()}-{n}@example.org", status)


def days(start: dt.date, number: int, step: int) -> list[dt.date]:
    """Give so many days, some weeks apart."""
    return [start + dt.timedelta(days=n * step) for n in range(number)]


def calendar(by_kind: dict[str, list[str]], chance: random.Random) -> None:
    """Write sessions and bookings."""
    book = Calendar(chance)
    hosts = taken(by_kind, TRAINING_KINDS, last=False)
    sizes = spread(TRAINING_PEOPLE, 21, chance)
    for n, day in enumerate(days(dt.date(2023, 1, 17), 21, 16)):
        session = book.hold("Training", f"Co-production in practice {n + 1}", day,
                            [hosts[n % len(hosts)]])  # fmt: skip
        people = [f"trainee-{n}-{m}@example.org" for m in range(sizes[n])]
        book.fill(session, day, people)
    book.hold("Training", "Co-production in practice, postponed", dt.date(2023, 5, 4),
              [by_kind["company"][0]], status="Cancelled")  # fmt: skip
    book.hold("Training", "Co-production in practice, spring", dt.date(2024, 3, 5),
              [by_kind["company"][1]], status="Planned")  # fmt: skip

    audiences = taken(by_kind, TALK_KINDS, last=True)
    sizes = spread(TALK_PEOPLE, 19, chance)
    for n, day in enumerate(days(dt.date(2023, 1, 24), 19, 18)):
        book.hold("Talk", f"What is co-production? {n + 1}", day, [audiences[n]], sizes[n])

    write("sessions.csv", ("Session", "Kind", "Title", "Starts", "Ends", "Where", "Status",
                           "Organisations", "Headcount", "Delivered with community members"),
          book.sessions)  # fmt: skip
    write("bookings.csv", ("Booking", "Session", "Email", "Status", "Booked on"), book.bookings)


class Eventbrite:
    """Events and tickets, as Eventbrite keeps them."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.events: list[dict[str, object]] = []
        self.tickets: list[tuple[object, ...]] = []
        self.orders = 0

    def hold(self, title: str, day: dt.date) -> dict[str, object]:
        """Note one event."""
        start = dt.datetime.combine(day, dt.time(11), ZoneInfo("Europe/London"))
        event: dict[str, object] = {
            "id": f"{410_000_000_000 + len(self.events):d}",
            "name": {"text": title, "html": title},
            "start": moment(start),
            "end": moment(start + dt.timedelta(minutes=90)),
            "created": f"{day - dt.timedelta(days=40)}T09:00:00Z",
            "changed": f"{day + dt.timedelta(days=1)}T09:00:00Z",
            "status": "completed",
            "currency": "GBP",
            "online_event": True,
            "is_free": True,
            "is_series": False,
            "is_series_parent": False,
            "capacity": 60,
            "organization_id": "55500011122",
        }
        self.events.append(event)
        return event

    def order(self, event: dict[str, object], person: str, status: str, tickets: int = 1) -> None:
        """Note one order; every ticket carries the name and address of whoever booked."""
        self.orders += 1
        name = event["name"]
        assert isinstance(name, dict)
        day = dt.datetime.fromisoformat(str(event["changed"])).date()
        booked = day - dt.timedelta(days=2 + int(self.chance.random() * 20))
        for _ in range(tickets):
            self.tickets.append(
                (name["text"], event["id"], 6_000_000_000 + self.orders, f"{booked} 10:00:00+00:00",
                 "Info Requested", "Info Requested", person, 1, "", "General admission",
                 9_000_000_000 + len(self.tickets), "Free Order", "GBP", "0.00", "0.00", "0.00",
                 "0.00", status, "", "", "", "")
            )  # fmt: skip

    def fill(self, event: dict[str, object], people: Sequence[str], guests: int = 0) -> None:
        """Note who came, some with a guest, and some who did not come."""
        for n, person in enumerate(people):
            self.order(event, person, "Checked In", 2 if n < guests else 1)
        for n in range(int(self.chance.random() * 4)):
            absent = f"absent-{event['id']}-{n}@example.org"
            self.order(event, absent, "Attending" if n % 2 else "Not Attending")


def moment(at: dt.datetime) -> dict[str, str]:
    """Write a moment as Eventbrite does."""
    return {
        "timezone": "Europe/London",
        "local": f"{at:%Y-%m-%dT%H:%M:%S}",
        "utc": f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


REPORT = (
    "Event Name", "Event ID", "Order no.", "Order Date", "First Name", "Surname", "Email",
    "Quantity", "Price Tier", "Ticket Type", "Attendee no.", "Order Type", "Currency", "Total Paid",
    "Fees Paid", "Eventbrite Fees", "Eventbrite Payment Processing", "Attendee Status",
    "Mobile Phone", "Birth Date", "Shipping Address 1", "Billing Country",
)  # fmt: skip


def eventbrite(chance: random.Random) -> None:
    """Write what Eventbrite gives: a page of events, and the report on their attendees."""
    book = Eventbrite(chance)
    members = [f"member-{n:03d}@example.org" for n in range(140)]
    sizes = spread(CO_CREATION_PEOPLE, 11, chance)
    for n, day in enumerate(days(dt.date(2023, 2, 7), 11, 29)):
        first = n * 13 % len(members)
        people = [members[(first + m) % len(members)] for m in range(sizes[n])]
        book.fill(book.hold(f"Co-creating our strategy {n + 1}", day), people)
    cuppas(book)
    page = {
        "pagination": {
            "object_count": len(book.events),
            "page_number": 1,
            "page_size": 50,
            "page_count": 1,
            "has_more_items": False,
        },
        "events": book.events,
    }
    write_text("eventbrite-events.json", json.dumps(page, indent=1) + "\n")
    write("eventbrite-attendees.csv", REPORT, book.tickets)


def cuppas(book: Eventbrite) -> None:
    """Hold the monthly cuppas of 2022 and 2023, with the first-timers of 2023 spread over them."""
    regulars = [f"regular-{n:03d}@example.org" for n in range(60)]
    for month in range(1, 13):
        day = dt.date(2022, month, 15)
        event = book.hold(f"CoPro Cuppa {day:%B %Y}", day)
        book.fill(event, [regulars[(month * 5 + n) % 60] for n in range(22)])
    sizes = spread(CUPPA_PEOPLE, 12, book.chance)
    firsts = spread(CUPPA_FIRST_TIMERS, 12, book.chance)
    guests = [1 if month in (3, 6, 10) else 0 for month in range(12)]
    assert sum(guests) == CUPPA_GUESTS
    for month in range(12):
        day = dt.date(2023, month + 1, 18)
        new = [f"newcomer-{month}-{n}@example.org" for n in range(firsts[month])]
        known = sizes[month] - firsts[month] - guests[month]
        old = [regulars[(month * 7 + n) % 60] for n in range(known)]
        book.fill(book.hold(f"CoPro Cuppa {day:%B %Y}", day), [*new, *old], guests[month])


def pounds(pence: int) -> str:
    """Write an amount as a finance system does."""
    text = f"{abs(pence) // 100:,}.{abs(pence) % 100:02d}"
    return f"({text})" if pence < 0 else text


def income(by_kind: dict[str, list[str]], chance: random.Random) -> None:
    """Write the invoices of the year, with some of other years and one that is void."""
    rows: list[tuple[object, ...]] = []
    paid: list[int] = []

    def add(day: dt.date, category: str, payer: str, pence: int, status: str = "Paid") -> None:
        paid.append(pence if status == "Paid" else 0)
        rows.append((f"INV-{len(rows) + 1:04d}", f"{day:%d/%m/%Y}", category, payer,
                     pounds(pence), status))  # fmt: skip

    payers = [*by_kind["charity"], *by_kind["university"], *by_kind["company"],
              *by_kind["not_for_profit"]]  # fmt: skip
    assert len(payers) == 13
    work = spread(246_337, 26, chance)
    for n, day in enumerate(days(dt.date(2023, 1, 9), 26, 13)):
        add(day, "Consultancy", payers[n % 13], work[n] * 100)
    add(dt.date(2023, 3, 31), "Measuring Success", by_kind["research_funder"][0], 9_000_000)
    add(dt.date(2023, 9, 29), "Measuring Success", by_kind["research_funder"][0], 6_000_000)
    quarters = (2_000_000, 2_150_000, 2_150_000, 2_307_827)
    for day, pence in zip(days(dt.date(2023, 3, 20), 4, 91), quarters, strict=True):
        add(day, "Research", by_kind["research_funder"][0], pence)
    hosts = taken(by_kind, TRAINING_KINDS, last=False)
    fees = spread(22_634, 15, chance)
    for n, day in enumerate(days(dt.date(2023, 2, 1), 15, 21)):
        add(day, "Training", hosts[n], fees[n] * 100 + (73 if n == 0 else 0))
    add(dt.date(2023, 6, 30), "Training refund", hosts[3], -20_000)
    for n, day in enumerate(days(dt.date(2023, 4, 12), 5, 45)):
        add(day, "Talks", payers[n], 41_000)
    add(dt.date(2023, 7, 3), "Consultancy", payers[0], 99_900, "Void")
    add(dt.date(2022, 12, 20), "Consultancy", payers[1], 1_250_000)
    add(dt.date(2024, 1, 8), "Training", hosts[0], 90_000)
    rows.append(("TOTAL", "", "", "", pounds(sum(paid)), ""))
    write("income.csv", ("Invoice", "Date", "Category", "Payer", "Amount (GBP)", "Status"), rows)


def inside_2023(pence: int, start: dt.date, end: dt.date) -> int:
    """Give the part of an award that belongs to 2023, by days, to the penny.

    A plain restatement of the rule, so that the last award can be chosen to reach the totals.
    """
    length = (end - start).days + 1

    def up_to(day: dt.date) -> int:
        gone = min(max((day - start).days + 1, 0), length)
        return (2 * pence * gone + length) // (2 * length)

    return up_to(dt.date(2023, 12, 31)) - up_to(dt.date(2022, 12, 31))


def awards(by_kind: dict[str, list[str]]) -> None:
    """Write the research bids: five that have money in 2023, and three that have none."""
    funder = by_kind["research_funder"][0]
    bids: list[tuple[str, int, int, dt.date, dt.date]] = [
        ("Listening to tides", 98_000_000, 6_400_000, dt.date(2022, 4, 1), dt.date(2025, 3, 31)),
        ("Kitchens as commons", 45_500_000, 3_250_000, dt.date(2021, 10, 1), dt.date(2024, 9, 30)),
        ("Letters between ages", 61_250_050, 4_100_000, dt.date(2023, 5, 15), dt.date(2025, 5, 14)),
        ("Quiet rooms study", 12_000_000, 1_500_000, dt.date(2022, 9, 1), dt.date(2023, 8, 31)),
    ]
    total = 117_981_854 - sum(inside_2023(t, start, end) for _, t, _, start, end in bids)
    ours = 8_607_827 - sum(inside_2023(o, start, end) for _, _, o, start, end in bids)
    bids.append(("Bridges, together", total, ours, dt.date(2023, 2, 1), dt.date(2023, 11, 30)))
    rows: list[tuple[object, ...]] = []
    for n, (title, whole, part, start, end) in enumerate(bids):
        rows.append((f"BID-{n + 1:02d}", title, funder, "Awarded", pounds(whole), pounds(part),
                     f"{start - dt.timedelta(days=60):%d/%m/%Y}", f"{start:%d/%m/%Y}",
                     f"{end:%d/%m/%Y}"))  # fmt: skip
    rows += [
        ("BID-06", "Lantern walks", funder, "Declined", "210,000.00", "15,000.00", "", "", ""),
        ("BID-07", "Bicycle archive", funder, "Awarded", "88,000.00", "9,000.00", "20/11/2023",
         "01/02/2024", "31/01/2026"),
        ("BID-08", "Weather diaries", funder, "Applied", "140,000.00", "12,500.00", "", "", ""),
    ]  # fmt: skip
    write("awards.csv", ("Bid", "Title", "Funder", "Outcome", "Awarded to the team",
                         "Awarded to us", "Awarded on", "Starts", "Ends"), rows)  # fmt: skip


def communications() -> None:
    """Write the audiences that are not those of X."""
    snapshots = [
        ("Newsletter", "Subscribers", "31/12/2022", 2400),
        ("Newsletter", "Subscribers", "31/12/2023", 3096),
        ("Website", "Users", "31/12/2023", 15132),
        ("LinkedIn", "Followers", "30/06/2023", 528),
        ("LinkedIn", "Followers", "31/12/2023", 1204),
    ]
    write("audiences.csv", ("Channel", "Measure", "On", "Count"), snapshots)


ACTIVITY = (
    "Tweet id", "Tweet permalink", "Tweet text", "time", "impressions", "engagements",
    "engagement rate", "retweets", "replies", "likes", "user profile clicks", "url clicks",
    "hashtag clicks", "detail expands", "permalink clicks", "app opens", "app installs", "follows",
    "email tweet", "dial phone", "media views", "media engagements",
)  # fmt: skip


def x() -> None:
    """Write what X gives: the archives at the end of two years, and the activity of posts."""
    archive("x-archive-2022.zip", dt.date(2022, 12, 31), FOLLOWERS_2022)
    archive("x-archive-2023.zip", dt.date(2023, 12, 31), FOLLOWERS_2023)
    posts = [
        ("90000000000000001", "2023-06-09 09:15", 17000, 240),
        ("90000000000000002", "2023-03-02 09:00", 4210, 61),
        ("90000000000000004", "2023-10-27 11:05", 9120, 133),
        ("90000000000000005", "2023-12-14 16:00", 612, 3),
        ("90000000000000006", "2022-11-08 08:30", 21050, 300),
    ]
    promoted = [f"promoted {name}" for name in ACTIVITY[4:]]
    write(
        "x-post-activity.csv",
        (*ACTIVITY, *promoted),
        (
            (number, f"https://x.com/a_collective/status/{number}",
             "A post about co-production,\nover two lines", f"{at} +0000", f"{seen}.0",
             f"{done}.0", round(done / seen, 4), *(["0.0"] * 15), *(["-"] * len(promoted)))
            for number, at, seen, done in posts
        ),
    )  # fmt: skip


def archive(name: str, day: dt.date, followers: int) -> None:
    """Write the archive of an account: who it is, when it was made, and who follows."""
    start = 7_000_000_000
    ids = (json.dumps({"follower": {"accountId": str(start + n)}}) for n in range(followers))
    account = {"account": {"username": "a_collective", "accountId": "90000000"}}
    manifest = {"archiveInfo": {"generationDate": f"{day}T18:00:00.000Z"}}
    files = {
        "data/manifest.js": f"window.__THAR_CONFIG = {json.dumps(manifest)}",
        "data/account.js": f"window.YTD.account.part0 = [ {json.dumps(account)} ]",
        "data/follower.js": f"window.YTD.follower.part0 = [ {', '.join(ids)} ]",
    }
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, text in files.items():
            # The time is that of the archive's making, and not of this script's.
            packed.writestr(zipfile.ZipInfo(path, (day.year, day.month, day.day, 18, 0, 0)), text,
                            zipfile.ZIP_DEFLATED)  # fmt: skip


def stages() -> None:
    """Write the stages of the funding programme."""
    rows = [
        ("Launch session", 1, "Registered", 409), ("Launch session", 2, "Joined", 198),
        ("Workshop", 1, "Registered", 149), ("Workshop", 2, "Joined", 70),
        ("Funding call", 1, "Expression of interest", 33),
        ("Funding call", 2, "Application", 52), ("Funding call", 3, "Shortlisted", 10),
        ("Funding call", 4, "Funded", 8),
    ]  # fmt: skip
    write("stages.csv", ("Programme", "Step", "Stage", "Number"), rows)


def main() -> None:
    """Write every file."""
    HERE.mkdir(exist_ok=True)
    chance = random.Random(2023)
    by_kind = organisations()
    calendar(by_kind, chance)
    eventbrite(chance)
    income(by_kind, chance)
    awards(by_kind)
    communications()
    x()
    stages()


if __name__ == "__main__":
    main()
