"""The pages of a link: adding a hospital, trying a message that is not kept, the report, own places, raw views and replay."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError

from integrations.bounded.pool import BoundedExplainer, Pool
from mdo_portal import wiring
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.exchange import Explanation, Wire
from mdo_portal.services.inbox import intake
from tests import make, pdf_text
from tests.integrations.hl7v2 import samples
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


class Portal(NamedTuple):
    app: Flask
    database: Database
    region: Region

    def person(self, name: str) -> FlaskClient:
        return signed_in(self.app, self.database, self.region, name)

    def link(self, code: str = "ZEED") -> str:
        return f"/links/{self.region.hospitals[code]}"


@pytest.fixture
def portal(database: Database, region: Region) -> Iterator[Portal]:
    with app_on(database) as app:
        yield Portal(app, database, region)


def test_from_nothing_to_a_link_that_reads_a_message(portal: Portal) -> None:
    ada = portal.person("Ada")
    made = ada.post(
        "/links/new", data={"csrf_token": CSRF, "name": "Nieuwland", "code": "NIEUW", "board": str(portal.region.boards["URO-P"])}
    )
    home = made.headers["Location"].removesuffix("/settings")
    saved = ada.post(f"{home}/settings", data={"csrf_token": CSRF, "name": "Nieuwland", "profile_in": "hix"})
    before = ada.post(f"{home}/try", data={"csrf_token": CSRF, "message": samples.REFERRAL.decode("latin-1")}).text
    ada.post(f"{home}/try/adopt", data={"csrf_token": CSRF, "application": "HIX", "facility": "ZEED"})
    after = ada.post(f"{home}/try", data={"csrf_token": CSRF, "message": samples.REFERRAL.decode("latin-1")}).text

    assert (made.status_code, saved.status_code) == (303, 303)
    assert "Voeg deze afzender toe" in before and "PID-3(1)-1" in before
    assert "Dit bericht wordt goed gelezen." in after and "Voeg deze afzender toe" not in after


def test_a_hospital_without_a_link_is_shown_the_empty_form_that_makes_one(portal: Portal) -> None:
    ada = portal.person("Ada")
    made = ada.post("/links/new", data={"csrf_token": CSRF, "name": "Nieuwland", "code": "NIEUW"})

    asked = ada.get(f"{made.headers['Location']}/settings")
    wrong = ada.post(f"{made.headers['Location']}/settings", data={"csrf_token": CSRF, "name": ""})

    assert asked.status_code == 200 and 'value="Nieuwland"' in asked.text
    assert re.search(r'<option value="hix"', asked.text) and '<option value="paper" selected>' in asked.text
    assert wrong.status_code == 422 and "Vul de naam in" in wrong.text
    assert asked.text.count('<option value="paper"') == 2  # among the profiles and among the ways, and no second time


def test_a_message_that_is_tried_is_logged_and_not_kept(portal: Portal) -> None:
    lars = portal.person("Lars")
    with portal.database.transaction() as session:
        before = session.scalar(select(func.count()).select_from(InboundMessage))
    answer = lars.post(
        f"{portal.link()}/try",
        data={"csrf_token": CSRF, "file": (io.BytesIO(samples.REFERRAL), "bericht.hl7")},
        content_type="multipart/form-data",
    )

    with portal.database.transaction() as session:
        line = session.scalars(select(AuditEntry).where(AuditEntry.act == "link:try").order_by(AuditEntry.seq.desc())).first()
        assert session.scalar(select(func.count()).select_from(InboundMessage)) == before
    assert "van Putten" in answer.text
    assert line is not None and line.person_name == "Lars" and "Putten" not in line.detail


def test_a_message_is_tried_in_a_child_process_and_with_no_transaction_open(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = portal.app.extensions["mdo_database"]
    open_ones: list[int] = []

    class Slow:
        def explain(self, raw: bytes, profile: str, charset: str = "") -> Explanation:
            open_ones.append(database.engine.pool.checkedout())
            with closing(Pool(0)) as pool:
                return BoundedExplainer(pool, Wire.HL7V2, seconds=0.0).explain(raw, profile, charset)

    monkeypatch.setattr(wiring, "bounded_explainers", lambda: {Wire.HL7V2: Slow()})
    shown = portal.person("Lars").post(
        f"{portal.link()}/try", data={"csrf_token": CSRF, "message": samples.REFERRAL.decode("latin-1")}
    )

    assert (shown.status_code, open_ones) == (200, [0])
    assert UNREADABLE_REASONS["reader_slow"].partition(".")[0] in shown.text


def test_the_report_comes_without_the_message_and_without_its_values(portal: Portal) -> None:
    lars = portal.person("Lars")
    page = lars.post(f"{portal.link()}/try", data={"csrf_token": CSRF, "message": samples.REFERRAL.decode("latin-1")}).text
    sealed = re.search(r'name="report" value="([^"]+)"', page)
    assert sealed is not None

    answer = lars.post(f"{portal.link()}/report", data={"csrf_token": CSRF, "report": sealed[1]})
    forged = lars.post(f"{portal.link()}/report", data={"csrf_token": CSRF, "report": sealed[1][:-2] + "xx"})

    text = pdf_text.whole(answer.data)
    assert "Conformiteitsrapport" in text and "PID-5-1" in text and "Putten" not in text
    assert forged.status_code == 400


@pytest.mark.parametrize("path", ["", "/settings", "/try", "/places"])
def test_another_hospitals_link_is_not_there(portal: Portal, path: str) -> None:
    assert portal.person("Lars").get(portal.link("KREE") + path).status_code == 404
    assert portal.person("Lars").get(portal.link() + path).status_code == 200
    assert portal.person("Ada").get(portal.link("KREE") + path).status_code == 200


def test_an_own_place_is_checked_kept_and_used(portal: Portal) -> None:
    lars, home = portal.person("Lars"), portal.link()
    raw = samples.REFERRAL.replace(b"ZPI|1|eigen|segment", b"ZPI|1|999900006|Kan dit wachten?").decode("latin-1")

    wrong = lars.post(f"{home}/places/one", data={"csrf_token": CSRF, "field": "patient.bsn", "place": "PID-x"})
    right = lars.post(f"{home}/places/one", data={"csrf_token": CSRF, "field": "patient.bsn", "place": "ZPI-2"})
    read = lars.post(f"{home}/try", data={"csrf_token": CSRF, "message": raw}).text
    whole = lars.post(f"{home}/places", data={"csrf_token": CSRF, "otherwise": "[outgoing]\nkind = 'MDM^T02'"})

    kind = lars.post(f"{home}/places", data={"csrf_token": CSRF, "otherwise": '[kinds]\n"REF^I12" = "aanmelding"'})

    assert (wrong.status_code, right.status_code, whole.status_code, kind.status_code) == (422, 303, 422, 422)
    assert "„aanmelding” kan niet bij „kinds.REF^I12”. Er is niets veranderd; kies uit: referral, " in html.unescape(kind.text)
    assert "is geen plaats in een bericht" in wrong.text and "999900006" in read and "ZPI-2" in read
    assert "hoort bij het profiel zelf" in whole.text


def test_a_token_is_shown_once(portal: Portal) -> None:
    lars = portal.person("Lars")
    with portal.database.transaction() as session:
        before = session.scalars(select(Link.token_in_hash).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
    shown = lars.post(f"{portal.link()}/token", data={"csrf_token": CSRF}).text

    token = re.search(r"Bearer ([\w-]{30,})", shown)
    assert token is not None and token[1] not in lars.get(portal.link()).text
    with portal.database.transaction() as session:
        assert (
            session.scalars(select(Link.token_in_hash).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one() != before
        )


def test_the_content_is_shown_for_a_reason_escaped_and_logged(portal: Portal) -> None:
    lars, ada, row = portal.person("Lars"), portal.person("Ada"), portal.region.links["ZEED"]
    raw = b"MSH|^~\\&|X\rPID|1||<script>alert(1)</script>\x07"
    with portal.database.transaction() as session:
        intake.keep(session, [make.arrival(row, raw=raw, reason="no_patient")])
        message_id = session.scalars(select(InboundMessage.id).order_by(InboundMessage.seq.desc())).first()

    without = ada.post(f"/inbox/{message_id}/raw", data={"csrf_token": CSRF, "reason": "zomaar"})
    answer = ada.post(f"/inbox/{message_id}/raw", data={"csrf_token": CSRF, "reason": "leverancier vraagt welk veld"})
    others = [
        one.post(f"/inbox/{message_id}/raw", data={"csrf_token": CSRF, "reason": "leverancier vraagt welk veld"}).status_code
        for one in (lars, portal.person("Carla"))
    ]

    assert (without.status_code, answer.status_code, others) == (400, 200, [403, 403])
    assert [f"/inbox/{message_id}/raw" in one.get("/inbox").text for one in (ada, lars)] == [True, False]
    assert "&lt;script&gt;" in answer.text and "<script>alert" not in answer.text and "&lt;07&gt;" in answer.text
    with portal.database.transaction() as session:
        details = list(session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "inbox:raw", AuditEntry.outcome == 0)))
    assert details == ["leverancier vraagt welk veld"]


def test_all_of_a_reason_are_read_again_at_one_push(portal: Portal) -> None:
    lars, row = portal.person("Lars"), portal.region.links["ZEED"]
    with portal.database.transaction() as session:
        intake.keep(session, [make.arrival(row, reason="wrong_profile") for _ in range(3)])
    page = lars.get("/inbox?state=unreadable").text
    answer = lars.post("/inbox/replay", data={"csrf_token": CSRF, "reason": "wrong_profile"})

    assert "Alle 3 opnieuw lezen" in page and answer.status_code == 303
    with portal.database.transaction() as session:
        waiting = select(func.count()).where(
            InboundMessage.state == InboundState.KEPT, InboundMessage.hospital_id == row.hospital_id
        )
        assert session.scalar(waiting) == 3


def test_postgresql_itself_keeps_a_web_process_from_anothers_link(portal: Portal) -> None:
    """The second wall: with the session of ZEED's link manager the link of KREE cannot be written, whatever the application does."""
    lars = portal.person("Lars")
    with lars.session_transaction() as cookie:
        key = cookie["_user_id"]
    from mdo_portal.services.people import sessions

    own: Database = portal.app.extensions["mdo_database"]
    kree = portal.region.hospitals["KREE"]
    with own.transaction(entering=sessions.hash_key(key)) as session:
        link = session.scalars(select(Link).where(Link.hospital_id == kree)).one()
        link.token_in_hash = "x"
        with pytest.raises(Exception):  # noqa: B017 (no row: the policy hides it from UPDATE)
            session.flush()
        session.rollback()
    with pytest.raises(ProgrammingError), own.transaction(entering=sessions.hash_key(key)) as session:
        session.add(Link(hospital_id=session.scalars(select(Hospital.id).where(Hospital.code == "ODUL")).one(), profile_in=""))
