"""What a simulated hospital sends is what the portal reads: all cases of the region, through the profile of their link."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from integrations.fhir.reader import FhirReader
from integrations.fhir.text.judge import problem
from integrations.hl7v2.reader import Hl7Reader
from integrations.simulator.fhir import bundle
from integrations.simulator.outbox import Composed
from integrations.simulator.pages.paper import paper_case
from integrations.simulator.region import CaseSeed, referral, region
from integrations.simulator.v2 import messages
from mdo_portal.exchange import Contact, Fact, IncomingDocument, IncomingReferral, IncomingResult, PatientIdentity, Section
from mdo_portal.web import registration

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TITLE = re.compile(r"(?:(?:prof|dr|drs|dhr|mw)\. )+")
ORDERED = "Aangevraagd"  # the v2 reader shows what was ordered as a fact of its own

all_of = {code: [case for case in region().cases if case.hospital == code] for code in ("ZEED", "DELT", "MERW", "ODUL")}


def named(case: CaseSeed) -> str:
    return f"{case.hospital}-{case.code}"


zeed = pytest.mark.parametrize("case", all_of["ZEED"], ids=named)
fhir = pytest.mark.parametrize("case", [*all_of["DELT"], *all_of["MERW"]], ids=named)
paper = pytest.mark.parametrize("case", all_of["ODUL"], ids=named)


def over_v2(case: CaseSeed) -> tuple[IncomingReferral, IncomingReferral]:
    """(sent, read): the documents of the referral and of the results behind it together, the rest of the referral."""
    sent = referral(case, today=TODAY)
    found = [Hl7Reader().read(one.body, "hix") for one in messages.compose(case, sent, made_at=NOW)]
    read = next(one for one in found if isinstance(one, IncomingReferral))
    told = [one for one in found if isinstance(one, IncomingReferral | IncomingResult)]
    return sent, replace(read, documents=tuple(document for one in told for document in one.documents))


def over_fhir(case: CaseSeed) -> tuple[IncomingReferral, IncomingReferral]:
    sent = referral(case, today=TODAY)
    version, profile = ("R4", "epic") if case.hospital == "DELT" else ("STU3", "generic-stu3")
    (message,) = bundle.compose(case, sent, version=version, made_at=NOW)
    return sent, FhirReader().read(message.body, profile)


def asked(one: IncomingReferral) -> list[object]:
    questions = [one.question_board, one.question_radiology, one.question_pathology]
    return [one.number, *questions, one.urgency, one.latest_useful_on, one.board_hint]


def told(facts: Iterable[Fact]) -> Counter[tuple[Section, str, date | None]]:
    return Counter((one.section, one.text, one.dated_on) for one in facts)


def enclosed(documents: Iterable[IncomingDocument]) -> list[tuple[object, ...]]:
    """A result's document is referred to by its order and, behind that, its place in it."""
    order = ((one, one.reference.partition("/")[0]) for one in documents)
    return sorted((one.kind, number, str(one.dated_on), one.media_type, one.content) for one, number in order)


def person(one: Contact) -> tuple[str, ...]:
    """HL7 v2 has no place for a specialism, and its reader passes over the title."""
    return TITLE.sub("", one.name), one.number, one.organisation, one.phone


@zeed
def test_hl7_asks_the_same_of_the_same_patient(case: CaseSeed) -> None:
    sent, read = over_v2(case)

    assert asked(read) == asked(sent)
    # The reader takes the legal name only: initials, no call name.
    assert read.patient == replace(sent.patient, name=replace(sent.patient.name, given=""))
    assert person(read.referrer) == person(sent.referrer)
    assert TITLE.sub("", read.treating.name) == TITLE.sub("", sent.treating.name)
    assert not read.quarantined
    assert not read.unmapped


@zeed
def test_hl7_carries_every_fact_and_document(case: CaseSeed) -> None:
    sent, read = over_v2(case)
    assert told(one for one in read.facts if one.label != ORDERED) == told(sent.facts)
    assert enclosed(read.documents) == enclosed(sent.documents)


