"""The errors of coprometrics, as a tree under one base.

```
CoprometricsError
├── ParameterError          an option or argument that cannot be used
├── MoneyError              a currency or an amount that cannot be exact
├── RecordError             one record that does not fit its type
├── SchemaError             a table or a document that does not fit its schema
├── StoreError              a store that cannot be opened, read or written
│   └── StoreVersionError   a store written by a newer release
├── ImporterError           a source that cannot be imported
│   ├── SourceError         the source itself: missing, unreadable, truncated
│   ├── ConfigError         a mapping or other configuration that is wrong
│   └── PluginError         an importer that breaks its contract
├── MetricError             a figure that cannot be calculated
│   └── BasisMismatch       two figures placed in time by different rules
└── ReportError             a report file or document that cannot be read
```

Every error says what is wrong, where, and what to do about it, and prints as one line:
``where: what; remedy``.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re

__all__ = [
    "WITHHELD",
    "BasisMismatch",
    "ConfigError",
    "CoprometricsError",
    "ImporterError",
    "MetricError",
    "MoneyError",
    "ParameterError",
    "PluginError",
    "RecordError",
    "ReportError",
    "SchemaError",
    "SourceError",
    "StoreError",
    "StoreVersionError",
    "is_unicode",
    "number_shown",
    "shown",
]

WITHHELD = "(withheld)"
"""What stands in place of a value that may be about somebody."""

_LONGEST_SHOWN = 60
_ADDRESS = re.compile(
    r"(?<!\w)'(?!@')[^'@]*@[^']*'|(?<![^\s,;:()'\"])[^\s,;:()'\"]+@[^\s,;:()'\"]+"
)
_ADDRESS_WITHHELD = "(a text with @, withheld)"
_CODE = re.compile(r"\b[A-Z]{3}\b")
_NUMBER = re.compile(r"(?:[-+(]*[$£€]? ?[-+]?[0-9.,].*)?")
_WORD = re.compile(r"[^\W\d_]{3}")
_TELEPHONE = re.compile(
    r"(?<![0-9])(?:[+0](?:[ .()]{0,2}[0-9]){8,14}|0[0-9]{2,4}(?:-[0-9]{3,8}){1,2}"
    r"|\+[0-9](?:[ .()-]{0,2}[0-9]){7,14}|\([0-9]{2,5}\)(?:[ .-]{0,2}[0-9]){6,10})\b"
)


class CoprometricsError(Exception):
    """The base of every error that coprometrics raises on purpose.

    Args:
        what: what is wrong, without the place.
        where: the place: a file and line, a record and field, a parameter.
        remedy: what the reader can do about it.

    Examples:
        >>> print(CoprometricsError("no column 'Amount'", where="income.csv:1",
        ...                         remedy="the file has Date, Sum"))
        income.csv:1: no column 'Amount'; the file has Date, Sum
    """

    def __init__(self, what: str, *, where: str | None = None, remedy: str | None = None) -> None:
        super().__init__(_printable(what))
        self.what = _printable(what)
        self.where = where and _printable(where)
        self.remedy = remedy and _printable(remedy)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}; {self.remedy}" if self.remedy else text

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.remedy))


def _printable(text: str) -> str:
    """Withhold what may be an e-mail address, and write out what no terminal can print."""
    # Half of a surrogate pair is no character, and printing it would be an error of its own.
    text = text.encode("utf-8", "backslashreplace").decode()
    return _ADDRESS.sub(_ADDRESS_WITHHELD, text) if "@" in text else text


def _rebuild(
    cls: type[CoprometricsError], what: str, where: str | None, remedy: str | None
) -> CoprometricsError:
    return cls(what, where=where, remedy=remedy)


class ParameterError(CoprometricsError, ValueError):
    """An option or an argument that cannot be used."""


class MoneyError(CoprometricsError, ValueError):
    """A currency that is not known, or an amount that its minor units cannot hold exactly."""


class RecordError(CoprometricsError, ValueError):
    """One record that does not fit its type; names the type, the field and what is allowed."""


class SchemaError(CoprometricsError, ValueError):
    """A table or a document that does not fit its schema."""


class StoreError(CoprometricsError):
    """A store that cannot be opened, read or written."""


class StoreVersionError(StoreError):
    """A store written by a newer release than this one."""


class ImporterError(CoprometricsError):
    """A source that cannot be imported."""


class SourceError(ImporterError):
    """The source itself is missing, unreadable, truncated or not what it was taken for."""


class ConfigError(ImporterError):
    """A mapping or another configuration of an importer that cannot be used."""


class PluginError(ImporterError):
    """An importer that breaks its contract: the fault is the plugin's, not the data's."""


class MetricError(CoprometricsError, ValueError):
    """A figure that cannot be calculated from the data given."""


class BasisMismatch(MetricError):  # noqa: N818  (the name is the design's term)
    """Two figures that were placed in time by different rules and cannot be compared."""


class ReportError(CoprometricsError):
    """A report file or its document that cannot be read."""


def is_unicode(text: str) -> bool:
    r"""Say whether a text can be written: half of a surrogate pair is no character.

    Examples:
        >>> is_unicode("café"), is_unicode("\ud800")
        (True, False)
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def number_shown(value: object) -> str:
    """Write a value that should be a number, a date or a time; withhold what may be a person.

    What stands in a column of dates may still be a name, where a row is out of step, and a number
    that of a telephone. So a text is only shown where it begins like a number, has no word, and is
    no number that one could call.

    Examples:
        >>> number_shown("31/13/2023"), number_shown("£1,00O.5"), number_shown(-7)
        ("'31/13/2023'", "'£1,00O.5'", '-7')
        >>> number_shown("Orsino Vane"), number_shown("020 7946 0958"), number_shown(["Vane"])
        ('(withheld)', '(withheld)', '(withheld)')
    """
    if isinstance(value, decimal.Decimal | dt.date | dt.time):
        return str(value)
    if value is None or isinstance(value, int | float):
        return shown(value)
    text = _CODE.sub("", value).strip() if isinstance(value, str) else "(no text)"
    safe = _NUMBER.fullmatch(text) and not _WORD.search(text) and not _TELEPHONE.search(text)
    return shown(value) if safe else WITHHELD


def shown(value: object) -> str:
    """Write a value for an error message: short, on one line, and without personal data.

    A text with an ``@`` may be an e-mail address, and is withheld. Of what writes itself on several
    lines, as a frame does, or not at all, only the type is named.

    Examples:
        >>> shown("2023-13-01")
        "'2023-13-01'"
        >>> shown("someone@example.org")
        '(a text with @, withheld)'
    """
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  (a number may be too long to write, an object may do anything)
        text = ""
    if not text.strip() or "\n" in text:
        return f"(a {type(value).__name__})"
    if "@" in text:
        kind = "text" if isinstance(value, str | bytes) else type(value).__name__
        return f"(a {kind} with @, withheld)"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
