"""Opened from the EPD with a patient on its screen: to that patient's case, or to a form that nothing was made of yet."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from sqlalchemy import func, select

from mdo_portal.domain.audit import REFUSED
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import LaunchAttempt, PatientIdentity
from mdo_portal.web import launch_attempts
from mdo_portal.web.launch import REFUSALS
from mdo_portal.web.launch_attempts import Pending
from tests import make
from tests.integrations.smart.ehr import LAUNCH, patient
from tests.web.launch_house import House, house, serving
from tests.web.portal import CSRF

__all__ = ["house", "serving"]
TRIAL_BSN, OTHER_BSN = "999900006", "999900018"


def known(number: str = "4711", **over: object) -> PatientIdentity:
    return make.identity(number, birth_on=date(1958, 12, 4), **over)


def values(page: str) -> dict[str, str]:
    """What stands in the fields of the form."""
    return dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]+)"', page))


def counted(house: House) -> list[int]:
    with house.database.transaction() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in (Patient, Case, Draft, IdentityConflict)]


# To the case


def test_the_patient_on_the_screen_of_the_epd_has_a_case_and_that_is_the_page_that_opens(house: House) -> None:
    case_id = house.case(known())
    answer = house.opened(house.person())

    assert (answer.status_code, answer.location) == (303, f"/cases/{case_id}")
    assert house.lines() == [("launch", "from the EPD", 0), ("case", "from the EPD", 0)]


def test_found_by_the_bsn_too_and_of_several_cases_somebody_chooses(house: House) -> None:
    first, second = (house.case(known(bsn=TRIAL_BSN)) for _ in range(2))
    house.ehr.patient = patient("", bsn=TRIAL_BSN)

    page = house.opened(house.person()).text

    assert f"/cases/{first}" in page and f"/cases/{second}" in page
    assert TRIAL_BSN not in page.split("<form method")[0]
    assert [line for line in house.lines() if line[0] == "case"] == [("case", "from the EPD", 0)] * 2


def test_beside_a_case_that_is_over_the_same_patient_can_be_registered_again(house: House) -> None:
    case_id = house.case(known())
    with house.database.transaction() as session:
        session.get_one(Case, case_id).state = CaseState.CLOSED
    dirk = house.person()
    page = house.opened(dirk).text
    assert f"/cases/{case_id}" in page

    form = dirk.post("/launch/register", data={**values(page), "csrf_token": CSRF}).text

    assert values(form)["local_number"] == "4711" and "Ingevuld uit het EPD" in form


# To the form


def test_of_a_patient_without_a_case_the_form_says_what_the_epd_said_and_from_where_and_nothing_is_made(house: House) -> None:
    house.ehr.patient = patient("0815", bsn=TRIAL_BSN)
    before = counted(house)
    dirk = house.person()

    page = house.opened(dirk).text

    told = values(page)
    assert {name: told[name] for name in ("local_number", "bsn", "birth_on", "family")} == {
        "local_number": "0815", "bsn": TRIAL_BSN, "birth_on": "04-12-1958", "family": "van Voorbeeld"
    }  # fmt: skip
    assert "Ingevuld uit het EPD van" in page and 'class="source"' in page
    assert counted(house) == before and house.lines() == [("launch", "from the EPD", 0)]


def test_what_the_epd_said_is_sent_in_as_any_registration_and_the_next_time_its_case_opens(house: House) -> None:
    dirk = house.person()
    told = values(house.opened(dirk).text)
    missing = dirk.post("/register", data={**told, "csrf_token": CSRF})
    assert missing.status_code == 422 and "Ingevuld uit het EPD" in missing.text

    filled = told | {"csrf_token": CSRF, "board_id": str(house.region.boards["URO-P"]), "question_board": "Operatie?"}
    made = dirk.post("/register", data=filled)

    assert house.opened(dirk).location == made.location


def test_of_two_bsns_or_of_one_that_fails_the_proof_the_form_says_so(house: House) -> None:
    dirk = house.person()
    house.ehr.patient = patient("0815", bsn=TRIAL_BSN)
    house.ehr.patient["identifier"].append({"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": OTHER_BSN})
    page = house.opened(dirk).text
    assert "meer dan één BSN" in page and TRIAL_BSN not in page and OTHER_BSN not in page

    house.ehr.patient = patient("", bsn="999900007")
    page = house.opened(dirk).text
    assert values(page)["bsn"] == "999900007" and "Dit BSN klopt niet" in page


# Never


def test_a_number_that_is_somebody_elses_here_opens_nobody(house: House) -> None:
    house.case(known("4711", bsn=TRIAL_BSN))
    house.case(known("4712", bsn=OTHER_BSN))
    before, dirk = counted(house), house.person()

    for told in (
        patient("4711", bsn=OTHER_BSN),  # two patients
        patient("4711", bsn="999900031"),  # this number, another BSN
        patient("4711", family="Anders", born="1999-01-01"),  # this number, another person
    ):
        house.ehr.patient = told
        answer = house.opened(dirk)
        assert answer.status_code == 409 and "spreken elkaar tegen" in answer.text
        assert not {"4711", "4712", TRIAL_BSN, OTHER_BSN, "Anders"} & set(re.findall(r"\w+", answer.text))
    assert counted(house) == before and house.lines() == [("launch", "from the EPD, which contradicts", REFUSED)] * 3


def test_the_same_number_at_another_hospital_is_another_patient(house: House) -> None:
    house.agreed("DELT")
    house.case(known())

    page = house.opened(house.person("Bram"))

    assert page.status_code == 200 and "/cases/" not in page.text
    assert values(page.text)["local_number"] == "4711"


def test_an_epd_that_ones_own_hospital_did_not_register_to_the_letter_is_unknown_and_hears_nothing(house: House) -> None:
    dirk = house.person()
    for iss in (f"{house.ehr.iss}/", f"{house.ehr.iss}/x", house.ehr.iss.replace("fhir", "FHIR"), "https://elders.example/fhir"):
        answer = house.away(dirk, iss)
        assert answer.status_code == 404 and REFUSALS["unknown"] in answer.text and "elders" not in answer.text
    answer = house.away(house.person("Carla"))  # registered, and not by her hospital
    assert answer.status_code == 404 and house.ehr.url not in answer.text
    house.agreed(is_on=False)
    assert house.away(dirk).status_code == 404
    assert house.ehr.asked == [] and set(house.lines()) == {("launch", "launch refused", REFUSED)}


def test_a_way_back_is_good_once_for_who_began_it_in_their_own_browser_and_at_its_own_door(house: House) -> None:
    house.agreed("DELT")
    dirk, again = house.person(), house.person()
    back = house.at_the_door(house.away(dirk))

    def refused(browser: FlaskClient, at: str = back) -> bool:
        answer = browser.get(at)
        return answer.status_code == 400 and REFUSALS["expired"] in answer.text

    assert refused(again)  # the same person, another browser
    assert house.person("Bram").get(back).status_code == 404  # another hospital's door
    assert dirk.get(back).status_code == 200
    assert refused(dirk)  # once
    back = house.at_the_door(house.away(dirk))
    assert refused(dirk, back.replace("state=", "state=x"))
    other_door = back.replace(str(house.region.hospitals["ZEED"]), str(house.region.hospitals["DELT"]))
    assert dirk.get(other_door).status_code == 404 and refused(dirk)  # mix-up: and the state is spent
    assert [path for path in house.ehr.asked if path.startswith("/fhir")] == ["/fhir/Patient/p-1"]


def test_a_way_back_that_began_too_long_ago_is_none(house: House) -> None:
    dirk = house.person()
    back = house.at_the_door(house.away(dirk))
    with dirk.session_transaction() as cookie:
        (one,) = cookie["launch"]
        cookie["launch"] = [one | {"at": (datetime.now(UTC) - timedelta(minutes=11)).timestamp()}]

    assert REFUSALS["expired"] in dirk.get(back).text


def test_an_attempt_is_of_the_person_and_the_hospital_and_not_of_the_browser_alone(house: House) -> None:
    """Signing in empties the cookie; should it ever not, whoever sits there next does not get the patient of who began."""
    mine, other, now = uuid.uuid4(), uuid.uuid4(), datetime.now(UTC)
    for person, hospital, is_theirs in ((mine, mine, True), (other, mine, False), (mine, other, False)):
        with house.app.test_request_context():
            launch_attempts.keep(Pending(LaunchAttempt("state", "verifier"), "iss", mine, mine), now=now)
            assert (launch_attempts.take("state", person, hospital, now=now) is not None) is is_theirs
            assert launch_attempts.take("state", mine, mine, now=now) is None


def test_two_patients_who_are_opened_at_once_each_come_into_their_own_window(house: House) -> None:
    dirk = house.person()
    first, second = (house.start(dirk, launch=launch).location for launch in ("patient-a", "patient-b"))

    sent = [parse_qs(urlsplit(dirk.get(at).location).query).get("launch") for at in (first, second)]

    assert sent == [["patient-a"], ["patient-b"]]
    for at in (first, house.start(dirk).location.replace("out/", "out/x")):
        assert REFUSALS["expired"] in dirk.get(at).text
    for _ in range(4):
        house.start(dirk, launch="x" * 2_000)
    kept = dirk._cookies  # type: ignore[attr-defined]
    assert sum(len(one.value) for one in kept.values() if "launch" in one.key) < 7_000  # a header of all of them is still taken


def test_what_was_agreed_meanwhile_holds_on_the_way_back(house: House) -> None:
    dirk = house.person()
    back = house.at_the_door(house.away(dirk))
    house.agreed(is_on=False)

    assert dirk.get(back).status_code == 404
    assert not [path for path in house.ehr.asked if not path.startswith("/authorize")]


def test_an_epd_that_names_no_patient_or_is_away_or_turns_us_down_opens_nothing(house: House) -> None:
    dirk = house.person()
    house.ehr.context = {}
    assert REFUSALS["no_patient"] in house.opened(dirk).text
    house.ehr.odd["/token"] = (503, {}, b"")
    assert house.opened(dirk).status_code == 503
    sent = parse_qs(urlsplit(house.away(dirk).location).query)
    cancelled = dirk.get(f"{urlsplit(sent['redirect_uri'][0]).path}?state={sent['state'][0]}&error=access_denied")
    assert REFUSALS["cancelled"] in cancelled.text


def test_nobody_is_signed_in_by_it_and_who_signs_in_first_goes_on_afterwards(house: House) -> None:
    case_id = house.case(known())
    nobody = house.app.test_client()
    begun = house.start(nobody).location
    key = begun.removeprefix("/launch/onward/")
    first = nobody.get(begun)
    assert urlsplit(first.location).path == "/sign-in" and parse_qs(urlsplit(first.location).query)["next"] == [begun]
    assert LAUNCH not in begun + first.location
    for path in (f"/launch/out/{key}", f"/launch/back/{house.region.hospitals['ZEED']}?state=x&code=y"):
        assert urlsplit(nobody.get(path).location).path == "/sign-in"
    assert house.ehr.asked == []

    dirk = house.person()
    waiting = nobody.get_cookie(f"mdo-launch-{key}", path="/launch")
    assert waiting is not None and waiting.http_only and waiting.same_site == "Lax"
    dirk.set_cookie(f"mdo-launch-{key}", waiting.value, path="/launch")
    between = dirk.get(begun).text
    assert f'http-equiv="refresh" content="0;url=/launch/out/{key}"' in between
    sent = dirk.get(f"/launch/out/{key}")
    assert dirk.get(house.at_the_door(sent)).location == f"/cases/{case_id}"
    assert dirk.get_cookie(f"mdo-launch-{key}", path="/launch") is None


def test_what_is_no_launch_is_told_and_looked_up_nowhere(house: House) -> None:
    nobody = house.app.test_client()
    for query in (
        {},
        {"iss": house.ehr.iss},
        {"iss": "x" * 301, "launch": "y"},
        {"iss": "a b", "launch": "y"},
        {"iss": "x", "launch": "y" * 2001},
    ):
        answer = nobody.get("/launch", query_string=query)
        assert answer.status_code == 400 and "Open de patiënt opnieuw" in answer.text


def test_neither_token_nor_verifier_nor_patient_stands_in_an_address_a_title_or_a_cookie(house: House) -> None:
    house.ehr.patient = patient("0815", bsn=TRIAL_BSN, family="Geheimenis")
    dirk = house.person()
    sent = house.away(dirk)
    with dirk.session_transaction() as cookie:
        verifier = cookie["launch"][0]["verifier"]
    page = dirk.get(house.at_the_door(sent))

    assert verifier not in sent.location
    title = re.search("<title>(.*?)</title>", page.text)
    assert title and "Geheimenis" not in title[1]
    with dirk.session_transaction() as cookie:
        kept = str(dict(cookie))
    assert not any(secret in kept for secret in (verifier, "0815", TRIAL_BSN, "Geheimenis", *house.ehr.tokens))
