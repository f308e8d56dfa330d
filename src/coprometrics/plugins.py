"""Which plugins are there: found by their metadata, imported one by one when needed.

A plugin that fails to import, breaks its contract or repeats what another offers is listed with its
state and the reason; it never stops another plugin from working.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar

import pluggy
from attrs import evolve, frozen

from coprometrics.errors import PluginError

__all__ = ["PROJECT", "IncompatibleError", "Plugin", "Plugins", "State", "hookimpl", "hookspec"]

PROJECT = "coprometrics"
"""The name of the hook project."""

State = Literal["found", "ready", "blocked", "broken", "incompatible", "duplicate"]

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

_T = TypeVar("_T")


class IncompatibleError(PluginError):
    """A plugin written for another version of its hooks."""


@frozen
class Plugin(Generic[_T]):
    """A plugin, as far as it is known.

    Attributes:
        name: the name of its entry point.
        distribution: the distribution that has it.
        version: the version of that distribution.
        state: found (not imported yet), ready, blocked, broken, incompatible or duplicate.
        reason: why, when it is not ready.
        offers: what it provides, once it is ready.
    """

    name: str
    distribution: str
    version: str
    state: State = "found"
    reason: str = ""
    offers: tuple[_T, ...] = ()


class Plugins(Generic[_T]):
    """The plugins of one kind in this environment.

    Args:
        group: the entry-point group that they are in.
        specs: the module with the specification of their hook.
        hook: the name of the hook; each gives a sequence.
        check: raises when something in it is not what it should be.
        name: gives the name of something in it, which no two plugins may share.
        points: the entry points to look at; those of the environment by default.
        blocked: names of plugins that are not imported.
    """

    def __init__(
        self,
        group: str,
        specs: ModuleType,
        hook: str,
        *,
        check: Callable[[Any], None],
        name: Callable[[_T], str],
        points: Iterable[EntryPoint] | None = None,
        blocked: Sequence[str] = (),
    ) -> None:
        self._group, self._given = group, points
        self._specs, self._hook, self._check, self._name = specs, hook, check, name
        self._blocked = frozenset(blocked)
        self._loaded: dict[int, Plugin[_T]] = {}

    @cached_property
    def _points(self) -> list[EntryPoint]:
        # Looking through the environment takes time, and not every question needs it.
        found = entry_points(group=self._group) if self._given is None else self._given
        return sorted(set(found), key=lambda point: (point.name, point.value))

    def discover(self) -> list[Plugin[_T]]:
        """List the plugins by their metadata alone; none is imported."""
        return [self._described(point) for point in self._points]

    def named(self, name: str) -> list[Plugin[_T]]:
        """Give the plugins of one name, imported if they may be; no other is."""
        return [self._load(i) for i, point in enumerate(self._points) if point.name == name]

    def all(self) -> list[Plugin[_T]]:
        """Give all plugins, each imported if it may be."""
        loaded = [self._load(index) for index in range(len(self._points))]
        offered = Counter(self._name(one) for plugin in loaded for one in plugin.offers)
        return [self._without_duplicates(plugin, offered) for plugin in loaded]

    def _described(self, point: EntryPoint) -> Plugin[_T]:
        distribution = point.dist
        plugin: Plugin[_T] = Plugin(
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

    def _load(self, index: int) -> Plugin[_T]:
        if index not in self._loaded:
            point = self._points[index]
            plugin = self._described(point)
            self._loaded[index] = (
                self._imported(plugin, point) if plugin.state == "found" else plugin
            )
        return self._loaded[index]

    def _imported(self, plugin: Plugin[_T], point: EntryPoint) -> Plugin[_T]:
        """Import a plugin and ask for what it offers; whatever it does wrong is its state."""
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(self._specs)
        try:
            manager.register(point.load(), name=plugin.name)
            manager.check_pending()
            given = [one for several in getattr(manager.hook, self._hook)() for one in several]
            for one in given:
                self._check(one)
        except KeyboardInterrupt:
            raise
        except IncompatibleError as error:
            return evolve(plugin, state="incompatible", reason=str(error))
        except BaseException as error:  # noqa: BLE001  (a plugin may raise anything, even SystemExit)
            message = str(error).splitlines()[0] if str(error) else ""
            return evolve(plugin, state="broken", reason=f"{type(error).__name__}: {message}")
        return evolve(plugin, state="ready", offers=tuple(given))

    def _without_duplicates(self, plugin: Plugin[_T], offered: Counter[str]) -> Plugin[_T]:
        twice = sorted({self._name(one) for one in plugin.offers if offered[self._name(one)] > 1})
        if not twice:
            return plugin
        reason = f"another plugin too offers {', '.join(twice)}"
        return evolve(plugin, state="duplicate", reason=reason, offers=())
