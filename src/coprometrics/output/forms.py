"""A check in whatever form is asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TextIO

from coprometrics.output.github import check_as_annotations, check_as_summary
from coprometrics.output.json import check_as_json
from coprometrics.output.junit import check_as_junit
from coprometrics.output.sarif import check_as_sarif
from coprometrics.output.text import print_check
from coprometrics.report.result import Check

__all__ = ["print_as"]

_FORMS = {"json": check_as_json, "sarif": check_as_sarif}


def print_as(form: str, check: Check, file: TextIO, *, fail_on: str = "error") -> None:
    """Print a check in a form.

    With ``github`` the summary goes to the file that ``GITHUB_STEP_SUMMARY`` names, if it does.

    Args:
        form: ``text``, ``json``, ``junit``, ``sarif`` or ``github``.
        check: the check.
        file: where to print.
        fail_on: the least grave findings that fail the check; ``junit`` tells them from others.
    """
    if form == "text":
        print_check(check, file)
    elif form == "github":
        file.write(check_as_annotations(check))
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(summary).open("a", encoding="utf-8", errors="backslashreplace") as steps:
                steps.write(check_as_summary(check))
    elif form == "junit":
        file.write(check_as_junit(check, fail_on))
    else:
        file.write(_FORMS[form](check))
