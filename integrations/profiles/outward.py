"""What a profile may say about letters on their way out: over HL7 v2, over FHIR, and beside any EPD line."""

from __future__ import annotations

from .keys import free, number, one_of, table, text, texts

SHAPES = ("document", "composition", "careplan", "document-bundle", "task")

OUTGOING = table(
    "Hoe een brief wordt geschreven.",
    {
        "kind": one_of("MDM^T02 of ORU^R01.", "MDM^T02", "ORU^R01"),
        "version": text("MSH-12."),
        "processing": text("MSH-11."),
        "accept": one_of("MSH-15; beide leeg: oorspronkelijke modus, één AA.", "AL", "NE", "ER", "SU", ""),
        "application": one_of(
            "MSH-16. AL of SU: een CA is alleen *bewaard*, de brief is pas ontvangen als de toepassing AA zegt. "
            "ER: alleen fouten worden gemeld.",
            "AL",
            "NE",
            "ER",
            "SU",
            "",
        ),
        "withdraw": one_of("Een ingetrokken advies als MDM: T11 zonder inhoud, of T10 met de brief die dat zegt.", "T11", "T10"),
        "withdraw_status": one_of(
            "Een ingetrokken advies als ORU: C met de brief die dat zegt; W, D of X (OBX-11) onder het oude nummer.",
            "C",
            "W",
            "D",
            "X",
        ),
        "answers": free(
            "Wat deze ontvanger met een code bedoelt als dat niet is wat HL7 zegt (AE, CE: geweigerd; AR, CR: later): "
            "refused, later of accepted.",
            one_of("", "refused", "later", "accepted"),
            among=("AE", "AR", "CE", "CR"),
        ),
        "control_id_length": number("Hoogste lengte van MSH-10."),
        **{
            name: text(words)
            for name, words in (
                ("sending_application", "MSH-3."),
                ("sending_facility", "MSH-4; leeg: de naam van het netwerk."),
                ("receiving_application", "MSH-5."),
                ("receiving_facility", "MSH-6; leeg: de code van het ziekenhuis."),
                ("country", "MSH-17."),
                ("patient_class", "PV1-2."),
                ("document_type", "TXA-2."),
                ("file_name", "TXA-16."),
                ("section_type", "OBX-2 van een kop met tekst."),
                ("section_code", "Begin van OBX-3.1 van een kop met tekst."),
                ("section_system", "OBX-3.3 daarvan."),
                ("bsn_authority", "PID-3.4 van het BSN."),
                ("bsn_type", "PID-3.5 van het BSN."),
                ("local_type", "PID-3.5 van het eigen nummer."),
            )
        },
        "document_code": texts("OBX-3 van de brief: code, woorden, stelsel."),
        "message_code": texts(
            "Hetzelfde van een bericht zonder advies; achter de gewone code een tweede, met code, woorden en stelsel."
        ),
        "sex": free("M, F, X → PID-8.", text()),
    },
    is_own=False,
)

SEND = table(
    "Hoe een brief wordt geschreven.",
    {
        "document_system": text("Stelsel van onze documentnummers."),
        "referral_system": text("Stelsel van het aanvraagnummer; leeg: zoals gestuurd."),
        "shapes": texts(
            "In welke vormen het advies gaat: document (de brief), composition (de tekst), careplan (bespreking en behandelplan), "
            "document-bundle (alles als één document in plaats van een transactie), task (uitkomst bij de Task van de aanvrager).",
            among=SHAPES,
        ),
        "withdraw": one_of(
            "Een ingetrokken advies: alleen de brief die dat zegt, of ook de eerdere brief op entered-in-error.",
            "letter",
            "update",
        ),
        "canonical": text("Begin van de adressen van onze eigen profielen en extensies, tot Nictiz publiceert; leeg: geen."),
    },
    is_own=False,
)

HANDED = table(
    "Een brief buiten elke EPD-lijn om: als bestand in een map, of naar een adres gepost.",
    {
        "metadata": one_of("Naast de PDF: een FHIR DocumentReference (R4), of gewone JSON.", "fhir", "plain"),
        "counts": one_of(
            "Wanneer een bestand in de map ontvangen is: acknowledged als er NAAM.ok of NAAM.ack naast ligt, collected als het is "
            "opgehaald, laid zodra het er ligt.",
            "acknowledged",
            "collected",
            "laid",
        ),
        "body": one_of("Hoe gepost wordt: JSON met de PDF als base64, of multipart.", "json", "multipart"),
    },
    is_own=False,
)
