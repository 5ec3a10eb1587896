"""Settling a letter: what the receiver said, what that makes of it, and who is told."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.delivery import DONE, LETTER_PURPOSE, OPEN, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.recipient import Destination
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.common import changes
from mdo_portal.services.common.pauses import pause
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.letters import delivered, destinations, receipts, replacing, under_way
from mdo_portal.services.letters.destinations import Turn
from mdo_portal.services.letters.receipts import Told
from mdo_portal.services.letters.replacing import BY_HAND

NO_TURN = Turn()
NOTHING_SAID = (DeliveryState.WAITING, DeliveryState.REFUSED, DeliveryState.DEAD)
"""States in which nobody says that the letter is there."""
_GIVEN_UP = (DeliveryState.REFUSED, DeliveryState.DEAD, DeliveryState.CANCELLED)
MAX_ATTEMPTS = 400
CONFIRMED_WITHIN = timedelta(hours=1)
"""How long a receiver that keeps a letter may take to confirm it, before it gets the letter again under the same number."""


class Settled(NamedTuple):
    """What an attempt changed: all that a log should tell, and the queue, locked until the transaction ends."""

    before: DeliveryState
    after: DeliveryState
    turn: Turn
    queue: Destination


def keep_letter(session: Session, delivery_id: uuid.UUID, letter: bytes, *, sha256: str) -> bool:
    """Keep the rendered letter: what is sent again later is the same file. False when it was destroyed meanwhile."""
    sealed = sealer(session).seal(letter, purpose=LETTER_PURPOSE, row=row_of("deliveries", delivery_id))
    return session.scalar(_KEEP, {"delivery": delivery_id, "sealed": sealed, "hash": sha256}) is not None


_KEEP = (
    update(Delivery.__table__)  # type: ignore[arg-type]
    .where(Delivery.id == bindparam("delivery"))
    .values(letter_sealed=bindparam("sealed"), letter_sha256=bindparam("hash"))
    .returning(Delivery.id)
)


def settle(
    session: Session,
    delivery_id: uuid.UUID,
    receipt: Receipt,
    *,
    now: datetime,
    over: Channel | None = None,
    worker: int | None = None,
    is_queued: bool = True,
    had_left: bool = False,
) -> Settled:
    """What a worker heard: of the letter and of its destination. Only an accepted receipt with our own number makes it *received*.

    `over`: the channel of this attempt. Whoever put the letter on paper meanwhile is not overruled by a silence of the line.
    `is_queued`: its destination waited for it; of what was only printed it may have another letter on the wire, and stays taken.
    `had_left`: before this attempt; what was put on paper during one that did not leave either is nowhere, and a no to a repeat does not
    say that what left before is not there.
    `worker`: whose attempt it was; when another one has the queue by now, only a receipt counts, and the queue stays the other's.
    """
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
    before, queue = delivery.state, destinations.of(session, delivery)
    is_ours = worker is None or queue.leased_by == worker
    if not is_ours and receipt.kind is not ReceiptKind.ACCEPTED:
        _may_be_there(delivery, receipt, now=now)
        return Settled(before, before, NO_TURN, queue)
    turn = destinations.answered(session, queue, receipt, now=now) if is_ours and is_queued else NO_TURN
    is_on_paper = delivery.channel == Channel.PAPER and over not in (None, Channel.PAPER)
    if not is_on_paper or receipt.kind is ReceiptKind.ACCEPTED:
        write_down(session, delivery, receipt, now=now, turn=turn, had_left=had_left)
    else:
        _said_of_what_is_on_paper(delivery, receipt, had_left, now=now)
    return Settled(before, delivery.state, turn, queue)


def _may_be_there(delivery: Delivery, receipt: Receipt, *, now: datetime) -> None:
    """It left, and nobody said what became of it: whoever carries it now, or has it under way, says no more that it never did."""
    if receipt.kind is ReceiptKind.UNKNOWN:
        under_way.left(delivery, now=now)


def _heard_after_the_end(delivery: Delivery, receipt: Receipt, had_left: bool, *, now: datetime) -> None:
    """The line's word of a letter that its application, quicker than the line, may have refused meanwhile: of the only attempt that no is
    the word; of a repeat, which it may not be about, it says nothing: that one says no itself, or may be there."""
    is_refused = delivery.state is DeliveryState.REFUSED
    if had_left or not is_refused:
        _may_be_there(delivery, receipt, now=now)
    if is_refused and delivery.leased_until is not None:
        delivery.leased_until = None
        if receipt.kind is not ReceiptKind.UNKNOWN:
            (under_way.repeat_was_refused if delivery.left_over else under_way.was_refused)(delivery, now=now)
    if is_refused and not under_way.has_left(delivery):
        delivery.named_id = None


def _said_of_what_is_on_paper(delivery: Delivery, receipt: Receipt, had_left: bool, *, now: datetime) -> None:
    """A person put it on paper while it was on the wire, and since then it was held to be there. Who carried it already knows better."""
    _may_be_there(delivery, receipt, now=now)
    if delivery.state is not DeliveryState.WAITING or receipt.kind is ReceiptKind.UNKNOWN:
        return
    if not had_left:
        under_way.never_left(delivery)
    elif _is_of_all_that_left(delivery, receipt):
        under_way.was_refused(delivery, now=now)
        under_way.goes_by_hand(delivery)


def write_down(
    session: Session, delivery: Delivery, receipt: Receipt, *, now: datetime, turn: Turn = NO_TURN, had_left: bool = False
) -> None:
    """Write down what the receiver, or a person on its behalf, said about a letter. `had_left`: before the attempt that this is about."""
    if _says_so_too(delivery, receipt):
        delivery.receipt_code, delivery.receipt_text = receipt.code, receipt.text[:1000]
        delivery.receipt_reference, delivery.before_by_hand = receipt.reference, None
        changes.announce(session, "post", delivery.hospital_id)
        return
    if not _counts(delivery, receipt):
        _heard_after_the_end(delivery, receipt, had_left, now=now)
        return
    first_time_sent = delivery.sent_at is None and receipts.has_left(receipt)
    delivery.leased_until = None
    delivery.receipt_code = receipt.code
    delivery.receipt_reference = receipt.reference
    delivery.receipt_text = receipt.text[:1000]
    if first_time_sent or receipt.kind is ReceiptKind.UNKNOWN:
        under_way.left(delivery, now=now)
    was = delivery.state
    _follow(delivery, receipt, turn, had_left, now=now)
    if delivery.state in NOTHING_SAID and not under_way.has_left(delivery):
        delivery.named_id = None  # nothing of it is there: when it goes again, it names what its recipient has by then
    if was is delivery.state and not first_time_sent:
        changes.announce(session, "post", delivery.hospital_id)
        return  # one more attempt, and nothing new: a case's page need not look again
    case = session.get_one(Case, delivery.case_id, with_for_update=HELD)
    is_after_all = was in _GIVEN_UP and receipt.code != BY_HAND  # whoever says so by hand knows it
    what = _after_all(session, delivery) if is_after_all else _EVENT.get(delivery.state, "")
    tell(session, delivery, case, first_time_sent=first_time_sent, what=what, no_more=was is DeliveryState.RECEIVED, now=now)


def _says_so_too(delivery: Delivery, receipt: Receipt) -> bool:
    """Their system says what a person said already: it is there by their own word, and nobody takes that back."""
    is_by_hand = delivery.state is DeliveryState.RECEIVED and delivery.receipt_code == BY_HAND
    return is_by_hand and receipt.kind is ReceiptKind.ACCEPTED


def _counts(delivery: Delivery, receipt: Receipt) -> bool:
    """A late or second word changes nothing, unless it is that the letter arrived after all, or a no after no more than a commit."""
    if delivery.state is DeliveryState.RECEIVED:
        return receipt.kind is ReceiptKind.REFUSED and delivery.receipt_code == receipts.COMMIT
    return delivery.state in OPEN or receipt.kind is ReceiptKind.ACCEPTED


def _after_all(session: Session, delivery: Delivery) -> str:
    """Whoever acted on its refusal must hear it; and that nothing ended it there, when what replaces it left meanwhile."""
    return "letter.stands_beside" if replacing.stands_beside(session, delivery) else "letter.after_all"


def _follow(delivery: Delivery, receipt: Receipt, turn: Turn, had_left: bool, *, now: datetime) -> None:
    if receipt.kind is ReceiptKind.ACCEPTED:
        delivery.move(DeliveryState.RECEIVED)
        delivery.received_at, delivery.next_attempt_at = receipt.at or now, None
        _hold_no_more(delivery)
    elif receipt.kind is ReceiptKind.REFUSED:
        delivery.move(DeliveryState.REFUSED)
        delivery.received_at = delivery.next_attempt_at = None
        if receipts.has_left(receipt):  # else it was our own no, and what left before may be there
            is_repeat = had_left and not _is_of_all_that_left(delivery, receipt)
            (under_way.repeat_was_refused if is_repeat else under_way.was_refused)(delivery, now=now)
        _hold_no_more(delivery)
    elif receipts.told(receipt) is Told.ABSENCE:
        delivery.attempts = max(0, delivery.attempts - 1)  # it was not put to anybody, and keeps its turn
        delivery.next_attempt_at = turn.next_attempt_at or now
    elif delivery.attempts >= MAX_ATTEMPTS:
        delivery.move(DeliveryState.DEAD)
        delivery.next_attempt_at = None
    else:
        _try_later(delivery, receipt, now=now)


def _is_of_all_that_left(delivery: Delivery, receipt: Receipt) -> bool:
    """A no to the letter that lies with them. It says nothing of one that went over another line before."""
    return receipts.refuses_what_lies_there(receipt) and not delivery.left_over


def _hold_no_more(delivery: Delivery) -> None:
    """What became of it is known: nobody need ask."""
    delivery.held_at, delivery.hold_reason = None, ""


def _try_later(delivery: Delivery, receipt: Receipt, *, now: datetime) -> None:
    """Once it left, it stays *sent* until the other side says something: a later silence does not bring it back."""
    if delivery.state is DeliveryState.WAITING and receipt.kind is ReceiptKind.UNKNOWN:
        delivery.move(DeliveryState.SENT)
    if delivery.channel == Channel.NOTICE and receipts.is_kept(receipt):
        delivery.next_attempt_at = None  # once is enough: who was told confirms by hand
    else:
        delivery.next_attempt_at = now + (CONFIRMED_WITHIN if receipts.is_kept(receipt) else pause(delivery.attempts))


_EVENT = {
    DeliveryState.RECEIVED: "letter.received",
    DeliveryState.REFUSED: "letter.refused",
    DeliveryState.DEAD: "letter.dead",
}


def tell(
    session: Session,
    delivery: Delivery,
    case: Case,
    *,
    first_time_sent: bool,
    what: str = "",
    no_more: bool = False,
    now: datetime,
) -> None:
    """`what`: the event on the case's timeline, besides that it left. `no_more`: it was received, and is not."""
    name = name_of(session, delivery)
    if first_time_sent:
        timeline.happened(session, case, "letter.sent", at=now, hospital=name)
    if what in timeline.AFTER_ALL:
        timeline.happened(session, case, what, at=now, hospital=name, number=delivery.document_number)
    elif what:
        timeline.happened(session, case, what, at=now, hospital=name)
    session.flush()
    # before the case changes: changed in two goes it waits for its patient (ADR 0069)
    _tell_beside(session, delivery, case, no_more=no_more, now=now)
    if delivery.state in DONE and case.state is CaseState.DECIDED and not delivered.some_open(session, case.id):
        case.move(CaseState.DELIVERED, now=now)
        follow_ups.settle_case(session, case, now=now)
    if no_more and case.state is CaseState.DELIVERED and delivered.some_open(session, case.id):
        case.move(CaseState.DECIDED, now=now)
    changes.announce(session, "post", delivery.hospital_id)
    changes.announce(session, "delivery", delivery.id)
    standing.changed(session, case)


