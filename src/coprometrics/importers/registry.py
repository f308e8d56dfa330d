"""Which importers are there: found by their metadata, imported one by one when needed.

A plugin that fails to import, breaks the contract or repeats another's name is listed with its
state and the reason; it never stops another plugin from working.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Literal

import pluggy
from attrs import evolve, frozen

from coprometrics.errors import ImporterError, PluginError
from coprometrics.importers import hookspecs
from coprometrics.importers.contract import HOOK_API, Importer, Source
from coprometrics.records import Record

__all__ = ["Found", "Plugin", "Registry", "State"]

State = Literal["found", "ready", "blocked", "broken", "incompatible", "duplicate"]


@frozen
class Plugin:
    """A plugin, as far as it is known.

    Attributes:
        name: the name of its entry point.
        distribution: the distribution that has it.
        version: the version of that distribution.
        state: found (not imported yet), ready, blocked, broken, incompatible or duplicate.
        reason: why, when it is not ready.
        importers: what it provides, once it is ready.
    """

    name: str
    distribution: str
    version: str
    state: State = "found"
    reason: str = ""
    importers: tuple[Importer, ...] = ()


@frozen
class Found:
    """An importer and the plugin that it comes from."""

    importer: Importer
    plugin: Plugin


class Registry:
    """The plugins of this environment.

    Args:
        points: the entry points to look at; those of the environment by default.
        blocked: names of plugins that are not imported.
    """

    def __init__(
        self, points: Iterable[EntryPoint] | None = None, *, blocked: Sequence[str] = ()
    ) -> None:
        found = entry_points(group=hookspecs.PROJECT) if points is None else points
        self._points = sorted(set(found), key=lambda point: (point.name, point.value))
        self._blocked = frozenset(blocked)
        self._loaded: dict[int, Plugin] = {}

    def discover(self) -> list[Plugin]:
        """List the plugins by their metadata alone; none is imported."""
        return [self._described(point) for point in self._points]

    def plugins(self) -> list[Plugin]:
        """List the plugins, each imported if it may be."""
        loaded = [self._load(index) for index in range(len(self._points))]
        offered = Counter(i.name for plugin in loaded for i in plugin.importers)
        return [_without_duplicates(plugin, offered) for plugin in loaded]

    def importer(self, name: str) -> Found:
        """Find an importer by its name; only the plugin of that name is imported if there is one.

        Raises:
            ImporterError: when there is none, or its plugin cannot be used; says why.
        """
        own = [index for index, point in enumerate(self._points) if point.name == name]
        candidates = [self._load(index) for index in own] if own else self.plugins()
        for plugin in candidates:
            for importer in plugin.importers:
                if importer.name == name:
                    return Found(importer, plugin)
        if own:
            plugin = candidates[0]
            why = plugin.reason or f"it has no importer of that name, only {_names([plugin])}"
            raise ImporterError(
                f"the importer {name!r} cannot be used: its plugin is {plugin.state} ({why})",
                where=f"{plugin.distribution} {plugin.version}",
            )
        raise ImporterError(
            f"there is no importer {name!r}",
            remedy=f"there is {_names(self.plugins()) or 'none'}; see 'coprometrics importers'",
        )

    def identify(self, source: Source) -> list[tuple[Found, str]]:
        """Ask every importer that is ready whether it reads a source; gives who does, and why."""
        answers = []
        for plugin in self.plugins():
            for importer in plugin.importers:
                match = importer.identify(source)
                if match is not None:
                    answers.append((Found(importer, plugin), match.reason))
        return answers

    def _described(self, point: EntryPoint) -> Plugin:
        distribution = point.dist
        plugin = Plugin(
            name=point.name,
            distribution=distribution.name if distribution else "(unknown)",
            version=distribution.version if distribution else "",
        )
        if point.name in self._blocked:
            return evolve(plugin, state="blocked", reason="by the settings")
        rivals = [other for other in self._points if other.name == point.name]
        if len(rivals) > 1:
            names = sorted(other.dist.name if other.dist else "?" for other in rivals)
            return evolve(plugin, state="duplicate", reason=f"offered by {', '.join(names)}")
        return plugin

    def _load(self, index: int) -> Plugin:
        if index not in self._loaded:
            point = self._points[index]
            plugin = self._described(point)
            self._loaded[index] = _imported(plugin, point) if plugin.state == "found" else plugin
        return self._loaded[index]


def _imported(plugin: Plugin, point: EntryPoint) -> Plugin:
    """Import a plugin and ask it for its importers; whatever it does wrong is its state."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(point.load(), name=plugin.name)
        manager.check_pending()
        given = [one for several in manager.hook.coprometrics_importers() for one in several]
        for importer in given:
            _check(importer)
    except KeyboardInterrupt:
        raise
    except _IncompatibleError as error:
        return evolve(plugin, state="incompatible", reason=str(error))
    except BaseException as error:  # noqa: BLE001  (a plugin may raise anything, even SystemExit)
        message = str(error).splitlines()[0] if str(error) else ""
        return evolve(plugin, state="broken", reason=f"{type(error).__name__}: {message}")
    return evolve(plugin, state="ready", importers=tuple(given))


class _IncompatibleError(PluginError):
    pass


def _check(importer: object) -> None:
    name = getattr(importer, "name", None)
    if getattr(importer, "hook_api", None) != HOOK_API:
        wanted = getattr(importer, "hook_api", None)
        raise _IncompatibleError(f"{name!r} is written for hook API {wanted}, this is {HOOK_API}")
    if not isinstance(importer, Importer):
        raise PluginError(f"{type(importer).__name__} has not all that an importer needs")
    types: tuple[object, ...] = tuple(importer.record_types)
    if not types or not all(isinstance(t, type) and issubclass(t, Record) for t in types):
        raise PluginError(f"the record types of {name!r} are not record types")


def _without_duplicates(plugin: Plugin, offered: Counter[str]) -> Plugin:
    twice = sorted({i.name for i in plugin.importers if offered[i.name] > 1})
    if not twice:
        return plugin
    reason = f"another plugin too offers {', '.join(twice)}"
    return evolve(plugin, state="duplicate", reason=reason, importers=())


def _names(plugins: Iterable[Plugin]) -> str:
    return ", ".join(sorted(i.name for plugin in plugins for i in plugin.importers))
