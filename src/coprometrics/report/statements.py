"""Statements: templates of the document's own sentences, which give the printed figures.

A figure's text is written once, in the document; the statement says which figure it is. The words
of a statement must stand in the document exactly, capitals and all. White space, markup and the
kind of quotes and dashes make no difference.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from attrs import frozen

from coprometrics.documents import Place
from coprometrics.errors import shown
from coprometrics.report._matching import Filling, Hit, Matcher
from coprometrics.report._nearest import nearest
from coprometrics.report._template import Part, Slot, Words, parse_template
from coprometrics.report.findings import Finding
from coprometrics.report.numerals import NumberFormat
from coprometrics.report.text import Document

__all__ = ["Binding", "StatementResult", "bind_statement", "figures_of"]

_MOST_SHOWN: Final = 10


@frozen
class Binding:
    """The printed text of a figure, and where it stands.

    Attributes:
        figure: the id of the figure.
        printed: its text as printed, on one line.
        place: where it starts.
        end: the place right behind it.
    """

    figure: str
    printed: str
    place: Place
    end: Place


@frozen
class StatementResult:
    """What a statement gave: bindings in the order of its places, or a finding and none.

    Attributes:
        statement: the template.
        bindings: one for each place; a figure may stand in two.
        place: where the sentence starts, when it was found once.
        span: where it starts and ends in the document's text, when it was found once.
        finding: what is wrong, when it was not.
    """

    statement: str
    bindings: tuple[Binding, ...] = ()
    place: Place | None = None
    span: tuple[int, int] | None = None
    finding: Finding | None = None


def figures_of(statement: str) -> tuple[str, ...]:
    """Name the figures of a statement, each once, in order.

    Raises:
        ReportError: when the template is malformed.

    Examples:
        >>> figures_of("{sessions} sessions for {people} people")
        ('sessions', 'people')
    """
    slots = (part for part in parse_template(statement) if isinstance(part, Slot))
    return tuple(dict.fromkeys(slot.figure for slot in slots))


def bind_statement(
    statement: str, document: Document, *, number_format: NumberFormat | None = None
) -> StatementResult:
    r"""Find a statement in a document, and take the printed figures from its places.

    A place takes a whole printed figure, as long as it goes, with its sign and marks; whether it
    can be read is not asked here. Words such as "over" belong to the figure when the place comes
    first in the statement, or when the statement leaves them to it. A place that begins or ends
    the statement never takes a part of a longer figure: "half a million" gives no "half", and "half
    of the 21 people" no "21", unless the statement has those words itself.

    Args:
        statement: a template; ``{figure.id}`` is a place, ``{{`` and ``}}`` are braces.
        document: where to look.
        number_format: the marks between digits; those of en-GB by default.

    Returns:
        The bindings, or a finding: ``statement-not-found`` with the place where the nearest
        passage departs from it, ``statement-ambiguous`` with every place, or
        ``statement-not-a-number`` with what stands there.

    Raises:
        ReportError: when the template is malformed.

    Examples:
        >>> from coprometrics.report.document import parse_document
        >>> document = parse_document("We trained **502**\nPeople.", "markdown")
        >>> result = bind_statement("We trained {people} People", document)
        >>> [(binding.figure, binding.printed, str(binding.place)) for binding in result.bindings]
        [('people', '502', 'document:1:14')]
        >>> print(bind_statement("We trained {people} teams", document).finding.message)
        the statement is not in the document: it has 'teams' where the document has 'People.'
    """
    parts = parse_template(statement)
    style = number_format or NumberFormat()
    matcher = Matcher(document, parts, style)
    hits = tuple(matcher.hits())
    if len(hits) == 1:
        bindings = tuple(_binding(filling, matcher) for filling in hits[0].fillings)
        span = _span(hits[0], parts, document)
        return StatementResult(statement, bindings, _place(hits[0].start, document), span)
    figures = figures_of(statement)
    if hits:
        finding = _ambiguous(statement, figures, hits, document)
    else:
        loose = Matcher(document, parts, style, loose=True)
        near = tuple(islice(loose.hits(), 2))
        if len(near) == 1:
            finding = _not_a_number(statement, figures, near[0], loose)
        else:
            finding = _not_found(statement, figures, matcher)
    return StatementResult(statement, finding=finding)


def _span(hit: Hit, parts: tuple[Part, ...], document: Document) -> tuple[int, int]:
    """Say where a passage starts in the text, and where it ends."""
    end = hit.fillings[-1].then if hit.fillings else hit.start
    if isinstance(last := parts[-1], Words):
        end += len(last.text)
    index = document.letters.index
    return index[hit.start], index[end - 1] + 1


def _place(letter: int, document: Document) -> Place:
    return document.place(document.letters.index[letter])


def _on_one_line(text: str) -> str:
    # A no-break space stays: it may group the digits.
    return text.replace("\n", " ").replace("\u2029", " ")


def _binding(filling: Filling, matcher: Matcher) -> Binding:
    document = matcher.document
    return Binding(
        filling.figure,
        _on_one_line(matcher.text(filling.start, filling.end)),
        _place(filling.start, document),
        document.end(document.letters.index[filling.end - 1]),
    )


def _ambiguous(
    statement: str, figures: tuple[str, ...], hits: tuple[Hit, ...], document: Document
) -> Finding:
    places = [_place(hit.start, document) for hit in hits]
    named = ", ".join(place.within for place in places[:_MOST_SHOWN])
    more = f" and {len(places) - _MOST_SHOWN} more" if len(places) > _MOST_SHOWN else ""
    return Finding(
        "statement-ambiguous",
        f"the statement is in the document {len(places)} times: at {named}{more}",
        figures=figures,
        statement=statement,
        place=places[0],
        remedy="give more of the sentence, so that it fits one passage",
    )


def _not_a_number(statement: str, figures: tuple[str, ...], hit: Hit, matcher: Matcher) -> Finding:
    wrong = [filling for filling in hit.fillings if not filling.is_figure]
    said = [(filling, _on_one_line(matcher.text(filling.start, filling.end))) for filling in wrong]
    first = wrong[0]
    what = ", ".join(f"{shown(text)} in the place of {filling.figure}" for filling, text in said)
    return Finding(
        "statement-not-a-number",
        f"the document has {what}, which is not a printed figure",
        figures=tuple(dict.fromkeys(filling.figure for filling in wrong)) or figures,
        statement=statement,
        place=_place(first.start, matcher.document),
        printed=said[0][1],
        remedy="print a figure there, or correct the statement",
    )


def _not_found(statement: str, figures: tuple[str, ...], matcher: Matcher) -> Finding:
    near = nearest(matcher)
    if near is None:
        return Finding(
            "statement-not-found",
            "the statement is not in the document, and nothing in it comes near",
            figures=figures,
            statement=statement,
            place=matcher.document.top,
            remedy="correct the statement, or take it out",
        )
    found = f"has {shown(near.found)}" if near.found else "ends"
    where = " before the words they share" if near.before else ""
    return Finding(
        "statement-not-found",
        f"the statement is not in the document: it has {shown(near.expected)} where the "
        f"document {found}{where}",
        figures=figures,
        statement=statement,
        place=_place(near.at, matcher.document),
        printed=near.found or None,
        expected=near.expected or None,
        remedy="correct the statement, or the document",
    )
