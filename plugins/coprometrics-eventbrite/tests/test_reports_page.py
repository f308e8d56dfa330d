"""The settings that the pages show can be used, and the plugin's page names every one."""

from __future__ import annotations

import re
from pathlib import Path

import attrs
import pytest

from coprometrics_eventbrite import Eventbrite

PLUGIN = Path(__file__).parents[1]
PAGE = PLUGIN.parents[1] / "docs" / "importers" / "eventbrite.md"


def test_every_setting_is_explained() -> None:
    page = (PLUGIN / "README.md").read_text("utf-8")
    firsts = re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
    named = set(re.findall(r"`([a-z_]+)`", " ".join(firsts)))
    assert {field.name for field in attrs.fields(Eventbrite)} - {"schema"} <= named


def test_the_settings_of_the_pages_can_be_used() -> None:
    from coprometrics.documents.loading import parse_document

    for page in (PLUGIN / "README.md", PAGE):
        if not page.is_file():
            pytest.skip("the documentation is not here")
        text = page.read_text("utf-8")
        blocks = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        assert blocks
        for block in blocks:
            assert parse_document(block, Eventbrite, page.name).value.schema == "eventbrite-v1"
