"""A letter that the portal's own senders bring to a simulated hospital: filed once, confirmed, or as badly as we told it."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integrations.fhir.sending.sender import FhirSender
from integrations.hl7v2.sending.sender import MllpSender
from integrations.simulator.process import Running
from mdo_portal.exchange import OutgoingDecision, Receipt, ReceiptKind, Sender
from tests.integrations.simulator.make import TOKEN, address, behave, correction, decision, hospital, state

WIRES: list[tuple[str, str, Sender]] = [
    ("ZEED", "hix", MllpSender()),
    ("ZEED", "zorgdomein", MllpSender()),  # a letter as ORU^R01
    ("DELT", "epic", FhirSender()),
    ("MERW", "generic-stu3", FhirSender()),
]
every_wire = pytest.mark.parametrize(("code", "profile", "sender"), WIRES, ids=[profile for _, profile, _ in WIRES])
Send = Callable[..., Receipt]


def sending(running: Running, profile: str, sender: Sender) -> Send:
    def send(one: OutgoingDecision, **more: Any) -> Receipt:
        return sender.send(one, address(running, profile, **more))

    return send


@every_wire
def test_a_letter_is_accepted_and_stands_in_the_file_of_its_patient(
    code: str, profile: str, sender: Sender, tmp_path: Path
) -> None:
    with hospital(code, tmp_path) as running:
        receipt = sending(running, profile, sender)(decision(code))
        (letter,) = state(running)["letters"]
        content = urllib.request.urlopen(f"{running.url}/letters/{letter['id']}.pdf").read()

    assert receipt.kind is ReceiptKind.ACCEPTED
    assert letter["patient_number"] == decision(code).patient.local_number
    assert letter["document_number"] == decision(code).document_number
    assert letter["sections"] == [["Advies", "Actief volgen.\nPSA elk half jaar & MRI < 1 jaar"]]
    assert content == decision(code).letter_pdf


@every_wire
def test_a_letter_that_comes_again_is_confirmed_again_and_filed_once(
    code: str, profile: str, sender: Sender, tmp_path: Path
) -> None:
    with hospital(code, tmp_path) as running:
        send = sending(running, profile, sender)
        receipts = [send(decision(code)) for _ in range(3)]
        found = state(running)

    assert [receipt.kind for receipt in receipts] == [ReceiptKind.ACCEPTED] * 3
    assert (found["counts"]["letters"], found["counts"]["doubles"]) == (1, 2)
    assert len({receipt.reference for receipt in receipts}) == 1


@every_wire
def test_a_correction_takes_the_place_of_the_first_letter(code: str, profile: str, sender: Sender, tmp_path: Path) -> None:
    with hospital(code, tmp_path) as running:
        send = sending(running, profile, sender)
        send(decision(code))
        receipt = send(correction(code))
        newest, first = state(running)["letters"]

    assert receipt.kind is ReceiptKind.ACCEPTED
    assert (newest["replaced"], first["replaced"]) == (False, True)


@every_wire
def test_a_silent_hospital_confirms_nothing_until_it_speaks_again(
    code: str, profile: str, sender: Sender, tmp_path: Path
) -> None:
    with hospital(code, tmp_path) as running:
        send = sending(running, profile, sender)
        behave(running, "stil")
        silent = send(decision(code), seconds=0.6)
        nothing = state(running)["letters"]
        behave(running, "normaal")
        again = send(decision(code))

    assert silent.kind is ReceiptKind.UNKNOWN
    assert nothing == []
    assert again.kind is ReceiptKind.ACCEPTED


@every_wire
def test_a_hospital_that_refuses_says_so_and_files_nothing(code: str, profile: str, sender: Sender, tmp_path: Path) -> None:
    with hospital(code, tmp_path) as running:
        behave(running, "weigert")
        receipt = sending(running, profile, sender)(decision(code))
        found = state(running)

    assert receipt.kind is ReceiptKind.REFUSED
    assert "gesimuleerde EPD" in receipt.text
    assert found["counts"]["letters"] == 0


@every_wire
def test_a_slow_hospital_has_filed_before_its_late_word(code: str, profile: str, sender: Sender, tmp_path: Path) -> None:
    with hospital(code, tmp_path) as running:
        send = sending(running, profile, sender)
        behave(running, "traag", seconds=1.2)
        impatient = send(decision(code), seconds=0.4)
        patient = send(decision(code), seconds=5)
        found = state(running)

    assert impatient.kind is ReceiptKind.UNKNOWN
    assert patient.kind is ReceiptKind.ACCEPTED
    assert (found["counts"]["letters"], found["counts"]["doubles"]) == (1, 1)


@every_wire
def test_a_hospital_that_answers_twice_is_still_understood(code: str, profile: str, sender: Sender, tmp_path: Path) -> None:
    with hospital(code, tmp_path) as running:
        behave(running, "dubbel")
        receipt = sending(running, profile, sender)(decision(code))

    assert receipt.kind is ReceiptKind.ACCEPTED


@every_wire
def test_the_patient_file_survives_a_restart(code: str, profile: str, sender: Sender, tmp_path: Path) -> None:
    with hospital(code, tmp_path) as running:
        sending(running, profile, sender)(decision(code))
        behave(running, "traag", seconds=0.1)
        before = state(running)
    with hospital(code, tmp_path) as running:
        receipt = sending(running, profile, sender)(decision(code))
        after = state(running)

    assert (after["mode"], after["seconds"]) == ("traag", 0.1)
    assert after["letters"] == [before["letters"][0] | {"doubles": 1}]
    assert receipt.kind is ReceiptKind.ACCEPTED


def test_a_message_that_is_no_letter_is_rejected_with_the_senders_own_id(tmp_path: Path) -> None:
    with hospital("ZEED", tmp_path) as running:
        raw = b"MSH|^~\\&|MDO|X|HIX|ZEED|20261123||ADT^A08|42|P|2.5\rPID|1||1^^^ZEED^PI\r"
        receipt = MllpSender().exchange(raw, "42", address(running, "hix"))

    assert (receipt.kind, receipt.reference) == (ReceiptKind.LATER, "42")


def test_the_fhir_server_knows_only_who_has_the_token(tmp_path: Path) -> None:
    with hospital("DELT", tmp_path) as running:
        receipt = FhirSender().send(decision("DELT"), address(running, "epic", token="another"))
        with urllib.request.urlopen(f"{running.url}/fhir/metadata") as answer:
            capabilities = json.load(answer)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{running.url}/fhir/DocumentReference?identifier=x")

    assert (receipt.kind, receipt.code, refused.value.code) == (ReceiptKind.LATER, "401", 401)
    assert capabilities["fhirVersion"] == "4.0.1"


def test_a_filed_document_is_found_by_our_identifier_and_its_pdf_can_be_fetched(tmp_path: Path) -> None:
    with hospital("MERW", tmp_path) as running:
        FhirSender().send(decision("MERW"), address(running, "generic-stu3"))
        found = fetched(running, f"DocumentReference?identifier=urn:ietf:rfc:3986|urn:uuid:{decision('MERW').delivery_id}")
        nothing = fetched(running, "DocumentReference?identifier=urn:ietf:rfc:3986|urn:uuid:0")
        resource = json.loads(found)["entry"][0]["resource"]
        attachment = resource["content"][0]["attachment"]
        pdf = fetched(running, attachment["url"])

    assert json.loads(nothing)["total"] == 0
    assert "data" not in attachment
    assert pdf == decision("MERW").letter_pdf
    assert base64.b64decode(attachment["hash"])


def fetched(running: Running, path: str) -> bytes:
    asked = urllib.request.Request(f"{running.url}/fhir/{path}", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(asked) as answer:
        return bytes(answer.read())


def test_a_half_good_transaction_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with hospital("DELT", tmp_path) as running:
        receipt = FhirSender().send(decision("DELT", letter_pdf=b"no pdf"), address(running, "epic"))
        found = state(running)

    assert (receipt.kind, receipt.code) == (ReceiptKind.REFUSED, "422")
    assert found["letters"] == []
