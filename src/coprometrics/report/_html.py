"""What a reader sees of an HTML document, with the offset of each piece.

The pieces are told apart as the HTML standard has it (section 13.2.5, tokenization), so that what
is wrong in them is read as browsers do: a comment or a tag that is never closed hides what follows.
The parser of the standard library takes the square of the time for such files, and reads them
differently from version to version.
"""

from __future__ import annotations

import html
import re
from typing import Final

from coprometrics.report._unseen import OpenElements
from coprometrics.report.text import Builder

__all__ = ["UNSEEN_ELEMENTS", "scan_html"]

UNSEEN_ELEMENTS: Final = frozenset({"script", "style", "template", "title"})
"""The elements whose content is no part of the page's text."""

_RAW: Final = frozenset({"iframe", "noembed", "noframes", "noscript", "script", "style", "title"})
"""The elements whose content has no tags."""

# Nothing in it is tried in two ways, so that each letter is looked at once.
_PIECE: Final = re.compile(
    r"""
    (?P<text> [^<&]++ )
    | (?P<reference> &(?:\#(?:[0-9]++|[xX][0-9a-fA-F]++)|[a-zA-Z][a-zA-Z0-9]{1,31}+);?+ )
    | <(?P<end>/?)(?P<name>[a-zA-Z][^ \t\n\f\r/>]*+)
      (?:[^=>]++ | =[ \t\n\f\r]*+(?:"[^"]*+" | '[^']*+' | [^ \t\n\f\r>"'][^ \t\n\f\r>]*+)?+)*+
      (?P<close>>)?+
    | <!--(?: -?> | (?s:.*?)--!?> | (?s:.*+) )
    | <(?:[!?]|/(?=[^a-zA-Z]))[^>]*+>?+
    | (?P<sign> [<&] )
    """,
    re.VERBOSE,
)
_RAW_END: Final = {
    name: re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE) for name in sorted(_RAW)
}
_LONGEST_REFERENCE: Final = 40


def scan_html(source: str, builder: Builder) -> None:
    """Add the text of an HTML document to a builder."""
    elements = OpenElements()
    at = 0
    while (piece := _PIECE.match(source, at)) is not None:
        start, at = piece.span()
        kind = piece.lastgroup
        if kind == "close":
            name, closes = piece["name"].lower(), piece["end"] == "/"
            opens = not closes and source[at - 2] != "/"
            builder.tag(name, start, opens=opens)
            if closes:
                elements.close(name)
            elif opens:
                elements.open(name, piece[0])
            builder.hidden = elements.hide
            if opens and name in _RAW:
                ended = _RAW_END[name].search(source, at)
                after = ended.start() if ended is not None else len(source)
                if builder.hidden:
                    builder.add(source[at:after], at, after)
                at = after
        elif kind == "reference":
            builder.add(_character(piece[0]), start, at)
        elif kind in ("text", "sign"):
            builder.add(piece[0], start, at)


def _character(reference: str) -> str:
    # So many digits are beyond every character, and beyond what is read as a number.
    return html.unescape(reference) if len(reference) <= _LONGEST_REFERENCE else "\ufffd"
