"""Which elements of a page are open, and whether one of them keeps its content from the reader.

Left out is what the HTML standard has browsers not show, what an element or a style of its own
hides, and what is struck out. Elements end as in browsers (section 13.2.6, tree construction), as
far as it matters here: a paragraph ends where the next one begins, and a strike that is not closed
goes on. Style sheets and classes are not read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

from attrs import define, field

__all__ = ["OpenElements"]

_UNSEEN: Final = frozenset(
    (
        "annotation", "audio", "canvas", "datalist", "defs", "del", "desc", "iframe", "metadata",
        "meter", "noembed", "noframes", "noscript", "object", "progress", "rp", "s", "strike",
        "template", "video",
    )
)  # fmt: skip
_EMPTY: Final = frozenset(
    (
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr",
    )
)  # fmt: skip
_GO_ON: Final = frozenset(
    (
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    )
)  # fmt: skip
"""What goes on in the next paragraph where it was not closed."""

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BODIES: Final = frozenset({"tbody", "tfoot", "thead"})
_CELLS: Final = frozenset({"td", "th"})
_IN_TABLE: Final = frozenset({"caption", "table", "tr", *_BODIES, *_CELLS})
_SCOPES: Final = frozenset({"caption", "object", "table", "template", *_CELLS})
"""What holds its content together: a tag within it ends nothing outside."""

_ENDS_PARAGRAPH: Final = _HEADINGS | {
    "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr",
    "li", "main", "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "ul",
}  # fmt: skip
_IMPLIED: Final = (
    # What ends without a tag of its own, what begins then, and within what.
    ({"p"}, _ENDS_PARAGRAPH, _SCOPES | {"button"}),
    ({"li"}, {"li"}, _SCOPES | {"ol", "ul"}),
    ({"dd", "dt"}, {"dd", "dt"}, _SCOPES | {"dl"}),
    ({"option"}, {"optgroup", "option"}, {"datalist", "select"}),
    ({"rp", "rt"}, {"rp", "rt"}, {"ruby"}),
    (_CELLS, _CELLS | _BODIES | {"tr"}, {"table"}),
    ({"tr"}, _BODIES | {"tr"}, {"table"}),
    (_BODIES, _BODIES, {"table"}),
)
_ATTRIBUTE: Final = re.compile(
    r"([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>]*+)))?+"
)
_COMMENT: Final = re.compile(r"/\*(?s:.*?)(?:\*/|\Z)")


@define
class OpenElements:
    """Follows the tags of a page."""

    _names: list[str] = field(factory=list, init=False)
    _at: dict[str, list[int]] = field(factory=dict, init=False)
    _hiding: list[int] = field(factory=list, init=False)

    @property
    def hide(self) -> bool:
        """Say whether what comes next is not seen."""
        return bool(self._hiding)

    def open(self, name: str, tag: str = "") -> None:
        """Begin an element.

        Args:
            name: its name in lower case.
            tag: the tag as it stands in the file, with its attributes.
        """
        for ended, begun, within in _IMPLIED:
            if name in begun:
                last = self._last(ended)
                if last > self._last(within):
                    self._end(last)
        if name not in _EMPTY:
            self._begin(name, hides=_hides(name, tag))

    def close(self, name: str) -> None:
        """End the innermost element of a name, with all that is open in it."""
        last = self._last(_HEADINGS if name in _HEADINGS else (name,))
        if last >= 0 and last >= self._last({"table"} if name in _IN_TABLE else _SCOPES):
            self._end(last)

    def _begin(self, name: str, *, hides: bool) -> None:
        if hides:
            self._hiding.append(len(self._names))
        self._at.setdefault(name, []).append(len(self._names))
        self._names.append(name)

    def _end(self, first: int) -> None:
        goes_on: str | None = None
        for place in range(len(self._names) - 1, first - 1, -1):
            name = self._names.pop()
            self._at[name].pop()
            hides = bool(self._hiding) and self._hiding[-1] == place
            if hides:
                self._hiding.pop()
            if name in _SCOPES:
                goes_on = None
            elif hides and place > first and name in _GO_ON:
                goes_on = name
        if goes_on is not None:
            self._begin(goes_on, hides=True)

    def _last(self, names: Iterable[str]) -> int:
        """Say where the innermost element of some names is; -1 where none is open."""
        return max((self._at[name][-1] for name in names if self._at.get(name)), default=-1)


def _hides(name: str, tag: str) -> bool:
    if name in _UNSEEN:
        return True
    said: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag, len(name) + 1):
        value = match[2] or match[3] or match[4] or ""
        said.setdefault(match[1].lower(), html.unescape(value))
    if "hidden" in said or (name == "dialog" and "open" not in said):
        return True
    return _style_hides(said.get("style", ""))


def _style_hides(style: str) -> bool:
    said: dict[str, str] = {}
    for declaration in _COMMENT.sub("", style.lower()).split(";"):
        name, _, value = declaration.partition(":")
        said[name.strip()] = value.replace("!important", "").strip()
    lines = f"{said.get('text-decoration', '')} {said.get('text-decoration-line', '')}"
    return (
        said.get("display") == "none"
        or said.get("visibility") in ("hidden", "collapse")
        or "line-through" in lines
    )
