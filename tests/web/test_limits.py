"""How fast anybody may ask."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mdo_portal.allowance import Rate
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.web import limits
from mdo_portal.web.limits import Limits
from tests.people import person_id
from tests.web.access_house import House, house
from tests.web.portal import CSRF

__all__ = ["house"]


# How fast


def test_an_allowance_fills_again_and_forgets_the_longest_unused() -> None:
    now = [0.0]
    asked = Limits(clock=lambda: now[0], most=3)
    rate = Rate(at_once=2, a_second=0.5)

    assert [asked.wait("k", "a", rate) for _ in range(3)] == [0.0, 0.0, 2.0]
    now[0] = 2.0
    assert asked.wait("k", "a", rate) == 0.0 and asked.wait("k", "a", rate) > 0
    assert asked.wait("k", "b", rate) == 0.0  # another is not held up
    for who in "cdef":
        asked.wait("k", who, rate)
    assert asked.wait("k", "a", rate) == 0.0  # as if it never asked


def test_who_runs_away_waits_and_nobody_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PERSON", Rate(5, 0.001))
    aisha, bram = house.person("Aisha"), house.person("Bram")

    statuses = [aisha.get("/worklist").status_code for _ in range(6)]
    refused = aisha.get("/worklist/rows", headers={"HX-Request": "true"})

    assert statuses == [200] * 5 + [429]
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) >= 1 and "wacht even" in refused.text
    assert bram.get("/worklist").status_code == 200


def test_of_one_file_too_many_nothing_is_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each was put on the disk first, to look for the token of its page."""
    monkeypatch.setattr(limits, "UPLOAD", Rate(1, 0.001))
    dirk, path = house.person("Dirk"), "/language"
    dirk.post(path, data={"csrf_token": CSRF}, content_type="multipart/form-data")
    large = io.BytesIO(b"x" * 1_000_000)

    answer = dirk.post(path, input_stream=large, content_length=1_000_000, content_type="multipart/form-data; boundary=x")

    assert (answer.status_code, large.tell()) == (429, 0)


def test_what_another_site_sends_uses_up_nobodys_tries(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SIGN_IN", Rate(1, 0.001))
    stranger = house.app.test_client()

    statuses = [stranger.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}).status_code for _ in range(3)]

    assert statuses == [403, 403, 403]


def test_guessing_from_one_address_waits_and_the_signed_in_work_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SIGN_IN", Rate(3, 0.001))
    stranger, bram = house.app.test_client(), house.person("Bram")
    stranger.get("/sign-in")
    with stranger.session_transaction() as cookie:
        form = {"email": "a@b.nl", "password": "x", "csrf_token": cookie["csrf"]}

    assert [stranger.post("/sign-in", data=form).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert bram.get("/worklist").status_code == 200


def test_a_link_and_a_stranger_at_the_fhir_door_have_limits_of_their_own(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINK", Rate(2, 0.001))
    monkeypatch.setattr(limits, "STRANGER", Rate(1, 0.001))
    client = house.app.test_client()

    def send(token: str) -> int:
        answer = client.post("/fhir", json={}, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code != 429 or (answer.json["resourceType"] == "OperationOutcome" and answer.headers["Retry-After"])
        return answer.status_code

    assert [send("nobody's") for _ in range(2)] == [401, 429]
    assert [send("token-ZEED") for _ in range(3)][2] == 429


def test_who_guesses_patients_in_an_emergency_waits_and_a_colleague_does_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty numbers a second could be tried beside the birth date of somebody one knows."""
    monkeypatch.setattr(limits, "GLASS", Rate(2, 0.001))
    asked = {"hospital_id": str(house.region.hospitals["KREE"]), "birth_on": "01-02-1950", "reason": "op de spoedeisende hulp"}

    def guess(who: FlaskClient, number: int) -> int:
        return who.post("/glass", data={"csrf_token": CSRF, "number": str(number), **asked}).status_code

    dirk, bram = house.person("Dirk"), house.person("Bram")

    assert [guess(dirk, number) for number in range(3)] == [404, 404, 429]
    assert guess(bram, 1) == 404
    with house.database.transaction() as session:
        refused = select(func.count()).where(AuditEntry.act == "glass:break", AuditEntry.person_id == person_id("Dirk"))
        assert session.scalar(refused) == 3


def test_a_live_meeting_stays_far_below_the_limits() -> None:
    """A change every second for two hours, five fragments each, and everything twice because of a reconnect."""
    now = [0.0]
    asked = Limits(clock=lambda: now[0])
    refused = 0
    for second in range(7_200):
        now[0] = float(second)
        refused += sum(asked.wait("person", "chair", limits.PERSON) > 0 for _ in range(10))

    assert refused == 0
