"""Every error says what, where and what to do, and is one of one tree."""

from __future__ import annotations

import inspect
import pickle

import pytest

from coprometrics import errors
from coprometrics.errors import WITHHELD, CoprometricsError, number_shown, shown

TREE = [one for _, one in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("error", TREE, ids=lambda e: e.__name__)
def test_every_error_is_of_the_tree_and_in_its_picture(error: type[CoprometricsError]):
    assert issubclass(error, CoprometricsError)
    assert error.__name__ in (errors.__doc__ or "")
    assert error.__name__ in errors.__all__


@pytest.mark.parametrize("error", TREE, ids=lambda e: e.__name__)
def test_an_error_survives_the_way_between_processes(error: type[CoprometricsError]):
    made = error("no column", where="a.csv:1", remedy="see the header")
    again = pickle.loads(pickle.dumps(made))
    assert str(again) == str(made) == "a.csv:1: no column; see the header"


@pytest.mark.parametrize("value", ["ada@example.org", b"ada@example.org", ["ada@example.org"]])
def test_what_may_be_an_address_is_not_shown(value):
    assert "ada" not in shown(value)


@pytest.mark.parametrize(
    "value",
    [
        "12.5O",
        "31/13/2023",
        "2023-02-30T25:00:00+01:00",
        "-£5",
        "GBP 5",
        "(1.234,50)",
        "01-05-2023 10:00",
        "9" * 30,
        "",
    ],
)
def test_what_can_only_be_a_number_or_a_time_is_shown(value: str):
    assert number_shown(value) == repr(value)


@pytest.mark.parametrize(
    "value",
    ["Vane", "soon", "1 High Street", "N1 2AB", "07911 123456", "+44 (0)20 7946 0958",
     "020-7946-0958", "(020) 7946-0958", "+44-20-7946-0958", "(01632) 960001",
     "12 call 0207 946 0958", "31/12/2023 Orsino Vane", b"5", ["5"], "5\nVane"],
)  # fmt: skip
def test_what_may_be_about_somebody_is_not_shown(value: object):
    assert number_shown(value) == WITHHELD


def test_long_values_are_cut_and_stay_on_one_line():
    text = shown("x\n" * 500)
    assert len(text) <= 60
    assert "\n" not in text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("'ada@example.org' is not a time zone", "(a text with @, withheld) is not a time zone"),
        ("ada@example.org is there twice", "(a text with @, withheld) is there twice"),
        ("holds 'a', 'b of c@d e'", "holds 'a', (a text with @, withheld)"),
        ("must not hold '@'", "must not hold '@'"),
        ("it isn't at home @ night", "it isn't at home @ night"),
    ],
)
def test_no_message_shows_what_may_be_an_address(said: str, told: str):
    error = CoprometricsError(said, where="rows.id", remedy=said)
    assert str(error) == f"rows.id: {told}; {told}"
    assert "ada" not in repr(error)
