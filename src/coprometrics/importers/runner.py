"""Running an importer over one source: check, stamp, de-duplicate, write, or nothing at all."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from attrs import NOTHING, Factory, define, fields

from coprometrics.configuration import Configuration
from coprometrics.documents import load_document
from coprometrics.errors import (
    WITHHELD,
    ConfigError,
    CoprometricsError,
    ParameterError,
    PluginError,
    SourceError,
    number_shown,
)
from coprometrics.importers.conformance import checked_item, raised_at
from coprometrics.importers.contract import (
    Batch,
    Complete,
    Context,
    Item,
    Notice,
    Problem,
    Refusal,
    Skipped,
    Source,
)
from coprometrics.importers.meanings import MEANINGS
from coprometrics.importers.registry import Found
from coprometrics.importers.settling import notices_of, refusals_of, refuse_overlaps
from coprometrics.plugins import printing_aside
from coprometrics.store import Provenance, Store, Transaction, Written
from coprometrics.tables._columns import row_numbers
from coprometrics.tables.validation import Validation, validate

__all__ = ["DETAILS_KEPT", "ImportResult", "Policy", "import_source", "load_config"]

Policy = Literal["collect", "strict"]

_PLAIN_WORD = re.compile("[a-z]+(?:_[a-z]+)*")

DETAILS_KEPT = 10_000
"""How many refused rows a result describes one by one; all are counted."""


@define
class ImportResult:
    """What came of one source.

    Every row of the source is either accepted, refused or skipped.

    Attributes:
        source_name: the source's name.
        importer: the importer's name.
        importer_version: the version of its distribution.
        source_sha256: the SHA-256 of the source.
        accepted: rows that became records, by the type's name.
        refused: how many rows did not.
        refusals: the first of them, with their problems.
        problems: how often each code was found.
        skipped: rows left out on purpose, by reason.
        notices: what else to know.
        written: what the store did with the accepted rows; None when nothing was written.
        stopped: why the import was given up, when it was.
    """

    source_name: str
    importer: str
    importer_version: str
    source_sha256: str | None = None
    accepted: Counter[str] = Factory(Counter)
    refused: int = 0
    refusals: list[Refusal] = Factory(list)
    problems: Counter[str] = Factory(Counter)
    skipped: Counter[str] = Factory(Counter)
    notices: list[Notice] = Factory(list)
    written: Written | None = None
    stopped: str | None = None

    @property
    def rows(self) -> int:
        """How many rows were read: records that came of the source, and what gave none.

        It is the number of rows in the source where each makes one record.
        """
        return self.accepted.total() + self.refused + self.skipped.total()

    @property
    def clean(self) -> bool:
        """Whether every row was accepted or skipped on purpose, and all was written."""
        return not self.refused and self.stopped is None

    def refuse(self, refusal: Refusal) -> None:
        """Count a refused row and keep its description, while there is room."""
        self.refused += 1
        self.problems.update(problem.code for problem in refusal.problems)
        if len(self.refusals) < DETAILS_KEPT:
            self.refusals.append(refusal)


_END = object()


class _GiveUpError(Exception):
    """Ends the transaction of an import that is given up or only tried."""


def load_config(found: Found, path: Path | None) -> Any:
    """Read and check the configuration file of an importer.

    Returns:
        An object of the importer's ``config`` class, with its defaults where there is no file;
        None when it has none.

    Raises:
        ConfigError: when a file is needed and none is given, or the other way round.
        SchemaError: when the file cannot be read or does not fit; names every place.
    """
    importer = found.importer
    if importer.config is None:
        if path is not None:
            raise ConfigError(f"the importer {importer.name!r} takes no mapping", where=str(path))
        return None
    if path is None and all(field.default is not NOTHING for field in fields(importer.config)):
        return importer.config()
    if path is None:
        raise ConfigError(
            f"the importer {importer.name!r} needs a mapping",
            remedy="name its file with --mapping (in a report: mapping)",
        )
    return load_document(path, importer.config).value


def import_source(
    source: Source,
    found: Found,
    store: Store,
    *,
    config: Any = None,
    context: Context,
    policy: Policy = "collect",
    max_errors: int | None = None,
    dry_run: bool = False,
    settings: Configuration | None = None,
) -> ImportResult:
    """Import one source into a store, in one transaction.

    Args:
        source: what to read.
        found: the importer, from ``Registry.importer``.
        store: where the records go.
        config: the importer's configuration, from ``load_config``.
        context: the key for people, the clock and the progress callback.
        policy: ``collect`` imports the good rows and lists the bad; ``strict`` gives up at the
            first bad row.
        max_errors: with ``collect``, give up when more rows than this are refused.
        dry_run: do everything but keep nothing.
        settings: the workspace's settings, for its pinned vocabularies.

    Returns:
        What came of it. Where it was given up, ``stopped`` says why and the store is unchanged.

    Raises:
        ImporterError: when the source or the configuration as a whole cannot be used; the store
            is unchanged.
        PluginError: when the importer breaks its contract.
        StoreError: when the store cannot be written.
    """
    if policy not in ("collect", "strict"):
        raise ParameterError(f"there is no policy {policy!r}", remedy="use collect or strict")
    limit = 0 if policy == "strict" else max_errors
    run = _Run(source, found, limit, settings or Configuration())
    stamp = Provenance(
        importer=found.importer.name,
        importer_version=found.plugin.version,
        source_name=source.name,
        source_sha256=run.result.source_sha256,
        imported_at=context.now,
    )
    try:
        with store.transaction(stamp) as transaction:
            with contextlib.closing(run.items(config, context)) as items:
                for item in items:
                    run.take(item, transaction)
                    run.check_limit()
            run.refuse_changed()
            written = transaction.finish(complete=not run.result.refused)
            refuse_overlaps(written, source.name)
            run.settle(written)
            run.check_limit()
            if dry_run:
                raise _GiveUpError
            run.result.written = written
    except _GiveUpError:
        pass
    return run.result


class _Run:
    """One source on its way into one transaction."""

    def __init__(
        self, source: Source, found: Found, limit: int | None, settings: Configuration
    ) -> None:
        self._source = source
        self._found = found
        self._limit = limit
        self._settings = settings
        self._types = frozenset(found.importer.record_types)
        self._stamp = source.stamp()
        self.result = ImportResult(
            source_name=source.name,
            importer=found.importer.name,
            importer_version=found.plugin.version,
            source_sha256=source.sha256(),
        )

    def items(self, config: Any, context: Context) -> Generator[Item, None, None]:
        """Run the importer; what it raises beside its own errors is the plugin's fault."""
        with self._blaming():
            answer: object = self._found.importer.read(self._source, config, context)
            if not isinstance(answer, Iterable):
                raise PluginError(f"read gave a {type(answer).__name__}, not an iterator")
            yielded = iter(answer)
        try:
            while True:
                with self._blaming():
                    given: object = next(yielded, _END)
                    if given is _END:
                        return
                    item = checked_item(given, self._types)
                yield item
        finally:
            close = getattr(yielded, "close", None)
            if close is not None:
                # It was given up or has failed, and what it does in its end changes nothing.
                with printing_aside(), contextlib.suppress(Exception, SystemExit):
                    close()

    @contextlib.contextmanager
    def _blaming(self) -> Iterator[None]:
        """Turn what the plugin raises into an error that names it; send aside what it prints."""
        try:
            with printing_aside():
                yield
        except (KeyboardInterrupt, MemoryError):
            raise
        except PluginError as error:
            raise self._fault(error.what) from error.__cause__
        except CoprometricsError:
            raise
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SourceError(f"cannot be read ({reason})", where=self._source.name) from error
        except BaseException as error:
            # A plugin may raise anything, even SystemExit, which would end the program as if all
            # were well.
            raise self._fault(raised_at(error, self._found.importer)) from error

    def take(self, item: Item, transaction: Transaction) -> None:
        """Deal with one thing that the importer yielded."""
        if isinstance(item, Batch):
            self._batch(item, transaction)
        elif isinstance(item, Refusal):
            self.result.refuse(item)
        elif isinstance(item, Skipped):
            self.result.skipped[item.reason] += item.count
        elif isinstance(item, Complete):
            transaction.complete(item.record_type, item.field, item.values)
        else:
            self.result.notices.append(item)

    def settle(self, written: Written) -> None:
        """Say which rows repeat others, and refuse those whose id different records claim."""
        self.result.notices += notices_of(written)
        for conflict in written.conflicts:
            self.result.accepted[conflict.record_type.record_name] -= len(conflict.places)
            for refusal in refusals_of(conflict):
                self.result.refuse(refusal)

    def refuse_changed(self) -> None:
        """Give up where the source was written to meanwhile: its digest would not be its own.

        Raises:
            SourceError: always then.
        """
        if self._source.stamp() != self._stamp:
            raise SourceError(
                "it changed while it was read; nothing was kept",
                where=self._source.name,
                remedy="import it again once it is written",
            )

    def check_limit(self) -> None:
        """Give up when too many rows were refused."""
        if self._limit is not None and self.result.refused > self._limit:
            allowed = "none is" if self._limit == 0 else f"{self._limit} are"
            self.result.stopped = (
                f"{self.result.refused} rows were refused and {allowed} allowed; nothing was kept"
            )
            raise _GiveUpError

    def _batch(self, batch: Batch, transaction: Transaction) -> None:
        places = {"lines": batch.lines, "pages": batch.pages, "indexes": batch.indexes}
        vocabulary = self._settings.vocabulary_of(batch.record_type)
        try:
            checked = validate(
                batch.rows, batch.record_type, vocabulary=vocabulary, dictionaries=True
            )
        except pa.ArrowException as error:
            what = f"its rows cannot be checked ({type(error).__name__})"
            raise self._fault(what) from error
        if checked.issues.num_rows:
            for refusal in _refusals(checked, batch):
                self.result.refuse(refusal)
            fits = pc.invert(pc.is_in(row_numbers(len(batch.rows)), value_set=checked.refused))
            places = {n: None if p is None else p.filter(fits) for n, p in places.items()}
        self.result.accepted[batch.record_type.record_name] += checked.accepted.num_rows
        transaction.append(batch.record_type, checked.accepted, **places)

    def _fault(self, what: str) -> PluginError:
        plugin = self._found.plugin
        return PluginError(
            f"the importer {self.result.importer} failed: {what}",
            where=f"{plugin}, {self._source.name}",
            remedy=f"nothing was kept; tell its authors, and {plugin.remedy}",
        )


