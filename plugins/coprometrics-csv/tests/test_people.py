"""People come in by their address alone, as pseudonyms, and never by way of an identifier."""

from __future__ import annotations

from typing import Any

import pytest

from coprometrics.errors import ConfigError, SourceError
from coprometrics_csv.columns import Header
from coprometrics_csv.people import address_of

HEAD = "id,act,Email\n"


def attendance(**person: Any) -> dict[str, Any]:
    more = {name: person.pop(name) for name in ("id", "nulls") if name in person}
    return {
        "record": "Attendance",
        "source": "list",
        "id": {"from": ["id"]},
        "columns": [
            {"target": "activity_id", "from": ["act"], "type": "id"},
            {"target": "person_key", "from": ["Email"], "type": "person", **person},
        ],
        "constants": {"status": "attended"},
        **more,
    }


@pytest.mark.parametrize(
    "text", ["n/a", "-", "TBC", "Ada Byron", "ada at example.org", "@", "@ada", "ada@", "<>",
             '"a@b.org, c@d.org"', "a@b.org c@d.org", "mailto:", "no e-mail @ all"]
)  # fmt: skip
def test_a_text_that_is_no_address_is_nobody(read: Any, text: str) -> None:
    problem = read(HEAD + f"1,9,{text}\n", attendance()).problem
    assert (problem.code, problem.field, problem.value) == (
        "not-an-address", "Email", "(withheld)",
    )  # fmt: skip
    assert "ada" not in problem.message


def test_texts_that_mean_missing_are_nobody_and_no_fault(read: Any) -> None:
    rows = HEAD + "1,9,n/a\n2,9,TBC\n3,9,ada@example.org\n"
    found = read(rows, attendance(nulls=["n/a"]) | {"nulls": ["TBC", "n/a"]})
    assert [r.person_key is None for r in found.records] == [True, True, False]


def test_one_address_is_one_person_however_it_is_written(read: Any) -> None:
    ways = [
        "ada@example.org", "mailto:ada@example.org", "Ada <ada@example.org>",
        "MAILTO:Ada@Example.org?subject=Hello", '"Byron, Ada <mailto:ada@example.org>"',
        "<ada@example.org>", "ada\uff20example.org", "mailto:ada%40example.org",
    ]  # fmt: skip
    found = read(HEAD + "".join(f"{n},9,{way}\n" for n, way in enumerate(ways)), attendance())
    assert len(found.records) == len(ways)
    assert len({r.person_key for r in found.records}) == 1


def test_people_may_be_identified_by_numbers_where_declared(read: Any) -> None:
    rows = HEAD + "1,9,M-0017\n2,9,M-0018\n3,9,M-0017\n4,9,Ada <ada@example.org>\n"
    first, second, third, fourth = read(rows, attendance(addresses=False)).records
    assert first.person_key == third.person_key != second.person_key
    plain = read(HEAD + "1,9,ada@example.org\n", attendance()).record
    assert fourth.person_key == plain.person_key


def test_addresses_are_of_people_alone(read: Any, income: Any) -> None:
    mapping = income(columns={"stream": {"addresses": False}})
    with pytest.raises(ConfigError, match="addresses says nothing about a column of type text"):
        read("No,Date,Amount,Stream\n", mapping)


@pytest.mark.parametrize(
    "identity", [{"key": ["act", " EMAIL"]}, {"key": ["E-mail", "act"]}, {"from": ["Email"]}]
)
def test_no_identifier_is_made_of_people(read: Any, identity: dict[str, Any]) -> None:
    mapping = attendance(id=identity, **{"from": ["Email", "E-mail"]})
    with pytest.raises(ConfigError, match=r"csv mapping, id: .*, which .*booking number"):
        read(HEAD + "1,9,ada@example.org\n", mapping)


def test_a_key_with_an_address_refuses_its_row_unseen(read: Any, income: Any) -> None:
    rows = (
        "Date,Payer,Amount,Stream\n"
        "2023-12-14,ada@example.org,1.00,talks\n"
        "2023-12-14,Council,1.00,talks\n"
        "2023-12-14,Ada <ada\uff20example.org>,1.00,talks\n"
        "2023-12-14,void@example.org,1.00,talks\n"
    )
    rule = {"when": {"field": "Payer", "regex": "void"}, "skip": "void"}
    found = read(rows, income(id={"key": ["Date", "Payer"]}, rules=[rule]))
    assert found.lines == [3]
    assert [r.at.line for r in found.refusals] == [2, 4]
    assert found.skipped == {"void": 1}
    (problem,) = found.refusals[0].problems
    assert (problem.code, problem.field, problem.value) == (
        "address-in-key", "Payer", "(withheld)",
    )  # fmt: skip
    assert "ada" not in repr(found.refusals)


def test_the_address_is_what_stands_in_brackets() -> None:
    assert address_of("Ada <a@b.org> (work)") is None
    assert address_of(" Ada @ home < a@b.org > ") == "a@b.org"


@pytest.mark.parametrize(
    "label",
    [
        "ada@example.org", "Questions? ada\uff20example.org", "020 7946 0958",
        "Call +44 20 7946 0958", "Tel. (020) 7946-0958",
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", ["No,Date,Amount,Stream", "Number,Date,Amount,Stream"])
def test_a_label_with_an_address_or_a_telephone_number_is_not_shown(
    read: Any, income: Any, label: str, first: str
) -> None:
    text = f'{first},"{label}"\n1,2023-12-14,1.00,talks,x\n'
    if first.startswith("No,"):
        (said,) = [notice.message for notice in read(text, income()).notices]
        assert "column 5 (withheld)" in said
    else:
        with pytest.raises(SourceError, match="there is no column 'No'") as told:
            read(text, income())
        said = str(told.value)
    assert not any(part in said for part in ("ada", "example", "7946"))


def test_of_a_first_row_that_is_data_no_label_is_shown(read: Any, income: Any) -> None:
    text = "Ada Byron,ada@example.org,2023-12-14\nCharles,cb@example.org,2023-12-15\n"
    with pytest.raises(
        SourceError, match="seems to be data: give the file with its header"
    ) as told:
        read(text, income())
    assert not any(part in str(told.value) for part in ("Ada", "example", "Byron"))
    header = Header(("Ada Byron", "020 7946 0958", "Fee"), 1, "t.csv")
    assert header.named([0, 1]) == "column 1 (withheld), column 2 (withheld)"


@pytest.mark.parametrize(
    "label",
    [
        "Fee (2023-24)",
        "2019-2020",
        "01/05/2023",
        "Ticket Type",
        "Year to 31.03.2024",
        "Years 2019/20 to 2022/23",
        "£",
    ],
)
def test_a_usual_label_is_shown(label: str) -> None:
    assert Header((label, "Fee"), 1, "t.csv").named() == f"{label!r}, 'Fee'"
