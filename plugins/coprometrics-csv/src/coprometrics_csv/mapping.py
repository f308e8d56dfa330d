"""What the columns of a CSV file mean: the declared way from its cells to records."""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs

from coprometrics.documents import setting
from coprometrics.documents.patterns import check_pattern
from coprometrics.errors import ConfigError
from coprometrics_csv.dialect import Dialect

__all__ = ["Column", "ColumnType", "Condition", "CurrencyColumn", "Identity", "Mapping", "Rule"]

ColumnType = Literal[
    "text", "texts", "id", "ids", "person", "enum", "bool", "int", "money", "date", "datetime"
]
"""How the cells of a column are read."""

Value = str | int | bool | None
"""A value of a target field as it is written in a mapping."""


@attrs.frozen
class CurrencyColumn:
    """The column that holds the currency of each row."""

    column: tuple[str, ...] = setting(
        "The labels it may have; its cells hold ISO 4217 codes.",
        examples=(["Currency"],),
        schema={"minItems": 1},
    )


@attrs.frozen
class Column:
    """One column of the file and the field of the record that it fills.

    Labels are compared without regard to capitals, spaces at the ends, repeated spaces and a
    byte order mark. Cells are compared and read without the spaces at their ends.
    """

    target: str = setting("The field of the record.", examples=("received_on",))
    labels: tuple[str, ...] = setting(
        "The labels that the column may have in the header.",
        name="from",
        examples=(["Date", "Paid on"],),
        schema={"minItems": 1},
    )
    type: ColumnType = setting(
        "How cells are read. text: as they are. id: an identifier, always text, to which the "
        "source is put in front. person: an e-mail address, also as mailto: or after a name in <>, "
        "turned into a pseudonym and never shown; see addresses. enum: words, by way of values. "
        "bool: yes or no. int: whole numbers, also as 312.0 or 1,482. money: amounts in major "
        "units. date and datetime: see formats. texts and ids: several in one cell, see separator.",
        default="text",
    )
    formats: tuple[str, ...] = setting(
        "The ways dates are written, with the directives %d %m %Y %y %b %B %a %A %j %H %I %M %S "
        "%f %p %z %%. Without formats only ISO 8601 is read. %I and %p go together. Where no other "
        "text stands between them, numbers must have all their digits, as in 01122023. A format "
        "without %d (or %m) gives dates known to the month (or year). Names of months are English "
        "in every locale.",
        default=(),
        examples=(["%d/%m/%Y"], ["%d %B %Y", "%B %Y"]),
    )
    timezone: str | None = setting(
        "The IANA time zone of datetimes without an offset; the mapping's by default.",
        default=None,
        examples=("Europe/London",),
    )
    fold: Literal["earlier", "later"] | None = setting(
        "Which of the two is meant by a local time that a clock change makes happen twice. "
        "Without it such a row is refused.",
        default=None,
    )
    nulls: tuple[str, ...] = setting(
        "Texts that mean missing, besides an empty cell and the mapping's nulls.",
        default=(),
        examples=(["N/A", "-"],),
    )
    values: dict[str, str | int | bool] = setting(
        "For enum, bool, texts and ids: what each text stands for. A text that is not listed "
        "refuses its row.",
        factory=dict,
        examples=({"Consulting": "consultancy"},),
    )
    fold_case: bool = setting("Whether values are found without regard to capitals.", default=False)
    currency: str | CurrencyColumn | None = setting(
        "For money: a code such as GBP, a column, or the word header, which takes the code or "
        "sign from the label, as in Amount (GBP). By default the currency of the record.",
        default=None,
        examples=("GBP", {"column": ["Currency"]}, "header"),
    )
    source: str | None = setting(
        "For id and ids: the system that gave the identifiers; the mapping's source by default.",
        default=None,
        examples=("sessions",),
        schema={"pattern": "^[a-z0-9][a-z0-9_.-]*$"},
    )
    addresses: bool = setting(
        "For person: whether its cells are e-mail addresses, so that all other texts refuse their "
        "row. false where it identifies people in another way, as by a member number.",
        default=True,
    )
    separator: str = setting(
        "For texts and ids: what stands between them.", default=";", schema={"minLength": 1}
    )
    required: bool | None = setting(
        "true: the column must be there and no cell may be missing. false: the column may be "
        "absent. By default it must be there, and cells may be missing where the record allows.",
        default=None,
    )
    occurrence: int | None = setting(
        "Which of several columns with these labels is meant, counted from 1 on the left.",
        default=None,
        schema={"minimum": 1},
    )


