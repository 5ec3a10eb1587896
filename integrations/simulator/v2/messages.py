"""A referral as HL7 v2 messages: ZorgDomein's ORU^R01 with every attachment on its own, or one REF^I12 with all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from integrations.hl7v2.text.builder import Builder, Value
from integrations.hl7v2.text.marks import Marks
from integrations.simulator.outbox import Composed
from integrations.simulator.region import CaseSeed, region
from integrations.simulator.v2.observations import add, day, dg1, document, fact, file_name, is_coded_diagnosis, questions
from integrations.simulator.v2.people import Fields, pid, prd, xcn
from mdo_portal.exchange import Contact, Fact, IncomingDocument, IncomingReferral

ZORGDOMEIN = Marks(component="^", repetition="_", escape="\\", sub="&")
_PRIORITY = {"routine": "R", "urgent": "A", "asap": "S"}


@dataclass(frozen=True)
class Letterhead:
    """What every message of one referral has in common."""

    referral: IncomingReferral
    hospital: str
    board: str
    made_at: datetime
    asks: str = ""  # MSH-15 and MSH-16

    @property
    def charset(self) -> str:
        """The EPD writes 8859/1, and UTF-8 when a text has a letter that 8859/1 lacks."""
        return "8859/1" if all(_is_latin(text) for text in _texts(self.referral)) else "UTF-8"

    @property
    def order(self) -> tuple[str, str, str]:
        """OBR-4: the board that is asked for."""
        return (f"MDO-{self.board}", self.referral.board_hint, "99MDO")


def compose(case: CaseSeed, referral: IncomingReferral, *, made_at: datetime, asks: str = "") -> tuple[Composed, ...]:
    """What the EPD sends for this case: every other one through ZorgDomein, the rest as REF^I12."""
    head = Letterhead(referral, case.hospital, case.board, made_at, asks)
    return zorgdomein(head) if is_zorgdomein(case) else (ref_i12(head, control_id=uuid4().hex[:20]),)


def is_zorgdomein(case: CaseSeed) -> bool:
    own = [one.code for one in region().cases if one.hospital == case.hospital]
    return own.index(case.code) % 2 == 0


def zorgdomein(head: Letterhead) -> tuple[Composed, ...]:
    """The form, then every document. MSH-10 is the ZD number, the same for all (integrator.zorgdomein.com, oru-attachment)."""
    bodies = [_form(head), *(_attached(head, one) for one in head.referral.documents)]
    return tuple(Composed("ORU^R01", head.referral.number, body) for body in bodies)


def _oru(head: Letterhead) -> Builder:
    """Sent on by the hospital's own engine, under its own name: "ZorgDomein" in MSH-3 would be the same for every hospital."""
    build = Builder(ZORGDOMEIN, charset=head.charset)
    build.header(_msh(head, f"{head.hospital}-EPD", head.referral.number) | {9: ("ORU", "R01", "ORU_R01"), 12: "2.4"})
    build.add("PID", pid(head.referral.patient))
    gp = head.referral.gp
    if gp.name:
        build.add("PD1", {4: xcn(gp)})
    return build.add("PV1", {1: "1", 2: "O", 7: xcn(head.referral.treating)}).add("ORC", _orc(head))


def _form(head: Letterhead) -> bytes:
    referral = head.referral
    build = _oru(head).add("OBR", {1: "1", 2: referral.number, 4: head.order, 16: xcn(referral.referrer)})
    add(build, _observations(head, referral.facts))
    return build.encode()


def _attached(head: Letterhead, one: IncomingDocument) -> bytes:
    referrer = xcn(head.referral.referrer)
    build = _oru(head).add("OBR", {1: "1", 2: head.referral.number, 3: one.reference, 4: head.order, 16: referrer})
    add(build, iter([document(one)]))
    return build.add("NTE", {1: "1", 3: file_name(one)}).encode()


def ref_i12(head: Letterhead, *, control_id: str) -> Composed:
    """One message with everything; enhanced mode, as HiX does: the accept acknowledgement is enough, unless more is asked for."""
    referral = head.referral
    coded = [one for one in referral.facts if is_coded_diagnosis(one)]
    build = Builder(charset=head.charset)
    build.header(_msh(head, "HIX", control_id) | {9: ("REF", "I12", "REF_I12"), 12: "2.5", 15: "AL", 16: head.asks or "NE"})
    build.add("RF1", _rf1(referral))
    for role, contact in _around(referral):
        build.add("PRD", prd(role, contact))
    build.add("PID", pid(referral.patient))
    for one in coded:
        build.add("DG1", dg1(one))
    build.add("OBR", {1: "1", 2: referral.number, 4: head.order})
    add(build, _observations(head, tuple(one for one in referral.facts if one not in coded)))
    _documents(build, head)
    return Composed("REF^I12", control_id, build.add("PV1", {1: "1", 2: "O"}).encode())


def _documents(build: Builder, head: Letterhead) -> None:
    for number, one in enumerate(head.referral.documents, start=2):
        build.add("OBR", {1: str(number), 2: head.referral.number, 3: one.reference, 4: head.order})
        add(build, iter([document(one)]))


def _observations(head: Letterhead, facts: tuple[Fact, ...]) -> Iterator[Fields]:
    yield from questions(head.referral)
    yield from map(fact, facts)


def _msh(head: Letterhead, application: str, control_id: str) -> dict[int, Value]:
    stamp = f"{head.made_at:%Y%m%d%H%M%S%z}"
    asked: dict[int, Value] = {15: head.asks, 16: head.asks} if head.asks else {}
    return {3: application, 4: head.hospital, 5: "MDO", 6: "DUIN-DELTA", 7: stamp, 10: control_id, 11: "P", 17: "NLD"} | asked


def _orc(head: Letterhead) -> Fields:
    referral = head.referral
    timing = ("", "", "", "", day(referral.latest_useful_on), _PRIORITY.get(referral.urgency, "R"))
    who = referral.referrer
    return {1: "RE", 2: referral.number, 7: timing, 12: xcn(who), 21: (who.organisation,), 23: (who.phone, "WPN", "PH")}


def _rf1(referral: IncomingReferral) -> Fields:
    priority = _PRIORITY.get(referral.urgency, "R")
    return {1: "P", 2: priority, 3: ("ONC", "Oncologie", "99MDO"), 6: referral.number, 8: day(referral.latest_useful_on)}


def _around(referral: IncomingReferral) -> Iterator[tuple[str, Contact]]:
    """Who has to do with it, by role; the board itself is the one referred to."""
    board = Contact(organisation=referral.board_hint)
    others = (("CP", referral.treating), ("CM", referral.case_manager), ("PP", referral.gp))
    yield from (pair for pair in (("RP", referral.referrer), ("RT", board), *others) if pair[1] != Contact())


def _texts(referral: IncomingReferral) -> list[str]:
    asked = [referral.question_board, referral.question_radiology, referral.question_pathology, referral.patient.name.family]
    told = [text for one in referral.facts for text in (one.label, one.text)]
    around = [text for _, one in _around(referral) for text in (one.name, one.organisation)]
    return [*asked, *told, *around, *(one.title for one in referral.documents)]


def _is_latin(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True
