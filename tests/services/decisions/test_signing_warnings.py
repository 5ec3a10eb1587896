"""What a chair reads before signing: what may keep the letter from its patient, and what it leaves out. Each when it is so, and then alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.caution import Caution
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.decisions import decision_forms, decisions
from mdo_portal.services.decisions.decision_forms import Written
from tests import make
from tests.make import NETWORK, NOW
from tests.people import Region

ADDED = Written(DecisionForm.ADDENDUM, "De PA is binnen.", "nagekomen uitslag", "")
Change = Callable[[Case, Patient], None]


def _is(case: Case, **changed: object) -> None:
    for column, value in changed.items():
        setattr(case, column, value)


OF_ANY_LETTER: dict[str, tuple[Change, str]] = {
    "nobody referred": (lambda case, _: _is(case, referrer_name="", treating_name=""), "geen verwijzer of behandelaar"),
    "without a number": (lambda _, patient: setattr(patient, "local_number", ""), "geen patiëntnummer"),
    "a BSN that cannot be right": (lambda _, patient: setattr(patient, "bsn_doubtful", True), "elfproef"),
    "a test": (lambda case, _: _is(case, cautions=[Caution.TEST]), "proefbericht"),
    "names another": (lambda case, _: _is(case, cautions=[Caution.ANOTHER]), "een andere patiënt"),
    "not sure who it is": (lambda case, _: _is(case, cautions=[Caution.UNSURE]), "niet zeker wie deze patiënt is"),
}
OF_AN_ADVICE: dict[str, tuple[Change, str]] = {
    "nothing asked": (lambda case, _: _is(case, question_board=""), "geen vraagstelling"),
    "has one already": (lambda case, _: _is(case, state=CaseState.DELIVERED), "al ontvangen"),
}


@pytest.fixture
def round_(session: Session, region: Region) -> Round:
    """Discussed, with everything in it."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.typed(session, planned, "Prostaatcarcinoom, cT2.", section=NoteSection.DIAGNOSIS)
    return make.discussed(session, planned, viewer=region.bram)


def warned(session: Session, region: Region, round_: Round, written: Written | None = None) -> list[str]:
    case = session.get_one(Case, round_.case_id)
    if written is not None:
        return list(decision_forms.preview(session, round_, case, written, network=NETWORK, viewer=region.bram).warnings)
    said = decisions.preview(session, round_, case, network=NETWORK, viewer=region.bram, now=NOW).warnings
    return [sentence for sentence in said if "quorum" not in sentence]


def changed(session: Session, round_: Round, change: Change) -> None:
    case = session.get_one(Case, round_.case_id)
    change(case, session.get_one(Patient, case.patient_id))
    session.flush()


def test_a_whole_advice_about_somebody_who_is_known_warns_of_nothing(session: Session, region: Region, round_: Round) -> None:
    assert warned(session, region, round_) == []


@pytest.mark.parametrize("what", OF_ANY_LETTER | OF_AN_ADVICE)
def test_an_advice_warns_of_that_alone(session: Session, region: Region, round_: Round, what: str) -> None:
    change, words = (OF_ANY_LETTER | OF_AN_ADVICE)[what]
    changed(session, round_, change)

    (sentence,) = warned(session, region, round_)

    assert words in sentence


@pytest.mark.parametrize("what", OF_ANY_LETTER)
def test_so_does_what_is_signed_beside_an_advice(session: Session, region: Region, round_: Round, what: str) -> None:
    make.signed(session, round_, viewer=region.bram)
    change, words = OF_ANY_LETTER[what]
    changed(session, round_, change)

    (sentence,) = warned(session, region, round_, ADDED)

    assert words in sentence


def test_an_advice_without_a_diagnosis_says_that_its_letter_has_none(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.discussed(session, planned, viewer=region.bram)

    (sentence,) = warned(session, region, planned)

    assert "Diagnose en stadium is leeg" in sentence


def test_without_its_quorum_it_says_so(session: Session, region: Region, round_: Round) -> None:
    case = session.get_one(Case, round_.case_id)
    shown = decisions.preview(session, round_, case, network=NETWORK, viewer=region.bram, now=NOW)

    assert [sentence for sentence in shown.warnings if "quorum was niet voltallig" in sentence]
    assert not shown.content["quorum"]["met"]
