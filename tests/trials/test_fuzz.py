"""Whatever bytes a reader is given, only the errors of coprometrics come out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("COPROMETRICS_FUZZ_SECONDS", "20"))
ROOT = HERE.parents[1]

pytestmark = pytest.mark.fuzz

SEEDS: dict[str, list[bytes]] = {
    "table": [
        b"\0No,Date\n1,2023-01-02\n",
        b'\0a,b\n"x\n""y",2\n',
        b"\1a\tb\n1\t2\r\n",
        b"\2a;b\n1\\;x;'2'\n",
        b"\3title\nNo,A\n,B\n1,2\n#c\nTotal,3\n",
        b"\4\xa3,1\n",
        b"\5\xff\xfea\0,\0b\0\n\0",
        b"\6+AGE-,b\n",
    ],
    "rows": [
        b"1,14/12/2023,1.00,GBP,ada@example.org,60\n",
        b'2,March 2023,"(1,000.00)",JPY,Ada <ada@example.org>,-\n3,,free,,,\n',
    ],
    "dates": [b"%d/%m/%Y\n14/12/2023", b"%Y-%m-%dT%H:%M:%S.%f%z\n2023-01-02T03:04:05.6+0100"],
    "numerals": [b"1,234.50", b"(15.00)", "-£15".encode(), b"GBP 1.5m", b"12%"],
    "documents": [
        b"schema: csv-mapping-v1\nrecord: Income\nsource: a\nid: {from: [No]}\ncolumns: []\n",
        b"a: &x [1, *x]\n? [b]\n: |\n  text\n--- !!set {a, b}\n",
    ],
}


def fuzz(name: str, folder: Path, seeds: list[bytes]) -> None:
    pytest.importorskip("atheris")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(seeds):
        (corpus / str(number)).write_bytes(seed)
    done = subprocess.run(
        [
            sys.executable, str(HERE / "fuzzing.py"), name, str(folder),
            f"-max_total_time={SECONDS}", "-timeout=20", "-rss_limit_mb=3072", "-max_len=4096",
            f"-artifact_prefix={folder}/found-", str(corpus),
        ],
        capture_output=True, text=True, errors="replace", timeout=10 * SECONDS + 300, check=False,
    )  # fmt: skip
    found = {path.name: path.read_bytes()[:500] for path in folder.glob("found-*")}
    assert done.returncode == 0, f"{found}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    runs = re.search(r"Done (\d+) runs", done.stderr)
    assert runs, done.stderr[-1000:]
    sys.stdout.write(f"{name}: {int(runs[1]):,} inputs\n")
    assert int(runs[1]) > 100


@pytest.mark.parametrize("name", SEEDS)
def test_readers_raise_nothing_but_their_own_errors(name: str, tmp_path: Path):
    seeds = list(SEEDS[name])
    if name == "documents":
        seeds += [path.read_bytes() for path in sorted((ROOT / "examples").rglob("*.yaml"))]
    fuzz(name, tmp_path, seeds)


ZIP = (
    b"PK\x03\x04\x14\0\0\0\0\0\0\0!\0\xac*\x93\xd8\x02\0\0\0\x02\0\0\0\x06\0\0\0a.json{}"
    b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0!\0\xac*\x93\xd8\x02\0\0\0\x02\0\0\0\x06\0\0\0\0\0\0\0"
    b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0a.jsonPK\x05\x06\0\0\0\0\x01\0\x01\x004\0\0\0&\0\0\0\0\0"
)


@pytest.mark.parametrize(
    ("importer", "suffix"),
    [
        *(("twitter", ".zip"), ("twitter", ".js"), ("twitter", ".json"), ("twitter", ".csv")),
        *(("eventbrite", ".json"), ("eventbrite", ".csv")),
        *(("360giving", ".json"), ("360giving", ".csv")),
    ],
)
def test_importers_raise_nothing_but_their_own_errors(importer: str, suffix: str, tmp_path: Path):
    from coprometrics.errors import ImporterError
    from coprometrics.importers.registry import Registry

    try:
        found = Registry().importer(importer)
    except ImporterError as error:
        pytest.skip(str(error))
    from coprometrics.importers.runner import load_config

    try:
        load_config(found, None)
    except ImporterError as error:
        pytest.skip(str(error))
    cases = ROOT / "plugins" / f"coprometrics-{importer}" / "tests" / "cases"
    seeds = [path.read_bytes() for path in sorted(cases.rglob(f"*{suffix}"))]
    fuzz(f"{importer}:{suffix}", tmp_path, [ZIP, *seeds] if suffix == ".zip" else seeds)
