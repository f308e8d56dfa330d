"""The sources of the example are what its script makes, and nothing in them is real."""

from __future__ import annotations

import re
import runpy
import zipfile
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "impact-report-2023"


def content(path: Path) -> object:
    """Give what a file holds; how tightly a zip is packed differs from one machine to the next."""
    if path.suffix != ".zip":
        return path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        return {member.filename: packed.read(member) for member in packed.infolist()}


def test_the_script_makes_the_same_files_again(tmp_path: Path):
    made = runpy.run_path(str(EXAMPLE / "make_sources.py"))
    made["main"].__globals__["HERE"] = tmp_path
    made["main"]()
    names = sorted(path.name for path in tmp_path.iterdir())
    there = (EXAMPLE / "sources").iterdir()
    assert names == sorted(path.name for path in there if path.suffix != ".yaml")
    for name in names:
        assert content(tmp_path / name) == content(EXAMPLE / "sources" / name)


def test_every_address_belongs_to_nobody():
    for path in (EXAMPLE / "sources").iterdir():
        for domain in re.findall(rb"@([\w.-]+)", bytes(str(content(path)), "utf-8")):
            assert domain == b"example.org"
