"""The structured half of a conclusion: recommendations and answers, changed by the board until the chair signs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain import codes
from mdo_portal.domain.advice import AdviceItem, AdviceKind, Intent, RoundAnswers
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.round import Round
from mdo_portal.errors import N_, IllegalMove, Incomplete, NotFound, Stale
from mdo_portal.services.common import changes
from mdo_portal.services.room import conclusions, rooms

ONE_REVISION = timedelta(milliseconds=1)
"""Between two changes of one round, at least (live_revision)."""
LONGEST = 2_000
MOST_ITEMS = 20
ITEM_TEXTS: Final = ("kind", "text", "intent", "condition", "place", "responsible")
ANSWER_TEXTS: Final = (
    "diagnosis_changed", "imaging_revision", "pathology_revision", "wish", "trial", "deviation", "dissent", "told_by", "again",
)  # fmt: skip
#: what a field with choices may hold, besides nothing
CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "kind": frozenset(AdviceKind),
    "intent": frozenset(Intent),
    "diagnosis_changed": frozenset({"yes", "no"}),
}


def items_of(session: Session, round_id: uuid.UUID) -> list[AdviceItem]:
    """The recommendations of a round, first choice first."""
    query = select(AdviceItem).where(AdviceItem.round_id == round_id).order_by(AdviceItem.position, AdviceItem.id)
    return list(session.scalars(query))


def answers_of(session: Session, round_id: uuid.UUID) -> RoundAnswers | None:
    """What the round answered so far; None while nobody answered anything."""
    return session.get(RoundAnswers, round_id)


def add(session: Session, round_: Round, *, person_id: uuid.UUID, now: datetime) -> AdviceItem:
    """One more recommendation, empty and last."""
    now = _open(session, round_, now)
    count, last = session.execute(
        select(func.count(), func.max(AdviceItem.position)).where(AdviceItem.round_id == round_.id)
    ).one()
    if count >= MOST_ITEMS:
        raise IllegalMove(N_("Meer dan twintig aanbevelingen passen niet in één advies. Er is niets toegevoegd."))
    item = AdviceItem(
        round_id=round_.id, case_id=round_.case_id, position=(last or 0) + 1, due_on=None, changed_by=person_id, changed_at=now,
        revision=1, **dict.fromkeys(ITEM_TEXTS, ""),
    )  # fmt: skip
    session.add(item)
    session.flush()
    _tell(session, round_, now)
    return item


def change(
    session: Session,
    round_: Round,
    item_id: uuid.UUID,
    fields: Mapping[str, str],
    *,
    seen: int,
    person_id: uuid.UUID,
    now: datetime,
) -> AdviceItem:
    """Fill in one recommendation. Stale when somebody changed it after this person's screen read it; Incomplete on a bad value."""
    now = _open(session, round_, now)
    item = _item(session, round_, item_id)
    item.due_on = _fill(item, ITEM_TEXTS, "due_on", fields, seen=seen, person_id=person_id, now=now)
    item.place_hospital_id = hospital_named(session, item.place)
    _tell(session, round_, now)
    return item


def remove(session: Session, round_: Round, item_id: uuid.UUID, *, now: datetime) -> None:
    """Take a recommendation out; the others keep their order."""
    now = _open(session, round_, now)
    session.delete(_item(session, round_, item_id))
    session.flush()
    _number(items_of(session, round_.id))
    _tell(session, round_, now)


def put_before(session: Session, round_: Round, item_id: uuid.UUID, *, now: datetime) -> None:
    """One place up in the order of preference; the first stays first."""
    now = _open(session, round_, now)
    items = items_of(session, round_.id)
    at = next((index for index, item in enumerate(items) if item.id == item_id), None)
    if at is None:
        raise NotFound()
    if at:
        items[at - 1], items[at] = items[at], items[at - 1]
    _number(items)
    _tell(session, round_, now)


def answer(
    session: Session, round_: Round, fields: Mapping[str, str], *, seen: int, person_id: uuid.UUID, now: datetime
) -> RoundAnswers:
    """Fill in the answers of the round. `seen` is the revision on the person's screen, 0 while nothing was answered."""
    now = _open(session, round_, now)
    empty: dict[str, Any] = dict.fromkeys(ANSWER_TEXTS, "") | {
        "round_id": round_.id, "case_id": round_.case_id, "told_on": None, "revision": 0, "changed_by": person_id, "changed_at": now,
    }  # fmt: skip
    session.execute(insert(RoundAnswers).values(empty).on_conflict_do_nothing())
    found = session.get_one(RoundAnswers, round_.id, populate_existing=True)
    found.told_on = _fill(found, ANSWER_TEXTS, "told_on", fields, seen=seen, person_id=person_id, now=now)
    _tell(session, round_, now)
    return found


def as_content(session: Session, round_id: uuid.UUID) -> dict[str, Any]:
    """What a signature freezes of it: items without any word are left out, and so are empty answers."""
    items = [_frozen(item) for item in items_of(session, round_id)]
    found = answers_of(session, round_id)
    answers = {name: getattr(found, name) for name in ANSWER_TEXTS if getattr(found, name)} if found else {}
    if found and found.told_on:
        answers["told_on"] = found.told_on.isoformat()
    return {"items": [item for item in items if item["kind"] or item["text"]], "answers": answers}


