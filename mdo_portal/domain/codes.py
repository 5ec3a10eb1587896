"""Codes of what a board chooses, beside the words: only codes that were seen in a published source; there is no other list of ours.

Sources: Nictiz-R4-zib pull request 138 (MultidisciplinaryTeamMeeting) and zib PatientDiscussion 1.1; read in knowledge/interop.md 4.3.
A word without a code here has none in what we send: a wrong code is worse than no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mdo_portal.domain.advice import Intent

SNOMED = "http://snomed.info/sct"


class Code(NamedTuple):
    """A concept of a published code system. Its name is left to who looks it up: the words beside it are the board's."""

    system: str
    code: str


CARE_CONFERENCE = Code(SNOMED, "384682003")  # multidisciplinary care conference
INTENT_CODES: Mapping[Intent, Code] = {Intent.CURATIVE: Code(SNOMED, "373808002")}


def as_content(*codes: Code | None) -> list[dict[str, str]]:
    """As frozen in a decision; the ones that are not known left out."""
    return [code._asdict() for code in codes if code is not None]
