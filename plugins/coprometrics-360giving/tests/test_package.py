"""Packages in JSON: what is around the grants, and files that are damaged or made to do harm."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from coprometrics.errors import SourceError

from .conftest import Read, grant, package, run

Reader = Callable[..., Read]


def test_what_is_told_of_the_package_may_stand_anywhere(read: Reader) -> None:
    publisher = {"name": "Example Trust", "logo": [[{}]]}
    text = json.dumps({"publisher": publisher, "grants": [grant()], "version": "1.4"})
    assert read(b"\xef\xbb\xbf" + text.encode()).notices == []


@pytest.mark.parametrize("version", ["1.9", "2.0", "x" * 500, 1.4, ["1.4"], None])
def test_an_unknown_version_is_a_notice(read: Reader, version: object) -> None:
    found = read(package(grant(), version=version))
    assert len(found.grants) == 1
    assert found.findings == ({"unknown-version"} if version is not None else set())
    assert all(len(notice.message) < 200 for notice in found.notices)


def test_fields_that_no_record_keeps_are_listed_once(read: Reader) -> None:
    grants = [
        grant(id=f"360G-a-{n}", relatedDocument=[{"title": "Report"}], fromOpenCall="Yes")
        for n in range(3)
    ]
    said = read(*grants).said
    assert (
        said["unmapped-fields"] == "fields that no record keeps: 'fromOpenCall', 'relatedDocument'"
    )
    many = read(grant(**{f"extra{n:02}": n for n in range(25)})).said["unmapped-fields"]
    assert many.endswith("'extra19' and 5 more")


def test_a_field_that_is_there_twice_refuses_its_grant(read: Reader) -> None:
    twice = package(grant()).replace('"amountAwarded"', '"amountAwarded": 5, "amountAwarded"')
    problem = read(twice).problem
    assert (problem.code, problem.field) == ("repeated-field", "/grants/0/amountAwarded")
    within = package(grant()).replace('"startDate"', '"startDate": "2019", "startDate"')
    assert read(within).problem.field == "/grants/0/plannedDates/0/startDate"
    unread = package(grant(url="a")).replace('"url"', '"url": "b", "url"')
    assert len(read(unread).grants) == 1


GOOD = package(grant())

BROKEN = {
    "empty": (b"", "no whole JSON document in UTF-8, before the first grant"),
    "blank": (b" \n", "no whole JSON document"),
    "cut": (GOOD[:-40].encode(), "no whole JSON document in UTF-8, after item 1"),
    "more": ((GOOD + "x").encode(), "no whole JSON document"),
    "utf-16": (GOOD.encode("utf-16"), "no whole JSON document"),
    "latin-1": (GOOD.replace("garden", "jardin café").encode("latin-1"), "no whole JSON document"),
    "NULs": (b"\0" * 100, "no whole JSON document"),
    "NaN": (GOOD.replace("1000", "NaN").encode(), "no whole JSON document"),
    "a list": (f"[{GOOD}]".encode(), "it is a list and no package; give a package as"),
    "a text": (b'"grants"', "it is a single value and no package"),
    "no grants": (b'{"grant": []}', 'it has no list of "grants"'),
    "an object": (b'{"grants": {"id": "a"}}', 'its "grants" are no list'),
    "twice": (b'{"grants": [], "grants": []}', 'it has "grants" twice'),
    "digits": (GOOD.replace("1000", "1" * 5_000).encode(), "a number with more digits"),
    "exponent": (GOOD.replace("1000", "1e" + "9" * 30).encode(), "a number with more digits"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_package_is_refused_as_a_whole(read: Reader, how: str) -> None:
    data, message = BROKEN[how]
    with pytest.raises(SourceError, match=message) as caught:
        read(data)
    assert caught.value.where == "grants.json"
    assert caught.value.remedy
    assert "garden" not in str(caught.value)


def test_a_grant_without_end_is_not_held(read: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coprometrics_360giving.package.LONGEST_ITEM", 100_000)
    before = '{"publisher": "' + "a" * 50_000 + '", "grants": ['
    large = [json.dumps(grant(id=f"360G-a-{n}", project="a" * 90_000)) for n in range(4)]
    assert len(read(f"{before}{','.join(large)}]}}").grants) == 4
    with pytest.raises(SourceError, match="item 2 or what follows it has more than 100,000 bytes"):
        read(before + json.dumps(grant()) + ', {"id": "' + "a" * 300_000)


def test_an_empty_list_is_a_notice(read: Reader) -> None:
    assert read('{"grants": []}').findings == {"no-grants"}


def test_depth_and_width_that_nobody_needs_are_passed_over(read: Reader) -> None:
    deep = "[" * 50_000 + "]" * 50_000
    text = package(grant(project=77_777)).replace("77777", deep)
    assert len(read(text).grants) == 1
    wanted = package(grant(amountAwarded=77_777)).replace("77777", deep)
    assert read(wanted).problem.value == "a list"
    wide = package(grant(fundingOrganization=[{}] * 1_001))
    assert read(wide).problem.code == "too-many-parts"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.json"
        one = json.dumps(grant(description="x" * 5_000))
        path.write_text('{"grants": [' + ",".join([one] * count) + "]}")
        tracemalloc.start()
        try:
            read = run(path)
            assert sum(len(batch.rows) for batch in read.batches) == count + 2
            assert max(len(batch.rows) for batch in read.batches) <= 2_048
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(20), peak(800)
    assert large - small < 2 << 20
