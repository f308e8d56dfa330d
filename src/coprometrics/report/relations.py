"""What must hold between printed figures, from the report file's relations."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from attrs import frozen

from coprometrics.documents import Place
from coprometrics.errors import CoprometricsError, ReportError
from coprometrics.metrics.laws import LawKind
from coprometrics.money import exponent
from coprometrics.report.numerals import NumberFormat
from coprometrics.report.printed import Printed, Unit, parse_printed, show_value
from coprometrics.report.report_file import Relation

__all__ = ["Known", "Link", "alike", "groups_of", "links_of"]


@frozen
class Known:
    """What is known of a figure: what it counts, and what is printed.

    Attributes:
        id: its id.
        unit: what it counts.
        currency: the currency of money.
        printed: its print; None where it is printed nowhere.
        audited: whether the print is beyond doubt.
        stands_in: whether it is no figure of the report, but something its figures depend on.
    """

    id: str
    unit: Unit
    currency: str | None = None
    printed: Printed | None = None
    audited: bool = False
    stands_in: bool = False

    def show(self, value: Fraction) -> str:
        """Write a value of this figure."""
        return show_value(value, self.unit, self.currency)


@frozen
class Link:
    """Something that must hold between figures.

    Attributes:
        kind: what sort it is.
        figures: the figures: of a sum the parts, then the total unless that is a constant; of a
            share the share, the part, the whole; of a growth the growth, the later and the earlier;
            else all in order.
        constant: the total of a sum, where no figure is it; money in minor units.
        place: where it is written, or the first of its figures where no relation says so.
        source: the metric that says so by itself; None where the report file does.
    """

    kind: LawKind
    figures: tuple[str, ...]
    constant: Fraction | None = None
    place: Place | None = None
    source: str | None = None

    @property
    def is_product(self) -> bool:
        """Whether its first figure is a ratio between the other two."""
        return self.kind in ("share", "growth")

    @property
    def compared(self) -> tuple[str, ...]:
        """Those of its figures that must count the same."""
        return self.figures[1:] if self.is_product else self.figures


_SHAPES: Mapping[LawKind, tuple[str, ...]] = {
    "sum": ("sum", "equals"),
    "share": ("share", "part", "of"),
    "growth": ("from_", "to", "growth"),
    "at_most": ("at_most",),
    "equal": ("equal",),
}
_KEYS = {key: kind for kind, keys in _SHAPES.items() for key in keys}


def links_of(
    relation: Relation,
    figures: Mapping[str, Known],
    place: Place | None,
    *,
    number_format: NumberFormat | None = None,
) -> Link:
    """Make a link of a relation.

    Args:
        relation: as the report file has it.
        figures: the figures that there are, by their ids.
        place: where it is written.
        number_format: how the report writes numbers; as in en-GB by default.

    Raises:
        ReportError: when it is not one of the five kinds, names no figure, names one twice, or its
            figures do not count the same.

    Examples:
        >>> known = {name: Known(name, "count") for name in ("all", "by.a", "by.b")}
        >>> links_of(Relation(sum="by.*", equals="all"), known, None).figures
        ('by.a', 'by.b', 'all')
    """
    kind = _kind(relation)
    if kind == "sum":
        return _sum(relation, figures, place, number_format)
    if kind in ("share", "growth"):
        names = (
            (relation.share, relation.part, relation.of)
            if kind == "share"
            else (relation.growth, relation.to, relation.from_)
        )
        found = tuple(_one(name or "", figures) for name in names)
        _different(found)
        if figures[found[0]].unit != "ratio":
            raise ReportError(
                f"{found[0]} is a {kind}, but its print is no percentage or fraction",
                remedy="say unit: ratio",
            )
        alike(found[1:], figures)
        return Link(kind, found, place=place)
    listed = relation.at_most if kind == "at_most" else relation.equal
    found = tuple(name for pattern in listed or () for name in _matching(pattern, figures))
    if len(found) < 2:
        raise ReportError(f"{kind} needs two figures or more, here is {len(found)}")
    _different(found)
    alike(found, figures)
    return Link(kind, found, place=place)


def _kind(relation: Relation) -> LawKind:
    keys = [key for key in _KEYS if getattr(relation, key) is not None]
    kinds = {_KEYS[key] for key in keys}
    shapes = "; ".join(
        ", ".join(key.removesuffix("_") for key in keys) for keys in _SHAPES.values()
    )
    if len(kinds) != 1 or set(keys) != set(_SHAPES[(kind := next(iter(kinds)))]):
        named = ", ".join(key.removesuffix("_") for key in keys) or "nothing"
        raise ReportError(
            f"a relation with {named} is none of the five kinds",
            remedy=f"give all the keys of one kind: {shapes}",
        )
    return kind


def _sum(
    relation: Relation,
    figures: Mapping[str, Known],
    place: Place | None,
    number_format: NumberFormat | None,
) -> Link:
    patterns = (relation.sum,) if isinstance(relation.sum, str) else relation.sum or ()
    total = relation.equals
    parts = tuple(name for pattern in patterns for name in _matching(pattern, figures))
    if not parts:
        raise ReportError("a sum has no parts", remedy="name the figures that add up")
    if isinstance(total, str) and total in figures:
        if total in parts:
            raise ReportError(
                f"{total} is the sum and one of its own parts",
                remedy="name the parts so that the sum is not among them",
            )
        found = (*parts, total)
        _different(found)
        alike(found, figures)
        return Link("sum", found, place=place)
    _different(parts)
    alike(parts, figures)
    constant = _constant(total, figures[parts[0]], number_format)
    return Link("sum", parts, constant=constant, place=place)


def _constant(total: object, first: Known, number_format: NumberFormat | None) -> Fraction:
    """Read the number that a sum must be; money in major units, or as it is printed."""
    if isinstance(total, int):
        return Fraction(total * 10 ** exponent(first.currency) if first.currency else total)
    try:
        printed = parse_printed(
            str(total),
            currency=first.currency or "GBP",
            unit=first.unit,
            number_format=number_format,
        )
    except CoprometricsError:
        printed = None
    value = None if printed is None else _exactly(printed)
    if value is None or (printed and printed.currency != first.currency):
        raise ReportError(
            f"the sum equals {total!r}, which is neither a figure nor an exact number",
            remedy="name a figure of the file, or give a number",
        )
    return value


def _exactly(printed: Printed) -> Fraction | None:
    """Give the one number that a text stands for; shares and quantities have no exact print."""
    if printed.unit in ("ratio", "quantity") and printed.step is not None:
        return printed.value
    return printed.interval.low if printed.interval.is_exact else None


def _matching(pattern: str, figures: Mapping[str, Known]) -> Sequence[str]:
    """Give the figures that a name or a pattern stands for; ``*`` is one part of a name."""
    if "*" not in pattern:
        return [_one(pattern, figures)]
    wanted = pattern.split(".")
    found = [
        name
        for name in figures
        if len(parts := name.split(".")) == len(wanted)
        and all(fnmatch.fnmatchcase(part, want) for part, want in zip(parts, wanted, strict=True))
    ]
    if not found:
        raise ReportError(f"no figure is called {pattern!r}", remedy="check the pattern")
    return found


def _one(name: str, figures: Mapping[str, Known]) -> str:
    if name not in figures:
        raise ReportError(
            f"there is no figure {name!r}",
            remedy="declare it under figures, or put it in a statement",
        )
    return name


def _different(names: Sequence[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ReportError(f"{', '.join(twice)} is named twice", remedy="name each figure once")


def alike(names: Sequence[str], figures: Mapping[str, Known]) -> None:
    """Make sure that figures count the same.

    Raises:
        ReportError: when they do not.
    """
    kinds = {(figures[name].unit, figures[name].currency) for name in names}
    if len(kinds) > 1:
        listed = ", ".join(f"{name} ({_counts(figures[name])})" for name in names)
        raise ReportError(
            f"figures that do not count the same are compared: {listed}",
            remedy="compare figures of one unit, or say their unit",
        )


def _counts(known: Known) -> str:
    return known.currency or known.unit


def groups_of(links: Sequence[Link]) -> Iterator[tuple[tuple[str, ...], tuple[Link, ...]]]:
    """Give the figures that hang together, with their links, in the order of the links."""
    nearer: dict[str, str] = {}

    def head(name: str) -> str:
        """Give the figure that stands for all that hang together with one."""
        while (near := nearer.setdefault(name, name)) != name:
            nearer[name] = name = nearer[near]
        return name

    for link in links:
        for name in link.figures:
            nearer[head(name)] = head(link.figures[0])
    named: dict[str, list[str]] = {}
    held: dict[str, list[Link]] = {}
    for name in nearer:
        named.setdefault(head(name), []).append(name)
    for link in links:
        held.setdefault(head(link.figures[0]), []).append(link)
    for first, mine in held.items():
        yield tuple(named[first]), tuple(mine)
