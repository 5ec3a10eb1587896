"""What a message can tell, in a person's words; what is wanted of a referral, and why. Nothing here judges a patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mdo_portal.errors import N_


class Weight(StrEnum):
    """How much a missing field matters."""

    MUST = "must"  #: without it a person has to mend every message
    SHOULD = "should"  #: the case can go on, somebody will ask for it
    NICE = "nice"  #: saves work


@dataclass(frozen=True)
class Wanted:
    """A field that a referral should have. `places`: whether a link may say where it stands."""

    name: str
    weight: Weight
    why: str


LABELS: Mapping[str, str] = {
    "patient.name": N_("Naam van de patiënt"),
    "patient.birth_on": N_("Geboortedatum"),
    "patient.sex": N_("Geslacht"),
    "patient.local_number": N_("Patiëntnummer van het ziekenhuis"),
    "patient.bsn": N_("BSN"),
    "patient.other_number": N_("Ander nummer van de patiënt"),
    "number": N_("Nummer van de aanvraag"),
    "board_hint": N_("Gevraagd MDO"),
    "tumour_hint": N_("Tumorsoort"),
    "question_board": N_("Vraag aan het MDO"),
    "question_radiology": N_("Vraag aan de radioloog"),
    "question_pathology": N_("Vraag aan de patholoog"),
    "urgency": N_("Urgentie"),
    "latest_useful_on": N_("Uiterlijk zinvol op"),
    "sent_at": N_("Verstuurd op"),
    "referrer.name": N_("Verwijzer"),
    "referrer.number": N_("Nummer van de verwijzer"),
    "referrer.organisation": N_("Organisatie van de verwijzer"),
    "referrer.phone": N_("Telefoon van de verwijzer"),
    "treating.name": N_("Hoofdbehandelaar"),
    "treating.number": N_("Nummer van de hoofdbehandelaar"),
    "treating.organisation": N_("Organisatie van de hoofdbehandelaar"),
    "treating.phone": N_("Telefoon van de hoofdbehandelaar"),
    "case_manager.name": N_("Casemanager"),
    "case_manager.number": N_("Nummer van de casemanager"),
    "case_manager.organisation": N_("Organisatie van de casemanager"),
    "case_manager.phone": N_("Telefoon van de casemanager"),
    "gp.name": N_("Huisarts"),
    "gp.number": N_("Nummer van de huisarts"),
    "gp.organisation": N_("Praktijk van de huisarts"),
    "gp.phone": N_("Telefoon van de huisarts"),
    "event": N_("Gebeurtenis"),
    "previous_numbers": N_("Vroeger nummer van de patiënt"),
    "fact": N_("Gegeven"),
    "document": N_("Document"),
    "answer": N_("Antwoord"),
    "referral_number": N_("Nummer van de aanvraag"),
    "withdrawn": N_("Ingetrokken order"),
    "state": N_("Afspraak"),
    "starts_at": N_("Begin"),
    "ends_at": N_("Einde"),
    "service": N_("Soort afspraak"),
    "place": N_("Plaats"),
    "with_whom": N_("Bij wie"),
    "reason": N_("Reden"),
    "note": N_("Toelichting"),
    "starts_on": N_("Dag"),
    "other_numbers": N_("Ander nummer van de afspraak"),
    "merged.previous": N_("Vroeger nummer van de patiënt"),
    "merged.previous_bsn": N_("Vroeger BSN"),
}

URGENCIES = ("routine", "urgent", "asap")
"""What a hospital's own word for how urgent something is may mean."""

#: codes that stand in a field -> in a person's words; what is not here is shown as it was sent
CODE_WORDS: Mapping[str, Mapping[str, str]] = {
    "urgency": {
        "asap": N_("zo snel mogelijk"),
        "stat": N_("met spoed"),
        "urgent": N_("spoed"),
        "routine": N_("niet met spoed"),
    },
    "state": {
        "booked": N_("gemaakt of gewijzigd"),
        "cancelled": N_("vervallen"),
        "deleted": N_("vervallen"),
        "no_show": N_("niet verschenen"),
        "blocked": N_("tijd geblokkeerd"),
    },
}

#: columns of a case, and kinds of documents
SECTION_LABELS: Mapping[str, str] = {
    "wish": N_("Wens van de patiënt"),
    "condition": N_("Conditie"),
    "comorbidity": N_("Comorbiditeit"),
    "medication": N_("Medicatie"),
    "diagnosis": N_("Diagnose"),
    "course": N_("Beloop"),
    "treatment": N_("Eerdere behandeling"),
    "marker": N_("Markers"),
    "imaging": N_("Beeldvorming"),
    "pathology": N_("Pathologie"),
    "form": N_("Formulier"),
    "other": N_("Overig"),
    "referral letter": N_("Verwijsbrief"),
    "pathology report": N_("PA-verslag"),
    "radiology report": N_("Radiologieverslag"),
    "unreadable": N_("onleesbaar document"),
}

