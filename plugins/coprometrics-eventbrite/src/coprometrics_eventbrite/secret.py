"""The secret token: where it comes from, and how it stays out of sight."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from attrs import frozen

from coprometrics.errors import WITHHELD, ConfigError, ParameterError

__all__ = ["TOKEN_VARIABLE", "Token", "find_token"]

TOKEN_VARIABLE: Final = "EVENTBRITE_TOKEN"  # noqa: S105  (the name of a variable, not a secret)
"""The environment variable that may hold the token."""

_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{8,512}")
_MOST_BYTES = 4_096


class _Hidden(str):
    """A text that does not show itself where variables are listed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return WITHHELD


@frozen(repr=False, eq=False)
class Token:
    """A private token; nothing that is printed shows it.

    Raises:
        ParameterError: when it cannot be one; does not repeat it.

    Examples:
        >>> Token("THISISNOTAREALTOKEN1")
        Token(withheld)
        >>> Token("two words")
        Traceback (most recent call last):
        coprometrics.errors.ParameterError: token: this is no token of Eventbrite; copy the \
private token from Account settings, Developer links, API keys
    """

    _text: str

    def __attrs_post_init__(self) -> None:
        if not _FORM.fullmatch(self._text):
            raise ParameterError(
                "this is no token of Eventbrite",
                where="token",
                remedy="copy the private token from Account settings, Developer links, API keys",
            )
        object.__setattr__(self, "_text", _Hidden(self._text))

    def __repr__(self) -> str:
        return f"Token{WITHHELD}"

    def headers(self) -> dict[str, str]:
        """Give the headers of a call. They are for the service and must not be kept."""
        return {
            "Authorization": _Hidden(f"Bearer {self._text.__str__()}"),
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "User-Agent": "coprometrics-eventbrite",
        }

    def is_in(self, text: str) -> bool:
        """Say whether a text gives the token away."""
        return self._text.__str__().casefold() in text.casefold()


def find_token(file: Path | None) -> Token:
    """Take the token from a file, or from the environment where none is named.

    Raises:
        ConfigError: when there is none, or others can read the file.
        ParameterError: when what is there cannot be a token.
    """
    if file is None:
        text = os.environ.get(TOKEN_VARIABLE, "").strip()
        if not text:
            raise ConfigError(
                "there is no token",
                where=TOKEN_VARIABLE,
                remedy="set the variable, or name a file with --token-file",
            )
        return Token(text)
    try:
        mode = file.stat().st_mode
        with file.open("rb") as opened:
            held = opened.read(_MOST_BYTES)
    except OSError as error:
        reason = error.strerror
    else:
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(
                "the token can be read by others",
                where=str(file),
                remedy="take their rights away: chmod 600",
            )
        return Token(held.decode("utf-8-sig", "replace").strip())
    raise ConfigError(f"the token cannot be read ({reason})", where=str(file))
