"""What happened before the demo began: two meetings, told by the same services that the screens use, each at its own moment.

`history.toml` says who was discussed, what was decided and what became of it. Days count from the day the demo is filled.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from pycrdt import Doc, Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal import wiring_region
from mdo_portal.commands.demo.history_post import Postman
from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.case import Case
from mdo_portal.domain.conclusion import NoteSection
from mdo_portal.domain.follow_up import FollowState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Membership, Person
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.domain.viewer import Viewer
from mdo_portal.exchange import DecisionForm, Wire
from mdo_portal.letters import letter_patient
from mdo_portal.services.common.source import Source
from mdo_portal.services.decisions import decision_forms, decisions, outcomes
from mdo_portal.services.decisions.decision_forms import Written
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.follow_up.follow_ups import Answer
from mdo_portal.services.letters import patient_letters
from mdo_portal.services.meetings import series
from mdo_portal.services.people import viewers
from mdo_portal.services.planning import planning
from mdo_portal.services.referrals import referrals
from mdo_portal.services.room import advice, conclusions, presence, rooms
from mdo_portal.wiring_region import CaseSeed, PersonSeed, Region
from mdo_portal.zone import AMSTERDAM, day_of

WORDS = Path(__file__).parent / "history.toml"
Said = Mapping[str, Any]
ITEM = (*advice.ITEM_TEXTS, "due_on")


@dataclass
class History:
    """The story, and the region in which it is told."""

    database: Database
    region: Region
    network: str
    now: datetime
    folder: Path

    @cached_property
    def said(self) -> Said:
        return tomllib.loads(WORDS.read_text(encoding="utf-8"))

    @cached_property
    def seeds(self) -> Mapping[str, CaseSeed]:
        return {case.code: case for case in wiring_region.earlier_cases()}

    @cached_property
    def today(self) -> date:
        return day_of(self.now)

    def person(self, key: str) -> PersonSeed:
        return next(one for one in self.region.persons if one.key == key)

    def viewer(self, session: Session, key: str) -> Viewer:
        """What this person may do for their own hospital."""
        person = session.scalars(select(Person).where(Person.email == self.person(key).email)).one()
        hospital_id = session.scalars(select(Membership.hospital_id).where(Membership.person_id == person.id)).first()
        assert hospital_id is not None
        return viewers.viewer_of(session, person.id, hospital_id, now=self.now)


def tell(history: History, *, hook_url: str) -> None:
    """Put the story in a region that was just filled; what was sent then gets the answers that the story says."""
    postman = Postman(
        history.database, {history.seeds[one["case"]].number: one.get("letter", "") for one in history.said["round"]}
    )
    with history.database.transaction() as session:
        postman.agree_channels(session, history.said["gp"], hook_url=hook_url, folder=history.folder)
        postman.silence(session, history.said["silent"])
    for weeks in sorted({one["weeks"] for one in history.said["round"]}, reverse=True):
        _meeting(history, weeks, postman)


def _meeting(history: History, weeks: int, postman: Postman) -> None:
    said = [one for one in history.said["round"] if one["weeks"] == weeks]
    with history.database.transaction() as session:
        meeting, rounds = _held(session, history, said, weeks)
        signed_at = meeting.starts_at + timedelta(minutes=5 * len(rounds))
    postman.deliver(at=signed_at + timedelta(minutes=1))
    for one, round_id in zip(said, rounds, strict=True):
        _afterwards(history, one, round_id, signed_at, postman)


def _held(session: Session, history: History, said: list[Said], weeks: int) -> tuple[Meeting, list[uuid.UUID]]:
    """One meeting from the first referral to the last signature."""
    board = session.scalars(select(Board).where(Board.code == history.said["board"])).one()
    meeting = _on_the_calendar(session, board, history, weeks)
    chair, secretary = history.viewer(session, history.said["chair"]), history.viewer(session, history.said["secretary"])
    planned = []
    for one in said:
        case = _referred(session, history.seeds[one["case"]], board, at=meeting.starts_at - timedelta(days=3, hours=2))
        at = meeting.starts_at - timedelta(days=2)
        planned.append((one, case, planning.plan(session, case, meeting, board, viewer=secretary, now=at)))
    present = [history.viewer(session, key) for key in history.said["present"]]
    _enter(session, meeting, present, at=meeting.starts_at)
    rooms.open_meeting(session, meeting, now=meeting.starts_at)
    for place, (one, case, round_) in enumerate(planned):
        at = meeting.starts_at + timedelta(minutes=5 * place)
        rooms.show(session, meeting, round_.id, now=at)
        _enter(session, meeting, present, at=at)
        _discussed(session, history, one, case, round_, board, chair, at=at + timedelta(minutes=4))
    rooms.close_meeting(session, meeting, now=meeting.starts_at + timedelta(minutes=5 * len(planned)))
    return meeting, [round_.id for _, _, round_ in planned]


def _on_the_calendar(session: Session, board: Board, history: History, weeks: int) -> Meeting:
    """The board's last meeting before today, or so many weeks before that one."""
    back = (history.today.weekday() - board.weekday - 1) % 7 + 1
    day = history.today - timedelta(days=back, weeks=weeks)
    starts_at = datetime.combine(day, board.starts, tzinfo=AMSTERDAM).astimezone(UTC)
    meeting = Meeting(
        board_id=board.id, starts_at=starts_at, series_at=starts_at, minutes=board.minutes, place=board.place, video_url=board.video_url,
        registration_closes_at=series.closes_at(board, starts_at), state=MeetingState.PLANNED, revision=0,
    )  # fmt: skip
    session.add(meeting)
    session.flush()
    return meeting


