"""Which plugins are there: found by their metadata, imported one by one when needed.

A plugin that fails to import, breaks its contract or repeats what another offers is listed with its
state and the reason; it never stops another plugin from working. What plugins print goes to the
standard error, so that it never mixes with an answer.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from importlib.metadata import Distribution, EntryPoint, distributions, entry_points
from types import ModuleType
from typing import Any, Generic, Literal, TypeVar

import pluggy
from attrs import evolve, frozen

from coprometrics.errors import PluginError

__all__ = [
    "BLOCK_VARIABLE",
    "PROJECT",
    "HookDeprecationWarning",
    "IncompatibleError",
    "Plugin",
    "Plugins",
    "State",
    "blocked_by_environment",
    "entry_points_in",
    "hookimpl",
    "hookspec",
    "printing_aside",
    "raised",
    "refuse",
]

PROJECT = "coprometrics"
"""The name of the hook project."""

BLOCK_VARIABLE = "COPROMETRICS_BLOCK"
"""The environment variable with the names of plugins that must not be imported, by commas."""

State = Literal["found", "ready", "blocked", "broken", "incompatible", "duplicate"]

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

_T = TypeVar("_T")
_LONGEST_TOLD = 200
_UNKNOWN = "(unknown)"
_UNREADABLE = (AttributeError, LookupError, OSError, TypeError, ValueError)
"""What reading a file of metadata raises, which may hold anything or be missing."""


class IncompatibleError(PluginError):
    """A plugin written for another version of its hooks."""


class HookDeprecationWarning(DeprecationWarning):
    """A hook, or an argument of one, that goes away; given with the plugin's own file and line.

    Args:
        what: the hook or the argument.
        removed_in: the release that does not have it any more.
        instead: what to do.

    Examples:
        A specification says it once, and whoever implements it is warned:

        >>> @hookspec(warn_on_impl=HookDeprecationWarning(
        ...     "the hook readers", removed_in="2.0", instead="implement importers"))
        ... def readers(): ...
        >>> print(readers.coprometrics_spec["warn_on_impl"])
        the hook readers is deprecated, and coprometrics 2.0 removes it; implement importers
    """

    def __init__(self, what: str, *, removed_in: str, instead: str) -> None:
        super().__init__(
            f"{what} is deprecated, and coprometrics {removed_in} removes it; {instead}"
        )
        self.removed_in = removed_in


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

    def __str__(self) -> str:
        return f"plugin {self.name} of {self.distribution} {self.version}".rstrip()

    @property
    def remedy(self) -> str:
        """What to do where it fails."""
        block = f"block it: {BLOCK_VARIABLE}={self.name}"
        return f"update or remove {self.distribution}, or {block}"

    @property
    def failure(self) -> PluginError | None:
        """Why it cannot be used, and what to do; None where it can, or where it is blocked.

        Examples:
            >>> print(Plugin("old", "old-importers", "1.2", "broken", "no module 'six'").failure)
            plugin old of old-importers 1.2: it is broken (no module 'six'); update or remove \
