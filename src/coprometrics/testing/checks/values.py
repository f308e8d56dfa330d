"""Whatever stands where a value should: is it read, or refused, and nothing else?"""

from __future__ import annotations

import pyarrow as pa

from coprometrics.errors import ImporterError, PluginError
from coprometrics.importers import Batch
from coprometrics.importers.meanings import MEANINGS
from coprometrics.tables.validation import validate
from coprometrics.testing.checks.hostile import unexpected
from coprometrics.testing.failure import CheckError
from coprometrics.testing.subject import Subject
from coprometrics.testing.tampering import tampered

__all__ = ["hostile_values_are_refused"]

_LEFT_TO_THE_CORE = {*MEANINGS} - {"wrong-type", "unknown-field"}


def hostile_values_are_refused(subject: Subject) -> None:
    """A value that no field can hold, such as 10**30 or half of a character, is refused."""
    folder = subject.new_folder()
    for name, what, before, after in tampered(subject.case.files()):

        def change(
            given: str, data: bytes, name: str = name, before: bytes = before, after: bytes = after
        ) -> bytes | None:
            return after if (given, data) == (name, before) else None

        for source in subject.sources(change, into=folder):
            place = f"{name} has {what}"
            try:
                subject.make().identify(source)
                reading, error = subject.read(source)
                for batch in reading.batches:
                    _check(batch, place)
            except ImporterError as refused:
                error = refused
            except CheckError:
                raise
            except Exception as other:
                raise unexpected(place, other) from other
            if isinstance(error, PluginError):
                raise unexpected(place, error) from error


def _check(batch: Batch, place: str) -> None:
    """Refuse a batch with a column that is not that of its field.

    What a field does not allow is left to the core; a column of another type would have it refuse
    the rows beside it too.
    """
    try:
        issues = validate(batch.rows, batch.record_type).issues.to_pylist()
    except pa.ArrowException as error:
        issues = [{"field": "a column", "code": f"no column to check ({type(error).__name__})"}]
    for issue in issues:
        if issue["code"] not in _LEFT_TO_THE_CORE:
            raise CheckError(
                f"{place}, and {issue['field']} of {batch.record_type.__name__} is {issue['code']}",
                "check the type of a value before it goes into a batch, and give a batch the "
                "columns of arrow_schema, as coprometrics.importers.batching does",
            )
