"""A document is read with the place of every fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

import attrs
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.documents import (
    DocumentError,
    document_schema,
    load_document,
    setting,
    structure,
)
from coprometrics.documents.loading import parse_document
from coprometrics.documents.yaml import read_yaml
from coprometrics.errors import CoprometricsError, ParameterError, SchemaError


def _not_both(instance: Condition, _attribute: object, _value: object) -> None:
    if instance.equals is not None and instance.regex is not None:
        raise ParameterError("give equals or regex, not both")


@attrs.frozen
class Condition:
    """When a rule holds."""

    field: str | None = setting("The field.", default=None)
    equals: str | None = setting("Its value.", default=None)
    regex: str | None = setting("Its form.", default=None, validator=_not_both)
    all_of: tuple[Condition, ...] | None = setting("All of these.", default=None, name="and")


@attrs.frozen
class Recipe:
    """A small document."""

    document_name: ClassVar[str] = "recipe"
    document_version: ClassVar[int] = 1

    schema: Literal["recipe-v1"] = setting("The schema.")
    serves: int = setting("For how many.", default=4, schema={"minimum": 1})
    since: dt.date | None = setting("Since when.", default=None)
    mood: Literal["calm", "brisk"] = setting("The mood.", default="calm")
    vegan: bool = setting("Whether.", default=False)
    when: Condition | None = setting("When.", default=None)
    parts: Mapping[str, str | int | Condition] = setting("Parts.", factory=dict)
    steps: tuple[str, ...] = setting("Steps.", default=(), schema={"minItems": 1})


def read(text: str) -> Recipe:
    return parse_document(text, Recipe, "r.yaml").value


def test_a_document_becomes_an_object():
    made = read(
        "schema: recipe-v1\nsince: 2023-05-01\nvegan: true\nsteps: [boil, 'serve']\n"
        "when: {and: [{field: a, equals: b}]}\nparts: {salt: 2, oil: some, tea: {field: x}}\n"
    )
    assert made.since == dt.date(2023, 5, 1)
    assert made.when == Condition(all_of=(Condition(field="a", equals="b"),))
    assert made.parts == {"salt": 2, "oil": "some", "tea": Condition(field="x")}
    assert made.steps == ("boil", "serve")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "r.yaml:1:1: must be a mapping"),
        ("- a", "r.yaml:1:1: must be a mapping"),
        ("schema: recipe-v2", "r.yaml:1:9: 'schema' must be 'recipe-v1', not 'recipe-v2'"),
        ("serves: 3", "r.yaml:1:1: the key 'schema' is missing"),
        ("schema: recipe-v1\nserve: 3", "r.yaml:2:1: there is no key 'serve' here; did you mean"),
        ("schema: recipe-v1\nserves: 0", "r.yaml:2:9: 'serves' must be 1 or more, not 0"),
        ("schema: recipe-v1\nserves: 2.5", "r.yaml:2:9: 'serves' must be a whole number"),
        ("schema: recipe-v1\nsince: 2023-02-30", "r.yaml:2:8: 'since' must be a date"),
        ("schema: recipe-v1\nmood: wild", "'mood' must be one of calm, brisk, not 'wild'"),
        ("schema: recipe-v1\nvegan: 1", "'vegan' must be true or false, not 1"),
        ("schema: recipe-v1\nsteps: []", "'steps' must not be empty"),
        ("schema: recipe-v1\nsteps: boil", "'steps' must be a list"),
        ("schema: recipe-v1\nwhen: {feld: 1}", "r.yaml:2:8: there is no key 'feld' here"),
        ("schema: recipe-v1\nparts: {a: [1]}", "r.yaml:2:12: 'a' must be"),
        ("schema: recipe-v1\nparts: {a: {feld: x}}", "r.yaml:2:13: there is no key 'feld'"),
        ("schema: recipe-v1\nwhen: {field: a, equals: b, regex: c}", "equals or regex, not both"),
        ("schema: [", "not valid YAML"),
        ("schema: recipe-v1\nschema: recipe-v1", "r.yaml:2:1: the key 'schema' is there twice"),
        ("a: &x {b: *x}", "refers to itself"),
        ("? [a]\n: b", "a key must be a text"),
        ("[" * 3000, "nested too deeply"),
        ("schema: recipe-v1\n\tserves: 3", "not valid YAML"),
        ("a: !!python/object:os.system x\nschema: recipe-v1", "there is no key 'a'"),
    ],
)
def test_a_fault_is_named_with_its_place(text: str, message: str):
    with pytest.raises(SchemaError) as caught:
        read(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_fault_is_listed():
    with pytest.raises(DocumentError, match="and 2 more problems") as caught:
        read("schema: recipe-v1\nserves: no\nmood: wild\nx: 1")
    assert [p.place.line for p in caught.value.problems] == [2, 3, 4]


def test_an_alias_that_grows_without_end_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for n in range(1, 9):
        lines.append(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]")
    with pytest.raises(SchemaError, match="grows too large"):
        read_yaml("\n".join(lines), "bomb.yaml")


def test_a_number_with_a_fraction_stays_as_it_is_written():
    assert read_yaml("a: 48.60", "f").data == {"a": "48.60"}
    assert read_yaml("a: 1_000", "f").data == {"a": "1_000"}


def test_a_missing_file_a_folder_and_other_encodings_are_named(tmp_path: Path):
    with pytest.raises(SchemaError, match="there is no such file"):
        load_document(tmp_path / "none.yaml", Recipe)
    with pytest.raises(SchemaError, match="cannot be read"):
        load_document(tmp_path, Recipe)
    (tmp_path / "l.yaml").write_bytes("schema: recipe-v1\nmood: caf\u00e9".encode("latin-1"))
    with pytest.raises(SchemaError, match=r"l\.yaml:2: byte 27 is not UTF-8"):
        load_document(tmp_path / "l.yaml", Recipe)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path):
    (tmp_path / "b.yaml").write_text("schema: recipe-v1", encoding="utf-8-sig")
    assert load_document(tmp_path / "b.yaml", Recipe).value == Recipe(schema="recipe-v1")


def test_plain_data_is_checked_alike():
    assert structure({"schema": "recipe-v1"}, Recipe, "here").serves == 4
    with pytest.raises(DocumentError, match="here:1:1"):
        structure({"schema": "recipe-v1", "serves": "x"}, Recipe, "here")


def test_the_schema_is_one_and_carries_the_documentation():
    schema = document_schema(Recipe)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:coprometrics:schema:recipe-v1"
    assert schema["properties"]["serves"]["description"] == "For how many."
    assert schema["properties"]["serves"]["default"] == 4
    assert schema["$defs"]["Condition"]["additionalProperties"] is False


@given(st.text(max_size=200))
def test_no_text_gives_anything_but_an_object_or_an_error_of_the_tree(text: str):
    try:
        read(text)
    except CoprometricsError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 600)),
        "a: " + "{not: " * 200 + "x" + "}" * 200,
    ],
    ids=["by aliases", "by itself"],
)
def test_what_is_nested_too_deep_is_refused(text):
    with pytest.raises(SchemaError, match="nested more than 64 deep"):
        read_yaml(text, "f.yaml")
