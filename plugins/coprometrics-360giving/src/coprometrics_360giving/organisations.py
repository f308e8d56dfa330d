"""The organisations that give and receive grants.

A grant names them anew each time, not always alike. So they are gathered, without regard to their
order, and each becomes one record: with the name that it has most often, and the others beside it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from attrs import define, field, frozen

from coprometrics.errors import SourceError
from coprometrics.importers import Batch, Locator
from coprometrics.records import Organisation, field_specs
from coprometrics_360giving.config import Giving
from coprometrics_360giving.entries import Entry, Part
from coprometrics_360giving.findings import has_address
from coprometrics_360giving.values import PREFIX, fitting, plain_text

__all__ = ["Named", "Organisations", "organisations_of"]

_SPECS = field_specs(Organisation)
_ID = fitting(_SPECS["id"], PREFIX)
_NAME = fitting(_SPECS["name"])
_REGISTERED = re.compile(_SPECS["org_id"].pattern or "")
_OWN_PREFIX = "360G-"
_CHARITY = re.compile(
    r"(?P<scottish>SC[0-9]{6})|(?:NIC|NI)(?P<irish>[0-9]{6})|(?P<number>[0-9]{6,7})"
)
_COMPANY = re.compile(r"[A-Z0-9]{2}[0-9]{6}")
_MOST = 1_000_000
_BATCH = 2_048
_KINDS: Mapping[str, str] = {
    "GB-CHC": "charity", "GB-SC": "charity", "GB-NIC": "charity", "GB-COH": "company",
    "GB-HESA": "university", "GB-LAE": "council", "GB-LAS": "council", "GB-LANI": "council",
    "GB-PLA": "council", "GB-GOR": "public_body", "GB-NHS": "public_body",
}  # fmt: skip


@frozen
class Named:
    """An organisation as one grant names it.

    Attributes:
        id: the identifier of its record.
        native: its identifier in the standard, where there is one.
        name: its name, where it is given.
    """

    id: str
    native: str | None
    name: str | None


def organisations_of(entry: Entry, field_name: str, who: str) -> list[Named]:
    """Give the funders or recipients of a grant, each once.

    Args:
        entry: the grant.
        field_name: where they stand.
        who: ``funder`` or ``recipient``, for findings.
    """
    found: dict[str, Named] = {}
    unknown = True
    for part in entry.parts(field_name):
        named, has_id = _named(entry, part)
        if named is not None:
            found.setdefault(named.id, named)
        unknown = unknown and not has_id
    if unknown:
        entry.note(f"{who}-id-missing")
    if len(found) > 1:
        entry.note(f"several-{who}s")
    return list(found.values())


def _named(entry: Entry, part: Part) -> tuple[Named | None, bool]:
    stated = part.read(_ID, "id")
    name = part.read(_NAME, "name")
    numbers = [part.read(_written, key) for key in ("charityNumber", "companyNumber")]
    if name and has_address(name):
        entry.note("address-in-text")
        name = None
    native = stated
    if native is None and (native := _derived(*numbers)):
        entry.note("org-id-derived")
    if native is not None:
        if not _REGISTERED.search(native) and not native.startswith(_OWN_PREFIX):
            entry.note("org-id-form")
        return Named(f"{PREFIX}{native}", native, name), stated is not None
    if name is None:
        return None, False
    digest = hashlib.sha256(" ".join(name.split()).casefold().encode("utf-8", "replace"))
    return Named(f"{PREFIX}sha256:{digest.hexdigest()}", None, name), False


def _written(value: Any) -> str | None:
    """Read the number of a charity or company, which some write as a number."""
    return str(value) if type(value) is int and 0 < value < 10**8 else plain_text(value)


def _derived(charity: str | None, company: str | None) -> str | None:
    """Make the identifier of an organisation out of its number on a register.

    Examples:
        >>> _derived("1999999", None), _derived("SC099999", None), _derived(None, "99999999")
        ('GB-CHC-1999999', 'GB-SC-SC099999', 'GB-COH-99999999')
    """
    if found := _CHARITY.fullmatch((charity or "").upper()):
        if found["scottish"]:
            return f"GB-SC-{found['scottish']}"
        return f"GB-NIC-{found['irish']}" if found["irish"] else f"GB-CHC-{found['number']}"
    if found := _COMPANY.fullmatch((company or "").upper()):
        return f"GB-COH-{found[0]}"
    return None


@define
class _Known:
    at: Locator
    native: str | None
    names: Counter[str] = field(factory=Counter)


@define
class Organisations:
    """All organisations of a source."""

    config: Giving
    where: str
    _known: dict[str, _Known] = field(factory=dict, init=False)
    _count: int = field(default=0, init=False)

    def add(self, named: Named, at: Locator) -> None:
        """Take note of an organisation.

        Raises:
            SourceError: when there are too many.
        """
        known = self._known.get(named.id)
        if known is None:
            known = self._known[named.id] = _Known(at, named.native)
        if named.name is not None:
            self._count += named.name not in known.names
            known.names[named.name] += 1
        if max(self._count, len(self._known)) > _MOST:
            raise SourceError(
                f"there are more than {_MOST:,} organisations, or names of them, in it",
                where=self.where,
                remedy="split the file into several",
            )

    @property
    def unnamed(self) -> int:
        """How many have no name, and so no record."""
        return sum(not known.names for known in self._known.values())

    def batches(self) -> Iterator[Batch]:
        """Give those that have a name."""
        named = [(id_, known) for id_, known in self._known.items() if known.names]
        for start in range(0, len(named), _BATCH):
            yield self._batch(named[start : start + _BATCH])

    def _batch(self, named: list[tuple[str, _Known]]) -> Batch:
        names = [
            sorted(known.names, key=lambda name: (-known.names[name], name)) for _, known in named
        ]
        natives = [known.native or "" for _, known in named]
        columns: dict[str, Any] = {
            "id": pa.array([id_ for id_, _ in named], pa.string()),
            "name": pa.array([first for first, *_ in names], pa.string()),
            "kind": pa.array([self._kind(native) for native in natives], pa.string()),
            "org_id": pa.array(
                [native if _REGISTERED.search(native) else None for native in natives], pa.string()
            ),
            "same_as": pa.array([others for _, *others in names], pa.list_(pa.string())),
        }
        return Batch(Organisation, pa.table(columns), **places([known.at for _, known in named]))

    def _kind(self, native: str) -> str:
        register = "-".join(native.split("-")[:2])
        return self.config.kinds.get(register) or _KINDS.get(register, self.config.other_kind)


def places(locators: list[Locator]) -> dict[str, Any]:
    """Give the places of rows, as a batch holds them."""
    found = {
        "lines": [at.line for at in locators],
        "indexes": [at.index for at in locators],
    }
    return {
        name: pa.array(numbers, pa.int64())
        for name, numbers in found.items()
        if any(number is not None for number in numbers)
    }
