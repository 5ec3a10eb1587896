"""What goes by blind indexes goes on when those get another key: what people decided, and whose referral is still to be fetched."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from mdo_portal.commands import keys as work
from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import ConflictKind, Decision
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.pull import Pull
from mdo_portal.exchange import Wire
from mdo_portal.services.inbox import intake
from tests import make
from tests.identity_questions import CONFLICTS, decide, opened, referral
from tests.make import NOW, OTHER_BSN
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.services.keeping.test_keys import hang_up, settings_of, with_ring

NOTICE = {"resourceType": "Task", "identifier": [{"value": "T-1"}], "for": {"identifier": {"system": "urn:x", "value": "4711"}}}


def test_what_a_person_decided_is_not_asked_again_under_another_key(database: Database, region: Region) -> None:
    work.make_keys(settings_of(database))
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    decide(database, Decision.OTHER)
    renewed = rotated(database)

    hand_in(renewed, region, referral("3", bsn=OTHER_BSN))
    understand_all(renewed)

    assert opened(renewed) == []


def test_a_change_behind_a_notice_is_still_about_somebody_under_another_key(database: Database, region: Region) -> None:
    """Its referral lies ready and is still to be fetched: it was counted as about nobody, and gone."""
    work.make_keys(settings_of(database))
    number, link = (("urn:x", "4711"),), region.links["DELT"]
    with database.transaction() as session:
        raw = json.dumps(NOTICE).encode()
        notice = make.arrival(link, raw=raw, kind="Task", control_id="T-1", patient_numbers=number)
        intake.keep(session, [notice])
        of_it = InboundMessage.control_id == "T-1"
        message_id = session.scalars(select(InboundMessage.id).where(of_it)).one()
        done = {"wire": Wire.FHIR, "state": InboundState.UNDERSTOOD, "settled_at": NOW}
        session.execute(update(InboundMessage).where(of_it).values(**done))
        waits = {"next_attempt_at": NOW, "created_at": NOW, "notice_sealed": b"x", "message_id": message_id}
        session.add(Pull(link_id=link.link_id, hospital_id=link.hospital_id, number="T-1", **waits))
    renewed = rotated(database)

    with renewed.transaction() as session:
        intake.keep(session, [make.arrival(link, control_id="A1", kind="ADT^A08", patient_numbers=number)])
        assert "A1" in session.scalars(select(InboundMessage.control_id)).all()


def test_one_value_that_opens_no_more_holds_up_the_sealing_of_no_other(database: Database, region: Region) -> None:
    work.make_keys(settings_of(database))
    sealing = with_ring(database)
    with sealing.transaction() as session:
        intake.keep(session, [make.arrival(region.links["ZEED"], control_id=f"M{n}") for n in range(3)])
        session.execute(
            update(InboundMessage).where(InboundMessage.control_id == "M1").values(raw_sealed=b"d:gone\0nobody opens this")
        )

    work.rotate_data(sealing, settings_of(database), new=True, most=1, pause=0, say=lambda _: None)

    newest = f"{sealing.sealer.newest}\0".encode()  # type: ignore[attr-defined]
    with sealing.transaction() as session:
        found = session.execute(select(InboundMessage.control_id, InboundMessage.raw_sealed).order_by(InboundMessage.seq))
        assert [number for number, sealed in found if sealed.startswith(newest)] == ["M0", "M2"]


def rotated(database: Database) -> Database:
    """The same database, with another blind key."""
    renewed = with_ring(database)
    hang_up(database, renewed)
    work.rotate_blind(renewed, settings_of(database))
    return renewed
