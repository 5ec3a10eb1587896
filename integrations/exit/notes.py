"""What was written about a case and stands in no letter, as text: in the archive beside how each discussion ended."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import indent

from integrations.fhir.text.moments import HERE
from mdo_portal.exchange import LeavingNote, NoteKind

WORDS = {
    NoteKind.PREPARED: "Voorbereiding van het MDO; geen advies",
    NoteKind.ASKED: "Nagevraagd bij de verwijzer",
    NoteKind.ANSWERED: "Antwoord",
}

MARGIN = "    "


def as_text(notes: Iterable[LeavingNote]) -> str:
    """One below the other: what it is, when, by whom, and the words as they were written, each line set in: none is another's head."""
    return "\n".join(map(_told, notes))


def _told(note: LeavingNote) -> str:
    by = ", ".join(filter(None, (note.by.name, note.by.role))) or "uit het systeem van het ziekenhuis"
    over = f"; vervangen of weggehaald {note.until.astimezone(HERE):%d-%m-%Y %H:%M}" if note.until else ""
    return f"{WORDS[note.kind]} · {note.at.astimezone(HERE):%d-%m-%Y %H:%M} · {by}{over}\n{indent(note.text, MARGIN)}\n"