@attrs.frozen
class Identity:
    """Where the identifier of a record comes from: a column, or a hash of several.

    From a column it is ``source:cell``. From a key it is ``source:sha256:`` and the SHA-256 of
    the named cells, so that the same row keeps its identifier in every export.
    """

    labels: tuple[str, ...] = setting(
        "The labels that the column of identifiers may have.",
        name="from",
        default=(),
        examples=(["Invoice no"],),
    )
    key: tuple[str, ...] = setting(
        "The labels of the columns that together tell one row from another. None of them may be "
        "about people: a row with an @ in one is refused.",
        default=(),
        examples=(["Date", "Payer", "Amount"],),
    )
    number_repeats: bool = setting(
        "With key: whether rows that are equal in all key columns are different records, told "
        "apart by counting them in the order of the file. Memory grows with the number of rows.",
        default=False,
    )
    occurrence: int | None = setting(
        "Which of several columns with the labels is meant, counted from 1 on the left.",
        default=None,
        schema={"minimum": 1},
    )

    def __attrs_post_init__(self) -> None:
        if bool(self.labels) == bool(self.key):
            raise ConfigError("id needs either from or key, and not both", where="csv mapping")
        if self.number_repeats and not self.key:
            raise ConfigError("number_repeats goes with key", where="csv mapping")


@attrs.frozen
class Condition:
    """A question about one row, asked of its cells before they are converted.

    It has either ``field`` with ``equals`` or ``regex``, or one of ``and``, ``or`` and ``not``.
    """

    field: str | None = setting("The label of a column.", default=None)
    equals: str | tuple[str, ...] | None = setting(
        "The text, or one of the texts, that the cell is, capitals included.", default=None
    )
    regex: str | None = setting(
        "A regular expression of RE2 that is found in the cell.", default=None
    )
    every: tuple[Condition, ...] = setting("Conditions that must all hold.", name="and", default=())
    some: tuple[Condition, ...] = setting(
        "Conditions of which one must hold.", name="or", default=()
    )
    inverse: Condition | None = setting("A condition that must not hold.", name="not", default=None)

    def __attrs_post_init__(self) -> None:
        tests = [self.equals is not None, self.regex is not None]
        forms = [self.field is not None, bool(self.every), bool(self.some), bool(self.inverse)]
        if sum(forms) != 1 or sum(tests) != (self.field is not None):
            raise ConfigError(
                "a condition is either field with one of equals and regex, or one of and, or, not",
                where="csv mapping",
                remedy="nest conditions with and, or, not",
            )
        if self.regex is not None:
            check_pattern(self.regex, "regex", ConfigError, where="csv mapping")


@attrs.frozen
class Rule:
    """What happens to rows for which a condition holds.

    Rules are asked in their order. The first ``skip`` or ``stop`` that holds decides; of several
    ``set`` for one field the last wins, also over the column.
    """

    when: Condition = setting("The rows it is about.")
    set: dict[str, Value] | None = setting(
        "Values for fields of the record; null for missing.",
        default=None,
        examples=({"kind": "refund"},),
    )
    skip: str | None = setting(
        "Leaves the row out, for the reason given here.",
        default=None,
        examples=("void invoices",),
        schema={"minLength": 1},
    )
    stop: bool = setting("Leaves out the row and all that follow.", default=False)

    def __attrs_post_init__(self) -> None:
        if [bool(self.set), bool(self.skip), self.stop].count(True) != 1:
            raise ConfigError(
                "a rule needs exactly one of set, skip and stop: true", where="csv mapping"
            )


@attrs.frozen
class Mapping:
    """How the rows of a CSV file become records of one type.

    A field that has neither a column nor a constant is missing, or has the default of the
    record type. Every column of the file is mapped, used by a rule, ignored by name, or listed
    in a notice.
    """

    document_name: ClassVar[str] = "csv-mapping"
    document_version: ClassVar[int] = 1

    record: str = setting("The type of the records.", examples=("Income", "Attendance"))
    source: str = setting(
        "The system that the file comes from; it begins every identifier.",
        examples=("finance",),
        schema={"pattern": "^[a-z0-9][a-z0-9_.-]*$"},
    )
    id: Identity = setting("Where the identifier of a record comes from.")
    columns: tuple[Column, ...] = setting("The columns and the fields they fill.")
    schema: Literal["csv-mapping-v1"] = setting(
        "The version of this document's schema.", default="csv-mapping-v1"
    )
    dialect: Dialect = setting("How the file is written.", factory=Dialect)
    timezone: str | None = setting(
        "The IANA time zone of datetimes without an offset. It also fills the record's field "
        "timezone, where the type has one and nothing else fills it.",
        default=None,
        examples=("Europe/London",),
    )
    nulls: tuple[str, ...] = setting(
        "Texts that mean missing in every column, besides an empty cell.",
        default=(),
        examples=(["N/A"],),
    )
    constants: dict[str, str | int | bool] = setting(
        "Fields that have one value in every row.", factory=dict, examples=({"kind": "fee"},)
    )
    rules: tuple[Rule, ...] = setting("What to do with certain rows.", default=())
    ignore: tuple[str, ...] = setting(
        "Labels of columns that are known and left out on purpose.",
        default=(),
        examples=(["Notes"],),
    )
