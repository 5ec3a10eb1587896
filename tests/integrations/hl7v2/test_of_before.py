"""What a message still says of before: an end before the beginning, a referrer who left, an order that another replaces."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingAppointment, IncomingReferral, IncomingResult, Replaced

from .few_lines import read


@pytest.mark.parametrize(("length", "until"), [("30|MIN", "15:30"), ("|", None)])
def test_an_appointment_that_moved_does_not_end_before_it_begins(length: str, until: str | None) -> None:
    sch = "SCH|A1|F1|||||||||^^^202612101400^202612101430"
    found = read("SIU^S13", sch, "RGS|1|U", f"AIS|1|U|CON^Controle|202612111500|||{length}")
    assert isinstance(found, IncomingAppointment) and found.starts_at is not None
    assert (f"{found.starts_at:%d %H:%M}", f"{found.ends_at:%H:%M}" if found.ends_at else None) == ("11 15:00", until)


def test_who_refers_is_who_does_so_now() -> None:
    left = "PRD|RP|Oud^Jan||||||20200101|20210101"
    found = read("REF^I13", "RF1|P|R||||R1", left, "PRD|RP|Nieuw^Els")
    assert isinstance(found, IncomingReferral)
    assert found.referrer.name == "Els Nieuw"
    alone = read("REF^I13", "RF1|P|R||||R1", left)
    assert isinstance(alone, IncomingReferral)
    assert alone.referrer.name == "Jan Oud"


def test_a_day_where_a_house_belongs_is_no_house() -> None:
    found = read("REF^I12", "RF1|P", "PRD|RP|Wit^Els|||||||20200101|20300101")
    assert isinstance(found, IncomingReferral)
    assert found.referrer.organisation == "ZEED"


def test_the_order_that_replaces_another_is_the_one_that_asks() -> None:
    old, new = "OBR|1|R1||MDO^Aanmelding MDO long", "OBR|1|R2||MDO^Aanmelding MDO mamma"
    found = read("ORM^O01", "ORC|RP|R1", old, "ORC|RO|R2", new)
    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.number) == ("Aanmelding MDO mamma", "R2")


def test_the_order_that_gives_its_place_is_taken_back_under_its_own_number() -> None:
    """It stood on the list beside the one that asks now."""
    old, new = "OBR|1|R1||MDO^Aanmelding MDO long", "OBR|1|R2||MDO^Aanmelding MDO mamma"
    found = read("ORM^O01", f"ORC|RP|R1{'|' * 14}^Toch mamma", old, "ORC|RO|R2", new)
    assert isinstance(found, IncomingReferral)
    assert found.replaced == (Replaced(number="R1", reason="Toch mamma"),)
    assert [fact.text for fact in found.facts if fact.label == "Aangevraagd"] == ["Aanmelding MDO mamma"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("ORC|RP|R1||G1", "OBR|1|R1||MDO^MDO long"), ("ORC|RO|R2||G1", "OBR|1|R2||MDO^MDO long")),
        (("ORC|RP|R1", "OBR|1|R1||MDO^MDO long"), ("ORC|NW|R2", "OBR|1|R2||CT^CT thorax")),
        (("ORC|RP|R1", "OBR|1|R1||CT^CT thorax"), ("ORC|RO|R2", "OBR|1|R2||MDO^MDO long")),
    ],
    ids=["one group, so one referral", "told anew beside another order", "no order of a board"],
)
def test_one_that_is_told_anew_or_is_another_is_not(old: tuple[str, str], new: tuple[str, str]) -> None:
    found = read("ORM^O01", *old, *new)
    assert isinstance(found, IncomingReferral)
    assert found.replaced == ()


@pytest.mark.parametrize("status", ["C^Cancelled^L", "Geannuleerd", "^Ingetrokken"])
def test_a_referral_that_calls_itself_cancelled_is_held_up(status: str) -> None:
    """Not withdrawn: only its own event (I14) says so; a person asks."""
    found = read("REF^I13", f"RF1|{status}|R||||R1")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.unmapped) == (False, ("RF1-1/held",))


def test_an_order_that_is_done_in_words_asks_nothing() -> None:
    assert isinstance(read("ORM^O01", "ORC|SC|A1|||Afgerond", "OBR|1|A1||MDO^MDO oncologie^L"), IncomingResult)
