"""Word documents: what a reader sees of them, where it stands, and what is refused."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import docx as library
import pytest

from coprometrics.errors import ReportError
from coprometrics.report.document import read_document
from coprometrics.report.scan import scan
from coprometrics.report.statements import bind_statement
from coprometrics.report.text import PARAGRAPH, Document

from .writers import docx, docx_parts, packed, paragraph, run


@pytest.fixture
def read(tmp_path: Path):
    def read(content: bytes) -> Document:
        path = tmp_path / "report.docx"
        path.write_bytes(content)
        return read_document(path, file="report.docx")

    return read


def cell(*blocks: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(blocks)}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def box(choice: str, fallback: str) -> str:
    drawn = f"<wps:txbx><w:txbxContent>{choice}</w:txbxContent></wps:txbx>"
    drawn_else = f"<w:pict><w:txbxContent>{fallback}</w:txbxContent></w:pict>"
    return (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing>{drawn}</w:drawing>"
        f"</mc:Choice><mc:Fallback>{drawn_else}</mc:Fallback></mc:AlternateContent></w:r>"
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (paragraph("We trained 1,", "4", "82", " ", "people"), "We trained 1,482 people"),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a b\nc"),
        ("<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>502</w:t></w:r></w:p>", "502"),
        ("<w:p><w:r><w:t>6</w:t><w:noBreakHyphen/><w:t>9</w:t></w:r></w:p>", "6-9"),
        ("<w:p><w:r><w:t>co</w:t><w:softHyphen/><w:t>op</w:t></w:r></w:p>", "coop"),
        ("<w:p><w:r><w:t>5<!-- 6 -->02</w:t></w:r></w:p>", "502"),
        (f"<w:p>{run('5')}<w:r><w:sym w:char='F0A3'/></w:r>{run('10')}</w:p>", "5\ufffd10"),
        (f"<w:p>{run('a ')}<m:oMath><m:r><m:t>12</m:t></m:r></m:oMath></w:p>", "a \ufffd"),
        ((f"<w:p>{run('We saw ')}<w:ins>{run('502')}</w:ins> <w:del><w:r><w:delText>501</w:delText>"
         f"</w:r></w:del>{run(' people')}</w:p>"), "We saw 502 people"),
        ((f"<w:p><w:moveFrom>{run('15')}</w:moveFrom>{run('now ')}<w:moveTo>{run('16')}</w:moveTo>"
         "</w:p>"), "now 16"),
        (f"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>{run('We saw ')}</w:p>{paragraph('502')}",
         "We saw 502"),
        (f"<w:p>{run('a ')}<w:hyperlink>{run('link 5')}</w:hyperlink></w:p>", "a link 5"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('in a control')}</w:sdtContent></w:sdt>",
         "in a control"),
        (f"<w:p><w:r><w:fldChar/><w:instrText>PAGE 99</w:instrText></w:r>{run('12')}</w:p>", "12"),
        ((f"<w:p>{run('a')}<w:r><w:rPr><w:vanish/></w:rPr><w:t>99</w:t></w:r>"
         "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>b</w:t></w:r></w:p>"), "a\ufffdb"),
        ((f"<w:p>{run('£5,000')}<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>1</w:t>"
         f"</w:r></w:p>{paragraph('2')}"), "£5,000\u00b9|2"),
        ("<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>item</w:t></w:r></w:p>", "item"),
        ((f"<w:p>{run('before ')}{box(paragraph('boxed'), paragraph('twice'))}{run('after')}</w:p>"
         f"{paragraph('next')}"), "before after|boxed|next"),
        (paragraph(" ") + "<w:p/>" + paragraph("  a"), "a"),
        (paragraph("1\u00a0482 x"), "1\u00a0482 x"),
    ],
)  # fmt: skip
def test_a_document_as_a_reader_sees_it(read, body: str, text: str) -> None:
    assert read(docx(body)).text.replace(PARAGRAPH, "|") == text


def test_the_cells_of_a_table_are_paragraphs_and_merged_ones_stand_once(read) -> None:
    inner = f"<w:tbl>{row(cell(paragraph('inner')))}</w:tbl>"
    table = "".join((
        "<w:tbl><w:tblPr/>",
        row(cell(paragraph("wide"), properties="<w:gridSpan w:val='2'/>"), cell(paragraph("c"))),
        row(cell(paragraph("tall"), properties="<w:vMerge w:val='restart'/>"),
            cell(paragraph("one"), paragraph("two")), cell(inner, paragraph("b"))),
        row(cell(paragraph("gone")), properties="<w:del/>"),
        row(cell(paragraph("moved in")), properties="<w:gridBefore w:val='2'/>"),
        row(cell(paragraph("unseen"), properties="<w:vMerge/>"), cell(paragraph("last"))),
        "</w:tbl>",
    ))  # fmt: skip
    document = read(docx(paragraph("first") + table + paragraph("then") + table))
    parts = dict(zip(document.text.split(PARAGRAPH), document.parts, strict=True))
    assert parts == {
        "first": "paragraph 1",
        "wide": "table 2, row 1, column 1",
        "c": "table 2, row 1, column 3",
        "tall": "table 2, row 2, column 1",
        "one": "table 2, row 2, column 2",
        "two": "table 2, row 2, column 2",
        "inner": "table 2, row 2, column 3",
        "b": "table 2, row 2, column 3",
        "moved in": "table 2, row 3, column 3",
        "last": "table 2, row 4, column 2",
        "then": "paragraph 2",
    }
    assert document.parts.count("table 1, row 2, column 3") == 2


def test_notes_follow_the_text_in_the_order_of_their_marks(read) -> None:
    body = "".join(
        f"<w:p>{run(text)}<w:r><w:{kind}Reference w:id='{number}'/></w:r></w:p>"
        for text, kind, number in (("502", "footnote", 4), ("503", "footnote", 2),
                                   ("504", "endnote", 2))
    )  # fmt: skip
    notes = {
        "footnotes": "".join(f"<w:footnote w:id='{n}'>{paragraph(text)}</w:footnote>"
                             for n, text in ((1, "unmarked"), (2, "about 503"), (4, "about 502"))),
        "endnotes": f"<w:endnote w:id='2'>{paragraph('about 504')}</w:endnote>",
    }  # fmt: skip
    document = read(docx(body, notes))
    assert document.text.split(PARAGRAPH)[3:] == ["about 502", "about 503", "about 504"]
    assert document.parts[3:] == ("footnote 1", "footnote 2", "endnote 1")


def test_a_figure_is_found_at_its_paragraph(read) -> None:
    document = read(
        docx(paragraph("Our year") + paragraph() + paragraph("Talks: 2", "1") + paragraph("b"))
    )
    (binding,) = bind_statement("Talks: {talks}", document).bindings
    assert binding.printed == "21"
    assert str(binding.place) == str(binding.end) == "report.docx: paragraph 2"
    assert (binding.place.line, binding.place.column, binding.end.column) == (2, 8, 10)
    assert str(scan(document).numerals[0].place) == "report.docx: paragraph 2"
    missing = bind_statement("Nothing comes {near} this", document).finding
    assert missing is not None
    assert str(missing.place) == "report.docx: paragraph 1"
    twice = read(docx(paragraph("We held 7.") * 2))
    found = bind_statement("We held {talks}.", twice).finding
    assert found is not None
    assert found.message.endswith("2 times: at paragraph 1, paragraph 2")


STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:strike w:val='0'/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type='paragraph' w:default='1' w:styleId='Normal'/>
<w:style w:type='paragraph' w:styleId='Gone'><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type='paragraph' w:styleId='AlsoGone'><w:basedOn w:val='Gone'/></w:style>
<w:style w:type='paragraph' w:styleId='Back'>
  <w:basedOn w:val='Gone'/><w:rPr><w:vanish w:val='false'/></w:rPr></w:style>
<w:style w:type='character' w:styleId='Struck'><w:rPr><w:strike/></w:rPr></w:style>
<w:style w:type='character' w:styleId='Twice'><w:rPr><w:dstrike w:val='on'/></w:rPr></w:style>
<w:style w:type='character' w:styleId='Hidden'><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type='character' w:styleId='Note'>
  <w:rPr><w:vertAlign w:val='superscript'/></w:rPr></w:style>
<w:style w:type='character' w:styleId='Round'><w:basedOn w:val='Round'/></w:style>
"""


