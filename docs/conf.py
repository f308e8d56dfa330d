"""How the site is built: ``sphinx-build -c docs . docs/_build``, from the root of the repository.

The sources are the Markdown files of the repository where they are, so that a link from page to
page is the same here and on a code host. Nothing is fetched from the network.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "coprometrics"
author = "The coprometrics developers"
project_copyright = "The coprometrics developers"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "generated",
]
include_patterns = [
    "*.md",
    "benchmarks/*.md",
    "docs/**.md",
    "examples/*/README.md",
    "plugins/*/README.md",
]
exclude_patterns = [".*", "**/.*", "build", "dist", "docs/_build", "**/tests"]
root_doc = "docs/index"

nitpicky = True
# What is of other packages is not described here, and nothing is asked of their sites.
nitpick_ignore_regex = [
    ("py:.*", r"(?!coprometrics).*"),
    ("py:.*", r"coprometrics.*\._\w+(\.\w+)*"),
    ("py:.*", r"coprometrics\.(documents\.yaml\.YamlText|store\.writing\.Overlap)"),
    ("py:.*", r"coprometrics\.report\.(numerals\.NumberFormat|text\.Document)"),
]
default_role = "code"
smartquotes = False

myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = "coprometrics"
html_extra_path = ["_root"]
html_copy_source = False
html_use_index = False
html_show_sphinx = False


def setup(app: Sphinx) -> None:
    """Add what extensions lack."""
    # Pygments has no lexer for CSV files; they are shown as they are.
    app.add_lexer("csv", TextLexer)
    app.connect("autodoc-process-docstring", _keep_colons, priority=400)
    app.connect("autodoc-process-signature", _leave_out_functions)


def _keep_colons(
    _app: Sphinx, what: str, _name: str, _thing: object, _options: object, lines: list[str]
) -> None:
    """Keep napoleon from taking words before a colon for a type; types are in the signatures."""
    if what == "property":
        lines.insert(0, "")
    for number, line in reversed(list(enumerate(lines, start=1))):
        if line.strip() == "Returns:":
            indent = line[: line.index("R")] + 4 * " "
            lines.insert(number, f"{indent}\\ ")


def _leave_out_functions(
    _app: Sphinx,
    _what: str,
    _name: str,
    _thing: object,
    _options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Write a default that has no text in Python, such as a function, as ``...``."""
    written = r"<(function (<\w+>|[^<>])*|object object)>"
    return signature and re.sub(written, "...", signature), returned
