"""The access log of the own hospital, newest first: for the privacy officer. Reading it is logged too."""

from __future__ import annotations

from flask import Blueprint, render_template

from mdo_portal.domain.policy import Act
from mdo_portal.errors import N_
from mdo_portal.services import audit
from mdo_portal.web.context import now, transaction, viewer
from mdo_portal.web.guard import may
from mdo_portal.web.navigation import ROLE_WORDS

blueprint = Blueprint("log", __name__)

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
    "case.destroyed": N_("casus vernietigd"),
    "retention.purged": N_("bewaartermijn uitgevoerd"),
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
}
_ROLES: dict[str, str] = {role.value: words for role, words in ROLE_WORDS.items()}


@blueprint.get("/log")
@may(Act.LOG_READ)
def page() -> str:
    with transaction() as db:
        rows = audit.of_hospital(db, viewer().hospital_id)
        audit.record(
            db, viewer(), Act.LOG_READ, now=now(), object_type="log", hits=len({row.patient_number for row in rows} - {None})
        )
    words = {"act_words": ACT_WORDS, "detail_words": DETAIL_WORDS, "role_words": _ROLES}
    return render_template("log/page.html", rows=rows, **words)
