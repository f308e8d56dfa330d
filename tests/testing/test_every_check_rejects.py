"""Every check of the kit rejects an importer that breaks its promise, and accepts all others."""

from __future__ import annotations

import hashlib
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from coprometrics.errors import ParameterError
from coprometrics.importers import Match, Source
from coprometrics.testing import CheckError, repeat_rows
from coprometrics.testing.cases import Case
from coprometrics.testing.checks import CHECKS
from coprometrics.testing.golden import lines_of
from coprometrics.testing.subject import Subject, configured

from .broken_importers import BROKEN
from .sample import PaymentsImporter

CASE = Path(__file__).parent / "cases" / "payments-of-may"
GROWN = 90_000
ROWS = 400


class Rival(PaymentsImporter):
    """Takes any table, where nobody knows more about it."""

    name = "tables"

    def identify(self, source: Source) -> Match | None:
        return Match("table", "the name is that of a table", generic=True)


def failures(importer: type[PaymentsImporter], case: Case, folder: Path) -> dict[str, CheckError]:
    """Make every check; give the errors by its name."""
    found = {}
    config = configured(importer, case)
    with TemporaryDirectory(dir=folder) as name:
        subject = Subject(
            importer, case, config, Path(name),
            grow=repeat_rows, rivals=(Rival(),), grown=GROWN, most_rows=ROWS,
            endless=1 << 20,
        )  # fmt: skip
        for check in CHECKS:
            assert check.missing(subject) is None
            try:
                check.run(subject)
            except CheckError as error:
                found[check.name] = error
    return found


def test_there_is_a_broken_importer_for_every_check() -> None:
    assert list(BROKEN) == [check.name for check in CHECKS]


def test_a_sound_importer_passes_every_check(tmp_path: Path) -> None:
    assert failures(PaymentsImporter, Case.at(CASE), tmp_path) == {}


def test_what_a_column_calls_a_name_need_not_be_listed(tmp_path: Path) -> None:
    folder = tmp_path / CASE.name
    shutil.copytree(CASE, folder)
    (folder / "personal.yaml").unlink()
    found = failures(BROKEN["nothing_personal_leaves"], Case.at(folder), tmp_path)
    told = str(found["nothing_personal_leaves"])
    assert told.startswith("a value of 'full name' in payments-of-may.csv gets out, as it is, in ")
    assert "the field policy of Payment" in told


def test_a_text_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / CASE.name
    shutil.copytree(CASE, folder)
    (folder / "personal.yaml").write_text("- Zephyrine Quill\n- Nobody Here\n")
    with pytest.raises(ParameterError, match="the text 2 is in no source of the case"):
        failures(PaymentsImporter, Case.at(folder), tmp_path)


@pytest.mark.parametrize(
    "leak",
    [
        lambda name, address: hashlib.sha256(address.encode()).hexdigest(),
        lambda name, address: address.partition("@")[0],
        lambda name, address: name.split()[-1].upper(),
        lambda name, address: "ask Dr Who",
        lambda name, address: "call +44 20 7946 0999",
    ],
    ids=["hashed", "local part", "surname", "title", "number"],
)
def test_no_form_of_a_person_gets_out(leak: Callable[[str, str], str], tmp_path: Path) -> None:
    class Leaking(PaymentsImporter):
        def row(self, cells: list[str], *given: Any) -> dict[str, Any]:
            return {**super().row(cells, *given), "policy": leak(cells[4], cells[3])}

    case = Case.at(CASE)
    check = next(check for check in CHECKS if check.name == "nothing_personal_leaves")
    with pytest.raises(CheckError, match=r"gets out, .*the field policy of Payment"):
        check.run(Subject(Leaking, case, configured(Leaking, case), tmp_path))


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_importer_fails_the_check_that_it_is_for_and_no_other(
    name: str, tmp_path: Path
) -> None:
    folder = tmp_path / CASE.name
    shutil.copytree(CASE, folder)
    case = Case.at(folder)
    if name != "case_gives_what_is_expected":
        with warnings.catch_warnings(action="ignore"):
            case.expected.write_text(lines_of(case, BROKEN[name]), "utf-8")
    found = failures(BROKEN[name], case, tmp_path)
    assert list(found) == [name], {failed: str(error) for failed, error in found.items()}
    what, _, remedy = str(found[name]).rpartition("\nWhat to do: ")
    assert what
    assert remedy.endswith(".")
