"""A case as the sheet of paper that the meeting has of it: all that its page tells, in the shape that letters print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from mdo_portal.domain import caution, readiness
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.fact_labels import SPOKEN
from mdo_portal.domain.link_fields import CODE_WORDS
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import Section
from mdo_portal.exchange.status_words import STATUS_WORDS
from mdo_portal.letters.letter_data import LetterPatient
from mdo_portal.letters.letter_meeting import COLUMNS, CaseHandout, HandoutFact
from mdo_portal.letters.letter_words import advice_of
from mdo_portal.services.access_log import audit
from mdo_portal.services.cases import cases, other_cases
from mdo_portal.services.cases.case_rows import CaseView, DocumentRow, FactRow, PatientBanner, RoundRow
from mdo_portal.services.cases.other_cases import OtherCase
from mdo_portal.services.common import access
from mdo_portal.services.meetings.meeting_rows import AgendaRow
from mdo_portal.zone import AMSTERDAM

_HEADINGS = {section: heading for _, groups in COLUMNS for section, heading in groups}
#: so many days a value of this kind is fresh; older it is grey, as on the page
FRESH_FOR = {Section.CONDITION: 60, Section.MARKER: 30}


def read(db: Session, viewer: Viewer, rows: Sequence[AgendaRow], *, now: datetime) -> list[tuple[CaseView, Sequence[OtherCase]]]:
    """What the sheets of these cases tell, each with its lines in the access log: sixty cost as many statements as one."""
    granted = access.cases_for(db, viewer, Act.DOCUMENT_READ, [row.case_id for row in rows], now=now)
    with audit.together(db):
        for one in granted:
            audit.record(db, viewer, Act.DOCUMENT_READ, now=now, case=one.case, relation=one.relation, detail="case sheet")
    found = [one.case for one in granted]
    views, others = cases.on_paper(db, found), other_cases.of_cases(db, viewer, found, now=now)
    return [(views[case.id], others[case.id]) for case in found]


def sheet(
    view: CaseView,
    row: AgendaRow,
    *,
    others: Sequence[OtherCase] = (),
    meeting: Meeting,
    board: Board,
    at: datetime,
    on: date,
    network: str,
) -> CaseHandout:
    """`at`: when it is about to come on; `on`: the day it is printed. No BSN: paper lies about."""
    clock = at.astimezone(AMSTERDAM)
    return CaseHandout(
        network=network,
        board=board.name,
        number=f"{board.code}-{meeting.starts_at:%Y%m%d}-{row.position}",
        patient=_patient(view.patient),
        facts=(*_facts(view, on), *_prepared(view, row)),
        meeting_at=meeting.starts_at,
        place_on_agenda=f"{row.position} · {clock:%H:%M}",
        question_board=view.question_board,
        question_radiology=view.question_radiology,
        question_pathology=view.question_pathology,
        urgency=CODE_WORDS["urgency"].get(view.urgency, view.urgency),
        latest_useful_on=view.due_on,
        referrer=", ".join(part for part in (view.referrer_name, view.hospital, view.referrer_phone) if part),
        presenter=row.presenter,
        case_manager=view.case_manager_name,
        missing=tuple(readiness.ITEMS[code] for code in view.missing if code in readiness.ITEMS),
        earlier=tuple(_earlier(view, one) for one in view.rounds if one.id != row.round_id and one.outcome),
        others=tuple(map(_other, others)),
        documents=tuple(_document(one) for one in view.documents if not one.superseded_at),
        beware=tuple(_beware(view, row)),
    )


def _patient(shown: PatientBanner) -> LetterPatient:
    return LetterPatient(shown.name, shown.birth_on, shown.sex, shown.hospital, shown.number)


def _facts(view: CaseView, on: date) -> Iterator[HandoutFact]:
    for section, facts in view.facts.items():
        for label in dict.fromkeys(_main_first(section, facts)):
            same = [one for one in facts if one.label == label]
            yield from (_fact(one, on, is_overtaken=bool(label) and n > 0) for n, one in enumerate(same))


def _prepared(view: CaseView, row: AgendaRow) -> Iterator[HandoutFact]:
    """What members found before this discussion, with who and when."""
    for one in view.prepared_for(row.number)[0]:
        clock = one.written_at.astimezone(AMSTERDAM)
        label = f"Voorbereid, {one.discipline or 'zonder discipline'}"
        yield HandoutFact(
            section=one.column or "other", text=one.text, label=label, dated_on=clock.date(), source=f"{one.name} {clock:%H:%M}"
        )


def _main_first(section: Section, facts: Sequence[FactRow]) -> list[str]:
    """The names of a section in order; the diagnosis itself before all that belongs to it."""
    labels = [one.label for one in facts]
    return sorted(labels, key=lambda label: label != "Diagnose") if section is Section.DIAGNOSIS else labels


def _fact(one: FactRow, on: date, *, is_overtaken: bool) -> HandoutFact:
    days = (on - one.dated_on).days if one.dated_on else 0
    status = f" ({STATUS_WORDS.get(one.status, one.status)})" if one.status else ""
    return HandoutFact(
        section="spoken" if one.section is Section.OTHER and one.label in SPOKEN else one.section,
        text=f"{one.text}{status}",
        label="" if one.label == _HEADINGS.get(one.section) else one.label,
        dated_on=one.dated_on,
        source=one.hospital_code,
        age=f"{days} dagen oud" if days > 1 else "",
        old=is_overtaken or days > FRESH_FOR.get(one.section, days),
    )


def _earlier(view: CaseView, round_: RoundRow) -> str:
    """What came of another discussion: its advice as it holds, or why there is none."""
    day = f"{round_.meeting_at.astimezone(AMSTERDAM):%d-%m-%Y} {round_.board}"
    advice = view.advice_of(round_.id)
    if advice and advice.withdrawn:
        return f"{day}: advies ingetrokken"
    if advice:
        items = advice_of(advice.whole.content)["advice"]
        added = [one.content["sections"]["advice"] for one in advice.additions]
        return f"{day}: {' / '.join('; '.join(text.splitlines()) for text in (*(one.as_text() for one in items), *added))}"
    return f"{day}: {_OUTCOMES[str(round_.outcome)]}{f' ({round_.outcome_reason})' if round_.outcome_reason else ''}"


_OUTCOMES = {
    "discussed": "besproken, nog niet getekend",
    "listed": "hamerstuk, nog niet getekend",
    "deferred": "doorgeschoven",
    "redirected": "doorverwezen",
    "withdrawn": "ingetrokken",
}


def _other(one: OtherCase) -> str:
    """Another case of the same person, with what was advised in it."""
    where = [
        one.board or "zonder MDO",
        one.hospital,
        f"{one.meeting_at.astimezone(AMSTERDAM):%d-%m-%Y}" if one.meeting_at else "",
    ]
    unlike = " (zelfde BSN, andere achternaam of geboortedatum)" if one.is_unlike else ""
    return f"{', '.join(part for part in where if part)}{unlike}: {' / '.join(one.advice) or 'nog geen advies'}"


def _document(one: DocumentRow) -> str:
    return f"{one.title} ({', '.join(part for part in (one.hospital_code, f'{one.dated_on:%d-%m-%Y}' if one.dated_on else '') if part)})"


def _beware(view: CaseView, row: AgendaRow) -> Iterator[str]:
    """What the page says beside the patient's name."""
    if view.patient.deceased:
        yield "overleden"
    if view.cancel_told_at:
        yield "aanmelding ingetrokken door het ziekenhuis"
    yield from (caution.WORDS[one] for one in view.patient.cautions)
    if row.is_merged:
        yield "patiëntnummers samengevoegd"
    if row.is_twice:
        yield "deze patiënt staat meer dan één keer op de agenda"
    if view.held.messages:
        yield "een bericht wacht op „Wie is dit?”"
