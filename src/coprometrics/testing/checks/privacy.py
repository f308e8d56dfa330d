"""Does nothing get out that tells who somebody is?"""

from __future__ import annotations

from collections.abc import Iterator

from coprometrics.errors import ImporterError, ParameterError
from coprometrics.importers import Source
from coprometrics.testing.checks.hostile import hostile_sources
from coprometrics.testing.failure import CheckError
from coprometrics.testing.personal import canary, labelled, looks_personal, traces
from coprometrics.testing.reading import Reading
from coprometrics.testing.subject import Subject

__all__ = ["nothing_personal_leaves"]


def nothing_personal_leaves(subject: Subject) -> None:
    """No record, refusal, notice, reason or error holds an address, a number or a name.

    The texts of ``personal.yaml``, and those in columns such as First name and Email, are first
    replaced by others that occur nowhere else. They must not get out, neither whole nor in part,
    nor as a hash that needs no key.
    """
    for source in [*subject.sources(), *hostile_sources(subject)]:
        for place, text in _said(subject, source):
            if found := looks_personal(text):
                raise CheckError(f"{found} gets out, in {place}", _REMEDY)
    _check_there(subject)
    known = _known(subject)
    forms = [
        (f"{origin} gets out, {how}", form)
        for text, origin in known.items()
        for form, how in traces(canary(text)).items()
    ]
    for source in subject.planted({text: canary(text) for text in known}):
        for place, text in _said(subject, source):
            folded = text.casefold()
            for what, form in forms:
                if form in folded:
                    raise CheckError(f"{what}, in {place}", _REMEDY)


def _known(subject: Subject) -> dict[str, str]:
    """Give the texts that tell who somebody is, each with how that is known; long ones first."""
    known: dict[str, str] = {}
    for name, data in subject.case.files():
        known |= {text: f"a value of {label!r} in {name}" for text, label in labelled(data).items()}
    for number, text in enumerate(subject.case.personal, start=1):
        known[text] = f"the text {number} of personal.yaml"
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))


_REMEDY = (
    "leave the column out; turn addresses into pseudonyms with context.person_key; name the "
    "place, not the value, in messages"
)


def _check_there(subject: Subject) -> None:
    """Refuse a list of texts of which one is nowhere: it would look for what cannot be found."""
    folder = subject.new_folder()
    before = [source.sha256() for source in subject.sources(into=folder)]
    for number, text in enumerate(subject.case.personal, start=1):
        planted = subject.planted({text: canary(text)}, into=folder)
        if [source.sha256() for source in planted] == before:
            raise ParameterError(
                f"the text {number} is in no source of the case",
                where=str(subject.case.folder / "personal.yaml"),
                remedy="write it as the source has it",
            )


def _said(subject: Subject, source: Source) -> Iterator[tuple[str, str]]:
    """Give every text that leaves, with where it is."""
    try:
        match = subject.make().identify(source)
        reading, failure = subject.read(source)
    except ImporterError as error:
        yield f"the error {type(error).__name__}", str(error)
        return
    except CheckError:
        raise
    except Exception:  # noqa: BLE001  (what comes out of sources that are damaged is another check)
        return
    if match is not None:
        yield "the match", f"{match.variant} {match.reason}"
    if failure is not None:
        yield f"the error {type(failure).__name__}", str(failure)
    yield from _texts(reading)


def _texts(reading: Reading) -> Iterator[tuple[str, str]]:
    for refusal in reading.refusals:
        for problem in refusal.problems:
            yield f"the refusal {problem.code} at {refusal.at}", str(problem)
    for notice in reading.notices:
        yield f"the notice {notice.code}", notice.message
    for reason in reading.skipped:
        yield "a reason for leaving rows out", reason
    for batch in reading.batches:
        for name in batch.rows.column_names:
            for value in batch.rows.column(name).to_pylist():
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str):
                        yield f"the field {name} of {batch.record_type.__name__}", text
