"""What the chair reads before signing: what the letter lacks, and what may keep it from its place. Judges nothing clinical."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.caution import Caution
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.round import Round
from mdo_portal.errors import N_
from mdo_portal.services.room import advice


def of_advice(session: Session, round_: Round, content: dict[str, Any], case: Case, before: Decision | None) -> tuple[str, ...]:
    """What the letter of a discussion leaves out, and what it replaces."""
    return (*_same(content, before), *_left_out(session, round_), *_lacks(content, case))


def _same(content: dict[str, Any], before: Decision | None) -> tuple[str, ...]:
    said = N_("Er is niets gewijzigd: deze herziening zegt hetzelfde als het getekende advies.")
    is_same = before is not None and all(content[part] == before.content.get(part) for part in ("sections", "advice"))
    return (said,) if is_same else ()


def _left_out(session: Session, round_: Round) -> tuple[str, ...]:
    said = N_("Van een aanbeveling is geen soort en geen tekst ingevuld; de brief laat die weg, met wat er verder bij staat.")
    return (said,) if advice.leaves_out(session, round_.id) else ()


def _lacks(content: dict[str, Any], case: Case) -> tuple[str, ...]:
    found = (
        (
            not content["sections"][NoteSection.DIAGNOSIS].strip(),
            N_("Diagnose en stadium is leeg; de brief laat dat kopje weg."),
        ),
        (not content["question"].strip(), N_("Er is geen vraagstelling meegestuurd; de brief laat dat kopje weg.")),
        (not content["quorum"]["met"], N_("Het quorum was niet voltallig; de brief vermeldt wie ontbrak.")),
        (case.state is CaseState.DELIVERED, N_("De verwijzer heeft het vorige advies al ontvangen en krijgt nu een herziening.")),
        (
            bool(content["replaces_addenda"]),
            N_("Deze herziening vervangt ook de aanvulling op het advies; neem over wat daarvan moet blijven gelden."),
        ),
    )
    return tuple(sentence for holds, sentence in found if holds)


def of_letter(content: dict[str, Any], case: Case, patient: Patient) -> tuple[str, ...]:
    """What may keep a letter, of whichever form, from its place at the other side."""
    found = (
        (not content["recipient"], N_("Er is geen verwijzer of behandelaar bekend; de brief gaat naar het ziekenhuis zelf.")),
        (not patient.local_number, N_("Het ziekenhuis gaf geen patiëntnummer; het EPD kan de brief misschien niet plaatsen.")),
        (patient.bsn_doubtful, N_("Het BSN voldoet niet aan de elfproef; laat de verwijzer het nakijken.")),
        (
            Caution.TEST in case.cautions,
            N_("De afzender noemt de aanmelding een proefbericht; wat u tekent, gaat als echte brief naar het EPD."),
        ),
        (Caution.UNSURE in case.cautions, N_("De afzender was niet zeker wie deze patiënt is; ga na om wie het gaat.")),
        (
            Caution.ANOTHER in case.cautions,
            N_("Een bericht over deze casus noemt ook een andere patiënt; ga na om wie het gaat."),
        ),
    )
    return tuple(sentence for holds, sentence in found if holds)
