"""Invented papers of a meeting and of its house, for the tests and for looking at: an agenda, a case on paper, receipts, proofs, reports."""

from __future__ import annotations

from datetime import date, datetime

from mdo_portal.letters.letter_meeting import (
    Agenda,
    AgendaBlock,
    AgendaItem,
    CaseHandout,
    HandoutFact,
    QuorumLine,
    ReceiptList,
    ReceiptRow,
)
from mdo_portal.letters.letter_reports import ConformanceLine, ConformanceReport, LookLine, WhoLooked
from mdo_portal.services.keeping.proofs import Elsewhere, Paper, Proof
from tests.letter_samples import AMSTERDAM, AT, NETWORK, PATIENT


def at_time(hour: int, minute: int) -> datetime:
    return datetime(2025, 12, 4, hour, minute, tzinfo=AMSTERDAM)


AGENDA = Agenda(
    network=NETWORK,
    board="Uro-prostaat",
    number="URO-P 2025-49",
    meeting_at=at_time(8, 0),
    place="Vergaderzaal De Branding, Deltamond UMC; deelname op afstand via het portaal",
    chair="dr. M.A. de Wit-Bakker",
    secretary="I. Postma",
    minutes_planned=50,
    minutes_available=90,
    quorum=(
        QuorumLine("Urologie", ("dr. M.A. de Wit-Bakker", "drs. P. Ouwehand")),
        QuorumLine("Radiotherapie", ("dr. S. Yıldırım",)),
        QuorumLine("Radiologie", ("dr. J. Brandsma",), "tot 08:45"),
        QuorumLine("Pathologie", ("dr. C. Kołodziej",), "08:00–08:30"),
        QuorumLine("Medische oncologie", (), "afgemeld, vervanging gevraagd"),
    ),
    absent=("dr. L. Verhoeven",),
    blocks=(
        AgendaBlock(
            "Zeeduyn Ziekenhuis",
            (
                AgendaItem(
                    "W.J.", 1957, "Zeeduyn", "Hoogrisico, curatieve opties?", 8, at_time(8, 0), "drs. P. Ouwehand",
                    ("urologie", "radiotherapie", "pathologie"), "", "C-1041",
                ),
                AgendaItem(
                    "H.", 1949, "Zeeduyn", "Biochemisch recidief na RARP, PSA 0,4: salvage?", 6, at_time(8, 8),
                    "drs. P. Ouwehand", ("radiotherapie",), "spoed", "C-1052",
                ),
            ),
        ),
        AgendaBlock(
            "Merwelanden Ziekenhuis en Kreekrijk Ziekenhuis",
            tuple(
                AgendaItem(
                    f"{letter}.", 1940 + n, "Merwelanden", "Laagvolume gemetastaseerd: radiotherapie op de prostaat erbij?",
                    7, at_time(8, 14 + 7 * n), "dr. L. Verhoeven", ("medische oncologie", "radiotherapie"),
                    "herbespreking" if n == 2 else "", f"C-10{60 + n}",
                )
                for n, letter in enumerate("ABCDE")
            ),
        ),
    ),
    listed=(AgendaItem("K.", 1962, "Kreekrijk", "Laagrisico, actief volgen volgens standaard", 1, None, "", (), "", "C-1070"),),
    remarks="Radiologie vertrekt om 08:45; casus met beeldvraag staan vooraan.",
)  # fmt: skip

FACTS = (
    HandoutFact("wish", "Wil graag genezen; continentie weegt zwaarder dan erectiele functie.", "", date(2025, 11, 27), "ZEED"),
    HandoutFact("condition", "0 (volledig actief)", "WHO", date(2025, 11, 27), "ZEED"),
    HandoutFact("condition", "15", "G8", date(2025, 11, 27), "ZEED"),
    HandoutFact("comorbidity", "Hypertensie; diabetes mellitus type 2, HbA1c 51", "", None, "ZEED"),
    HandoutFact("medication", "Metformine, apixaban 2 dd 5 mg", "", None, "ZEED"),
    HandoutFact("diagnosis", "Adenocarcinoom van de prostaat, cT2c N0 Mx", "", date(2025, 11, 20), "ZEED"),
    HandoutFact("course", "Verwezen wegens stijgend PSA; LUTS sinds een jaar, IPSS 11.", "", date(2025, 10, 2), "ZEED"),
    HandoutFact("treatment", "TURP wegens obstructie, benigne PA", "", date(2018, 5, 3), "KREE"),
    HandoutFact("marker", "12,4 µg/l", "PSA", date(2025, 10, 24), "ZEED", "41 dagen oud"),
    HandoutFact("marker", "8,9 µg/l", "PSA", date(2024, 10, 1), "ZEED", "14 maanden oud", True),
    HandoutFact("imaging", "PI-RADS 5 rechts perifeer, 17 mm; kapselcontact ≥ 15 mm, geen EPE links. Geen verdachte klieren.",
                "MRI prostaat", date(2025, 11, 12), "ZEED"),
    HandoutFact("imaging", "Gepland", "PSMA-PET/CT", date(2025, 12, 10), "DELT"),
    HandoutFact("pathology", "Gleason 4+4=8 (ISUP 4) in 5 van 12 biopten, max. 70 %, cribriform aanwezig, PNI aanwezig.",
                "MRI-gericht biopt T25-10432", date(2025, 11, 20), "ZEED"),
)  # fmt: skip

