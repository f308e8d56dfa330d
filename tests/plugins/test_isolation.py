"""What a plugin does wrong is its own affair: it is named, and nothing else is touched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import click
import pytest

from coprometrics.cli import cli
from coprometrics.errors import ImporterError, PluginError, SourceError
from coprometrics.importers import Context, Source
from coprometrics.importers.keys import PeopleKey
from coprometrics.importers.registry import Found, Registry
from coprometrics.importers.runner import import_source
from coprometrics.metrics import MetricRegistry
from coprometrics.records import Income
from coprometrics.store import Store

SITE = Path(__file__).parent / "site"
ON_IMPORT = {
    "missing-module": ("import a_module_that_is_not_there", "ModuleNotFoundError"),
    "syntax-error": ("def (", "SyntaxError"),
    "exits": ("raise SystemExit(0)", "SystemExit: 0"),
    "runtime-error": ("raise RuntimeError('no luck')", "RuntimeError: no luck"),
    "stops": ("raise GeneratorExit", "GeneratorExit"),
}
"""Plugins that cannot be imported: their code, and what is told of it."""


def install(site: Path, name: str, *points: str, version: str = "1.0", group="coprometrics"):
    """Put the metadata of a distribution into a folder, as an installer does."""
    info = site / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = "\n".join(points)
    (info / "entry_points.txt").write_text(f"[{group}]\n{lines}\n")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Install all of them into a folder, and let it be searched for modules in this process too."""
    site = tmp_path_factory.mktemp("plugins") / "site"
    shutil.copytree(SITE, site, ignore=shutil.ignore_patterns("__pycache__"))
    sys.path.insert(0, str(site))
    import faulty_plugin as faulty

    for name, (code, _told) in ON_IMPORT.items():
        module = name.replace("-", "_")
        (site / f"{module}.py").write_text(code)
        install(site, f"the-{name}", f"{name} = {module}")
    for name in [*faulty.OFFERED, *faulty.IDENTIFY, "overwriting", *faulty.READ]:
        install(site, f"the-{name}", f"{name} = faulty_plugin:{name.replace('-', '_')}")
    install(site, "the-sound", "sound = sound_plugin:sound", version="2.1")
    install(site, "the-twin", "twin = sound_plugin:sound")
    install(site, "the-other-twin", "twin = sound_plugin:sound")
    install(site, "the-blocked", "blocked = imported_though_it_is_blocked")
    install(site, "the-unreadable", "a line without a sign")
    install(site, "the-chatty", "chatty = chatty_plugin")
    install(
        site, "the-metrics", "chatty = chatty_plugin:metrics", "broken = syntax_error",
        group="coprometrics.metrics",
    )  # fmt: skip
    yield site
    sys.path.remove(str(site))
    for name in ("faulty_plugin", "sound_plugin", "chatty_plugin"):
        sys.modules.pop(name, None)


def points_of(site: Path, *names: str, group: str = "coprometrics") -> list[EntryPoint]:
    """Give the entry points that are installed there: all, or those of some names."""
    found: list[EntryPoint] = []
    for distribution in distributions(path=[str(site)]):
        with contextlib.suppress(TypeError):
            found += [point for point in distribution.entry_points if point.group == group]
    return [point for point in found if not names or point.name in names]


@pytest.fixture(scope="module")
def registry(site: Path) -> Registry:
    return Registry(points_of(site), blocked=["blocked"])


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "income.ids"
    path.write_text("f:7 f:8")
    return Source.at(path)


