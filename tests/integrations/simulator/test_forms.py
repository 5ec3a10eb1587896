"""Every form and shape at an invented hospital: what stands in the patient's file, and what the portal may call received."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integrations.fhir.sending.sender import FhirSender
from integrations.hl7v2.sending.sender import MllpSender
from mdo_portal.exchange import DecisionForm, OutgoingAdvice, OutgoingDecision, ReceiptKind, Sender
from tests.integrations.own_profiles import own_profile
from tests.integrations.simulator.make import TOKEN, address, behave, correction, decision, hospital, state

ADVICE = (OutgoingAdvice("Operatie", "surgery", "Operatie", condition="als de PET negatief is"), OutgoingAdvice("Bestraling"))
WIRES: list[tuple[str, str, str, Sender]] = [
    ("ZEED", "hix", "", MllpSender()),
    ("ZEED", "generic-v2-confirmed", "", MllpSender()),
    ("ZEED", "nexus", "", MllpSender()),
    ("DELT", "generic-r4-careplan", "", FhirSender()),
    ("DELT", "generic-r4", 'shapes = ["document-bundle", "careplan"]', FhirSender()),
    ("MERW", "generic-stu3", 'shapes = ["document", "composition", "careplan"]', FhirSender()),
]
every_wire = pytest.mark.parametrize(("code", "profile", "wish", "sender"), WIRES, ids=[f"{one[1]} {one[2]}" for one in WIRES])


def later(code: str, form: DecisionForm) -> OutgoingDecision:
    return replace(correction(code), form=form, advice=ADVICE)


def sent(
    code: str, profile: str, wish: str, sender: Sender, folder: Path, *letters: OutgoingDecision, mode: str = "normaal"
) -> Any:
    """(receipts, what the hospital shows) of letters sent one after another."""
    with own_profile(f"[send]\n{wish}\n" if wish else "", extends=profile) as own, hospital(code, folder) as running:
        behave(running, mode)
        seconds = {"stil": 0.5, "bewaart": 1.0}.get(mode, 20.0)  # who waits for silence waits for all of it
        receipts = [sender.send(one, address(running, own, seconds=seconds)) for one in letters]
        return receipts, state(running)["letters"]


@every_wire
@pytest.mark.parametrize(
    ("form", "replaced", "withdrawn"),
    [
        (DecisionForm.CORRECTION, True, False),
        (DecisionForm.ADDENDUM, False, False),
        (DecisionForm.WITHDRAWAL, True, None),
        (DecisionForm.OUTCOME, True, False),
        (DecisionForm.RECALL, True, None),
    ],
)
def test_the_earlier_letter_becomes_what_the_later_one_makes_of_it(
    code: str, profile: str, wish: str, sender: Sender, tmp_path: Path, form: DecisionForm, replaced: bool, withdrawn: bool | None
) -> None:
    receipts, letters = sent(code, profile, wish, sender, tmp_path, decision(code, advice=ADVICE), later(code, form))

    assert [one.kind for one in receipts] == [ReceiptKind.ACCEPTED] * 2
    assert len(letters) == 2
    first = letters[1]
    assert first["replaced"] is replaced
    is_t11 = sender.__class__ is MllpSender and profile != "nexus"
    assert first["withdrawn"] is (is_t11 if withdrawn is None else withdrawn)
    assert (letters[0]["replaced"], letters[0]["withdrawn"]) == (False, False)


@every_wire
def test_each_form_sent_again_is_a_double_and_no_second_letter(
    code: str, profile: str, wish: str, sender: Sender, tmp_path: Path
) -> None:
    one = later(code, DecisionForm.WITHDRAWAL)
    receipts, letters = sent(code, profile, wish, sender, tmp_path, one, one, one)

    assert [receipt.kind for receipt in receipts] == [ReceiptKind.ACCEPTED] * 3
    assert len({receipt.reference for receipt in receipts}) == 1
    assert [letter["doubles"] for letter in letters] == [2]


@pytest.mark.parametrize(("code", "profile", "wish", "sender"), WIRES[3:], ids=[one[1] + one[2] for one in WIRES[3:]])
def test_the_structured_advice_stands_with_its_letter_in_order(
    code: str, profile: str, wish: str, sender: Sender, tmp_path: Path
) -> None:
    _, (letter,) = sent(code, profile, wish, sender, tmp_path, decision(code, advice=ADVICE))

    assert letter["plan"] == ["Operatie\nVoorwaarde: als de PET negatief is", "Bestraling"]


@every_wire
def test_a_hospital_that_only_keeps_confirms_nothing_unless_that_is_all_it_was_asked(
    code: str, profile: str, wish: str, sender: Sender, tmp_path: Path
) -> None:
    (receipt,), letters = sent(code, profile, wish, sender, tmp_path, decision(code), mode="bewaart")

    assert letters == []
    is_enough = profile in ("hix", "nexus")  # the commit, or the one answer of original mode, is all that these ever say
    assert receipt.kind is (ReceiptKind.ACCEPTED if is_enough else ReceiptKind.UNKNOWN)
    if profile == "generic-v2-confirmed":
        assert receipt.code == "CA"


@every_wire
@pytest.mark.parametrize(
    ("mode", "kind"), [("weigert", ReceiptKind.REFUSED), ("stil", ReceiptKind.UNKNOWN), ("dubbel", ReceiptKind.ACCEPTED)]
)
def test_it_refuses_is_silent_and_answers_twice_in_every_shape(
    code: str, profile: str, wish: str, sender: Sender, tmp_path: Path, mode: str, kind: ReceiptKind
) -> None:
    (receipt,), letters = sent(code, profile, wish, sender, tmp_path, decision(code), mode=mode)

    assert receipt.kind is kind
    assert len(letters) == (kind is ReceiptKind.ACCEPTED)


def test_a_letter_that_was_taken_back_is_marked_at_a_hospital_that_wants_that(tmp_path: Path) -> None:
    with own_profile('[send]\nwithdraw = "update"\n', extends="generic-r4") as own, hospital("DELT", tmp_path) as running:
        first = FhirSender().send(decision("DELT"), address(running, own))
        there = address(running, own)
        receipt = FhirSender().send(later("DELT", DecisionForm.WITHDRAWAL), there)
        again = FhirSender().send(later("DELT", DecisionForm.WITHDRAWAL), there)
        _, kind, number = (f"/{first.reference}").split("/")
        marked = _read(running, kind, number)

    assert [one.code for one in (first, receipt, again)] == ["200"] * 3
    assert marked["status"] == "entered-in-error"
    assert marked["meta"]["versionId"] == "2", "written once"


def _read(running: Any, kind: str, number: str) -> Any:
    asked = urllib.request.Request(f"{running.url}/fhir/{kind}/{number}", headers={"Authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)
