"""What the codes of the access log are called on the screen."""

from __future__ import annotations

from mdo_portal.domain.audit_review import Rule, Verdict
from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_
from mdo_portal.web.log_details import PREVIEW, detail_in_words
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
    Act.CASE_CLEAR: N_("voorbehoud nagevraagd"),
    Act.CASE_SEEN: N_("gezien wat na de bespreking binnenkwam"),
    Act.CASE_REOPEN: N_("casus opnieuw aangemeld"),
    Act.CASE_PREPARE: N_("voorbereiding van een bespreking opgeschreven"),
    Act.DOCUMENT_READ: N_("document bekeken"),
    Act.DOCUMENT_ADD: N_("document toegevoegd"),
    Act.MEETING_READ: N_("agenda bekeken"),
    Act.MEETING_ORDER: N_("agenda op volgorde gezet"),
    Act.MEETING_CLOSE_REGISTRATION: N_("aanmelding gesloten of heropend"),
    Act.MEETING_ABSENT: N_("voor een vergadering afgemeld"),
    Act.MEETING_LEAD: N_("vergadering geleid"),
    Act.MEETING_FIGURES: N_("jaarcijfers van een MDO bekeken"),
    Act.ROOM_JOIN: N_("vergadering bijgewoond"),
    Act.ROOM_SHARE: N_("gezegd wie aan het eigen scherm meekijkt"),
    Act.NOTE_READ: N_("conclusie bekeken"),
    Act.NOTE_WRITE: N_("conclusie bewerkt"),
    Act.ROUND_OUTCOME: N_("uitkomst van de bespreking vastgelegd"),
    Act.DECISION_SIGN: N_("MDO-advies getekend, of gelezen vóór het tekenen"),
    Act.DECISION_READ: N_("MDO-advies bekeken"),
    Act.DECISION_OBJECT: N_("bedenking bij een MDO-advies bekeken of gegeven"),
    Act.DECISION_REVISE: N_("herziening begonnen, of een bedenking beantwoord"),
    Act.LETTER_READ: N_("brief bekeken"),
    Act.PATIENT_LETTER_READ: N_("brief voor de patiënt bekeken"),
    Act.PATIENT_LETTER_WRITE: N_("brief voor de patiënt geschreven of gelezen"),
    Act.PATIENT_LETTER_RELEASE: N_("brief voor de patiënt vrijgegeven"),
    Act.LETTER_TEMPLATE_MANAGE: N_("sjabloon van brieven bekeken of gewijzigd"),
    Act.FOLLOW_READ: N_("opvolging bekeken"),
    Act.FOLLOW_CLOSE: N_("vastgelegd wat van een aanbeveling kwam"),
    Act.FOLLOW_HAND: N_("aanbeveling overgedragen"),
    Act.FOLLOW_FIGURES: N_("cijfers over aanbevelingen bekeken"),
    Act.FOLLOW_TELL: N_("terugkoppeling in de vergadering bekeken of afgedaan"),
    Act.CASE_EXPORT: N_("casus uitgevoerd als bestand"),
    Act.POST_READ: N_("postlijst bekeken"),
    Act.POST_RESEND: N_("brief opnieuw verstuurd"),
    Act.POST_CONFIRM: N_("brief afgedrukt, of ontvangst bevestigd"),
    Act.POST_TAKE_BACK: N_("ontvangst van een brief teruggenomen"),
    Act.LINK_READ: N_("koppelingen bekeken"),
    Act.LINK_MANAGE: N_("koppeling gemaakt of gewijzigd"),
    Act.LINK_TRY: N_("bericht geprobeerd, zonder het te bewaren"),
    Act.HOSPITAL_ADD: N_("ziekenhuis toegevoegd"),
    Act.INBOX_RAW: N_("inhoud van een bericht bekeken"),
    Act.INBOX_READ: N_("berichtenlijst bekeken"),
    Act.INBOX_REPLAY: N_("bericht opnieuw aangeboden of terzijde gelegd"),
    Act.IDENTITY_READ: N_("vraag bekeken wie een patiënt is"),
    Act.IDENTITY_DECIDE: N_("beslist wie een patiënt is"),
    Act.CASE_GRANT: N_("inzage gegeven of ingetrokken"),
    Act.CASE_OBJECT: N_("bezwaar vastgelegd of opgeheven"),
    Act.GLASS_BREAK: N_("noodinzage"),
    Act.LOG_READ: N_("logboek bekeken"),
    Act.LOG_REVIEW: N_("bevindingen in het logboek bekeken of beoordeeld"),
    Act.LOG_PATIENT: N_("overzicht «wie keek» gemaakt"),
    Act.LOG_BREACH: N_("overzicht voor een datalek gemaakt"),
    Act.PEOPLE_READ: N_("mensen en rollen bekeken"),
    Act.PEOPLE_MANAGE: N_("mensen of rollen gewijzigd"),
    Act.BOARD_MANAGE: N_("MDO of ziekenhuis ingericht"),
    Act.PROVIDER_MANAGE: N_("aanmelden via het ziekenhuis ingesteld"),
    Act.RIGHTS_REVIEW: N_("rechten bekeken of nagelopen"),
    Act.RIGHTS_EXPLAIN: N_("nagegaan wat iemand mag zien"),
    Act.RETENTION_READ: N_("bewaartermijnen bekeken"),
    Act.RETENTION_CHANGE: N_("bewaartermijn gewijzigd"),
    Act.RETENTION_HOLD: N_("bewaarplicht gezet of opgeheven"),
    Act.DESTROY_REQUEST: N_("verzoek om vernietiging genoteerd of bekeken"),
    Act.DESTROY_APPROVE: N_("vernietiging beoordeeld"),
    Act.ACCOUNT_MANAGE: N_("eigen account gewijzigd"),
    Act.PROFILE_READ: N_("eigen gegevens bekeken"),
    "referral.received": N_("aanmelding ontvangen"),
    "referral.updated": N_("aanmelding bijgewerkt"),
    "referral.reread": N_("aanmelding opnieuw gelezen"),
    "patient.changed": N_("gegevens van de patiënt bijgewerkt"),
    "patient.died": N_("overlijden gemeld"),
    "patient.lives": N_("melding van overlijden ingetrokken"),
    "patient.merged": N_("patiëntnummers samengevoegd"),
    "patient.unmerged": N_("samenvoegen van patiëntnummers teruggedraaid"),
    "referral.cancel_unsaid": N_("intrekking van een andere patiënt ongedaan gemaakt"),
    "patient.unsaid": N_("uitslagen of stukken van een andere patiënt weggehaald"),
    "patient.linked": N_("patiëntnummers gekoppeld"),
    "patient.unlinked": N_("patiëntnummers ontkoppeld"),
    "patient.decided": N_("beslist wie de patiënt is"),
    "visit.admitted": N_("opname gemeld"),
    "visit.moved": N_("overplaatsing gemeld"),
    "visit.discharged": N_("ontslag gemeld"),
    "visit.registered": N_("polikliniekbezoek gemeld"),
    "visit.expected": N_("opname aangekondigd"),
    "visit.admission_cancelled": N_("opname ingetrokken"),
    "visit.move_cancelled": N_("overplaatsing ingetrokken"),
    "visit.discharge_cancelled": N_("ontslag ingetrokken"),
    "visit.cancelled": N_("aangekondigd bezoek ingetrokken"),
    "visit.deleted": N_("bezoek verwijderd"),
    "visit.person_deleted": N_("inschrijving verwijderd"),
    "appointment.booked": N_("afspraak gemeld"),
    "appointment.moved": N_("verzette afspraak gemeld"),
    "appointment.changed": N_("gewijzigde afspraak gemeld"),
    "appointment.cancelled": N_("vervallen afspraak gemeld"),
    "appointment.missed": N_("gemiste afspraak gemeld"),
    "result.received": N_("uitslag ontvangen"),
    "result.corrected": N_("gewijzigde uitslag ontvangen"),
    "result.withdrawn": N_("uitslag ingetrokken"),
    "document.received": N_("document ontvangen"),
    "document.corrected": N_("nieuwe versie van document ontvangen"),
    "document.changed": N_("status van document gewijzigd"),
    "document.withdrawn": N_("document ingetrokken"),
    "referral.cancelled": N_("aanmelding ingetrokken door het ziekenhuis"),
    "case.destroyed": N_("casus vernietigd"),
    "destroy.again": N_("verzoek tot vernietigen opnieuw genoteerd na het terugzetten van een reservekopie"),
    "retention.purged": N_("bewaartermijn uitgevoerd"),
    "retention.cut": N_("begin van het logboek vernietigd na de bewaartermijn"),
    "sign_in": N_("aangemeld"),
    "sign_in.refused": N_("aanmelden geweigerd"),
    "sign_out": N_("afgemeld"),
    "confirm": N_("identiteit opnieuw bevestigd"),
    "confirm.refused": N_("bevestigen geweigerd"),
    "account.changed": N_("manier van aanmelden gewijzigd"),
    "case.exported": N_("casus uitgevoerd als bestand"),
    "post.held": N_("brieven vastgehouden na het terugzetten van een reservekopie"),
    "post.released": N_("vastgehouden brieven vrijgegeven"),
}
#: why it was allowed
RELATION_WORDS: dict[str, str] = {
    "own hospital": N_("eigen ziekenhuis"),
    "board": N_("lid van het MDO"),
    "anyone": N_("aangemeld"),
    "system": N_("het portaal zelf"),
    "none": N_("niet toegestaan"),
    "second reader": N_("gevraagd om mee te kijken"),
    "treating hospital": N_("werkt bij een ziekenhuis dat ook behandelt"),
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


def act_in_words(act: str, detail: str) -> str:
    """Of one line: what was done, and not the right by which. Who looked at a list to sign or judge did not sign or judge yet."""
    if act == Act.DECISION_SIGN:
        return N_("gelezen vóór het tekenen") if detail.endswith(PREVIEW) else N_("getekend")
    if act == Act.LOG_REVIEW:
        return N_("bevinding beoordeeld") if detail else N_("bevindingen bekeken")
    if act == Act.RIGHTS_REVIEW and not detail:
        return N_("rechten bekeken")
    return ACT_WORDS.get(act, act)


WORDS: dict[str, object] = {
    "act_words": ACT_WORDS,
    "act_in_words": act_in_words,
    "detail_in_words": detail_in_words,
    "role_words": _ROLES,
    "relation_words": RELATION_WORDS,
    "rule_words": RULE_WORDS,
    "verdict_words": VERDICT_WORDS,
}
"""For the templates."""