def context() -> Context:
    return Context(PeopleKey().pseudonym)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def filled(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with a record."""
    folder = tmp_path_factory.mktemp("store")
    (folder / "first.ids").write_text("f:0")
    sound = Registry(points_of(site, "sound")).importer("sound")
    with Store.open(folder / "s.duckdb") as store:
        import_source(Source.at(folder / "first.ids"), sound, store, context=context())
    return folder / "s.duckdb"


def test_each_plugin_has_its_state_and_the_others_work(registry: Registry):
    import faulty_plugin as faulty

    expected = {name: ("broken", told) for name, (_code, told) in ON_IMPORT.items()}
    expected |= {name: (state, told) for name, (_hook, state, told) in faulty.OFFERED.items()}
    expected["twin"] = ("duplicate", "offered by the-other-twin, the-twin")
    expected["blocked"] = ("blocked", "by the settings")
    found = {plugin.name: (plugin.state, plugin.reason) for plugin in registry.plugins()}
    assert expected.keys() < found.keys()
    for name, (state, reason) in found.items():
        wanted, told = expected.get(name, ("ready", ""))
        assert state == wanted, f"{name}: {reason}"
        assert told in reason, name
        assert reason.isprintable(), name
    assert registry.importer("sound").plugin.version == "2.1"


def test_several_failures_come_as_one_group(registry: Registry):
    import faulty_plugin as faulty

    with pytest.raises(ExceptionGroup, match="plugins failed") as caught:
        registry.check()
    failures = [str(error) for error in caught.value.exceptions]
    assert all(isinstance(error, PluginError) for error in caught.value.exceptions)
    assert len(failures) >= len(ON_IMPORT) + len(faulty.OFFERED) + 2
    assert (
        "plugin runtime-error of the-runtime-error 1.0: it is broken (RuntimeError: no luck); "
        "update or remove the-runtime-error, or block it: COPROMETRICS_BLOCK=runtime-error"
    ) in failures
    Registry([]).check()


def test_an_importer_that_two_offer_is_told_with_who_they_are(site: Path):
    only = Registry(points_of(site, "intruder", "twin"))
    with pytest.raises(ImporterError, match="there is none") as caught:
        Registry(points_of(site, "too-new")).importer("sound")
    assert "plugin too-new of the-too-new 1.0 is incompatible" in str(caught.value)
    assert only.importer("sound").plugin.name == "intruder"
    # Whose entry point has the name, has it, whether the other is imported or not.
    both = Registry(points_of(site, "intruder", "sound"))
    assert both.importer("sound").plugin.name == "sound"
    assert {p.name: p.state for p in both.plugins()} == {"intruder": "duplicate", "sound": "ready"}
    assert both.importer("sound").plugin.name == "sound"


def test_one_module_in_two_distributions_counts_twice(site: Path):
    points = points_of(site, "twin")
    assert len(points) == len(Registry(points).discover()) == 2


def test_a_failure_to_identify_is_told_and_the_others_answer(site: Path, source: Source):
    import faulty_plugin as faulty

    found = Registry(points_of(site, "sound", *faulty.IDENTIFY))
    asked: list[str] = []
    answers = found.identify(source, progress=asked.append)
    assert [(one.importer.name, why) for one, why in answers] == [("sound", "it is called .ids")]
    assert "asking the importer sound of the plugin sound of the-sound 2.1" in asked
    told = {error.where: str(error) for error in found.failures()}
    for name, (_method, said) in faulty.IDENTIFY.items():
        place = f"plugin {name} of the-{name} 1.0, income.ids"
        assert said in told[place]
        assert f"COPROMETRICS_BLOCK={name}" in told[place]
        assert "Vane" not in told[place]
    assert len(told) == len(faulty.IDENTIFY)
    with pytest.raises(ExceptionGroup):
        found.check()


def test_an_importer_that_writes_to_the_source_is_stopped(site: Path, source: Source):
    found = Registry(points_of(site, "overwriting", "sound"))
    with pytest.raises(
        PluginError, match=r"income.ids: the importer overwriting of .* wrote to it"
    ):
        found.identify(source)


def read_faults() -> list[str]:
    sys.path.insert(0, str(SITE))
    try:
        import faulty_plugin as faulty
    finally:
        sys.path.remove(str(SITE))
        for name in ("faulty_plugin", "sound_plugin"):
            sys.modules.pop(name, None)
    return list(faulty.READ)


@pytest.mark.parametrize("name", read_faults())
def test_a_failure_to_read_names_the_plugin_and_leaves_the_store_as_it_was(
    registry: Registry, filled: Path, source: Source, name: str
):
    import faulty_plugin as faulty

    before = digest(filled)
    with Store.open(filled) as store:
        with pytest.raises(ImporterError) as caught:
            import_source(source, registry.importer(name), store, context=context())
    message = str(caught.value)
    assert faulty.READ[name][1] in message
    assert "Vane" not in message
    if not isinstance(caught.value, SourceError):
        assert message.startswith(
            f"plugin {name} of the-{name} 1.0, income.ids: the importer {name} failed: "
        )
        assert message.endswith(f"COPROMETRICS_BLOCK={name}")
    assert digest(filled) == before
    assert [path.name for path in filled.parent.iterdir() if "s.duckdb" in path.name] == [
        filled.name
    ]


def test_what_the_user_stops_while_a_plugin_is_imported_stays_stopped(site: Path):
    (site / "interrupts.py").write_text("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        Registry([EntryPoint("interrupts", "interrupts", "coprometrics")]).plugins()


@pytest.mark.parametrize("member", ["identify", "read"])
def test_what_the_user_stops_stays_stopped(registry: Registry, source: Source, member: str):
    def stopped(*_given):
        raise KeyboardInterrupt

    sound = registry.importer("sound")
    importer = type("Stopped", (type(sound.importer),), {member: stopped})()
    with Store.open() as store, pytest.raises(KeyboardInterrupt):
        if member == "read":
            import_source(source, Found(importer, sound.plugin), store, context=context())
        asking = Registry([])
        asking._plugins.all = lambda: [type(sound.plugin)("x", "x", "1", "ready", "", (importer,))]
        asking.identify(source)


def test_what_plugins_print_goes_to_the_standard_error(site, filled, source, capsys, tmp_path):
    sys.modules.pop("chatty_plugin", None)
    found = Registry(points_of(site, "chatty"))
    assert found.identify(source) == []
    with Store.open() as store:
        assert import_source(source, found.importer("chatty"), store, context=context()).clean
    metrics = MetricRegistry(points_of(site, "chatty", group="coprometrics.metrics"))
    assert metrics.metric("chatter").compute({Income: []}).figure("n").number == 1
    out, err = capsys.readouterr()
    assert out == ""
    said = [line.removeprefix("chatty: ") for line in err.splitlines()]
    assert said == ["import", "importers", "identify", "read", "end", "metrics", "metric"]


def test_a_metric_that_is_broken_is_told_in_the_same_way(site: Path):
    found = MetricRegistry(points_of(site, group="coprometrics.metrics"))
    with pytest.raises(ExceptionGroup) as caught:
        found.check()
    (failure,) = caught.value.exceptions
    assert str(failure).startswith("plugin broken of the-metrics 1.0: it is broken (SyntaxError: ")
    assert "chatter" in found.metrics()


def test_metadata_are_listed_without_an_import(site: Path, monkeypatch, capsys):
    for name in ("sound_plugin", "faulty_plugin", "chatty_plugin"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.delenv("CI", raising=False)
    with cli.make_context("coprometrics", ["importers", "--no-import"]) as ctx:
        assert cli.invoke(ctx) == 0
    out = capsys.readouterr().out
    assert "sound  the-sound 2.1  hook API -  found\n" in out
    assert "twin  the-twin 1.0  hook API -  duplicate: offered by the-other-twin, the-twin\n" in out
    for options, ci in ((["--strict"], ""), ([], "true")):
        monkeypatch.setenv("CI", ci)
        with cli.make_context("coprometrics", ["importers", "--no-import", *options]) as ctx:
            assert cli.invoke(ctx) == 2
        assert "error: plugin twin of the-twin 1.0: it is duplicate" in capsys.readouterr().err
    assert not {"sound_plugin", "faulty_plugin", "chatty_plugin"} & sys.modules.keys()


def test_the_environment_blocks_in_python_too(site: Path, monkeypatch):
    monkeypatch.setenv("COPROMETRICS_BLOCK", "exits, runtime-error")
    found = Registry(points_of(site, "exits", "runtime-error", "sound"))
    assert {p.name: p.state for p in found.plugins()} == {
        "exits": "blocked",
        "runtime-error": "blocked",
        "sound": "ready",
    }
    found.check()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("mine", "exits", "cannot be loaded (SystemExit: 0)"),
        ("mine", "sound_plugin:sound", "cannot be loaded (it is a Offering, no command)"),
        ("blocked", "imported_though_it_is_blocked", "the plugin 'blocked' is blocked"),
    ],
)
def test_a_command_of_a_plugin_that_fails_is_told(site, monkeypatch, name, value, told):
    monkeypatch.setenv("COPROMETRICS_BLOCK", "blocked")
    point = EntryPoint(name, value, "coprometrics.commands")
    monkeypatch.setattr("coprometrics.cli.entry_points", lambda group: [point])
    with pytest.raises(click.ClickException) as caught:
        with cli.make_context("coprometrics", [name]) as ctx:
            cli.invoke(ctx)
    assert told in caught.value.message


def run(site: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in which all these plugins are installed."""
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "coprometrics", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**kept, "PYTHONPATH": str(site), "COPROMETRICS_BLOCK": "blocked", **environment},
        timeout=120,
    )


