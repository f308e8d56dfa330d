"""Acceptances proposed for the findings of a report, and put into its file.

Each has a placeholder for its reason, and does not count until a person has written one. Nothing
else in the file changes: the entries are inserted as text, and the file is read again before it is
written. What cannot be inserted in that way is refused.
"""

from __future__ import annotations

import codecs
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from coprometrics.documents import DocumentError
from coprometrics.documents.loading import parse_document, read_text
from coprometrics.documents.yaml import read_yaml
from coprometrics.errors import ReportError, SchemaError
from coprometrics.report._writing import quoted, replace_file, scalar
from coprometrics.report.findings import PLACEHOLDER, Acceptance, Finding
from coprometrics.report.report_file import Report
from coprometrics.report.result import Check

__all__ = ["Written", "propose_accepted", "with_accepted", "write_accepted"]

_BREAK = re.compile(r"\r\n|\r|\n")
_DASH = re.compile(r"( *)-[ \t]*+(?:#[^\r\n]*+)?+\s*+")


@frozen
class Written:
    """What was put into a report file.

    Attributes:
        added: the acceptances that were added.
        left: the findings for which none can be proposed.
    """

    added: tuple[Acceptance, ...]
    left: tuple[Finding, ...]


def write_accepted(check: Check, *, until: dt.date, fail_on: str = "error") -> Written:
    """Add to a report file an acceptance, still without its reason, for each finding of its check.

    Args:
        check: what was found.
        until: the last day of the acceptances.
        fail_on: the least grave findings to propose one for.

    Raises:
        CoprometricsError: when the file cannot be read or written, or has its list in a form that
            nothing can be added to; it is left as it is then.
    """
    file = Path(check.file)
    text = read_text(file)
    try:
        report = parse_document(text, Report, check.file).value
    except DocumentError:
        return Written((), check.failing(fail_on))
    there = [Acceptance(one.code, one.figures, one.reason, one.until) for one in report.accepted]
    written = propose_accepted(check.failing(fail_on), there, until)
    if written.added:
        mark = codecs.BOM_UTF8 if file.read_bytes().startswith(codecs.BOM_UTF8) else b""
        new = with_accepted(text, written.added, check.file)
        replace_file(file, mark + new.encode())
    return written


def propose_accepted(
    findings: Iterable[Finding], there: Iterable[Acceptance], until: dt.date
) -> Written:
    """Propose an acceptance for each finding about figures that none is about yet.

    One without figures would accept every finding of its code, also those that nobody has seen
    yet, and is never proposed. Findings about acceptances cannot be accepted at all.

    What is proposed is of what is printed: printed otherwise, the figures are not accepted.

    Examples:
        >>> found = Finding("figure-mismatch", "17 is printed", figures=("talks.people",),
        ...                 prints={"talks.people": "17"})
        >>> written = propose_accepted([found, found], [], dt.date(2027, 3, 31))
        >>> [(one.code, one.printed, one.reason) for one in written.added]
        [('figure-mismatch', (('talks.people', ('17',)),), '(say why)')]
    """
    keys = {acceptance.key for acceptance in there}
    added: list[Acceptance] = []
    left: list[Finding] = []
    for finding in findings:
        if finding.code.startswith("accepted-") or not keys.isdisjoint(finding.keys):
            continue
        if not finding.figures:
            left.append(finding)
            continue
        acceptance = Acceptance(
            finding.code, finding.figures, PLACEHOLDER, until, printed=finding.prints or None
        )
        keys.add(acceptance.key)
        added.append(acceptance)
    return Written(tuple(added), tuple(left))


def with_accepted(text: str, added: Iterable[Acceptance], file: str) -> str:
    """Insert acceptances at the end of the list of a report file, or start the list at its end.

    Args:
        text: the report file.
        added: the acceptances.
        file: what to call the file in errors.

    Returns:
        The text with the acceptances; every other character is as it was.

    Raises:
        ReportError: when they cannot be inserted so that the rest keeps its meaning.

    Examples:
        >>> known = Acceptance("inconsistent", ("a", "b"), "as published", dt.date(2027, 3, 31),
        ...                    printed={"a": "17", "b": ["18", "eighteen"]})
        >>> print(with_accepted("title: Ours  # for now", [known], "report.yaml"), end="")
        title: Ours  # for now
        accepted:
          - code: inconsistent
            figures: [a, b]
            printed: {a: "17", b: ["18", "eighteen"]}
            reason: "as published"
            until: 2027-03-31
    """
    entries = [_entry(acceptance) for acceptance in added]
    before = read_yaml(text, file)
    wanted = {**before.data, "accepted": [*before.data.get("accepted", []), *entries]}
    for candidate in _candidates(text, entries):
        try:
            if read_yaml(candidate, file).data == wanted:
                return candidate
        except SchemaError:
            continue
    raise ReportError(
        "nothing can be added to the acceptances as they are written here; nothing was changed",
        where=str(before.place(("accepted",), of_key=True)),
        remedy="write them as a list with one dash for each, without anchors, at the end of the "
        "file, and try again",
    )


