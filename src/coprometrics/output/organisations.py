"""Organisations that may be one, for people, as JSON and as CSV.

Printed are names, kinds, identifiers and sources, and nothing else of any record.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from coprometrics.metrics.base import several
from coprometrics.organisations.parties import Party
from coprometrics.organisations.proposals import Proposal
from coprometrics.output.tables import escape_formula
from coprometrics.report._writing import one_line

__all__ = [
    "counted_as_text",
    "proposal_as_text",
    "proposals_as_csv",
    "proposals_as_json",
    "proposals_as_text",
]


def proposal_as_text(proposal: Proposal) -> str:
    """Write one pair in three lines, with its score and the reasons."""
    return (
        f"score {proposal.score}: {one_line('; '.join(proposal.why))}\n"
        f"  1  {_party_as_text(proposal.first)}\n"
        f"  2  {_party_as_text(proposal.second)}\n"
    )


def counted_as_text(parties: Sequence[Party]) -> str:
    """Say how many organisations there are, and how many of them have no record."""
    alone = sum(party.kind is None for party in parties)
    are = "is" if alone == 1 else "are"
    known = f", {alone:,} of which {are} known by name alone" if alone else ""
    return f"{several(len(parties), 'organisation')}{known}"


def proposals_as_text(parties: Sequence[Party], proposals: Sequence[Proposal]) -> str:
    """Write all pairs for people, and how many organisations there are."""
    pairs = several(len(proposals), "pair") if proposals else "no pair"
    return (
        "".join(f"{proposal_as_text(proposal)}\n" for proposal in proposals)
        + f"{counted_as_text(parties)}; {pairs} to decide\n"
    )


def proposals_as_json(parties: Sequence[Party], proposals: Sequence[Proposal]) -> str:
    """Write all pairs as JSON."""
    data = {
        "organisations": len(parties),
        "known_by_name_alone": sum(party.kind is None for party in parties),
        "proposals": [
            {
                "score": proposal.score,
                "why": list(proposal.why),
                "first": _party(proposal.first),
                "second": _party(proposal.second),
            }
            for proposal in proposals
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def proposals_as_csv(_parties: Sequence[Party], proposals: Sequence[Proposal]) -> str:
    """Write all pairs as CSV with a header; several texts of a cell are parted by semicolons."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    columns = ("name", "kind", "ids", "sources")
    sides = ("first", "second")
    writer.writerow(["score", "why", *(f"{side}_{name}" for side in sides for name in columns)])
    for proposal in proposals:
        cells = ["; ".join(proposal.why)]
        for party in map(_party, (proposal.first, proposal.second)):
            cells += [_cell(party[name]) for name in columns]
        writer.writerow([proposal.score, *map(escape_formula, cells)])
    return out.getvalue()


def _party(party: Party) -> dict[str, Any]:
    return {
        "name": party.name,
        "kind": party.kind,
        "ids": list(party.ids),
        "sources": list(party.sources),
    }


def _cell(value: Any) -> str:
    return "; ".join(value) if isinstance(value, list) else value or ""


def _party_as_text(party: Party) -> str:
    kind = party.kind or "known by name alone"
    return one_line(
        f"{party.name} ({kind}), {', '.join(party.ids)}, from {', '.join(party.sources)}"
    )
