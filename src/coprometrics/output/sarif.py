"""The check of a report as SARIF 2.1.0, which code hosts show beside the lines it is about."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

from coprometrics.documents import Place
from coprometrics.report.findings import CODES, Finding
from coprometrics.report.result import Check

__all__ = ["check_as_sarif", "fingerprint"]

_LEVELS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "info": "note"}


def check_as_sarif(check: Check) -> str:
    """Write a check as SARIF 2.1.0.

    Rule ids are the codes of findings. A fingerprint says which finding it is, wherever it moves
    to. Accepted findings are suppressed, with their reason.
    """
    codes = list(CODES)
    seen: Counter[str] = Counter()
    results = []
    for finding in check.findings:
        print_ = fingerprint(finding)
        seen[print_] += 1
        results.append(_result(finding, codes.index(finding.code), f"{print_}:{seen[print_]}"))
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "coprometrics",
                        "semanticVersion": version("coprometrics"),
                        "rules": [_rule(name) for name in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def fingerprint(finding: Finding) -> str:
    """Give what stays the same of a finding when lines are added above it.

    Examples:
        >>> from attrs import evolve
        >>> from coprometrics.documents import Place
        >>> here = Finding("figure-mismatch", "talks is 17", figures=("talks",))
        >>> fingerprint(here) == fingerprint(evolve(here, place=Place("report.md", 4, 1)))
        True
    """
    # A message may name lines; it only counts where nothing else says what the finding is about.
    said = (finding.statement, finding.printed, finding.expected)
    known = finding.figures or finding.statement
    parts = (finding.code, *finding.figures, *said, None if known else finding.message)
    about = "\0".join(part or "" for part in parts)
    return hashlib.sha256(about.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _rule(name: str) -> dict[str, Any]:
    code = CODES[name]
    return {
        "id": name,
        "shortDescription": {"text": code.meaning},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(finding: Finding, rule: int, print_: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.in_words},
        "partialFingerprints": {"coprometrics/v1": print_},
    }
    if finding.place is not None:
        result["locations"] = [_location(finding.place)]
    if finding.accepted is not None:
        reason = f"{finding.accepted.reason} (until {finding.accepted.until.isoformat()})"
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": reason}
        ]
    return result


def _location(place: Place) -> dict[str, Any]:
    uri = quote(PurePath(place.file).as_posix(), errors="replace")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place.part is not None:
        # A region of lines is for text files; of a page or a paragraph there is but the name.
        return {"physicalLocation": physical, "logicalLocations": [{"name": place.part}]}
    physical["region"] = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)}
    return {"physicalLocation": physical}
