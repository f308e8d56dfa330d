"""Does the importer know its sources, by name and first bytes, and leave all others alone?"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from coprometrics.errors import ImporterError, PluginError
from coprometrics.importers import HOOK_API, Importer, Match, Source
from coprometrics.importers.conformance import check_importer
from coprometrics.testing.cases import files_of
from coprometrics.testing.failure import CheckError
from coprometrics.testing.subject import Subject
from coprometrics.testing.watching import metered_files

__all__ = [
    "case_is_recognised",
    "foreign_files_are_left",
    "importer_fits_the_contract",
    "other_importers_leave_the_case",
    "recognition_is_cheap",
    "recognition_is_steady",
]

_PADDING = 8 << 20
_MOST_READ = 1 << 20
_HEAD = 1 << 16


def importer_fits_the_contract(subject: Subject) -> None:
    """The importer has all that the core asks of one."""
    try:
        check_importer(subject.make())
    except PluginError as error:
        raise CheckError(
            error.what,
            f"give it name, hook_api (here {HOOK_API}), record_types, config, identify and read; "
            "see the contract of plugins",
        ) from error


def case_is_recognised(subject: Subject) -> None:
    """The importer says that it reads the sources of the case, as what, and how it knows."""
    for source in subject.sources():
        match: object = subject.make().identify(source)
        if not isinstance(match, Match):
            raise CheckError(
                f"identify gave {match!r} for {source.name}",
                "let identify know it by its name and first bytes, and return a Match; or take "
                "the source out of the case",
            )
        if not match.variant or not match.reason:
            raise CheckError(
                f"the match for {source.name} has no variant or no reason",
                "say as which variant it is read, and how that is known",
            )


def recognition_is_cheap(subject: Subject) -> None:
    """Identifying a large source reads its first bytes alone; counted in bytes, not in time."""
    for source in subject.sources():
        files = files_of(source.path)
        for path in files:
            with path.open("r+b") as file:
                file.truncate(path.stat().st_size + _PADDING)
        allowed = _MOST_READ + _HEAD * len(files)
        with metered_files() as meter:
            subject.make().identify(source)
        if meter.bytes > allowed:
            raise CheckError(
                f"identify read {meter.bytes:,} bytes of a large source; {allowed:,} are allowed",
                "look at source.name and source.head() only",
            )


def recognition_is_steady(subject: Subject) -> None:
    """The same source gets the same answer each time, wherever it is."""
    importer = subject.make()
    for one, other in zip(subject.sources(), subject.sources(), strict=True):
        answers = [importer.identify(source) for source in (one, one, other)]
        if any(answer != answers[0] for answer in answers):
            raise CheckError(
                f"identify answered differently for the same {one.name}: {answers}",
                "let the answer follow from name and first bytes alone; keep nothing between calls",
            )


def other_importers_leave_the_case(subject: Subject) -> None:
    """No other importer claims the sources of the case as strongly as this one."""
    for source in subject.sources():
        mine = subject.make().identify(source)
        for rival in subject.rivals:
            claim = _claim(rival, source)
            if mine is not None and claim is not None and claim.generic <= mine.generic:
                raise CheckError(
                    f"the importer {rival.name!r} claims {source.name} too ({claim.reason})",
                    "match on something that only your sources have; set generic=True only where "
                    "any source of the form is taken",
                )


def _claim(rival: Importer, source: Source) -> Match | None:
    """Ask another importer; that it fails is no fault of the one that is tested."""
    try:
        return rival.identify(source)
    except ImporterError:
        return None
    except Exception as error:
        module = type(rival).__module__.partition(".")[0]
        raise CheckError(
            f"the importer {rival.name!r} of {module} is broken: asked about {source.name}, it "
            f"fails with {type(error).__name__}",
            "update or uninstall that plugin, and tell its authors; rivals= of importer_suite, a "
            "list of the importers to ask, can leave it out",
        ) from error


def foreign_files_are_left(subject: Subject) -> None:
    """Files of other kinds are not claimed; a generic importer may claim those of its form."""
    folder = subject.new_folder()
    suffixes = {Path(name).suffix for name, _data in subject.case.files()}
    for name, data in _foreign().items():
        path = folder / name
        path.write_bytes(data)
        match = subject.make().identify(Source.at(path))
        if match is not None and not (match.generic and data and path.suffix in suffixes):
            raise CheckError(
                f"identify claims {name}, which is {_KINDS[name]} ({match.reason})",
                "ask for more: a header, a first line or a name that only your sources have",
            )


_KINDS = {
    "photo.png": "a picture",
    "minutes.pdf": "a document",
    "empty.csv": "empty",
    "empty.json": "empty",
    "shapes.csv": "a table of colours and shapes",
    "settings.json": "a file of settings",
    "page.html": "a web page",
    "notes.txt": "plain text",
    "files.zip": "an archive with a text in it",
}


def _foreign() -> dict[str, bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("notes.txt", "Buy tea.\n")
    return {
        "photo.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64),
        "minutes.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
        "empty.csv": b"",
        "empty.json": b"",
        "shapes.csv": b"colour,shape\nred,circle\n",
        "settings.json": b'{"colour": "red", "sizes": [1, 2]}\n',
        "page.html": b"<!doctype html>\n<title>Tea</title>\n",
        "notes.txt": b"Buy tea.\n",
        "files.zip": packed.getvalue(),
    }
