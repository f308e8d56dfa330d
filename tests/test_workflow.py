"""The workflow of the code host runs what everybody runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

WORKFLOW = Path(__file__).parents[1] / ".github" / "workflows" / "check.yml"


@pytest.mark.skipif(not WORKFLOW.exists(), reason="the files of the repository are not here")
def test_the_workflow_runs_the_same_checks():
    (job,) = YAML(typ="safe").load(WORKFLOW.read_text("utf-8"))["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands == ["bash .ci/run"]
    assert (WORKFLOW.parents[2] / ".ci" / "run").exists()
