"""Referrals as the tests of services register them, and what stands here of them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import IncomingReferral, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import referrals
from tests.make import NOW


def register(session: Session, hospital: Hospital, referral: IncomingReferral, *, minutes: int = 0) -> Case:
    return referrals.register(session, referral, Source(hospital, NOW + timedelta(minutes=minutes), Wire.HL7V2))


def cases_of(session: Session, hospital: Hospital) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(Case.hospital_id == hospital.id)) or 0


def present(session: Session, case: Case) -> set[tuple[str, str]]:
    query = select(CaseFact.label, CaseFact.text).where(CaseFact.case_id == case.id, CaseFact.superseded_at.is_(None))
    return {(row[0], row[1]) for row in session.execute(query)}
