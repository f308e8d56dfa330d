"""A real report, beside the project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.samples


def test_a_real_report_of_three_attendees(samples: Path, read_file: Any) -> None:
    path = samples / "eventbrite" / "us-attendees.csv"
    if not path.is_file():
        pytest.skip("the report is not here")
    found = read_file(path, {"event": "77", "timezone": "America/Los_Angeles"})
    assert found.refusals == []
    assert len(found.attendances) == 3
    assert {attendance.status for attendance in found.attendances} == {"registered"}
    assert len({attendance.person_key for attendance in found.attendances}) == 3
    assert all(attendance.registered_at for attendance in found.attendances)
    assert found.incomes == []
    assert "'Company'" in found.notice("unmapped-columns")
