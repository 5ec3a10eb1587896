"""Words that belong in a field of the referral or in a column of the case, wherever a letter, a form or a Task says them."""

from __future__ import annotations

from dataclasses import dataclass, field

from integrations.fhir.text.moments import sent_day
from integrations.person_names import NO_NAMES
from integrations.profiles import asks_nothing
from mdo_portal.exchange import Fact, Section

SEATS = ("treating", "case_manager", "gp")
"""Who has a place on the case, as a form names him: where no resource does."""
FIELDS = {
    *SEATS,
    "question_board",
    "question_radiology",
    "question_pathology",
    "latest_useful_on",
    "urgency",
    "tumour_hint",
    "board_hint",
    "meeting",  # which board, where nothing else names one
    "reason",  # why it is discussed, which asks where nothing else does
}


def is_of_field(target: str, words: str) -> bool:
    """Whether words may stand in a field: what is no day (`zo snel mogelijk`) is none in the place of one, and told as it is."""
    if target in SEATS:
        return _is_name(words)
    if target.startswith("question_") or target == "reason":
        return not asks_nothing(words)
    return target in FIELDS and (target != "latest_useful_on" or sent_day(words) is not None)


def _is_name(words: str) -> bool:
    """`dr. Zwart`, and no remark on him."""
    first = words.split(maxsplit=1)[0].casefold().strip(".,;") if words.strip() else ""
    is_somebody = first not in NO_NAMES and not words.islower()
    return is_somebody and len(words) <= _LONGEST_NAME and "\n" not in words and "?" not in words and not asks_nothing(words)


_LONGEST_NAME = 80


def column(target: str, otherwise: Section) -> Section:
    """The column of this name; what asks, and may not stand in its field, stands in none of its own."""
    return Section(target) if target and target not in FIELDS else otherwise


@dataclass
class Placed:
    """Facts, and the words for the fields of a referral."""

    facts: list[Fact] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    #: (name of a field, its words as a fact): told when the field holds others
    beside: list[tuple[str, Fact]] = field(default_factory=list)

    def to_field(self, name: str, words: str, *told: Fact) -> bool:
        """Whether they may stand in a field of that name, and then stand there; `told`: how they are told when it holds others."""
        if not is_of_field(name, words):
            return False
        self.fields.setdefault(name, []).append(words)
        self.beside.extend((name, one) for one in told)
        return True
