"""What a kind of message is at a hospital, said on its page: no file on a server, no programmer; and what came before is read anew."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from integrations.profiles import schema
from mdo_portal import wiring_profiles
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Changed, Link, LinkChange
from mdo_portal.domain.message_kinds import MEANINGS, OFFERED, kind_named
from mdo_portal.exchange import Unreadable, Wire, profile_of_link
from mdo_portal.services.inbox import intake
from mdo_portal.services.links import hospitals
from tests import make
from tests.integrations.hl7v2 import samples
from tests.reception_house import READERS
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]


def _on_hix(portal: Portal) -> str:
    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        link.profile_in, link.sending_applications, link.sending_facilities = "hix", ["HIX"], ["ZEED"]
    return portal.link()


def _said(portal: Portal) -> str:
    with portal.database.transaction() as session:
        return session.scalars(select(Link.otherwise).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()


def _kept(portal: Portal, *kinds: str) -> None:
    with portal.database.transaction() as session:
        zeed = next(row for row in hospitals.links(session) if row.hospital_code == "ZEED")
        intake.keep(
            session, [make.arrival(zeed, control_id=f"M{at}", reason="unknown_kind", kind=kind) for at, kind in enumerate(kinds)]
        )


def _waiting(portal: Portal) -> list[str]:
    with portal.database.transaction() as session:
        state = InboundMessage.state == InboundState.UNREADABLE
        return sorted(session.scalars(select(InboundMessage.kind).where(state)))


def test_a_kind_the_profile_does_not_know_is_said_tried_and_read(portal: Portal) -> None:
    lars, home = portal.person("Lars"), _on_hix(portal)
    raw = samples.REFERRAL.replace(b"REF^I12", b"ZOR^Z01").decode("latin-1")
    before = lars.post(f"{home}/try", data={"csrf_token": CSRF, "message": raw}).text
    there = re.search(r'href="([^"]+/places\?kind=[^"]+)#kind"', before)
    assert "Dit soort bericht kent het profiel niet." in before and there is not None

    page = lars.get(html.unescape(there[1])).text
    said = lars.post(f"{home}/places/kind", data={"csrf_token": CSRF, "kind": "ZOR^Z01", "meaning": "referral"})
    after = lars.post(f"{home}/try", data={"csrf_token": CSRF, "message": raw}).text

    assert 'name="kind" value="ZOR^Z01"' in page
    assert said.status_code == 303 and "van Putten" in after and "kent het profiel niet" not in after
    assert "ZOR^Z01" in lars.get(f"{home}/places").text


def test_what_was_said_has_its_version_its_line_in_the_log_and_its_way_back(portal: Portal) -> None:
    lars, home = portal.person("Lars"), _on_hix(portal)
    for meaning in ("result", "result", "profile"):
        lars.post(f"{home}/places/kind", data={"csrf_token": CSRF, "kind": "zor^z01^ZOR_Z01", "meaning": meaning})
    with portal.database.transaction() as session:
        changes = session.execute(
            select(LinkChange.after, LinkChange.by_name)
            .where(LinkChange.what == Changed.OTHERWISE)
            .order_by(LinkChange.at, LinkChange.id)
        ).all()
        lines = session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "link:manage")).all()
    assert [tuple(one) for one in changes] == [('[kinds]\n"ZOR^Z01" = "result"', "Lars"), ("", "Lars")]
    assert (lines, _said(portal)) == (["places", "places"], "")


def test_only_messages_of_that_kind_are_read_once_more_and_only_once_it_was_said(portal: Portal) -> None:
    lars, home = portal.person("Lars"), _on_hix(portal)
    _kept(portal, "ZOR^Z01", "zor^z01", "DFT^P03")
    assert "Laat" not in lars.get(f"{home}/places").text
    said = lars.post(f"{home}/places/kind", data={"csrf_token": CSRF, "kind": "ZOR^Z01", "meaning": "result"})
    assert said.headers["Location"].endswith("/places#unknown")  # where the button stands
    page = lars.get(f"{home}/places").text
    assert "Laat 2 berichten opnieuw lezen" in page and "kind=DFT%5EP03#kind" in page

    hospital = str(portal.region.hospitals["ZEED"])
    form = {"csrf_token": CSRF, "reason": "unknown_kind", "hospital": hospital, "kind": "ZOR^Z01"}
    again = lars.post("/inbox/replay", data=form, follow_redirects=True).text
    assert "2 berichten worden opnieuw gelezen." in again and _waiting(portal) == ["DFT^P03"]


def test_the_list_of_messages_leads_to_where_it_is_said(portal: Portal) -> None:
    lars, home = portal.person("Lars"), _on_hix(portal)
    _kept(portal, "ZOR^Z01")
    assert f'href="{home}/places?kind=ZOR%5EZ01#kind"' in lars.get("/inbox").text


@pytest.mark.parametrize(
    ("kind", "meaning", "sentence"),
    [
        ("", "result", "is geen soort bericht"),
        ("aanmelding per brief!", "result", "is geen soort bericht"),
        ("ZOR^Z01", "", "Kies wat het is."),
        ("ZOR^Z01", "casus", "Kies wat het is."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(
    portal: Portal, kind: str, meaning: str, sentence: str
) -> None:
    lars, home = portal.person("Lars"), _on_hix(portal)
    refused = lars.post(f"{home}/places/kind", data={"csrf_token": CSRF, "kind": kind, "meaning": meaning})
    assert refused.status_code == 422 and sentence in html.unescape(refused.text) and 'aria-invalid="true"' in refused.text
    assert _said(portal) == ""


@pytest.mark.parametrize("kind", ["SIU^S12", "ADT^A01", "DFT"])
@pytest.mark.parametrize("meaning", ["referral", "finding", "titled_document"])
def test_what_is_sent_of_all_patients_is_never_a_referral(portal: Portal, kind: str, meaning: str) -> None:
    """Of somebody without a case such a message is counted and not kept: acknowledged, the referral would be gone without a word."""
    lars, home = portal.person("Lars"), _on_hix(portal)
    chosen = lars.post(f"{home}/places/kind", data={"csrf_token": CSRF, "kind": kind, "meaning": meaning})
    written = lars.post(f"{home}/places", data={"csrf_token": CSRF, "otherwise": f'[kinds]\n"{kind}" = "{meaning}"'})
    for answer in (chosen, written):
        assert answer.status_code == 422 and f"{kind} kan geen aanmelding zijn" in html.unescape(answer.text)
    assert _said(portal) == ""


def test_no_profile_takes_a_referral_from_what_is_sent_of_all_patients() -> None:
    for name, wire in wiring_profiles.known_profiles().wires.items():
        if wire is Wire.HL7V2:
            wiring_profiles.check_otherwise(name, "")
            assert not wiring_profiles.lost_referrals(wiring_profiles.kinds_of(name))


def test_other_own_places_stay_and_a_kind_of_the_profile_may_be_nothing(portal: Portal) -> None:
    lars, home = portal.person("Lars"), _on_hix(portal)
    lars.post(f"{home}/places/one", data={"csrf_token": CSRF, "field": "patient.bsn", "place": "ZPI-2"})
    lars.post(f"{home}/places/kind", data={"csrf_token": CSRF, "kind": "SIU^S12", "meaning": "nothing"})
    raw = samples.REFERRAL.replace(b"REF^I12", b"SIU^S12").decode("latin-1")
    assert "kent het profiel niet" in lars.post(f"{home}/try", data={"csrf_token": CSRF, "message": raw}).text
    assert _said(portal).count("ZPI-2") == 1 and '"SIU^S12" = ""' in _said(portal)


@pytest.mark.parametrize("meaning", OFFERED)
@pytest.mark.parametrize("event", ["ZOR^Z01", "ADT^Z99", "SIU^Z01", "DFT^P03"])
def test_whatever_was_said_a_message_is_read_or_has_a_reason(event: str, meaning: str) -> None:
    """The page lets people say anything of anything: a reader that broke on it would hold up whoever comes behind."""
    profile = profile_of_link("hix", f'[kinds]\n"{event}" = "{meaning}"')
    for raw in (samples.REFERRAL.replace(b"REF^I12", event.encode()), samples.REFERRAL.replace(b"REF^I12", event.encode())[:300]):
        try:
            READERS[Wire.HL7V2].read(raw, profile)
        except Unreadable as why:
            assert why.reason


def test_every_meaning_of_the_schema_has_words() -> None:
    assert set(MEANINGS) == set(schema.MEANINGS)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("ORU^R01", "ORU^R01"), (" oru^r01^ORU_R01 ", "ORU^R01"), ("ORU_R01", "ORU^R01"), ("ORU", "ORU"), ("^", ""), ("a|b", "")],
)
def test_a_kind_is_taken_as_vendors_write_it(typed: str, kind: str) -> None:
    assert kind_named(typed) == kind
