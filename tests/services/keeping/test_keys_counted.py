"""`keys status` says how many values each key sealed, and counts them where they lie."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.sealing import Keyring, Sealer
from mdo_portal.services.keeping import keys
from tests import make

NEWER: Keyring = (("2027a", b"n" * 32), *make.KEYS)


def _documents(session: Session, zeed: Hospital, count: int) -> None:
    make.case(session, zeed, documents=tuple(make.document(b"%PDF-1.7 " + bytes([48 + number])) for number in range(count)))
    session.flush()


def test_what_each_key_sealed_is_counted(session: Session, zeed: Hospital) -> None:
    _documents(session, zeed, 3)
    session.info["sealer"] = Sealer(NEWER)
    _documents(session, zeed, 2)
    before = make.sealer().newest

    assert keys.counts(session)["case_documents.content_sealed"] == {before: 3, "2027a": 2}


def test_nothing_of_the_values_themselves_comes_here_to_be_counted(session: Session, zeed: Hospital) -> None:
    """A row for each value, all of them in memory, was half a million rows with a hundred thousand cases."""
    _documents(session, zeed, 9)
    answered: list[int] = []
    event.listen(session.connection(), "after_cursor_execute", lambda *call: answered.append(call[1].rowcount))

    keys.counts(session)

    assert len(answered) == len(keys.SEALED) and max(answered) == 1