def test_help_needs_no_plugin(site: Path, tmp_path: Path):
    spy = tmp_path / "spy"
    done = run(site, "--help", PLUGIN_SPY=str(spy))
    assert done.returncode == 0
    assert "importers" in done.stdout
    assert "csv" in done.stdout
    assert not spy.exists()


def test_the_listing_shows_all_and_what_to_do(site: Path):
    done = run(site, "importers")
    assert done.returncode == 0
    listed = done.stdout.splitlines()
    for name, end in {
        "sound": "2.1  hook API 1  ready",
        "chatty": "1.0  hook API 1  ready",
        "blocked": "1.0  hook API -  blocked: by the settings",
        "exits": "1.0  hook API -  broken: SystemExit: 0",
        "intruder": "1.0  hook API -  duplicate: another plugin too offers sound",
        "too-old": "1.0  hook API -  incompatible: 'sound' is written for hook API 0, this is 1; "
        "update the plugin",
    }.items():
        assert f"{name}  the-{name} {end}" in listed
    unreadable = "broken: its entry_points.txt cannot be read (TypeError)"
    assert f"the-unreadable  the-unreadable 1.0  hook API -  {unreadable}" in listed
    assert any(line.startswith("csv  coprometrics-csv") for line in listed)
    assert "chatty: import" in done.stderr
    assert "chatty" not in "".join(line for line in listed if not line.startswith("chatty  "))
    assert (
        "warning: plugin exits of the-exits 1.0: it is broken (SystemExit: 0); update or rem"
        in (done.stderr)
    )


