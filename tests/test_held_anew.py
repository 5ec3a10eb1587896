"""What somebody else changed between the look at a row and its being held is not undone by who held it later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseEvent, CaseState
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.retention import Kind
from mdo_portal.domain.told import Merge
from mdo_portal.services.identity import merges, unmerging
from mdo_portal.services.inbox import offering
from mdo_portal.services.keeping import purging
from mdo_portal.services.letters import deliveries, handing_over, outbox
from mdo_portal.services.patients import families, patients
from mdo_portal.services.referrals import case_acts, drafts
from tests import make
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, SILENCE, Outbox, Receiver
from tests.people import Region
from tests.reception_house import hand_in
from tests.test_dispatch_races import Beside

LONG_AGO = NOW - timedelta(days=200)


def test_a_case_that_is_reopened_while_a_worker_turns_its_old_letter_away_stays_on_the_work_list(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker had read that it was decided, and called it delivered: it was on nobody's list, and nobody planned it."""
    house = Outbox(database, region)
    round_ = house.signed()
    house.drain(Receiver([AE]))
    house.corrected(round_)
    house.drain(Receiver([SILENCE]))
    with database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, house.letter(round_).id), now=NOW)
        deliveries.settle(session, house.letter(round_, version=2).id, AA, now=NOW)
    need_not = handing_over.need_not

    def reopened_first(*which: Any, **how: Any) -> None:
        with database.transaction() as session:
            case = session.get_one(Case, round_.case_id)
            case_acts.reopen(session, case, "nieuwe vraag", viewer=region.aisha, now=NOW + HOUR)
        need_not(*which, **how)

    monkeypatch.setattr(handing_over, "need_not", reopened_first)
    with database.transaction() as session:
        assert outbox.claim(session, now=NOW + HOUR) is None

    assert house.letter(round_).state is DeliveryState.CANCELLED
    assert house.case(round_).state is CaseState.READY


def purges(database: Database, kind: Kind) -> Beside:
    return Beside(database, lambda session: purging.purge(session, kind, now=NOW))


def test_a_draft_that_is_typed_on_at_the_moment_at_which_it_would_go_stays(database: Database, region: Region) -> None:
    """The page had said that it was saved."""
    with database.transaction() as session:
        drafts.save(session, region.dirk, {"family": "Voorbeeld"}, now=LONG_AGO)
    beside = purges(database, Kind.DRAFT)
    with database.transaction() as session:
        drafts.save(session, region.dirk, {"family": "Voorbeeldig"}, now=NOW)
        beside.begin()
    beside.end()

    with database.transaction() as session:
        assert drafts.load(session, region.dirk) == ({"family": "Voorbeeldig"}, NOW)


def test_a_message_that_is_offered_again_at_the_moment_at_which_its_bytes_would_go_keeps_them(
    database: Database, region: Region
) -> None:
    hand_in(database, region, make.hl7_referral())
    with database.transaction() as session:
        (message_id,) = session.scalars(select(InboundMessage.id)).all()
        long_unread = {"state": InboundState.UNREADABLE, "reason": "failed", "settled_at": LONG_AGO}
        session.execute(update(InboundMessage).values(long_unread))
    beside = purges(database, Kind.INBOUND)
    with database.transaction() as session:
        offering.offer(session, [message_id], now=NOW)
        beside.begin()
    beside.end()

    with database.transaction() as session:
        assert session.scalars(select(func.length(InboundMessage.raw_sealed))).one() > 0


def test_numbers_are_taken_apart_under_whom_they_stand_by_then(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker merged them into a third at that moment: what had come of the other was looked for where no case stood any more."""
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        cases = [make.case(session, zeed, patient=make.identity(number)) for number in "12"]
        stayed, went, third = (
            *(session.get_one(Patient, case.patient_id) for case in cases),
            patients.add(session, zeed.id, make.identity("3"), now=NOW),
        )
        merge = merges.join(session, stayed, went, now=NOW)
        assert merge is not None
    locked, begun = families.locked, []

    def merged_first(*which: Any) -> Any:
        if not begun:
            begun.append(third)
            with database.transaction() as other:
                merges.join(other, other.get_one(Patient, third.id), other.get_one(Patient, stayed.id), now=NOW)
        return locked(*which)

    monkeypatch.setattr(families, "locked", merged_first)
    with database.transaction() as session:
        unmerging.undo(session, session.get_one(Merge, merge.id), now=NOW, person_id=None)

    with database.transaction() as session:
        for case, under in zip(cases, (third, went), strict=True):
            happened = session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id)).all()
            assert (session.get_one(Case, case.id).patient_id, "patient.unmerged" in happened) == (under.id, True)
