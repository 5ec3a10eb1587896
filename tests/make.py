"""Invented things for tests: every value has a default, a test says only what matters to it. BSNs are of the test range."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from pycrdt import Doc, Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital, Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Proof
from mdo_portal.domain.policy import Act
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.sealing import Sealer
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import (
    Contact,
    Fact,
    IncomingDocument,
    IncomingReferral,
    MessageHeader,
    PatientIdentity,
    PersonName,
    Section,
    Wire,
)
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.source import Source
from mdo_portal.services.decisions import decisions, outcomes
from mdo_portal.services.inbox.sifting import Arrival
from mdo_portal.services.links.hospitals import LinkRow, hash_token
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import referrals
from mdo_portal.services.room import conclusions

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)  # a Monday
TODAY = NOW.date()
BSN, OTHER_BSN = "999911120", "999900006"
NETWORK = "Oncologienetwerk Duin & Delta"
KEYS = (("2026a", b"k" * 32),)
PROOF = Proof("test", strong=True)
_numbers = count(1)
_DRAWN = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,}\b|(?<=:\d\d)\.\d{6}\b")


def without_ids(text: str) -> str:
    """The text without our own random numbers, hashes and microseconds: a short number of a patient stands there now and then."""
    return _DRAWN.sub("", text)


def sealer() -> Sealer:
    return Sealer(KEYS)


def number() -> str:
    """A number nobody else has in this run."""
    return f"{next(_numbers):06d}"


def identity(local_number: str = "", **over: Any) -> PatientIdentity:
    values: dict[str, Any] = {
        "local_number": local_number or number(),
        "local_authority": "ZEED",
        "name": PersonName(family="van Voorbeeld", initials="AB"),
        "birth_on": date(1960, 1, 1),
        "sex": "F",
    }
    return PatientIdentity(**(values | over))


COMPLETE = tuple(
    Fact(section, text)
    for section, text in (
        (Section.DIAGNOSIS, "prostaatcarcinoom"),
        (Section.WISH, "geen wens bekend"),
        (Section.CONDITION, "WHO 1"),
        (Section.IMAGING, "MRI verricht"),
        (Section.PATHOLOGY, "biopt verricht"),
    )
)


def referral(patient: PatientIdentity | None = None, **over: Any) -> IncomingReferral:
    """A complete referral to Uro-prostaat."""
    values: dict[str, Any] = {
        "patient": patient or identity(),
        "number": f"VW-{number()}",
        "board_hint": "MDO Uro-prostaat",
        "question_board": "Operatie of bestraling?",
        "referrer": Contact(name="dr. D. Dirksen", number="01234567"),
        "facts": COMPLETE,
    }
    return IncomingReferral(**(values | over))


def document(content: bytes = b"%PDF-1.7 invented", **over: Any) -> IncomingDocument:
    values: dict[str, Any] = {"title": "verwijsbrief.pdf", "media_type": "application/pdf", "content": content}
    return IncomingDocument(**(values | over))


# Hospitals, boards, meetings


def hospital(session: Session, code: str, **over: Any) -> Hospital:
    made = Hospital(code=code, **({"name": f"Ziekenhuis {code}", "city": "Duindorp", "phone": "088-0000000"} | over))
    session.add(made)
    session.flush()
    return made


def link(session: Session, of: Hospital, **over: Any) -> Link:
    """A hospital that speaks HL7 v2 both ways."""
    values: dict[str, Any] = {
        "level": Level.HL7V2,
        "profile_in": "generic-v2",
        "profile_out": "generic-v2",
        "sending_applications": [f"{of.code}-EPD"],
        "channel_out": Channel.MLLP,
        "host_out": "127.0.0.1",
        "port_out": 1,
        "timeout_seconds": 2.0,
        "inside_networks": ["127.0.0.0/8"],
        "token_in_hash": hash_token(f"token-{of.code}"),
    }
    made = Link(hospital_id=of.id, **(values | over))
    session.add(made)
    session.flush()
    return made


def over_its_link(session: Session, hospital_id: uuid.UUID | None) -> dict[str, Any]:
    """Whose a message in the inbox is: a hospital's and its link's (a bare one where it has none), or nobody's."""
    if hospital_id is None:
        return {}
    found = session.scalars(select(Link).where(Link.hospital_id == hospital_id)).one_or_none() or Link(hospital_id=hospital_id)
    session.add(found)
    session.flush()
    return {"hospital_id": hospital_id, "link_id": found.id}


def board(session: Session, code: str, takes_part: Sequence[Hospital], **over: Any) -> Board:
    values: dict[str, Any] = {
        "name": code,
        "weekday": 2,
        "starts": time(16, 0),
        "quorum": [{"one_of": ["uroloog"]}, {"one_of": ["radioloog"]}],
    }
    made = Board(code=code, **(values | over))
    session.add(made)
    session.flush()
    session.add_all(BoardHospital(board_id=made.id, hospital_id=one.id) for one in takes_part)
    return made


def meeting(session: Session, of: Board, *, starts_at: datetime = NOW + timedelta(days=2), **over: Any) -> Meeting:
    values: dict[str, Any] = {"minutes": 90, "registration_closes_at": starts_at - timedelta(hours=24), "series_at": starts_at}
    made = Meeting(board_id=of.id, starts_at=starts_at, state=MeetingState.PLANNED, revision=0, **(values | over))
    session.add(made)
    session.flush()
    return made


# Cases and what becomes of them


def case(session: Session, of: Hospital, *, now: datetime = NOW, board_id: uuid.UUID | None = None, **over: Any) -> Case:
    return referrals.register(session, referral(**over), Source(of, now, Wire.HL7V2), board_id=board_id)


