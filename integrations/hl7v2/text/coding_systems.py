"""Whether a third component names a coding system (HL7 table 0396): then the second has the words of the code in the first."""

from __future__ import annotations

import re

CODING_SYSTEM = re.compile(r"L|LN|LOINC|SCT|SNM\w*|SNOMED.*|ICD[-\w]*|I10\w*|UMLS|DICOM|SRT", re.IGNORECASE)
"""Coding systems (table 0396) without a digit: `119364003^Serum^SCT` is a code and nobody's name."""
_OF_A_TABLE = re.compile(r"HL7\d+|99\w+", re.IGNORECASE)


def is_coding_system(name: str) -> bool:
    """By its name, as a table of HL7, or as somebody's own (`99ZKH`)."""
    return CODING_SYSTEM.fullmatch(name) is not None or _OF_A_TABLE.fullmatch(name) is not None


def is_coded(code: str, words: str, system: str) -> bool:
    """Whether three parts of what is called a text are a code with its words: `LA6683-2^Germline^LN`."""
    has_number = " " not in code and any(map(str.isdigit, code))
    return has_number and any(map(str.isalpha, words)) and is_coding_system(system)
