"""What a profile for HL7 v2 may hold."""

from __future__ import annotations

from collections.abc import Mapping

from .keys import Key, free, one_of, places, table, text, texts
from .outward import OUTGOING
from .schema_parts import CODES, HEAD, PLACED, SECTION_NAMES, SEX

_FACT = table(
    "Eén segment: in welke kolom, met welk label, en welk veld wat is (`3-2-0`: veld, component, subcomponent).",
    {
        "section": one_of("Kolom op de casus.", *SECTION_NAMES),
        "label": text("Woord voor de lezer."),
        "text": Key("fields", "Velden met de tekst; het eerste gevulde telt."),
        "beside": Key(
            "fields",
            "Velden die achter de tekst staan, elk met al zijn herhalingen, in woorden als die er zijn; `17-1` is één component.",
        ),
        "codes": free("Code zonder woorden in een veld van `beside` → woord; leeg: niet getoond.", text()),
        "code": Key("field", "Veld met de code."),
        "system": Key("field", "Veld met het codestelsel."),
        "date": Key("field", "Veld met de datum."),
        "kind": Key("field", "Veld dat zegt wat voor gegeven het is."),
        "kinds": free("Wat daar staat → woord achter de tekst; wat er niet staat wordt niet getoond.", text()),
        "written": Key("field", "Veld met eigen woorden naast de code, dat erbij staat waar het meer zegt."),
        "timing": Key("field", "Veld met de tijden (TQ), dat achter de tekst staat."),
        "material": Key("field", "Veld met het materiaal (OBR-15), dat achter de tekst staat."),
        "interpreter": Key("field", "Veld met wie de uitslag beoordeelde (OBR-32), dat achter de tekst staat."),
        "people": Key("fields", "Velden met woorden waar sommigen een mens (XCN) zetten: wie dat is staat achter de tekst."),
        "person": Key("field", "Veld met de naam van een mens (XPN), dat de tekst is."),
        "phone": Key("fields", "Velden met diens telefoon (XTN), achter de naam; het eerste gevulde telt."),
        "relation": Key("field", "Veld met wie dat is voor de patiënt, achter de naam; van een code het woord uit `kinds`."),
        "action": Key("field", "Veld dat met `D` zegt dat wat eerder werd gestuurd niet meer geldt."),
    },
)

_LABEL = table(
    "Eén vraag.",
    {
        "codes": texts("Codes (OBX-3.1)."),
        "words": texts("Woorden in het label (OBX-3.2)."),
        "headings": texts(
            "Kopjes in een brief of NTE, naast `words`; `@headed NAAM` is wat daaronder staat. Behalve bij `board` ook een OBX die zo heet."
        ),
    },
)

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
V2: Mapping[str, Key] = HEAD | {
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
            "sex": SEX,
        },
    ),
    "referral": table(
        "De aanvraag. Van een lijst telt de eerste plaats met een waarde.",
        PLACED
        | {
            "answer": one_of(
                "Hoe op een REF wordt geantwoord: met een ACK, of met een RRI die RF1, PRD en PID herhaalt.", "", "RRI"
            ),
            "cancel_events": texts("MSH-9.2 van een ingetrokken aanvraag."),
            "changed_events": texts("MSH-9.2 van een eerder gedane aanvraag die wijzigt: `reason_of_change` is dan geen vraag."),
            "reason_of_change": places("Waarom een aanvraag wijzigt of wordt ingetrokken."),
            "recognised": table(
                "Een uitslag (ORU) of een document (MDM^T02, en anders gestuurd T04, T08, T10) dat de aanvraag zelf is.",
                {
                    "codes": texts("Codes die dat zeggen."),
                    "systems": texts("Codestelsels (OBR-4.3, OBX-3.3) en afzenders (MSH-3) die dat zeggen, in hoofdletters."),
                    "words": texts("Hele woorden in de naam van een order of de titel van een document die dat zeggen."),
                    "reports": texts("Woorden van een verslag: wat daarachter staat vraagt niets."),
                    "requests": texts("Hele woorden die dat alleen naast een van `asked` zeggen, in een korte titel."),
                    "undone": texts("Woorden van een aanmelding die wordt teruggenomen: zo'n titel meldt niemand aan."),
                    "settled": texts("Woorden van een antwoord op een aanmelding: een titel die zo begint meldt niemand aan."),
                    "accepted": texts("Woorden van wat er van een aanmelding werd: zo'n titel meldt niemand aan."),
                    "afterwards": texts("Woorden vóór het overleg waarna een titel iets anders vraagt (`poli na MDO`)."),
                    "studies": texts(
                        "Hele woorden van een onderzoek dat vóór het overleg wordt gevraagd, achter een van `requests`."
                    ),
                    "discussions": texts(
                        "Hele woorden die, naast een van `asked`, aanmelden als er een vraag in het bericht staat."
                    ),
                    "outcomes": texts("Woorden van wat een overleg zegt: een order met zo'n uitslag vraagt niets meer."),
                    "asked": texts(
                        "Woorden voor het overleg: genoeg in een nieuwe order (ORC-1 NW), in een document naast een van `words`."
                    ),
                    "asked_whole": texts("Hetzelfde, maar alleen als heel woord (`RCP`, dat ook in `ERCP` staat)."),
                },
            ),
            "no_questions": texts(
                "Codestelsels, in hoofdletters, van een reden die geen vraag is (tabel 0336: *Provider ordered*)."
            ),
            "default_section": one_of("Kolom van een waarneming die nergens anders past.", *SECTION_NAMES),
            "cancel_codes": texts("ORC-1 van een ingetrokken aanvraag."),
            "state_codes": texts("ORC-1 van een order waarvan alleen de toestand verandert (ORC-5)."),
            "cancel_states": texts(
                "ORC-5 van een order die ingetrokken is, behalve van een nieuwe (ORC-1 NW) en, zonder ORC-1 SC, in een verwijzing (REF)."
            ),
            "done_states": free(
                "ORC-5 die de order dan afrondt → woord voor de lezer; zo'n bericht vraagt niets meer en maakt geen casus.",
                text(),
            ),
            "codes": CODES,
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
            "received": text("Wanneer het materiaal binnenkwam (OBR-14), als geen andere dag bekend is."),
            "reported": text("Wanneer de uitslag gemeld werd (OBR-22), als geen andere dag bekend is."),
            "follows": text("Achter welke andere vraag van een synoptisch verslag er een staat die twee keer zo heet."),
            "sent_to": text("Label van het ziekenhuis waaraan een verwijzing gericht is (PRD-1 RT), als het MDO elders staat."),
            "language": text("Label van de taal van de patiënt (PID-15)."),
            "twin": text("Label bij een van een meerling (PID-24)."),
            "yes": text("Wat daarbij staat, met het hoeveelste kind dit is (PID-25)."),
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
            "order_status": free("OBR-25 die iets anders zegt dan dezelfde code in OBX-11 → toestand.", text()),
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
            "unnamed": texts(
                "Namen van een uitslag die alleen zeggen dat het een verslag is: de naam van de order staat erachter."
            ),
            "general": texts("Titels die niets zeggen: dan zegt de order wat voor document het is."),
            "kinds": free("Soort document → codes en woorden in label of titel.", texts()),
            "not_sent": text("Label van een verwijzing (OBX-2 RP) naar een stuk dat niet is meegestuurd."),
        },
    ),
    "outgoing": OUTGOING,
}
