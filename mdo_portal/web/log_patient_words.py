"""The access log in words of a patient: always Dutch, whatever language the privacy officer reads (NEN 7513, 9)."""

from __future__ import annotations

from mdo_portal.domain.audit import SUCCESS
from mdo_portal.domain.policy import Act
from mdo_portal.letters.letter_reports import LookLine
from mdo_portal.services.access_log.audit_patient import LookRow

ACTS: dict[str, str] = {
    Act.CASE_READ: "Bekeek uw gegevens",
    Act.CASE_REGISTER: "Meldde u aan voor de bespreking",
    Act.CASE_PLAN: "Zette uw bespreking op de agenda of haalde haar eraf",
    Act.CASE_ASK: "Vroeg uw ziekenhuis om aanvulling",
    Act.CASE_ANSWER: "Gaf de gevraagde aanvulling",
    Act.CASE_ROUTE: "Koos welk team uw situatie bespreekt",
    Act.CASE_WITHDRAW: "Trok de aanmelding in",
    Act.CASE_CLEAR: "Noteerde wat uw ziekenhuis antwoordde op een vraag over uw aanmelding",
    Act.CASE_PREPARE: "Schreef iets op om uw bespreking voor te bereiden",
    Act.DOCUMENT_READ: "Bekeek een document",
    Act.DOCUMENT_ADD: "Voegde een document toe",
    Act.NOTE_READ: "Las de conclusie van de bespreking",
    Act.NOTE_WRITE: "Schreef aan de conclusie van de bespreking",
    Act.ROUND_OUTCOME: "Legde vast hoe de bespreking eindigde",
    Act.DECISION_SIGN: "Bekeek of ondertekende het advies",
    Act.DECISION_READ: "Bekeek het advies",
    Act.LETTER_READ: "Bekeek de brief met het advies",
    Act.PATIENT_LETTER_READ: "Bekeek de brief die voor u geschreven is",
    Act.PATIENT_LETTER_WRITE: "Schreef of las de brief voor u",
    Act.PATIENT_LETTER_RELEASE: "Gaf de brief voor u vrij",
    Act.POST_RESEND: "Verstuurde de brief opnieuw",
    Act.POST_CONFIRM: "Drukte de brief af, of bevestigde dat hij aankwam",
    Act.POST_TAKE_BACK: "Legde vast dat de brief toch niet aankwam",
    Act.CASE_GRANT: "Gaf iemand inzage, of trok die in",
    Act.CASE_OBJECT: "Legde uw bezwaar vast, of hief het op",
    Act.GLASS_BREAK: "Opende uw gegevens in een noodsituatie",
    Act.LOG_PATIENT: "Maakte een overzicht van wie uw gegevens bekeek",
    Act.IDENTITY_READ: "Bekeek bij wie een bericht hoort",
    Act.IDENTITY_DECIDE: "Besliste bij wie een bericht hoort",
    Act.INBOX_RAW: "Bekeek een bericht zoals uw ziekenhuis het stuurde",
    Act.RETENTION_HOLD: "Bepaalde dat uw gegevens langer bewaard blijven",
    Act.DESTROY_REQUEST: "Noteerde of bekeek een verzoek om uw gegevens te vernietigen",
    Act.DESTROY_APPROVE: "Beoordeelde een verzoek om vernietiging",
    "referral.received": "Uw aanmelding kwam binnen",
    "referral.updated": "Uw aanmelding werd bijgewerkt",
    "referral.reread": "Uw aanmelding werd opnieuw gelezen uit het bericht van uw ziekenhuis",
    "patient.changed": "Uw persoonsgegevens werden bijgewerkt",
    "patient.died": "Het ziekenhuis meldde een overlijden",
    "patient.lives": "Het ziekenhuis trok een melding van overlijden in",
    "patient.merged": "Uw patiëntnummers werden samengevoegd",
    "patient.unmerged": "Het samenvoegen van uw patiëntnummers werd teruggedraaid",
    "referral.cancel_unsaid": "De intrekking van uw aanmelding was van een andere patiënt en geldt niet meer",
    "patient.unsaid": "Wat van een andere patiënt was, werd bij u weggehaald",
    "patient.linked": "Uw patiëntnummers werden gekoppeld",
    "patient.unlinked": "Uw patiëntnummers werden ontkoppeld",
    "patient.decided": "Iemand besliste bij wie een bericht hoort",
    "visit.admitted": "Uw opname werd gemeld",
    "visit.moved": "Uw overplaatsing werd gemeld",
    "visit.discharged": "Uw ontslag werd gemeld",
    "visit.registered": "Uw polikliniekbezoek werd gemeld",
    "visit.expected": "Uw opname werd aangekondigd",
    "visit.admission_cancelled": "De melding van uw opname werd ingetrokken",
    "visit.move_cancelled": "De melding van uw overplaatsing werd ingetrokken",
    "visit.discharge_cancelled": "De melding van uw ontslag werd ingetrokken",
    "visit.cancelled": "Een aangekondigd bezoek werd ingetrokken",
    "visit.deleted": "Een bezoek werd verwijderd",
    "visit.person_deleted": "Uw inschrijving bij het ziekenhuis werd verwijderd",
    "appointment.booked": "Uw afspraak werd gemeld",
    "appointment.moved": "Uw afspraak werd verzet",
    "appointment.changed": "Uw afspraak werd gewijzigd",
    "appointment.cancelled": "Uw afspraak verviel",
    "appointment.missed": "Een gemiste afspraak werd gemeld",
    "result.received": "Er kwam een uitslag binnen",
    "result.corrected": "Er kwam een gewijzigde uitslag binnen",
    "result.withdrawn": "Een uitslag werd ingetrokken",
    "document.received": "Er kwam een document binnen",
    "document.corrected": "Er kwam een nieuwe versie van een document binnen",
    "document.changed": "De status van een document veranderde",
    "document.withdrawn": "Een document werd ingetrokken",
    "referral.cancelled": "Uw aanmelding werd ingetrokken",
}
ROLES: dict[str, str] = {
    "specialist": "medisch specialist", "case_manager": "casemanager", "link_manager": "beheerder van de koppeling",
    "administrator": "beheerder", "privacy_officer": "functionaris gegevensbescherming", "secretary": "coördinator van het overleg",
    "chair": "voorzitter van het overleg", "scribe": "notulist van het overleg", "member": "deelnemer aan het overleg",
    "observer": "toehoorder bij het overleg", "system": "het portaal zelf", "none": "zonder rol",
}  # fmt: skip
CATEGORIES: dict[str, str] = {
    "case": "de aanmelding", "document": "een document", "letter": "de brief met het advies", "conclusion": "de conclusie",
    "referral letter": "de verwijsbrief", "pathology report": "het verslag van het weefselonderzoek",
    "radiology report": "het verslag van het beeldonderzoek",
}  # fmt: skip
RELATIONS: dict[str, str] = {
    "own hospital": "werkt in het ziekenhuis dat u aanmeldde",
    "board": "hoort bij het team dat uw situatie bespreekt",
    "system": "automatisch, na een bericht van uw ziekenhuis",
    "second reader": "is door uw behandelaar gevraagd mee te kijken",
    "treating hospital": "werkt in een ziekenhuis dat u ook behandelt",
    "anyone": "aangemeld bij het portaal",
    "emergency": "noodsituatie",
    "none": "niet toegestaan",
}
BASES: dict[str, str] = {
    "referral": "verwijzing waarvan u weet",
}


def look_line(row: LookRow, *, names: bool) -> LookLine:
    """A row in a patient's words. Without names the role and the organisation remain."""
    done = ACTS.get(row.act, "Gebruikte uw gegevens")
    return LookLine(
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
        organisation=row.organisation,
        role=", ".join(ROLES.get(role, role) for role in row.roles.split(",")),
        person=_person(row) if names else "",
        what=done if row.outcome == SUCCESS else "Probeerde uw gegevens te openen; dat werd geweigerd",
        about=", ".join(CATEGORIES.get(one, one) for one in row.categories if one) or "geen",
        ground=_ground(row),
        emergency=("; ".join(row.reasons) or "zonder opgave van reden") if row.emergency else "",
    )


def _person(row: LookRow) -> str:
    on_behalf = row.responsible and row.responsible != row.person_name
    return f"{row.person_name}, namens {row.responsible}" if on_behalf else row.person_name


def _ground(row: LookRow) -> str:
    why = RELATIONS.get(row.relation, "aangemeld bij het portaal")
    basis = BASES.get(row.basis, "")
    return f"{why}; {basis}" if basis and row.relation != "none" else why
