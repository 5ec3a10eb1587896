"""A message that asks a board to discuss a patient, as the border knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations.hl7v2.meaning.attached import of_referral
from integrations.hl7v2.meaning.cautions import held_up, no_day, until
from integrations.hl7v2.meaning.contacts import contact
from integrations.hl7v2.meaning.facts import Told, told
from integrations.hl7v2.meaning.hint import board_hint, other_boards
from integrations.hl7v2.meaning.of_whom import put_apart
from integrations.hl7v2.meaning.places import first
from integrations.hl7v2.meaning.questions import asked_in
from integrations.hl7v2.meaning.unread import unread_roles, unsaid
from integrations.hl7v2.meaning.urgency import urgency
from integrations.hl7v2.meaning.withdrawal import (
    instead_of,
    is_document_gone,
    number_of,
    order_of_group,
    says_it_is_over,
    taken_back_by_title,
    why,
    withdrawn,
)
from integrations.hl7v2.message.left import left_of
from integrations.hl7v2.message.patient import patient_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.status_codes import GONE
from integrations.hl7v2.text.words import holds_any
from integrations.profiles import board_of
from mdo_portal.exchange import IncomingReferral


def referral(reading: Reading) -> IncomingReferral:
    """The referral, or that it is taken back. Raises Unreadable: no_patient, broken."""
    rules = reading.profile["referral"]
    who = patient_of(reading)
    questions = asked_in(reading)
    hint, hinted = board_hint(reading)
    said = told(reading, frozenset((*(place for _, place in questions.values()), hinted)))
    attached = list(of_referral(reading))
    soon, when = urgency(reading)
    gone = withdrawn(reading)
    number = number_of(reading, gone)
    own_order, is_new = order_of_group(reading)
    paper = number if is_document_gone(reading) else ""
    is_over = (
        bool(gone or paper or taken_back_by_title(reading)) or says_it_is_over(reading) or reading.event in rules["cancel_events"]
    )
    asked: dict[str, Any] = {name: "" if is_over else text for name, (text, _) in questions.items()}
    return IncomingReferral(
        patient=who,
        number=number,
        order_number=own_order,
        is_new_order=is_new,
        board_hint=hint,
        board_code=board_of(reading.profile, hint),
        tumour_hint=first(reading, rules["tumour_hint"]),
        **asked,
        urgency=soon,
        latest_useful_on=until(reading),
        referrer=contact(reading, "referrer"),
        treating=contact(reading, "treating"),
        case_manager=contact(reading, "case_manager"),
        gp=contact(reading, "gp"),
        facts=said.facts,
        taken_back=said.taken_back,
        documents_taken_back=(paper, f"{paper}/&") if paper else (),  # with the addendum under its number
        documents=tuple(document for _, document in attached),
        sent_at=reading.sent_at,
        replaces=reading.notification.replaced if reading.notification else "",
        replaced=instead_of(reading, number),
        unmapped=tuple(dict.fromkeys(_for_a_person(reading, said, when))),
        quarantined=tuple(f"{place}/broken" for place, one in attached if one.kind == "unreadable"),
        cancelled=is_over,
        cancel_reason=why(gone) or ((_why(reading) or _why_in_its_place(*questions["question_board"])) if is_over else ""),
    )


def _for_a_person(reading: Reading, said: Told, when: list[str]) -> Iterator[str]:
    """What a person should look at, by its place: what nothing reads, what speaks against the referral, what is no longer so."""
    yield from put_apart(reading)
    yield from left_of(reading, "referral", ("OBX", "NTE", "?", *reading.profile["facts"]))
    yield from unread_roles(reading)
    yield from other_boards(reading)
    yield from unsaid(reading, (*said.standing, *said.over))
    yield from held_up(reading)
    yield from no_day(reading)
    yield from (reading.at(one).removesuffix("-1") for one in when)
    yield from (f"{item.place}/{GONE}" for item, _ in said.over)


def _why_in_its_place(said: str, place: str) -> str:
    """Where the reason of a referral stands (RF1-10) may stand why it is taken back; what was asked before is no reason."""
    return said if "RF1-10" in place and not said.rstrip().endswith("?") else ""


def _why(reading: Reading) -> str:
    """Why a referral is taken back: what the message says of that, and its notes, for many have no other place."""
    said = first(reading, reading.profile["referral"]["reason_of_change"])
    undone = reading.recognised.rules["undone"]
    answers = (item.text for item in reading.values if holds_any(item.label.casefold(), undone))  # `Reden annulering`
    notes = (text for item in reading.items for text in item.notes)
    letter = (item.text for item in reading.values if taken_back_by_title(reading) and not item.is_document)
    return "; ".join(dict.fromkeys(filter(None, (said, *answers, *letter, *notes))))
