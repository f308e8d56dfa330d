"""Whether a source holds grants in the 360Giving Data Standard, by its name and first bytes."""

from __future__ import annotations

import csv
import re

from coprometrics.importers import Match, Source
from coprometrics_360giving.fields import path_of

__all__ = ["delimiter_of", "is_table", "recognise"]

_TABLES = (".csv", ".tsv", ".tab", ".txt")
_MARK = b"\xef\xbb\xbf"
_GRANTS = re.compile(rb'"grants"\s*:\s*\[')
_OWN_WORDS = (b'"amountAwarded"', b'"fundingOrganization"', b'"awardDate"')
_DELIMITERS = (",", ";", "\t")
_LONGEST_HEADER = 1 << 15
_ID, _AMOUNT = ("id",), ("amountAwarded",)
_FUNDER = ("fundingOrganization", 0)
_FURTHER = frozenset({("awardDate",), ("currency",), (*_FUNDER, "id"), (*_FUNDER, "name")})


def is_table(source: Source) -> bool:
    """Say whether a source is to be read as a table, by its name, or by how it begins."""
    name = source.name.lower()
    if name.endswith((".json", *_TABLES)):
        return not name.endswith(".json")
    return not source.head(64).removeprefix(_MARK).lstrip().startswith((b"{", b"["))


def recognise(source: Source) -> Match | None:
    """Say which form the grants in a source have; None when there are none.

    Raises:
        SourceError: when the source cannot be opened at all.
    """
    if source.path.is_dir():
        return None
    if source.name.lower().endswith(_TABLES):
        if delimiter_of(source) is None:
            return None
        return Match("table", "it has the columns of grants in the 360Giving Data Standard")
    if not source.name.lower().endswith(".json"):
        return None
    head = source.head().removeprefix(_MARK).lstrip()
    if not head.startswith(b"{") or not _GRANTS.search(head):
        return None
    if sum(word in head for word in _OWN_WORDS) < 2:
        return None
    return Match("package", "it is a package of grants in the 360Giving Data Standard")


def delimiter_of(source: Source) -> str | None:
    """Give what stands between the columns of a table of grants; None when it is none."""
    head = source.head(_LONGEST_HEADER).removeprefix(_MARK)
    line = head.lstrip().partition(b"\n")[0].decode("utf-8", "replace")
    for delimiter in _DELIMITERS:
        if delimiter not in line:
            continue
        try:
            labels = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        paths = {path_of(label) for label in labels}
        if _ID in paths and _AMOUNT in paths and paths & _FURTHER:
            return delimiter
    return None
