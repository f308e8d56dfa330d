"""Blocks of cells to batches of records: rules, conversion, identifiers, refusals."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field, frozen

from coprometrics.errors import WITHHELD
from coprometrics.importers import Batch, Locator, Problem, Refusal
from coprometrics.money import CURRENCIES
from coprometrics.records import field_specs
from coprometrics_csv.arrays import marked, plain, repeated, shared
from coprometrics_csv.blocks import Block
from coprometrics_csv.convert import Cells, Reader, Values, missing_as_null, scattered, trim
from coprometrics_csv.identity import IdentityMaker
from coprometrics_csv.mapping import Mapping
from coprometrics_csv.numerals import Numerals
from coprometrics_csv.people import word_shown
from coprometrics_csv.plan import BoundColumn, Plan, constant_of
from coprometrics_csv.readers import money_reader
from coprometrics_csv.rules import Decision, decide
from coprometrics_csv.slashes import SlashedDate

__all__ = ["Made", "RowMaker"]

_CODES = pa.array(sorted(CURRENCIES), pa.string())


@frozen
class Made:
    """What became of a block.

    Attributes:
        batch: the records, or None when there are none.
        refusals: the rows that do not become records, in their order.
        left_out: how many rows were left out on purpose, by reason.
        slashed: the labels of columns without formats, by position, in which a date in digits
            was met.
    """

    batch: Batch | None
    refusals: list[Refusal]
    left_out: dict[str, int]
    slashed: dict[int, str]


@define
class _Work:
    """The rows of one block on their way: all columns have the same rows."""

    rows: int
    lines: Any
    cells: dict[int, Cells]
    settings: list[tuple[str, Any, Any]]
    values: dict[str, Any] = field(factory=dict)
    problems: dict[int, list[Problem]] = field(factory=dict)
    slashed: dict[int, str] = field(factory=dict)

    def add(self, row: int, problem: Problem) -> None:
        """Note what is wrong with a row."""
        self.problems.setdefault(row, []).append(problem)

    def overridden(self, target: str) -> Any:
        """Say for which rows a rule sets a field; None for no row."""
        found = None
        for name, _, mask in self.settings:
            if name == target:
                found = mask if found is None else pc.or_(found, mask)
        return found


class RowMaker:
    """Makes the records of one file, block by block.

    Args:
        plan: the mapping, bound to the columns of the file.
        mapping: the mapping.
    """

    def __init__(self, plan: Plan, mapping: Mapping) -> None:
        self._plan = plan
        self._mapping = mapping
        self._specs = field_specs(plan.record_type)
        self._identity = IdentityMaker(mapping)
        self._numerals = Numerals(mapping.dialect.decimal, mapping.dialect.group)
        self._money: dict[tuple[str, int], Reader] = {}
        self._stop_reason: str | None = None
        self._constants = {
            name: constant_of(value, self._specs[name]) for name, value in self._fixed().items()
        }
        self._set_values = {
            (name, value): constant_of(value, self._specs[name])
            for rule in mapping.rules
            for name, value in (rule.set or {}).items()
        }

    def _fixed(self) -> dict[str, Any]:
        fixed: dict[str, Any] = dict(self._mapping.constants)
        if isinstance(self._plan.currency, str):
            fixed["currency"] = self._plan.currency
        filled = {bound.column.target for bound in self._plan.columns} | set(fixed)
        if self._mapping.timezone and "timezone" in self._specs and "timezone" not in filled:
            fixed["timezone"] = self._mapping.timezone
        return fixed

    def make(self, block: Block) -> Made:
        """Make the records of a block."""
        left_out = dict(block.left_out)
        rows = len(block.lines)
        if self._stop_reason is not None:
            if rows:
                left_out[self._stop_reason] = rows
            return Made(None, [], left_out, {})
        fields = self._plan.rule_fields
        looked_at = {label: trim(block.cells[position]) for label, position in fields.items()}
        decision = decide(self._mapping.rules, looked_at.__getitem__, rows)
        left_out |= decision.skipped
        if decision.stopped_at is not None:
            line = block.lines[decision.stopped_at].as_py()
            self._stop_reason = f"the rows from line {line} on, where a rule stops"
            left_out[self._stop_reason] = rows - decision.stopped_at
        refusals = _unparsed(block, decision)
        work = _live(block, decision)
        self._fill(work)
        bad = sorted(work.problems)
        lines = work.lines.take(pa.array(bad, pa.int64())).to_pylist()
        refusals += [
            Refusal(Locator(line=line), tuple(work.problems[row]))
            for row, line in zip(bad, lines, strict=True)
        ]
        refusals.sort(key=lambda refusal: refusal.at.line or 0)
        return Made(self._batch(work), refusals, left_out, work.slashed)

    def _fill(self, work: _Work) -> None:
        if not work.rows:
            return
        for name, constant in self._constants.items():
            work.values[name] = _everywhere(constant, work.rows)
        self._fill_identity(work)
        for bound in self._plan.columns:
            if bound.reader is not None:
                self._fill_column(work, bound, bound.reader)
        codes = self._fill_currency(work)
        for bound in self._plan.columns:
            if bound.reader is None:
                self._fill_money(work, bound, codes)
        self._apply_settings(work)

    def _fill_identity(self, work: _Work) -> None:
        ids = self._identity.make([work.cells[position] for position in self._plan.identity])
        work.values["id"] = ids
        if ids.null_count:
            labels = " and ".join((*self._mapping.id.labels[:1], *self._mapping.id.key))
            problem = Problem(
                "missing-id", f"{labels} must not be empty: it identifies the row", labels
            )
            for row in pc.indices_nonzero(ids.is_null()).to_pylist():
                work.add(row, problem)

    def _fill_column(self, work: _Work, bound: BoundColumn, reader: Reader) -> None:
        cells = work.cells[bound.position]
        read = reader.read(cells)
        self._note(work, bound, cells, read)
        target = bound.column.target
        work.values[target] = read.values
        if read.precision is not None:
            work.values[f"{target}_precision"] = read.precision

    def _note(
        self, work: _Work, bound: BoundColumn, cells: Cells, read: Values, excused: Any = None
    ) -> None:
        """Note the problems of a column, but not of rows whose field a rule sets.

        Args:
            work: the rows.
            bound: the column.
            cells: its cells.
            read: what was read from them.
            excused: for which rows a missing value is no problem of this column.
        """
        set_by_rule = work.overridden(bound.column.target)
        missing = read.missing() if bound.needed else None
        if missing is not None:
            for excuse in (set_by_rule, excused):
                if excuse is not None:
                    missing = pc.and_(missing, pc.invert(excuse))
            message = f"{bound.column.target} must not be missing"
            problem = Problem("missing-value", message, bound.label)
            for row in pc.indices_nonzero(missing).to_pylist():
                work.add(row, problem)
        undeclared = bound.column.type in ("date", "datetime") and not bound.column.formats
        for row, fault in read.faults.items():
            if set_by_rule is not None and set_by_rule[row].as_py():
                continue
            text = cells[row].as_py()
            value = WITHHELD if bound.spec.personal else word_shown(text)
            work.add(row, Problem(fault.code, fault.message, bound.label, value))
            if undeclared and SlashedDate.of(text.strip()):
                work.slashed[bound.position] = bound.label

    def _fill_currency(self, work: _Work) -> str | Cells | None:
        currency = self._plan.currency
        if currency is None or isinstance(currency, str):
            return currency
        target = next((b for b in self._plan.columns if b.column.target == "currency"), None)
        if target is None:
            cells = trim(work.cells[currency])
            work.values["currency"] = missing_as_null(cells, self._mapping.nulls)
        codes = plain(work.values["currency"])
        known = pc.or_kleene(pc.is_in(codes, value_set=_CODES), codes.is_null())
        for row in pc.indices_nonzero(pc.invert(known)).to_pylist():
            message = "must be a currency code of ISO 4217, such as GBP"
            value = word_shown(codes[row].as_py())
            work.add(row, Problem("not-a-currency", message, "currency", value))
        if target is None and codes.null_count:
            problem = Problem("missing-value", "currency must not be missing", "currency")
            for row in pc.indices_nonzero(codes.is_null()).to_pylist():
                work.add(row, problem)
        return codes

    def _fill_money(self, work: _Work, bound: BoundColumn, codes: str | Cells | None) -> None:
        cells = work.cells[bound.position]
        excused = None
        if isinstance(codes, str):
            read = self._money_reader(codes, bound).read(cells)
        else:
            read = self._money_by_row(bound, cells, codes)
            excused = pc.invert(pc.is_in(codes, value_set=_CODES))
        self._note(work, bound, cells, read, excused)
        work.values[bound.column.target] = read.values

    def _money_by_row(self, bound: BoundColumn, cells: Cells, codes: Cells) -> Values:
        groups = []
        for code in codes.unique().to_pylist():
            if code in CURRENCIES:
                hit = pc.equal(codes, code).fill_null(False)
                read = self._money_reader(code, bound).read(cells.filter(hit))
                groups.append((pc.indices_nonzero(hit), read))
        return scattered(groups, len(cells), pa.int64())

    def _money_reader(self, currency: str, bound: BoundColumn) -> Reader:
        key = (currency, bound.position)
        if key not in self._money:
            self._money[key] = money_reader(self._numerals, currency)
            self._money[key].nulls = bound.nulls
        return self._money[key]

    def _apply_settings(self, work: _Work) -> None:
        for name, value, mask in work.settings:
            spec, scalar = self._specs[name], self._set_values[name, value]
            if name not in work.values:
                work.values[name] = pa.nulls(work.rows, scalar.type)
            work.values[name] = pc.if_else(mask, scalar, plain(work.values[name]))
            precision = f"{name}_precision"
            if spec.kind == "date" and precision in work.values:
                work.values[precision] = pc.if_else(mask, "day", work.values[precision])
        self._fill_defaults(work)

    def _fill_defaults(self, work: _Work) -> None:
        """Give fields that must have a value the default of the record type, where it has one."""
        from_columns = {bound.column.target for bound in self._plan.columns} | {"id", "currency"}
        for name, values in work.values.items():
            spec = self._specs[name]
            if spec.nullable or not values.null_count:
                continue
            if spec.has_default:
                full = plain(values)
                default = pa.scalar(spec.default, full.type)
                work.values[name] = pc.if_else(full.is_null(), default, full)
            elif name not in from_columns:
                message = f"{name} must not be missing, and no rule sets it for this row"
                for row in pc.indices_nonzero(values.is_null()).to_pylist():
                    work.add(row, Problem("missing-value", message, name))

    def _batch(self, work: _Work) -> Batch | None:
        if work.rows == len(work.problems):
            return None
        rows, lines = pa.table(work.values), work.lines
        if work.problems:
            good = pc.invert(marked(list(work.problems), work.rows))
            rows, lines = rows.filter(good), lines.filter(good)
        return Batch(self._plan.record_type, rows, lines=lines)


def _everywhere(constant: pa.Scalar[Any], rows: int) -> Any:
    """Give a column in which every row has one value."""
    if constant.type != pa.string():
        return repeated(constant, rows)
    return shared(
        pa.array([constant.as_py()], pa.string()), repeated(pa.scalar(0, pa.int8()), rows)
    )


def _unparsed(block: Block, decision: Decision) -> list[Refusal]:
    """Refuse the rows whose cells cannot be relied on, unless a rule leaves them out."""
    kept = decision.kept
    return [
        Refusal(Locator(line=block.lines[row].as_py()), (problem,))
        for row, problem in block.problems.items()
        if kept is None or kept[row].as_py()
    ]


def _live(block: Block, decision: Decision) -> _Work:
    """Take the rows that are still to become records."""
    rows = len(block.lines)
    live = decision.kept
    if block.problems:
        sound = pc.invert(marked(list(block.problems), rows))
        live = sound if live is None else pc.and_(live, sound)
    if live is None or pc.all(live, min_count=0).as_py():
        return _Work(rows, block.lines, dict(block.cells), decision.settings)
    return _Work(
        rows=pc.sum(live).as_py() or 0,
        lines=block.lines.filter(live),
        cells={position: column.filter(live) for position, column in block.cells.items()},
        settings=[(name, value, mask.filter(live)) for name, value, mask in decision.settings],
    )
