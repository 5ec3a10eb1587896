"""Real input nobody here wrote goes the whole way: Dutch HL7 v2 referrals, and a Swiss tumour-board referral in FHIR."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import httpx
import pytest

from integrations.hl7v2.wire.mllp import MllpDecoder, frame
from mdo_portal.commands.demo.fill import PASSWORD, token_of
from mdo_portal.commands.demo.screens import UUID, Screen, first, until
from mdo_portal.commands.demo.typists import Typist
from tests.journeys.conftest import Demo

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data"
DUTCH = SAMPLES / "hl7v2" / "msg-hl7-nl"
SWISS = SAMPLES / "fhir" / "umzhconnect-tumorboard-r4"

pytestmark = [
    pytest.mark.xdist_group("journeys"),
    pytest.mark.skipif(not SAMPLES.exists(), reason="the samples nobody here wrote are not beside the project"),
]


def send(port: int, raw: bytes) -> str:
    """One message over MLLP; MSA-1 of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(frame(raw))
        decoder, frames = MllpDecoder(1_000_000), []
        while not frames:
            got = line.recv(65536)
            assert got, "the listener hung up without an answer"
            frames = decoder.feed(got)
    return re.search(rb"MSA\|(\w\w)", frames[0])[1].decode()  # type: ignore[index]


def as_sent(path: Path) -> bytes:
    """The file as a hospital would send it: CR between segments, in the character set that MSH-18 names."""
    text = path.read_text(encoding="utf-8").replace("\r\n", "\r").replace("\n", "\r").strip("\r") + "\r"
    return text.encode("iso-8859-15" if "8859/15" in text else "iso-8859-1" if "8859/1" in text else "utf-8")


def swiss_bundle() -> bytes:
    """The tumour-board referral and everything it names, as one transaction."""
    entries = []
    for path in sorted(SWISS.glob("*.json")):
        resource = json.loads(path.read_text())
        if "Orthop" in path.name or "ACL" in path.name or resource["resourceType"] in ("Task", "Appointment"):
            continue
        kind = resource["resourceType"]
        entries.append(
            {
                "fullUrl": f"http://placer.example.org/fhir/{kind}/{resource['id']}",
                "resource": resource,
                "request": {"method": "PUT", "url": f"{kind}/{resource['id']}"},
            }
        )
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def find_case(secretary: Screen, words: str) -> str:
    """The case on the work list that these words find."""
    pages: list[str] = []

    def there() -> bool:
        pages[:] = re.findall(rf'data-row="({UUID})"', secretary.send("/worklist/rows", {"words": words}))
        return bool(pages)

    until(there, seconds=20, what=f"a case on the work list for {words!r}", pause=0.2)
    return pages[0]


def carry_through(demo: Demo, case_id: str) -> str:
    """Route, plan, discuss, sign and return one case; gives the text of the letter's page."""
    secretary, chair = demo.screen("hartog"), demo.with_role("URO-P", "chair")
    page = secretary.read(f"/cases/{case_id}")
    board_id = first(rf'<option value="({UUID})"[^>]*>\s*[^<]*rostaat', page, "board to choose")
    secretary.send(f"/cases/{case_id}/route", {"board_id": board_id})
    meeting_id = first(
        rf'name="meeting_id"[^>]*>\s*(?:<option value="">[^<]*</option>\s*)?<option value="({UUID})"',
        secretary.read(f"/cases/{case_id}"),
        "meeting",
    )
    secretary.send(f"/cases/{case_id}/plan", {"meeting_id": meeting_id, "late_reason": "proef"})
    if "/room/open" in chair.read(f"/meetings/{meeting_id}"):
        chair.send(f"/meetings/{meeting_id}/room/open", {})
    round_id = re.findall(rf'data-row="({UUID})"', chair.read(f"/meetings/{meeting_id}/piece/agenda"))[-1]
    chair.send(f"/meetings/{meeting_id}/room/show/{round_id}", {})
    notes = re.findall(rf'data-note="({UUID})"', chair.read(f"/meetings/{meeting_id}/room/piece/conclusion?round={round_id}"))
    typist = Typist(chair, meeting_id)
    for note_id in notes:
        typist.open(note_id)
        typist.type(note_id, "Vastgesteld zoals aangemeld; verder beleid in het verwijzend ziekenhuis.")
    typist.leave()
    chair.send(f"/meetings/{meeting_id}/room/outcome/{round_id}", {"outcome": "discussed"})
    seen = first(r'name="seen" value="([0-9a-f]{64})"', chair.read(f"/rounds/{round_id}/sign"), "text to sign")
    chair.send(f"/rounds/{round_id}/sign", {"seen": seen, "password": PASSWORD})
    delivery_id = first(rf'data-delivery="({UUID})"', chair.read(f"/rounds/{round_id}/signed/piece"), "delivery")
    until(lambda: secretary.download(f"/deliveries/{delivery_id}/letter")[:5] == b"%PDF-", seconds=20, what="a letter")
    secretary.send(f"/deliveries/{delivery_id}/confirm", {})
    return chair.read(f"/rounds/{round_id}/signed/piece")


def test_a_dutch_referral_is_planned_discussed_signed_and_returned(demo: Demo) -> None:
    raw = as_sent(DUTCH / "Hl7toMsgRepoReadHl7Test_02.hl7")
    assert send(demo.places.mllp, raw) == "AA"
    case_id = find_case(demo.screen("hartog"), "ZP100120391")

    page = demo.screen("hartog").read(f"/cases/{case_id}")
    letter = carry_through(demo, case_id)

    assert "onbegrepen benauwdheid" in page
    assert "Testpatiënt" in page
    assert "900073962" not in page
    assert 'data-delivery-state="received"' in letter


def test_the_swiss_tumour_board_referral_is_planned_discussed_signed_and_returned(demo: Demo) -> None:
    headers = {"Authorization": f"Bearer {token_of('RIET')}", "Content-Type": "application/fhir+json"}
    answer = httpx.post(f"{demo.places.url}/fhir", content=swiss_bundle(), headers=headers, timeout=30)
    assert answer.status_code == 200
    case_id = find_case(demo.screen("hartog"), "Meier")

    page = demo.screen("hartog").read(f"/cases/{case_id}")
    letter = carry_through(demo, case_id)

    for shown in (
        "Synovial sarcoma of the right knee",
        "Review therapy recommendations.",
        "Gadoters",
        "CT Scan Right Knee",
        "REF-2025-002",
    ):
        assert shown in page
    assert 'data-delivery-state="received"' in letter


def test_every_dutch_message_is_answered_and_each_with_a_patient_becomes_a_case(demo: Demo) -> None:
    secretary = demo.screen("hartog")
    answers = {path.name: send(demo.places.mllp, as_sent(path)) for path in sorted(DUTCH.glob("*.hl7"))}

    assert set(answers.values()) <= {"AA", "AR", "AE"}
    with_patient = [path for path in DUTCH.glob("*.hl7") if re.search(r"^PID\|", path.read_text(), re.M)]
    assert all(
        answers[path.name] == "AA" for path in with_patient if "|ZorgDomein|" in path.read_text() and "ZP1" in path.read_text()
    )
    find_case(secretary, "Testpatiënt")
