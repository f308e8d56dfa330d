"""The text of a PDF file's pages, read in a process of its own.

A PDF of a few kilobytes can be made to fill the memory, or to run for hours. Here it has so much of
both and no more, and what goes wrong ends this process alone. It takes the file on standard input,
and answers on standard output with JSON: the pages, or what is wrong.
"""

from __future__ import annotations

import contextlib
import json
import sys
from contextlib import closing

import pypdfium2
from pypdfium2 import raw

__all__ = ["MOST_CHARACTERS", "MOST_MEMORY", "MOST_PAGES", "MOST_SECONDS", "main", "pages_of"]

MOST_PAGES = 2_000
MOST_CHARACTERS = 20_000_000
MOST_MEMORY = 2 << 30
MOST_SECONDS = 60


def pages_of(content: bytes) -> dict[str, object]:
    """Give the text of each page, or what is wrong: ``locked``, ``long`` or ``damaged``.

    Args:
        content: the bytes of the file.

    Returns:
        ``pages``; or ``wrong``, and the ``page`` where it is known.
    """
    page = None
    try:
        with closing(pypdfium2.PdfDocument(content)) as pdf:
            if len(pdf) > MOST_PAGES:
                return {"wrong": "long", "page": None}
            pages: list[str] = []
            for page in range(1, len(pdf) + 1):
                with closing(pdf[page - 1]) as opened, closing(opened.get_textpage()) as text:
                    pages.append(text.get_text_range())
                if sum(map(len, pages)) > MOST_CHARACTERS:
                    return {"wrong": "long", "page": page}
    except pypdfium2.PdfiumError as error:
        locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        return {"wrong": "locked" if locked else "damaged", "page": page}
    return {"pages": pages}


def main() -> None:
    """Read the file on standard input within the limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        # Not every system has such limits; the time is limited from outside too.
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(pages_of(sys.stdin.buffer.read()), sys.stdout)


if __name__ == "__main__":
    main()
