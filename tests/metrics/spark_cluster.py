"""A real Spark cluster on this machine: one master and two workers, all on the loopback address."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS = 2
_PATIENCE = 120
_SOON_READY = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Little is done with much code, which is not worth compiling well."""


def java_is_here() -> bool:
    return shutil.which("java") is not None


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Start a cluster, give its address, and stop each process by its id."""
    import pyspark

    starter = Path(pyspark.__file__).parent / "bin" / "spark-class"
    surroundings = {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "384m",
        "SPARK_WORKER_DIR": str(folder / "work"),
    }

    def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        role = f"org.apache.spark.deploy.{arguments[0]}"
        with (folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [str(starter), role, "--host", "127.0.0.1", "--webui-port", "0", *arguments[1:]],
                env=surroundings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    running = [start("master", "master.Master", "--port", "0")]
    try:
        found = _said(folder / "master.log", r"Starting Spark master at (spark://\S+)", running[0])
        for i in range(WORKERS):
            one = ("worker.Worker", "--cores", "1", "--memory", "1g", found)
            running.append(start(f"worker{i}", *one))
        for i in range(WORKERS):
            _said(folder / f"worker{i}.log", r"(Successfully registered)", running[1 + i])
        yield found
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=_PATIENCE)


def _said(log: Path, pattern: str, process: subprocess.Popen[bytes]) -> str:
    """Wait until a process says something in its log."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        text = log.read_text("utf-8", "replace")
        if said := re.search(pattern, text):
            return said[1]
        if process.poll() is not None:
            raise RuntimeError(f"a process of the Spark cluster ended:\n{text[-2000:]}")
        time.sleep(0.1)
    raise RuntimeError(f"a process of the Spark cluster does not start:\n{text[-2000:]}")


@contextmanager
def session(address: str, folder: Path) -> Iterator[object]:
    """Open a session on a cluster, with a time zone and settings that must not matter."""
    from pyspark.sql import SparkSession

    built = (
        SparkSession.builder.master(address)
        .appName("coprometrics tests")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.executor.memory", "768m")
        .config("spark.driver.extraJavaOptions", _SOON_READY)
        .config("spark.executor.extraJavaOptions", _SOON_READY)
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "America/St_Johns")
        .config("spark.sql.ansi.enabled", "false")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    built.sparkContext.setLogLevel("OFF")
    try:
        yield built
    finally:
        built.stop()
