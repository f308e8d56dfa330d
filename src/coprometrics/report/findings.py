"""Findings: what the check has to say about a printed figure, under stable codes.

A code never changes its meaning. An accepted finding stays a finding, with the acceptance beside
it; an acceptance that no longer fits anything, or whose time is over, is a finding itself.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from attrs import evolve, field, frozen

from coprometrics.documents import Place
from coprometrics.errors import ReportError, shown
from coprometrics.report._as_printed import Prints, changes, in_yaml, prints_of

__all__ = [
    "CODES",
    "PLACEHOLDER",
    "Acceptance",
    "Code",
    "Finding",
    "Key",
    "Severity",
    "apply_accepted",
    "sort",
]

Severity = Literal["error", "warning", "info"]

Key = tuple[str, tuple[str, ...]]
"""What an acceptance and its findings have in common: a code and figures, in order."""

PLACEHOLDER: Final = "(say why)"
"""What stands for a reason until a person gives one; an acceptance with it does not count."""


@frozen
class Code:
    """One kind of finding.

    Attributes:
        name: the stable name, in kebab-case.
        severity: how grave it is.
        meaning: what it says, in one line.
    """

    name: str
    severity: Severity
    meaning: str


CODES: Final[dict[str, Code]] = {
    code.name: code
    for code in (
        Code("accepted-any-print", "warning", "An acceptance does not say what was printed."),
        Code("accepted-expired", "warning", "An acceptance has passed its end date."),
        Code(
            "accepted-print-changed",
            "warning",
            "A figure is not printed any more as it was when a finding about it was accepted.",
        ),
        Code("accepted-stale", "warning", "An acceptance fits no finding any more."),
        Code("accepted-unexplained", "warning", "Nobody has said why a finding is accepted."),
        Code(
            "comparative-changed",
            "error",
            "A figure of the previous report is printed differently now, and is not restated.",
        ),
        Code(
            "comparative-unknown",
            "error",
            "A figure shows one of the previous report again that is not printed there.",
        ),
        Code(
            "consistent-by-rounding",
            "info",
            "Figures fit each other only because they are rounded.",
        ),
        Code("coverage-low", "error", "Too few of the document's numbers are vouched for."),
        Code("figure-mismatch", "error", "A printed figure is not what the records give."),
        Code("figure-not-computed", "error", "A figure could not be calculated."),
        Code(
            "figure-printed-differently",
            "error",
            "One figure is printed twice, in ways that cannot both be true.",
        ),
        Code("figure-unbound", "error", "A figure has no printed text anywhere."),
        Code(
            "figure-without-source",
            "warning",
            "Neither the records nor a person stand behind a figure.",
        ),
        Code("inconsistent", "error", "Printed figures cannot all be true."),
        Code("no-such-date", "error", "The document has a date that the calendar has not."),
        Code(
            "not-comparable",
            "error",
            "Figures are compared that were counted in different ways, and none is restated.",
        ),
        Code("printed-unreadable", "error", "A printed figure cannot be read as a number."),
        Code("record-refused", "error", "An imported record does not fit its type."),
        Code("relation-without-effect", "warning", "Nothing follows from a relation."),
        Code("relation-wrong", "error", "A relation between figures cannot be read."),
        Code("report-shape", "error", "The report file does not fit its schema."),
        Code("restatement-stale", "warning", "A restatement is of nothing that was otherwise."),
        Code("statement-ambiguous", "error", "A statement fits more than one passage."),
        Code("statement-not-a-number", "error", "A statement has something else than a number."),
        Code("statement-not-found", "error", "A statement is not in the document."),
        Code("undecided", "error", "Whether figures can all be true was not decided."),
        Code("weekday-wrong", "error", "A date stands beside another weekday than its own."),
    )
}
"""Every code, in the order of the alphabet."""


def _known(_instance: object, _attribute: object, value: str) -> None:
    if value not in CODES:
        raise ReportError(
            f"{shown(value)} is not the code of a finding", remedy=f"use one of {', '.join(CODES)}"
        )


def _as_prints(
    given: Mapping[str, str | int | tuple[str | int, ...]] | Prints | None,
) -> Prints | None:
    return None if given is None else prints_of(given)


def _as_set(figures: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(figures)))


@frozen
class Acceptance:
    """A finding that somebody takes responsibility for, until a day.

    Attributes:
        code: the code of the finding.
        figures: its figures, in any order; none for a finding about no figure.
        reason: why it is accepted.
        until: the last day on which it is.
        place: where it is written.
        printed: the texts of the figures of the finding, as they were printed then; None where
            that is not said. It does not cover the finding when they are printed otherwise.

    Raises:
        ReportError: when the code is not known or is about acceptances, or no reason is given.
    """

    code: str = field(validator=_known)
    figures: tuple[str, ...] = field(converter=_as_set)
    reason: str
    until: dt.date
    place: Place | None = None
    printed: Prints | None = field(default=None, converter=_as_prints)

    def __attrs_post_init__(self) -> None:
        if self.code.startswith("accepted-"):
            raise ReportError(
                f"{self.code} cannot be accepted", remedy="correct or remove the acceptance"
            )
        if not self.reason.strip():
            raise ReportError(
                f"the acceptance of {self.code} gives no reason", remedy="say why it is accepted"
            )

    @property
    def key(self) -> Key:
        """What it accepts: findings of this code about these figures."""
        return self.code, self.figures

    @property
    def explained(self) -> bool:
        """Whether a person has given the reason: one that is left as proposed is none."""
        return _words(self.reason) != _words(PLACEHOLDER)

    def holds(self, today: dt.date) -> bool:
        """Say whether it counts on a day."""
        return self.explained and today <= self.until

    def changes(self, finding: Finding) -> tuple[str, ...]:
        """Say, in words, which figures of a finding were printed otherwise when it was accepted."""
        if self.printed is None:
            return ()
        return tuple(changes(finding.figures, self.printed, finding.prints))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@frozen
class Finding:
    """Something the check has to say, with all that a reader needs to act on it.

    Attributes:
        code: the stable code, one of ``CODES``.
        message: what is wrong, in words.
        figures: the ids of the figures it is about.
        statement: the statement it is about, as the report file has it.
        place: where it is.
        printed: what is printed.
        expected: what would be right.
        remedy: what to do.
        accepted: the acceptance that covers it.
        suspects: sets of its figures of which one, printed otherwise, would mend it.
        prints: the texts of its figures, as they are printed.
        severity: how grave it is; follows from the code.

    Examples:
        >>> print(Finding("figure-mismatch", "training.people is printed as 502; the records "
        ...               "give 498", place=Place("report.md", 41, 7), remedy="print 498"))
        report.md:41:7: error: training.people is printed as 502; the records give 498; print 498 [figure-mismatch]
    """  # noqa: E501

    code: str = field(validator=_known)
    message: str
    figures: tuple[str, ...] = ()
    statement: str | None = None
    place: Place | None = None
    printed: str | None = None
    expected: str | None = None
    remedy: str | None = None
    accepted: Acceptance | None = None
    suspects: tuple[tuple[str, ...], ...] = ()
    prints: Prints = field(default=(), converter=prints_of)
    severity: Severity = field(init=False)

    @severity.default
    def _severity(self) -> Severity:
        # An unknown code is refused by the validator, which runs after the defaults.
        return CODES[self.code].severity if self.code in CODES else "error"

    @property
    def keys(self) -> tuple[Key, ...]:
        """What an acceptance of it may name: its figures, or those of them to correct."""
        return tuple((self.code, _as_set(names)) for names in (self.figures, *self.suspects))

    @property
    def in_words(self) -> str:
        """What is wrong and what to do, in one line."""
        return f"{self.message}; {self.remedy}" if self.remedy else self.message

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        accepted = f" (accepted: {self.accepted.reason})" if self.accepted else ""
        return f"{where}{self.severity}: {self.in_words} [{self.code}]{accepted}"


def sort(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put findings in the one order they are always shown in: by place, code and figures.

    Findings without a place come first.
    """

    def order(finding: Finding) -> tuple[str, int, int, str, tuple[str, ...], str, str, Prints]:
        place = finding.place or Place("", 0, 0)
        return (
            place.file,
            place.line,
            place.column,
            finding.code,
            finding.figures,
            finding.statement or "",
            finding.message,
            finding.prints,
        )

    return tuple(sorted(findings, key=order))


