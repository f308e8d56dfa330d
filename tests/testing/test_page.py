"""The page about the kit says what the kit is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import coprometrics.testing
from coprometrics.testing import strategies
from coprometrics.testing.checks import CHECKS

KIT = Path(coprometrics.testing.__file__).parent
PAGE = (Path(__file__).parents[2] / "docs" / "plugins" / "testing.md").read_text("utf-8")


def test_every_check_is_on_the_page_with_its_promise() -> None:
    section = PAGE[PAGE.index("\n## The checks\n") : PAGE.index("\n`rivals` are")]
    listed = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    assert listed == [(check.name, check.doc) for check in CHECKS]


@pytest.mark.parametrize("module", [coprometrics.testing, strategies])
def test_every_public_name_is_on_the_page(module: object) -> None:
    names = module.__all__  # type: ignore[attr-defined]  # both modules have one
    assert [name for name in names if not re.search(rf"\b{name}\b", PAGE)] == []


def test_the_kit_uses_only_what_plugin_authors_could_use() -> None:
    """The strategies alone may look into the definitions that they follow from."""
    private = {}
    for path in KIT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                parts = [*(node.module or "").split("."), *(name.name for name in node.names)]
                if any(part.startswith("_") and part != "__future__" for part in parts):
                    private[path.name] = node.module
    assert private == {"strategies.py": "coprometrics.records._rules"}


def test_neither_pytest_nor_hypothesis_is_needed_to_write_golden_files() -> None:
    needs = {
        path.name
        for path in KIT.rglob("*.py")
        for node in ast.parse(path.read_text("utf-8")).body
        if re.search(r"\b(import|from) (pytest|hypothesis)\b", ast.unparse(node))
        and isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert needs == {"strategies.py"}
