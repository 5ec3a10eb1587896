"""What people do with a letter: print it, hand it over, confirm it by hand, send it again; and that it need not go any more."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import BY_PERSON, Channel
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.common import changes
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.letters import destinations, taking_back, under_way
from mdo_portal.services.letters.deliveries import name_of, tell, write_down
from mdo_portal.services.letters.receipts import PRINTED, WITHHELD
from mdo_portal.services.letters.replacing import BY_HAND

NOT_TO_BE_CARRIED = N_(
    "Niet genoteerd: deze brief staat niet meer klaar om te versturen. Bij de brief staat waarom. Is hij al weg, bel dan de ontvanger."
)


def hand_over(session: Session, delivery_id: uuid.UUID, *, is_queued: bool) -> None:
    """A printable letter is ready for a recipient without a link: it is *sent* when printed, *received* when confirmed.

    `is_queued`: its destination waited for it. Else that may have another letter on the wire, and goes on waiting for that one.
    """
    delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
    if delivery.leased_until is not None:  # else somebody decided meanwhile: it goes no more, or has its turn once more
        delivery.leased_until = None
        delivery.next_attempt_at = None
        if delivery.state is DeliveryState.WAITING:
            delivery.receipt_code = PRINTED
    if is_queued:
        destinations.release(session, delivery)
    changes.announce(session, "post", delivery.hospital_id)
    standing.changed(session, session.get_one(Case, delivery.case_id, with_for_update=HELD))


def printed(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """Somebody opened the printable letter to send it by hand. Who said so first stays. Raises IllegalMove when it is not to be carried
    any more: it may have left all the same, and whoever sent it must not think that this stands anywhere."""
    is_said = delivery.state is DeliveryState.SENT and delivery.receipt_code != WITHHELD
    if is_said or delivery.state is DeliveryState.RECEIVED:
        return
    if delivery.channel != Channel.PAPER or delivery.state is not DeliveryState.WAITING:
        raise IllegalMove(NOT_TO_BE_CARRIED)
    case = session.get_one(Case, delivery.case_id, with_for_update=HELD)
    if delivery.audience is not Audience.REFERRER and (case.objected or session.get_one(Patient, case.patient_id).objects):
        raise IllegalMove(NOT_TO_BE_CARRIED)  # taken back, or put on paper, after the objection: its turn is still to come
    delivery.move(DeliveryState.SENT)
    delivery.sent_at = now
    tell(session, delivery, case, first_time_sent=True, now=now)


def confirm_by_hand(session: Session, delivery: Delivery, *, viewer: Viewer, now: datetime) -> None:
    """A person of the receiving hospital, or the secretary after a call, says it is there. Who said so first stays, until they take it
    back."""
    if delivery.state is DeliveryState.RECEIVED:
        return
    taking_back.keep(delivery)
    if not _may_be_in_system(delivery):
        delivery.channel = Channel.PAPER.value
    if delivery.sent_at is None:
        delivery.sent_at = now
    delivery.confirmed_by = viewer.person_id
    receipt = Receipt(ReceiptKind.ACCEPTED, code=BY_HAND, reference=viewer.name, at=now)
    write_down(session, delivery, receipt, now=now)


def _may_be_in_system(delivery: Delivery) -> bool:
    """Whether it went, or may have gone, over a line and its recipient's no was not the last word; else it was told by a person alone."""
    if delivery.channel in BY_PERSON or delivery.held_at is not None or delivery.leased_until is not None:
        return True  # carried as it stands there; or nobody here knows
    is_refused = delivery.state is DeliveryState.REFUSED and delivery.refused_at is not None
    is_turned_away = is_refused or (delivery.state is DeliveryState.WAITING and not under_way.has_left(delivery))
    return delivery.sent_at is not None and not is_turned_away


def send_again(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """A person wants it tried now; same number, so that the receiver recognises a double. What was held may go again."""
    if delivery.state is DeliveryState.DEAD:
        delivery.attempts = 0
    under_way.may_have_left(delivery, now=now)
    delivery.move(DeliveryState.WAITING)
    taken_until = delivery.leased_until
    _let_go(session, delivery, now=now)
    if taken_until is not None and taken_until >= now:
        delivery.leased_until = taken_until - under_way.OVER  # it is on the wire: what comes of that is still to be written down
    destinations.at_once(session, delivery)


def put_on_paper(session: Session, delivery: Delivery, *, now: datetime) -> None:
    """A person wants this letter printed and carried instead: it goes no more over the line, whatever happens to the link.

    What is on the wire at this moment may be there, until who has it says that it is not: killed, they say nothing.
    """
    under_way.may_have_left(delivery, now=now)
    if under_way.is_on_the_wire(delivery, now=now):
        under_way.left(delivery, now=now)
    delivery.move(DeliveryState.WAITING)
    delivery.channel = Channel.PAPER.value
    _let_go(session, delivery, now=now)


def need_not(session: Session, delivery: Delivery, code: str, *, now: datetime) -> None:
    """It leaves no more, whatever became of it before: `code` says why."""
    delivery.move(DeliveryState.CANCELLED)
    delivery.next_attempt_at, delivery.leased_until, delivery.receipt_code = None, None, code
    tell(session, delivery, session.get_one(Case, delivery.case_id, with_for_update=HELD), first_time_sent=False, now=now)


def not_there(session: Session, delivery: Delivery, *, viewer: Viewer, now: datetime) -> None:
    """They do not have a copy that left without an answer, and that goes no more as its patient objects. Raises IllegalMove."""
    if delivery.state is not DeliveryState.SENT or delivery.receipt_code != WITHHELD:
        raise IllegalMove(N_("Van deze brief kan dit niet worden vastgelegd. Er is niets veranderd."))
    under_way.was_refused(delivery, now=now)
    delivery.named_id = None
    case = session.get_one(Case, delivery.case_id, with_for_update=HELD)
    to = {"hospital": name_of(session, delivery), "number": delivery.document_number}
    timeline.happened(session, case, "letter.not_there", at=now, person_id=viewer.person_id, **to)
    need_not(session, delivery, WITHHELD, now=now)


def _let_go(session: Session, delivery: Delivery, *, now: datetime) -> None:
    delivery.receipt_code = delivery.receipt_text = delivery.hold_reason = ""
    delivery.next_attempt_at = now
    delivery.leased_until = delivery.held_at = None
    changes.wake(session, "deliver")
    changes.announce(session, "post", delivery.hospital_id)
    changes.announce(session, "delivery", delivery.id)
