"""What becomes of one grant: its amounts, its dates, its organisations, and what is said of it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from coprometrics import GrantAward, grant_income
from coprometrics.errors import ConfigError
from coprometrics.periods import CalendarMonths
from coprometrics_360giving import Giving
from coprometrics_360giving.findings import FINDINGS
from coprometrics_360giving.periods import end_after

from .conftest import Read, grant, package

Reader = Callable[..., Read]


def test_a_grant_becomes_an_award_and_two_organisations(read: Reader) -> None:
    found = read(grant())
    award = found.grant
    assert award.id == "360giving:360G-example-1"
    assert award.title == "A garden for everyone"
    assert (award.funder_id, award.recipient_id) == (
        "360giving:GB-COH-99999999", "360giving:GB-CHC-1999999",
    )  # fmt: skip
    assert (award.amount_total_minor, award.amount_ours_minor, award.currency) == (
        100_000, None, "GBP",
    )  # fmt: skip
    assert (award.status, award.end_convention, award.our_role) == ("awarded", "inclusive", None)
    assert (award.awarded_on, award.starts_on, award.ends_on) == (
        dt.date(2023, 3, 1), dt.date(2023, 4, 1), dt.date(2024, 3, 31),
    )  # fmt: skip
    trust, friends = found.organisations["GB-COH-99999999"], found.organisations["GB-CHC-1999999"]
    assert (trust.name, trust.kind, trust.org_id) == ("Example Trust", "company", "GB-COH-99999999")
    assert (friends.name, friends.kind) == ("Garden Friends", "charity")
    assert found.notices == []
    assert [batch.indexes.to_pylist() for batch in found.batches] == [[1], [1, 1]]


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("1000.5", "GBP", 100_050),
        ("1e3", "GBP", 100_000),
        ("1.0E+2", "GBP", 10_000),
        ("0.29", "GBP", 29),
        ("90071992547409.93", "GBP", 9_007_199_254_740_993),
        ("7", "JPY", 7),
        ("1.005", "KWD", 1_005),
        ("-12.50", "GBP", -1_250),
        ("-0.0", "GBP", 0),
        ("0e999", "GBP", 0),
        ('"£1,250.50"', "GBP", 125_050),
        ('" 15 "', "GBP", 1_500),
        ("null", "GBP", None),
        ('""', "GBP", None),
    ],
)
def test_amounts_are_read_exactly(
    read: Reader, written: str, currency: str, minor: int | None
) -> None:
    text = package(grant(amountAwarded=77_777, currency=currency)).replace("77777", written)
    assert read(text).grant.amount_total_minor == minor


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1.005", "finer-than-minor-unit"),
        ("1e-400", "finer-than-minor-unit"),
        ("1e-99999", "finer-than-minor-unit"),
        ("92233720368547758.08", "too-large"),
        ("1e99999", "too-large"),
        ("123456789012345678901234567890", "too-large"),
        ('"1e9"', None),
        ('"€5"', "currency-contradicted"),
        ('"about 5"', "not-an-amount"),
        ("true", "wrong-type"),
        ("[5]", "wrong-type"),
        ('{"value": 5}', "wrong-type"),
    ],
)
def test_what_is_no_exact_amount_is_refused_with_its_place(
    read: Reader, written: str, code: str | None
) -> None:
    found = read(package(grant(amountAwarded=77_777)).replace("77777", written))
    if code is None:
        assert found.grant.amount_total_minor == 10**11
        return
    problem = found.problem
    assert (problem.code, problem.field) == (code, "/grants/0/amountAwarded")
    assert found.refusals[0].at.index == 1


@pytest.mark.parametrize(
    ("written", "date", "precision"),
    [
        ("2019", "2019-01-01", "year"),
        ("2019-04", "2019-04-01", "month"),
        ("2020-02-29", "2020-02-29", "day"),
        ("2019-04-01T23:30:00Z", "2019-04-01", "day"),
        ("2019-04-01T23:30:00.5-05:00", "2019-04-01", "day"),
        ("2019-04-01 00:00", "2019-04-01", "day"),
    ],
)
def test_dates_keep_the_precision_in_which_they_are_known(
    read: Reader, written: str, date: str, precision: str
) -> None:
    award = read(grant(awardDate=written, plannedDates=[{"startDate": written}])).grant
    for name in ("awarded_on", "starts_on"):
        assert str(getattr(award, name)) == date
        assert getattr(award, f"{name}_precision") == precision
    assert award.ends_on is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("01/04/2019", "not-a-date"),
        ("2019-4-1", "not-a-date"),
        ("2019-04-01T25:00", "not-a-date"),
        ("2019-02-30", "no-such-date"),
        ("0000", "no-such-date"),
        (20190401, "wrong-type"),
        (["2019"], "wrong-type"),
    ],
)
def test_what_is_no_date_is_refused(read: Reader, written: Any, code: str) -> None:
    problem = read(grant(plannedDates=[{}, {"startDate": "2019", "endDate": written}])).problem
    assert (problem.code, problem.field) == (code, "/grants/0/plannedDates/1/endDate")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"id": None}, "id", "missing-value"),
        ({"id": " "}, "id", "missing-value"),
        ({"id": 5}, "id", "wrong-type"),
        ({"currency": None}, "currency", "missing-value"),
        ({"currency": "gbp"}, "currency", "not-a-currency"),
        ({"currency": "DEM"}, "currency", "not-a-currency"),
        ({"title": ["A"]}, "title", "wrong-type"),
        ({"title": "Somebody\0Real"}, "title", "not-fitting"),
        ({"title": "Somebody Real" * 200}, "title", "not-fitting"),
        ({"id": "somebody@example.org"}, "id", "not-fitting"),
        ({"id": "Somebody" * 31}, "id", "not-fitting"),
        (
            {"recipientOrganization": [{"name": "Somebody\x07Real"}]},
            "recipientOrganization/0/name",
            "not-fitting",
        ),
        (
            {"plannedDates": [{"startDate": "2019-02", "endDate": "2019-01-31"}]},
            "plannedDates/0/endDate",
            "ends-before-start",
        ),
        ({"plannedDates": {"startDate": "2019"}}, "plannedDates", "wrong-type"),
        ({"plannedDates": ["2019"]}, "plannedDates/0", "wrong-type"),
        ({"fundingOrganization": [{"id": 5}]}, "fundingOrganization/0/id", "wrong-type"),
        ({"recipientOrganization": "Somebody Real"}, "recipientOrganization", "wrong-type"),
    ],
)
def test_what_does_not_fit_is_refused_without_showing_what_may_be_personal(
    read: Reader, changes: dict[str, Any], field: str, code: str
) -> None:
    found = read(grant(**changes))
    assert (found.problem.code, found.problem.field) == (code, f"/grants/0/{field}")
    assert "Somebody" not in repr(found.refusals)


def test_all_problems_of_a_grant_are_told_at_once(read: Reader) -> None:
    found = read(grant(id=1, currency="X", awardDate="soon"), 4, grant())
    fields = [problem.field for problem in found.refusals[0].problems]
    assert fields == ["/grants/0/id", "/grants/0/currency", "/grants/0/awardDate"]
    assert [problem.code for problem in found.refusals[1].problems] == ["not-a-grant"]
    assert len(found.grants) == 1


def test_a_duration_stands_where_there_is_no_end_and_the_metric_counts_it(read: Reader) -> None:
    lasting = grant(amountAwarded=365, plannedDates=[{"startDate": "2023-02-15", "duration": 12.0}])
    award = read(lasting).grant
    assert (award.ends_on, award.duration_months) == (None, 12)
    rows = grant_income([award], periods=CalendarMonths(), basis="days").rows.to_pylist()
    assert rows[0]["amount_minor"] == 14 * 100
    assert (rows[-1]["month"], rows[-1]["amount_minor"]) == ("2024-02", 14 * 100)


def test_the_end_after_a_duration_is_that_of_grant_income() -> None:
    days = [dt.date(year, 1, 27) + dt.timedelta(n) for year in (2023, 2024) for n in range(35)]
    lasting, stated = [], []
    for start, months in itertools.product(days, (1, 2, 11, 12, 13, 48)):
        end = end_after(start, months)
        assert end is not None
        known: dict[str, Any] = {
            "id": f"a:{start}/{months}",
            "currency": "GBP",
            "amount_total_minor": 10_000,
            "starts_on": start,
        }
        lasting.append(GrantAward(**known, duration_months=months))
        stated.append(GrantAward(**known, ends_on=end))
    parts = [grant_income(awards).allocations for awards in (lasting, stated)]
    assert parts[0] == parts[1]


INDIVIDUAL = {"id": "360G-example-IND-1", "name": "Somebody Real"}

QUIRKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("amount-missing", {"amountAwarded": None}, {"amount_total_minor": None}),
    ("zero-amount", {"amountAwarded": 0}, {"amount_total_minor": 0}),
    ("negative-amount", {"amountAwarded": -5}, {"amount_total_minor": -500}),
    ("disbursed-above-awarded", {"amountDisbursed": 1000.01}, {"amount_total_minor": 100_000}),
    ("award-date-missing", {"awardDate": None}, {"awarded_on": None}),
    ("award-date-in-future", {"awardDate": "2024-05-02"}, {"awarded_on": dt.date(2024, 5, 2)}),
    (
        "far-future-dates",
        {"plannedDates": [{"startDate": "2036-05-02"}]},
        {"starts_on": dt.date(2036, 5, 2)},
    ),
    (
        "far-past-dates",
        {"plannedDates": [{"startDate": "1999-04-30"}]},
        {"starts_on": dt.date(1999, 4, 30)},
    ),
    (
        "other-dates",
        {"plannedDates": [{}], "actualDates": [{"startDate": "2023-06"}]},
        {"starts_on": dt.date(2023, 6, 1), "starts_on_precision": "month"},
    ),
    (
        "several-periods",
        {"plannedDates": [{"startDate": "2023-06-01", "endDate": "2023-12"},
                          {"startDate": "2023-05-01", "endDate": "2023-06-30"}]},
        {"starts_on": dt.date(2023, 5, 1), "ends_on": dt.date(2023, 12, 1),
         "ends_on_precision": "month"},
    ),
    (
        "periods-incomplete",
        {"plannedDates": [{"startDate": "2023-06-01", "duration": 3},
                          {"startDate": "2023-05-01", "endDate": "2023-06-30"}]},
        {"starts_on": None, "ends_on": None, "duration_months": None},
    ),
    (
        "several-periods",
        {"plannedDates": [{"startDate": "2023-06", "endDate": "2023"},
                          {"startDate": "2023", "endDate": "2023-06-30"}]},
        {"starts_on": dt.date(2023, 1, 1), "starts_on_precision": "year",
         "ends_on": dt.date(2023, 1, 1), "ends_on_precision": "year"},
    ),
    *(
        (
            "duration-contradicted",
            {"plannedDates": [{"startDate": "2023-01-17", "endDate": end, "duration": 4}]},
            {"ends_on": dt.date.fromisoformat(end), "duration_months": None},
        )
        for end in ("2023-04-16", "2023-06-16")
    ),
    *(
        (
            "duration-unusable",
            {"plannedDates": [{"startDate": "2023", "duration": months}]},
            {"duration_months": None, "starts_on_precision": "year"},
        )
        for months in (4.5, 0, -3, 1_201)
    ),
    ("address-in-text", {"title": "Ask ada@example.org"}, {"title": None}),
    ("address-in-text", {"description": "Ask ada@example.org"}, {"title": "A garden for everyone"}),
    (
        "to-individuals",
        {"recipientOrganization": None, "recipientIndividual": INDIVIDUAL},
        {"recipient_id": None, "title": None},
    ),
    (
        "to-individuals",
        {"recipientOrganization": [INDIVIDUAL], "toIndividualsDetails": {"grantPurpose": ["x"]}},
        {"recipient_id": None, "title": None},
    ),
    ("recipient-id-missing", {"recipientOrganization": None}, {"recipient_id": None}),
    ("funder-id-missing", {"fundingOrganization": [{}]}, {"funder_id": None}),
    (
        "org-id-form",
        {"fundingOrganization": [{"id": "1999999", "name": "Example Trust"}]},
        {"funder_id": "360giving:1999999"},
    ),
    (
        "several-recipients",
        {"recipientOrganization": [{"id": "GB-CHC-1", "name": "A"}, {"id": "GB-CHC-2"},
                                   {"id": "GB-CHC-1", "name": "A"}]},
        {"recipient_id": None},
    ),
    (
        "several-funders",
        {"fundingOrganization": [{"id": "GB-CHC-1", "name": "A"}, {"id": "GB-CHC-2", "name": "B"}]},
        {"funder_id": None},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "changes", "expected"), QUIRKS)
def test_what_a_person_should_look_at_is_told_with_its_place(
    read: Reader, code: str, changes: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = read(grant(id="360G-example-0"), grant(**changes))
    award = {one.id: one for one in found.grants}["360giving:360G-example-1"]
    assert {name: getattr(award, name) for name in expected} == expected
    assert found.findings - {"organisation-without-name"} == {code}
    assert found.said[code] == f"1 grant {FINDINGS[code]} (/grants/1)"
    whole = repr((found.notices, found.grants, found.organisations))
    assert "ada@" not in whole
    assert "Somebody" not in whole


def test_no_finding_is_without_a_quirk() -> None:
    assert {code for code, *_ in QUIRKS} | {"org-id-derived"} == set(FINDINGS)


def test_findings_name_the_first_places_and_count_the_rest(read: Reader) -> None:
    found = read(*(grant(id=f"360G-a-{n}", amountAwarded=0) for n in range(1_005)))
    assert found.said["zero-amount"].endswith("(/grants/0, /grants/1, /grants/2 and 1,002 more)")


OWN_ID = [{"id": "360G-example-ORG-1", "name": "A group"}]


@pytest.mark.parametrize(
    "changes",
    [
        {
            "awardDate": "2024-05-01",
            "amountDisbursed": 1000,
            "plannedDates": [{"startDate": "1999", "endDate": "2036-05-01"}],
        },
        {"plannedDates": [{"startDate": "2023-01-17", "endDate": "2023-06-15", "duration": 4}]},
        {"plannedDates": [{"startDate": "2023-01-17", "endDate": "2023-04-17", "duration": 4}]},
        {"plannedDates": [{"startDate": "2023-06-15", "endDate": "2023"}]},
        {"actualDates": [{"startDate": "2023", "endDate": "2022"}]},
        {"recipientOrganization": OWN_ID},
        {"title": "Tea @ noon"},
    ],
)
def test_what_is_within_its_limits_is_not_told(read: Reader, changes: dict[str, Any]) -> None:
    found = read(grant(**changes))
    assert found.grant.amount_total_minor == 100_000
    assert found.findings == set()


def test_dates_are_judged_by_their_kind(read: Reader) -> None:
    late = [{"startDate": "2029-05-02"}]
    assert read(grant(plannedDates=late)).findings == set()
    actual = read(grant(plannedDates=None, actualDates=late), dates="actual")
    assert actual.findings == {"far-future-dates"}


@pytest.mark.parametrize(
    ("numbers", "native"),
    [
        ({"charityNumber": "1999999"}, "GB-CHC-1999999"),
        ({"charityNumber": 1999999}, "GB-CHC-1999999"),
        ({"charityNumber": "sc099999"}, "GB-SC-SC099999"),
        ({"charityNumber": "NIC199999"}, "GB-NIC-199999"),
        ({"companyNumber": "99999998"}, "GB-COH-99999998"),
        ({"charityNumber": "n/a", "companyNumber": "9999999"}, None),
    ],
)
def test_an_organisation_without_identifier_is_known_by_its_number_or_its_name(
    read: Reader, numbers: dict[str, Any], native: str | None
) -> None:
    found = read(grant(recipientOrganization=[{"name": "Garden  Friends", **numbers}]))
    (id_,) = found.organisations.keys() - {"GB-COH-99999999"}
    assert found.grant.recipient_id == f"360giving:{id_}"
    assert id_ == native or (native is None and id_.startswith("sha256:"))
    assert found.findings == {"recipient-id-missing"} | ({"org-id-derived"} if native else set())
    again = read(grant(recipientOrganization=[{"name": "GARDEN friends", **numbers}]))
    assert again.grant.recipient_id == found.grant.recipient_id


def test_of_several_names_the_most_frequent_stands_whatever_the_order(read: Reader) -> None:
    def given_(name: str, number: int) -> dict[str, Any]:
        recipient = {"id": "GB-CHC-1999999", "name": name}
        return grant(id=f"360G-a-{number}", recipientOrganization=[recipient])

    grants = [
        given_(name, n) for n, name in enumerate(["A Friend", "Friends", "friends", "Friends"])
    ]
    for order in (grants, grants[::-1]):
        friends = read(*order).organisations["GB-CHC-1999999"]
        assert (friends.name, friends.same_as) == ("Friends", ("A Friend", "friends"))


def test_an_organisation_without_a_name_has_no_record(read: Reader) -> None:
    found = read(grant(fundingOrganization=[{"id": "GB-GOR-D1", "name": "ada@example.org"}]))
    assert found.grant.funder_id == "360giving:GB-GOR-D1"
    assert set(found.organisations) == {"GB-CHC-1999999"}
    assert found.findings == {"organisation-without-name", "address-in-text"}


def test_settings_say_what_the_file_does_not(read: Reader) -> None:
    partner = [{"id": "GB-CHC-1999999", "name": "Friends"}, {"id": "XX-1", "name": "Others"}]
    both = [{"startDate": "2023-05-01", "endDate": "2024-03-31"}]
    ours = {"ours": ("GB-CHC-1999999",), "currency": "EUR"}
    own = read(grant(currency=None), **ours).grant
    assert (own.our_role, own.amount_ours_minor, own.currency) == ("recipient", 100_000, "EUR")
    shared = read(grant(recipientOrganization=partner), **ours).grant
    assert (shared.our_role, shared.amount_ours_minor, shared.currency) == ("partner", None, "GBP")
    assert read(grant(actualDates=both), dates="actual").grant.starts_on == dt.date(2023, 5, 1)
    assert read(grant(), recurring="by_award_date").grant.id.endswith("-1/2023-03-01")
    assert read(grant(awardDate="2023"), recurring="by_award_date").grant.id.endswith("-1/2023")
    kinds = read(grant(), kinds={"GB-COH": "not_for_profit"}).organisations
    assert kinds["GB-COH-99999999"].kind == "not_for_profit"
    other = [{"id": "XX-1", "name": "Others"}]
    known = read(grant(fundingOrganization=other), other_kind="network").organisations
    assert known["XX-1"].kind == "network"
    with pytest.raises(ConfigError, match="currency is 'gbp'"):
        Giving(currency="gbp")
    with pytest.raises(ConfigError, match="'A charity' is no kind of organisation"):
        Giving(kinds={"GB-COH": "A charity"})
