"""Which cases of the patient on the screen of the EPD somebody hears of: those they may see, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Relation
from mdo_portal.exchange import Launched
from mdo_portal.services.cases import launched
from tests import make
from tests.people import Region


def test_a_case_that_somebody_may_not_see_is_not_named_whatever_the_epd_shows_them(session: Session, region: Region) -> None:
    who = make.identity("4711")
    made = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=who)
    registers = replace(region.dirk, hospital_roles=frozenset({Role.SECRETARY}))

    seen, unseen = (launched.found(session, viewer, Launched(who), now=make.NOW) for viewer in (region.dirk, registers))

    assert seen.only is not None and seen.only.id == made.id
    assert unseen.cases == () and not unseen.contradicts


def test_of_several_the_newest_comes_first_each_with_its_board_and_of_no_other_patient(session: Session, region: Region) -> None:
    zeed, who = session.get_one(Hospital, region.hospitals["ZEED"]), make.identity("4711")
    made = [
        make.case(session, zeed, patient=one, now=make.NOW + hour * timedelta(hours=1), board_hint=hint)
        for one, hour, hint in ((who, 1, "Een ander MDO"), (who, 2, "Uro-prostaat"), (make.identity("4712"), 3, "Uro-prostaat"))
    ]

    found = launched.found(session, region.dirk, Launched(who), now=make.NOW)

    assert [(one.id, one.board) for one in found.cases] == [(made[1].id, "Uro-prostaat"), (made[0].id, "")]
    assert found.only is None


def test_that_the_epd_was_asked_stands_in_the_log_whether_or_not_the_patient_is_here(session: Session, region: Region) -> None:
    patient_id = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("4711")).patient_id

    for number in ("4711", "404"):
        launched.found(session, region.dirk, Launched(make.identity(number)), now=make.NOW)

    lines = select(AuditEntry).where(AuditEntry.object_type == "launch").order_by(AuditEntry.seq)
    assert [(one.patient_id, one.relation, list(one.categories)) for one in session.scalars(lines)] == [
        (patient_id, Relation.OWN_HOSPITAL, ["patient"]),
        (None, Relation.OWN_HOSPITAL, ["patient"]),
    ]
