"""What a person may say about grants that the files do not say themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

import attrs

from coprometrics.documents import setting
from coprometrics.errors import ConfigError, shown
from coprometrics.money import CURRENCIES
from coprometrics.records import Organisation, field_specs

__all__ = ["Giving"]

_WHERE = "360giving configuration"


@attrs.frozen
class Giving:
    """How grants in the 360Giving Data Standard are read. Every setting may be left out.

    Examples:
        >>> Giving(ours=("GB-CHC-1999999",)).dates
        'planned'
    """

    document_name: ClassVar[str] = "360giving"
    document_version: ClassVar[int] = 1

    schema: Literal["360giving-v1"] = setting(
        "The version of this document's schema.", default="360giving-v1"
    )
    ours: tuple[str, ...] = setting(
        "The identifiers under which our own organisation receives grants. What a grant gives to "
        "it alone is also what came to us.",
        default=(),
        examples=(["GB-CHC-1999999", "GB-COH-99999999"],),
    )
    dates: Literal["planned", "actual"] = setting(
        "Which dates of a grant are taken. Where it has none of them, the others are.",
        default="planned",
    )
    currency: str | None = setting(
        "The currency of grants that do not say theirs, as an ISO 4217 code.",
        default=None,
        examples=("GBP",),
    )
    recurring: Literal["refuse", "by_award_date"] = setting(
        "What becomes of different grants with one identifier. They are refused; or, for all "
        "grants, the award date is part of the identifier, for funders who use one for each year.",
        default="refuse",
    )
    kinds: Mapping[str, str] = setting(
        "What sort of organisation is on a register, beside those that are known.",
        factory=dict,
        examples=({"GB-COH": "not_for_profit"},),
    )
    other_kind: str = setting(
        "What sort of organisation it is where its register does not tell.", default="unknown"
    )

    def __attrs_post_init__(self) -> None:
        if self.currency is not None and self.currency not in CURRENCIES:
            raise ConfigError(
                f"currency is {shown(self.currency)}",
                where=_WHERE,
                remedy="use three capital letters of ISO 4217, such as GBP",
            )
        spec = field_specs(Organisation)["kind"]
        for kind in (*self.kinds.values(), self.other_kind):
            if spec.problem(kind):
                raise ConfigError(
                    f"{shown(kind)} is no kind of organisation",
                    where=_WHERE,
                    remedy="use small letters, digits and _, such as not_for_profit",
                )
