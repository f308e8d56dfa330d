"""The markers of the trials, which run when they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from .workspace import Workspace

collect_ignore = ["fuzzing.py", "harness.py"]
"""Programs of their own, which tests run."""

MARKERS = ("trials", "fuzz")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = str(config.option.markexpr)
    for item in items:
        for name in MARKERS:
            if item.get_closest_marker(name) and name not in asked:
                item.add_marker(pytest.mark.skip(reason=f"long; ask for it with -m {name}"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return Workspace(folder)
