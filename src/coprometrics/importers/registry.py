"""Which importers are there, by the plugins that offer them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint

from attrs import fields, frozen

from coprometrics.errors import ImporterError, PluginError
from coprometrics.importers import hookspecs
from coprometrics.importers.contract import HOOK_API, Importer, Source
from coprometrics.plugins import IncompatibleError, Plugin, Plugins
from coprometrics.records import Record

__all__ = ["Found", "Registry"]


@frozen
class Found:
    """An importer and the plugin that it comes from."""

    importer: Importer
    plugin: Plugin[Importer]


class Registry:
    """The importers of this environment.

    Args:
        points: the entry points to look at; those of the environment by default.
        blocked: names of plugins that are not imported.
    """

    def __init__(
        self, points: Iterable[EntryPoint] | None = None, *, blocked: Sequence[str] = ()
    ) -> None:
        self._plugins: Plugins[Importer] = Plugins(
            hookspecs.GROUP,
            hookspecs,
            "coprometrics_importers",
            check=_check,
            name=lambda importer: importer.name,
            points=points,
            blocked=blocked,
        )

    def discover(self) -> list[Plugin[Importer]]:
        """List the plugins by their metadata alone; none is imported."""
        return self._plugins.discover()

    def plugins(self) -> list[Plugin[Importer]]:
        """List the plugins, each imported if it may be."""
        return self._plugins.all()

    def importer(self, name: str) -> Found:
        """Find an importer by its name; only the plugin of that name is imported if there is one.

        Raises:
            ImporterError: when there is none, or its plugin cannot be used; says why.
        """
        own = self._plugins.named(name)
        for plugin in own or self.plugins():
            for importer in plugin.offers:
                if importer.name == name:
                    return Found(importer, plugin)
        if own:
            plugin = own[0]
            why = plugin.reason or f"it has no importer of that name, only {_names([plugin])}"
            raise ImporterError(
                f"the importer {name!r} cannot be used: its plugin is {plugin.state} ({why})",
                where=f"{plugin.distribution} {plugin.version}",
            )
        raise ImporterError(
            f"there is no importer {name!r}",
            remedy=f"there is {_names(self.plugins()) or 'none'}; see 'coprometrics importers'",
        )

    def identify(self, source: Source, *, schema: str | None = None) -> list[tuple[Found, str]]:
        """Ask every importer that is ready whether it reads a source; gives who does, and why.

        Those that read any source of its form count only where none knows more about it.

        Args:
            source: the source.
            schema: asks only the importers whose configuration has this schema, as its document
                names it.
        """
        answers = []
        for plugin in self.plugins():
            for importer in plugin.offers:
                if schema is not None and _schema_of(importer) != schema:
                    continue
                match = importer.identify(source)
                if match is not None:
                    answers.append((Found(importer, plugin), match))
        known = [answer for answer in answers if not answer[1].generic]
        return [(found, match.reason) for found, match in known or answers]


def _schema_of(importer: Importer) -> object:
    """Give the name that documents of an importer's configuration give their schema."""
    if importer.config is None:
        return None
    return next((f.default for f in fields(importer.config) if f.name == "schema"), None)


def _check(importer: object) -> None:
    name = getattr(importer, "name", None)
    if getattr(importer, "hook_api", None) != HOOK_API:
        wanted = getattr(importer, "hook_api", None)
        raise IncompatibleError(f"{name!r} is written for hook API {wanted}, this is {HOOK_API}")
    if not isinstance(importer, Importer):
        raise PluginError(f"{type(importer).__name__} has not all that an importer needs")
    types: tuple[object, ...] = tuple(importer.record_types)
    if not types or not all(isinstance(t, type) and issubclass(t, Record) for t in types):
        raise PluginError(f"the record types of {name!r} are not record types")


def _names(plugins: Iterable[Plugin[Importer]]) -> str:
    return ", ".join(sorted(i.name for plugin in plugins for i in plugin.offers))
