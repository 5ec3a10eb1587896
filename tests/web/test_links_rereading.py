"""After a link was mended: what was read before is counted on its pages, and read again with one button."""

from __future__ import annotations

import html
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.services.links import links
from tests import make
from tests.reception_house import hand_in, understand_all
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]

TODAY = datetime.now(UTC)
BEFORE = "2 aanmeldingen zijn gelezen voordat deze koppeling werd gewijzigd."
QUESTION = "Wat vindt u?"


@pytest.fixture
def mended(portal: Portal) -> Portal:
    """ZEED wrote its question in a note; two referrals were read before its link manager said so."""
    told = [make.hl7_referral(f"M{one}", patient=one, question="") + f"NTE|1||{QUESTION}\r".encode() for one in ("71", "72")]
    hand_in(portal.database, portal.region, *told, now=TODAY - timedelta(hours=1))
    understand_all(portal.database, now=TODAY - timedelta(hours=1))
    with portal.database.transaction() as session:
        zeed = portal.region.hospitals["ZEED"]
        hospital, link = session.get_one(Hospital, zeed), session.scalars(select(Link).where(Link.hospital_id == zeed)).one()
        text = '[referral]\nquestion_board = ["NTE-3"]\n'
        links.save_otherwise(session, hospital, link, text, viewer=portal.region.lars, now=TODAY - timedelta(minutes=1))
    return portal


def home(portal: Portal, code: str = "ZEED") -> str:
    return f"/links/{portal.region.hospitals[code]}"


def asked(portal: Portal) -> int:
    with portal.database.transaction() as session:
        return len(session.scalars(select(Case).where(Case.question_board == QUESTION)).all())


@pytest.mark.parametrize("page", ["", "/places", "/try"])
def test_the_link_manager_reads_all_of_them_again_with_one_button(mended: Portal, page: str) -> None:
    lars = mended.person("Lars")
    shown = html.unescape(lars.get(home(mended) + page).text)
    assert BEFORE in shown and "Alle 2 opnieuw lezen" in shown

    answer = html.unescape(lars.post(f"{home(mended)}/replay", data={"csrf_token": CSRF}, follow_redirects=True).text)
    assert "2 aanmeldingen worden opnieuw gelezen." in answer
    understand_all(mended.database, now=TODAY + timedelta(minutes=1))

    assert asked(mended) == 2
    assert BEFORE not in html.unescape(lars.get(home(mended) + page).text)
    assert "opnieuw gelezen" in lars.get("/inbox?state=understood").text
    with mended.database.transaction() as session:
        said = session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "inbox:replay")).all()
    assert said == ["all told before"] * 2


def test_a_read_referral_is_read_again_from_its_row(mended: Portal) -> None:
    lars = mended.person("Lars")
    with mended.database.transaction() as session:
        message_id = session.scalars(select(InboundMessage.id).where(InboundMessage.state == InboundState.UNDERSTOOD)).first()
    assert f"/inbox/{message_id}/replay" in lars.get("/inbox?state=understood").text

    lars.post(f"/inbox/{message_id}/replay", data={"csrf_token": CSRF})
    understand_all(mended.database, now=TODAY)

    assert asked(mended) == 1


@pytest.mark.parametrize(("who", "status"), [("Lars", 404), ("Ada", 303), ("Dirk", 403)])
def test_another_hospitals_link_is_not_there(mended: Portal, who: str, status: int) -> None:
    answer = mended.person(who).post(f"{home(mended, 'DELT')}/replay", data={"csrf_token": CSRF})

    assert answer.status_code == status


def test_nothing_is_offered_where_nothing_was_read_before(portal: Portal) -> None:
    shown = portal.person("Lars").get(home(portal)).text

    assert "voordat deze koppeling werd gewijzigd" not in shown
    answer = portal.person("Lars").post(f"{home(portal)}/replay", data={"csrf_token": CSRF}, follow_redirects=True)
    assert answer.status_code == 200 and uuid.UUID(home(portal).rpartition("/")[2])
