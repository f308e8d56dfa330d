"""The rooms of the house: who may import whom, and what a plain import loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import coprometrics

PACKAGE = Path(coprometrics.__file__).parent
ORDER = [
    ["errors"],
    ["money", "periods", "rounding", "timezones"],
    ["records"],
    ["documents"],
    ["configuration", "plugins"],
    ["tables"],
    ["store"],
    ["metrics"],
    ["importers"],
    ["report"],
    ["organisations"],
    ["output"],
    ["cli", "pytest_plugin", "scaffold", "testing"],
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem in RANK
)


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "coprometrics":
                names = [f"coprometrics.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        rooms |= {name.split(".")[1] for name in names if name.startswith("coprometrics.")}
    return rooms


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_rooms_before_its_own(path: Path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for other in imported_rooms(path):
        assert RANK[other] <= RANK[room], f"{path.name} in {room} imports from {other}"


def test_every_room_is_in_the_order():
    there = {
        p.name.removesuffix(".py") for p in PACKAGE.iterdir() if not p.name.startswith(("_", "."))
    }
    assert there - {"py.typed"} == set(RANK)


def loaded_by(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(' '.join(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in out.stdout.splitlines()[-1].split()}


HEAVY = {
    *("pyarrow", "duckdb", "narwhals", "z3", "jsonschema", "pandas", "polars", "numpy"),
    *("docx", "lxml", "pypdfium2", "rapidfuzz", "hypothesis", "pytest"),
}


@pytest.mark.parametrize("code", ["import coprometrics", "from coprometrics import Activity"])
def test_a_plain_import_loads_nothing_heavy(code: str):
    loaded = loaded_by(code)
    assert "attrs" in loaded or code == "import coprometrics"
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["check", "--help"], ["import", "--help"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]):
    code = (
        "import contextlib, io, sys\n"
        f"sys.argv = ['coprometrics', *{arguments!r}]\n"
        "from coprometrics.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): main()"
    )
    assert loaded_by(code) & (HEAVY | {"coprometrics_csv"}) == set()


def test_the_public_names_are_sorted_and_all_exist():
    assert coprometrics.__all__ == sorted(coprometrics.__all__)
    for name in coprometrics.__all__:
        assert getattr(coprometrics, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        coprometrics.nothing  # noqa: B018


def test_no_module_is_longer_than_it_should_be():
    lengths = {
        path.name: len(path.read_text("utf-8").splitlines()) for path in PACKAGE.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 450} == {}
