"""Why a message that was tried would not become a case: about the message alone, since trying keeps nothing."""

from __future__ import annotations

from enum import StrEnum

from mdo_portal.errors import N_


class Outcome(StrEnum):
    """What would become of a message like this: the one verdict of page, report and command."""

    GOOD = "good"  #: a case, without anybody mending it
    GAPS = "gaps"  #: a case that somebody completes
    UNREADABLE = "unreadable"  #: accepted and kept, for a person: it cannot be read
    REFUSED = "refused"  #: the sender hears that it is not taken


#: reason code -> why, in one sentence. What nobody would do anything with stands in UNREADABLE_REASONS only.
TRIED_REASONS: dict[str, str] = {
    "no_header": N_("Er staat geen leesbare kop in: een HL7 v2-bericht begint met MSH."),
    "no_fhir": N_("Dit is niet als FHIR te lezen: dat is geldige JSON of XML die met een resource begint."),
    "no_control_id": N_("MSH-10 ontbreekt. Elk bericht heeft daar een eigen nummer nodig."),
    "no_sender": N_("MSH-3 is leeg: het bericht noemt geen afzender."),
    "unknown_sender": N_("De afzender staat niet op deze koppeling."),
    "several_senders": N_(
        "Een ander ziekenhuis stuurt ook onder deze naam. Koppel van beide een certificaat, of laat MSH-4 de naam van dit ziekenhuis zijn."
    ),
    "hostile_delimiters": N_("De scheidingstekens in de kop (MSH-1 en MSH-2) kloppen niet."),
    "no_patient": N_("Er staat geen patiënt in het bericht."),
    "no_request": N_("Er staat geen aanvraag in de bundel."),
    "unknown_kind": N_("Dit soort bericht kent het profiel niet."),
    "too_large": N_("Het bericht is groter dan afgesproken."),
    "too_many_entries": N_("De bundel heeft te veel onderdelen."),
    "too_many_numbers": N_("De bundel noemt meer nummers van patiënten dan één aanmelding kan hebben."),
    "undecodable": N_("De tekens zijn niet te lezen: de tekenset klopt niet."),
    "broken": N_("Het bericht is beschadigd of ongeldig opgebouwd."),
    "media_type": N_("Dit is geen FHIR in JSON of XML."),
    "wrong_version": N_("De versie van het bericht is anders dan op de koppeling staat."),
    "other_patient": N_("De onderdelen gaan niet over dezelfde patiënt."),
    "reader_slow": N_("Onleesbaar: de lezer had te lang nodig."),
    "reader_died": N_("Onleesbaar: de lezer brak af. Het bericht is te groot of te diep opgebouwd."),
    "wrong_profile": N_("De instellingen van deze koppeling kloppen niet; aan het bericht ligt het niet. Herstel ze bij Wat elders staat."),
    "other_wire": N_("Dit is een ander soort bericht (HL7 v2 of FHIR) dan deze koppeling leest."),
    "failed": N_("De lezer van het portaal liep vast; dat ligt niet aan het bericht. Meld het de beheerder van het portaal."),
    "fhir_on_v2": N_("Dit is FHIR; deze koppeling leest HL7 v2."),
    "xml_on_v2": N_("Dit is XML; deze koppeling leest HL7 v2."),
    "json_on_v2": N_("Dit is JSON; deze koppeling leest HL7 v2."),
    "edifact_on_v2": N_("Dit is EDIFACT; deze koppeling leest HL7 v2."),
    "words_on_v2": N_("Er staat iets vóór MSH, bijvoorbeeld een regel uit een logbestand. Laat dat weg en probeer het opnieuw."),
    "picture_on_v2": N_("Dit is een afbeelding, geen bericht. Vraag de leverancier om het bericht zelf, als bestand."),
    "picture_on_fhir": N_("Dit is een afbeelding, geen bericht. Vraag de leverancier om het bericht zelf, als bestand."),
    "mail_on_v2": N_("Dit is een e-mail. Bewaar de bijlage als bestand en kies dat, of plak het bericht vanaf MSH."),
    "mail_on_fhir": N_("Dit is een e-mail. Bewaar de bijlage als bestand en kies dat."),
    "document_on_v2": N_("Dit is een document (Word of PDF), geen bericht; deze koppeling leest HL7 v2."),
    "v2_on_fhir": N_("Dit is HL7 v2; deze koppeling leest FHIR."),
    "document_on_fhir": N_("Dit is een document (Word of PDF), geen bericht; deze koppeling leest FHIR."),
    "cda_on_fhir": N_("Dit is XML maar geen FHIR; deze koppeling leest FHIR."),
}  # fmt: skip