@fhir
def test_fhir_asks_the_same_of_the_same_patient(case: CaseSeed) -> None:
    sent, read = over_fhir(case)

    assert asked(read) == asked(sent)
    assert read.tumour_hint == sent.tumour_hint
    assert as_patient(read.patient) == as_patient(sent.patient)
    for mine, theirs in ((read.referrer, sent.referrer), (read.treating, sent.treating), (read.gp, sent.gp)):
        assert (mine.name, mine.number, mine.organisation, mine.phone) == (
            theirs.name,
            theirs.number,
            theirs.organisation,
            theirs.phone,
        )
    assert read.case_manager.name == sent.case_manager.name
    assert not read.quarantined
    assert not read.unmapped


def as_patient(one: PatientIdentity) -> PatientIdentity:
    """FHIR names who gave the number by its root instead of the hospital's code."""
    return replace(one, local_authority="")


@fhir
def test_fhir_carries_every_fact_and_document(case: CaseSeed) -> None:
    sent, read = over_fhir(case)
    mine = [one for one in read.facts if one.section is not Section.FORM]

    assert told(mine) == told(one for one in sent.facts if one.section is not Section.FORM)
    # The form asks for the kind of tumour, which is a hint for a board: no page shows that, so its answer is told as well.
    answered = {one.text for one in sent.facts if one.section is Section.FORM} | ({sent.tumour_hint} - {""})
    assert {one.text for one in read.facts if one.section is Section.FORM} == answered
    assert enclosed(read.documents) == enclosed(sent.documents)
    assert [one.title for one in read.documents] == [one.title for one in sent.documents]


@paper
def test_the_web_form_gets_all_that_is_on_paper(case: CaseSeed) -> None:
    sent = referral(case, today=TODAY)
    filled = paper_case(case, today=TODAY)

    read = registration.referral({**filled.fields, "board_id": "x"}, (), number="WF-1")

    assert read.patient == replace(sent.patient, local_authority="", name=replace(read.patient.name))
    assert (read.patient.name.family, read.patient.name.initials) == (sent.patient.name.family, sent.patient.name.initials)
    assert asked(read)[1:6] == asked(sent)[1:6]
    assert (read.referrer.name, read.referrer.phone) == (sent.referrer.name, sent.referrer.phone)
    for one in sent.facts:
        section = Section.OTHER if one.section is Section.FORM else one.section
        assert any(one.text in found.text for found in read.facts if found.section is section)
    assert len(filled.documents) == len(sent.documents)


def zorgdomein() -> tuple[Composed, ...]:
    case = next(one for one in all_of["ZEED"] if messages.is_zorgdomein(one) and len(one.documents) > 1)
    return messages.compose(case, referral(case, today=TODAY), made_at=NOW)


def test_zorgdomein_has_its_own_delimiters_and_one_control_id_for_letter_and_attachments() -> None:
    sent = zorgdomein()

    assert all(one.body.startswith(b"MSH|^_\\&|ZEED-EPD|ZEED|") for one in sent)
    assert {Hl7Reader().header(one.body).control_id for one in sent} == {sent[0].control_id}
    assert {Hl7Reader().read(one.body, "zorgdomein").number for one in sent} == {sent[0].control_id}  # type: ignore[union-attr]
    assert len({one.body for one in sent}) == len(sent) > 2


def test_half_of_the_hl7_cases_are_a_ref_i12() -> None:
    kinds = Counter(messages.is_zorgdomein(case) for case in all_of["ZEED"])

    assert kinds[True] == kinds[False]


def test_every_bundle_is_valid_for_a_strict_judge() -> None:
    for case, version in ((all_of["DELT"][0], "R4"), (all_of["MERW"][0], "STU3")):
        (message,) = bundle.compose(case, referral(case, today=TODAY), version=version, made_at=NOW)
        tree = json.loads(message.body)
        assert [problem(entry["resource"], version) for entry in tree["entry"]] == [""] * len(tree["entry"])
        assert problem(tree, version) == ""
