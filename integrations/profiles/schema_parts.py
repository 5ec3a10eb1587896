"""What profiles of every wire may hold alike: their head, the columns of a case, and what is placed of a referral."""

from __future__ import annotations

from mdo_portal.exchange import Section

from .keys import free, one_of, places, table, text

SECTIONS = tuple(Section)
SECTION_NAMES = tuple(one.value for one in SECTIONS)

TARGETS = (
    *SECTION_NAMES, "question_board", "question_radiology", "question_pathology", "latest_useful_on", "urgency", "tumour_hint",
    "board_hint",
)  # fmt: skip

PLACED = {
    "number": places("Nummer van de aanvraag bij het ziekenhuis; hetzelfde nummer nog eens is een nieuwe versie."),
    "board_hint": places("Hoe het ziekenhuis het MDO noemt; een routetabel of een mens kiest."),
    "tumour_hint": places("Tumorsoort, in de woorden van het ziekenhuis."),
    "urgency": places("Hoe dringend."),
    "latest_useful_on": places("Laatste dag waarop bespreken nog zin heeft."),
    "question_board": places("Vraag aan het MDO."),
    "question_radiology": places("Vraag aan de radioloog."),
    "question_pathology": places("Vraag aan de patholoog."),
}

SEX = free("Geslacht: wat er wordt gestuurd → M, F, X of leeg.", one_of("", "M", "F", "X", ""))

CODES = table(
    "Codes voor de velden hierboven.",
    {
        "urgency": free("Urgentie: wat er wordt gestuurd → routine, urgent, asap; anders blijft het zoals gestuurd.", text()),
        "board": free("MDO: hoe dit ziekenhuis het noemt → de code van het MDO; anders blijft het zoals gestuurd.", text()),
    },
)

HEAD = {
    "extends": text("Profiel waarop dit voortbouwt; alleen wat anders is staat hier.", is_own=False),
    "wire": one_of("Over welke lijn: hl7v2, fhir of paper.", "hl7v2", "fhir", "paper", is_own=False),
    "title": text("Hoe mensen dit profiel noemen.", is_own=False),
}
