"""YAML as people would write it, and files that come to be whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from coprometrics.errors import ReportError
from coprometrics.store._files import new_file, take_name

__all__ = ["flow", "one_line", "quoted", "refuse_there", "replace_file", "scalar", "write_new"]

_UNWRITABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What JSON allows in quotes, but YAML does not, or takes for the end of a line."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[ .-][A-Za-z0-9_]+)*")
_OTHER_MEANING = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def quoted(text: str) -> str:
    r"""Write a text as YAML in double quotes, in one line.

    Examples:
        >>> print(quoted('the "big" talk'), quoted("café"), quoted("a\nb\u2028c"))
        "the \"big\" talk" "café" "a\nb\u2028c"
    """
    text = json.dumps(text, ensure_ascii=False)
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def scalar(text: str) -> str:
    """Write a text as YAML: plainly where it then means the same everywhere, else in quotes.

    Examples:
        >>> print(scalar("Launch session"), scalar("2023"), scalar("no"), scalar("a: b"))
        Launch session "2023" "no" "a: b"
    """
    plain = _PLAIN.fullmatch(text) and text.lower() not in _OTHER_MEANING
    return text if plain else quoted(text)


def flow(mapping: Mapping[str, str | Mapping[str, str]]) -> str:
    """Write a mapping as YAML in one line.

    Examples:
        >>> print(flow({"metric": "revenue_share", "where": {"stream": "talks"}}))
        {metric: revenue_share, where: {stream: talks}}
    """
    parts = [
        f"{scalar(key)}: {scalar(value) if isinstance(value, str) else flow(value)}"
        for key, value in mapping.items()
    ]
    return f"{{{', '.join(parts)}}}"


def one_line(text: str) -> str:
    r"""Make a text fit a comment: one line, without what no screen can show.

    Examples:
        >>> one_line("several\n programmes\x07")
        'several programmes'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def refuse_there(file: Path) -> None:
    """See to it that a file can be made.

    Raises:
        ReportError: when there is one of that name, or its folder is not there.
    """
    if file.exists():
        raise _there(file)
    if not file.absolute().parent.is_dir():
        raise ReportError(
            "its folder does not exist", where=str(file), remedy="make the folder first"
        )


def write_new(file: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        ReportError: when there is one of that name, which is left as it is.
    """
    refuse_there(file)
    with new_file(file) as passing:
        passing.write_text(text, encoding="utf-8", newline="\n")
        if not take_name(passing, file):
            raise _there(file)


def _there(file: Path) -> ReportError:
    return ReportError(
        "there is a file of that name, and it is left as it is",
        where=str(file),
        remedy="name another, or move that one away",
    )


def replace_file(file: Path, data: bytes) -> None:
    """Put another content into a file: all of it, or, when that fails, nothing."""
    place = file.resolve()
    with new_file(place) as passing:
        passing.write_bytes(data)
        shutil.copymode(place, passing)
        passing.replace(place)
