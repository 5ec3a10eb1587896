"""What happened to a case: writing the events, and the sentence of each kind."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseEvent
from mdo_portal.domain.identifiers import new_id
from mdo_portal.errors import N_
from mdo_portal.services.common import many_rows
from mdo_portal.services.history import loose_values

SENTENCES: dict[str, str] = {
    "referral.received": N_("Aanmelding ontvangen van %(hospital)s (%(wire)s)"),
    "referral.updated": N_("Aanvulling op de aanmelding ontvangen van %(hospital)s (%(wire)s)"),
    "referral.reread": N_("De aanmelding van %(hospital)s is opnieuw gelezen, zoals de koppeling nu is ingesteld"),
    "patient.changed": N_("%(hospital)s meldde gewijzigde patiëntgegevens"),
    "patient.died": N_("%(hospital)s meldde dat de patiënt is overleden"),
    "patient.lives": N_("%(hospital)s trok de melding van overlijden in"),
    "patient.merged": N_("Patiëntnummers van %(hospital)s zijn samengevoegd"),
    "patient.unmerged": N_("Samenvoegen van patiëntnummers van %(hospital)s is teruggedraaid"),
    "patient.unsaid": N_("Uitslagen of stukken van %(hospital)s waren van een andere patiënt en gelden hier niet meer"),
    "patient.linked": N_("%(hospital)s meldde dat een ander patiëntnummer dezelfde persoon is"),
    "patient.unlinked": N_("%(hospital)s meldde dat een ander patiëntnummer toch niet dezelfde persoon is"),
    "message.held": N_("Een bericht van %(hospital)s over deze patiënt is aangehouden voor „Wie is dit?”"),
    "patient.decided": N_("Een identiteitsvraag bij %(hospital)s is beslist"),
    "visit.admitted": N_("Opgenomen in %(hospital)s"),
    "visit.moved": N_("Overgeplaatst binnen %(hospital)s"),
    "visit.discharged": N_("Ontslagen uit %(hospital)s"),
    "visit.registered": N_("Polikliniekbezoek ingeschreven bij %(hospital)s"),
    "visit.expected": N_("Opname aangekondigd bij %(hospital)s"),
    "visit.admission_cancelled": N_("%(hospital)s trok de opname in"),
    "visit.move_cancelled": N_("%(hospital)s trok de overplaatsing in"),
    "visit.discharge_cancelled": N_("%(hospital)s trok het ontslag in"),
    "visit.cancelled": N_("%(hospital)s trok de aangekondigde opname, overplaatsing of het ontslag in"),
    "visit.deleted": N_("%(hospital)s verwijderde een bezoek"),
    "visit.person_deleted": N_("%(hospital)s meldde dat de inschrijving van de patiënt is verwijderd; hier is niets gewist"),
    "appointment.booked": N_("Afspraak gemaakt bij %(hospital)s"),
    "appointment.moved": N_("Afspraak bij %(hospital)s verzet"),
    "appointment.changed": N_("Afspraak bij %(hospital)s gewijzigd"),
    "appointment.cancelled": N_("Afspraak bij %(hospital)s vervallen"),
    "appointment.missed": N_("Niet verschenen op een afspraak bij %(hospital)s"),
    "result.received": N_("Uitslag ontvangen van %(hospital)s"),
    "result.corrected": N_("Gewijzigde uitslag ontvangen van %(hospital)s"),
    "result.withdrawn": N_("%(hospital)s trok een uitslag in"),
    "document.received": N_("Document ontvangen van %(hospital)s"),
    "document.corrected": N_("Nieuwe versie van een document ontvangen van %(hospital)s"),
    "document.changed": N_("%(hospital)s meldde een andere status van een document"),
    "document.withdrawn": N_("%(hospital)s trok een document in"),
    "referral.address_taken": N_(
        "Op het adres van deze aanmelding bij %(hospital)s staat nu een aanvraag voor een andere patiënt; ga na of deze nog klopt"
    ),
    "referral.replaces_unknown": N_(
        "Deze aanmelding vervangt een eerdere van %(hospital)s die hier niet bekend is; komt die nog, dan geldt ze als ingetrokken"
    ),
    "referral.cancelled": N_("%(hospital)s trok de aanmelding in (%(wire)s)"),
    "referral.cancel_unsaid": N_("De intrekking door %(hospital)s was van een andere patiënt en geldt hier niet meer"),
    "case.routed": N_("Toegewezen aan %(board)s"),
    "case.routed_why": N_("Toegewezen aan %(board)s: %(reason)s"),
    "case.scheduled": N_("Gepland in %(board)s op %(when)s"),
    "case.scheduled_late": N_("Na het sluiten van de aanmelding gepland in %(board)s op %(when)s: %(reason)s"),
    "case.unscheduled": N_("Van de agenda van %(board)s gehaald"),
    "case.called_off": N_("De vergadering van %(board)s op %(when)s vervalt; terug op de werklijst"),
    "case.rescheduled": N_("De vergadering van %(board)s van %(was)s is verzet naar %(when)s"),
    "case.deferred": N_("Doorgeschoven: %(reason)s"),
    "case.withdrawn": N_("Ingetrokken: %(reason)s"),
    "case.no_test": N_("Nagevraagd, het is geen proef: %(reason)s"),
    "case.is_them": N_("Nagevraagd, het gaat om deze patiënt: %(reason)s"),
    "case.goes_on": N_("Nagevraagd, de bespreking gaat door: %(reason)s"),
    "case.form_holds": N_("Nagevraagd, wat op het formulier staat klopt: %(reason)s"),
    "case.seen": N_("Gezien wat binnenkwam tot en met %(when)s"),
    "case.unseen": N_("Toch nog niet gezien wat binnenkwam"),
    "case.reopened": N_("Opnieuw aangemeld: %(reason)s"),
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
    "decision.added": N_("Aanvulling op het MDO-advies getekend door %(person)s"),
    "decision.withdrawn": N_("MDO-advies ingetrokken door %(person)s"),
    "outcome.told": N_("Bericht aan de verwijzer dat er geen advies is, getekend door %(person)s"),
    "outcome.retold": N_("Hersteld bericht aan de verwijzer getekend door %(person)s"),
    "outcome.recalled": N_("Bericht aan de verwijzer ingetrokken door %(person)s"),
    "decision.objected": N_("Bedenking bij het MDO-advies van %(person)s, die was weggeroepen"),
    "decision.objection_answered": N_("Bedenking bij het MDO-advies beantwoord door %(person)s"),
    "patient_letter.released": N_("Brief voor de patiënt vrijgegeven door %(person)s"),
    "follow.carried_out": N_("Aanbeveling %(number)s is uitgevoerd"),
    "follow.partly": N_("Aanbeveling %(number)s is deels uitgevoerd"),
    "follow.not_done": N_("Aanbeveling %(number)s is niet uitgevoerd"),
    "follow.reopened": N_("Aanbeveling %(number)s staat weer open"),
    "follow.handed": N_("Aanbeveling %(number)s is overgedragen"),
    "follow.all_closed": N_("Van elke aanbeveling is bekend wat ervan kwam"),
    "letter.sent": N_("Brief verstuurd aan %(hospital)s"),
    "letter.received": N_("Brief ontvangen door %(hospital)s"),
    "letter.refused": N_("Brief geweigerd door %(hospital)s"),
    "letter.dead": N_("Brief aan %(hospital)s kwam na veel pogingen niet aan"),
    "letter.not_received": N_("Brief %(number)s is toch niet ontvangen door %(hospital)s: %(reason)s"),
    "letter.not_there": N_("%(hospital)s heeft brief %(number)s niet; hij gaat niet meer weg"),
    "letter.after_all": N_("Brief %(number)s kwam toch aan bij %(hospital)s"),
    "letter.stands_beside": N_(
        "Brief %(number)s kwam toch aan bij %(hospital)s. Wat hem vervangt noemde hem niet: vraag de ontvanger om hem te laten vervallen"
    ),
    "letter.may_stand_beside": N_(
        "Brief %(number)s staat bij %(hospital)s misschien nog naast de nieuwste: of de brief die hem verving daar in het systeem aankwam, "
        "is niet bekend. Vraag de ontvanger of de oude is vervallen"
    ),
}

AFTER_ALL = ("letter.after_all", "letter.stands_beside")
"""A letter that was refused or given up arrived; these name it."""
SCHEDULED = ("case.scheduled", "case.scheduled_late")
"""It was put on an agenda."""
NEWS = frozenset(
    {
        "referral.updated", "referral.reread", "referral.cancelled", "referral.address_taken", "case.answered", "document.added",
        "referral.cancel_unsaid",
        "document.received", "document.corrected", "document.changed", "document.withdrawn", "result.received", "result.corrected",
        "result.withdrawn",
        "patient.changed", "patient.died", "patient.lives", "patient.merged", "patient.unmerged", "patient.unsaid", "patient.linked",
        "patient.unlinked", "visit.person_deleted", "letter.after_all", "letter.stands_beside",
        "letter.may_stand_beside", "letter.not_received",
    }
)  # fmt: skip
"""What makes a case new again for who looked before, and stands on the list of what nobody saw when the discussion is past.

