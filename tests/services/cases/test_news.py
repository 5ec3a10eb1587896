"""What is new on a case: since registration, since the last discussion, since one last looked; old and new as they were sent."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import ORDERED, Fact, IncomingDocument, Section, Wire
from mdo_portal.services.cases import cases, news, worklist, worklist_rows
from mdo_portal.services.cases.news import News, Since
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier import documents
from mdo_portal.services.history import case_looks
from mdo_portal.services.meetings import meetings
from mdo_portal.services.referrals import questions, referrals
from tests import make
from tests.make import NOW
from tests.people import Region

DAY = timedelta(days=1)
ROOT = Path(__file__).resolve().parents[3]
PSA = Fact(Section.MARKER, "12,4 ug/l", "PSA", date(2026, 2, 15))


def told(session: Session, region: Region, *, at: datetime, **over: object) -> Case:
    """The same referral, as ZEED tells it at that moment."""
    patient = make.identity("4711")
    referral = make.referral(patient, **({"number": "VW-4711", "facts": (*make.COMPLETE, PSA)} | over))  # type: ignore[arg-type]
    return referrals.register(session, referral, Source(session.get_one(Hospital, region.hospitals["ZEED"]), at, Wire.HL7V2))


def seen(session: Session, case: Case, looked: datetime | None = None, wanted: str = "") -> News:
    return news.of(cases.view(session, case), looked, wanted=wanted)


def test_nothing_is_new_on_the_day_of_registration(session: Session, region: Region) -> None:
    found = seen(session, told(session, region, at=NOW))

    assert (found.since, found.at, found.changes) == (Since.REGISTRATION, NOW, ())
    assert [(one.since, one.at) for one in found.choices] == [
        (Since.LOOK, None),
        (Since.DISCUSSION, None),
        (Since.REGISTRATION, NOW),
    ]


def test_a_value_that_changed_shows_old_and_new_as_they_were_sent(session: Session, region: Region) -> None:
    told(session, region, at=NOW)
    later = Fact(Section.MARKER, "<0,1 µg/l ", "PSA", date(2026, 2, 15))
    case = told(session, region, at=NOW + DAY, facts=(later,))

    (change,) = seen(session, case).changes

    assert (change.label, change.before, change.after) == ("PSA", ("12,4 ug/l",), "<0,1 µg/l ")
    assert (change.at, change.hospital_code) == (NOW + DAY, "ZEED")


def test_what_was_not_there_before_is_new(session: Session, region: Region) -> None:
    told(session, region, at=NOW)
    case = told(session, region, at=NOW + DAY, facts=(Fact(Section.IMAGING, "PET-CT verricht", "PET-CT"),))

    (change,) = seen(session, case).changes

    assert (change.section, change.before, change.after) == (Section.IMAGING, (), "PET-CT verricht")


def test_a_question_that_was_asked_anew_shows_each_step(session: Session, region: Region) -> None:
    for days, question in enumerate(("Operatie?", "Bestraling?", "Wachten?")):
        case = told(session, region, at=NOW + days * DAY, question_board=question)

    assert [(one.label, one.before, one.after) for one in seen(session, case).changes] == [
        ("question_board", ("Bestraling?",), "Wachten?"),
        ("question_board", ("Operatie?",), "Bestraling?"),
    ]


def test_a_document_is_new_or_a_new_version(session: Session, region: Region) -> None:
    case = told(session, region, at=NOW)
    for days, (title, content) in enumerate(
        (("PA.pdf", b"%PDF-1 a"), ("PA.pdf", b"%PDF-1 b"), ("MRI.pdf", b"%PDF-1 c")), start=1
    ):
        document = IncomingDocument(title, "application/pdf", content)
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        documents.add(session, case, document, Source(zeed, NOW + days * DAY, Wire.HL7V2))

    found = [(one.label, one.replaces.received_at if one.replaces else None) for one in seen(session, case).changes]

    assert found == [("MRI.pdf", None), ("PA.pdf", NOW + DAY), ("PA.pdf", None)]


def test_each_choice_counts_from_its_own_moment(session: Session, region: Region) -> None:
    told(session, region, at=NOW)
    for days in (1, 3, 5):
        case = told(session, region, at=NOW + days * DAY, facts=(Fact(Section.MARKER, f"{days}", "PSA", date(2026, 2, days)),))
    round_ = make.planned(session, case, session.get_one(meetings.Meeting, region.meeting), viewer=region.aisha)
    make.discussed(session, round_, viewer=region.bram)

    found = seen(session, case, looked=NOW + 4 * DAY)

    assert found.since is Since.LOOK
    assert [one.count for one in found.choices] == [1, 2, 3]  # the meeting is two days after the registration
    assert [change.after for change in seen(session, case, wanted="discussion").changes] == ["5", "3"]
    assert seen(session, case, wanted="look").since is Since.DISCUSSION  # never looked: the next best moment
    assert seen(session, case, wanted="' OR 1").since is Since.DISCUSSION


def test_what_came_after_a_discussion_is_new_also_when_the_meeting_was_opened_before_its_hour(
    session: Session, region: Region
) -> None:
    case = told(session, region, at=NOW)
    meeting = session.get_one(meetings.Meeting, region.meeting)
    round_ = make.planned(session, case, meeting, viewer=region.aisha)
    round_.started_at = meeting.starts_at - timedelta(hours=1)
    make.discussed(session, round_, viewer=region.bram)
    between = meeting.starts_at - timedelta(minutes=30)
    case = told(session, region, at=between, facts=(Fact(Section.IMAGING, "PET-CT verricht", "PET-CT"),))

    assert [change.after for change in seen(session, case, wanted="discussion").changes] == ["PET-CT verricht"]


def test_a_look_of_the_same_sitting_is_one_look(session: Session, region: Region) -> None:
    case = told(session, region, at=NOW)
    looks = [case_looks.look(session, region.aisha, case, now=NOW + timedelta(minutes=at)) for at in (0, 5, 14, 60, 65)]

    assert looks == [None, None, None, NOW + timedelta(minutes=14), NOW + timedelta(minutes=14)]
    assert case_looks.looked_before(session, region.bram, case) is None


def test_lists_say_what_came_after_my_look(session: Session, region: Region) -> None:
    case = told(session, region, at=NOW)
    case_looks.look(session, region.aisha, case, now=NOW + timedelta(hours=1))
    told(session, region, at=NOW + DAY, question_board="Anders?")
    session.flush()

    mine, hers = (
        next(row for row in worklist.page(session, viewer, worklist_rows.Filter()) if row.id == case.id)
        for viewer in (region.aisha, region.bram)
    )

    assert (mine.news_at, mine.looked_at) == (NOW + DAY, NOW + timedelta(hours=1))
    assert (hers.news_at, hers.looked_at) == (NOW + DAY, None)


def test_what_hospital_and_people_do_is_news_only_when_something_came_in(session: Session, region: Region) -> None:
    case = told(session, region, at=NOW)
    before = case.news_at
    questions.ask(session, case, "Wat is de PSA?", viewer=region.aisha, now=NOW + DAY)
    asked = case.news_at
    questions.answer(session, case, cases.view(session, case).requests[0].id, "12", viewer=region.dirk, now=NOW + 2 * DAY)

    assert (before, asked, case.news_at) == (None, None, NOW + 2 * DAY)
    assert [(one.label, one.after) for one in seen(session, case).changes] == [("Wat is de PSA?", "12")]


def new_in(session: Session, region: Region, *facts: Fact, documents: tuple[IncomingDocument, ...] = ()) -> list[str]:
    """What stands as new after these came a day later, by label or title."""
    case = told(session, region, at=NOW + DAY, facts=facts, documents=documents)
    return [one.label for one in seen(session, case).changes]


def test_the_name_of_an_order_is_no_news_beside_what_it_brought(session: Session, region: Region) -> None:
    told(session, region, at=NOW)
    ordered, result = Fact(Section.OTHER, "Prostaatpakket", ORDERED), Fact(Section.MARKER, "15,8 ug/l", "PSA", date(2026, 3, 1))

    assert new_in(session, region, ordered, result) == ["PSA"]


def test_an_order_without_results_is_news(session: Session, region: Region) -> None:
    told(session, region, at=NOW)

    assert new_in(session, region, Fact(Section.OTHER, "CT thorax", ORDERED)) == [ORDERED]


def test_a_letter_of_which_the_words_came_too_is_told_once(session: Session, region: Region) -> None:
    told(session, region, at=NOW)
    letter = IncomingDocument("Brief.rtf", "text/rtf", b"{\\rtf1 brief}")

    assert new_in(session, region, Fact(Section.OTHER, "Geachte collega", "Brief.rtf"), documents=(letter,)) == ["Brief.rtf"]


@pytest.mark.parametrize(
    ("before", "after", "is_news"),
    [
        ("12,4 ug/L", "12,4 µg/l", False),
        ("12,4 \u03bcg/l", "12,4  \u00b5g/l", False),
        ("12,4 ug/l", "12,4 mg/l", True),
        ("3 mU/l", "3 MU/l", True),
        ("12,4 ug/l", "12,5 ug/l", True),
    ],
)
def test_another_spelling_of_a_unit_is_no_news(session: Session, region: Region, before: str, after: str, is_news: bool) -> None:
    psa = Fact(Section.MARKER, before, "PSA", date(2026, 2, 15))
    told(session, region, at=NOW, facts=(psa,))

    assert bool(new_in(session, region, replace(psa, text=after))) is is_news


@pytest.mark.parametrize(("profile", "label"), [("generic-v2", "facts.OBR.label"), ("generic-r4", "labels.asked")])
def test_profiles_label_an_order_as_the_news_knows_it(profile: str, label: str) -> None:
    found: Any = tomllib.loads((ROOT / "integrations" / "profiles" / f"{profile}.toml").read_text(encoding="utf-8"))
    for step in label.split("."):
        found = found[step]

    assert found == ORDERED
