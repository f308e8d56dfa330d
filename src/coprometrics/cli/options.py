"""The options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from coprometrics.errors import PluginError

__all__ = [
    "config_option",
    "into_option",
    "key_file_option",
    "start_month_option",
    "strict_option",
    "tell_failures",
]

_FILE = click.Path(path_type=Path)

into_option = click.option(
    "--into",
    required=True,
    type=_FILE,
    metavar="STORE",
    help="The store to write; made when it is not there.",
)
config_option = click.option(
    "--mapping",
    "--config",
    "config",
    type=_FILE,
    metavar="FILE",
    help="The configuration of the importer.",
)
key_file_option = click.option(
    "--key-file",
    type=_FILE,
    metavar="FILE",
    help="The secret key for people; coprometrics.key beside the store by default.",
)
start_month_option = click.option(
    "--start-month",
    type=click.IntRange(1, 12),
    default=1,
    show_default=True,
    help="The month in which an operational year starts.",
)
strict_option = click.option(
    "--strict",
    is_flag=True,
    help="Exit with 2 when a plugin fails that was looked at; CI=true does the same.",
)


def tell_failures(failures: Sequence[PluginError], *, strict: bool) -> bool:
    """Say which plugins failed, on the standard error.

    Args:
        failures: what they did wrong.
        strict: whether the command line asks for it.

    Returns:
        Whether that is the end of it: there are failures, and here they are no mere warnings.
    """
    fatal = strict or os.environ.get("CI", "").lower() == "true"
    for failure in failures:
        click.echo(f"{'error' if fatal else 'warning'}: {failure}", err=True)
    return fatal and bool(failures)
