"""Whether an importer, and what it gives, is what the contract says.

Our own importers are held to this by the type checker and the kit's tests. Of others nothing is
known, so that all they give is looked at before anything relies on it.
"""

from __future__ import annotations

import re
import traceback
from typing import Any

import attrs
import pyarrow as pa

from coprometrics.errors import PluginError, is_unicode, shown
from coprometrics.importers.contract import (
    HOOK_API,
    Batch,
    Complete,
    Item,
    Locator,
    Match,
    Notice,
    Problem,
    Refusal,
    Skipped,
)
from coprometrics.plugins import IncompatibleError
from coprometrics.records import Record
from coprometrics.tables.arrow import arrow_schema

__all__ = ["check_importer", "checked_item", "checked_match", "raised_at"]

_MEMBERS = ("name", "record_types", "config", "identify", "read")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_INT64 = pa.int64()


def check_importer(importer: Any) -> None:
    """Look at what a plugin offers as an importer.

    Raises:
        IncompatibleError: when it is written for another version of the contract.
        PluginError: when it is no importer.
    """
    kind = type(importer).__name__
    if isinstance(importer, type):
        raise PluginError(f"it offers the class {importer.__name__}, not an importer of it")
    name = getattr(importer, "name", None)
    wanted = getattr(importer, "hook_api", None)
    if wanted is None:
        raise IncompatibleError(f"{kind} does not say for which hook API it is written")
    if type(wanted) is not int:
        raise IncompatibleError(
            f"the hook API of {shown(name)} is {shown(wanted)}, no whole number"
        )
    if wanted != HOOK_API:
        update = "coprometrics" if wanted > HOOK_API else "the plugin"
        raise IncompatibleError(
            f"{shown(name)} is written for hook API {wanted}, this is {HOOK_API}; update {update}"
        )
    if missing := [member for member in _MEMBERS if not hasattr(importer, member)]:
        raise PluginError(f"{kind} has not all that an importer needs: {', '.join(missing)}")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise PluginError(
            f"the name {shown(name)} of an importer is not of small letters, digits, - and _"
        )
    types = importer.record_types
    if not isinstance(types, tuple) or not types or not all(map(_is_record_type, types)):
        raise PluginError(f"the record types of {name!r} are no tuple of record types")
    config = importer.config
    if config is not None and not (isinstance(config, type) and attrs.has(config)):
        raise PluginError(f"the config of {name!r} is neither None nor an attrs class")
    if not callable(importer.identify) or not callable(importer.read):
        raise PluginError(f"identify and read of {name!r} cannot both be called")


def checked_match(match: object) -> Match | None:
    """Look at what ``identify`` gave.

    Raises:
        PluginError: when it is neither a match nor None.

    Examples:
        >>> checked_match(Match("days", "it has the header of a list of days")).variant
        'days'
        >>> checked_match(True)
        Traceback (most recent call last):
            ...
        coprometrics.errors.PluginError: identify gave a bool, neither a Match nor None
    """
    if match is None:
        return None
    if not isinstance(match, Match):
        raise PluginError(f"identify gave a {type(match).__name__}, neither a Match nor None")
    if not _is_text(match.variant) or not _is_text(match.reason):
        raise PluginError("identify gave a Match whose variant or reason is no text")
    return match


def checked_item(item: object, declared: frozenset[type[Record]]) -> Item:
    """Look at one thing that ``read`` yielded.

    Args:
        item: what it is.
        declared: the record types that the importer may yield.

    Raises:
        PluginError: when it is not what it should be.

    Examples:
        >>> checked_item({"id": "a:1"}, frozenset())
        Traceback (most recent call last):
            ...
        coprometrics.errors.PluginError: it yielded a dict
    """
    fault: str | None
    if isinstance(item, Batch):
        return _checked_batch(item, declared)
    if isinstance(item, Complete):
        return _checked_complete(item, declared)
    if isinstance(item, Refusal):
        fault = _fault_of_refusal(item)
    elif isinstance(item, Skipped):
        whole = type(item.count) is int and item.count >= 0
        fault = None if whole and _is_text(item.reason) else "without a count or a reason"
    elif isinstance(item, Notice):
        texts = _is_text(item.code) and _is_text(item.message)
        fault = None if texts else "whose code or message is no text"
    else:
        raise PluginError(f"it yielded a {type(item).__name__}")
    if fault:
        raise PluginError(f"it yielded a {type(item).__name__} {fault}")
    return item


