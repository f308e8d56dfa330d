"""Frames of every kind, and a Spark cluster where Java and pyspark are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .kinds import KINDS, TABLE_KINDS, as_table
from .spark_cluster import cluster, java_is_here, session


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """Give a session on a cluster of one master and two workers."""
    pytest.importorskip("pyspark", reason="the dependency group spark is not installed")
    if not java_is_here():
        pytest.skip("there is no Java here")
    folder = tmp_path_factory.mktemp("spark")
    with cluster(folder) as address, session(address, folder) as built:
        yield built


@pytest.fixture(params=[*KINDS, pytest.param("spark", marks=pytest.mark.spark)])
def frame_of(request: pytest.FixtureRequest):
    """Give what turns records into a frame of one kind."""
    if request.param != "spark":
        return KINDS[request.param]
    built = request.getfixturevalue("spark")
    return lambda records: built.createDataFrame(as_table(records))


@pytest.fixture(params=[*TABLE_KINDS, pytest.param("spark", marks=pytest.mark.spark)])
def table_of(request: pytest.FixtureRequest):
    """Give what turns an Arrow table into a frame of one kind."""
    if request.param != "spark":
        return TABLE_KINDS[request.param]
    return request.getfixturevalue("spark").createDataFrame
