"""Faults of signing: two chairs at once, one who presses twice, a page left open, and somebody who types meanwhile."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import WHOLE, Decision, hash_of
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import PortalError
from mdo_portal.exchange import Address, DecisionForm, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.decisions import decision_content, decision_forms, decisions
from mdo_portal.services.decisions.decision_forms import Then, Written
from mdo_portal.services.decisions.decision_refusals import AlreadySigned, Overtaken
from tests import make
from tests.faults.house import House
from tests.make import NETWORK

Figures = dict[str, Any]
#: what is signed in one round of the fault, one after the other; each by all hands at once
FORMS = (DecisionForm.FIRST, DecisionForm.ADDENDUM, DecisionForm.CORRECTION, DecisionForm.WITHDRAWAL)


class Kept:
    """A receiver who takes everything, and remembers it."""

    def __init__(self) -> None:
        self.came: list[OutgoingDecision] = []

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        self.came.append(decision)
        return Receipt(ReceiptKind.ACCEPTED, "AA", reference=decision.delivery_id)


def at_once(house: House, *, rounds: int) -> Figures:
    """D18: of all hands one wins, the others hear who; what is sent is what was hashed; who typed is in it or was refused."""
    database, receiver = house.copy(), Kept()
    total = Counter[str]()
    for at in range(rounds):
        round_id = _discussed(database, house)
        for form in FORMS:
            total += _all_at_once(
                database, _hands(database, house, round_id, form), round_id, types=at % 2 == 1 and form in WHOLE
            )
        total["sent otherwise"] += _sent_otherwise(database, receiver, round_id)
    stored = _stored(database)
    database.close()
    numbers = Counter(one.document_number for one in receiver.came)
    doubles = stored - rounds * len(FORMS) + sum(times - 1 for times in numbers.values())
    return {
        "rounds": rounds,
        "signed": total["signed"],
        "refused_with_a_name": total["refused"],
        "refused_without_a_name": total["refused unnamed"],
        "read_again": total["read again"],
        "lost": total["lost"],
        "duplicates": doubles,
        "sent_is_not_the_hash": total["sent otherwise"],
        "ok": not any((total["lost"], doubles, total["refused unnamed"], total["sent otherwise"]))
        and total["signed"] == stored == len(numbers) == rounds * len(FORMS),
    }


def _discussed(database: Database, house: House) -> uuid.UUID:
    region, now = house.region, datetime.now(UTC)
    with database.transaction() as session:
        hospital = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, hospital, now=now, board_id=region.boards["URO-P"])
        planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha, now=now)
        return make.discussed(session, planned, viewer=region.bram, now=now).id


def _hands(database: Database, house: House, round_id: uuid.UUID, form: DecisionForm) -> list[Hand]:
    """Two chairs, the first of them with a double click, and a page of the second that was left open: all read the same."""
    bram, bilal = house.region.bram, house.region.bilal
    if form is DecisionForm.CORRECTION:
        with database.transaction() as session:
            round_ = session.get_one(Round, round_id)
            decisions.start_correction(session, round_, session.get_one(Case, round_.case_id))
            make.typed(session, round_, " Herzien.")
    first, second = (Hand(database, round_id, form, who) for who in (bram, bilal))
    return [first, first, second, second]


class Hand:
    """Somebody who read this text and is about to sign it."""

    def __init__(self, database: Database, round_id: uuid.UUID, form: DecisionForm, who: Viewer) -> None:
        self.database, self.round_id, self.form, self.who = database, round_id, form, who
        self.written = Written(form, "erbij" if form is DecisionForm.ADDENDUM else "", "reden", Then.CLOSED)
        with database.transaction() as session:
            round_ = session.get_one(Round, round_id)
            case = session.get_one(Case, round_.case_id)
            how: dict[str, Any] = {"network": NETWORK, "viewer": who}
            self.seen = (
                decisions.preview(session, round_, case, **how, now=datetime.now(UTC))
                if form in WHOLE
                else decision_forms.preview(session, round_, case, self.written, **how)
            ).content_hash

    def again(self) -> Hand:
        return Hand(self.database, self.round_id, self.form, self.who)

    def sign(self) -> None:
        how: dict[str, Any] = {"seen_hash": self.seen, "network": NETWORK, "viewer": self.who, "now": datetime.now(UTC)}
        locked = select(Case).join(Round).where(Round.id == self.round_id).with_for_update(of=Case)
        with self.database.transaction() as session:
            case, round_ = session.execute(locked).scalar_one(), session.get_one(Round, self.round_id)
            if self.form in WHOLE:
                decisions.sign(session, round_, case, reason="reden", **how)
            else:
                decision_forms.sign(session, round_, case, self.written, **how)


def _all_at_once(database: Database, hands: Sequence[Hand], round_id: uuid.UUID, *, types: bool) -> Counter[str]:
    """Every hand signs at the same moment, and somebody types; counts what became of each. A text that changed is read and signed again."""
    barrier = threading.Barrier(len(hands) + types)
    with ThreadPoolExecutor(len(hands) + 1) as pool:
        signing = [pool.submit(_signs, hand, barrier) for hand in hands]
        typing = pool.submit(_types, database, round_id, barrier) if types else None
    outcomes = Counter(one.result() for one in signing)
    if typing is not None and typing.result() and not outcomes["signed"]:
        outcomes += _all_at_once(database, [hand.again() for hand in hands], round_id, types=False)
    outcomes["lost"] += typing is not None and typing.result() and not _is_in(database, round_id)
    return outcomes


def _signs(hand: Hand, barrier: threading.Barrier) -> str:
    barrier.wait()
    try:
        hand.sign()
    except (AlreadySigned, Overtaken) as told:
        return "refused" if told.params.get("who") in ("Bram", "Bilal") and told.params.get("when") else "refused unnamed"
    except PortalError:
        return "read again"  # the text changed before anybody signed: there is no name to tell
    return "signed"


WORDS = " Intussen getypt."


def _types(database: Database, round_id: uuid.UUID, barrier: threading.Barrier) -> bool:
    """Somebody types in the advice at that moment; False when they were refused."""
    barrier.wait()
    try:
        with database.transaction() as session:
            make.typed(session, session.get_one(Round, round_id), WORDS, now=datetime.now(UTC) - timedelta(seconds=1))
    except PortalError:
        return False
    return True


def _is_in(database: Database, round_id: uuid.UUID) -> bool:
    """What was acknowledged stands in what was signed."""
    with database.transaction() as session:
        signed = decision_content.newest(session, round_id)
    return signed is not None and WORDS.strip() in signed.content["sections"]["advice"]


def _sent_otherwise(database: Database, receiver: Kept, round_id: uuid.UUID) -> int:
    """Letters of this round that do not say what was hashed and stored."""
    senders = {Channel.MLLP: receiver, Channel.FHIR: receiver}
    began = len(receiver.came)
    while dispatch.send_next(database, senders, clock=lambda: datetime.now(UTC) + timedelta(hours=1)):
        pass
    with database.transaction() as session:
        signed = decision_content.of_round(session, round_id)
    sent = {one.document_number: one for one in receiver.came[began:]}
    return sum(one.document_number not in sent or not _says(sent[one.document_number], one) for one in signed)


def _says(letter: OutgoingDecision, decision: Decision) -> bool:
    """The hash of the row is that of its content, and every text of that content stands in what was sent."""
    words = "\n".join(text for _, text in letter.sections)
    texts = [text.strip() for text in decision.content["sections"].values() if text.strip()]
    whole = hash_of(decision.content) == decision.content_hash and letter.form is decision.form
    return whole and all(text in words for text in texts) and decision.correction_reason in words


def _stored(database: Database) -> int:
    with database.transaction() as session:
        return len(session.scalars(select(Decision.id)).all())
