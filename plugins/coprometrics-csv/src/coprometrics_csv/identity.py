"""The identifiers of records: from a column, or from a hash of the columns that tell rows apart."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, evolve, field

from coprometrics.errors import WITHHELD
from coprometrics.importers import Problem
from coprometrics_csv.blocks import Block
from coprometrics_csv.convert import Cells, missing_as_null, prefixed, trim
from coprometrics_csv.mapping import Mapping
from coprometrics_csv.people import AT_SIGN

__all__ = ["IdentityMaker", "refuse_addresses"]


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


def refuse_addresses(block: Block, mapping: Mapping, positions: tuple[int, ...]) -> Block:
    """Refuse rows that have an e-mail address in a key.

    A hash is made without a secret, so that who knows the address can find its identifiers.

    Args:
        block: the rows.
        mapping: how they are read.
        positions: the columns that identify.
    """
    problems: dict[int, Problem] = {}
    for label, position in zip(mapping.id.key, positions, strict=False):
        hit = pc.match_substring_regex(block.cells[position], AT_SIGN)
        for row in pc.indices_nonzero(hit).to_pylist():
            problem = Problem(
                "address-in-key",
                f"{label} must not hold an @: an identifier could be traced back to the person; "
                "use a booking number or the like, and type person for addresses",
                label,
                WITHHELD,
            )
            problems.setdefault(row, problem)
    return evolve(block, problems={**problems, **block.problems}) if problems else block


def _digest(key: tuple[str, ...]) -> bytes:
    # A list as JSON: no two different keys are written alike.
    return hashlib.sha256(json.dumps(key, ensure_ascii=False).encode()).digest()
