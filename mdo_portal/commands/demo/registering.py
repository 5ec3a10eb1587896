"""A referral typed into the web form: the border value as the form's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mdo_portal.exchange import IncomingReferral

FILES = {"referral letter": "letter", "pathology report": "pathology_report", "radiology report": "radiology_report"}


def form_of(referral: IncomingReferral, boards: Mapping[str, str], *, wanted: str) -> tuple[dict[str, str], dict[str, Any]]:
    """(fields, files) as somebody would type and choose them. `boards`: what the page offers, name → id."""
    patient = referral.patient
    fields = {
        "board_id": next((value for name, value in boards.items() if wanted in name), "") or boards.get(referral.board_hint, ""),
        "family": patient.name.family,
        "initials": patient.name.initials,
        "birth_on": patient.birth_on.strftime("%d-%m-%Y") if patient.birth_on else "",
        "sex": patient.sex,
        "local_number": patient.local_number,
        "bsn": patient.bsn,
        "question_board": referral.question_board,
        "question_radiology": referral.question_radiology,
        "question_pathology": referral.question_pathology,
        "urgency": referral.urgency,
        "due_on": referral.latest_useful_on.strftime("%d-%m-%Y") if referral.latest_useful_on else "",
        "referrer_name": referral.referrer.name,
        "referrer_phone": referral.referrer.phone,
        "treating_name": referral.treating.name,
        "case_manager_name": referral.case_manager.name,
        "gp_name": referral.gp.name,
    }
    return fields | _facts(referral), _files(referral)


def _facts(referral: IncomingReferral) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for fact in referral.facts:
        section = "other" if fact.section.value == "form" else fact.section.value
        texts.setdefault(section, []).append(f"{fact.label}: {fact.text}" if fact.label else fact.text)
    return {section: "\n".join(lines) for section, lines in texts.items()}


def _files(referral: IncomingReferral) -> dict[str, Any]:
    known = [document for document in referral.documents if document.kind in FILES]
    return {FILES[one.kind]: (f"{one.title}.pdf", one.content, one.media_type) for one in known}
