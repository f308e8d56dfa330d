"""The check says of every printed figure whether the records give it, and where it is wrong."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest

from coprometrics.documents import document_schema
from coprometrics.errors import CoprometricsError
from coprometrics.importers import Locator, Problem, Refusal
from coprometrics.importers.runner import ImportResult
from coprometrics.output.json import CheckResult, check_as_json
from coprometrics.output.text import check_as_text
from coprometrics.report.check import check_report
from coprometrics.report.result import Check
from coprometrics.report.sources import _refused

TODAY = dt.date(2024, 6, 1)
EXAMPLE = Path(__file__).parents[2] / "examples" / "impact-report-2023"

MAPPING = """
record: Income
source: finance
id: {from: [No]}
columns:
  - {target: received_on, from: [Date], type: date, formats: ["%d/%m/%Y"]}
  - {target: stream, from: [Stream]}
  - {target: amount_minor, from: [Amount], type: money}
  - {target: currency, from: [Currency]}
constants: {kind: fee}
"""
INCOME = """No,Date,Stream,Amount,Currency
1,03/01/2023,talks,100.00,GBP
2,04/01/2023,training,300.00,GBP
"""
REPORT = """schema: report-v1
title: A small report
period: {start: 2023-01-01, end: 2023-12-31}
sources:
  - {importer: csv, path: income.csv, mapping: income.mapping.yaml}
document: report.md
statements:
  - "Talks brought {talks.share} of our income."
figures:
  talks.share: {metric: revenue_share, where: {stream: talks}, value: share}
"""
TEXT = "# Report\n\nTalks brought **25%** of our income.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "report.yaml", REPORT)
    write(tmp_path, "report.md", TEXT)
    write(tmp_path, "income.csv", INCOME)
    write(tmp_path, "income.mapping.yaml", MAPPING)
    return tmp_path


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> None:
    (folder / name).write_text(text, encoding=encoding)


def check(folder: Path) -> Check:
    return check_report(folder, today=TODAY)


def codes(found: Check) -> list[str]:
    return [finding.code for finding in found.findings]


def test_a_right_figure_agrees(folder: Path):
    found = check(folder)
    (outcome,) = found.outcomes
    assert (outcome.verdict, outcome.printed, outcome.given) == ("agrees", "25%", "25.00%")
    assert found.findings == ()
    assert str(outcome.place) == f"{folder / 'report.md'}:3:17"


def test_a_wrong_figure_is_found_where_it_is_printed(folder: Path):
    write(folder, "report.md", TEXT.replace("25%", "26%"))
    (finding,) = check(folder).findings
    assert finding.code == "figure-mismatch"
    assert str(finding.place) == f"{folder / 'report.md'}:3:17"
    assert (finding.printed, finding.expected) == ("26%", "25.00%")
    assert "25.00% (10,000 of 40,000)" in finding.message


def test_a_statement_that_is_not_there_leaves_its_figures_unprinted(folder: Path):
    write(folder, "report.md", "Nothing of the kind.")
    assert codes(check(folder)) == ["statement-not-found", "figure-unbound"]


def test_a_figure_may_be_printed_in_the_report_file(folder: Path):
    text = REPORT[: REPORT.index("document:")] + (
        'figures:\n  talks.share: {printed: "25%", metric: revenue_share, where: {stream: talks}, '
        "value: share}\n"
    )
    write(folder, "report.yaml", text)
    (outcome,) = check(folder).outcomes
    assert outcome.verdict == "agrees"
    assert outcome.place is not None
    assert outcome.place.line == 7


def test_a_figure_printed_in_two_ways_that_cannot_both_be_true_is_found(folder: Path):
    write(folder, "report.md", TEXT + "\nTalks are 24.1% of it.\n")
    text = REPORT.replace("figures:", '  - "Talks are {talks.share} of it."\nfigures:')
    write(folder, "report.yaml", text)
    assert codes(check(folder)) == ["figure-mismatch", "figure-printed-differently"]


def test_a_figure_printed_at_two_precisions_that_agree_is_no_finding(folder: Path):
    write(folder, "report.md", TEXT + "\nTalks are 25.0% of it.\n")
    text = REPORT.replace("figures:", '  - "Talks are {talks.share} of it."\nfigures:')
    write(folder, "report.yaml", text)
    assert codes(check(folder)) == []


PRINTS = """schema: report-v1
title: T
period: {start: 2023-01-01, end: 2023-12-31}
document: report.md
statements: ["First {people} people", "Second {people} people", "Third {people} people"]
figures:
  people: {manual: us}
  here: {printed: "60", manual: us}
  there: {printed: "70", manual: us}
