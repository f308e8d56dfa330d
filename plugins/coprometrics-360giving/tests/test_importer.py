"""The importer as the core sees it, and laws that hold for all grants."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprometrics.documents import document_schema, structure
from coprometrics.errors import SchemaError, SourceError
from coprometrics.importers import Context, Importer, Source
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import ImportResult, import_source
from coprometrics.plugins import Plugin
from coprometrics.records import GrantAward, Organisation
from coprometrics.store import Store
from coprometrics_360giving import Giving, GivingImporter
from coprometrics_360giving.fields import PARTS, PLAIN
from coprometrics_360giving.plugin import coprometrics_importers
from coprometrics_csv import CsvImporter
from coprometrics_eventbrite.importer import EventbriteImporter
from coprometrics_twitter import TwitterImporter

from .conftest import TODAY, Read, gathered, grant, package, run, table
from .test_table import PATHS, ROW

FOUND = Found(GivingImporter(), Plugin("360giving", "coprometrics-360giving", "0.1.0"))
OTHERS = (CsvImporter(), EventbriteImporter(), TwitterImporter())


def test_the_plugin_offers_one_importer() -> None:
    (importer,) = coprometrics_importers()
    assert isinstance(importer, Importer)
    assert (importer.name, importer.hook_api) == ("360giving", 1)


OURS = {
    "grants.json": package(grant()),
    "late.json": json.dumps({"publisher": {"name": "x" * 9_000}, "grants": [grant()]}),
    "titles.csv": table(ROW),
    "paths.tsv": table({PATHS[label]: cell for label, cell in ROW.items()}, delimiter="\t"),
    "least.csv": "Identifier,Amount Awarded,Currency\n",
    "few.json": '{"grants": [{"id": "a", "amountAwarded": 1, "awardDate": "2019"}]}',
    "marked.csv": "\ufeff" + table(ROW),
}
NOT_OURS = {
    "a.json": '{"grants": []}',
    "b.json": f"[{package(grant())}]",
    "c.json": '{"data": [{"amountAwarded": 1, "awardDate": "2019"}]}',
    "d.csv": "Order #,Amount,Currency\n",
    "e.csv": "Identifier,Title,Currency\n",
    "f.csv": "",
    "g.txt": "amountAwarded, awardDate and id",
    "h.zip": "PK\x03\x04",
}


@pytest.mark.parametrize("name", OURS)
def test_grants_are_known_by_their_first_bytes_and_left_to_us(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(OURS[name], "utf-8")
    source = Source.at(tmp_path / name)
    match = GivingImporter().identify(source)
    assert match is not None
    assert not match.generic
    assert match.variant == ("package" if name.endswith(".json") else "table")
    for other in OTHERS:
        found = other.identify(source)
        assert found is None or found.generic


@pytest.mark.parametrize("name", NOT_OURS)
def test_other_files_are_left_to_others(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(NOT_OURS[name], "utf-8")
    assert GivingImporter().identify(Source.at(tmp_path / name)) is None


def test_a_folder_is_none_of_ours(tmp_path: Path) -> None:
    assert GivingImporter().identify(Source.at(tmp_path)) is None
    with pytest.raises(SourceError, match="this is a folder; give one file of grants"):
        run(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (
            "grants.xlsx",
            b"PK\x03\x04",
            "this is a spreadsheet workbook or a zip archive, not a CSV",
        ),
        ("grants.csv", b"PK\x03\x04", "this is a spreadsheet workbook or a zip archive, not a CSV"),
        ("grants", b"{}", 'it has no list of "grants"'),
        ("grants.jsonl", b"[]", "it is a list and no package"),
    ],
)
def test_another_form_is_refused_with_what_to_do(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError, match=message) as caught:
        run(tmp_path / name)
    assert caught.value.remedy


def imported(store: Store, path: Path, **more: Any) -> ImportResult:
    context = Context(person_key=lambda _: "0" * 32, now=TODAY)
    return import_source(Source.at(path), FOUND, store, config=Giving(**more), context=context)


def test_one_identifier_of_different_grants_is_refused_or_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "grants.json"
    later = grant(awardDate="2024-03-01")
    backwards = grant(id="360G-b", plannedDates=[{"startDate": "2019-02", "endDate": "2019-01-31"}])
    path.write_text(package(grant(), later, grant(id="360G-a"), grant(id="360G-a"), backwards))
    store = Store.open()
    result = imported(store, path)
    assert result.problems == {"conflicting-duplicate": 2, "ends-before-start": 1}
    assert "repeated-records" in {notice.code for notice in result.notices}
    assert [one.id for one in store.records(GrantAward)] == ["360giving:360G-a"]
    assert len(list(store.records(Organisation))) == 2
    again = imported(store, path)
    assert again.written is not None
    assert (again.written.added, again.written.replaced) == (0, 0)
    apart = imported(Store.open(), path, recurring="by_award_date")
    assert apart.problems == {"ends-before-start": 1}


def test_the_settings_are_a_document_with_a_schema() -> None:
    schema = document_schema(Giving)
    assert schema["$id"] == "urn:coprometrics:schema:360giving-v1"
    assert structure({"ours": ["GB-CHC-1999999"]}, Giving, "giving.yaml").ours == (
        "GB-CHC-1999999",
    )
    with pytest.raises(SchemaError, match="recurring"):
        structure({"recurring": "merge"}, Giving, "giving.yaml")


def text(letters: str, most: int) -> st.SearchStrategy[str]:
    return st.text(letters, min_size=1, max_size=most).map(str.strip).filter(bool)


WORDS = text("abc éß,;\"'#=-\n", 12)
CODES = st.sampled_from(["GB-CHC-1999999", "GB-COH-99999999", "360G-x", "odd", "XI-A-1"])
DATES = st.one_of(
    st.dates().map(str),
    st.dates().map(lambda day: str(day)[:7]),
    st.dates().map(lambda day: f"{day}T12:00:00Z"),
)
NUMBERS = st.decimals(-1e9, 1e9, places=2) | st.integers(-(10**6), 10**6)
EVENT = st.fixed_dictionaries(
    {}, optional={"startDate": DATES, "endDate": DATES, "duration": st.integers(0, 40)}
)
ORGANISATION = st.fixed_dictionaries(
    {}, optional={"id": CODES, "name": WORDS, "charityNumber": st.sampled_from(["1999998", "?"])}
)
GRANT = st.fixed_dictionaries(
    {"id": text("abc-19/é", 6), "currency": st.sampled_from(["GBP", "EUR"])},
    optional={
        "title": WORDS,
        "description": WORDS | st.just("ada@example.org"),
        "amountAwarded": NUMBERS,
        "amountDisbursed": NUMBERS,
        "awardDate": DATES,
        "plannedDates": st.lists(EVENT, max_size=2),
        "actualDates": st.lists(EVENT, max_size=2),
        "recipientOrganization": st.lists(ORGANISATION, max_size=2),
        "fundingOrganization": st.lists(ORGANISATION, max_size=2),
    },
)


def flattened(grant_: dict[str, Any], titles: bool) -> dict[str, str]:
    """Flatten a grant, as the standard's own tool does."""
    row: dict[str, str] = {}
    within = {
        "plannedDates": "Planned Dates", "actualDates": "Actual Dates",
        "recipientOrganization": "Recipient Org", "fundingOrganization": "Funding Org",
    }  # fmt: skip
    for name, value in grant_.items():
        if not isinstance(value, list):
            row[PLAIN[name] if titles else name] = f"{value}"
            continue
        for index, part in enumerate(value):
            for key, cell in part.items():
                label = f"{within[name]}:{index}:{PARTS[name][key]}"
                row[label if titles else f"{name}/{index}/{key}"] = f"{cell}"
    return row


