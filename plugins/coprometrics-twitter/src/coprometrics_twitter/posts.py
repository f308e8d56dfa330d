"""Rows of posts and of counts, put together as batches."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from coprometrics.errors import is_unicode, number_shown
from coprometrics.importers import Batch, Locator, Notice, Problem, Refusal
from coprometrics.records import AudienceSnapshot, Post

__all__ = [
    "SURE_TO_FIT",
    "BadValueError",
    "PostRows",
    "digits",
    "fitting_text",
    "is_repost",
    "no_account",
    "post_batch",
    "post_number",
    "post_numbers",
    "snapshot_batch",
    "whole_number",
]

_INSTANT = pa.timestamp("us", tz="UTC")
_LARGEST = 2**63 - 1
_LONGEST_TEXT = 25_000
_LONGEST_NUMBER = 20
SURE_TO_FIT = 18
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
_POST_NUMBER = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
_REPOST = re.compile(r"\s*RT @")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BadValueError(Exception):
    """A value that refuses its item, with the problem to report."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def whole_number(value: str | int | None, name: str) -> int | None:
    """Read a count, which comes as digits or as a number.

    Raises:
        BadValueError: when it is none.

    Examples:
        >>> whole_number("12", "favorite_count"), whole_number(None, "favorite_count")
        (12, None)
    """
    if value is None:
        return None
    if type(value) is str and _DIGITS.fullmatch(value):
        value = int(value)
    if type(value) is int and 0 <= value <= _LARGEST:
        return value
    raise BadValueError(
        Problem("not-a-count", "must be a whole number, 0 or more", name, number_shown(value))
    )


def post_number(value: str | int | None) -> str:
    """Read the number of a post.

    Raises:
        BadValueError: when it is none.

    Examples:
        >>> post_number("1050118621198921728"), post_number(20)
        ('1050118621198921728', '20')
    """
    text = str(value) if type(value) is int else value
    if type(text) is str and _POST_NUMBER.fullmatch(text):
        return text
    problem = Problem(
        "not-an-id",
        "must be the number of the post, in digits, and not begin with 0; where a spreadsheet or "
        "another program changed it, get the file again",
        "id",
        None if value is None else number_shown(value),
    )
    raise BadValueError(problem)


def post_numbers(values: Sequence[str | int | None]) -> list[str] | None:
    """Say quickly that all values are numbers of posts, as ``digits`` does.

    Examples:
        >>> post_numbers(["12", "20"]), post_numbers(["12", "020"])
        (['12', '20'], None)
    """
    numbers = digits(values)
    return None if numbers is None or "0" in {number[0] for number in numbers} else numbers


def digits(values: Sequence[str | int | None], longest: int = _LONGEST_NUMBER) -> list[str] | None:
    """Say quickly that all values are texts of digits, which is what they should be.

    Args:
        values: the values.
        longest: how many digits each may have.

    Returns:
        The values; None where one of them is something else, and each needs a look of its own.

    Examples:
        >>> digits(["12", "0"]), digits(["12", None]), digits(["12", ""])
        (['12', '0'], None, None)
    """
    texts = cast("list[str]", values)
    try:
        together = "".join(texts)
    except TypeError:
        return None
    fits = together.isascii() and together.isdecimal() and all(texts)
    return texts if fits and len(max(texts, key=len)) <= longest else None


def is_repost(text: str | None) -> bool:
    r"""Say whether a text begins as that of a repost does.

    Examples:
        >>> is_repost("\n RT @other: hello"), is_repost("RT this"), is_repost(None)
        (True, False, False)
    """
    return text is not None and _REPOST.match(text) is not None


def fitting_text(text: str | None) -> str | None:
    """Give the text of a post as a record holds it; nothing for an empty one.

    Raises:
        BadValueError: when no record can hold it. The text itself is not shown.
    """
    if not text:
        return None
    if len(text) > _LONGEST_TEXT or _CONTROL.search(text) or not is_unicode(text):
        raise BadValueError(
            Problem(
                "not-a-text",
                f"must have no control characters and at most {_LONGEST_TEXT:,} letters; "
                "import it without with_text",
                "text",
            )
        )
    return text


