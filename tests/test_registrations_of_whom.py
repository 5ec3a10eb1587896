"""An ORU that registers and has no ORC, as hospitals send one from a form: taken back it is off the list, and what names another is said."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact, CaseState
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.inbound import InboundState
from tests.make import NOW
from tests.people import Region
from tests.reception_house import count, hand_in, rows, understand_all

HOUR = timedelta(hours=1)
OURS, ANOTHERS = "999911120", "999990019"
QUESTION = "OBX|1|TX|1^Vraagstelling||SBRT?||||||"


def form(*lines: str, state: str = "", kind: str = "ORU^R01", sent: str = "M1") -> bytes:
    header = f"MSH|^~\\&|ZEED-EPD|ZEED|MDO|NET|20260302121500+0100||{kind}|{sent}|P|2.5|||||NLD|UNICODE UTF-8"
    who = f"PID|1||12345^^^ZEED^PI~{OURS}^^^NLMINBIZA^NNNLD||van Voorbeeld^A^B^^^^L||19600101|F"
    named = [f"OBR|1|A9||MDOA^Aanmelding MDO Long{'|' * 21}{state}"] if kind == "ORU^R01" else []
    return "".join(f"{line}\r" for line in (header, who, *named, *lines)).encode()


def case_of(database: Database, region: Region, *messages: bytes) -> Case:
    for at, raw in enumerate(messages):
        hand_in(database, region, raw, now=NOW + at * HOUR)
        understand_all(database, now=NOW + at * HOUR)
    with database.transaction() as session:
        return session.scalars(select(Case).where(Case.referral_number == "A9")).one()


@pytest.mark.parametrize(
    "over",
    [
        form("NTE|1||Patiënt overleden", state="X", sent="M2"),
        form(f"{QUESTION}F", "NTE|1||Patiënt overleden", state="X", sent="M2"),
        form(f"{QUESTION}W", "NTE|1||Patiënt overleden", sent="M2"),
        form("OBX|1|TX|S^Status aanmelding||Ingetrokken", "NTE|1||Patiënt overleden", sent="M2"),
        form("OBX|1|TX|R^Reden annulering||Patiënt overleden", state="X", sent="M2"),
    ],
    ids=["a note", "the lines as they were", "every line", "a line of the form", "a line with the reason"],
)
def test_taken_back_it_is_off_the_list_with_its_reason_and_keeps_its_question(
    database: Database, region: Region, over: bytes
) -> None:
    case = case_of(database, region, form(f"{QUESTION}F"), over)
    assert (case.state, case.question_board) == (CaseState.WITHDRAWN, "SBRT?")
    assert count(database, CaseFact, CaseFact.text.contains("Patiënt overleden")) > 0


def test_a_form_that_names_another_says_so_on_the_case_and_holds_no_bsn(database: Database, region: Region) -> None:
    case = case_of(database, region, form(f"{QUESTION}F", f"OBX|2|ST|B^BSN||{ANOTHERS}", f"OBX|3|TX|L^Brief||BSN {OURS}: hoest."))
    assert case.cautions == ["another"]
    assert (
        count(database, CaseFact, CaseFact.text.contains(ANOTHERS))
        == count(database, CaseFact, CaseFact.text.contains(OURS))
        == 0
    )


def letter(bsn: str) -> str:
    said = (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Brief</title><recordTarget><patientRole>'
        f'<id extension="{bsn}" root="2.16.840.1.113883.2.4.6.3"/></patientRole></recordTarget><component><structuredBody><component>'
        "<section><title>Conclusie</title><text>Progressie in de lever.</text></section>"
        "</component></structuredBody></component></ClinicalDocument>"
    )
    return f"OBX|1|ED|B^Brief||^TEXT^XML^Base64^{base64.b64encode(said.encode()).decode()}"


def test_a_letter_of_another_stands_nowhere_on_the_case_and_among_what_came(database: Database, region: Region) -> None:
    case_of(
        database,
        region,
        form(f"{QUESTION}F"),
        form("TXA|1|BR^Brief|AP|20260301||||||||D34", letter(ANOTHERS), kind="MDM^T02", sent="M2"),
    )
    assert (
        count(database, CaseDocument, CaseDocument.title == "Brief")
        == count(database, CaseFact, CaseFact.text.contains("Progressie"))
        == 0
    )
    last = rows(database)[-1]
    assert (last.state, last.leftovers) == (InboundState.UNDERSTOOD, ["OBX/another"])


def test_of_a_registration_that_came_with_the_letter_of_another_the_case_says_so(database: Database, region: Region) -> None:
    case = case_of(database, region, form(f"{QUESTION}F", letter(ANOTHERS)))
    assert (case.cautions, case.question_board) == (["another"], "SBRT?")
    assert count(database, CaseFact, CaseFact.text.contains("Progressie")) == 0
