"""What a case says after its referral was read once more: what the message says now, and nothing that came since is lost."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import NO_DATE, Case, CaseFact, CaseState
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Contact, Fact, IncomingReferral, Section, Unreadable, Wire
from mdo_portal.services.cases import cases, news
from mdo_portal.services.cases.news import Since
from mdo_portal.services.common.source import Source
from mdo_portal.services.history import timeline
from mdo_portal.services.inbox import rereading
from mdo_portal.services.inbox.rereading import Heard
from mdo_portal.services.referrals import referrals
from tests import make
from tests.make import NOW
from tests.people import Region

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PSA = Fact(Section.MARKER, "12,4 ug/l", "PSA", date(2026, 2, 15))
COURSE = Fact(Section.COURSE, "Gevonden bij keuring.", "Beloop")


class Desk:
    """ZEED's referral VW-1, and what its message says when it is read again."""

    def __init__(self, session: Session, region: Region, **over: Any) -> None:
        self.session, self.message_id = session, uuid.uuid4()
        self.zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        first = {"number": "VW-1", "facts": (*make.COMPLETE, PSA), "urgency": "urgent", "latest_useful_on": date(2026, 3, 20)}
        self.said = make.referral(**({"patient": make.identity("4711")} | first | over))
        self.case = self._told(self.said, NOW, self.message_id)

    def _told(self, said: IncomingReferral, at: datetime, message_id: uuid.UUID | None) -> Case:
        return referrals.register(self.session, said, Source(self.zeed, at, Wire.HL7V2, message_id))

    def supplement(self, *, at: datetime = NOW + HOUR, **over: Any) -> None:
        message_id = uuid.uuid4()
        about = {**make.over_its_link(self.session, self.zeed.id), "case_id": self.case.id, "meaning": "update"}
        kept = {"wire": Wire.HL7V2, "digest": message_id.bytes, "raw_sealed": b"", "size": 0, "received_at": at}
        self.session.add(InboundMessage(id=message_id, **about, **kept))
        self._told(replace(self.said, **over), at, message_id)

    def again(self, *, at: datetime = NOW + DAY, made_it: bool = True, **over: Any) -> None:
        timeline.enter(self.session, now=at)
        heard = Heard(Source(self.zeed, NOW, Wire.HL7V2, self.message_id), self.case.id, made_it)
        rereading.read_again(self.session, heard, replace(self.said, **over), now=at)
        self.session.flush()

    def present(self) -> set[tuple[Section, str, str]]:
        query = select(CaseFact).where(CaseFact.case_id == self.case.id, CaseFact.superseded_at.is_(None))
        return {(one.section, one.label, one.text) for one in self.session.scalars(query)}


def test_a_value_that_stood_under_the_wrong_heading_moves(session: Session, region: Region) -> None:
    desk = Desk(session, region)

    desk.again(facts=(*make.COMPLETE, replace(PSA, section=Section.OTHER, label="Prostaatspecifiek antigeen")))

    told = {one for one in desk.present() if one[2] == PSA.text}
    assert told == {(Section.OTHER, "Prostaatspecifiek antigeen", PSA.text)}


def test_what_nobody_told_since_is_what_the_message_says_also_when_it_says_nothing(session: Session, region: Region) -> None:
    desk = Desk(session, region)

    desk.again(urgency="", latest_useful_on=None, referrer=Contact(name="dr. E. Anders"))

    case = desk.case
    assert (case.urgency, case.due_on, case.referrer_name, case.referrer_number) == ("", NO_DATE, "dr. E. Anders", "")


def test_a_question_that_nobody_asked_goes_and_stays_among_the_earlier_values(session: Session, region: Region) -> None:
    desk = Desk(session, region)

    desk.again(question_board="")

    over = select(CaseFact.text).where(CaseFact.case_id == desk.case.id, CaseFact.superseded_at.is_not(None))
    assert (desk.case.question_board, session.scalars(over).all()) == ("", ["Operatie of bestraling?"])


def test_what_a_supplement_leaves_out_the_referral_said(session: Session, region: Region) -> None:
    desk = Desk(session, region)

    desk.again(made_it=False, urgency="", latest_useful_on=None)

    assert (desk.case.urgency, desk.case.due_on) == ("urgent", date(2026, 3, 20))


def test_a_newer_word_of_the_hospital_stands(session: Session, region: Region) -> None:
    """The first message fills what is empty, and changes nothing that its supplement said."""
    desk = Desk(session, region)
    newer = replace(PSA, text="3,1 ug/l")
    desk.supplement(urgency="routine", facts=(newer,), question_board="Nog een kuur?")

    desk.again(
        urgency="asap",
        question_board="Toch opereren?",
        facts=(replace(PSA, text="12,5 ug/l"), COURSE),
        treating=Contact("dr. F."),
    )

    case = desk.case
    assert (case.urgency, case.question_board, case.treating_name) == ("routine", "Nog een kuur?", "dr. F.")
    told = {text for _, label, text in desk.present() if label in ("PSA", "Beloop")}
    assert told == {"3,1 ug/l", COURSE.text}


def test_a_result_that_came_since_is_not_pushed_aside(session: Session, region: Region) -> None:
    """Its value was read under another name at first, so to the case it is told for the first time: it is still the older word."""
    desk = Desk(session, region, facts=make.COMPLETE)
    lab = CaseFact(
        case_id=desk.case.id, section=PSA.section, label=PSA.label, text="0,9 ug/l", dated_on=PSA.dated_on,
        hospital_id=desk.zeed.id, received_at=NOW + HOUR,
    )  # fmt: skip
    session.add(lab)
    session.flush()

    desk.again(facts=(*make.COMPLETE, PSA))

    assert {text for _, label, text in desk.present() if label == "PSA"} == {"0,9 ug/l"}
    assert lab.superseded_at is None


