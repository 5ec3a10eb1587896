"""Everything a decision says: built for the preview, frozen by the signature."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.codes import CARE_CONFERENCE, as_content
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import Decision, main, message, standing
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import DecisionForm, PersonName
from mdo_portal.services.letters import letter_template_choice
from mdo_portal.services.room import advice, presence, roll
from mdo_portal.zone import day_of

OBSERVER = "toehoorder"
"""As the letter names who only observes. Dutch, as a letter is."""
SIGNED = select(Decision).where(Decision.round_id == bindparam("round")).order_by(Decision.version)
"""Open: `round`."""


def of_round(session: Session, round_id: uuid.UUID) -> list[Decision]:
    """All that was signed in this round, in order."""
    return list(session.scalars(SIGNED, {"round": round_id}))


def newest(session: Session, round_id: uuid.UUID) -> Decision | None:
    """The newest whole advice of this round, whether or not it was withdrawn; an addendum replaces nothing."""
    return main(of_round(session, round_id))


def content_of(
    session: Session,
    round_: Round,
    case: Case,
    texts: dict[NoteSection, str],
    signed: Sequence[Decision],
    *,
    network: str,
    viewer: Viewer,
    now: datetime,
) -> dict[str, Any]:
    """Everything the letter of a first or corrected advice says, except the BSN and the moment of signing.

    `signed`: all that was signed in this round before, in order.
    """
    corrected = main(signed)
    form = DecisionForm.CORRECTION if corrected else DecisionForm.FIRST
    return _about(session, round_, case, signed, form, network=network, viewer=viewer) | {
        "question": case.question_board,
        "sections": {section.value: texts[section] for section in NoteSection},
        "advice": advice.as_content(session, round_.id),
        **(_as_signed(corrected) if corrected else _counted(session, round_, now=now)),
    }


def _as_signed(corrected: Decision) -> dict[str, Any]:
    """Who discussed it stands since the first signature: presence goes before the case does, and a board's quorum may change."""
    return {name: corrected.content[name] for name in ("participants", "quorum")}


def _counted(session: Session, round_: Round, *, now: datetime) -> dict[str, Any]:
    meeting = session.get_one(Meeting, round_.meeting_id)
    present = _present(session, round_, now=now)
    counted = roll.quorum(session.get_one(Board, meeting.board_id), present)
    return {
        "participants": [{"name": one.name, "discipline": _took_part_as(one), "hospital": one.hospital} for one in present],
        "quorum": {"met": counted.met, "missing": list(counted.missing)},
    }


def _took_part_as(one: presence.Attendee) -> str:
    """The discipline; a student or guest who only observes is named as that, whatever the discipline: they decided nothing."""
    return OBSERVER if one.observes else one.discipline


def content_about(
    session: Session,
    round_: Round,
    case: Case,
    form: DecisionForm,
    *,
    text: str,
    then: str,
    network: str,
    viewer: Viewer,
) -> dict[str, Any]:
    """The same of an addendum (`text`) or a withdrawal (`then`: what becomes of the case). Nobody but the chair took part in it."""
    signed = of_round(session, round_.id)
    about = _about(session, round_, case, signed, form, network=network, viewer=viewer)
    return about | _NO_DISCUSSION | {
        "question": "",
        "sections": {section.value: text if section is NoteSection.ADVICE else "" for section in NoteSection},
        "then": then,
    }  # fmt: skip


def content_of_outcome(
    session: Session, round_: Round, case: Case, form: DecisionForm, *, why: str, network: str, viewer: Viewer
) -> dict[str, Any]:
    """Everything the message says of a discussion that ended without an advice; of its recall only which message it is about.

    `why` is the reason as a person typed it. Where the case is planned again by now is said as it stands; nothing is concluded.
    """
    signed, tells = of_round(session, round_.id), form is DecisionForm.OUTCOME
    about = _about(session, round_, case, signed, form, network=network, viewer=viewer)
    return about | _NO_DISCUSSION | {
        "question": case.question_board if tells else "",
        "sections": {section.value: "" for section in NoteSection},
        "outcome_reason": why if tells else "",
        "planned": _planned(session, case) if tells else {},
    }  # fmt: skip


_NO_DISCUSSION: dict[str, Any] = {
    "advice": {"items": [], "answers": {}},
    "participants": [],
    "quorum": {"met": None, "missing": []},
}


def _planned(session: Session, case: Case) -> dict[str, str]:
    """The meeting on whose agenda the case stands now."""
    query = select(Meeting.starts_at, Board.name).join(Board, Board.id == Meeting.board_id)
    query = query.join(Round, Round.meeting_id == Meeting.id).where(Round.case_id == case.id, Round.outcome.is_(None))
    found = session.execute(query).one_or_none()
    return {"meeting_at": found[0].isoformat(), "board": found[1]} if found else {}


def _about(
    session: Session, round_: Round, case: Case, signed: Sequence[Decision], form: DecisionForm, *, network: str, viewer: Viewer
) -> dict[str, Any]:
    """What letters of every form say: of whom, to whom, which discussion, by whom, and about which earlier letter."""
    meeting = session.get_one(Meeting, round_.meeting_id)
    hospital = session.get_one(Hospital, case.hospital_id)
    about = main(signed) if form.has_advice else message(signed)
    return {
        "network": network,
        "board": session.get_one(Board, meeting.board_id).name,
        "meeting_at": meeting.starts_at.isoformat(),
        "place": meeting.place,
        "codes": as_content(CARE_CONFERENCE),
        "hospital": {"name": hospital.name, "city": hospital.city, "code": hospital.code},
        "recipient": case.treating_name or case.referrer_name,
        "patient": _patient(session.get_one(Patient, case.patient_id)),
        "referral_number": case.referral_number,
        "outcome": round_.outcome.value if round_.outcome else "",
        "signed_by": _person(session, viewer.person_id),
        "form": form.value,
        "version": signed[-1].version + 1 if signed else 1,
        "replaces": about.document_number if about else "",
        "replaces_version": about.version if about else 0,
        "replaces_on": day_of(about.signed_at).isoformat() if about else "",
        "replaces_addenda": [] if form is DecisionForm.ADDENDUM else [one.document_number for one in standing(signed)[1:]],
        **letter_template_choice.frozen(session, meeting.board_id, hospital.id),
    }


def _patient(patient: Patient) -> dict[str, str]:
    return {
        "name": PersonName(family=patient.family, initials=patient.initials, given=patient.given).shown,
        "birth_on": patient.birth_on.isoformat() if patient.birth_on else "",
        "sex": patient.sex,
        "number": patient.local_number,
    }


def _present(session: Session, round_: Round, *, now: datetime) -> list[presence.Attendee]:
    """Who was in the room when this case was discussed: whoever came later, had left or was called away did not take part.

    What is only listed may never have been shown: then who was there since the meeting was opened.
    """
    until = round_.ended_at or now
    begun = round_.started_at or session.get_one(Meeting, round_.meeting_id).opened_at or until
    return [one for one in presence.attendees(session, round_.meeting_id) if one.was_here(min(begun, until), until)]


def _person(session: Session, person_id: uuid.UUID) -> dict[str, str]:
    person = session.get_one(Person, person_id)
    return {"name": person.name, "discipline": person.discipline}
