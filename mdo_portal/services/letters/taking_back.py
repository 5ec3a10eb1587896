"""A person said that a letter is there, and was mistaken: it is again what it was, and who heard that it came hears that it did not.

What it was is kept with it from the moment they say so (`Delivery.before_by_hand`), until their system says the same: then there is
nothing to take back. Time went on meanwhile: what was due is due now, and whether it may leave at all is looked at when it has its turn.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import OPEN, Delivery, DeliveryState
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services.common import changes
from mdo_portal.services.history import timeline
from mdo_portal.services.letters import deliveries, under_way
from mdo_portal.services.letters.receipts import PRINTED

MOST = 500
"""Letters of a reason."""
_AS_IT_WAS = ("channel", "receipt_code", "receipt_reference", "receipt_text", "hold_reason")
_NO_REASON = N_("Schrijf op waarom de brief toch niet ontvangen is. Er is niets veranderd.")
_PURGED = N_("Onze kopie van deze brief is na de bewaartermijn verwijderd. Dat hij ontvangen is gaat niet meer terug.")


def keep(delivery: Delivery) -> None:
    """What it is, before a person says that it came."""
    moments = {name: _text(getattr(delivery, name)) for name in ("sent_at", "held_at")}
    delivery.before_by_hand = {name: getattr(delivery, name) for name in _AS_IT_WAS} | moments | {
        "state": delivery.state.value,
        "is_due": delivery.next_attempt_at is not None,
        "may_have_left": under_way.may_be_on_the_wire(delivery),
    }  # fmt: skip


def take_back(session: Session, delivery: Delivery, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """It did not come. The line that it did stays in the case's history, and this one comes after it. Raises IllegalMove."""
    said, was = reason.strip(), delivery.before_by_hand or {}
    if not said:
        raise IllegalMove(_NO_REASON)
    if delivery.letter_sha256 and session.scalar(select(Delivery.letter_sealed == b"").where(Delivery.id == delivery.id)):
        raise IllegalMove(_PURGED)
    delivery.move_back(DeliveryState(was.get("state", DeliveryState.WAITING)))
    _restore(delivery, was, now=now)
    case = session.get_one(Case, delivery.case_id, with_for_update=HELD)
    to = {"hospital": deliveries.name_of(session, delivery), "number": delivery.document_number, "reason": said[:MOST]}
    timeline.happened(session, case, "letter.not_received", at=now, person_id=viewer.person_id, **to)
    deliveries.tell(session, delivery, case, first_time_sent=False, no_more=True, now=now)
    changes.wake(session, "deliver")


def _restore(delivery: Delivery, was: dict[str, Any], *, now: datetime) -> None:
    for name in _AS_IT_WAS:
        setattr(delivery, name, was[name])
    delivery.sent_at, delivery.held_at = _moment(was["sent_at"]), _moment(was["held_at"])
    delivery.received_at = delivery.confirmed_by = delivery.before_by_hand = None
    if was["may_have_left"]:
        under_way.left(delivery, now=now)
    if delivery.state in deliveries.NOTHING_SAID and not under_way.has_left(delivery):
        delivery.named_id = None
    if delivery.state is DeliveryState.WAITING and delivery.receipt_code == PRINTED:
        delivery.receipt_code = ""  # its patient may object by now: it lies ready again when that was looked at
    is_due = was["is_due"] or delivery.state is DeliveryState.WAITING
    delivery.next_attempt_at = now if is_due and delivery.state in OPEN else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
