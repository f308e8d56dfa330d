"""Mappings are checked before any row is read, and every fault says what would do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from coprometrics.documents import DocumentError, document_schema, load_document
from coprometrics.errors import ConfigError
from coprometrics_csv.dialect import Dialect
from coprometrics_csv.mapping import Column, Condition, CurrencyColumn, Identity, Mapping, Rule

HEAD = "No,Date,Amount,Stream\n"
ROW = "1,2023-12-14,10.50,talks\n"
README = Path(__file__).parents[1] / "README.md"


def columns(**changes: Any) -> dict[str, Any]:
    return {"columns": changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"record": "Incomes"}, "no record type 'Incomes'"),
        (
            columns(amount={"from": ["x"]}),
            r"Income has no field 'amount'; did you mean amount_minor",
        ),
        ({"constants": {"kidn": "fee"}}, "did you mean kind"),
        (columns(id={"from": ["No"]}), "id has a key of its own"),
        (columns(stream={"type": "money"}), "cannot fill a field of string; use type"),
        (columns(received_on={"type": "text"}), "use type date"),
        (columns(stream={"type": "person"}), "type person is for person_key alone"),
        (columns(stream={"formats": ["%Y"]}), "formats says nothing about a column of type text"),
        (columns(stream={"type": "enum"}), "enum needs values"),
        (columns(stream={"type": "enum", "values": {"A": "Not a word"}}), "must be small letters"),
        (
            columns(restricted={"from": ["No"], "type": "bool", "values": {"x": "y"}}),
            "true or false",
        ),
        (columns(received_on={"formats": ["%d/%m"]}), "no year"),
        (columns(received_on={"formats": ["%d/%m/%Y", "%m/%d/%Y"]}), "both orders"),
        (columns(amount_minor={"currency": "gbp"}), "not a currency code"),
        ({"constants": {"kind": "fee", "currency": "GBP"}}, "currency declared twice"),
        ({"constants": {"kind": "fee", "stream": "x"}}, "stream is filled twice"),
        ({"constants": {"kind": 3}}, "kind must be str"),
        ({"constants": {"kind": "A fee"}}, "kind must be small letters"),
        ({"constants": {}}, "nothing fills kind"),
        ({"timezone": "Mars"}, "'Mars' is not a time zone"),
        (
            {"rules": [{"when": {"field": "No", "equals": "1"}, "set": {"currency": "EUR"}}]},
            "cannot set the currency",
        ),
        (
            {"rules": [{"when": {"field": "No", "equals": "1"}, "set": {"kind": None}}]},
            "kind must not be missing",
        ),
        (
            {"rules": [{"when": {"field": "No", "equals": "1"}, "set": {"received_on": "soon"}}]},
            "'soon' is not a date",
        ),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(
    read: Any, income: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        read(HEAD + ROW, income(**changes))


def test_money_columns_share_one_currency(read: Any) -> None:
    mapping = {
        "record": "GrantAward",
        "source": "list",
        "id": {"from": ["No"]},
        "columns": [
            {"target": "amount_total_minor", "from": ["A"], "type": "money", "currency": "GBP"},
            {"target": "amount_ours_minor", "from": ["B"], "type": "money", "currency": "EUR"},
        ],
    }
    with pytest.raises(ConfigError, match="different currencies"):
        read("No,A,B\n1,1,1\n", mapping)


def test_a_date_field_without_precision_takes_days_alone(read: Any) -> None:
    mapping = {
        "record": "AudienceSnapshot",
        "source": "list",
        "id": {"from": ["id"]},
        "columns": [
            {"target": "as_of", "from": ["d"], "type": "date", "formats": ["%Y-%m"]},
            {"target": "value", "from": ["v"], "type": "int"},
        ],
        "constants": {"channel": "x", "measure": "followers"},
    }
    with pytest.raises(ConfigError, match="cannot be known to the month"):
        read("id,d,v\n1,2023-12,5\n", mapping)


def test_people_come_by_type_person_alone(read: Any) -> None:
    mapping = {
        "record": "Attendance",
        "source": "list",
        "id": {"from": ["id"]},
        "columns": [{"target": "person_key", "from": ["Email"], "type": "text"}],
        "constants": {"status": "attended", "activity_id": "list:1"},
    }
    with pytest.raises(ConfigError, match="use type person"):
        read("id,Email\n1,ada@example.org\n", mapping)


def test_the_schemas_are_valid_and_refuse_unknown_keys() -> None:
    for cls in (Mapping, Dialect):
        schema = document_schema(cls)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["additionalProperties"] is False


def test_errors_of_a_mapping_file_name_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("record: Income\nsource: finance\nid: {from: [No]}\ncolums: []\n")
    with pytest.raises(DocumentError) as caught:
        load_document(path, Mapping, name="m.yaml")
    messages = [str(problem) for problem in caught.value.problems]
    assert any(m.startswith("m.yaml:4:1") and "did you mean 'columns'" in m for m in messages)


def example() -> tuple[str, str]:
    """Give the mapping and the table of the README."""
    blocks = README.read_text(encoding="utf-8").split("```")
    mapping = next(b.removeprefix("yaml\n") for b in blocks if b.startswith("yaml\n"))
    table = next(b.removeprefix("csv\n") for b in blocks if b.startswith("csv\n"))
    return mapping, table


def test_the_example_of_the_readme_works(read: Any, tmp_path: Path) -> None:
    from coprometrics.documents.yaml import read_yaml

    mapping, table = example()
    found = read(table, read_yaml(mapping, "README.md").data)
    assert [(r.id, r.amount_minor, r.kind) for r in found.records] == [
        ("finance:INV-001", 123450, "fee"),
        ("finance:INV-002", -1500, "refund"),
    ]
    assert [r.at.line for r in found.refusals] == [6]
    (problem,) = found.refusals[0].problems
    told = f"{problem.field}: {problem.message}, got {problem.value} [{problem.code}]"
    assert f"\nincome.csv:6: {told}\n" in README.read_text(encoding="utf-8")
    assert found.skipped == {
        "the preamble": 1, "void invoices": 1, "the footer": 1,
    }  # fmt: skip


DESCRIBED = (Mapping, Identity, Column, CurrencyColumn, Rule, Condition, Dialect)


def key_table(cls: type[Any]) -> str:
    """Write the keys of a class as the README has them."""
    schema = document_schema(cls)
    rows = [f"### {cls.__name__}\n", schema["description"], "", "| key | meaning |", "|---|---|"]
    for key, part in schema["properties"].items():
        must = " (must be given)" if key in schema.get("required", ()) else ""
        usual = (
            f" Default: `{json.dumps(part['default'])}`." if part.get("default", "") != "" else ""
        )
        rows.append(f"| `{key}`{must} | {part['description']}{usual} |".replace("||", "|"))
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("cls", DESCRIBED)
def test_the_readme_describes_every_key(cls: type[Any]) -> None:
    assert key_table(cls) in README.read_text(encoding="utf-8")
