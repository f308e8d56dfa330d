"""What a person may say about their events that Eventbrite does not say."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import ClassVar, Literal

import attrs

from coprometrics.documents import setting
from coprometrics.errors import ConfigError, ParameterError, shown
from coprometrics.money import CURRENCIES
from coprometrics.timezones import timezone
from coprometrics_csv.columns import fold
from coprometrics_csv.dates import DateFormat, refuse_two_readings

__all__ = ["DeclaredEvent", "Eventbrite", "Standing"]

Standing = Literal["registered", "checked_in", "cancelled", "refunded", "deleted"]
"""How far a ticket went, in the words of this plugin."""

_WORD = {"pattern": "^[a-z][a-z0-9_]*$"}
_DONATIONS = ("donation", "donations", "doneren", "donatie", "donate", "spende", "don")
_PLACEHOLDERS = ("info requested", "information requested", "n/a", "none", "-")
_ID = {"pattern": "^[0-9A-Za-z_-]+$"}


@attrs.frozen
class DeclaredEvent:
    """An event of which the reports do not say when it was held."""

    id: str = setting(
        "The number of the event, which is the last part of its address.",
        examples=("120000000001",),
        schema=_ID,
    )
    starts_at: str | None = setting(
        "When it starts, in ISO 8601; without an offset in its time zone.",
        default=None,
        examples=("2023-05-04T18:00",),
    )
    ends_at: str | None = setting("When it ends, likewise.", default=None)
    timezone: str | None = setting(
        "The IANA time zone of the place; the document's by default.",
        default=None,
        examples=("Europe/London",),
    )
    title: str | None = setting(
        "What it was called. Reports that name no number of an event are told by it.", default=None
    )
    kind: str | None = setting(
        "What sort of activity it is; otherwise kinds decides.", default=None, schema=_WORD
    )
    mode: Literal["online", "in_person", "hybrid"] | None = setting(
        "Where people met.", default=None
    )

    def __attrs_post_init__(self) -> None:
        where = f"eventbrite, event {shown(self.id)}"
        _check_pattern(self.id, _ID["pattern"], "id", where)
        _check_word(self.kind, where)
        _check_zone(self.timezone, where)
        for name, text in (("starts_at", self.starts_at), ("ends_at", self.ends_at)):
            if text is not None:
                _moment(text, name, where)
        if self.ends_at is not None and self.starts_at is None:
            raise ConfigError("ends_at needs starts_at", where=where, remedy="add starts_at")

    def moments(self, zone: str | None) -> tuple[dt.datetime | None, dt.datetime | None]:
        """Give when it starts and ends, in UTC.

        Args:
            zone: the time zone of the document, for an event that has none of its own.

        Raises:
            ConfigError: when a time has neither an offset nor a time zone.
        """
        where = f"eventbrite, event {shown(self.id)}"
        name = self.timezone or zone
        local = timezone(name) if name else None
        starts, ends = (
            None if text is None else _in_utc(_moment(text, field, where), local, where)
            for field, text in (("starts_at", self.starts_at), ("ends_at", self.ends_at))
        )
        return starts, ends


@attrs.frozen
class Eventbrite:
    """What to make of Eventbrite's reports and pages; everything has a default."""

    document_name: ClassVar[str] = "eventbrite"
    document_version: ClassVar[int] = 1

    schema: Literal["eventbrite-v1"] = setting(
        "The version of this document's schema.", default="eventbrite-v1"
    )
    kind: str = setting(
        "What sort of activity an event is, where kinds does not say.",
        default="event",
        examples=("training", "talk"),
        schema=_WORD,
    )
    kinds: dict[str, str] = setting(
        "The kind of the events whose title has a text, regardless of capitals, or whose number "
        "it is. The number wins; of several texts the first that is found.",
        factory=dict,
        examples=({"cuppa": "cuppa", "120000000001": "training"},),
    )
    timezone: str | None = setting(
        "The IANA time zone of times that are written without one.",
        default=None,
        examples=("Europe/London",),
    )
    event: str | None = setting(
        "The number of the event, for reports of one event that do not name it. It is the last "
        "part of the event's address.",
        default=None,
        examples=("120000000001",),
        schema=_ID,
    )
    events: tuple[DeclaredEvent, ...] = setting(
        "Events of which the reports do not say when they were held.", default=()
    )
    count: Literal["checked_in", "registered"] = setting(
        "Who came. checked_in: who was checked in; of an event at which nobody was, it is not "
        "known. registered: at such an event, once it is over, everybody who had booked and did "
        "not cancel.",
        default="checked_in",
    )
    stream: str = setting(
        "Where the money of tickets comes from (Income.stream).", default="tickets", schema=_WORD
    )
    donation_stream: str = setting(
        "Where the money of donations comes from.", default="donations", schema=_WORD
    )
    donations: tuple[str, ...] = setting(
        "Further names of tickets that are donations and admit nobody, regardless of capitals; "
        f"besides {', '.join(_DONATIONS)}.",
        default=(),
        examples=(["support our work"],),
    )
    placeholders: tuple[str, ...] = setting(
        "Further texts that stand where nobody was asked, regardless of capitals; besides "
        f"{', '.join(_PLACEHOLDERS)}.",
        default=(),
        examples=(["not given"],),
    )
    currency: str | None = setting(
        "The currency of reports that do not name it, as a code such as GBP.",
        default=None,
        examples=("GBP",),
    )
    statuses: dict[str, Standing] = setting(
        "What further words of a status stand for, regardless of capitals.",
        factory=dict,
        examples=({"Ingecheckt": "checked_in"},),
    )
    labels: dict[str, str] = setting(
        "For reports in another language or of a newer form: what a column of theirs is called in "
        "the English ones.",
        factory=dict,
        examples=({"Ordernummer": "Order no.", "E-mailadres": "Email"},),
    )
    date_formats: tuple[str, ...] = setting(
        "How the dates of orders and events are written, with the directives of the CSV importer, "
        "where the report writes them in another way than is usual for it.",
        default=(),
        examples=(["%d/%m/%Y %H:%M", "%d/%m/%Y"],),
    )
    decimal: Literal[".", ","] | None = setting(
        "The character before the fraction of an amount; that of the report's form by default.",
        default=None,
    )
    organisation_kind: str | None = setting(
        "What sort of organisation the account belongs to. Without it no organisation is written, "
        "because Eventbrite does not tell an organisation from a person.",
        default=None,
        examples=("charity",),
        schema=_WORD,
    )

    def __attrs_post_init__(self) -> None:
        where = "eventbrite"
        for word in (self.kind, self.stream, self.donation_stream, self.organisation_kind):
            _check_word(word, where)
        for word in self.kinds.values():
            _check_word(word, f"{where}, kinds")
        if self.event is not None:
            _check_pattern(self.event, _ID["pattern"], "event", where)
        _check_zone(self.timezone, where)
        formats = tuple(DateFormat.of(text, where) for text in self.date_formats)
        refuse_two_readings(formats, times=True, where=f"{where}, date_formats")
        if self.currency is not None and self.currency not in CURRENCIES:
            raise ConfigError(
                f"currency is {shown(self.currency)}", where=where, remedy="use a code such as GBP"
            )
        seen: set[str] = set()
        for event in self.events:
            if event.id in seen:
                raise ConfigError(
                    f"the event {event.id} is declared twice", where=where, remedy="keep one"
                )
            seen.add(event.id)

    @property
    def donation_names(self) -> frozenset[str]:
        """The names of tickets that are donations, as ``fold`` gives them."""
        return frozenset(map(fold, (*_DONATIONS, *self.donations)))

    @property
    def nobody(self) -> frozenset[str]:
        """The texts that stand where nobody was asked, as ``fold`` gives them."""
        return frozenset(map(fold, (*_PLACEHOLDERS, *self.placeholders)))

    def kind_of(self, event_id: str, title: str | None) -> str:
        """Say what sort of activity an event is.

        Examples:
            >>> config = Eventbrite(kinds={"cuppa": "cuppa", "7": "talk"})
            >>> config.kind_of("6", "A Cuppa in May"), config.kind_of("7", "Cuppa")
            ('cuppa', 'talk')
            >>> config.kind_of("8", None)
            'event'
        """
        declared = next((event.kind for event in self.events if event.id == event_id), None)
        if declared or event_id in self.kinds:
            return declared or self.kinds[event_id]
        folded = (title or "").casefold()
        found = (kind for text, kind in self.kinds.items() if text.casefold() in folded)
        return next(found, self.kind)


def _check_pattern(text: str, pattern: str, name: str, where: str) -> None:
    if not re.search(pattern, text):
        raise ConfigError(
            f"{name} is {shown(text)}", where=where, remedy="use the number alone, in quotes"
        )


def _check_word(word: str | None, where: str) -> None:
    if word is not None and not re.fullmatch(_WORD["pattern"], word):
        raise ConfigError(
            f"{shown(word)} is no word for records",
            where=where,
            remedy="use small letters, digits and _, such as co_creation",
        )


def _check_zone(name: str | None, where: str) -> None:
    if name is None:
        return
    try:
        timezone(name)
    except ParameterError as error:
        raise ConfigError(error.what, where=where, remedy=error.remedy) from None


def _moment(text: str, name: str, where: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{name} is {shown(text)}", where=where, remedy="write it as 2023-05-04T18:00"
        ) from None


def _in_utc(moment: dt.datetime, local: zoneinfo.ZoneInfo | None, where: str) -> dt.datetime:
    if moment.tzinfo is None:
        if local is None:
            raise ConfigError(
                "its times have no time zone", where=where, remedy="set timezone: Europe/London"
            )
        moment = moment.replace(tzinfo=local)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise ConfigError("its time is out of range", where=where) from None
