"""The account archive is read in all its forms, and gives no more than it should."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coprometrics.errors import ConfigError, SourceError
from coprometrics.records import Post
from coprometrics_twitter.items import WINDOW, Items

from .conftest import ACCOUNT, files, followers, manifest, run, script, tweet, zip_bytes


def test_a_post_becomes_a_record(archive: Any) -> None:
    found = archive(files(tweet(1050118621198921728)))
    assert found.post == Post(
        id="x:1050118621198921728",
        platform="x",
        account="OurCharity",
        created_at=dt.datetime(2018, 10, 10, 20, 19, 24, tzinfo=dt.UTC),
        timezone="UTC",
        kind="original",
        likes=3,
        reposts=1,
        permalink="https://x.com/OurCharity/status/1050118621198921728",
    )


def test_what_an_archive_does_not_know_is_missing_and_not_zero(archive: Any) -> None:
    post = archive(files(tweet(favorite_count="0"))).post
    assert post.likes == 0
    assert (post.impressions, post.replies, post.quotes, post.engagements) == (None,) * 4


def test_a_notice_says_in_which_order_to_import(archive: Any) -> None:
    found = archive(files(tweet()))
    assert found.codes == {"import-order"}
    assert "import the analytics exports" in found.notices[0].message


@pytest.mark.parametrize(
    "members",
    [
        {"data/tweets.js": script("tweets", [{"tweet": tweet(1)}])},
        {"tweets.js": script("tweets", [{"tweet": tweet(1)}])},
        {"data/tweet.js": script("tweet", [{"tweet": tweet(1)}])},
        {"tweet.js": script("tweet", [tweet(1)])},
        {"twitter-2022-11-10-abc/data/tweets.js": script("tweets", [{"tweet": tweet(1)}])},
        {"data/tweets.js": script("tweets", [{"tweet": tweet(1)}], indent=None)},
        {"data/tweet.js": script("tweet", [tweet(1)], separators=(",", ":"), indent=None)},
        {"data/tweets.js": b"\xef\xbb\xbf" + script("tweets", [{"tweet": tweet(1)}]) + b";\r\n"},
    ],
)
def test_every_generation_of_names_and_items_is_read(
    archive: Any, tmp_path: Path, members: dict[str, bytes]
) -> None:
    assert archive(members, account="OurCharity").post.id == "x:1"
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "archive.zip") as zipped:
        zipped.extractall(folder)
    assert run(folder, account="OurCharity").post.id == "x:1"


def test_parts_are_read_in_order_and_name_the_place_of_a_post(archive: Any) -> None:
    members = files(tweet(1), tweet(2))
    for part in (1, 2, 10):
        items = [{"tweet": tweet(100 + part)}, {"tweet": tweet("no number")}]
        members[f"data/tweets-part{part}.js"] = script("tweets", items, part)
    found = archive(members)
    assert [post.id for post in found.posts] == ["x:1", "x:2", "x:101", "x:102", "x:110"]
    assert [str(refusal.at) for refusal in found.refusals] == [
        "page 1, item 2", "page 2, item 2", "page 10, item 2",
    ]  # fmt: skip
    assert [batch.indexes.to_pylist() for batch in found.batches] == [[1, 2], [1], [1], [1]]


def test_other_files_that_look_alike_are_left_alone(archive: Any) -> None:
    others = ("deleted-tweets", "tweet-headers", "tweetdeck", "community-tweet")
    more = {name: script(name.replace("-", "_"), [{"tweet": tweet(9)}]) for name in others}
    assert archive(files(tweet(1), **more)).post.id == "x:1"


def test_wrapped_and_bare_items_may_be_mixed(archive: Any) -> None:
    members = files() | {"data/tweets.js": script("tweets", [{"tweet": tweet(1)}, tweet(2)])}
    assert [post.id for post in archive(members).posts] == ["x:1", "x:2"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "original"),
        ({"full_text": "RT @other: hello"}, "repost"),
        ({"full_text": "\n RT @other: hello"}, "repost"),
        ({"full_text": "RT this if you agree"}, "original"),
        ({"in_reply_to_status_id_str": "9"}, "reply"),
        ({"in_reply_to_user_id": "9"}, "reply"),
        ({"in_reply_to_user_id_str": "9"}, "reply"),
        ({"in_reply_to_status_id": None}, "original"),
        ({"quoted_status_id_str": "9"}, "quote"),
        ({"is_quote_status": True}, "quote"),
        ({"is_quote_status": False}, "original"),
        ({"in_reply_to_status_id": "8", "quoted_status_id": "9"}, "reply"),
        ({"full_text": None, "text": "RT @other: hello"}, "repost"),
    ],
)
def test_kinds_are_told_apart(archive: Any, changes: dict[str, Any], kind: str) -> None:
    assert archive(files(tweet(**changes))).post.kind == kind


def test_numbers_may_be_texts_or_numbers(archive: Any) -> None:
    post = archive(files(tweet(id_str=None, id=77, favorite_count=5, retweet_count=None))).post
    assert (post.id, post.likes, post.reposts) == ("x:77", 5, None)


def test_text_is_kept_only_when_asked_for(archive: Any) -> None:
    members = files(tweet())
    assert archive(members).post.text is None
    assert archive(members, with_text=True).post.text == "We opened a new garden."


def test_the_time_zone_is_that_of_the_configuration(archive: Any) -> None:
    assert archive(files(tweet()), timezone="Europe/London").post.timezone == "Europe/London"


def test_followers_are_counted_at_the_date_of_the_export(archive: Any) -> None:
    members = files(tweet(), follower=followers(1234))
    assert archive(members).counts == {"followers": (dt.date(2024, 1, 31), 1234)}
    found = archive(members, timezone="Europe/Berlin")
    assert found.counts == {"followers": (dt.date(2024, 2, 1), 1234)}
    assert found.records[-1].id == "x:ourcharity:followers:2024-02-01"


def test_parts_of_the_followers_are_one_count(archive: Any) -> None:
    more = script("follower", [{"follower": {"accountId": "x"}}] * 3, 1)
    members = files(follower=followers(2)) | {"data/follower-part1.js": more}
    assert archive(members).counts == {"followers": (dt.date(2024, 1, 31), 5)}


def test_who_follows_is_not_kept(archive: Any) -> None:
    data = script("follower", [{"follower": {"accountId": "987654321"}}])
    found = archive(files(follower=data))
    assert "987654321" not in repr([batch.rows.to_pylist() for batch in found.batches])


def test_a_count_without_a_date_needs_one(archive: Any) -> None:
    members = files(follower=followers(3))
    del members["data/manifest.js"]
    found = archive(members)
    assert found.counts == {}
    assert "set exported_on" in found.notices[-1].message
    day = dt.date(2023, 12, 31)
    assert archive(members, exported_on=day).counts == {"followers": (day, 3)}


def test_the_date_of_the_archive_goes_before_the_configuration(archive: Any) -> None:
    found = archive(files(follower=followers(3)), exported_on=dt.date(2020, 1, 1))
    assert found.counts == {"followers": (dt.date(2024, 1, 31), 3)}


def test_followers_that_cannot_be_read_make_no_count(archive: Any) -> None:
    data = script("follower", [{"follower": {"accountId": "1"}}, {"other": 1}])
    found = archive(files(follower=data))
    assert found.counts == {}
    assert found.problem.code == "unexpected-item"
    assert "followers-not-sure" in found.codes


def test_nothing_of_the_owner_gets_out(archive: Any) -> None:
    found = archive(files(tweet(), tweet("x"), follower=followers(1)))
    everything = found.said + repr([batch.rows.to_pylist() for batch in found.batches])
    for private in ("ada.byron", "7946", "Our Charity"):
        assert private not in everything


def test_no_more_is_read_of_the_account_than_who_it_is(archive: Any) -> None:
    own = {"account": {"username": "OurCharity"}}
    many = script("account", [own, *[{"account": {"username": "x" * 900}}] * 9_000])
    assert len(many) > 4 * WINDOW
    with pytest.MonkeyPatch.context() as patched:
        seen: list[int] = []
        windows = Items.windows

        def counted(items: Items[Any]) -> Iterator[Any]:
            for window in windows(items):
                seen.append(items.done)
                yield window

        patched.setattr(Items, "windows", counted)
        assert archive(files(tweet(), account=many)).post.account == "OurCharity"
    assert min(seen) < len(many) // 2


def test_the_account_is_said_by_the_manifest_where_its_file_is_missing(archive: Any) -> None:
    members = files(tweet())
    del members["data/account.js"]
    assert archive(members).post.account == "OurCharity"
    del members["data/manifest.js"]
    with pytest.raises(ConfigError, match=r"does not say whose posts .*; set account"):
        archive(members)
    assert archive(members, account="@elsewhere").post.account == "elsewhere"


def test_the_archive_of_another_account_is_refused(archive: Any) -> None:
    with pytest.raises(ConfigError, match=r"this is the archive of OurCharity, and .* says Other"):
        archive(files(tweet()), account="Other")
    assert archive(files(tweet()), account="ourcharity").post.account == "OurCharity"


def test_a_partial_archive_is_pointed_out(archive: Any) -> None:
    members = files(tweet(), manifest=manifest(isPartialArchive=True))
    found = archive(members)
    assert "partial-archive" in found.codes
    assert "import the other parts too" in found.said


def listing(*names: str, **info: Any) -> bytes:
    """Make a manifest that lists the files of posts and of followers."""
    start = manifest(**info)
    listed: dict[str, Any] = {"tweets": {"files": []}, "follower": {"files": []}}
    for name in names:
        kind = "follower" if name.startswith("follower") else "tweets"
        listed[kind]["files"].append({"fileName": f"data/{name}", "count": "1"})
    return start[:-2] + f', "dataTypes": {json.dumps(listed)}}}'.encode()


def test_the_followers_of_one_part_are_not_taken_for_all(archive: Any) -> None:
    def read(made: bytes) -> Any:
        return archive(files(tweet(), follower=followers(3), manifest=made))

    found = read(manifest(isPartialArchive=True))
    assert (len(found.posts), found.counts) == (1, {})
    assert {"partial-archive", "followers-not-sure"} <= found.codes
    found = read(listing("tweets.js", "tweets-part1.js", "follower.js", isPartialArchive=True))
    assert found.counts == {"followers": (dt.date(2024, 1, 31), 3)}
    assert "partial-archive" in found.codes
    found = read(listing("tweets.js", "follower.js", "follower-part1.js"))
    assert found.counts == {}
    assert {"partial-archive", "followers-not-sure"} <= found.codes
    found = read(listing("tweets.js", "follower.js"))
    assert found.counts == {"followers": (dt.date(2024, 1, 31), 3)}
    assert found.codes == {"import-order"}


def test_an_archive_that_says_it_is_partial_is_believed_where_no_file_is_missing(
    archive: Any,
) -> None:
    made = listing("tweets.js", "follower.js", isPartialArchive=True)
    found = archive(files(tweet(), follower=followers(3), manifest=made))
    assert found.codes == {"partial-archive", "import-order"}
    assert found.counts == {"followers": (dt.date(2024, 1, 31), 3)}


def test_two_archives_in_one_folder_are_refused(archive: Any) -> None:
    members = {f"{n}/{name}": data for n in "ab" for name, data in files(tweet()).items()}
    with pytest.raises(SourceError, match="there are 2 account archives in it"):
        archive(members)


def test_one_file_of_an_archive_is_read_on_its_own(export: Any) -> None:
    data = script("tweets", [{"tweet": tweet(1)}])
    assert export(data, "tweets.js", account="OurCharity").post.id == "x:1"
    day = dt.date(2024, 1, 1)
    found = export(followers(7), "follower.js", exported_on=day)
    assert found.counts == {"followers": (day, 7)}
    assert found.codes == {"no-account"}
    with pytest.raises(ConfigError, match="set account"):
        export(data, "tweets.js")


BAD: dict[str, tuple[Any, str]] = {
    "a rounded number": ({"id_str": "6.49E+17", "id": None}, "not-an-id"),
    "a number with a zero before it": ({"id_str": "0123"}, "not-an-id"),
    "no number": ({"id_str": None, "id": None}, "not-an-id"),
    "a number that is a float": ({"id_str": None, "id": 6.49e17}, "unexpected-item"),
    "no time": ({"created_at": None}, "unexpected-item"),
    "another time": ({"created_at": "2018-10-10"}, "not-a-time"),
    "no such day": ({"created_at": "Fri Feb 30 20:19:24 +0000 2018"}, "not-a-time"),
    "another weekday": ({"created_at": "Thu Oct 10 20:19:24 +0000 2018"}, "not-a-time"),
    "before the first year": ({"created_at": "Mon Jan 01 00:00:00 +1200 0001"}, "not-a-time"),
    "after the last year": ({"created_at": "Fri Dec 31 23:59:59 -1200 9999"}, "not-a-time"),
    "no such hour": ({"created_at": "Wed Oct 10 25:19:24 +0000 2018"}, "not-a-time"),
    "a count in words": ({"favorite_count": "many"}, "not-a-count"),
    "a count below zero": ({"retweet_count": -1}, "not-a-count"),
    "a huge count": ({"favorite_count": 10**30}, "not-a-count"),
    "a huge count as text": ({"favorite_count": "9" * 5000}, "not-a-count"),
    "half a character": ({"full_text": "\ud83d"}, "not-json"),
    "a list for a text": ({"full_text": ["a"]}, "unexpected-item"),
}


@pytest.mark.parametrize("indent", [None, 2], ids=["one line", "many lines"])
@pytest.mark.parametrize("what", BAD)
def test_one_bad_item_is_refused_alone(archive: Any, what: str, indent: int | None) -> None:
    changes, code = BAD[what]
    items = [{"tweet": tweet(n)} for n in range(1, 6)]
    items[2] = {"tweet": tweet(3) | changes}
    found = archive(files() | {"data/tweets.js": script("tweets", items, indent=indent)})
    assert [post.id for post in found.posts] == ["x:1", "x:2", "x:4", "x:5"]
    assert found.problem.code == code
    assert str(found.refusals[0].at) == "page 0, item 3"


BROKEN = {
    "not UTF-8": (b'"full_text": "We', b'"full_text": "\xff\xfe'),
    "NUL": (b'"full_text": "We', b'"full_text": "\x00'),
    "no value": (b'"full_text": "We opened a new garden."', b'"full_text": nul'),
    "a missing brace": (b'"full_text": "We opened a new garden."', b'"full_text": {'),
    "an open string": (b'"full_text": "We opened a new garden."', b'"full_text": "We'),
    "deep lists": (
        b'"full_text": "We opened a new garden."',
        b'"a": ' + b"[" * 10**5 + b"]" * 10**5,
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_one_broken_item_does_not_end_the_file(archive: Any, what: str) -> None:
    before, after = BROKEN[what]
    items = [{"tweet": tweet(n)} for n in range(1, 6)]
    at = items[2]["tweet"]
    data = script("tweets", items)
    start = data.index(f'"id_str": "{at["id_str"]}"'.encode())
    data = data[:start] + data[start:].replace(before, after, 1)
    found = archive(files() | {"data/tweets.js": data})
    assert [post.id for post in found.posts] == ["x:1", "x:2", "x:4", "x:5"]
    assert found.problem.code in ("not-json", "not-utf-8", "too-deep")


def test_texts_that_no_record_can_hold_are_refused_unseen(archive: Any) -> None:
    found = archive(files(tweet(1, full_text="secret\x00words"), tweet(2)), with_text=True)
    assert [post.id for post in found.posts] == ["x:2"]
    assert found.problem.code == "not-a-text"
    assert "secret" not in found.said
    assert len(archive(files(tweet(1, full_text="secret\x00words"))).posts) == 1


@pytest.mark.parametrize("cut", [40, 300, 450, -1, -2, -3])
@pytest.mark.parametrize("indent", [None, 2], ids=["one line", "many lines"])
def test_a_file_that_ends_early_is_refused(archive: Any, cut: int, indent: int | None) -> None:
    data = script("tweets", [{"tweet": tweet(n)} for n in (1, 2)], indent=indent)
    with pytest.raises(SourceError, match=r"data/tweets\.js: it ends within the list"):
        archive(files() | {"data/tweets.js": data[:cut]})


def test_a_file_that_ends_early_in_a_list_of_its_own_is_refused(archive: Any) -> None:
    whole = script("tweets", [{"tweet": tweet(1)}, {"tweet": tweet(2, tags=[])}])
    with pytest.raises(SourceError, match="it ends within the list"):
        archive(files() | {"data/tweets.js": whole[: whole.rindex(b"[]") + 2]})


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "does not begin as"),
        (b"[]", "does not begin as"),
        (b"window.YTD.tweets.part0 = {}", "does not begin as"),
        (b"alert(1); window.YTD.tweets.part0 = []", "does not begin as"),
        (b"window.YTD.like.part0 = []", "it holds 'like', and should hold tweets"),
        (b'window.YTD.tweets.part0 = [{"a": 1}] , [{"a": 1}]', "more follows"),
    ],
)
def test_what_is_no_file_of_an_archive_is_refused(archive: Any, data: bytes, what: str) -> None:
    with pytest.raises(SourceError, match=what):
        archive(files() | {"data/tweets.js": data})


@pytest.mark.parametrize("data", [b"window.YTD.tweets.part0 = []", b"window.YTD.tweets.part0=[ ]"])
def test_a_list_may_be_empty(archive: Any, data: bytes) -> None:
    assert archive(files() | {"data/tweets.js": data}).posts == []


def test_a_comma_without_an_item_is_refused(archive: Any) -> None:
    data = script("tweets", [{"tweet": tweet(1)}])[:-2] + b",\n]"
    found = archive(files() | {"data/tweets.js": data})
    assert len(found.posts) == 1
    assert found.problem.code == "not-json"


def test_an_item_that_never_ends_is_refused_in_little_memory(
    archive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coprometrics_twitter.items.LONGEST_ITEM", 3 << 20)
    data = script("tweets", [{"tweet": tweet(1)}, {"tweet": tweet(2, x="y" * (9 << 20))}])
    with pytest.raises(SourceError, match="item 2 has more than 3,145,728 bytes"):
        archive(files() | {"data/tweets.js": data})


def test_a_manifest_that_cannot_be_read_is_refused(archive: Any) -> None:
    dates = ("yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    for data in (b"window.__THAR_CONFIG = {", *map(manifest, dates)):
        with pytest.raises(SourceError, match="get the archive again"):
            archive(files(tweet()) | {"data/manifest.js": data})


def test_an_archive_that_is_damaged_is_refused(export: Any) -> None:
    data = zip_bytes(files(tweet()))
    with pytest.raises(SourceError, match="the archive is damaged"):
        export(data[: len(data) // 2], "archive.zip")


def test_a_hostile_archive_is_refused(archive: Any) -> None:
    with pytest.raises(SourceError, match="leads out of the archive"):
        archive(files(tweet()) | {"../../data/tweets.js": b""})


def test_nothing_is_evaluated(archive: Any) -> None:
    data = b"window.YTD.tweets.part0 = [__import__('os')]"
    found = archive(files() | {"data/tweets.js": data})
    assert found.problem.code == "not-json"


def test_account_files_with_other_keys_are_read(archive: Any) -> None:
    data = json.loads(ACCOUNT.partition(b"= ")[2])
    data[0]["account"]["somethingNew"] = [1]
    members = files(tweet()) | {"data/account.js": script("account", data)}
    assert archive(members).post.account == "OurCharity"


def test_a_file_of_nothing_but_other_things_is_given_up(archive: Any) -> None:
    data = script("tweets", range(5_000), indent=None)
    with pytest.raises(SourceError, match="1,001 of its first 1,001 items are not as expected"):
        archive(files() | {"data/tweets.js": data})


def test_a_file_of_mostly_other_things_is_given_up(archive: Any) -> None:
    data = script("tweets", [{"tweet": tweet(1)}, *range(5_000)], indent=None)
    with pytest.raises(SourceError, match="1,001 of its first 1,002 items are not as expected"):
        archive(files() | {"data/tweets.js": data})


def test_a_thousand_bad_items_among_more_good_ones_are_refused_alone(archive: Any) -> None:
    items = [item for n in range(1, 1_101) for item in ({"tweet": tweet(n)}, n)]
    found = archive(files() | {"data/tweets.js": script("tweets", items, indent=None)})
    assert (len(found.posts), len(found.refusals)) == (1_100, 1_100)


def test_the_name_of_a_single_file_does_not_matter(export: Any) -> None:
    day = dt.date(2024, 1, 1)
    assert export(followers(7), "saved.js", exported_on=day).counts == {"followers": (day, 7)}


@pytest.mark.parametrize("wrap", [True, False])
def test_a_refusal_says_which_part_of_the_item_is_at_fault(archive: Any, wrap: bool) -> None:
    item = tweet(created_at=5)
    data = script("tweets", [{"tweet": item} if wrap else item])
    found = archive(files() | {"data/tweets.js": data})
    assert "created_at" in found.problem.message
