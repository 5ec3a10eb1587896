"""What a meeting's papers say: who is to be there, what each case asks of whom, and one sheet for each case that is still to be discussed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.exchange import Fact, Section
from mdo_portal.letters import letters
from mdo_portal.letters.letter_meeting import Agenda, CaseHandout
from mdo_portal.services.cases import cases, other_cases
from mdo_portal.services.decisions import outcomes
from mdo_portal.services.meetings import agenda_walk, meetings, seats
from mdo_portal.services.room import presence, rooms
from mdo_portal.web import case_sheets, printing
from tests import make, pdf_text
from tests.make import COMPLETE, NETWORK, NOW
from tests.people import Region


@pytest.fixture
def case(session: Session, region: Region, zeed: Hospital, meeting: Meeting) -> Case:
    """Asked of radiology too, with a letter, an old and a newer PSA, and no word of pathology."""
    told = (
        *(one for one in COMPLETE if one.section is not Section.PATHOLOGY),
        Fact(section=Section.MARKER, label="PSA", text="8,9 µg/l", dated_on=NOW.date().replace(year=2025)),
        Fact(section=Section.MARKER, label="PSA", text="12,4 µg/l", dated_on=NOW.date()),
    )
    letter = make.document(title="Verwijsbrief uroloog")
    made = make.case(session, zeed, facts=told, question_radiology="Kapseldoorbraak links?", documents=(letter,))
    make.planned(session, made, meeting, viewer=region.aisha)
    return made


def agenda_of(session: Session, meeting: Meeting, uro: Board) -> Agenda:
    rows = meetings.agenda(session, meeting.id)
    return printing.agenda(meeting, uro, rows, seats.seats(session, uro, (), now=NOW), network=NETWORK)


def sheet_of(session: Session, meeting: Meeting, uro: Board, case: Case) -> CaseHandout:
    (row,) = meetings.agenda(session, meeting.id)
    return case_sheets.sheet(
        cases.view(session, case), row, meeting=meeting, board=uro, at=meeting.starts_at, on=NOW.date(), network=NETWORK
    )


def test_the_agenda_names_who_fills_a_place_and_says_so_only_of_a_place_that_nobody_fills(
    session: Session, meeting: Meeting, uro: Board
) -> None:
    uro.quorum = [{"one_of": ["uroloog"]}, {"one_of": ["niemand"]}]

    paper = agenda_of(session, meeting, uro)

    assert [bool(one.names) for one in paper.quorum] == [True, False]


def test_the_agenda_says_of_whom_a_case_asks_something_and_that_it_was_discussed_before(
    session: Session, region: Region, meeting: Meeting, uro: Board, zeed: Hospital, case: Case
) -> None:
    plain = make.case(session, zeed)
    earlier = make.meeting(session, uro, starts_at=NOW - timedelta(days=7))
    make.planned(session, plain, earlier, viewer=region.aisha).outcome = RoundOutcome.DISCUSSED
    plain.state = CaseState.READY
    make.planned(session, plain, meeting, viewer=region.aisha)

    (block,) = agenda_of(session, meeting, uro).blocks

    assert [(one.needs, one.mark) for one in block.items] == [(("radiologie",), ""), ((), "2e bespreking")]


def test_what_is_only_listed_stands_by_itself_on_the_agenda(
    session: Session, region: Region, meeting: Meeting, uro: Board, case: Case
) -> None:
    (row,) = meetings.agenda(session, meeting.id)
    round_ = session.get_one(Round, row.round_id)
    outcomes.set_outcome(session, round_, case, RoundOutcome.LISTED, reason="", board=uro, viewer=region.bram, now=NOW)

    paper = agenda_of(session, meeting, uro)

    assert (sum(len(one.items) for one in paper.blocks), len(paper.listed)) == (0, 1)


def test_a_sheet_tells_all_that_the_case_page_tells(session: Session, meeting: Meeting, uro: Board, case: Case) -> None:
    sheet = sheet_of(session, meeting, uro, case)

    (page,) = pdf_text.pages(letters.render("case", sheet.as_json(), at=NOW))

    said = pdf_text.joined(page)
    view = cases.view(session, case)
    wanted = [
        view.patient.name, view.patient.number, "Operatie of bestraling?", "Kapseldoorbraak links?", "Verwijsbrief uroloog",
        "Mist nog: pathologie", *(one.text for facts in view.facts.values() for one in facts),
    ]  # fmt: skip
    assert [text for text in wanted if pdf_text.joined(text) not in said] == []
    assert [(one.text, one.old) for one in sheet.facts if one.label == "PSA"] == [("12,4 µg/l", False), ("8,9 µg/l", True)]


def test_a_sheet_says_what_to_beware_of(session: Session, meeting: Meeting, uro: Board, case: Case) -> None:
    case.cautions = ["test"]
    case.cancel_told_at = NOW

    beware = sheet_of(session, meeting, uro, case).beware

    assert beware == ("aanmelding ingetrokken door het ziekenhuis", "Proefbericht, volgens de afzender")


def test_one_walks_along_what_is_still_to_be_discussed(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board
) -> None:
    first, done, objects, last = (make.case(session, zeed) for _ in range(4))
    rounds = [make.planned(session, one, meeting, viewer=region.aisha) for one in (first, done, objects, last)]
    make.discussed(session, rounds[1], viewer=region.bram)
    objects.objected = True
    session.flush()

    assert agenda_walk.stop(session, meeting.id, first.id) == (1, 2, None, last.id)
    assert agenda_walk.stop(session, meeting.id, last.id) == (2, 2, first.id, None)
    assert [agenda_walk.stop(session, meeting.id, one.id) for one in (done, objects)] == [None, None]
    assert agenda_walk.stop(session, region.other_meeting, first.id) is None


def test_of_a_meeting_that_was_held_the_paper_says_who_came_and_how_each_case_ended(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board, case: Case
) -> None:
    uro.quorum = [{"one_of": ["uroloog"]}, {"one_of": ["radioloog"]}]
    gone = make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    waits = make.planned(session, make.case(session, zeed), meeting, viewer=region.aisha)
    first = session.get_one(Round, meetings.agenda(session, meeting.id)[0].round_id)
    rooms.open_meeting(session, meeting, now=NOW)
    presence.enter(session, meeting.id, region.bram, now=NOW)
    make.signed(session, make.discussed(session, first, viewer=region.bram), viewer=region.bram)
    other = session.get_one(Case, gone.case_id)
    outcomes.set_outcome(session, gone, other, RoundOutcome.DEFERRED, reason="scan volgt", board=uro, viewer=region.bram, now=NOW)
    meeting.state = MeetingState.CLOSED

    rows, here = meetings.agenda(session, meeting.id), presence.attendees(session, meeting.id)
    taken = seats.seats(session, uro, [(one.name, one.discipline, one.hospital_code) for one in here], now=NOW)
    report = printing.report(meeting, uro, rows, taken, here, network=NETWORK)

    assert report.is_report
    assert report.attended == (f"{region.bram.name} (uroloog, DELT)",)
    assert [len(one.names) for one in report.quorum] == [1, 0]
    assert [one.ended for block in report.blocks for one in block.items] == [
        "besproken, advies getekend",
        "doorgeschoven",
        "zonder uitkomst",
    ]
    assert waits.outcome is None
    (page,) = pdf_text.pages(letters.render("agenda", report.as_json(), at=NOW))
    assert "Verslag van het multidisciplinair overleg" in page and "nog niemand" not in page


def test_a_sheet_names_the_other_cases_of_its_patient_with_their_advice(
    session: Session, region: Region, zeed: Hospital, meeting: Meeting, uro: Board
) -> None:
    patient = make.identity("47")
    before = make.meeting(session, uro, starts_at=NOW - timedelta(days=7))
    earlier = make.planned(session, make.case(session, zeed, patient=patient), before, viewer=region.aisha)
    make.signed(session, make.discussed(session, earlier, viewer=region.bram), viewer=region.bram)
    again = make.case(session, zeed, patient=patient)
    make.planned(session, again, meeting, viewer=region.aisha)
    (row,) = meetings.agenda(session, meeting.id)
    told = {"meeting": meeting, "board": uro, "at": meeting.starts_at, "on": NOW.date(), "network": NETWORK}

    others = other_cases.of_case(session, region.aisha, again, now=NOW)
    sheet = case_sheets.sheet(cases.view(session, again), row, others=others, **told)  # type: ignore[arg-type]

    assert sheet.others == (f"Uro-prostaat, Ziekenhuis ZEED, {before.starts_at:%d-%m-%Y}: Operatie.",)
    assert (sheet.earlier, sheet.beware) == ((), ())