def _referred(session: Session, seed: CaseSeed, board: Board, *, at: datetime) -> Case:
    hospital = session.scalars(select(Hospital).where(Hospital.code == seed.hospital)).one()
    referral = wiring_region.invented_referral(seed, today=at.date())
    return referrals.register(session, referral, Source(hospital, at, Wire.HL7V2), board_id=board.id)


def _enter(session: Session, meeting: Meeting, present: list[Viewer], *, at: datetime) -> None:
    for one in present:
        if at > meeting.starts_at:
            presence.still_here(session, [(meeting.id, one.person_id)], now=at)
        else:
            presence.enter(session, meeting.id, one, now=at)


def _discussed(
    session: Session, history: History, said: Said, case: Case, round_: Round, board: Board, chair: Viewer, *, at: datetime
) -> None:
    """Typed, filled in, ended, and signed when there is something to sign."""
    for section in NoteSection:
        _type(session, round_, section, said.get(section.value, ""), by=chair, at=at)
    for item in said.get("items", ()):
        _recommend(session, history, round_, item, by=chair, at=at)
    if said.get("answers"):
        advice.answer(session, round_, said["answers"], seen=0, person_id=chair.person_id, now=at)
    outcome = RoundOutcome(said.get("outcome", RoundOutcome.DISCUSSED))
    outcomes.set_outcome(session, round_, case, outcome, reason=said.get("reason", ""), board=board, viewer=chair, now=at)
    session.flush()
    if outcome is RoundOutcome.DISCUSSED:
        _sign(session, history, round_, case, chair, at=at)


def _type(session: Session, round_: Round, section: NoteSection, text: str, *, by: Viewer, at: datetime) -> None:
    if not text:
        return
    note = conclusions.notes_of(session, round_.id)[section]
    writer: Doc[Any] = Doc()
    writer[conclusions.TEXT] = words = Text()
    writer.apply_update(conclusions.open_note(session, note).update)
    before = writer.get_state()
    words += text
    conclusions.add_update(session, note.id, writer.get_update(before), person_id=by.person_id, now=at)


