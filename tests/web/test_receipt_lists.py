"""The list on which recipients sign for letters on paper: what was sent today, by hospital, without a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.delivery import DeliveryState
from tests import pdf_text
from tests.web.post_house import House, house

__all__ = ["house"]
LIST = "/post/receipts.pdf"
PAPER = {"channel": "paper", "state": DeliveryState.SENT}


def words(house: House, name: str) -> str:
    return pdf_text.joined(pdf_text.whole(house.person(name).get(LIST).data))


def test_what_was_printed_today_is_signed_for_by_hospital_and_names_nobody(house: House) -> None:
    now = datetime.now(UTC)
    mine = house.letter(sent_at=now, **PAPER)
    signed = house.letter(hospital="ODUL", sent_at=now, channel="paper", state=DeliveryState.RECEIVED)
    others = [
        house.letter(sent_at=now, channel="hl7v2", state=DeliveryState.SENT),
        house.letter(sent_at=now - timedelta(days=1, minutes=1), **PAPER),
        house.letter(channel="paper", state=DeliveryState.WAITING),
        house.letter(sent_at=now, channel="paper", state=DeliveryState.CANCELLED),
    ]

    found = words(house, "Aisha")

    assert "Aftekenlijst" in found and "ZEED" in found and "ODUL" in found and "Aisha" in found
    assert all(one.document_number in found for one in (mine, signed))
    assert not any(one.document_number in found for one in others)
    assert "Voorbeeld" not in found  # initials and a year, no name
    assert "Aftekenlijst (PDF)" in house.person("Aisha").get("/post").text


def test_somebody_elses_letters_are_on_nobodys_list_and_every_list_is_a_line_in_the_log(house: House) -> None:
    mine = house.letter(sent_at=datetime.now(UTC), **PAPER)

    assert mine.document_number in words(house, "Dirk")  # of the hospital it goes to
    empty = house.person("Carla").get(LIST)
    assert empty.status_code == 409 and "er is niets om voor te tekenen" in empty.text
    assert "Aftekenlijst (PDF)" not in house.person("Carla").get("/post").text
    with house.database.transaction() as session:
        lines = session.scalars(select(AuditEntry.hits).where(AuditEntry.detail == "receipt list")).all()
    assert sorted(lines) == [0, 1]
