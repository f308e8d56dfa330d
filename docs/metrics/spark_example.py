"""A funnel over a Spark DataFrame: run it with the dependency group spark, and with Java."""
# ruff: noqa: T201

import datetime as dt

from pyspark.sql import SparkSession

from coprometrics import funnel

spark = (
    SparkSession.builder.master("local[2]")
    .appName("coprometrics example")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
rows = [
    ("ada", "registered", 1),
    ("ada", "joined", 9),
    ("ben", "registered", 2),
    ("dee", "registered", 20),
    ("dee", "joined", 24),
]
events = spark.createDataFrame(
    [(who, stage, dt.datetime(2023, 3, day, 10, tzinfo=dt.UTC)) for who, stage, day in rows],
    "entity_key string, stage string, occurred_at timestamp",
)
try:
    print(funnel(events, ["registered", "joined"], window=dt.timedelta(days=7)))
finally:
    spark.stop()