def styled(text: str, properties: str = "", style: str = "") -> str:
    of_style = f"<w:rStyle w:val='{style}'/>" if style else ""
    return f"<w:r><w:rPr>{of_style}{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("style", "runs", "text"),
    [
        ("", run("We met ") + styled("2", "<w:strike/>") + run("1 people"), "We met 1 people"),
        ("", run("2") + styled("5", "<w:dstrike/>") + run("1"), "2\ufffd1"),
        ("", run("a ") + styled("25", style="Struck") + run(" 21"), "a 21"),
        ("", run("a ") + styled("25", style="Twice") + run(" 21"), "a 21"),
        ("", run("a ") + styled("25", "<w:strike w:val='0'/>", "Struck"), "a 25"),
        ("", run("a ") + styled("25", style="Hidden") + styled("b", style="Round"), "a b"),
        ("", styled("25 ", "<w:strike/>") + run("21"), "21"),
        ("Gone", run("a"), ""),
        ("AlsoGone", run("a") + styled("b", "<w:vanish w:val='0'/>"), "b"),
        # The switches of two styles turn each other round.
        ("AlsoGone", run("a") + styled("b", style="Hidden"), "b"),
        ("Back", run("a") + styled("b", style="Hidden"), "a"),
        ("Nowhere", run("a"), "a"),
        ("", run("£5,000") + styled("1", style="Note"), "£5,000\u00b9"),
    ],
)
def test_what_a_style_hides_or_strikes_out_is_no_text(read, style, runs, text) -> None:
    properties = f"<w:pPr><w:pStyle w:val='{style}'/></w:pPr>" if style else ""
    body = f"{paragraph('first')}<w:p>{properties}{runs}</w:p>{paragraph('last')}"
    document = read(docx(body, {"styles": STYLES}))
    assert document.text.split(PARAGRAPH) == ["first", *([text] if text else []), "last"]
    assert document.parts[-1] == f"paragraph {3 if text else 2}"


