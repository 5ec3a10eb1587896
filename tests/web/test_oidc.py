"""Signing in through the hospital: from the button to a session for that hospital, and every way in which nobody is signed in."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from integrations.oidc.logout import EVENT
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity import Identity, IdentityProvider, Registration
from mdo_portal.domain.people import Membership, Person, SignedInSession
from mdo_portal.services import identities, providers, sessions
from tests import make
from tests.integrations.oidc import idp, mint
from tests.integrations.oidc.idp import OTHER_RSA, RSA, Idp
from tests.people import Region, person_id
from tests.web.portal import CSRF, app_on, signed_in

CLIENT = "mdo-portaal"
SAID = Registration(
    label="Zeeduin (werkaccount)", issuer="", client_id=CLIENT, client_secret="geheim", scopes="openid", required_acr=("hoog",),
    required_amr=(), strong_values=("hoog",), max_age_seconds=3600, algorithms=("RS256",), extra_hosts=(), reads_userinfo=False,
    enabled=True,
)  # fmt: skip


@dataclass
class House:
    """A portal, ZEED's provider and DELT's."""

    app: Flask
    database: Database
    region: Region
    zeed: Idp
    delt: Idp
    ids: dict[str, uuid.UUID]

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def out(self, client: FlaskClient, code: str = "ZEED", **query: str) -> dict[str, str]:
        """The button: what the browser is sent to the provider with."""
        answer = client.get(f"/sign-in/with/{self.ids[code]}", query_string=query)
        assert answer.status_code == 303, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}

    def back(
        self, client: FlaskClient, asked: dict[str, str], code: str = "ZEED", *, by: str = "", **claims: Any
    ) -> TestResponse:
        """The provider (of `by`) vouches; the browser comes back at the door of `code`."""
        server = self.server(by or code)
        now = int(time.time())
        said = {
            "iss": server.url, "sub": "dirk-1", "aud": CLIENT, "exp": now + 60, "iat": now, "auth_time": now, "nonce": asked["nonce"],
            "acr": "hoog", "sid": "sid-1", **claims,
        }  # fmt: skip
        self.server(code).answer = {
            "access_token": "a",
            "id_token": mint.token({"alg": "RS256", "kid": "k1"}, said, key_of(by or code)),
        }
        return client.get(f"/sign-in/back/{self.ids[code]}", query_string={"state": asked["state"], "code": "c"})

    def server(self, code: str) -> Idp:
        return self.zeed if code == "ZEED" else self.delt

    def linked(self, name: str, subject: str, code: str = "ZEED") -> None:
        with self.database.transaction() as session:
            identities.link(
                session, person_id(name), self.region.hospitals[code], self.server(code).url, subject, now=datetime.now(UTC)
            )

    def sessions(self) -> list[SignedInSession]:
        with self.database.transaction() as session:
            return list(session.scalars(select(SignedInSession).where(SignedInSession.method == "oidc")))

    def lines(self, act: str) -> list[AuditEntry]:
        with self.database.transaction() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.seq)))

    def change(self, model: type[Any], condition: Any, **values: Any) -> None:
        with self.database.transaction() as session:
            for one in session.scalars(select(model).where(condition)):
                for name, value in values.items():
                    setattr(one, name, value)


def key_of(code: str) -> Any:
    return RSA if code == "ZEED" else OTHER_RSA


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    with idp.serving([mint.jwk(RSA)]) as zeed, idp.serving([mint.jwk(OTHER_RSA)]) as delt, app_on(database) as app:
        made = House(app, database, region, zeed, delt, {})
        with database.transaction() as session:
            for code in ("ZEED", "DELT"):
                row = providers.empty_for(session, region.ada, uuid.uuid4(), region.hospitals[code])
                said = replace(SAID, issuer=made.server(code).url, label=code)
                providers.save(session, row, said, viewer=region.ada, now=make.NOW)
                made.ids[code] = row.provider_id
        yield made


# In


def test_somebody_the_hospital_vouches_for_works_for_that_hospital(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    answer = house.back(client, house.out(client, next="/worklist?x=1"))

    (session,) = house.sessions()
    assert (answer.status_code, answer.location) == (302, "/worklist?x=1")
    assert (session.person_id, session.hospital_id) == (person_id("Dirk"), house.region.hospitals["ZEED"])
    assert (session.strong, session.issuer, session.provider_session) == (True, house.zeed.url, "sid-1")
    assert client.get("/worklist").status_code == 200
    (line,) = house.lines("sign_in")
    assert (line.person_id, line.hospital_id, line.detail) == (person_id("Dirk"), session.hospital_id, "oidc; acr=hoog")


def test_the_button_stands_on_the_sign_in_page_only_while_the_provider_is_in_use(house: House) -> None:
    address = f"/sign-in/with/{house.ids['ZEED']}"
    assert address in house.browser().get("/sign-in").text

    house.change(IdentityProvider, IdentityProvider.id == house.ids["ZEED"], enabled=False)

    assert address not in house.browser().get("/sign-in").text
    assert house.browser().get(address).status_code == 404
    assert house.browser().get(f"/sign-in/back/{house.ids['ZEED']}").status_code == 404


def test_an_invited_person_is_linked_at_the_first_sign_in_and_known_at_the_second(house: House) -> None:
    with house.app.test_client() as client:
        with client.session_transaction() as cookie:
            cookie["oidc_invited"] = str(person_id("Dirk"))  # what oidc_attempts.invite writes after a good invitation
        assert house.back(client, house.out(client)).status_code == 302
    again = house.browser()

    assert house.back(again, house.out(again)).status_code == 302
    assert [one.person_id for one in house.sessions()] == [person_id("Dirk")] * 2
    assert [one.person_id for one in house.lines("account.changed")] == [person_id("Dirk")]


def test_an_invitation_does_not_take_over_an_account_that_is_somebody_elses(house: House) -> None:
    house.linked("Lars", "dirk-1")
    client = house.browser()
    with client.session_transaction() as cookie:
        cookie["oidc_invited"] = str(person_id("Dirk"))

    assert "linked_elsewhere" in house.back(client, house.out(client)).text
    assert house.sessions() == []


# Not in: (what is different, the code on the page)
Change = Callable[[House], dict[str, Any]]


def of_another_hospital(house: House) -> dict[str, Any]:
    """Carla works in KREE only; DELT's and ZEED's providers know her all the same."""
    with house.database.transaction() as session:
        session.add(
            Identity(
                hospital_id=house.region.hospitals["ZEED"],
                person_id=person_id("Carla"),
                issuer=house.zeed.url,
                subject="carla-1",
                linked_at=make.NOW,
            )
        )
    return {"sub": "carla-1"}


def no_longer(house: House) -> dict[str, Any]:
    house.change(Membership, Membership.person_id == person_id("Dirk"), ended_at=make.NOW)
    return {}


def disabled(house: House) -> dict[str, Any]:
    house.change(Person, Person.id == person_id("Dirk"), disabled_at=make.NOW)
    return {}


def other_employer(house: House) -> dict[str, Any]:
    house.change(Hospital, Hospital.code == "ZEED", ura="00001234")
    return {"relations": [{"ura": "00009999", "roles": ["01.015"]}]}


REFUSALS: dict[str, tuple[Change, str]] = {
    "unknown to us": (lambda _: {"sub": "nobody", "email": "dirk@example.nl"}, "unknown_person"),
    "works elsewhere": (of_another_hospital, "not_here"),
    "works here no longer": (no_longer, "not_here"),
    "disabled": (disabled, "not_here"),
    "another employer": (other_employer, "other_employer"),
    "one factor": (lambda _: {"acr": "laag"}, "too_weak"),
    "signed in there yesterday": (lambda _: {"auth_time": int(time.time()) - 90_000}, "too_long_ago"),
    "for another sign-in": (lambda _: {"nonce": "other"}, "nonce"),
    "by the other hospital's provider": (lambda house: {"iss": house.delt.url}, "issuer"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_nobody_is_signed_in_and_the_page_and_the_log_say_why(house: House, name: str) -> None:
    change, code = REFUSALS[name]
    house.linked("Dirk", "dirk-1")
    before = _count(house, Person)
    claims = change(house)
    client = house.browser()
    answer = house.back(client, house.out(client), **claims)

    assert answer.status_code == 403 and f"<code>{code}</code>" in answer.text
    assert house.sessions() == [] and client.get("/worklist").status_code in (302, 401)
    assert _count(house, Person) == before
    (line,) = house.lines("sign_in.refused")
    assert (line.outcome, line.hospital_id, line.detail.split("; ")[1].split()[0]) == (4, house.region.hospitals["ZEED"], code)


def _count(house: House, model: type[Any]) -> int:
    with house.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_own_employer_is_let_in_and_the_role_is_logged(house: House) -> None:
    house.change(Hospital, Hospital.code == "ZEED", ura="00001234")
    house.linked("Dirk", "dirk-1")
    client = house.browser()

    assert house.back(client, house.out(client), relations=[{"ura": "00001234", "roles": ["01.015"]}]).status_code == 302
    assert house.lines("sign_in")[0].detail.endswith("role=01.015")


def test_a_state_is_good_once_and_only_in_the_browser_it_was_made_for(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client, stranger = house.browser(), house.browser()
    asked = house.out(client)

    assert "<code>state</code>" in house.back(stranger, asked).text
    assert house.back(client, asked).status_code == 302
    assert "<code>state</code>" in house.back(client, asked).text
    assert len(house.sessions()) == 1


def test_an_answer_after_ten_minutes_is_too_late(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    asked = house.out(client)
    with client.session_transaction() as cookie:
        cookie["oidc"] = [{**one, "at": one["at"] - 601} for one in cookie["oidc"]]

    assert "<code>state</code>" in house.back(client, asked).text


def test_an_attempt_with_one_provider_cannot_end_at_the_door_of_another(house: House) -> None:
    """Mix-up: ZEED's provider sends the browser on to DELT's, which vouches for Bram; the code comes back with ZEED's state."""
    house.linked("Bram", "bram-1", "DELT")
    client = house.browser()
    asked = house.out(client, "ZEED")

    assert "<code>state</code>" in house.back(client, asked, "DELT", sub="bram-1").text
    assert house.sessions() == []


