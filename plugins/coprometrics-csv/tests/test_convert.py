"""Cells become values exactly, one by one and quickly alike."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coprometrics.errors import ConfigError
from coprometrics.importers import Context
from coprometrics.importers.keys import PeopleKey
from coprometrics_csv import readers
from coprometrics_csv.convert import Reader
from coprometrics_csv.dates import DateFormat, parse_date, parse_datetime, zone
from coprometrics_csv.faults import CellError
from coprometrics_csv.numerals import Numerals, currency_of_label

UK = Numerals()
LONDON = zoneinfo.ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("15", 1500), ("15.00", 1500), ("15.5", 1550), ("15.000", 1500), (".50", 50),
        ("(15.00)", -1500), ("£-15", -1500), ("-£15", -1500), ("\u221215", -1500),
        ("15.00-", -1500), ("( £15.00 )", -1500), ("- 15", -1500), ("+15", 1500),
        ("1,234.50", 123450), ("1,234,567", 123456700), ("GBP 15", 1500), ("15.00 GBP", 1500),
        ("£\u00a015", 1500), ("0", 0), ("-0.00", 0), ("90071992547409.93", 9007199254740993),
    ],
)  # fmt: skip
def test_money_is_read_exactly(text: str, minor: int) -> None:
    assert UK.money(text, "GBP") == minor


@given(
    cells=st.lists(
        st.emails()
        | st.sampled_from(["Ada <ada@example.org>", " ada@example.org", "ada@example.org", "ada",
                           "MAILTO:ada@example.org", "adä@example.org", "-@x", "", "nil@nil"])
        | st.text(alphabet="aA@. <>ß", max_size=4)
    ),
    addresses=st.booleans(),
)  # fmt: skip
def test_people_are_read_alike_together_and_alone(cells: list[str], addresses: bool) -> None:
    reader = readers.person_reader(Context(PeopleKey().pseudonym), addresses=addresses)
    reader.nulls = ("nil@nil",)
    found = reader.read(pa.array(cells, pa.string()))
    for row, text in enumerate(cells):
        alone = reader._read_one(text)
        assert found.faults.get(row) == (alone if isinstance(alone, CellError) else None)
        assert found.values[row].as_py() == (None if isinstance(alone, CellError) else alone)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,23.45", "not-an-amount"), ("1234,567", "not-an-amount"), (",123", "not-an-amount"),
        ("1.2.3", "not-an-amount"), ("15.", "not-an-amount"), ("--15", "not-an-amount"),
        ("(-15)", "not-an-amount"), ("(15", "not-an-amount"), ("15)", "not-an-amount"),
        ("1e3", "not-an-amount"), ("nan", "not-an-amount"), ("fifteen", "not-an-amount"),
        ("\u0661\u0665", "not-an-amount"), ("15.001", "finer-than-minor-unit"),
        ("€15", "currency-contradicted"), ("$15", "currency-contradicted"),
        ("EUR 15", "currency-contradicted"), ("92233720368547758.08", "too-large"),
        ("9" * 41, "too-large"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        UK.money(text, "GBP")
    assert caught.value.code == code


def test_other_countries_write_numbers_in_other_ways() -> None:
    assert Numerals(",", ".").money("1.234,50 €", "EUR") == 123450
    assert Numerals(",", " ").money("1\u202f234,50", "EUR") == 123450
    assert Numerals(".", "'").money("1\u2019234.50", "CHF") == 123450
    assert Numerals(".", "").integer("1482") == 1482
    with pytest.raises(CellError):
        Numerals(",", ".").money("1,234.50", "EUR")
    with pytest.raises(CellError):
        Numerals(".", "").integer("1,482")


@pytest.mark.parametrize(
    "read", [Numerals.integer, lambda numerals, text: numerals.money(text, "EUR")]
)
def test_what_to_do_about_a_number_is_what_the_importer_says(read: Any) -> None:
    with pytest.raises(
        CellError, match=r"digits; mend it, or set decimal and group in the dialect$"
    ):
        read(UK, "1,2")
    with pytest.raises(CellError, match=r"digits; write it in figures$"):
        read(Numerals(remedy="write it in figures"), "1,2")


def test_minor_units_follow_the_currency() -> None:
    assert UK.money("1,050", "JPY") == 1050
    assert UK.money("1.050", "KWD") == 1050
    with pytest.raises(CellError):
        UK.money("1.5", "JPY")


def test_counts_are_whole() -> None:
    assert [UK.integer(text) for text in ("312.0", "1,482", "-3", "+3", "007")] == [
        312, 1482, -3, 3, 7,
    ]  # fmt: skip
    for text in ("312.5", "1,48", "", "-", "1e3", "0x1A", "ten", "9" * 19 + "0"):
        with pytest.raises(CellError):
            UK.integer(text)


@pytest.mark.parametrize(
    ("label", "code"),
    [("Amount (GBP)", "GBP"), ("£", "GBP"), ("Sum €", "EUR"), ("Amount", None),
     ("$", None), ("GBP or EUR", None), ("Total £ (GBP)", "GBP")],
)  # fmt: skip
def test_a_label_may_name_the_currency(label: str, code: str | None) -> None:
    assert currency_of_label(label) == code


def formats(*texts: str) -> tuple[DateFormat, ...]:
    return tuple(DateFormat.of(text, "test") for text in texts)


@pytest.mark.parametrize(
    ("text", "format_", "day"),
    [
        ("14/12/2023", "%d/%m/%Y", dt.date(2023, 12, 14)),
        ("4/1/2023", "%d/%m/%Y", dt.date(2023, 1, 4)),
        ("12/14/23", "%m/%d/%y", dt.date(2023, 12, 14)),
        ("14 Dec 2023", "%d %b %Y", dt.date(2023, 12, 14)),
        ("14 DECEMBER 2023", "%d %b %Y", dt.date(2023, 12, 14)),
        ("Thursday 14 December 2023", "%A %d %B %Y", dt.date(2023, 12, 14)),
        ("2023 348", "%Y %j", dt.date(2023, 12, 14)),
        ("14.12.68", "%d.%m.%y", dt.date(2068, 12, 14)),
        ("14.12.69", "%d.%m.%y", dt.date(1969, 12, 14)),
        ("14/12/2023 00:00", "%d/%m/%Y %H:%M", dt.date(2023, 12, 14)),
        ("100% 2023-12-14", "100%% %Y-%m-%d", dt.date(2023, 12, 14)),
    ],
)
def test_dates_are_read_by_their_format(text: str, format_: str, day: dt.date) -> None:
    assert parse_date(text, formats(format_)) == (day, "day")


@pytest.mark.parametrize(
    ("text", "format_", "code"),
    [
        ("30/02/2023", "%d/%m/%Y", "no-such-date"),
        ("29/02/2023", "%d/%m/%Y", "no-such-date"),
        ("14/13/2023", "%d/%m/%Y", "no-such-date"),
        ("Monday 14 December 2023", "%A %d %B %Y", "weekday-contradicted"),
        ("366 2023", "%j %Y", "no-such-date"),
        ("14-12-2023", "%d/%m/%Y", "not-a-date"),
        ("14/12/2023x", "%d/%m/%Y", "not-a-date"),
        ("\u0661\u0664/12/2023", "%d/%m/%Y", "not-a-date"),
        ("2023-12-14", "", "ok"),
        ("14/12/2023", "", "not-a-date"),
        ("2023-12-14T10:00", "", "not-a-date"),
        ("45274", "", "not-a-date"),
        ("2023-02-30", "", "no-such-date"),
    ],
)
def test_impossible_dates_are_refused(text: str, format_: str, code: str) -> None:
    known = formats(format_) if format_ else ()
    if code == "ok":
        assert parse_date(text, known)[0] == dt.date(2023, 12, 14)
        return
    with pytest.raises(CellError) as caught:
        parse_date(text, known)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("format_", "message"),
    [("%d/%m", "no year"), ("%d %Y", "no month"), ("%Q %Y", "%Q"), ("%Y %Y", "twice"),
     ("%Y %", "not known")],
)  # fmt: skip
def test_formats_that_say_too_little_are_refused(format_: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        DateFormat.of(format_, "test")


def at(text: str, *known: str, fold: Any = None, local: Any = LONDON) -> dt.datetime:
    return parse_datetime(text, formats(*known), local, fold)


def test_times_are_placed_in_their_zone() -> None:
    utc = dt.datetime(2023, 7, 1, 9, 30, tzinfo=dt.UTC)
    assert at("2023-07-01T10:30") == utc
    assert at("2023-07-01 10:30:00.000") == utc
    assert at("2023-07-01T09:30:00Z") == utc
    assert at("2023-07-01T12:30:00+03:00") == utc
    assert at("2023-07-01T06:30-0300") == utc
    assert at("01/07/2023 10:30 AM", "%d/%m/%Y %I:%M %p") == utc
    assert at("01/07/2023 10:30 +0100", "%d/%m/%Y %H:%M %z") == utc
    assert at("2023-12-14T12:00").hour == 12


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(CellError, match="declare timezone"):
        at("2023-07-01T10:30", local=None)


def test_a_time_that_happens_twice_needs_a_fold() -> None:
    with pytest.raises(CellError) as caught:
        at("2023-10-29T01:30")
    assert caught.value.code == "ambiguous-time"
    assert at("2023-10-29T01:30", fold="earlier").hour == 0
    assert at("2023-10-29T01:30", fold="later").hour == 1


def test_a_time_that_never_happens_is_refused() -> None:
    for fold in (None, "earlier"):
        with pytest.raises(CellError) as caught:
            at("2023-03-26T01:30", fold=fold)
        assert caught.value.code == "nonexistent-time"


@pytest.mark.parametrize(
    "text",
    ["2023-07-01T24:00", "2023-07-01T10:60", "2023-07-01T10:30:60", "2023-07-01", "10:30",
     "2023-02-30T10:00", "0001-01-01T00:00:00+14:00", "2023-07-01T10:00+24:00",
     "01/07/2023 13:00 PM"],
)  # fmt: skip
def test_times_that_are_none_are_refused(text: str) -> None:
    known = ("%d/%m/%Y %I:%M %p",) if "PM" in text else ()
    with pytest.raises(CellError):
        at(text, *known)


def test_zones_are_of_iana() -> None:
    with pytest.raises(ConfigError, match="not a time zone"):
        zone("Mars/Olympus", "test")


# Quick and careful agree.

digits = st.text("0123456789", max_size=21)
odd = st.sampled_from(
    ["", "-", "--", "£", " ", "(", ")", ",", ".", "..", "é", "€", "\u2212", "0x1A", "1e3", "-0.5",
     "1,234.50", "+5.00", "\u0661.00", "5.00€", ".50", "-.50", "--5.00", "007.00", "_", "1_0.00"]
)  # fmt: skip
amounts = st.one_of(
    odd,
    digits,
    st.builds("{}{}.{}".format, st.sampled_from(["", "-"]), digits, digits.map(lambda d: d[:3])),
    st.builds("{}{}".format, odd, odd),
)


def agrees(reader: Reader, texts: Sequence[str]) -> None:
    cells = pa.array(texts, pa.string())
    quick = reader.read(cells)
    slow = Reader(reader.parse, reader.type, nulls=reader.nulls).read(cells)
    assert quick.values.to_pylist() == slow.values.to_pylist()
    assert quick.values.type == slow.values.type
    assert {r: f.code for r, f in quick.faults.items()} == {
        r: f.code for r, f in slow.faults.items()
    }
    once = reader.read(cells.dictionary_encode())
    assert once.values.to_pylist() == quick.values.to_pylist()
    assert once.faults.keys() == quick.faults.keys()
    for row, text in enumerate(texts):
        plain = text.strip()
        missing = quick.values[row].as_py() is None and row not in quick.faults
        assert missing == (not plain or plain in reader.nulls)


@settings(deadline=None, max_examples=300)
@given(st.lists(amounts), st.sampled_from(["GBP", "JPY", "KWD"]), st.sampled_from([".", ","]))
@example(["1.00", "99999999999999999999.00"], "GBP", ".")
@example(["5.00", "--5.00"], "GBP", ".")
def test_money_is_the_same_quickly(texts: list[str], currency: str, decimal: str) -> None:
    numerals = Numerals(decimal, "," if decimal == "." else ".")
    agrees(readers.money_reader(numerals, currency), texts)


@settings(deadline=None, max_examples=300)
@given(st.lists(amounts))
def test_whole_numbers_are_the_same_quickly(texts: list[str]) -> None:
    agrees(readers.integer_reader(UK), texts)


@pytest.mark.slow
@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6)))
def test_identifiers_and_texts_are_the_same_quickly(texts: list[str]) -> None:
    from coprometrics_csv.convert import WHITE

    for reader in (readers.id_reader("s"), readers.text_reader()):
        cells = pa.array(texts, pa.string())
        slow = Reader(reader.parse, reader.type).read(cells).values.to_pylist()
        assert reader.read(cells).values.to_pylist() == slow
        often = pa.array([*texts, "", " ", " a", "a", "a "] * 1_000, pa.string())
        read = reader.read(often)
        assert isinstance(read.values, pa.DictionaryArray)
        assert read.values.dictionary.null_count == 0
        assert (
            read.values.to_pylist()
            == Reader(reader.parse, reader.type).read(often).values.to_pylist()
        )
    assert all(not text.strip(WHITE) or text.strip(WHITE)[0] not in WHITE for text in texts)


NAIVE = dt.datetime.fromisoformat
clock = (
    st.datetimes(NAIVE("0001-01-02"), NAIVE("9999-12-30"))
    | st.datetimes(NAIVE("1970-01-01"), NAIVE("2039-01-01"))
).map(lambda moment: moment.replace(microsecond=0))
near_change = st.datetimes(NAIVE("2023-03-26"), NAIVE("2023-03-26T03:00")) | st.datetimes(
    NAIVE("2023-10-29"), NAIVE("2023-10-29T03:00")
)
spoilt = st.sampled_from(
    ["2023-02-30T10:00:00Z", "2023-06-31T10:00:00Z", "2023-01-01T24:00:00Z", "",
     "2023-01-01T23:60:00Z", "2023-01-01T23:59:60Z", "0000-01-01T00:00:00Z", " 2023-01-01T00:00Z",
     "30/02/2023 10:00", "01/01/2023 25:00", "1/1/2023 9:00", "00/01/2023 10:00", "x"]
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(clock.map(lambda m: m.isoformat() + "Z") | spoilt))
def test_utc_instants_are_the_same_quickly(texts: list[str]) -> None:
    agrees(readers.datetime_reader((), LONDON, None), texts)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        (clock | near_change).map(
            lambda m: f"{m.day:02d}/{m.month:02d}/{m.year:04d} {m.hour:02d}:{m.minute:02d}"
        )
        | spoilt
    ),
    st.sampled_from([None, "earlier", "later"]),
)
def test_local_times_are_the_same_quickly(texts: list[str], fold: Any) -> None:
    reader = readers.datetime_reader(formats("%d/%m/%Y %H:%M"), LONDON, fold)
    assert reader.quick is not None
    agrees(reader, texts)


def test_missing_texts_are_missing_in_every_kind_of_column() -> None:
    for reader in (
        readers.text_reader(),
        readers.integer_reader(UK),
        readers.date_reader(()),
        readers.choice_reader({"a": "b"}, pa.string(), fold_case=False),
    ):
        reader.nulls = ("n/a", "-")
        read = reader.read(pa.array([" n/a ", "-", "", "  "]))
        assert read.values.null_count == 4
        assert read.faults == {}


def test_a_word_that_is_not_listed_names_those_that_are() -> None:
    reader = readers.choice_reader({"Talk": "talk", "Cuppa": "cuppa"}, pa.string(), fold_case=False)
    read = reader.read(pa.array(["Talk", "talk"]))
    assert read.values.to_pylist() == ["talk", None]
    assert "'Talk', 'Cuppa'" in read.faults[1].message
    folding = readers.choice_reader({"Talk": "talk"}, pa.string(), fold_case=True)
    assert folding.read(pa.array(["TALK"])).values.to_pylist() == ["talk"]
