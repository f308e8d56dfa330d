"""How a result looks in a terminal and in a notebook."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coprometrics.metrics.base import MetricResult

__all__ = ["as_html", "as_text"]


def _grid(result: MetricResult) -> tuple[list[str], list[list[str]]]:
    """Lay the figures out: one line for each set of dimensions, one column for each value."""
    names = list(dict.fromkeys(name for f in result.figures for name in f.dimensions))
    values = list(result.units)
    lines: dict[tuple[str | None, ...], dict[str, str]] = {}
    for figure in result.figures:
        key = tuple(figure.dimensions.get(name) for name in names)
        lines.setdefault((*key, figure.currency), {})[figure.value] = figure.text
    lines = {
        key: cells for key, cells in lines.items() if key[-1] or not _joined(lines, key, cells)
    }
    grid = []
    for key, cells in lines.items():
        # An empty text is a value like any other, and not the want of one.
        about = ["" if word is None else word or '""' for word in key[:-1]]
        if names and all(word is None for word in key[:-1]):
            about[0] = "total"
        grid.append([*about, *(cells.get(value, "") for value in values)])
    return [*names, *values], grid


def _heading(result: MetricResult) -> str:
    parts = [f"{result.metric} v{result.version}"]
    parts += [str(result.period)] if result.period else []
    parts += [f"basis {result.basis}"] if result.basis else []
    return ", ".join([*parts, result.fingerprint[:12]])


def _remarks(result: MetricResult) -> list[str]:
    return [*(str(excluded) for excluded in result.excluded), *result.notes]


def as_text(result: MetricResult) -> str:
    """Write a result for a terminal."""
    if not result.figures:
        return "\n".join([_heading(result), "no figures", *(f"* {t}" for t in _remarks(result))])
    names, grid = _grid(result)
    widths = [max(len(line[i]) for line in [names, *grid]) for i in range(len(names))]
    words = len(names) - len(result.units)
    lines = [
        "  ".join(
            cell.ljust(width) if i < words else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [names, ["-" * width for width in widths], *grid]
    ]
    return "\n".join([_heading(result), *lines, *(f"* {text}" for text in _remarks(result))])


def as_html(result: MetricResult) -> str:
    """Write a result for a notebook."""
    names, grid = _grid(result)
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in line)}</tr>" for line in grid
    )
    remarks = "".join(f"<li>{html.escape(text)}</li>" for text in _remarks(result))
    return (
        f"<table><caption>{html.escape(_heading(result))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"{f'<ul>{remarks}</ul>' if remarks else ''}"
    )


def _joined(
    lines: dict[tuple[str | None, ...], dict[str, str]],
    key: tuple[str | None, ...],
    cells: dict[str, str],
) -> bool:
    """Put cells without a currency into the line of the only currency, if there is just one."""
    twins = [other for other in lines if other[:-1] == key[:-1] and other[-1]]
    if len(twins) != 1:
        return False
    lines[twins[0]].update(cells)
    return True