def apply_accepted(
    findings: Iterable[Finding], accepted: Iterable[Acceptance], today: dt.date
) -> tuple[Finding, ...]:
    """Mark the findings that are accepted today, and add those about the acceptances themselves.

    An acceptance fits the findings of its code about exactly its figures, and those for which
    its figures are the ones to correct. Where it says what was printed, it covers them only as long
    as that is printed.

    Args:
        findings: what the check found.
        accepted: what the report file accepts.
        today: the day of the check. An acceptance still holds on its last day.

    Returns:
        The findings and, for each acceptance that fits none, has no reason yet, has ended, or is of
        another print or of any, one more; sorted.

    Raises:
        ReportError: when two acceptances fit the same findings.

    Examples:
        >>> found = Finding("figure-mismatch", "17 is printed", figures=("talks.people",))
        >>> known = Acceptance("figure-mismatch", ("talks.people",), "as published",
        ...                    dt.date(2027, 3, 31))
        >>> [finding.accepted is known for finding in
        ...  apply_accepted([found], [known], dt.date(2027, 3, 31))]
        [True]
        >>> [finding.code for finding in apply_accepted([found], [known], dt.date(2027, 4, 1))]
        ['accepted-expired', 'figure-mismatch']
    """
    by_key: dict[Key, Acceptance] = {}
    for acceptance in accepted:
        if acceptance.key in by_key:
            raise ReportError(
                f"{_named(acceptance)} is accepted twice",
                where=str(acceptance.place) if acceptance.place else None,
                remedy="keep one of the two",
            )
        by_key[acceptance.key] = acceptance
    result: list[Finding] = []
    fitted: dict[Key, list[Finding]] = {}
    for finding in findings:
        fitting = [by_key[key] for key in dict.fromkeys(finding.keys) if key in by_key]
        for acceptance in fitting:
            fitted.setdefault(acceptance.key, []).append(finding)
        holding = next(
            (one for one in fitting if one.holds(today) and not one.changes(finding)), None
        )
        result.append(evolve(finding, accepted=holding) if holding else finding)
    for key, acceptance in by_key.items():
        result += _about(acceptance, fitted.get(key, []), today)
    return sort(result)


