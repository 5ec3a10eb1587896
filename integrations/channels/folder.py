"""A letter as files in a folder of the recipient: NAME.pdf, then NAME.json. Both appear whole or not at all.

The folder is an administrator's word, the names are our own numbers: nothing of a message or a patient is in a path. Laid is not
received: by default the recipient says so with a file NAME.ok or NAME.ack beside it (NAME.err refuses, its text is the reason), and
every further attempt only looks. A profile may say that a file that was fetched (`collected`), or lies there (`laid`), counts.
`.NAME.laid` remembers what was laid: a letter that was fetched is not laid a second time, unless they refused it and take NAME.err away
again; then it is, when a person sends it again.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from integrations.fhir.sending.outgoing import NotSendable
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind

from .metadata import Wishes, file_name, metadata

MOST_WORDS = 500


class OtherContent(Exception):
    """Under this name another file lies there."""


class FolderSender:
    """exchange.Sender into `address.folder`, which must be there already."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        """Never raises for what the disk or the recipient does.

        ACCEPTED: NAME.ok or NAME.ack, or what the profile counts as received. REFUSED: NAME.err, another file under this name, no
        folder that can be one. LATER: no room, no right, not mounted. UNKNOWN `laid`: it lies there; `fetched`: it was taken.
        """
        return replace(self._sent(decision, address), at=self._now())

    def _sent(self, decision: OutgoingDecision, address: Address) -> Receipt:
        if not address.folder.startswith("/") or "\0" in address.folder:
            return Receipt(ReceiptKind.REFUSED, "bad_address", text="the folder must be an absolute path")
        wishes, name = Wishes.of(address.profile), file_name(decision)
        try:
            told = metadata(decision, wishes)
            with _opened(address.folder) as folder:
                return _said(folder, name) or _lay(folder, name, decision.letter_pdf, told, counts=wishes.counts)
        except NotSendable as fault:
            return Receipt(ReceiptKind.REFUSED, "not_valid", text=str(fault))
        except OtherContent:
            return Receipt(ReceiptKind.REFUSED, "other_content", text="another file lies under this name")
        except OSError as trouble:
            return Receipt(ReceiptKind.LATER, "folder", text=os.strerror(trouble.errno or 0))


@contextmanager
def _opened(path: str) -> Iterator[int]:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


def _said(folder: int, name: str) -> Receipt | None:
    """The recipient's word, if there is one."""
    for ending in ("ok", "ack"):
        if _is_file(folder, f"{name}.{ending}"):
            return Receipt(ReceiptKind.ACCEPTED, ending, name)
    if _is_file(folder, f"{name}.err"):
        words = _read(folder, f"{name}.err", MOST_WORDS).decode("utf-8", "replace")
        with suppress(OSError):  # else nothing would lie there when it is sent again, and that counts as fetched
            os.unlink(f".{name}.laid", dir_fd=folder)
        return Receipt(ReceiptKind.REFUSED, "err", name, text=words.replace("\0", ""))
    return None


def _lay(folder: int, name: str, letter: bytes, told: bytes, *, counts: str) -> Receipt:
    """Lay it, unless it lies there or was fetched."""
    files = {f"{name}.pdf": letter, f"{name}.json": told}
    if not _is_file(folder, f".{name}.laid"):
        for file, content in files.items():  # the metadata last: whoever sees them finds the letter
            _write(folder, file, content)
        _write(folder, f".{name}.laid", b"")
    is_there = any(_is_file(folder, file) for file in files)
    is_received = counts == "laid" or (counts == "collected" and not is_there)
    code = "laid" if is_there else "fetched"
    return Receipt(ReceiptKind.ACCEPTED if is_received else ReceiptKind.UNKNOWN, code, name)


def _write(folder: int, name: str, content: bytes) -> None:
    """Whole or not at all, and on disk. Raises OtherContent."""
    if _exists(folder, name):
        if not _is_file(folder, name) or _read(folder, name, len(content) + 1) != content:
            raise OtherContent()
        return
    part = f".{uuid4().hex}.part"
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640, dir_fd=folder)
        with os.fdopen(file, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise
    os.fsync(folder)


def _exists(folder: int, name: str) -> bool:
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def _is_file(folder: int, name: str) -> bool:
    """A real file: a link could point at somebody else's."""
    try:
        return stat.S_ISREG(os.lstat(name, dir_fd=folder).st_mode)
    except FileNotFoundError:
        return False


def _read(folder: int, name: str, most: int) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder), "rb") as file:
        return file.read(most)