def _refusals(checked: Validation, batch: Batch) -> Iterator[Refusal]:
    """Turn the issues of a validation, ordered by row, into one refusal for each row."""
    problems: list[Problem] = []
    current: int | None = None
    for issue in checked.issues.to_pylist():
        if issue["row"] != current and current is not None:
            yield Refusal(batch.at(current), tuple(problems))
            problems = []
        current = issue["row"]
        problems.append(_problem(issue, batch))
    if current is not None:
        yield Refusal(batch.at(current), tuple(problems))


def _problem(issue: dict[str, Any], batch: Batch) -> Problem:
    code = issue["code"]
    return Problem(
        code=code,
        field=issue["field"],
        value=_seen(issue, batch.rows),
        message=MEANINGS.get(code, code),
    )


def _seen(issue: dict[str, Any], rows: pa.Table) -> str | None:
    """Give a refused value as it may be shown: a text only where it is a number or a plain word.

    In a column of words stands a person too, where a row is out of step.
    """
    told: str | None = issue["value"]
    if told is None or issue["field"] not in rows.column_names:
        return told
    try:
        value = rows.column(issue["field"])[issue["row"]].as_py()
    except (ValueError, OverflowError):
        return told  # It is a date beyond the calendar, which is told in words.
    if isinstance(value, list):
        return WITHHELD
    if not isinstance(value, str) or _PLAIN_WORD.fullmatch(value):
        return told
    return number_shown(value)
