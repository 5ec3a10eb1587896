"""That a message took a case back, or asked for it anew, though it is not of its patient: as if it had not been said."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.services.dossier import latest_word, waiting
from mdo_portal.services.dossier.latest_word import ASKED, CANCELLING
from mdo_portal.services.history import standing
from mdo_portal.services.referrals import referrals

UNSAID = "referral.cancel_unsaid"
ASKING = "referral.updated"
"""The first word made the case, which stands with whose it is."""
_CAME_AT = func.coalesce(InboundMessage.counts_at, InboundMessage.received_at)


class Words(NamedTuple):
    """Events of one case that one message wrote."""

    asked: Sequence[CaseEvent]
    took_back: Sequence[CaseEvent]


def of(session: Session, case: Case, message_id: uuid.UUID) -> Words:
    """What this message said of the case, by its moment: each message has its own. Nothing that was found to be of somebody else before."""
    at = select(_CAME_AT).where(InboundMessage.id == message_id).scalar_subquery()
    said = session.scalars(select(CaseEvent).where(latest_word.holding(case, ASKING, CANCELLING), CaseEvent.at == at)).all()
    return Words([one for one in said if one.what == ASKING], [one for one in said if one.what == CANCELLING])


def cases_of(message_id: uuid.UUID) -> Select[uuid.UUID]:
    """The cases that this message took back or asked for anew: of the patient of the one it was about."""
    about, beside = aliased(Case), aliased(Case)
    query = select(beside.id).join(about, about.patient_id == beside.patient_id)
    query = query.join(InboundMessage, InboundMessage.case_id == about.id).join(CaseEvent, CaseEvent.case_id == beside.id)
    return query.where(InboundMessage.id == message_id, CaseEvent.what.in_((ASKING, CANCELLING)), CaseEvent.at == _CAME_AT)


def named(events: Sequence[CaseEvent]) -> dict[str, Any]:
    """For the event that says so: they are not written over, and are no word about the case from then on."""
    return {latest_word.UNSAID: " ".join(str(one.id) for one in events)} if events else {}


def unsay(session: Session, case: Case, words: Words, *, hospital: str, now: datetime) -> None:
    """Taken back it stands again; asked for anew after its hospital took it back, a person looks."""
    if words.took_back:
        _stand_again(session, case, words.took_back[0].at, now=now)
        standing.happened(session, [case], UNSAID, now=now, hospital=hospital, **named(words.took_back))
        referrals.assess(session, case, now=now)
    elif words.asked and case.is_open and case.cancel_told_at is None and _is_taken_back(session, case):
        case.cancel_told_at = now
        standing.changed(session, case)


def _stand_again(session: Session, case: Case, at: datetime, *, now: datetime) -> None:
    """As before it was taken back then. What a person did with it since stays; they see that there is news."""
    is_withdrawn = case.state is CaseState.WITHDRAWN and case.state_since == at and not case.objected
    if not is_withdrawn and case.cancel_told_at != at:
        return
    if is_withdrawn:
        waiting.come_back(session, case, now=now)
    case.cancel_told_at = now if _is_said_again(session, case, at) else None


def _is_said_again(session: Session, case: Case, at: datetime) -> bool:
    """Whether it was taken back once more since: that changed nothing, and wrote no event."""
    again = InboundMessage.case_id == case.id, InboundMessage.meaning == "withdrawal", at < _CAME_AT
    query = select(InboundMessage.id).where(*again, InboundMessage.state == InboundState.UNDERSTOOD)
    return session.execute(query.limit(1)).first() is not None


def _is_taken_back(session: Session, case: Case) -> bool:
    """Whether that is the last that its hospital, or somebody here, said of it."""
    words = latest_word.holding(case, *ASKED, CANCELLING, "case.reopened")
    last = select(CaseEvent.what).where(words).order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
    return session.scalars(last.limit(1)).first() == CANCELLING
