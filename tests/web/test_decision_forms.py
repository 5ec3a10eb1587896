"""Adding, withdrawing and objecting as people do it on the pages; and what the chair read is what the letter says."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting, Presence
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.exchange import DecisionForm, OutgoingDecision
from mdo_portal.services.decisions import decisions
from mdo_portal.services.room import presence
from tests import make, pdf_text
from tests.people import PASSWORD, Region
from tests.web.decision_desk import MINUTE, Desk, differences, on_the_table, sent
from tests.web.portal import CSRF, app_on, signed_in

ADDED = {"text": "PSMA-PET: geen metastasen.\nOperatie kan doorgaan.", "reason": "nagekomen uitslag"}
WITHDRAWN = {"reason": "verkeerde patiënt besproken", "then": "again"}


@pytest.fixture
def desk(database: Database, region: Region) -> Iterator[Desk]:
    """A decision signed a few minutes ago, at a meeting from which Mila had been called away."""
    now = datetime.now(UTC) - 9 * MINUTE
    with database.transaction() as session:
        round_ = on_the_table(session, region, now=now)
        session.get_one(Meeting, region.meeting).opened_at = now
        for viewer in (region.bram, region.mila):
            presence.enter(session, region.meeting, viewer, now=now)
        session.query(Presence).filter_by(person_id=region.bram.person_id).update({"seen_at": now + 9 * MINUTE})
        make.discussed(session, round_, viewer=region.bram, now=now + 5 * MINUTE)
        make.signed(session, round_, viewer=region.bram, now=now + 6 * MINUTE)
        made = (round_.id, round_.case_id)
    with app_on(database) as app:
        yield Desk(app, database, region, *made, now)


def test_the_chair_adds_to_an_advice_and_it_stands_beside_it(desk: Desk) -> None:
    answer = desk.sign("addendum", **ADDED)

    assert answer.status_code == 303
    assert [one.form for one in desk.signed()] == [DecisionForm.FIRST, DecisionForm.ADDENDUM]
    for page in (desk.page(desk.at("signed")), desk.page(f"/cases/{desk.case_id}")):
        assert "Operatie kan doorgaan." in page and "nagekomen uitslag" in page and "Operatie." in page


def test_the_chair_withdraws_and_everybody_reads_that_it_no_longer_holds(desk: Desk) -> None:
    assert desk.sign("withdrawal", **WITHDRAWN).status_code == 303

    assert desk.case().state is CaseState.READY
    for path, by in ((desk.at("signed"), "Bram"), (f"/cases/{desk.case_id}", "Aisha"), (f"/cases/{desk.case_id}", "Dirk")):
        page = desk.page(path, by=by)
        assert "Dit advies is ingetrokken en geldt niet meer." in page and "verkeerde patiënt besproken" in page
    for path in ("addendum", "withdrawal"):
        assert desk.who("Bram").get(desk.at(path)).status_code == 409


@pytest.mark.parametrize(("form", "fields"), [("addendum", ADDED), ("withdrawal", WITHDRAWN)])
def test_what_is_read_shows_what_was_typed_and_nothing_is_kept_yet(desk: Desk, form: str, fields: dict[str, str]) -> None:
    shown = desk.post(f"{form}/read", **fields).text

    assert (fields["reason"] in shown and "Operatie kan doorgaan." in shown) or form == "withdrawal"
    assert len(desk.signed()) == 1


def test_a_birth_date_is_not_broken_in_two_where_one_signs(desk: Desk) -> None:
    """On a phone its line ended behind the month; a `time` is kept whole (css/marks.css)."""
    shown = desk.post("addendum/read", **ADDED).text

    assert re.search(r'geboren <time datetime="(\d{4})-\d\d-\d\d">\d\d-\d\d-\1</time>', shown)


def test_what_a_letter_cannot_print_is_said_before_it_is_signed(desk: Desk) -> None:
    shown = desk.post("addendum/read", **ADDED | {"text": "请 (graag) \uf0b7 السؤال"}).text

    assert "een nummer te staan" in shown and "请 [U+8BF7] [U+F0B7]." in shown
    assert "een nummer te staan" not in desk.post("addendum/read", **ADDED).text


@pytest.mark.parametrize("fields", [{"text": "", "reason": "x"}, {"text": "x", "reason": ""}])
def test_what_is_missing_is_said_at_its_field(desk: Desk, fields: dict[str, str]) -> None:
    answer = desk.post("addendum/read", **fields)

    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_without_proof_of_who_it_is_nothing_is_signed_and_the_text_stands(desk: Desk) -> None:
    answer = desk.sign("addendum", password="anders", **ADDED)

    assert answer.status_code == 422
    assert "Operatie kan doorgaan." in answer.text and "Niet getekend." in answer.text
    assert len(desk.signed()) == 1


def test_pressing_twice_says_who_signed(desk: Desk) -> None:
    seen = desk.write("addendum", **ADDED)
    desk.sign("addendum", seen=seen, **ADDED)

    desk.sign("addendum", seen=seen, **ADDED)

    assert "Dit advies is al getekend, door Bram op" in desk.page(desk.at("signed"))
    assert len(desk.signed()) == 2


def test_a_second_chair_with_an_old_page_reads_who_was_first(desk: Desk) -> None:
    seen = desk.write("addendum", **ADDED)
    desk.sign("withdrawal", reason="toch niet", then="closed")

    answer = desk.sign("addendum", seen=seen, by="Bilal", **ADDED)

    assert answer.status_code == 409 and "door Bram op" in answer.text


@pytest.mark.parametrize("path", ["addendum", "withdrawal", "sign"])
def test_only_a_chair_signs(desk: Desk, path: str) -> None:
    assert desk.who("Aisha").get(desk.at(path)).status_code == 403
    assert desk.who("Dirk").get(desk.at(path)).status_code == 403
    assert desk.who("Carla").get(desk.at(path)).status_code == 404
    assert desk.post(path, by="Aisha", **ADDED).status_code == 403


# Objecting


def test_an_objection_that_is_sent_twice_at_once_stands_there_once_and_is_told_beside_what_else_came(desk: Desk) -> None:
    """Both wait for whoever changes the case: a page that shows that change must hear of the objection too."""
    (decision,) = desk.signed()
    before, answers = desk.case().revision, list[int]()

    def objects() -> None:
        client = signed_in(desk.app, desk.database, desk.region, "Mila")
        fields = {"csrf_token": CSRF, "decision_id": str(decision.id), "reason": "De MRI laat iets anders zien."}
        answers.append(client.post(desk.at("objections"), data=fields).status_code)

    both = [threading.Thread(target=objects) for _ in range(2)]
    with desk.database.transaction() as session:
        case = session.get_one(Case, desk.case_id, with_for_update=True)
        for one in both:
            one.start()
        time.sleep(1.5)
        case.revision += 1
    for one in both:
        one.join(timeout=20)

    assert sorted(answers) == [303, 409]
    assert desk.case().revision == before + 2


def test_a_member_who_was_called_away_sees_a_card_reads_and_objects(desk: Desk) -> None:
    home = desk.page("/worklist", by="Mila")
    assert "Besloten toen u weg was:" in home and "van Voorbeeld" not in home.split("missed-card")[1].split("</section>")[0]
    (decision,) = desk.signed()
    read = desk.page("/objections", by="Mila")
    assert "Operatie." in read and "De brieven wachten niet op een bedenking" in read  # this one has not left yet

    answer = desk.post("objections", by="Mila", decision_id=str(decision.id), reason="De MRI laat iets anders zien.")

    assert answer.status_code == 303
    assert "Niets gemist" in desk.page("/objections", by="Mila")
    assert "1 bedenking wacht op uw antwoord." in desk.page("/meetings", by="Aisha")
    assert "1 nog niet beantwoord" in desk.page(f"/cases/{desk.case_id}", by="Dirk")
    page = desk.page(desk.at("signed"), by="Aisha")
    assert "De MRI laat iets anders zien." in page
    (objection,) = re.findall(r"objections/([0-9a-f-]{36})/answer", page)

    assert desk.post(f"objections/{objection}/answer", by="Mila", answer="x").status_code == 403
    assert desk.post(f"objections/{objection}/answer", by="Aisha", answer="Wij herzien het.").status_code == 303

    for by in ("Mila", "Bram", "Dirk"):
        assert "Wij herzien het." in desk.page(desk.at("signed"), by=by)
    assert desk.post("correct", by="Aisha").status_code == 302, "the secretary may begin the correction; the chair signs it"
    assert desk.post("correct", by="Mila").status_code == 403


@pytest.mark.parametrize(("by", "status"), [("Bilal", 409), ("Dirk", 403), ("Carla", 404)])
def test_who_was_not_called_away_cannot_object(desk: Desk, by: str, status: int) -> None:
    (decision,) = desk.signed()

    answer = desk.post("objections", by=by, decision_id=str(decision.id), reason="x")

    assert answer.status_code == status
    assert "Besloten toen u weg was:" not in desk.who(by).get("/worklist").text


def test_that_a_correction_was_begun_stands_with_what_was_signed(desk: Desk) -> None:
    """It was said once, in the room: who came back later saw an advice as if nobody was at it, and could begin the correction again."""
    begun = "Een herziening is begonnen en nog niet getekend."
    assert begun not in desk.page(desk.at("signed"))

    desk.post("correct", by="Aisha")

    chairs, secretarys = desk.page(desk.at("signed")), desk.page(desk.at("signed"), by="Aisha")
    assert begun in chairs and begun in secretarys and 'data-dialog-open="correct"' not in chairs + secretarys
    to_sign = f'href="{desk.at("sign")}"'
    assert to_sign in chairs and to_sign not in secretarys
    assert begun not in desk.page(desk.at("signed"), by="Dirk"), "to who referred nothing changes until it is signed"
    correct(desk)
    assert begun not in desk.page(desk.at("signed"))


# What is read is what is said


def letters_of(desk: Desk) -> dict[DecisionForm, OutgoingDecision]:
    return {one.form: one for one in sent(desk)}


def correct(desk: Desk) -> bytes:
    with desk.database.transaction() as session:
        round_ = session.get_one(Round, desk.round_id)
        decisions.start_correction(session, round_, session.get_one(Case, desk.case_id))
        make.typed(session, round_, " Herzien.", now=desk.now)
    preview: bytes = desk.post("preview.pdf", reason="typfout").data
    page = desk.page(desk.at("sign"))
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', page)
    assert desk.post("sign", seen=seen, reason="typfout", password=PASSWORD).status_code == 303
    return preview


def test_the_letter_says_word_for_word_what_the_chair_read(desk: Desk) -> None:
    previews = {}
    previews[DecisionForm.ADDENDUM] = desk.post("addendum/preview.pdf", **ADDED).data
    desk.sign("addendum", **ADDED)
    previews[DecisionForm.CORRECTION] = correct(desk)
    previews[DecisionForm.WITHDRAWAL] = desk.post("withdrawal/preview.pdf", **WITHDRAWN).data
    desk.sign("withdrawal", **WITHDRAWN)

    letters = letters_of(desk)

    for form, preview in previews.items():
        assert differences(preview, letters[form].letter_pdf) == [], form
        said = pdf_text.joined(pdf_text.whole(preview))
        assert pdf_text.joined("Concept — niet definitief") in said
    assert differences(previews[DecisionForm.ADDENDUM], letters[DecisionForm.WITHDRAWAL].letter_pdf), "this comparison can fail"
    assert "Operatie. Herzien." in pdf_text.whole(previews[DecisionForm.CORRECTION])


def test_the_first_letter_says_word_for_word_what_the_chair_read(desk: Desk) -> None:
    with desk.database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, desk.region.hospitals["ZEED"]), now=desk.now)
        planned = make.planned(
            session, case, session.get_one(Meeting, desk.region.meeting), viewer=desk.region.aisha, now=desk.now
        )
        desk.round_id = make.discussed(session, planned, viewer=desk.region.bram, now=desk.now).id
    preview = desk.who("Bram").get(desk.at("preview.pdf")).data
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', desk.page(desk.at("sign")))
    desk.post("sign", seen=seen, password=PASSWORD)

    letters_of(desk)

    with desk.database.transaction() as session:
        (decision_id,) = session.scalars(select(Decision.id).where(Decision.round_id == desk.round_id))
    page = desk.who("Dirk").get(f"/cases/{case.id}").text
    (letter_id,) = set(re.findall(r"/deliveries/([0-9a-f-]{36})/letter", page))
    letter = desk.who("Dirk").get(f"/deliveries/{letter_id}/letter").data
    assert decision_id and differences(preview, letter) == []


def test_what_an_epd_without_pdf_reads_says_what_the_letter_does_to_which(desk: Desk) -> None:
    desk.sign("addendum", **ADDED)
    desk.sign("withdrawal", **WITHDRAWN)
    number = desk.signed()[0].document_number

    letters = letters_of(desk)

    first, added, withdrawn = (letters[form] for form in (DecisionForm.FIRST, DecisionForm.ADDENDUM, DecisionForm.WITHDRAWAL))
    assert first.sections[0][0] != "Aanvulling" and first.replaces_document_number == ""
    heading, text = added.sections[0]
    assert heading == "Aanvulling" and number in text and "blijft geldig" in text and "Reden: nagekomen uitslag" in text
    assert (added.replaces_document_number, added.replaces_delivery_id) == (number, first.delivery_id)
    heading, text = withdrawn.sections[0]
    assert (
        heading == "Intrekking" and "niet meer geldig" in text and "verkeerde patiënt" in text and added.document_number in text
    )
    assert (withdrawn.replaces_document_number, withdrawn.version) == (number, 3)
    assert ("Vervolg", "De casus wordt opnieuw in een MDO besproken.") in withdrawn.sections
