"""The report file: what a report prints, where the numbers come from, what is accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from attrs import frozen

from coprometrics.documents import setting
from coprometrics.documents.patterns import check_pattern
from coprometrics.errors import ReportError
from coprometrics.report.interval import Rounding
from coprometrics.report.printed import Unit

__all__ = [
    "Accepted",
    "FigureEntry",
    "Ignored",
    "PeriodEntry",
    "Relation",
    "Report",
    "Restatement",
    "SourceEntry",
    "TableEntry",
]

_FIGURE_ID = {"pattern": "^[a-z0-9_]+([.][a-z0-9_]+)*$"}


@frozen
class PeriodEntry:
    """A span of days, from its first to its last."""

    start: dt.date = setting("The first day.")
    end: dt.date = setting("The last day.")

    def __attrs_post_init__(self) -> None:
        if self.end < self.start:
            raise ReportError(f"the period ends ({self.end}) before it starts ({self.start})")


@frozen
class SourceEntry:
    """A file or folder that records are imported from."""

    importer: str = setting("The importer that reads it.", examples=("csv",))
    path: str = setting("Where it is, from the folder of the report file.")
    mapping: str | None = setting(
        "The configuration of the importer, from the folder of the report file.", default=None
    )
    config: str | None = setting("The same, for importers that read no mapping.", default=None)

    def __attrs_post_init__(self) -> None:
        if self.mapping is not None and self.config is not None:
            raise ReportError("mapping and config are two words for one thing", remedy="keep one")


@frozen
class FigureEntry:
    """A printed figure: how it is printed, and which metric gives it or who vouches for it."""

    printed: str | int | None = setting(
        "The text as printed, in quotes; taken from the document where a statement has it.",
        default=None,
        examples=("48.6%", "£1,179,818.54"),
    )
    metric: str | None = setting("The metric that gives it.", default=None)
    params: Mapping[str, Any] = setting("The parameters of the metric.", factory=dict)
    where: Mapping[str, str | int] = setting(
        "Which figure of the metric: its dimensions, and its currency where there are several.",
        factory=dict,
        examples=({"kind": "training"},),
    )
    value: str | None = setting("Which value of the metric.", default=None, examples=("share",))
    period: PeriodEntry | None = setting(
        "The period, where it is not that of the report.", default=None
    )
    manual: str | None = setting(
        "Who vouches for it, where no metric gives it.", default=None, schema={"minLength": 1}
    )
    unit: Unit | None = setting("What it counts, where its print does not say.", default=None)
    rounded_to: int | None = setting(
        "The step it is rounded to, such as 1000.", default=None, schema={"minimum": 1}
    )
    rounding: Rounding = setting("How it is rounded.", default="unknown")
    audited: bool = setting("Whether it is beyond doubt.", default=False)
    basis: str | None = setting(
        "How money was placed in time, such as days, where no metric says so.", default=None
    )
    version: int | None = setting(
        "The version of the metric under which it was printed, where that is not the present one.",
        default=None,
        schema={"minimum": 1},
    )
    previous: str | None = setting(
        "The figure of the previous report that it shows again.", default=None
    )

    def __attrs_post_init__(self) -> None:
        if self.version is not None and self.metric is None:
            raise ReportError("a figure with a version needs the metric that it is of")
        if self.metric is not None and self.value is None:
            raise ReportError("a figure with a metric needs value: which value of the metric")
        if self.metric is not None and self.manual is not None:
            raise ReportError("a figure has a metric or is manual, not both")
        if self.manual is not None and not self.manual.strip():
            raise ReportError("manual is blank", remedy="say who vouches for the figure")


@frozen
class Relation:
    """What must hold between printed figures, each named by its id; ``*`` stands for any part."""

    sum: str | tuple[str, ...] | None = setting("The parts that add up.", default=None)
    equals: str | int | None = setting("What they add up to.", default=None)
    share: str | None = setting("A share …", default=None)
    part: str | None = setting("… of this part …", default=None)
    of: str | None = setting("… in this whole.", default=None)
    from_: str | None = setting("An earlier figure …", default=None, name="from")
    to: str | None = setting("… and a later one …", default=None)
    growth: str | None = setting("… and the growth between them.", default=None)
    at_most: tuple[str, ...] | None = setting(
        "Figures of which none is above the next.", default=None
    )
    equal: tuple[str, ...] | None = setting("Figures that are the same.", default=None)


@frozen
class TableEntry:
    """A table of printed figures; the first row and the first column have the names."""

    path: str | None = setting(
        "A CSV file with the cells as printed, from the folder of the report file.", default=None
    )
    rows: tuple[tuple[str | int | None, ...], ...] | None = setting(
        "The cells as printed, row by row, instead of a file.", default=None
    )
    sums: Literal["rows", "columns", "both"] | None = setting(
        "What adds up: in each row the last cell is the sum of the others, in each column too.",
        default=None,
    )
    unit: Unit | None = setting("What the cells count; counts by default.", default=None)
    scale: Literal[1, 1000, 1000000] = setting(
        "What one stands for, such as 1000 for money in thousands.", default=1
    )
    rounding: Rounding = setting("How the cells are rounded.", default="unknown")
    audited: bool = setting("Whether the cells are beyond doubt.", default=False)


@frozen
class Ignored:
    """Numbers of the document that are no figures of the report."""

    pattern: str = setting("A regular expression of RE2; numbers within what it finds are ignored.")
    reason: str = setting("Why.", schema={"minLength": 1})

    def __attrs_post_init__(self) -> None:
        check_pattern(self.pattern, "pattern", ReportError)
        if not self.reason.strip():
            raise ReportError("the reason is blank", remedy="say why these numbers are no figures")


@frozen
class Restatement:
    """A figure that says again, in another way, what was said before."""

    figure: str = setting("The figure of this report.")
    note: str = setting("What is counted otherwise than before, and why.", schema={"minLength": 1})

    def __attrs_post_init__(self) -> None:
        if not self.note.strip():
            raise ReportError("a restatement needs a note", remedy="say what is counted otherwise")


@frozen
class Accepted:
    """A finding that stands in the report and is known."""

    code: str = setting("The code of the finding.")
    figures: tuple[str, ...] = setting("The figures that it is about.", default=())
    reason: str = setting("Why it is accepted.", schema={"minLength": 1})
    until: dt.date = setting("The last day on which it is.")
    printed: Mapping[str, str | int | tuple[str | int, ...]] | None = setting(
        "What was printed when it was accepted: of each figure its text, or its different texts. "
        "Where something else is printed, it is not accepted any more.",
        default=None,
        examples=({"talks.all": "17", "talks.by.london": "12"},),
    )


@frozen
class Report:
    """A report file: the figures that a report prints, and how each can be checked."""

    document_name: ClassVar[str] = "report"
    document_version: ClassVar[int] = 1

    schema: Literal["report-v1"] = setting("The schema of this file.")
    title: str = setting("The title of the report.")
    organisation: str | None = setting("Who publishes it.", default=None)
    period: PeriodEntry = setting("The period that it is about.")
    currency: str = setting(
        "The currency of its money, as an ISO 4217 code.",
        default="GBP",
        schema={"pattern": "^[A-Z]{3}$"},
    )
    locale: str = setting("How it writes numbers.", default="en-GB")
    sources: tuple[SourceEntry, ...] = setting("Where its records come from.", default=())
    document: str | None = setting(
        "The text of the report, from the folder of this file.", default=None
    )
    statements: tuple[str, ...] = setting(
        "Sentences of the text, with {figure.id} in place of each number.", default=()
    )
    figures: Mapping[str, FigureEntry] = setting(
        "The printed figures by their ids.",
        factory=dict,
        schema={"propertyNames": _FIGURE_ID},
    )
    tables: Mapping[str, TableEntry] = setting(
        "Tables of printed figures by their names; a cell is the figure table.row.column.",
        factory=dict,
        schema={"propertyNames": _FIGURE_ID},
    )
    relations: tuple[Relation, ...] = setting("What must hold between figures.", default=())
    previous: str | None = setting(
        "The report file of the previous report, from the folder of this file.",
        default=None,
        examples=("../impact-report-2022/report.yaml",),
    )
    restates: tuple[Restatement, ...] = setting(
        "Figures that are compared with others although they are counted otherwise.", default=()
    )
    ignore: tuple[Ignored, ...] = setting(
        "Numbers of the document that are no figures, besides years, dates, pages and the like.",
        default=(),
    )
    accepted: tuple[Accepted, ...] = setting("Findings that are known.", default=())
