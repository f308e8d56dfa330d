"""What the README and its companions say is so."""

from __future__ import annotations

import contextlib
import doctest
import inspect
import io
import re
from pathlib import Path

import pytest

from coprometrics.cli import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted((ROOT / "docs").rglob("*.md"))
METRIC_PAGES = [page for page in PAGES if page.parent.name == "metrics"]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_python_of_the_readme_runs():
    (code,) = blocks(README, "python")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    assert out.getvalue() == "grant_income amount (year 2023/24): GBP 213.00\n"


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "examples/impact-report-2023/README.md",
        *(page.relative_to(ROOT).as_posix() for page in PAGES),
    ],
)
def test_everything_that_a_page_links_to_is_there(name: str):
    page = ROOT / name
    for target, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]+))?\)", page.read_text("utf-8")):
        there = page.parent / target if target else page
        assert there.exists(), target
        assert not heading or heading in anchors(there.read_text("utf-8")), f"{target}#{heading}"


def anchors(text: str) -> set[str]:
    """Give the headings of a page, as links to them are written."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def examples(page: Path) -> doctest.DocTest:
    """Give the examples of a page as one test; other lines are blank, so that numbers fit."""
    lines, code = [], False
    for line in page.read_text("utf-8").splitlines():
        fence = line.startswith("```")
        code = line == "```python" if fence else code
        lines.append("" if fence or not code else line)
    return doctest.DocTestParser().get_doctest("\n".join(lines), {}, page.name, str(page), 0)


# Lessons have files and commands between their examples: test_lessons.py follows them.
LESSONS = [page for page in PAGES if page.parent.name == "guides" or page.stem == "first-report"]
WITH_EXAMPLES = [
    page
    for page in PAGES
    if page not in LESSONS and (page in METRIC_PAGES or ">>>" in page.read_text("utf-8"))
]


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_give_what_it_shows(page: Path):
    test = examples(page)
    assert test.examples, "a page without an example"
    said = io.StringIO()
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.write)
    assert not result.failed, said.getvalue()


def test_every_metric_has_a_page_with_its_parameters():
    from coprometrics.metrics import METRICS

    index = (ROOT / "docs" / "metrics" / "README.md").read_text("utf-8")
    for name, metric in METRICS.items():
        assert f"({name}.md)" in index
        page = (ROOT / "docs" / "metrics" / f"{name}.md").read_text("utf-8")
        section = page[page.index("\n## Parameters\n") :]
        table = section[: section.index("\n## ", 1)]
        listed = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
        assert listed == list(inspect.signature(metric.function).parameters)


def test_the_page_of_frames_quotes_the_spark_script():
    script = (ROOT / "docs" / "metrics" / "spark_example.py").read_text("utf-8")
    assert script in blocks((ROOT / "docs" / "metrics" / "frames.md").read_text("utf-8"), "python")


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
    assert len(report.sources) == 12


def test_the_report_file_of_the_documentation_fits_its_schema():
    from coprometrics.documents.loading import parse_document
    from coprometrics.report.report_file import Report

    (text,) = blocks((ROOT / "docs" / "report-file.md").read_text("utf-8"), "yaml")
    assert parse_document(text, Report, "report-file.md").value.title == "Impact Report 2023"


def test_the_printed_figures_of_the_documentation_are_read_as_it_says():
    from coprometrics.errors import ReportError
    from coprometrics.report.printed import parse_printed

    page = (ROOT / "docs" / "report-file.md").read_text("utf-8")
    table = page[page.index("## What a printed") : page.index("`rounding` says")]
    rows = [row.split("|")[1:3] for row in table.splitlines() if row.startswith("| `")]
    assert len(rows) > 8
    for cell, meaning in rows:
        printed = [text for text in re.findall(r"`([^`]+)`", cell) if ":" not in text]
        declared = re.search(r"`rounded_to: ([0-9]+)`", cell)
        step = int(declared.group(1)) if declared else None
        assert printed
        for text in printed:
            if "refused" in meaning:
                with pytest.raises(ReportError):
                    parse_printed(text)
            else:
                parse_printed(text, rounded_to=step)


def test_the_page_of_records_is_that_of_the_classes():
    from coprometrics.tables.page import records_page

    page = (ROOT / "docs" / "records.md").read_text("utf-8")
    assert page == records_page(), "write it anew: coprometrics schemas page > docs/records.md"
