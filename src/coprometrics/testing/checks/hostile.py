"""Whatever a source holds: is it read once, or refused by an ImporterError, and nothing else?"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable
from pathlib import Path

from coprometrics.errors import ImporterError
from coprometrics.importers import Source
from coprometrics.testing.checks.yielding import refuse_twins
from coprometrics.testing.failure import CheckError
from coprometrics.testing.personal import edited
from coprometrics.testing.subject import Subject

__all__ = [
    "damaged_sources_are_survived",
    "empty_sources_are_survived",
    "hostile_sources",
    "other_encodings_are_survived",
    "random_bytes_are_survived",
    "truncated_sources_are_survived",
    "unexpected",
]

Change = Callable[[bytes], bytes]

_FEW = 4
_SPARED = 16
_RANDOM_BYTES = 2_000
_DAMAGE = (b"\0", b'"', b"\xff", b"\x1a", b"-", b"9", b"\xe2\x80\xae")


def empty_sources_are_survived(subject: Subject) -> None:
    """A file without a byte, and one with a line end alone, are read or refused."""
    _survives(subject, "is empty", [lambda _: b"", lambda _: b"\n"])


def truncated_sources_are_survived(subject: Subject) -> None:
    """A file that ends too early is read or refused."""
    cuts = [_cut(part, 9) for part in range(1, 9)]
    _survives(subject, "ends too early", [*cuts, lambda data: data[:-2], lambda data: data[:1]])


def other_encodings_are_survived(subject: Subject) -> None:
    """A file in an encoding that it does not say is read or refused."""
    _survives(
        subject,
        "is in another encoding",
        [
            _within(lambda data: _recoded(data, "utf-16")),
            _within(lambda data: _recoded(data, "utf-8-sig")),
            _within(_with_accents),
        ],
    )


def random_bytes_are_survived(subject: Subject) -> None:
    """A file of random bytes is read or refused."""
    changes = [_random_bytes(seed) for seed in range(_FEW)]
    _survives(subject, "holds random bytes", changes)


def damaged_sources_are_survived(subject: Subject) -> None:
    """A file in which some bytes are wrong is read or refused, outside and within an archive."""
    changes = [_damaged(seed) for seed in range(2 * _FEW)]
    _survives(subject, "is damaged", [*changes, *map(_within, changes)])


def hostile_sources(subject: Subject) -> list[Source]:
    """Give a few sources of each kind that are not as they should be."""
    changes = [_cut(1, 2), _damaged(1), _damaged(2), _with_accents]
    return [
        source for change in changes for source in _changed(subject, change, subject.new_folder())
    ]


def _survives(subject: Subject, how: str, changes: list[Change]) -> None:
    folder = subject.new_folder()
    for change in changes:
        for source in _changed(subject, change, folder):
            try:
                subject.make().identify(source)
                refuse_twins(subject.read(source)[0])
            except ImporterError:
                # That identify cannot look at it is told by the same error.
                continue
            except CheckError:
                raise
            except Exception as error:
                raise unexpected(f"{source.name} {how}", error) from error


def unexpected(what: str, error: Exception) -> CheckError:
    """Say what comes out of an importer that should not."""
    *_, last = traceback.extract_tb(error.__traceback__)
    return CheckError(
        f"{what}, and {type(error).__name__} comes out: {error} "
        f"({last.filename}, line {last.lineno}, in {last.name})",
        "catch it where it arises; yield a Refusal for a row, and raise SourceError where the "
        "source as a whole cannot be used",
    )


def _changed(subject: Subject, change: Change, into: Path) -> list[Source]:
    return subject.sources(lambda _name, data: change(data), into=into)


def _within(change: Change) -> Change:
    """Change the files within an archive, not the archive."""
    return lambda data: edited(data, change)


def _cut(part: int, of: int) -> Change:
    return lambda data: data[: len(data) * part // of]


def _recoded(data: bytes, encoding: str) -> bytes:
    return data.decode("utf-8", "replace").encode(encoding)


def _with_accents(data: bytes) -> bytes:
    """Put a letter of Windows' Western encoding before the last line end."""
    body = data.rstrip(b"\r\n")
    return body + b"\xe9" + data[len(body) :]


def _random_bytes(seed: int) -> Change:
    return lambda _: random.Random(seed).randbytes(_RANDOM_BYTES)  # noqa: S311  (no secret)


def _damaged(seed: int) -> Change:
    def change(data: bytes) -> bytes:
        chance = random.Random(seed)  # noqa: S311  (nothing secret hangs on it)
        out = bytearray(data)
        # The first and the last bytes stay: what is no such file at all is another check's.
        places = range(min(_SPARED, len(data)), max(0, len(data) - _SPARED))
        for place in sorted(chance.sample(places, min(_FEW, len(places))), reverse=True):
            out[place : place + 1] = chance.choice(_DAMAGE)
        return bytes(out)

    return change
