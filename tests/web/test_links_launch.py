"""What a link manager agrees on a page about opening the portal from the own hospital's EPD."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import ProgrammingError

from mdo_portal.domain.launch import Launch
from mdo_portal.domain.link import Link
from mdo_portal.domain.people import SignedInSession
from mdo_portal.services.links import link_history
from mdo_portal.services.links.link_form import NO_URL
from mdo_portal.services.oversight import launches
from mdo_portal.services.oversight.agreements import LONGEST_ID, LONGEST_SCOPES, NO_ID
from mdo_portal.services.oversight.launches import Agreed
from mdo_portal.services.people import sessions
from mdo_portal.web.links_launch import NO_ISS
from mdo_portal.web.links_proof import AGAIN
from mdo_portal.wiring_profiles import known_profiles
from tests.copies import as_web
from tests.web.launch_house import House, house, serving
from tests.web.portal import CSRF

__all__ = ["house", "serving"]
SAID = {
    "is_on": "1", "iss": "https://fhir.zeeduyn.example/r4", "authorize_url": "https://login.zeeduyn.example/authorize",
    "token_url": "https://login.zeeduyn.example/token", "client_id": "mdo", "signs": "1", "scopes": "", "profile": "generic-stu3",
}  # fmt: skip
_TEXTS = ("iss", "authorize_url", "token_url", "client_id", "scopes", "profile")


def test_a_link_manager_writes_it_down_and_sees_what_the_vendor_must_be_told(house: House) -> None:
    lars, path = house.person("Lars"), f"/links/{house.region.hospitals['ZEED']}/launch"
    assert lars.post(path, data={"csrf_token": CSRF, **SAID}).status_code == 303

    with house.database.transaction() as session:
        stood = session.get_one(Launch, house.region.links["ZEED"].link_id)
        assert {name: getattr(stood, name) for name in SAID} == SAID | {"is_on": True, "signs": True}
        assert "launch_iss: https://fhir.zeeduyn.example/r4" in link_history.history(session, stood.hospital_id)[0].after
    page, shown = lars.get(path).text, lars.get(path.removesuffix("/launch")).text
    assert f"/launch/back/{house.region.hospitals['ZEED']}<" in page and "/launch</code>" in page and "/fhir/jwks</code>" in page
    assert "Openen vanuit het EPD: staat aan." in shown and "Aanmeldadres van het EPD" in shown
    assert house.person("Dirk").get(path).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"iss": ""}, "iss", "Vul het adres in dat het EPD meegeeft"),
        ({"iss": "http://fhir.zeeduyn.example"}, "iss", NO_URL),
        ({"authorize_url": "javascript:alert(1)"}, "authorize_url", NO_URL),
        ({"authorize_url": "https://login.example/a?b=c"}, "authorize_url", NO_URL),
        ({"token_url": "https://login.example/" + "x" * 300}, "token_url", NO_URL),
        ({"client_id": ""}, "client_id", "Vul de client-id in"),
        ({"client_id": "é"}, "client_id", NO_ID),
        ({"client_id": "mdo\nlaunch_is_on: True"}, "client_id", NO_ID),
        ({"client_id": "x" * (LONGEST_ID + 1)}, "client_id", NO_ID),
        ({"scopes": "x" * (LONGEST_SCOPES + 1)}, "scopes", "Hoogstens 500"),
        ({"profile": "hix"}, "profile", "Kies met welk profiel"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(wrong: dict[str, str], field: str, sentence: str) -> None:
    said = Agreed(**{**SAID, "is_on": True, "signs": True, **wrong})  # type: ignore[arg-type]

    assert launches._wrong(said, known_profiles(), loopback=False)[field].startswith(sentence)


def test_what_is_as_long_as_may_be_is_taken_and_nothing_is_needed_while_it_is_off() -> None:
    longest = Agreed(**SAID | {"is_on": True, "signs": True, "client_id": "x" * LONGEST_ID, "scopes": "x" * LONGEST_SCOPES})  # type: ignore[arg-type]

    for said in (longest, Agreed(is_on=False)):
        assert launches._wrong(said, known_profiles(), loopback=False) == {}


@pytest.mark.parametrize(
    ("reads", "writes", "usual"),
    [("hix", "", ""), ("hix", "generic-r4", "generic-r4"), ("generic-stu3", "generic-r4", "generic-stu3")],
)
def test_the_patient_is_read_as_the_link_reads_or_writes_fhir_already(reads: str, writes: str, usual: str) -> None:
    assert launches._usual(Link(profile_in=reads, profile_out=writes), known_profiles()) == usual


def test_nothing_is_overwritten_by_a_form_that_is_wrong_or_too_old(house: House) -> None:
    lars, path = house.person("Lars"), f"/links/{house.region.hospitals['ZEED']}/launch"
    refused = lars.post(path, data={"csrf_token": CSRF, **SAID, "token_url": "x"})
    assert refused.status_code == 422 and NO_URL in refused.text and SAID["iss"] in refused.text

    grow_stale(house)
    for part in ("", "/look"):
        again = lars.post(path + part, data={"csrf_token": CSRF, **SAID})
        assert again.status_code == 422 and AGAIN in again.text and SAID["iss"] in again.text


def test_the_server_that_was_written_down_is_asked_and_no_other(house: House) -> None:
    lars, path = house.person("Lars"), f"/links/{house.region.hospitals['ZEED']}/launch"
    house.agreed(authorize_url="", token_url="", is_on=False)
    elsewhere = lars.post(f"{path}/look", data={"csrf_token": CSRF, **SAID})
    assert elsewhere.status_code == 422 and NO_ISS in elsewhere.text and SAID["iss"] in elsewhere.text and house.ehr.asked == []

    found = lars.post(f"{path}/look", data={"csrf_token": CSRF, "iss": house.ehr.iss, "client_id": "typed"})

    assert f'value="{house.ehr.url}/authorize"' in found.text and 'value="typed"' in found.text
    with house.database.transaction() as session:
        assert session.get_one(Launch, house.region.links["ZEED"].link_id).authorize_url == ""


@pytest.mark.parametrize("is_stale", [False, True])
def test_postgresql_lets_nobody_write_for_another_hospital_or_without_a_fresh_proof(house: House, is_stale: bool) -> None:
    """The second wall, without the pages."""
    lars = house.person("Lars")
    with lars.session_transaction() as cookie:
        key = sessions.hash_key(cookie["_user_id"])
    if is_stale:
        grow_stale(house)
    code = "ZEED" if is_stale else "DELT"
    names = {"hospital_id": house.region.hospitals["KREE"], "is_on": True, "signs": False, **dict.fromkeys(_TEXTS, "x")}
    changed = update(Launch).values(iss="https://elders.example")
    with as_web(house.database).transaction(entering=key) as session:
        assert session.execute(changed.where(Launch.hospital_id == house.region.hospitals[code])).rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(ProgrammingError), as_web(house.database).transaction(entering=key) as session:
        session.execute(insert(Launch).values(link_id=house.region.links["KREE"].link_id, **names))


def test_another_hospitals_agreement_is_not_read_either(house: House) -> None:
    house.agreed("DELT")
    dirk = house.person("Dirk")
    with dirk.session_transaction() as cookie:
        key = sessions.hash_key(cookie["_user_id"])
    with as_web(house.database).transaction(entering=key) as session:
        assert list(session.scalars(select(Launch.hospital_id))) == [house.region.hospitals["ZEED"]]


def grow_stale(house: House) -> None:
    """An hour since anybody proved who they are."""
    then = datetime.now(UTC) - timedelta(hours=1)
    with house.database.transaction() as session:
        session.execute(update(SignedInSession).values(confirmed_at=then, confirmed_strongly_at=then))
