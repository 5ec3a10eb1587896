"""Setting up how a hospital signs in: by its link manager, safely, and whose account is whose."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.identity import Identity, IdentityProvider
from mdo_portal.services.people import identities, providers
from tests.people import person_id
from tests.web.oidc_house import House, count, house
from tests.web.portal import CSRF, signed_in

__all__ = ["house"]


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
    assert count(house, Identity) == 1


# Out again


def _dirk_is_in(house: House) -> FlaskClient:
    house.linked("Dirk", "dirk-1")
    dirk = house.browser()
    assert house.back(dirk, house.out(dirk)).status_code == 302 and dirk.get("/worklist").status_code == 200
    return dirk


def test_who_came_in_under_a_name_that_is_taken_back_is_out(house: House) -> None:
    dirk = _dirk_is_in(house)
    with house.database.transaction() as session:
        identity_id = session.scalars(select(Identity.id)).one()

    lars = signed_in(house.app, house.database, house.region, "Lars")
    lars.post(f"/links/sign-in/{house.ids['ZEED']}/people/{identity_id}/remove", data={"csrf_token": CSRF})

    assert dirk.get("/worklist").status_code in (302, 401)


@pytest.mark.parametrize("over", [{"enabled": ""}, {"issuer": "https://elders.example"}], ids=["off", "another"])
def test_who_came_in_by_a_provider_that_is_no_longer_believed_is_out_and_the_log_says_so(
    house: House, over: dict[str, str]
) -> None:
    dirk = _dirk_is_in(house)
    lars = signed_in(house.app, house.database, house.region, "Lars")

    said = lars.post(
        f"/links/sign-in/{house.ids['ZEED']}", data={**FORM, "issuer": house.zeed.url, **over}, follow_redirects=True
    ).text

    assert dirk.get("/worklist").status_code in (302, 401) and "is afgemeld: 1" in said
    assert [one.person_id for one in house.lines("sign_out")] == [person_id("Dirk")]


def test_a_provider_that_is_saved_with_other_words_or_that_a_second_one_stands_in_for_puts_nobody_out(house: House) -> None:
    dirk = _dirk_is_in(house)
    lars = signed_in(house.app, house.database, house.region, "Lars")
    first, form = f"/links/sign-in/{house.ids['ZEED']}", {**FORM, "issuer": house.zeed.url}
    hospital = str(house.region.hospitals["ZEED"])

    lars.post(first, data={**form, "label": "Andere woorden"})
    assert dirk.get("/worklist").status_code == 200
    lars.post(f"/links/sign-in/{uuid.uuid4()}", data={**form, "client_id": "tweede", "hospital": hospital})
    lars.post(first, data={**form, "enabled": ""})

    assert dirk.get("/worklist").status_code == 200 and house.lines("sign_out") == []