def _tell_beside(session: Session, delivery: Delivery, case: Case, *, no_more: bool, now: datetime) -> None:
    """That two may hold there: now that this letter has come to its end, or that those which named it named what may not be there."""
    ended = [] if delivery.state in OPEN else [delivery]
    is_withheld = delivery.state is DeliveryState.CANCELLED and delivery.receipt_code == receipts.WITHHELD
    if no_more or is_withheld or delivery.state is DeliveryState.REFUSED:
        ended += replacing.naming(session, delivery)
    for one in ended:
        older, name = replacing.may_stand_beside(session, one), name_of(session, one)
        if older and not _is_told_beside(session, one, older, name):
            timeline.happened(session, case, "letter.may_stand_beside", at=now, hospital=name, number=older)


def _is_told_beside(session: Session, delivery: Delivery, older: str, name: str) -> bool:
    """Since this letter was signed: at every further word about it the case would be new to everybody again, with nothing new."""
    told = select(CaseEvent.id).where(
        CaseEvent.case_id == delivery.case_id,
        CaseEvent.at >= delivery.created_at,
        CaseEvent.what == "letter.may_stand_beside",
        CaseEvent.details.contains({"hospital": name, "number": older}),
    )
    return session.scalar(told.limit(1)) is not None


def name_of(session: Session, delivery: Delivery) -> str:
    return delivery.recipient_name or session.get_one(Hospital, delivery.hospital_id).name


def of_decisions(session: Session, decision_ids: Sequence[uuid.UUID]) -> list[Delivery]:
    query = select(Delivery).where(Delivery.decision_id.in_(decision_ids)).order_by(Delivery.created_at)
    return list(session.scalars(query))


def letter_of(session: Session, delivery: Delivery) -> bytes:
    """The letter as it was rendered once; empty while a worker is still at it."""
    if not delivery.letter_sealed:
        return b""
    return sealer(session).open(delivery.letter_sealed, purpose=LETTER_PURPOSE, row=row_of("deliveries", delivery.id))
