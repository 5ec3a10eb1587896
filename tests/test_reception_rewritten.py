"""A referral, its correction and a result come to the same case however the hospital's system writes them (rewritten.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.patient import Patient
from mdo_portal.exchange import Verdict
from tests import make
from tests.integrations.hl7v2.rewritten import CHANGES, SENDINGS, Change, Sending, Written
from tests.integrations.hl7v2.samples import PDF_TEXT
from tests.make import NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all

EXAMPLES = count()
COLUMNS: dict[type, tuple[str, ...]] = {
    Case: (
        "question_board",
        "board_hint",
        "board_id",
        "urgency",
        "referrer_name",
        "referrer_phone",
        "gp_name",
        "state",
        "missing",
        "due_on",
    ),
    Patient: ("family", "own_family", "initials", "given", "birth_on", "sex", "local_authority", "deceased", "bsn_doubtful"),
    CaseFact: ("section", "label", "text", "dated_on", "code", "code_system", "status"),
    CaseDocument: ("title", "media_type", "kind", "status", "sha256", "is_cut", "dated_on"),
}
"""What a person sees of a case, as far as the hospital said it."""


def story(number: str) -> list[bytes]:
    """The referral with a letter; the same with another question; a laboratory value."""
    first, corrected = (
        make.hl7_referral(patient=number, referral_number=f"R{number}", question=said) for said in ("A?", "Toch B?")
    )
    letter = f"OBX|3|ED|57133-1^Verwijsbrief^LN||^application^pdf^Base64^{PDF_TEXT}||||||F\r".encode()
    result = first.replace(b"REF^I12^REF_I12", b"ORU^R01^ORU_R01").replace(b"VRAAG^Vraagstelling^L", b"HB^Hemoglobine^L")
    again = result.replace(first.split(b"|")[9], b"L" + number.encode())
    return [first + letter, corrected, again]


def became(database: Database, number: str) -> list[tuple[str, ...]]:
    with database.transaction() as session:
        case = session.scalars(select(Case).where(Case.referral_number == f"R{number}")).one()
        rows: list[object] = [case, session.get_one(Patient, case.patient_id)]
        for table in (CaseFact, CaseDocument):
            rows += session.scalars(select(table).where(table.case_id == case.id, table.superseded_at.is_(None))).all()
        return sorted(tuple(str(getattr(row, name)) for name in COLUMNS[type(row)]) for row in rows)


def lived_through(database: Database, region: Region, change: Change, way: Sending) -> list[tuple[str, ...]]:
    """What became of a story that was told so."""
    number, at = make.number(), NOW + timedelta(weeks=next(EXAMPLES))
    for raw in told_so(story(number), change, way):
        (answer,) = hand_in(database, region, raw, now=at)
        assert answer.verdict is Verdict.STORED
        understand_all(database, now=at)
    return became(database, number)


def told_so(messages: Sequence[bytes], change: Change, way: Sending) -> list[bytes]:
    changed = [change(Written.of(raw)) or Written.of(raw) for raw in messages]
    sent = [way(one) for one in changed]
    assume(all(sent))
    return [raw for raw in sent if raw]


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(sorted(CHANGES)), st.sampled_from(sorted(SENDINGS)))
def test_a_story_is_the_same_case_however_it_is_written(database: Database, region: Region, change: str, way: str) -> None:
    before = lived_through(database, region, lambda message: message, Written.octets)

    assert lived_through(database, region, CHANGES[change], SENDINGS[way]) == before
