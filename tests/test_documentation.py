"""What the README and its companions say is so."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from coprometrics.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_python_of_the_readme_runs():
    (code,) = blocks(README, "python")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    assert out.getvalue() == "grant_income amount (year 2023/24): GBP 213.00\n"


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "examples/impact-report-2023/README.md"]
)
def test_every_file_that_a_page_links_to_is_there(name: str):
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_every_command_that_the_readme_names_exists():
    named = set(re.findall(r"uv run coprometrics ([a-z]+)", README))
    assert {"check", "import", "metric", "metrics", "csv"} <= named
    with cli.make_context("coprometrics", [], resilient_parsing=True) as context:
        assert named <= set(cli.list_commands(context))


def test_the_number_of_figures_in_the_readme_is_that_of_the_example():
    from coprometrics.documents import load_document
    from coprometrics.report.report_file import Report

    report = load_document(ROOT / "examples" / "impact-report-2023" / "report.yaml", Report).value
    assert f"the {len(report.figures)} figures of a real" in " ".join(README.split())
    assert len(report.sources) == 8
