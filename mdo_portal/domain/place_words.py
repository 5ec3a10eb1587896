"""A place in a message as people say it: a profile's `@provider RP` means nothing to a hospital or its vendor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from mdo_portal.errors import N_

FUNCTIONS: Mapping[str, str] = {
    "provider": N_("PRD met rol %(name)s"),
    "participant": N_("PRT met rol %(name)s"),
    "label": N_("OBX met het label van: %(name)s"),
    "headed": N_("alinea met het kopje van: %(name)s"),
    "own": N_("eigen segment (Z…) met de naam van: %(name)s"),
    "line": N_("eigen segment met dit woord ernaast: %(name)s"),
    "lines": N_("elk eigen segment met die naam, onder elkaar: %(name)s"),
    "sentence": N_("zin in %(name)s"),
    "asking": N_("vraag in of onder %(name)s"),
    "soon": N_("hoe dringend het is, onder een kopje"),
    "subject": N_("waar een NTE over gaat (Betreft)"),
    "person": N_("een mens in %(name)s"),
    "board": N_("een MDO in %(name)s"),
    "notes": N_("NTE onder %(name)s"),
    "number": N_("nummer van soort %(name)s"),
    "title": N_("titel van het document"),
    "closing": N_("NTE waarmee een REF eindigt"),
    "ending": N_("wat een brief aan het eind vraagt"),
}
ASKED: Mapping[str, str] = {
    "board": N_("vraag aan het MDO"),
    "meeting": N_("welk MDO"),
    "reason": N_("reden van bespreking"),
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
    "board": N_("%(name)s: vraagt nog een MDO"),
    "held": N_("%(name)s: afgewezen, verlopen of aangehouden bij de afzender"),
    "unsure": N_("%(name)s: de afzender is niet zeker wie deze patiënt is"),
    "another": N_("%(name)s: noemt een andere patiënt"),
    "confidential": N_("%(name)s: vertrouwelijk, volgens de afzender"),
}
"""What is the matter with something that found no place, as readers write it behind its name (`MSH-7/future`)."""

APART: Mapping[str, str] = {
    "about a patient who is not the one of this referral": N_("%(name)s: gaat over een andere patiënt en is niet overgenomen"),
    "names no patient, and the message holds several": N_(
        "%(name)s: noemt geen patiënt en het bericht gaat over meer dan één; niet overgenomen"
    ),
    "its address is claimed twice": N_("%(name)s: staat twee keer in het bericht, telkens anders; niet overgenomen"),
}
"""Why something was put apart, as the reader of FHIR writes it behind its name (`Observation/4: its address is claimed twice`)."""


CERTIFICATE = "certificate"
"""Instead of a place: the certificate that a line showed, with the hospital it is bound to, its name and the start of its fingerprint."""
_AT = r"[A-Z][A-Za-z]{1,40}/\d{1,5}(?:#[A-Za-z]{1,64}/\d{1,5})?"
COMPLAINTS: Mapping[str, str] = {
    r"not JSON at character (\d+)": N_("geen geldige JSON vanaf teken %(name)s"),
    "several JSON values; send one Bundle": N_("meer JSON-objecten achter elkaar (NDJSON); het moet één Bundle zijn"),
    r"not XML at line (\d+)": N_("geen geldige XML op regel %(name)s"),
    "not a JSON object": N_("geen JSON-object"),
    "not UTF-8": N_("niet in UTF-8"),
    "not FHIR": N_("XML, maar geen FHIR"),
    "a DOCTYPE": N_("er staat een DOCTYPE in"),
    "a key stands twice in one object": N_("een naam staat twee keer in hetzelfde object"),
    "a number that is none": N_("een getal dat geen getal is"),
    "characters that do not exist": N_("tekens die niet bestaan"),
    r"nested deeper than (\d+)": N_("dieper genest dan %(name)s lagen"),
    r"more than (\d+) deep or \d+ attributes": N_("dieper genest dan %(name)s lagen, of te veel attributen"),
    r"more than (\d+)(?: values| elements)?": N_("meer dan %(name)s onderdelen"),
    r"link is (\w+)": N_("de koppeling leest FHIR %(name)s"),
    rf"{CERTIFICATE} (.+)": N_("certificaat: %(name)s"),
    rf"({_AT}): not readable": N_("%(name)s is niet te lezen"),
    rf"({_AT}): unknown element(?:,.*)?": N_("%(name)s heeft een onderdeel dat FHIR daar niet kent"),
    rf"({_AT}: [\w.]+) unknown element(?:,.*)?": N_("%(name)s heeft een onderdeel dat FHIR daar niet kent"),
    rf"({_AT}: [\w.]+) missing(?:,.*)?": N_("%(name)s ontbreekt"),
    rf"({_AT}: [\w.]+) not valid(?:,.*)?": N_("%(name)s is niet geldig"),
    rf"({_AT}: [\w.]+) not understood": N_("%(name)s kan de betekenis veranderen en wordt hier niet begrepen"),
}
"""What is said instead of a place, by our readers of FHIR of the first of several faults; what stood there is in none of it."""


class Said(NamedTuple):
    """A sentence, nearly always with `%(name)s` in it, and the name; both may be translated."""

    sentence: str
    name: str


def said(place: str) -> Said | None:
    """How people say a function of a profile (`@notes OBR`); None for a path, which vendors read as it is (`PID-3-1`)."""
    if complaint := said_of_complaint(place):
        return complaint
    function, _, name = place.removeprefix("@").partition(" ")
    if not place.startswith("@") or function not in FUNCTIONS or ("%(name)s" in FUNCTIONS[function]) != bool(name):
        return None
    return Said(FUNCTIONS[function], ASKED.get(name, name) if function in ("label", "headed", "own") else name)


def said_of_complaint(text: str) -> Said | None:
    """How people say what is wrong with a message as such; None for what is a place."""
    for pattern, sentence in COMPLAINTS.items():
        if found := re.fullmatch(pattern, text):
            return Said(sentence, found[1] if found.groups() else "")
    return None


def said_of_left(name: str) -> Said | None:
    """How people say what found no place; None for what is only a name."""
    place, _, why = name.partition(": ")
    if why in APART:
        return Said(APART[why], place)
    place, _, why = name.rpartition("/")
    return Said(LEFT[why], place) if why in LEFT else None


def in_dutch(place: str) -> str:
    """For letters and reports, which are in Dutch."""
    words = said(place)
    return words.sentence % {"name": words.name} if words else place


def left_in_dutch(place: str, why: str) -> str:
    """The same of what found no place, with what is the matter with it where there is something."""
    words = said_of_left(f"{place}: {why}") or said_of_left(f"{place}/{why}")
    return words.sentence % {"name": words.name} if words else place
