"""The letter for the patient names whom the advice named: where the case is somebody else's by then, nobody gets it."""

from __future__ import annotations

import pytest

from mdo_portal.domain.letters import PatientLetterState
from mdo_portal.errors import IllegalMove
from mdo_portal.services.identity import merges
from mdo_portal.services.letters import patient_letters
from mdo_portal.services.patients import patients
from tests import make
from tests.make import NOW
from tests.services.letters.test_patient_letters import Desk, desk

__all__ = ["desk"]


def is_of_somebody_else(desk: Desk) -> None:
    """A person took back who it was, or undid a merge: the case stands with this patient from now on."""
    row = patients.add(desk.session, desk.case.hospital_id, make.identity("9"), now=NOW)
    desk.case.home_patient_id = row.id
    desk.session.flush()
    merges.settle(desk.session, [row.id], now=NOW, person_id=None)
    assert desk.case.patient_id == row.id


def test_of_an_advice_about_somebody_else_no_letter_is_begun(desk: Desk) -> None:
    is_of_somebody_else(desk)

    with pytest.raises(IllegalMove, match="andere patiënt"):
        patient_letters.begin(desk.session, desk.case, seen=0, viewer=desk.region.dirk, now=NOW)


def test_one_that_was_begun_is_neither_read_nor_released_any_more(desk: Desk) -> None:
    desk.write()
    is_of_somebody_else(desk)

    with pytest.raises(IllegalMove, match="andere patiënt"):
        desk.read()


def test_nor_is_one_that_was_read_before(desk: Desk) -> None:
    desk.write()
    desk.read()
    is_of_somebody_else(desk)

    with pytest.raises(IllegalMove, match="andere patiënt"):
        desk.release()


def test_one_that_was_released_says_on_its_page_and_on_paper_that_it_is_not_to_be_given(desk: Desk) -> None:
    desk.write()
    desk.read()
    desk.release()
    is_of_somebody_else(desk)

    shown = patient_letters.newest(desk.session, desk.case.id)
    letter, _ = patient_letters.printed(desk.session, desk.case, 0)

    assert shown is not None and (shown.state, shown.outdated) == (PatientLetterState.RELEASED, True)
    assert letter.outdated and all(line.outdated for line in patient_letters.history(desk.session, desk.case.id))


def test_once_the_advice_was_corrected_there_is_a_letter_about_the_right_one(desk: Desk) -> None:
    desk.write()
    is_of_somebody_else(desk)
    make.corrected(desk.session, desk.round, viewer=desk.region.bram, now=NOW)

    patient_letters.begin(desk.session, desk.case, seen=desk.seen(), viewer=desk.region.dirk, now=NOW)

    shown = patient_letters.newest(desk.session, desk.case.id)
    assert shown is not None and not shown.outdated
