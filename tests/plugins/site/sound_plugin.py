"""A plugin without a fault, for the others to be compared with, and one that talks too much."""

from __future__ import annotations

import pyarrow as pa

from coprometrics.importers import Batch, Importer, Match, hookimpl
from coprometrics.records import Income

say = print


def batch(*ids, **more):
    columns = {
        "id": ids, "stream": "talks", "amount_minor": 100, "currency": "GBP", "kind": "fee", **more,
    }  # fmt: skip
    rows = {k: v if isinstance(v, tuple) else [v] * len(ids) for k, v in columns.items()}
    return Batch(Income, pa.table(rows))


class Sound:
    """Reads a file whose lines are ids of income."""

    name = "sound"
    hook_api = 1
    record_types = (Income,)
    config = None

    def identify(self, source):
        return Match("ids", "it is called .ids") if source.name.endswith(".ids") else None

    def read(self, source, config, context):
        with source.open() as file:
            yield batch(*file.read().decode().split())


_: type[Importer] = Sound


class Chatty(Sound):
    """Prints whenever it is asked anything; the file it knows is another."""

    name = "chatty"

    def identify(self, source):
        say("chatty: identify")

    def read(self, source, config, context):
        say("chatty: read")
        yield from super().read(source, config, context)
        say("chatty: end")


class Offering:
    """What an entry point can name: an object with the hook."""

    def __init__(self, *importers):
        self.importers = importers

    @hookimpl
    def coprometrics_importers(self):
        return list(self.importers)


sound = Offering(Sound())
