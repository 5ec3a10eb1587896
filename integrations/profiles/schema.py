"""What may stand in a profile: every key with its kind and what it means. docs/koppelprofielen.md is printed from it.

The words are Dutch because whoever joins a hospital reads them, on the page of the profiles and beside a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping

from mdo_portal.exchange import Section

from .keys import Key, free, one_of, places, table, text, texts
from .outward import HANDED, OUTGOING, SEND
from .paths import FHIR_PATH, FIELD, V2_FUNCTIONS, V2_PATH

SECTIONS = tuple(Section)
SECTION_NAMES = tuple(one.value for one in SECTIONS)

TARGETS = (
    *SECTION_NAMES, "question_board", "question_radiology", "question_pathology", "latest_useful_on", "urgency", "tumour_hint",
    "board_hint",
)  # fmt: skip

_PLACED = {
    "number": places("Nummer van de aanvraag bij het ziekenhuis; hetzelfde nummer nog eens is een nieuwe versie."),
    "board_hint": places("Hoe het ziekenhuis het MDO noemt; een routetabel of een mens kiest."),
    "tumour_hint": places("Tumorsoort, in de woorden van het ziekenhuis."),
    "urgency": places("Hoe dringend."),
    "latest_useful_on": places("Laatste dag waarop bespreken nog zin heeft."),
    "question_board": places("Vraag aan het MDO."),
    "question_radiology": places("Vraag aan de radioloog."),
    "question_pathology": places("Vraag aan de patholoog."),
}

_SEX = free("Geslacht: wat er wordt gestuurd → M, F, X of leeg.", one_of("", "M", "F", "X", ""))

_URGENCY = table(
    "Codes voor de velden hierboven.",
    {"urgency": free("Urgentie: wat er wordt gestuurd → routine, urgent, asap; anders blijft het zoals gestuurd.", text())},
)

_HEAD = {
    "extends": text("Profiel waarop dit voortbouwt; alleen wat anders is staat hier.", is_own=False),
    "wire": one_of("Over welke lijn: hl7v2, fhir of paper.", "hl7v2", "fhir", "paper", is_own=False),
    "title": text("Hoe mensen dit profiel noemen.", is_own=False),
}

_FACT = table(
    "Eén segment: in welke kolom, met welk label, en welk veld wat is (`3-2-0`: veld, component, subcomponent).",
    {
        "section": one_of("Kolom op de casus.", *SECTION_NAMES),
        "label": text("Woord voor de lezer."),
        "text": Key("fields", "Velden met de tekst; het eerste gevulde telt."),
        "beside": Key("fields", "Velden die achter de tekst staan, elk met al zijn herhalingen, in woorden als die er zijn."),
        "code": Key("field", "Veld met de code."),
        "system": Key("field", "Veld met het codestelsel."),
        "date": Key("field", "Veld met de datum."),
        "kind": Key("field", "Veld dat zegt wat voor gegeven het is."),
        "kinds": free("Wat daar staat → woord achter de tekst; wat er niet staat wordt niet getoond.", text()),
        "written": Key("field", "Veld met eigen woorden naast de code, dat erbij staat waar het meer zegt."),
        "timing": Key("field", "Veld met de tijden (TQ), dat achter de tekst staat."),
        "material": Key("field", "Veld met het materiaal (OBR-15), dat achter de tekst staat."),
        "interpreter": Key("field", "Veld met wie de uitslag beoordeelde (OBR-32), dat achter de tekst staat."),
        "person": Key("field", "Veld met de naam van een mens (XPN), dat de tekst is."),
        "phone": Key("field", "Veld met diens telefoon (XTN), achter de naam."),
        "action": Key("field", "Veld dat met `D` zegt dat wat eerder werd gestuurd niet meer geldt."),
    },
)

_LABEL = table("Eén vraag.", {"codes": texts("Codes (OBX-3.1)."), "words": texts("Woorden in het label (OBX-3.2).")})

_CONTACT = table(
    "Eén rol.",
    {
        "places": places("Veld met de persoon (XCN), `@provider ROL` voor PRD-1 of `@participant ROL` voor PRT-4."),
        "organisation": places("Organisatie, als die niet bij de persoon staat."),
        "phone": places("Telefoon, als die niet bij de persoon staat."),
    },
)

MEANINGS = (
    "referral",
    "finding",
    "result",
    "document",
    "titled_document",
    "order_status",
    "patient",
    "merge",
    "link",
    "appointment",
)
"""What a kind of HL7 v2 message can be here: the words of hl7v2/kinds.py."""
V2: Mapping[str, Key] = _HEAD | {
    "charset": text("Tekenset die de afzender werkelijk gebruikt; leeg: MSH-18 beslist. Wat op de koppeling staat gaat voor."),
    "timezone": text("Tijdzone van tijden zonder afwijking."),
    "kinds": free(
        "Soort bericht (MSH-9) → wat het hier betekent. Wat er niet staat, of leeg is, wordt bewaard en getoond als onbekend.",
        one_of("", *MEANINGS, ""),
    ),
    "patient": table(
        "Wie de patiënt is.",
        {
            "bsn": places(
                "Waar het BSN staat, als dat niet PID-3 is. Leeg: de herhaling van PID-3 met een van onderstaande kenmerken."
            ),
            "bsn_before": places(
                "Waar het BSN vroeger stond: telt als er nergens een is, met negen cijfers die aan de elfproef voldoen. "
                "Staat als overgebleven bij het bericht."
            ),
            "local_number": places("Waar het eigen patiëntnummer staat, als dat niet PID-3 is."),
            "birth_on": places("Waar de geboortedatum staat, als dat niet PID-7 is."),
            "bsn_authorities": texts("PID-3.4 van een BSN, in hoofdletters."),
            "bsn_types": texts("PID-3.5 van een BSN."),
            "local_types": texts("PID-3.5 van het eigen nummer, beste eerst."),
            "other_types": texts("PID-3.5 van nummers die nooit van de patiënt zelf zijn: van een bezoek, rekening of pas."),
            "sex": _SEX,
        },
    ),
    "referral": table(
        "De aanvraag. Van een lijst telt de eerste plaats met een waarde.",
        _PLACED
        | {
            "answer": one_of(
                "Hoe op een REF wordt geantwoord: met een ACK, of met een RRI die RF1, PRD en PID herhaalt.", "", "RRI"
            ),
            "cancel_events": texts("MSH-9.2 van een ingetrokken aanvraag."),
            "changed_events": texts("MSH-9.2 van een eerder gedane aanvraag die wijzigt: `reason_of_change` is dan geen vraag."),
            "reason_of_change": places("Waarom een aanvraag wijzigt of wordt ingetrokken."),
            "recognised": table(
                "Een uitslag (ORU) of een nieuw document (MDM^T02) dat de aanvraag zelf is.",
                {
                    "codes": texts("Codes die dat zeggen."),
                    "systems": texts("Codestelsels (OBR-4.3, OBX-3.3) en afzenders (MSH-3) die dat zeggen, in hoofdletters."),
                    "words": texts("Hele woorden in de naam van een order of de titel van een document die dat zeggen."),
                    "reports": texts("Woorden van een verslag: wat daarachter staat vraagt niets."),
                    "asked": texts(
                        "Woorden voor het overleg: genoeg in een nieuwe order (ORC-1 NW), in een document naast een van `words`."
                    ),
                },
            ),
            "no_questions": texts(
                "Codestelsels, in hoofdletters, van een reden die geen vraag is (tabel 0336: *Provider ordered*)."
            ),
            "default_section": one_of("Kolom van een waarneming die nergens anders past.", *SECTION_NAMES),
            "cancel_codes": texts("ORC-1 van een ingetrokken aanvraag."),
            "state_codes": texts("ORC-1 van een order waarvan alleen de toestand verandert (ORC-5)."),
            "cancel_states": texts("ORC-5 die de order dan intrekt."),
            "done_states": free(
                "ORC-5 die de order dan afrondt → woord voor de lezer; zo'n bericht vraagt niets meer en maakt geen casus.",
                text(),
            ),
            "codes": _URGENCY,
            "spare_labels": free(
                "Veld dat een vraag had kunnen zijn en niet gekozen werd → label waaronder het getoond wordt.", text()
            ),
        },
    ),
    "contacts": table(
        "Wie erbij betrokken zijn.",
        {
            name: Key("table", words, _CONTACT.keys)
            for name, words in (
                ("referrer", "Verwijzer."),
                ("treating", "Hoofdbehandelaar."),
                ("case_manager", "Casemanager."),
                ("gp", "Huisarts."),
            )
        },
    ),
    "labels": free("Vragen herkend aan code of label van een OBX; `@label NAAM` wijst ernaar.", _LABEL),
    "sections": free(
        "Kolom → codes en woorden van waarnemingen die er staan. Korte woorden heel, langere als begin van een woord.",
        texts(),
        among=SECTION_NAMES,
    ),
    "beside": table(
        "Woorden voor wat achter een waarde staat.",
        {
            "method": text("Hoe het gevonden werd (OBX-17)."),
            "site": text("Waar in het lichaam (OBX-20)."),
            "interpreter": text("Wie het beoordeelde (OBR-32)."),
            "by": text("Wie het vond, als dat een ander is dan de afzender (OBX-15, 16, 23)."),
        },
    ),
    "facts": free("Segmenten naast OBX en NTE met iets om te tonen.", _FACT),
    "segments": free(
        "Per betekenis de segmenten die gelezen worden, of alleen over het bericht zelf gaan: niet gemeld als niet geplaatst.",
        texts(),
        among=("placed", "referral", "result", "document", "patient", "merge", "link", "appointment"),
    ),
    "result": table(
        "Uitslagen en documenten bij een casus die er al is.",
        {
            "status": free("OBX-11 of OBR-25 → toestand; wat er niet staat is definitief.", text()),
            "status_only": texts("OBX-11 die een eerder gestuurde uitslag definitief maakt zonder hem te herhalen."),
            "cancelled": texts("OBR-25 van een order zonder uitslagen die ingetrokken is."),
            "complete": texts(
                "OBR-25 van een order die in zijn geheel verteld is: een eerdere regel die niet terugkomt vervalt."
            ),
            "completion": free("TXA-17 → toestand.", text()),
            "unavailable": texts("TXA-19 die zegt dat het stuk er niet meer is."),
            "replacing": texts("MSH-9.2 die een eerder stuk vervangt."),
            "cancelling": texts("MSH-9.2 die een stuk intrekt."),
            "parts": free("Achtervoegsel van OBX-3.1 → welk deel van een verslag het is.", text()),
            "moods": free("OBX-22 → wat een regel is die geen bevinding is.", text()),
            "services": free("OBR-24 → kolom van een verslag dat geen naam plaatst.", one_of("", *SECTION_NAMES)),
        },
    ),
    "appointment": table(
        "Afspraken (SIU).",
        {
            **{
                name: places(words)
                for name, words in (
                    ("number", "Nummer van de afspraak."),
                    ("starts_at", "Begin."),
                    ("ends_at", "Einde."),
                    ("length", "Duur."),
                    ("length_unit", "Eenheid van de duur."),
                    ("service", "Waarvoor."),
                    ("place", "Waar."),
                    ("with_whom", "Bij wie (XCN)."),
                    ("reason", "Reden."),
                    ("status", "Status."),
                )
            },
            "states": free("SCH-25 → toestand.", text()),
            "words": free("SCH-25 die geen toestand is → wat erover gezegd wordt.", text()),
            "events": free("MSH-9.2 → toestand.", text()),
        },
    ),
    "documents": table(
        "Documenten in een bericht.",
        {
            "media": free("OBX-5.2 → eerste deel van het bestandstype.", text()),
            "formats": texts("Titels die alleen zeggen hoe het wordt getoond: dan heet het document naar de order."),
            "general": texts("Titels die niets zeggen: dan zegt de order wat voor document het is."),
            "kinds": free("Soort document → codes en woorden in label of titel.", texts()),
            "not_sent": text("Label van een verwijzing (OBX-2 RP) naar een stuk dat niet is meegestuurd."),
        },
    ),
    "outgoing": OUTGOING,
}

_WORDS = Key("rows", "Van boven naar beneden: de eerste rij met een woord van het label wint.")
_WORDS_TO = Key("rows", _WORDS.words, among=TARGETS)

FHIR: Mapping[str, Key] = _HEAD | {
    "version": one_of("R4 of STU3: een eigenschap van de koppeling, nooit geraden.", "R4", "STU3", is_own=False),
    "identifiers": table(
        "Stelsels van nummers (Identifier.system).",
        {
            "bsn": texts("Stelsels van het BSN."),
            "local": texts("Stelsels van het eigen nummer, beste eerst; leeg: type MR, anders het eerste dat geen BSN is."),
            "professional": texts("Stelsels van zorgverleners, beste eerst."),
        },
    ),
    "patient": table(
        "Wie de patiënt is, als dat elders staat dan de standaard zegt.",
        {
            "bsn": places("Waar het BSN staat, als het stelsel het niet zegt."),
            "local_number": places("Waar het eigen patiëntnummer staat."),
            "birth_on": places("Waar de geboortedatum staat."),
            "sex": _SEX,
        },
    ),
    "referral": table("De aanvraag. Van een lijst telt de eerste plaats met een waarde.", _PLACED | {"codes": _URGENCY}),
    "request": table(
        "Welke aanvraag bedoeld is.",
        {
            "codes": texts("Codes die zeggen: dit vraagt om een MDO."),
            "words": texts("STU3 ProcedureRequest: woorden in code of category die dat zeggen."),
            "latest_useful_extensions": texts("Extensies met de laatste zinvolle dag."),
        },
    ),
    "labels": free("Woorden voor wat FHIR geen woord geeft.", text()),
    "extensions": free(
        "Laatste deel van het adres van een extensie → de naam die mensen lezen voor wat zij zegt; `deel=waarde` → de waarde in woorden.",
        text(),
    ),
    "statuses": free(
        "Status of ontkenning → woord dat achter het gegeven staat; wat hier niet staat, staat er zoals gestuurd.", text()
    ),
    "sections": free("Code van een resource of van haar category → kolom op de casus.", one_of("", *SECTION_NAMES)),
    "documents": table(
        "Documenten in een bericht.",
        {"codes": free("Code → soort document.", text()), "words": _WORDS},
    ),
    "questionnaire": table(
        "Antwoorden op een vragenlijst.",
        {"words": _WORDS_TO, "links": free("linkId → veld of kolom, vóór elk woord.", one_of("", *TARGETS))},
    ),
    "roles": table("Rollen in een CareTeam.", {"words": _WORDS}),
    "send": SEND,
}

PAPER: Mapping[str, Key] = _HEAD | {
    "handed": HANDED,
}
SCHEMAS: Mapping[str, Mapping[str, Key]] = {"hl7v2": V2, "fhir": FHIR, "paper": PAPER}
GRAMMARS = {"hl7v2": V2_PATH, "fhir": FHIR_PATH}
__all__ = ["FIELD", "GRAMMARS", "SCHEMAS", "SECTION_NAMES", "V2_FUNCTIONS", "Key"]
