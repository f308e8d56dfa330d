"""How figures were printed when a finding about them was accepted, and how they are now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from coprometrics.report._writing import quoted, scalar

__all__ = ["Prints", "changes", "in_yaml", "prints_of"]

Prints = tuple[tuple[str, tuple[str, ...]], ...]
"""Figures with their different texts, both in order; one that is printed nowhere is left out."""

_UNSAID: Final = "was not among what was printed"


def prints_of(given: Mapping[str, str | int | Iterable[str | int]] | Prints) -> Prints:
    r"""Put prints in their order; spaces and line breaks within a text make no difference.

    Examples:
        >>> prints_of({"b": 17, "a": ["2 out\nof 3", "2 out of 3", "67%"], "c": []})
        (('a', ('2 out of 3', '67%')), ('b', ('17',)))
    """
    texts: dict[str, set[str]] = {}
    for name, value in given.items() if isinstance(given, Mapping) else given:
        several = [value] if isinstance(value, str | int) else value
        texts.setdefault(name, set()).update(" ".join(str(text).split()) for text in several)
    return tuple((name, tuple(sorted(found))) for name, found in sorted(texts.items()) if found)


def changes(figures: Iterable[str], said: Prints, now: Prints) -> Iterator[str]:
    """Say of each figure that is not printed as it was how it was, and how it is.

    Examples:
        >>> said, now = prints_of({"a": "17", "b": "3"}), prints_of({"a": "18", "c": "5"})
        >>> for change in changes(["a", "b", "c"], said, now):
        ...     print(change)
        a was printed as 17, and is printed as 18
        b was printed as 3, and is printed nowhere
        c was not among what was printed, and is printed as 5
    """
    then, here = dict(said), dict(now)
    for name in figures:
        if then.get(name) != here.get(name):
            was = f"was printed as {_listed(then[name])}" if name in then else _UNSAID
            is_ = f"is printed as {_listed(here[name])}" if name in here else "is printed nowhere"
            yield f"{name} {was}, and {is_}"


def in_yaml(prints: Prints) -> str:
    """Write prints as they stand in a report file.

    Examples:
        >>> print(in_yaml(prints_of({"a": "17", "b": ["2 out of 3", "67%"]})))
        {a: "17", b: ["2 out of 3", "67%"]}
    """
    return "{" + ", ".join(f"{scalar(name)}: {_value(texts)}" for name, texts in prints) + "}"


def _value(texts: tuple[str, ...]) -> str:
    return quoted(texts[0]) if len(texts) == 1 else f"[{', '.join(map(quoted, texts))}]"


def _listed(texts: tuple[str, ...]) -> str:
    return " and ".join(texts)
