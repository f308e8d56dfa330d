"""Small Word and PDF files, written by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
COLUMN = "next column"
SPACES = (
    f'xmlns:w="{WORD}" xmlns:m="{_OFFICE}/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def docx_parts(body: str, notes: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the files of a Word document by their names; notes are footnotes, endnotes or styles."""
    notes = notes or {}
    overrides = "".join(
        f'<Override PartName="/word/{kind}.xml" ContentType="{_TYPE}.{content}+xml"/>'
        for kind, content in (("document", "document.main"), *((kind, kind) for kind in notes))
    )
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{_OFFICE}/relationships/{kind}" Target="{kind}.xml"/>'
        for kind in notes
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/relationships/officeDocument" Target="word/document.xml"/>'
        "</Relationships>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>",
        **{
            f"word/{kind}.xml": f"<w:{kind} {SPACES}>{content}</w:{kind}>"
            for kind, content in notes.items()
        },
    }


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Put files into a zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def docx(body: str, notes: Mapping[str, str] | None = None) -> bytes:
    """Write a Word document of the XML of its body."""
    return packed(docx_parts(body, notes))


def run(text: str) -> str:
    """Write a run of text as XML."""
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    """Write a paragraph as XML, each text of it as a run of its own."""
    return f"<w:p>{''.join(map(run, runs))}</w:p>"


def pdf(
    pages: Iterable[Sequence[str]], *, trailer: str = "", kids: Sequence[int] | None = None
) -> bytes:
    """Write a PDF file, with the lines of each page in a standard font.

    Args:
        pages: the lines of each page; the line ``COLUMN`` begins another column.
        trailer: more entries of the trailer.
        kids: the objects that are its pages; those that are by default.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    own = []
    for lines in pages:
        text = ""
        height = 0
        for line in lines:
            if line == COLUMN:
                text += f"260 {height} Td "
                height = 0
            else:
                text += f"<{line.encode('cp1252').hex()}> Tj T* "
                height += 12
        content = f"BT /F1 9 Tf 12 TL 40 800 Td {text}ET"
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream".encode())
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        own.append(len(objects))
    refs = " ".join(f"{number} 0 R" for number in kids or own)
    objects[1] = f"<< /Type /Pages /Count {len(kids or own)} /Kids [{refs}] >>".encode()
    made = b"%PDF-1.4\n"
    starts = []
    for number, content in enumerate(objects, 1):
        starts.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    return (
        made
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
            f"<< /Size {len(objects) + 1} /Root 1 0 R {trailer}>>\nstartxref\n{len(made)}\n%%EOF\n"
        ).encode()
    )
