"""All that we send leaves here: claim, send without a transaction, settle.

Rules. *Sent is not received*: only a receipt that names our own number settles a letter as received. A letter is
rendered once and kept; every further attempt sends the same bytes under the same number, so that a receiver can
recognise a double. Never dropped: silence means again, later; a refusal stands on a person's list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from mdo_portal import broken_off, outgoing_content
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel
from mdo_portal.exchange import Asker, Receipt, ReceiptKind, Sender
from mdo_portal.letter_of_decision import logo_of, printed
from mdo_portal.services.letters import deliveries, destroyed, handing_over, letter_template_choice, outbox, succession
from mdo_portal.services.letters.deliveries import Settled
from mdo_portal.services.letters.outbox import ClaimedDelivery
from mdo_portal.services.letters.outbox_order import Share
from mdo_portal.services.referrals import questions

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


def send_next(database: Database, senders: Mapping[Channel, Sender], *, clock: Clock) -> bool:
    """Send one waiting letter, if there is one. True when there was."""
    claimed = take(database, clock=clock)
    if claimed is None:
        return False
    deliver(database, senders, claimed, clock=clock)
    return True


def take(
    database: Database, *, clock: Clock, share: Share = Share.EVERYTHING, worker: int | None = None
) -> ClaimedDelivery | None:
    """The next letter that may go, if there is one: nobody else takes it, or another of its destination, until it is delivered.

    When `worker` dies first, another one may take it (services/letters/succession.py).
    """
    with database.transaction() as session:
        return outbox.claim(session, now=clock(), share=share, worker=worker)


def is_ours(database: Database, claimed: ClaimedDelivery) -> bool:
    """Whether it is there yet, and no other worker took over since."""
    with database.transaction() as session:
        delivery = session.get(Delivery, claimed.delivery_id)
        if delivery is None:
            destroyed.release(session, claimed)
            return False
        return claimed.worker is None or succession.has(session, claimed.worker, delivery)


def is_held(database: Database, claimed: ClaimedDelivery) -> bool:
    """Whether it was held since it was taken: nobody sends it until a person decides."""
    with database.transaction() as session:
        delivery = session.get(Delivery, claimed.delivery_id)
        return delivery is not None and delivery.held_at is not None


def deliver(
    database: Database,
    senders: Mapping[Channel, Sender],
    claimed: ClaimedDelivery,
    *,
    clock: Clock,
    goes_on: Callable[[], bool] = lambda: False,
    again: Callable[[], bool] = lambda: False,
) -> ClaimedDelivery | None:
    """Send what was taken, and write down what was said.

    When the receiver answers and the sender `goes_on`, the next letter of that destination is taken in the transaction that writes the
    answer down: it is given back to be delivered. `again`: as broken_off.outlast asks it.
    """
    receipt = _attempt(database, senders, claimed)
    if receipt is None:
        return None

    def write_down() -> tuple[Settled, ClaimedDelivery | None]:
        with database.transaction() as session:
            settled = _settle(session, claimed, receipt, now=clock())
            return settled, outbox.claim_after(session, claimed, settled.queue, now=clock()) if goes_on() else None

    settled, following = broken_off.outlast(write_down, again)  # what a hospital answered is not asked for again
    _say(claimed, receipt, settled)
    return following


def _settle(session: Session, claimed: ClaimedDelivery, receipt: Receipt, *, now: datetime) -> Settled:
    if destroyed.is_gone(session, claimed.delivery_id):
        return destroyed.settle(session, claimed, receipt, now=now)
    return deliveries.settle(
        session, claimed.delivery_id, receipt, now=now,
        over=claimed.channel, worker=claimed.worker, is_queued=claimed.is_queued, had_left=claimed.had_left,
    )  # fmt: skip


def _say(claimed: ClaimedDelivery, receipt: Receipt, settled: Settled) -> None:
    """What changed, and nothing else: a receiver that is away for a night must not fill the log."""
    if settled.before is not settled.after:
        log.info(
            "delivery.settled",
            delivery_id=str(claimed.delivery_id),
            before=settled.before.value,
            after=settled.after.value,
            code=receipt.code,
        )
    where = {"hospital": claimed.recipient.code, "audience": claimed.audience.value}
    if settled.turn.went_down:
        log.warning("destination.down", code=receipt.code, **where)
    if settled.turn.came_back:
        log.info("destination.back", **where)


def ask_next(database: Database, asker: Asker, *, clock: Clock) -> bool:
    """Send one waiting question to the hospital's system, if there is one. True when there was."""
    with database.transaction() as session:
        claimed = questions.claim(session, now=clock())
    if claimed is None:
        return False
    try:
        receipt = asker.ask(claimed.question, claimed.address)
    except Exception as error:
        # The edge: the question stays in the queue and on the referrer's screen, whatever happened on the way.
        log.error("question.failed", question_id=claimed.question.question_id, error=type(error).__name__)
        receipt = Receipt(ReceiptKind.LATER, code=type(error).__name__)
    receipt = replace(receipt, code=_storable(receipt.code), reference=_storable(receipt.reference))
    with database.transaction() as session:
        questions.settle(session, claimed, receipt, now=clock())
    return True


def _attempt(database: Database, senders: Mapping[Channel, Sender], claimed: ClaimedDelivery) -> Receipt | None:
    """Print it, unless that was done, and send it. None for a letter on paper, which a person sends, and for one destroyed meanwhile."""
    try:
        letter = _kept(database, claimed) if claimed.letter else _print(database, claimed)
        if letter and claimed.channel is not Channel.PAPER:
            return _send(senders[claimed.channel], claimed, letter)
    except Exception as error:
        # The edge: whatever the other side or our own printer did, the letter stays in the outbox and shows this code.
        if claimed.last_code != type(error).__name__:
            log.error("delivery.failed", delivery_id=str(claimed.delivery_id), error=type(error).__name__)
        return Receipt(ReceiptKind.LATER, code=type(error).__name__)
    with database.transaction() as session:
        if destroyed.is_gone(session, claimed.delivery_id):
            destroyed.release(session, claimed)
        else:
            handing_over.hand_over(session, claimed.delivery_id, is_queued=claimed.is_queued)
    return None


def _send(sender: Sender, claimed: ClaimedDelivery, letter: bytes) -> Receipt:
    receipt = sender.send(outgoing_content.outgoing(claimed, letter), claimed.address)
    return replace(receipt, code=_storable(receipt.code), reference=_storable(receipt.reference), text=_storable(receipt.text))


def _storable(text: str) -> str:
    """PostgreSQL knows no NUL in a text: a receipt with one would never be written down, and the letter sent for ever."""
    return text.replace("\0", "")[:1000]


def _kept(database: Database, claimed: ClaimedDelivery) -> bytes:
    """The letter as it was printed once; empty when its case was destroyed since it was taken."""
    with database.transaction() as session:
        return claimed.letter if session.get(Delivery, claimed.delivery_id) is not None else b""


def _print(database: Database, claimed: ClaimedDelivery) -> bytes:
    """The letter, kept; empty when its case was destroyed meanwhile, for then it must not leave."""
    with database.transaction() as session:
        logo = letter_template_choice.logo(session, logo_of(claimed))
    letter = printed(claimed, logo=logo)
    with database.transaction() as session:
        is_there = deliveries.keep_letter(session, claimed.delivery_id, letter, sha256=hashlib.sha256(letter).hexdigest())
    return letter if is_there else b""
