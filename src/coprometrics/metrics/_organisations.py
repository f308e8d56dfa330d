"""Which names and identifiers stand for one organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from attrs import frozen

from coprometrics.errors import MetricError
from coprometrics.metrics.base import UNKNOWN, table
from coprometrics.metrics.frames import Engine, Given, given
from coprometrics.records import Organisation

__all__ = [
    "Known",
    "define_kinds",
    "define_mains",
    "given_organisations",
    "known_organisations",
]


@frozen
class Known:
    """The organisations in the data.

    Attributes:
        mains: for each identifier and other name, the one identifier that stands for all.
        kinds: for each of those, what sort of organisation it is.
        claims: for a name that several organisations list, which.
    """

    mains: Mapping[str, str]
    kinds: Mapping[str, str]
    claims: Mapping[str, tuple[str, ...]]

    def main(self, name: str) -> str:
        """Give the identifier that stands for an organisation; unknown ones stand for themselves.

        Raises:
            MetricError: when several organisations go by the name.
        """
        if name in self.claims:
            raise MetricError(
                f"{name!r} is another name of {' and of '.join(self.claims[name])}",
                where="organisations.same_as",
                remedy="keep it with one of them, or say that they are the same",
            )
        return self.mains.get(name, name)

    def kind(self, main: str) -> str:
        """Give the kind of an organisation."""
        return self.kinds.get(main, UNKNOWN)


def given_organisations(organisations: object | None) -> Given:
    """Take in organisations; none where none are given."""
    return given(
        [] if organisations is None else organisations,
        "organisations",
        Organisation,
        need=("id", "kind"),
        may=("name", "same_as"),
    )


def known_organisations(engine: Engine) -> Known:
    """Read the organisations given; those that name each other's identifiers are one.

    A name (its own, or one in ``same_as``) also stands for the identifier that it makes with the
    source of the organisation: where ``list:1`` is also known as Age Concern, ``list:Age Concern``
    is the same, as data that know organisations only by their names have it.

    Raises:
        MetricError: when two records of one organisation say different kinds, or an id is there
            twice.
    """
    rows: list[dict[str, Any]] = []
    if engine.holds("organisations"):
        engine.refuse_repeated("organisations", "id")
        rows = engine.rows("SELECT id, kind, name, same_as FROM organisations ORDER BY id")
    parents = {row["id"]: row["id"] for row in rows}

    def top(name: str) -> str:
        while parents[name] != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    for row in rows:
        for other in _other_names(row):
            if other in parents:
                low, high = sorted((top(row["id"]), top(other)))
                parents[high] = low
    kinds: dict[str, str] = {}
    claims: dict[str, set[str]] = {}
    for row in rows:
        main = top(row["id"])
        # A record whose source does not tell the kind says nothing against one that does.
        if kinds.get(main, UNKNOWN) == UNKNOWN:
            kinds[main] = row["kind"]
        elif row["kind"] not in (UNKNOWN, kinds[main]):
            raise MetricError(
                f"{row['id']} is a {row['kind']}, but the same as {main}, a {kinds[main]}",
                where="organisations.kind",
                remedy="give one organisation one kind",
            )
        for other in _other_names(row):
            if other not in parents:
                claims.setdefault(other, set()).add(main)
    mains = {name: top(name) for name in parents}
    mains.update({name: next(iter(by)) for name, by in claims.items() if len(by) == 1})
    several = {name: tuple(sorted(by)) for name, by in claims.items() if len(by) > 1}
    return Known(mains, kinds, several)


def define_mains(engine: Engine, known: Known, named: str) -> None:
    """Define ``mained``: the rows of a table with, for its organisation_id, the one identifier.

    Args:
        engine: where the table is.
        known: the organisations in the data.
        named: the table; its organisation_id may be missing.

    Raises:
        MetricError: when one of the names belongs to several organisations.
    """
    if known.claims:
        contested = engine.rows(
            f"SELECT DISTINCT organisation_id AS name FROM {named} "
            f"WHERE organisation_id IN ({engine.listed(known.claims)}) ORDER BY name LIMIT 1"
        )
        for row in contested:
            known.main(row["name"])
    others = {name: main for name, main in known.mains.items() if name != main}
    if not others:
        engine.define("mained", f"SELECT *, organisation_id AS main FROM {named}")
        return
    kinds = {"name": pa.string(), "main_id": pa.string()}
    engine.put("mains", table(kinds, list(others.items())))
    engine.define(
        "mained",
        f"SELECT {named}.*, coalesce(main_id, organisation_id) AS main FROM {named} "
        "LEFT JOIN mains ON mains.name = organisation_id",
    )


def define_kinds(engine: Engine, known: Known) -> None:
    """Define ``kinds``: the kind of each organisation in the data, by its one identifier."""
    names = {"known_id": pa.string(), "organisation_kind": pa.string()}
    engine.put("kinds", table(names, list(known.kinds.items())))


def _other_names(row: Mapping[str, Any]) -> set[str]:
    """Give all by which other records may mean an organisation, besides its identifier."""
    source = row["id"].partition(":")[0]
    listed = row["same_as"] or ()
    named = [*listed, row["name"]] if row["name"] else listed
    return {*listed, *(f"{source}:{name}" for name in named)}
