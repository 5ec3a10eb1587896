"""What an agenda says of a case beside the case itself: how often it came before, and whether its person stands there twice."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.fact_labels import PROPOSED
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round, RoundOutcome

BEFORE = aliased(Round)
ENDS_UNSEEN = tuple(one for one in RoundOutcome if not one.is_signable)


def ended(*outcomes: RoundOutcome) -> ScalarSelect[int]:
    """How many rounds of a case ended so."""
    return _ended(*outcomes).scalar_subquery()


def ended_before(*outcomes: RoundOutcome) -> ScalarSelect[int]:
    """How many of its rounds before this one ended so."""
    return _ended(*outcomes).where(BEFORE.number < Round.number).scalar_subquery()


def _ended(*outcomes: RoundOutcome) -> Select[int]:
    return select(func.count(BEFORE.id)).where(BEFORE.case_id == Case.id, BEFORE.outcome.in_(outcomes)).correlate(Case, Round)


def proposed() -> ScalarSelect[str]:
    """By which protocol its referrer proposes that it is not discussed, as sent; empty = they do not."""
    said = select(func.max(CaseFact.text)).where(
        CaseFact.case_id == Case.id, CaseFact.label == PROPOSED, CaseFact.superseded_at.is_(None)
    )
    return func.coalesce(said.correlate(Case).scalar_subquery(), "")  # type: ignore[return-value]


def is_twice() -> ColumnElement[bool]:
    """Whether another case of this person stands on the agenda (open: `meeting`), by the patient or by the BSN."""
    round_, case, patient = aliased(Round), aliased(Case), aliased(Patient)
    query = (
        select(round_.id)
        .join(case, case.id == round_.case_id)
        .join(patient, patient.id == case.patient_id)
        .where(round_.meeting_id == bindparam("meeting"), case.id != Case.id, ~case.objected)
        .where(or_(round_.outcome.is_(None), round_.outcome.not_in(ENDS_UNSEEN)))
        .where(or_(patient.id == Patient.id, and_(patient.bsn_index != b"", patient.bsn_index == Patient.bsn_index)))
    )
    return query.correlate(Case, Patient).exists()
