"""What the post pages say to whom, what they let people do, and the channel to general practitioners."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from mdo_portal import wiring
from mdo_portal.database import Database
from mdo_portal.domain.advice import AdviceItem
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import LinkChange
from mdo_portal.domain.recipient import Destination, RecipientChannel
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services import advice, recipient_channels, restoring
from mdo_portal.settings import Settings
from tests import make
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


class House(NamedTuple):
    app: Flask
    database: Database
    region: Region

    def person(self, name: str) -> FlaskClient:
        return signed_in(self.app, self.database, self.region, name)

    def letter(self, *, hospital: str = "ZEED", due_in: int | None = None, **values: object) -> Delivery:
        """A signed decision whose letter is as the test says."""
        now, region = datetime.now(UTC), self.region
        with self.database.transaction() as session:
            at = session.get_one(Hospital, region.hospitals[hospital])
            case = make.case(session, at, now=now, board_id=region.boards["URO-P"])
            meeting = session.get_one(Meeting, region.meeting)
            round_ = make.discussed(session, make.planned(session, case, meeting, viewer=region.aisha), viewer=region.bram)
            if due_in is not None:
                item = advice.add(session, round_, person_id=region.bram.person_id, now=now)
                item.due_on = now.date() + timedelta(days=due_in)
            letter = make.delivery_of(session, make.signed(session, round_, viewer=region.bram, now=now))
            session.execute(update(Delivery).where(Delivery.id == letter.id).values(letter_sha256="0" * 64, **values))
        return letter

    def now_is(self, letter: Delivery) -> Delivery:
        with self.database.transaction() as session:
            return session.get_one(Delivery, letter.id)


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with app_on(database) as app:
        yield House(app, database, region)


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_secretary_reads_why_how_long_and_what_to_do(house: House) -> None:
    ago = datetime.now(UTC) - timedelta(hours=9)
    letter = house.letter(state="sent", receipt_code="timeout", created_at=ago, sent_at=ago)
    with house.database.transaction() as session:
        session.execute(update(Destination).values(failures=5, down_since=ago))

    page = house.person("Aisha").get("/post").text

    assert "De ontvanger heeft de ontvangst niet bevestigd." in page and "Te lang onderweg" in page
    assert "Deze ontvanger neemt geen brieven aan sinds" in page and 'href="tel:0880000000"' in page
    acts = re.findall(rf"/deliveries/{letter.id}/(\w+)\"", page)
    assert acts == ["letter", "letter", "resend", "paper", "confirm"]
    assert set(re.findall(r'data-row-key="(\w)"', page)) == {"t", "d", "o", "p", "a"}


def test_what_one_hospital_refused_goes_again_with_one_button_each_with_its_line_in_the_log(house: House) -> None:
    """A hospital's system was out for a morning: forty letters each had a button of their own."""
    for hospital in ("ZEED", "ZEED", "ZEED", "DELT"):
        house.letter(hospital=hospital, state="refused", receipt_code="AR")
    aisha = house.person("Aisha")
    page = aisha.get("/post").text
    assert "Alle 3 opnieuw" in page and page.count("/post/resend") == 1
    zeed = str(house.region.hospitals["ZEED"])

    sent = aisha.post("/post/resend", data={"csrf_token": CSRF, "hospital": zeed}, follow_redirects=True).text
    again = aisha.post("/post/resend", data={"csrf_token": CSRF, "hospital": zeed})
    others = house.person("Carla").post("/post/resend", data={"csrf_token": CSRF, "hospital": zeed})

    with house.database.transaction() as session:
        states = sorted(
            (row.hospital_id == house.region.hospitals["ZEED"], row.state.value) for row in session.scalars(select(Delivery))
        )
        logged = session.scalars(select(AuditEntry.person_name).where(AuditEntry.act == "post:resend")).all()
    assert "3 brieven gaan nu opnieuw weg" in sent and again.status_code == others.status_code == 400
    assert states == [(False, "refused"), *[(True, "waiting")] * 3] and list(logged) == ["Aisha"] * 3


def test_an_advice_that_is_soon_to_be_carried_out_is_marked_in_words(house: House) -> None:
    house.letter(due_in=1)
    house.letter(due_in=-1)
    house.letter(due_in=30)

    words = _words(house.person("Aisha").get("/post").text)

    assert words.count("Advies uiterlijk") == 1 and words.count("Uiterste datum van het advies voorbij") == 1


def test_an_advice_of_an_earlier_round_is_not_of_this_letter(house: House) -> None:
    """Of a patient who was discussed before every later letter was overdue from its first minute, in the menu too."""
    letter = house.letter(due_in=-1)
    with house.database.transaction() as session:
        now = session.scalars(select(Round).where(Round.case_id == letter.case_id)).one()
        before = Round(
            case_id=now.case_id, number=now.number + 1, meeting_id=now.meeting_id, position=99, minutes=5, outcome="discussed"
        )
        session.add(before)
        session.flush()
        session.execute(update(AdviceItem).where(AdviceItem.round_id == now.id).values(round_id=before.id))

    assert "Uiterste datum van het advies voorbij" not in _words(house.person("Aisha").get("/post").text)


