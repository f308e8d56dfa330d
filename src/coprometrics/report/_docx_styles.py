"""How a Word document shows a run of text: by its own properties, and by those of its styles.

A style takes what it does not say from the style it is based on. The switches of a paragraph's
style and of a run's style turn each other round (ISO/IEC 29500-1, section 17.7.3); what the run
says itself comes before both. Styles of tables are not read.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import define, field

__all__ = ["Styles"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF: Final = ("0", "false", "off", "none")


@define
class Styles:
    """The styles of a document.

    Attributes:
        root: the element of all styles.
    """

    root: Any
    _named: dict[str, Any] = field(factory=dict, init=False)
    _usual: dict[str, str] = field(factory=dict, init=False)
    _known: dict[tuple[str | None, str], str | None] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        for style in self.root.findall(f"{_W}style"):
            name = style.get(f"{_W}styleId", "")
            self._named[name] = style
            if style.get(f"{_W}default", "0") not in _OFF:
                self._usual[style.get(f"{_W}type", "")] = name

    def is_on(self, run: Any, paragraph: str | None, switch: str) -> bool:
        """Say whether a switch such as ``vanish`` is on for a run.

        Args:
            run: the element of the run.
            paragraph: the style of its paragraph, where the paragraph names one.
            switch: the name of the switch.
        """
        own = _said(run.find(f"{_W}rPr"), switch)
        if own is not None:
            return own not in _OFF
        usual = _said(self.root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr"), switch)
        if usual is not None and usual not in _OFF:
            return True
        said = [self._of(style, switch) for style in self._styles(run, paragraph)]
        return sum(one is not None and one not in _OFF for one in said) == 1

    def value(self, run: Any, paragraph: str | None, name: str) -> str | None:
        """Give the value of a property such as ``vertAlign`` for a run, where one is said."""
        own = _said(run.find(f"{_W}rPr"), name)
        if own is not None:
            return own
        of_paragraph, of_run = (self._of(style, name) for style in self._styles(run, paragraph))
        return of_paragraph if of_run is None else of_run

    def _styles(self, run: Any, paragraph: str | None) -> tuple[str | None, str | None]:
        own = _said(run.find(f"{_W}rPr"), "rStyle")
        return paragraph or self._usual.get("paragraph"), own or self._usual.get("character")

    def _of(self, style: str | None, name: str) -> str | None:
        """Give what a style says, or the styles it is based on."""
        if (style, name) not in self._known:
            self._known[style, name] = self._looked_up(style, name)
        return self._known[style, name]

    def _looked_up(self, style: str | None, name: str) -> str | None:
        seen = set()
        while style is not None and style not in seen and style in self._named:
            seen.add(style)
            element = self._named[style]
            said = _said(element.find(f"{_W}rPr"), name)
            if said is not None:
                return said
            style = _said(element, "basedOn")
        return None


def _said(properties: Any, name: str) -> str | None:
    """Give what properties say under a name; a switch without a value is on."""
    found = None if properties is None else properties.find(f"{_W}{name}")
    return None if found is None else found.get(f"{_W}val", "1")
