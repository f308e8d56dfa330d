"""The hooks that plugins implement.

A plugin is a distribution with an entry point in the group ``coprometrics`` that names a module
(or object) with functions marked by ``hookimpl``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from coprometrics.importers.contract import Importer

__all__ = ["PROJECT", "coprometrics_importers", "hookimpl", "hookspec"]

PROJECT = "coprometrics"
"""The name of the hook project and of the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def coprometrics_importers() -> Sequence[Importer]:  # type: ignore[empty-body]  # a specification
    """Give the importers that this plugin has."""
