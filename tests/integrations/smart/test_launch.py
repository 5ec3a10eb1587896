"""Opened from an EPD, on the wire: what we ask, what we believe, and where we never go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.out import LOOPBACK
from integrations.smart.client import Tokens
from integrations.smart.keys import OwnKey
from integrations.smart.launch import MOST_OFFER, MOST_PATIENT, MOST_TOKEN, EhrLauncher
from mdo_portal.exchange import Address, LaunchAttempt, Launched, LaunchServer, NotLaunched
from tests.integrations.smart import ehr as ehrs
from tests.integrations.smart.ehr import CLIENT, LAUNCH, Ehr, patient, sent_back

BACK = "https://mdo.example/launch/back/1"
KEY = OwnKey(b"k" * 32)
TRIAL_BSN = "999900006"


@pytest.fixture(scope="module")
def serving() -> Iterator[Ehr]:
    with ehrs.serving() as made:
        yield made


@pytest.fixture
def ehr(serving: Ehr) -> Ehr:
    """The same server each time, with nothing odd about it."""
    fresh = Ehr(serving.url)
    serving.__dict__.update(fresh.__dict__)
    return serving


def server(ehr: Ehr, *, profile: str = "generic-r4", signs: bool = False, **over: str) -> LaunchServer:
    address = Address(
        "ZEED", profile, url=ehr.iss, token_url=over.get("token_url", f"{ehr.url}/token"), client_id=CLIENT, inside=LOOPBACK,
        timeout_seconds=10,
    )  # fmt: skip
    return LaunchServer(address, ehr.iss, f"{ehr.url}/authorize", signs)


def opened(ehr: Ehr, at: LaunchServer | None = None) -> Launched:
    at = at or server(ehr)
    launcher = EhrLauncher(Tokens(KEY))
    url, attempt = launcher.start(at, launch=LAUNCH, back_to=BACK)
    return launcher.finish(at, attempt, came_back(url), back_to=BACK)


def came_back(url: str) -> dict[str, str]:
    """What the browser brings back from there."""
    return {name: values[0] for name, values in parse_qs(urlsplit(sent_back(url)).query).items()}


def why(ehr: Ehr, at: LaunchServer | None = None) -> str:
    with pytest.raises(NotLaunched) as refused:
        opened(ehr, at)
    return refused.value.code


@pytest.mark.parametrize("profile", ["generic-r4", "generic-stu3"])
def test_the_patient_on_the_screen_of_the_epd_is_read_as_the_profile_of_the_link_says(ehr: Ehr, profile: str) -> None:
    ehr.patient = patient("4711", bsn=TRIAL_BSN)

    told = opened(ehr, server(ehr, profile=profile)).patient

    assert (told.local_number, told.bsn, told.name.family, str(told.birth_on), told.sex) == (
        "4711", TRIAL_BSN, "van Voorbeeld", "1958-12-04", "M"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "scopes"), [("generic-r4", "launch patient/Patient.rs"), ("generic-stu3", "launch patient/Patient.read")]
)
def test_a_browser_is_sent_there_with_pkce_and_asks_for_no_more_than_the_patient(ehr: Ehr, profile: str, scopes: str) -> None:
    url, attempt = EhrLauncher(Tokens(KEY)).start(server(ehr, profile=profile), launch=LAUNCH, back_to=BACK)

    asked = parse_qs(urlsplit(url).query)
    assert asked["scope"] == [scopes] and asked["aud"] == [ehr.iss] and asked["code_challenge_method"] == ["S256"]
    assert attempt.verifier not in url and len(attempt.verifier) >= 43


def test_who_signs_proves_itself_with_its_own_key_and_who_does_not_is_no_client_there(ehr: Ehr) -> None:
    ehr.keys = KEY.jwks().decode()

    assert opened(ehr, server(ehr, signs=True)).patient.local_number == "4711"
    assert why(ehr) == "refused"


def test_a_code_that_was_asked_for_by_another_attempt_is_not_exchanged(ehr: Ehr) -> None:
    launcher, at = EhrLauncher(Tokens(KEY)), server(ehr)
    (url, first), (_, second) = (launcher.start(at, launch=LAUNCH, back_to=BACK) for _ in range(2))
    answer = came_back(url)

    for attempt, said in (
        (second, answer),
        (LaunchAttempt(first.state, second.verifier), answer),
        (first, {**answer, "state": ""}),
    ):
        with pytest.raises(NotLaunched):
            launcher.finish(at, attempt, said, back_to=BACK)


@pytest.mark.parametrize(
    "context", [{}, {"patient": ""}, {"patient": "../Patient/p-1"}, {"patient": ["p-1"]}, {"patient": "p-1?x=1"}]
)
def test_without_a_patient_in_the_answer_nobody_is_asked_for(ehr: Ehr, context: dict[str, object]) -> None:
    ehr.context = context

    assert why(ehr) == "no_patient"
    assert not [path for path in ehr.asked if path.startswith("/fhir/")]


@pytest.mark.parametrize("resource", [patient(id="p-2"), {"resourceType": "Bundle", "id": "p-1"}, patient() | {"id": None}])
def test_what_is_not_the_patient_that_was_asked_for_is_nobody(ehr: Ehr, resource: dict[str, object]) -> None:
    ehr.patient = resource

    assert why(ehr) == "other_patient"


@pytest.mark.parametrize(("path", "most"), [("/token", MOST_TOKEN), ("/fhir/Patient/p-1", MOST_PATIENT)])
def test_an_answer_without_end_is_not_read_and_a_redirect_is_not_followed(ehr: Ehr, path: str, most: int) -> None:
    ehr.odd[path] = (200, {}, b"{" + b" " * most)
    assert why(ehr) == "answer"

    ehr.odd[path] = (302, {"Location": f"{ehr.url}/elsewhere"}, b"")
    assert why(ehr) == "refused" and "/elsewhere" not in ehr.asked


@pytest.mark.parametrize(
    "token", [{"access_token": ""}, {"access_token": "a b"}, {"access_token": "a", "token_type": "mac"}, {"access_token": {}}]
)
def test_a_token_that_cannot_be_sent_is_none(ehr: Ehr, token: dict[str, object]) -> None:
    ehr.context = {"patient": "p-1"} | token

    assert why(ehr) == "answer"


def test_of_two_bsns_none_is_taken_and_it_is_said(ehr: Ehr) -> None:
    ehr.patient = patient(bsn=TRIAL_BSN)
    ehr.patient["identifier"].append({"system": ehrs.BSN, "value": "999900018"})

    told = opened(ehr)

    assert told.has_second_bsn and not told.patient.bsn and told.patient.local_number == "4711"


def test_a_server_that_says_no_or_is_away_is_told_apart(ehr: Ehr) -> None:
    launcher, at = EhrLauncher(Tokens(KEY)), server(ehr)
    _, attempt = launcher.start(at, launch=LAUNCH, back_to=BACK)
    with pytest.raises(NotLaunched, match="cancelled"):
        launcher.finish(at, attempt, {"state": attempt.state, "error": "access_denied"}, back_to=BACK)
    ehr.odd["/token"] = (503, {}, b"")
    assert why(ehr) == "unreachable"
    assert why(ehr, server(ehr, token_url="https://10.1.2.3/token")) == "address"


def test_what_a_server_says_of_itself_is_only_shown(ehr: Ehr) -> None:
    launcher, address = EhrLauncher(Tokens(KEY)), server(ehr).address
    found = launcher.look(ehr.iss, address)
    assert (found.authorize_url, found.token_url, found.takes_pkce, found.takes_launch) == (
        f"{ehr.url}/authorize", f"{ehr.url}/token", True, True
    )  # fmt: skip

    where = "/fhir/.well-known/smart-configuration"
    for status, body in ((200, b"{" + b" " * MOST_OFFER), (302, b""), (200, b"[]"), (404, json.dumps({}).encode())):
        ehr.odd[where] = (status, {"Location": f"{ehr.url}/elsewhere"}, body)
        with pytest.raises(NotLaunched):
            launcher.look(ehr.iss, address)
    assert "/elsewhere" not in ehr.asked
