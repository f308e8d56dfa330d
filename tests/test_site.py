"""The site of the documentation: whole, without a warning, and without the network."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import coprometrics

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = Path(coprometrics.__file__).parent


class Page(HTMLParser):
    """What a page of the site links to, loads and offers as a target."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        self.targets = {""}
        self.pictures_without_words = 0
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.targets |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        elif tag == "form":
            self.links.add(given.get("action", ""))
        elif tag == "img" and not given.get("alt"):
            self.pictures_without_words += 1
        if tag in ("script", "img", "iframe"):
            self.loads.add(given.get("src", ""))
        elif tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.add(given["href"])


def faults(folder: Path, start: str) -> list[str]:
    """Say which links lead nowhere, what is loaded from elsewhere, and what is not reached."""
    pages = {path: Page(path) for path in sorted(folder.resolve().rglob("*.html"))}
    found: list[str] = []
    leads: dict[Path, set[Path]] = {}
    for path, page in pages.items():
        name = path.relative_to(folder.resolve()).as_posix()
        found += [f"{name} loads {one}" for one in page.loads if urlsplit(one).netloc]
        if page.pictures_without_words:
            found.append(f"{name} has a picture without words")
        leads[path] = set()
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            leads[path].add(there)
            if not there.is_file():
                found.append(f"{name} links to {link}, which is not there")
            elif there in pages and unquote(parts.fragment) not in pages[there].targets:
                found.append(f"{name} links to {link}, where there is no such place")
    reached, new = set(), {folder.resolve() / start}
    while new:
        reached |= new
        new = {there for path in new for there in leads.get(path, ())} - reached
    lost = set(pages) - reached - {folder.resolve() / "index.html"}
    return found + [f"{path.name} is not reached from {start}" for path in sorted(lost)]


def test_a_broken_site_is_found(tmp_path: Path) -> None:
    (tmp_path / "start.html").write_text(
        '<p id="a"><a href="#b"></a><a href="no.html"></a><a href="two.html#a"></a>'
        '<img src="https://example.org/a.png">'
    )
    (tmp_path / "two.html").write_text('<a href="start.html#a"></a>')
    (tmp_path / "lost.html").write_text("")
    assert faults(tmp_path, "start.html") == [
        "start.html loads https://example.org/a.png",
        "start.html has a picture without words",
        "start.html links to #b, where there is no such place",
        "start.html links to no.html, which is not there",
        "start.html links to two.html#a, where there is no such place",
        "lost.html is not reached from start.html",
    ]


def inventory(path: Path) -> set[str]:
    """Give the names that a site describes, from the file in which Sphinx lists them."""
    head, _, packed = path.read_bytes().partition(b"zlib.\n")
    assert head.startswith(b"# Sphinx inventory version 2")
    lines = zlib.decompress(packed).decode("utf-8").splitlines()
    return {line.split(" ")[0] for line in lines if " py:" in line}


def public_names() -> Iterable[str]:
    """Give the names that others rely on."""
    lines = (ROOT / "tests" / "api.txt").read_text("utf-8").splitlines()
    return [re.split(r"[ (]", line)[0] for line in lines if not line.startswith("- ")]


@pytest.mark.slow
def test_the_site_is_whole(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-c", str(DOCS)]
    built = subprocess.run(
        [*command, "-d", str(tmp_path / "trees"), str(ROOT), str(tmp_path / "site")],
        # A proxy that is not there: whatever asks the network fails.
        env={**os.environ, "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert built.stdout == ""
    assert built.returncode == 0
    assert faults(tmp_path / "site", "docs/index.html") == []

    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        homes = importlib.import_module("generated").homes
    finally:
        sys.path.remove(str(DOCS / "_ext"))
    described, where = inventory(tmp_path / "site" / "objects.inv"), homes()
    lost = []
    for name in public_names():
        owner = max((one for one in where if f"{name}.".startswith(f"{one}.")), key=len, default="")
        if f"{where.get(owner)}{name.removeprefix(owner)}" not in described:
            lost.append(name)
    assert lost == []

    from coprometrics.cli import cli

    commands = (tmp_path / "site" / "docs" / "reference" / "commands.html").read_text("utf-8")
    with cli.make_context("coprometrics", [], resilient_parsing=True) as context:
        for name in cli.list_commands(context):
            assert f'id="coprometrics-{name}"' in commands
    schemas = (tmp_path / "site" / "docs" / "reference" / "schemas.html").read_text("utf-8")
    for path in (ROOT / "schemas").glob("*.json"):
        assert f'id="{path.stem}"' in schemas


def test_every_page_is_linked_from_the_first() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    linked = {(DOCS / target).resolve() for target in re.findall(r"\]\(([^)]+\.md)\)", index)}
    assert set(DOCS.rglob("*.md")) - linked == {DOCS / "index.md"}


def test_every_room_is_on_the_page_of_the_house_in_its_order() -> None:
    page = (DOCS / "house.md").read_text("utf-8")
    section = page[page.index("## The rooms") : page.index("## Walk")]
    listed = re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE)
    there = {
        path.name.removesuffix(".py")
        for path in PACKAGE.iterdir()
        if not path.name.startswith(("_", ".")) and path.name != "py.typed"
    }
    assert sorted(listed) == sorted(there)
    held = (ROOT / "tests" / "test_architecture.py").read_text("utf-8")
    (order,) = [
        ast.literal_eval(node.value)
        for node in ast.parse(held).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ORDER"
    ]
    rank = {room: number for number, rooms in enumerate(order) for room in rooms}
    assert listed == sorted(listed, key=rank.__getitem__)
