"""A new plugin as its users have it: built, installed beside the core, found by its files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from coprometrics.scaffold import new_plugin

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
UV = os.environ.get("UV") or shutil.which("uv")


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of the environment of these tests."""
    own = ("PYTHONPATH", "VIRTUAL_ENV", "COPROMETRICS_BLOCK")
    clean = {name: value for name, value in os.environ.items() if name not in own}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True
    )


def needed(*roots: str) -> set[str]:
    """Give the distributions that some need, directly or not, with their own names."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for text in distribution(name).requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def show(name: str, site: Path) -> None:
    """Let an environment see a distribution of this one, so that nothing has to be fetched."""
    there = distribution(name)
    tops = {file.parts[0] for file in there.files or []} - {"..", "__pycache__"}
    for top in tops:
        if not (site / top).exists():
            (site / top).symlink_to(str(there.locate_file(top)))


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a plugin."""
    return new_plugin("tea-till", tmp_path_factory.mktemp("new")).folder


@pytest.fixture(scope="module")
def fresh(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the wheels of the core and of the plugin; gives its commands."""
    if not UV:
        pytest.skip("uv is not here, which builds the wheels")
    if not (ROOT / "src").is_dir():
        pytest.skip("the sources of the core are not here, which its wheel is built from")
    place = tmp_path_factory.mktemp("fresh")
    for project in (ROOT, plugin):
        built = run(UV, "build", "--wheel", "--offline", "--out-dir", place / "dist", project)
        if built.returncode and "cache" in built.stderr:
            pytest.skip("the build backend is not in the cache of uv, and nothing is fetched here")
        assert built.returncode == 0, built.stderr
    made = run(UV, "venv", "--offline", "--python", sys.executable, place / "venv")
    assert made.returncode == 0, made.stderr
    commands = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
    told = run(commands / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    for name in needed("coprometrics", "hypothesis", "pytest") - {"coprometrics"}:
        show(name, Path(told.stdout.strip()))
    wheels = sorted((place / "dist").glob("*.whl"))
    assert len(wheels) == 2
    options = ("--offline", "--no-deps", "--python", commands / "python")
    installed = run(UV, "pip", "install", *options, *wheels)
    assert installed.returncode == 0, installed.stderr
    return commands


def test_its_tests_pass_where_it_is_installed(fresh: Path, plugin: Path) -> None:
    done = run(fresh / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=plugin)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
    assert "deselected" not in done.stdout


def test_it_is_ready_and_imports_the_files_that_it_knows(
    fresh: Path, plugin: Path, tmp_path: Path
) -> None:
    listed = run(fresh / "coprometrics", "importers", "--strict")
    assert "tea-till  coprometrics-tea-till 0.1.0  hook API 1  ready\n" in listed.stdout
    source = plugin / "tests" / "cases" / "receipts" / "receipts.csv"
    done = run(fresh / "coprometrics", "import", source, "--into", tmp_path / "store.duckdb")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "receipts.csv: 7 rows, 4 accepted, 2 refused, 1 skipped\n" in done.stdout
    assert "receipts.csv:5: Amount: must be an amount of GBP such as 1234.50" in done.stderr
    figure = ("metric", "revenue_share", "--data", tmp_path / "store.duckdb")
    assert "GBP 165.00" in run(fresh / "coprometrics", *figure).stdout


def test_no_second_one_of_the_same_name_is_written(fresh: Path, tmp_path: Path) -> None:
    again = run(fresh / "coprometrics", "plugin", "new", "tea_till", "--into", tmp_path)
    assert again.returncode == 2
    assert "there is an importer 'tea-till' already, of coprometrics-tea-till 0.1.0" in again.stderr
    other = run(fresh / "coprometrics", "plugin", "new", "coffee-till", "--into", tmp_path)
    assert other.returncode == 0, other.stderr
    assert (tmp_path / "coprometrics-coffee-till" / "LICENSE").is_file()


def test_the_type_checker_has_nothing_to_say(plugin: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "mypy", "--cache-dir", tmp_path)
    done = run(*command, cwd=plugin)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("Success: no issues found in 6 source files")
