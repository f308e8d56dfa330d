"""What somebody might write for the example instead: add up its sources, look for the results.

It reads the same files with the standard library, works out most of the same figures with the same
rules, and looks for their texts in the report. It checks no row, no unit, no relation, and nothing
else that the report says; floats are as good as its author thought.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def date(text: str) -> dt.date:
    """Read a British date, with a time or without."""
    return dt.datetime.strptime(text[:10], "%d/%m/%Y").replace(tzinfo=dt.UTC).date()


def held_in(session: dict[str, str], year: int) -> bool:
    """Say whether a session was held in a year."""
    return session["Status"] == "Held" and date(session["Starts"]).year == year


def sessions(folder: Path) -> Iterator[str]:
    """Count the trainings and talks, who came, and from where."""
    kinds = {row["Code"]: row["Kind"] for row in rows(folder / "organisations.csv")}
    came = Counter(
        row["Session"] for row in rows(folder / "bookings.csv") if row["Status"] == "Attended"
    )
    for kind in ("Training", "Talk"):
        mine = [s for s in rows(folder / "sessions.csv") if s["Kind"] == kind and held_in(s, 2023)]
        yield f"{len(mine):,}"
        yield f"{sum(came[s['Session']] or int(s['Headcount'] or 0) for s in mine):,}"
        bodies = {code for s in mine for code in s["Organisations"].replace(";", " ").split()}
        yield f"{len(bodies):,}"
        yield from (f"{count:,}" for count in Counter(kinds[code] for code in bodies).values())


def meetings(folder: Path) -> Iterator[str]:
    """Count the meetings that were booked through a service, and who came."""
    tickets = rows(folder / "eventbrite-attendees.csv")
    there = [row for row in tickets if row["Attendee Status"] == "Checked In"]
    page = json.loads((folder / "eventbrite-events.json").read_text("utf-8"))
    now = {event["id"] for event in page["events"] if event["start"]["local"][:4] == "2023"}
    for word in ("Co-creating", "Cuppa"):
        mine = [row for row in there if word in row["Event Name"] and row["Event ID"] in now]
        yield f"{len({row['Event ID'] for row in mine}):,}"
        yield f"{len(mine):,}"


def income(folder: Path) -> Iterator[str]:
    """Work out the share of each stream of income."""
    sums: Counter[str] = Counter()
    for row in rows(folder / "income.csv"):
        if row["Date"][-4:] == "2023" and row["Status"] != "Void":
            amount = row["Amount (GBP)"].replace(",", "").replace("(", "-").replace(")", "")
            sums[row["Category"].removesuffix(" refund")] += round(100 * float(amount))
    total = sum(sums.values())
    for amount in sums.values():
        yield f"{100 * amount / total:.1f}%".replace(".0%", "%")
        yield f"£{amount / 100:,.2f}"


def awards(folder: Path, year: int) -> Iterator[str]:
    """Work out what part of the awards belongs to a year, by days."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    for column in ("Awarded to the team", "Awarded to us"):
        sum_ = 0
        for row in rows(folder / "awards.csv"):
            if row["Outcome"] == "Awarded":
                start, end = date(row["Starts"]), date(row["Ends"])
                pence = round(100 * float(row[column].replace(",", "")))
                days = (end - start).days + 1
                before = max(0, min(days, (first - start).days))
                until = max(0, min(days, (last - start).days + 1))
                sum_ += pence * until // days - pence * before // days
        yield f"£{sum_ / 100:,.2f}"


def audiences(folder: Path) -> Iterator[str]:
    """Look up the audiences, the followers and the most seen post."""
    yield from (f"{int(row['Count']):,}" for row in rows(folder / "audiences.csv"))
    for year in (2022, 2023):
        with zipfile.ZipFile(folder / f"x-archive-{year}.zip") as packed:
            content = packed.read("data/follower.js").decode("utf-8")
        yield f"{len(json.loads(content.partition('=')[2])):,}"
    posts = rows(folder / "x-post-activity.csv")
    seen = [float(post["impressions"]) for post in posts if post["time"][:4] == "2023"]
    yield f"{int(max(seen)):,}"


def stages(folder: Path) -> Iterator[str]:
    """Look up how many reached each stage."""
    yield from (f"{int(row['Number']):,}" for row in rows(folder / "stages.csv"))


def main(example: Path) -> None:
    """Say which of the numbers the report has."""
    text = (example / "report.md").read_text("utf-8")
    folder = example / "sources"
    found = [
        *(*sessions(folder), *meetings(folder), *income(folder)),
        *(*awards(folder, 2023), *awards(folder, 2022), *audiences(folder), *stages(folder)),
    ]
    there = sum(number in text for number in found)
    print(f"{there} of {len(found)} numbers are in the report")
    print("not there:", ", ".join(number for number in found if number not in text))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
