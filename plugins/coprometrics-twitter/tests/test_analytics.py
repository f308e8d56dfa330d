"""The analytics exports of both generations, and what a spreadsheet does to them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest

from coprometrics.errors import ConfigError, SourceError
from coprometrics.records import Post


def labels(text: str) -> list[str]:
    return next(csv.reader([text]))


OLD = labels(
    "Tweet id,Tweet permalink,Tweet text,time,impressions,engagements,engagement rate,retweets,"
    "replies,likes,user profile clicks,url clicks,hashtag clicks,detail expands,permalink clicks,"
    "app opens,app installs,follows,email tweet,dial phone,media views,media engagements"
)
OLD += [f"promoted {label}" for label in OLD[4:]]
NEW = labels(
    "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,"
    "Replies,Reposts,Profile visits,Detail Expands,URL Clicks,Hashtag Clicks,Permalink Clicks"
)
DAYS = labels(
    "Date,Impressions,Likes,Engagements,Bookmarks,Shares,New follows,Unfollows,Replies,Reposts,"
    "Profile visits,Create Post,Video views,Media views"
)
FIRST = 1091000000000000001


def table(header: list[str], *rows: list[Any], preamble: str = "") -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return preamble + out.getvalue()


def old(number: int | str = FIRST, **changes: Any) -> list[Any]:
    """Make a row of the older export."""
    cells: dict[str, Any] = dict.fromkeys(OLD, "0.0")
    cells |= {label: "-" for label in OLD if label.startswith("promoted")}
    cells |= {
        "Tweet id": number,
        "Tweet permalink": f"https://twitter.com/OurCharity/status/{number}",
        "Tweet text": "We opened a new garden.",
        "time": "2019-02-01 10:15 +0000",
        "impressions": "312.0",
        "engagements": "14.0",
        "retweets": "2.0",
        "replies": "1.0",
        "likes": "5.0",
        "url clicks": "3.0",
    }
    return list((cells | changes).values())


def new(number: int | str = FIRST, **changes: Any) -> list[Any]:
    """Make a row of the newer export."""
    cells: dict[str, Any] = dict.fromkeys(NEW, "0")
    cells |= {
        "Post id": number,
        "Date": "Tue, Mar 10, 2026",
        "Post text": "We opened a new garden.",
        "Post Link": f"https://x.com/OurCharity/status/{number}",
        "Impressions": "191",
        "Engagements": "217",
        "Likes": "5",
        "Bookmarks": "4",
        "Replies": "1",
        "Reposts": "2",
        "URL Clicks": "3",
    }
    return list((cells | changes).values())


def day(date: str = "Tue, Mar 10, 2026", **changes: Any) -> list[Any]:
    cells = {"Date": date, **{label: n for n, label in enumerate(DAYS[1:], 1)}}
    return list((cells | changes).values())


def test_the_older_export_has_forty_columns() -> None:
    assert len(OLD) == 40


def test_a_post_of_the_older_export_becomes_a_record(export: Any) -> None:
    assert export(table(OLD, old())).post == Post(
        id=f"x:{FIRST}",
        platform="x",
        account="OurCharity",
        created_at=dt.datetime(2019, 2, 1, 10, 15, tzinfo=dt.UTC),
        timezone="UTC",
        impressions=312,
        engagements=14,
        likes=5,
        reposts=2,
        replies=1,
        url_clicks=3,
        permalink=f"https://x.com/OurCharity/status/{FIRST}",
    )


def test_a_post_of_the_newer_export_becomes_a_record(export: Any) -> None:
    found = export(table(NEW, new()), timezone="Europe/London")
    assert found.post == Post(
        id=f"x:{FIRST}",
        platform="x",
        account="OurCharity",
        created_at=dt.datetime(2026, 3, 10, tzinfo=dt.UTC),
        timezone="Europe/London",
        impressions=191,
        engagements=217,
        likes=5,
        reposts=2,
        replies=1,
        bookmarks=4,
        url_clicks=3,
        permalink=f"https://x.com/OurCharity/status/{FIRST}",
    )
    assert found.skipped == {}
    assert found.codes == {"import-order"}


def test_likes_were_once_called_favorites(export: Any) -> None:
    header = ["favorites" if label == "likes" else label for label in OLD]
    assert export(table(header, old())).post.likes == 5


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, lambda text: f" {text} "])
def test_capitals_and_spaces_of_a_header_do_not_matter(export: Any, change: Any) -> None:
    assert export(table([change(label) for label in NEW], new())).post.impressions == 191


def test_columns_have_several_names(export: Any) -> None:
    names = {"Post Link": "Link", "Shares": "Share"}
    found = export(table([names.get(label, label) for label in NEW], new()))
    assert found.post.account == "OurCharity"
    assert "unmapped-columns" not in found.codes


def test_a_column_nobody_knows_is_named(export: Any) -> None:
    found = export(table([*NEW, "Karma"], [*new(), 1]))
    assert "not read: 'Karma'" in [notice.message for notice in found.notices]


@pytest.mark.parametrize("label", ["Ask ada@example.org", "call 020 7946 0958"])
def test_a_label_with_an_address_or_a_telephone_number_is_not_shown(
    export: Any, label: str
) -> None:
    posts = export(table([*NEW, label], [*new(), 1]))
    days = export(table([*DAYS, label], [*day(), 1]))
    for found in (posts, days):
        said = [notice.message for notice in found.notices if notice.code == "unmapped-columns"]
        assert "(withheld)" in said[0]
        assert not any(part in said[0] for part in ("ada", "7946"))


def test_a_dash_is_missing_and_zero_is_zero(export: Any) -> None:
    post = export(table(OLD, old(impressions="-", likes="0.0", replies=""))).post
    assert (post.impressions, post.likes, post.replies) == (None, 0, None)


def test_engagements_may_exceed_impressions(export: Any) -> None:
    post = export(table(NEW, new())).post
    assert (post.engagements, post.impressions) == (217, 191)


def test_text_may_span_lines_and_begin_one_with_a_hash(export: Any) -> None:
    text = '#garden day\n#open, to "all"\n\nTOTAL'
    found = export(table(OLD, old(**{"Tweet text": text}), old(FIRST + 1)), with_text=True)
    assert [post.text for post in found.posts] == [text, "We opened a new garden."]
    assert [batch.lines.to_pylist() for batch in found.batches] == [[2, 6]]


def test_text_is_kept_only_when_asked_for(export: Any) -> None:
    assert export(table(OLD, old())).post.text is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello", "original"),
        ("@other yes", "reply"),
        ("\n @other yes", "reply"),
        ("RT @other: hi", "repost"),
        ("\n RT @other: hi", "repost"),
        ("", "original"),
    ],
)
def test_the_kind_is_told_by_the_text(export: Any, text: str, kind: str) -> None:
    assert export(table(NEW, new(**{"Post text": text}))).post.kind == kind


@pytest.mark.parametrize(
    ("text", "day"), [("Tue, Mar 10, 2026", 10), ("Thu Mar 20 2025", 20), ("Thu, Mar 5, 2026", 5)]
)
def test_days_are_written_in_two_ways(export: Any, text: str, day: int) -> None:
    assert export(table(NEW, new(Date=text))).post.created_at.day == day


def test_a_day_begins_where_the_account_is(export: Any) -> None:
    data = table(NEW, new(Date="Mon, Jul 1, 2024"))
    found = export(data)
    assert found.post.created_at == dt.datetime(2024, 7, 1, tzinfo=dt.UTC)
    assert "no-timezone" in found.codes
    found = export(data, timezone="Europe/London")
    assert found.post.created_at == dt.datetime(2024, 6, 30, 23, tzinfo=dt.UTC)
    assert "no-timezone" not in found.codes


def test_a_day_may_begin_when_clocks_go_forward(export: Any) -> None:
    found = export(table(NEW, new(Date="Sun, Sep 8, 2024")), timezone="America/Santiago")
    assert found.post.created_at == dt.datetime(2024, 9, 8, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Date": "2026-03-10"}, "not-a-date"),
        ({"Date": "Wed, Mar 10, 2026"}, "weekday-contradicted"),
        ({"Date": "Mon, Feb 30, 2026"}, "no-such-date"),
        ({"Date": ""}, "missing-value"),
        ({"Impressions": "3.5"}, "not-a-whole-number"),
        ({"Impressions": "what a day we had"}, "not-a-whole-number"),
    ],
)
def test_one_bad_row_is_refused_alone(export: Any, changes: dict[str, Any], code: str) -> None:
    found = export(table(NEW, new(), new(FIRST + 1, **changes), new(FIRST + 2)))
    assert [post.id for post in found.posts] == [f"x:{FIRST}", f"x:{FIRST + 2}"]
    assert found.problem.code == code
    assert found.refusals[0].at.line == 3
    assert "what a day" not in found.said


DOWNLOADED = "export it again, and import the file as it was downloaded"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Date": "10/03/2026"}, "must be a day as X writes it, such as Tue, Mar 10, 2026; "),
        ({"Impressions": "1.500,5"}, "between groups of three digits; "),
    ],
)
def test_a_cell_that_was_rewritten_says_what_to_do(export: Any, changes: Any, said: str) -> None:
    found = export(table(NEW, new(**changes)))
    assert said + DOWNLOADED in found.problem.message
    assert "%" not in found.problem.message


def test_a_time_or_a_day_of_an_overview_says_what_to_do_too(export: Any) -> None:
    found = export(table(OLD, old(time="01/02/2019 10:15")))
    assert "such as 2019-02-01 10:15 +0000; " + DOWNLOADED in found.problem.message
    found = export(table(DAYS, day(Date="10/03/2026")))
    assert "such as Tue, Mar 10, 2026; " + DOWNLOADED in found.problem.message


DAMAGED: dict[str, tuple[str | bytes, str]] = {
    "rounded numbers": (table(OLD, old("6.49E+17"), old("6.49E+17")), "is 6.49E[+]17, and its"),
    "one rounded number": (table(NEW, new(), new("6.49E+17")), ":3: .* last digits are lost"),
    "a zero before a number": (table(NEW, new(), new("0123")), ":3: .* begins with 0"),
    "one number for many": (
        table(NEW, *[new(FIRST, **{"Post text": str(n)}) for n in range(3)]),
        "2 rows have the number of another post",
    ),
    "digits set to zero": (
        table(NEW, *[new(f"10910000000000{n}0000", **{"Post Link": ""}) for n in range(1, 4)]),
        "only 15 digits",
    ),
    "a number that is not that of the link": (
        table(NEW, new(FIRST, **{"Post Link": f"https://x.com/us/status/{FIRST + 9}"})),
        "is not the one in its link",
    ),
    "shifted columns": (table(NEW, new(), ["", *new()[:-1]]), "columns are shifted"),
    "text in the place of links": (
        table(NEW, new(**{"Post Link": "secret words"})),
        "shifted: no link",
    ),
    "a cell too many": (table(NEW, new(), [*new(FIRST + 1), "x"]), "has 18 cells where"),
    "a cell too few": (table(NEW, new(), new(FIRST + 1)[:-1]), "has 16 cells where"),
    "other bytes": (table(NEW, new(**{"Post text": "caf\u00e9"})).encode("cp1252"), "not UTF-8"),
    "Unicode text": (table(NEW, new()).replace(",", "\t").encode("utf-16"), "written in UTF-16"),
    "another Unicode text": (table(NEW, new()).encode("utf-16"), "written in UTF-16"),
    "an older export in UTF-16": (table(OLD, old()).encode("utf-16"), "written in UTF-16"),
    "days in UTF-16": (table(DAYS, day()).encode("utf-16"), "written in UTF-16"),
    "without a mark": (table(DAYS, day()).encode("utf-16-be"), "written in UTF-16"),
    "two columns of one name": (table([*NEW, "likes"], [*new(), 1]), "two columns have one label"),
    "semicolons": (table(NEW, new()).replace(",", ";"), "not separated by commas"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_a_spreadsheet_damaged_is_refused_as_a_whole(export: Any, what: str) -> None:
    data, cause = DAMAGED[what]
    with pytest.raises(SourceError, match=cause) as caught:
        export(data, account="OurCharity")
    assert "spreadsheet" in caught.value.what
    assert "without opening it" in str(caught.value.remedy)
    assert "secret" not in str(caught.value)


def test_a_byte_order_mark_does_not_matter(export: Any) -> None:
    assert export("\ufeff" + table(NEW, new())).post.impressions == 191


def test_posts_of_several_accounts_need_a_choice(export: Any) -> None:
    other = new(FIRST + 1, **{"Post Link": f"https://x.com/other/status/{FIRST + 1}"})
    data = table(NEW, new(), other)
    with pytest.raises(ConfigError, match=r"posts of several accounts .* set account"):
        export(data)
    found = export(data, account="ourcharity")
    assert [post.id for post in found.posts] == [f"x:{FIRST}"]
    assert found.skipped == {"posts of other accounts": 1}


def test_an_export_without_links_needs_an_account(export: Any) -> None:
    at = NEW.index("Post Link")
    header, row = ([*cells[:at], *cells[at + 1 :]] for cells in (NEW, new()))
    with pytest.raises(ConfigError, match="set account"):
        export(table(header, row))
    assert export(table(header, row), account="OurCharity").post.account == "OurCharity"


def test_shares_have_two_names(export: Any) -> None:
    found = export(
        table(["Date", "Share", "New follows", "Impressions"], ["Thu Mar 20 2025", 8, 1, 2])
    )
    assert found.counts["shares_per_day"] == (dt.date(2025, 3, 20), 8)


def test_daily_flows_are_kept_apart_from_totals(export: Any) -> None:
    found = export(table(DAYS, day()), account="OurCharity")
    assert "followers" not in found.counts
    assert set(found.counts) == {
        f"{name}_per_day"
        for name in (
            "impressions", "likes", "engagements", "bookmarks", "shares", "new_follows",
            "unfollows", "replies", "reposts", "profile_visits", "posts", "video_views",
            "media_views",
        )
    }  # fmt: skip
    assert found.counts["new_follows_per_day"] == (dt.date(2026, 3, 10), 6)
    assert found.codes == {"daily-flows"}


def test_the_account_is_part_of_the_identifier_where_it_is_known(export: Any) -> None:
    data = table(["Date", "Impressions", "New follows"], ["Thu Mar 20 2025", 5, "-"])
    found = export(data)
    (record,) = found.records
    assert record.id == "x:impressions_per_day:2025-03-20"
    assert "set account" in found.said
    found = export(data, account="OurCharity")
    (record,) = found.records
    assert "no-account" not in found.codes
    assert record.id == "x:ourcharity:impressions_per_day:2025-03-20"


def test_the_video_overview_has_a_preamble(export: Any) -> None:
    header = ["Date", "Video views", "Watch time", "", "", ""]
    data = table(
        header, ["Tue, Mar 10, 2026", 7, 9, "", "", ""], preamble="Video overview,,,,,\r\n"
    )
    found = export(data)
    assert found.counts == {"video_views_per_day": (dt.date(2026, 3, 10), 7)}
    assert found.skipped == {"the preamble": 1}
    assert "unmapped-columns" in found.codes


def test_views_of_a_video_overview_are_views_of_videos(export: Any) -> None:
    data = table(["Date", "Views"], ["Tue, Mar 10, 2026", 7], preamble="Video overview,\r\n")
    assert export(data).counts == {"video_views_per_day": (dt.date(2026, 3, 10), 7)}


def test_a_day_without_any_count_is_counted_as_left_out(export: Any) -> None:
    header = ["Date", "Impressions", "New follows"]
    found = export(table(header, ["Thu Mar 20 2025", 5, 1], ["Fri Mar 21 2025", "-", ""]))
    assert len(found.records) == 2
    assert found.skipped == {"days without any count": 1}


def test_a_bad_day_is_refused_alone_and_a_day_twice_refuses_the_file(export: Any) -> None:
    found = export(table(DAYS, day(), day("Wed, Mar 11, 2026", Likes="few"), day("", Likes=1)))
    assert [refusal.at.line for refusal in found.refusals] == [3, 4]
    with pytest.raises(SourceError, match="2026-03-10 is in it twice"):
        export(table(DAYS, day(), day()))
    with pytest.raises(SourceError, match="has 15 cells where"):
        export(table(DAYS, [*day(), "x"]))


def test_an_export_without_rows_is_empty(export: Any) -> None:
    assert export(table(NEW), account="a").posts == []
    assert export(table(DAYS)).records == []


def test_an_endless_cell_is_refused_without_talk_of_mappings(export: Any) -> None:
    with pytest.raises(SourceError) as caught:
        export(table(NEW, new(**{"Post text": "x" * 200_000})))
    assert "dialect" not in str(caught.value)