def test_the_page_says_how_many_of_its_letters_the_menu_counts(house: House) -> None:
    house.letter()
    house.letter()
    assert "Geen van deze 2 brieven vraagt nu aandacht: ze zijn nog op tijd." in _words(house.person("Aisha").get("/post").text)
    house.letter(state="refused", receipt_code="AE")

    page = house.person("Aisha").get("/post").text

    assert re.search(r'title="Vraagt aandacht: 1">1<', page) and re.search(
        r'aria-current="page"[^>]*>Nog niet aangekomen <span class="count count-warn">3<', page
    )
    assert "1 van deze 3 brieven vraagt nu aandacht, zoals het menu telt; de rest is nog op tijd." in _words(page)
    assert "vraagt nu aandacht" not in house.person("Aisha").get("/post?tab=all").text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("laid", "in de map gelegd; zo is het met de ontvanger afgesproken"),
        ("fetched", "door de ontvanger uit de map gehaald"),
        ("AA", "bevestigd door het ontvangende systeem (AA)"),
    ],
)
def test_of_a_letter_that_counts_as_received_is_said_by_what(house: House, code: str, words: str) -> None:
    house.letter(state="received", receipt_code=code, received_at=datetime.now(UTC))

    page = _words(house.person("Aisha").get("/post?tab=all").text)

    assert words in page and (code == "AA") == ("ontvangende systeem" in page)


def test_the_menu_counts_what_somebody_should_look_at(house: House) -> None:
    house.letter()
    assert not re.search(r'href="/post"[^>]*>\s*Post\s*<span class="[^"]*count', house.person("Aisha").get("/post").text)
    house.letter(state="refused", receipt_code="AE")

    page = house.person("Aisha").get("/worklist").text

    assert re.search(r'href="/post"[^>]*>\s*Post\s*<[^>]*>\s*1\b', page), re.findall(r'href="/post"[^\n]*', page)


def test_on_paper_now_from_the_page(house: House) -> None:
    letter = house.letter(state="refused", receipt_code="AE")
    aisha = house.person("Aisha")

    answer = aisha.post(f"/deliveries/{letter.id}/paper", data={"csrf_token": CSRF})

    assert answer.status_code == 302
    assert (house.now_is(letter).channel, house.now_is(letter).state) == ("paper", DeliveryState.WAITING)
    assert house.person("Dirk").post(f"/deliveries/{letter.id}/paper", data={"csrf_token": CSRF}).status_code == 403
    assert house.person("Carla").post(f"/deliveries/{letter.id}/paper", data={"csrf_token": CSRF}).status_code == 404


def test_after_a_restore_the_secretary_settles_each_letter(house: House) -> None:
    came, lost = house.letter(), house.letter()
    with house.database.transaction() as session:
        restoring.hold(session, at=make.NOW, now=make.NOW)
    aisha = house.person("Aisha")
    page = aisha.get("/post?tab=held").text
    assert "2 brieven worden vastgehouden" in page and page.count("Is aangekomen</") == 0 < page.count("Is aangekomen")

    aisha.post(f"/deliveries/{came.id}/confirm", data={"csrf_token": CSRF})
    aisha.post(f"/deliveries/{lost.id}/resend", data={"csrf_token": CSRF})

    assert house.now_is(came).state is DeliveryState.RECEIVED
    assert (house.now_is(lost).held_at, house.now_is(lost).state) == (None, DeliveryState.WAITING)
    assert "Niets meer na te vragen" in aisha.get("/post?tab=held").text


def test_the_weekly_list_tells_per_hospital_what_did_not_arrive(house: House) -> None:
    house.letter(state="received", received_at=datetime.now(UTC))
    missing = house.letter(state="refused", receipt_code="AE")
    house.letter(hospital="ODUL")

    page = _words(house.person("Aisha").get("/post/week").text)
    rows = list(csv.reader(io.StringIO(house.person("Aisha").get("/post/week/list.csv").text.lstrip("\ufeff")), delimiter=";"))

    assert "1 van 2 uit deze week aangekomen" in page and "0 van 1 uit deze week aangekomen" in page
    assert missing.document_number in page
    assert {row[0] for row in rows[1:]} == {"Ziekenhuis ODUL", "Ziekenhuis ZEED"} or len({row[0] for row in rows[1:]}) == 2
    assert "van Voorbeeld" not in str(rows), "no name in a file"


def test_a_link_manager_sees_the_list_of_the_own_hospital_without_patients(house: House) -> None:
    house.letter(state="refused", receipt_code="AE")
    house.letter(hospital="ODUL", state="refused", receipt_code="AE")

    page = house.person("Lars").get("/post/week").text

    assert page.count('class="panel post-week"') == 1 and "van Voorbeeld" not in page