def _entry(acceptance: Acceptance) -> dict[str, Any]:
    entry: dict[str, Any] = {"code": acceptance.code, "figures": list(acceptance.figures)}
    if acceptance.printed is not None:
        entry["printed"] = {
            name: texts[0] if len(texts) == 1 else [*texts] for name, texts in acceptance.printed
        }
    return entry | {"reason": acceptance.reason, "until": acceptance.until.isoformat()}


def _candidates(text: str, entries: list[dict[str, Any]]) -> Iterator[str]:
    """Give texts that may be the right one, the best first."""
    root = YAML(typ="safe", pure=True).compose(text)
    values = {key.value: (key, value) for key, value in root.value}
    in_flow = ", ".join(map(_flow, entries))
    if "accepted" not in values:
        key, _value = root.value[-1]
        if root.flow_style:
            yield _inserted(text, _end_of_last(root), f', "accepted": [{in_flow}]')
            return
        column = key.start_mark.column
        lines = [f"{' ' * column}accepted:", *_block(entries, column + 2)]
        for place in (len(text), _line_after(text, root)):
            yield _inserted_lines(text, place, lines)
        return
    key, found = values["accepted"]
    assert isinstance(found, SequenceNode)  # noqa: S101  (the report file fits its schema)
    start, end = found.start_mark.index, found.end_mark.index
    if found.flow_style:
        if found.value:
            yield _inserted(text, _end_of_last(found), f", {in_flow}")
        else:
            if not root.flow_style and re.fullmatch(r"\[ *\]", text[start:end]):
                without = text[:start].rstrip(" ") + text[end:]
                lines = _block(entries, key.start_mark.column + 2)
                yield _inserted_lines(without, _after_break(without, start), lines)
            yield _inserted(text, text.find("[", start) + 1, in_flow)
        return
    for column in dict.fromkeys(_columns(text, found)):
        place = _line_after(text, found)
        # A comment that is indented further still belongs to the last entry.
        while comment := re.compile(rf" {{{column + 1},}}#[^\r\n]*\r?\n?").match(text, place):
            place = comment.end()
        yield _inserted_lines(text, place, _block(entries, column))


def _flow(entry: dict[str, Any]) -> str:
    """Write an entry as JSON, for a file that may be JSON."""
    parts = (f"{quoted(name)}: {_value(value, quoted)}" for name, value in entry.items())
    return f"{{{', '.join(parts)}}}"


def _block(entries: list[dict[str, Any]], column: int) -> list[str]:
    lines: list[str] = []
    for entry in entries:
        lines += [
            f"- code: {entry['code']}",
            f"  figures: [{', '.join(scalar(figure) for figure in entry['figures'])}]",
            *([f"  printed: {_value(entry['printed'], scalar)}"] if "printed" in entry else []),
            f"  reason: {quoted(entry['reason'])}",
            f"  until: {entry['until']}",
        ]
    return [" " * column + line for line in lines]


def _value(value: Any, key: Callable[[str], str]) -> str:
    """Write a text, a list of them, or a mapping to either; ``key`` writes its keys."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, dict):
        parts = (f"{key(name)}: {_value(texts, key)}" for name, texts in value.items())
        return f"{{{', '.join(parts)}}}"
    return f"[{', '.join(map(quoted, value))}]"


def _columns(text: str, found: SequenceNode) -> Iterator[int]:
    """Give the columns in which the dashes of a list may stand."""
    for item in found.value:
        mark = item.start_mark
        before = text[: mark.index]
        if dash := _DASH.fullmatch(before, mark.index - mark.column):
            yield len(dash[1])
        elif not before[mark.index - mark.column :].strip():
            # The dash stands in a line above, alone or with a comment.
            lines = _BREAK.split(before)
            above = next((line for line in reversed(lines) if line.lstrip().startswith("-")), "")
            yield len(above) - len(above.lstrip(" "))
    yield found.start_mark.column


def _end(node: Node) -> int:
    """Give the end of the last thing within a node that is not a blank or a comment."""
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style:
        return int(node.end_mark.index)
    return _end_of_last(node)


def _end_of_last(node: MappingNode | SequenceNode) -> int:
    last = node.value[-1]
    return max(map(_end, last)) if isinstance(node, MappingNode) else _end(last)


def _line_after(text: str, node: Node) -> int:
    """Give the start of the line after a block."""
    end = _end(node)
    return end if end and text[end - 1] in "\r\n" else _after_break(text, end)


def _after_break(text: str, place: int) -> int:
    found = _BREAK.search(text, place)
    return found.end() if found else len(text)


def _inserted(text: str, place: int, new: str) -> str:
    return text[:place] + new + text[place:]


def _inserted_lines(text: str, place: int, lines: list[str]) -> str:
    first = _BREAK.search(text)
    ending = first[0] if first else "\n"
    before = ending if place and text[place - 1] not in "\r\n" else ""
    return _inserted(text, place, before + "".join(line + ending for line in lines))
