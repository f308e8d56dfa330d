"""How a file may be written, and what surrounds its table."""

from __future__ import annotations

from typing import Any

import pytest

from coprometrics.documents import DocumentError
from coprometrics.errors import SourceError

HEAD = "No,Date,Amount,Stream\n"
ROW = "1,2023-12-14,10.50,talks\n"


def streams(found: Any) -> list[str]:
    return [record.stream for record in found.records]


@pytest.fixture
def ledger(read: Any, income: Any) -> Any:
    """Read a ledger in a dialect."""

    def run(text: str | bytes, **dialect: Any) -> Any:
        return read(text, income(dialect=dialect))

    return run


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "cp1252", "latin-1"]
)
def test_encodings_are_declared_or_marked(read: Any, encoding: str) -> None:
    mapping = {
        "record": "Organisation",
        "source": "list",
        "id": {"from": ["id"]},
        "columns": [{"target": "name", "from": ["name"]}],
        "constants": {"kind": "charity"},
    }
    if encoding in ("utf-16-le", "cp1252", "latin-1"):
        mapping["dialect"] = {"encodings": [encoding]}
    found = read("id,name\n1,Mind's cafés\n".encode(encoding), mapping)
    assert found.record.name == "Mind's cafés"


def test_encodings_are_tried_in_their_order(ledger: Any) -> None:
    text = HEAD + ROW + "é,2023-12-14,1.00,talks\n"
    first = ledger(text.encode(), encodings=["utf-8", "cp1252"])
    assert first.records[1].id == "finance:é"
    assert first.notices == []
    second = ledger(text.encode("cp1252"), encodings=["utf-8", "cp1252"])
    assert second.records[1].id == "finance:é"
    assert "read as cp1252, because it is not utf-8" in second.notices[0].message


def test_a_wrong_encoding_names_line_and_remedy(ledger: Any) -> None:
    text = (HEAD + ROW + "é,2023-12-14,1.00,talks\n").encode("cp1252")
    with pytest.raises(
        SourceError, match=r"t\.csv:3: this is not utf-8: byte 47 is wrong; set enc"
    ):
        ledger(text)
    with pytest.raises(SourceError, match=r"t\.csv:3: this is not utf-8-sig: byte 47 is wrong"):
        ledger(text, encodings=["utf-8-sig"])
    with pytest.raises(SourceError, match="ends within a character"):
        ledger((HEAD + ROW + "é").encode()[:-1])


def test_utf16_without_a_mark_is_explained(ledger: Any) -> None:
    with pytest.raises(SourceError, match="utf-16-le"):
        ledger((HEAD + ROW).encode("utf-16-le"))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_delimiters_are_declared(ledger: Any, delimiter: str) -> None:
    text = (HEAD + ROW).replace(",", delimiter)
    assert streams(ledger(text, delimiter=delimiter)) == ["talks"]


def test_decimal_and_group_characters_are_declared(ledger: Any) -> None:
    text = "No;Date;Amount;Stream\n1;2023-12-14;1.234,50;talks\n"
    found = ledger(text, delimiter=";", decimal=",", group=".")
    assert found.record.amount_minor == 123450


def test_escapes_and_spaces_before_quotes_are_declared(ledger: Any) -> None:
    text = HEAD + '1, 2023-12-14, 1.00, "a_\\"b"\n'
    found = ledger(text, escape="\\", skip_initial_space=True)
    assert found.batches[0].rows.column("stream").to_pylist() == ['a_"b']


def test_a_file_without_quotes_keeps_them_as_text(ledger: Any) -> None:
    found = ledger(HEAD + '1,2023-12-14,1.00,"a\n2,2023-12-14,1.00,b\n', quote="")
    assert found.batches[0].rows.column("stream").to_pylist() == ['"a', "b"]


def test_the_preamble_ends_where_the_anchor_is(ledger: Any) -> None:
    text = 'Report,"of\nNo"\n\nby,finance,,,\n' + HEAD + ROW
    found = ledger(text, anchor=["no", "AMOUNT"])
    assert (found.lines, found.skipped) == ([6], {"the preamble": 2})
    with pytest.raises(SourceError, match="no header with 'No', 'Sum'"):
        ledger(text, anchor=["No", "Sum"])


def test_a_header_may_have_several_records(read: Any, income: Any) -> None:
    text = ",,2023,,2024,\nNo,Date,Q1,Q2,Q1,Stream\n1,2023-12-14,1.00,2.00,3.00,talks\n"
    mapping = income(
        dialect={"header": 2},
        columns={"amount_minor": {"from": ["2023 Q2"]}, "stream": {"from": ["2024 Stream"]}},
    )
    found = read(text, mapping)
    assert (found.record.amount_minor, found.lines) == (200, [3])