def leaves_out(session: Session, round_id: uuid.UUID) -> bool:
    """Whether somebody filled in a recommendation that a signature leaves out, because it says not what is to be done."""
    return any(_is_filled(item, ITEM_TEXTS, "due_on") and not (item.kind or item.text) for item in items_of(session, round_id))


def _frozen(item: AdviceItem) -> dict[str, Any]:
    """One recommendation in words, with what is known of it besides: the hospital of treatment, and codes where there are any."""
    return {name: getattr(item, name) for name in ITEM_TEXTS} | {
        "due_on": item.due_on.isoformat() if item.due_on else "",
        "place_hospital_id": str(item.place_hospital_id or ""),
        "codes": codes.as_content(codes.INTENT_CODES.get(Intent(item.intent)) if item.intent else None),
    }


def hospital_named(session: Session, words: str) -> uuid.UUID | None:
    """The hospital of the region that these words are the name of, as the list offers it; None for anything else."""
    if not words.strip():
        return None
    found = session.scalars(select(Hospital.id).where(func.lower(Hospital.name) == words.strip().lower()).limit(2)).all()
    return found[0] if len(found) == 1 else None


def forget(session: Session, round_id: uuid.UUID) -> None:
    """The round comes off the agenda: what was never filled in goes with it. IllegalMove when anything was."""
    for item in items_of(session, round_id):
        if _is_filled(item, ITEM_TEXTS, "due_on"):
            raise IllegalMove(
                N_("Bij deze casus is al een aanbeveling ingevuld. Schuif hem door in de vergadering. Er is niets veranderd.")
            )
        session.delete(item)
    found = answers_of(session, round_id)
    if found is not None:
        if _is_filled(found, ANSWER_TEXTS, "told_on"):
            raise IllegalMove(
                N_("Bij deze casus is al iets vastgelegd. Schuif hem door in de vergadering. Er is niets veranderd.")
            )
        session.delete(found)
    session.flush()


def _is_filled(row: AdviceItem | RoundAnswers, texts: Sequence[str], day: str) -> bool:
    return any(getattr(row, name) for name in (*texts, day))


def _open(session: Session, round_: Round, now: datetime) -> datetime:
    """Hold the round, as a signature does: either this change is in what is signed, or it is refused. Gives the moment of the change.

    That is later than every change before it: who began first and waited for the round, or whose clock is behind, is the last
    nevertheless, and screens leave out what is older than they show.
    """
    rooms.hold(session, round_)
    if not conclusions.notes_of(session, round_.id):
        raise IllegalMove(N_("De conclusie kan worden ingevuld zodra de vergadering open is. Er is niets veranderd."))
    if conclusions.is_frozen(session, round_.id):
        raise IllegalMove(N_("Dit advies is getekend en kan niet meer worden gewijzigd. Maak een herziening."))
    before = [
        session.scalar(select(func.max(table.changed_at)).where(table.round_id == round_.id))
        for table in (AdviceItem, RoundAnswers)
    ]
    return max([now, *(at + ONE_REVISION for at in before if at)])


def _fill(
    row: AdviceItem | RoundAnswers,
    texts: Sequence[str],
    day: str,
    fields: Mapping[str, str],
    *,
    seen: int,
    person_id: uuid.UUID,
    now: datetime,
) -> date | None:
    """Take over the texts of a form; gives its day. Stale when the screen that sent it had read another revision."""
    if row.revision != seen:
        raise Stale()
    for name in texts:
        setattr(row, name, _text(name, fields.get(name, "")))
    row.revision += 1
    row.changed_by, row.changed_at = person_id, now
    return _day(day, fields.get(day, ""))


def _number(items: Sequence[AdviceItem]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position


def _item(session: Session, round_: Round, item_id: uuid.UUID) -> AdviceItem:
    item = session.get(AdviceItem, item_id, populate_existing=True)
    if item is None or item.round_id != round_.id:
        raise NotFound()
    return item


def _text(name: str, value: str) -> str:
    value = value.replace("\r\n", "\n").strip()
    if name in CHOICES and value and value not in CHOICES[name]:
        raise Incomplete({name: N_("Kies een van de mogelijkheden.")})
    if len(value) > LONGEST:
        raise Incomplete({name: N_("Deze tekst is te lang; hoogstens 2.000 tekens.")})
    return value


def _day(name: str, value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise Incomplete({name: N_("Dit is geen datum. Schrijf bijvoorbeeld 04-12-2026.")}) from None


def live_revision(at: datetime) -> int:
    """The revision of a round's advice as screens compare it: the moment of the last change, in milliseconds."""
    return int(at.timestamp() * 1000)


def _tell(session: Session, round_: Round, now: datetime) -> None:
    changes.announce(session, "advice", round_.id, revision=live_revision(now))
