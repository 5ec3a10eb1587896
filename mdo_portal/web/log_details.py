"""What the details of the access log are called on the screen: our own short marks, and the sentences of `log_shapes.py`."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_
from mdo_portal.exchange import DecisionForm
from mdo_portal.web import log_shapes

PREVIEW = "preview"
"""How the detail ends of a line of who read what would be signed."""

#: detail -> words, where the detail is one of our own short marks
DETAIL_WORDS: dict[str, str] = {
    "brief": N_("in het kort"),
    "other case": N_("genoemd bij een andere casus van dezelfde persoon"),
    "case sheet": N_("casusblad voor de vergadering"),
    "content": N_("ververst"),
    "rail": N_("ververst"),
    "open": N_("geopend"),
    "close": N_("gesloten"),
    "next": N_("naar de volgende casus"),
    "back": N_("naar de vorige casus"),
    "replay": N_("opnieuw aangeboden"),
    "ignore": N_("terzijde gelegd"),
    "discussed": N_("besproken"),
    "listed": N_("hamerstuk"),
    "deferred": N_("doorgeschoven"),
    "redirected": N_("doorverwezen"),
    "withdrawn": N_("ingetrokken"),
    "correction started": N_("herziening begonnen"),
    "preview": N_("voorbeeld"),
    "show": N_("casus op het scherm gezet"),
    "filtered": N_("gefilterd"),
    "name corrected": N_("naam gewijzigd"),
    "address corrected": N_("e-mailadres gewijzigd"),
    "specialism corrected": N_("vak gewijzigd"),
    "page": N_("op het scherm"),
    "pdf": N_("als PDF"),
    "csv": N_("als CSV"),
    "export": N_("als FHIR-bestand"),
    "not found": N_("niet gevonden"),
    "in order": N_("in orde"),
    "asked": N_("navraag"),
    "incident": N_("incident"),
    "given": N_("gegeven"),
    "ended": N_("ingetrokken"),
    "password": N_("wachtwoord"),
    "password+totp": N_("wachtwoord en code"),
    "password+recovery": N_("wachtwoord en herstelcode"),
    "passkey": N_("passkey"),
    "oidc": N_("account van het ziekenhuis"),
    "persona": N_("demonstratie"),
    "record": N_("vastgelegd"),
    "lift": N_("opgeheven"),
    "unseen": N_("wat nieuw is na de bespreking"),
    "over": N_("afgeronde casussen"),
    "untold": N_("wie nog niet weet dat er geen advies is"),
    "week page": N_("lijst van de week"),
    "receipt list": N_("aftekenlijst van brieven op papier"),
    "week csv": N_("lijst van de week als CSV"),
    "aliases": N_("andere namen"),
    "added": N_("toegevoegd"),
    "invited": N_("uitgenodigd"),
    "approved": N_("toegewezen"),
    "refused": N_("afgewezen"),
    "proof": N_("bewijs"),
    "archive": N_("als FHIR-documenten"),
    "made": N_("gegeven"),
    "answered": N_("beantwoord"),
    "undo": N_("teruggedraaid"),
    "same": N_("dezelfde persoon"),
    "other": N_("een ander"),
    "corrected": N_("nummers verbeterd"),
    "aside": N_("terzijde gelegd"),
    "set": N_("gezet"),
    "lifted": N_("opgeheven"),
    "reopen": N_("heropend"),
    "handed over": N_("overgedragen"),
    "carried_out": N_("uitgevoerd"),
    "partly": N_("deels uitgevoerd"),
    "not_done": N_("niet uitgevoerd"),
    "started": N_("begonnen"),
    "signed": N_("afgetekend"),
    "agreements": N_("afspraken over de lijn"),
    "launch": N_("openen vanuit het EPD"),
    "looked at the launch server": N_("aanmeldserver van het EPD bekeken"),
    "from the EPD": N_("geopend vanuit het EPD"),
    "from the EPD, which contradicts": N_("geopend vanuit het EPD, dat iets anders zegt dan het portaal"),
    "launch refused": N_("openen vanuit het EPD mislukt"),
    "tried a letter": N_("proefbrief gestuurd"),
    "tried a letter to general practitioners": N_("proefbrief aan huisartsen gestuurd"),
    "tried the FHIR server": N_("FHIR-server geprobeerd"),
    "calendar address made": N_("adres voor de eigen agenda gemaakt"),
    "calendar address ended": N_("adres voor de eigen agenda gestopt"),
    "no period": N_("geen periode ingevuld, niets opgezocht"),
    "taken back": N_("teruggenomen"),
    "case": N_("van één casus"),
    "cases": N_("van alle casussen"),
    "other hospital": N_("namens een ander ziekenhuis"),
    "by the provider": N_("door de aanmelddienst van het ziekenhuis"),
    "linked to the hospital's account, by invitation": N_("gekoppeld aan het account van het ziekenhuis, op uitnodiging"),
    "linked to the hospital's account by the link manager": N_("gekoppeld aan het account van het ziekenhuis"),
    "unlinked from the hospital's account by the link manager": N_("losgemaakt van het account van het ziekenhuis"),
    "enabled": N_("aangezet"),
    "saved, not enabled": N_("bewaard, niet aangezet"),
    "totp added": N_("app met codes toegevoegd"),
    "totp replaced": N_("app met codes op een andere telefoon gezet"),
    "totp removed": N_("app met codes verwijderd"),
    "passkey added": N_("passkey toegevoegd"),
    "passkey removed": N_("passkey verwijderd"),
    "new recovery codes": N_("nieuwe herstelcodes"),
    "password changed": N_("wachtwoord gewijzigd"),
    "enabled -> disabled": N_("geblokkeerd"),
    "disabled -> enabled": N_("weer toegelaten"),
    "pdf version newest": N_("als PDF, nieuwste versie"),
    "save": N_("bewaard"),
    "begin": N_("begonnen"),
    "read": N_("als nagelezen gemerkt"),
    "add": N_("aanbeveling toegevoegd"),
    "change": N_("aanbeveling gewijzigd"),
    "up": N_("aanbeveling verplaatst"),
    "remove": N_("aanbeveling weggehaald"),
    "answers": N_("antwoorden op vragen"),
    "news": N_("wat nieuw is"),
    "not_yet": N_("toch nog niet geopend"),
    "settings": N_("instellingen"),
    "token": N_("nieuw token"),
    "withdrew the token": N_("vast token ingetrokken"),
    "places": N_("waar gegevens in berichten staan"),
    "adopted": N_("ingesteld naar een bericht"),
    "sender": N_("afzender overgenomen"),
    "report": N_("verslag van het geprobeerde bericht"),
    "letters to general practitioners": N_("brieven aan huisartsen"),
    "withdrew the acceptance of unencrypted messages": N_("onbeveiligde berichten niet meer aanvaard"),
    "all told before": N_("alles van eerder opnieuw aangeboden"),
    "found": N_("patiënt opgezocht"),
    "request": N_("na een verzoek"),
    "term": N_("na de bewaartermijn"),
    "password set, second step taken away": N_("wachtwoord ingesteld, tweede stap weggehaald"),
}
_FORM_WORDS: dict[str, str] = {
    "": N_("MDO-advies"),
    DecisionForm.ADDENDUM: N_("aanvulling"),
    DecisionForm.WITHDRAWAL: N_("intrekking"),
    DecisionForm.OUTCOME: N_("bericht zonder advies"),
    DecisionForm.RECALL: N_("intrekking van een bericht zonder advies"),
}
"""What was read before signing, or signed. An advice, first or corrected, leaves no word for it."""
_OF_ACT: dict[tuple[str, str], str] = {
    (Act.DESTROY_REQUEST, "asked"): N_("verzoek genoteerd"),
    (Act.DESTROY_REQUEST, "request"): N_("verzoek bekeken"),
}
"""Marks that mean something else with one act."""


def detail_in_words(act: str, detail: str, names: Mapping[str, str] = {}) -> str:
    """What is said besides, in the reader's language; what somebody typed as it is. `names`: of hospitals, boards and people, by id."""
    if act == "retention.cut":
        return ""
    if act == Act.DECISION_SIGN:
        return gettext(_FORM_WORDS[form]) if (form := detail.removesuffix(PREVIEW).rstrip()) in _FORM_WORDS else detail
    own = _OF_ACT.get((act, detail)) or DETAIL_WORDS.get(detail)
    return gettext(own) if own else log_shapes.said(act, detail, names)
