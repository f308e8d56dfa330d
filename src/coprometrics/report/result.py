"""What the check of a report found."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from attrs import frozen

from coprometrics.documents import Place
from coprometrics.importers.runner import ImportResult
from coprometrics.report.findings import Finding
from coprometrics.report.scan import Scan

__all__ = ["Check", "FigureOutcome", "Verdict"]

Verdict = Literal["agrees", "differs", "not computed", "manual", "no source", "not printed"]
"""What the check says of one figure:

- agrees: the records give it, at its printed precision;
- differs: they give something else, or its print cannot be read;
- not computed: its metric could not be calculated;
- manual: a person vouches for it;
- no source: neither a metric nor a person stands behind it;
- not printed: no text of it was found.
"""


@frozen
class FigureOutcome:
    """What came of one figure.

    Attributes:
        id: its id.
        printed: its text, where there is one.
        place: where that stands.
        given: what the records give, as people write it.
        metric: the metric that gives it.
        verdict: see ``Verdict``.
        notes: what its metric has to say about its answer, such as how much was not known.
    """

    id: str
    printed: str | None
    place: Place | None
    given: str | None
    metric: str | None
    verdict: Verdict
    notes: tuple[str, ...] = ()


@frozen
class Check:
    """What the check of a report found.

    Attributes:
        title: the title of the report.
        file: the report file.
        period: its first and last day.
        sources: what came of each source.
        outcomes: what came of each figure, in the order of the report file.
        scan: every number of the document; None where there is none.
        findings: everything there is to say, accepted or not, in a fixed order.
    """

    title: str
    file: str
    period: tuple[dt.date, dt.date] | None = None
    sources: tuple[ImportResult, ...] = ()
    outcomes: tuple[FigureOutcome, ...] = ()
    scan: Scan | None = None
    findings: tuple[Finding, ...] = ()

    def failing(self, fail_on: str = "error") -> tuple[Finding, ...]:
        """Give the findings that are not accepted and at least as grave as ``fail_on``."""
        grave = _SEVERITIES[: _SEVERITIES.index(fail_on) + 1]
        return tuple(f for f in self.findings if f.severity in grave and f.accepted is None)


_SEVERITIES = ("error", "warning", "info")
