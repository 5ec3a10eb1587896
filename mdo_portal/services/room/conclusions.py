"""The conclusion typed together: Yjs updates stored in order, under the lock of the note's row.

An update is acknowledged after its commit. Loading applies the stored updates in revision order, which is the
causal order in which the server took them (knowledge/components.md 14).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pycrdt import Doc, Text
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.conclusion import Note, NoteSection, NoteUpdate
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.round import Round
from mdo_portal.errors import N_, IllegalMove, NotFound, PortalError
from mdo_portal.services.common import changes
from mdo_portal.services.room import keystrokes, taking

TEXT = "text"
"""Name of the shared text inside the Yjs document; the browser uses the same."""
LARGEST_UPDATE = 60_000


@dataclass(frozen=True)
class Opened:
    """What a browser needs to catch up, and what we need from it."""

    update: bytes
    vector: bytes
    revision: int
    text: str


def ensure(session: Session, round_id: uuid.UUID) -> None:
    """See to it that the round has a note for every section."""
    empty = {"round_id": round_id, "revision": 0, "size": 0, "pieces": 0}
    rows = [empty | {"id": new_id(), "section": section} for section in NoteSection]
    session.execute(insert(Note).values(rows).on_conflict_do_nothing(index_elements=["round_id", "section"]))


def forget(session: Session, round_id: uuid.UUID) -> None:
    """The round comes off the agenda: its empty notes go. IllegalMove when somebody has typed in one."""
    notes = list(session.scalars(select(Note).where(Note.round_id == round_id).with_for_update()))
    if any(note.revision for note in notes):
        raise IllegalMove(
            N_("Bij deze casus is al een conclusie getypt. Schuif hem door in de vergadering. Er is niets veranderd.")
        )
    for note in notes:
        session.delete(note)
    session.flush()


def notes_of(session: Session, round_id: uuid.UUID) -> dict[NoteSection, Note]:
    """The notes of a round, by section; none while it was not on in a meeting and nobody made them."""
    found = session.scalars(select(Note).where(Note.round_id == round_id))
    by_section = {note.section: note for note in found}
    return {section: by_section[section] for section in NoteSection if section in by_section}


def round_of(session: Session, note_id: uuid.UUID) -> tuple[Note, Round]:
    """The note and its round. NotFound when there is none."""
    row = session.execute(select(Note, Round).join(Round, Round.id == Note.round_id).where(Note.id == note_id)).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def open_note(session: Session, note: Note, *, vector: bytes = b"") -> Opened:
    """Everything the browser lacks, given its state vector (empty: everything)."""
    document = _load(session, [note.id])[note.id]
    try:
        update = document.get_update(keystrokes.vector(keystrokes.read_vector(vector))) if vector else document.get_update()
    except ValueError as error:
        raise PortalError(N_("Deze pagina past niet bij de tekst zoals wij die kennen. Herlaad de pagina.")) from error
    return Opened(update=update, vector=document.get_state(), revision=note.revision, text=str(document[TEXT]))


def text_of(session: Session, note_id: uuid.UUID) -> str:
    """The text as it stands; without NUL, which PostgreSQL keeps in no text."""
    return _texts_of(session, [note_id])[note_id]


def texts_of(session: Session, round_id: uuid.UUID) -> dict[NoteSection, str]:
    """Every section of the round's conclusion as it stands; empty where nothing was typed."""
    return _by_section(session, notes_of(session, round_id))


def _by_section(session: Session, notes: Mapping[NoteSection, Note]) -> dict[NoteSection, str]:
    texts = _texts_of(session, [note.id for note in notes.values()])
    return {section: texts[notes[section].id] if section in notes else "" for section in NoteSection}


def _texts_of(session: Session, note_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    documents = _load(session, note_ids)
    return {note_id: str(document[TEXT]).replace("\0", "") for note_id, document in documents.items()}


def _load(session: Session, note_ids: Sequence[uuid.UUID], *, with_what_is_gone: bool = False) -> dict[uuid.UUID, Doc]:  # type: ignore[type-arg]
    documents: dict[uuid.UUID, Doc] = {note_id: Doc(skip_gc=with_what_is_gone) for note_id in note_ids}  # type: ignore[type-arg]
    for document in documents.values():
        document[TEXT] = Text()
    updates = select(NoteUpdate.note_id, NoteUpdate.body).where(NoteUpdate.note_id.in_(note_ids)).order_by(NoteUpdate.revision)
    for note_id, body in session.execute(updates):
        documents[note_id].apply_update(body)
    return documents


def add_update(session: Session, note_id: uuid.UUID, body: bytes, *, person_id: uuid.UUID, now: datetime) -> int:
    """Store one change; returns its revision. Refused when the note is frozen, and as taking.py says."""
    if len(body) > LARGEST_UPDATE:
        raise PortalError(N_("Deze tekst is te lang om in één keer te plakken. Plak hem in delen."))
    note = _locked(session, note_id)
    if note.frozen_at is not None:
        raise IllegalMove(N_("Dit advies is getekend en kan niet meer worden gewijzigd. Maak een herziening."))
    taking.take(note, body, lambda: _load(session, [note.id], with_what_is_gone=True)[note.id])
    session.add(NoteUpdate(note_id=note.id, revision=note.revision, body=body, person_id=person_id, at=now))
    changes.announce(session, "note", note.id, revision=note.revision)
    return note.revision


def _locked(session: Session, note_id: uuid.UUID) -> Note:
    """The note as it stands now: what this session read of it before it waited for the lock may be old."""
    query = select(Note).where(Note.id == note_id).with_for_update().execution_options(populate_existing=True)
    note = session.execute(query).scalar_one_or_none()
    if note is None:
        raise NotFound()
    return note


def updates_since(session: Session, note_id: uuid.UUID, revision: int) -> list[tuple[int, bytes]]:
    """What was stored after this revision, in order."""
    query = (
        select(NoteUpdate.revision, NoteUpdate.body)
        .where(NoteUpdate.note_id == note_id, NoteUpdate.revision > revision)
        .order_by(NoteUpdate.revision)
    )
    return [(row.revision, row.body) for row in session.execute(query)]


def freeze(session: Session, round_id: uuid.UUID, *, now: datetime) -> dict[NoteSection, str]:
    """Lock the notes of the round and give their texts: what a signature freezes. Who types meanwhile waits, and is refused."""
    query = select(Note).where(Note.round_id == round_id).order_by(Note.section).with_for_update()
    notes = {note.section: note for note in session.scalars(query.execution_options(populate_existing=True))}
    for note in notes.values():
        note.frozen_at = now
    return _by_section(session, notes)


def is_frozen(session: Session, round_id: uuid.UUID) -> bool:
    """Whether the notes of this round can no longer be changed: signed, and no correction begun."""
    query = select(Note.id).where(Note.round_id == round_id, Note.frozen_at.is_not(None)).limit(1)
    return session.execute(query).first() is not None


def thaw(session: Session, round_id: uuid.UUID) -> None:
    """A correction is being written: the notes may change again; the signed decision does not."""
    for note in session.scalars(select(Note).where(Note.round_id == round_id).with_for_update()):
        note.frozen_at = None