@define
class PostRows:
    """Posts on their way into a batch.

    Attributes:
        counts: the counts that the source knows; the others stay unknown.
        zone: the time zone that decides the day of the posts.
        with_text: whether their texts are kept.
        page: the page of the source, or None where places are lines.
        rows: for each post its place, its number on the platform, the account, when it was posted
            (in seconds since 1970), its kind, its text, and its counts.
    """

    counts: tuple[str, ...]
    zone: str
    with_text: bool
    page: int | None = None
    rows: list[tuple[Any, ...]] = field(factory=list)

    def refusal(self, place: int, *problems: Problem) -> Refusal:
        """Refuse the item at a place."""
        if self.page is None:
            return Refusal(Locator(line=place), problems)
        return Refusal(Locator(page=self.page, index=place), problems)

    def batch(self) -> Batch | None:
        """Give the posts as a batch; None when there are none."""
        if not self.rows:
            return None
        places, numbers, accounts, seconds, kinds, texts, *counts = zip(*self.rows, strict=True)
        return post_batch(
            places=places,
            page=self.page,
            numbers=numbers,
            account=pa.array(accounts, pa.string()),
            seconds=seconds,
            kinds=kinds,
            texts=texts if self.with_text else None,
            counts=dict(zip(self.counts, counts, strict=True)),
            zone=self.zone,
        )


def post_batch(
    *,
    places: Sequence[int],
    page: int | None,
    numbers: Sequence[str],
    account: Any,
    seconds: Sequence[int],
    kinds: Sequence[str],
    texts: Sequence[str | None] | None,
    counts: Mapping[str, Sequence[int | None]],
    zone: str,
) -> Batch:
    """Put posts together from their columns; see ``PostRows`` for what they hold.

    Args:
        places: the place of each post.
        page: the page of all, or None where places are lines.
        numbers: their numbers on the platform.
        account: who posted them: an Arrow array, or one text for all.
        seconds: when they were posted.
        kinds: what sort they are.
        texts: what they say, or None where that is not kept.
        counts: their counts, by field.
        zone: the time zone that decides their day.
    """
    rows = len(places)
    number = pa.array(numbers, pa.string())
    join = pc.binary_join_element_wise
    columns: dict[str, Any] = {
        "id": join("x:", number, ""),
        "platform": _everywhere("x", rows),
        "account": _everywhere(account, rows) if isinstance(account, str) else account,
        "created_at": pa.array(seconds, pa.timestamp("s", tz="UTC")).cast(_INSTANT),
        "timezone": _everywhere(zone, rows),
        "kind": pa.array(kinds, pa.string()),
        "permalink": join("https://x.com/", account, "/status/", number, ""),
    }
    for name, values in counts.items():
        columns[name] = pa.array(values, pa.int64())
    if texts is not None:
        columns["text"] = pa.array(texts, pa.string())
    place = pa.array(places, pa.int64())
    if page is None:
        return Batch(Post, pa.table(columns), lines=place)
    return Batch(Post, pa.table(columns), pages=pa.repeat(page, rows), indexes=place)


def _everywhere(text: str, rows: int) -> Any:
    indices = pa.repeat(pa.scalar(0, pa.int8()), rows)
    return pa.DictionaryArray.from_arrays(indices, pa.array([text], pa.string()))


def no_account() -> Notice:
    """Say that counts are those of an account nobody knows."""
    return Notice(
        "no-account",
        "it does not say whose counts these are: set account; without it, those of another account "
        "on the same days take their place",
    )


def snapshot_batch(
    counts: Iterable[tuple[str, dt.date, int]], account: str | None, lines: list[int] | None = None
) -> Batch | None:
    """Give counts as a batch of snapshots; None when there are none.

    Args:
        counts: for each what was counted, on which day, and the count.
        account: whose counts they are, where that is known.
        lines: the line of each.

    Examples:
        >>> batch = snapshot_batch([("followers", dt.date(2024, 1, 31), 6138)], "OurCharity")
        >>> batch.rows.column("id").to_pylist()
        ['x:ourcharity:followers:2024-01-31']
    """
    rows = list(counts)
    if not rows:
        return None
    whose = "" if account is None else f"{account.lower()}:"
    measures, days, values = zip(*rows, strict=True)
    columns = {
        "id": pa.array([f"x:{whose}{measure}:{day}" for measure, day, _ in rows], pa.string()),
        "channel": pa.array(["x"] * len(rows), pa.string()),
        "measure": pa.array(measures, pa.string()),
        "as_of": pa.array(days, pa.date32()),
        "value": pa.array(values, pa.int64()),
        "account": pa.array([account] * len(rows), pa.string()),
    }
    places = None if lines is None else pa.array(lines, pa.int64())
    return Batch(AudienceSnapshot, pa.table(columns), lines=places)
