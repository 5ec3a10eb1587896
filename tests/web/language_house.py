"""What stands on the pages of the two languages: a case in each stage, meetings, letters, requests, and messages that were not read."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.destruction import Ground
from mdo_portal.domain.follow_up import FollowState
from mdo_portal.domain.grant import CaseGrant, GrantKind
from mdo_portal.domain.granting import Place
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import IdentityProvider
from mdo_portal.domain.inbound import InboundState
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Fact, Section
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.inbox import inbox, intake, settling
from mdo_portal.services.keeping import destroy_requests, holds
from mdo_portal.services.people import grants
from mdo_portal.services.people.grants import Wanted
from mdo_portal.services.referrals import questions
from mdo_portal.services.rights import credentials, rights_reviews
from mdo_portal.services.room import advice, presence, rooms
from mdo_portal.zone import day_of
from tests import make
from tests.people import Region, board_of, person_id


def filled(db: Session, region: Region, *, now: datetime) -> dict[str, str]:
    """A case in each stage, an open meeting and one to come, letters, and messages that were not read."""
    uro, zeed = board_of(db, region), db.get_one(Hospital, region.hospitals["ZEED"])
    coming, open_ = (make.meeting(db, uro, starts_at=now + timedelta(days=days)) for days in (9, 2))
    made = {name: make.case(db, zeed, now=now) for name in ("scheduled", "discussed", "decided")}
    made["waiting"] = make.case(db, zeed, now=now, facts=(Fact(Section.CONDITION, "WHO 1"),), question_board="")
    make.planned(db, made["scheduled"], coming, viewer=region.aisha, now=now)
    rounds = {name: make.planned(db, made[name], open_, viewer=region.aisha, now=now) for name in ("discussed", "decided")}
    presence.enter(db, open_.id, region.bram, now=now)
    rooms.open_meeting(db, open_, now=now)
    for round_ in rounds.values():
        make.discussed(db, round_, viewer=region.bram, now=now)
    decision = signed(db, region, rounds["decided"], now=now)
    questions.ask(db, made["waiting"], "Graag de uitslag.", viewer=region.aisha, now=now)
    messages(db, region, now=now)
    others = managed(db, region, now=now)
    named = {"coming": coming.id, "open": open_.id, "ended": rounds["discussed"].id, "signed": rounds["decided"].id}
    named |= followed(db, region, decision, made["decided"], now=now)
    return {name: str(one) for name, one in (named | others | {name: one.id for name, one in made.items()}).items()}


def signed(db: Session, region: Region, round_: Round, *, now: datetime) -> Decision:
    """With two recommendations: one that is late, and one that was not carried out."""
    for text, due_on in (("matrix", day_of(now - timedelta(days=3)).isoformat()), ("anders", "")):
        item = advice.add(db, round_, person_id=region.bram.person_id, now=now)
        fields = {"kind": "surgery", "intent": "curative", "text": text, "due_on": due_on, "condition": "x"}
        advice.change(db, round_, item.id, fields, seen=1, person_id=region.bram.person_id, now=now)
    return make.signed(db, round_, viewer=region.bram, now=now)


def followed(db: Session, region: Region, decision: Decision, case: Case, *, now: datetime) -> dict[str, uuid.UUID]:
    first, second = follow_ups.standing_of(db, decision.round_id)
    said = follow_ups.Answer(FollowState.NOT_DONE, "wish", "x", day_of(now))
    follow_ups.close(db, second, case, said, seen=1, viewer=region.dirk, now=now + timedelta(minutes=1), today=day_of(now))
    return {"open_item": first.id, "closed_item": second.id}


def managed(db: Session, region: Region, *, now: datetime) -> dict[str, object]:
    """What those who look after access have before them: requests, a hold, a review, a provider, readers by grant and in an emergency."""
    zeed = db.get_one(Hospital, region.hospitals["ZEED"])
    first, *others = [
        make.case(db, zeed, now=now, board_id=region.boards["URO-P"], patient=make.identity(f"471{n}")) for n in range(1, 5)
    ]
    until = now + timedelta(days=3)
    grants.give(db, first, Wanted(person_id("Carla"), False, until.date(), "revisie van de coupes"), viewer=region.dirk, now=now)
    emergency = {"reason": "Ligt nu bij ons op de spoedeisende hulp.", "begins_at": now, "ends_at": until, "given_at": now}
    db.add(
        CaseGrant(
            case_id=others[0].id,
            hospital_id=zeed.id,
            kind=GrantKind.EMERGENCY,
            person_id=person_id("Carla"),
            given_by=person_id("Carla"),
            **emergency,
        )
    )
    holds.place(db, region.petra, others[0].id, whole_patient=True, reason="klacht", now=now)
    asked = [requested(db, region, case, now=now) for case in (first, *others[1:])]
    destroy_requests.refuse(db, region.petra, asked[1], ground=Ground.LAW, refusal="onderzoek", now=now)
    others[2].state, others[2].is_open = CaseState.WITHDRAWN, False
    destroy_requests.approve(db, region.petra, asked[2], now=now)
    review = rights_reviews.start(db, region.petra, Place(zeed.id, False), now=now)
    provider = IdentityProvider(
        hospital_id=zeed.id,
        label="Zeeduyn",
        issuer="https://idp.example.nl",
        client_id="mdo",
        changed_at=now,
        changed_by_id=person_id("Lars"),
    )
    db.add(provider)
    db.flush()
    return {
        "shared": first.id, "broken": others[0].id, "asked": asked[0], "refused": asked[1], "done": asked[2], "review": review.id,
        "patient": first.patient_id,
        "provider": provider.id, "new_provider": uuid.uuid4(), "zeed": zeed.id, "uro": region.boards["URO-P"],
        "bram": person_id("Bram"), "mila": person_id("Mila"), "dirk": person_id("Dirk"),
        "invitation": credentials.invite(db, person_id("Mila"), made_by=None, now=now),
        "long_ago": (now - timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"), "later": until.strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip


def requested(db: Session, region: Region, case: Case, *, now: datetime) -> uuid.UUID:
    """A request to destroy everything of this patient, noted by somebody else than who judges it."""
    patient = db.get_one(Patient, case.patient_id)
    return destroy_requests.ask(
        db, region.lars, patient, case_id=case.id, letter_on=(now - timedelta(days=2)).date(), reason="brief", now=now
    ).id


def messages(db: Session, region: Region, *, now: datetime) -> None:
    """One waits to be read, one could not be read."""
    intake.keep(db, [make.arrival(region.links["ZEED"], at=now) for _ in range(2)])
    unread = inbox.rows(db, region.lars)[0]
    settling.settle(db, unread.id, InboundState.UNREADABLE, now=now, reason="no_patient", place="PID-3", leftovers=("ZXY",))
