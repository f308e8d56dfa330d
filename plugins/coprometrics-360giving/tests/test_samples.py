"""Real tables of awards, beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from coprometrics.importers import Context, Source
from coprometrics.importers.runner import ImportResult, import_source
from coprometrics.store import Store
from coprometrics_360giving import Giving, GivingImporter
from coprometrics_360giving.fields import PARTS, PLAIN, READ

from .conftest import TODAY
from .test_importer import FOUND

pytestmark = pytest.mark.samples


def imported(path: Path, **settings: Any) -> ImportResult:
    if not path.is_file():
        pytest.skip("the table is not here")
    source = Source.at(path)
    assert GivingImporter().identify(source) is not None
    context = Context(person_key=lambda _: "0" * 32, now=TODAY)
    return import_source(source, FOUND, Store.open(), config=Giving(**settings), context=context)


def test_real_awards_are_all_accounted_for(samples: Path) -> None:
    result = imported(samples / "awards" / "ptc_awards_min.csv")
    assert (result.accepted["grant_award"], result.refused) == (865, 5)
    assert result.problems == {"ends-before-start": 5}
    said = {notice.code: notice.message for notice in result.notices}
    assert said["disbursed-above-awarded"].startswith("9 grants ")


def test_real_identifiers_that_recur_are_not_merged(samples: Path) -> None:
    path = samples / "awards" / "Sport-England_lottery-awards_min.csv"
    merged = imported(path)
    assert merged.problems == {"conflicting-duplicate": 1_331, "missing-value": 1}
    apart = imported(path, recurring="by_award_date")
    assert (apart.accepted["grant_award"], apart.refused) == (11_139, 1)


def test_what_the_schemas_of_the_standard_require_is_read(samples: Path) -> None:
    path = samples / "360giving" / "360-giving-schema.json"
    if not path.is_file():
        pytest.skip("the schema is not here")
    schema = json.loads(path.read_text("utf-8"))
    properties = schema["properties"]
    assert set(properties) >= READ
    assert {name for rule in schema["oneOf"] for name in rule["required"]} <= READ
    parts = {"plannedDates": "Event", "recipientOrganization": "Organization"}
    for name, definition in parts.items():
        titles = {
            key: one["title"] for key, one in schema["$defs"][definition]["properties"].items()
        }
        assert {key: titles[key] for key in PARTS[name]} == PARTS[name]
    assert {name: properties[name]["title"] for name in PLAIN if name != "currency"} == {
        name: title for name, title in PLAIN.items() if name != "currency"
    }
