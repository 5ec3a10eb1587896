"""A place in a message as people say it: a profile's `@provider RP` means nothing to a hospital or its vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mdo_portal.errors import N_

FUNCTIONS: Mapping[str, str] = {
    "provider": N_("PRD met rol %(name)s"),
    "participant": N_("PRT met rol %(name)s"),
    "label": N_("OBX met het label van: %(name)s"),
    "notes": N_("NTE onder %(name)s"),
    "number": N_("nummer van soort %(name)s"),
    "title": N_("titel van het document"),
    "closing": N_("NTE waarmee een REF eindigt"),
}
ASKED: Mapping[str, str] = {
    "board": N_("vraag aan het MDO"),
    "radiology": N_("vraag aan de radioloog"),
    "pathology": N_("vraag aan de patholoog"),
    "tumour": N_("tumorsoort"),
    "urgency": N_("urgentie"),
    "latest": N_("uiterlijk zinvol op"),
}
"""The names that labels have in a profile."""


LEFT: Mapping[str, str] = {
    "future": N_("%(name)s: ligt in de toekomst, zet de klok van het EPD gelijk"),
    "bsn": N_("%(name)s: een BSN om na te kijken"),
    "broken": N_("%(name)s: kon niet worden gelezen"),
    "withdrawn": N_("%(name)s: ingetrokken"),
    "test": N_("%(name)s: de afzender noemt dit een proefbericht"),
    "held": N_("%(name)s: afgewezen, verlopen of aangehouden bij de afzender"),
    "unsure": N_("%(name)s: de afzender is niet zeker wie deze patiënt is"),
}
"""What is the matter with something that found no place, as readers write it behind its name (`MSH-7/future`)."""


class Said(NamedTuple):
    """A sentence, nearly always with `%(name)s` in it, and the name; both may be translated."""

    sentence: str
    name: str


def said(place: str) -> Said | None:
    """How people say a function of a profile (`@notes OBR`); None for a path, which vendors read as it is (`PID-3-1`)."""
    function, _, name = place.removeprefix("@").partition(" ")
    if not place.startswith("@") or function not in FUNCTIONS or ("%(name)s" in FUNCTIONS[function]) != bool(name):
        return None
    return Said(FUNCTIONS[function], ASKED.get(name, name) if function == "label" else name)


def said_of_left(name: str) -> Said | None:
    """How people say what found no place; None for what is only a name."""
    place, _, why = name.rpartition("/")
    return Said(LEFT[why], place) if why in LEFT else None


def in_dutch(place: str) -> str:
    """For letters and reports, which are in Dutch."""
    words = said(place)
    return words.sentence % {"name": words.name} if words else place
