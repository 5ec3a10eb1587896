"""What a hospital may send for a case, and on which lists of whom it then stands."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from mdo_portal.domain.case import OPEN_STATES, Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import (
    Fact,
    Incoming,
    IncomingAnswer,
    IncomingAppointment,
    IncomingResult,
    MergedNumbers,
    PatientChange,
    PatientLink,
    PatientMerge,
    PersonName,
    Section,
    Wire,
)
from mdo_portal.services.cases import unseen, worklist
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.inbox import effects
from mdo_portal.services.inbox.settling import ClaimedMessage
from tests import make
from tests.make import NOW

HOUR = timedelta(hours=1)
LATER = NOW + HOUR
WHO = make.identity("4711")
NUMBER = "VW-4711"
REPORT = make.document(b"%PDF-1.7 pathologie", title="pathologie.pdf", kind="pathology report", reference="T-1")
PSA = Fact(Section.MARKER, "12,4", "PSA", date(2026, 2, 15), key="F7/PSA")


def a_result(*facts: Fact, **over: object) -> IncomingResult:
    return IncomingResult(WHO, "R01", facts=facts, **over)  # type: ignore[arg-type]


def _of(**over: object) -> Incoming:
    return make.referral(WHO, number=NUMBER, **over)


#: everything that comes in about a case that somebody must look at, in words -> the message
ARRIVALS: dict[str, Incoming] = {
    "a new question under the same number": _of(question_board="Toch bestralen?"),
    "a document with the referral": _of(documents=(make.document(b"%PDF-1.7 nagezonden"),)),
    "the referral is taken back": _of(cancelled=True),
    "a new result": a_result(Fact(Section.MARKER, "0,1", "Testosteron", key="F8/T")),
    "a corrected result": a_result(Fact(Section.MARKER, "1,24", "PSA", date(2026, 2, 15), key="F7/PSA", status="corrected")),
    "a result that is taken back": a_result(withdrawn=("F7",)),
    "a corrected pathology report": a_result(
        documents=(make.document(b"%PDF-1.7 herzien", reference="T-2", replaces="T-1", status="corrected"),)
    ),
    "an addendum": a_result(documents=(make.document(b"%PDF-1.7 aanvulling", reference="T-3"),)),
    "a report that is taken back": a_result(documents=(make.document(b"", reference="T-1", status="withdrawn"),)),
    "an answer": IncomingAnswer(NUMBER, patient=WHO, facts=(Fact(Section.IMAGING, "PET-CT verricht", "PET-CT"),)),
    "another name": PatientChange(make.identity("4711", name=PersonName(family="Anders", initials="AB")), "A08"),
    "the patient died": PatientChange(make.identity("4711", deceased=True), "A08"),
    "the registration was deleted": PatientChange(WHO, "A29"),
    "numbers are one patient": PatientMerge((MergedNumbers(WHO, (("ZEED", "4712"),)),), "A40"),
    "numbers are one person": PatientLink((WHO, make.identity("4713")), linked=True, event="A24"),
}
#: what says whether an advice is carried out: it stands with the recommendations (services/follow_up/follow_up_evidence.py)
QUIET: dict[str, Incoming] = {
    "an appointment": IncomingAppointment(WHO, "A-1", "booked", "S12", starts_at=NOW + 7 * 24 * HOUR),
    "an admission": PatientChange(WHO, "A01"),
}


def put(session: Session, case: Case, state: CaseState) -> None:
    """In this state, whatever went before."""
    case.state, case.state_since, case.is_open = state, NOW, state in OPEN_STATES
    session.flush()


def each_state(session: Session, case: Case) -> Iterator[CaseState]:
    """The case in each of its states, one after the other; what happened in one is undone before the next."""
    session.flush()
    for state in CaseState:
        undo = session.begin_nested()
        put(session, case, state)
        yield state
        undo.rollback()
        session.expire_all()


def arrives(session: Session, zeed: Hospital, incoming: Incoming, *, at: datetime = LATER) -> Case | None:
    """As the worker does it."""
    of = make.over_its_link(session, zeed.id)
    kept = InboundMessage(wire=Wire.HL7V2, digest=uuid.uuid4().bytes, raw_sealed=b"", size=0, received_at=at, **of)
    session.add(kept)
    session.flush()
    claimed = ClaimedMessage(kept.id, uuid.uuid4(), zeed.id, b"", Wire.HL7V2, "", "", 1, at)
    found = effects.of(session, incoming, zeed, claimed)
    session.flush()
    session.expire_all()
    return found


def lists(session: Session, viewer: Viewer, case: Case) -> set[str]:
    """On which lists of this person the case stands as having something new."""
    found = set()
    if any(row.id == case.id and row.news_at == LATER for row in worklist.page(session, viewer, Filter())):
        found.add("work list")
    if any(row.id == case.id and row.came for row in unseen.rows(session, viewer, Filter())):
        found.add("unseen")
    return found


def came(session: Session, viewer: Viewer) -> list[list[str]]:
    return [[one.what for one in row.came] for row in unseen.rows(session, viewer, Filter())]
