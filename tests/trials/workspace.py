"""A small workspace on the disk, and the command line as a process of its own."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path

from coprometrics.cli import main

MAPPING = """\
schema: csv-mapping-v1
record: Attendance
source: bookings
timezone: Europe/London
id: {from: [No]}
columns:
  - {target: activity_id, from: [Session], type: id, source: sessions}
  - {target: person_key, from: [Email], type: person}
constants: {status: attended}
"""


class Workspace:
    """A folder with bookings of people, and the mapping that reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store.duckdb"
        self.key = folder / "coprometrics.key"
        self.mapping = folder / "map.yaml"
        self.mapping.write_text(MAPPING)

    def bookings(self, name: str, rows: int, *, session: str = "s1") -> Path:
        """Write a file of bookings."""
        path = self.folder / name
        lines = [f"{row},{session},p{row % 1000}@example.org\n" for row in range(rows)]
        path.write_text("No,Session,Email\n" + "".join(lines))
        return path

    def command(self, *files: Path, into: Path | None = None) -> list[str]:
        """Give the command line that imports files."""
        names = [str(path) for path in files]
        store = str(into or self.store)
        return [
            sys.executable, "-m", "coprometrics", "import", *names, "--importer", "csv",
            "--mapping", str(self.mapping), "--into", store,
        ]  # fmt: skip

    def run(
        self, *files: Path, options: tuple[str, ...] = (), into: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Import files, in this process, as the command line does."""
        command = [*self.command(*files, into=into)[2:], *options]
        out, error = io.StringIO(), io.StringIO()
        usual, sys.argv = sys.argv, command
        code: object = None
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
                main()
        except SystemExit as stop:
            code = stop.code
        finally:
            sys.argv = usual
        assert isinstance(code, int)
        return subprocess.CompletedProcess(command, code, out.getvalue(), error.getvalue())

    def run_apart(self, *files: Path) -> subprocess.CompletedProcess[str]:
        """Import files in a process of its own."""
        return subprocess.run(
            self.command(*files), capture_output=True, text=True, timeout=120, check=False
        )
