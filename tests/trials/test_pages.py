"""What the pages about people and about trust say is so."""

from __future__ import annotations

import doctest
import io
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "importers"


@pytest.mark.parametrize("name", ["people.md", "trust.md"])
def test_the_examples_of_a_page_give_what_it_shows(name: str):
    page = FOLDER / name
    said = io.StringIO()
    code = "\n".join(
        re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    )
    test = doctest.DocTestParser().get_doctest(code, {}, name, str(page), 0)
    assert test.examples
    assert not doctest.DocTestRunner(verbose=False).run(test, out=said.write).failed, (
        said.getvalue()
    )


@pytest.mark.parametrize("name", ["people.md", "trust.md"])
def test_what_a_page_links_to_is_there(name: str):
    for target in re.findall(r"\]\(([^)#:]+)\)", (FOLDER / name).read_text("utf-8")):
        assert (FOLDER / target).exists(), target
