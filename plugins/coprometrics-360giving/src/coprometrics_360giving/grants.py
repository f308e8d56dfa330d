"""Grants as records: one award for each, and the organisations that are named in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from attrs import define, field

from coprometrics.importers import Batch, Context, Item, Locator, Notice, Source
from coprometrics.money import CURRENCIES
from coprometrics.records import GrantAward, field_specs
from coprometrics_360giving.config import Giving
from coprometrics_360giving.entries import Entry
from coprometrics_360giving.findings import Findings, has_address
from coprometrics_360giving.organisations import Named, Organisations, organisations_of, places
from coprometrics_360giving.periods import Clock, period_of
from coprometrics_360giving.values import PREFIX, Day, day, fitting, minor_units, plain_text
from coprometrics_csv.faults import CellError

__all__ = ["read_grants"]

_BATCH = 2_048
_AMOUNTS = ("amountAwarded", "amountDisbursed", "amountAppliedFor")
_LENGTHS = {"day": 10, "month": 7, "year": 4}
_SPECS = field_specs(GrantAward)
_TITLE = fitting(_SPECS["title"])
_ID = fitting(_SPECS["id"], f"{PREFIX}/YYYY-MM-DD")
_COLUMNS = {
    "id": pa.string(),
    "title": pa.string(),
    "funder_id": pa.string(),
    "recipient_id": pa.string(),
    "our_role": pa.string(),
    "amount_total_minor": pa.int64(),
    "amount_ours_minor": pa.int64(),
    "currency": pa.string(),
    "awarded_on": pa.date32(),
    "awarded_on_precision": pa.string(),
    "starts_on": pa.date32(),
    "starts_on_precision": pa.string(),
    "ends_on": pa.date32(),
    "ends_on_precision": pa.string(),
    "duration_months": pa.int64(),
}


def read_grants(source: Source, config: Giving, context: Context, *, table: bool) -> Iterator[Item]:
    """Read a source of grants; every one becomes a record or a refusal.

    Args:
        source: the file.
        config: the settings.
        context: the clock, and whom to tell of the progress.
        table: whether it is a table; else it is a package.

    Raises:
        SourceError: when it cannot be read as a whole.
    """
    entries: Iterator[Entry | Item]
    if table:
        from coprometrics_360giving.flattened import entries_of_table

        entries = entries_of_table(source, context)
    else:
        from coprometrics_360giving.package import entries_of_package

        entries = entries_of_package(source, context)
    maker = _Maker(config, Clock(context.now.date()), Organisations(config, source.name))
    for entry in entries:
        if not isinstance(entry, Entry):
            yield entry
            continue
        maker.make(entry)
        if entry.problems:
            yield entry.refusal()
        elif len(maker.rows) == _BATCH:
            yield maker.batch()
    if maker.rows:
        yield maker.batch()
    yield from maker.organisations.batches()
    yield from maker.findings.notices()
    if unnamed := maker.organisations.unnamed:
        who = "1 organisation has" if unnamed == 1 else f"{unnamed:,} organisations have"
        yield Notice("organisation-without-name", f"{who} an identifier, but no name and no record")


@define
class _Maker:
    """Makes rows of grants."""

    config: Giving
    clock: Clock
    organisations: Organisations
    findings: Findings = field(factory=Findings, init=False)
    rows: list[tuple[Any, ...]] = field(factory=list, init=False)
    _places: list[Locator] = field(factory=list, init=False)

    def make(self, entry: Entry) -> None:
        """Make the row of a grant, unless there is a problem with it."""
        if entry.problems and not entry.fields:
            return
        native = entry.needed(_ID, "id")
        title = self._title(entry)
        currency, amount = self._amount(entry)
        awarded = entry.read(day, "awardDate")
        self.clock.note_award(entry, awarded)
        period = period_of(entry, self.clock, self.config.dates)
        funders = organisations_of(entry, "fundingOrganization", "funder")
        recipients = self._recipients(entry)
        if entry.problems:
            return
        role, ours = self._our_part(recipients, amount)
        suffix = ""
        if self.config.recurring == "by_award_date" and awarded is not None:
            suffix = f"/{awarded.date.isoformat()[: _LENGTHS[awarded.precision]]}"
        self.rows.append(
            (
                f"{PREFIX}{native}{suffix}",
                title,
                funders[0].id if len(funders) == 1 else None,
                recipients[0].id if len(recipients) == 1 else None,
                role,
                amount,
                ours,
                currency,
                *_known(awarded),
                *_known(period.start),
                *_known(period.end),
                period.months,
            )
        )
        self._places.append(entry.at)
        self.findings.take(entry)
        for named in (*funders, *recipients):
            self.organisations.add(named, entry.at)

    def batch(self) -> Batch:
        """Give the rows as a batch, and begin the next one."""
        columns = zip(*self.rows, strict=True)
        table = pa.table(
            {
                name: pa.array(values, type_)
                for (name, type_), values in zip(_COLUMNS.items(), columns, strict=True)
            }
        )
        found = Batch(GrantAward, table, **places(self._places))
        self.rows, self._places = [], []
        return found

    def _title(self, entry: Entry) -> str | None:
        """Give the title; none where it may tell who somebody is."""
        title = entry.read(_TITLE, "title")
        description = entry.fields.get("description")
        if isinstance(description, str) and has_address(description):
            entry.note("address-in-text")
        if title is not None and has_address(title):
            entry.note("address-in-text")
            return None
        return None if entry.to_individual else title

    def _amount(self, entry: Entry) -> tuple[str | None, int | None]:
        """Read the currency and the amounts; only what was awarded is kept."""
        if self.config.currency is None:
            currency = entry.needed(_code, "currency")
        else:
            currency = entry.read(_code, "currency") or self.config.currency
        if currency is None:
            return None, None
        awarded, disbursed, _applied_for = (
            entry.read(lambda value: minor_units(value, currency), name) for name in _AMOUNTS
        )
        if awarded is None:
            entry.note("amount-missing")
        elif awarded <= 0:
            entry.note("negative-amount" if awarded else "zero-amount")
        if awarded is not None and disbursed is not None and disbursed > max(awarded, 0):
            entry.note("disbursed-above-awarded")
        return currency, awarded

    def _recipients(self, entry: Entry) -> list[Named]:
        """Give the organisations that received it; none where it may be the name of a person."""
        if entry.to_individual:
            entry.note("to-individuals")
            return []
        return organisations_of(entry, "recipientOrganization", "recipient")

    def _our_part(self, recipients: list[Named], amount: int | None) -> tuple[Any, int | None]:
        if not any(named.native in self.config.ours for named in recipients):
            return None, None
        return ("recipient", amount) if len(recipients) == 1 else ("partner", None)


def _code(value: Any) -> str | None:
    code = plain_text(value)
    if code is not None and code not in CURRENCIES:
        capitals = "; write it in capital letters" if code.upper() in CURRENCIES else ""
        message = f"must be a currency code of ISO 4217, such as GBP{capitals}"
        raise CellError("not-a-currency", message)
    return code


def _known(known: Day | None) -> tuple[Any, str]:
    return (None, "day") if known is None else (known.date, known.precision)
