"""Turns a case of the region into the referral its hospital would send today."""

from __future__ import annotations

import re
from datetime import date, timedelta

from integrations.simulator.region.documents import Report, render
from integrations.simulator.region.seeds import CaseSeed, DocumentSeed, FactSeed, Region
from mdo_portal.exchange import Fact, IncomingDocument, IncomingReferral, Section

_PLACE = re.compile(r"\{(\d+|jj|leeftijd)\}")
ICD10 = "http://hl7.org/fhir/sid/icd-10"


def make_referral(region: Region, case: CaseSeed, today: date) -> IncomingReferral:
    """The referral of `case` as if it arrives `today`. `sent_at` stays empty: the wire that carries it knows the moment."""
    return IncomingReferral(
        patient=case.patient,
        number=case.number,
        board_hint=region.board(case.board).name,
        tumour_hint=case.tumour,
        question_board=_filled(case.question_board, case, today),
        question_radiology=_filled(case.question_radiology, case, today),
        question_pathology=_filled(case.question_pathology, case, today),
        urgency=case.urgency,
        latest_useful_on=None if case.latest_useful_days is None else today + timedelta(days=case.latest_useful_days),
        referrer=case.referrer,
        treating=case.treating,
        case_manager=case.case_manager,
        gp=case.gp,
        facts=(*_facts(region, case, today), *_form(case, today)),
        documents=tuple(_document(region, case, seed, today) for seed in case.documents),
    )


def _facts(region: Region, case: CaseSeed, today: date) -> tuple[Fact, ...]:
    codes = {label: (code, system) for label, code, system in region.codes}
    codes["Diagnose"] = (case.icd10, ICD10)
    return tuple(_fact(seed, case, today, codes.get(seed.label, ("", ""))) for seed in case.facts)


def _fact(seed: FactSeed, case: CaseSeed, today: date, code: tuple[str, str]) -> Fact:
    dated_on = None if seed.days_ago is None else today - timedelta(days=seed.days_ago)
    text = _filled(seed.text, case, today, dated_on)
    return Fact(seed.section, text, label=seed.label, dated_on=dated_on, code=code[0], code_system=code[1])


def _form(case: CaseSeed, today: date) -> tuple[Fact, ...]:
    """What hospitals ask on their form and the border has no field for: the moment and the team's own plan."""
    answers = (("Moment van bespreking", case.moment), ("Voorstel eigen team", _filled(case.plan, case, today)))
    return tuple(Fact(Section.FORM, text, label=label) for label, text in answers if text)


def _document(region: Region, case: CaseSeed, seed: DocumentSeed, today: date) -> IncomingDocument:
    written_on = today - timedelta(days=seed.days_ago)
    reference = _filled(seed.reference, case, today, written_on)
    report = Report(
        hospital=region.hospital(seed.hospital),
        title=seed.title,
        kind=seed.kind,
        reference=reference,
        dated_on=written_on,
        patient=case.patient,
        author=seed.author,
        text=_filled(seed.text, case, today, written_on),
    )
    return IncomingDocument(
        seed.title, "application/pdf", render(report), dated_on=written_on, kind=seed.kind, reference=reference
    )


def _filled(text: str, case: CaseSeed, today: date, about: date | None = None) -> str:
    """Put in what moves with the day: {41} = the date 41 days ago, {jj} = year of the fact, {leeftijd} = the patient's age."""

    def put(match: re.Match[str]) -> str:
        if match[1] == "jj":
            return f"{about or today:%y}"
        if match[1] == "leeftijd":
            return str(_age(case.patient.birth_on or today, today))
        return f"{today - timedelta(days=int(match[1])):%d-%m-%Y}"

    return _PLACE.sub(put, text)


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
