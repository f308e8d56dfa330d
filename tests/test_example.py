"""The sources of the example are what its script makes, and nothing in them is real."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "impact-report-2023"


def test_the_script_makes_the_same_files_again(tmp_path: Path):
    made = runpy.run_path(str(EXAMPLE / "make_sources.py"))
    made["main"].__globals__["HERE"] = tmp_path
    made["main"]()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in (EXAMPLE / "sources").glob("*.csv"))
    for name in names:
        assert (tmp_path / name).read_bytes() == (EXAMPLE / "sources" / name).read_bytes()


def test_every_address_belongs_to_nobody():
    for path in (EXAMPLE / "sources").glob("*.csv"):
        for domain in re.findall(r"@([\w.-]+)", path.read_text("utf-8")):
            assert domain == "example.org"
