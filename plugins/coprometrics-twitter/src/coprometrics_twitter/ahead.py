"""Reading ahead: the next bytes are unpacked while those before are worked on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import BinaryIO

from coprometrics.errors import SourceError

__all__ = ["chunks_ahead", "read_bytes"]


def read_bytes(stream: BinaryIO, size: int, where: str) -> bytes:
    """Read some bytes.

    Raises:
        SourceError: when the disk or the network fails.
    """
    try:
        return stream.read(size)
    except OSError as error:
        raise SourceError(f"cannot be read ({error.strerror})", where=where) from None


@contextmanager
def chunks_ahead(stream: BinaryIO, size: int, where: str) -> Iterator[Iterator[bytes]]:
    """Read a stream in chunks, one ahead of the one that is in use.

    Args:
        stream: what is read.
        size: how many bytes make a chunk.
        where: what it is called in messages.

    Raises:
        SourceError: when the disk or the network fails.
    """
    with ThreadPoolExecutor(1) as pool:

        def chunks() -> Iterator[bytes]:
            coming = pool.submit(read_bytes, stream, size, where)
            while data := coming.result():
                coming = pool.submit(read_bytes, stream, size, where)
                yield data

        yield chunks()
