"""What still stands in the way of who keeps a link on the second and third day: names, defaults, and the words of the pages."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.link_fields import CODE_WORDS, URGENCIES
from mdo_portal.services.inbox import intake
from tests import make
from tests.integrations.fhir.make import bundle, patient, request
from tests.integrations.hl7v2 import samples
from tests.outbox_house import Outbox
from tests.web.portal import CSRF
from tests.web.test_inbox import table
from tests.web.test_links import Portal, portal
from tests.web.test_links_taking import New, new

__all__ = ["new", "portal"]


def of(portal: Portal, code: str = "ZEED") -> Link:
    with portal.database.transaction() as session:
        return session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals[code])).one()


def set_up(portal: Portal, code: str = "ZEED", **said: str) -> str:
    form = {"csrf_token": CSRF, "name": "Zeeduyn", "profile_in": "hix", **said}
    return html.unescape(portal.person("Ada").post(f"{portal.link(code)}/settings", data=form).text)


def test_making_a_link_begins_with_a_message_from_the_overview_too(new: New) -> None:
    """From the card one came at an empty form of twenty fields, from the page of the hospital at its first message."""
    page = new.portal.person("Ada").get("/links").text

    assert re.search(rf'href="{new.home}/try">(?:<svg.*?</svg>)?\s*Koppeling maken', page, re.DOTALL)
    assert f"{new.home}/settings" not in page


def test_letters_go_with_the_profile_that_is_read_with_when_no_other_is_chosen(portal: Portal) -> None:
    set_up(portal, channel_out="mllp", host_out="epd.zeed.example", port_out="2575", profile_out="")

    assert (of(portal).channel_out, of(portal).profile_out) == (Channel.MLLP, "hix")


def test_a_profile_of_another_kind_of_line_is_not_taken_for_letters(portal: Portal) -> None:
    page = set_up(portal, channel_out="fhir", url_out="https://epd.zeed.example/fhir", profile_out="")

    assert "Kies een profiel dat bij deze weg hoort" in page


def test_on_paper_letters_need_no_profile(portal: Portal) -> None:
    set_up(portal, channel_out="paper", profile_out="")

    assert of(portal).profile_out == ""


def test_who_gave_msh_4_is_not_asked_to_give_it(portal: Portal) -> None:
    with portal.database.transaction() as session:
        zeed = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        zeed.sending_applications, zeed.sending_facilities = ["HIX"], ["ZEED"]

    same = set_up(portal, "KREE", sending_applications="HIX", sending_facilities="ZEED")
    without = set_up(portal, "KREE", sending_applications="HIX")

    assert "onder deze MSH-3 met deze MSH-4" in same and "Vul ook MSH-4 in" not in same
    assert "Vul ook MSH-4 in" in without


def test_a_first_fhir_message_sets_the_link_up_as_a_first_hl7_message_does(new: New) -> None:
    page = new.tried(bundle(patient(), request()), "generic-r4")

    assert "deze koppeling neemt het nog niet aan" in page and "Stel de koppeling zo in" in page
    assert "Dit bericht wordt goed gelezen." not in page


def test_the_history_speaks_of_how_far_a_hospital_is_and_leads_to_what_stood_elsewhere(new: New) -> None:
    page = new.adopted("hix")
    new.taken(page, "places", profile="hix", **{"is": "urgency ZMD-3"})

    page = new.portal.person("Ada").get(new.home).text

    assert "Trap" not in page and "Hoe ver dit ziekenhuis is: " in html.unescape(page)
    assert f'href="{new.home}/places#earlier"' in page
    assert 'id="earlier"' in new.portal.person("Ada").get(f"{new.home}/places").text


def test_the_vendor_reads_what_of_msh_6_and_11(portal: Portal) -> None:
    set_up(portal)

    page = portal.person("Ada").get(portal.link()).text

    assert "MSH-6" in page and "MSH-11" in page and "een proefbericht (T) wordt hier ook een casus" in page


def test_the_file_of_a_report_says_of_which_hospital_it_is(new: New) -> None:
    page = new.tried(samples.REFERRAL, "hix")
    report = re.search(r'name="report" value="([^"]+)"', page)
    assert report is not None

    answer = new.portal.person("Ada").post(f"{new.home}/report", data={"csrf_token": CSRF, "report": report[1]})

    assert "filename=conf-nieuw-20" in answer.headers["Content-Disposition"]


def test_a_charset_stands_by_the_name_it_has_in_msh_18(new: New) -> None:
    wrong = samples.REFERRAL.replace(b"8859/1", b"UNICODE UTF-8").replace(b"Operatie", b"Op\xe9ratie")
    said, guessed = new.tried(samples.REFERRAL, "hix"), new.tried(wrong, "hix")

    assert "8859/1 ·" in said and "Windows-1252 ·" in guessed and "MSH-18 ontbreekt of klopt niet" in guessed


def test_no_two_urgencies_read_alike() -> None:
    """`spoed` and `met spoed` stood beneath each other to choose from, and nobody knew which was sooner."""
    words = [CODE_WORDS["urgency"][one] for one in URGENCIES]

    assert words == ["niet met spoed", "spoed", "zo snel mogelijk"]


@pytest.mark.parametrize("number", [b"", b"030-1234567^WPN^PH"])
def test_where_a_telephone_is_looked_for_the_place_of_the_person_is_named(new: New, number: bytes) -> None:
    page = new.tried(samples.REFERRAL.replace(b"0201234567^WPN^PH", number), "hix")

    row = re.search(r"<tr[^>]*><th[^>]*>Telefoon van de verwijzer.*?</tr>", page, re.DOTALL)

    assert row is not None and "PRD met rol RP" in row[0]


def test_the_vendor_who_sends_fhir_reads_by_which_number_a_message_is_found_again(new: New) -> None:
    new.taken(new.tried(bundle(patient(), request()), "generic-r4"), "adopt", profile="generic-r4")

    assert "Bundle.identifier of Bundle.id" in new.portal.person("Ada").get(new.home).text


def test_who_keeps_one_hospital_does_not_read_its_name_in_every_row(portal: Portal) -> None:
    with portal.database.transaction() as session:
        intake.keep(session, [make.arrival(portal.region.links["ZEED"], reason="no_patient", control_id="N1")])

    lars, ada = (table(portal.person(name).get("/inbox").text) for name in ("Lars", "Ada"))

    assert "N1" in lars and "<b>" not in lars and "<b>" in ada


def test_each_name_is_copied_by_itself(portal: Portal) -> None:
    """`HIX / HIX_ACC` came along as one word, and nobody sends under that; nor with what nobody sees in a name."""
    set_up(portal, sending_applications="HIX\n\u202aHIX_ACC\u202c", sending_facilities="ZEED\u200b")

    copied = re.findall(r'data-copy="([^"]+)"', portal.person("Ada").get(portal.link()).text)

    assert {"HIX", "HIX_ACC", "ZEED"} <= set(copied) and not any(" / " in one for one in copied)


def test_beside_a_verdict_stands_that_a_test_message_would_become_a_case(new: New) -> None:
    new.adopted("hix")
    tried = new.tried(samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|NIEUW|").replace(b"|P|2.", b"|T|2."), "hix")
    real = new.tried(samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|NIEUW|"), "hix")

    warned = "over de lijn gestuurd telt het hier gewoon mee"

    assert "Dit bericht wordt goed gelezen." in tried and warned in tried and warned not in real


def test_a_token_that_is_in_use_is_replaced_after_a_question_and_the_first_at_once(new: New) -> None:
    new.taken(new.tried(bundle(patient(), request()), "generic-r4"), "adopt", profile="generic-r4")
    ada = new.portal.person("Ada")
    first = ada.get(new.home).text
    ada.post(f"{new.home}/token", data={"csrf_token": CSRF})

    second = ada.get(new.home).text

    assert "Token maken" in first and 'data-dialog-open="new-token"' not in first
    assert 'data-dialog-open="new-token"' in second and '<dialog id="new-token"' in second
    assert second.count(f'action="{new.home}/token"') == 1 and "tot de leverancier het nieuwe heeft ingevuld" in second


@pytest.mark.parametrize(("channel", "hours", "is_told"), [("mllp", 5, True), ("mllp", 3, False), ("paper", 100, False)])
def test_who_keeps_the_line_reads_that_letters_stand_still(portal: Portal, channel: str, hours: int, is_told: bool) -> None:
    """The page said *Brieven onderweg: 1* for two days, as of one that had just left."""
    Outbox(portal.database, portal.region).signed()
    with portal.database.transaction() as session:
        session.execute(update(Delivery).values(created_at=datetime.now(UTC) - timedelta(hours=hours)))
        session.execute(update(Link).values(channel_out=channel))

    pages = {path: portal.person("Lars").get(path).text.partition("<main")[2] for path in (portal.link(), "/links")}

    assert ("neemt de ontvanger van het ziekenhuis nog aan?" in pages[portal.link()]) is is_told
    assert ('href="/post">Post zegt waarom' in pages[portal.link()]) is is_told
    assert bool(re.search(r'Brieven onderweg \([^)]*\)</dt><dd><span class="soon">', pages["/links"])) is is_told


def test_the_card_says_how_many_messages_wait_for_an_answer_and_by_the_words_of_the_list(portal: Portal) -> None:
    with portal.database.transaction() as session:
        intake.keep(session, [make.arrival(portal.region.links["ZEED"], reason="waits_for_identity", control_id="W1")])
    lars = portal.person("Lars")

    card, kree = (page.partition("<main")[2] for page in (lars.get("/links").text, portal.person("Ada").get("/links").text))
    row = rf'Wacht op antwoord</dt><dd><a[^>]*href="/inbox\?state=waiting&amp;hospital={portal.region.hospitals["ZEED"]}"[^>]*>\s*1<'

    assert re.search(row, card) and "Wacht op lezen</dt>" in card and "Wacht op verwerking" not in card
    assert kree.count("Wacht op antwoord</dt>") == 1


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("Verwijzer", "ServiceRequest.requester"),
        ("Huisarts", "Patient.generalPractitioner"),
        ("Uiterlijk zinvol op", "ServiceRequest.occurrencePeriod.end"),
        ("Vraag aan het MDO", "ServiceRequest.note.text"),
        ("Vraag aan de radioloog", "QuestionnaireResponse.item.answer"),
    ],
)
def test_what_a_bundle_lacks_says_where_it_was_looked_for(new: New, field: str, place: str) -> None:
    page = new.tried(bundle(patient(), request()), "generic-r4")

    row = re.search(rf'<tr class="is-missing[^"]*"><th[^>]*>{field} .*?</tr>', page, re.DOTALL)

    assert row is not None and "gezocht in:" in row[0] and place in row[0]


def test_of_forty_places_where_a_question_was_looked_for_the_first_are_shown_and_the_rest_is_folded(new: New) -> None:
    """They filled half the screen, before the next thing that was missing."""
    page = new.tried(
        b"MSH|^~\\&|HIX|ZEED|MDO|NET|20261130120000||ORM^O01|T1|P|2.5\rPID|1||77^^^ZEED^PI||Proef^Jan||19500203|M\rORC|NW|V1\rOBR|1|V1||x\r",
        "hix",
    )

    row = re.search(r'<tr class="is-missing[^"]*"><th[^>]*>Vraag aan het MDO .*?</tr>', page, re.DOTALL)

    assert row is not None
    shown, folded = row[0].partition("<summary>Nog ")[::2]
    assert "gezocht in:" in shown and "NTE waarmee een REF eindigt" in folded and "NTE waarmee een REF eindigt" not in shown
