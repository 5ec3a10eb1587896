"""What the commonest codes in oncology are called here, for a sender who gives a code and no words for it."""

from __future__ import annotations

from collections.abc import Mapping

_LOINC = ("http://loinc.org", "https://loinc.org", "urn:oid:2.16.840.1.113883.6.1")
_SNOMED = ("http://snomed.info/sct", "https://snomed.info/sct", "urn:oid:2.16.840.1.113883.6.96")
_WORDS: Mapping[tuple[str, ...], Mapping[str, str]] = {
    _LOINC: {
        "21905-5": "cT", "21906-3": "cN", "21907-1": "cM", "21908-9": "Klinisch stadium",
        "21899-0": "pT", "21900-6": "pN", "21901-4": "pM", "21902-2": "Pathologisch stadium",
        "59847-4": "Histologie", "35266-6": "Gleasonscore", "44641-9": "Gleason, primair patroon", "44642-7": "Gleason, secundair patroon",
        "16112-5": "Oestrogeenreceptor", "16113-3": "Progesteronreceptor", "48676-1": "HER2",
        "89247-1": "ECOG", "89243-0": "Karnofsky",
        "2857-1": "PSA", "2039-6": "CEA", "10334-1": "CA 125", "24108-3": "CA 19-9", "6875-9": "CA 15-3", "1834-1": "AFP",
        "718-7": "Hb", "2160-0": "Kreatinine",
        "29463-7": "Gewicht", "8302-2": "Lengte", "39156-5": "BMI", "8480-6": "Systolische bloeddruk", "8462-4": "Diastolische bloeddruk",
        "72166-2": "Roken", "48018-6": "Gen", "48004-6": "Variant (c.)", "48005-3": "Variant (p.)",
        "22637-3": "Conclusie van de pathologie", "22634-0": "Macroscopie", "22635-7": "Microscopie", "60568-3": "Synoptisch PA-verslag",
    },
    _SNOMED: {
        "399390009": "TNM-stadium", "78873005": "T", "277206009": "N", "277208005": "M",
        "399504009": "cT", "399534004": "cN", "399387003": "cM", "384625004": "pT", "371494008": "pN", "371497001": "pM",
        "399537006": "Klinisch stadium", "399588009": "Pathologisch stadium",
    },
}  # fmt: skip


def known(system: str, code: str) -> str:
    """`PSA (2857-1)`: the code stands behind the words that it did not come with. The bare code where it is none of these."""
    words = next((table.get(code) for systems, table in _WORDS.items() if system in systems), None)
    return f"{words} ({code})" if words else code
