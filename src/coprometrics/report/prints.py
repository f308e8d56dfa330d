"""Where and how each figure is printed, and whether that is what the records give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from attrs import evolve, field, frozen

from coprometrics import documents
from coprometrics.documents import Place
from coprometrics.errors import CoprometricsError
from coprometrics.report.findings import Finding
from coprometrics.report.numerals import NumberFormat
from coprometrics.report.printed import Printed, parse_printed
from coprometrics.report.recompute import Recomputation, disagreement
from coprometrics.report.report_file import FigureEntry, Report
from coprometrics.report.result import FigureOutcome, Verdict
from coprometrics.report.statements import Binding

__all__ = ["FigurePrints", "are_vouched_for", "judge", "read_prints"]


@frozen
class FigurePrints:
    """A figure, and each text of it.

    Attributes:
        id: its id.
        entry: what the report file says of it.
        declared: where it does; of a figure that only a statement names, the nearest place.
        texts: what is printed, and where: first in the document, then in the report file.
        read: those of them that are numbers.
        findings: what is wrong with them.
    """

    id: str
    entry: FigureEntry
    declared: Place
    texts: tuple[tuple[str, Place], ...]
    read: tuple[tuple[Printed, Place], ...]
    findings: tuple[Finding, ...] = ()

    @property
    def first(self) -> Printed | None:
        """The first print that is a number."""
        return self.read[0][0] if self.read else None

    @property
    def together(self) -> Printed | None:
        """What all prints leave possible: the closest one, within the others that agree with it."""
        if self.first is None:
            return None
        agreeing = [printed for printed, _place in self.read if printed.may_be(self.first)]
        closest = min(agreeing, key=_width)
        interval = closest.interval
        for printed in agreeing:
            if interval.intersects(printed.interval):
                interval = interval.within(printed.interval)
        return evolve(closest, interval=interval)


def _width(printed: Printed) -> tuple[int, Fraction]:
    low, high = printed.interval.low, printed.interval.high
    return (1, Fraction(0)) if low is None or high is None else (0, high - low)


def read_prints(
    report: documents.Document[Report],
    bindings: Mapping[str, tuple[Binding, ...]],
    number_format: NumberFormat,
) -> dict[str, FigurePrints]:
    """Read every print of every figure; two of one that cannot both be true are a finding.

    Args:
        report: the report file.
        bindings: the prints that its statements found in its document, by figure.
        number_format: how it writes numbers.

    Returns:
        Each figure by its id: first those of the report file, in its order, then those that only
        statements name.
    """
    wanted = report.value
    found = {}
    for name in dict.fromkeys([*wanted.figures, *bindings]):
        entry = wanted.figures.get(name, FigureEntry())
        texts = [(binding.printed, binding.place) for binding in bindings.get(name, ())]
        if entry.printed is not None:
            texts.append((str(entry.printed), report.place("figures", name, "printed")))
        reader = _Reader(name, entry, wanted.currency, number_format)
        for text, place in texts:
            reader.read(text, place)
        found[name] = FigurePrints(
            name,
            entry,
            report.place("figures", name, of_key=True),
            tuple(texts),
            tuple(reader.found),
            tuple(reader.findings),
        )
    return found


@frozen
class _Reader:
    id: str
    entry: FigureEntry
    currency: str
    number_format: NumberFormat
    found: list[tuple[Printed, Place]] = field(factory=list)
    findings: list[Finding] = field(factory=list)
    # The first print of each meaning: one that is printed everywhere is compared once.
    meanings: dict[object, tuple[Printed, Place]] = field(factory=dict)

    def read(self, text: str, place: Place) -> None:
        try:
            printed = parse_printed(
                text,
                currency=self.currency,
                rounding=self.entry.rounding,
                rounded_to=self.entry.rounded_to,
                number_format=self.number_format,
                unit=self.entry.unit,
            )
        except CoprometricsError as error:
            self._find("printed-unreadable", error.what, text, place, remedy=error.remedy)
            return
        for other, other_place in self.meanings.values():
            if not other.may_be(printed):
                self._find(
                    "figure-printed-differently",
                    f"{self.id} is printed as {text}, but as {other.text} at {other_place}",
                    text,
                    place,
                    expected=other.text,
                    remedy="print the same figure in both places",
                )
                break
        self.found.append((printed, place))
        meaning = (printed.unit, printed.currency, printed.interval)
        self.meanings.setdefault(meaning, (printed, place))

    def _find(self, code: str, message: str, text: str, place: Place, **more: Any) -> None:
        self.findings.append(
            Finding(code, message, figures=(self.id,), place=place, printed=text, **more)
        )


def are_vouched_for(report: Report, prints: Iterable[FigurePrints]) -> bool:
    """Say whether a report says of anything it prints where that comes from.

    One that does not is read for its contradictions alone.
    """
    return bool(report.sources) or any(
        figure.entry.metric is not None or (figure.entry.manual is not None and figure.texts)
        for figure in prints
    )


def judge(
    figure: FigurePrints, answer: Recomputation | None, *, vouched: bool = True
) -> tuple[FigureOutcome, tuple[Finding, ...]]:
    """Say whether what is printed is what the records give.

    Args:
        figure: the figure with its prints.
        answer: what the records give for it; None where no metric is named. Where it has neither
            a figure nor a problem, the reason is told elsewhere.
        vouched: whether something must stand behind it.
    """
    verdict, findings = _verdict(figure, answer, vouched=vouched)
    text, place = figure.texts[0] if figure.texts else (None, None)
    given = answer.figure.text if answer and answer.figure else None
    notes = answer.notes if answer else ()
    outcome = FigureOutcome(figure.id, text, place, given, figure.entry.metric, verdict, notes)
    return outcome, tuple(findings)


def _verdict(
    figure: FigurePrints, answer: Recomputation | None, *, vouched: bool
) -> tuple[Verdict, tuple[Finding, ...]]:
    if answer is not None and answer.figure is None:
        if answer.problem is None:
            return "not computed", ()
        message = f"{figure.id} cannot be calculated: {answer.problem}"
        return "not computed", (
            Finding("figure-not-computed", message, figures=(figure.id,), place=figure.declared),
        )
    if not figure.texts:
        unbound = Finding(
            "figure-unbound",
            f"{figure.id} is printed nowhere that this file knows of",
            figures=(figure.id,),
            place=figure.declared,
            remedy="put it in a statement, or give its text with printed",
        )
        return "not printed", () if figure.entry.manual is not None else (unbound,)
    if answer is None and figure.entry.manual is not None:
        return "manual", ()
    if answer is None:
        nobody = Finding(
            "figure-without-source",
            f"{figure.id} is compared with nothing, and nobody vouches for it",
            figures=(figure.id,),
            place=figure.declared,
            remedy="name the metric that gives it, or say with manual who vouches for it",
        )
        return "no source", (nobody,) if vouched else ()
    wrong = tuple(_mismatches(figure, answer))
    return ("differs" if wrong or len(figure.read) < len(figure.texts) else "agrees"), wrong


def _mismatches(figure: FigurePrints, answer: Recomputation) -> Iterator[Finding]:
    for printed, place in figure.read:
        problem = None if answer.figure is None else disagreement(printed, answer.figure)
        if answer.figure is not None and problem is not None:
            yield Finding(
                "figure-mismatch",
                f"{figure.id} {problem}",
                figures=(figure.id,),
                place=place,
                printed=printed.text,
                expected=answer.figure.text,
                remedy="correct the figure, or the records behind it",
            )
