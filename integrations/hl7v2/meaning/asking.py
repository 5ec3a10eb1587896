"""Whether a message asks for a discussion or reports: a stranger's result must not become a case, a letter must not be lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.hl7v2.message.items import name_of
from integrations.hl7v2.message.labels import labelled
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.packed import is_document
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import label
from integrations.hl7v2.text.words import is_report, matching, names_board, refers
from mdo_portal.exchange import Profile

REPORTING = "RE"
"""ORC-1: results follow (table 0119)."""


@dataclass
class Order:
    """One OBR of an ORU with what stands under it; before the first one an order without a name."""

    segment: Segment | None
    control: str  # ORC-1 of the nearest ORC above
    documents: list[Segment] = field(default_factory=list)
    others: list[Segment] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Asked for, and nothing of it is there yet."""
        return self.control == "NW" and not self.status

    @property
    def status(self) -> str:
        """OBR-25: how far the results are; "" when it says nothing."""
        return self.segment.component(25) if self.segment else ""


def is_referral(message: Message, profile: Profile) -> bool:
    """Whether an ORU is the referral itself and no result.

    So it is by the system that sends or names it; by the name of an order or the title of a document, unless that order says that
    it is done and holds results; by its question, where an order is new, asks for a board, or holds nothing but questions and
    documents. What an observation is called says nothing: a laboratory names the doctor who refers, a radiologist the question.
    """
    recognised = profile["referral"]["recognised"]
    if message.get("MSH-3-1").strip().upper() in recognised["systems"]:
        return True
    if not (message.all("OBR") or message.all("OBX")):  # a letter in notes alone
        return any(refers(said, recognised) and names_board(said, recognised) for said in _notes(message))
    return any(_is_by_system(one, recognised) or _asks(one, profile) for one in _orders(message))


def _notes(message: Message) -> Iterator[str]:
    return (segment.field(3) for segment in message.all("NTE"))


def _orders(message: Message) -> list[Order]:
    control, found = "", [Order(None, "")]
    for segment in message.segments:
        if segment.name == "ORC":
            control = segment.component(1).strip().upper()
        elif segment.name == "OBR":
            found.append(Order(segment, control))
        elif segment.name == "OBX":
            (found[-1].documents if is_document(segment) else found[-1].others).append(segment)
    return found


def _is_by_system(order: Order, recognised: Mapping[str, Any]) -> bool:
    said = (one.component(3, 3) for one in (*order.documents, *order.others))
    named = order.segment.component(4, 3) if order.segment else ""
    return named.upper() in recognised["systems"] or any(one.upper() in recognised["systems"] for one in said)


def _asks(order: Order, profile: Profile) -> bool:
    recognised = profile["referral"]["recognised"]
    name = name_of(order.segment) if order.segment else ""
    is_board = names_board(name, recognised)
    if order.is_new and is_board:
        return True
    is_named = _is_named(order.segment, 4, recognised) or any(_is_named(one, 3, recognised) for one in order.documents)
    asked_of_board = [one for one in order.others if _is_to_board(one, profile)]
    is_question = bool(asked_of_board) or any(one.component(3) in recognised["codes"] for one in order.others)
    if is_board and _is_undecided(order, name, profile):
        return True
    if not (is_named or is_question):
        return False
    is_done = order.control == REPORTING or bool(order.status)
    has_results = _has_results(order, profile)
    if is_named and not (is_done and order.control != "NW" and has_results):
        return True
    asks_board = is_board and not order.status and not is_report(name, recognised)  # with ORC-1 RE too: some send a referral so
    is_open = not is_done and not any(is_report(label(one), recognised) for one in (*order.others, *order.documents))
    return is_question and (order.is_new or asks_board or not (is_done or has_results) or (bool(asked_of_board) and is_open))


def _is_undecided(order: Order, name: str, profile: Profile) -> bool:
    """Whether an order that is named after a board has a question, by whatever name, and nothing yet of what the board says to it.

    One that registers by its name (`Aanmelding MDO long`) may be done: then it is the form that was filled in, and not one that somebody
    is still filling in. A scan of which the name says for what it was made (`CT thorax (aanvraag MDO long)`) is no form.
    """
    recognised = profile["referral"]["recognised"]
    is_examination = matching("", name, profile["sections"]) in ("imaging", "pathology", "marker", "course")
    is_done = order.control != REPORTING and order.status.strip().upper() in ("", *profile["result"]["complete"])
    is_form = refers(name, recognised) and is_done and not is_examination
    if is_report(name, recognised) or (not is_form and (order.status or order.control == REPORTING)):
        return False
    labels = [label(one).casefold() for one in (*order.others, *order.documents)]
    is_told = any(word in one for one in (name.casefold(), *labels) for word in (*recognised["outcomes"], *recognised["undone"]))
    return not is_told and any(labelled(label(one), profile) == "board" for one in order.others)


def _is_to_board(segment: Segment, profile: Profile) -> bool:
    """Whether an observation is the question and its name says to whom: `Vraag aan MDO`."""
    name = label(segment)
    is_asked = labelled(name, profile, segment.component(3)) == "board"
    return is_asked and names_board(name, profile["referral"]["recognised"])


def _is_letter(segment: Segment, order: Order, profile: Profile) -> bool:
    """Whether an observation is called a letter and no more, under an order that registers for a board: no answer is called so."""
    recognised, name = profile["referral"]["recognised"], name_of(order.segment) if order.segment else ""
    is_asked = names_board(name, recognised) and refers(name, recognised) and not is_report(name, recognised)
    return is_asked and label(segment).strip().casefold() in _LETTERS


_LETTERS = ("brief", "tekst", "toelichting")


def _is_named(segment: Segment | None, n: int, recognised: Mapping[str, Any]) -> bool:
    """By the code or the words of OBR-4 or OBX-3."""
    if segment is None:
        return False
    return segment.component(n) in recognised["codes"] or refers(segment.component(n, 2, 0), recognised)


def _has_results(order: Order, profile: Profile) -> bool:
    """Whether something stands under the order that is no question, no letter that refers, and no document beside them."""
    recognised = profile["referral"]["recognised"]
    told = (
        one for one in order.others if not (labelled(label(one), profile, one.component(3)) or _is_letter(one, order, profile))
    )
    reports = (one for one in order.documents if is_report(label(one), recognised))
    return any(not _is_named(one, 3, recognised) for one in (*told, *reports))
