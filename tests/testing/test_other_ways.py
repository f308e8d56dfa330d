"""A promise can be broken in more ways than one; the checks see these too."""

from __future__ import annotations

import datetime as dt
import logging
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from coprometrics.importers import Item, Match, Source
from coprometrics.testing import CheckError, repeat_rows
from coprometrics.testing.cases import Case
from coprometrics.testing.checks import CHECKS
from coprometrics.testing.subject import Subject, configured

from .sample import PaymentsImporter

CASE = Case.at(Path(__file__).parent / "cases" / "payments-of-may")
QUIET = logging.getLogger("payments.quiet")
QUIET.propagate = False
QUIET.setLevel(logging.CRITICAL)


def asked_elsewhere(_source: Source) -> None:
    thread = threading.Thread(target=lambda: dt.datetime.now(dt.UTC))
    thread.start()
    thread.join()


def fetched(_source: Source) -> None:
    with suppress(URLError):
        urllib.request.urlopen("http://localhost:9/list", timeout=1)


def slurped(source: Source) -> None:
    with source.open() as file:
        assert len(file.read().decode("utf-8", "replace").splitlines()) >= 0


def opened_as_text(source: Source) -> None:
    with source.path.open(errors="replace") as file:
        file.readline()


def read_unbuffered(source: Source) -> None:
    with source.path.open("rb", buffering=0) as file:
        file.readall()


WAYS: dict[str, tuple[str, Callable[[Source], Any]]] = {
    "the time": ("clock_is_that_of_the_context", lambda _: time.time()),
    "the day": ("clock_is_that_of_the_context", lambda _: dt.date.today()),  # noqa: DTZ011
    "the time, in a thread": ("clock_is_that_of_the_context", asked_elsewhere),
    "a page of the web": ("network_is_left_alone", fetched),
    "a word among the errors": ("nothing_is_printed", lambda _: sys.stderr.write("well")),
    "a quiet log": ("values_are_not_logged", lambda _: QUIET.debug("Orsino Vane was paid")),
    "text of any encoding": ("locale_does_not_matter", opened_as_text),
    "the file as text": ("memory_is_bounded", slurped),
    "another file": ("input_is_not_changed", lambda s: (s.path.parent / "seen").write_text("1")),
    "the file itself": ("input_is_not_changed", lambda s: s.path.write_bytes(b"")),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_reading_that_does_more_is_seen(way: str, tmp_path: Path) -> None:
    name, does = WAYS[way]

    class Doing(PaymentsImporter):
        def check(self, first: bytes, source: Source) -> None:
            does(source)
            super().check(first, source)

    assert_rejected(name, Doing, tmp_path)


@pytest.mark.parametrize(
    "read",
    [
        lambda source: source.path.read_bytes(),
        lambda source: source.sha256(),
        lambda source: source.path.read_text("latin-1"),
        read_unbuffered,
    ],
    ids=["bytes", "digest", "text", "unbuffered"],
)
def test_every_way_to_read_a_whole_file_is_counted(
    read: Callable[[Source], Any], tmp_path: Path
) -> None:
    class Reading(PaymentsImporter):
        def identify(self, source: Source) -> Match | None:
            read(source)
            return super().identify(source)

    assert_rejected("recognition_is_cheap", Reading, tmp_path)


def test_a_record_of_a_source_that_ends_too_early_is_not_yielded_twice(tmp_path: Path) -> None:
    class Retrying(PaymentsImporter):
        def items(self, file: Any, source: Source, *given: Any) -> Iterator[Item]:
            yield from super().items(file, source, *given)
            if not source.path.read_bytes().endswith(b"\n"):
                file.seek(0)
                file.readline()
                yield from super().items(file, source, *given)

    assert_rejected("truncated_sources_are_survived", Retrying, tmp_path)


def assert_rejected(name: str, importer: type[PaymentsImporter], folder: Path) -> None:
    subject = Subject(
        importer, CASE, configured(importer, CASE), folder, grow=repeat_rows, grown=90_000
    )
    check = next(check for check in CHECKS if check.name == name)
    with pytest.raises(CheckError):
        check.run(subject)
