"""What lies beside a letter in a folder: whose it is, what it says, and whom it takes back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from integrations.channels.folder import FolderSender
from mdo_portal.exchange import DecisionForm, OutgoingDecision
from tests.integrations.channels.folders import NAME, lay, there
from tests.integrations.fhir.make import decision


def test_plain_metadata_says_what_the_letter_is(tmp_path: Path) -> None:
    earlier = {"replaces_document_number": "urn:oid:2.25.899", "form": DecisionForm.WITHDRAWAL}
    lay(tmp_path, "folder-laid", **earlier)
    told = json.loads((tmp_path / f"{NAME}.json").read_text())

    one, letter = decision(), tmp_path / f"{NAME}.pdf"
    who = one.patient
    assert told == {
        "id": one.delivery_id,
        "document_number": one.document_number,
        "form": "withdrawal",
        "replaces": "urn:oid:2.25.899",
        "title": one.letter_title,
        "file": letter.name,
        "sha256": hashlib.sha256(letter.read_bytes()).hexdigest(),
        "size": letter.stat().st_size,
        "signed_at": one.signed_at.isoformat(),
        "signed_by": one.signed_by.name,
        "network": one.network_name,
        "board": one.board_name,
        "meeting_at": one.meeting_at.isoformat(),
        "recipient": one.recipient_name,
        "referral_number": one.referral_number,
        "patient": {
            "name": who.name.shown,
            "birth_on": str(who.birth_on),
            "sex": who.sex,
            "number": who.local_number,
            "number_of": who.local_authority,
            "bsn": "999900006",
        },
    }


@pytest.mark.parametrize("is_trial", [True, False])
def test_a_letter_that_is_only_tried_says_so_beside_it_and_a_real_one_never(tmp_path: Path, is_trial: bool) -> None:
    lay(tmp_path, "folder-laid", is_trial=is_trial)
    told = json.loads((tmp_path / f"{NAME}.json").read_text())
    folder = tmp_path / "fhir"
    folder.mkdir()
    lay(folder, "paper", is_trial=is_trial)
    resource = json.loads((folder / f"{NAME}.json").read_text())

    assert ("trial" in told, "HTEST" in str(resource.get("meta"))) == (is_trial, is_trial)


def test_a_recipient_that_may_not_have_the_bsn_does_not_get_it(tmp_path: Path) -> None:
    one: OutgoingDecision = decision()
    for profile in ("paper", "folder-laid"):
        folder = tmp_path / profile
        folder.mkdir()
        FolderSender().send(replace(one, patient=replace(one.patient, bsn="")), there(folder, profile))
        assert "999900006" not in (folder / f"{NAME}.json").read_text()


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (DecisionForm.CORRECTION, "first"),
        (DecisionForm.OUTCOME, "first"),
        (DecisionForm.ADDENDUM, "addendum"),
        (DecisionForm.WITHDRAWAL, "withdrawal"),
        (DecisionForm.RECALL, "withdrawal"),
    ],
)
def test_what_takes_back_or_adds_is_no_first_letter_at_who_never_had_the_earlier_one(
    tmp_path: Path, form: DecisionForm, said: str
) -> None:
    """Who refused the advice and then took its withdrawal filed the withdrawal as an advice."""
    lay(tmp_path, "folder-laid", form=form, replaces_document_number="")

    assert json.loads((tmp_path / f"{NAME}.json").read_text())["form"] == said
