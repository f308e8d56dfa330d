"""``coprometrics organisations``: which names mean one organisation, as a person decides."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coprometrics.organisations.decisions import Decision, Decisions, Same
    from coprometrics.organisations.parties import Party
    from coprometrics.organisations.proposals import Proposal

__all__ = ["organisations"]

_FILE = click.Path(path_type=Path)
_INTERRUPTED = 130
_ANSWERS = {
    **dict.fromkeys(("y", "yes", "same"), "same"),
    **dict.fromkeys(("n", "no", "different"), "different"),
    **dict.fromkeys(("s", "skip"), "skip"),
    **dict.fromkeys(("q", "quit"), "quit"),
}


@click.group("organisations")
def organisations() -> None:
    """Decide which names mean one organisation."""


@organisations.command("review")
@click.argument("store", type=_FILE)
@click.option(
    "--min-score",
    type=click.IntRange(50, 100),
    default=85,
    show_default=True,
    help="How alike two names must be; 100 is the same but for capitals, order and the like.",
)
@click.option(
    "--into",
    type=_FILE,
    default=Path("organisations.yaml"),
    show_default=True,
    metavar="FILE",
    help="The file of decisions; answers are added to it.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    help="Print the pairs in this form and ask nothing; text where there is no terminal.",
)
def review_command(store: Path, min_score: int, into: Path, form: str | None) -> int:
    """Show which organisations of STORE may be one, and ask a person about each pair.

    Nothing is taken for one by its score: only what is answered is written, answer by answer, and
    what was decided earlier is neither asked again nor changed.
    """
    from coprometrics.organisations.decisions import read_decisions
    from coprometrics.organisations.parties import parties
    from coprometrics.organisations.proposals import propose
    from coprometrics.output.organisations import (
        proposals_as_csv,
        proposals_as_json,
        proposals_as_text,
    )
    from coprometrics.store import Store

    with Store.open(store, read_only=True) as opened:
        found = parties(opened)
    decided = read_decisions(into, together=[p.ids for p in found]) if into.exists() else None
    proposals = [one for one in propose(found, min_score) if not _is_decided(decided, one)]
    if form is None and proposals and _at_terminal():
        return _review(store, into, found, proposals)
    write = {"json": proposals_as_json, "csv": proposals_as_csv}.get(form or "", proposals_as_text)
    click.echo(write(found, proposals), nl=False)
    return 0


@organisations.command("apply")
@click.argument("store", type=_FILE)
@click.argument("decisions", type=_FILE)
def apply_command(store: Path, decisions: Path) -> int:
    """Write the DECISIONS of a file into STORE: all of them or none.

    Each group becomes a record that lists its identifiers in same_as. The other records stay as
    they are, and a second time changes nothing.
    """
    from coprometrics.cli.importing import tell
    from coprometrics.configuration import find_configuration
    from coprometrics.errors import shown
    from coprometrics.organisations.applying import apply_decisions, unknown_in
    from coprometrics.organisations.parties import parties
    from coprometrics.output.organisations import counted_as_text
    from coprometrics.store import Store

    settings = find_configuration(store.absolute().parent)
    with Store.open(store, create=False) as opened:
        unknown = unknown_in(opened, decisions)
        result = apply_decisions(opened, decisions, settings)
        tell(result, everything=True, dry_run=False)
        for line, identifier in unknown:
            click.echo(f"{decisions}:{line}: nothing in the store goes by {shown(identifier)}")
        click.echo(counted_as_text(parties(opened)))
    return 0 if result.clean else 1


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _is_decided(decisions: Decisions | None, proposal: Proposal) -> bool:
    ids = proposal.first.ids[0], proposal.second.ids[0]
    return decisions is not None and decisions.relation(*ids) is not None


def _review(store: Path, into: Path, found: list[Party], proposals: list[Proposal]) -> int:
    """Ask about each pair, and say what came of it however it ends."""
    from coprometrics.errors import CoprometricsError
    from coprometrics.organisations.writing import refuse_unwritable
    from coprometrics.output.organisations import counted_as_text

    refuse_unwritable(into)
    click.echo(f"{counted_as_text(found)}; {len(proposals):,} to decide\n")
    kept: list[Decision] = []
    try:
        finished = _ask_each(into, [party.ids for party in found], proposals, kept)
        apply = finished and kept and click.confirm(f"Write the decisions into {store} now?")
    except (click.Abort, KeyboardInterrupt):
        click.echo()
        _tell(kept, store, into)
        raise click.exceptions.Exit(_INTERRUPTED) from None
    except (CoprometricsError, OSError):
        click.echo("\nThe last answer could not be written.")
        _tell(kept, store, into)
        raise
    if apply:
        return _apply(store, into)
    _tell(kept, store, into)
    return 0


def _ask_each(
    into: Path,
    together: Sequence[Sequence[str]],
    proposals: Sequence[Proposal],
    kept: list[Decision],
) -> bool:
    """Ask about each pair, and write each answer as soon as it is given; False at a quit."""
    from coprometrics.errors import ConfigError
    from coprometrics.organisations.decisions import read_decisions
    from coprometrics.organisations.writing import add_decision
    from coprometrics.output.organisations import proposal_as_text

    decided = read_decisions(into, together=together) if into.exists() else None
    for number, proposal in enumerate(proposals, 1):
        # Earlier answers may have settled it: what is the same as the same is the same.
        if _is_decided(decided, proposal):
            continue
        click.echo(f"{number} of {len(proposals)}, {proposal_as_text(proposal)}", nl=False)
        answer = _ask()
        if answer == "quit":
            return False
        decision = None if answer == "skip" else _decision(answer, proposal, decided)
        if decision is not None:
            names = f"{proposal.first.name} / {proposal.second.name}"
            try:
                if add_decision(into, decision, names, together):
                    kept.append(decision)
            except ConfigError as error:
                # Somebody else has answered meanwhile; what is in the file stays.
                click.echo(f"Not written: {error}")
            decided = read_decisions(into, together=together)
        click.echo()
    return True


def _apply(store: Path, into: Path) -> int:
    code: int = click.get_current_context().invoke(apply_command, store=store, decisions=into)
    return code


def _tell(kept: Sequence[Decision], store: Path, into: Path) -> None:
    if kept:
        click.echo(f"{len(kept)} written to {into}; for counts to follow them:")
        click.echo(f"coprometrics organisations apply {store} {into}")
    else:
        click.echo("nothing was decided, and nothing written")


def _ask() -> str:
    while True:
        text = click.prompt("Are they the same? yes, no, skip or quit", prompt_suffix=" > ")
        if answer := _ANSWERS.get(str(text).strip().casefold()):
            return answer


def _decision(answer: str, proposal: Proposal, decided: Decisions | None) -> Decision | None:
    from coprometrics.organisations.decisions import Different

    if answer == "same":
        return _same(proposal, decided)
    return Different(decided="different", ids=(proposal.first.ids[0], proposal.second.ids[0]))


def _same(proposal: Proposal, decided: Decisions | None) -> Same | None:
    """Make the decision that two are one; None where they cannot be one as they are."""
    from coprometrics.metrics.base import UNKNOWN
    from coprometrics.organisations.decisions import Same

    sides = (proposal.first, proposal.second)
    groups = [decided.group_of(party.ids[0]) if decided else None for party in sides]
    kinds = [
        group.kind if group and group.kind != UNKNOWN else party.kind
        for group, party in zip(groups, sides, strict=True)
    ]
    known = {kind for kind in kinds if kind is not None and kind != UNKNOWN}
    if len(known) > 1:
        click.echo(
            f"One is a {kinds[0]}, the other a {kinds[1]}. An organisation has one kind: correct "
            "it where the records come from, or in the settings of their importer, then decide. "
            "Skipped."
        )
        return None
    of_groups = [(group.line, side) for side, group in enumerate(groups) if group]
    of_records = [side for side, party in enumerate(sides) if party.kind]
    if of_groups:
        chosen = min(of_groups)[1]
    elif len(of_records) == 1 or proposal.first.name == proposal.second.name:
        chosen = of_records[0] if of_records else 0
    else:
        which = click.prompt("Which name is kept, 1 or 2?", type=click.IntRange(1, 2), default=1)
        chosen = which - 1
    group, party = groups[chosen], sides[chosen]
    preferred = party.ids[0]
    return Same(
        decided="same",
        ids=(preferred, sides[1 - chosen].ids[0]),
        preferred=preferred,
        name=group.name if group else party.name,
        kind=known.pop() if known else _ask_kind(),
    )


def _ask_kind() -> str:
    from coprometrics.records import Organisation, field_specs

    spec = field_specs(Organisation)["kind"]
    click.echo(f"No record says what it is: {', '.join(spec.examples)} …")
    while True:
        kind: str = click.prompt("What sort of organisation is it?").strip()
        if (problem := spec.problem(kind)) is None:
            return kind
        click.echo(f"It {problem}.")
