"""Two people with one form, of a colleague's particulars or of how a hospital signs in: the second hears of the first."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import update

from mdo_portal.domain.identity import IdentityProvider
from mdo_portal.domain.people import Person
from mdo_portal.services.people import identities
from mdo_portal.services.rights import colleagues
from mdo_portal.services.rights.colleagues import NewPerson
from tests.make import NOW
from tests.people import person_id
from tests.test_dispatch_races import Beside
from tests.web import oidc_house
from tests.web.people_house import House, house
from tests.web.portal import CSRF, signed_in
from tests.web.test_links_two_people import seen_on
from tests.web.test_oidc_setup import FORM

__all__ = ["house", "sign_in"]
DIRK = f"/people/{person_id('Dirk')}"
sign_in = oidc_house.house
CHANGED = "Iemand anders heeft dit intussen gewijzigd. Er is niets bewaard."


def typed(client: FlaskClient, page: str = DIRK, **form: str) -> dict[str, str]:
    """A form as its page shows it now, with what was typed in it."""
    return {"csrf_token": CSRF, "seen": seen_on(client.get(page).text)} | form


def dirk(name: str) -> dict[str, str]:
    return {"name": name, "email": "dirk@example.nl", "discipline": "uroloog"}


def name_of_dirk(house: House) -> str:
    with house.database.transaction() as session:
        return session.get_one(Person, person_id("Dirk")).name


def test_who_corrects_a_colleague_second_hears_of_the_first_and_then_decides(house: House) -> None:
    lars, ada = house.person("Lars"), house.person("Ada")
    before = typed(lars, **dirk("Dirk van Lars"))
    assert ada.post(f"{DIRK}/correct", data=typed(ada, **dirk("Dirk van Ada"))).status_code == 302

    late = lars.post(f"{DIRK}/correct", data=before)

    assert (late.status_code, CHANGED in late.text, 'value="Dirk van Lars"' in late.text) == (409, True, True)
    assert name_of_dirk(house) == "Dirk van Ada"
    assert lars.post(f"{DIRK}/correct", data=before | {"seen": seen_on(late.text)}).status_code == 302
    assert name_of_dirk(house) == "Dirk van Lars"


def test_a_mistake_in_between_does_not_make_one_first(house: House) -> None:
    lars, ada = house.person("Lars"), house.person("Ada")
    before = typed(lars, **dirk("Dirk van Lars"))
    ada.post(f"{DIRK}/correct", data=typed(ada, **dirk("Dirk van Ada")))

    wrong = lars.post(f"{DIRK}/correct", data=before | {"email": "geen adres"})

    assert (wrong.status_code, name_of_dirk(house)) == (409, "Dirk van Ada")


def test_what_is_wrong_in_it_shows_the_version_of_before(house: House) -> None:
    lars = house.person("Lars")
    before = typed(lars, **dirk("Dirk van Lars"))
    wrong = lars.post(f"{DIRK}/correct", data=before | {"email": "geen adres"})
    assert (wrong.status_code, seen_on(wrong.text)) == (422, before["seen"])


def test_in_the_same_moment_too(house: House) -> None:
    lars, answers = house.person("Lars"), list[int]()
    form = typed(lars, **dirk("Dirk van Lars"))
    beside = Beside(house.database, lambda _: answers.append(lars.post(f"{DIRK}/correct", data=form).status_code))
    with house.database.transaction() as session:
        told = NewPerson("Dirk van Ada", "dirk@example.nl", "uroloog", None)
        colleagues.correct(session, house.region.ada, person_id("Dirk"), told, now=NOW)
        beside.begin()
    beside.end()

    assert (beside.failed, answers, name_of_dirk(house)) == ([], [409], "Dirk van Ada")


def label(sign_in: oidc_house.House) -> str:
    with sign_in.database.transaction() as session:
        return identities.provider(session, sign_in.ids["ZEED"], only_enabled=False).said.label


def test_who_sets_up_signing_in_second_hears_of_the_first(sign_in: oidc_house.House) -> None:
    """A link manager and the administrator: an issuer or a secret that was put right was wrong again, and nobody signed in."""
    lars, ada = (signed_in(sign_in.app, sign_in.database, sign_in.region, name) for name in ("Lars", "Ada"))
    page = f"/links/sign-in/{sign_in.ids['ZEED']}"
    before = typed(lars, page, **FORM | {"label": "Van Lars"})
    assert ada.post(page, data=typed(ada, page, **FORM | {"label": "Van Ada"})).status_code == 303

    late = lars.post(page, data=before)

    assert (late.status_code, CHANGED in late.text, 'value="Van Lars"' in late.text) == (409, True, True)
    assert label(sign_in) == "Van Ada"
    assert lars.post(page, data=before | {"seen": seen_on(late.text)}).status_code == 303
    assert label(sign_in) == "Van Lars"


def test_of_a_secret_that_does_not_come_back_the_page_says_so(sign_in: oidc_house.House) -> None:
    """The page said that what was typed stands below, and saved once more the secret of before stood there."""
    lars = signed_in(sign_in.app, sign_in.database, sign_in.region, "Lars")
    page = f"/links/sign-in/{sign_in.ids['ZEED']}"
    typed_now = typed(lars, page, **FORM | {"client_secret": "geheim-van-lars"})

    for wrong, status in (({"seen": "0" * 16}, 409), ({"max_age_minutes": "nooit"}, 422)):
        answer = lars.post(page, data=typed_now | wrong)
        assert (answer.status_code, "Typ het geheim opnieuw" in answer.text) == (status, True)
        assert "geheim-van-lars" not in answer.text
    assert "Typ het geheim opnieuw" not in lars.get(page).text


def test_so_in_the_same_moment(sign_in: oidc_house.House) -> None:
    lars, answers = signed_in(sign_in.app, sign_in.database, sign_in.region, "Lars"), list[int]()
    page = f"/links/sign-in/{sign_in.ids['ZEED']}"
    form = typed(lars, page, **FORM | {"label": "Van Lars"})
    beside = Beside(sign_in.database, lambda _: answers.append(lars.post(page, data=form).status_code))
    with sign_in.database.transaction() as session:
        one = update(IdentityProvider).where(IdentityProvider.id == sign_in.ids["ZEED"])
        session.execute(one.values(label="Van Ada", changed_at=NOW + timedelta(hours=1)))
        beside.begin()
    beside.end()

    assert (beside.failed, answers, label(sign_in)) == ([], [409], "Van Ada")
