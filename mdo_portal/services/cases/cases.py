"""The case as it is read: banner, questions, five columns, documents, timeline, rounds, letters."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import NO_DATE, Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identifiers import masked_bsn
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import PersonName, Section, dotted
from mdo_portal.services.cases import case_lists, decision_objection_rows, told_rows
from mdo_portal.services.cases.case_rows import CaseView, PatientBanner
from mdo_portal.services.common import known
from mdo_portal.services.dossier import routing, snapshots
from mdo_portal.services.meetings import preparation_rows


def view(session: Session, case: Case, *, reduced: bool = False) -> CaseView:
    """Read the whole case in a fixed number of statements. `reduced`: without names, numbers and documents, for who observes."""
    hospital = session.get_one(Hospital, case.hospital_id)
    read = _read(session, [case], reduced=reduced)[case.id]
    return replace(
        read,
        patient=_reduced(session, case, read.patient) if reduced else read.patient,
        referral_number="" if reduced else read.referral_number,
        unrouted=None if case.board_id else routing.why_not(session, hospital, case.board_hint),
        requests=case_lists.requests(session, [case.id])[case.id],
        told=told_rows.NOTHING if reduced else told_rows.of_patient(session, case.patient_id),
        snapshots=snapshots.of_case(session, case.id),
        objections=() if reduced else decision_objection_rows.rows(session, case_id=case.id),
    )


def on_paper(session: Session, found: Sequence[Case]) -> Mapping[uuid.UUID, CaseView]:
    """What paper tells of these cases, in as many statements as for one: without what was asked and told beside the referral, what
    members said against a decision and what a server said moment by moment.
    """
    return _read(session, found)


def _read(session: Session, found: Sequence[Case], *, reduced: bool = False) -> dict[uuid.UUID, CaseView]:
    ids = [case.id for case in found]
    hospitals = known.rows(session, Hospital, {case.hospital_id for case in found})
    boards = known.rows(session, Board, {case.board_id for case in found if case.board_id})
    patients = known.rows(session, Patient, {case.patient_id for case in found})
    facts, events, rounds = case_lists.facts(session, ids), case_lists.events(session, ids), case_lists.rounds(session, ids)
    named = [] if reduced else ids  # who observes reads nothing that names the patient
    documents, decisions = case_lists.documents(session, named), case_lists.decisions(session, named)
    prepared = preparation_rows.of_cases(session, named)
    return {
        case.id: CaseView(
            id=case.id,
            revision=case.revision,
            state=case.state,
            state_since=case.state_since,
            reason=case.reason,
            hospital=hospitals[case.hospital_id].name,
            hospital_id=case.hospital_id,
            hospital_phone=hospitals[case.hospital_id].phone,
            board_id=case.board_id,
            board=boards[case.board_id].name if case.board_id else "",
            board_hint=case.board_hint,
            unrouted=None,
            referral_number=case.referral_number,
            wire=case.wire,
            received_at=case.received_at,
            due_on=case.due_on if case.due_on < NO_DATE else None,
            urgency=case.urgency,
            question_board=case.question_board,
            question_radiology=case.question_radiology,
            question_pathology=case.question_pathology,
            referrer_name=case.referrer_name,
            referrer_phone=case.referrer_phone,
            treating_name=case.treating_name,
            case_manager_name=case.case_manager_name,
            gp_name=case.gp_name,
            missing=tuple(case.missing),
            patient=_banner(case, patients[case.patient_id], hospitals[case.hospital_id]),
            facts={
                section: [fact for fact in facts[case.id] if fact.section is section and not fact.superseded_at]
                for section in Section
            },
            superseded=[fact for fact in facts[case.id] if fact.superseded_at],
            documents=documents[case.id],
            events=events[case.id],
            rounds=rounds[case.id],
            decisions=decisions[case.id],
            requests=[],
            snapshots=[],
            cancel_told_at=case.cancel_told_at,
            unseen_since=case.waits_unseen,
            preparations=prepared[case.id],
        )
        for case in found
    }


def banner(session: Session, case: Case) -> PatientBanner:
    """Who the patient is; the BSN masked."""
    return _banner(case, session.get_one(Patient, case.patient_id), session.get_one(Hospital, case.hospital_id))


def _banner(case: Case, patient: Patient, hospital: Hospital) -> PatientBanner:
    return PatientBanner(
        name=PersonName(family=patient.family, initials=patient.initials, given=patient.given).shown,
        birth_on=patient.birth_on,
        sex=patient.sex,
        hospital=hospital.name,
        number=patient.local_number,
        masked_bsn=masked_bsn(patient.bsn_tail),
        bsn_doubtful=patient.bsn_doubtful,
        objects=case.objected,
        deceased=patient.deceased,
        cautions=tuple(case.cautions),
    )


def _reduced(session: Session, case: Case, patient: PatientBanner) -> PatientBanner:
    """Initials and year of birth: enough to follow the discussion, too little to know who it is."""
    named = session.get_one(Patient, case.patient_id)
    year = f" ({patient.birth_on.year})" if patient.birth_on else ""
    letters = dotted(named.initials or named.given[:1]) or "…"
    return replace(patient, name=f"{letters}{year}", birth_on=None, number="", masked_bsn="")
