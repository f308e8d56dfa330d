"""A report in a project's own tests: each figure is a test, and so is every other finding.

``pytest --coprometrics`` takes up every ``report.yaml`` below the paths that it is given; the
setting ``coprometrics = true`` does the same always.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from coprometrics.report.findings import Finding

__all__ = ["ReportFile", "ReportItem"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting that ask for it."""
    words = "check every report.yaml as a test"
    group = parser.getgroup("coprometrics")
    group.addoption("--coprometrics", action="store_true", default=False, help=words)
    parser.addini("coprometrics", words, type="bool", default=False)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ReportFile | None:
    """Take up report files, where they are asked for."""
    wanted = parent.config.getoption("--coprometrics") or parent.config.getini("coprometrics")
    if not wanted or file_path.name != "report.yaml":
        return None
    file: ReportFile = ReportFile.from_parent(parent, path=file_path)
    return file


class ReportFile(pytest.File):
    """A report file, whose figures are tests."""

    def collect(self) -> Iterator[ReportItem]:
        """Check the report, and give a test for each figure and each other finding."""
        from coprometrics.errors import CoprometricsError
        from coprometrics.report.check import check_report

        try:
            found = check_report(self.path, today=dt.datetime.now().astimezone().date())
        except CoprometricsError as error:
            raise self.CollectError(str(error)) from None
        grave = found.failing("error")
        for outcome in found.outcomes:
            mine = tuple(f for f in grave if f.figures == (outcome.id,))
            yield ReportItem.from_parent(self, name=outcome.id, findings=mine)
        known = {outcome.id for outcome in found.outcomes}
        for finding in grave:
            if len(finding.figures) != 1 or finding.figures[0] not in known:
                yield ReportItem.from_parent(self, name=finding.code, findings=(finding,))


class ReportItem(pytest.Item):
    """One figure of a report, or a finding about several; it fails with what was found."""

    def __init__(self, *, findings: tuple[Finding, ...], **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # what pytest itself hands over
        self.findings = findings

    def runtest(self) -> None:
        """Fail where there is a finding."""
        if self.findings:
            raise FindingsError(self.findings)

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: object = None,  # noqa: ARG002  (pytest may give it)
    ) -> str:
        """Show the findings, and nothing of this module."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Give the line of the report that the test is about."""
        places = (f.place for f in self.findings if f.place and Path(f.place.file) == self.path)
        line = next((place.line - 1 for place in places if place.part is None), None)
        return self.path, line, self.name


class FindingsError(Exception):
    """What was found about a figure."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
