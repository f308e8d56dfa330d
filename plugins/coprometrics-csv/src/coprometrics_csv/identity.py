"""The identifiers of records: from a column, or from a hash of the columns that tell rows apart."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pyarrow as pa
from attrs import define, field

from coprometrics_csv.convert import Cells, missing_as_null, prefixed, trim
from coprometrics_csv.mapping import Mapping

__all__ = ["IdentityMaker"]


@define
class IdentityMaker:
    """Makes the identifiers of the rows of one file.

    Attributes:
        mapping: how the file is read.
    """

    mapping: Mapping
    _repeats: dict[bytes, int] = field(factory=dict, init=False)

    def make(self, cells: list[Cells]) -> Any:
        """Give the identifier of each row; null where nothing identifies it.

        Args:
            cells: the cells of the columns that identify.
        """
        cells = [trim(column) for column in cells]
        if self.mapping.id.key:
            return self._hashed(cells)
        present = missing_as_null(cells[0], self.mapping.nulls)
        return prefixed(f"{self.mapping.source}:", present)

    def _hashed(self, cells: list[Cells]) -> Any:
        prefix = f"{self.mapping.source}:sha256:"
        ids: list[str | None] = []
        for key in zip(*(column.to_pylist() for column in cells), strict=True):
            if not any(key):
                ids.append(None)
                continue
            digest = _digest(key)
            if self.mapping.id.number_repeats:
                digest = self._numbered(digest)
            ids.append(prefix + digest.hex())
        return pa.array(ids, pa.string())

    def _numbered(self, digest: bytes) -> bytes:
        seen = self._repeats.get(digest, 0) + 1
        self._repeats[digest] = seen
        return digest if seen == 1 else _digest((digest.hex(), str(seen)))


def _digest(key: tuple[str, ...]) -> bytes:
    # A list as JSON: no two different keys are written alike.
    return hashlib.sha256(json.dumps(key, ensure_ascii=False).encode()).digest()
