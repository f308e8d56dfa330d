"""Saved responses of the API: posts, accounts, and what comes with them."""

from __future__ import annotations

import datetime as dt
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from coprometrics.errors import ConfigError, SourceError
from coprometrics.records import Post

from .conftest import run

METRICS = {
    "retweet_count": 2, "reply_count": 1, "like_count": 5, "quote_count": 3, "bookmark_count": 4,
    "impression_count": 312,
}  # fmt: skip
USER = {"id": "42", "name": "Our Charity", "username": "OurCharity"}
DAY = dt.date(2024, 1, 31)


def post(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "text": "We opened a new garden.",
        "created_at": "2023-05-01T10:15:00.000Z",
        "author_id": "42",
        "edit_history_tweet_ids": [str(number)],
        "public_metrics": METRICS,
        **changes,
    }


def page(*posts: Any, **more: Any) -> dict[str, Any]:
    return {
        "data": list(posts),
        "includes": {"users": [USER]},
        "meta": {"result_count": len(posts), "newest_id": "2", "oldest_id": "1"},
        **more,
    }


def user(**metrics: int) -> dict[str, Any]:
    counts = {"followers_count": 6138, "following_count": 10, "tweet_count": 900, "listed_count": 7}
    return {"data": USER | {"public_metrics": counts | metrics}}


def test_a_post_becomes_a_record(responses: Any) -> None:
    assert responses(page(post())).post == Post(
        id="x:1",
        platform="x",
        account="OurCharity",
        created_at=dt.datetime(2023, 5, 1, 10, 15, tzinfo=dt.UTC),
        timezone="UTC",
        impressions=312,
        likes=5,
        reposts=2,
        replies=1,
        quotes=3,
        bookmarks=4,
        permalink="https://x.com/OurCharity/status/1",
    )


def test_one_post_may_stand_alone(responses: Any) -> None:
    assert responses(page() | {"data": post()}, account="OurCharity").post.id == "x:1"


def test_newer_names_of_counts_are_read(responses: Any) -> None:
    newer = {"repost_count": 9, "like_count": 5}
    assert responses(page(post(public_metrics=newer))).post.reposts == 9
    found = responses({"data": USER | {"public_metrics": {"post_count": 901}}}, exported_on=DAY)
    assert found.counts == {"posts": (DAY, 901)}


def test_a_missing_count_is_missing_and_not_zero(responses: Any) -> None:
    metrics = {name: n for name, n in METRICS.items() if name != "impression_count"}
    found = responses(page(post(public_metrics=metrics)))
    assert found.post.impressions is None
    assert "the impressions of 1 post, engagements of 1 post, url_clicks of 1 post" in found.said
    assert responses(page(post(public_metrics=None))).post.likes is None


def test_counts_that_only_the_account_gets_are_read(responses: Any) -> None:
    found = responses(page(post(non_public_metrics=OWN))).post
    assert (found.impressions, found.engagements, found.url_clicks) == (312, 14, 3)


OWN = {"impression_count": 400, "engagements": 14, "url_link_clicks": 3}


def test_counts_of_showings_that_nobody_paid_for_are_read_where_there_are_no_others(
    responses: Any,
) -> None:
    found = responses(page(post(organic_metrics=OWN))).post
    assert (found.engagements, found.url_clicks) == (14, 3)
    both = {"non_public_metrics": OWN, "organic_metrics": OWN | {"engagements": 9}}
    assert responses(page(post(**both))).post.engagements == 14


def test_a_note_says_which_counts_are_not_in_the_responses(responses: Any) -> None:
    (note,) = responses(page(post(1), post(2), post(3, non_public_metrics=OWN))).notices
    assert note.code == "import-order"
    assert "do not have the engagements of 2 posts, url_clicks of 2 posts: " in note.message