def test_a_file_without_header_has_numbered_columns(read: Any, income: Any) -> None:
    mapping = income(
        id={"from": ["1"]},
        dialect={"header": 0},
        columns={
            "received_on": {"from": ["2"]},
            "amount_minor": {"from": ["3"]},
            "stream": {"from": ["4"]},
        },
    )
    assert read("\n" + ROW + ROW, mapping).lines == [2, 3]


def test_the_footer_begins_at_its_text(ledger: Any) -> None:
    text = HEAD + ROW + "2,2023-12-14,1.00,Total\n" + ',,"Total",\nGenerated today\n\nx,y\n'
    found = ledger(text, footer=["Total", "Sum"])
    assert found.lines == [2, 3]
    assert found.refusals == []
    assert found.skipped == {"the footer": 3}


def test_comments_are_whole_records_outside_quotes(ledger: Any) -> None:
    text = "# made by X, today\n" + HEAD + "# one\n" + ROW + '"#2",2023-12-14,1.00,talks\n'
    found = ledger(text, comment="#")
    assert [r.id for r in found.records] == ["finance:1", "finance:#2"]
    assert found.skipped == {"comments": 1}


def test_quoted_newlines_do_not_disturb_line_numbers(ledger: Any) -> None:
    text = HEAD + '"1\n1",2023-12-14,1.00,talks\n' + "x\n" + ROW
    found = ledger(text)
    assert (found.lines, [r.at.line for r in found.refusals]) == ([2, 5], [4])


def test_a_file_cut_short_names_the_line_of_the_open_quote(ledger: Any) -> None:
    text = HEAD + ROW + '2,2023-12-14,"1\n2",talks\n' + '"3","a\nb","open\nand\nso on\n'
    with pytest.raises(SourceError, match=r"t\.csv:6: a quoted cell opens here and the file ends"):
        ledger(text)


def test_a_quote_that_is_never_closed_is_found_early(ledger: Any) -> None:
    text = HEAD + ROW + '2,2023-12-14,1.00,"talks\n' + ROW * 1_000
    with pytest.raises(SourceError, match=r"t\.csv:3: .* not closed within 2,000 characters"):
        ledger(text, record_limit=2_000)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"\n\n\n", "the file is empty"),
        (b"PK\x03\x04rest", "a spreadsheet workbook"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b'"No,Date', "the file ends within it"),
        (b'"No"x,Date\n', "cannot be told into cells"),
    ],
)
def test_what_is_no_table_is_refused(ledger: Any, data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        ledger(data)


@pytest.mark.parametrize(
    "dialect",
    [
        {"delimiter": ""},
        {"delimiter": ",,"},
        {"delimiter": '"'},
        {"quote": "\n"},
        {"decimal": ","},
        {"encodings": []},
        {"encodings": ["klingon"]},
        {"encodings": ["base64"]},
        {"header": -1},
        {"header": 0, "anchor": ["No"]},
        {"record_limit": 1},
        {"delimeter": ";"},
    ],
)
def test_a_dialect_that_contradicts_itself_is_refused(ledger: Any, dialect: Any) -> None:
    with pytest.raises(DocumentError):
        ledger(HEAD + ROW, **dialect)


@pytest.mark.parametrize("line", [b"x" * 50_000_000, b"a," * 1_000_000])
def test_an_endless_line_is_refused_in_bounded_memory(ledger: Any, line: bytes) -> None:
    import tracemalloc

    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match=r"t\.csv:1: the line has more than 131,072"):
            ledger(line)
        assert tracemalloc.get_traced_memory()[1] < 16_000_000
    finally:
        tracemalloc.stop()


def test_an_endless_line_within_the_table_is_refused_in_bounded_memory(ledger: Any) -> None:
    with pytest.raises(SourceError, match=r"t\.csv:3: the line has more than 131,072"):
        ledger((HEAD + ROW).encode() + b"x" * 20_000_000)


def test_large_files_go_on_over_blocks(read: Any, income: Any) -> None:
    rows = "".join(
        f'{n},2023-12-14,{n}.00,"{"talks" if n % 999 else chr(10) + "a"}"\n' for n in range(60_000)
    )
    pad = "," + "x" * 150
    text = HEAD.strip() + ",Notes\n" + rows.replace('"\n', '"' + pad + "\n")
    found = read(text, income(ignore=["Notes"]))
    assert len(found.batches) > 1
    assert sum(batch.rows.num_rows for batch in found.batches) == 60_000
    assert found.lines[-1] == 60_000 + 1 + 61
