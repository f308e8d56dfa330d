"""The importer as the core sees it: what it recognises, and what comes into a store."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coprometrics.documents import document_schema, structure
from coprometrics.errors import ConfigError, CoprometricsError, SchemaError, SourceError
from coprometrics.importers import Batch, Context, Importer, Source
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import ImportResult, import_source
from coprometrics.metrics import audience_growth, top_posts
from coprometrics.periods import Period
from coprometrics.plugins import Plugin
from coprometrics.records import AudienceSnapshot, Post
from coprometrics.store import Store
from coprometrics_csv import CsvImporter
from coprometrics_twitter import Twitter, TwitterImporter
from coprometrics_twitter.overview import MEASURES
from coprometrics_twitter.plugin import coprometrics_importers
from coprometrics_twitter.recognition import Variant

from .conftest import files, followers, manifest, run, script, tweet, zip_bytes
from .test_analytics import DAYS, NEW, OLD, day, new, old, table
from .test_responses import page, post, user

FOUND = Found(TwitterImporter(), Plugin("twitter", "coprometrics-twitter", "0.1.0"))
NOW = dt.datetime(2024, 2, 1, tzinfo=dt.UTC)


def identified(path: Path) -> str | None:
    match = TwitterImporter().identify(Source.at(path))
    if match is None:
        return None
    assert not match.generic
    return match.variant


def test_the_plugin_offers_one_importer() -> None:
    (importer,) = coprometrics_importers()
    assert isinstance(importer, Importer)
    assert (importer.name, importer.hook_api) == ("twitter", 1)


EXAMPLES: dict[str, tuple[str, bytes]] = {
    "archive": ("archive.zip", zip_bytes(files(tweet()))),
    "archive-file": ("tweets.js", script("tweets", [{"tweet": tweet()}])),
    "older analytics": ("a.csv", table(OLD, old()).encode()),
    "newer analytics": ("b.csv", table(NEW, new()).encode()),
    "overview": ("c.csv", table(DAYS, day()).encode()),
    "video": ("d.csv", b"Video overview,,,,,\r\nDate,Views\r\n"),
    "posts": ("r.json", json.dumps(page(post())).encode()),
    "account": ("u.json", json.dumps(user()).encode()),
}
VARIANTS = {
    "archive": "archive", "archive-file": "archive-file", "older analytics": "analytics",
    "newer analytics": "analytics", "overview": "analytics", "video": "analytics",
    "posts": "responses", "account": "responses",
}  # fmt: skip


@pytest.mark.parametrize("what", EXAMPLES)
def test_every_export_is_known_by_its_first_bytes(tmp_path: Path, what: str) -> None:
    name, data = EXAMPLES[what]
    (tmp_path / name).write_bytes(data)
    assert identified(tmp_path / name) == VARIANTS[what]


@pytest.mark.parametrize("what", ["older analytics", "newer analytics", "overview"])
def test_the_importer_of_any_csv_file_stands_back(tmp_path: Path, what: str) -> None:
    name, data = EXAMPLES[what]
    (tmp_path / name).write_bytes(data)
    match = CsvImporter().identify(Source.at(tmp_path / name))
    assert match is not None
    assert match.generic


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b"Order no,Buyer,Date,Impressions\n1,2,3,4\n"),
        ("a.csv", b""),
        ("a.csv", b"Date,Impressions\n"),
        ("a.json", b'{"attendees": [], "pagination": {"object_count": 0}}'),
        ("a.json", b'["public_metrics"]'),
        ("a.json", b'{"status_code": 429, "error": "HIT_RATE_LIMIT", "error_description": "wait"}'),
        ("a.json", b'{"title": "A plan", "status": "429", "type": "about:blank"}'),
        ("a.json", b'{"meta": {}, "page": {"result_count": 0}}'),
        ("a.js", b"window.data = []"),
        ("a.zip", zip_bytes({"report.docx": b""})),
        ("a.zip", zip_bytes({"src/tweets.js": b"export const tweets = [];"})),
        ("a.zip", b"PK\x03\x04"),
        ("a.txt", b"Tweets"),
    ],
)
def test_other_files_are_left_to_others(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    assert identified(tmp_path / name) is None
    with pytest.raises(SourceError, match="no export of X that is known; give the account archive"):
        run(tmp_path / name)


def test_folders_are_known_by_the_names_in_them(tmp_path: Path) -> None:
    assert identified(tmp_path) is None
    (tmp_path / "notes.json").write_text("{}")
    (tmp_path / "tweets.js").write_text("export const tweets = [];")
    assert identified(tmp_path) is None
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tweets.js").write_bytes(EXAMPLES["archive-file"][1])
    assert identified(tmp_path) == "archive"
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "1.json").write_bytes(EXAMPLES["posts"][1])
    assert identified(pages) == "responses"


def test_a_damaged_archive_is_still_known(tmp_path: Path) -> None:
    data = EXAMPLES["archive"][1]
    (tmp_path / "a.zip").write_bytes(data[: len(data) // 2])
    assert identified(tmp_path / "a.zip") == "archive"


def test_the_configuration_is_a_document() -> None:
    schema = document_schema(Twitter)
    assert schema["$id"] == "urn:coprometrics:schema:twitter-v1"
    assert "required" not in schema
    given = {"schema": "twitter-v1", "account": "@OurCharity", "exported_on": "2024-01-31"}
    config = structure(given, Twitter, "twitter.yaml")
    assert config == Twitter(account="OurCharity", exported_on=dt.date(2024, 1, 31))


@pytest.mark.parametrize(
    "wrong", [{"account": "our charity"}, {"timezone": "Mars/Base"}, {"with_texts": True}]
)
def test_a_wrong_configuration_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((ConfigError, SchemaError)):
        structure(wrong, Twitter, "twitter.yaml")


def imported(store: Store, path: Path, **settings: Any) -> ImportResult:
    context = Context(person_key=lambda _: "0" * 32, now=NOW)
    source = Source.at(path)
    return import_source(source, FOUND, store, config=Twitter(**settings), context=context)


def save(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def test_one_post_of_three_exports_is_one_record(tmp_path: Path) -> None:
    number = 1091000000000000001
    first = save(tmp_path, "a.zip", zip_bytes(files(tweet(number))))
    second = save(tmp_path, "r.json", json.dumps(page(post(number))))
    third = save(tmp_path, "p.csv", table(NEW, new(number)))
    with Store.open() as store:
        for path in (first, second, third):
            assert imported(store, path).clean
        (record,) = store.table(Post).to_pylist()
        assert (record["id"], record["impressions"]) == (f"x:{number}", 191)


def test_what_an_export_does_not_tell_is_unknown_after_it_and_a_notice_says_so(
    tmp_path: Path,
) -> None:
    number = 1091000000000000001
    response = page(post(number, referenced_tweets=[{"type": "quoted", "id": "9"}]))
    export = save(tmp_path, "p.csv", table(NEW, new(number)))
    with Store.open() as store:
        imported(store, save(tmp_path, "r.json", json.dumps(response)))
        (before,) = store.table(Post).to_pylist()
        imported(store, export)
        (after,) = store.table(Post).to_pylist()
    assert (before["quotes"], before["kind"], before["created_at"].hour) == (3, "quote", 10)
    assert (after["quotes"], after["kind"], after["created_at"].hour) == (None, "original", 0)
    (notice,) = (one for one in run(export).notices if one.code == "import-order")
    assert "quotes, the time of day become unknown" in notice.message
    older = run(save(tmp_path, "o.csv", table(OLD, old(number))))
    assert "quotes, bookmarks become unknown" in older.said


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    members = files(*[tweet(n) for n in range(1, 50)], follower=followers(5))
    path = save(tmp_path, "a.zip", zip_bytes(members))
    with Store.open() as store:
        first, second = imported(store, path), imported(store, path)
    assert first.written is not None
    assert second.written is not None
    assert (first.written.added, second.written.added) == (50, 0)
    assert second.written.unchanged == 50


def test_the_figures_of_a_report_come_out(tmp_path: Path) -> None:
    rows = [new(10**18 + n, Impressions=n * 100) for n in range(1, 5)]
    growth = Period(dt.date(2023, 1, 31), dt.date(2024, 1, 31), "year")
    with Store.open() as store:
        imported(store, save(tmp_path, "p.csv", table(NEW, *rows)))
        imported(store, save(tmp_path, "d.csv", table(DAYS, day())))
        for year, number in ((2023, 100), (2024, 125)):
            made = {"follower": followers(number), "manifest": manifest(f"{year}-01-31T12:00:00Z")}
            imported(store, save(tmp_path, "a.zip", zip_bytes(files(**made))))
        best = top_posts(store.table(Post))
        grown = audience_growth(store.table(AudienceSnapshot), "x", "followers", period=growth)
    assert best.figure("impressions", rank="1").number == 400
    assert grown.figure("growth", channel="x", measure="followers").text == "25.00%"


def test_progress_reaches_the_size_of_the_source(tmp_path: Path) -> None:
    path = save(tmp_path, "a.zip", zip_bytes(files(*[tweet(n) for n in range(1, 999)])))
    done: list[int] = []
    context = Context(person_key=str, now=NOW, progress=done.append)
    list(TwitterImporter().read(Source.at(path), Twitter(), context))
    assert done == sorted(done)
    assert 0 < done[-1] <= path.stat().st_size


mutations = st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=4)), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), mutations, st.integers(0, 5_000), st.booleans())
@example("archive-file", [(30, b'"')], 5_000, True)
def test_whatever_the_bytes_only_errors_of_the_project_come_out(
    tmp_path: Path, what: str, changes: list[tuple[int, bytes]], cut: int, with_text: bool
) -> None:
    name, whole = EXAMPLES[what]
    data = bytearray(whole)
    for at, new_bytes in changes:
        place = at % (len(data) + 1)
        data[place : place + len(new_bytes)] = new_bytes
    if cut < len(data):
        del data[cut:]
    path = save(tmp_path, name, bytes(data))
    try:
        identified(path)
        found = run(path, account="OurCharity", with_text=with_text)
        assert len(found.batches) < 100
    except CoprometricsError:
        pass


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["a.csv", "a.js", "a.json", "a.zip"]),
)
def test_any_bytes_in_the_place_of_an_export(tmp_path: Path, data: bytes, name: str) -> None:
    heads = {
        "a.csv": table(NEW, new()).encode(),
        "a.js": b"window.YTD.tweets.part0 = [",
        "a.json": b'{"public_metrics": 1, "data": [',
        "a.zip": b"PK\x03\x04",
    }
    for whole in (data, heads[name] + data):
        path = save(tmp_path, name, whole)
        try:
            identified(path)
            run(path, account="OurCharity")
        except CoprometricsError as error:
            assert str(error)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.fixed_dictionaries(
    {},
    optional={
        "id_str": st.sampled_from(["1", "22", "", None, 5, "x", "01", "0"]),
        "created_at": st.sampled_from(["Wed Oct 10 20:19:24 +0000 2018", "", None, "Wed"]),
        "full_text": st.sampled_from(["RT @a", "hello", "", None, "\x00"]),
        "favorite_count": st.sampled_from(["1", "", None, 7, "-1", "9" * 19, "9" * 18, "\u0663"]),
        "retweet_count": st.sampled_from(["0", 0, "00"]),
        "in_reply_to_user_id": st.sampled_from([None, "1", ""]),
    },
), max_size=5))  # fmt: skip
def test_the_quick_way_and_the_careful_one_agree(
    tmp_path: Path, changes: list[dict[str, Any]]
) -> None:
    each = [[{"tweet": tweet(n, **one)}] for n, one in enumerate(changes, 1)]
    kept: list[Any] = []
    refused = 0
    for items in each:
        found = run(save(tmp_path, "tweets.js", script("tweets", items)), account="a")
        kept += [row for batch in found.batches for row in batch.rows.to_pylist()]
        refused += len(found.refusals)
    # One bad item makes the importer take the careful way for all of them.
    bad = {"tweet": tweet(favorite_count="x")}
    together = [items[0] for items in each] + [bad]
    found = run(save(tmp_path, "tweets.js", script("tweets", together)), account="a")
    assert [row for batch in found.batches for row in batch.rows.to_pylist()] == kept
    assert len(found.refusals) == refused + 1


@pytest.mark.samples
def test_the_real_files_of_an_archive_are_read(samples: Path, tmp_path: Path) -> None:
    real = samples / "twitter" / "archive"
    if not real.is_dir():
        pytest.skip("there is no sample of an archive")
    folder = tmp_path / "data"
    folder.mkdir()
    for path in real.glob("*.js"):
        (folder / path.name).write_bytes(path.read_bytes())
    assert identified(tmp_path) == "archive"
    found = run(tmp_path, exported_on=dt.date(2024, 1, 31))
    assert found.counts == {"followers": (dt.date(2024, 1, 31), 2)}
    email = "@example.com"
    assert email not in found.said + repr([b.rows.to_pylist() for b in found.batches])
    assert all(isinstance(batch, Batch) for batch in found.batches)


def test_giving_up_leaves_no_thread_behind(tmp_path: Path) -> None:
    body = b",".join([json.dumps({"tweet": tweet()}).encode()] * 30_000)
    path = save(tmp_path, "tweets.js", b"window.YTD.tweets.part0 = [" + body + b"]")
    threads = threading.active_count()
    context = Context(person_key=str, now=NOW)
    items = TwitterImporter().read(Source.at(path), Twitter(account="a"), context)
    assert isinstance(next(items), Batch)
    items.close()  # type: ignore[attr-defined]  # it is a generator
    assert threading.active_count() == threads


README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_page_names_every_setting_variant_and_measure() -> None:
    for attribute in attrs.fields(Twitter):
        assert f"`{attribute.name}`" in README or f"`{attribute.name}: " in README
    for variant in Variant:
        assert f"| `{variant.value}` |" in README
    for measure in MEASURES:
        assert f"`{measure}`" in README
