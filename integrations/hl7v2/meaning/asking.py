"""Whether a message asks for a discussion or reports: a stranger's result must not become a case, a letter must not be lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from integrations.hl7v2.meaning.withdrawal import is_registration_over
from integrations.hl7v2.message.items import Item, name_of, ordered_as
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.titles import EXAMINATIONS, may_ask
from integrations.hl7v2.text.segment import Segment

REPORTING = "RE"
"""ORC-1: results follow (table 0119)."""


@dataclass
class Order:
    """One OBR of an ORU with what stands under it; before the first one an order without a name."""

    segment: Segment | None
    control: str  # ORC-1 of the nearest ORC above
    documents: list[Item] = field(default_factory=list)
    others: list[Item] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Asked for, and nothing of it is there yet."""
        return self.control == "NW" and not self.status

    @property
    def status(self) -> str:
        """OBR-25: how far the results are; "" when it says nothing."""
        return self.segment.component(25) if self.segment else ""

    @cached_property
    def name(self) -> str:
        return name_of(self.segment) if self.segment else ""


def is_asked(reading: Reading) -> bool:
    """Whether an ORU is the referral itself and no result.

    So it is by the system that sends or names it; by the name of an order or the title of a document, unless that order says that
    it is done and holds results; by its question, where an order is new, asks for a board, or holds nothing but questions and
    documents. What an observation is called says nothing: a laboratory names the doctor who refers, a radiologist the question.
    """
    recognised, message = reading.recognised, reading.message
    if recognised.is_system(message.get("MSH-3-1")):
        return True
    if not (message.all("OBR") or message.all("OBX")):  # a letter in notes alone
        return any(
            recognised.refers(said) and recognised.names_board(said) for said in (one.field(3) for one in message.all("NTE"))
        )
    return any(_is_by_system(reading, one) or _asks(reading, one) for one in _orders(reading.items))


def _orders(items: Sequence[Item]) -> list[Order]:
    control, found = "", [Order(None, "")]
    for item in items:
        segment = item.segment
        if segment.name == "ORC":
            control = segment.component(1).strip().upper()
        elif segment.name == "OBR":
            found.append(Order(segment, control))
        elif segment.name == "OBX":
            (found[-1].documents if item.is_document else found[-1].others).append(item)
    return found


def _is_by_system(reading: Reading, order: Order) -> bool:
    said = [one.segment.component(3, 3) for one in (*order.documents, *order.others)]
    return any(map(reading.recognised.is_system, (order.segment.component(4, 3) if order.segment else "", *said)))


def _asks(reading: Reading, order: Order) -> bool:
    recognised, is_board = reading.recognised, reading.recognised.names_board(order.name)
    if is_board and (order.is_new or _is_undecided(reading, order) or _may_ask(reading, order)):
        return True
    if order.segment is not None and is_registration_over(reading, order.segment):
        return True
    is_named = _is_named(reading, order.segment, 4) or any(_is_named(reading, one.segment, 3) for one in order.documents)
    asked_of_board = [one for one in order.others if _is_to_board(reading, one)]
    is_question = bool(asked_of_board) or any(one.segment.component(3) in recognised.rules["codes"] for one in order.others)
    if not (is_named or is_question):
        return False
    is_done = order.control == REPORTING or bool(order.status)
    has_results = _has_results(reading, order)
    if is_named and not (is_done and order.control != "NW" and has_results):
        return True
    asks_board = not order.status and recognised.is_board(order.name)  # with ORC-1 RE too: some send a referral so
    is_open = not is_done and not any(recognised.is_report(one.label) for one in (*order.others, *order.documents))
    return is_question and (order.is_new or asks_board or not (is_done or has_results) or (bool(asked_of_board) and is_open))


def _may_ask(reading: Reading, order: Order) -> bool:
    return order.segment is not None and may_ask(reading, ordered_as(order.segment), order.others)


def _is_undecided(reading: Reading, order: Order) -> bool:
    """Whether an order that is named after a board has a question, by whatever name, and nothing yet of what the board says to it.

    One that registers by its name (`Aanmelding MDO long`) may be done: then it is the form that was filled in, and not one that somebody
    is still filling in. A scan of which the name says for what it was made (`CT thorax (aanvraag MDO long)`) is no form.
    """
    recognised = reading.recognised
    is_examination = reading.sections.matching("", order.name) in EXAMINATIONS
    is_done = order.control != REPORTING and order.status.strip().upper() in ("", *reading.profile["result"]["complete"])
    is_form = is_done and not is_examination and recognised.refers(order.name)
    if recognised.is_report(order.name) or (not is_form and (order.status or order.control == REPORTING)):
        return False
    labels = [one.label.casefold() for one in (*order.others, *order.documents)]
    told = (*recognised.rules["outcomes"], *recognised.rules["undone"])
    is_told = any(word in one for one in (order.name.casefold(), *labels) for word in told)
    return not is_told and any(reading.labels.of(one.label) == "board" for one in order.others)


def _is_to_board(reading: Reading, item: Item) -> bool:
    """Whether an observation is the question and its name says to whom: `Vraag aan MDO`."""
    return reading.recognised.names_board(item.label) and reading.labels.of(item.label, item.segment.component(3)) == "board"


def _is_named(reading: Reading, segment: Segment | None, n: int) -> bool:
    """By the code or the words of OBR-4 or OBX-3."""
    return segment is not None and reading.recognised.is_registration(segment.component(n), segment.component(n, 2, 0))


def _has_results(reading: Reading, order: Order) -> bool:
    """Whether something stands under the order that is no question, no letter that refers, and no document beside them.

    Under an order that registers for a board no answer is called a letter and no more.
    """
    recognised = reading.recognised
    letters = _LETTERS if recognised.is_board(order.name) and recognised.refers(order.name) else ()
    told = (one for one in order.others if one.label.strip().casefold() not in letters)
    told = (one for one in told if not reading.labels.of(one.label, one.segment.component(3)))
    reports = (one for one in order.documents if recognised.is_report(one.label))
    return any(not _is_named(reading, one.segment, 3) for one in (*told, *reports))


_LETTERS = ("brief", "tekst", "toelichting")
