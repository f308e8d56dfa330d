"""Watching an importer at work: what it opens, prints, logs and calls, and its memory."""

from __future__ import annotations

import builtins
import contextlib
import datetime as dt
import io
import locale
import logging
import os
import socket
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import pyarrow as pa
from attrs import define

__all__ = [
    "Meter",
    "clock_calls",
    "log_messages",
    "metered_files",
    "metered_memory",
    "network_calls",
    "other_locales",
    "other_time_zone",
    "printed",
    "text_without_encoding",
]

_LOCALES = ("de_DE.UTF-8", "tr_TR.UTF-8", "fr_FR.UTF-8")
_CLOCKS = {"now", "today", "utcnow"}
_NETWORK = ("getaddrinfo", "gethostbyname", "gethostbyaddr", "create_connection")
_POOLS: list[pa.MemoryPool] = []


@define
class Meter:
    """How much was taken, in bytes."""

    bytes: int = 0


@contextlib.contextmanager
def metered_files() -> Iterator[Meter]:
    """Count the bytes that are read from files that Python opens meanwhile."""
    meter = Meter()

    class Counted(io.FileIO):
        def readinto(self, buffer: Any) -> int:
            count = super().readinto(buffer) or 0
            meter.bytes += count
            return count

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(-1 if size is None else size) or b""
            meter.bytes += len(data)
            return data

        def readall(self) -> bytes:
            data = super().readall() or b""
            meter.bytes += len(data)
            return data

    def opened(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Callable[[str, int], int] | None = None,
    ) -> Any:
        if set(mode) & set("wax+"):
            return whole(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = Counted(file, "r", closefd, opener)
        if buffering == 0:
            return raw
        buffered = io.BufferedReader(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)

    whole: Any = io.open
    with mock.patch.object(io, "open", opened), mock.patch.object(builtins, "open", opened):
        yield meter


@contextlib.contextmanager
def text_without_encoding(folder: Path) -> Iterator[list[str]]:
    """List the files below a folder that are opened as text without saying the encoding."""
    found: list[str] = []

    def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
        encoding = named.get("encoding", rest[1] if len(rest) > 1 else None)
        if "b" not in mode and encoding in (None, "locale") and not isinstance(file, int):
            path = Path(os.fsdecode(file))
            if path.is_relative_to(folder):
                found.append(path.name)
        return whole(file, mode, *rest, **named)

    whole: Any = io.open
    with mock.patch.object(io, "open", opened), mock.patch.object(builtins, "open", opened):
        yield found


@contextlib.contextmanager
def metered_memory() -> Iterator[Meter]:
    """Measure the most memory that Python's objects and Arrow's buffers take meanwhile."""
    meter = Meter()
    before = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(before)
    # A buffer that outlives its pool would give its memory back to nobody.
    _POOLS.append(pool)
    mine = not tracemalloc.is_tracing()
    if mine:
        tracemalloc.start()
    tracemalloc.reset_peak()
    held = tracemalloc.get_traced_memory()[0]
    pa.set_memory_pool(pool)
    try:
        yield meter
    finally:
        pa.set_memory_pool(before)
        meter.bytes = tracemalloc.get_traced_memory()[1] - held + (pool.max_memory() or 0)
        if mine:
            tracemalloc.stop()


@contextlib.contextmanager
def network_calls() -> Iterator[list[str]]:
    """List the attempts to reach the network, none of which succeeds."""
    found: list[str] = []

    def refused(name: str) -> Callable[..., Any]:
        def call(*_given: Any, **_named: Any) -> Any:
            found.append(f"socket.{name}")
            raise ConnectionRefusedError("there is no network in this test")

        return call

    with contextlib.ExitStack() as stack:
        for name in _NETWORK:
            stack.enter_context(mock.patch.object(socket, name, refused(name)))
        for name in ("connect", "connect_ex", "sendto"):
            stack.enter_context(mock.patch.object(socket.socket, name, refused(name)))
        yield found


@contextlib.contextmanager
def printed() -> Iterator[io.StringIO]:
    """Gather what is printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        yield out


@contextlib.contextmanager
def log_messages() -> Iterator[list[str]]:
    """Gather what is logged, by any logger at any level."""
    found: list[str] = []

    def handle(_logger: logging.Logger, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f" {record.exc_info[1]}"
        found.append(text)

    with (
        mock.patch.object(logging.Logger, "handle", handle),
        mock.patch.object(logging.Logger, "isEnabledFor", return_value=True),
    ):
        yield found


@contextlib.contextmanager
def clock_calls() -> Iterator[list[str]]:
    """List the places that ask for the time of day; Python's own modules and the core may."""
    found: list[str] = []

    def watch(frame: FrameType, event: str, called: Any) -> None:
        if event == "c_call" and _asks_time(called):
            module = str(frame.f_globals.get("__name__", ""))
            top = module.partition(".")[0]
            if top != "coprometrics" and top not in sys.stdlib_module_names:
                found.append(f"{called.__qualname__}() in {module}, line {frame.f_lineno}")

    before = sys.getprofile()
    sys.setprofile(watch)
    threading.setprofile(watch)
    try:
        yield found
    finally:
        sys.setprofile(before)
        threading.setprofile(before)


def _asks_time(called: Any) -> bool:
    owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
    if isinstance(owner, type) and issubclass(owner, dt.date):
        return name in _CLOCKS
    return owner is time and name in ("time", "time_ns")


@contextlib.contextmanager
def other_time_zone(name: str) -> Iterator[None]:
    """Let the machine be in another time zone, where its system knows how."""
    try:
        with mock.patch.dict(os.environ, TZ=name):
            _tell_time_zone()
            yield
    finally:
        _tell_time_zone()


def _tell_time_zone() -> None:
    if hasattr(time, "tzset"):
        time.tzset()


def other_locales() -> Iterator[contextlib.AbstractContextManager[None]]:
    """Give other languages and countries for the machine: all that it has of some, and one made up.

    In the one that is made up only the marks in numbers differ.
    """
    for name in (None, *_LOCALES):
        before = locale.setlocale(locale.LC_ALL)
        try:
            if name is not None:
                locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue
        finally:
            locale.setlocale(locale.LC_ALL, before)
        yield _in_locale(name)


@contextlib.contextmanager
def _in_locale(name: str | None) -> Iterator[None]:
    if name is None:
        marks = {**locale.localeconv(), "decimal_point": ",", "thousands_sep": "."}
        with mock.patch.object(locale, "localeconv", return_value=marks):
            yield
        return
    before = locale.setlocale(locale.LC_ALL)
    locale.setlocale(locale.LC_ALL, name)
    try:
        yield
    finally:
        locale.setlocale(locale.LC_ALL, before)
