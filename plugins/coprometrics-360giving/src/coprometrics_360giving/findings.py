"""What a person should look at: how many grants it concerns, and the first of them.

Many are checks of the standard's own data quality tool, with its limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import define, field

from coprometrics.errors import shown
from coprometrics.importers import Notice
from coprometrics_360giving.entries import Entry

__all__ = ["FINDINGS", "Findings", "has_address", "listed"]

_SHOWN = 3
_NAMES_SHOWN = 20
_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]{2}")

FINDINGS: Mapping[str, str] = {
    "amount-missing": "without an amount awarded, which is kept as unknown",
    "zero-amount": "with an amount awarded of zero",
    "negative-amount": "with an amount awarded below zero",
    "disbursed-above-awarded": "with more disbursed than was awarded",
    "award-date-missing": "without an award date",
    "award-date-in-future": "with an award date after the day of the import",
    "far-future-dates": "with dates far in the future (12 years if planned, 5 if actual)",
    "far-past-dates": "with dates more than 25 years ago",
    "other-dates": "without the dates that the configuration asks for; the others were taken",
    "several-periods": "with several dates, taken from the first start to the last end",
    "periods-incomplete": "with several dates of which one has no start or end; none was taken",
    "duration-contradicted": "with a duration a month or more off their end; the end was taken",
    "duration-unusable": "with a duration that is no whole number of months from 1 to 1,200; it "
    "was not taken",
    "address-in-text": "with what may be an e-mail address in a title, a description or a name; "
    "such titles and names are not kept",
    "to-individuals": "to people, kept without a recipient and without a title",
    "recipient-id-missing": "without an identifier of the recipient organisation",
    "funder-id-missing": "without an identifier of the funding organisation",
    "org-id-derived": "with an organisation identified by its charity or company number",
    "org-id-form": "with an organisation identifier of no known form, such as GB-CHC-1234567",
    "several-recipients": "to several organisations, kept without a recipient",
    "several-funders": "from several organisations, kept without a funder",
}
"""What is found, by code, in the order in which it is told."""


def has_address(text: str) -> bool:
    """Say whether there may be an e-mail address in a text.

    Examples:
        >>> has_address("Ask ada@example.org!"), has_address("Meet @ noon."), has_address("a@home")
        (True, False, False)
    """
    return "@" in text and _ADDRESS.search(text) is not None


def listed(names: Iterable[str]) -> str:
    """Name columns or fields, the first of them where there are many.

    Examples:
        >>> listed(["Region", "Ward"])
        "'Region', 'Ward'"
    """
    seen = [shown(name) for name in names]
    more = len(seen) - _NAMES_SHOWN
    return ", ".join(seen[:_NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


@define
class Findings:
    """Counts what was found."""

    _counts: dict[str, int] = field(factory=dict, init=False)
    _first: dict[str, list[str]] = field(factory=dict, init=False)

    def take(self, entry: Entry) -> None:
        """Count what was found in a grant."""
        for code in entry.oddities:
            self._counts[code] = self._counts.get(code, 0) + 1
            first = self._first.setdefault(code, [])
            if len(first) < _SHOWN:
                first.append(entry.place)

    def notices(self) -> Iterator[Notice]:
        """Tell of them, in a fixed order."""
        for code, meaning in FINDINGS.items():
            if count := self._counts.get(code):
                grants = "1 grant" if count == 1 else f"{count:,} grants"
                more = count - len(self._first[code])
                first = ", ".join(self._first[code]) + (f" and {more:,} more" if more else "")
                yield Notice(code, f"{grants} {meaning} ({first})")
