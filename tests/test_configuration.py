"""The settings of a workspace are found, checked, and overridden in order."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from coprometrics.configuration import BLOCK_VARIABLE, KEY_VARIABLE, find_configuration
from coprometrics.errors import SchemaError
from coprometrics.records import Income
from coprometrics.tables.json_schema import json_validator, record_schema
from coprometrics.tables.validation import validate


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(BLOCK_VARIABLE, raising=False)
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def test_without_a_file_the_defaults_hold(tmp_path: Path):
    found = find_configuration(tmp_path)
    assert (found.key_file, found.block, dict(found.vocabularies)) == (None, (), {})


def test_the_nearest_file_is_taken(tmp_path: Path):
    (tmp_path / "coprometrics.toml").write_text('block = ["far"]')
    near = tmp_path / "a"
    (near / "b").mkdir(parents=True)
    (near / "pyproject.toml").write_text('[tool.coprometrics]\nblock = ["near"]')
    assert find_configuration(near / "b").block == ("near",)
    (near / "pyproject.toml").write_text("[tool.other]\n")
    assert find_configuration(near / "b").block == ("far",)


def test_the_key_file_is_found_from_the_folder_of_the_settings(tmp_path: Path):
    (tmp_path / "coprometrics.toml").write_text('key_file = "private/people.key"')
    (tmp_path / "a").mkdir()
    found = find_configuration(tmp_path / "a")
    assert found.key_file == str(tmp_path / "private" / "people.key")


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "coprometrics.toml").write_text('key_file = "a.key"\nblock = ["one"]')
    monkeypatch.setenv(KEY_VARIABLE, "/elsewhere/b.key")
    monkeypatch.setenv(BLOCK_VARIABLE, "two, one,")
    found = find_configuration(tmp_path)
    assert (found.key_file, found.block) == ("/elsewhere/b.key", ("one", "two"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("block = [", "not valid TOML"),
        ("blocks = []", "did you mean 'block'"),
        ("block = 3", "'block' must be a list"),
        ('[vocabularies]\n"Income.colour" = ["x"]', "Income has stream, kind"),
        ('[vocabularies]\n"Income.currency" = ["GBP"]', "no field with an open vocabulary"),
        ('[vocabularies]\n"Incomes.kind" = ["x"]', "there is no record type 'Incomes'"),
        ('[vocabularies]\n"Income.kind" = ["Not A Word"]', "cannot be a word of Income.kind"),
    ],
)
def test_wrong_settings_are_named_with_their_file(tmp_path: Path, text: str, message: str):
    (tmp_path / "coprometrics.toml").write_text(text)
    with pytest.raises(SchemaError) as caught:
        find_configuration(tmp_path)
    assert message in str(caught.value)
    assert "coprometrics.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_pinned_vocabulary_is_an_enum_in_every_form():
    words = {"stream": ("talks", "training")}
    row = {"id": "a:1", "stream": "grants", "amount_minor": 1, "currency": "GBP", "kind": "fee"}
    assert record_schema(Income, words)["properties"]["stream"]["enum"] == ["talks", "training"]
    assert not json_validator(Income, words).is_valid(row)
    assert json_validator(Income).is_valid(row)
    issues = validate(pa.Table.from_pylist([row]), Income, vocabulary=words).issues
    assert issues.column("code").to_pylist() == ["not-an-option"]
