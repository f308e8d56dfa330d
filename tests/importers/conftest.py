"""A source that an invented importer is said to read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coprometrics.importers import Source


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "income.csv"
    path.write_text("whatever")
    return Source.at(path)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path, 0o600)
    return path
