"""What Post says of a copy to a general practitioner while the letter to the hospital has not left."""

from __future__ import annotations

from mdo_portal.domain.hospital import Channel
from tests.outbox_house import AA, LATER, NOW, Outbox, Receiver
from tests.web.post_house import House, house

__all__ = ["house"]
WAITS = "Wacht op de brief aan het ziekenhuis: deze gaat pas als die weg is."


def test_a_copy_that_waits_for_the_letter_to_the_hospital_says_so_until_that_has_left(house: House) -> None:
    """*De brief wordt gemaakt*, it said, *volgende poging: nu*, for as long as nobody had printed the other."""
    outbox = Outbox(house.database, house.region)
    outbox.copies_to_gps(Channel.PAPER)
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([LATER]))

    page = house.person("Lars").get("/post").text
    assert page.count(WAITS) == 1 and "De brief wordt gemaakt" not in page
    assert page.count(">daarna<") == 1

    outbox.now = outbox.letter(round_).next_attempt_at or NOW
    outbox.drain(Receiver([AA]))

    page = house.person("Lars").get("/post").text
    assert WAITS not in page and ">daarna<" not in page and "moet worden afgedrukt" in page