def test_no_note_is_made_of_responses_that_have_every_count(responses: Any) -> None:
    assert responses(page(post(non_public_metrics=OWN))).notices == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "original"),
        ({"referenced_tweets": [{"type": "retweeted", "id": "9"}]}, "repost"),
        ({"referenced_tweets": [{"type": "replied_to", "id": "9"}]}, "reply"),
        ({"referenced_tweets": [{"type": "quoted", "id": "9"}]}, "quote"),
        ({"referenced_posts": [{"type": "reposted", "id": "9"}]}, "repost"),
        (
            {
                "referenced_tweets": [
                    {"type": "quoted", "id": "8"},
                    {"type": "replied_to", "id": "9"},
                ]
            },
            "reply",
        ),
        ({"text": "RT @other: hello"}, "repost"),
        ({"text": "\n  RT @other: hello"}, "repost"),
        ({"in_reply_to_user_id": "9"}, "reply"),
    ],
)
def test_kinds_are_told_apart(responses: Any, changes: dict[str, Any], kind: str) -> None:
    assert responses(page(post(**changes))).post.kind == kind


def test_a_repost_keeps_the_counts_of_the_original_and_its_kind(responses: Any) -> None:
    changes = {"referenced_tweets": [{"type": "retweeted", "id": "9"}],
               "public_metrics": {"retweet_count": 5000}}  # fmt: skip
    found = responses(page(post(**changes))).post
    assert (found.kind, found.reposts) == ("repost", 5000)


def test_the_totals_of_an_account_have_the_day_of_the_call(responses: Any) -> None:
    expected = {"followers": (DAY, 6138), "following": (DAY, 10), "posts": (DAY, 900),
                "listed": (DAY, 7)}  # fmt: skip
    assert responses(user(), exported_on=DAY).counts == expected
    saved = user() | {"__twarc": {"retrieved_at": "2024-01-31T12:00:00+00:00"}}
    assert responses(saved, exported_on=dt.date(2020, 1, 1)).counts == expected
    at = user() | {"retrieved_at": "2024-01-30T23:30:00Z"}
    assert responses(at, timezone="Europe/Berlin").counts == expected


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday"])
def test_a_call_at_no_time_of_the_calendar_gives_no_totals(
    responses: Any, at: str, zone: str
) -> None:
    found = responses(user() | {"retrieved_at": at}, timezone=zone)
    assert found.records == []
    assert (found.problem.code, found.problem.field) == ("not-a-time", "retrieved_at")


def test_totals_without_a_day_need_one(responses: Any) -> None:
    found = responses(user())
    assert found.records == []
    assert "set exported_on" in found.said
    assert found.skipped == {"accounts without the day of their counts": 1}


def test_an_archive_and_a_response_count_the_same_followers(responses: Any) -> None:
    found = responses(user(), exported_on=DAY)
    assert found.records[0].id == "x:ourcharity:followers:2024-01-31"


def test_errors_in_a_good_response_are_told(responses: Any) -> None:
    error = {"title": "Not Found Error", "detail": "Could not find ada@example.org",
             "type": "https://api.twitter.com/2/problems/resource-not-found"}  # fmt: skip
    found = responses(page(post(), errors=[error, error]))
    assert found.post.id == "x:1"
    assert "the service reported an error: Not Found Error, 2 times" in found.said
    assert "ada" not in found.said


def test_an_answer_without_data_is_refused(responses: Any) -> None:
    problem = {"title": "Unauthorized", "status": 401, "detail": "Unauthorized",
               "type": "https://api.twitter.com/2/problems/x"}  # fmt: skip
    with pytest.raises(SourceError, match=r"without data \(Unauthorized\)"):
        responses(problem)


@pytest.mark.parametrize(
    "rest", [{"data": None}, {"meta": {"result_count": 0}}, {"includes": {}}, {"data": []}]
)
def test_a_page_of_errors_alone_is_refused(responses: Any, rest: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match=r"without data \(Not Found Error\)"):
        kind = "https://api.twitter.com/2/problems/resource-not-found"
        responses({"errors": [{"title": "Not Found Error", "type": kind}], **rest})


def test_a_page_without_posts_is_empty(responses: Any) -> None:
    assert responses({"meta": {"result_count": 0, "newest_id": ""}}).records == []


LIMIT = {"title": "Too Many Requests", "status": 429, "type": "about:blank"}
END = {"meta": {"result_count": 0, "previous_token": "q"}}


def test_a_last_page_without_posts_is_taken_in(responses: Any) -> None:
    found = responses(page(post(1)), page(post(2)), END)
    assert [p.id for p in found.posts] == ["x:1", "x:2"]


