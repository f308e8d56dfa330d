"""The command line: ``coprometrics check``, ``import``, ``metric`` and their companions.

Exit codes: 0 when nothing is wrong, 1 when the data or the report is, 2 when the input could
not be read or the command was wrong, 70 when coprometrics itself failed.
"""

from __future__ import annotations

import io
import os
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import click

from coprometrics.cli.check import check
from coprometrics.cli.importing import import_command, importers
from coprometrics.cli.metric import metric, metrics
from coprometrics.cli.organisations import organisations
from coprometrics.cli.plugin import plugin
from coprometrics.cli.report import report
from coprometrics.cli.scan import scan
from coprometrics.cli.schemas import schemas
from coprometrics.errors import CoprometricsError

__all__ = ["cli", "main"]

_COMMANDS = "coprometrics.commands"
"""The entry-point group in which plugins have commands of their own."""

_UNREADABLE, _FAILED, _INTERRUPTED, _BROKEN_PIPE = 2, 70, 130, 141


class _Commands(click.Group):
    """The commands of the core, and those of plugins, imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_plugin_commands()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        point = _plugin_commands().get(cmd_name)
        if own is not None or point is None:
            return own
        return _PluginCommand(cmd_name, point)


class _PluginCommand(click.Command):
    """Stands for a plugin's command until it is called."""

    def __init__(self, name: str, point: EntryPoint) -> None:
        distribution = point.dist.name if point.dist else "a plugin"
        super().__init__(
            name,
            short_help=f"Commands of {distribution}.",
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        )
        self._point = point

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.args = list(args)
        return ctx.args

    def invoke(self, ctx: click.Context) -> object:
        command = self._loaded()
        with command.make_context(self.name, ctx.args, parent=ctx.parent) as inner:
            return command.invoke(inner)

    def _loaded(self) -> click.Command:
        from coprometrics.configuration import find_configuration
        from coprometrics.plugins import printing_aside, raised

        if self.name in find_configuration(Path.cwd()).block:
            raise click.ClickException(f"the plugin {self.name!r} is blocked by the settings")
        try:
            with printing_aside():
                command: object = self._point.load()
            if isinstance(command, click.Command):
                return command
            reason = f"it is a {type(command).__name__}, no command"
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a plugin may raise anything)
            reason = raised(error)
        raise click.ClickException(
            f"the plugin's command {self.name!r} cannot be loaded ({reason}); see "
            "'coprometrics importers'"
        )


def _plugin_commands() -> dict[str, EntryPoint]:
    try:
        points = entry_points(group=_COMMANDS)
    except (AttributeError, LookupError, OSError, TypeError, ValueError):
        # A distribution with metadata that cannot be read makes the search fail for all.
        from coprometrics.plugins import entry_points_in

        return {point.name: point for point in entry_points_in(_COMMANDS)}
    return {point.name: point for point in points}


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coprometrics")
def cli() -> None:
    """Every number in an impact report: typed, recomputed and checked."""


for _command in (
    check,
    import_command,
    importers,
    metric,
    metrics,
    organisations,
    plugin,
    report,
    scan,
    schemas,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line and end the process with its exit code.

    What it prints is UTF-8 everywhere, so that no figure is lost to the code page of a machine.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        # click's own main() would turn a broken pipe into 1, which here means findings.
        with cli.make_context("coprometrics", sys.argv[1:]) as context:
            code = cli.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("stopped; nothing was kept of what was being done", err=True)
        sys.exit(_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(_UNREADABLE)
    except CoprometricsError as error:
        click.echo(f"coprometrics: {error}", err=True)
        sys.exit(_UNREADABLE)
    except BrokenPipeError:
        # Python flushes once more at its end; nothing must be left to fail then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(_BROKEN_PIPE)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        click.echo(f"coprometrics: {place}cannot be read or written ({error.strerror})", err=True)
        sys.exit(_UNREADABLE)
    except Exception as error:
        if os.environ.get("COPROMETRICS_DEBUG"):
            raise
        click.echo(
            f"coprometrics failed: {type(error).__name__}. This is a fault of coprometrics, not "
            "of your data; set COPROMETRICS_DEBUG=1 to see where, and tell its developers.",
            err=True,
        )
        sys.exit(_FAILED)
    sys.exit(code if isinstance(code, int) else 0)
