"""An acknowledgement that comes later and by itself, over the hospital's own line, through the reader and the worker."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from mdo_portal.database import Database
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from tests.outbox_house import Outbox, Receiver
from tests.people import Region
from tests.reception_house import hand_in, understand_all


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    with database.transaction() as session:
        session.execute(update(Link).values(profile_out="generic-v2-confirmed"))
    return Outbox(database, region)


@pytest.fixture
def kept(outbox: Outbox) -> Round:
    """A letter that ZEED's engine has kept, and its application has not confirmed."""
    round_ = outbox.signed()
    outbox.work(Receiver([Receipt(ReceiptKind.UNKNOWN, "CA")]))
    return round_


def ack(code: str, about: str, *, sender: str = "ZEED-EPD") -> bytes:
    return (
        f"MSH|^~\\&|{sender}|ZIEKENHUIS|MDO|NETWERK|20260302130000||ACK^T02^ACK|LATER{code}|P|2.5\rMSA|{code}|{about}\r".encode()
    )


def states(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return [(row.state.value, row.reason) for row in session.scalars(select(InboundMessage).order_by(InboundMessage.seq))]


@pytest.mark.parametrize(
    ("code", "becomes"),
    [("AA", DeliveryState.RECEIVED), ("AE", DeliveryState.REFUSED), ("CA", DeliveryState.SENT), ("AR", DeliveryState.SENT)],
)
def test_the_applications_word_settles_its_letter_and_a_commit_settles_nothing(
    outbox: Outbox, region: Region, kept: Round, code: str, becomes: DeliveryState
) -> None:
    hand_in(outbox.database, region, ack(code, outbox.letter(kept).id.hex))
    understand_all(outbox.database)

    assert outbox.letter(kept).state is becomes
    assert states(outbox.database) == [(InboundState.UNDERSTOOD.value, "")]


def test_who_speaks_for_anothers_letter_is_heard_by_nobody(outbox: Outbox, region: Region, kept: Round) -> None:
    hand_in(outbox.database, region, ack("AA", outbox.letter(kept).id.hex, sender="DELT-EPD"))
    understand_all(outbox.database)

    assert outbox.letter(kept).state is DeliveryState.SENT


def test_one_without_a_code_or_number_stands_on_the_list(outbox: Outbox, region: Region, kept: Round) -> None:
    hand_in(outbox.database, region, ack("", outbox.letter(kept).id.hex), ack("AA", ""))
    understand_all(outbox.database)

    assert states(outbox.database) == [(InboundState.UNREADABLE.value, "unknown_kind")] * 2


def test_where_letters_go_over_another_wire_it_settles_nothing_and_breaks_nothing(
    outbox: Outbox, region: Region, kept: Round
) -> None:
    with outbox.database.transaction() as session:
        session.execute(update(Link).values(profile_out="generic-r4", channel_out=Channel.FHIR))
    letter = outbox.letter(kept)

    hand_in(outbox.database, region, ack("AA", "f" * 32))
    understand_all(outbox.database)

    assert states(outbox.database) == [(InboundState.UNDERSTOOD.value, "")]
    assert outbox.letter(kept).state is letter.state


@pytest.mark.parametrize(("code", "becomes"), [("AA", DeliveryState.RECEIVED), ("AE", DeliveryState.REFUSED)])
def test_an_application_that_is_quicker_than_we_write_down_its_commit_is_heard(
    outbox: Outbox, region: Region, code: str, becomes: DeliveryState
) -> None:
    """Its word was acknowledged and without effect: the letter was sent again an hour later, and a refusal was nobody's."""
    round_ = outbox.signed()

    class Quick(Receiver):
        def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
            hand_in(outbox.database, region, ack(code, decision.delivery_id.replace("-", "")))
            understand_all(outbox.database)
            return super().send(decision, address)

    outbox.work(Quick([Receipt(ReceiptKind.UNKNOWN, "CA")]))

    assert outbox.letter(round_).state is becomes
