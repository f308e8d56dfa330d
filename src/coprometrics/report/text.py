"""A report's document as plain text, in which every character knows its place in the file.

What a reader does not see (markup, comments, link targets, hidden text) is left out, and so is
what is struck out; where two letters or digits would so become one word or number, U+FFFD parts
them. Runs of white space are folded into one character: a space within a line, a line feed for a
line break, U+2029 (paragraph separator) between paragraphs, headings, list items and table cells.
One no-break or thin space between two digits is kept, for it may group them.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_right
from functools import cached_property
from typing import ClassVar, Final

from attrs import define, field, frozen

from coprometrics.documents import Place

__all__ = ["PARAGRAPH", "Builder", "Document", "Letters", "fold", "letters_of"]

PARAGRAPH: Final = "\u2029"
"""Stands between paragraphs."""

_GROUPING: Final = "\u00a0\u202f\u2009"
_UNSEEN: Final = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_FOLDED: Final = str.maketrans(
    {"\u2032": "'", "\u2033": '"', "\u2212": "-", "\u00b4": "'", "`": "'"}
    | dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-")
)


def fold(text: str) -> str:
    r"""Write typographic quotes and dashes plainly, character for character.

    Examples:
        >>> fold("\u201cIt\u2019s 5\u201d \u2013 yes")
        '"It\'s 5" - yes'
    """
    return text.translate(_FOLDED)


@frozen
class Letters:
    """A text without its white space, to be compared whatever the spacing.

    Attributes:
        text: the letters (and digits, and signs), folded.
        index: where each letter stands in the document's text; for a template, in it.
        gaps: what stands before each letter: 0 nothing, ``SPACE``, ``SOFT`` where markup was left
            out (so that a space may stand there or not), or both.
    """

    SPACE: ClassVar[int] = 1
    SOFT: ClassVar[int] = 2

    text: str
    index: array[int]
    gaps: bytes

    def near(self, at: int) -> str:
        """Give a letter, or a space where there is none."""
        return self.text[at] if 0 <= at < len(self.text) else " "


@frozen(eq=False)
class Document:
    """The text of a document, and where each of its characters stands in the file.

    Attributes:
        file: the file's name, as messages show it.
        text: the plain text.
        starts: for each character of the text, where in the file's text it starts.
        ends: for each character of the text, where in the file's text it ends.
        seams: the places in the text at which markup was left out.
        lines: where in the file's text each line starts; or each part, in a file without lines.
        parts: what each of those parts is called; empty where the file has lines.
    """

    file: str
    text: str
    starts: array[int]
    ends: array[int]
    seams: frozenset[int]
    lines: array[int]
    parts: tuple[str, ...] = ()

    @property
    def top(self) -> Place:
        """The place at which the file begins."""
        return self._place(0)

    def place(self, position: int) -> Place:
        """Give the place in the file where a character of the text starts."""
        return self._place(self.starts[position])

    def end(self, position: int) -> Place:
        """Give the place in the file right behind a character of the text."""
        return self._place(self.ends[position])

    def _place(self, offset: int) -> Place:
        line = bisect_right(self.lines, offset)
        part = self.parts[line - 1] if self.parts else None
        return Place(self.file, line, offset - self.lines[line - 1] + 1, part)

    @cached_property
    def letters(self) -> Letters:
        """The text without white space."""
        return letters_of(self.text, self.seams)


def letters_of(text: str, seams: frozenset[int] = frozenset()) -> Letters:
    """Leave the white space out of a text, and note where it stood.

    Examples:
        >>> letters_of("15 people").text, list(letters_of("15 people").gaps)[:4]
        ('15people', [0, 0, 1, 0])
    """
    index = array("L")
    gaps = bytearray()
    gap = 0
    for position, character in enumerate(text):
        if position in seams:
            gap |= Letters.SOFT
        if character.isspace():
            gap |= Letters.SPACE
            continue
        index.append(position)
        gaps.append(gap)
        gap = 0
    return Letters(fold("".join(text.split())), index, bytes(gaps))


_BLOCKS: Final = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
        "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "legend", "li", "main",
        "menu", "nav", "ol", "optgroup", "option", "p", "pre", "section", "select", "summary",
        "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
    )
)  # fmt: skip
_SCRIPTS: Final = {
    "sup": str.maketrans(
        "0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
    ),
    "sub": str.maketrans(
        "0123456789", "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089"
    ),
}


_LEFT_OUT: Final = "\ufffd"
_JOINTS: Final = frozenset(".,:/'+-\u2019\u2010\u2011\u2012\u2013\u2212")
"""What is part of a number beside a digit."""


@define
class Builder:
    """Takes what a reader sees, piece by piece in order, and folds it into a document's text.

    Attributes:
        hidden: whether what is added now is hidden or struck out.
    """

    hidden: bool = field(default=False, init=False)
    _text: list[str] = field(factory=list, init=False)
    _starts: array[int] = field(factory=lambda: array("L"), init=False)
    _ends: array[int] = field(factory=lambda: array("L"), init=False)
    _seams: set[int] = field(factory=set, init=False)
    _space: str = field(default="", init=False)
    _space_at: tuple[int, int] = field(default=(0, 0), init=False)
    _seam: bool = field(default=False, init=False)
    _script: str | None = field(default=None, init=False)
    _left_out_at: int | None = field(default=None, init=False)

    def add(self, text: str, start: int, end: int) -> None:
        """Add visible text that stands between two offsets of the file.

        Where the text is as long as that stretch, each character has its own offset; where it is
        not (an entity), the stretch stands for each.
        """
        if self.hidden:
            self.leave_out(text, start)
            return
        each = len(text) == end - start
        if self._script is not None:
            # A superscript 1 behind a figure is a note, and must not become its last digit.
            text = text.translate(_SCRIPTS[self._script])
        for place, character in enumerate(text, start):
            self._add(character, *((place, place + 1) if each else (start, end)))

    def leave_out(self, text: str, start: int) -> None:
        """Leave out text that stands at an offset of the file; its white space stays."""
        self.seam()
        for character in text:
            if character.isspace():
                self._add_space(character, start, start)
            elif self._left_out_at is None and character not in _UNSEEN:
                self._left_out_at = start

    def _add(self, character: str, start: int, end: int) -> None:
        if character in _UNSEEN:
            return
        if character.isspace():
            self._add_space(character, start, end)
            return
        if self._space:
            self._close_space(character)
        elif self._text and not self._seam and unicodedata.combining(character):
            composed = unicodedata.normalize("NFC", self._text[-1] + character)
            if len(composed) == 1:
                self._text[-1] = composed
                self._ends[-1] = end
                return
        elif self._left_out_at is not None and self._text and _joins(self._text[-1], character):
            self._append(_LEFT_OUT, self._left_out_at, self._left_out_at)
        self._left_out_at = None
        if self._seam:
            self._seams.add(len(self._text))
            self._seam = False
        self._append(character, start, end)

    def _append(self, character: str, start: int, end: int) -> None:
        self._text.append(character)
        self._starts.append(start)
        self._ends.append(end)

    def _add_space(self, character: str, start: int, end: int) -> None:
        if character == PARAGRAPH or self._space == PARAGRAPH:
            kind = PARAGRAPH
        elif self._space == "\n" or character in "\n\r\f\v\u0085\u2028":
            kind = "\n"
        else:
            kind = character if character in _GROUPING and not self._space else " "
        self._space_at = (self._space_at[0], end) if self._space else (start, end)
        self._space = kind

    def _close_space(self, following: str) -> None:
        if self._text:
            digits = _is_digit(self._text[-1]) and _is_digit(following) and not self._seam
            kind = " " if self._space in _GROUPING and not digits else self._space
            self._append(kind, *self._space_at)
        self._space = ""

    def seam(self) -> None:
        """Note that markup was left out here."""
        self._seam = True

    def paragraph(self, offset: int) -> None:
        """End a paragraph, a heading, an item or a cell."""
        self._add_space(PARAGRAPH, offset, offset)

    def tag(self, name: str, offset: int, *, opens: bool) -> None:
        """Leave out an HTML tag: end the paragraph, break the line or note a seam, by its name."""
        if name in _BLOCKS:
            self._script = None
            self.paragraph(offset)
        elif name == "br":
            self._add_space("\n", offset, offset)
        else:
            if name in _SCRIPTS:
                self._script = name if opens else None
            self.seam()

    def document(self, file: str, lines: array[int], parts: tuple[str, ...] = ()) -> Document:
        """Give the document that was built.

        Args:
            file: the file's name, as messages show it.
            lines: where each line starts, or each part.
            parts: what the parts are called; empty where there are lines.
        """
        text, seams = "".join(self._text), frozenset(self._seams)
        return Document(file, text, self._starts, self._ends, seams, lines, parts)


def _joins(before: str, after: str) -> bool:
    """Say whether two characters side by side are of one word or number."""
    if before.isalnum() and after.isalnum():
        return True
    return (before.isdecimal() and after in _JOINTS) or (after.isdecimal() and before in _JOINTS)


def _is_digit(character: str) -> bool:
    return "0" <= character <= "9"
