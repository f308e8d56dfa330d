"""The tests of an importer, for pytest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from coprometrics.importers import Importer
from coprometrics.importers.registry import Registry
from coprometrics.testing.cases import Case, Grow, Shuffle, find_cases, shuffle_by_form
from coprometrics.testing.checks import CHECKS, Check
from coprometrics.testing.failure import CheckError
from coprometrics.testing.subject import Subject, configured

__all__ = ["importer_suite"]


def importer_suite(
    importer: Importer | Callable[[], Importer],
    cases: Path,
    *,
    shuffle: Shuffle | None = shuffle_by_form,
    grow: Grow | None = None,
    grown: int = 3 << 19,
    rivals: Sequence[Importer] | None = None,
) -> type:
    """Give the tests of an importer: every check on every case, each as a test of its own.

    A check that needs what no file of a case has, such as rows to bring into another order, is
    skipped there, with the reason.

    Assign what it gives to a name that begins with ``Test``, in a module of tests::

        TestMyImporter = importer_suite(MyImporter, cases=Path(__file__).parent / "cases")

    Args:
        importer: the class of the importer, or what else makes one; or the importer itself.
        cases: the folder with a folder for each case; ``coprometrics.testing.cases`` says what is
            in one.
        shuffle: brings the rows of a file into another order, from its name, its bytes and a
            ``random.Random``; gives None for a file without rows. By default CSV files with one
            header and JSON Lines are known.
        grow: repeats the rows of a file, from its name, its bytes and how many times; gives None
            for a file without rows. ``repeat_rows`` does it for CSV files, ``repeat_lines`` for
            JSON Lines. Without it nothing is said about long sources.
        grown: to about how many bytes a source is grown, where memory is measured; several times
            of what the importer reads at once.
        rivals: the other importers, which must not claim the sources of the cases; by default
            those that are installed.

    Returns:
        A class with a test for each check, parametrised by case.

    Raises:
        ParameterError: when there is no case, or one is not as it should be.
    """
    import pytest

    def make() -> Importer:
        return importer() if callable(importer) else importer

    @cache
    def config_of(case: Case) -> Any:
        return configured(make, case)

    @cache
    def others() -> tuple[Importer, ...]:
        return tuple(_installed(make().name) if rivals is None else rivals)

    def test_of(check: Check, params: list[Any]) -> Callable[..., None]:
        def test(_self: object, case: Case, tmp_path: Path) -> None:
            broken = None
            with TemporaryDirectory(dir=tmp_path) as name:
                folder, config = Path(name), config_of(case)
                try:
                    check.run(Subject(make, case, config, folder, shuffle, grow, others(), grown))
                except CheckError as error:
                    broken = str(error)
            if broken is not None:
                pytest.fail(broken, pytrace=False)

        test.__doc__ = check.doc
        return pytest.mark.parametrize("case", params)(test)

    found = find_cases(Path(cases))
    tests: dict[str, Any] = {"__doc__": "What every importer promises."}
    for check in CHECKS:
        params = []
        for case in found:
            missing = check.missing(Subject(make, case, None, Path(), shuffle, grow))
            marks = [pytest.mark.skip(reason=missing)] if missing else []
            params.append(pytest.param(case, id=case.name, marks=marks))
        tests[f"test_{check.name}"] = test_of(check, params)
    return type("ImporterSuite", (), tests)


def _installed(name: str) -> list[Importer]:
    """Give the importers that are installed, but the one of a name."""
    found = (importer for plugin in Registry().plugins() for importer in plugin.offers)
    return [importer for importer in found if importer.name != name]
