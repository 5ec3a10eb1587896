"""The letter to the patient: drafted from the signed decision, written and read by a clinician, released by a specialist.

The portal sends it to nobody. Every version is a row that stays as it is; the newest counts. When the decision it explains is no
longer the newest of its case (corrected, withdrawn, added to, discussed again), or names another patient than its case is of by
now, the letter is outdated: shown, and not released.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.audience import Audience
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.case import Case
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.letters import PATIENT_LETTER_MOVES, PATIENT_LETTER_PURPOSE, PatientLetter, PatientLetterState
from mdo_portal.domain.people import Person
from mdo_portal.domain.round import Round
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.exchange import DecisionForm
from mdo_portal.letters.letter_content import values_of
from mdo_portal.letters.letter_data import Signer
from mdo_portal.letters.letter_forms import form_of
from mdo_portal.letters.letter_patient import PatientLetter as PrintedLetter
from mdo_portal.letters.letter_patient import draft, gaps
from mdo_portal.letters.letter_template import from_json, words_of
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.history import standing, timeline
from mdo_portal.services.letters import explained, letter_template_choice

LONGEST: Final = 12_000
NO_DECISION = N_("Er is nog geen getekend advies. Daarna kunt u een brief voor de patiënt maken.")
EMPTY = N_("De brief is leeg. Er is niets bewaard.")
TOO_LONG = N_("De brief is langer dan twaalfduizend tekens. Er is niets bewaard; maak hem korter.")
GAPS = N_("Er staan nog plekken die u moet invullen: [vul in: …]. De brief is niet vrijgegeven.")
OUTDATED = N_("Er is een nieuwer advies dan waar deze brief over gaat. Maak een nieuw concept. Er is niets veranderd.")
UNSAVED = N_("Wat u typte is nog niet bewaard. Bewaar de tekst eerst; daarna leest u wat bewaard is.")
NOT_READ = N_("Lees de brief eerst zelf en geef dat aan. De brief is niet vrijgegeven.")
MOVE = N_("Dat kan nu niet met deze brief: lees hem eerst, of maak een nieuw concept. Er is niets veranderd.")


@dataclass(frozen=True)
class Written:
    """The newest version of a letter, opened."""

    version: int
    state: PatientLetterState
    text: str
    made_at: datetime
    made_by: str
    made_by_id: uuid.UUID
    document_number: str
    #: the decision it explains is no longer the one that counts, or is about somebody else
    outdated: bool


class VersionLine(NamedTuple):
    version: int
    state: PatientLetterState
    made_at: datetime
    made_by: str
    document_number: str
    outdated: bool


def newest(session: Session, case_id: uuid.UUID) -> Written | None:
    """None while there is none. Who may read it is asked before."""
    row = _newest(session, case_id)
    if row is None:
        return None
    now_counts = explained.counting(session, case_id)
    content = _opened(session, row)
    return Written(
        version=row.version,
        state=row.state,
        text=content["text"],
        made_at=row.made_at,
        made_by=session.get_one(Person, row.made_by).name,
        made_by_id=row.made_by,
        document_number=session.get_one(Decision, row.decision_id).document_number,
        outdated=_is_outdated(row, now_counts),
    )


def history(session: Session, case_id: uuid.UUID) -> list[VersionLine]:
    """Every version, newest first."""
    now_counts = explained.counting(session, case_id)
    query = (
        select(PatientLetter, Person.name, Decision.document_number)
        .join(Person, Person.id == PatientLetter.made_by)
        .join(Decision, Decision.id == PatientLetter.decision_id)
        .where(PatientLetter.case_id == case_id)
        .order_by(PatientLetter.version.desc())
    )
    return [
        VersionLine(row.version, row.state, row.made_at, by, number, _is_outdated(row, now_counts))
        for row, by, number in session.execute(query)
    ]


def standing_of(session: Session, case_id: uuid.UUID) -> VersionLine | None:
    """The newest version without its text: for the page of the case."""
    found = history(session, case_id)
    return found[0] if found else None


def begin(session: Session, case: Case, *, seen: int, viewer: Viewer, now: datetime) -> PatientLetter:
    """A new draft from the decision that counts now, in set phrases. Raises IllegalMove when nothing was signed."""
    decision = explained.latest(session, case.id)
    if decision is None:
        raise IllegalMove(NO_DECISION)
    explained.refuse_another(session, case, decision)
    whole, added = explained.whole(session, decision)
    board_id = session.get_one(Meeting, session.get_one(Round, decision.round_id).meeting_id).board_id
    version = letter_template_choice.in_force(session, letter_template_choice.Place(Audience.PATIENT, board_id, case.hospital_id))
    content = {
        "text": draft(
            whole.content,
            withdrawn=form_of(whole.content) is DecisionForm.WITHDRAWAL,
            added=[one.content["sections"]["advice"] for one in added],
        ),
        "template": letter_template_choice.as_frozen(version) if version else {},
        "signed": {name: decision.content[name] for name in ("network", "board", "meeting_at", "hospital", "patient")},
    }
    return _add(session, case, decision.id, PatientLetterState.DRAFT, content, seen=seen, viewer=viewer, now=now)


def save(session: Session, case: Case, text: str, *, seen: int, viewer: Viewer, now: datetime) -> PatientLetter:
    """Another text: a draft again, whatever it was. Raises Incomplete, Stale."""
    text = _tidy(text)
    if not text or len(text) > LONGEST:
        sentence = TOO_LONG if text else EMPTY
        raise Incomplete({"text": sentence}, sentence)
    row = _current(session, case, seen)
    content = _opened(session, row) | {"text": text}
    return _add(session, case, row.decision_id, PatientLetterState.DRAFT, content, seen=seen, viewer=viewer, now=now)


def mark_read(session: Session, case: Case, shown: str, *, seen: int, viewer: Viewer, now: datetime) -> PatientLetter:
    """This person read exactly this text. `shown` is what stood on the screen: text that was typed and not saved is not read away.

    Raises Incomplete while there are gaps or unsaved words, IllegalMove when it is outdated.
    """
    row = _current(session, case, seen)
    content = _fit(session, case, row)
    if _tidy(shown) != content["text"]:
        raise Incomplete({"text": UNSAVED}, UNSAVED)
    return _add(session, case, row.decision_id, PatientLetterState.READ, content, seen=seen, viewer=viewer, now=now)


def release(session: Session, case: Case, *, seen: int, viewer: Viewer, now: datetime) -> PatientLetter:
    """From now on it may be printed for the patient. Only by who read this very version. Raises as `mark_read`."""
    row = _current(session, case, seen)
    if row.state is not PatientLetterState.READ or row.made_by != viewer.person_id:
        raise IllegalMove(NOT_READ)
    person = session.get_one(Person, viewer.person_id)
    signer = {"name": person.name, "role": person.discipline}
    content = _fit(session, case, row) | {"released_by": signer}
    made = _add(session, case, row.decision_id, PatientLetterState.RELEASED, content, seen=seen, viewer=viewer, now=now)
    timeline.happened(session, case, "patient_letter.released", at=now, person_id=viewer.person_id, person=viewer.name)
    standing.changed(session, case)
    return made


def printed(session: Session, case: Case, version: int) -> tuple[PrintedLetter, datetime]:
    """That version (0: the newest) as the printer wants it, and the moment in its footer. Raises NotFound."""
    query = select(PatientLetter).where(PatientLetter.case_id == case.id, PatientLetter.version == version)
    row = session.scalar(query) if version else _newest(session, case.id)
    if row is None:
        raise NotFound()
    content = _opened(session, row)
    signed, template = content["signed"], from_json(content["template"].get("words", {}))
    birth_on, by = signed["patient"]["birth_on"], content.get("released_by", {"name": "", "role": ""})
    letter = PrintedLetter(
        network=signed["network"],
        hospital=signed["hospital"]["name"],
        board=signed["board"],
        meeting_at=datetime.fromisoformat(signed["meeting_at"]),
        document_number=session.get_one(Decision, row.decision_id).document_number,
        version=row.version,
        patient_name=signed["patient"]["name"],
        birth_on=date.fromisoformat(birth_on) if birth_on else None,
        text=content["text"],
        released_at=row.made_at if row.state is PatientLetterState.RELEASED else None,
        released_by=Signer(by["name"], by["role"], signed["hospital"]["name"]),
        words=words_of(template, values_of(signed), logo=letter_template_choice.logo(session, template.logo)),
        outdated=_is_outdated(row, explained.counting(session, case.id)),
    )
    return letter, row.made_at.replace(microsecond=0)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _newest(session: Session, case_id: uuid.UUID) -> PatientLetter | None:
    query = select(PatientLetter).where(PatientLetter.case_id == case_id).order_by(PatientLetter.version.desc())
    return session.scalar(query.limit(1))


def _current(session: Session, case: Case, seen: int) -> PatientLetter:
    """The newest version, when that is the one on the person's screen. Raises NotFound, Stale."""
    row = _newest(session, case.id)
    if row is None:
        raise NotFound()
    if row.version != seen:
        raise Stale()
    return row


