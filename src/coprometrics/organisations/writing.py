"""Adding what a person decided to the file of decisions."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

from coprometrics.documents.loading import Document, parse_document, read_text
from coprometrics.errors import ConfigError, SchemaError, shown
from coprometrics.organisations.decisions import (
    Decision,
    Decisions,
    OrganisationDecisions,
    Same,
)
from coprometrics.report._writing import one_line, quoted, replace_file, scalar, write_new
from coprometrics.store._files import sweep

__all__ = ["add_decision", "refuse_unwritable"]

_HEAD: Final = """\
# Which organisations are the same, as a person decided; see 'coprometrics organisations --help'.
schema: organisations-v1
decisions:
"""
_BOM: Final = "\ufeff"


def add_decision(
    file: Path, decision: Decision, remark: str, together: Iterable[Sequence[str]] = ()
) -> bool:
    """Add a decision to a file, which is made when it is not there; nothing else in it changes.

    Several may add to one file at a time: each reads what the others wrote before.

    Args:
        file: the file.
        decision: what was decided.
        remark: the names, for the people who read the file.
        together: identifiers that are the same by other knowledge, such as that of a store.

    Returns:
        Whether it was added; False when that follows from what is there.

    Raises:
        SchemaError: when the file is not one of decisions, cannot be changed, or is written so
            that nothing can be added at its end.
        ConfigError: when what is decided there contradicts it.
    """
    refuse_unwritable(file)
    known = [*together]
    place = file.resolve()
    with _alone(place.parent):
        sweep(place)
        there = file.exists()
        text = read_text(file) if there else _HEAD
        before = _parsed(text, file) if there else None
        if before is not None and _is_decided(Decisions(before, known), decision, file):
            return False
        _add(file, text, before, decision, remark, known)
    return True


def refuse_unwritable(file: Path) -> None:
    """See to it that a file can be made, or changed where it is there.

    Raises:
        SchemaError: when it cannot.
    """
    folder = file.resolve().parent
    if not folder.is_dir():
        raise SchemaError(
            "its folder does not exist", where=str(file), remedy="make the folder first"
        )
    if file.is_dir():
        raise SchemaError("this is a folder", where=str(file), remedy="name a file in it")
    # A file is changed by another that takes its place, for which the folder must be open too.
    for place in (folder, file):
        if place.exists() and not os.access(place, os.W_OK):
            raise SchemaError(
                "cannot be written to", where=str(place), remedy="change its permissions"
            )


def _parsed(text: str, file: Path) -> Document[OrganisationDecisions]:
    return parse_document(text, OrganisationDecisions, str(file))


def _is_decided(decided: Decisions, decision: Decision, file: Path) -> bool:
    relations = set()
    for one, other in combinations(decision.ids, 2):
        relation = decided.relation(one, other)
        relations.add(relation)
        if relation not in (None, decision.decided):
            said = "the same" if relation == "same" else "different"
            raise ConfigError(
                f"{shown(one)} and {shown(other)} are decided to be {said} already",
                where=str(file),
                remedy="correct the file if that is wrong",
            )
    return relations == {decision.decided}


def _add(
    file: Path,
    text: str,
    before: Document[OrganisationDecisions] | None,
    decision: Decision,
    remark: str,
    together: Iterable[Sequence[str]],
) -> None:
    """Write the text with the decision at its end, once it is sure that it is read as meant."""
    earlier = before.value.decisions if before else ()
    end = "\r\n" if "\r\n" in text else "\n"
    after = text if text.endswith("\n") else f"{text}{end}"
    if not earlier and "\ndecisions:" not in f"\n{text}":
        after += f"decisions:{end}"
    after += _entry(decision, remark, _indent(text)).replace("\n", end)
    try:
        found = _parsed(after, file)
    except SchemaError:
        found = None
    if found is None or found.value.decisions != (*earlier, decision):
        raise SchemaError(
            "the decision cannot be added at the end of this file",
            where=str(file),
            remedy="write 'decisions:' last, with each entry on lines of its own after a dash, or "
            "leave it out while there is none",
        )
    try:
        Decisions(found, together)
    except ConfigError as error:
        raise ConfigError(
            f"the decision is not added: {error.what}", where=str(file), remedy=error.remedy
        ) from None
    try:
        if before is None:
            write_new(file, after)
        else:
            marked = file.read_bytes().startswith(_BOM.encode())
            replace_file(file, f"{_BOM if marked else ''}{after}".encode())
    except OSError as error:
        raise SchemaError(
            f"cannot be written ({error.strerror})",
            where=str(file),
            remedy="what was decided before is still there; make room, or name another file",
        ) from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have others wait who add to a file in this folder, where the system can do that."""
    with contextlib.ExitStack() as stack:
        if sys.platform != "win32":
            import fcntl

            with contextlib.suppress(OSError):
                handle = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, handle)
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _indent(text: str) -> str:
    """Give the spaces before the dash of the first entry."""
    for line in text.splitlines():
        if line.lstrip(" ").startswith("- "):
            return line[: line.index("-")]
    return "  "


def _entry(decision: Decision, remark: str, indent: str) -> str:
    ids = ", ".join(quoted(identifier) for identifier in decision.ids)
    lines = [f"- decided: {decision.decided}  # {one_line(remark)}", f"  ids: [{ids}]"]
    if isinstance(decision, Same):
        lines += [
            f"  preferred: {quoted(decision.preferred)}",
            f"  name: {quoted(decision.name)}",
            f"  kind: {scalar(decision.kind)}",
        ]
    return "".join(f"{indent}{line}\n" for line in lines)
