"""Which importers are there, by the plugins that offer them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import EntryPoint

from attrs import fields, frozen

from coprometrics.errors import CoprometricsError, ImporterError, PluginError
from coprometrics.importers import hookspecs
from coprometrics.importers.conformance import check_importer, checked_match, raised_at
from coprometrics.importers.contract import Importer, Match, Source
from coprometrics.plugins import Plugin, Plugins, printing_aside, refuse

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
            check=check_importer,
            name=lambda importer: importer.name,
            points=points,
            blocked=blocked,
        )
        self._failed: dict[str, PluginError] = {}

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
            remedy=f"there is {_names(self.plugins()) or 'none'}; see 'coprometrics importers'"
            + "".join(f"; the {p} is {p.state} ({p.reason})" for p in self.plugins() if p.failure),
        )

    def failures(self) -> tuple[PluginError, ...]:
        """Give what plugins did wrong so far: those that cannot be used, and failed answers.

        Every plugin is imported that may be.
        """
        return (*self._plugins.failures(), *self._failed.values())

    def check(self) -> None:
        """Refuse to go on where a plugin did something wrong.

        Raises:
            ExceptionGroup: of all `failures`, each a PluginError.
        """
        refuse(self.failures())

    def identify(
        self,
        source: Source,
        *,
        schema: str | None = None,
        progress: Callable[[str], None] = lambda _step: None,
    ) -> list[tuple[Found, str]]:
        """Ask every importer that is ready whether it reads a source; gives who does, and why.

        Those that read any source of its form count only where none knows more about it. An
        importer that fails is left out; `failures` says so.

        Args:
            source: the source.
            schema: asks only the importers whose configuration has this schema, as its document
                names it.
            progress: called before each with who is asked.

        Raises:
            ImporterError: when the source cannot be read, and nobody knows it.
            PluginError: when an importer wrote to the source.
        """
        answers: list[tuple[Found, Match]] = []
        before = source.stamp()
        refused: ImporterError | None = None
        for plugin in self.plugins():
            for importer in plugin.offers:
                if schema is not None and _schema_of(importer) != schema:
                    continue
                progress(f"asking the importer {importer.name} of the {plugin}")
                try:
                    match = _asked(importer, source, plugin)
                except PluginError as error:
                    self._failed[str(error)] = error
                except ImporterError as error:
                    refused = refused or error
                else:
                    if match is not None:
                        answers.append((Found(importer, plugin), match))
                if source.stamp() != before:
                    raise PluginError(
                        f"the importer {importer.name} of the {plugin} wrote to it",
                        where=source.name,
                        remedy=f"get it again from where it came from, and {plugin.remedy}",
                    )
        if refused and not answers:
            raise refused
        known = [answer for answer in answers if not answer[1].generic]
        return [(found, match.reason) for found, match in known or answers]


def _asked(importer: Importer, source: Source, plugin: Plugin[Importer]) -> Match | None:
    """Ask one importer whether it reads a source.

    Raises:
        PluginError: for whatever it does wrong; names the plugin and the source.
        ImporterError: when it cannot look at the source.
    """
    try:
        with printing_aside():
            return checked_match(importer.identify(source))
    except (KeyboardInterrupt, MemoryError):
        raise
    except PluginError as error:
        what, cause = error.what, error.__cause__
    except CoprometricsError:
        raise
    except BaseException as error:  # noqa: BLE001  (a plugin may raise anything, even SystemExit)
        what, cause = raised_at(error, importer), error
    raise PluginError(
        f"the importer {importer.name} failed to look at it: {what}",
        where=f"{plugin}, {source.name}",
        remedy=plugin.remedy,
    ) from cause


def _schema_of(importer: Importer) -> object:
    """Give the name that documents of an importer's configuration give their schema."""
    if importer.config is None:
        return None
    return next((f.default for f in fields(importer.config) if f.name == "schema"), None)


def _names(plugins: Iterable[Plugin[Importer]]) -> str:
    return ", ".join(sorted(i.name for plugin in plugins for i in plugin.offers))
