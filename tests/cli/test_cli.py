"""The commands, as a person or a job runs them."""

from __future__ import annotations

import functools
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from coprometrics.cli import cli
from coprometrics.records import Attendance, Income
from coprometrics.store import Store

EXAMPLE = Path(__file__).parents[2] / "examples" / "impact-report-2023"
SOURCES = EXAMPLE / "sources"


def run(*arguments: str | Path, cwd: Path | None = None, **environment: str):
    """Run the command in a process of its own; CI is not set, so that tests say what they mean."""
    clean = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "coprometrics", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**clean, **environment},
        timeout=120,
    )


def run_import(name: str, into: Path, *options: str):
    mapping = SOURCES / f"{name}.mapping.yaml"
    return run("import", SOURCES / f"{name}.csv", "--into", into, "--mapping", mapping, *options)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "example.duckdb"
    for name in ("income", "bookings", "sessions", "organisations", "awards", "stages"):
        mapping = SOURCES / f"{name}.mapping.yaml"
        arguments = ["import", SOURCES / f"{name}.csv", "--into", path, "--mapping", mapping]
        CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)
    return path


@functools.cache
def check_of_example() -> subprocess.CompletedProcess[str]:
    return run("check", EXAMPLE, "--today", "2024-06-01")


def test_the_example_exits_with_0_and_shows_its_accepted_finding():
    done = check_of_example()
    assert done.returncode == 0
    assert "talks.organisations is printed as 17; the records give 19" in done.stdout
    assert "accepted" in done.stdout
    assert done.stderr == ""


def test_the_check_speaks_json_too():
    done = run("check", EXAMPLE / "report.yaml", "--format", "json", "--today", "2024-06-01")
    found = json.loads(done.stdout)
    assert found["schema"] == "check-result-v1"
    assert len(found["figures"]) == 52
    assert found["numbers"] == {"bound": 53, "unvouched": 0, "ignored": 1}
    (talks,) = [one for one in found["findings"] if one["code"] == "inconsistent"]
    assert len(talks["suspects"]) == 4


