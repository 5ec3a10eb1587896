"""Everything a decision says: built for the preview, frozen by the signature."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import PersonName
from mdo_portal.services import advice, letter_templates, presence, roll


def newest(session: Session, round_id: uuid.UUID) -> Decision | None:
    """The decision that counts now for this round."""
    query = select(Decision).where(Decision.round_id == round_id).order_by(Decision.version.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def content_of(
    session: Session, round_: Round, case: Case, texts: dict[NoteSection, str], *, network: str, viewer: Viewer, now: datetime
) -> dict[str, Any]:
    """Everything the letter says except the BSN and the moment of signing."""
    meeting = session.get_one(Meeting, round_.meeting_id)
    board = session.get_one(Board, meeting.board_id)
    hospital = session.get_one(Hospital, case.hospital_id)
    patient = session.get_one(Patient, case.patient_id)
    before = newest(session, round_.id)
    present = _present(session, round_, now=now)
    counted = roll.quorum(board, present)
    return {
        "network": network,
        "board": board.name,
        "meeting_at": meeting.starts_at.isoformat(),
        "place": meeting.place,
        "hospital": {"name": hospital.name, "city": hospital.city, "code": hospital.code},
        "recipient": case.treating_name or case.referrer_name,
        "patient": _patient(patient),
        "referral_number": case.referral_number,
        "question": case.question_board,
        "outcome": round_.outcome.value if round_.outcome else "",
        "sections": {section.value: texts[section] for section in NoteSection},
        "advice": advice.as_content(session, round_.id),
        "participants": [{"name": one.name, "discipline": one.discipline, "hospital": one.hospital} for one in present],
        "quorum": {"met": counted.met, "missing": list(counted.missing)},
        "signed_by": _person(session, viewer.person_id),
        "version": before.version + 1 if before else 1,
        "replaces": before.document_number if before else "",
        **letter_templates.frozen(session, board.id, hospital.id),
    }


def _patient(patient: Patient) -> dict[str, str]:
    return {
        "name": PersonName(family=patient.family, initials=patient.initials, given=patient.given).shown,
        "birth_on": patient.birth_on.isoformat() if patient.birth_on else "",
        "sex": patient.sex,
        "number": patient.local_number,
    }


def _present(session: Session, round_: Round, *, now: datetime) -> list[presence.Attendee]:
    """Who was in the room when this case was discussed: whoever came later or had left did not take part."""
    until = round_.ended_at or now
    return [one for one in presence.attendees(session, round_.meeting_id) if one.was_here(round_.started_at, until)]


def _person(session: Session, person_id: uuid.UUID) -> dict[str, str]:
    person = session.get_one(Person, person_id)
    return {"name": person.name, "discipline": person.discipline}
