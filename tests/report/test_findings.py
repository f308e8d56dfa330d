"""Findings and their acceptance."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.documents import Place
from coprometrics.errors import ReportError
from coprometrics.report.findings import CODES, Acceptance, Finding, apply_accepted, sort

TODAY = dt.date(2026, 11, 22)
YESTERDAY = TODAY - dt.timedelta(days=1)


def acceptance(*figures: str, until: dt.date = TODAY, code: str = "figure-mismatch") -> Acceptance:
    return Acceptance(code, figures, "as published", until, Place("report.yaml", 9, 3))


def mismatch(*figures: str) -> Finding:
    return Finding("figure-mismatch", "wrong", figures, place=Place("report.md", 4, 1))


def test_every_code_is_kebab_case_and_explained() -> None:
    for name, code in CODES.items():
        assert name == code.name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert code.meaning.endswith(".")
    assert list(CODES) == sorted(CODES)


def test_the_severity_follows_from_the_code() -> None:
    assert mismatch().severity == "error"
    assert Finding("consistent-by-rounding", "rounded").severity == "info"
    assert Finding("accepted-stale", "stale").severity == "warning"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ReportError, match="not the code of a finding"):
        Finding("figure-wrong", "wrong")
    with pytest.raises(ReportError, match="not the code of a finding"):
        Acceptance("figure-wrong", (), "because", TODAY)


@pytest.mark.parametrize(("code", "reason"), [("accepted-stale", "ok"), ("figure-mismatch", "  ")])
def test_an_acceptance_needs_a_reason_and_a_finding_of_the_report(code: str, reason: str) -> None:
    with pytest.raises(ReportError):
        Acceptance(code, (), reason, TODAY)


def test_an_accepted_finding_stays_with_its_acceptance() -> None:
    known = acceptance("b", "a")
    (found,) = apply_accepted([mismatch("a", "b")], [known], TODAY)
    assert found.accepted is known
    assert str(found).endswith("[figure-mismatch] (accepted: as published)")


def test_an_acceptance_covers_all_findings_it_fits() -> None:
    found = apply_accepted([mismatch("a"), mismatch("a")], [acceptance("a")], TODAY)
    assert [finding.accepted is None for finding in found] == [False, False]


@pytest.mark.parametrize("figures", [(), ("a", "b"), ("b",)])
def test_an_acceptance_of_other_figures_does_not_fit(figures: tuple[str, ...]) -> None:
    stale, found = sorted(
        apply_accepted([mismatch("a")], [acceptance(*figures)], TODAY), key=lambda f: f.code
    )
    assert (stale.code, stale.figures) == ("accepted-stale", tuple(sorted(figures)))
    assert str(stale.place) == "report.yaml:9:3"
    assert found.accepted is None


def test_an_acceptance_of_another_code_does_not_fit() -> None:
    found = apply_accepted([mismatch("a")], [acceptance("a", code="printed-unreadable")], TODAY)
    assert {finding.code for finding in found} == {"figure-mismatch", "accepted-stale"}


def test_an_acceptance_holds_on_its_last_day_and_not_after() -> None:
    assert len(apply_accepted([mismatch("a")], [acceptance("a", until=TODAY)], TODAY)) == 1
    found = apply_accepted([mismatch("a")], [acceptance("a", until=YESTERDAY)], TODAY)
    assert [finding.code for finding in found] == ["figure-mismatch", "accepted-expired"]
    assert found[0].accepted is None
    assert "ended on 2026-11-21" in found[1].message


def test_an_acceptance_both_stale_and_expired_is_stale() -> None:
    (found,) = apply_accepted([], [acceptance("a", until=YESTERDAY)], TODAY)
    assert found.code == "accepted-stale"


def test_the_same_acceptance_twice_is_refused() -> None:
    with pytest.raises(ReportError, match=r"report\.yaml:9:3: .*accepted twice"):
        apply_accepted([], [acceptance("a", "b"), acceptance("b", "a")], TODAY)


def test_findings_are_shown_by_place_then_code_then_figures() -> None:
    nowhere = Finding("record-refused", "no id")
    ordered = [
        nowhere,
        Finding("figure-mismatch", "x", ("b",), place=Place("a.md", 2, 9)),
        Finding("figure-mismatch", "x", ("a",), place=Place("a.md", 10, 1)),
        Finding("figure-mismatch", "x", ("b",), place=Place("a.md", 10, 1)),
        Finding("printed-unreadable", "x", ("a",), place=Place("a.md", 10, 1)),
        Finding("figure-mismatch", "x", ("a",), place=Place("a.md", 10, 2)),
        Finding("figure-mismatch", "x", ("a",), place=Place("b.md", 1, 1)),
    ]
    assert list(sort(reversed(ordered))) == ordered
    assert str(nowhere) == "error: no id [record-refused]"


prints = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2"]), max_size=2)
findings = st.builds(
    Finding,
    st.sampled_from([code for code in CODES if not code.startswith("accepted-")]),
    st.sampled_from(["x", "y"]),
    st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple),
    place=st.none() | st.builds(Place, st.sampled_from("fg"), st.integers(1, 3), st.integers(1, 3)),
    prints=prints,
)
acceptances = st.lists(
    st.builds(
        Acceptance,
        st.sampled_from(["figure-mismatch", "printed-unreadable"]),
        st.lists(st.sampled_from("abc"), max_size=2),
        st.just("known"),
        st.sampled_from([YESTERDAY, TODAY]),
        printed=st.none() | prints,
    ),
    unique_by=lambda known: (known.code, known.figures),
)


@given(st.lists(findings), acceptances, st.randoms())
def test_the_order_of_what_goes_in_makes_no_difference(
    found: list[Finding], known: list[Acceptance], random: object
) -> None:
    expected = apply_accepted(found, known, TODAY)
    random.shuffle(found)  # type: ignore[attr-defined]
    random.shuffle(known)  # type: ignore[attr-defined]
    assert apply_accepted(found, known, TODAY) == expected


@given(st.lists(findings), acceptances)
def test_no_finding_is_lost_and_each_acceptance_is_accounted_for(
    found: list[Finding], known: list[Acceptance]
) -> None:
    result = apply_accepted(found, known, TODAY)
    about = [finding for finding in result if finding.code.startswith("accepted-")]
    assert len(result) - len(about) == len(found)
    used = {finding.accepted.key for finding in result if finding.accepted}
    told = {(finding.message.split()[3], finding.figures) for finding in about}
    assert used | told == {acceptance.key for acceptance in known}
    # One that says what was printed covers nothing that is printed otherwise.
    for finding in result:
        if finding.accepted is not None and finding.accepted.printed is not None:
            now, then = dict(finding.prints), dict(finding.accepted.printed)
            assert all(now.get(name) == then.get(name) for name in finding.figures)
