"""Which case a message means: by the number that the hospital gave its referral, else by the address that has on its FHIR server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import IncomingReferral
from mdo_portal.services.dossier import latest_word
from mdo_portal.services.patients import families


def numbered(session: Session, hospital: Hospital, number: str) -> Case | None:
    """The case of this hospital's referral number, locked; None when there is none, or no number."""
    return _alone(session, hospital, Case.referral_number == number) if number else None


def numbered_among(session: Session, asked: Sequence[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Which of these (hospital, referral number) have a case here already."""
    names = Case.hospital_id, Case.referral_number
    found = session.execute(select(*names).where(tuple_(*names).in_([one for one in asked if one[1]])))
    return {(hospital_id, number) for hospital_id, number in found}


def at(session: Session, hospital: Hospital, address: str, number: str = "") -> Case | None:
    """The case of the request at this address on this hospital's server, locked; None when two were told of there, or under another
    number than it is asked for by.
    """
    case = _alone(session, hospital, Case.known_as == address) if address else None
    return None if case is not None and number and case.referral_number not in ("", number) else case


def meant(session: Session, hospital: Hospital, number: str, address: str) -> Case | None:
    """By its number, and by its address where that finds nothing."""
    return numbered(session, hospital, number) or at(session, hospital, address, number)


def replaced(session: Session, hospital: Hospital, patient_id: UUID, number: str) -> Case | None:
    """The case of this patient that came in a document of this number, or whose registration did: locked. None when several did.

    A letter that joined the case later is none: what takes its place asks for something of its own.
    """
    is_it = or_(Case.referral_number == number, _came_in(number))
    return _alone(session, hospital, and_(Case.patient_id == patient_id, is_it)) if number else None


def _came_in(number: str) -> ColumnElement[bool]:
    """Whether a case was asked for in a document of this number."""
    with_it = and_(CaseEvent.case_id == CaseDocument.case_id, CaseEvent.at == CaseDocument.received_at)
    brought = select(CaseDocument.id).join(CaseEvent, with_it).where(CaseEvent.what.in_(latest_word.ASKED))
    return brought.where(CaseDocument.case_id == Case.id, CaseDocument.reference == number).exists()


def taken_back(session: Session, hospital: Hospital, referral: IncomingReferral) -> Case | None:
    """The same of one that is taken back, which may say no more than which Task of the hospital's asked for it.

    A Task that asked for several is none: some give each the same address.
    """
    case = meant(session, hospital, referral.number, referral.known_as)
    if case is None and not referral.number and referral.request_task:
        case = _alone(session, hospital, Case.request_task == referral.request_task)
    if case is None and referral.task_number:
        case = _alone(session, hospital, Case.task_number == referral.task_number)
    if case is None and referral.number in referral.documents_taken_back:  # that took the place of the one it came in first
        case = _alone(session, hospital, _came_in(referral.number))
    return case


def as_ordered(session: Session, hospital: Hospital, referral: IncomingReferral) -> IncomingReferral:
    """The referral under the number of its own order, where that of its group means what another order asked of another board."""
    own = referral.order_number
    if own in ("", referral.number):
        return referral
    if numbered(session, hospital, own) is not None:
        return replace(referral, number=own)
    case = numbered(session, hospital, referral.number)
    if case is None or referral.board_hint in ("", case.board_hint) or not (referral.is_new_order or referral.cancelled):
        return referral
    asked = session.scalars(select(CaseEvent.details).where(latest_word.holding(case, *latest_word.ASKED)))
    orders = {told[ORDER] for told in asked if ORDER in told}
    return replace(referral, number=own) if orders and own not in orders else referral


ORDER = "order_number"
"""Under this name the timeline event of one that asks says by which order of its group it did."""
ISSUER = "number_issuer"
"""Under this name the timeline event of one that asks says who gave out its number, where its sender said that."""


def numbers_said(referral: IncomingReferral) -> dict[str, str]:
    """What a referral says of its numbers, for the event."""
    said = {ISSUER: referral.number_issuer, ORDER: referral.order_number}
    return {name: number for name, number in said.items() if number}


def is_numbered_by_another(session: Session, case: Case, referral: IncomingReferral) -> bool:
    """Whether what takes back by number alone means that of another system of the hospital: two systems give out the same numbers."""
    if not referral.number_issuer or case.referral_number != referral.number:
        return False
    asked = session.scalars(select(CaseEvent.details).where(latest_word.holding(case, *latest_word.ASKED)))
    issuers = {told[ISSUER] for told in asked if ISSUER in told}
    return bool(issuers) and referral.number_issuer not in issuers


def name_of(case: Case) -> str:
    """Under which name of its hospital's a person decides whose it is."""
    return case.referral_number or case.known_as


def _alone(session: Session, hospital: Hospital, named: ColumnElement[bool]) -> Case | None:
    """Of an address that thousands have, nobody is held."""
    mine = Case.hospital_id == hospital.id, named
    if len(session.scalars(select(Case.id).where(*mine).limit(2)).all()) != 1 or not families.stays_of(session, *mine):
        return None
    found = session.scalars(select(Case).where(*mine).limit(2).with_for_update(**HELD)).all()
    return found[0] if len(found) == 1 else None