CASE = CaseHandout(
    network=NETWORK,
    board="Uro-prostaat",
    number="C-1041",
    patient=PATIENT,
    facts=FACTS,
    meeting_at=at_time(8, 0),
    place_on_agenda="1 · 08:00",
    question_board="Curatieve opties? Plaats voor zenuwsparende operatie links?",
    question_radiology="EPE links? Herbeoordeling MRI.",
    question_pathology="Cribriforme groei bevestigd?",
    urgency="regulier",
    latest_useful_on=date(2025, 12, 18),
    referrer="drs. P. Ouwehand, uroloog, Zeeduyn Ziekenhuis",
    presenter="drs. P. Ouwehand",
    case_manager="T. Hoekstra",
    missing=("PSMA-PET/CT (gepland 10 december)",),
)

RECEIPTS = ReceiptList(
    network=NETWORK,
    number="AFT-2025-12-04-ODUL",
    hospital="Sint Odulphus Gasthuis",
    made_by="I. Postma",
    rows=(
        ReceiptRow("dr. E. Roosendaal, gynaecoloog", "MDO-2025-000418", "M. · 1961", date(2025, 12, 4)),
        ReceiptRow("drs. F. Slagter, chirurg", "MDO-2025-000420", "J.P. · 1950", date(2025, 12, 4)),
        ReceiptRow("Huisartsenpraktijk De Kade", "MDO-2025-000418", "M. · 1961", date(2025, 12, 4)),
    ),
)

PROOF = Proof(
    network=NETWORK,
    number="V-0A1B2C3D",
    hospital="Zeeduyn Ziekenhuis",
    whole_patient=True,
    letter_on=date(2025, 10, 2),
    requested_by="T. Hoekstra",
    requested_at=at_time(8, 0),
    judged_by="mr. P. Bakker",
    judged_at=at_time(9, 0),
    executed_at=at_time(9, 0),
    counts=(("casussen", 1), ("documenten", 12), ("getekende adviezen", 2), ("patiëntgegevens", 1)),
    documents_hash="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    papers=(
        Paper("MDO-2025-000418-1", "ab" * 32, (Elsewhere("Zeeduyn Ziekenhuis", False, True, "04-12-2025, EPD-77"),)),
        Paper(
            "MDO-2025-000418-2",
            "cd" * 32,
            (
                Elsewhere("Zeeduyn Ziekenhuis", True, True, "05-12-2025, EPD-78"),
                Elsewhere("Deltaziekenhuis", False, False, "05-12-2025"),
            ),
        ),
    ),
)

LOOKED = WhoLooked(
    network=NETWORK,
    number="INZ-20251204-143200",
    hospital="Zeeduyn Ziekenhuis",
    patient=PATIENT,
    since_on=date(2025, 1, 1),
    until_on=None,
    lines=(
        LookLine(
            AT, AT, 3, "Deltamond UMC", "coördinator van het overleg", "A. Yılmaz", "Bekeek uw gegevens", "de aanmelding",
            "hoort bij het team dat uw situatie bespreekt; verwijzing waarvan u weet",
        ),
        LookLine(
            AT, AT, 1, "Merwelanden Ziekenhuis", "medisch specialist", "", "Bekeek uw gegevens", "een document", "noodsituatie",
            "spoed op de SEH",
        ),
    ),
)  # fmt: skip

CONFORMANCE = ConformanceReport(
    network="Oncologienetwerk Duin & Delta",
    number="CONF-20251204-143200",
    hospital="Zeeduyn Ziekenhuis",
    wire="hl7v2",
    profile="hix",
    kind="REF^I12",
    version="2.5",
    charset="iso8859-1",
    charset_by="message",
    size=4711,
    is_read=True,
    is_good=False,
    reason="",
    place="",
    answer_code="AA",
    sender_known=True,
    lines=(
        ConformanceLine("Naam van de patiënt", places=("PID-5-1",)),
        ConformanceLine("Gegeven", "imaging", ("OBX(1)-5", "OBX(7)-5")),
        ConformanceLine(
            "Vraag aan het MDO",
            looked=("RF1-10-2-0", "OBR-13"),
            found=False,
            weight="must",
            why="Zonder vraag is een casus onvolledig.",
        ),
    ),
    leftovers=("ZPI", "IN1"),
)