@pytest.mark.parametrize("asked", ["", "nonsense", "2026-99-99", "0001-01-01", "9999-12-31"])
def test_any_week_can_be_asked_for(house: House, asked: str) -> None:
    assert house.person("Aisha").get(f"/post/week?from={asked}").status_code == 200


# The channel to general practitioners

HOOK = {"channel": "hook", "url": "https://post.example/mdo", "secret": "zeer-stil-woord", "phone": "088-1"}


def test_a_link_manager_sets_the_channel_and_the_secret_is_kept_sealed(house: House) -> None:
    lars, home = house.person("Lars"), f"/links/{house.region.hospitals['ZEED']}/gp"

    assert lars.post(home, data={"csrf_token": CSRF, **HOOK}).status_code == 303

    page = lars.get(home).text
    with house.database.transaction() as session:
        channel, address = recipient_channels.address_of(session, house.region.hospitals["ZEED"], Audience.GP)
        told = session.scalars(select(LinkChange.after).order_by(LinkChange.at.desc())).first()
        sealed = session.scalars(select(RecipientChannel.secret_sealed)).one()
    assert (channel, address.url, address.hook_secret) == (Channel.HOOK, "https://post.example/mdo", "zeer-stil-woord")
    assert "zeer-stil-woord" not in page and "zeer-stil-woord" not in (told or "") and b"zeer-stil-woord" not in sealed

    lars.post(home, data={"csrf_token": CSRF, "channel": ""})
    with house.database.transaction() as session:
        assert session.scalars(select(RecipientChannel)).all() == []


#: what is filled in -> the field that is wrong
WRONG = {
    "a question mark": ({"channel": "hook", "url": "https://post.example?to=all"}, "url"),
    "no address": ({"channel": "fhir", "url": ""}, "url"),
    "no profile": ({"channel": "fhir", "url": "https://post.example"}, "profile_out"),
    "two addresses": ({"channel": "notice", "mail_to": "a@b.nl, c@d.nl"}, "mail_to"),
    "a header in the address": ({"channel": "notice", "mail_to": "a@b.nl\nBcc: c@d.nl"}, "mail_to"),
    "no port": ({"channel": "mllp", "host": "gp.example", "profile_out": "generic-v2"}, "port"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_channel_that_cannot_work_is_not_saved(house: House, name: str) -> None:
    form, field = WRONG[name]
    answer = house.person("Lars").post(f"/links/{house.region.hospitals['ZEED']}/gp", data={"csrf_token": CSRF, **form})

    assert answer.status_code == 422 and f'id="f-{field}-error"' in answer.text
    with house.database.transaction() as session:
        assert session.scalars(select(RecipientChannel)).all() == []


def test_a_folder_on_the_server_is_the_administrators(house: House) -> None:
    home, form = f"/links/{house.region.hospitals['ZEED']}/gp", {"channel": "folder", "folder": "/srv/mdo/huisartsen"}

    assert house.person("Lars").post(home, data={"csrf_token": CSRF, **form}).status_code == 403
    assert house.person("Ada").post(home, data={"csrf_token": CSRF, **form}).status_code == 303
    assert house.person("Lars").post(home, data={"csrf_token": CSRF, "channel": "paper"}).status_code == 403
    assert house.person("Lars").get(f"/links/{house.region.hospitals['DELT']}/gp").status_code == 404
    page = house.person("Lars").get(home).text
    assert "map op de server" in page and 'name="channel"' not in page and "/srv/mdo" not in page


def test_trying_sends_an_invented_letter_and_says_what_was_answered(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[OutgoingDecision] = []

    class Post:
        def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
            came.append(decision)
            return Receipt(ReceiptKind.REFUSED, "AE", text="no")

    settings: list[Settings] = []

    def outward(secret: bytes, given: Settings) -> wiring.Outward:
        settings.append(given)
        made = real(secret, given)
        return replace(made, senders={Channel.HOOK: Post()})

    real = wiring.outward
    monkeypatch.setattr(wiring, "outward", outward)
    lars, home = house.person("Lars"), f"/links/{house.region.hospitals['ZEED']}/gp"
    assert lars.post(f"{home}/try", data={"csrf_token": CSRF}).status_code == 303 and came == [], "nothing to try yet"
    lars.post(home, data={"csrf_token": CSRF, **HOOK})

    answer = lars.post(f"{home}/try", data={"csrf_token": CSRF}, follow_redirects=True)

    assert "De proefbrief is niet bevestigd. De ontvanger weigert de brief." in answer.text
    assert came[0].letter_pdf.startswith(b"%PDF") and came[0].patient.bsn == "" and "proefbrief" in came[0].sections[0][1]
    assert settings[-1] == house.app.extensions["mdo_settings"], "a mail goes by this server's mail settings"
