"""What the codes of the access log are called on the screen."""

from __future__ import annotations

from mdo_portal.domain.audit_review import Rule, Verdict
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_
from mdo_portal.web.navigation import ROLE_WORDS

#: act -> what a privacy officer reads; the last ones are what the portal does by itself
ACT_WORDS: dict[str, str] = {
    Act.WORKLIST_READ: N_("werklijst bekeken"),
    Act.CASE_READ: N_("casus bekeken"),
    Act.CASE_REGISTER: N_("patiënt aangemeld"),
    Act.CASE_PLAN: N_("casus gepland of van de agenda gehaald"),
    Act.CASE_ASK: N_("navraag gedaan"),
    Act.CASE_ANSWER: N_("navraag beantwoord"),
    Act.CASE_ROUTE: N_("casus aan een MDO toegewezen"),
    Act.CASE_WITHDRAW: N_("casus ingetrokken"),
    Act.DOCUMENT_READ: N_("document bekeken"),
    Act.DOCUMENT_ADD: N_("document toegevoegd"),
    Act.MEETING_READ: N_("agenda bekeken"),
    Act.MEETING_ORDER: N_("agenda op volgorde gezet"),
    Act.MEETING_CLOSE_REGISTRATION: N_("aanmelding gesloten of heropend"),
    Act.MEETING_LEAD: N_("vergadering geleid"),
    Act.ROOM_JOIN: N_("vergadering bijgewoond"),
    Act.NOTE_READ: N_("conclusie bekeken"),
    Act.NOTE_WRITE: N_("conclusie bewerkt"),
    Act.ROUND_OUTCOME: N_("uitkomst van de bespreking vastgelegd"),
    Act.DECISION_SIGN: N_("MDO-advies getekend"),
    Act.DECISION_READ: N_("MDO-advies bekeken"),
    Act.LETTER_READ: N_("brief bekeken"),
    Act.POST_READ: N_("postlijst bekeken"),
    Act.POST_RESEND: N_("brief opnieuw verstuurd"),
    Act.POST_CONFIRM: N_("brief afgedrukt, of ontvangst bevestigd"),
    Act.LINK_READ: N_("koppelingen bekeken"),
    Act.INBOX_READ: N_("berichtenlijst bekeken"),
    Act.INBOX_REPLAY: N_("bericht opnieuw aangeboden of terzijde gelegd"),
    Act.CASE_GRANT: N_("inzage gegeven of ingetrokken"),
    Act.CASE_OBJECT: N_("bezwaar vastgelegd of opgeheven"),
    Act.GLASS_BREAK: N_("noodinzage"),
    Act.LOG_READ: N_("logboek bekeken"),
    Act.LOG_REVIEW: N_("logboek beoordeeld"),
    Act.LOG_PATIENT: N_("overzicht «wie keek» gemaakt"),
    Act.LOG_BREACH: N_("overzicht voor een datalek gemaakt"),
    Act.PEOPLE_READ: N_("mensen en rollen bekeken"),
    Act.PEOPLE_MANAGE: N_("mensen of rollen gewijzigd"),
    Act.BOARD_MANAGE: N_("MDO of ziekenhuis ingericht"),
    Act.PROVIDER_MANAGE: N_("aanmelden via het ziekenhuis ingesteld"),
    Act.RIGHTS_REVIEW: N_("rechten nagelopen"),
    Act.RIGHTS_EXPLAIN: N_("nagegaan wat iemand mag zien"),
    Act.RETENTION_READ: N_("bewaartermijnen bekeken"),
    Act.RETENTION_CHANGE: N_("bewaartermijn gewijzigd"),
    Act.RETENTION_HOLD: N_("bewaarplicht gezet of opgeheven"),
    Act.DESTROY_REQUEST: N_("vernietiging gevraagd"),
    Act.DESTROY_APPROVE: N_("vernietiging beoordeeld"),
    Act.ACCOUNT_MANAGE: N_("eigen account gewijzigd"),
    Act.PROFILE_READ: N_("eigen gegevens bekeken"),
    "referral.received": N_("aanmelding ontvangen"),
    "referral.updated": N_("aanmelding bijgewerkt"),
    "patient.changed": N_("gegevens van de patiënt bijgewerkt"),
    "case.destroyed": N_("casus vernietigd"),
    "retention.purged": N_("bewaartermijn uitgevoerd"),
    "retention.cut": N_("begin van het logboek vernietigd na de bewaartermijn"),
    "sign_in": N_("aangemeld"),
    "sign_in.refused": N_("aanmelden geweigerd"),
    "sign_out": N_("afgemeld"),
    "confirm": N_("identiteit opnieuw bevestigd"),
    "confirm.refused": N_("bevestigen geweigerd"),
    "account.changed": N_("manier van aanmelden gewijzigd"),
}
#: detail -> words, where the detail is one of our own short marks
DETAIL_WORDS: dict[str, str] = {
    "brief": N_("in het kort"),
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
    "record": N_("vastgelegd"),
    "lift": N_("opgeheven"),
}

#: why it was allowed
RELATION_WORDS: dict[str, str] = {
    "own hospital": N_("eigen ziekenhuis"),
    "board": N_("lid van het MDO"),
    "anyone": N_("aangemeld"),
    "system": N_("het portaal zelf"),
    "none": N_("niet toegestaan"),
    "granted": N_("inzage gegeven"),
    "emergency": N_("noodinzage"),
}
RULE_WORDS: dict[str, str] = {
    Rule.OWN_RECORD: N_("mogelijk eigen dossier"),
    Rule.SAME_SURNAME: N_("zelfde achternaam als de patiënt"),
    Rule.NO_LINK: N_("casus op geen enkele agenda, geen behandelrelatie bekend"),
    Rule.GLASS: N_("noodinzage"),
    Rule.VOLUME: N_("ongewoon veel patiënten op een dag"),
    Rule.REFUSED: N_("geweigerde poging"),
    Rule.NIGHT: N_("’s nachts (23–6 uur)"),
    Rule.SAMPLE: N_("steekproef van de week"),
}
VERDICT_WORDS: dict[str, str] = {
    Verdict.IN_ORDER: N_("in orde"),
    Verdict.ASKED: N_("navraag"),
    Verdict.INCIDENT: N_("incident"),
}
_ROLES: dict[str, str] = {role.value: words for role, words in ROLE_WORDS.items()} | {
    "system": N_("het portaal zelf"),
    "none": N_("zonder rol"),
}
WORDS = {
    "act_words": ACT_WORDS,
    "detail_words": DETAIL_WORDS,
    "role_words": _ROLES,
    "relation_words": RELATION_WORDS,
    "rule_words": RULE_WORDS,
    "verdict_words": VERDICT_WORDS,
}
"""For the templates."""
