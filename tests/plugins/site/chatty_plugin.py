"""A plugin that prints wherever it can."""

from __future__ import annotations

import pyarrow as pa
from sound_plugin import Chatty, say

from coprometrics.importers import hookimpl
from coprometrics.metrics import Input, Metric, MetricResult
from coprometrics.metrics.base import count, table
from coprometrics.records import Income

say("chatty: import")


def chatter(income):
    say("chatty: metric")
    return MetricResult(
        metric="chatter",
        version=1,
        parameters={},
        period=None,
        rows=table({"n": pa.int64()}, [(1,)]),
        figures=(count("chatter", "n", {}, 1),),
    )


@hookimpl
def coprometrics_importers():
    say("chatty: importers")
    return [Chatty()]


class Metrics:
    @hookimpl
    def coprometrics_metrics(self):
        say("chatty: metrics")
        inputs = {"income": Input(Income)}
        return [Metric("chatter", 1, "It counts to one.", chatter, inputs, {})]


metrics = Metrics()