def _recommend(session: Session, history: History, round_: Round, said: Said, *, by: Viewer, at: datetime) -> None:
    due = history.today + timedelta(days=said["due"]) if "due" in said else None
    fields = {name: str(said.get(name, "")) for name in ITEM} | {"due_on": due.isoformat() if due else ""}
    item = advice.add(session, round_, person_id=by.person_id, now=at)
    advice.change(session, round_, item.id, fields, seen=item.revision, person_id=by.person_id, now=at)


def _sign(
    session: Session, history: History, round_: Round, case: Case, chair: Viewer, *, at: datetime, reason: str = ""
) -> None:
    seen = decisions.preview(session, round_, case, network=history.network, viewer=chair, now=at).content_hash
    decisions.sign(session, round_, case, seen_hash=seen, reason=reason, network=history.network, viewer=chair, now=at)


def _afterwards(history: History, said: Said, round_id: uuid.UUID, signed_at: datetime, postman: Postman) -> None:
    """What was signed later about it, what became of it, and the letter for the patient."""
    for name in ("correction", "addendum"):
        if name in said:
            at = signed_at + timedelta(days=said[name]["days"])
            with history.database.transaction() as session:
                _signed_later(session, history, name, said[name], session.get_one(Round, round_id), at=at)
            postman.deliver(at=at + timedelta(minutes=1))
    with history.database.transaction() as session:
        round_ = session.get_one(Round, round_id)
        case = session.get_one(Case, round_.case_id)
        _answered(session, history, said, round_, case, signed_at)
        if "patient_letter" in said:
            letter = said["patient_letter"]
            _for_the_patient(
                session, case, letter["words"], history.viewer(session, letter["by"]), at=signed_at + timedelta(hours=3)
            )


def _signed_later(session: Session, history: History, name: str, said: Said, round_: Round, *, at: datetime) -> None:
    case, chair = session.get_one(Case, round_.case_id), history.viewer(session, history.said["chair"])
    if name == "correction":
        decisions.start_correction(session, round_, case)
        _type(session, round_, NoteSection.ADVICE, said["text"], by=chair, at=at)
        _sign(session, history, round_, case, chair, at=at, reason=said["reason"])
        return
    written = Written(DecisionForm.ADDENDUM, said["text"], said["reason"], then="")
    read = decision_forms.preview(session, round_, case, written, network=history.network, viewer=chair)
    decision_forms.sign(
        session, round_, case, written, seen_hash=read.content_hash, network=history.network, viewer=chair, now=at
    )  # fmt: skip


def _answered(session: Session, history: History, said: Said, round_: Round, case: Case, signed_at: datetime) -> None:
    """Somebody of the hospital that refers says what became of a recommendation."""
    items = follow_ups.standing_of(session, round_.id)
    for item, told in zip(items, said.get("items", ()), strict=False):
        if "done" not in told:
            continue
        at = signed_at + timedelta(days=told["told_days"])
        on = day_of(signed_at + timedelta(days=told["done_days"]))
        state = FollowState(told["done"])
        done_on = None if state is FollowState.NOT_DONE else on
        answer = Answer(state, told.get("reason", ""), told.get("words", ""), done_on)
        who = history.viewer(session, "degroot")
        follow_ups.close(session, item, case, answer, seen=item.revision, viewer=who, now=at, today=at.date())


def _filled(text: str, words: Iterable[str]) -> str:
    """The draft with what the clinician wrote in its gaps, in order."""
    for gap, said in zip(letter_patient.gaps(text), words, strict=True):
        text = text.replace(gap, said, 1)
    return text


def _for_the_patient(session: Session, case: Case, words: Iterable[str], clinician: Viewer, *, at: datetime) -> None:
    """Drafted, completed and read by a clinician: all that is missing is the release."""
    begun = patient_letters.begin(session, case, seen=0, viewer=clinician, now=at)
    found = patient_letters.newest(session, case.id)
    assert found is not None
    text = _filled(found.text, words)
    saved = patient_letters.save(session, case, text, seen=begun.version, viewer=clinician, now=at + timedelta(minutes=4))
    patient_letters.mark_read(session, case, text, seen=saved.version, viewer=clinician, now=at + timedelta(minutes=6))
