"""Opvolging on screen: closed by a person with one click or a reason, by who may, and told back to the board."""

from __future__ import annotations

import html
import io
import re
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.document import DOCUMENT_PURPOSE, CaseDocument
from mdo_portal.domain.follow_up import FollowState, FollowUp
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.follow_up import follow_up_list, follow_up_rows, follow_ups
from tests import make
from tests.people import Region
from tests.services.follow_house import IMAGING, OPERATION
from tests.services.follow_house import signed as signed_decision
from tests.web.portal import CSRF, Portal, app_on


@dataclass(frozen=True)
class House(Portal):
    operation: str
    imaging: str

    def item(self, item_id: str) -> FollowUp:
        with self.database.transaction() as session:
            return session.scalars(select(FollowUp).where(FollowUp.id == item_id)).one()


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    return client.post(path, data=fields | {"csrf_token": CSRF})


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    """One signed decision with two recommendations, one of them late, and a letter that came after it."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    late = IMAGING | {"due_on": (now + timedelta(days=1)).date().isoformat()}
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.starts_at, meeting.registration_closes_at = now - timedelta(hours=1), now - timedelta(days=1)
        decision = signed_decision(session, region, OPERATION, late, now=now)
        operation, imaging = follow_ups.standing_of(session, decision.round_id)
        letter_id = uuid.uuid4()
        sealed = sealer(session).seal(b"%PDF-1.7 verslag", purpose=DOCUMENT_PURPOSE, row=row_of("case_documents", letter_id))
        session.add(
            CaseDocument(
                id=letter_id, case_id=decision.case_id, title="operatieverslag.pdf", kind="letter", media_type="application/pdf",
                content_sealed=sealed, sha256="0" * 64, size=1, hospital_id=region.hospitals["ZEED"], received_at=now + timedelta(days=1),
            )
        )  # fmt: skip
        ids = str(operation.id), str(imaging.id)
    with app_on(database) as app:
        yield House(app, database, region, *ids)


def test_the_list_shows_what_is_late_first_in_words_and_the_menu_says_how_many(house: House) -> None:
    page = house.person("Dirk").get("/follow-up").text

    assert page.index("PSMA-PET") < page.index("Prostatectomie")
    assert "te laat" in page and "bericht gekomen" in page
    assert re.search(r'href="/follow-up"[^>]*>Opvolging<span class="count[^"]*"[^>]*>1</span>', page)


def test_one_click_on_the_list_says_it_was_carried_out(house: House) -> None:
    answer = post(house.person("Dirk"), f"/follow-up/{house.operation}/close", state="carried_out", seen="1")

    assert answer.status_code == 303
    assert house.item(house.operation).state is FollowState.CARRIED_OUT


def test_the_keys_of_the_list_lead_to_what_a_row_can_do(house: House) -> None:
    """*Toetsen* named *j k*, *Enter* and */* twice, and nothing with which one says what became of it."""
    page = house.person("Dirk").get("/follow-up").text
    keys = page[page.index('<dl class="keys">') :]

    assert re.search(r'data-row-key="u">[^U]*Uitgevoerd', page.replace("\n", "")) and 'data-row-key="a"' in page
    assert [keys.count(f"<kbd>{key}</kbd>") for key in "uajk/"] == [1, 1, 1, 1, 1]


def test_what_came_since_is_shown_with_its_source_and_closes_the_item_only_when_somebody_says_so(house: House) -> None:
    dirk = house.person("Dirk")

    page = dirk.get(f"/follow-up/{house.operation}").text
    assert "operatieverslag.pdf" in page and "Ziekenhuis ZEED" in page
    assert house.item(house.operation).is_open
    (pointed,) = re.findall(r'name="pointed" value="([^"]+)"', page)
    post(dirk, f"/follow-up/{house.operation}/close", state="carried_out", seen="1", pointed=pointed)

    item = house.item(house.operation)
    assert (item.state, item.evidence_kind) == (FollowState.CARRIED_OUT, "document")


def test_not_done_needs_a_reason_and_says_what_misses(house: House) -> None:
    dirk = house.person("Dirk")

    refused = post(dirk, f"/follow-up/{house.imaging}/close", state="not_done", seen="1", words="wil niet")
    assert refused.status_code == 422
    assert "Kies de reden." in refused.text and "wil niet" in refused.text
    post(dirk, f"/follow-up/{house.imaging}/close", state="not_done", seen="1", reason="wish", words="wil niet")

    item = house.item(house.imaging)
    assert (item.state, item.reason) == (FollowState.NOT_DONE, "wish")
    assert "Wens van de patiënt" in dirk.get("/follow-up?all=1").text


def test_nothing_of_it_exists_for_another_board_and_members_do_not_close(house: House) -> None:
    carla, mila = house.person("Carla"), house.person("Mila")

    assert carla.get(f"/follow-up/{house.operation}").status_code == 404
    assert post(carla, f"/follow-up/{house.operation}/close", state="carried_out", seen="1").status_code == 404
    assert mila.get(f"/follow-up/{house.operation}").status_code in (403, 404)
    assert "Prostatectomie" not in carla.get("/follow-up").text
    assert house.item(house.operation).is_open


def test_a_coordinator_hands_an_item_over_and_the_page_tells_what_was_signed_and_why_it_changed(house: House) -> None:
    aisha, day = house.person("Aisha"), (datetime.now(UTC) + timedelta(days=20)).date()
    path, dirk = f"/follow-up/{house.imaging}/hand-over", str(house.region.dirk.person_id)

    without_reason = post(aisha, path, person_id=dirk, due_on=day.isoformat(), seen="1")
    handed = post(aisha, path, person_id=dirk, due_on=day.isoformat(), seen="1", reason="met verlof")

    assert without_reason.status_code == 422
    assert "Geef een reden." in without_reason.text and "<details" in without_reason.text
    assert (handed.status_code, handed.location) == (303, f"/follow-up/{house.imaging}")
    page = aisha.get(f"/follow-up/{house.imaging}").text
    assert "van niemand genoemd naar Dirk" in page and "met verlof" in page and "Het getekende advies noemt niemand" in page
    assert house.item(house.imaging).due_on == day


def test_a_specialist_reads_who_it_was_handed_to_and_hands_nothing_over(house: House) -> None:
    dirk = house.person("Dirk")

    assert "/hand-over" not in dirk.get(f"/follow-up/{house.imaging}").text
    assert post(dirk, f"/follow-up/{house.imaging}/hand-over", seen="1", responsible="X", reason="r").status_code in (403, 404)
    assert house.item(house.imaging).responsible == ""


def test_a_personal_link_opens_after_signing_in_for_that_person_only(house: House) -> None:
    page = post(house.person("Aisha"), f"/follow-up/{house.operation}/link", person_id=str(house.region.dirk.person_id)).text
    (address,) = re.findall(r'id="follow-link" readonly value="[^"]*(/follow-up/link/[^"]+)"', page)

    stranger = house.app.test_client().get(address)
    opened = house.person("Dirk").get(address)
    other = house.person("Bram").get(address)

    assert stranger.status_code == 302 and "/sign-in" in stranger.location
    assert (opened.status_code, opened.location) == (302, f"/follow-up/{house.operation}")
    assert other.status_code == 404
    assert not re.search("van Voorbeeld|Prostatectomie|DELT", address)
    assert house.item(house.operation).is_open


def test_the_case_says_what_became_of_each_recommendation(house: House) -> None:
    post(house.person("Dirk"), f"/follow-up/{house.operation}/close", state="carried_out", seen="1")

    page = house.person("Dirk").get(f"/cases/{house.item(house.operation).case_id}").text

    assert "1 van 2 afgehandeld" in page
    assert "Aanbeveling 1 is uitgevoerd" in page


def test_the_chair_hears_in_the_meeting_what_became_of_it_and_says_so(house: House) -> None:
    post(house.person("Dirk"), f"/follow-up/{house.operation}/close", state="carried_out", seen="1")
    with house.database.transaction() as session:
        board = session.get_one(Board, house.region.boards["URO-P"])
        coming = str(make.meeting(session, board, starts_at=datetime.now(UTC) + timedelta(days=4)).id)
    bram, path = house.person("Bram"), f"/meetings/{coming}/told-back"

    agenda = bram.get(f"/meetings/{coming}").text
    assert agenda.index('id="agenda"') < agenda.index(f'hx-get="{path}"'), "it comes later, and would push the agenda down"
    assert "Prostatectomie" in bram.get(path).text
    assert "Alles gehoord" not in house.person("Aisha").get(path).text
    assert post(house.person("Aisha"), path).status_code == 403
    told(bram, path)

    assert "Prostatectomie" not in bram.get(path).text


def test_what_was_answered_while_the_board_met_is_not_heard_with_what_it_was_shown(house: House) -> None:
    """The list is made when the room opens, and *Alles gehoord* pressed an hour later: of what came meanwhile no board ever heard."""
    dirk, bram = house.person("Dirk"), house.person("Bram")
    post(dirk, f"/follow-up/{house.operation}/close", state="carried_out", seen="1")
    with house.database.transaction() as session:
        board = session.get_one(Board, house.region.boards["URO-P"])
        coming = make.meeting(session, board, starts_at=datetime.now(UTC) + timedelta(days=4)).id
    path = f"/meetings/{coming}/told-back"

    told(bram, path, meanwhile=lambda: post(dirk, f"/follow-up/{house.imaging}/close", state="carried_out", seen="1"))

    left = bram.get(path).text
    assert "PSMA-PET" in left and "Prostatectomie" not in left


def test_of_more_than_the_list_holds_all_are_counted_and_the_rest_comes_after(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """*200* read as the total, and *Alles gehoord* as of all."""
    monkeypatch.setattr(follow_up_rows, "MOST", 1)
    for item in (house.operation, house.imaging):
        post(house.person("Dirk"), f"/follow-up/{item}/close", state="carried_out", seen="1")
    with house.database.transaction() as session:
        board = session.get_one(Board, house.region.boards["URO-P"])
        coming = make.meeting(session, board, starts_at=datetime.now(UTC) + timedelta(days=4)).id
    bram, path = house.person("Bram"), f"/meetings/{coming}/told-back"

    first = bram.get(path).text
    told(bram, path, button="Deze 1 gehoord")
    second = bram.get(path).text

    assert '<span class="count">2</span>' in first and "De eerste 1 staan hier" in first and "Alles gehoord" not in first
    assert "Prostatectomie" in first and "PSMA-PET" not in first
    assert "PSMA-PET" in second and '<span class="count">1</span>' in second and "Alles gehoord" in second


def told(
    client: FlaskClient, path: str, *, button: str = "Alles gehoord", meanwhile: Callable[[], object] = lambda: None
) -> None:
    """*Alles gehoord*, or its other name, as the page sends it."""
    form = client.get(path).text.partition(button)[0].rpartition("<form")[2]
    meanwhile()
    shown = re.findall(r'name="follow_id" value="([^"]*)"', form)
    assert client.post(path, data={"follow_id": shown, "csrf_token": CSRF}).status_code < 400


def test_the_board_sees_its_own_figures_and_takes_them_along(house: House) -> None:
    post(house.person("Dirk"), f"/follow-up/{house.operation}/close", state="carried_out", seen="1")
    bram, path = house.person("Bram"), f"/follow-up/figures/{house.region.boards['URO-P']}"

    page, table = bram.get(path).text, bram.get(f"{path}/table.csv")

    assert re.search(r"Hele periode</th>\s*<td>2</td><td>1</td><td>0</td><td>0</td><td>1</td><td>100 %</td>", page)
    assert '"2";"1";"0";"0";"1";"100"' in table.text
    assert table.headers["Content-Disposition"] == 'attachment; filename="opvolging.csv"'
    assert house.person("Carla").get(path).status_code == 404
    assert house.person("Dirk").get(path).status_code == 403


def test_a_case_is_taken_along_by_who_may_read_it_whole_and_that_is_logged(house: House) -> None:
    case_id = house.item(house.operation).case_id

    answer = post(house.person("Dirk"), f"/cases/{case_id}/export")

    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert answer.headers["Content-Disposition"] == f"attachment; filename=casus-{case_id}.zip"
    assert f"cases/{case_id}/referral.fhir.json" in names and "manifest.json" in names
    assert post(house.person("Mila"), f"/cases/{case_id}/export").status_code == 403
    assert post(house.person("Carla"), f"/cases/{case_id}/export").status_code == 404
    with house.database.transaction() as session:
        (line,) = session.execute(
            text("SELECT event_code, case_id FROM audit_entries WHERE act = 'case:export' AND outcome = 0")
        ).all()
    assert tuple(line) == ("110106", case_id)


def test_whose_list_is_of_one_board_is_not_asked_of_which(house: House) -> None:
    page = house.person("Dirk").get("/follow-up").text

    assert 'name="board"' not in page and 'name="hospital"' in page


def test_the_list_goes_on_where_its_page_ends_and_says_that_the_search_does_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up_list, "MOST", 1)
    dirk = house.person("Dirk")
    first = dirk.get("/follow-up").text
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = dirk.get(html.unescape(onward)).text

    assert "PSMA-PET" in first and "Prostatectomie" not in first
    assert "Hier staan 1 aanbevelingen, en zoeken gaat alleen door deze; er zijn er meer." in first
    assert "Prostatectomie" in second and "PSMA-PET" not in second
    assert 'rel="next"' not in second and "Naar het begin" in second


@pytest.mark.parametrize("after", ["x", "~~", "~2026-99-01~" + "0" * 32, "2026-01-01T00:00:00~~" + "0" * 32])
def test_a_place_in_the_list_that_is_none_is_its_beginning(house: House, after: str) -> None:
    assert "PSMA-PET" in house.person("Dirk").get("/follow-up", query_string={"after": after}).text
