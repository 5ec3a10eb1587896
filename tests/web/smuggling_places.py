"""More of the house in which acts are smuggled: what is over, what came in unread, how a hospital is connected, and what was looked at."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.absence import Absence
from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Board, MeetingState, Presence
from mdo_portal.domain.case import Case
from mdo_portal.domain.caution import Caution
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.domain.granting import Place
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind, IdentityConflict
from mdo_portal.domain.identity_conflict import Decision as Decided
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import CalledCertificate, Changed, Link, LinkCertificate
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.domain.rights import RightsReviewLine, Verdict
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Wire
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import unseen
from mdo_portal.services.decisions import decisions as starting
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.history import timeline
from mdo_portal.services.letters import handing_over, letter_template_choice, letter_templates, patient_letters
from mdo_portal.services.letters.receipts import WITHHELD
from mdo_portal.services.links import link_history
from mdo_portal.services.meetings import calendars
from mdo_portal.services.referrals import drafts
from mdo_portal.services.rights import rights_reviews
from mdo_portal.services.room import advice
from mdo_portal.zone import day_of
from tests import make
from tests.people import Region, person_id

CALLED = "ab" * 32
ADVISED = ("answered", "refused", "revised", "mistaken", "withheld")


def more(session: Session, region: Region, tonight: dict[str, Round], now: datetime) -> dict[str, object]:
    zeed, uro = session.get_one(Hospital, region.hospitals["ZEED"]), session.get_one(Board, region.boards["URO-P"])
    cases = {
        name: make.case(session, zeed, now=now, board_id=uro.id, number=f"VW-{name}", patient=make.identity(f"72-{name}"))
        for name in ("doubtful", "undecided", *ADVISED)
    }
    cases["doubtful"].cautions = [Caution.UNSURE]
    drafts.save(session, region.dirk, {"family": "Wit", "page": "1", "after": ""}, now=now)
    made: dict[str, object] = {f"{name}_case": one.id for name, one in cases.items()}
    made |= _over(session, region, uro, cases, now) | _said(session, region, tonight["on"], now)
    return made | _connected(session, region, cases["doubtful"], now) | _looked_at(session, region, cases["doubtful"], now)


def _over(session: Session, region: Region, uro: Board, cases: dict[str, Case], now: datetime) -> dict[str, object]:
    """Yesterday's meeting: two advices, of which the hospital's system refused the letters and one was carried out; one that was carried out, and
    is revised now; one of which a person says that it came, one that is withheld; one case not discussed."""
    began = now - timedelta(days=1)
    was = make.meeting(session, uro, starts_at=began)
    rounds = {name: make.planned(session, cases[name], was, viewer=region.bram, now=now) for name in ("undecided", *ADVISED)}
    decisions: dict[str, Decision] = {}
    for name in ADVISED:
        round_ = make.discussed(session, rounds[name], viewer=region.bram, now=now)
        item = advice.add(session, round_, person_id=person_id("Bram"), now=now)
        advice.change(session, round_, item.id, {"text": "x"}, seen=1, person_id=person_id("Bram"), now=now)
        decisions[name] = make.signed(session, round_, viewer=region.bram, now=now)
        make.delivery_of(session, decisions[name]).state = DeliveryState.REFUSED
    letters = {name: make.delivery_of(session, decision) for name, decision in decisions.items()}
    handing_over.confirm_by_hand(session, letters["mistaken"], viewer=region.aisha, now=now)
    withheld, cases["withheld"].objected = letters["withheld"], True
    withheld.state, withheld.receipt_code, withheld.audience = DeliveryState.SENT, WITHHELD, Audience.GP
    was.state, was.opened_at = MeetingState.CLOSED, began
    session.add(
        Presence(
            meeting_id=was.id, person_id=person_id("Bilal"), hospital_id=region.hospitals["DELT"], first_seen_at=began + timedelta(minutes=1),
            seen_at=began + timedelta(minutes=9), away=[],
        )
    )  # fmt: skip
    said = follow_ups.Answer(FollowState.CARRIED_OUT, done_on=day_of(now))
    for name in ("revised", "answered"):
        done = session.scalars(select(FollowUp).where(FollowUp.round_id == rounds[name].id)).one()
        follow_ups.close(session, done, cases[name], said, seen=done.revision, viewer=region.dirk, now=now, today=day_of(now))
    starting.start_correction(session, rounds["revised"], cases["revised"])
    make.typed(session, rounds["revised"], " Herzien.", now=now)
    for name in ("answered", "refused"):
        timeline.happened(session, cases[name], "document.added", at=now, person_id=person_id("Dirk"), title="x")
    session.flush()
    unseen.seen(session, cases["answered"], until=now + timedelta(hours=1), viewer=region.aisha, now=now)
    letter = patient_letters.begin(session, cases["refused"], seen=0, viewer=region.dirk, now=now)
    letter = patient_letters.save(session, cases["refused"], "x", seen=letter.version, viewer=region.dirk, now=now)
    patient_letters.mark_read(session, cases["refused"], "x", seen=letter.version, viewer=region.dirk, now=now)
    ids: dict[str, object] = {"was": was.id, "done": done.id, "refused_decision": decisions["refused"].id}
    ids |= {f"{name}_letter": letters[name].id for name in ("mistaken", "withheld")}
    return ids | {f"{name}_round": one.id for name, one in rounds.items()}


def _said(session: Session, region: Region, on: Round, now: datetime) -> dict[str, object]:
    """Two recommendations in the room; somebody is away next week; a review of which every role was gone through."""
    first, second = (advice.add(session, on, person_id=person_id("Mila"), now=now) for _ in range(2))
    day = day_of(now) + timedelta(days=7)
    session.add(
        Absence(
            board_id=region.boards["URO-P"],
            person_id=person_id("Mila"),
            from_on=day,
            until_on=day,
            told_by=person_id("Mila"),
            told_at=now,
        )
    )
    calendars.new_key(session, person_id("Bilal"), now=now)
    review = rights_reviews.start(session, region.ada, Place(region.boards["GI"], True), now=now)
    session.flush()
    for line in session.scalars(select(RightsReviewLine)):
        line.odd = []
        if line.review_id == review.id:
            line.verdict, line.decided_at, line.decided_by = Verdict.KEEP, now, person_id("Ada")
    return {"first_item": first.id, "second_item": second.id, "gone_through": review.id, "away": day}


def _connected(session: Session, region: Region, case: Case, now: datetime) -> dict[str, object]:
    """Certificates: one that is bound, one that called; unencrypted messages are accepted of ODUL; a referral read before the link was mended."""
    link = session.scalars(select(Link).where(Link.hospital_id == case.hospital_id)).one()
    plain = make.link(session, session.get_one(Hospital, region.hospitals["ODUL"]))
    plain.plain_accepted_at, plain.plain_accepted_by, plain.plain_accepted_why = now, "x", "x"
    plain.plain_accepted_until = now + timedelta(days=9)
    came: dict[str, Any] = {
        "hospital_id": case.hospital_id,
        "link_id": link.id,
        "wire": Wire.HL7V2,
        "raw_sealed": b"x",
        "size": 1,
    }
    came["received_at"] = now - timedelta(hours=1)
    session.add_all(
        [
            LinkCertificate(link_id=link.id, fingerprint="cd" * 32, subject="x", bound_at=now, bound_by="x"),
            CalledCertificate(fingerprint=CALLED, names=["epd.example"], seen_at=now),
            InboundMessage(digest=b"told", state=InboundState.UNDERSTOOD, meaning="referral", **came),
            InboundMessage(digest=b"unread", state=InboundState.UNREADABLE, reason="unknown_kind", kind="REF^I12", **came),
        ]
    )
    session.flush()
    link_history.remember(session, case.hospital_id, Changed.OTHERWISE, "", "x", viewer=region.lars, now=now)
    conflict = IdentityConflict(
        id=uuid.uuid4(), hospital_id=case.hospital_id, patient_id=case.patient_id, kind=ConflictKind.OTHER_BSN, message_id=uuid.uuid4(), received_at=now, opened_at=now,
        fingerprint=b"carried out", identities_sealed=b"", decision=Decided.OTHER, decided_at=now, decided_by=person_id("Lars"), carried_out_at=now,
    )  # fmt: skip
    session.add(conflict)
    session.flush()
    return {"carried_out": conflict.id}


def _looked_at(session: Session, region: Region, case: Case, now: datetime) -> dict[str, object]:
    """Carla broke the glass, says the log; and a letter template of which there is a version before."""
    audit.record(session, region.carla, Act.CASE_READ, now=now, case=case, relation=Relation.EMERGENCY, reason="x")
    place = letter_template_choice.Place(Audience.GP, region.boards["URO-P"], None)
    row = letter_templates.begin(session, region.ada, place, now=now)
    return {"gp_template": row.id}