def test_who_works_for_two_hospitals_lands_in_that_of_the_button(house: House) -> None:
    with house.database.transaction() as session:
        session.add(Membership(person_id=person_id("Dirk"), hospital_id=house.region.hospitals["DELT"], role="specialist"))
    house.linked("Dirk", "dirk-1", "DELT")
    client = house.browser()

    assert "unknown_person" in house.back(client, house.out(client, "ZEED"), "ZEED").text  # DELT's word is not ZEED's
    assert house.back(client, house.out(client, "DELT"), "DELT").status_code == 302
    assert [one.hospital_id for one in house.sessions()] == [house.region.hospitals["DELT"]]


def test_a_provider_that_is_down_is_said_plainly_and_who_is_in_stays_in(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    house.back(client, house.out(client))
    house.delt.odd["/.well-known/openid-configuration"] = (503, {}, b"")
    answer = house.browser().get(f"/sign-in/with/{house.ids['DELT']}")

    assert answer.status_code == 503 and "antwoordt niet" in answer.text and "gewoon doorwerken" in answer.text
    assert client.get("/worklist").status_code == 200


# Confirming


def confirmed_at(house: House) -> datetime:
    return house.sessions()[0].confirmed_at


def signed_in_an_hour_ago(house: House) -> FlaskClient:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    house.back(client, house.out(client))
    long_ago = datetime.now(UTC) - timedelta(minutes=40)
    house.change(SignedInSession, SignedInSession.method == "oidc", confirmed_at=long_ago)
    return client


def asked_to_confirm(client: FlaskClient) -> dict[str, str]:
    answer = client.get("/confirm/with-provider", query_string={"next": "/worklist"})
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def test_a_fresh_sign_in_at_the_provider_confirms(house: House) -> None:
    client = signed_in_an_hour_ago(house)
    asked = asked_to_confirm(client)
    answer = house.back(client, asked)

    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert (answer.status_code, answer.location) == (303, "/worklist")
    assert datetime.now(UTC) - confirmed_at(house) < sessions.FRESH and len(house.sessions()) == 1
    assert len(house.lines("confirm")) == 1


@pytest.mark.parametrize(
    ("claims", "code"),
    [({"auth_time": int(time.time()) - 600}, "too_long_ago"), ({"sub": "lars-1"}, "other_person"), ({"sub": "nobody"}, "unknown_person")],
)  # fmt: skip
def test_an_old_sign_in_or_somebody_else_confirms_nothing(house: House, claims: dict[str, Any], code: str) -> None:
    house.linked("Lars", "lars-1")
    client = signed_in_an_hour_ago(house)
    answer = house.back(client, asked_to_confirm(client), **claims)

    assert answer.status_code == 403 and f"<code>{code}</code>" in answer.text
    assert datetime.now(UTC) - confirmed_at(house) > sessions.FRESH
    assert len(house.lines("confirm.refused")) == 1 and house.lines("confirm") == []


def test_who_has_no_account_there_is_not_sent_there(house: House) -> None:
    client = signed_in(house.app, house.database, house.region, "Bram")

    assert client.get("/confirm/with-provider").status_code == 404


# Out


def leaves(house: House, code: str = "ZEED", **over: Any) -> TestResponse:
    now = int(time.time())
    claims = {
        "iss": house.server(code).url,
        "aud": CLIENT,
        "iat": now,
        "exp": now + 60,
        "jti": uuid.uuid4().hex,
        "sid": "sid-1",
        "events": {EVENT: {}},
    }
    token = mint.token({"alg": "RS256", "kid": "k1", "typ": "logout+jwt"}, {**claims, **over}, key_of(code))
    return house.browser().post(f"/oidc/logout/{house.ids[code]}", data={"logout_token": token})


@pytest.mark.parametrize("whose", [{}, {"sub": "dirk-1"}, {"sub": "dirk-1", "sid": None}], ids=["sid", "both", "sub"])
def test_the_session_ends_when_the_provider_says_so(house: House, whose: dict[str, Any]) -> None:
    house.linked("Dirk", "dirk-1")
    client = house.browser()
    house.back(client, house.out(client))
    over = {name: value for name, value in whose.items() if value is not None}
    if "sid" in whose:
        over["sid"] = "sid-1"
    answer = leaves(house, **over)

    assert (answer.status_code, answer.text) == (200, "")
    assert house.sessions()[0].ended_at is not None and client.get("/worklist").status_code in (302, 401)
    assert [one.person_id for one in house.lines("sign_out")] == [person_id("Dirk")]


def test_nobody_elses_session_ends(house: House) -> None:
    house.linked("Dirk", "dirk-1")
    house.linked("Bram", "bram-1", "DELT")
    dirk, bram = house.browser(), house.browser()
    house.back(dirk, house.out(dirk))
    house.back(bram, house.out(bram, "DELT"), "DELT", sub="bram-1")

    for over in ({"sid": "sid-2"}, {"sub": "nobody"}, {"sid": "sid-1", "sub": "lars-1"}):
        assert leaves(house, **over).status_code == 200
    assert [one.ended_at for one in house.sessions()] == [None, None]
    assert leaves(house).status_code == 200
    assert dirk.get("/worklist").status_code in (302, 401) and bram.get("/worklist").status_code == 200


def test_a_logout_token_is_good_once_and_a_false_one_never(house: House) -> None:
    assert leaves(house, jti="j").status_code == 200
    assert leaves(house, jti="j").status_code == 400
    assert leaves(house, iss=house.delt.url).status_code == 400
    assert house.browser().post(f"/oidc/logout/{house.ids['ZEED']}").status_code == 400
    assert house.browser().post(f"/oidc/logout/{uuid.uuid4()}", data={"logout_token": "a.b.c"}).status_code == 404


# Setting it up

FORM = {
    "label": "Zeeduin", "issuer": "https://idp.zeeduin.example", "client_id": "mdo", "client_secret": "heel-geheim", "scopes": "openid",
    "max_age_minutes": "480", "algorithms": "RS256 ES256", "enabled": "1", "csrf_token": CSRF,
}  # fmt: skip


def test_a_link_manager_sets_up_the_own_hospital_and_never_sees_the_secret_again(house: House) -> None:
    lars = signed_in(house.app, house.database, house.region, "Lars")
    address = lars.get(f"/links/sign-in/new/{house.region.hospitals['ZEED']}").location
    empty = lars.get(address)
    path = urlsplit(address).path
    saved = lars.post(path, data={**FORM, "hospital": str(house.region.hospitals["ZEED"])})
    shown = lars.get(path)
    lars.post(path, data={**FORM, "client_secret": "", "label": "Anders"})

    assert f"/sign-in/back/{path.rpartition('/')[2]}" in empty.text and f"/oidc/logout/{path.rpartition('/')[2]}" in empty.text
    assert saved.status_code == 303 and "https://idp.zeeduin.example" in shown.text and "heel-geheim" not in shown.text
    with house.database.transaction() as session:
        row = identities.provider(session, uuid.UUID(path.rpartition("/")[2]))
        assert (row.said.client_secret, row.said.label, row.hospital_id) == (
            "heel-geheim",
            "Anders",
            house.region.hospitals["ZEED"],
        )
        kept = session.get_one(IdentityProvider, row.provider_id)
        assert b"heel-geheim" not in kept.client_secret_sealed


def test_a_secret_does_not_go_along_to_another_issuer(house: House) -> None:
    lars = signed_in(house.app, house.database, house.region, "Lars")
    lars.post(f"/links/sign-in/{house.ids['ZEED']}", data={**FORM, "client_secret": ""})

    with house.database.transaction() as session:
        assert identities.provider(session, house.ids["ZEED"]).said.client_secret == ""


@pytest.mark.parametrize(
    "over",
    [{"issuer": "http://idp.example"}, {"issuer": "https://idp.example?x"}, {"algorithms": "HS256"}, {"algorithms": "none"},
     {"algorithms": ""}, {"scopes": "profile"}, {"max_age_minutes": "0"}, {"max_age_minutes": "9999"}, {"label": ""},
     {"extra_hosts": "https://x/y"}],
    ids=str,
)  # fmt: skip
def test_what_would_be_unsafe_cannot_be_saved(database: Database, over: dict[str, str]) -> None:
    with pytest.raises(Exception, match="Nog niet alles") as refused:
        providers.registration({**FORM, **over}, loopback=False)
    assert list(refused.value.fields) == [next(iter(over))]  # type: ignore[attr-defined]
    assert providers.registration(FORM, loopback=False)


def test_another_hospitals_provider_does_not_exist(house: House) -> None:
    lars = signed_in(house.app, house.database, house.region, "Lars")
    theirs = f"/links/sign-in/{house.ids['DELT']}"
    token = {"csrf_token": CSRF}

    assert lars.get(theirs).status_code == 404
    assert lars.get(f"/links/sign-in/new/{house.region.hospitals['DELT']}", follow_redirects=True).status_code == 404
    assert lars.post(theirs, data={**FORM, "hospital": str(house.region.hospitals["ZEED"])}).status_code == 404
    assert lars.post(f"{theirs}/try", data=token).status_code == 404
    assert lars.post(f"{theirs}/people", data={**token, "person_id": str(person_id("Bram")), "subject": "x"}).status_code == 404
    assert str(house.ids["DELT"]) not in lars.get("/links/sign-in").text
    with house.database.transaction() as session:
        assert identities.provider(session, house.ids["DELT"]).hospital_id == house.region.hospitals["DELT"]
        assert identities.provider(session, house.ids["DELT"]).said.label == "DELT"


def test_who_has_another_role_may_not(house: House) -> None:
    assert signed_in(house.app, house.database, house.region, "Dirk").get("/links/sign-in").status_code == 403


def test_an_administrator_sees_every_hospital(house: House) -> None:
    page = signed_in(house.app, house.database, house.region, "Ada").get("/links/sign-in").text

    assert str(house.ids["DELT"]) in page and str(house.ids["ZEED"]) in page


def test_the_test_button_says_what_it_finds(house: House) -> None:
    lars = signed_in(house.app, house.database, house.region, "Lars")
    address = f"/links/sign-in/{house.ids['ZEED']}/try"
    good = lars.post(address, data={"csrf_token": CSRF}).text
    house.zeed.metadata["issuer"] = "https://elders.example"
    bad = lars.post(address, data={"csrf_token": CSRF}).text

    assert f"{house.zeed.url}/token" in good and "is de geregistreerde" in good
    assert "other_issuer" in bad and "niet de geregistreerde" in bad


def test_a_link_manager_says_beforehand_who_is_who_and_takes_it_back(house: House) -> None:
    lars = signed_in(house.app, house.database, house.region, "Lars")
    address = f"/links/sign-in/{house.ids['ZEED']}"
    posted = lars.post(f"{address}/people", data={"csrf_token": CSRF, "person_id": str(person_id("Dirk")), "subject": "dirk-1"})
    dirk = house.browser()
    assert posted.status_code == 303 and house.back(dirk, house.out(dirk)).status_code == 302
    with house.database.transaction() as session:
        identity_id = session.scalars(select(Identity.id)).one()
    lars.post(f"{address}/people/{identity_id}/remove", data={"csrf_token": CSRF})
    again = house.browser()

    assert "unknown_person" in house.back(again, house.out(again)).text
    assert len(house.lines("account.changed")) == 2


@pytest.mark.parametrize(("name", "subject", "status"), [("Bram", "bram-1", 409), ("Dirk", "", 422), ("Dirk", "lars-1", 409)])
def test_nobody_elses_people_and_no_name_that_is_taken(house: House, name: str, subject: str, status: int) -> None:
    house.linked("Lars", "lars-1")
    lars = signed_in(house.app, house.database, house.region, "Lars")
    form = {"csrf_token": CSRF, "person_id": str(person_id(name)), "subject": subject}

    assert lars.post(f"/links/sign-in/{house.ids['ZEED']}/people", data=form).status_code == status
    assert _count(house, Identity) == 1
