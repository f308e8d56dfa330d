"""Finding a template in a document's letters.

The words of the template are looked up as they are, so the work grows with the document and not
with its square; a place between them is tried longest first, so it takes a whole figure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from heapq import nlargest
from typing import Final

from attrs import define, field, frozen

from coprometrics.report._beside import before_note, whole_from, whole_to
from coprometrics.report._template import Part, Slot, Words
from coprometrics.report.numerals import HINT, NumberFormat
from coprometrics.report.printed import is_printed
from coprometrics.report.text import PARAGRAPH, Document, Letters

__all__ = ["Filling", "Hit", "Matcher"]

_LONGEST: Final = 60
"""The most letters that a place takes."""

_MOST_COUNTED: Final = 3
"""Of so many words of a template it is counted how often the document has them."""

_LONGEST_WORDS: Final = 24
"""The most letters of something else than a figure: more is another sentence."""

_SPACED_DASH: Final = re.compile(r" [-\u2013] |(?<=[0-9%]) \u2212 ")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
"""A range with spaces around its dash is not read; but "2023 - 15 people" is none."""

_BROKEN_DIGITS: Final = re.compile(r"[0-9]\n[0-9]")


@frozen
class Filling:
    """What stands in a place.

    Attributes:
        figure: the id of the figure.
        start: its first letter.
        end: the letter behind it.
        then: where the passage goes on: behind the mark of a note, where there is one.
        is_figure: whether it is a figure.
    """

    figure: str
    start: int
    end: int
    then: int
    is_figure: bool


@frozen
class Hit:
    """A passage that fits a template: its first letter, and what stands in the places."""

    start: int
    fillings: tuple[Filling, ...]


@define
class Matcher:
    """Fits one template to one document.

    Attributes:
        document: where to look.
        parts: the template.
        style: the marks between digits.
        loose: whether a place also takes something else than a figure.
    """

    document: Document
    parts: tuple[Part, ...]
    style: NumberFormat
    loose: bool = False
    _failed: set[tuple[int, int]] = field(factory=set, init=False)

    def hits(self) -> Iterator[Hit]:
        """Give every passage that fits, in order."""
        words_at = {k: part for k, part in enumerate(self.parts) if isinstance(part, Words)}
        first, words = next(iter(words_at.items()))
        for start in self._starts_near(first, words_at):
            if not self.words_fit(first, start):
                continue
            tail = self._onward(first + 1, start + len(words.text))
            before = self._back(first - 1, start) if tail is not None else None
            if tail is not None and before is not None:
                yield Hit(before[0].start if before else start, (*before, *tail))

    def _starts_near(self, first: int, words_at: Mapping[int, Words]) -> Iterator[int]:
        """Give where the first words stand, as far as the rarest words are not too far from them.

        Many sentences may begin alike: they are not gone through for each of their statements.
        """
        letters = self.document.letters.text
        rarest = self._rarest(words_at)
        between = self.parts[first:rarest]
        places = sum(1 for part in between if isinstance(part, Slot))
        least = places + sum(len(part.text) for part in between if isinstance(part, Words))
        most = least + places * (_LONGEST - 1)
        text, done = words_at[first].text, 0
        for anchor in self.occurrences(words_at[rarest].text):
            if anchor < least:
                continue
            last = anchor - least
            start = letters.find(text, max(done, anchor - most), last + len(text))
            while start >= 0:
                yield start
                start = letters.find(text, start + 1, last + len(text))
            done = last + 1

    def _rarest(self, words_at: Mapping[int, Words]) -> int:
        """Give words that the document has seldom, as far as that is soon known."""
        counts: dict[int, int] = {}
        likely = nlargest(_MOST_COUNTED, words_at, key=lambda k: len(words_at[k].text))
        for k in dict.fromkeys((*likely, next(iter(words_at)))):
            counts[k] = self.document.letters.text.count(words_at[k].text)
            if counts[k] <= 1:
                break
        return min(counts, key=counts.__getitem__)

    def occurrences(self, text: str) -> Iterator[int]:
        """Give every place in the document's letters where a text stands."""
        letters = self.document.letters.text
        start = letters.find(text)
        while start >= 0:
            yield start
            start = letters.find(text, start + 1)

    def words_fit(self, k: int, start: int) -> bool:
        """Say whether the words of a part stand at a letter, with their spacing."""
        words = self.parts[k]
        letters = self.document.letters
        begins = k == 0
        if not isinstance(words, Words) or (begins and not self._parted(start)):
            return False
        end = start + len(words.text)
        if k == len(self.parts) - 1 and not self._parted(end):
            return False
        if not letters.text.startswith(words.text, start):
            return False
        return all(
            _gap_fits(spaced, letters.gaps[start + place])
            for place, spaced in enumerate(words.spaced)
            if not (begins and place == 0)
        )

    def _parted(self, at: int) -> bool:
        """Say whether no word runs across the start of a letter."""
        letters = self.document.letters
        if not 0 < at < len(letters.text) or letters.gaps[at]:
            return True
        return not (letters.text[at - 1].isalnum() and letters.text[at].isalnum())

    def _onward(self, k: int, start: int) -> tuple[Filling, ...] | None:
        if k == len(self.parts):
            return ()
        if (k, start) in self._failed:
            return None
        part = self.parts[k]
        if isinstance(part, Words):
            rest = self._onward(k + 1, start + len(part.text)) if self.words_fit(k, start) else None
            if rest is not None:
                return rest
        elif start < len(self.document.letters.text) and _gap_fits(
            part.spaced, self.document.letters.gaps[start]
        ):
            for filling in self.fillings(k, start):
                rest = self._onward(k + 1, filling.then)
                if rest is not None:
                    return (filling, *rest)
        self._failed.add((k, start))
        return None

    def fillings(self, k: int, start: int, *, alone: bool = False) -> Iterator[Filling]:
        """Give what a place can take from a letter on, the longest figure first.

        Args:
            k: the place, as the number of its part.
            start: the letter.
            alone: whether to take any figure there, whatever follows it.
        """
        slot = self.parts[k]
        following = self.parts[k + 1] if k + 1 < len(self.parts) and not alone else None
        letters = self.document.letters
        last = min(start + _LONGEST, len(letters.text))
        assert isinstance(slot, Slot)  # noqa: S101  (the callers look)
        ends = range(start + 1, last + 1)
        if isinstance(following, Words):
            ends_there = [end for end in ends if letters.text.startswith(following.text, end)]
        else:
            ends_there = list(ends)
        reach = start
        if ends_there and HINT.search(self.text(start, ends_there[-1])):
            for then in reversed(ends_there):
                end = self._figure_end(start, then, whole=following is None)
                if end is None:
                    continue
                if following is not None:
                    yield Filling(slot.figure, start, end, then, True)
                    continue
                # A shorter figure would leave out a part of this one.
                reach = whole_to(self.document, end)
                if reach == end:
                    yield Filling(slot.figure, start, end, end, True)
                break
        if not self.loose:
            return
        for end in ends_there:
            if end < reach:
                continue
            if end - start > _LONGEST_WORDS:
                return
            if isinstance(following, Words):
                yield Filling(slot.figure, start, end, end, False)
            elif end == len(letters.text) or letters.gaps[end] & Letters.SPACE:
                yield Filling(slot.figure, start, end, end, False)
                return

    def _back(self, k: int, end: int) -> tuple[Filling, ...] | None:
        """Fill the places before the first words, from the last of them to the first."""
        if k < 0:
            return ()
        if (k, end) in self._failed:
            return None
        found = self._filled_back(k, end)
        if found is None:
            self._failed.add((k, end))
        return found

    def _filled_back(self, k: int, end: int) -> tuple[Filling, ...] | None:
        slot = self.parts[k]
        letters = self.document.letters
        assert isinstance(slot, Slot)  # noqa: S101  (they come before the first words)
        starts = range(max(0, end - _LONGEST), end)
        hinted = bool(starts) and HINT.search(self.text(starts[0], end)) is not None
        reach = end
        for start in starts if hinted else ():
            if k > 0 and not _gap_fits(slot.spaced, letters.gaps[start]):
                continue
            figure_end = self._figure_end(start, end, whole=k == 0)
            if figure_end is not None:
                if k == 0 and (reach := whole_from(self.document, start)) < start:
                    break
                before = self._back(k - 1, start)
                if before is not None:
                    return (*before, Filling(slot.figure, start, figure_end, end, True))
        if self.loose:
            for start in reversed(starts):
                if start > reach:
                    continue
                if start == 0 or letters.gaps[start] & Letters.SPACE:
                    before = self._back(k - 1, start)
                    return (
                        None
                        if before is None
                        else (*before, Filling(slot.figure, start, end, end, False))
                    )
        return None

    def text(self, start: int, end: int) -> str:
        """Give the document's text from a letter to before another."""
        index = self.document.letters.index
        return self.document.text[index[start] : index[end - 1] + 1]

    def _figure_end(self, start: int, then: int, *, whole: bool) -> int | None:
        """Say where a figure ends that fills a place up to a letter, but for the mark of a note."""
        if self._is_figure(start, then, whole=whole):
            return then
        end = before_note(self.document, then)
        return end if start < end < then and self._is_figure(start, end, whole=whole) else None

    def _is_figure(self, start: int, end: int, *, whole: bool) -> bool:
        """Say whether a figure stands here; ``whole`` also asks that it ends no word midway."""
        if self._in_number(start) or self._in_number(end):
            return False
        if whole and (self._in_word(start) or self._in_word(end)):
            return False
        text = self.text(start, end)
        if PARAGRAPH in text or _BROKEN_DIGITS.search(text):
            return False
        if _has_shape(text, self.style):
            return True
        ends = _SPACED_DASH.split(text) if whole else []
        return (
            len(ends) > 1
            and _YEAR.fullmatch(ends[0]) is None
            and all(_has_shape(end, self.style) for end in ends)
        )

    def _in_word(self, at: int) -> bool:
        letters = self.document.letters
        if not 0 < at < len(letters.text) or letters.gaps[at]:
            return False
        return all(one.isalpha() or one.isdecimal() for one in letters.text[at - 1 : at + 1])

    def _in_number(self, at: int) -> bool:
        """Say whether a number runs across the start of a letter, maybe with its currency."""
        letters = self.document.letters
        if not 0 < at < len(letters.text) or letters.gaps[at]:
            return False
        before, after = letters.text[at - 1], letters.text[at]
        earlier, later = letters.near(at - 2), letters.near(at + 1)
        if before.isdecimal() and after.isdecimal():
            return True
        if after.isdecimal() and unicodedata.category(before) == "Sc":
            return True
        if after in ".,":
            return before.isdecimal() and later.isdecimal() and not letters.gaps[at + 1]
        return (
            before in ".,"
            and earlier.isdecimal()
            and after.isdecimal()
            and not letters.gaps[at - 1]
        )


@lru_cache(maxsize=4096)
def _has_shape(text: str, style: NumberFormat) -> bool:
    return is_printed(text, style)


def _gap_fits(spaced: bool, gap: int) -> bool:
    return bool(gap & Letters.SOFT) or bool(gap & Letters.SPACE) == spaced
