"""The pseudonyms of whole columns are those of one address after the other."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coprometrics.errors import ParameterError
from coprometrics.importers.pseudonyms import person_keys
from coprometrics.records import person_key
from coprometrics.records.people import normal_address

KEY = bytes(range(32))
# Around the ends of one, two and sixteen blocks of AES; letters that grow or shrink when folded.
SIZED = st.builds(
    lambda size, letter: letter * size,
    st.sampled_from([1, 2, 15, 16, 17, 31, 32, 33, 255, 256, 257, 300]),
    st.sampled_from(["a", "B", "é", "ß", "İ", "\u212a", "日"]),
)
TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\t\x1c\x1f \u00a0\ufeff"))
ADDRESSES = (st.emails() | SIZED | TEXTS).filter(normal_address)


@given(
    addresses=st.lists(ADDRESSES | st.none(), max_size=8),
    key=st.binary(min_size=32, max_size=32),
    start=st.integers(0, 3),
)
@example(addresses=["a" * 16, "a" * 15, None, "a" * 17, "a" * 257], key=KEY, start=1)
def test_a_column_has_the_pseudonyms_of_its_addresses(
    addresses: list[str | None], key: bytes, start: int
):
    expected = [None if text is None else person_key(text, key) for text in addresses]
    column = pa.array(addresses, pa.string())
    assert person_keys(column, key).to_pylist() == expected
    assert person_keys(column[start:], key).to_pylist() == expected[start:]


def test_many_addresses_are_all_different_people():
    column = pa.array([f"{'x' * (n % 40)}{n}@example.org" for n in range(5_000)])
    assert len(set(person_keys(column, KEY).to_pylist())) == 5_000


@pytest.mark.parametrize("nobody", ["", "  ", "\u00a0", "\x1c\t"])
def test_an_empty_address_is_refused_in_a_column_too(nobody: str):
    with pytest.raises(ParameterError, match="identifies a person is empty"):
        person_keys(pa.array(["ada@example.org", nobody]), KEY)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_column_needs_a_key_of_the_right_length(size: int):
    with pytest.raises(ParameterError, match=f"has {size} bytes, not 32"):
        person_keys(pa.array(["ada@example.org"]), bytes(size))