def test_a_folder_may_begin_with_a_page_without_posts(responses: Any) -> None:
    assert responses(END, page(post())).post.id == "x:1"


def test_an_empty_page_alone_is_a_response(responses: Any) -> None:
    assert responses(END).records == []


def test_a_page_that_failed_is_named_with_the_reason(responses: Any) -> None:
    with pytest.raises(SourceError) as caught:
        responses(page(post(1)), page(post(2)), LIMIT)
    assert str(caught.value) == (
        "pages: page3.json: it is an answer of the service without data (Too Many Requests); "
        "ask for it again, or take the file out of the folder"
    )


def test_a_failed_page_alone_is_refused_with_the_reason(responses: Any) -> None:
    with pytest.raises(SourceError, match=r"without data \(Too Many Requests\); ask for it again$"):
        responses(LIMIT)


@pytest.mark.parametrize("text", ["", "<html>502 Bad Gateway</html>", "[]"])
def test_what_is_no_page_is_named_wherever_it_stands(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.json").write_text(text)
    (tmp_path / "2.json").write_text(json.dumps(page(post())))
    with pytest.raises(SourceError, match=r": 1\.json: .* take the file out of the folder"):
        run(tmp_path)


def test_pages_in_a_folder_are_read_in_their_order(responses: Any) -> None:
    pages = [page(post(n)) for n in range(1, 12)]
    found = responses(*pages)
    assert [p.id for p in found.posts] == [f"x:{n}" for n in range(1, 12)]
    assert [batch.pages.to_pylist() for batch in found.batches] == [[n] for n in range(1, 12)]


def test_the_account_may_be_said_by_a_page_of_its_own(responses: Any) -> None:
    bare = {"data": [post()], "meta": {"result_count": 1}}
    found = responses(bare, user(), exported_on=DAY)
    assert found.posts[0].account == "OurCharity"
    assert found.counts["followers"] == (DAY, 6138)


def followed(number: int) -> dict[str, Any]:
    """Make a page that another one follows."""
    return page(post(number), meta={"result_count": 1, "next_token": "secrettoken"})


def test_a_further_page_is_asked_for(responses: Any) -> None:
    found = responses(followed(1))
    assert "ask for it too" in found.said
    assert "secrettoken" not in found.said


@pytest.mark.parametrize("others", [[user()], [user(), user()]], ids=len)
def test_a_further_page_is_asked_for_whatever_sorts_last(responses: Any, others: Any) -> None:
    assert "more-pages" in responses(followed(1), followed(2), *others, exported_on=DAY).codes


@pytest.mark.parametrize(
    "pages",
    [
        [page(post(3)), followed(1), followed(2)],
        [followed(1), page(post(3)), followed(2)],
        [followed(1), followed(2), END],
        [followed(1), page(post(2)), followed(3), page(post(4))],
        [followed(1), {"data": post(2)}],
        [page(post(1)), user()],
    ],
    ids=range(6),
)
def test_no_further_page_is_asked_for_where_one_is_the_last(responses: Any, pages: Any) -> None:
    assert "more-pages" not in responses(*pages, exported_on=DAY, account="OurCharity").codes


def test_a_result_count_that_differs_is_told(responses: Any) -> None:
    assert (
        "says it has 5 items, and has 1" in responses(page(post(), meta={"result_count": 5})).said
    )


def test_posts_of_other_accounts_are_left_out(responses: Any) -> None:
    others = {"users": [USER, {"id": "43", "username": "other"}]}
    data = page(post(1), post(2, author_id="43"), includes=others)
    with pytest.raises(ConfigError, match="of several accounts"):
        responses(data)
    found = responses(data, account="@ourcharity")
    assert [p.id for p in found.posts] == ["x:1"]
    assert found.skipped == {"posts and counts of other accounts": 1}


def test_a_response_without_an_account_needs_one(responses: Any) -> None:
    bare = {"data": [post(author_id=None)], "meta": {"result_count": 1}}
    with pytest.raises(ConfigError, match="set account"):
        responses(bare)
    assert responses(bare, account="OurCharity").post.account == "OurCharity"


def test_text_that_was_cut_is_that_of_the_post_it_repeats(responses: Any) -> None:
    cut = post(1, text="RT @other: What a lovely day in the gar\u2026",
               referenced_tweets=[{"type": "retweeted", "id": "9"}])  # fmt: skip
    included = {"users": [USER], "tweets": [{"id": "9", "text": "What a lovely day in the garden"}]}
    data = page(cut, includes=included)
    assert responses(data).post.text is None
    whole = "RT @other: What a lovely day in the garden"
    assert responses(data, with_text=True).post.text == whole
    assert responses(page(cut), with_text=True).post.text.endswith("\u2026")
    long = post(1, text="We\u2026", note_tweet={"text": "We opened a garden"})
    assert responses(page(long), with_text=True).post.text == "We opened a garden"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": 5}, "unexpected-item"),
        ({"id": "six"}, "not-an-id"),
        ({"id": "02"}, "not-an-id"),
        ({"created_at": None}, "missing-value"),
        ({"created_at": "2023-05-01"}, "not-a-time"),
        ({"created_at": "0001-01-01T00:00:00+12:00"}, "not-a-time"),
        ({"created_at": "9999-12-31T23:59:59-12:00"}, "not-a-time"),
        ({"public_metrics": {"like_count": "5"}}, "unexpected-item"),
        ({"public_metrics": {"like_count": -5}}, "not-a-count"),
    ],
)
def test_one_bad_post_is_refused_alone(responses: Any, changes: dict[str, Any], code: str) -> None:
    found = responses(page(post(1), post(2) | changes, post(3)))
    assert [p.id for p in found.posts] == ["x:1", "x:3"]
    assert found.problem.code == code
    assert str(found.refusals[0].at) == "page 1, item 2"


