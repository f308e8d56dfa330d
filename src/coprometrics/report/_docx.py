"""What a reader sees of a Word document (.docx), paragraph by paragraph.

Read are paragraphs, tables, content controls, text boxes, footnotes and endnotes, and inserted
text. Left out are deleted, hidden and struck text, comments, headers and footers, and what Word
writes by itself: the numbers of lists, headings and notes.
"""

from __future__ import annotations

import io
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import docx
from attrs import define, field
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml

from coprometrics.errors import ReportError, SourceError
from coprometrics.importers.archive import Limits, open_archive
from coprometrics.importers.contract import Source
from coprometrics.report._docx_styles import Styles
from coprometrics.report.text import Builder, Document

__all__ = ["read_docx"]

_LIMITS: Final = Limits(members=5_000, total=256 << 20, member=32 << 20)
_CHUNK: Final = 1 << 20
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_SAVE: Final = "open it in a word processor and save it again as .docx"

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_EQUATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_CHOICES: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_NOTES: Final = {
    "footnote": RELATIONSHIP_TYPE.FOOTNOTES,
    "endnote": RELATIONSHIP_TYPE.ENDNOTES,
}
_SIGNS: Final = {
    # What cannot be read must not vanish: the numbers on its two sides would become one.
    _EQUATION: "\ufffd",
    f"{_W}sym": "\ufffd",
    f"{_W}tab": "\t",
    f"{_W}ptab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
}
_UNSEEN: Final = frozenset(
    f"{_W}{name}"
    for name in (
        "del", "delInstrText", "delText", "fldData", "instrText", "moveFrom", "pPr", "rPr", "rt",
        "sdtEndPr", "sdtPr", "sectPr", "tblGrid", "tblPr", "tblPrEx", "tcPr", "trPr",
    )
)  # fmt: skip
_STRUCK: Final = ("strike", "dstrike")
_RAISED: Final = {"superscript": "sup", "subscript": "sub"}

_Name = Callable[[], str]


def read_docx(path: Path, content: bytes, *, file: str) -> Document:
    """Read a Word document.

    Args:
        path: the file.
        content: its bytes.
        file: the name to show in messages.

    Raises:
        ReportError: when it is none, is damaged, locked or not safe to read, or has no text.
    """
    _check(path, content, file)
    try:
        opened = docx.Document(io.BytesIO(content))
        part, styles = opened.part, opened.styles.element
        notes = {kind: _notes(part, reltype) for kind, reltype in _NOTES.items()}
        noted = (note for found in notes.values() for note in found.values())
        for root in (part.element, styles, *noted):
            if root.getroottree().docinfo.doctype:
                raise _wrong(file, "it declares a document type, which no Word document does")
        reader = _Reader(Styles(styles))
        reader.read(part.element, notes)
    except ReportError:
        raise
    except Exception:  # noqa: BLE001  (on a damaged file the library fails in any way)
        raise _wrong(file, "it is no whole Word document") from None
    if not reader.starts:
        raise ReportError(
            "there is no text in the document", where=file, remedy="write its text as text"
        )
    return reader.builder.document(file, reader.starts, tuple(reader.parts))


def _check(path: Path, content: bytes, file: str) -> None:
    """Refuse what is no archive that is safe to unpack."""
    if content.startswith(_OLE):
        locked = _LOCKED in content
        raise ReportError(
            "it is locked with a password" if locked else "it is a Word document of the old kind",
            where=file,
            remedy="save it without the password" if locked else "save it as .docx",
        )
    try:
        with open_archive(Source(path, file), _LIMITS) as archive:
            for name in archive.names():
                with archive.open(name) as member:
                    while member.read(_CHUNK):
                        pass
    except SourceError as error:
        raise ReportError(error.what, where=error.where, remedy=_SAVE) from None


def _wrong(file: str, what: str) -> ReportError:
    return ReportError(f"the document cannot be read: {what}", where=file, remedy=_SAVE)


def _notes(part: Any, reltype: str) -> dict[str, Any]:
    """Give the notes of a document by their ids."""
    return {
        note.get(f"{_W}id"): note
        for relation in part.rels.values()
        if relation.reltype == reltype
        for note in parse_xml(relation.target_part.blob)
    }


