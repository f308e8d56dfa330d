"""An archive from outside is read without trust, in bounded memory, and never to disk."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprometrics.errors import SourceError
from coprometrics.importers import Source
from coprometrics.importers.archive import RATIO_COUNTS_FROM, Limits, open_archive

Entry = tuple[str | zipfile.ZipInfo, bytes]


def zip_bytes(*entries: Entry, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in entries:
            made.writestr(name, data, compress_type=method)
    return out.getvalue()


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Source]:
    def make(*entries: Entry, method: int = zipfile.ZIP_DEFLATED) -> Source:
        return save(tmp_path, zip_bytes(*entries, method=method))

    return make


def save(folder: Path, data: bytes) -> Source:
    path = folder / "a.zip"
    path.write_bytes(data)
    return Source.at(path)


def read_all(source: Source, limits: Limits | None = None) -> dict[str, bytes]:
    with open_archive(source, limits) as archive:
        return {name: archive.open(name).read() for name in archive.names()}


def test_a_zip_archive_and_its_folder_are_read_alike(tmp_path: Path, zipped) -> None:
    files = {"b.txt": b"two", "data/a.txt": b"one", "data/deep/c.txt": b""}
    source = zipped(("data/", b""), *files.items())
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(source.path) as archive:
        archive.extractall(folder)
    assert read_all(source) == read_all(Source.at(folder)) == files
    with open_archive(source) as archive:
        assert archive.names() == sorted(files)
        assert archive.size("b.txt") == 3


def test_a_file_is_a_stream(zipped) -> None:
    with open_archive(zipped(("a", b"line 1\nline 2\n"))) as archive, archive.open("a") as file:
        assert file.read(4) == b"line"
        assert file.readline() == b" 1\n"
        assert list(file) == [b"line 2\n"]


def test_an_archive_within_is_a_file_like_others(zipped) -> None:
    inner = zip_bytes(("x", b"y"))
    assert read_all(zipped(("inner.zip", inner))) == {"inner.zip": inner}


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../up", "a/../../up", "C:/x", "c:x", "a\\b", "..\\up", "a//b", "./a", "a\nb",
     "a\x1b[2Jb", "x" * 2_000],
)  # fmt: skip
def test_names_that_are_not_safe_refuse_the_archive(zipped, name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    with pytest.raises(SourceError, match=r"a\.zip: the archive is not safe to read") as caught:
        read_all(zipped(("good", b"1"), (info, b"x")))
    assert "\x1b" not in str(caught.value)
    assert "get the archive again" in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "what"), [(stat.S_IFLNK, "is a link"), (stat.S_IFIFO, "is no plain file")]
)
def test_links_and_devices_are_refused(zipped, mode: int, what: str) -> None:
    info = zipfile.ZipInfo("data/link")
    info.external_attr = (mode | 0o777) << 16
    with pytest.raises(SourceError, match=what):
        read_all(zipped((info, b"/etc/passwd")))


def test_links_in_a_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "data").symlink_to("/etc")
    with pytest.raises(SourceError, match="'data' is a link"):
        read_all(Source.at(folder))


def test_a_link_that_comes_late_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_bytes(b"x")
    with open_archive(Source.at(folder)) as archive:
        (folder / "a").unlink()
        (folder / "a").symlink_to("/etc/passwd")
        with pytest.raises(SourceError, match="cannot be read"):
            archive.open("a").read()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(zipped) -> None:
    with pytest.raises(SourceError, match="'a' is in it twice"):
        read_all(zipped(("a", b"1"), ("a", b"2")))


def test_what_is_locked_is_refused(tmp_path: Path) -> None:
    data = bytearray(zip_bytes(("a", b"secret")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(SourceError, match="locked with a password; unpack it yourself"):
        read_all(save(tmp_path, bytes(data)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_methods_are_refused(zipped, method: int) -> None:
    with pytest.raises(SourceError, match="packed by a method that is not read"):
        read_all(zipped(("a", b"1"), method=method))


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(members=2), "more than 2 files"),
        (Limits(member=5), r"b: it has 6 bytes, and 5 are allowed"),
        (Limits(total=10), "more than 10 bytes would be unpacked"),
    ],
)
def test_limits_are_kept(tmp_path: Path, zipped, limits: Limits, what: str) -> None:
    files = {"a": b"12345", "b": b"123456", "c": b""}
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    for source in (zipped(*files.items()), Source.at(folder)):
        with pytest.raises(SourceError, match=what):
            read_all(source, limits)


def test_what_nobody_opens_does_not_count(zipped) -> None:
    source = zipped(("small", b"1"), ("large", b"2" * 1000))
    with open_archive(source, Limits(total=10)) as archive:
        assert archive.open("small").read() == b"1"


def test_a_file_read_twice_counts_twice(zipped) -> None:
    with open_archive(zipped(("a", b"12345")), Limits(total=9)) as archive:
        archive.open("a").read()
        with pytest.raises(SourceError, match="more than 9 bytes"):
            archive.open("a")


def test_what_unpacks_to_far_more_than_it_is_packed_is_refused(zipped) -> None:
    with pytest.raises(SourceError, match="made to fill the memory"):
        read_all(zipped(("a", bytes(RATIO_COUNTS_FROM + 1))))


def lying(data: bytes, size: int) -> bytes:
    """Make the list of the archive lie about the size of its first file."""
    changed = bytearray(data)
    at = changed.index(b"PK\x01\x02")
    changed[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(changed)


@pytest.mark.parametrize("size", [1, 100_000])
def test_a_size_that_lies_is_found_out(tmp_path: Path, size: int) -> None:
    with pytest.raises(SourceError, match="the archive is damaged"):
        read_all(save(tmp_path, lying(zip_bytes(("a", b"abc" * 1000)), size)))


def test_a_file_that_grows_is_counted_while_it_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a").write_bytes(b"1")
    with open_archive(Source.at(folder), Limits(member=1000)) as archive:
        (folder / "a").write_bytes(b"1" * 5000)
        with pytest.raises(SourceError, match="and 1,000 are allowed"):
            archive.open("a").read()


def test_entries_that_share_bytes_are_refused(tmp_path: Path) -> None:
    data = bytearray(zip_bytes(("a", b"x" * 500), ("b", b"x" * 500), method=zipfile.ZIP_STORED))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    with pytest.raises(SourceError, match="lie over one another"):
        read_all(save(tmp_path, bytes(data)))


def test_changed_bytes_are_noticed(tmp_path: Path) -> None:
    data = zip_bytes(("a", b"abcdef"), method=zipfile.ZIP_STORED).replace(b"abcdef", b"abcdeX")
    with pytest.raises(SourceError, match=r"a\.zip: a: .*not those that were packed; download it"):
        read_all(save(tmp_path, data))


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"hello", b"PK\x05\x06" + bytes(17)])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SourceError, match="no whole zip archive"):
        read_all(save(tmp_path, data))


def test_a_list_of_files_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    size = 17 << 20
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, size, 0, 0)
    with pytest.raises(SourceError, match="the list of its files is too long"):
        read_all(save(tmp_path, bytes(size) + end))


def test_a_file_that_is_not_there_is_named(zipped) -> None:
    with open_archive(zipped(("a", b""))) as archive:
        with pytest.raises(SourceError, match="there is no file 'b' in it"):
            archive.open("b")


def test_nothing_is_written_to_disk(tmp_path: Path, zipped) -> None:
    source = zipped(("a", b"1"))
    read_all(source)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


GOOD = zip_bytes(("data/a.txt", b"hello " * 50), ("b.txt", b"x"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_whatever_the_bytes_only_errors_of_sources_come_out(tmp_path: Path, data) -> None:
    changed = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(changed)) | st.just(len(changed)))
    try:
        read_all(save(tmp_path, bytes(changed[:cut])))
    except SourceError as error:
        assert str(error).startswith("a.zip: ")
