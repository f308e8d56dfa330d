"""What a reader sees of a Markdown paragraph: emphasis, links, code, entities and HTML tags.

Left out are what is struck out, what a tag hides, and the text that stands for an image.

Emphasis follows the rules of CommonMark 0.31, section 6.2 (delimiter runs), so that in
``**£1,179,818.54***`` the last star is a star of the text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final, Literal

from attrs import define, field, frozen

from coprometrics.report._unseen import OpenElements
from coprometrics.report.text import Builder

__all__ = ["Inline"]

_PUNCTUATION: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
_TAG: Final = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)"
    r"(?:\s++[a-zA-Z_:@][^\s\"'<>/=]*+"
    r"(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+)*+\s*+(/?)>"
)
_REFERENCE: Final = re.compile(
    r"&(?:#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[a-zA-Z][a-zA-Z0-9]{1,31};)"
)
_AUTOLINK: Final = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]+@[^\s<>@]+)>")
_TARGET: Final = re.compile(
    r"\(\s*+(?:<[^<>\n]*>|[^\s()<]*+(?:\([^\s()]*+\)[^\s()]*+)*+)"
    r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?+\s*+\)"
)
_REFERENCE_LABEL: Final = re.compile(r"\[([^\[\]]*)\]")
_LONGEST_LABEL: Final = 1_000
"""The most characters of a label, as CommonMark has it; text in brackets can be of any length."""

_TICKS: Final = re.compile("`+")
_RUN: Final = re.compile(r"\*+|_+|~+")
_PLAIN: Final = re.compile(r"[^\\`&<!\[\]*_~]+")


@frozen
class _Visible:
    """Text between two positions of the paragraph."""

    text: str
    start: int
    end: int


@frozen
class _Image:
    """An image, whose text is not seen."""

    start: int
    end: int


@frozen
class _Tag:
    name: str
    source: str
    start: int
    opens: bool
    closes: bool


@define(eq=False)
class _Run:
    """A run of ``*``, ``_`` or ``~``; what lies between left and right was not used as markup."""

    mark: str
    left: int
    right: int
    opens: bool
    closes: bool
    start: int = field(init=False)
    end: int = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.start, self.end = self.left, self.right

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def left_over(self) -> int:
        return self.right - self.left


_Piece = _Visible | _Image | _Tag | _Run | Literal["seam"]


@define
class Inline:
    """Reads paragraphs of one source.

    Attributes:
        source: the text of the file.
        labels: the labels of the links and notes that are defined in it.
        builder: takes the visible text.
    """

    source: str
    labels: frozenset[str]
    builder: Builder
    _elements: OpenElements = field(factory=OpenElements, init=False)

    def scan(self, lines: list[tuple[int, int]]) -> None:
        """Add the visible text of a paragraph, given as the offsets of its lines."""
        text = "\n".join(self.source[start:end] for start, end in lines)
        offsets: list[int] = []
        for start, end in lines:
            offsets.extend(range(start, end + 1))
        pieces = _Paragraph(text, self.labels).pieces()
        _pair([piece for piece in pieces if isinstance(piece, _Run)])
        # A block of HTML is no paragraph of its own: what it opens goes on behind it.
        is_html = text.startswith("<")
        if not is_html:
            self._follow("p", opens=True)
        for piece in pieces:
            self._add(piece, text, offsets)
        if not is_html:
            self._follow("p", opens=False)

    def _follow(self, name: str, tag: str = "", *, opens: bool) -> None:
        if opens:
            self._elements.open(name, tag)
        else:
            self._elements.close(name)
        self.builder.hidden = self._elements.hide

    def _add(self, piece: _Piece, text: str, offsets: list[int]) -> None:
        if piece == "seam":
            self.builder.seam()
        elif isinstance(piece, _Tag):
            self.builder.tag(piece.name, offsets[piece.start], opens=piece.opens)
            if piece.opens or piece.closes:
                self._follow(piece.name, piece.source, opens=piece.opens)
        elif isinstance(piece, _Image):
            self.builder.leave_out(text[piece.start : piece.end], offsets[piece.start])
        elif isinstance(piece, _Run):
            self._add_run(piece, text, offsets)
        elif isinstance(piece, _Visible):
            if len(piece.text) == piece.end - piece.start:
                for character, position in zip(
                    piece.text, range(piece.start, piece.end), strict=True
                ):
                    self.builder.add(character, offsets[position], offsets[position] + 1)
            else:
                self.builder.add(piece.text, offsets[piece.start], offsets[piece.end - 1] + 1)

    def _add_run(self, run: _Run, text: str, offsets: list[int]) -> None:
        ends, begins = run.left > run.start, run.right < run.end
        strikes = run.mark == "~"
        if ends or begins:
            self.builder.seam()
        if ends and strikes:
            self._follow("del", opens=False)
        for position in range(run.left, run.right):
            self.builder.add(text[position], offsets[position], offsets[position] + 1)
        if begins:
            self.builder.seam()
        if begins and strikes:
            self._follow("del", opens=True)


class _Paragraph:
    def __init__(self, text: str, labels: frozenset[str]) -> None:
        self._text = text
        self._labels = labels
        self._closing = _brackets(text)
        self._link_ends: dict[int, int] = {}
        self._ticks: dict[int, list[int]] = {}
        for ticks in reversed([*_TICKS.finditer(text)]):
            self._ticks.setdefault(len(ticks[0]), []).append(ticks.start())
        self._pieces: list[_Piece] = []

    def pieces(self) -> list[_Piece]:
        position = 0
        while position < len(self._text):
            plain = _PLAIN.match(self._text, position)
            if plain is not None:
                self._visible(position, plain.end())
                position = plain.end()
            else:
                position = self._special(position)
        return self._pieces

    def _visible(self, start: int, end: int) -> int:
        self._pieces.append(_Visible(self._text[start:end], start, end))
        return end

    def _special(self, position: int) -> int:
        match self._text[position]:
            case "\\":
                return self._escape(position)
            case "`":
                return self._code(position)
            case "&":
                return self._entity(position)
            case "<":
                return self._angle(position)
            case "!" | "[":
                return self._link(position)
            case "]" if position in self._link_ends:
                self._pieces.append("seam")
                return self._link_ends[position]
            case "*" | "_" | "~":
                return self._run(position)
        return self._visible(position, position + 1)

    def _escape(self, position: int) -> int:
        following = self._text[position + 1 : position + 2]
        if following == "\n":
            return position + 1
        if following and following in _PUNCTUATION:
            return self._visible(position + 1, position + 2)
        return self._visible(position, position + 1)

    def _code(self, position: int) -> int:
        opening = _TICKS.match(self._text, position)
        length = opening.end() - position if opening is not None else 1
        start = position + length
        closing = self._ticks.get(length, [])
        while closing and closing[-1] < start:
            closing.pop()
        if not closing:
            return self._visible(position, start)
        self._pieces.append("seam")
        self._visible(start, closing[-1])
        self._pieces.append("seam")
        return closing[-1] + length

    def _entity(self, position: int) -> int:
        match = _REFERENCE.match(self._text, position)
        if match is None or html.unescape(match[0]) == match[0]:
            return self._visible(position, position + 1)
        self._pieces.append(_Visible(html.unescape(match[0]), position, match.end()))
        return match.end()

    def _angle(self, position: int) -> int:
        tag = _TAG.match(self._text, position)
        if tag is not None:
            opens, closes = not (tag[1] or tag[3]), bool(tag[1])
            self._pieces.append(_Tag(tag[2].lower(), tag[0], position, opens, closes))
            return tag.end()
        link = _AUTOLINK.match(self._text, position)
        if link is None:
            return self._visible(position, position + 1)
        self._pieces.append("seam")
        self._visible(*link.span(1))
        self._pieces.append("seam")
        return link.end()

    def _link(self, position: int) -> int:
        opening = position + (self._text[position] == "!")
        closing = self._closing.get(opening)
        if closing is None:
            return self._visible(position, position + 1)
        label = None
        if closing - opening <= _LONGEST_LABEL:
            label = self._text[opening + 1 : closing].strip().casefold()
        if label in self._labels and label.startswith("^"):
            self._pieces.append("seam")
            return closing + 1
        target = _TARGET.match(self._text, closing + 1)
        end = target.end() if target is not None else None
        if target is None:
            reference = _REFERENCE_LABEL.match(self._text, closing + 1)
            if reference is not None and (reference[1].strip().casefold() or label) in self._labels:
                end = reference.end()
            elif label in self._labels:
                end = closing + 1
        if end is None:
            return self._visible(position, position + 1)
        if opening > position:
            self._pieces.append(_Image(position, end))
            return end
        self._link_ends[closing] = end
        self._pieces.append("seam")
        return opening + 1

    def _run(self, position: int) -> int:
        match = _RUN.match(self._text, position)
        end = match.end() if match is not None else position + 1
        mark = self._text[position]
        before = self._text[position - 1] if position else " "
        after = self._text[end] if end < len(self._text) else " "
        left = not after.isspace() and (
            not _is_punctuation(after) or before.isspace() or _is_punctuation(before)
        )
        right = not before.isspace() and (
            not _is_punctuation(before) or after.isspace() or _is_punctuation(after)
        )
        if mark == "_":
            # Within a word an underscore is part of it: snake_case_name.
            opens = left and (not right or _is_punctuation(before))
            closes = right and (not left or _is_punctuation(after))
        else:
            opens, closes = left, right
        if mark == "~" and end - position != 2:
            opens = closes = False
        self._pieces.append(_Run(mark, position, end, opens, closes))
        return end


def _is_punctuation(character: str) -> bool:
    # Currency signs count as letters here, as in GitHub's Markdown: **£5** is bold anywhere.
    return character in _PUNCTUATION or unicodedata.category(character).startswith("P")


def _brackets(text: str) -> dict[int, int]:
    closing: dict[int, int] = {}
    stack: list[int] = []
    for match in re.finditer(r"\\.|\[|\]", text):
        if match[0] == "[":
            stack.append(match.start())
        elif match[0] == "]" and stack:
            closing[stack.pop()] = match.start()
    return closing


def _pair(runs: list[_Run]) -> None:
    """Take away from each run the marks that open or close emphasis."""
    openers: list[_Run] = []
    # How many openers, from the bottom, are known not to fit a kind of closer: keeps this linear.
    unfit: dict[tuple[str, bool, int], int] = {}
    for run in runs:
        kind = (run.mark, run.opens, run.length % 3)
        while run.closes and run.left_over:
            found = next(
                (
                    place
                    for place in range(len(openers) - 1, unfit.get(kind, 0) - 1, -1)
                    if _fits(openers[place], run)
                ),
                None,
            )
            if found is None:
                unfit[kind] = len(openers)
                break
            opener = openers[found]
            used = 2 if min(opener.left_over, run.left_over) >= 2 else 1
            opener.right -= used
            run.left += used
            del openers[found + (opener.left_over > 0) :]
            unfit = {key: min(count, len(openers)) for key, count in unfit.items()}
        if run.opens and run.left_over:
            openers.append(run)


def _fits(opener: _Run, closer: _Run) -> bool:
    if opener.mark != closer.mark:
        return False
    both = opener.closes or closer.opens
    lengths = (opener.length, closer.length)
    return not both or sum(lengths) % 3 != 0 or all(length % 3 == 0 for length in lengths)
