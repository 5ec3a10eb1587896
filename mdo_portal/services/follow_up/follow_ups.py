"""Following a recommendation: an item from the signature on, until a person says what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import NO_ADVICE, REPLACES, Decision
from mdo_portal.domain.follow_up import ANSWERS, FollowState, FollowUp, NotDone
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotFound, Stale
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.common import access
from mdo_portal.services.common.access import Grant
from mdo_portal.services.follow_up import handovers
from mdo_portal.services.follow_up.follow_up_evidence import Pointed
from mdo_portal.services.history import standing, timeline
from mdo_portal.zone import day_of

MOST_WORDS = 1_000
EVENTS = {
    FollowState.CARRIED_OUT: "follow.carried_out",
    FollowState.PARTLY: "follow.partly",
    FollowState.NOT_DONE: "follow.not_done",
    FollowState.OPEN: "follow.reopened",
}
NOT_SAVED = N_("Nog niet alles klopt. Er is niets bewaard; verbeter de gemarkeerde velden.")


@dataclass(frozen=True)
class Answer:
    """What a person says became of an item."""

    state: FollowState
    #: a value of NotDone; needed when partly or not
    reason: str = ""
    words: str = ""
    done_on: date | None = None
    #: the message of the hospital that person points at
    pointed: Pointed | None = None


def begin(session: Session, decision: Decision, case: Case, *, now: datetime, form: DecisionForm | None = None) -> None:
    """Every recommendation of a decision that was just signed becomes an item; what it replaces is superseded, never deleted.

    For the transaction of the signature. A recommendation that stands unchanged in a corrected decision keeps what people said of it.
    """
    form = form or decision.form
    session.flush()
    before = standing_of(session, decision.round_id)
    if form in REPLACES:
        for item in before:
            _supersede(item, decision, now=now)
    items = [] if form is DecisionForm.WITHDRAWAL else decision.content.get("advice", {"items": []})["items"]
    made = [_item(session, decision, place, said) for place, said in enumerate(items, start=1)]
    if form is DecisionForm.ADDENDUM:  # the earlier decision stands: only what it did not say yet is new
        known = {one.same_as for one in before}
        made = [one for one in made if one.same_as not in known]
    left = before if form is DecisionForm.CORRECTION else []
    for item in made:
        _carry(session, item, left)
    session.add_all(made)
    session.flush()
    settle_case(session, case, now=now)


def stands(decision: Decision, of_round: Sequence[Decision]) -> bool:
    """Whether no later decision of the round replaced or withdrew it; an addendum leaves it standing, a withdrawal says nothing itself."""
    later = [one.form for one in of_round if one.version > decision.version]
    is_end = decision.form in (DecisionForm.WITHDRAWAL, DecisionForm.RECALL)
    return not is_end and not any(form in REPLACES for form in later)


def standing_of(session: Session, round_id: uuid.UUID | ScalarSelect[uuid.UUID]) -> list[FollowUp]:
    """The items of a round that no later decision superseded, in order."""
    query = select(FollowUp).where(FollowUp.round_id == round_id, FollowUp.superseded_by_id.is_(None))
    return list(session.scalars(query.order_by(FollowUp.signed_at, FollowUp.position)))


def _supersede(item: FollowUp, decision: Decision, *, now: datetime) -> None:
    if item.is_open:
        item.move(FollowState.SUPERSEDED)
        item.closed_at, item.closed_by = now, decision.signed_by
    item.superseded_by_id = decision.id
    item.revision += 1


def _item(session: Session, decision: Decision, position: int, said: dict[str, Any]) -> FollowUp:
    board_id = session.scalar(
        select(Meeting.board_id).join(Round, Round.meeting_id == Meeting.id).where(Round.id == decision.round_id)
    )
    texts = {name: said.get(name, "") for name in ("kind", "text", "intent", "condition", "place", "responsible")}
    return FollowUp(
        decision_id=decision.id,
        round_id=decision.round_id,
        case_id=decision.case_id,
        hospital_id=decision.hospital_id,
        owner_hospital_id=_owner(session, said) or decision.hospital_id,
        board_id=board_id,
        position=position,
        due_on=date.fromisoformat(said["due_on"]) if said.get("due_on") else None,
        signed_at=decision.signed_at,
        **_NOTHING_SAID,
        **texts,
    )


#: what a person's answer fills in
_SAID = ("state", "reason", "words", "done_on", "closed_at", "closed_by", "evidence_kind", "evidence_id", "message_id")
_NOTHING_SAID: dict[str, Any] = {
    "state": FollowState.OPEN, "reason": "", "words": "", "done_on": None, "closed_at": None, "closed_by": None,
    "evidence_kind": "", "evidence_id": None, "message_id": None, "superseded_by_id": None, "carried_from_id": None,
    "told_at": None, "responsible_id": None, "revision": 1,
}  # fmt: skip


def _owner(session: Session, said: dict[str, Any]) -> uuid.UUID | None:
    """The hospital of the network that the board chose, or that is called exactly so; anything else is words."""
    chosen, wanted = said.get("place_hospital_id", ""), said.get("place", "").strip().lower()
    if chosen:
        return session.scalar(select(Hospital.id).where(Hospital.id == uuid.UUID(chosen)))
    query = select(Hospital.id).where(or_(func.lower(Hospital.name) == wanted, func.lower(Hospital.code) == wanted))
    return session.scalar(query.order_by(Hospital.code).limit(1)) if wanted else None


def _carry(session: Session, item: FollowUp, left: list[FollowUp]) -> None:
    """The same recommendation was in the decision that this one corrects: it was said first then, and what was answered holds.

    Takes it from `left`: an answer holds for one item.
    """
    one = next((one for one in left if one.same_as == item.same_as), None)
    if one is None:
        return
    left.remove(one)
    item.signed_at = one.signed_at
    handovers.carry(session, one, item)
    if one.state in ANSWERS:
        item.carried_from_id = one.id
        for name in (*_SAID, "told_at"):
            setattr(item, name, getattr(one, name))


def item_for(session: Session, viewer: Viewer, act: Act, item_id: uuid.UUID, *, now: datetime) -> tuple[FollowUp, Grant]:
    """The item and its case, if this viewer may do `act` with it. To change it, both are locked, the case first, as a signature does."""
    lock = act in (Act.FOLLOW_CLOSE, Act.FOLLOW_HAND)
    item = session.get(FollowUp, item_id)
    grant = access.case_for(session, viewer, act, item.case_id if item else uuid.UUID(int=0), now=now, lock=lock)
    if item is None or grant.reduced:
        raise NotFound()
    if lock:
        session.refresh(item, with_for_update=HELD)
    return item, grant


def close(
    session: Session, item: FollowUp, case: Case, answer: Answer, *, seen: int, viewer: Viewer, now: datetime, today: date
) -> None:
    """Write down what a person says became of it. Stale when somebody else was first; Incomplete when a reason misses."""
    if item.revision != seen:
        raise Stale()
    _check(item, answer, today=today)
    item.move(answer.state)
    item.reason = answer.reason if answer.state is not FollowState.CARRIED_OUT else ""
    item.words, item.done_on = answer.words.strip(), answer.done_on
    item.closed_at, item.closed_by, item.told_at = now, viewer.person_id, None
    point = answer.pointed
    item.evidence_kind = point.kind.value if point else ""
    item.evidence_id, item.message_id = (point.id, point.message_id) if point else (None, None)
    _tell(session, item, case, viewer=viewer, now=now)
    settle_case(session, case, now=now)


def _check(item: FollowUp, answer: Answer, *, today: date) -> None:
    wrong = {}
    if answer.state not in ANSWERS:
        wrong["state"] = N_("Kies wat ervan kwam.")
    if answer.state in (FollowState.PARTLY, FollowState.NOT_DONE) and answer.reason not in list(NotDone):
        wrong["reason"] = N_("Kies de reden.")
    if len(answer.words) > MOST_WORDS:
        wrong["words"] = N_("Deze tekst is te lang; hoogstens 1.000 tekens.")
    if answer.done_on and not day_of(item.signed_at) <= answer.done_on <= today:
        wrong["done_on"] = N_("Deze dag ligt vóór het advies of in de toekomst.")
    if wrong:
        raise Incomplete(wrong, NOT_SAVED)


def reopen(session: Session, item: FollowUp, case: Case, *, seen: int, viewer: Viewer, now: datetime) -> None:
    """It was said by mistake: the item is open again. A case that moved on stays where it is."""
    if item.revision != seen:
        raise Stale()
    item.move(FollowState.OPEN)
    for name in (*_SAID, "told_at"):
        setattr(item, name, _NOTHING_SAID[name])
    _tell(session, item, case, viewer=viewer, now=now)


def _tell(session: Session, item: FollowUp, case: Case, *, viewer: Viewer, now: datetime) -> None:
    timeline.happened(session, case, EVENTS[item.state], at=now, person_id=viewer.person_id, number=str(item.position))
    session.flush()
    standing.changed(session, case)
    standing.announce_to_advisers(session, case)


def settle_case(session: Session, case: Case, *, now: datetime) -> None:
    """A delivered case of which every recommendation of the newest round is closed, is followed up. Never back."""
    if case.state is not CaseState.DELIVERED:
        return
    signed = select(Decision.round_id).where(Decision.case_id == case.id, Decision.form.not_in(NO_ADVICE))
    newest = signed.join(Round, Round.id == Decision.round_id).order_by(Round.number.desc()).limit(1)
    items = standing_of(session, newest.scalar_subquery())
    if items and not any(item.is_open for item in items):
        case.move(CaseState.FOLLOWED_UP, now=now)
        timeline.happened(session, case, "follow.all_closed", at=now)
