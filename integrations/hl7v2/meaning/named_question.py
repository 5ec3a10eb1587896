"""A field that calls itself the question: it goes before what asks without a name, unless its answer stands behind it."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.hl7v2.message.board_order import counted
from integrations.hl7v2.message.headed import around, below, headings
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.field_words import field_words


def named_first(reading: Reading, places: Sequence[str]) -> Sequence[str]:
    """The places with a field that calls itself the question (`Vraagstelling: …`) right behind an answer and a letter that do: what asks
    elsewhere without a name may ask for anything. One with its answer behind it was put to a board of before.
    """
    fields = [(one, whole_field(reading, reading.at(one))) for one in places if not one.startswith("@")]
    named = [one for one, text in fields if _is_open_question(reading, text)]
    first = [one for one in places if one in _NAMED]
    return [*first, *named, *(one for one in places if one not in (*first, *named))] if named else places


def _is_open_question(reading: Reading, text: str) -> bool:
    heads = headings(reading.profile, "board")
    if not below(text, heads):
        return False
    *before, _ = around(text, heads).casefold().split(":")
    others = [" ".join(one.split()[-_HEAD:]) for one in before]
    recognised = reading.profile["referral"]["recognised"]
    answers = [one for one in recognised["outcomes"] if one not in recognised["reports"]]  # `Uitslag PA: …` may be anything
    return not any(one in head for head in others for one in answers)


_HEAD = 3
"""Words of a heading in the middle of a text."""


_NAMED = ("@label board", "@headed board")


def whole_field(reading: Reading, place: str) -> str:
    """All repetitions of the field of a plain path, each a line."""
    name, n, *part = place.split("-")
    found = reading.message.all(name[:3])[counted(place) - 1 :][:1]
    if part or not found:
        return field_words(found[0], int(n)) if found else ""
    return "\n".join(dict.fromkeys(one.text for one in found[0].repetitions(int(n))))
