"""The patient's banner as the templates draw it: age today, marks in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from mdo_portal.domain.caution import WORDS, Caution
from mdo_portal.services.cases.case_rows import PatientBanner
from mdo_portal.web.words import age


@dataclass(frozen=True)
class Banner:
    """What templates/components/patient.html reads."""

    name: str
    birth_on: date | None
    age: int | None
    sex: str
    hospital: str
    number: str
    bsn: str
    is_deceased: bool
    marks: tuple[tuple[str, str], ...]


_KINDS: dict[str, str] = {Caution.CONFIDENTIAL: "restricted"}


def banner_of(patient: PatientBanner) -> Banner:
    marks = (
        ("objection", gettext("Bezwaar tegen delen"), patient.objects),
        ("note", gettext("BSN voldoet niet aan de elfproef"), patient.bsn_doubtful),
    )
    cautions = tuple((_KINDS.get(one, "note"), gettext(WORDS[one])) for one in patient.cautions)
    return Banner(
        name=patient.name,
        birth_on=patient.birth_on,
        age=age(patient.birth_on),
        sex=patient.sex,
        hospital=patient.hospital,
        number=patient.number,
        bsn=patient.masked_bsn,
        is_deceased=patient.deceased,
        marks=(*((kind, text) for kind, text, holds in marks if holds), *cautions),
    )
