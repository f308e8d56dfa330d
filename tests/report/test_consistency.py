"""Whether printed figures can all be true: worked answers, and laws on generated reports."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coprometrics.documents import Place
from coprometrics.errors import ReportError
from coprometrics.report.consistency import Group, examine, implied
from coprometrics.report.contradictions import consistency_findings
from coprometrics.report.interval import ROUNDINGS
from coprometrics.report.numerals import locale_format
from coprometrics.report.printed import parse_printed
from coprometrics.report.relations import Known, Link, groups_of, links_of
from coprometrics.report.report_file import Relation

ENOUGH = 100.0
"""Seconds, where what is given must not depend on how busy the machine is."""

TALKS = {"ucl": "7", "charity": "5", "university": "3", "nfp": "1", "network": "1", "funder": "1",
         "public": "1"}  # fmt: skip


def printed(name: str, text: str, *, audited: bool = False, **options: Any) -> Known:
    found = parse_printed(text, **options)
    return Known(name, found.unit, found.currency, found, audited)


def prints(texts: Mapping[str, str], **unprinted: Known) -> dict[str, Known]:
    return {name: printed(name, text) for name, text in texts.items()} | unprinted


def fixes(group: Group) -> list[list[tuple[str, str]]]:
    return [
        [(change.figure, str(change.possible)) for change in correction.changes]
        for correction in group.corrections
    ]


def test_the_talks_have_four_corrections():
    figures = prints({"all": "17", **TALKS})
    (group,) = examine(figures, [Link("sum", (*TALKS, "all"))])
    assert group.verdict == "inconsistent"
    assert fixes(group) == [
        [("all", "exactly 19")],
        [("charity", "exactly 3")],
        [("ucl", "exactly 5")],
        [("university", "exactly 1")],
    ]


def test_an_audited_figure_is_never_a_suspect():
    figures = prints({"all": "17", **TALKS})
    figures["all"] = printed("all", "17", audited=True)
    (group,) = examine(figures, [Link("sum", (*TALKS, "all"))])
    assert [[name for name, _values in fix] for fix in fixes(group)] == [
        ["charity"],
        ["ucl"],
        ["university"],
    ]
    for name in TALKS:
        figures[name] = printed(name, TALKS[name], audited=True)
    (group,) = examine(figures, [Link("sum", (*TALKS, "all"))])
    assert group.verdict == "inconsistent"
    assert group.corrections == ()


SHARES = prints(
    {
        "share.a": "48.6%",
        "share.b": "30%",
        "share.c": "17%",
        "share.d": "4%",
        "share.e": "0.4%",
        "a": "£246,337.00",
        "b": "£150,000.00",
        "c": "£86,078.27",
    },
    total=Known("total", "money", "GBP"),
)
SHARE_LINKS = [
    *(Link("share", (f"share.{name}", name, "total")) for name in "abc"),
    Link("sum", tuple(f"share.{name}" for name in "abcde"), constant=Fraction(1)),
]


def test_shares_at_mixed_precision_pin_the_total_to_the_penny():
    (group,) = examine(SHARES, SHARE_LINKS)
    assert group.verdict == "rounding"
    found = implied(SHARES, SHARE_LINKS, "total")
    assert found is not None
    assert (found.low, found.high) == (50_634_533, 50_738_825)
    assert found.low_closed
    assert found.high_closed


def test_a_share_of_a_known_number_is_a_few_people():
    figures = prints({"share": "35%", "all": "298"}, first=Known("first", "count"))
    found = implied(figures, [Link("share", ("share", "first", "all"))], "first")
    assert str(found) == "103 to 105"


def test_last_years_number_follows_from_the_growth():
    figures = prints({"growth": "17%", "now": "6,138"}, then=Known("then", "count"))
    found = implied(figures, [Link("growth", ("growth", "now", "then"))], "then")
    assert str(found) == "5,224 to 5,268"


def test_a_figure_that_stands_alone_is_what_its_print_says():
    assert str(implied(prints({"a": "24.8K"}), [], "a")) == "24,750 to 24,850"
    assert implied({"a": Known("a", "count")}, [], "a").low == 0


def test_nothing_is_implied_by_a_contradiction():
    figures = prints({"all": "17", **TALKS})
    assert implied(figures, [Link("sum", (*TALKS, "all"))], "all") is None


@pytest.mark.parametrize(
    ("texts", "link", "verdict"),
    [
        ({"a": "3", "b": "3"}, Link("equal", ("a", "b")), "consistent"),
        ({"a": "3", "b": "4"}, Link("equal", ("a", "b")), "inconsistent"),
        ({"a": "24.8K", "b": "24,770"}, Link("equal", ("a", "b")), "rounding"),
        ({"a": "8", "b": "10", "c": "52"}, Link("at_most", ("a", "b", "c")), "consistent"),
        ({"a": "11", "b": "10", "c": "52"}, Link("at_most", ("a", "b", "c")), "inconsistent"),
        ({"a": "33.3%", "b": "1", "c": "3"}, Link("share", ("a", "b", "c")), "rounding"),
        ({"a": "33.4%", "b": "1", "c": "3"}, Link("share", ("a", "b", "c")), "inconsistent"),
        ({"a": "-10%", "b": "90", "c": "100"}, Link("growth", ("a", "b", "c")), "consistent"),
        ({"a": "-12%", "b": "90", "c": "100"}, Link("growth", ("a", "b", "c")), "inconsistent"),
        ({"a": "£5.00", "b": "£5.01", "c": "£10.01"}, Link("sum", ("a", "b", "c")), "consistent"),
        ({"a": "£5", "b": "£5", "c": "£11"}, Link("sum", ("a", "b", "c")), "rounding"),
        ({"a": "£5", "b": "£5", "c": "£12"}, Link("sum", ("a", "b", "c")), "inconsistent"),
        ({"a": "over 100", "b": "90"}, Link("at_most", ("a", "b")), "inconsistent"),
    ],
)
def test_each_kind_of_relation(texts, link, verdict):
    (group,) = examine(prints(texts), [link])
    assert group.verdict == verdict


def test_groups_that_have_nothing_in_common_are_judged_apart():
    figures = prints({"a": "3", "b": "4", "c": "5", "d": "5"})
    links = [Link("equal", ("c", "d")), Link("equal", ("a", "b"))]
    assert [(g.figures, g.verdict) for g in examine(figures, links)] == [
        (("a", "b"), "inconsistent"),
        (("c", "d"), "consistent"),
    ]


def test_without_time_nothing_is_decided():
    (group,) = examine(SHARES, SHARE_LINKS, budget=0)
    assert group.verdict == "undecided"
    with pytest.raises(ReportError, match="what is left to total was not decided in 0 s"):
        implied(SHARES, SHARE_LINKS, "total", budget=0)


def test_a_sum_that_is_plainly_off_is_found_even_without_time():
    figures = prints({"a": "2", "b": "2", "c": "24.8K", "sum1": "5", "sum2": "24.8K"})
    links = [Link("sum", ("a", "b", "sum1")), Link("sum", ("b", "c", "sum2"))]
    group, rest = examine(figures, links, budget=0)
    assert (group.verdict, group.conflict) == ("inconsistent", ("a", "b", "sum1"))
    assert group.broken == (links[0],)
    # Whether the rest fits is not known, even where this one is accepted.
    assert (rest.verdict, rest.links) == ("undecided", (links[1],))


def test_two_slips_in_sums_of_audited_parts_are_told_and_mended_one_by_one():
    figures = prints({"a": "2", "b": "2", "sum1": "5", "sum2": "6"})
    figures["a"] = printed("a", "2", audited=True)
    figures["b"] = printed("b", "2", audited=True)
    links = [Link("sum", ("a", "b", "sum1")), Link("sum", ("a", "b", "sum2"))]
    groups = examine(figures, links)
    assert [group.broken for group in groups] == [(links[0],), (links[1],)]
    assert [fixes(group) for group in groups] == [
        [[("sum1", "exactly 4")]],
        [[("sum2", "exactly 4")]],
    ]


def test_two_slips_that_one_link_ties_together_are_mended_together():
    figures = {name: printed(name, text, audited=name[0] in "ab") for name, text in
               {"a": "2", "b": "3", "c": "1", "d": "1"}.items()}  # fmt: skip
    (group,) = examine(figures, [Link("at_most", ("a", "c", "b", "d"))])
    assert fixes(group) == [[("c", "2 to 3"), ("d", "3 or more")]]


def test_every_contradiction_of_a_group_is_told_with_what_mends_it():
    figures = prints({"a": "9", "b": "8", "c": "3", "d": "2", "e": "7", "f": "7"})
    links = [
        Link("at_most", ("a", "b")), Link("sum", ("c", "d", "b")), Link("equal", ("e", "f")),
        Link("at_most", ("e", "b")),
    ]  # fmt: skip
    first, second = consistency_findings(figures, links)
    assert first.figures == ("a", "b")
    assert first.suspects == (("a",), ("b",))
    assert second.figures == ("b", "c", "d")
    # That e fits b leaves b no less than 7.
    assert second.suspects == (("c",), ("d",))


@settings(max_examples=1 + settings.default.max_examples // 3)
@given(
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
    st.lists(
        st.builds(
            Link,
            st.sampled_from(["sum", "equal", "at_most"]),
            st.permutations("abcd").map(lambda names: tuple(names[:3])),
        ),
        min_size=1,
        max_size=4,
        unique=True,
    ),
)
def test_without_what_every_contradiction_breaks_the_rest_fits(values, links):
    figures = prints(dict(zip("abcd", map(str, values), strict=True)))
    groups = examine(figures, links, budget=ENOUGH)
    broken = [link for group in groups for link in group.broken]
    assert len(broken) == len(set(broken))
    rest = [link for link in links if link not in broken]
    assert {group.verdict for group in examine(figures, rest, budget=ENOUGH)} <= {"consistent"}
    for group in groups:
        for correction in group.corrections:
            off = {change.figure for change in correction.changes}
            mended = {n: Known(n, "count") if n in off else k for n, k in figures.items()}
            left = [*(link for link in rest if link in group.links), *group.broken]
            assert "inconsistent" not in {
                one.verdict for one in examine(mended, left, budget=ENOUGH)
            }


class Truth:
    """A made-up report: true values, and how each is printed."""

    def __init__(self, parts: list[int], chance: Any) -> None:
        self.values = {f"part{n}": part for n, part in enumerate(parts)}
        self.values["whole"] = sum(parts)
        self.values["fewer"] = chance.randint(0, sum(parts))
        self.links = [
            Link("sum", (*[name for name in self.values if name.startswith("part")], "whole")),
            Link("at_most", ("fewer", "whole")),
        ]
        self.shares = {
            f"share{n}": Fraction(part, sum(parts)) for n, part in enumerate(parts) if sum(parts)
        }
        self.links += [
            Link("share", (name, name.replace("share", "part"), "whole")) for name in self.shares
        ]
        if self.shares:
            self.links.append(Link("sum", tuple(self.shares), constant=Fraction(1)))

    def known(self, precision: Any) -> dict[str, Known]:
        found = {}
        for name, value in self.values.items():
            step, rounding = precision(name)
            shown = rounded(Fraction(value), Fraction(10**step), rounding)
            options = {"rounded_to": 10**step} if step else {}
            found[name] = printed(name, f"{int(shown):,}", rounding=rounding, **options)
        for name, share in self.shares.items():
            digits, rounding = precision(name)
            shown = rounded(share * 100, Fraction(1, 10**digits), rounding)
            found[name] = printed(name, f"{Decimal(shown.numerator) / shown.denominator:f}".rstrip(
                "\n") + _zeros(shown, digits) + "%", rounding=rounding)  # fmt: skip
        return found


def _zeros(shown: Fraction, digits: int) -> str:
    text = f"{Decimal(shown.numerator) / shown.denominator:f}"
    have = len(text.partition(".")[2])
    return ("." if digits and not have else "") + "0" * (digits - have)


def rounded(value: Fraction, step: Fraction, rounding: str) -> Fraction:
    """Round by hand; what is not said may be any of them, here half up."""
    units = value / step
    low = units.numerator // units.denominator
    rest = units - low
    match rounding:
        case "floor" | "truncate":
            up = False
        case "ceiling":
            up = rest > 0
        case "half_down":
            up = rest > Fraction(1, 2)
        case "half_even":
            up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and low % 2 == 1)
        case _:
            up = rest >= Fraction(1, 2)
    return (low + up) * step


truths = st.builds(
    Truth, st.lists(st.integers(0, 5000), min_size=2, max_size=5), st.randoms(use_true_random=False)
)


@given(truths, st.randoms(use_true_random=False))
def test_a_report_of_true_values_is_never_called_inconsistent(truth, chance):
    def precision(_name: str) -> tuple[int, str]:
        return chance.randint(0, 2), chance.choice(ROUNDINGS)

    groups = examine(truth.known(precision), truth.links, budget=ENOUGH)
    assert {group.verdict for group in groups} <= {"consistent", "rounding"}


def exactly(name: str) -> tuple[int, str]:
    return (2 if name.startswith("share") else 0), "half_up"


@settings(max_examples=1 + settings.default.max_examples // 3)
@given(truths, st.randoms(use_true_random=False))
def test_a_planted_contradiction_is_found_and_its_figure_is_a_suspect(truth, chance):
    name = chance.choice(sorted(truth.values))
    wrong = truth.values[name] + chance.randint(1, 9) * chance.choice((-1, 1))
    assume(wrong >= 0)
    figures = truth.known(exactly)
    figures[name] = printed(name, f"{wrong:,}")
    rest = {n: k if n != name else Known(n, "count") for n, k in figures.items()}
    open_ = implied(rest, truth.links, name, budget=ENOUGH)
    # Some other value than the true one may fit too.
    assume(open_ is not None and not open_.contains(wrong))
    groups = [
        g for g in examine(figures, truth.links, budget=ENOUGH) if g.verdict == "inconsistent"
    ]
    assert groups
    for group in groups:
        assert name in {change.figure for c in group.corrections for change in c.changes}


@settings(max_examples=1 + settings.default.max_examples // 3)
@given(truths, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_anything(truth, chance):
    figures = truth.known(exactly)
    name = chance.choice(sorted(truth.values))
    figures[name] = printed(name, f"{truth.values[name] + 3:,}")
    mixed = dict(chance.sample(sorted(figures.items()), len(figures)))
    links = [
        Link(
            link.kind, (*chance.sample(link.figures[:-1], len(link.figures) - 1), link.figures[-1])
        )
        if link.kind == "sum" and link.constant is None
        else link
        for link in chance.sample(truth.links, len(truth.links))
    ]
    ours, theirs = (
        examine(figures, truth.links, budget=ENOUGH),
        examine(mixed, links, budget=ENOUGH),
    )
    assert [(g.figures, g.verdict, g.conflict, g.corrections) for g in ours] == [
        (g.figures, g.verdict, g.conflict, g.corrections) for g in theirs
    ]


def test_a_contradiction_is_told_although_the_smallest_is_not_found(monkeypatch):
    from coprometrics.report import _solver

    def too_long(_self: Any, *_names: Any, **_more: Any) -> None:
        raise _solver.UndecidedError

    for name in ("smallest_conflict", "smallest_sets"):
        monkeypatch.setattr(_solver.Solver, name, too_long)
    figures = prints({"all": "17", **TALKS})
    (group,) = examine(figures, [Link("sum", (*TALKS, "all"))])
    assert (group.verdict, group.corrections) == ("inconsistent", ())
    assert set(group.conflict) == set(figures)


def brute_force(figures: Mapping[str, Known], links: list[Link], most: int) -> bool:
    """Try all small whole numbers."""
    names = list(figures)
    for values in itertools.product(range(most + 1), repeat=len(names)):
        at = dict(zip(names, values, strict=True))
        fits = all(
            known.printed is None or known.printed.interval.contains(at[name])
            for name, known in figures.items()
        )
        if fits and all(_holds(link, at) for link in links):
            return True
    return False


def _holds(link: Link, at: Mapping[str, int]) -> bool:
    values = [at[name] for name in link.figures]
    if link.kind == "sum":
        return sum(values[:-1]) == values[-1]
    pairs = itertools.pairwise(values)
    return all(a == b if link.kind == "equal" else a <= b for a, b in pairs)


small = st.integers(0, 3)


@given(
    st.dictionaries(st.sampled_from("abcd"), small.map(str) | st.sampled_from(
        ["over 2", "under 3", "1 to 3", "at least 2", "up to 1"]), min_size=2, max_size=4),
    st.data(),
)  # fmt: skip
def test_the_verdict_is_that_of_trying_all_numbers(texts, data):
    figures = prints(texts)
    names = sorted(figures)
    links = data.draw(st.lists(st.builds(
        Link, st.sampled_from(["sum", "equal", "at_most"]),
        st.permutations(names).map(tuple)), min_size=1, max_size=2))  # fmt: skip
    verdicts = {group.verdict for group in examine(figures, links, budget=ENOUGH)}
    assert ("inconsistent" not in verdicts) == brute_force(figures, links, 10)


WRONG = {
    "no kind": (Relation(), "none of the five kinds"),
    "two kinds": (Relation(sum="a", equals="b", at_most=("a", "b")), "none of the five kinds"),
    "half a kind": (Relation(share="s", part="a"), "none of the five kinds"),
    "no such figure": (Relation(sum="nothing", equals="a"), "there is no figure 'nothing'"),
    "no match": (Relation(sum="x.*", equals="a"), "no figure is called 'x.*'"),
    "own part": (Relation(sum=("a", "b"), equals="a"), "one of its own parts"),
    "twice": (Relation(at_most=("a", "a")), "named twice"),
    "one alone": (Relation(at_most=("a",)), "two figures or more, here is 1"),
    "units": (Relation(sum="a", equals="m"), "do not count the same"),
    "no parts": (Relation(sum=(), equals=3), "a sum has no parts"),
    "another currency": (Relation(sum="m", equals="€5.00"), "neither a figure nor an exact number"),
    "another locale": (Relation(sum="a", equals="1.234,00"), "neither a figure nor an exact"),
    "share of a count": (Relation(share="a", part="b", of="c"), "no percentage or fraction"),
    "constant": (Relation(sum=("a", "b"), equals="many"), "neither a figure nor an exact number"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_relation_that_is_wrong_says_what_to_do(case):
    relation, message = WRONG[case]
    figures = prints({"a": "1", "b": "2", "c": "3", "s": "5%", "m": "£5"})
    with pytest.raises(ReportError, match=message):
        links_of(relation, figures, None)


def test_a_constant_may_be_money_as_printed_or_in_pounds():
    figures = prints({"a": "£5.00", "b": "£7.50"})
    assert links_of(Relation(sum=("a", "b"), equals="£12.50"), figures, None).constant == 1250
    assert links_of(Relation(sum=("a", "b"), equals=12), figures, None).constant == 1200


@pytest.mark.parametrize(
    ("part", "locale", "equals", "constant"),
    [
        ("1", "de-DE", "1.234", 1234),
        ("1", "en-GB", "1,234", 1234),
        ("£1.00", "de-DE", "£1.234,50", 123_450),
        ("50%", "en-GB", "100%", 1),
        ("3.5", "en-GB", "7.5", Fraction(15, 2)),
    ],
)
def test_a_constant_is_read_in_the_reports_own_format(part, locale, equals, constant):
    figures, style = prints({"a": part}), locale_format(locale)
    link = links_of(Relation(sum="a", equals=equals), figures, None, number_format=style)
    assert link.constant == constant


def test_a_count_below_zero_is_said_to_be_one():
    figures = prints({"a": "-5", "b": "-5"})
    for links in ([Link("equal", ("a", "b"))], []):
        found = [*consistency_findings(figures, links, places={"a": Place("report.md", 4, 1)})]
        assert [one.figures for one in found] == [("a",), ("b",)]
        assert all("for a count is not below zero" in one.message for one in found)
        assert all((one.remedy or "").startswith("say unit: quantity") for one in found)
        assert [str(one.place) for one in found] == ["report.md:4:1", "None"]


@pytest.mark.parametrize("text", ["-5%", "-3.5", "-£5", "0", "-5 to 5", "under 5", "under 1"])
def test_what_can_be_below_zero_or_need_not_be_is_no_finding(text: str):
    assert examine(prints({"a": text}), []) == ()


@pytest.mark.parametrize("text", ["-5", "(5)", "under 0", "-9 to -5"])
def test_a_count_below_zero_without_any_relation_is_a_contradiction(text: str):
    (group,) = examine(prints({"a": text}), [])
    assert (group.verdict, group.conflict) == ("inconsistent", ("a",))
    assert fixes(group) == [[("a", "0 or more")]]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=3), max_size=8))
def test_what_hangs_together_is_in_one_group(named: list[list[str]]) -> None:
    links = [Link("equal", tuple(names)) for names in named]
    wanted: list[set[str]] = []
    for names in map(set, named):
        joined = names.union(*(group for group in wanted if group & names))
        wanted = [*(group for group in wanted if not group & names), joined]
    groups = [*groups_of(links)]
    assert sorted(sorted(names) for names, _links in groups) == sorted(map(sorted, wanted))
    for names, mine in groups:
        assert len(names) == len(set(names))
        assert mine == tuple(link for link in links if {*link.figures} & {*names})
