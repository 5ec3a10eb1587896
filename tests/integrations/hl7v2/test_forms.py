"""First letter, correction, addendum, withdrawal, and that there is no advice: what each is called on the wire, and what a reader makes of it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.sending.judge import Unsendable, conformance_fault, judge
from integrations.hl7v2.sending.outgoing import compose
from integrations.hl7v2.text.er7 import Message
from integrations.profiles import load
from mdo_portal.exchange import DecisionForm, IncomingResult, OutgoingDecision
from tests.integrations.own_profiles import own_profile

from .samples import DECISION, MESSAGE, NOW, address

GOLDEN = Path(__file__).parent / "golden" / "forms"
PROFILES = ["generic-v2", "generic-v2-confirmed", "hix", "nexus", "zorgdomein"]
OLD, NEW = "MDO-2026-0001-1", "MDO-2026-0001-2"


def later(form: DecisionForm) -> OutgoingDecision:
    """The second decision about this discussion, or the first one when the form is that."""
    if form is DecisionForm.FIRST:
        return DECISION
    return replace(
        DECISION if form.has_advice else MESSAGE, version=2, document_number=NEW, replaces_document_number=OLD, form=form
    )


def written(decision: OutgoingDecision, profile: str) -> Message:
    raw = compose(decision, address(profile, "UTF-8"), now=NOW)
    judge(raw, decision, load(profile))
    return Message.parse(raw)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("form", list(DecisionForm))
def test_every_form_is_as_the_golden_file_says(form: DecisionForm, profile: str) -> None:
    raw = compose(later(form), address(profile, "UTF-8"), now=NOW)
    judge(raw, later(form), load(profile))
    golden = GOLDEN / f"{profile}-{form.value}.hl7"
    if os.environ.get("GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(raw.decode().replace("\r", "\n"), encoding="utf-8")
    assert raw.decode().replace("\r", "\n") == golden.read_text("utf-8")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_first_message_that_there_is_no_advice_is_as_the_golden_file_says(profile: str) -> None:
    raw = compose(MESSAGE, address(profile, "UTF-8"), now=NOW)
    judge(raw, MESSAGE, load(profile))
    golden = GOLDEN / f"{profile}-no-advice.hl7"
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(raw.decode().replace("\r", "\n"), encoding="utf-8")
    assert raw.decode().replace("\r", "\n") == golden.read_text("utf-8")


@pytest.mark.parametrize(("form", "says_it"), [(form, not form.has_advice) for form in DecisionForm])
@pytest.mark.parametrize("profile", ["generic-v2", "nexus"])
def test_what_has_no_advice_says_so_beside_the_code_by_which_it_is_filed(form: DecisionForm, says_it: bool, profile: str) -> None:
    with own_profile('[outgoing]\nwithdraw = "T10"\n', extends=profile) as own:
        message = written(later(form), own)

    for code in {message.all("OBX")[0].field(3)} | ({message.get("OBR-4")} if profile == "nexus" else set()):
        assert code.split("^")[:3] == ["85232-7", f"Tumor board Consult note{' (geen advies)' if says_it else ''}", "LN"]
        assert code.split("^")[3:] == (["BERICHT", "Bericht zonder advies", "99MDO"] if says_it else [])


@pytest.mark.parametrize(
    ("form", "event", "number", "parent", "segments"),
    [
        (DecisionForm.FIRST, "MDM^T02^MDM_T02", OLD, "", 3),
        (DecisionForm.CORRECTION, "MDM^T10^MDM_T02", NEW, OLD, 3),
        (DecisionForm.ADDENDUM, "MDM^T06^MDM_T02", NEW, OLD, 3),
        (DecisionForm.WITHDRAWAL, "MDM^T11^MDM_T01", OLD, "", 0),
        (DecisionForm.OUTCOME, "MDM^T10^MDM_T02", NEW, OLD, 4),
        (DecisionForm.RECALL, "MDM^T11^MDM_T01", OLD, "", 0),
    ],
)
def test_a_document_says_what_it_is_to_the_one_before_it(
    form: DecisionForm, event: str, number: str, parent: str, segments: int
) -> None:
    message = written(later(form), "hix")

    assert message.get("MSH-9") == event
    assert message.get("EVN-1") == event.split("^")[1]
    assert (message.get("TXA-12"), message.get("TXA-13")) == (number, parent)
    assert len(message.all("OBX")) == segments
    assert message.get("TXA-19") == ("CA" if form in (DecisionForm.WITHDRAWAL, DecisionForm.RECALL) else "AV")


@pytest.mark.parametrize(
    ("form", "number", "parent", "status"),
    [
        (DecisionForm.FIRST, OLD, "", "F"),
        (DecisionForm.CORRECTION, NEW, OLD, "C"),
        (DecisionForm.ADDENDUM, NEW, OLD, "F"),
        (DecisionForm.WITHDRAWAL, NEW, OLD, "C"),
        (DecisionForm.OUTCOME, NEW, OLD, "C"),
        (DecisionForm.RECALL, NEW, OLD, "C"),
    ],
)
def test_a_result_says_it_by_its_status(form: DecisionForm, number: str, parent: str, status: str) -> None:
    message = written(later(form), "nexus")

    assert (message.get("OBR-3"), message.get("OBR-29-2"), message.get("OBR-25")) == (number, parent, status)
    assert {one.component(11) for one in message.all("OBX")} == {status}


@pytest.mark.parametrize(("wish", "order"), [("W", "C"), ("D", "C"), ("X", "X")])
def test_a_hospital_may_want_a_withdrawn_result_under_its_old_number(wish: str, order: str) -> None:
    with own_profile(f'[outgoing]\nwithdraw_status = "{wish}"\n', extends="nexus") as profile:
        message = written(later(DecisionForm.WITHDRAWAL), profile)

    assert (message.get("OBR-3"), message.get("OBR-25"), message.get("OBR-29-2")) == (OLD, order, "")
    assert {one.component(11) for one in message.all("OBX")} == {wish}


def test_a_hospital_that_knows_no_t11_gets_the_letter_of_withdrawal() -> None:
    with own_profile('[outgoing]\nwithdraw = "T10"\n', extends="hix") as profile:
        message = written(later(DecisionForm.WITHDRAWAL), profile)

    assert (message.get("MSH-9-2"), message.get("TXA-12"), message.get("TXA-13")) == ("T10", NEW, OLD)
    assert len(message.all("OBX")) == 3


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("form", [form for form in DecisionForm if form is not DecisionForm.FIRST])
def test_who_never_had_the_first_letter_gets_this_one_as_a_first(form: DecisionForm, profile: str) -> None:
    message = written(replace(later(form), replaces_document_number=""), profile)

    assert message.get("MSH-9-2") in ("T02", "R01")
    assert {one.component(11) for one in message.all("OBX")} == {"F"}
    assert len(message.all("OBX")) == (3 if form.has_advice else 4)


@pytest.mark.parametrize(
    ("form", "reference", "replaces", "status"),
    [
        (DecisionForm.FIRST, OLD, "", ""),
        (DecisionForm.CORRECTION, NEW, OLD, "corrected"),
        (DecisionForm.ADDENDUM, NEW, "", ""),
        (DecisionForm.WITHDRAWAL, OLD, "", "withdrawn"),
        (DecisionForm.OUTCOME, NEW, OLD, "corrected"),
        (DecisionForm.RECALL, OLD, "", "withdrawn"),
    ],
)
def test_our_own_reader_understands_every_form(form: DecisionForm, reference: str, replaces: str, status: str) -> None:
    read = Hl7Reader().read(compose(later(form), address("hix", "UTF-8"), now=NOW), "hix")

    assert isinstance(read, IncomingResult)
    (letter,) = read.documents
    assert (letter.reference, letter.replaces, letter.status) == (reference, replaces, status)
    assert letter.content == (b"" if status == "withdrawn" else DECISION.letter_pdf)


def test_a_withdrawal_that_became_something_else_does_not_leave() -> None:
    decision = later(DecisionForm.WITHDRAWAL)
    raw = compose(decision, address("hix"), now=NOW)
    for spoiled in (
        raw.replace(b"MDM^T11^MDM_T01", b"MDM^T02^MDM_T02"),
        raw.replace(OLD.encode(), NEW.encode()),
        raw + b"OBX|1\r",
    ):
        with pytest.raises(Unsendable):
            judge(spoiled, decision, load("hix"))


def test_the_strict_tables_know_t11_as_a_notification_without_content() -> None:
    message = written(later(DecisionForm.WITHDRAWAL), "hix")

    assert conformance_fault(message) == ""
    assert [segment.name for segment in message.segments] == ["MSH", "EVN", "PID", "PV1", "TXA"]
