"""What the post pages say to whom, and what they let people do."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal.domain.advice import AdviceItem
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.recipient import Destination
from mdo_portal.domain.round import Round
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.keeping import restoring
from mdo_portal.services.letters.acknowledging import acknowledge
from tests import make
from tests.web.portal import CSRF
from tests.web.post_house import House, house

__all__ = ["house"]


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


@pytest.mark.parametrize(
    ("state", "acts"), [("waiting", ["printed"]), ("dead", ["resend", "confirm"]), ("refused", ["resend", "confirm"])]
)
def test_a_letter_on_paper_that_is_given_up_can_be_made_again(house: House, state: str, acts: list[str]) -> None:
    """Its printing failed for days: with nothing to push it stood there for good."""
    letter = house.letter(state=state, channel="paper", receipt_code="LetterFailed", next_attempt_at=None)

    page = house.person("Aisha").get("/post").text

    assert re.findall(rf"/deliveries/{letter.id}/(\w+)\"", page) == ["letter", "letter", *acts]


def test_that_a_refused_letter_is_there_all_the_same_is_asked_once_more(house: House) -> None:
    """`a` and Enter took an advice off the list that a hospital had refused, and nobody can take that back."""
    refused, silent = house.letter(state="refused", receipt_code="AR"), house.letter(state="sent", receipt_code="timeout")

    page = house.person("Aisha").get("/post").text

    in_dialogs = re.findall(r"<dialog.*?</dialog>", page, re.DOTALL)
    assert [re.findall(r"/deliveries/([\w-]+)/confirm\"", one) for one in in_dialogs if "/confirm" in one] == [[str(refused.id)]]
    assert page.count(f"/deliveries/{silent.id}/confirm") == 1 and page.count(f"/deliveries/{refused.id}/confirm") == 1
    assert f'data-row-key="a" data-dialog-open="received-{refused.id}"' in page


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


def test_a_letter_that_was_refused_and_came_in_after_all_says_both(house: House) -> None:
    now = datetime.now(UTC)
    letter = house.letter(state="refused", sent_at=now, refused_at=now - timedelta(hours=1), receipt_code="AE")
    with house.database.transaction() as session:
        assert acknowledge(session, letter.hospital_id, letter.id.hex, Receipt(ReceiptKind.ACCEPTED, "AA"), now)

    aisha = house.person("Aisha")
    post, case = (_words(aisha.get(path).text) for path in ("/post?tab=all", f"/cases/{letter.case_id}"))

    assert all(re.search(r"Ontvangen .*eerst geweigerd, ", page) for page in (post, case))
    assert f"Brief {letter.document_number} kwam toch aan bij Ziekenhuis ZEED" in case
    assert "kwam toch aan" in _words(aisha.get("/worklist?unseen=1").text)


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


def test_before_the_first_letter_none_has_arrived(house: House) -> None:
    """*Alle brieven zijn aangekomen* stood there on the first day."""
    page = house.person("Lars").get("/post").text

    assert "Nog geen brieven" in page and "Alle brieven zijn aangekomen" not in page


def test_the_page_says_how_many_of_its_letters_the_menu_counts(house: House) -> None:
    house.letter()
    house.letter()
    assert "Geen van deze 2 brieven vraagt nu aandacht: ze zijn nog op tijd." in _words(house.person("Aisha").get("/post").text)
    house.letter(state="refused", receipt_code="AE")

    page = house.person("Aisha").get("/post").text

    assert re.search(r'title="Vraagt aandacht: 1">1<', page) and re.search(
        r'aria-current="page"[^>]*>Nog niet aangekomen\s*<span id="post-waiting" class="count count-warn">3<', page
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