old-importers, or block it: COPROMETRICS_BLOCK=old
        """
        if self.state in ("found", "ready", "blocked"):
            return None
        twice = self.state == "duplicate"
        return PluginError(
            f"it is {self.state} ({self.reason})",
            where=str(self),
            remedy="remove one of them, or block both" if twice else self.remedy,
        )


class Plugins(Generic[_T]):
    """The plugins of one kind in this environment.

    Args:
        group: the entry-point group that they are in.
        specs: the module with the specifications of their hooks; each gives a sequence.
        check: raises when something in it is not what it should be.
        name: gives the name of something in it, which no two plugins may share. A name that is
            that of a plugin's entry point belongs to this plugin.
        points: the entry points to look at; those of the environment by default.
        blocked: names of plugins that are not imported, beside those that the environment blocks.
    """

    def __init__(
        self,
        group: str,
        specs: ModuleType,
        *,
        check: Callable[[Any], None],
        name: Callable[[_T], str],
        points: Iterable[EntryPoint] | None = None,
        blocked: Sequence[str] = (),
    ) -> None:
        self._group, self._given = group, points
        self._specs, self._check, self._name = specs, check, name
        self._blocked = {*blocked, *blocked_by_environment()}
        self._loaded: dict[int, Plugin[_T]] = {}
        self._offered: dict[int, tuple[str, ...]] = {}

    @cached_property
    def _searched(self) -> tuple[list[EntryPoint], list[tuple[Distribution, str]]]:
        # Looking through the environment takes time, and not every question needs it.
        return _search(self._group) if self._given is None else (list(self._given), [])

    @cached_property
    def _points(self) -> list[EntryPoint]:
        found = self._searched[0]
        single = {(point.name, point.value, *_identity(point.dist)): point for point in found}
        return [point for _key, point in sorted(single.items(), key=lambda item: item[0])]

    @cached_property
    def _unreadable(self) -> list[Plugin[_T]]:
        plugins: list[Plugin[_T]] = []
        for distribution, why in self._searched[1]:
            name, version = _identity(distribution)
            reason = f"its entry_points.txt cannot be read ({why})"
            broken: Plugin[_T] = Plugin(name, name, version, "broken", reason)
            plugins.append(self._blocked_or(broken))
        return plugins

    def discover(self) -> list[Plugin[_T]]:
        """List the plugins by their metadata alone; none is imported."""
        return [self._described(point) for point in self._points] + self._unreadable

    def named(self, name: str) -> list[Plugin[_T]]:
        """Give the plugins of one name, imported if they may be; no other is."""
        return [self._load(i) for i, point in enumerate(self._points) if point.name == name]

    def all(self) -> list[Plugin[_T]]:
        """Give all plugins, each imported if it may be."""
        loaded = [self._load(index) for index in range(len(self._points))]
        offered = Counter(name for names in self._offered.values() for name in names)
        own = {p.name for i, p in enumerate(loaded) if p.name in self._offered.get(i, ())}
        found = []
        for index, plugin in enumerate(loaded):
            names = self._offered.get(index, ())
            twice = sorted(
                n for n in names if offered[n] > 1 and (n not in own or n != plugin.name)
            )
            if twice:
                reason = f"another plugin too offers {', '.join(twice)}"
                found.append(evolve(plugin, state="duplicate", reason=reason, offers=()))
            else:
                found.append(plugin)
        return found + self._unreadable

    def failures(self) -> tuple[PluginError, ...]:
        """Give why plugins cannot be used, each imported if it may be."""
        found = (plugin.failure for plugin in self.all())
        return tuple(failure for failure in found if failure)

    def _described(self, point: EntryPoint) -> Plugin[_T]:
        distribution, version = _identity(point.dist)
        plugin = self._blocked_or(Plugin(point.name, distribution, version))
        rivals = [other for other in self._points if other.name == point.name]
        if plugin.state == "found" and len(rivals) > 1:
            names = sorted(_identity(other.dist)[0] for other in rivals)
            return evolve(plugin, state="duplicate", reason=f"offered by {', '.join(names)}")
        return plugin

    def _blocked_or(self, plugin: Plugin[_T]) -> Plugin[_T]:
        blocked = plugin.name in self._blocked
        return evolve(plugin, state="blocked", reason="by the settings") if blocked else plugin

    def _load(self, index: int) -> Plugin[_T]:
        if index not in self._loaded:
            point = self._points[index]
            plugin = self._described(point)
            if plugin.state == "found":
                plugin, self._offered[index] = self._imported(plugin, point)
            self._loaded[index] = plugin
        return self._loaded[index]

    def _imported(
        self, plugin: Plugin[_T], point: EntryPoint
    ) -> tuple[Plugin[_T], tuple[str, ...]]:
        """Import a plugin and ask for what it offers; whatever it does wrong is its state."""
        try:
            with printing_aside():
                given = self._given_by(plugin.name, point.load())
                for one in given:
                    self._check(one)
                names = tuple(self._name(one) for one in given)
            if twice := [name for name, count in Counter(names).items() if count > 1]:
                raise PluginError(f"it offers {', '.join(sorted(twice))} twice")
        except KeyboardInterrupt:
            raise
        except IncompatibleError as error:
            return evolve(plugin, state="incompatible", reason=str(error)), ()
        except BaseException as error:  # noqa: BLE001  (a plugin may raise anything, even SystemExit)
            return evolve(plugin, state="broken", reason=raised(error)), ()
        return evolve(plugin, state="ready", offers=tuple(given)), names

    def _given_by(self, name: str, module: object) -> list[Any]:
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(self._specs)
        hooks = sorted(name for name in vars(manager.hook) if not name.startswith("_"))
        manager.register(module, name=name)
        manager.check_pending()
        given: list[Any] = []
        for hook in hooks:
            caller: pluggy.HookCaller = getattr(manager.hook, hook)
            plain = [i for i in caller.get_hookimpls() if not (i.wrapper or i.hookwrapper)]
            # pluggy leaves out an answer of None, which is no answer to this question.
            answers = caller() if plain else []
            if len(answers) < len(plain):
                raise PluginError(f"{hook} gave None, not a list")
            for answer in answers:
                if not isinstance(answer, Sequence) or isinstance(answer, str | bytes):
                    raise PluginError(f"{hook} gave a {type(answer).__name__}, not a list")
                given += answer
        if not manager.get_hookcallers(module):
            raise PluginError(f"it implements no hook; mark its {hooks[0]} with hookimpl")
        return given


def entry_points_in(group: str) -> list[EntryPoint]:
    """Give the entry points of a group, whatever other distributions have in their metadata."""
    return _search(group)[0]


def _search(group: str) -> tuple[list[EntryPoint], list[tuple[Distribution, str]]]:
    """Give the entry points of a group, and the distributions whose entry points cannot be read.

    One file that cannot be read makes the search as a whole fail; then they are read one by one.
    """
    try:
        return list(entry_points(group=group)), []
    except _UNREADABLE:
        found: list[EntryPoint] = []
        unreadable = []
    for distribution in _distributions():
        try:
            found += [point for point in distribution.entry_points if point.group == group]
        except _UNREADABLE as error:
            if f"[{group}" in _text_of(distribution):
                unreadable.append((distribution, type(error).__name__))
    return found, unreadable


def _distributions() -> Iterator[Distribution]:
    """Give the distributions that an import would find: of several with one name the first."""
    seen = set()
    for distribution in distributions():
        name = _identity(distribution)[0].lower().replace("_", "-")
        if name not in seen or name == _UNKNOWN:
            seen.add(name)
            yield distribution


def _text_of(distribution: Distribution) -> str:
    try:
        return distribution.read_text("entry_points.txt") or ""
    except (OSError, ValueError):
        return ""


def _identity(distribution: Distribution | None) -> tuple[str, str]:
    """Give the name and the version of a distribution, where its metadata say them."""
    if distribution is None:
        return _UNKNOWN, ""
    try:
        return distribution.name or _UNKNOWN, distribution.version or ""
    except _UNREADABLE:
        return _UNKNOWN, ""


def blocked_by_environment() -> tuple[str, ...]:
    """Give the names of the plugins that the environment blocks."""
    names = (name.strip() for name in os.environ.get(BLOCK_VARIABLE, "").split(","))
    return tuple(dict.fromkeys(filter(None, names)))


def refuse(failures: Sequence[PluginError]) -> None:
    """Raise all failures of plugins as one; nothing where there is none.

    Raises:
        ExceptionGroup: of the failures.
    """
    if failures:
        count = "a plugin" if len(failures) == 1 else f"{len(failures)} plugins"
        raise ExceptionGroup(f"{count} failed", failures)


@contextlib.contextmanager
def printing_aside() -> Iterator[None]:
    """Send what a plugin prints to the standard error; the standard output is for answers."""
    with contextlib.redirect_stdout(sys.stderr):
        yield


def raised(error: BaseException) -> str:
    """Say in one line what a plugin raised before it was given any data.

    Examples:
        >>> raised(ModuleNotFoundError("No module named 'six'"))
        "ModuleNotFoundError: No module named 'six'"
    """
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  (an error of a plugin may fail even here)
        text = ""
    line = "".join(sign if sign.isprintable() else " " for sign in text.partition("\n")[0]).strip()
    if len(line) > _LONGEST_TOLD:
        line = f"{line[: _LONGEST_TOLD - 1]}…"
    if isinstance(error, PluginError):
        return line
    return PluginError(f"{type(error).__name__}: {line}" if line else type(error).__name__).what
