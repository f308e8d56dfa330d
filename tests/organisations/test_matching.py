"""Which names look like one, how much, and why."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprometrics.errors import ParameterError
from coprometrics.organisations.codes import register_code
from coprometrics.organisations.comparing import similarity
from coprometrics.organisations.names import read_name
from coprometrics.organisations.parties import Party
from coprometrics.organisations.proposals import propose

WORDS = (
    *("Arts", "arts", "&", "and", "The", "UCL", "Council", "Concil", "Trust,", "Ltd", "1st", "É"),
    *("Borough", "ActC", "ArtsCouncil", "North", "/", "Hall", "(AC)"),
)
WELSH = ["other words for the same", "the same words in another order"]
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


def party(number: int, *names: str, kind: str | None = "charity", parent=(), **codes: str) -> Party:
    return Party(
        name=names[0],
        kind=kind,
        ids=(f"list:{number}",),
        names=names,
        codes={register: frozenset({code}) for register, code in codes.items()},
        parents=frozenset(parent),
        sources=("list.csv",),
    )


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("ARTS COUNCIL", "Arts Council", ["small letters for capitals"]),
        ("Arts & Crafts", "Arts and Crafts", ["'and' for '&'"]),
        ("The Arts Council", "Arts Council", ["one without 'the'"]),
        ("St. John's Hall", "St Johns Hall", ["other punctuation or spaces"]),
        ("U.C.L. Arts", "UCL Arts", ["other punctuation or spaces"]),
        ("Théâtre", "Theatre", ["letters without their accents"]),
        ("\uff35\uff23\uff2c", "UCL", ["the same characters in another form"]),
        ("Arts Ltd", "Arts Limited", ["'limited' for 'ltd'"]),
        ("Arts CIC", "Arts Community Interest Company", ["'cic' for 'community interest company'"]),
        (
            "University College London (UCL)",
            "University College London",
            ["an abbreviation in brackets"],
        ),
        (
            "UCL Institute of Education",
            "Institute of Education, UCL",
            ["other punctuation or spaces", "the same words in another order"],
        ),
        ("Arts Council", "Arts Council", ["the same name"]),
        ("St Ann PTA", "Saint Ann Parent Teacher Association", ["other words for the same"]),
        ("Prifysgol Ayton", "Ayton University", WELSH),
        ("First Ayton Scouts", "1st Ayton Scouts", ["other words for the same"]),
        ("Hall Trust (charity no. 1234567)", "Hall Trust", ["the number of a charity"]),
        ("Blind Men's Aid (BMA)", "Blind Men's Aid", ["an abbreviation in brackets"]),
    ],
)
def test_names_that_differ_by_a_rule_alone_score_100_and_it_is_said(one, other, why):
    (found,) = propose([party(1, one), party(2, other)])
    assert (found.score, list(found.why)) == (100, why)


@pytest.mark.parametrize(
    ("one", "other", "score"),
    [
        ("Age UK (Camden)", "Age UK (Croydon)", 59),  # the brackets hold a place
        ("Arts Ltd", "Arts", 97),
        ("Arts Ltd", "Arts CIC", 85),
        ("3rd Camden Scouts", "4th Camden Scouts", 62),
        ("Institute of Education", "Institute of Educatoin", 95),
        ("UCL (University College London)", "UCL", 95),
        ("Limited", "Ltd", 45),  # nothing else is left of them
        ("Arts (unincorporated)", "Arts Cyf", 85),
        ("Ayton Council", "London Borough of Ayton", 97),
        ("Ayton Metropolitan Borough Council", "Ayton Council", 97),
        ("City of Ayton Council", "Ayton District Council", 85),
        ("Water Arts", "Waterarts", 99),
        ("South Downs Arts", "Southdowns Arts", 99),
        ("Arts 1 2", "Arts 12", 79),
        ("College of Ayton Weavers", "College in Ayton for Weavers", 88),
        ("AHC", "The Ayton Housing Charity", 87),
        ("A.H.A.", "Ayton Housing Association Ltd", 87),
        ("Aha", "Ayton Housing Association", 0),
        ("???", "!!!", 0),
        ("The The", "The", 60),
    ],
)
def test_names_that_differ_otherwise_score_less(one, other, score):
    assert similarity(read_name(one), read_name(other)) == score


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Ayton Congregation of the Brethren of Light",
            "Beeton Congregation of the Brethren of Light",
        ),
        ("The Ayton Society for Old Houses", "The Byton Society for Old Houses"),
        ("North Ayton Women's Institute", "South Ayton Women's Institute"),
        ("Ayton Infant School of Saint Anselm", "Ayton Junior School of Saint Anselm"),
        ("Friends of the Ayton Railway Museum", "Ayton Railway Museum"),
        ("Ayton Primary School PTA", "Ayton Primary School"),
        ("1st Ayton and District Sea Scout Group", "2nd Ayton and District Sea Scout Group"),
        ("Ayton Parish Council", "Ayton Borough Council"),
        ("Aytonshire County Council", "Ayton City Council"),
    ],
)
def test_what_tells_bodies_of_like_names_apart_weighs_more_than_all_they_share(one, other):
    assert propose([party(1, one), party(2, other)]) == []


def test_a_slip_of_the_pen_is_none_of_that():
    for wrong in ("Concil for Old Houses", "Council for Old Huoses", "Counccil for Old Houses"):
        (found,) = propose([party(1, "Council for Old Houses"), party(2, wrong)])
        assert found.score >= 95


def test_a_name_that_gives_two_is_found_by_either():
    for both in (
        "Young Arts (formerly Arts for All)",
        "Arts for All / Celf i Bawb",
        "X Y t/a Arts for All",
    ):
        (found,) = propose([party(1, both), party(2, "Arts for All")])
        assert found.score == 100
        assert "'Arts for All'" in found.why[-1]
    assert propose([party(1, "Arts/Crafts"), party(2, "Crafts")]) == []


def test_as_many_branches_as_a_register_has_are_no_reason_to_give_up():
    places = ["".join(letters) for letters in product("bdfgklmn", "aeio", "lmnr", "d", "ou")]
    branches = [party(n, f"Guild of Weavers, {place} Lodge") for n, place in enumerate(places)]
    found = propose([*branches, party(999, "Guild of Weavers - Badalu Lodge")])
    assert len(found) < len(places) / 4


@given(one=names, other=names)
def test_it_is_symmetric_and_100_is_the_score_of_equal_names_alone(one, other):
    first, second = read_name(one), read_name(other)
    score = similarity(first, second)
    assert score == similarity(second, first)
    assert 0 <= score <= 100
    same = (first.key, first.forms) == (second.key, second.forms) and first.key != ""
    assert (score == 100) == same


@given(st.text(max_size=12))
def test_any_text_can_be_read(text):
    name = read_name(text)
    assert name.key.split() == sorted(name.key.split())
    assert similarity(name, name) == (100 if name.key else 0)


@given(
    lists=st.lists(st.lists(names, min_size=1, max_size=2, unique=True), max_size=7),
    least=st.integers(50, 100),
    chance=st.randoms(),
)
def test_every_pair_that_scores_enough_is_proposed_whatever_the_order(lists, least, chance):
    parties = [party(number, *some) for number, some in enumerate(lists)]
    expected = {}
    for one, other in combinations(parties, 2):
        pairs = product(map(read_name, one.names), map(read_name, other.names))
        score = max(similarity(*pair) for pair in pairs)
        if score >= least:
            expected[frozenset((one.ids, other.ids))] = score
    found = propose(parties, least)
    assert {frozenset((p.first.ids, p.second.ids)): p.score for p in found} == expected
    assert len(found) == len(expected)
    chance.shuffle(parties)
    assert propose(parties, least) == found


def test_equal_numbers_in_a_register_weigh_most_and_differing_ones_rule_a_pair_out():
    ours = party(1, "Age Concern", **{"GB-CHC": "12"})
    renamed = party(2, "Age UK", **{"GB-CHC": "12"})
    branch = party(3, "Age Concern", **{"GB-CHC": "13"})
    company = party(4, "Age Concern", kind="company", **{"GB-COH": "00000012"})
    found = {
        (p.first.ids[0], p.second.ids[0]): p for p in propose([ours, renamed, branch, company])
    }
    assert set(found) == {("list:1", "list:2"), ("list:1", "list:4"), ("list:3", "list:4")}
    assert found["list:1", "list:2"].score == 100
    assert found["list:1", "list:2"].why[0] == "both are GB-CHC-12"
    assert found["list:1", "list:4"].why[-1] == "but one is a charity, the other a company"


def test_an_organisation_is_never_taken_for_what_it_is_part_of():
    assert propose([party(1, "Arts Trust"), party(2, "Arts Trust", parent=["list:1"])]) == []


def test_a_pair_may_be_found_by_another_name():
    (found,) = propose([party(1, "Age UK", "Age Concern"), party(2, "age concern")])
    assert found.why[-1] == "by the names 'Age Concern' and 'age concern'"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("gb-chc-12", ("GB-CHC", "12")),
        ("GB\u2011CHC\u201112 ", ("GB-CHC", "12")),
        ("GB-COH-0001", ("GB-COH", "00000001")),
        ("GB-COH-SC 1", ("GB-COH", "SC1")),
        ("a GB-CHC-12", None),
    ],
)
def test_identifiers_of_registers_are_read_however_they_are_written(text, code):
    assert register_code(text) == code


def test_too_many_pairs_and_a_score_out_of_range_are_refused():
    with pytest.raises(ParameterError, match="use 50 to 100"):
        propose([], 49)
    with pytest.raises(ParameterError, match="more than 10,000 pairs"):
        propose([party(number, "Arts") for number in range(150)])
