"""The hooks that plugins with importers implement.

A plugin is a distribution with an entry point in the group ``coprometrics`` that names a module
(or object) with functions marked by ``hookimpl``.
"""

from __future__ import annotations

from collections.abc import Sequence

from coprometrics.importers.contract import Importer
from coprometrics.plugins import hookimpl, hookspec

__all__ = ["GROUP", "coprometrics_importers", "hookimpl"]

GROUP = "coprometrics"
"""The name of the entry-point group."""


@hookspec
def coprometrics_importers() -> Sequence[Importer]:  # type: ignore[empty-body]  # a specification
    """Give the importers that this plugin has.

    Returns:
        Any number of importers, none with the name of another plugin or of another plugin's
        importer. `docs/plugins/contract.md` describes what an importer is.
    """
