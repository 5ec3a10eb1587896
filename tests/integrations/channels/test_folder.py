"""A letter in a folder: whole or not there, under our own numbers, and received only when somebody said so."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from integrations.channels.metadata import file_name
from integrations.fhir.text.judge import problem
from mdo_portal.exchange import ReceiptKind
from tests.integrations.channels.folders import NAME, lay, shown
from tests.integrations.fhir.make import decision


def test_pdf_and_metadata_lie_there_whole_and_that_is_not_received(tmp_path: Path) -> None:
    receipt = lay(tmp_path)
    told = json.loads((tmp_path / f"{NAME}.json").read_bytes())

    assert (receipt.kind, receipt.code, receipt.reference) == (ReceiptKind.UNKNOWN, "laid", NAME)
    assert shown(tmp_path) == [f"{NAME}.json", f"{NAME}.pdf"]
    assert (tmp_path / f"{NAME}.pdf").read_bytes() == decision().letter_pdf
    assert problem(told, "R4") == ""
    assert told["content"][0]["attachment"]["url"] == f"{NAME}.pdf"
    assert "data" not in told["content"][0]["attachment"]
    assert not list(tmp_path.glob(".*.part"))
    assert (tmp_path / f"{NAME}.pdf").stat().st_mode & 0o777 == 0o640 & ~_umask()


def _umask() -> int:
    found = os.umask(0)
    os.umask(found)
    return found


@pytest.mark.parametrize("ending", ["ok", "ack"])
def test_the_recipient_says_that_it_was_received_with_a_file_beside_it(tmp_path: Path, ending: str) -> None:
    lay(tmp_path)
    before = lay(tmp_path)
    (tmp_path / f"{NAME}.{ending}").touch()
    (tmp_path / f"{NAME}.pdf").unlink()
    after = lay(tmp_path)

    assert (before.kind, after.kind, after.code) == (ReceiptKind.UNKNOWN, ReceiptKind.ACCEPTED, ending)
    assert f"{NAME}.pdf" not in shown(tmp_path)


def test_another_letter_s_word_is_not_ours(tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / "urn_oid_2.25.900_11111111222243338444555555555555.ok").touch()
    (tmp_path / f"{NAME[:-1]}.ok").touch()

    assert lay(tmp_path).kind is ReceiptKind.UNKNOWN


def test_the_recipient_may_refuse_and_say_why(tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / f"{NAME}.err").write_bytes(b"patient\0 niet bekend" + b"x" * 5000)
    receipt = lay(tmp_path)

    assert (receipt.kind, receipt.code) == (ReceiptKind.REFUSED, "err")
    assert receipt.text.startswith("patient niet bekend") and len(receipt.text) <= 500


def test_a_reason_that_is_no_text_is_a_no_all_the_same(tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / f"{NAME}.err").write_bytes(b"\xff\xfe niet bekend")
    receipt = lay(tmp_path)

    assert (receipt.kind, receipt.text.endswith("niet bekend")) == (ReceiptKind.REFUSED, True)


@pytest.mark.parametrize("profile", ["paper", "folder-collected"])
def test_what_they_refused_lies_there_again_when_it_is_sent_again_and_they_took_their_no_away(
    tmp_path: Path, profile: str
) -> None:
    """Nothing was laid, and where what is fetched counts it was called received."""
    lay(tmp_path, profile)
    (tmp_path / f"{NAME}.pdf").unlink()
    (tmp_path / f"{NAME}.json").unlink()
    no = tmp_path / f"{NAME}.err"
    no.write_bytes(b"patient niet bekend")
    assert [lay(tmp_path, profile).code, lay(tmp_path, profile).code] == ["err", "err"]

    no.unlink()
    again = lay(tmp_path, profile)
    assert (again.kind, again.code) == (ReceiptKind.UNKNOWN, "laid")
    assert shown(tmp_path) == [f"{NAME}.json", f"{NAME}.pdf"]


@pytest.mark.parametrize(
    ("profile", "lies", "gone"),
    [
        ("paper", ReceiptKind.UNKNOWN, ReceiptKind.UNKNOWN),
        ("folder-collected", ReceiptKind.UNKNOWN, ReceiptKind.ACCEPTED),
        ("folder-laid", ReceiptKind.ACCEPTED, ReceiptKind.ACCEPTED),
        ("hix", ReceiptKind.UNKNOWN, ReceiptKind.UNKNOWN),
        ("", ReceiptKind.UNKNOWN, ReceiptKind.UNKNOWN),
    ],
)
def test_what_counts_as_received_is_the_profile_s_word(
    tmp_path: Path, profile: str, lies: ReceiptKind, gone: ReceiptKind
) -> None:
    first = lay(tmp_path, profile)
    for path in tmp_path.glob(f"{NAME}.*"):
        path.unlink()
    second = lay(tmp_path, profile)

    assert (first.kind, second.kind) == (lies, gone)
    assert second.code == "fetched"
    assert shown(tmp_path) == [], "what was fetched is not laid again"


def test_tried_again_it_is_the_same_file_and_not_a_second_one(tmp_path: Path) -> None:
    lay(tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.iterdir()}
    lay(tmp_path)

    assert {path: path.stat().st_ino for path in tmp_path.iterdir()} == before


def test_half_laid_before_a_crash_it_is_finished(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.pdf").write_bytes(decision().letter_pdf)
    receipt = lay(tmp_path)

    assert (receipt.code, shown(tmp_path)) == ("laid", [f"{NAME}.json", f"{NAME}.pdf"])


@pytest.mark.parametrize("lies", [b"somebody's", decision().letter_pdf + b"more", decision().letter_pdf[:-1]])
def test_another_file_under_our_name_is_never_overwritten(tmp_path: Path, lies: bytes) -> None:
    (tmp_path / f"{NAME}.pdf").write_bytes(lies)
    receipt = lay(tmp_path)

    assert (receipt.kind, receipt.code) == (ReceiptKind.REFUSED, "other_content")
    assert (tmp_path / f"{NAME}.pdf").read_bytes() == lies


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.txt", tmp_path / "post"
    folder.mkdir()
    outside.write_bytes(decision().letter_pdf)
    (folder / f"{NAME}.pdf").symlink_to(outside)
    (folder / f"{NAME}.ok").symlink_to(outside)
    receipt = lay(folder)

    assert (receipt.kind, receipt.code) == (ReceiptKind.REFUSED, "other_content")
    assert outside.read_bytes() == decision().letter_pdf


@pytest.mark.parametrize("folder", ["", "post", "../post", "/tmp/x\0y"])
def test_a_folder_that_is_no_absolute_path_is_refused(folder: str) -> None:
    assert lay(folder).code == "bad_address"


def test_a_folder_that_is_not_there_is_later_and_is_not_made(tmp_path: Path) -> None:
    receipt = lay(tmp_path / "not mounted")

    assert (receipt.kind, receipt.code) == (ReceiptKind.LATER, "folder")
    assert list(tmp_path.iterdir()) == []


def test_what_is_called_laid_is_on_disk_with_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was written and whose name was not is gone after a power cut."""
    synced: list[tuple[bool, int]] = []
    real = os.fsync

    def watched(file: int) -> None:
        found = os.fstat(file)
        synced.append((stat.S_ISDIR(found.st_mode), found.st_size))
        real(file)

    monkeypatch.setattr(os, "fsync", watched)
    lay(tmp_path)

    assert [is_folder for is_folder, _ in synced] == [False, True] * 3
    assert synced[0][1] == len(decision().letter_pdf), "all of it, before it has its name"


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Nor is it remembered as laid: it would count as fetched, and never lie there."""

    def full(*_of: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    receipt = lay(tmp_path)

    assert (receipt.kind, receipt.code, receipt.text) == (ReceiptKind.LATER, "folder", "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_no_file_or_folder_stays_open(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    for _time in range(3):
        lay(tmp_path)
    lay(tmp_path / "not mounted")

    assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize("number", ["../../etc/passwd", "a/b", "..", ".", "", "x" * 500, "a\nb", "NUL:", "é|ß"])
def test_a_name_is_made_of_our_numbers_only(tmp_path: Path, number: str) -> None:
    name = file_name(decision(document_number=number))

    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not name.startswith(".") and len(name) < 130
    lay(tmp_path, document_number=number or "-")
    assert all(path.parent == tmp_path for path in tmp_path.rglob("*"))


def test_nobody_s_name_or_number_is_in_a_file_name(tmp_path: Path) -> None:
    lay(tmp_path)
    names = " ".join(path.name for path in tmp_path.iterdir())

    assert "999900006" not in names and "0071234" not in names and "Meulen" not in names
