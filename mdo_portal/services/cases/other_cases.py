"""Other cases of the person whom a case is about, as far as this reader may see them.

Of the same hospital under another referral number, and of another hospital under the same BSN. Nothing is joined by it: two hospitals
with the same person are two patients (docs/glossary.md), and whether it is one person, a person says (ADR 0064).
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital, Meeting
from mdo_portal.domain.case import OVER, Case, CaseState
from mdo_portal.domain.decision import standing
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import DecisionForm
from mdo_portal.exchange.surnames import are_unlike
from mdo_portal.letters.letter_words import advice_of
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import case_lists
from mdo_portal.services.cases.case_rows import DecisionRow
from mdo_portal.services.common import access, known

MOST = 20
"""So many are named, the newest first: an EPD that sends a new number each week should not fill the page."""


class OtherCase(NamedTuple):
    id: uuid.UUID
    hospital: str
    hospital_code: str
    board: str
    state: CaseState
    state_since: datetime
    received_at: datetime
    question: str
    #: the meeting it was last planned into
    meeting_at: datetime | None
    #: what was signed last and holds, one text for each recommendation; empty for who may not read advices
    advice: tuple[str, ...]
    #: found by its BSN at another hospital, and name or birth date say otherwise
    is_unlike: bool

    @property
    def is_over(self) -> bool:
        return self.state in OVER


def of_case(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> list[OtherCase]:
    """The newest first, each with its line in the access log."""
    return of_cases(session, viewer, [case], now=now)[case.id]


def of_cases(session: Session, viewer: Viewer, found: Sequence[Case], *, now: datetime) -> dict[uuid.UUID, list[OtherCase]]:
    """The same of many, in as many statements as of one."""
    patients = known.rows(session, Patient, {case.patient_id for case in found})
    persons = _same_persons(session, viewer, list(patients.values()))
    others = _newest(session, viewer, {one for person in persons.values() for one in person}, now=now)
    seen: dict[uuid.UUID, list[_Seen]] = {}
    for case in found:
        of_person = [one for one in others if one.case.patient_id in persons[case.patient_id] and one.case.id != case.id][:MOST]
        seen[case.id] = [one for one in of_person if one.relations]
    _log(session, viewer, [one for each in seen.values() for one in each], now=now)
    shown = {one.case.id: one for each in seen.values() for one in each}
    meetings, advice = (
        _last_meetings(session, shown),
        _advice(session, [one.case.id for one in shown.values() if one.may_read_advice]),
    )
    return {
        case.id: [
            _row(one, patients[case.patient_id], meetings.get(one.case.id), advice.get(one.case.id, ())) for one in seen[case.id]
        ]
        for case in found
    }


class _Seen(NamedTuple):
    """A case of somebody on the page, and by what this reader may read it."""

    case: Case
    whose: Patient
    hospital: Hospital
    board: str
    relations: list[Relation]
    may_read_advice: bool


def _log(session: Session, viewer: Viewer, seen: Sequence[_Seen], *, now: datetime) -> None:
    broken = audit.why_broken(session, viewer, [one.case.id for one in seen if one.relations[0] is Relation.EMERGENCY])
    with audit.together(session):
        for one in seen:
            why, how = broken.get(one.case.id, ""), one.relations[0]
            audit.record(session, viewer, Act.CASE_READ, now=now, case=one.case, relation=how, detail="other case", reason=why)


_PLACE = func.row_number().over(partition_by=Case.patient_id, order_by=(Case.received_at.desc(), Case.id))
_RANKED = select(Case.id, _PLACE.label("place")).where(Case.patient_id.in_(bindparam("patients", expanding=True))).subquery()
_NEWEST = (
    select(Case, Patient, Hospital, Board.name, *access.FACTS)
    .join(_RANKED, _RANKED.c.id == Case.id)
    .join(Patient, Patient.id == Case.patient_id)
    .join(Hospital, Hospital.id == Case.hospital_id)
    .outerjoin(Board, Board.id == Case.board_id)
    .where(_RANKED.c.place <= MOST + 1)
    .order_by(Case.received_at.desc(), Case.id)
)


def _newest(session: Session, viewer: Viewer, patient_ids: Collection[uuid.UUID], *, now: datetime) -> list[_Seen]:
    """The newest cases of each of these patients, one more than are named: one of them may be the case itself."""
    asked = {"patients": list(patient_ids), **access.facts_of(viewer, now=now)}
    return [
        _Seen(
            case,
            whose,
            hospital,
            board or "",
            access.relations_by(viewer, Act.CASE_READ, case, *facts),
            bool(access.relations_by(viewer, Act.DECISION_READ, case, *facts)),
        )
        for case, whose, hospital, board, *facts in session.execute(_NEWEST, asked)
    ]


def _same_persons(session: Session, viewer: Viewer, patients: Sequence[Patient]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """By patient who is the same person. Asked first, and hospital by hospital of the reader's boards: so an index finds both, and
    elsewhere nothing may be seen."""
    found = {patient.id: {patient.id} for patient in patients}
    numbers = {patient.bsn_index for patient in patients if patient.bsn_index}
    if numbers and viewer.board_roles:
        taking_part = select(BoardHospital.hospital_id).where(BoardHospital.board_id.in_(viewer.board_roles))
        elsewhere = select(Patient.id, Patient.bsn_index).where(
            Patient.hospital_id.in_(taking_part), Patient.bsn_index.in_(numbers)
        )
        by_number: defaultdict[bytes, set[uuid.UUID]] = defaultdict(set)
        for patient_id, number in session.execute(elsewhere):
            by_number[bytes(number)].add(patient_id)
        for patient in patients:
            found[patient.id] |= by_number[bytes(patient.bsn_index)]
    return found


def _last_meetings(session: Session, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """The meeting each of these was last planned into."""
    if not case_ids:
        return {}
    query = (
        select(Round.case_id, Meeting.starts_at)
        .ext(distinct_on(Round.case_id))
        .join(Meeting, Meeting.id == Round.meeting_id)
        .where(Round.case_id.in_(case_ids))
        .order_by(Round.case_id, Round.number.desc())
    )
    return {row.case_id: row.starts_at for row in session.execute(query)}


def _row(one: _Seen, patient: Patient, meeting_at: datetime | None, advice: tuple[str, ...]) -> OtherCase:
    born = {patient.birth_on, one.whose.birth_on} - {None}
    return OtherCase(
        id=one.case.id,
        hospital=one.hospital.name,
        hospital_code=one.hospital.code,
        board=one.board,
        state=one.case.state,
        state_since=one.case.state_since,
        received_at=one.case.received_at,
        question=one.case.question_board,
        meeting_at=meeting_at,
        advice=advice,
        is_unlike=one.whose.id != patient.id and (len(born) > 1 or are_unlike(patient.family, one.whose.family)),
    )


def advice_that_holds(session: Session, case_id: uuid.UUID) -> tuple[str, ...]:
    """Of the newest round that has an advice, what holds now."""
    return _advice(session, [case_id]).get(case_id, ())


def _advice(session: Session, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    return {case_id: _that_holds(signed) for case_id, signed in case_lists.decisions(session, case_ids).items()}


def _that_holds(signed: Sequence[DecisionRow]) -> tuple[str, ...]:
    newest = next((one.round_id for one in signed if one.form.has_advice), None)
    holds = standing(sorted((one for one in signed if one.round_id == newest), key=lambda one: one.version))
    texts: list[str] = []
    for one in holds:
        added = one.form is DecisionForm.ADDENDUM
        items = [one.content["sections"]["advice"]] if added else [item.as_text() for item in advice_of(one.content)["advice"]]
        texts += ["; ".join(text.splitlines()) for text in items]
    return tuple(texts)
