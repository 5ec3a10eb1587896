"""What a link manager agrees about the own line on a page: TLS for letters, tokens both ways, and what the server is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError
from werkzeug.test import TestResponse

from mdo_portal.database import Database
from mdo_portal.domain.certificate_refusals import HOLDS_KEY
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import SignedInSession
from mdo_portal.domain.poll import Poll
from mdo_portal.services.links import link_history
from mdo_portal.services.oversight import agreements
from mdo_portal.services.oversight.agreements import KEYS, NO_ID, SEARCHES, TAKEN
from mdo_portal.services.people import sessions
from mdo_portal.web.links_proof import AGAIN
from tests.client_certificates import made
from tests.copies import as_web
from tests.people import Region
from tests.web.portal import app_on
from tests.web.test_links_line import Portal

KEY = ECKey.generate_key("P-384", auto_kid=True)
JWKS = json.dumps({"keys": [KEY.as_dict(private=False)]})
SERVER = {
    "url": "https://fhir.zeeduyn.example/r4", "token_url": "https://login.zeeduyn.example/token", "client_id": "mdo-portaal",
    "scopes": "system/*.read", "their_client_id": "epd-zeeduyn", "their_keys": JWKS, "search": "ServiceRequest?category=mdo", "every": "900",
}  # fmt: skip


class Agreeing(Portal):
    def agree(self, name: str = "Lars", code: str = "ZEED", **form: str) -> TestResponse:
        return self.post(self.person(name), "/agreements", code, **({"every": "300"} | form))

    def stored(self, code: str = "ZEED") -> Link:
        with self.database.transaction() as session:
            link = session.get_one(Link, self.region.links[code].link_id)
            session.expunge(link)
            return link

    def asked(self) -> Poll | None:
        with self.database.transaction() as session:
            return session.scalars(select(Poll)).one_or_none()

    def set(self, code: str = "ZEED", **values: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(Link).where(Link.id == self.region.links[code].link_id).values(**values))

    def grown_stale(self) -> None:
        """An hour since anybody proved who they are."""
        then = datetime.now(UTC) - timedelta(hours=1)
        with self.database.transaction() as session:
            session.execute(update(SignedInSession).values(confirmed_at=then, confirmed_strongly_at=then))


@pytest.fixture
def portal(database: Database, region: Region) -> Iterator[Agreeing]:
    with database.transaction() as session:
        session.execute(update(Link).values(profile_in="generic-r4", profile_out="generic-r4", channel_out=Channel.PAPER))
    with app_on(database) as app:
        yield Agreeing(app, database, region)


def test_a_link_manager_writes_down_everything_about_the_fhir_server_of_the_own_hospital(portal: Agreeing) -> None:
    assert portal.agree(**SERVER).status_code == 303

    link, poll = portal.stored(), portal.asked()
    assert (link.url_out, link.token_url_out, link.client_id_out) == (SERVER["url"], SERVER["token_url"], SERVER["client_id"])
    assert (link.scopes_out, link.client_id_in, link.jwks_in) == (SERVER["scopes"], SERVER["their_client_id"], JWKS)
    assert poll is not None and (poll.query, poll.every_seconds) == (SERVER["search"], 900)
    shown, form = (portal.person().get(portal.link() + path).text for path in ("", "/agreements"))
    assert all(SERVER[name] in shown for name in ("url", "token_url", "client_id", "their_client_id", "search"))
    assert all(value.replace('"', "&#34;") in form for value in SERVER.values())
    assert portal.logged() == ["Lars: agreements"]


def test_who_changed_which_agreement_stands_with_the_link_and_holds_no_key(portal: Agreeing) -> None:
    portal.agree(**SERVER)
    portal.agree(**SERVER | {"search": ""})

    with portal.database.transaction() as session:
        ended, written = link_history.history(session, portal.region.hospitals["ZEED"])[:2]
    assert (ended.by_name, ended.after) == ("Lars", "poll: \npoll_every: ") and portal.asked() is None
    assert (
        "client_id_in: epd-zeeduyn" in written.after and "jwks_in: " in written.after and KEY.as_dict()["x"] not in written.after
    )


def test_saving_the_same_again_changes_nothing_and_does_not_begin_asking_anew(portal: Agreeing) -> None:
    portal.agree(**SERVER)
    with portal.database.transaction() as session:
        session.execute(update(Poll).values(attempts=4, reason="unreachable"))
    portal.agree(**SERVER)

    poll = portal.asked()
    assert poll is not None and (poll.attempts, poll.reason) == (4, "unreachable")
    with portal.database.transaction() as session:
        assert len(link_history.history(session, portal.region.hospitals["ZEED"])) == 1


def test_letters_go_over_tls_when_the_link_manager_says_so(portal: Agreeing) -> None:
    portal.set(profile_in="hix", channel_out=Channel.MLLP, host_out="epd.zeeduyn.example", port_out=2575)
    root = made("zeed", ca=True).pem.decode()
    assert "TLS instellen" in portal.person().get(portal.link()).text

    assert portal.agree(tls="1", trust=root).status_code == 303
    assert (portal.stored().tls_out, portal.stored().trust_out) == (True, root.strip())
    assert "over TLS" in portal.person().get(portal.link()).text


def test_letters_are_not_sent_bare_where_they_would_never_leave(portal: Agreeing) -> None:
    portal.set(
        profile_in="hix",
        channel_out=Channel.MLLP,
        host_out="epd.zeeduyn.example",
        port_out=2575,
        tls_out=True,
        inside_networks=[],
    )
    refused = portal.agree()
    assert refused.status_code == 422 and "geregistreerd netwerk, en er is er geen" in refused.text and portal.stored().tls_out

    portal.set(inside_networks=["10.20.0.0/16"])
    assert portal.agree().status_code == 303 and not portal.stored().tls_out


def test_a_form_that_does_not_ask_for_fhir_leaves_what_is_agreed_about_it(portal: Agreeing) -> None:
    portal.agree(**SERVER)
    portal.set(profile_in="hix", channel_out=Channel.MLLP, host_out="epd.zeeduyn.example", port_out=2575)
    portal.agree(tls="1")
    assert portal.stored().jwks_in == JWKS and portal.asked() is not None


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("url", "http://fhir.zeeduyn.example", "Dit moet een https-adres zijn"),
        ("url", "", "daar wordt de zoekvraag gesteld"),
        ("token_url", "https://login.zeeduyn.example/token?x=1", "Dit moet een https-adres zijn"),
        ("client_id", "", "zonder geeft het geen token"),
        ("client_id", "x" * 201, NO_ID),
        ("scopes", "système", "Hoogstens 500"),
        ("their_client_id", "", "waaronder hun systeem zich meldt"),
        ("their_keys", "", "daaraan wordt gezien dat zij het zijn"),
        ("their_keys", "https://epd.example/jwks", KEYS["no keys"]),
        ("search", "Patient?name=x", SEARCHES["kind"]),
        ("search", "ServiceRequest?_sort=date", SEARCHES["ours"]),
        ("search", "ServiceRequest?patient=1", SEARCHES["person"]),
        ("search", "ServiceRequest?x=<y>", SEARCHES["not_allowed"]),
        ("every", "7", "tussen 30 seconden en een dag"),
        ("trust", "geen certificaat", "Hiermee is geen server te controleren"),
    ],
)
def test_what_cannot_work_is_said_beside_its_field_and_keeps_what_was_typed(
    portal: Agreeing, field: str, text: str, sentence: str
) -> None:
    refused = portal.agree(**SERVER | {field: text})
    assert refused.status_code == 422 and sentence in refused.text
    assert (
        SERVER["their_client_id" if field == "scopes" else "scopes"] in refused.text
        and not portal.stored().token_url_out
        and portal.asked() is None
    )


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("their_keys", json.dumps({"keys": [KEY.as_dict(private=True)]}), KEYS["private"]),
        ("trust", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", HOLDS_KEY),
    ],
)
def test_a_private_key_is_neither_kept_nor_shown_again(portal: Agreeing, field: str, text: str, sentence: str) -> None:
    refused = portal.agree(**SERVER | {field: text})
    assert refused.status_code == 422 and sentence in refused.text
    assert "MIIB" not in refused.text and str(KEY.as_dict(private=True)["d"]) not in refused.text
    assert portal.stored().jwks_in == portal.stored().trust_out == ""


def test_two_hospitals_do_not_get_a_token_under_one_client_id(portal: Agreeing) -> None:
    portal.set("DELT", client_id_in="epd-zeeduyn", jwks_in=JWKS)
    refused = portal.agree(**SERVER)
    assert refused.status_code == 422 and TAKEN in refused.text


def test_letters_over_fhir_keep_their_address(portal: Agreeing) -> None:
    portal.set(channel_out=Channel.FHIR, url_out=SERVER["url"])
    assert "Kies eerst bij Instellingen een andere weg" in portal.agree(url="").text
    assert portal.stored().url_out == SERVER["url"]


def test_who_has_not_just_proven_to_be_there_is_asked_and_keeps_what_was_typed(portal: Agreeing) -> None:
    lars = portal.person()
    portal.grown_stale()
    assert (
        "Macro" not in lars.get(portal.link() + "/agreements").text and lars.get(portal.link() + "/agreements").status_code != 200
    )
    asked = portal.post(lars, "/agreements", **SERVER)
    assert (
        asked.status_code == 422
        and AGAIN in asked.text
        and SERVER["client_id"] in asked.text
        and not portal.stored().client_id_out
    )

    assert portal.post(lars, "/agreements", **SERVER | {"password": "wrong"}).status_code == 422
    assert not portal.stored().client_id_out


def test_of_another_hospital_there_is_nothing_to_agree(portal: Agreeing) -> None:
    assert portal.person().get(portal.link("DELT") + "/agreements").status_code == 404
    assert portal.agree(code="DELT", **SERVER).status_code == 404 and not portal.stored("DELT").client_id_in


def test_who_was_overtaken_hears_it_and_overwrites_nothing(portal: Agreeing) -> None:
    old = portal.person().get(portal.link() + "/agreements").text.partition('name="seen" value="')[2].partition('"')[0]
    portal.agree(**SERVER)
    late = portal.agree("Ada", seen=old, **SERVER | {"client_id": "anders"})
    assert late.status_code == 409 and "Lars wijzigde dit intussen" in late.text and "anders" in late.text
    assert portal.stored().client_id_out == SERVER["client_id"]


def test_a_link_without_a_line_says_what_to_choose_first(portal: Agreeing) -> None:
    portal.set(profile_in="", channel_out=Channel.PAPER)
    page = portal.person().get(portal.link() + "/agreements").text
    assert "Er is nog niets af te spreken" in page and "<textarea" not in page


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE links SET jwks_in = 'x' WHERE id = :link",
        "UPDATE links SET jwks_url_in = 'https://elders.example/jwks' WHERE id = :link",
        "UPDATE links SET tls_out = true WHERE id = :link",
        "INSERT INTO polls (link_id, hospital_id, query, every_seconds, since, next_at, attempts, reason)"
        " VALUES (:link, :hospital, 'ServiceRequest', 60, now(), now(), 0, '')",
        "UPDATE links SET inside_networks = '{10.0.0.0/8}' WHERE id = :link",
        "UPDATE links SET certificate_out_sealed = '' WHERE id = :link",
    ],
)
def test_postgresql_takes_no_agreement_of_a_session_that_proved_nothing_lately(portal: Agreeing, statement: str) -> None:
    lars = portal.person()
    with lars.session_transaction() as cookie:
        key = cookie["_user_id"]
    portal.grown_stale()
    names = {"link": portal.region.links["ZEED"].link_id, "hospital": portal.region.hospitals["ZEED"]}
    with pytest.raises(ProgrammingError), as_web(portal.database).transaction(entering=sessions.hash_key(key)) as session:
        session.execute(text(statement), names)


def test_the_rules_are_the_same_for_what_stands_already(database: Database, region: Region) -> None:
    """An agreement in two steps: what is not said is what stood."""
    checks = agreements.Checks(keys=lambda _: "", search=lambda _: "", roots=lambda _: True)
    with database.transaction() as session:
        link = session.get_one(Link, region.links["ZEED"].link_id)
        first = agreements.Agreed(url="https://a.example", token_url="https://b.example", client_id="mdo")
        agreements.write(session, link, first, checks, now=datetime.now(UTC), loopback=False)
        agreements.write(
            session, link, replace(agreements.Agreed(), search="ServiceRequest"), checks, now=datetime.now(UTC), loopback=False
        )
        assert agreements.as_agreed(session, link) == replace(
            first,
            tls=False,
            trust="",
            scopes="",
            their_client_id="",
            their_keys="",
            their_keys_url="",
            search="ServiceRequest",
            every=300,
            subscribes=False,
            topic="",
        )
