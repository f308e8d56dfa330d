"""A report is held by a project's own tests, by a hook before a commit and by a workflow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
GOOD = """
schema: report-v1
title: Talks
period: {start: 2023-01-01, end: 2023-12-31}
figures:
  all: {printed: "19", manual: the office}
  by.a: {printed: "12", manual: the office}
  by.b: {printed: "7", manual: the office}
  talks: {printed: "1O", manual: the office}
relations:
  - {sum: "by.*", equals: all}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "report.yaml").write_text(GOOD, "utf-8")
    return tmp_path


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def pytest_on(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *options]
    return run([*command, "--rootdir", str(folder), str(folder)], folder)


def test_each_figure_is_a_test_where_it_is_asked_for(folder):
    done = pytest_on(folder, "--coprometrics")
    assert done.returncode == 1
    assert "report.yaml::by::a PASSED" in done.stdout
    assert "report.yaml::talks FAILED" in done.stdout
    assert "[printed-unreadable]" in done.stdout
    assert "3 passed" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_finding_about_several_figures_is_a_test_of_its_own(folder):
    (folder / "report.yaml").write_text(GOOD.replace("19", "17").replace("1O", "10"), "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ncoprometrics = true\n", "utf-8")
    done = pytest_on(folder)
    assert "report.yaml::inconsistent FAILED" in done.stdout
    assert "12 + 7 = 19, printed 17" in done.stdout
    assert "1 failed, 4 passed" in done.stdout


def test_without_being_asked_it_does_nothing(folder):
    assert pytest_on(folder).returncode == 5


def test_a_report_that_cannot_be_read_is_an_error_of_collection(folder):
    (folder / "report.yaml").write_text("schema: report-v1\ntitle: [", "utf-8")
    done = pytest_on(folder, "--coprometrics")
    assert done.returncode == 2 or "1 failed" in done.stdout
    assert "report.yaml" in done.stdout


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))
    return loaded


needs_files = pytest.mark.skipif(
    not (ROOT / "action.yml").exists(), reason="the files of the repository are not here"
)


@needs_files
@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({}, 1, "::error file="),
        ({"fail-on": "warning"}, 1, "printed-unreadable"),
        ({"report": "missing folder"}, 2, ""),
        ({"min-coverage": "100"}, 1, "::error"),
    ],
)
def test_the_shell_of_the_action_checks_a_report(folder, inputs, code, said):
    given = {name: about["default"] for name, about in action()["inputs"].items()} | inputs
    (step,) = (step for step in action()["runs"]["steps"] if step.get("name") == "Check")
    environment = {
        name: given[text.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, text in step["env"].items()
    }
    summary = folder / "summary.md"
    done = run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        folder,
        GITHUB_STEP_SUMMARY=str(summary),
        **environment,
    )
    assert done.returncode == code, done.stderr
    assert said in done.stdout
    if code == 1:
        assert summary.read_text("utf-8").startswith("## Talks")


@needs_files
def test_the_shell_of_the_action_installs_what_it_is_told(folder):
    (step,) = (step for step in action()["runs"]["steps"] if step.get("name") == "Install")
    (folder / "python").write_text('#!/bin/sh\nprintf "<%s>" "$@"\n', "utf-8")
    (folder / "python").chmod(0o755)
    done = run(["bash", "-c", f'PATH="{folder}:$PATH"\n{step["run"]}'], folder, PACKAGES="one two")
    assert done.stdout == "<-m><pip><install><--quiet><one><two>"


@needs_files
def test_the_hook_runs_a_command_that_exists_on_the_files_that_it_names(folder):
    import re

    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert re.search(hook["files"], "reports/2023/report.yaml")
    assert not re.search(hook["files"], "my-report.yaml")
    other = folder / "other"
    other.mkdir()
    (other / "report.yaml").write_text(GOOD.replace("1O", "10"), "utf-8")
    done = run([*hook["entry"].split(), "other/report.yaml"], folder)
    assert done.returncode == 0, done.stdout
    done = run([*hook["entry"].split(), "other/report.yaml", "report.yaml"], folder)
    assert done.returncode == 1
    assert done.stdout.count("Talks") == 2
