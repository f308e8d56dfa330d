"""Plugins that do one thing wrong each, once they are imported."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
from attrs import evolve
from sound_plugin import Offering, Sound, batch

from coprometrics.importers import (
    Batch,
    Locator,
    Match,
    Notice,
    Problem,
    Refusal,
    Skipped,
    hookimpl,
)
from coprometrics.records import Activity, Income


class UnspeakableError(Exception):
    """An error that cannot even be written."""

    def __str__(self):
        raise ZeroDivisionError


def importer(**members):
    """Give an importer that differs from the sound one in some members."""
    return type("Faulty", (Sound,), members)()


def without(*names):
    """Give an importer that lacks some members."""
    kept = {k: v for k, v in vars(Sound).items() if not k.startswith("_") and k not in names}
    return type("Lacking", (), kept)()


def failing(error):
    """Give a function of any arguments that raises an error."""

    def fail(*_given):
        raise error

    return fail


class Hook:
    """Something whose hook does what it is told."""

    def __init__(self, give):
        self.give = give

    @hookimpl
    def coprometrics_importers(self):
        return self.give()


class WrongArguments:
    @hookimpl
    def coprometrics_importers(self, colour):
        return []


class UnknownHook:
    @hookimpl
    def coprometrics_exporters(self):
        return []


OFFERED = {
    "no-hook": (object(), "broken", "implements no hook; mark its coprometrics_importers"),
    "unknown-hook": (UnknownHook(), "broken", "unknown hook 'coprometrics_exporters'"),
    "wrong-arguments": (WrongArguments(), "broken", "PluginValidationError"),
    "hook-raises": (Hook(failing(ValueError("no luck"))), "broken", "ValueError: no luck"),
    "hook-unspeakable": (Hook(failing(UnspeakableError())), "broken", "UnspeakableError"),
    "hook-exits": (Hook(failing(SystemExit(0))), "broken", "SystemExit: 0"),
    "hook-address": (Hook(failing(ValueError("ada@example.org"))), "broken", "with @, withheld"),
    "gives-none": (Hook(lambda: None), "broken", "coprometrics_importers gave None, not a list"),
    "gives-text": (Hook(lambda: "csv"), "broken", "gave a str, not a list"),
    "gives-iterator": (Hook(lambda: iter([Sound()])), "broken", "gave a list_iterator, not a li"),
    "a-class": (Offering(Sound), "broken", "offers the class Sound, not an importer of it"),
    "twice": (Offering(Sound(), Sound()), "broken", "it offers sound twice"),
    "too-new": (Offering(importer(hook_api=2)), "incompatible", "API 2, this is 1; update copro"),
    "too-old": (Offering(importer(hook_api=0)), "incompatible", "API 0, this is 1; update the pl"),
    "api-text": (Offering(importer(hook_api="1")), "incompatible", "is '1', no whole number"),
    "api-true": (Offering(importer(hook_api=True)), "incompatible", "is True, no whole number"),
    "api-missing": (Offering(without("hook_api")), "incompatible", "does not say for which hook"),
    "no-read": (Offering(without("read")), "broken", "not all that an importer needs: read"),
    "read-no-method": (Offering(importer(read=None)), "broken", "cannot both be called"),
    "name-number": (Offering(importer(name=7)), "broken", "the name 7 of an importer"),
    "name-odd": (Offering(importer(name="a\x1b[2J")), "broken", "of small letters, digits"),
    "name-raises": (Offering(importer(name=property(failing(KeyError(1))))), "broken", "KeyError"),
    "types-list": (Offering(importer(record_types=[Income])), "broken", "no tuple of record types"),
    "types-none": (Offering(importer(record_types=())), "broken", "no tuple of record types"),
    "types-int": (Offering(importer(record_types=(int,))), "broken", "no tuple of record types"),
    "config-dict": (Offering(importer(config=dict)), "broken", "neither None nor an attrs class"),
    "intruder": (Offering(Sound()), "duplicate", "another plugin too offers sound"),
}
"""Plugins that cannot be used: what the entry point names, the state, and the reason."""


def write_over(self, source):
    source.path.write_text("what was there is gone")


def renaming(self, source):
    source.name = "x"


IDENTIFY = {
    "identify-raises": (failing(KeyError("Orsino Vane")), "KeyError in faulty_plugin, line"),
    "identify-exits": (failing(SystemExit(0)), "SystemExit in faulty_plugin, line"),
    "identify-unspeakable": (failing(UnspeakableError()), "UnspeakableError in faulty_plugin"),
    "identify-true": (lambda self, source: True, "gave a bool, neither a Match nor None"),
    "identify-empty": (lambda self, source: Match("", None), "whose variant or reason is no text"),
    "identify-renames": (renaming, "FrozenInstanceError in faulty_plugin, line"),
}
"""What is wrong with ``identify``, and how it is told."""


def midway(error):
    def read(self, source, config, context):
        yield batch("f:1")
        yield batch("f:2")
        raise error

    return read


def yielding(*items):
    def read(self, source, config, context):
        yield batch("f:1")
        yield from items

    return read


def chaining(self, source, config, context):
    yield batch("f:1")
    context.now = None


def ignoring(self, source, config, context):
    """Goes on though it is told to end."""
    try:
        yield batch("f:1")
        yield "a text"
    finally:
        yield batch("f:2")


def changing(self, source, config, context):
    yield batch("f:1")
    source.path.write_text("it is longer than before")


PROBLEM = Problem("odd", "is odd")
GOOD = batch("f:2")
READ = {
    "read-raises": (midway(ZeroDivisionError("Orsino Vane")), "ZeroDivisionError in faulty_plugin"),
    "read-exits": (midway(SystemExit(0)), "SystemExit in faulty_plugin"),
    "read-unspeakable": (midway(UnspeakableError()), "UnspeakableError in faulty_plugin"),
    "read-no-file": (midway(OSError()), "cannot be read (OSError)"),
    "read-at-once": (failing(ValueError()), "ValueError in faulty_plugin"),
    "read-gives-none": (lambda *_given: None, "read gave a NoneType, not an iterator"),
    "read-gives-ids": (lambda *_given: {"f:1": 1}, "it yielded a str"),
    "read-changes-context": (chaining, "FrozenInstanceError in faulty_plugin, line"),
    "read-goes-on": (ignoring, "it yielded a str"),
    "read-changes-source": (changing, "it changed while it was read"),
    "none": (yielding(None), "it yielded a NoneType"),
    "a-dict": (yielding({"id": "f:2"}), "it yielded a dict"),
    "undeclared": (yielding(Batch(Activity, GOOD.rows)), "yielded Activity, which it does not dec"),
    "no-type": (yielding(Batch("Income", GOOD.rows)), "is 'Income', no record type"),
    "no-hash": (yielding(Batch([], GOOD.rows)), "is [], no record type"),
    "no-table": (yielding(Batch(Income, [{"id": "f:2"}])), "a list, no table"),
    "two-columns": (
        yielding(Batch(Income, GOOD.rows.append_column("id", [["f:3"]]))),
        "two columns of one name: 'id'",
    ),
    "encoded-column": (
        yielding(
            Batch(
                Income,
                GOOD.rows.drop_columns("stream").append_column(
                    "stream", pa.RunEndEncodedArray.from_arrays([1], ["talks"])
                ),
            )
        ),
        "its rows cannot be checked (ArrowNotImplementedError)",
    ),
    "lines-list": (yielding(evolve(GOOD, lines=[2])), "lines of a batch are of type list"),
    "lines-text": (yielding(evolve(GOOD, lines=pa.array(["2"]))), "are of type string"),
    "lines-many": (yielding(evolve(GOOD, lines=pa.array([2, 3]))), "2 lines for 1 rows"),
    "lines-large": (
        yielding(evolve(GOOD, lines=pa.array([1 << 63], pa.uint64()))),
        "the lines of a batch are too large",
    ),
    "refusal-nowhere": (yielding(Refusal(None, (PROBLEM,))), "whose place is no Locator"),
    "refusal-line": (yielding(Refusal(Locator(line="2"), (PROBLEM,))), "place is no Locator"),
    "refusal-empty": (yielding(Refusal(Locator(), ())), "without a tuple of problems"),
    "refusal-list": (yielding(Refusal(Locator(), [PROBLEM])), "without a tuple of problems"),
    "refusal-text": (yielding(Refusal(Locator(), ("odd",))), "without code and message"),
    "refusal-value": (
        yielding(Refusal(Locator(), (evolve(PROBLEM, value=3),))),
        "whose field or value is no text",
    ),
    "skipped-less": (yielding(Skipped(-5, "void")), "a Skipped without a count or a reason"),
    "skipped-true": (yielding(Skipped(True, "void")), "a Skipped without a count or a reason"),
    "skipped-list": (yielding(Skipped(1, [])), "a Skipped without a count or a reason"),
    "notice-number": (yielding(Notice("odd", 5)), "a Notice whose code or message is no text"),
}
"""What is wrong with ``read``, and how it is told."""


def __getattr__(name):
    """Give what an entry point names: a plugin by its name, with _ for -."""
    key = name.replace("_", "-")
    if key in OFFERED:
        return OFFERED[key][0]
    if key in IDENTIFY:
        return Offering(importer(name=key, identify=IDENTIFY[key][0]))
    if key == "overwriting":
        return Offering(importer(name=key, identify=write_over))
    if key in READ:
        return Offering(importer(name=key, read=READ[key][0], identify=lambda *_given: None))
    raise AttributeError(name)


if "PLUGIN_SPY" in os.environ:
    Path(os.environ["PLUGIN_SPY"]).touch()
