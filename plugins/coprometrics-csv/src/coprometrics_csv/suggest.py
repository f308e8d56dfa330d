"""A mapping proposed for a file, with every doubt marked for a person to settle."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping

from coprometrics.importers import Source
from coprometrics.money import CURRENCIES
from coprometrics.records import FieldSpec, Record, field_specs
from coprometrics_csv.columns import fold
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.numerals import currency_of_label
from coprometrics_csv.slashes import SlashedDate
from coprometrics_csv.survey import ColumnSurvey, Survey, survey

__all__ = ["suggest"]

_WORDS: dict[str, tuple[str, ...]] = {
    "id": ("id", "invoice no", "invoice number", "reference", "ref", "number", "no", "identifier"),
    "amount_minor": ("amount", "total", "total paid", "net", "gross", "value", "sum", "paid"),
    "amount_total_minor": ("amount awarded", "total award", "award amount", "amount", "total"),
    "amount_ours_minor": ("our share", "amount ours", "to us"),
    "currency": ("currency", "ccy"),
    "received_on": ("date", "received", "date received", "paid on", "invoice date", "paid"),
    "paid_on": ("date", "paid on", "payment date"),
    "awarded_on": ("award date", "awarded", "date awarded", "decision date"),
    "starts_on": ("start", "start date", "planned dates start date"),
    "ends_on": ("end", "end date", "planned dates end date"),
    "starts_at": ("start", "starts", "start time", "date", "event date"),
    "ends_at": ("end", "ends", "end time"),
    "as_of": ("date", "as of", "day"),
    "created_at": ("date", "time", "created", "posted"),
    "registered_at": ("order date", "registered", "booked", "date"),
    "checked_in_at": ("checked in", "check in", "arrived"),
    "stream": ("category", "stream", "income type", "source", "account"),
    "kind": ("type", "kind", "sort"),
    "title": ("title", "event", "activity", "project", "description"),
    "name": ("organisation", "organization", "name", "company"),
    "person_key": ("email", "e-mail", "email address"),
    "activity_id": ("session", "activity", "event", "event id"),
    "organisation_id": ("customer", "client", "organisation", "payer", "company"),
    "funder_id": ("funder", "funding org", "funding org identifier"),
    "recipient_id": ("recipient", "recipient org", "recipient org identifier"),
    "status": ("status", "state", "attendee status"),
    "ticket_kind": ("ticket type", "ticket", "price tier"),
    "order_id": ("order", "order no", "order id"),
    "headcount": ("attendees", "headcount", "participants", "number attended"),
    "value": ("value", "count", "followers", "total"),
}
"""What people call the fields in their own tables."""

_CLOSE = 0.75
_SURE = 0.9
_MOST_VALUES = 30
_FIRST_DAY_BEYOND_MONTHS = 13


def suggest(source: Source, record_type: type[Record], *, system: str) -> str:
    """Propose a mapping from a file's first rows to a record type, as YAML with comments.

    What is uncertain is marked ``# doubt:``. Cells of columns that seem to be about people, or
    look like names or addresses, are never shown; nor is a first row that is no header.

    Args:
        source: the CSV file.
        record_type: the type of the records.
        system: the name of the system the file comes from, which begins every identifier.

    Raises:
        SourceError: when the file cannot be read as CSV in any usual way, or has no header.
    """
    seen = survey(source)
    return "\n".join(_Proposal(seen, record_type, system, source.name).lines()) + "\n"


class _Proposal:
    def __init__(self, seen: Survey, record: type[Record], system: str, name: str) -> None:
        self._seen = seen
        self._record = record
        self._system = system
        self._name = name
        self._specs = field_specs(record)
        self._chosen = _matches(seen.columns, self._specs)

    def lines(self) -> Iterator[str]:
        """Write the mapping line by line."""
        yield f"# Proposed from the first {self._seen.rows:,} rows of {self._name}."
        yield "# Settle every line marked 'doubt' before importing: an import guesses nothing."
        yield "schema: csv-mapping-v1"
        yield f"record: {self._record.__name__}"
        yield f"source: {self._system}"
        yield from self._dialect()
        if any(spec.kind == "instant" for spec in self._specs.values()):
            yield "timezone: Europe/London  # doubt: the place whose clocks the times are from"
        yield from self._identity()
        yield from self._columns()
        yield from self._rest()

    def _dialect(self) -> Iterator[str]:
        given, usual = self._seen.dialect, Dialect()
        lines = []
        if given.encodings != usual.encodings:
            names = ", ".join(given.encodings)
            doubt = "it is not UTF-8; check letters with accents after the import"
            lines.append(f"  encodings: [{names}]  # doubt: {doubt}")
        if given.delimiter != usual.delimiter:
            lines.append(f"  delimiter: {_quoted(given.delimiter)}")
        if self._seen.ragged:
            yield f"# doubt: {self._seen.ragged} rows have more or fewer cells than the header;"
            yield "# where the table begins lower down, give labels of its header as anchor"
        if lines:
            yield "dialect:"
            yield from lines

    def _identity(self) -> Iterator[str]:
        column = self._identifier
        if column is not None:
            if column is not self._chosen.get("id"):
                yield "# doubt: every row looked at has another text here; is it an identifier?"
            yield f"id: {{from: [{_quoted(column.label)}]}}"
            return
        labels = [
            _quoted(c.label)
            for c in self._seen.columns
            if c.label and not c.personal and not c.named
        ]
        yield "# doubt: no column of identifiers was found; name one with id: {from: [...]}, or"
        yield "# keep the labels that together tell one row from another, and never those of people"
        yield f"id: {{key: [{', '.join(labels)}]}}" if labels else 'id: {from: ["id"]}'

    @property
    def _identifier(self) -> ColumnSurvey | None:
        """The column that tells rows apart: the one called so, or else one that looks like it."""
        chosen = self._chosen.get("id")
        if chosen is not None and _tells_rows_apart(chosen):
            return chosen
        used = {id(column) for name, column in self._chosen.items() if name != "id"}
        spare = [
            column
            for column in self._seen.columns
            if column.label and id(column) not in used and column.codes
            and _tells_rows_apart(column)
        ]  # fmt: skip
        # Of several the one with the likeliest label, and codes with letters before numbers.
        return max(spare, key=lambda c: (_likeness("id", c.label), not c.whole), default=None)

    def _columns(self) -> Iterator[str]:
        found = []
        constants = []
        for name, spec in self._specs.items():
            column = self._chosen.get(name)
            if name == "id" or (name == "currency" and self._has_money and column is None):
                continue
            if column is not None:
                if _likeness(name, column.label) < _SURE:
                    found.append(f"  # doubt: is {_quoted(column.label)} the {name}?")
                if column.named:
                    found.append(
                        f"  # doubt: {_quoted(column.label)} may hold names or addresses of "
                        "people; if so, leave it out"
                    )
                found += list(self._column(name, spec, column))
            elif not spec.has_default and name != "timezone":
                constants += list(_lacking(name, spec))
        yield "columns:" if any(not line.startswith("#") for line in found) else "columns: []"
        yield from found
        if constants:
            given = [line for line in constants if not line.lstrip().startswith("#")]
            yield "constants:" if given else "constants: {}"
            yield from constants

    @property
    def _has_money(self) -> bool:
        return any(spec.unit and name in self._chosen and "minor" in name
                   for name, spec in self._specs.items())  # fmt: skip

    def _column(self, name: str, spec: FieldSpec, column: ColumnSurvey) -> Iterator[str]:
        head = f"  - {{target: {name}, from: [{_quoted(column.label)}]"
        if name.endswith("_minor"):
            yield from self._money(head, column)
        elif spec.personal:
            yield f"{head}, type: person}}"
        elif spec.kind == "date":
            yield from _dated(head, column, "date")
        elif spec.kind == "instant":
            yield from _dated(head, column, "datetime")
        elif spec.kind == "integer":
            yield f"{head}, type: int}}" + ("" if column.whole else "  # doubt: not all are whole")
        elif spec.kind == "boolean":
            yield f"{head}, type: bool}}"
        elif spec.kind == "strings":
            kind = "ids" if name.endswith("_ids") else "texts"
            yield f"{head}, type: {kind}}}  # doubt: several in a cell are told apart by ;"
        elif name.endswith(("_id", "_key")):
            yield f"{head}, type: id}}"
        elif name == "currency" or not (spec.options or spec.forbids == "[^a-z0-9_]"):
            yield f"{head}}}"
        else:
            yield from _words(head, spec, column)

    def _money(self, head: str, column: ColumnSurvey) -> Iterator[str]:
        if "currency" in self._chosen:
            yield f"{head}, type: money}}"
        elif currency_of_label(column.label):
            yield f"{head}, type: money, currency: header}}"
        else:
            signs = {sign for text in column.texts for sign in re.findall("[£€]|[A-Z]{3}", text)}
            codes = {{"£": "GBP", "€": "EUR"}.get(sign, sign) for sign in signs} & set(CURRENCIES)
            code = codes.pop() if len(codes) == 1 else "GBP"
            yield f"{head}, type: money, currency: {code}}}  # doubt: the currency"

    def _rest(self) -> Iterator[str]:
        used = {id(column) for column in (*self._chosen.values(), self._identifier)}
        rest = [c for c in self._seen.columns if c.label and id(c) not in used]
        if rest:
            yield "# not used; personal columns are best left out"
            yield f"ignore: [{', '.join(_quoted(column.label) for column in rest)}]"


def _matches(
    columns: tuple[ColumnSurvey, ...], specs: Mapping[str, FieldSpec]
) -> dict[str, ColumnSurvey]:
    """Give each field the column whose label is closest to what people call it."""
    scores = [
        (_likeness(name, column.label), -number, name, column)
        for number, column in enumerate(columns)
        for name, spec in specs.items()
        if column.label and column.texts and _may_fill(spec, column)
    ]
    chosen: dict[str, ColumnSurvey] = {}
    taken: set[int] = set()
    for score, _, name, column in sorted(scores, key=lambda found: found[:2], reverse=True):
        if score >= _CLOSE and name not in chosen and id(column) not in taken:
            chosen[name] = column
            taken.add(id(column))
    return chosen


def _may_fill(spec: FieldSpec, column: ColumnSurvey) -> bool:
    if spec.personal:
        return column.addresses
    if column.personal:
        return False
    if spec.kind in ("date", "instant"):
        return bool(column.dates) or not column.numeric
    return spec.kind != "integer" or column.numeric


def _likeness(name: str, label: str) -> float:
    text = re.sub(r"[^a-z0-9]+", " ", fold(label)).strip()
    plain = name.removesuffix("_minor").replace("_", " ")
    ratios = [
        difflib.SequenceMatcher(None, text, word).ratio() for word in (plain, *_WORDS.get(name, ()))
    ]
    inside = any(re.search(rf"\b{word}\b", text) for word in _WORDS.get(name, ()))
    return max(*ratios, 0.8 if inside else 0.0)


def _tells_rows_apart(column: ColumnSurvey) -> bool:
    return not column.personal and not column.named and column.distinct


def _dated(head: str, column: ColumnSurvey, kind: str) -> Iterator[str]:
    wanted = {"date": "iso", "datetime": "instants"}[kind]
    if column.dates == wanted:
        yield f"{head}, type: {kind}}}"
        return
    if column.dates != "slashed":
        yield f"  # doubt: how the dates of {_quoted(column.label)} are written; add formats"
        yield f"{head}, type: {kind}}}"
        return
    dates = [date for text in column.texts if (date := SlashedDate.of(text))]
    example = next((date for date in dates if date.ambiguous), dates[0])
    day_first, month_first = example.day_first, example.month_first
    beyond = [
        max(numbers) >= _FIRST_DAY_BEYOND_MONTHS
        for numbers in zip(*((date.first, date.second) for date in dates), strict=True)
    ]
    if beyond == [True, False]:
        yield f"{head}, type: {kind}, formats: [{_quoted(day_first)}]}}"
    elif beyond == [False, True]:
        yield f"{head}, type: {kind}, formats: [{_quoted(month_first)}]}}"
    else:
        yield f"  # doubt: day/month order, as in {example.text}: add one of"
        yield f"  #   formats: [{_quoted(day_first)}]"
        yield f"  #   formats: [{_quoted(month_first)}]"
        yield f"{head}, type: {kind}}}"


def _words(head: str, spec: FieldSpec, column: ColumnSurvey) -> Iterator[str]:
    known = spec.options or spec.examples
    alike = {text: _alike(text, known) for text in column.texts}
    repeated = 2 * len(column.texts) <= column.texts.total()
    if column.named or not (any(alike.values()) or (repeated and not spec.options)):
        words = f"one of {', '.join(known)}" if known else "a word"
        yield f"  # doubt: its texts do not look like kinds of things, and are not shown; {words}"
        yield f"{head}, type: enum, values: {{}}}}"
        return
    yield f"{head}, type: enum, values: {{"
    for text in sorted(column.texts)[:_MOST_VALUES]:
        slug, near = _slug(text), alike[text]
        value = near or slug
        sure = slug in known
        if (spec.options and not near) or not re.match("[a-z]", value):
            value, sure = (known or ("other",))[0], False
        doubt = "" if sure else f"  # doubt: one of {', '.join(known)}" if known else "  # doubt"
        yield f"      {_quoted(text)}: {value},{doubt}"
    if len(column.texts) > _MOST_VALUES:
        yield f"      # doubt: {len(column.texts) - _MOST_VALUES} more texts; perhaps no category"
    yield "    }}"


def _alike(text: str, known: tuple[str, ...]) -> str:
    """Give the known word that a text resembles, or an empty text."""
    return next(iter(difflib.get_close_matches(_slug(text), known, 1)), "")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def _lacking(name: str, spec: FieldSpec) -> Iterator[str]:
    known = spec.options or spec.examples
    if known and name != "currency":
        yield f"  {name}: {known[0]}  # doubt: no column found; one of {', '.join(known)}"
    elif name == "currency":
        yield "  currency: GBP  # doubt: no column found"
    else:
        yield f"  # doubt: no column found for {name}; add it to columns or here"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