relations: [{sum: [here, there], equals: people}]
"""


@pytest.mark.parametrize(
    ("first", "second", "third", "expected"),
    [
        ("over 100", "130", "120 to 140", []),
        ("over 100", "150", "100 or more", ["inconsistent"]),
        ("150", "over 100", "100 or more", ["inconsistent"]),
        ("over 100", "130", "200", ["figure-printed-differently"]),
        ("over 100", "£130", "130", ["figure-printed-differently"] * 2),
        ("130", "£130", "£130", ["figure-printed-differently"] * 2),
    ],
)
def test_every_print_of_a_figure_counts(tmp_path: Path, first, second, third, expected):
    write(tmp_path, "report.yaml", PRINTS)
    text = f"First {first} people. Second {second} people. Third {third} people.\n"
    write(tmp_path, "report.md", text)
    assert codes(check(tmp_path)) == expected


def test_one_amount_in_two_currencies_is_printed_differently(tmp_path: Path):
    head = PRINTS.partition("document")[0]
    figures = 'figures:\n  fee: {printed: "€100", manual: us}\n'
    statement = 'document: report.md\nstatements: ["It costs {fee} a head."]\n'
    write(tmp_path, "report.yaml", head + statement + figures)
    write(tmp_path, "report.md", "It costs £100 a head.\n")
    assert codes(check(tmp_path)) == ["figure-printed-differently"]


def test_what_a_metric_relates_is_not_added_up_in_two_currencies(folder: Path):
    write(folder, "report.yaml", REPORT.partition("document")[0] + """figures:
  talks: {metric: revenue_share, where: {stream: talks}, value: amount, printed: "€100.00"}
  training: {metric: revenue_share, where: {stream: training}, value: amount, printed: "£300.00"}
  all: {metric: revenue_share, value: amount, printed: "£400.00"}
""")  # fmt: skip
    (finding,) = check(folder).findings
    assert finding.message == "talks is printed in EUR, but the records are in GBP"


def test_a_manual_figure_is_counted_as_such(folder: Path):
    text = REPORT.replace(
        "{metric: revenue_share, where: {stream: talks}, value: share}", "{manual: the treasurer}"
    )
    write(folder, "report.yaml", text)
    found = check(folder)
    assert found.outcomes[0].verdict == "manual"
    assert found.findings == ()


def test_a_figure_that_nothing_stands_behind_is_counted_as_such(folder: Path):
    write(folder, "report.yaml", REPORT[: REPORT.index("figures:")])
    found = check(folder)
    assert found.outcomes[0].verdict == "no source"
    assert codes(found) == ["figure-without-source"]
    assert "1 figures: no source 1" in check_as_text(found)


def test_the_words_that_the_workspace_allows_hold_for_its_sources(folder: Path):
    write(folder, "coprometrics.toml", '[vocabularies]\n"Income.stream" = ["talks"]\n')
    (finding, *_) = check(folder).findings
    assert finding.code == "record-refused"
    assert "line 3: stream: has a value that is not on its list, got 'training'" in finding.message


def test_an_accepted_finding_does_not_fail(folder: Path):
    write(folder, "report.md", TEXT.replace("25%", "26%"))
    accepted = (
        "accepted:\n  - {code: figure-mismatch, figures: [talks.share], reason: as published, "
        "until: 2024-06-01, printed: {talks.share: 26%}}\n"
    )
    write(folder, "report.yaml", REPORT + accepted)
    found = check(folder)
    assert found.failing("info") == ()
    assert found.findings[0].accepted is not None
    late = check_report(folder, today=dt.date(2024, 6, 2))
    assert [f.code for f in late.failing("warning")] == ["figure-mismatch", "accepted-expired"]


def test_an_acceptance_that_fits_nothing_is_stale(folder: Path):
    accepted = (
        "accepted:\n  - {code: figure-mismatch, figures: [talks.share], reason: old, "
        "until: 2030-01-01}\n"
    )
    write(folder, "report.yaml", REPORT + accepted)
    assert codes(check(folder)) == ["accepted-stale"]


def test_a_relation_that_names_no_figure_is_a_finding_with_its_place(folder: Path):
    write(folder, "report.yaml", REPORT + "relations:\n  - {sum: 'a.*', equals: b}\n")
    (finding,) = check(folder).findings
    assert finding.code == "relation-wrong"
    assert finding.place is not None
    assert finding.place.line == REPORT.count("\n") + 2


CONTRADICTION = """
schema: report-v1
title: Talks
period: {start: 2023-01-01, end: 2023-12-31}
figures:
  all: {printed: "17", manual: the office}
  by.a: {printed: "12", manual: the office}
  by.b: {printed: "7", manual: the office}