def test_what_the_library_writes_is_read(read, tmp_path: Path) -> None:
    made = library.Document()
    made.add_heading("Our year", 1)
    made.add_paragraph("We held 21 talks", style="List Bullet")
    made.add_table(1, 2).cell(0, 1).text = "19"
    made.sections[0].header.paragraphs[0].text = "header 99"
    made.save(str(tmp_path / "made.docx"))
    document = read((tmp_path / "made.docx").read_bytes())
    assert document.text.split(PARAGRAPH) == ["Our year", "We held 21 talks", "19"]


# What is refused

PARTS = docx_parts(paragraph("15"))
ENTITIES = "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(9))
BODY = PARTS["word/document.xml"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is no whole zip archive"),
        (b"We trained 15 people", "it is no whole zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "of the old kind; save it as .docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
         "it is locked with a password; save it without the password"),
        (packed({"a.txt": "15"}), "it is no whole Word document; open it in a word processor"),
        (packed({**PARTS, "word/document.xml": BODY[:-9]}), "it is no whole Word document"),
        (packed({**PARTS, "[Content_Types].xml":
                 PARTS["[Content_Types].xml"].replace("document.main", "template.main")}),
         "it is no whole Word document"),
        (packed({**PARTS, "word/media/image1.png": bytes(17 << 20)}),
         "as in an archive made to fill the memory"),
        (packed({**PARTS, "../a.txt": "15"}), "leads out of the archive"),
        (packed({**PARTS, "word/document.xml":
                 f"<!DOCTYPE d [<!ENTITY e0 '15'>]>{BODY.replace('15', '&e0;')}"}),
         "it declares a document type"),
        (packed({**PARTS, "word/document.xml":
                 f"<!DOCTYPE d [<!ENTITY e0 '15'>{ENTITIES}]>{BODY.replace('15', '&e9;')}"}),
         "it is no whole Word document"),
        (docx("<w:sdt>" * 400 + "</w:sdt>" * 400), "it is no whole Word document"),
        (docx("<w:p/>"), "there is no text in the document; write its text as text"),
    ],
)  # fmt: skip
def test_what_is_no_sound_word_document_is_refused(read, content: bytes, message: str) -> None:
    with pytest.raises(ReportError, match=re.escape(message)) as caught:
        read(content)
    assert str(caught.value).startswith("report.docx: ")


def test_a_damaged_document_is_read_or_refused(read) -> None:
    whole = docx(paragraph("We trained 1,482 people") * 5)
    chance = random.Random(5)
    for number in range(100):
        broken = bytearray(whole[: len(whole) * number // 50])
        if number >= 50:
            broken = bytearray(whole)
            broken[chance.randrange(len(whole))] = chance.randrange(256)
        try:
            assert "1,482" in read(bytes(broken)).text
        except ReportError as error:
            assert error.remedy


def test_a_document_that_is_too_large_is_refused(read, monkeypatch) -> None:
    monkeypatch.setattr("coprometrics.report.document._LARGEST", 99)
    with pytest.raises(ReportError, match="the document is larger than 99 bytes; save it"):
        read(docx(paragraph("15")))


def test_without_the_extra_it_is_said_what_to_install(read, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    monkeypatch.delitem(sys.modules, "coprometrics.report._docx", raising=False)
    with pytest.raises(ReportError, match=re.escape('run pip install "coprometrics[docx]"')):
        read(docx(paragraph("15")))
