"""What was said over one line, and an objection that came meanwhile: both hold when a letter is heard of late, or taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.errors import IllegalMove
from mdo_portal.services.identity import objections
from mdo_portal.services.letters import handing_over, taking_back
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region
from tests.test_dispatch_refused_repeats import COMMIT, _named, _said_one_after_the_other


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def test_a_late_no_over_one_line_says_nothing_of_what_left_over_another(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _said_one_after_the_other(outbox, SILENCE)
    with outbox.database.transaction() as session:
        session.scalars(select(Link).where(Link.hospital_id == outbox.region.hospitals["ZEED"])).one().channel_out = Channel.FHIR
    _said_one_after_the_other(outbox, COMMIT)
    letter = outbox.letter(round_)
    assert letter.left_over == "mllp"
    with outbox.database.transaction() as session:
        assert acknowledge(session, letter.hospital_id, letter.id.hex, AE, outbox.now)
    outbox.now += HOUR
    assert outbox.letter(round_).left_over == "mllp"
    assert _named(outbox, round_) == str(letter.id)


def test_a_copy_taken_back_whose_patient_objects_is_not_to_be_carried(outbox: Outbox) -> None:
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        gp = session.get_one(Delivery, outbox.letter(round_, audience=Audience.GP).id, with_for_update=True)
        handing_over.confirm_by_hand(session, gp, viewer=outbox.region.aisha, now=outbox.now)
    with outbox.database.transaction() as session:
        objections.record(session, session.get_one(Case, round_.case_id), viewer=outbox.region.dirk, now=outbox.now)
    with outbox.database.transaction() as session:
        gp = session.get_one(Delivery, gp.id, with_for_update=True)
        taking_back.take_back(session, gp, "fout", viewer=outbox.region.bram, now=outbox.now)
    with outbox.database.transaction() as session, pytest.raises(IllegalMove):  # before the worker has its turn
        handing_over.printed(session, session.get_one(Delivery, gp.id, with_for_update=True), now=outbox.now)

    assert outbox.letter(round_, audience=Audience.GP).state is not DeliveryState.SENT
