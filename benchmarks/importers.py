"""How fast an attendee report and an account archive are read, beside the bare parse of the bytes.

Run with ``python benchmarks/importers.py [ATTENDEES] [MEGABYTES]``. The bare parse neither checks,
nor joins, nor hashes anything. Beside each stands how much the memory grew, and by how much it does
for four times as much; each is measured in processes of its own, in turn with the others.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pyarrow.csv as pcsv
from measuring import Step, measured, wanted

from coprometrics.importers import Batch, Context, Item, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import import_source
from coprometrics.records import Attendance
from coprometrics.store import Store
from coprometrics_eventbrite import Eventbrite, EventbriteImporter
from coprometrics_twitter import Twitter, TwitterImporter

COLUMNS = (
    "Event Name", "Event ID", "Order no.", "Order Date", "First Name", "Surname", "Email",
    "Quantity", "Price Tier", "Ticket Type", "Attendee no.", "Order Type", "Currency", "Total Paid",
    "Fees Paid", "Eventbrite Fees", "Eventbrite Payment Processing", "Attendee Status",
    "Mobile Phone", "Birth Date", "Billing Country",
)  # fmt: skip
POST = """  {{
    "tweet" : {{
      "edit_info" : {{
        "initial" : {{
          "editTweetIds" : [
            "{id}"
          ],
          "editableUntil" : "2019-01-01T00:00:00.000Z",
          "editsRemaining" : "5",
          "isEditEligible" : true
        }}
      }},
      "retweeted" : false,
      "source" : "<a>web</a>",
      "entities" : {{
        "hashtags" : [ ],
        "symbols" : [ ],
        "user_mentions" : [ ],
        "urls" : [ ]
      }},
      "display_text_range" : [
        "0",
        "140"
      ],
      "favorite_count" : "{likes}",
      "id_str" : "{id}",
      "truncated" : false,
      "retweet_count" : "3",
      "id" : "{id}",
      "created_at" : "{at:%a %b %d %H:%M:%S +0000 %Y}",
      "favorited" : false,
      "full_text" : "What we learned about co-production, part {number}: listen first",
      "lang" : "en"
    }}
  }}
"""


def make_report(path: Path, rows: int) -> None:
    """Write a report on attendees across events, of which some book for others too."""
    pick = random.Random(20231214)
    start = dt.datetime(2023, 1, 1, 9, tzinfo=dt.UTC)
    order = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\r\n")
        for number in range(rows):
            order += number % 4 != 0
            event = order % 300
            booked = start + dt.timedelta(minutes=order)
            status = "Checked In" if pick.random() < 0.7 else "Attending"
            file.write(
                f"An evening about care {event},{410_000_000_000 + event},{6_000_000_000 + order},"
                f"{booked:%Y-%m-%d %H:%M:%S}+00:00,Info Requested,Info Requested,"
                f"person-{order * 7919 % 40_000:05d}@example.org,1,,General admission,"
                f"{9_000_000_000 + number},Eventbrite Completed,GBP,5.00,0.50,0.40,0.10,{status},,,"
                "United Kingdom\r\n"
            )


def make_archive(folder: Path, size: int) -> None:
    """Write an unpacked archive of an account with posts of so many bytes."""
    (folder / "data").mkdir(parents=True)
    account = '[ {"account" : {"username" : "a_collective", "accountId" : "90000000"}} ]'
    (folder / "data" / "account.js").write_text(f"window.YTD.account.part0 = {account}", "utf-8")
    day = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
    with (folder / "data" / "tweets.js").open("w", encoding="utf-8") as file:
        file.write("window.YTD.tweets.part0 = [\n")
        number = 0
        while file.tell() < size:
            at = day + dt.timedelta(minutes=number)
            file.write("," if number else "")
            file.write(POST.format(id=10**18 + number, number=number, likes=number % 90, at=at))
            number += 1
        file.write("]")


def context() -> Context:
    """Give what an importer may use of the world."""
    key = PeopleKey()
    return Context(key.pseudonym, person_keys=key.pseudonyms)


def rows_of(items: Iterable[Item]) -> int:
    """Count the rows that an importer yields, and throw them away."""
    return sum(item.rows.num_rows for item in items if isinstance(item, Batch))


def parse_report(path: Path) -> int:
    """Parse a report, and do nothing with it."""
    return pcsv.read_csv(path).num_rows


def read_report(path: Path) -> int:
    """Read a report into records."""
    return rows_of(EventbriteImporter().read(Source.at(path), Eventbrite(), context()))


def store_report(path: Path) -> int:
    """Import a report into a new store."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "s.duckdb") as store:
        found = Registry().importer("eventbrite")
        result = import_source(
            Source.at(path), found, store, config=Eventbrite(), context=context()
        )
        assert result.clean
        return store.count(Attendance)


def parse_archive(path: Path) -> int:
    """Parse the posts of an archive, and do nothing with them."""
    content = (path / "data" / "tweets.js").read_bytes()
    return len(msgspec.json.decode(content.partition(b"=")[2]))


def read_archive(path: Path) -> int:
    """Read the posts of an archive into records."""
    return rows_of(TwitterImporter().read(Source.at(path), Twitter(), context()))


STEPS: dict[str, Step] = {
    "report: pyarrow.csv": parse_report,
    "report: importer": read_report,
    "report: stored": store_report,
    "archive: msgspec": parse_archive,
    "archive: importer": read_archive,
}


def main(attendees: int, megabytes: int) -> None:
    """Measure all steps and print them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_report(folder / "small.csv", attendees)
        make_report(folder / "large.csv", 4 * attendees)
        make_archive(folder / "small", megabytes * 1_000_000 // 4)
        make_archive(folder / "large", megabytes * 1_000_000)
        size = (folder / "small.csv").stat().st_size / 1e6
        print(f"a report of {attendees:,} attendees ({size:.0f} MB), four times that in brackets")
        print(f"an archive of {megabytes // 4} MB, one of {megabytes} MB in brackets")
        for kind in ("report", "archive"):
            ending = ".csv" if kind == "report" else ""
            steps = [step for step in STEPS if step.startswith(kind)]
            small = measured(__file__, steps, folder / f"small{ending}")
            large = measured(__file__, steps, folder / f"large{ending}")
            bare = small[steps[0]][0], large[steps[0]][0]
            for step in steps:
                (seconds, memory), (slower, more) = small[step], large[step]
                print(
                    f"{step:20} {seconds:6.3f} s ({slower:6.3f})  "
                    f"{bare[0] / seconds:.2f} ({bare[1] / slower:.2f}) of the bare parse  "
                    f"memory +{memory:.0f} MB (+{more:.0f})"
                )


if __name__ == "__main__" and not wanted(STEPS):
    numbers = [int(text) for text in sys.argv[1:]] or [100_000, 500]
    main(*(numbers if len(numbers) == 2 else [*numbers, 500]))