def raised_at(error: BaseException, importer: object) -> str:
    """Say what an importer raised, and where in its package, without a word of the data.

    Examples:
        >>> class Hasty:
        ...     def read(self, *given):
        ...         return int("Orsino Vane")
        >>> try:
        ...     Hasty().read()
        ... except ValueError as error:
        ...     print(raised_at(error, Hasty()))
        ValueError in coprometrics.importers.conformance, line 3
    """
    package = type(importer).__module__.partition(".")[0]
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] == package:
            return f"{type(error).__name__} in {module}, line {line}"
    return type(error).__name__


def _checked_batch(batch: Batch, declared: frozenset[type[Record]]) -> Batch:
    kind: object = batch.record_type
    if not _is_record_type(kind):
        raise PluginError(f"the record type of a batch is {shown(kind)}, no record type")
    if kind not in declared:
        raise PluginError(f"it yielded {batch.record_type.__name__}, which it does not declare")
    rows: object = batch.rows
    if not isinstance(rows, pa.Table):
        raise PluginError(f"the rows of a batch are a {type(rows).__name__}, no table")
    if len(set(rows.column_names)) < rows.num_columns:
        twice = sorted({name for name in rows.column_names if rows.column_names.count(name) > 1})
        raise PluginError(f"a batch has two columns of one name: {', '.join(map(shown, twice))}")
    places = {
        name: _checked_places(name, getattr(batch, name), rows.num_rows)
        for name in ("lines", "pages", "indexes")
    }
    return attrs.evolve(batch, **places)


def _checked_complete(item: Complete, declared: frozenset[type[Record]]) -> Complete:
    if not _is_record_type(item.record_type) or item.record_type not in declared:
        raise PluginError(f"it calls {shown(item.record_type)} complete, which it does not declare")
    schema = arrow_schema(item.record_type)
    if item.field not in schema.names or schema.field(item.field).type != pa.string():
        kind = item.record_type.__name__
        raise PluginError(f"it calls {kind} complete by {shown(item.field)}, no field with a text")
    values: object = item.values
    if not isinstance(values, pa.Array | pa.ChunkedArray):
        raise PluginError(f"the values of a Complete are a {type(values).__name__}, no array")
    if not pa.types.is_string(values.type):
        raise PluginError(f"the values of a Complete are of type {values.type}, no texts")
    return item


def _checked_places(name: str, given: Any, rows: int) -> Any:
    if given is None:
        return None
    if not isinstance(given, pa.Array | pa.ChunkedArray) or not pa.types.is_integer(given.type):
        kind = getattr(given, "type", type(given).__name__)
        raise PluginError(f"the {name} of a batch are of type {kind}, no array of whole numbers")
    if len(given) != rows:
        raise PluginError(f"{len(given)} {name} for {rows} rows")
    try:
        return given if given.type == _INT64 else given.cast(_INT64)
    except pa.ArrowInvalid:
        raise PluginError(f"the {name} of a batch are too large") from None


def _fault_of_refusal(refusal: Refusal) -> str | None:
    at: object = refusal.at
    if not isinstance(at, Locator) or not all(
        number is None or type(number) is int for number in (at.line, at.page, at.index)
    ):
        return "whose place is no Locator"
    problems: object = refusal.problems
    if not isinstance(problems, tuple) or not problems:
        return "without a tuple of problems"
    for problem in problems:
        if not isinstance(problem, Problem) or not all(
            map(_is_text, (problem.code, problem.message))
        ):
            return "with a problem without code and message"
        if not all(
            part is None or isinstance(part, str) for part in (problem.field, problem.value)
        ):
            return "with a problem whose field or value is no text"
    return None


def _is_record_type(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Record)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and is_unicode(value)
