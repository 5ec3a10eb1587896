"""Objections of members who were called away: what was decided meanwhile, saying why they object, and the answer.

The letter does not wait for the term (docs/decisions/0031). Not the patient's objection to sharing: that is identity/objections.py.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision, standing
from mdo_portal.domain.decision_objection import DecisionObjection, closes_at
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, NotFound, Stale
from mdo_portal.services.cases.decision_objection_rows import had_left, spoken
from mdo_portal.services.decisions import decision_content
from mdo_portal.services.history import timeline
from mdo_portal.services.history.standing import announce

LONGEST = 2_000
TOO_LONG = N_("Deze tekst is te lang; hoogstens 2.000 tekens. Er is niets opgeslagen.")


def object_to(
    session: Session,
    round_: Round,
    case: Case,
    board: Board,
    decision_id: uuid.UUID,
    reason: str,
    *,
    viewer: Viewer,
    now: datetime,
) -> DecisionObjection:
    """Keep this person's objection. IllegalMove with the reason why not; Stale when another text was signed since they read it."""
    newest = _objectionable(session, round_, board, viewer, now=now)
    if newest.id != decision_id:
        raise Stale(N_("Dit advies is gewijzigd nadat u het las. Uw bedenking is niet opgeslagen; lees eerst de nieuwe tekst."))
    if not reason.strip():
        raise IllegalMove(N_("Schrijf wat uw bedenking is. Er is niets opgeslagen."))
    if len(reason) > LONGEST:
        raise IllegalMove(TOO_LONG)
    if spoken(session, viewer, [newest.id]):
        raise IllegalMove(N_("Uw bedenking bij dit advies staat er al. Er is niets gewijzigd."))
    made = DecisionObjection(
        case_id=case.id,
        round_id=round_.id,
        decision_id=newest.id,
        person_id=viewer.person_id,
        reason=reason.strip(),
        made_at=now,
    )
    session.add(made)
    session.flush()
    _tell(session, case, "decision.objected", viewer, now)
    return made


def _objectionable(session: Session, round_: Round, board: Board, viewer: Viewer, *, now: datetime) -> Decision:
    """What stands and was signed last, if this person may object to it now."""
    holds = standing(decision_content.of_round(session, round_.id))
    query = select(Presence).where(Presence.meeting_id == round_.meeting_id, Presence.person_id == viewer.person_id)
    was = session.scalars(query).one_or_none()
    if not holds:
        raise IllegalMove(N_("Er staat geen advies waarbij u een bedenking kunt geven. Er is niets opgeslagen."))
    if not board.objection_hours:
        raise IllegalMove(N_("Dit MDO werkt niet met bedenkingen achteraf. Bel de voorzitter. Er is niets opgeslagen."))
    if was is None or not had_left(was, session.get_one(Meeting, round_.meeting_id), round_):
        raise IllegalMove(
            N_(
                "Een bedenking is voor wie bij de vergadering was en was weggeroepen toen deze casus werd besloten. "
                "Bel de voorzitter. Er is niets opgeslagen."
            )
        )
    if now > closes_at(holds[-1].signed_at, board.objection_hours):
        raise IllegalMove(N_("De termijn voor een bedenking is voorbij. Bel de voorzitter. Er is niets opgeslagen."))
    return holds[-1]


def answer(
    session: Session, round_: Round, case: Case, objection_id: uuid.UUID, text: str, *, viewer: Viewer, now: datetime
) -> None:
    """What the chair or the secretary says to it; once. The objection stays as it is, with its answer."""
    found = session.get(DecisionObjection, objection_id, with_for_update=True, populate_existing=True)
    if found is None or found.round_id != round_.id:
        raise NotFound()
    if found.answered_at is not None:
        raise IllegalMove(N_("Deze bedenking is al beantwoord. Uw antwoord is niet opgeslagen."))
    if not text.strip():
        raise IllegalMove(N_("Schrijf een antwoord. Er is niets opgeslagen."))
    if len(text) > LONGEST:
        raise IllegalMove(TOO_LONG)
    found.answer, found.answered_by, found.answered_at = text.strip(), viewer.person_id, now
    _tell(session, case, "decision.objection_answered", viewer, now)


def _tell(session: Session, case: Case, what: str, viewer: Viewer, now: datetime) -> None:
    case.revision += 1
    timeline.happened(session, case, what, at=now, person_id=viewer.person_id, person=viewer.name)
    announce(session, case)
