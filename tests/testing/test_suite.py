"""The suite as authors of importers meet it: tests of its own, and messages that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from coprometrics.errors import ParameterError
from coprometrics.testing import importer_suite, repeat_rows
from coprometrics.testing.checks import CHECKS

from .broken_importers import Counting
from .sample import PaymentsImporter

HERE = Path(__file__).parent
TestPayments = importer_suite(
    PaymentsImporter(), cases=HERE / "cases", grow=repeat_rows, grown=100_000, rivals=()
)


def test_every_check_is_a_test() -> None:
    names = [name for name in vars(TestPayments) if name.startswith("test_")]
    assert names == [f"test_{check.name}" for check in CHECKS]
    assert all(getattr(TestPayments, name).__doc__.endswith(".") for name in names)


def test_a_check_that_does_not_apply_is_skipped_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "may").mkdir()
    (tmp_path / "may" / "may.txt").write_text("May")
    suite: Any = importer_suite(PaymentsImporter, cases=tmp_path)
    reasons = {}
    for check in CHECKS:
        ((given,),) = [mark.args[1] for mark in vars(suite)[f"test_{check.name}"].pytestmark]
        for mark in given.marks:
            reasons[check.needs] = mark.kwargs["reason"]
    assert reasons == {
        "shuffle": "no file has rows that shuffle of importer_suite finds",
        "values": "no file is CSV or JSON in UTF-8, with values",
        "lines": "no file is CSV or JSON Lines",
        "grow": "nothing repeats rows: give importer_suite grow=repeat_rows or repeat_lines",
    }


def test_a_failure_names_the_check_and_the_case_and_says_what_to_do(tmp_path: Path) -> None:
    suite: Any = importer_suite(Counting, cases=HERE / "cases", rivals=())
    test = suite.test_order_does_not_matter
    (marked,) = test.pytestmark
    ((given,),) = [params for name, params in [marked.args] if name == "case"]
    assert given.id == "payments-of-may"
    with pytest.raises(pytest.fail.Exception) as caught:
        test(suite(), *given.values, tmp_path)
    assert not caught.value.pytrace
    first, *_, last = str(caught.value).splitlines()
    assert first == "payments-of-may.csv gives something else when its rows come in another order:"
    assert '-{"record": "Payment", "id": "pay:line-2"' in str(caught.value)
    assert last.startswith("What to do: let nothing follow from the row before")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "there is no case here"),
        ({"may/config.yaml": "schema: payments-v1\n"}, "there is no source in this case"),
        ({"may/a.csv": "", "may/personal.yaml": "- 7700900123\n"}, "must be a list of texts"),
        ({"may/a.csv": "", "may/personal.yaml": "- Al\n"}, "must be a list of texts"),
    ],
)
def test_cases_that_are_not_as_they_should_be_are_told(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, text in files.items():
        path = tmp_path / "cases" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with pytest.raises(ParameterError, match=message) as caught:
        importer_suite(PaymentsImporter, cases=tmp_path / "cases")
    assert caught.value.remedy
