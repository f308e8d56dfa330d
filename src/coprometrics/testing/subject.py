"""What a check is given: an importer, a case, and a folder in which it may do what it likes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from attrs import frozen

from coprometrics.errors import ImporterError
from coprometrics.importers import Context, Importer, Source
from coprometrics.importers.registry import Found
from coprometrics.importers.runner import load_config
from coprometrics.plugins import Plugin
from coprometrics.testing.cases import Case, Grow, Shuffle, files_of, shuffle_by_form
from coprometrics.testing.personal import edited
from coprometrics.testing.reading import NOW, Reading, pseudonym

__all__ = ["Subject", "configured"]

_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
"""The encodings in which a text may stand in a source."""


@frozen
class Subject:
    """An importer with one case.

    Attributes:
        make: gives the importer; a class gives a new one each time.
        case: the case.
        config: the importer's configuration in this case.
        folder: where copies of its sources go.
        shuffle: brings the rows of a file into another order.
        grow: repeats the rows of a file.
        rivals: the other importers, which must leave the case alone.
        grown: to about how many bytes a source is grown, where memory is measured.
        most_rows: how many rows a batch has at most.
        endless: how many bytes a line without end has.
    """

    make: Callable[[], Importer]
    case: Case
    config: Any
    folder: Path
    shuffle: Shuffle | None = shuffle_by_form
    grow: Grow | None = None
    rivals: tuple[Importer, ...] = ()
    grown: int = 3 << 19
    most_rows: int = 1 << 16
    endless: int = 16 << 20

    def new_folder(self) -> Path:
        """Make a new folder."""
        return Path(mkdtemp(dir=self.folder))

    def sources(
        self,
        change: Callable[[str, bytes], bytes | None] | None = None,
        *,
        into: Path | None = None,
    ) -> list[Source]:
        """Copy the sources.

        Args:
            change: gives the new bytes of each file, from its name and bytes; None for no change.
            into: the folder, where earlier copies are replaced; a new one by default.
        """
        sources = self.case.copied(into or self.new_folder())
        if change is not None:
            for path in [path for source in sources for path in files_of(source.path)]:
                data = change(path.name, path.read_bytes())
                if data is not None:
                    path.write_bytes(data)
        return sources

    def read(
        self,
        source: Source,
        *,
        importer: Importer | None = None,
        context: Context | None = None,
    ) -> tuple[Reading, ImporterError | None]:
        """Read a source; what is yielded before an error counts too.

        Args:
            source: the source.
            importer: the importer; a new one by default.
            context: what it may use of the world.
        """
        reading = Reading()
        chosen = importer or self.make()
        try:
            for item in chosen.read(source, self.config, context or Context(pseudonym, NOW)):
                reading.take(item)
        except ImporterError as error:
            return reading, error
        return reading, None

    def can_shuffle(self) -> bool:
        """Say whether there are rows to bring into another order."""
        return any(self._shuffled(name, data, 0) is not None for name, data in self.case.files())

    def shuffled(self, seed: int) -> list[Source]:
        """Copy the sources with their rows in another order."""
        return self.sources(lambda name, data: self._shuffled(name, data, seed))

    def can_grow(self) -> bool:
        """Say whether there are rows to repeat."""
        return any(self._grown(name, data, 1) is not None for name, data in self.case.files())

    def grown_by(self, times: int) -> list[Source]:
        """Copy the sources with their rows so many times."""
        return self.sources(lambda name, data: self._grown(name, data, times))

    def grown_to(self, size: int) -> list[Source]:
        """Copy the sources with their rows repeated, up to about so many bytes each."""
        return self.sources(
            lambda name, data: self._grown(name, data, max(1, size // max(1, len(data))))
        )

    def _shuffled(self, name: str, data: bytes, seed: int) -> bytes | None:
        chance = random.Random(seed)  # noqa: S311  (nothing secret hangs on it)
        return self.shuffle and self.shuffle(name, data, chance)

    def _grown(self, name: str, data: bytes, times: int) -> bytes | None:
        return self.grow and self.grow(name, data, times)

    def planted(self, others: dict[str, str], *, into: Path | None = None) -> list[Source]:
        """Copy the sources with some texts replaced by others."""

        def change(_name: str, data: bytes) -> bytes:
            def replace(part: bytes) -> bytes:
                for text, other in others.items():
                    for encoding in _ENCODINGS:
                        old = text.encode(encoding, "replace")
                        part = part.replace(old, other.encode(encoding, "replace"))
                return part

            return edited(data, replace)

        return self.sources(change, into=into)


def configured(make: Callable[[], Importer], case: Case) -> Any:
    """Give the configuration of a case, as the core gives it.

    Raises:
        ConfigError: when the importer needs one and the case has none, or the other way round.
        SchemaError: when it does not fit.
    """
    importer = make()
    plugin = Plugin[Importer](importer.name, "the importer under test", "0")
    return load_config(Found(importer, plugin), case.config)
