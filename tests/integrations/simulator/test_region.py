"""The invented region is complete, plausible in form, and leaks nobody's name or number."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from integrations.simulator.region import CaseSeed, referral, region
from integrations.simulator.region.documents import Report, render
from mdo_portal.exchange import IncomingReferral, Section

TODAY = date(2026, 11, 23)
CASES = region().cases
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)


def words_of(sent: IncomingReferral) -> list[str]:
    questions = [sent.question_board, sent.question_radiology, sent.question_pathology]
    return questions + [fact.text for fact in sent.facts] + [document.title for document in sent.documents]


def test_forty_cases_come_from_the_four_hospitals_that_send() -> None:
    assert len(CASES) == 40
    assert Counter(case.hospital for case in CASES) == {"ZEED": 12, "DELT": 12, "MERW": 8, "ODUL": 8}
    assert Counter(case.board for case in CASES) == {"URO-P": 12, "URO-NB": 8, "GYN": 8, "GI": 6, "LONG": 6}


@every_case
def test_a_bsn_is_of_the_test_range_and_passes_the_eleven_test(case: CaseSeed) -> None:
    bsn = case.patient.bsn
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    assert len(bsn) == 9
    assert bsn.startswith("999")
    assert sum(weight * int(digit) for weight, digit in zip(weights, bsn, strict=True)) % 11 == 0


@pytest.mark.parametrize("what", ["code", "number", "bsn", "local", "name"])
def test_no_two_cases_share_what_identifies_them(what: str) -> None:
    values = {
        "code": [case.code for case in CASES],
        "number": [case.number for case in CASES],
        "bsn": [case.patient.bsn for case in CASES],
        "local": [case.patient.local_number for case in CASES],
        "name": [case.patient.name.family for case in CASES],
    }[what]
    assert len(set(values)) == len(values)


@every_case
def test_a_case_asks_something_and_puts_the_wish_first(case: CaseSeed) -> None:
    assert case.question_board.endswith(("?", ".", ")"))
    assert case.facts[0].section is Section.WISH
    assert case.plan
    assert case.hospital in region().board(case.board).hospitals


@every_case
def test_a_referral_is_built_with_readable_documents(case: CaseSeed) -> None:
    sent = referral(case, today=TODAY)
    assert sent.number == case.number
    assert sent.referrer.name
    assert sent.documents
    assert all(document.content.startswith(b"%PDF") for document in sent.documents)
    assert all(document.media_type == "application/pdf" for document in sent.documents)


@every_case
def test_nothing_lies_in_the_future_and_no_placeholder_is_left(case: CaseSeed) -> None:
    sent = referral(case, today=TODAY)
    dates = [fact.dated_on for fact in sent.facts] + [document.dated_on for document in sent.documents]
    assert all(about <= TODAY for about in dates if about)
    assert not any("{" in words for words in words_of(sent))
    assert sent.latest_useful_on is None or sent.latest_useful_on > TODAY


@every_case
def test_no_name_or_bsn_of_the_patient_stands_in_titles_and_texts(case: CaseSeed) -> None:
    name = case.patient.name
    secrets = {case.patient.bsn, case.patient.local_number, name.family, name.own_family, name.partner_family} - {""}
    texts = [*words_of(referral(case, today=TODAY)), *(document.text for document in case.documents)]
    assert not [secret for secret in secrets if any(secret in text for text in texts)]


def test_tomorrow_the_same_case_is_as_recent_as_today() -> None:
    case = region().case("UP01")
    today, tomorrow = referral(case, today=TODAY), referral(case, today=TODAY + timedelta(days=1))
    assert [fact.dated_on and fact.dated_on + timedelta(days=1) for fact in today.facts] == [
        fact.dated_on for fact in tomorrow.facts
    ]


def test_the_same_report_gives_the_same_bytes() -> None:
    case = region().case("UP02")
    seed = case.documents[0]
    report = Report(region().hospital("ZEED"), seed.title, seed.kind, "T26-1", TODAY, case.patient, seed.author, seed.text)
    assert render.__wrapped__(report) == render(report)
    assert render(replace(report, hospital=region().hospital("ODUL"))) != render(report)


def test_some_cases_lack_pathology_imaging_or_a_performance_score() -> None:
    sections = {case.code: {fact.section for fact in case.facts} for case in CASES}
    assert {code for code, found in sections.items() if Section.PATHOLOGY not in found} >= {"UP05", "UB08", "GY05", "LO02"}
    assert [code for code, found in sections.items() if Section.IMAGING not in found] == ["UP05"]
    assert {case.code for case in CASES if not any(fact.label in ("ECOG", "Karnofsky") for fact in case.facts)} >= {
        "UP12",
        "UB03",
        "GI04",
    }


def test_every_quorum_can_be_met_by_the_persons_of_the_region() -> None:
    for board in region().boards:
        members = [person for person in region().persons if board.code in dict(person.boards)]
        for group in board.quorum:
            found = [p for p in members if p.discipline in group.one_of and group.hospital in ("", p.hospital)]
            assert found, (board.code, group.name)


def test_every_board_has_a_chair_and_a_secretary_and_the_demo_has_its_personas() -> None:
    for board in region().boards:
        roles = {dict(person.boards).get(board.code) for person in region().persons}
        assert {"chair", "secretary"} <= roles
    assert sum(1 for person in region().persons if person.persona) >= 10
    assert len({person.email for person in region().persons}) == len(region().persons)
    assert all(person.email.endswith("@example.nl") for person in region().persons)


def test_a_few_cases_carry_a_conclusion_for_the_exercise() -> None:
    assert len([case for case in CASES if case.conclusion]) >= 6