@pytest.mark.parametrize(
    "text",
    [
        '{"public_metrics": ',
        '{"public_metrics": 1, "data": [1, ',
        '{"public_metrics": 1, "data": "x"}',
        '{"public_metrics": 1, "meta": []}',
        '{"public_metrics": ' + "[" * 9999 + "]" * 9999 + "}",
        '{"public_metrics": "\ud800", "meta": "\\ud800"}',
    ],
    ids=range(6),
)
def test_what_is_no_response_is_refused(export: Any, text: str) -> None:
    with pytest.raises(SourceError, match=r"save the response again|ask for it again"):
        export(text.encode("utf-8", "surrogatepass"), "response.json")


def test_an_enormous_file_is_refused(export: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coprometrics_twitter.pages._LARGEST", 100)
    with pytest.raises(SourceError, match="more than 100 bytes"):
        export(json.dumps(page(post())), "response.json")


@pytest.mark.parametrize("where", ["data", "tweets"])
def test_a_response_of_too_many_items_is_refused_in_little_memory(export: Any, where: str) -> None:
    items = "[" + "0," * 2_000_000 + "0]"
    included = f'"meta": {{}}, "includes": {{"tweets": {items}}}'
    inner = f'"data": {items}' if where == "data" else included
    tracemalloc.start()
    with pytest.raises(SourceError, match="more than 100,000 items, which no response has"):
        export(f'{{"public_metrics": 1, {inner}}}', "response.json")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20


def test_a_response_of_mostly_other_things_is_given_up(responses: Any) -> None:
    with pytest.raises(SourceError, match="1,001 of its first 1,002 items are not as expected"):
        responses(page(post(), *range(5_000)))


def test_the_posts_of_another_account_are_not_taken_for_ones_own(responses: Any) -> None:
    found = responses(page(post(1)), account="elsewhere")
    assert found.posts == []
    assert found.skipped == {"posts and counts of other accounts": 1}
    bare = {"data": [post(1), post(2, author_id="43")], "meta": {}}
    with pytest.raises(ConfigError, match="which of their posts"):
        responses(bare, account="elsewhere")


def test_the_totals_of_several_accounts_need_a_choice(responses: Any) -> None:
    other = {"id": "43", "username": "other", "public_metrics": {"followers_count": 9}}
    both = {"data": [user()["data"], other]}
    with pytest.raises(ConfigError, match="of several accounts"):
        responses(both, exported_on=DAY)
    found = responses(both, exported_on=DAY, account="other")
    assert found.counts == {"followers": (DAY, 9)}
