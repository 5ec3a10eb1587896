"""What a hospital takes back or replaces of a registration that came as a document or an order, from the wire to the list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.document import CaseDocument
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all
from tests.test_reception_meanings import became, message

LATER = NOW + timedelta(hours=1)
PID = "PID|1||501^^^ZEED^PI||van Voorbeeld^A||19600101|F"


def txa(title: str, available: str = "AV") -> str:
    return f"TXA|1|A^{title}|TX|20260301{'|' * 8}D100|||||AU||{available}"


def states(database: Database, region: Region, *raws: bytes) -> list[tuple[str, str]]:
    for hour, raw in enumerate(raws):
        at = NOW + timedelta(hours=hour)
        hand_in(database, region, raw, now=at)
        understand_all(database, now=at)
    with database.transaction() as session:
        asked = select(Case).where(Case.referral_number.in_(("D100", "F1", "F2"))).order_by(Case.referral_number)
        return [(one.referral_number, one.state.value) for one in session.scalars(asked)]


def test_an_order_that_another_replaces_stands_on_the_list_no_more(database: Database, region: Region) -> None:
    first = message("ORM^O01", PID, "ORC|NW|F1", "OBR|1|F1||MDO^Aanmelding MDO long", "NTE|1||Vraag: resectie?")
    second = message(
        "ORM^O01",
        PID,
        "ORC|RP|F1",
        "OBR|1|F1||MDO^Aanmelding MDO long",
        "ORC|RO|F2",
        "OBR|2|F2||MDO^Aanmelding MDO long",
        "NTE|1||Vraag: SBRT?",
    )
    found = states(database, region, first, second)
    assert found == [("F1", "withdrawn"), ("F2", "received")]


def test_of_two_that_are_replaced_in_one_message_the_one_whose_new_one_is_not_read_stays(
    database: Database, region: Region
) -> None:
    """It was off the list, and nothing stood there in its place."""
    orders = [("RP", "F1", "mamma"), ("RO", "F3", "mamma"), ("RP", "F2", "long"), ("RO", "F4", "long")]
    lines = [[f"ORC|{what}|{number}", f"OBR|1|{number}||MDO^Aanmelding MDO {of}"] for what, number, of in orders]
    asked = [
        message("ORM^O01", PID, f"ORC|NW|{number}", f"OBR|1|{number}||MDO^Aanmelding MDO {of}") for _, number, of in orders[::2]
    ]
    found = states(database, region, *asked, message("ORM^O01", PID, *(one for order in lines for one in order)))
    assert found == [("F1", "withdrawn"), ("F2", "received")]


@pytest.mark.parametrize(("kind", "available"), [("MDM^T11", "AV"), ("MDM^T11", "CA"), ("MDM^T04", "CA")])
def test_a_registration_goes_off_the_list_when_its_document_is_taken_back(
    kind: str, available: str, database: Database, region: Region
) -> None:
    asked = message("MDM^T02", PID, txa("Aanmelding MDO long"), "OBX|1|TX|A^Aanmelding MDO long||Vraag: SBRT?||||||F")
    gone = message(kind, PID, txa("Aanmelding MDO long", available))
    assert states(database, region, asked, gone) == [("D100", "withdrawn")]
    assert became(database) == [("understood", "")] * 2


@pytest.mark.parametrize(
    ("kind", "title", "available"),
    [("MDM^T11", "Verslag MDO long", "CA"), ("MDM^T06", "Aanmelding MDO long", "CA"), ("MDM^T03", "Aanmelding MDO long", "AV")],
    ids=["a report", "an addendum", "its state"],
)
def test_nothing_else_that_is_told_of_a_document_takes_it_off(
    kind: str, title: str, available: str, database: Database, region: Region
) -> None:
    asked = message("MDM^T02", PID, txa("Aanmelding MDO long"), "OBX|1|TX|A^Aanmelding MDO long||Vraag: SBRT?||||||F")
    told = message(kind, PID, txa(title, available).replace("D100", "D200" if "Verslag" in title else "D100"))
    assert states(database, region, asked, told) == [("D100", "received")]


def test_one_under_a_number_that_no_case_has_waits_for_a_person(database: Database, region: Region) -> None:
    text = "OBX|1|TX|A^Aanmelding MDO long||Vraag: SBRT?||||||F"
    asked = message("MDM^T02", PID, txa("Aanmelding MDO long"), text)
    again = message("MDM^T10", PID, txa("Aanmelding MDO long").replace("D100|", "D101|D100"), text.replace("SBRT", "Resectie"))
    gone = message("MDM^T11", PID, txa("Aanmelding MDO long", "CA").replace("D100", "D101"))
    assert states(database, region, asked, again, gone) == [("D100", "received")]
    assert became(database) == [("understood", "")] * 2 + [("unreadable", "unknown_referral")]


ORDER = "ORC|NW|F1", "OBR|1|F1||MDO^Aanmelding MDO long"
LETTER = "OBX|1|ED|A^Aanmelding MDO long||^AP^PDF^Base64^JVBERi0xLjcK||||||F"
TEXT = "OBX|1|TX|A^Aanmelding MDO long||Vraag: SBRT?||||||F"


def test_the_form_of_an_order_may_be_taken_back_and_the_order_stands(database: Database, region: Region) -> None:
    """Mostly a better form follows; the order itself nobody took back."""
    gone = message("MDM^T11", PID, "ORC|RE|F1", "OBR|1|F1||MDO^Aanmelding MDO long", txa("Aanmelding MDO long", "CA"))
    aside = message("MDM^T11", PID, txa("Aanmelding MDO long", "CA").replace("D100||", "||F1"))
    assert states(database, region, message("ORM^O01", PID, *ORDER), gone, aside) == [("F1", "received")]


@pytest.mark.parametrize("available", ["OB", "UN"])
def test_a_document_that_is_put_away_for_a_newer_one_takes_nobody_off_the_list(
    available: str, database: Database, region: Region
) -> None:
    asked = message("MDM^T02", PID, txa("Aanmelding MDO long"), TEXT)
    assert states(database, region, asked, message("MDM^T04", PID, txa("Aanmelding MDO long", available))) == [
        ("D100", "received")
    ]


def test_nor_does_the_first_that_is_taken_back_when_another_took_its_place(database: Database, region: Region) -> None:
    """A person decides: it is marked."""
    asked = message("MDM^T02", PID, txa("Aanmelding MDO long"), TEXT)
    again = message("MDM^T10", PID, txa("Aanmelding MDO long").replace("D100|", "D101|D100"), TEXT.replace("SBRT", "Resectie"))
    gone = message("MDM^T11", PID, txa("Aanmelding MDO long", "CA"))
    assert states(database, region, asked, again, gone) == [("D100", "received")]
    with database.transaction() as session:
        assert session.scalars(select(Case.cancel_told_at).where(Case.referral_number == "D100")).one() is not None


def test_the_one_that_took_its_place_is_over_when_that_is_taken_back(database: Database, region: Region) -> None:
    """The case is marked: whether the first holds again a person knows."""
    asked = message("MDM^T02", PID, txa("Aanmelding MDO long"), LETTER)
    again = message("MDM^T10", PID, txa("Aanmelding MDO long").replace("D100|", "D101|D100"), LETTER.replace("cK|", "QK|"))
    gone = message("MDM^T11", PID, txa("Aanmelding MDO long", "CA").replace("D100", "D101"))
    assert states(database, region, asked, again, gone) == [("D100", "received")]
    with database.transaction() as session:
        assert session.scalars(select(Case.cancel_told_at).where(Case.referral_number == "D100")).one() is not None
        assert None not in session.scalars(select(CaseDocument.superseded_at)).all()


def test_what_is_taken_back_so_is_over_on_the_case_too(database: Database, region: Region) -> None:
    """It may be the letter of somebody else."""
    asked = message("MDM^T02", PID, txa("Aanmelding MDO long"), LETTER)
    more = message("MDM^T06", PID, txa("Aanmelding MDO long"), LETTER.replace("cK|", "QK|"))
    assert states(database, region, asked, more, message("MDM^T11", PID, txa("Aanmelding MDO long"))) == [("D100", "withdrawn")]
    with database.transaction() as session:
        found = session.scalars(select(CaseDocument.superseded_at)).all()
        assert len(found) == 2 and None not in found
