"""What is signed about a decision: an addendum stands beside it, nothing signed changes, and only what was read is signed."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import CaseEvent, CaseState
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import Decision, hash_of
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove, Incomplete, PortalError, Stale
from mdo_portal.exchange import DecisionForm, Receipt, ReceiptKind
from mdo_portal.services.decisions import decision_content, decision_forms, decisions
from mdo_portal.services.decisions.decision_forms import Then, Written
from mdo_portal.services.decisions.decision_refusals import AlreadySigned, Overtaken
from mdo_portal.services.letters import deliveries
from tests import make
from tests.make import NETWORK
from tests.people import Region
from tests.services.signed import ADDED, AGAIN, CLOSED, LATER, arrived, case_of, holds, round_, sign

__all__ = ["round_"]


def test_an_addendum_is_signed_beside_what_stands(session: Session, region: Region, round_: Round) -> None:
    (first,) = decision_content.of_round(session, round_.id)

    added = sign(session, round_, ADDED, region.bilal)

    assert (added.form, added.version, added.supersedes_id) == (DecisionForm.ADDENDUM, 2, first.id)
    assert added.correction_reason == "nagekomen uitslag"
    assert added.content["sections"]["advice"] == "De uitslag van de PSMA-PET: geen metastasen."
    assert added.content_hash == hash_of(added.content)
    assert holds(session, round_) == [first.document_number, added.document_number]
    assert decision_content.newest(session, round_.id) is first
    assert added.content["signed_by"]["name"] == "Bilal" and added.content["participants"] == []


def test_an_addendum_has_a_letter_of_its_own_and_calls_the_case_back_until_it_arrived(
    session: Session, region: Region, round_: Round
) -> None:
    (first,) = decision_content.of_round(session, round_.id)
    arrived(session, first)
    assert case_of(session, round_).state is CaseState.DELIVERED

    added = sign(session, round_, ADDED, region.bram)

    assert case_of(session, round_).state is CaseState.DECIDED
    assert make.delivery_of(session, added).state is DeliveryState.WAITING
    arrived(session, added)
    assert case_of(session, round_).state is CaseState.DELIVERED


def test_what_is_added_to_must_arrive_too_and_what_is_replaced_need_not(session: Session, region: Region, round_: Round) -> None:
    (first,) = decision_content.of_round(session, round_.id)
    deliveries.settle(session, make.delivery_of(session, first).id, Receipt(ReceiptKind.REFUSED, "AE"), now=LATER)

    added = sign(session, round_, ADDED, region.bram)
    arrived(session, added)
    assert case_of(session, round_).state is CaseState.DECIDED, "the advice itself was refused: that is not delivered"

    decisions.start_correction(session, round_, case_of(session, round_))
    make.typed(session, round_, " Anders.")
    corrected = make.signed(session, round_, viewer=region.bram, now=LATER, reason="typfout")
    arrived(session, corrected)
    assert case_of(session, round_).state is CaseState.DELIVERED


def test_a_correction_replaces_the_advice_with_what_was_added_to_it_and_says_so(
    session: Session, region: Region, round_: Round
) -> None:
    (first,) = decision_content.of_round(session, round_.id)
    added = sign(session, round_, ADDED, region.bram)
    decisions.start_correction(session, round_, case_of(session, round_))
    shown = decisions.preview(session, round_, case_of(session, round_), network=NETWORK, viewer=region.bram, now=LATER)

    corrected = make.corrected(session, round_, viewer=region.bram, now=LATER)

    assert any("aanvulling" in sentence for sentence in shown.warnings)
    assert corrected.content["replaces"] == first.document_number and corrected.supersedes_id == first.id
    assert corrected.content["replaces_addenda"] == [added.document_number]
    assert (corrected.version, holds(session, round_)) == (3, [corrected.document_number])


def test_while_a_correction_is_written_nothing_is_added_beside_it(session: Session, region: Region, round_: Round) -> None:
    decisions.start_correction(session, round_, case_of(session, round_))

    with pytest.raises(IllegalMove, match="herziening"):
        sign(session, round_, ADDED, region.bram)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (Written(DecisionForm.ADDENDUM, "  ", "reden", ""), "text"),
        (Written(DecisionForm.ADDENDUM, "tekst", " ", ""), "reason"),
        (Written(DecisionForm.ADDENDUM, "t" * 6001, "reden", ""), "text"),
        (Written(DecisionForm.WITHDRAWAL, "", "", Then.AGAIN), "reason"),
        (Written(DecisionForm.WITHDRAWAL, "", "reden", ""), "then"),
        (Written(DecisionForm.WITHDRAWAL, "", "reden", "ergens"), "then"),
    ],
)
def test_without_text_reason_or_choice_nothing_is_signed(
    session: Session, region: Region, round_: Round, written: Written, field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        sign(session, round_, written, region.bram)

    assert field in refused.value.fields
    assert len(decision_content.of_round(session, round_.id)) == 1


def test_before_a_signature_there_is_nothing_to_add_to_or_withdraw(session: Session, region: Region) -> None:
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    planned = make.planned(session, case, session.get_one(Meeting, region.meeting), viewer=region.aisha)
    make.discussed(session, planned, viewer=region.bram)

    for written in (ADDED, AGAIN):
        with pytest.raises(IllegalMove):
            sign(session, planned, written, region.bram)


def test_pressing_twice_signs_once_and_says_who_signed_and_when(session: Session, region: Region, round_: Round) -> None:
    shown = decision_forms.preview(session, round_, case_of(session, round_), ADDED, network=NETWORK, viewer=region.bram)
    sign(session, round_, ADDED, region.bram, seen=shown.content_hash)

    with pytest.raises(AlreadySigned) as refused:
        sign(session, round_, ADDED, region.bram, seen=shown.content_hash)

    assert refused.value.params == {"who": "Bram", "when": "02-03-2026 16:30:00"}
    assert refused.value.sentence % refused.value.params == (
        "Dit advies is al getekend, door Bram op 02-03-2026 16:30:00. Er is niet nog eens getekend."
    )
    assert session.scalar(select(func.count()).select_from(Decision).where(Decision.round_id == round_.id)) == 2


def test_who_read_before_the_other_chair_signed_is_told_who_was_first(session: Session, region: Region, round_: Round) -> None:
    case = case_of(session, round_)
    read_by_bilal = decision_forms.preview(session, round_, case, AGAIN, network=NETWORK, viewer=region.bilal)
    sign(session, round_, ADDED, region.bram)

    with pytest.raises(Overtaken) as refused:
        sign(session, round_, AGAIN, region.bilal, seen=read_by_bilal.content_hash)

    assert refused.value.params["who"] == "Bram" and isinstance(refused.value, Stale)
    assert holds(session, round_)


def test_another_text_than_was_read_is_not_signed(session: Session, region: Region, round_: Round) -> None:
    with pytest.raises(PortalError):
        sign(session, round_, ADDED, region.bram, seen=uuid.uuid4().hex)


def test_each_form_stands_on_the_timeline_with_who_did_it(session: Session, region: Region, round_: Round) -> None:
    sign(session, round_, ADDED, region.bram)
    sign(session, round_, CLOSED, region.bilal)

    query = select(CaseEvent.what, CaseEvent.details).where(
        CaseEvent.case_id == round_.case_id, CaseEvent.what.like("decision.%")
    )
    told = {what: details["person"] for what, details in session.execute(query)}
    assert told == {"decision.signed": "Bram", "decision.added": "Bram", "decision.withdrawn": "Bilal"}


def test_there_is_one_letter_per_recipient_of_every_form(session: Session, region: Region, round_: Round) -> None:
    sign(session, round_, ADDED, region.bram)
    sign(session, round_, CLOSED, region.bram)

    query = select(Delivery.document_number, Delivery.hospital_id).where(Delivery.case_id == round_.case_id)
    numbers = [one.document_number for one in decision_content.of_round(session, round_.id)]
    assert sorted(session.execute(query).all()) == sorted((number, region.hospitals["ZEED"]) for number in numbers)
    assert len(set(numbers)) == 3 and all(number.startswith(numbers[0]) for number in numbers)


def test_what_the_conclusion_says_meanwhile_does_not_matter_to_an_addendum(
    session: Session, region: Region, round_: Round
) -> None:
    added = sign(session, round_, ADDED, region.bram)

    assert added.content["sections"][NoteSection.DIAGNOSIS] == "" and "Operatie" not in str(added.content)
