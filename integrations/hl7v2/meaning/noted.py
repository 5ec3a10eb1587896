"""Notes (NTE) that are the question of a referral, for many have no other place for it: what of them asks, and what does not."""

from __future__ import annotations

from integrations.hl7v2.message.headed import is_unanswered
from integrations.hl7v2.message.items import Item, is_around
from integrations.hl7v2.message.left_empty import GOES_ON
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.rows import answered
from integrations.hl7v2.message.statuses import is_order_back, is_waiting
from integrations.hl7v2.text.words import asks_something
from integrations.letter_end import USUAL
from integrations.salutation import unsigned


def asked_by(reading: Reading, item: Item) -> str:
    """The notes of an item as a question; "" of a form in which nobody wrote one. Of an order that waits, or is over, they say why."""
    said = parted("\n".join(item.notes))[0]
    says_why = is_waiting(item) or is_order_back(reading, item)
    is_none = says_why and not any(map(asks_something, said.split("\n")))
    is_none = is_none or answered(said) != said  # a form with its answers: what asks is below the heading of one
    return "" if is_none or is_unanswered(said, reading.labels.headings("board")) else said


def parted(text: str) -> tuple[str, str]:
    """(what notes say, or of notes that ask first and then fill in fields (`Medicatie: geen`) what they ask; the rest, with greetings)."""
    said, signed = unsigned(text)
    lines = said.split("\n")
    at = next((n for n, line in enumerate(lines) if n and _is_field(line)), len(lines))
    asks = any(map(asks_something, lines[:at])) and not any(map(asks_something, lines[at:]))
    if not asks or _is_field(lines[0]):
        return said, signed
    return "\n".join(lines[:at]), "\n".join(filter(None, (*lines[at:], signed)))


def _is_field(line: str) -> bool:
    return USUAL.fullmatch(line.strip()) is not None and not GOES_ON.match(line.strip())


def closing(reading: Reading) -> Item | None:
    """The segment with the notes that close a referral: behind these REF_I12 has no notes but those on the whole.

    Notes that say what they are (NTE-4) are that.
    """
    last = next((item for item in reversed(reading.items) if item.notes or not is_around(item.segment.name)), None)
    is_of_all = (
        last is not None and last.notes and not any(last.note_labels) and last.segment.name not in ("RF1", "PRD", "OBR", "OBX")
    )
    return last if is_of_all and reading.is_referral else None