@define
class _Reader:
    """Walks through a document, and writes what is seen."""

    styles: Styles
    builder: Builder = field(factory=Builder)
    starts: array[int] = field(factory=lambda: array("L"))
    parts: list[str] = field(factory=list)
    _offset: int = 0
    _begun: bool = False
    _style: str | None = None
    _struck: bool = False
    _counts: Counter[str] = field(factory=Counter)
    _depth: int = 0
    _boxes: list[Any] = field(factory=list)
    _noted: list[tuple[str, str]] = field(factory=list)

    def read(self, root: Any, notes: dict[str, dict[str, Any]]) -> None:
        """Read the body, and then the notes that it refers to."""
        self._blocks(root, lambda: self._next("paragraph"))
        for kind, name in dict.fromkeys(self._noted):
            called = self._next(kind)
            if (note := notes[kind].get(name)) is not None:
                self._blocks(note, partial(str, called))

    def _next(self, kind: str) -> str:
        self._counts[kind] += 1
        return f"{kind} {self._counts[kind]}"

    def _blocks(self, element: Any, name: _Name) -> None:
        for child in _children(element):
            if child.tag == f"{_W}p":
                self._paragraph(child, name)
            elif child.tag == f"{_W}tbl":
                self._table(child, name)
            else:
                self._blocks(child, name)

    def _paragraph(self, paragraph: Any, name: _Name) -> None:
        self._begun = False
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        self._style = None if style is None else style.get(f"{_W}val")
        outer, self._boxes = self._boxes, []
        self._inline(paragraph, name)
        boxes, self._boxes = self._boxes, outer
        # A paragraph whose mark is deleted goes on in the next one.
        if self._begun and paragraph.find(f"{_W}pPr/{_W}rPr/{_W}del") is None:
            self.builder.paragraph(self._offset)
            self._offset += 1
        for box in boxes:
            self._blocks(box, partial(str, self._next("text box")))

    def _table(self, table: Any, name: _Name) -> None:
        # What stands in a table within a table is found in the cell of the outer one.
        outer = name if self._depth else None
        called = "" if outer else self._next("table")
        self._depth += 1
        rows = [row for row in _within(table, f"{_W}tr") if row.find(f"{_W}trPr/{_W}del") is None]
        for number, row in enumerate(rows, 1):
            column = 1 + _number(row, "trPr", "gridBefore", 0)
            for cell in _within(row, f"{_W}tc"):
                if not _goes_on(cell) and cell.find(f"{_W}tcPr/{_W}cellDel") is None:
                    where = f"{called}, row {number}, column {column}"
                    self._blocks(cell, outer or partial(str, where))
                column += _number(cell, "tcPr", "gridSpan", 1)
        self._depth -= 1

    def _inline(self, element: Any, name: _Name) -> None:
        for child in _children(element):
            tag = child.tag
            if tag == f"{_W}t":
                # Comments of the file may stand within the text.
                self._write((child.text or "") + "".join(c.tail or "" for c in child), name)
            elif tag in _SIGNS:
                self._write(_SIGNS[tag], name)
            elif tag == f"{_W}r":
                self._run(child, name)
            elif tag == f"{_W}txbxContent":
                self._boxes.append(child)
            elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                kind = tag.removeprefix(_W).removesuffix("Reference")
                self._noted.append((kind, child.get(f"{_W}id")))
            else:
                self._inline(child, name)

    def _run(self, run: Any, name: _Name) -> None:
        if self.styles.is_on(run, self._style, "vanish"):
            self._leave_out("".join(text.text or "" for text in run.iter(f"{_W}t")))
            return
        outer = self._struck
        self._struck = outer or any(self.styles.is_on(run, self._style, one) for one in _STRUCK)
        self._seen_run(run, name)
        self._struck = outer

    def _seen_run(self, run: Any, name: _Name) -> None:
        raised = self.styles.value(run, self._style, "vertAlign")
        tag = _RAISED.get(raised or "")
        if tag is None:
            self._inline(run, name)
            return
        self.builder.tag(tag, self._offset, opens=True)
        self._inline(run, name)
        self.builder.tag(tag, self._offset, opens=False)

    def _leave_out(self, text: str) -> None:
        if self._begun:
            self.builder.leave_out(text, self._offset)

    def _write(self, text: str, name: _Name) -> None:
        if self._struck:
            self._leave_out(text)
            return
        if not self._begun:
            text = text.lstrip()
            if not text:
                return
            self._begun = True
            self.starts.append(self._offset)
            self.parts.append(name())
        self.builder.add(text, self._offset, self._offset + len(text))
        self._offset += len(text)


def _children(element: Any) -> Iterator[Any]:
    """Give what is seen of an element; of several forms of the same thing, the first."""
    for child in element:
        # The tag of a comment is no text.
        if not isinstance(child.tag, str) or child.tag in _UNSEEN:
            continue
        if child.tag == _CHOICES:
            yield from [choice for choice in child if isinstance(choice.tag, str)][:1]
        else:
            yield child


def _within(element: Any, tag: str) -> Iterator[Any]:
    """Give the rows of a table or the cells of a row, in content controls too."""
    for child in _children(element):
        if child.tag == tag:
            yield child
        else:
            yield from _within(child, tag)


def _number(element: Any, group: str, name: str, default: int) -> int:
    found = element.find(f"{_W}{group}/{_W}{name}")
    return default if found is None else int(found.get(f"{_W}val", default))


def _goes_on(cell: Any) -> bool:
    """Say whether a cell is but the lower part of the one above it."""
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    return merge is not None and merge.get(f"{_W}val", "continue") == "continue"
