"""A letter that a person puts on paper while it is on the wire may be there, until who has it says that it is not."""

from __future__ import annotations

from contextlib import suppress

import pytest

from mdo_portal import dispatch
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over, under_way
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region

NOBODY = Receipt(ReceiptKind.LATER, "unreachable")
OURS = Receipt(ReceiptKind.REFUSED, "unsendable")


class Killed(BaseException):
    """The worker, with a letter on the wire."""


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _meanwhile(outbox: Outbox, round_: Round, said: Receipt | None, *, carried: bool = False) -> Delivery:
    """Put on paper while it is on the wire. `said`: what its worker hears then, None when it is killed. `carried`: printed and taken there
    before that."""

    class Slow(Receiver):
        def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
            with outbox.database.transaction() as session:
                letter = session.get_one(Delivery, outbox.letter(round_).id)
                handing_over.put_on_paper(session, letter, now=outbox.now)
                if carried:
                    handing_over.printed(session, letter, now=outbox.now)
            if said is None:
                raise Killed
            return said

    with suppress(Killed):
        assert outbox.work(Slow([AA]))
    letter = outbox.letter(round_)
    assert letter.channel == Channel.PAPER
    return letter


@pytest.mark.parametrize(("said", "may_be_there"), [(None, True), (SILENCE, True), (NOBODY, False), (OURS, False), (AE, False)])
def test_whether_it_may_be_there_is_what_its_worker_says_and_yes_when_it_says_nothing(
    outbox: Outbox, said: Receipt | None, may_be_there: bool
) -> None:
    """Its worker was killed, and it was said never to have left: a correction did not name it, and both stood there."""
    letter = _meanwhile(outbox, outbox.signed(), said)

    assert under_way.has_left(letter) is may_be_there
    assert letter.state is DeliveryState.WAITING
    assert (letter.named_id is None) or may_be_there


@pytest.mark.parametrize("said", [NOBODY, OURS, AE])
def test_what_left_without_an_answer_before_is_not_forgotten(outbox: Outbox, said: Receipt) -> None:
    round_ = outbox.signed()
    outbox.work(Receiver([SILENCE]))
    outbox.now += HOUR

    assert under_way.has_left(_meanwhile(outbox, round_, said))


def test_what_lay_in_their_folder_and_is_refused_now_is_not_there(outbox: Outbox) -> None:
    """Each attempt only looks: the no is of the very letter that lies there."""
    round_ = outbox.signed()
    outbox.work(Receiver([Receipt(ReceiptKind.UNKNOWN, "laid")]))
    outbox.now += HOUR

    assert not under_way.has_left(_meanwhile(outbox, round_, Receipt(ReceiptKind.REFUSED, "err")))


@pytest.mark.parametrize("said", [NOBODY, OURS, AE])
def test_what_was_carried_by_then_is_as_who_carried_it_said(outbox: Outbox, said: Receipt) -> None:
    letter = _meanwhile(outbox, outbox.signed(), said, carried=True)

    assert letter.state is DeliveryState.SENT
    assert (letter.sent_at, letter.refused_at) == (outbox.now, None)


def test_what_had_its_print_still_to_come_is_on_the_wire_too(outbox: Outbox) -> None:
    """Who has it prints it and sends it, whatever a person did meanwhile."""
    round_ = outbox.signed()
    assert dispatch.take(outbox.database, clock=lambda: outbox.now)
    with outbox.database.transaction() as session:
        handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=outbox.now)

    assert under_way.has_left(outbox.letter(round_))