def as_package(grants: list[dict[str, Any]]) -> str:
    """Write a package with its decimals as they are, which json cannot."""
    written = json.dumps({"grants": grants}, default=lambda value: f"number {value}")
    return re.sub(r'"number (-?[0-9.E+]+)"', r"\1", written)


def records(read: Read) -> tuple[Any, ...]:
    """Give what was read, without places and in an order of its own."""
    rows = [
        {**row, "same_as": tuple(row.get("same_as") or ())}
        for batch in read.batches
        for row in batch.rows.to_pylist()
    ]
    return (
        sorted(map(repr, rows)),
        [[problem.code for problem in refusal.problems] for refusal in read.refusals],
        [
            (notice.code, notice.message.partition("(")[0])
            for notice in read.notices
            if not notice.code.startswith("unmapped")
        ],
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grants=st.lists(GRANT, min_size=1, max_size=4), titles=st.booleans(), data=st.data())
def test_a_package_and_its_table_give_the_same_in_any_order(
    tmp_path: Path, grants: list[dict[str, Any]], titles: bool, data: st.DataObject
) -> None:
    least = {"id": "", "amountAwarded": ""}
    labels = {PLAIN[name] if titles else name: "" for name in least}
    rows = [{**labels, **flattened(one, titles)} for one in grants]
    (tmp_path / "a.json").write_text(as_package(grants), "utf-8")
    (tmp_path / "a.csv").write_text(table(*rows), "utf-8", newline="")
    package_, table_ = run(tmp_path / "a.json"), run(tmp_path / "a.csv")
    assert records(package_) == records(table_)
    (tmp_path / "b.json").write_text(as_package(data.draw(st.permutations(grants))), "utf-8")
    assert records(run(tmp_path / "b.json"))[0] == records(package_)[0]


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Give the places of all values within a value, and of itself."""
    inner: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        inner = enumerate(value)
    return [path, *(spot for key, one in inner for spot in spots(one, (*path, key)))]


WHOLE = grant(
    amountDisbursed=10,
    amountAppliedFor=20,
    actualDates=[{"startDate": "2023", "duration": 3}],
    recipientIndividual={"id": "360G-IND-1", "name": "Somebody Real"},
    toIndividualsDetails={"grantPurpose": ["GTIP010"]},
)
STRANGE = [
    None, True, 0, -1, 10**30, 1.5, "", "x\0\ud800", "Somebody Real", [], [[]], {}, {"id": {}},
]  # fmt: skip


@pytest.mark.parametrize("spot", spots(WHOLE), ids=lambda spot: "/".join(map(str, spot)) or "grant")
def test_whatever_stands_in_a_field_gives_a_record_or_a_refusal(tmp_path: Path, spot: Any) -> None:
    changed = []
    for strange in STRANGE:
        whole: Any = [copy.deepcopy(WHOLE)]
        place = whole
        path = (0, *spot)
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = strange
        changed.append(whole[0])
    path_ = tmp_path / "a.json"
    path_.write_text(package(*changed))
    read = gathered(GivingImporter().read(Source.at(path_), Giving(), Context(person_key=str)))
    awards = sum(len(b.rows) for b in read.batches if b.record_type is GrantAward)
    assert awards + len(read.refusals) == len(STRANGE)
    assert all(refusal.problems for refusal in read.refusals)
    assert "Somebody" not in repr((read.notices, read.refusals))