def planned(session: Session, made: Case, into: Meeting, *, viewer: Viewer, now: datetime = NOW) -> Round:
    """On the agenda; of a meeting that was before `now`, in good time."""
    at, in_time = session.get_one(Board, into.board_id), min(now, into.starts_at)
    return planning.plan(session, made, into, at, viewer=viewer, now=in_time, late_reason="spoed")


def typed(session: Session, round_: Round, text: str, *, section: NoteSection = NoteSection.ADVICE, now: datetime = NOW) -> None:
    """Somebody types this in the conclusion."""
    conclusions.ensure(session, round_.id)
    note = conclusions.notes_of(session, round_.id)[section]
    writer: Doc[Any] = Doc()
    writer[conclusions.TEXT] = words = Text()
    writer.apply_update(conclusions.open_note(session, note).update)
    before = writer.get_state()
    words += text
    conclusions.add_update(session, note.id, writer.get_update(before), person_id=uuid.uuid4(), now=now)


def discussed(session: Session, round_: Round, *, viewer: Viewer, now: datetime = NOW, text: str = "Operatie.") -> Round:
    """Discussed, with a conclusion: all that is missing is a signature."""
    typed(session, round_, text, now=now)
    made = session.get_one(Case, round_.case_id)
    at = session.get_one(Board, session.get_one(Meeting, round_.meeting_id).board_id)
    outcome = RoundOutcome.DISCUSSED
    outcomes.set_outcome(session, round_, made, outcome, reason="", board=at, viewer=viewer, now=now)
    session.flush()
    return round_


def signed(session: Session, round_: Round, *, viewer: Viewer, now: datetime = NOW, reason: str = "") -> Decision:
    """Signed by somebody who read exactly this text."""
    made = session.get_one(Case, round_.case_id)
    seen = decisions.preview(session, round_, made, network=NETWORK, viewer=viewer, now=now).content_hash
    return decisions.sign(session, round_, made, seen_hash=seen, reason=reason, network=NETWORK, viewer=viewer, now=now)


def corrected(session: Session, round_: Round, *, viewer: Viewer, now: datetime, text: str = " Herzien.") -> Decision:
    decisions.start_correction(session, round_, session.get_one(Case, round_.case_id))
    typed(session, round_, text, now=now)
    return signed(session, round_, viewer=viewer, now=now, reason="typfout")


def delivery_of(session: Session, decision: Decision) -> Delivery:
    return session.execute(select(Delivery).where(Delivery.decision_id == decision.id)).scalar_one()


# Messages


def header(control_id: str = "", *numbers: str, **over: Any) -> MessageHeader:
    values: dict[str, Any] = {
        "kind": "REF^I12",
        "control_id": control_id or f"M{number()}",
        "sending_application": "ZEED-EPD",
        "patient_numbers": tuple(("ZEED", one) for one in numbers),
    }
    return MessageHeader(**(values | over))


def arrival(link_row: LinkRow | None, *, raw: bytes = b"", at: datetime = NOW, reason: str = "", **over: Any) -> Arrival:
    made = header(**over) if "control_id" in over else header("", **over)
    return Arrival(raw=raw or made.control_id.encode(), wire=Wire.HL7V2, header=made, link=link_row, at=at, reason=reason)


def hl7_referral(
    control_id: str = "",
    *,
    patient: str = "12345",
    referral_number: str = "",
    question: str = "Operatie of bestraling?",
    sender: str = "ZEED-EPD",
    bsn: str = "",
    family: str = "van Voorbeeld",
) -> bytes:
    """A small REF^I12 as a hospital might send it."""
    bsn_field = f"~{bsn}^^^NLMINBIZA^NNNLD" if bsn else ""
    segments = [
        f"MSH|^~\\&|{sender}|ZEED|MDO|NET|20260302121500+0100||REF^I12^REF_I12|{control_id or 'M' + number()}|P|2.5|||||NLD|UNICODE UTF-8",
        f"RF1|P|A^Spoed^L|MDO^Uro-prostaat^L|||{referral_number or 'VW-' + number()}^EPD||20260302",
        "PRD|RP^Verwijzer|Dirksen^D.|||0201234567^WPN^PH||01234567^VEKTIS|||Zeeduyn Ziekenhuis",
        "PRD|RT^Gevraagd|||||||||MDO Uro-prostaat",
        f"PID|1||{patient}^^^ZEED^PI{bsn_field}||{family}^A^B^^^^L||19600101|F",
        "DG1|1||C61^Prostaatcarcinoom^ICD10||20260210",
        f"OBX|1|FT|VRAAG^Vraagstelling^L||{question}||||||F",
        "OBX|2|CE|ECOG^WHO-performancestatus^L||1^WHO 1^L||||||F",
    ]
    return "".join(f"{segment}\r" for segment in segments).encode()


def hl7_change(control_id: str = "", *, patient: str = "12345", family: str = "van Voorbeeld", sender: str = "ZEED-EPD") -> bytes:
    """An ADT^A08: particulars changed."""
    segments = [
        f"MSH|^~\\&|{sender}|ZEED|MDO|NET|20260302121500+0100||ADT^A08^ADT_A01|{control_id or 'M' + number()}|P|2.5|||||NLD|UNICODE UTF-8",
        "EVN|A08|20260302121500",
        f"PID|1||{patient}^^^ZEED^PI||{family}^A^B^^^^L||19600101|F",
        "PV1|1|O",
    ]
    return "".join(f"{segment}\r" for segment in segments).encode()


# The access log


def audit_line(session: Session, viewer: Viewer, *, now: datetime = NOW) -> None:
    """Somebody read the work list."""
    audit.record(session, viewer, Act.WORKLIST_READ, now=now, object_type="worklist", hits=1)