def test_what_a_later_message_put_aside_does_not_come_back(session: Session, region: Region) -> None:
    desk = Desk(session, region)
    desk.supplement(facts=(replace(PSA, text="3,1 ug/l"),))
    over = select(CaseFact.text, CaseFact.superseded_at).where(CaseFact.case_id == desk.case.id, CaseFact.label == "PSA")

    before = set(map(tuple, session.execute(over)))
    desk.again()
    desk.again(facts=(COURSE,), at=NOW + 2 * DAY)

    assert set(map(tuple, session.execute(over))) == before == {(PSA.text, NOW + HOUR), ("3,1 ug/l", None)}
    assert {text for _, label, text in desk.present() if label == "PSA"} == {"3,1 ug/l"}


def test_there_and_back_is_where_it_began(session: Session, region: Region) -> None:
    """Somebody mends a setting, sees that it was right before, and puts it back."""
    desk = Desk(session, region, documents=(make.document(kind="referral_letter"),))
    before = desk.present()

    desk.again(facts=(COURSE,), documents=(), urgency="", at=NOW + DAY)
    assert desk.present() == {(COURSE.section, COURSE.label, COURSE.text)}
    desk.again(at=NOW + 2 * DAY)

    assert desk.present() == before and desk.case.urgency == "urgent"
    kept = session.scalars(select(CaseDocument).where(CaseDocument.case_id == desk.case.id)).all()
    session.refresh(kept[0])
    assert [one.superseded_at for one in kept] == [None]


def test_a_document_gets_the_name_that_is_read_now_and_stays_one(session: Session, region: Region) -> None:
    letter = make.document(title="doc1", kind="")
    desk = Desk(session, region, documents=(letter,))

    desk.again(documents=(replace(letter, title="Verwijsbrief", kind="referral_letter", dated_on=date(2026, 2, 1)),))

    kept = session.scalars(select(CaseDocument).where(CaseDocument.case_id == desk.case.id)).all()
    assert [(one.title, one.kind, one.dated_on, one.superseded_at) for one in kept] == [
        ("Verwijsbrief", "referral_letter", date(2026, 2, 1), None)
    ]


def test_who_looked_in_between_sees_what_changed_and_nothing_else(session: Session, region: Region) -> None:
    desk = Desk(session, region)

    desk.again(facts=(*make.COMPLETE, replace(PSA, text="12,4 µmol/l"), COURSE))

    found = news.of(cases.view(session, desk.case), NOW + HOUR, wanted=Since.LOOK.value)
    values = {(one.label, one.before, one.after): one.new_at for one in found.changes if one.event is None}
    assert values == {("PSA", (PSA.text,), "12,4 µmol/l"): NOW + DAY, ("Beloop", (), COURSE.text): NOW + DAY}
    assert [one.event.what for one in found.changes if one.event] == ["referral.reread"]


def test_a_number_that_was_misread_is_put_right(session: Session, region: Region) -> None:
    desk = Desk(session, region, number="")

    desk.again(number="VW-9")

    assert desk.case.referral_number == "VW-9"


def test_a_board_that_is_named_now_gets_the_case_at_once(session: Session, region: Region) -> None:
    desk = Desk(session, region, board_hint="")
    assert desk.case.board_id is None

    desk.again(board_hint="MDO Uro-prostaat")

    assert (desk.case.board_id, desk.case.state) == (region.boards["URO-P"], CaseState.READY)


def test_a_board_that_somebody_chose_stays(session: Session, region: Region) -> None:
    desk = Desk(session, region)

    desk.again(board_hint="Lage GI")

    assert desk.case.board_id == region.boards["URO-P"]


def test_a_patients_number_that_was_not_read_is_taken_over(session: Session, region: Region) -> None:
    who = replace(make.identity(), local_number="", birth_on=None)
    desk = Desk(session, region, patient=who)

    desk.again(patient=replace(who, local_number="4799", local_authority="ZEED"))

    assert session.get_one(Patient, desk.case.patient_id).local_number == "4799"


def test_one_document_under_two_names_keeps_the_first(session: Session, region: Region) -> None:
    two = (make.document(title="Verslag"), make.document(title="PA"))
    desk = Desk(session, region, documents=two)

    desk.again(documents=two)

    titles = select(CaseDocument.title).where(CaseDocument.case_id == desk.case.id)
    assert (session.scalars(titles).all(), desk.case.news_at) == (["Verslag"], None)


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"cancelled": True}, "again_withdrawn"),
        ({"number": "VW-2"}, "again_other_number"),
        ({"patient": make.identity("4712")}, "again_other_patient"),
    ],
)
def test_what_does_not_fit_the_case_any_more_changes_nothing(
    session: Session, region: Region, over: dict[str, Any], reason: str
) -> None:
    desk = Desk(session, region)
    referrals.register(session, make.referral(make.identity("4712"), number="VW-2"), Source(desk.zeed, NOW, Wire.HL7V2))
    before = (desk.present(), desk.case.revision, desk.case.urgency)

    with pytest.raises(Unreadable) as told:
        desk.again(**({"urgency": "routine", "facts": (COURSE,)} | over))

    assert told.value.reason == reason
    assert (desk.present(), desk.case.revision, desk.case.urgency) == before


def test_a_supplement_does_not_number_its_case_anew(session: Session, region: Region) -> None:
    desk = Desk(session, region)

    with pytest.raises(Unreadable) as told:
        desk.again(number="VW-3", made_it=False)

    assert (told.value.reason, desk.case.referral_number) == ("again_other_number", "VW-1")