UNKNOWN_URGENCY = N_(
    "Dit woord kent het portaal niet als urgentie: de casus staat als niet dringend op de werklijst, met dit woord erbij."
)

#: what a message is (exchange.MEANINGS) -> what becomes of one like it. Nothing here knows who has a case.
BECOMES: dict[str, str] = {
    "referral": N_("Een bericht zoals dit wordt een casus zonder dat iemand iets hoeft te herstellen."),
    "withdrawal": N_("Dit trekt de aanmelding met dit nummer in en maakt geen casus. Is die hier niet, dan zoekt iemand het uit."),
    "result": N_("Dit is een uitslag of document, geen aanmelding: het komt bij de casus. Is er geen, dan wordt het niet bewaard."),
    "answer": N_("Dit is een antwoord of aanvulling: het komt bij de aanmelding met dit nummer."),
    "notice": N_("Dit meldt dat er gegevens klaarstaan: het portaal haalt ze daarna op."),
    "appointment": N_("Dit is een afspraak, geen aanmelding: zij komt bij de casus. Is er geen, dan wordt zij niet bewaard."),
    "patient": N_("Dit zijn gegevens van een patiënt, geen aanmelding: ze komen bij de casus. Is er geen, dan wordt niets bewaard."),
    "merge": N_("Dit zegt dat nummers van één patiënt zijn, en is geen aanmelding. Is er geen casus, dan wordt niets bewaard."),
    "link": N_("Dit zegt dat nummers bij elkaar horen. Bij de casus staat het erbij; er wordt niets samengevoegd."),
    "receipt": N_("Dit is een ontvangstbevestiging, geen aanmelding."),
}  # fmt: skip

#: a referral whose words name none of the hospital's boards, or more than one
NO_BOARD = N_(
    "Daaruit blijkt niet bij welk MDO de casus hoort; nu moet iemand dat kiezen. "
    "Laat het EPD hier een naam of code uit deze lijst sturen: %(boards)s."
)
BOARD_ELSEWHERE = N_(
    "Dat is het MDO %(board)s, en daaraan neemt dit ziekenhuis niet deel: de casus komt daar niet. "
    "De beheerder van het portaal stelt in wie aan een MDO deelneemt; daarna komt ook wat al wachtte daar vanzelf."
)
#: the same on the report for the vendor, which says nothing of what the message said
ELSEWHERE_ON_PAPER = N_(
    "Daar staat een MDO waaraan dit ziekenhuis niet deelneemt. "
    "Dat stelt de beheerder van het portaal in; het EPD hoeft niets te veranderen."
)
NO_BOARDS = N_("Dit ziekenhuis neemt aan geen MDO deel: de casus komt op geen werklijst.")

_DOCUMENTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")
_PICTURES = (b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_MAIL = (b"from:", b"received:", b"return-path:", b"delivered-to:", b"mime-version:", b"subject:", b"to:", b"date:")
_EDIFACT = (b"UNA:", b"UNB+")
_BYTE_ORDER = b"\xef\xbb\xbf"
_START = 4_000
REMARKS = "words_on_v2"
"""Somebody's words before the message, of which it is to be seen whether it can be read past them."""


def other_kind(raw: bytes, *, on_fhir: bool) -> str:
    """The reason code when `raw` is plainly something else than this link reads; "" when it may be what it should be.

    Looks at the first bytes only and parses nothing.
    """
    start = raw[:_START].removeprefix(_BYTE_ORDER).lstrip()
    if kind := _no_message(start):
        return f"{kind}_on_fhir" if on_fhir else f"{kind}_on_v2"
    if on_fhir:
        if start.startswith((b"MSH", b"FHS", b"BHS")):
            return "v2_on_fhir"
        return "cda_on_fhir" if start.startswith(b"<") and b"hl7.org/fhir" not in start else ""
    if start.startswith((b"{", b"[")):
        return "fhir_on_v2" if b'"resourceType"' in start else "json_on_v2"
    if start.startswith(b"<"):
        return "fhir_on_v2" if b"hl7.org/fhir" in start else "xml_on_v2"
    if start.startswith(_EDIFACT):
        return "edifact_on_v2"
    return REMARKS if b"MSH|" in start and not start.startswith((b"MSH", b"FHS", b"BHS")) else ""


def _no_message(start: bytes) -> str:
    """What somebody sends who was asked for a message and had none: its file, a screenshot of it, the mail it came in."""
    if start.startswith(_DOCUMENTS):
        return "document"
    if start.startswith(_PICTURES):
        return "picture"
    return "mail" if start[:20].lower().startswith(_MAIL) else ""