def test_an_import_warns_of_broken_plugins_and_in_ci_refuses(site, filled, source, tmp_path):
    into = tmp_path / "s.duckdb"
    shutil.copy(filled, into)
    names = {point.name for point in points_of(site)} - {"sound", "exits", "identify-raises"}
    block = ",".join(sorted(names))
    before = digest(into)
    refused = run(site, "import", source.path, "--into", into, COPROMETRICS_BLOCK=block, CI="true")
    assert refused.returncode == 2
    assert "error: plugin exits of the-exits 1.0: it is broken" in refused.stderr
    assert "error: plugin identify-raises of the-identify-raises 1.0, income.ids: " in (
        refused.stderr
    )
    assert "coprometrics: a plugin failed, and nothing was imported" in refused.stderr
    assert digest(into) == before
    done = run(site, "import", source.path, "--into", into, COPROMETRICS_BLOCK=block)
    assert done.returncode == 0, done.stderr
    assert "warning: plugin exits of the-exits 1.0: it is broken" in done.stderr
    with Store.open(into, read_only=True) as store:
        assert store.count(Income) == 3


def test_what_a_metric_prints_does_not_get_into_json(site: Path, filled: Path):
    done = run(site, "metric", "chatter", "--data", filled, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)
    assert "chatty: metric" in done.stderr