def _about(acceptance: Acceptance, fitting: list[Finding], today: dt.date) -> Iterator[Finding]:
    """Say what is wrong with an acceptance, given the findings that it fits."""
    changed = dict.fromkeys(change for one in fitting for change in acceptance.changes(one))
    now = in_yaml(prints_of(tuple(print_ for one in fitting for print_ in one.prints)))
    if not fitting:
        code, what, remedy = "accepted-stale", "fits no finding any more", "remove it"
    elif not acceptance.explained:
        code, what = "accepted-unexplained", "does not count: nobody has said why"
        remedy = "write its reason, or correct the figure and remove it"
    elif today > acceptance.until:
        code, what = "accepted-expired", f"ended on {acceptance.until.isoformat()}"
        remedy = "correct the figure, or accept it until a later day"
    elif changed:
        code, what = "accepted-print-changed", f"is of another print: {'; '.join(changed)}"
        remedy = f"look at it again, and give it printed: {now}, or correct the figure"
    elif acceptance.printed is None and any(one.prints for one in fitting):
        code, what = "accepted-any-print", "holds whatever is printed"
        remedy = f"say what it is of, with printed: {now}"
    else:
        return
    yield Finding(
        code,
        f"the acceptance of {_named(acceptance)} {what}",
        figures=acceptance.figures,
        place=acceptance.place,
        remedy=remedy,
    )


def _named(acceptance: Acceptance) -> str:
    figures = f" for {', '.join(acceptance.figures)}" if acceptance.figures else ""
    return f"{acceptance.code}{figures}"