Where the patient is, and appointments, are not: they say whether an advice is carried out, and stand with its recommendations.
"""

ENTERED = "entered"
"""In an event's details: when what a message told entered the case (ISO, UTC), if that was later than the event says."""


def enter(session: Session, *, now: datetime) -> None:
    """What this transaction understands of messages enters their cases now, however long ago they were received.

    A message may have waited for somebody to say who its patient is: who looked in between did not see it.
    """
    session.info[ENTERED] = now


_TOGETHER = "timeline_together"


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Write the events of this block in one statement at its end, in the same transaction; until then no query finds them."""
    with many_rows.gathered(session, _TOGETHER) as events:
        yield
    many_rows.store(session, CaseEvent, events)


def happened(
    session: Session, case: Case, what: str, *, at: datetime, person_id: uuid.UUID | None = None, **details: str
) -> None:
    """Add an event to the case's timeline. `details` hold names of hospitals, boards and people on duty, never patient data."""
    if what not in SENTENCES:
        raise KeyError(what)
    entered: datetime | None = session.info.get(ENTERED)
    if entered is None or entered <= at:
        entered = at
    elif what != "referral.received":  # what the registration itself told is not new on it
        details[ENTERED] = entered.isoformat()
    event = {"id": new_id(), "case_id": case.id, "at": at, "what": what, "details": details}
    event |= {"person_id": person_id, "hospital_id": case.hospital_id}
    if (others := many_rows.waiting(session, _TOGETHER)) is not None:
        others.append(event)
    else:
        session.add(CaseEvent(**event))
    if what in NEWS:
        case.came_in(entered, is_value=loose_values.ONLY in details)