def _is_outdated(row: PatientLetter, now_counts: Decision | None) -> bool:
    return now_counts is None or now_counts.id != row.decision_id


def _fit(session: Session, case: Case, row: PatientLetter) -> dict[str, Any]:
    """What it says, when that may go to a patient."""
    decision = explained.latest(session, case.id)
    if decision is None or _is_outdated(row, decision):
        raise IllegalMove(OUTDATED)
    explained.refuse_another(session, case, decision)
    content = _opened(session, row)
    if gaps(content["text"]):
        raise Incomplete({"text": GAPS}, GAPS)
    return content


def _opened(session: Session, row: PatientLetter) -> dict[str, Any]:
    plain = sealer(session).open(row.content_sealed, purpose=PATIENT_LETTER_PURPOSE, row=row_of("patient_letters", row.id))
    return dict(json.loads(plain))


def _add(
    session: Session,
    case: Case,
    decision_id: uuid.UUID,
    state: PatientLetterState,
    content: dict[str, Any],
    *,
    seen: int,
    viewer: Viewer,
    now: datetime,
) -> PatientLetter:
    """The next version. The case is locked by whoever calls, so that two people do not become the same number."""
    last = _newest(session, case.id)
    if (last.version if last else 0) != seen:
        raise Stale()
    if last is not None and state not in PATIENT_LETTER_MOVES[last.state]:
        raise IllegalMove(MOVE)
    made_id = new_id()
    plain = json.dumps(content, ensure_ascii=False).encode()
    made = PatientLetter(
        id=made_id,
        case_id=case.id,
        decision_id=decision_id,
        hospital_id=case.hospital_id,
        version=seen + 1,
        state=state,
        content_sealed=sealer(session).seal(plain, purpose=PATIENT_LETTER_PURPOSE, row=row_of("patient_letters", made_id)),
        made_by=viewer.person_id,
        made_at=now.replace(microsecond=0),  # as the letter says it
    )
    session.add(made)
    session.flush()
    return made
