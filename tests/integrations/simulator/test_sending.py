"""A simulated hospital sends its referrals, waits for the portal's word, and sends the same bytes again when there is none."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.hl7v2.acknowledger import MllpAcknowledger
from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.wire.listener import MllpListener
from integrations.simulator.config import Endpoint
from integrations.simulator.process import Running
from mdo_portal.exchange import Address, Answer, Verdict
from tests.integrations.fhir.make import Told, server
from tests.integrations.simulator.make import Portal, behave, hospital, mllp_portal, post, state, until


def sent(running: Running, code: str) -> Any:
    return next(one for one in state(running)["cases"] if one["code"] == code)


def test_a_case_goes_out_over_one_connection_and_is_confirmed(tmp_path: Path) -> None:
    portal = Portal()
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at) as running:
        before = sent(running, "UP01")
        post(running, "/api/send", {"cases": ["UP01", "UP02"]})
        until(lambda: state(running)["counts"]["acknowledged"] == 2)
        after = sent(running, "UP01")

    assert before["words"] == "nog niet verstuurd"
    assert after["words"].startswith("bevestigd ")
    assert len(portal.got) > 2  # ZorgDomein sends every attachment on its own


def test_the_portals_own_listener_takes_every_case(tmp_path: Path) -> None:
    got: list[bytes] = []
    with listener(got) as at, hospital("ZEED", tmp_path, portal_mllp=at) as running:
        asked = post(running, "/api/send", {"cases": "all"})["asked"]
        until(lambda: state(running)["counts"]["acknowledged"] == asked, seconds=30)
        again = post(running, "/api/send", {"cases": "all"})["asked"]
        words = {one["words"][:12] for one in state(running)["cases"]}

    assert (asked, again) == (12, 0)
    assert words == {"bevestigd AA", "bevestigd CA"}
    assert {Hl7Reader().read(raw, "hix").patient.local_authority for raw in got} == {"ZEED"}


@contextmanager
def listener(got: list[bytes]) -> Iterator[Endpoint]:
    """The portal's MllpListener with a desk that keeps everything."""

    async def receive(raw: bytes, _: str) -> Answer:
        got.append(raw)
        return Answer(Verdict.STORED, Hl7Reader().header(raw).control_id)

    loop = asyncio.new_event_loop()
    door = MllpListener(receive, host="127.0.0.1", port=0)
    loop.run_until_complete(door.start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield Endpoint("127.0.0.1", door.port)
    asyncio.run_coroutine_threadsafe(door.stop(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


def test_the_same_bytes_go_again_after_silence(tmp_path: Path) -> None:
    portal = Portal([None, None, Verdict.STORED])
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at, answer_seconds=0.3) as running:
        post(running, "/api/send", {"cases": ["UP02"]})
        until(lambda: sent(running, "UP02")["state"] == "sent")
        until(lambda: sent(running, "UP02")["state"] == "acknowledged")

    assert portal.got[0] == portal.got[1] == portal.got[2]


def test_a_refusal_is_shown_with_the_portals_words_and_not_repeated(tmp_path: Path) -> None:
    portal = Portal([Verdict.REFUSED])
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at) as running:
        post(running, "/api/send", {"cases": ["UP02"]})
        until(lambda: sent(running, "UP02")["state"] == "refused")
        words = sent(running, "UP02")["words"]

    assert "told so" in words
    assert len(portal.got) == len(set(portal.got))


def test_without_a_portal_a_case_waits_also_over_a_restart(tmp_path: Path) -> None:
    with hospital("ZEED", tmp_path) as running:
        post(running, "/api/send", {"cases": ["UP02"]})
        until(lambda: sent(running, "UP02")["state"] == "sent")
        words = sent(running, "UP02")["words"]
    portal = Portal()
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at) as running:
        until(lambda: sent(running, "UP02")["state"] == "acknowledged")

    assert "niet bereikbaar" in words


def test_a_double_hospital_sends_every_message_twice(tmp_path: Path) -> None:
    portal = Portal()
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at) as running:
        behave(running, "dubbel")
        post(running, "/api/send", {"cases": ["UP02"]})
        until(lambda: sent(running, "UP02")["state"] == "acknowledged")
        found = state(running)["counts"]["transmissions"]

    assert found == len(portal.got) == 2 * len(set(portal.got))


@pytest.mark.parametrize("code", ["DELT", "MERW"])
def test_a_fhir_hospital_posts_its_bundle_with_its_token(code: str, tmp_path: Path) -> None:
    told = Told(202, b'{"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}')
    with server(told) as url, hospital(code, tmp_path, portal_fhir=url) as running:
        first = state(running)["cases"][0]["code"]
        post(running, "/api/send", {"cases": [first]})
        until(lambda: sent(running, first)["state"] == "acknowledged")

    _, path, headers, content = told.asked[0]
    assert (path, headers["Authorization"]) == ("/fhir", "Bearer t0ken")
    assert json.loads(content)["type"] == {"DELT": "transaction", "MERW": "message"}[code]


@pytest.mark.parametrize(("status", "expected"), [(422, "refused"), (401, "sent"), (503, "sent")])
def test_what_the_portal_answers_over_http_is_what_the_page_says(status: int, expected: str, tmp_path: Path) -> None:
    with server(Told(status, b"{}")) as url, hospital("DELT", tmp_path, portal_fhir=url) as running:
        post(running, "/api/send", {"cases": ["UP03"]})
        until(lambda: str(status) in sent(running, "UP03")["words"] or "token" in sent(running, "UP03")["words"])
        found = sent(running, "UP03")["state"]

    assert found == expected


def test_send_every_sends_by_itself(tmp_path: Path) -> None:
    portal = Portal()
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at, send_every=0.2) as running:
        until(lambda: state(running)["counts"]["acknowledged"] >= 2)


def test_a_case_of_another_hospital_cannot_be_sent(tmp_path: Path) -> None:
    with hospital("ZEED", tmp_path) as running, pytest.raises(urllib.error.HTTPError) as refused:
        post(running, "/api/send", {"cases": ["UP03"]})

    assert refused.value.code == 400


def test_a_hospital_that_asks_for_the_applications_word_counts_what_it_hears_later(tmp_path: Path) -> None:
    portal = Portal()
    with mllp_portal(portal) as at, hospital("ZEED", tmp_path, portal_mllp=at, application_ack=True) as running:
        post(running, "/api/send", {"cases": ["UP02"]})
        until(lambda: sent(running, "UP02")["state"] == "acknowledged")
        answer = Answer(Verdict.STORED, "", at=datetime(2026, 3, 2, tzinfo=UTC), reference="OURS")
        assert running.mllp is not None
        where = Address("ZEED", "generic-v2", host="127.0.0.1", port=running.mllp.port, inside=("127.0.0.0/8",))
        receipts = [MllpAcknowledger().acknowledge(portal.got[0], answer, where) for _ in range(2)]
        found = state(running)["counts"]

    assert {tuple(Message.parse(raw).get(place) for place in ("MSH-15", "MSH-16")) for raw in portal.got} == {("AL", "AL")}
    assert [one.code for one in receipts] == ["CA", "CA"]
    assert (found["application_acks"], found["letters"]) == (1, 0)
