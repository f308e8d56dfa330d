"""Adding what a person decided to the file of decisions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from coprometrics.documents.loading import parse_document, read_text
from coprometrics.errors import SchemaError
from coprometrics.organisations.decisions import Decision, OrganisationDecisions, Same
from coprometrics.report._writing import one_line, quoted, replace_file, scalar, write_new

__all__ = ["add_decision"]

_HEAD: Final = """\
# Which organisations are the same, as a person decided; see 'coprometrics organisations --help'.
schema: organisations-v1
decisions:
"""


def add_decision(file: Path, decision: Decision, remark: str) -> None:
    """Add a decision to a file, which is made when it is not there; nothing else in it changes.

    Args:
        file: the file.
        decision: what was decided.
        remark: the names, for the people who read the file.

    Raises:
        SchemaError: when the file is not one of decisions, or is written so that nothing can be
            added at its end.
    """
    there = file.exists()
    text = read_text(file) if there else _HEAD
    before = parse_document(text, OrganisationDecisions, str(file)).value if there else None
    if before is not None and not before.decisions and "\ndecisions:" not in f"\n{text}":
        text = f"{text.rstrip()}\ndecisions:\n"
    after = f"{text.rstrip()}\n{_entry(decision, remark, _indent(text))}"
    decisions = (*(before.decisions if before else ()), decision)
    try:
        found = parse_document(after, OrganisationDecisions, str(file)).value.decisions
    except SchemaError:
        found = ()
    if found != decisions:
        raise SchemaError(
            "the decision cannot be added at the end of this file",
            where=str(file),
            remedy="write 'decisions:' last, with each entry on lines of its own after a dash",
        )
    if there:
        replace_file(file, after.encode())
    else:
        write_new(file, after)


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
