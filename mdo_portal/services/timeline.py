"""What happened to a case: writing the events, and the sentence of each kind."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.errors import N_

SENTENCES: dict[str, str] = {
    "referral.received": N_("Aanmelding ontvangen van %(hospital)s (%(wire)s)"),
    "referral.updated": N_("Aanvulling op de aanmelding ontvangen van %(hospital)s (%(wire)s)"),
    "patient.changed": N_("%(hospital)s meldde gewijzigde patiëntgegevens"),
    "case.routed": N_("Toegewezen aan %(board)s"),
    "case.scheduled": N_("Gepland in %(board)s op %(when)s"),
    "case.unscheduled": N_("Van de agenda van %(board)s gehaald"),
    "case.deferred": N_("Doorgeschoven: %(reason)s"),
    "case.withdrawn": N_("Ingetrokken: %(reason)s"),
    "case.redirected": N_("Doorverwezen: %(reason)s"),
    "case.asked": N_("Informatie gevraagd aan de verwijzer"),
    "case.answered": N_("De verwijzer heeft geantwoord"),
    "question.sent": N_("De vraag kwam aan in het EPD van %(hospital)s"),
    "question.refused": N_("Het EPD van %(hospital)s nam de vraag niet aan; bel de verwijzer"),
    "document.added": N_("Document toegevoegd"),
    "round.discussed": N_("Besproken in %(board)s"),
    "round.listed": N_("Als hamerstuk geregistreerd in %(board)s"),
    "grant.given": N_("Inzage gegeven aan %(reader)s"),
    "grant.ended": N_("Inzage ingetrokken"),
    "glass.broken": N_("Noodinzage: iemand van buiten het ziekenhuis en het MDO keek mee"),
    "objection.recorded": N_("De patiënt maakt bezwaar tegen delen; alleen het eigen ziekenhuis ziet de casus"),
    "objection.lifted": N_("Het bezwaar tegen delen is opgeheven"),
    "decision.signed": N_("MDO-advies getekend door %(person)s"),
    "decision.corrected": N_("Herzien MDO-advies getekend door %(person)s"),
    "letter.sent": N_("Brief verstuurd aan %(hospital)s"),
    "letter.received": N_("Brief ontvangen door %(hospital)s"),
    "letter.refused": N_("Brief geweigerd door %(hospital)s"),
    "letter.dead": N_("Brief aan %(hospital)s kwam na veel pogingen niet aan"),
}


def happened(
    session: Session, case: Case, what: str, *, at: datetime, person_id: uuid.UUID | None = None, **details: str
) -> None:
    """Add an event to the case's timeline. `details` hold names of hospitals, boards and people on duty, never patient data."""
    if what not in SENTENCES:
        raise KeyError(what)
    session.add(CaseEvent(case_id=case.id, at=at, what=what, details=details, person_id=person_id, hospital_id=case.hospital_id))
