"""Invented letters for the tests and for looking at: a normal advice, a revision, a withdrawal, a long one, the GP's, the patient's."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, datetime

from mdo_portal.letters.letter_data import (
    DecisionLetter,
    LetterForm,
    LetterPatient,
    Participant,
    Recipient,
    Recommendation,
    Signer,
)
from mdo_portal.letters.letter_gp import GpLetter
from mdo_portal.letters.letter_outcome import OutcomeLetter
from mdo_portal.letters.letter_patient import PatientLetter
from mdo_portal.zone import AMSTERDAM

AT = datetime(2025, 12, 4, 14, 32, tzinfo=AMSTERDAM)
NETWORK = "Oncologienetwerk Duin & Delta"
PATIENT = LetterPatient("W.J. van Duijnhoven", date(1957, 3, 12), "M", "Zeeduyn Ziekenhuis", "4410273", "•••••0006")
PEOPLE = (
    Participant("Urologie", "dr. M.A. de Wit-Bakker", "Deltamond UMC", "voorzitter"),
    Participant("Urologie", "drs. P. Ouwehand", "Zeeduyn Ziekenhuis"),
    Participant("Radiotherapie", "dr. S. Yıldırım", "Deltamond UMC"),
    Participant("Medische oncologie", "dr. L. Verhoeven", "Merwelanden Ziekenhuis"),
    Participant("Radiologie", "dr. J. Brandsma", "Zeeduyn Ziekenhuis"),
    Participant("Pathologie", "dr. C. Kołodziej", "Deltamond UMC"),
    Participant("Casemanagement", "T. Hoekstra", "Zeeduyn Ziekenhuis"),
)
ADVICE = (
    Recommendation(
        "Robotgeassisteerde radicale prostatectomie met uitgebreide pelviene lymfeklierdissectie; links zenuwsparend.",
        "Deltamond UMC",
        "dr. M.A. de Wit-Bakker",
        date(2026, 1, 9),
        "PSMA-PET/CT zonder afstandsmetastasen",
    ),
    Recommendation(
        "Alternatief bij voorkeur van patiënt: uitwendige radiotherapie (20 × 3 Gy) met 18 maanden ADT.",
        "Deltamond UMC",
        "dr. S. Yıldırım",
    ),
    Recommendation(
        "Uitslag bespreken op de polikliniek; beide opties en de gevolgen voor continentie en erectiele functie toelichten.",
        "Zeeduyn Ziekenhuis",
        "drs. P. Ouwehand",
        date(2025, 12, 11),
    ),
)
NORMAL = DecisionLetter(
    network=NETWORK,
    board="Uro-prostaat",
    meeting_at=datetime(2025, 12, 4, 8, 0, tzinfo=AMSTERDAM),
    recipient=Recipient(
        "drs. P. Ouwehand, uroloog", ("Zeeduyn Ziekenhuis", "Polikliniek urologie", "Kustlaan 14", "9999 ZD Zeeduyn")
    ),
    patient=PATIENT,
    document_number="MDO-2025-000417",
    signed_at=datetime(2025, 12, 4, 14, 31, 7, tzinfo=AMSTERDAM),
    signed_by=Signer("dr. M.A. de Wit-Bakker", "voorzitter, uroloog", "Deltamond UMC"),
    question="Nieuw hoogrisico prostaatcarcinoom. Curatieve opties? Plaats voor zenuwsparende operatie links?",
    wish="Wil graag genezen; behoud van continentie weegt zwaarder dan erectiele functie. Wil niet langer dan nodig reizen.",
    diagnosis="Adenocarcinoom van de prostaat, Gleason 4+4=8 (ISUP 4), cT2c N0 M0, PSA 12,4 µg/l, PI-RADS 5 rechts.",
    considerations=(
        "MRI herbeoordeeld: geen extraprostatische uitbreiding links, rechts contact met het kapsel ≥ 15 mm. "
        "Pathologie bevestigd na revisie, cribriforme groei aanwezig.\n"
        "WHO 0, G8 15, levensverwachting > 10 jaar. PSMA-PET/CT staat gepland op 10 december."
    ),
    advice=ADVICE,
    participants=PEOPLE,
    quorum_met=True,
    text_hash="5f1d7c0a9b3e48d2a6c47e9013b8f2d45c6a7e8f90b1c2d3e4f5061728394a5b",
    referral_number="ZD-2025-88123",
    copies=("huisarts R. Zandstra, Zeeduyn",),
)
REVISED = replace(
    NORMAL,
    document_number="MDO-2025-000431",
    version=2,
    form=LetterForm.REVISION,
    replaces_number="MDO-2025-000417",
    replaces_version=1,
    replaces_on=date(2025, 12, 4),
    change_reason="PSMA-PET/CT van 10 december toont een klier para-iliacaal rechts; besproken met radiotherapie.",
    signed_at=datetime(2025, 12, 11, 9, 5, tzinfo=AMSTERDAM),
    diagnosis=NORMAL.diagnosis.replace("N0", "N1 (PSMA-PET)"),
    advice=ADVICE[1:2],
    dissent="Urologie ziet een operatie na lymfeklierdissectie nog als optie.",
    quorum_met=False,
    quorum_missing=("pathologie",),
)
WITHDRAWN = replace(
    NORMAL,
    document_number="MDO-2025-000440",
    version=3,
    form=LetterForm.WITHDRAWAL,
    replaces_number="MDO-2025-000431",
    replaces_version=2,
    replaces_on=date(2025, 12, 11),
    signed_at=datetime(2025, 12, 12, 16, 20, tzinfo=AMSTERDAM),
    change_reason="Het advies is bij de verkeerde patiënt vastgelegd.",
    question="",
    wish="",
    diagnosis="",
    considerations="",
    advice=(),
)
LONG = replace(
    NORMAL,
    document_number="MDO-2025-000499",
    patient=replace(PATIENT, name="A.B.C.D. van Wassenaer van Obdam-Schimmelpenninck van der Oye", bsn="999900006"),
    considerations="\n\n".join(f"{n}. {NORMAL.considerations}" for n in range(1, 9)),
    advice=ADVICE * 3,
)
ADDENDUM = replace(
    NORMAL, document_number="MDO-2025-000418", version=2, form=LetterForm.ADDENDUM, replaces_number="MDO-2025-000417",
    replaces_version=1, replaces_on=date(2025, 12, 4), question="", wish="", diagnosis="", advice=ADVICE[2:],
    considerations="Aanvullend verzoek: DNA-onderzoek (HRR) inzetten.",
)  # fmt: skip
PREVIEW = replace(NORMAL, signed_at=None, text_hash="", outcome="listed", quorum_met=None)
GP = GpLetter(**{one.name: getattr(NORMAL, one.name) for one in fields(NORMAL) if one.name not in ("order", "more")},
    more=(("Voorlichting aan de patiënt", "drs. P. Ouwehand op 05-12-2025"), ("Studie", "geen")))  # fmt: skip
NO_ADVICE = OutcomeLetter(
    **{one.name: getattr(NORMAL, one.name) for one in fields(NORMAL) if one.name in (
        "network", "board", "meeting_at", "recipient", "patient", "signed_by", "text_hash", "referral_number", "signed_at",
    )},
    document_number="MDO-2025-000451", outcome="deferred",
    more=(
        ("Uitkomst", "Doorgeschoven naar een volgende bespreking."),
        ("Reden", "De revisie van de PSMA-PET/CT is niet binnen."),
        ("Vervolg", "De casus staat op de agenda van MDO Uro-prostaat van 11 december 2025."),
        ("Vraag aan het MDO", NORMAL.question),
    ),
)  # fmt: skip
RECALLED = replace(
    NO_ADVICE, document_number="MDO-2025-000451-v2", version=2, form=LetterForm.WITHDRAWAL, more=(),
    replaces_number="MDO-2025-000451", replaces_version=1, replaces_on=date(2025, 12, 4),
    change_reason="Verkeerde patiënt op tafel.",
)  # fmt: skip
TO_PATIENT = PatientLetter(
    network=NETWORK,
    hospital="Zeeduyn Ziekenhuis",
    board="Uro-prostaat",
    meeting_at=NORMAL.meeting_at,
    document_number="MDO-2025-000417",
    version=4,
    patient_name="W.J. van Duijnhoven",
    birth_on=date(1957, 3, 12),
    text="Op 4 december 2025 hebben artsen samen over u gesproken.\n\nDe artsen adviseren een operatie.\nDat is in Deltamond UMC.",
    released_at=datetime(2025, 12, 5, 10, 0, tzinfo=AMSTERDAM),
    released_by=Signer("drs. P. Ouwehand", "uroloog", "Zeeduyn Ziekenhuis"),
)
