"""Invented messages and values for the tests of the HL7 v2 wire; BSNs are of the test range."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pybase64

from integrations.out import LOOPBACK
from mdo_portal.exchange import Address, Contact, DecisionForm, OutgoingDecision, PatientIdentity, PersonName

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8 + b"\n%%EOF"
PDF_TEXT = pybase64.b64encode(PDF).decode()

PID = (
    "PID|1||12345^^^ZEED^PI~999911120^^^NLMINBIZA^NNNLD||van Putten - van der Giessen&van der&Giessen&van&Putten^J^P^^^^L"
    "||19600101|F|||||||||||||||||||||||Y|NNNLD"
)

REFERRAL = (
    "\r".join(
        [
            "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500+0100||REF^I12^REF_I12|M0001|P|2.5|||||NLD|8859/1",
            "RF1|P|A^Spoed^L|MDO^Uro-prostaat^L|||VW-2026-17^HIX|20260302||||EXT9",
            "PRD|RP^Verwijzer|de Wit&de&Wit^A.|||0201234567^WPN^PH||01234567^VEKTIS|||Zeeduyn Ziekenhuis",
            "PRD|RT^Gevraagd|||||||||MDO Uro-prostaat",
            "PRD|PP^Huisarts|Blank^M.A.|||||01123456^VEKTIS|||Huisartsenpraktijk Duinzicht",
            PID,
            "DG1|1||C61^Prostaatcarcinoom^ICD10||20260210",
            "OBR|1|A1|B1|MDO^Uro-prostaat^L|||20260220",
            "OBX|1|FT|VRAAG^Vraagstelling^L||Operatie of bestraling?\\.br\\Graag ook over \\T\\ trial.||||||F",
            "OBX|2|NM|2857-1^PSA^LN||12.4|ug/L|0-4|H|||F|||20260215",
            "OBX|3|CE|ECOG^WHO-performancestatus^L||1^WHO 1^L||||||F",
            "OBX|4|TX|VRAAGPA^Vraag aan patholoog^L||Revisie biopt?||||||F",
            "OBX|5|ST|X1^Iets onbekends^L||blijft staan||||||F",
            f"OBX|6|ED|57133-1^Verwijsbrief^LN||^application^pdf^Base64^{PDF_TEXT}||||||F",
            "NTE|1||verwijsbrief.pdf",
            "ZPI|1|eigen|segment",
        ]
    ).encode("latin-1")
    + b"\r"
)

ADT = (
    "\r".join(
        [
            "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A08^ADT_A01|M0002|P|2.5|||AL|NE|NLD|UNICODE UTF-8",
            "EVN|A08|20260302121500",
            PID,
            "PV1|1|O",
        ]
    ).encode()
    + b"\r"
)

MERGE = (
    "\r".join(
        [
            "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A40^ADT_A39|M0003|P|2.5",
            "EVN|A40|20260302121500",
            PID,
            "MRG|54321^^^ZEED^PI~11111^^^OUD^PI",
        ]
    ).encode()
    + b"\r"
)

PATIENT = PatientIdentity(
    local_number="12345",
    local_authority="ZEED",
    bsn="999911120",
    name=PersonName(
        family="van Putten - van der Giessen",
        own_prefix="van der",
        own_family="Giessen",
        partner_prefix="van",
        partner_family="Putten",
        initials="JP",
    ),
    birth_on=date(1960, 1, 1),
    sex="F",
)

DECISION = OutgoingDecision(
    delivery_id="0f2d3c4b-5a69-4788-9a6b-1c2d3e4f5a6b",
    decision_id="d-1",
    version=1,
    replaces_delivery_id="",
    document_number="MDO-2026-0001-1",
    replaces_document_number="",
    referral_number="VW-2026-17",
    patient=PATIENT,
    board_name="Uro-prostaat",
    meeting_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
    signed_at=datetime(2026, 3, 2, 13, 0, tzinfo=UTC),
    signed_by=Contact(name="A. de Wit", number="01234567", authority="VEKTIS"),
    recipient_name="Zeeduyn Ziekenhuis",
    recipient_code="ZEED",
    sections=(
        ("Conclusie", "cT2 | Gleason 3+4 ^ ~ & \\ en PSA 12,4"),
        ("Advies", "Eerste keus: operatie.\nTweede keus: bestraling (ë)."),
    ),
    letter_title="MDO-advies",
    letter_pdf=b"%PDF-1.7 golden",
    network_name="Oncologienetwerk Duin & Delta",
)

MESSAGE = replace(
    DECISION,
    form=DecisionForm.OUTCOME,
    sections=(
        ("Bericht zonder advies", "In deze bespreking is over uw patiënt geen advies gegeven."),
        ("Uitkomst", "Doorgeschoven naar een volgende bespreking."),
        ("Reden", "De revisie van de PSMA-PET is niet binnen."),
    ),
    letter_title="MDO-bericht zonder advies",
    outcome="deferred",
)
"""A first message that there is no advice."""


def address(profile: str = "hix", charset: str = "8859/1", port: int = 0, timeout: float = 5.0) -> Address:
    return Address("ZEED", profile, host="127.0.0.1", port=port, charset=charset, timeout_seconds=timeout, inside=LOOPBACK)
