"""The pseudonyms of whole columns of people: as ``person_key`` gives them, many at once.

AES-CMAC is a chain of encryptions, from each block of a text to the next. Texts of as many blocks
go along that chain side by side, so that each step is one call for all of them.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from coprometrics.errors import ParameterError
from coprometrics.records.people import cmac, key_of_people, normal_address

__all__ = ["person_keys"]

_BLOCK = 16
_WORDS = 2
"""How many numbers of 64 bits are a block."""
_MOST_BLOCKS = 16
"""Longer texts are hardly addresses, and are hashed one by one."""
_OVERFLOW = 1 << 8 * _BLOCK
_REDUCED_BY = 0x87
"""The constant of section 5.3 of NIST SP 800-38B."""
_END = b"\x80"
_DIGITS = pa.Array.from_buffers(
    pa.int16(), 256, [None, pa.py_buffer(bytes(range(256)).hex().encode())]
)
"""The two hexadecimal digits of each byte, taken together for one number."""
_ASCII_SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f "


def person_keys(addresses: pa.Array[Any], key: bytes) -> pa.Array[Any]:
    """Give the pseudonyms of many people, each as ``person_key`` gives it.

    Args:
        addresses: texts; null for nobody, which gives null.
        key: the workspace's secret, 32 bytes.

    Raises:
        ParameterError: when the key has another length, or an address is empty.

    Examples:
        >>> from coprometrics.records import person_key
        >>> secret, address = bytes(range(32)), "ada@example.org"
        >>> person_keys(pa.array([address]), secret).to_pylist() == [person_key(address, secret)]
        True
    """
    key = key_of_people(key)
    keys: pa.Array[Any] = _hexadecimal(_cmacs(_normal(addresses.drop_null()), key))
    if addresses.null_count:
        nobody = pa.nulls(len(addresses), pa.string())
        keys = pc.replace_with_mask(nobody, addresses.is_valid(), keys)
    return keys


def _normal(addresses: Any) -> Any:
    """Bring addresses to the form in which they are hashed."""
    normal = pc.ascii_trim(pc.ascii_lower(addresses), _ASCII_SPACES)
    others = pc.invert(pc.string_is_ascii(addresses))
    if pc.any(others, min_count=0).as_py():
        careful = [normal_address(text) for text in addresses.filter(others).to_pylist()]
        normal = pc.replace_with_mask(normal, others, pa.array(careful, pa.string()))
    if pc.any(pc.equal(normal, ""), min_count=0).as_py():
        raise ParameterError("the text that identifies a person is empty")
    return normal.cast(pa.binary())


def _cmacs(messages: Any, key: bytes) -> Any:
    """Give the AES-CMAC (NIST SP 800-38B) of each message, none of which is empty."""
    blocks = pc.divide(pc.add(pc.binary_length(messages), _BLOCK - 1), _BLOCK)
    groups, places = [], []
    for count in pc.unique(blocks).to_pylist():
        hit = pc.indices_nonzero(pc.equal(blocks, count))
        some = messages if len(hit) == len(messages) else messages.take(hit)
        places.append(hit)
        groups.append(
            _side_by_side(some, count, key) if count <= _MOST_BLOCKS else _one_by_one(some, key)
        )
    if len(groups) == 1:
        return groups[0]
    codes = pa.concat_arrays([pa.array([], pa.binary(_BLOCK)), *groups])
    return codes.take(pc.sort_indices(pa.concat_arrays([pa.array([], pa.uint64()), *places])))


def _one_by_one(messages: Any, key: bytes) -> Any:
    return pa.array([cmac(message, key) for message in messages.to_pylist()], pa.binary(_BLOCK))


def _side_by_side(messages: Any, count: int, key: bytes) -> Any:
    """Give the codes of messages of ``count`` blocks each, of which the last may be cut short."""
    # Each block is encrypted by itself, and the chain between them made here.
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305
    subkeys = pa.array(_subkeys(encryptor.update(bytes(_BLOCK))), pa.binary(_BLOCK))
    padded = _padded(messages, count * _BLOCK)
    chain: Any = None
    for number in range(count):
        at = number * _BLOCK
        block = _words(pc.binary_slice(padded, at, at + _BLOCK).cast(pa.binary(_BLOCK)))
        if number == count - 1:
            cut = pc.less(pc.binary_length(messages), count * _BLOCK)
            block = pc.bit_wise_xor(block, _words(subkeys.take(cut.cast(pa.int8()))))
        if chain is not None:
            block = pc.bit_wise_xor(block, chain)
        codes = _encrypted(block, len(messages) * _BLOCK, encryptor)
        chain = _words(codes)
    return codes


def _encrypted(words: Any, size: int, encryptor: Any) -> Any:
    """Encrypt numbers of 64 bits, two of which are a block, into memory of Arrow."""
    # The cipher wants to know that there is room for one block more.
    room = pa.allocate_buffer(size + _BLOCK)
    encryptor.update_into(
        memoryview(words.buffers()[1]).cast("B")[:size], memoryview(room).cast("B")
    )
    return pa.Array.from_buffers(pa.binary(_BLOCK), size // _BLOCK, [None, room])


def _padded(messages: Any, size: int) -> Any:
    """Put the mark of the end behind messages, and zeros up to a size."""
    ended = pc.binary_join_element_wise(messages, _END, b"")
    # Arrow pads texts alone, and does not look at what is in them.
    texts = pa.Array.from_buffers(pa.string(), len(ended), ended.buffers())
    texts = pc.ascii_rpad(texts, size, "\0")
    return pa.Array.from_buffers(pa.binary(), len(texts), texts.buffers())


def _subkeys(encrypted: bytes) -> tuple[bytes, bytes]:
    """Give what the last block is combined with: one that is whole, and one that was padded."""
    first = _doubled(encrypted)
    return first, _doubled(first)


def _doubled(block: bytes) -> bytes:
    number = int.from_bytes(block) << 1
    if number >= _OVERFLOW:
        number ^= _OVERFLOW | _REDUCED_BY
    return number.to_bytes(_BLOCK)


def _words(blocks: Any) -> Any:
    """Look at blocks as numbers, of which Arrow knows what they are combined to."""
    return pa.Array.from_buffers(pa.uint64(), _WORDS * len(blocks), [None, blocks.buffers()[1]])


def _hexadecimal(codes: Any) -> Any:
    """Write codes in hexadecimal digits."""
    size = len(codes) * _BLOCK
    numbers = pa.Array.from_buffers(
        pa.uint8(), size, [None, codes.buffers()[1]], offset=codes.offset * _BLOCK
    )
    digits = _DIGITS.take(numbers).buffers()[1]
    ends = pa.arange(0, 2 * size + 1, 2 * _BLOCK)  # type: ignore[attr-defined]  # newer than the stubs
    buffers = [None, ends.cast(pa.int32()).buffers()[1], digits]
    return pa.Array.from_buffers(pa.string(), len(codes), buffers)