relations:
  - {sum: "by.*", equals: all}
"""


def test_printed_figures_that_cannot_all_be_true_are_a_finding_with_all_corrections(folder: Path):
    write(folder, "report.yaml", CONTRADICTION)
    (finding,) = check(folder).findings
    assert finding.code == "inconsistent"
    assert finding.message == "these cannot all be true: 12 + 7 = 19, printed 17"
    assert finding.remedy == "correct all from 17 to 19, or by.a from 12 to 10, or by.b from 7 to 5"
    assert finding.figures == ("all", "by.a", "by.b")


@pytest.mark.parametrize("figures", ["[all]", "[by.a]", "[all, by.a, by.b]"])
def test_a_contradiction_is_accepted_by_its_figures_or_by_the_one_to_correct(folder, figures):
    accepted = (
        f"accepted:\n  - {{code: inconsistent, figures: {figures}, reason: as published, "
        "until: 2030-01-01, printed: {all: 17, by.a: [12], by.b: '7'}}\n"
    )
    write(folder, "report.yaml", CONTRADICTION + accepted)
    (finding,) = check(folder).findings
    assert finding.accepted is not None


@pytest.mark.parametrize("figure", ["all", "by.a", "by.b"])
@pytest.mark.parametrize("said", ["[all]", "[all, by.a, by.b]"])
def test_an_accepted_contradiction_is_of_all_its_prints(folder, said, figure):
    accepted = (
        f"accepted:\n  - {{code: inconsistent, figures: {said}, reason: as published, "
        "until: 2030-01-01, printed: {all: 17, by.a: 12, by.b: 7}}\n"
    )
    changed = re.sub(rf'( {figure}: {{printed: "\d+)"', r'\g<1>1"', CONTRADICTION)
    assert changed != CONTRADICTION
    write(folder, "report.yaml", changed + accepted)
    findings = check(folder).failing("warning")
    assert [f.code for f in findings] == ["inconsistent", "accepted-print-changed"]
    now = dict(findings[0].prints)[figure][0]
    assert f"{figure} was printed as {now[:-1]}, and is printed as {now}" in findings[1].message


@pytest.mark.parametrize("name", ["a\\0.md", "a\\ud800.md", "nowhere.md"])
@pytest.mark.parametrize(
    "asked",
    [
        'document: "NAME"',
        'sources:\n  - {importer: csv, path: "NAME"}',
        'sources:\n  - {importer: csv, path: report.yaml, mapping: "NAME"}',
        'tables:\n  t: {path: "NAME"}',
        'previous: "NAME"',
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_its_line(folder: Path, asked: str, name: str):
    head = CONTRADICTION[: CONTRADICTION.index("figures:")]
    report = f"{head}{asked}\n".replace("NAME", name)
    write(folder, "report.yaml", report)
    line = report[: report.index(name)].count("\n") + 1
    with pytest.raises(CoprometricsError, match=rf"report\.yaml:{line}:\d+: .*(cannot be|no such)"):
        check(folder)


@pytest.mark.parametrize(
    ("stream", "seen"),
    [("Jane Doe", "(withheld)"), ("020 7946 0958", "(withheld)"), ("room hire", "(withheld)"),
     ("7", "'7'"), ("_", "(withheld)")],
)  # fmt: skip
def test_what_stands_in_place_of_a_word_is_withheld_where_it_may_be_a_person(folder, stream, seen):
    write(folder, "income.csv", INCOME.replace("talks", stream))
    refused = [f.message for f in check(folder).findings if f.code == "record-refused"]
    assert refused
    assert all(message.endswith(f", got {seen}") for message in refused)


def test_a_figure_that_nothing_stands_behind_is_a_warning(folder: Path):
    head = CONTRADICTION[: CONTRADICTION.index("figures:")]
    write(folder, "d.md", "We gave 19 talks to 20 people.\n")
    statement = 'document: d.md\nstatements: ["{talks} talks to {people} people"]\n'
    for left, vouched in (("talks", "people"), ("people", "talks")):
        figures = f"figures:\n  {vouched}: {{manual: o}}\n"
        write(folder, "report.yaml", head + statement + figures)
        found = check(folder)
        assert found.failing() == ()
        assert [(f.code, f.figures) for f in found.failing("warning")] == [
            ("figure-without-source", (left,))
        ]
    # A report that vouches for nothing is read for its contradictions alone.
    write(folder, "report.yaml", head + statement + "figures:\n  talks: {}\n")
    assert check(folder).failing("info") == ()
    write(folder, "report.yaml", head + statement + "figures:\n  talks: {manual: o}\n"
          "  people: {manual: o}\n")  # fmt: skip
    assert check(folder).failing("info") == ()


@pytest.mark.parametrize("blank", ["''", "'  '"])
@pytest.mark.parametrize(
    "asked",
    [
        "figures:\n  a: {printed: '5', manual: BLANK}",
        "ignore:\n  - {pattern: x, reason: BLANK}",
    ],
)
def test_a_blank_word_for_who_or_why_is_refused(folder: Path, asked: str, blank: str):
    head = CONTRADICTION[: CONTRADICTION.index("figures:")]
    write(folder, "report.yaml", f"{head}{asked}\n".replace("BLANK", blank))
    assert codes(check(folder)) == ["report-shape"]


def test_an_accepted_contradiction_hides_no_other(folder: Path):
    report = CONTRADICTION[: CONTRADICTION.index("figures:")] + (
        "figures:\n"
        '  a: {printed: "9", manual: o}\n  b: {printed: "8", manual: o}\n'
        '  c: {printed: "C", manual: o}\n  d: {printed: "2", manual: o}\n'
        "relations:\n  - {at_most: [a, b]}\n  - {sum: [c, d], equals: b}\n"
        "accepted:\n  - {code: inconsistent, figures: [a, b], reason: as published, "
        "until: 2030-01-01, printed: {a: 9, b: 8}}\n"
    )
    write(folder, "report.yaml", report.replace('"C"', '"6"'))
    assert check(folder).failing("info") == ()
    write(folder, "report.yaml", report.replace('"C"', '"3"'))
    (other,) = check(folder).failing("info")
    assert (other.code, other.figures) == ("inconsistent", ("b", "c", "d"))
    assert "3 + 2 = 5, printed 8" in other.message


def test_a_count_below_zero_is_found_at_its_print(folder: Path):
    head = CONTRADICTION[: CONTRADICTION.index("figures:")]
    write(folder, "report.yaml", head + 'figures:\n  a: {printed: "-5", manual: o}\n')
    (found,) = check(folder).failing()
    assert (found.code, found.figures) == ("inconsistent", ("a",))
    assert str(found.place).endswith("report.yaml:6:16")
    said = 'figures:\n  a: {printed: "-5", unit: quantity, manual: o}\n'
    write(folder, "report.yaml", head + said)
    assert check(folder).failing("info") == ()


def test_an_acceptance_that_says_no_print_holds_and_is_told_what_to_add(folder: Path):
    accepted = (
        "accepted:\n  - {code: inconsistent, figures: [all], reason: as published, "
        "until: 2030-01-01}\n"
    )
    write(folder, "report.yaml", CONTRADICTION + accepted)
    finding, about = check(folder).findings
    assert finding.accepted is not None
    assert (about.code, about.severity) == ("accepted-any-print", "warning")
    assert 'printed: {all: "17", by.a: "12", by.b: "7"}' in about.in_words


@pytest.mark.parametrize("cell", ["many", "8"])
def test_an_acceptance_about_cells_of_a_table_is_of_their_prints(folder: Path, cell: str):
    table = (
        "tables:\n  t: {sums: columns, rows: [['', x], [a, '5'], [b, CELL], [all, '9']]}\n"
        "accepted:\n"
        "  - {code: inconsistent, figures: [t.a.x, t.b.x, t.all.x], reason: as published, "
        "until: 2030-01-01, printed: {t.a.x: 5, t.b.x: '8', t.all.x: 9}}\n"
        "  - {code: printed-unreadable, figures: [t.b.x], reason: as published, "
        "until: 2030-01-01, printed: {t.b.x: many}}\n"
    )
    head = CONTRADICTION[: CONTRADICTION.index("figures:")]
    write(folder, "report.yaml", head + table.replace("CELL", f"'{cell}'"))
    assert [f.code for f in check(folder).failing("info")] == ["accepted-stale"]
    write(folder, "report.yaml", head + table.replace("CELL", f"'{cell}3'"))
    assert check(folder).failing()[0].code != "accepted-stale"


def test_the_example_fails_when_its_accepted_figure_is_printed_otherwise(tmp_path: Path):
    shutil.copytree(EXAMPLE.parent, tmp_path / "copy")
    copy = tmp_path / "copy" / EXAMPLE.name
    text = (copy / "report.md").read_text("utf-8")
    for other in ("17 million", "(17)", "**18**"):
        write(copy, "report.md", text.replace("**17** organisations", f"{other} organisations"))
        found = check_report(copy, today=TODAY).failing("warning")
        assert "figure-mismatch" in {f.code for f in found}
        changed = [f.message for f in found if f.code == "accepted-print-changed"]
        assert f"is printed as {other.strip('*')}" in "".join(changed)


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("revenue_share,", "revenue_shares,", "figure-not-computed", "revenue_share"),
        ("value: share", "value: shares", "figure-not-computed", "share"),
        ("stream: talks", "stream: walks", "figure-not-computed", "stream=talks"),
        ("where: {stream: talks}", "where: {flow: talks}", "figure-not-computed", "stream=talks"),
        ("where:", "params: {buy: x}, where:", "figure-not-computed", "buy"),
        ("schema: report-v1", "schema: report-v9", "report-shape", "must be 'report-v1'"),
        ("title: A small report\n", "", "report-shape", "'title' is missing"),
        ("figures:", "figure:", "report-shape", "did you mean 'figures'"),
        (", value: share", "", "report-shape", "needs value"),
        ("value: share", "value: share, manual: me", "report-shape", "not both"),
        ("start: 2023-01-01", "start: 2023-02-30", "report-shape", "must be a date"),
        ("end: 2023-12-31", "end: 2022-12-31", "report-shape", "before it starts"),
        ("talks.share:", "Talks Share:", "report-shape", "does not fit"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_report_file_is_a_finding_with_its_line(
    folder: Path, old: str, new: str, code: str, message: str
):
    assert old in REPORT
    write(folder, "report.yaml", REPORT.replace(old, new, 1))
    found = [f for f in check(folder).findings if f.code == code]
    assert message in found[0].message
    assert found[0].place is not None
    assert found[0].place.file.endswith("report.yaml")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("3,31/02/2023,talks,1.00,GBP", "line 4"),
        ("3,05/01/2023,talks,1.001,GBP", "line 4"),
        ("3,05/01/2023,talks,1.00,XYZ", "line 4"),
        ("3,05/01/2023,talks,1.00", "line 4"),
        (",05/01/2023,talks,1.00,GBP", "line 4"),
        ("1,05/01/2023,talks,9.00,GBP", "different records have the id 'finance:1'"),
    ],
)
def test_a_row_that_does_not_fit_is_a_finding_at_its_line(folder: Path, row: str, message: str):
    write(folder, "income.csv", f"{INCOME}{row}\n")
    found = check(folder)
    refused = [f for f in found.findings if f.code == "record-refused"]
    assert message in refused[0].message
    assert found.failing("error")


def test_a_refused_row_is_named_by_its_whole_place_where_it_has_one():
    problem = Problem("not-a-date", "must be a date", "Paid on")
    result = ImportResult("pages", "fake", "1.0")
    for at in (Locator(page=2, index=5), Locator()):
        result.refuse(Refusal(at, (problem,)))
    said = [finding.message for finding in _refused(result, "pages")]
    assert said == ["page 2, item 5: Paid on: must be a date", "Paid on: must be a date"]


def test_mixed_currencies_are_never_added(folder: Path):
    write(folder, "income.csv", f"{INCOME}3,05/01/2023,talks,1.00,EUR\n")
    (finding,) = check(folder).findings
    assert finding.code == "figure-not-computed"
    assert "say which currency: EUR, GBP" in finding.message or "GBP" in finding.message
    text = REPORT.replace("{stream: talks}", "{stream: talks, currency: GBP}")
    write(folder, "report.yaml", text)
    assert check(folder).findings == ()


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("report.yaml", None, "there is no such file"),
        ("report.yaml", "schema: [", "not valid YAML"),
        ("report.md", None, "report.yaml:6:11: "),
        ("income.csv", None, "report.yaml:5:5: "),
        ("income.mapping.yaml", None, "there is no such file"),
        ("income.mapping.yaml", "record: Incomes", "is missing"),
        ("income.mapping.yaml", MAPPING.replace("[Amount]", "[Sum]"), "Sum"),
        ("income.mapping.yaml", MAPPING.replace("Income", "Incomes"), "Incomes"),
        ("income.mapping.yaml", MAPPING.replace("received_on", "received"), "received"),
        ("income.csv", INCOME + '3,05/01/2023,"tal', "income.csv:4: "),
        ("report.yaml", REPORT.replace("importer: csv", "importer: xls"), "no importer 'xls'"),
        ("report.yaml", REPORT.replace("figures:", "locale: xx\nfigures:"), "locale"),
        ("report.yaml", REPORT.replace("figures:", "currency: ABC\nfigures:"), "'ABC'"),
        ("report.yaml", REPORT.replace("{talks.share}", "{talks.share"), "report.yaml:8:5"),
        ("report.yaml", REPORT + "accepted: [{code: x, reason: y, until: 2024-01-01}]\n", "'x'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line_with_place(
    folder: Path, name: str, change: str | None, message: str
):
    if change is None:
        (folder / name).unlink()
    else:
        write(folder, name, change)
    with pytest.raises(CoprometricsError) as caught:
        check(folder)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["report.yaml", "report.md", "income.csv", "income.mapping.yaml"])
def test_another_encoding_is_named(folder: Path, name: str):
    original = (folder / name).read_text("utf-8")
    (folder / name).write_bytes(original.encode() + "# caf\u00e9".encode("latin-1"))
    with pytest.raises(CoprometricsError, match=r"UTF-8|utf-8"):
        check(folder)


def test_the_json_fits_its_published_schema(folder: Path):
    import jsonschema

    write(folder, "report.md", TEXT.replace("25%", "26%"))
    for found in (check(folder), check_report(EXAMPLE, today=TODAY)):
        data = json.loads(check_as_json(found))
        jsonschema.Draft202012Validator(document_schema(CheckResult)).validate(data)


def test_the_text_names_verdict_and_finding(folder: Path):
    write(folder, "report.md", TEXT.replace("25%", "26%"))
    text = check_as_text(check(folder))
    assert "talks.share" in text
    assert "differs" in text
    assert "report.md:3:17: error: talks.share is printed as 26%" in text
    assert text.endswith("1 figures: differs 1; findings: 1, accepted: 0\n")
    assert "\x1b" not in text


def test_the_example_agrees_but_for_its_accepted_contradiction():
    found = check_report(EXAMPLE, today=TODAY)
    assert len(found.outcomes) == 52
    assert [o.id for o in found.outcomes if o.verdict != "agrees"] == ["talks.organisations"]
    mismatch, followers, contradiction, shares = found.findings
    assert (mismatch.printed, mismatch.expected) == ("17", "19")
    assert contradiction.code == "inconsistent"
    assert mismatch.accepted
    assert contradiction.accepted
    assert followers.code == shares.code == "consistent-by-rounding"
    assert followers.figures == ("x.followers", "x.followers_before", "x.growth")
    assert all(source.clean for source in found.sources)


def test_the_example_without_its_acceptance_fails(tmp_path: Path):
    shutil.copytree(EXAMPLE.parent, tmp_path / "copy")
    copy = tmp_path / "copy" / EXAMPLE.name
    text = (copy / "report.yaml").read_text("utf-8")
    write(copy, "report.yaml", text[: text.index("accepted:")])
    found = check_report(copy, today=TODAY).failing()
    assert [f.code for f in found] == ["figure-mismatch", "inconsistent"]


def test_the_configuration_of_an_importer_goes_by_either_name(folder: Path):
    write(folder, "report.yaml", REPORT.replace("mapping:", "config:"))
    assert codes(check(folder)) == []
    write(folder, "report.yaml", REPORT.replace("mapping:", "config: x.yaml, mapping:"))
    (finding,) = check(folder).findings
    assert finding.code == "report-shape"
    assert "two words for one thing" in finding.message