def test_an_expired_acceptance_exits_with_1():
    done = run("check", EXAMPLE, "--today", "2099-01-01")
    assert done.returncode == 1
    assert "accepted-expired" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere"], "there is no such file"),
        (["check", "."], "report.yaml: there is no such file"),
        (["check"], "Missing argument"),
        (["check", "x", "--format", "xml"], "'xml' is not one of"),
        (["import", "none.csv", "--into", "s.duckdb"], "none.csv: there is no such file"),
        (["metric", "revenue_share", "--data", "none.duckdb"], "there is no such store"),
        (["schemas", "show", "nothing"], "there is no schema 'nothing'"),
        (["schemas", "write", "--into", "/dev/null/here"], "cannot be read or written"),
        (["dance"], "No such command"),
    ],
)
def test_a_wrong_command_or_input_exits_with_2_and_one_clear_line(tmp_path, arguments, message):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_of_the_program_itself_is_not_1(tmp_path: Path):
    code = (
        "import sys, coprometrics.report.check as c\n"
        "c.check_report = lambda *a, **k: 1 / 0\n"
        f"sys.argv = ['coprometrics', 'check', {str(tmp_path)!r}]\n"
        "from coprometrics.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 70
    assert "a fault of coprometrics" in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_twice_changes_nothing(tmp_path: Path):
    into = tmp_path / "s.duckdb"
    first, second = run_import("income", into), run_import("income", into)
    assert "55 new, 0 replaced, 0 already there" in first.stdout
    assert "0 new, 0 replaced, 55 already there" in second.stdout
    assert second.returncode == 0


def test_a_dry_run_keeps_nothing(tmp_path: Path):
    done = run_import("bookings", tmp_path / "s.duckdb", "--dry-run")
    assert "532 accepted" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is Unicode")
@pytest.mark.slow
def test_names_that_are_not_utf_8_are_read_and_shown(tmp_path: Path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    shutil.copytree(EXAMPLE, folder / "report")
    shutil.copytree(EXAMPLE.parent / "impact-report-2022", folder / "impact-report-2022")
    file = folder / os.fsdecode(b"caf\xe9.csv")
    shutil.copy(SOURCES / "income.csv", file)
    into, mapping = tmp_path / "s.duckdb", SOURCES / "income.mapping.yaml"
    done = run("import", file, "--into", into, "--mapping", mapping)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(r"caf\xe9.csv: 57 rows")
    with Store.open(into, read_only=True) as store:
        assert [one.source_name for one in store.sources()] == [r"caf\xe9.csv"]
    done = run("import", file, "--into", folder / "s.duckdb", "--mapping", mapping)
    assert done.returncode == 2
    assert "the store cannot be opened" in done.stderr
    summary = tmp_path / "summary.md"
    done = run(
        "check", folder / "report", "--format", "github", "--today", "2024-06-01",
        GITHUB_STEP_SUMMARY=str(summary),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert summary.read_text("utf-8")


def test_people_are_hashed_under_a_key_beside_the_store(tmp_path: Path):
    run_import("bookings", tmp_path / "s.duckdb")
    key = tmp_path / "coprometrics.key"
    assert key.stat().st_mode & 0o777 == 0o600
    content = (tmp_path / "s.duckdb").read_bytes()
    assert b"example.org" not in content
    assert key.read_text().strip().encode() not in content


@pytest.mark.slow
def test_a_lost_key_is_explained(tmp_path: Path):
    run_import("bookings", tmp_path / "s.duckdb")
    (tmp_path / "coprometrics.key").unlink()
    for options in ([], ["--dry-run"]):
        done = run_import("bookings", tmp_path / "s.duckdb", *options)
        assert done.returncode == 2
        assert "put the key file back" in done.stderr
    assert not (tmp_path / "coprometrics.key").exists()


BAD = "Invoice,Date,Category,Payer,Amount (GBP),Status\n"
ROWS = (
    "A,01/02/2023,Talks,P,10.00,Paid\n"
    "B,31/02/2023,Talks,P,10.00,Paid\n"
    "C,01/02/2023,Talks,P,x,Paid\n"
)


@pytest.mark.parametrize(
    ("options", "code", "kept"),
    [
        ([], 1, 1),
        (["--policy", "strict"], 1, 0),
        (["--max-errors", "1"], 1, 0),
        (["--max-errors", "2"], 1, 1),
    ],
)
def test_bad_rows_are_listed_by_line_and_the_policy_decides(tmp_path, options, code, kept):
    (tmp_path / "bad.csv").write_text(BAD + ROWS)
    mapping = SOURCES / "income.mapping.yaml"
    into = tmp_path / "s.duckdb"
    done = run("import", tmp_path / "bad.csv", "--into", into, "--mapping", mapping, *options)
    assert done.returncode == code
    assert "bad.csv:3: Date: " in done.stderr
    assert "Traceback" not in done.stderr
    with Store.open(into, read_only=True) as store:
        assert store.count(Income) == kept


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_what_is_printed_does_not_depend_on_the_code_page(encoding: str):
    plain = check_of_example()
    other = run("check", EXAMPLE, "--today", "2024-06-01", PYTHONIOENCODING=encoding)
    assert other.returncode == 0, other.stderr
    assert other.stdout == plain.stdout


@pytest.mark.slow
def test_a_pipe_that_nobody_reads_is_not_a_finding():
    command = f"{sys.executable} -m coprometrics check {EXAMPLE} --today 2024-06-01 | true"
    shell = f"set -o pipefail; {command}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert done.returncode == 141
    assert done.stderr == ""


def test_what_is_no_file_is_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.csv")
    done = run("import", tmp_path / "pipe.csv", "--into", tmp_path / "s.duckdb")
    assert done.returncode == 2
    assert "neither a file nor a folder; save it to a file" in done.stderr


def test_a_name_that_is_no_text_can_be_imported(tmp_path: Path):
    name = os.fsdecode(b"in\xffcome.csv")
    (tmp_path / name).write_text(BAD + ROWS.splitlines()[0] + "\n")
    mapping = SOURCES / "income.mapping.yaml"
    done = run("import", tmp_path / name, "--into", tmp_path / "s.duckdb", "--mapping", mapping)
    assert done.returncode == 0, done.stderr
    with Store.open(tmp_path / "s.duckdb") as store:
        assert [source.source_name for source in store.sources()] == ["in\\xffcome.csv"]


@pytest.mark.slow
def test_no_progress_is_drawn_where_there_is_no_terminal(tmp_path: Path):
    done = run_import("bookings", tmp_path / "s.duckdb")
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""


@pytest.mark.slow
def test_ctrl_c_leaves_the_store_clean(tmp_path: Path):
    rows = [f"{n},01/02/2023,Talks,P,{n}.00,Paid" for n in range(1_500_000)]
    (tmp_path / "big.csv").write_text(BAD + "\n".join(rows) + "\n")
    into = tmp_path / "s.duckdb"
    Store.open(into).close()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "coprometrics", "import", str(tmp_path / "big.csv"),
            "--into", str(into), "--mapping", str(SOURCES / "income.mapping.yaml"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    wal = tmp_path / "s.duckdb.wal"
    deadline = time.monotonic() + 60
    size = into.stat().st_size
    while process.poll() is None and time.monotonic() < deadline:
        if into.stat().st_size > size or wal.exists():
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "stopped; nothing was kept" in errors
    assert "Traceback" not in errors
    with Store.open(into) as store:
        assert store.count(Income) == 0
        assert store.sources() == []


@pytest.mark.slow
def test_a_progress_bar_is_drawn_on_a_terminal(tmp_path: Path):
    rows = [f"{n},01/02/2023,Talks,P,{n}.00,Paid" for n in range(200_000)]
    (tmp_path / "big.csv").write_text(BAD + "\n".join(rows) + "\n")
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [
            sys.executable, "-m", "coprometrics", "import", str(tmp_path / "big.csv"), "--into",
            str(tmp_path / "s.duckdb"), "--mapping", str(SOURCES / "income.mapping.yaml"),
        ],
        stdout=subprocess.PIPE,
        stderr=follower,
        env={**os.environ, "TERM": "xterm"},
    ):  # fmt: skip
        os.close(follower)
        seen = b""
        while True:
            try:
                chunk = os.read(leader, 65536)
            except OSError:
                break
            if not chunk:
                break
            seen += chunk
    os.close(leader)
    assert b"big.csv" in seen
    assert b"%" in seen


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_metric_is_printed_in_each_form(store: Path, form: str):
    done = run("metric", "revenue_share", "--data", store, "--period", "2023", "--format", form)
    assert done.returncode == 0, done.stderr
    assert "consultancy" in done.stdout
    if form == "json":
        figures = json.loads(done.stdout)["figures"]
        (share,) = [f for f in figures if f["stream"] == "consultancy" and f["value"] == "share"]
        assert (share["numerator"], share["denominator"]) == (24633700, 50690000)
    if form == "csv":
        header, *rows = done.stdout.splitlines()
        assert header.startswith("stream,value,number,unit,currency")
        assert "consultancy,amount,24633700,money,GBP,,," in rows


def test_a_metric_takes_parameters(store: Path):
    done = run(
        "metric", "grant_income", "--data", store, "--period", "2023", "--param", "basis=days",
        "--param", "amount=ours", "--format", "json",
    )  # fmt: skip
    figures = json.loads(done.stdout)["figures"]
    found = [f["number"] for f in figures if f["value"] == "amount" and f["year"] == "2023"]
    assert found == ["8607827"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["revenue_shares", "--period", "2023"], "revenue_share"),
        (["revenue_share", "--period", "soon"], "soon"),
        (["revenue_share", "--period", "2023/24"], "start"),
        (["revenue_share", "--period", "2023", "--param", "buy=stream"], "buy"),
        (["revenue_share", "--period", "2023", "--param", "by"], "NAME=VALUE"),
        (["revenue_share", "--period", "1999"], "1999"),
        (["grant_income", "--period", "2023", "--param", "basis=guess"], "guess"),
    ],
)
def test_a_wrong_metric_or_parameter_is_one_clear_line(store: Path, arguments, message):
    done = run("metric", *arguments, "--data", store)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_metrics_and_importers_are_listed():
    metrics, importers = run("metrics"), run("importers")
    for name in ("revenue_share", "funnel", "grant_income", "participation"):
        assert name in metrics.stdout
    assert "csv  coprometrics-csv" in importers.stdout
    assert "ready" in importers.stdout


def test_a_blocked_plugin_is_listed_as_such():
    done = run("importers", COPROMETRICS_BLOCK="csv")
    assert "blocked" in done.stdout
    assert done.returncode == 0


def test_a_plugin_brings_its_own_commands(tmp_path: Path):
    assert "csv" in run("--help").stdout
    done = run("csv", "suggest", SOURCES / "income.csv", "--as", "Income")
    assert done.returncode == 0, done.stderr
    assert "record: Income" in done.stdout


def test_the_published_schemas_are_those_of_the_classes():
    root = Path(__file__).parents[2]
    done = run("schemas", "write", "--check", "--into", root / "schemas")
    assert done.returncode == 0, done.stderr


def test_a_blocked_plugin_brings_no_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "coprometrics.toml").write_text('block = ["csv"]\n')
    monkeypatch.chdir(tmp_path)
    names = [line.split()[0] for line in run("schemas", "list").stdout.splitlines()]
    assert "income-v1" in names
    assert "csv-mapping-v1" not in names


@pytest.mark.slow
def test_schemas_that_differ_are_named(tmp_path: Path):
    run("schemas", "write", "--into", tmp_path)
    assert "income-v1" in run("schemas", "list").stdout
    shown = run("schemas", "show", "income-v1").stdout
    assert shown == (tmp_path / "income-v1.json").read_text("utf-8")
    (tmp_path / "income-v1.json").write_text("{}")
    (tmp_path / "stray-v1.json").write_text("{}")
    done = run("schemas", "write", "--check", "--into", tmp_path)
    assert done.returncode == 1
    assert "income-v1.json differs" in done.stderr
    assert "stray-v1.json belongs to no class" in done.stderr
    assert "coprometrics schemas write" in done.stderr


def test_a_store_keeps_no_address(store: Path):
    with Store.open(store, read_only=True) as opened:
        keys = {a.person_key for a in opened.records(Attendance)}
    assert all(key is None or len(key) == 32 for key in keys)