#: what is wanted of a referral, most needed first
WANTED = (
    Wanted("patient.name", Weight.MUST, N_("Zonder naam kan niemand nagaan of dit de juiste patiënt is.")),
    Wanted("patient.birth_on", Weight.MUST, N_("Met naam en geboortedatum wordt in de vergadering de patiënt vastgesteld.")),
    Wanted(
        "patient.local_number",
        Weight.MUST,
        N_("Hieraan herkent het portaal dezelfde patiënt in een volgend bericht, en uw EPD de brief die terugkomt."),
    ),
    Wanted(
        "number",
        Weight.MUST,
        N_("Met dit nummer wordt een tweede bericht een nieuwe versie van dezelfde aanvraag; zonder wordt het een tweede casus."),
    ),
    Wanted("question_board", Weight.MUST, N_("Zonder vraag is een casus onvolledig en doet de coördinator navraag.")),
    Wanted("board_hint", Weight.MUST, N_("Hiermee komt de casus bij het juiste MDO; zonder moet een mens hem toewijzen.")),
    Wanted("patient.bsn", Weight.SHOULD, N_("Zonder BSN wordt dezelfde patiënt van een ander ziekenhuis niet herkend.")),
    Wanted("patient.sex", Weight.SHOULD, N_("Staat op de casus en in de brief; nu blijft het onbekend.")),
    Wanted("referrer.name", Weight.SHOULD, N_("De coördinator weet anders niet wie iets kan aanvullen.")),
    Wanted("referrer.phone", Weight.SHOULD, N_("Bij navraag en bij spoed wordt gebeld.")),
    Wanted("document", Weight.SHOULD, N_("De verwijsbrief en verslagen zitten er niet in; iemand moet ze los toevoegen.")),
    Wanted("urgency", Weight.NICE, N_("Anders staat de casus als niet dringend op de werklijst.")),
    Wanted("latest_useful_on", Weight.NICE, N_("Hiermee ziet de planner welke vergadering nog op tijd is.")),
    Wanted("question_radiology", Weight.NICE, N_("De radioloog bereidt dan gericht voor.")),
    Wanted("question_pathology", Weight.NICE, N_("De patholoog bereidt dan gericht voor.")),
    Wanted("gp.name", Weight.NICE, N_("De huisarts krijgt een afschrift van de brief.")),
)

#: the fields of which a link may say where they stand, with their key in a profile
PLACEABLE: Mapping[str, str] = {
    **{f"patient.{name}": f"patient.{name}" for name in ("bsn", "local_number", "birth_on")},
    **{
        name: f"referral.{name}"
        for name in (
            "number", "board_hint", "tumour_hint", "question_board", "question_radiology", "question_pathology", "urgency",
            "latest_useful_on",
        )
    },
}  # fmt: skip

QUESTIONS = ("question_board", "question_radiology", "question_pathology")
"""Of those the ones that are text: they may stand in lines."""

#: what is wrong with a profile or an own place, in a person's words; %(key)s is where
PROFILE_PROBLEMS: Mapping[str, str] = {
    "no_toml": N_("Dit is geen geldige TOML (%(value)s). Er is niets veranderd."),
    "unknown_key": N_("„%(key)s” bestaat niet. Er is niets veranderd; kies uit: %(known)s."),
    "not_own": N_("„%(key)s” hoort bij het profiel zelf en niet bij één koppeling. Er is niets veranderd; kies uit: %(known)s."),
    "bad_place": N_(
        "„%(value)s” bij „%(key)s” is geen plaats in een bericht. Er is niets veranderd; "
        "schrijf bijvoorbeeld PID-3-1 (HL7 v2) of Patient.identifier.value (FHIR)."
    ),
    "not_one_of": N_("„%(value)s” kan niet bij „%(key)s”. Er is niets veranderd; kies uit: %(known)s."),
    "not_text": N_("„%(key)s” moet één tekst tussen aanhalingstekens zijn. Er is niets veranderd."),
    "not_texts": N_('„%(key)s” moet een lijst zijn, zoals ["PID-3-1"]. Er is niets veranderd.'),
    "not_table": N_("„%(key)s” moet een tabel zijn, met een kop tussen vierkante haken. Er is niets veranderd."),
    "not_rows": N_('„%(key)s” moet rijen hebben als { words = ["woord"], to = "veld" }. Er is niets veranderd.'),
    "never_a_case": N_(
        "%(value)s kan geen aanmelding zijn: zulke berichten stuurt een EPD van al zijn patiënten, en over iemand zonder casus "
        "worden ze geteld en niet bewaard. Er is niets veranderd; laat het EPD een andere soort sturen, zoals REF^I12."
    ),
    "not_number": N_("„%(key)s” moet een getal zijn. Er is niets veranderd."),
}
