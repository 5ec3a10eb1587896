"""Invented messages for the benches: an ADT of 1 kB, an ORU with 50 results, an MDM and a referral with a document."""

from __future__ import annotations

import base64
import random
from itertools import count

APPLICATION, FACILITY = "BENCH", "ZEED"
DOCUMENT_BYTES = 150_000  # 200,000 characters of base64
_NUMBERS = count(1)


def pdf(size: int, *, seed: int = 1) -> bytes:
    """Bytes that pass for a PDF and do not compress, like the scans hospitals send."""
    return b"%PDF-1.7\n" + random.Random(seed).randbytes(size - 16) + b"\n%%EOF\n"


def adt(control_id: str, patient: str, bsn: str = "999911120") -> bytes:
    """ADT^A08 of about 1 kB in ten segments."""
    return _message(
        _msh("ADT^A08^ADT_A01", control_id),
        "EVN|A08|20260302121500|||HIX^Koppeling^Systeem",
        f"PID|1||{patient}^^^{FACILITY}^PI~{bsn}^^^NLMINBIZA^NNNLD||van Putten - van der Giessen&van der&Giessen&van&Putten^J^P^^^^L"
        "||19600101|F|||Duinweg 12&Duinweg&12^^Zeeduyn^^2042AB^NL^H||0201234567^PRN^PH~0612345678^ORN^CP|||M||||||||||||||N|NNNLD",
        "PD1|||Huisartsenpraktijk Duinzicht^^01123456|01123456^Blank^M^A^^^^^VEKTIS",
        "NK1|1|Putten^K^^^^^L|SPO^Partner|Duinweg 12&Duinweg&12^^Zeeduyn^^2042AB^NL^H|0201234568^PRN^PH",
        "PV1|1|O|URO^POLI^1^ZEED||||01234567^Wit^A^de^^^^^VEKTIS|01234568^Berg^B^van den^^^^^VEKTIS||URO|||||||||987654^^^ZEED^VN",
        "PV2|||^Controle na behandeling",
        "DG1|1||C61^Prostaatcarcinoom^ICD10||20260210|A",
        "AL1|1|DA^Geneesmiddel|J01CA04^Amoxicilline^ATC|MO|Huiduitslag",
        "IN1|1|B^Basis|3311^Zilveren Kruis^UZOVI||||||||20260101||||||||||||||||||||||||123456789",
    )  # fmt: skip


def oru(control_id: str, patient: str, results: int = 50) -> bytes:
    """ORU^R01 with laboratory results."""
    return _message(
        _msh("ORU^R01^ORU_R01", control_id),
        f"PID|1||{patient}^^^{FACILITY}^PI||Putten^J^P^^^^L||19600101|F",
        "PV1|1|O|URO^POLI^1^ZEED",
        f"ORC|RE|A{control_id}^HIX|B{control_id}^LAB",
        f"OBR|1|A{control_id}^HIX|B{control_id}^LAB|LAB^Laboratorium^L|||20260220",
        *(f"OBX|{n}|NM|{2000 + n}-1^Bepaling nummer {n}^LN||{n}.4|umol/L|{n}-{n + 9}|H|||F|||20260215083000||^Lab^K.|" for n in range(1, results + 1)),
    )  # fmt: skip


def mdm(control_id: str, patient: str, document: str) -> bytes:
    """MDM^T02 with one base64 document."""
    return _message(
        _msh("MDM^T02^MDM_T02", control_id),
        "EVN|T02|20260302121500",
        f"PID|1||{patient}^^^{FACILITY}^PI||Putten^J^P^^^^L||19600101|F",
        "PV1|1|O|URO^POLI^1^ZEED",
        f"TXA|1|CN|AP|20260302121500|01234567^Wit^A^de||||||||DOC{control_id}^HIX|||||AU",
        f"OBX|1|ED|PDF^Verwijsbrief^L||^application^pdf^Base64^{document}||||||F",
    )


def referral(control_id: str, patient: str, document: str) -> bytes:
    """ORU^R01 as ZorgDomein sends a referral: question, letter as PDF, some findings."""
    return _message(
        _msh("ORU^R01^ORU_R01", control_id),
        f"PID|1||{patient}^^^{FACILITY}^PI||van Putten - van der Giessen&van der&Giessen&van&Putten^J^P^^^^L||19600101|F",
        "PV1|1|O|URO^POLI^1^ZEED||||01234567^Wit^A^de^^^^^VEKTIS|01234567^Wit^A^de^^^^^VEKTIS",
        f"ORC|NW|VW{control_id}^ZorgDomein|||||||20260302121500|||01234567^Wit^A^de^^^^^VEKTIS",
        f"OBR|1|VW{control_id}^ZorgDomein||MDO^Uro-prostaat^L|||20260302|||||||||01234567^Wit^A^de^^^^^VEKTIS",
        "OBX|1|FT|VRAAG^Vraagstelling^L||Operatie of bestraling?\\.br\\Graag ook over trial.||||||F",
        "OBX|2|NM|2857-1^PSA^LN||12.4|ug/L|0-4|H|||F|||20260215",
        "OBX|3|CE|ECOG^WHO-performancestatus^L||1^WHO 1^L||||||F",
        "OBX|4|TX|DIAG^Diagnose^L||Prostaatcarcinoom cT2c||||||F",
        f"OBX|5|ED|57133-1^Verwijsbrief^LN||^application^pdf^Base64^{document}||||||F",
    )


def base64_document(size: int = DOCUMENT_BYTES, *, seed: int = 1) -> str:
    return base64.b64encode(pdf(size, seed=seed)).decode()


def unique(prefix: str = "B") -> str:
    """A control id that no other message of this run has."""
    return f"{prefix}{next(_NUMBERS):09d}"


def _msh(kind: str, control_id: str) -> str:
    return f"MSH|^~\\&|{APPLICATION}|{FACILITY}|MDO|NET|20260302121500+0100||{kind}|{control_id}|P|2.5|||||NLD|UNICODE UTF-8"


def _message(*lines: str) -> bytes:
    return ("\r".join(lines) + "\r").encode()
