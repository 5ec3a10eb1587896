"""A registration that came as a document and comes again as another version of it: the same case, with what it asks now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.services.inbox import replaying
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, rows, understand_all

TITLE = "AANM^Aanmelding MDO mamma^L"


def send(
    database: Database,
    region: Region,
    event: str,
    number: str,
    asks: str,
    *,
    before: str = "",
    minutes: int = 0,
    who: str = "4711",
    title: str = TITLE,
    available: str = "AV",
) -> None:
    now = NOW + timedelta(minutes=minutes)
    lines = (
        f"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NETWERK|{now:%Y%m%d%H%M%S}||MDM^{event}|M{number}{event}{minutes}|P|2.5||||||UNICODE UTF-8",
        f"PID|1||{who}^^^ZEED^PI||Anna^A||19520314|F",
        f"TXA|1|{title}|TX|{now:%Y%m%d}||||||||{number}|{before}||||AU||{available}",
        f"OBX|1|ED|BRIEF^Aanmelding||^text^plain^A^Vraagstelling: {asks}||||||F",
    )
    hand_in(database, region, ("\r".join(lines) + "\r").encode(), now=now)
    understand_all(database, now=now)


def cases(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return [
            (one.referral_number, one.question_board)
            for one in session.scalars(select(Case).where(Case.referral_number.like("D%")).order_by(Case.received_at))
        ]


def papers(database: Database) -> list[tuple[str, bool]]:
    """(number, whether it stands)."""
    with database.transaction() as session:
        found = session.scalars(select(CaseDocument).where(CaseDocument.reference.like("D%")).order_by(CaseDocument.received_at))
        return [(one.reference, one.superseded_at is None) for one in found]


@pytest.mark.parametrize("event", ["T04", "T08"])
def test_a_document_that_is_edited_asks_what_it_says_now(database: Database, region: Region, event: str) -> None:
    send(database, region, "T02", "D1", "Chemotherapie?")
    send(database, region, event, "D1", "Operatie?", minutes=5)
    assert cases(database) == [("D1", "Operatie?")]
    assert papers(database) == [("D1", False), ("D1", True)]


def test_each_replacement_of_a_document_is_of_the_case_that_the_first_one_made(database: Database, region: Region) -> None:
    send(database, region, "T02", "D1", "Chemotherapie?")
    send(database, region, "T10", "D2", "Operatie?", before="D1", minutes=5)
    send(database, region, "T10", "D3", "Operatie of bestraling?", before="D2", minutes=10)
    assert cases(database) == [("D1", "Operatie of bestraling?")]
    assert papers(database) == [("D1", False), ("D2", False), ("D3", True)]


def test_a_replacement_that_is_read_once_more_is_of_that_case_still(database: Database, region: Region) -> None:
    """Its number is not that of the case: it stood there as the message of another referral, for a person to sort out."""
    send(database, region, "T02", "D1", "Chemotherapie?")
    send(database, region, "T10", "D2", "Operatie?", before="D1", minutes=5)
    later = NOW + timedelta(days=1)
    with database.transaction() as session:
        replaying.replay(session, session.scalars(select(InboundMessage).order_by(InboundMessage.seq)).all()[-1], now=later)
    understand_all(database, now=later)
    assert (rows(database)[-1].state, rows(database)[-1].reason) == (InboundState.UNDERSTOOD, "")
    assert cases(database) == [("D1", "Operatie?")]
    assert papers(database) == [("D1", False), ("D2", True)]


def test_what_takes_the_place_of_a_letter_beside_a_case_registers_by_itself(database: Database, region: Region) -> None:
    """The letter had joined the case that was open: the question of that case became the one of another board."""
    send(database, region, "T02", "D1", "Chemotherapie?")
    send(database, region, "T02", "D5", "Zie boven", title="BR^Brief polikliniek^L", minutes=5)
    send(database, region, "T10", "D6", "Borstsparend?", before="D5", minutes=10)
    assert cases(database) == [("D1", "Chemotherapie?"), ("D6", "Borstsparend?")]


def test_a_replacement_of_what_was_never_here_registers(database: Database, region: Region) -> None:
    send(database, region, "T10", "D2", "Operatie?", before="D1")
    assert cases(database) == [("D2", "Operatie?")]


def test_the_number_of_another_patients_document_replaces_nothing_of_theirs(database: Database, region: Region) -> None:
    send(database, region, "T02", "D1", "Chemotherapie?")
    send(database, region, "T10", "D2", "Operatie?", before="D1", minutes=5, who="4712")
    assert cases(database) == [("D1", "Chemotherapie?"), ("D2", "Operatie?")]
    assert papers(database) == [("D1", True), ("D2", True)]


def test_a_replacement_that_registers_nobody_is_a_document_of_the_case(database: Database, region: Region) -> None:
    send(database, region, "T02", "D1", "Chemotherapie?")
    send(database, region, "T10", "D2", "Operatie?", before="D1", minutes=5, title="BR^Brief polikliniek^L")
    assert cases(database) == [("D1", "Chemotherapie?")]


@pytest.mark.parametrize("event", ["T04", "T08"])
def test_a_registration_whose_document_holds_no_longer_is_not_asked_anew(database: Database, region: Region, event: str) -> None:
    send(database, region, "T02", "D1", "Chemotherapie?")
    send(database, region, event, "D1", "Operatie?", minutes=5, available="CA")
    assert cases(database) == [("D1", "Chemotherapie?")]
    assert not any(stands for _, stands in papers(database))
    send(database, region, event, "D9", "Operatie?", minutes=10, who="4713", available="OB")
    assert len(cases(database)) == 1
