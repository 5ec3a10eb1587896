"""What a profile for FHIR may hold."""

from __future__ import annotations

from collections.abc import Mapping

from .keys import Key, free, one_of, places, table, text, texts
from .outward import SEND
from .schema_parts import CODES, HEAD, PLACED, SECTION_NAMES, SEX, TARGETS

_WORDS = Key("rows", "Van boven naar beneden: de eerste rij met een woord van het label wint.")
_WORDS_TO = Key("rows", _WORDS.words, among=TARGETS)

FHIR: Mapping[str, Key] = HEAD | {
    "names": text(
        "Profiel waarvan de woorden ([labels], [sections]) ook hier zeggen wat een vraag, een kop of een naam zonder code is.",
        is_own=False,
    ),
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
            "sex": SEX,
        },
    ),
    "referral": table("De aanvraag. Van een lijst telt de eerste plaats met een waarde.", PLACED | {"codes": CODES}),
    "request": table(
        "Welke aanvraag bedoeld is.",
        {
            "codes": texts("Codes die zeggen: dit vraagt om een MDO."),
            "words": texts("STU3 ProcedureRequest: woorden in code of category die dat zeggen."),
            "kinds": texts("Codes die alleen zeggen wat voor soort aanvraag het is: niet getoond."),
            "silent": texts("Woorden die alleen zeggen dat het om een MDO gaat: niet getoond naast de naam van het MDO."),
            "registers": texts("Woorden van een uitslag die daarmee een aanmelding voor een MDO is, en geen uitslag."),
            "ends": texts(
                "Woorden van een MessageHeader (event, reason) die zeggen dat de aanvraag niet doorgaat: een mens kijkt."
            ),
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
    "letters": table(
        "Woorden in de titel van een brief of verslag; wat vooraan staat telt.",
        {
            "refers": texts("Deze brief verwijst: wat erin gevraagd wordt, wordt het MDO gevraagd."),
            "reports": texts("Dit is een verslag: de vraag erin is die van het onderzoek of van een eerdere bespreking."),
        },
    ),
    "questionnaire": table(
        "Antwoorden op een vragenlijst.",
        {
            "words": _WORDS_TO,
            "links": free("linkId, of de hele vraag in kleine letters → veld of kolom, vóór elk woord.", one_of("", *TARGETS)),
        },
    ),
    "roles": table("Rollen in een CareTeam.", {"words": _WORDS}),
    "send": SEND,
}
