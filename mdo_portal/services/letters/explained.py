"""Which decision a letter for the patient explains: the one that counts now for the case, and only where it names who that case is of."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import NO_ADVICE, Decision
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import DecisionForm
from mdo_portal.letters.letter_forms import form_of
from mdo_portal.services.letters.withholding import names_another

OF_ANOTHER = N_(
    "Het advies noemt een andere patiënt dan van wie deze casus nu is. Laat het MDO het advies eerst herzien. Er is niets veranderd."
)


def latest(session: Session, case_id: uuid.UUID) -> Decision | None:
    """The decision that counts now for this case: the newest version of the newest round in which an advice was signed."""
    query = (
        select(Decision)
        .join(Round, Round.id == Decision.round_id)
        .where(Decision.case_id == case_id, Decision.form.not_in(NO_ADVICE))
        .order_by(Round.number.desc(), Decision.version.desc())
    )
    return session.scalar(query.limit(1))


def whole(session: Session, decision: Decision) -> tuple[Decision, list[Decision]]:
    """The whole advice, or the withdrawal of it, that counts when this decision is the newest; and what was added to it since."""
    query = select(Decision).where(Decision.round_id == decision.round_id).order_by(Decision.version.desc())
    added: list[Decision] = []
    for one in session.scalars(query):
        if form_of(one.content) is not DecisionForm.ADDENDUM:
            return one, added[::-1]
        added.append(one)
    return decision, []


def counting(session: Session, case_id: uuid.UUID) -> Decision | None:
    """The decision that counts, unless it names another patient: who has this case now is told nothing of somebody else."""
    decision = latest(session, case_id)
    is_theirs = decision is not None and not _is_of_another(session, session.get_one(Case, case_id), decision)
    return decision if is_theirs else None


def refuse_another(session: Session, case: Case, decision: Decision) -> None:
    """Raises IllegalMove when the case turned out to be somebody else's since it was signed."""
    if _is_of_another(session, case, decision):
        raise IllegalMove(OF_ANOTHER)


def _is_of_another(session: Session, case: Case, decision: Decision) -> bool:
    return names_another(session, decision, session.get_one(Patient, case.patient_id))
