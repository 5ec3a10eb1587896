"""Trying a message: answered as reception would, read as the reader does; and a report for the vendor without one value of it."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mdo_portal import trial
from mdo_portal.__main__ import main
from mdo_portal.commands import hospital
from mdo_portal.domain.link_fields import LABELS, WANTED
from mdo_portal.exchange import Verdict
from mdo_portal.letters import render
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.trial import Tried
from tests import letter_samples, paper_samples, pdf_text
from tests.integrations.fhir.make import sample
from tests.integrations.hl7v2 import samples
from tests.make import NOW

GOLDEN = Path(__file__).parent / "golden" / "letters" / "conformance.txt"
#: what of the sample's patient and people must stand in no report
VALUES = (
    "Putten",
    "Giessen",
    "999911120",
    "12345",
    "VW-2026-17",
    "de Wit",
    "0201234567",
    "Blank",
    "blijft staan",
    "12.4",
    "M0001",
)


def link(profile: str = "generic-v2", application: str = "HIX") -> LinkRow:
    return replace(hospital.bare_link(profile), sending_applications=(application,))


def tried(raw: bytes = samples.REFERRAL, *, at: LinkRow | None = None) -> Tried:
    row = at or link()
    return trial.try_message(raw, link=row, links=[row], now=NOW)


def report(one: Tried) -> str:
    data = trial.report_of(one, network="Netwerk", hospital="Zeeduyn Ziekenhuis", number="CONF-1", size=1)
    return pdf_text.whole(render("conformance", data.as_json(), at=letter_samples.AT))


def test_a_good_referral_is_good() -> None:
    found = tried()

    assert (found.is_good, found.answer.verdict) == (True, Verdict.STORED)
    assert "MSA|AA|M0001" in found.answered


def test_a_frame_of_mllp_around_it_means_nothing() -> None:
    assert tried(b"\x0b" + samples.REFERRAL + b"\x1c\r").is_good


def test_a_stranger_is_told_so_though_the_message_can_be_read() -> None:
    found = tried(at=link(application="ANDERS"))

    assert (found.is_read, found.sender_known, found.is_good) == (True, False, False)
    assert found.answer.verdict is Verdict.NOT_HERE


def test_a_name_that_another_link_has_too_is_nobodys() -> None:
    own, other = link(), replace(link(), link_id=uuid.UUID(int=2))

    assert not trial.try_message(samples.REFERRAL, link=own, links=[own, other], now=NOW).sender_known


def test_what_is_missing_is_said_with_why() -> None:
    bare = re.sub(rb"OBX\|1\|FT\|VRAAG[^\r]*\r", b"", samples.REFERRAL)

    found = tried(bare)

    assert [one.name for one in found.missing if one.weight == "must"] == ["question_board"]
    assert not found.is_good and "ontbreekt (nodig)" in report(found)


def test_fhir_is_tried_the_same_way() -> None:
    found = tried(sample("referral-r4.json"), at=link("generic-r4"))

    assert (found.is_read, found.sender_known) == (True, True)
    assert found.answered.startswith("HTTP 20")


def test_everything_wanted_has_a_name_for_people() -> None:
    assert {one.name for one in WANTED} <= set(LABELS)


@pytest.mark.parametrize("raw", [samples.REFERRAL, samples.REFERRAL.replace(b"PID|", b"PIX|"), samples.ADT, b"junk van Putten"])
def test_the_report_holds_not_one_value_of_the_message(raw: bytes) -> None:
    said = pdf_text.joined(report(tried(raw)))

    assert [value for value in VALUES if pdf_text.joined(value) in said] == []


def test_what_is_no_place_of_ours_stays_out_of_the_report() -> None:
    found = tried()
    odd = replace(found.explanation.fields[0], place="PID-5 Jansen", value="x")
    changed = replace(found, explanation=replace(found.explanation, fields=(odd,)))

    data = trial.report_of(changed, network="N", hospital="H", number="1", size=1)
    assert data.lines[0].places == ()


def test_the_report_says_what_it_said() -> None:
    text = pdf_text.whole(render("conformance", paper_samples.CONFORMANCE.as_json(), at=letter_samples.AT)) + "\n"

    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_command_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "bericht.hl7"
    file.write_bytes(samples.REFERRAL)

    answer = CliRunner().invoke(main, ["hospital", "check", str(file), "--profile", "hix"])

    found = json.loads(answer.output)
    assert answer.exit_code == 0 and found["readable"]
    assert {"name": "patient.bsn", "value": "999911120", "place": "PID-3(1)-1", "section": "", "label": ""} in found["fields"]
