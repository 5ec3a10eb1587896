"""Who may call over a hospital's line, on its page: binding and withdrawing a certificate, and accepting that there is none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.certificate_refusals import AUTHORITY, CHAIN, HOLDS_KEY, NOT_ONE, NOTHING, TOO_LARGE
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link, LinkCertificate
from mdo_portal.domain.people import SignedInSession
from mdo_portal.exchange import Caller
from mdo_portal.services.links import line_binding, lines, refused_calls
from mdo_portal.services.links.line_binding import ELSEWHERE, ENDED, NOT_CALLED
from mdo_portal.web import confirming
from mdo_portal.web.links_proof import AGAIN
from tests.client_certificates import Made, made
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

LINE = "/line/certificate"


class Portal(NamedTuple):
    app: Flask
    database: Database
    region: Region

    def person(self, name: str = "Lars") -> FlaskClient:
        return signed_in(self.app, self.database, self.region, name)

    def link(self, code: str = "ZEED") -> str:
        return f"/links/{self.region.hospitals[code]}"

    def paste(self, who: FlaskClient, raw: bytes, **more: str) -> TestResponse:
        data = {"csrf_token": CSRF, "certificate": raw.decode("latin-1"), **more}
        return who.post(self.link() + LINE, data=data, content_type="multipart/form-data")

    def upload(self, who: FlaskClient, raw: bytes) -> TestResponse:
        data = {"csrf_token": CSRF, "file": (io.BytesIO(raw), "zeed.cer")}
        return who.post(self.link() + LINE, data=data, content_type="multipart/form-data")

    def post(self, who: FlaskClient, path: str, code: str = "ZEED", **form: str) -> TestResponse:
        return who.post(self.link(code) + path, data={"csrf_token": CSRF, **form})

    def bound(self) -> list[str]:
        with self.database.transaction() as session:
            rows = session.scalars(select(LinkCertificate).where(LinkCertificate.withdrawn_at.is_(None)))
            return [one.fingerprint or one.name for one in rows]

    def logged(self) -> list[str]:
        with self.database.transaction() as session:
            rows = session.scalars(select(AuditEntry).where(AuditEntry.act == "link:manage").order_by(AuditEntry.seq))
            return [f"{one.person_name}: {one.detail}" for one in rows]


@pytest.fixture
def portal(database: Database, region: Region) -> Iterator[Portal]:
    with database.transaction() as session:
        session.execute(update(Link).values(profile_in="hix", channel_out=Channel.PAPER))
    with app_on(database) as app:
        yield Portal(app, database, region)


@pytest.fixture(scope="module")
def zeed() -> Made:
    return made("epd.zeeduyn.test")


def test_a_certificate_is_bound_shown_and_withdrawn_by_the_link_manager_and_all_of_it_is_told(portal: Portal, zeed: Made) -> None:
    lars = portal.person()
    assert "Er is nog geen certificaat gekoppeld." in lars.get(portal.link()).text

    assert portal.paste(lars, zeed.pem).status_code == 303
    shown = lars.get(portal.link()).text
    assert portal.bound() == [zeed.fingerprint] and "Beveiligd" in shown and ">epd.zeeduyn.test<" in shown

    withdrawn = portal.post(lars, f"{LINE}/withdraw", bound_to=zeed.fingerprint)
    again = portal.post(lars, f"{LINE}/withdraw", bound_to=zeed.fingerprint)
    assert (withdrawn.status_code, again.status_code, portal.bound()) == (303, 303, [])
    after = lars.get(portal.link()).text
    assert "certificaat gekoppeld" in after and "certificaat ingetrokken" in after and "Dit was al ingetrokken." in after
    assert portal.logged() == [f"Lars: bound {zeed.fingerprint}", f"Lars: withdrew {zeed.fingerprint}"]


def test_a_file_in_another_form_is_the_same_certificate_and_its_name_may_be_bound(portal: Portal, zeed: Made) -> None:
    lars = portal.person()
    assert portal.upload(lars, zeed.der).status_code == 303
    assert portal.paste(lars, zeed.pem, by_name="1").status_code == 303
    assert portal.bound() == [zeed.fingerprint, "epd.zeeduyn.test"]


@pytest.mark.parametrize(
    ("sentence", "raw"),
    [
        (NOTHING, b""),
        (NOT_ONE, b"zomaar wat"),
        (TOO_LARGE, b"-----BEGIN CERTIFICATE-----" + b"A" * 5_000_000),
        (CHAIN, made().pem + made("Uitgever", ca=True).pem),
        (AUTHORITY, made("Uitgever", ca=True).pem),
        (ENDED, made(ends=-timedelta(days=1)).pem),
    ],
    ids=["nothing", "junk", "five megabytes", "a chain", "an authority", "ended"],
)
def test_what_cannot_be_bound_is_refused_with_a_sentence(portal: Portal, sentence: str, raw: bytes) -> None:
    lars = portal.person()
    answers = [portal.upload(lars, raw)] if len(raw) > 1_000_000 else [portal.paste(lars, raw), portal.upload(lars, raw)]
    assert {(one.status_code, sentence in one.text) for one in answers} == {(422, True)}
    assert portal.bound() == []


def test_of_a_private_key_nothing_is_kept_or_shown_again(portal: Portal, zeed: Made) -> None:
    lars = portal.person()
    body = zeed.key_bytes().decode().splitlines()[1]
    for answer in (portal.paste(lars, zeed.pem + zeed.key_bytes()), portal.upload(lars, zeed.key_bytes())):
        assert answer.status_code == 422 and HOLDS_KEY in answer.text.replace("&#39;", "'")
        assert body not in answer.text
    assert portal.bound() == [] and portal.logged() == []


def test_a_certificate_of_another_hospital_is_not_taken_over(portal: Portal, zeed: Made) -> None:
    with portal.database.transaction() as session:
        kree = portal.region.links["KREE"].link_id
        line_binding.bind(session, kree, now=datetime.now(UTC), by="x", fingerprint=zeed.fingerprint)
    answer = portal.paste(portal.person(), zeed.pem)
    assert answer.status_code == 422 and ELSEWHERE in answer.text


def test_a_certificate_that_called_is_offered_and_bound_with_one_button(portal: Portal) -> None:
    with portal.database.transaction() as session:
        ends = datetime.now(UTC) + timedelta(days=90)
        lines.saw(session, {"c": Caller("", False, "c" * 64, ("epd.zeeduyn.test",), ends)}, now=datetime.now(UTC))
    lars = portal.person()
    assert "epd.zeeduyn.test" in lars.get(portal.link()).text
    assert f'value="{"c" * 64}" required checked' in lars.get(f"{portal.link()}{LINE}?called={'c' * 64}").text

    refused = portal.post(lars, f"{LINE}/called", fingerprint="d" * 64)
    assert refused.status_code == 422 and NOT_CALLED in refused.text
    assert portal.post(lars, f"{LINE}/called", fingerprint="c" * 64).status_code == 303
    assert portal.bound() == ["c" * 64]
    assert "Belden onlangs" not in lars.get(portal.link()).text


def test_calls_that_came_to_nothing_stand_on_the_page_with_what_to_do(portal: Portal, zeed: Made) -> None:
    at = datetime.now(UTC)
    with portal.database.transaction() as session:
        refused_calls.write_down(session, {("10.0.0.9", "no_certificate"): 4, ("10.0.0.8", "unknown_authority"): 1}, now=at)
    lars = portal.person()

    page = lars.get(portal.link()).text
    assert (
        '<details class="fold" id="refused-calls" open>' in page
        and "2 verbindingen van de laatste twee weken lukten niet" in page
    )
    assert "<b>10.0.0.9</b> toonde geen certificaat. Zet in dat systeem het clientcertificaat" in page and "4 keer" in page

    portal.paste(lars, zeed.pem)
    with portal.database.transaction() as session:
        lines.saw(session, {"z": Caller("", False, zeed.fingerprint, ("epd.zeeduyn.test",))}, now=at)
    assert '<details class="fold" id="refused-calls" open>' not in lars.get(portal.link()).text  # it works: no longer in the way


def test_what_only_looks_whether_the_port_is_open_stands_apart_and_counts_as_nothing_that_failed(
    portal: Portal, zeed: Made
) -> None:
    """A load balancer that asks for a page every few seconds stood first among what went wrong, at every hospital."""
    at = datetime.now(UTC)
    with portal.database.transaction() as session:
        refused_calls.write_down(session, {("10.0.0.7", "checked"): 4000}, now=at)
    page = portal.person().get(portal.link()).text
    assert 'id="refused-calls"' not in page and "waarschijnlijk om te kijken of de poort open is" in page
    assert '<details class="fold" id="port-checks" open>' in page  # a first day: it may be a system that is being set up

    with portal.database.transaction() as session:
        refused_calls.write_down(session, {("10.0.0.9", "no_certificate"): 1}, now=at)
    page = portal.person().get(portal.link()).text
    assert "1 verbinding van de laatste twee weken lukte niet" in page
    assert page.count("10.0.0.7") == 1 and page.index("10.0.0.9") < page.index('id="port-checks"') < page.index("10.0.0.7")

    portal.paste(portal.person(), zeed.pem)
    with portal.database.transaction() as session:
        lines.saw(session, {"z": Caller("", False, zeed.fingerprint, ("epd.zeeduyn.test",))}, now=at)
    assert '<details class="fold" id="port-checks">' in portal.person().get(portal.link()).text


def test_the_page_names_whose_certificates_may_call_where_it_can_know(portal: Portal, tmp_path: Path) -> None:
    lars, file = portal.person(), tmp_path / "regio.pem"
    assert "vraag de beheerder van het portaal welke" in lars.get(portal.link() + LINE).text

    file.write_bytes(made("Uitgever van de regio", ca=True).pem)
    settings = portal.app.extensions["mdo_settings"]
    portal.app.extensions["mdo_settings"] = replace(settings, mllp_tls_bind="127.0.0.1:2576", mllp_tls_authorities=str(file))
    shown = lars.get(portal.link() + LINE).text
    assert "CN=Uitgever van de regio" in shown and "nog geen poort met TLS" not in shown
    assert "2576" in lars.get(portal.link()).text


def test_a_certificate_of_an_authority_that_may_not_call_is_bound_only_when_somebody_says_that_its_chain_comes_along(
    portal: Portal, tmp_path: Path
) -> None:
    lars, file = portal.person(), tmp_path / "regio.pem"
    region, other = made("Uitgever van de regio", ca=True), made("Een andere uitgever", ca=True)
    file.write_bytes(region.pem)
    settings = portal.app.extensions["mdo_settings"]
    portal.app.extensions["mdo_settings"] = replace(settings, mllp_tls_bind="127.0.0.1:2576", mllp_tls_authorities=str(file))
    ours, theirs = made("epd.zeeduyn.test", by=region), made("epd.elders.test", by=other)

    for refused in (portal.paste(lars, theirs.pem), portal.upload(lars, theirs.der)):
        assert refused.status_code == 422 and "uitgegeven door CN=Een andere uitgever" in refused.text
        # A file need not be chosen again.
        assert theirs.pem.decode().splitlines()[1] in refused.text and 'name="with_chain"' in refused.text
    assert portal.bound() == []
    assert portal.paste(lars, theirs.pem, with_chain="1").status_code == portal.paste(lars, ours.pem).status_code == 303
    assert portal.bound() == [theirs.fingerprint, ours.fingerprint]


def test_a_certificate_that_ends_says_so_on_the_card_and_one_that_ended_beside_another_does_not(portal: Portal) -> None:
    lars = portal.person()
    ends = {"oud": timedelta(hours=-3), "kort": timedelta(hours=2), "lang": timedelta(days=300)}
    fingerprints = {name: made(f"{name}.zeeduyn.test", ends=left) for name, left in ends.items()}
    portal.paste(lars, fingerprints["lang"].pem)
    assert "Certificaat</dt>" not in lars.get("/links").text

    portal.paste(lars, fingerprints["kort"].pem)
    assert "loopt af " in (card := lars.get("/links").text) and "nog 0 dagen" not in card
    assert "loopt af " in (page := lars.get(portal.link()).text) and "nog 0 dagen" not in page

    with portal.database.transaction() as session:
        which = update(LinkCertificate).where(LinkCertificate.fingerprint == fingerprints["kort"].fingerprint)
        session.execute(which.values(expires_at=datetime.now(UTC) + ends["oud"]))
    assert "· verlopen" not in lars.get("/links").text  # the new one stands beside it, as the instruction says
    assert lars.get(portal.link()).text.count("· verlopen") == 1  # in its own row


WRITES = (LINE, f"{LINE}/called", "/line/plain")


def test_who_lets_somebody_in_proves_to_be_there_and_who_shuts_somebody_out_need_not(portal: Portal, zeed: Made) -> None:
    lars = portal.person()
    portal.paste(lars, zeed.pem)
    with portal.database.transaction() as session:
        then = datetime.now(UTC) - timedelta(minutes=6)
        session.execute(update(SignedInSession).values(confirmed_at=then, confirmed_strongly_at=then))

    asked = [lars.get(portal.link() + path) for path in (LINE, "/line/plain")]
    assert {(one.status_code, one.headers["Location"].partition("?")[0]) for one in asked} == {(303, "/confirm")}
    typed = {"certificate": "wat ik plakte", "why": "wat ik typte", "by": "x", "until": "01-01-2027"}
    sent = [portal.post(lars, path, **typed, **proof) for path in WRITES for proof in ({}, {"password": "geraden"})]
    assert {one.status_code for one in sent} == {422}
    assert all(sentence in one.text for one, sentence in zip(sent, (AGAIN, confirming.WRONG) * 3, strict=True))
    assert all(('name="password"' in one.text, "wat ik" in one.text) == (True, True) for one in (*sent[:2], *sent[4:]))
    assert portal.post(lars, f"{LINE}/withdraw", bound_to=zeed.fingerprint).status_code == 303
    assert portal.bound() == []


@pytest.mark.parametrize(("name", "code", "status"), [("Lars", "KREE", 404), ("Aisha", "ZEED", 403), ("Carla", "ZEED", 403)])
def test_nobody_else_binds_or_withdraws(portal: Portal, zeed: Made, name: str, code: str, status: int) -> None:
    who = portal.person(name)
    answers = [portal.post(who, path, code) for path in (*WRITES, f"{LINE}/withdraw", "/line/plain/withdraw")]
    answers += [who.get(portal.link(code) + path) for path in (LINE, "/line/plain")]
    assert {one.status_code for one in answers} == {status}


def test_where_another_hospital_signs_alike_no_certificate_that_called_can_be_chosen(portal: Portal) -> None:
    at = datetime.now(UTC)
    zeed, kree = (portal.region.links[code].link_id for code in ("ZEED", "KREE"))
    with portal.database.transaction() as session:
        for link_id, digit in ((zeed, "a"), (kree, "b")):
            line_binding.bind(session, link_id, now=at, by="Test", fingerprint=digit * 64)
        lines.saw(session, {"a": Caller("", False, "a" * 64)}, now=at)
        own = session.get_one(Link, zeed)
        session.execute(
            update(Link)
            .where(Link.id == kree)
            .values(sending_applications=own.sending_applications, sending_facilities=own.sending_facilities)
        )
        lines.saw(session, {"c": Caller("", False, "c" * 64, ("epd2.test",))}, now=at)

    page, choice = portal.person().get(portal.link()).text, portal.person().get(portal.link() + LINE).text

    assert "epd2.test" in page and "Een ander ziekenhuis noemt zich in berichten net zo" in page and "called=cccc" not in page
    assert "epd2.test" not in choice and "Kies er een dat onlangs belde" not in choice
