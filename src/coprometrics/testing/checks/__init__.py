"""What every importer promises, each promise as a check with a name of its own.

``recognition`` is about ``identify``, ``yielding`` about what ``read`` gives, ``repetition`` about
reading again, ``hostile`` about sources that are not as they should be, ``values`` about single
values that are not, ``memory`` about large sources, ``surroundings`` about the machine, ``privacy``
about people.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from attrs import frozen

from coprometrics.testing.checks import (
    hostile,
    memory,
    privacy,
    recognition,
    repetition,
    surroundings,
    values,
    yielding,
)
from coprometrics.testing.subject import Subject
from coprometrics.testing.tampering import has_lines, spots

__all__ = ["CHECKS", "Check"]


@frozen
class Check:
    """One promise.

    Attributes:
        function: raises a CheckError where it is broken.
        needs: what it asks of the files of a case, where it does: ``shuffle`` (rows that can be
            brought into another order), ``grow`` (rows that can be repeated), ``values`` (of CSV or
            JSON), ``lines`` (of CSV or JSON Lines).
    """

    function: Callable[[Subject], None]
    needs: str | None = None

    @property
    def name(self) -> str:
        """The name of the check, and of the test that makes it."""
        return self.function.__name__

    @property
    def doc(self) -> str:
        """What is promised, in one line."""
        return (self.function.__doc__ or "").partition("\n")[0]

    def missing(self, subject: Subject) -> str | None:
        """Say what the case does not have that the check needs; None when it has all."""
        match self.needs:
            case "shuffle" if not subject.can_shuffle():
                return "no file has rows that shuffle of importer_suite finds"
            case "grow" if subject.grow is None:
                return "nothing repeats rows: give importer_suite grow=repeat_rows or repeat_lines"
            case "grow" if not subject.can_grow():
                return "no file has rows that grow of importer_suite finds"
            case "values" if not any(spots(*file) for file in subject.case.files()):
                return "no file is CSV or JSON in UTF-8, with values"
            case "lines" if not any(has_lines(name) for name, _data in subject.case.files()):
                return "no file is CSV or JSON Lines"
        return None

    def run(self, subject: Subject) -> None:
        """Make the check.

        Raises:
            CheckError: when the promise is broken.
        """
        with warnings.catch_warnings():
            # Warnings are a check of their own.
            warnings.simplefilter("ignore")
            self.function(subject)


CHECKS: tuple[Check, ...] = (
    Check(recognition.importer_fits_the_contract),
    Check(recognition.case_is_recognised),
    Check(recognition.recognition_is_cheap),
    Check(recognition.recognition_is_steady),
    Check(recognition.other_importers_leave_the_case),
    Check(recognition.foreign_files_are_left),
    Check(yielding.case_gives_what_is_expected),
    Check(yielding.items_fit_the_contract),
    Check(yielding.only_declared_types),
    Check(yielding.records_fit),
    Check(yielding.ids_are_unique),
    Check(repetition.order_does_not_matter, needs="shuffle"),
    Check(repetition.reading_again_changes_nothing),
    Check(repetition.copies_change_nothing),
    Check(repetition.readings_do_not_mix),
    Check(hostile.empty_sources_are_survived),
    Check(hostile.truncated_sources_are_survived),
    Check(hostile.other_encodings_are_survived),
    Check(hostile.random_bytes_are_survived),
    Check(hostile.damaged_sources_are_survived),
    Check(values.hostile_values_are_refused, needs="values"),
    Check(memory.endless_lines_are_refused, needs="lines"),
    Check(memory.batches_are_bounded, needs="grow"),
    Check(memory.memory_is_bounded, needs="grow"),
    Check(surroundings.input_is_not_changed),
    Check(surroundings.nothing_is_printed),
    Check(surroundings.nothing_warns),
    Check(surroundings.values_are_not_logged),
    Check(surroundings.network_is_left_alone),
    Check(surroundings.clock_is_that_of_the_context),
    Check(surroundings.time_zone_does_not_matter),
    Check(surroundings.locale_does_not_matter),
    Check(privacy.nothing_personal_leaves),
)
"""Every check, in the order in which they are made."""
