"""What a reader sees of a Markdown document, with the offset of each piece: its blocks.

The blocks are those of CommonMark, read as far as the text needs it: front matter, headings,
lists, quotes, fences, tables, definitions of links and notes, and HTML.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import define, field

from coprometrics.report._html import UNSEEN_ELEMENTS
from coprometrics.report._inline import Inline
from coprometrics.report.text import Builder

__all__ = ["scan_markdown"]

_LINE: Final = re.compile(r"([^\r\n]*)(\r\n?|\n|\Z)")
_INDENT: Final = re.compile(r"[ \t\f]*(?:>[ \t]?)*[ \t\f]*")
_HEADING: Final = re.compile(r"#{1,6}(?=[ \t]|$)[ \t]*")
_UNDERLINE: Final = re.compile(r"(?:-+|=+)[ \t]*")
_BULLET: Final = re.compile(r"[-*+](?:[ \t]+|$)")
_ORDERED: Final = re.compile(r"([0-9]{1,9})[.)](?:[ \t]+|$)")
_FENCE: Final = re.compile(r"(`{3,}+|~{3,}+)[^`]*+")
_DEFINITION: Final = re.compile(r"\[(\^?[^\[\]]+)\]:[ \t]*")
_TABLE_RULE: Final = re.compile(r"\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_CELL: Final = re.compile(r"(?:[^|\\]|\\.|\\$)+")
_FRONT_MATTER: Final = re.compile(
    r"---[ \t]*+\r?\n(?:"
    r"(?!(?:---|\.\.\.)[ \t]*+(?:\r?\n|\Z))(?:[\w-]++:|[ \t#-]|(?=\r?\n))[^\n]*+\n"
    r")*+(?:---|\.\.\.)[ \t]*+(?:\r?\n|\Z)"
)
_UNSEEN: Final = re.compile(rf"<!--|<({'|'.join(sorted(UNSEEN_ELEMENTS))})\b[^>]*>", re.IGNORECASE)

_BLANK: Final = "\u200b"
"""Stands for what is left out before the blocks are read; it is never part of a text."""


def scan_markdown(source: str, builder: Builder) -> None:
    """Add the text of a Markdown document to a builder."""
    text = _without_unseen(source)
    labels = frozenset(
        match[1].strip().casefold()
        for match in re.finditer(r"^[ \t>]*\[(\^?[^\[\]\n]+)\]:[ \t]*\S", text, re.MULTILINE)
    )
    blocks = _Blocks(text, Inline(text, labels, builder), builder)
    for match in _LINE.finditer(text):
        blocks.line(*match.span(1))
    blocks.flush()


def _without_unseen(source: str) -> str:
    """Blank out front matter, comments and scripts, keeping every offset."""
    pieces: list[str] = []
    done = 0

    front = _FRONT_MATTER.match(source)
    if front is not None:
        pieces.append(re.sub(r"[^\r\n]", _BLANK, front[0]))
        done = front.end()
    lowered = source.lower() if len(source.lower()) == len(source) else source
    unclosed: set[str] = set()
    # What comes behind the last > is no tag: it is not looked through again and again for its end.
    for match in _UNSEEN.finditer(source, 0, source.rfind(">") + 1):
        closing = f"</{match[1].lower()}>" if match[1] else "-->"
        if match.start() < done or closing in unclosed:
            continue
        end = lowered.find(closing, match.start() + 4)
        if end < 0:
            unclosed.add(closing)
            continue
        end += len(closing)
        # The line ends in it go as well: a comment does not part a paragraph in two.
        pieces.extend((source[done : match.start()], _BLANK * (end - match.start())))
        done = end
    return "".join([*pieces, source[done:]])


@define
class _Blocks:
    """Sorts lines into blocks and hands each block's text on.

    Attributes:
        paragraph: the lines of the block that is open, as offsets.
        in_item: whether that block began as a list item.
        fence: the fence that is open.
        in_table: whether the lines are rows of a table.
    """

    text: str
    inline: Inline
    builder: Builder
    paragraph: list[tuple[int, int]] = field(factory=list)
    in_item: bool = False
    fence: str | None = None
    in_table: bool = False

    def flush(self) -> None:
        """End the block that is open."""
        if self.paragraph:
            self.inline.scan(self.paragraph)
            self.builder.paragraph(self.paragraph[-1][1])
        self.paragraph = []
        self.in_item = False

    def line(self, start: int, end: int) -> None:
        """Take the next line."""
        body = _INDENT.match(self.text, start, end)
        start = body.end() if body is not None else start
        if self.fence is not None:
            self._fenced(start, end)
            return
        line = self.text[start:end]
        if not line.replace(_BLANK, "").strip():
            # A line that holds only what is left out does not part a paragraph in two.
            if not line:
                self.flush()
                self.in_table = False
            return
        if self.in_table:
            self._row(start, end)
            return
        if self.paragraph and _UNDERLINE.fullmatch(line):
            self.flush()
            return
        if "|" in line and self.paragraph and _TABLE_RULE.fullmatch(line):
            header = self.paragraph.pop()
            self.flush()
            self._row(*header)
            self.in_table = True
            return
        fence = _FENCE.fullmatch(line)
        if fence is not None:
            self.flush()
            self.fence = fence[1]
            return
        self._text_line(start, end)

    def _text_line(self, start: int, end: int) -> None:
        begun = start
        rule = _rule(self.text, start, end)
        # An item may begin with an item, to any depth.
        while start not in rule and (marker := self._marker(start, end)) is not None:
            self.flush()
            start = marker.end()
        if start in rule:
            self.flush()
        elif start == begun or start < end:
            self._content(start, end)
        if start > begun:
            self.in_item = True

    def _marker(self, start: int, end: int) -> re.Match[str] | None:
        """Find what begins a list item, unless it is a heading."""
        if _HEADING.match(self.text, start, end):
            return None
        return _BULLET.match(self.text, start, end) or self._ordered(start, end)

    def _content(self, start: int, end: int) -> None:
        line = self.text[start:end]
        heading = _HEADING.match(line)
        if heading is not None:
            self.flush()
            begun = heading.end()
            self.paragraph = [(start + begun, start + begun + len(_unclosed(line[begun:])))]
            self.flush()
            return
        definition = _DEFINITION.match(line)
        if definition is not None and definition.end() < len(line):
            if definition[1].startswith("^"):
                self.flush()
                self.paragraph.append((start + definition.end(), end))
                return
            if not self.paragraph:
                return
        self.paragraph.append((start, end))

    def _ordered(self, start: int, end: int) -> re.Match[str] | None:
        match = _ORDERED.match(self.text, start, end)
        if match is None:
            return None
        # "in the year\n2023. Then" is a sentence: only a 1 may begin a list within a paragraph.
        return match if not self.paragraph or self.in_item or match[1] == "1" else None

    def _fenced(self, start: int, end: int) -> None:
        line = self.text[start:end]
        fence = self.fence or ""
        if line.startswith(fence) and not line.strip(f"{fence[0]} \t"):
            self.fence = None
            self.builder.paragraph(end)
            return
        self.builder.add(line, start, end)
        self.builder.add("\n", end, end + 1)

    def _row(self, start: int, end: int) -> None:
        for cell in _CELL.finditer(self.text, start, end):
            self.inline.scan([cell.span()])
            self.builder.paragraph(cell.end())


def _rule(text: str, start: int, end: int) -> range:
    """Give the places in a line from which on it is a rule, such as - - -."""
    line = text[start:end].rstrip(" \t")
    mark = line[-1:]
    if not mark or mark not in "-*_":
        return range(0)
    third = line.rfind(mark, 0, max(0, line.rfind(mark, 0, len(line) - 1)))
    return range(start + len(line.rstrip(f"{mark} \t")), start + third + 1)


def _unclosed(heading: str) -> str:
    """Take away the hashes that close a heading."""
    rest = heading.rstrip(" \t")
    words = rest.rstrip("#")
    closed = words != rest and (not words or words[-1] in " \t")
    return words.rstrip(" \t") if closed else heading
