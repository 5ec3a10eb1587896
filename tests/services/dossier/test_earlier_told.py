"""What a hospital told of its referral otherwise later: what it said before stays to be seen, is news, and comes back when it must."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.case import NO_DATE, Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Contact, Fact, IncomingResult, Section, Wire
from mdo_portal.services.cases import cases, news
from mdo_portal.services.common.source import Source
from mdo_portal.services.dossier.earlier_told import EARLIER
from mdo_portal.services.referrals import referrals, results, unsaying
from tests import make
from tests.make import NOW
from tests.people import Region

DAY = timedelta(days=1)
LATER: dict[str, Any] = {
    "urgency": "urgent",
    "latest_useful_on": date(2026, 3, 20),
    "referrer": Contact(name="dr. E. Anders", number="07654321", phone="0201234567"),
    "treating": Contact(name="dr. F. Vervanger"),
    "case_manager": Contact(name="G. Hulp"),
    "gp": Contact(name="H. Arts"),
    "request_task": "Task/7",
    "unmapped": ("MSH-11/test", "PID-32/unsure"),
}


def told(session: Session, region: Region, *, at: datetime = NOW, message_id: uuid.UUID | None = None, **over: Any) -> Case:
    said = make.referral(make.identity("4711"), **({"number": "VW-4711"} | over))
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    return referrals.register(session, said, Source(zeed, at, Wire.HL7V2, message_id or uuid.uuid4()))


def stands(case: Case) -> dict[str, object]:
    return {column: getattr(case, column) for column in EARLIER}


def earlier(session: Session, case: Case) -> dict[str, str]:
    return {one.label: one.text for one in cases.view(session, case).earlier_values}


def test_what_stood_before_stays_among_the_earlier_values(session: Session, region: Region) -> None:
    told(session, region, urgency="routine", latest_useful_on=date(2026, 4, 1))

    case = told(session, region, at=NOW + DAY, **LATER)

    assert (case.urgency, case.due_on) == ("urgent", date(2026, 3, 20))
    assert earlier(session, case) == {
        "Eerdere urgentie": "routine",
        "Eerder uiterlijk zinvol op": "01-04-2026",
        "Eerdere verwijzer": "dr. D. Dirksen",
        "Eerder nummer van de verwijzer": "01234567",
    }  # of the rest nothing stood


def test_a_hospital_that_becomes_urgent_is_news(session: Session, region: Region) -> None:
    """Who had looked before read on the list that it was urgent, and nowhere that it had become so."""
    told(session, region, urgency="routine")

    case = told(session, region, at=NOW + DAY, urgency="urgent", latest_useful_on=date(2026, 3, 20))

    changes = {one.label: (one.before, one.after) for one in news.of(cases.view(session, case), None).changes}
    assert changes == {"urgency": (("routine",), "urgent"), "due_on": (("",), "20-03-2026")}


def test_what_says_the_same_once_more_is_none(session: Session, region: Region) -> None:
    told(session, region, **LATER)

    case = told(session, region, at=NOW + DAY, **LATER)

    assert (earlier(session, case), news.of(cases.view(session, case), None).changes) == ({}, ())


@pytest.mark.parametrize(
    "first", [{}, {"urgency": "routine", "gp": Contact(name="I. Vorige"), "latest_useful_on": date(2026, 4, 1)}]
)
def test_what_was_about_somebody_else_leaves_nothing_on_the_case(session: Session, region: Region, first: dict[str, Any]) -> None:
    case = told(session, region, **first)
    before, other = stands(case), uuid.uuid4()
    told(session, region, at=NOW + DAY, message_id=other, question_board="Nog een kuur?", **LATER)
    assert stands(case) != before

    unsaying.unsay(session, case, other, now=NOW + 2 * DAY)

    assert stands(case) == before


def test_what_a_hospital_says_against_its_referral_later_is_news(session: Session, region: Region) -> None:
    told(session, region)
    told(session, region, at=NOW + DAY, unmapped=("MSH-11/test",))

    case = told(session, region, at=NOW + 2 * DAY)

    changes = [(one.label, one.before, one.after) for one in news.of(cases.view(session, case), None).changes]
    assert changes == [("cautions", ("test",), ""), ("cautions", ("",), "test")]
    assert earlier(session, case) == {"Eerder voorbehoud van de afzender": "test"}


def test_a_test_result_of_somebody_else_leaves_no_mark(session: Session, region: Region) -> None:
    """The mark stayed on the case of a real patient until the hospital asked again; the result itself was gone."""
    case, other = told(session, region), uuid.uuid4()
    zeed = session.get_one(Hospital, region.hospitals["ZEED"])
    value = Fact(Section.MARKER, "4.1", "PSA")
    told_of = IncomingResult(make.identity("4711"), "R01", facts=(value,), unmapped=("MSH-11/test",))
    results.add(session, told_of, Source(zeed, NOW + DAY, Wire.HL7V2, other))
    assert case.cautions == ["test"]

    unsaying.unsay(session, case, other, now=NOW + 2 * DAY)

    assert case.cautions == []


def test_what_was_told_anew_since_stands(session: Session, region: Region) -> None:
    case, other = told(session, region), uuid.uuid4()
    told(session, region, at=NOW + DAY, message_id=other, **LATER)
    told(session, region, at=NOW + 2 * DAY, urgency="asap")

    unsaying.unsay(session, case, other, now=NOW + 3 * DAY)

    assert (case.urgency, case.due_on, case.gp_name, case.request_task) == ("asap", NO_DATE, "", "")
