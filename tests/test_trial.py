"""Trying a message: answered as reception would, read as the reader does; and a report for the vendor without one value of it."""

from __future__ import annotations

import json
import re
import uuid
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from mdo_portal import trial, trial_report
from mdo_portal.__main__ import main
from mdo_portal.commands import hospital
from mdo_portal.domain.link_fields import LABELS, WANTED
from mdo_portal.domain.tried_reasons import BECOMES, TRIED_REASONS, Outcome
from mdo_portal.exchange import MEANINGS, Verdict
from mdo_portal.letters.letters import render
from mdo_portal.services.links.hospitals import LinkRow
from mdo_portal.trial import Tried
from tests import letter_samples, paper_samples, pdf_text
from tests.integrations.fhir.alike.written import as_xml
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
    data = trial_report.report_of(one, network="Netwerk", hospital="Zeeduyn Ziekenhuis", number="CONF-1", size=1)
    return pdf_text.whole(render("conformance", data.as_json(), at=letter_samples.AT))


def test_a_good_referral_is_good() -> None:
    found = tried()

    assert (found.is_good, found.answer.verdict) == (True, Verdict.STORED)
    assert "MSA|AA|M0001" in found.answered


@pytest.mark.parametrize("before", [b"\x0b", b"# voorbeeld 3\r\n"])
def test_what_stands_around_it_means_nothing(before: bytes) -> None:
    """A frame of MLLP, and remarks: a trial says of them what reception does."""
    assert tried(before + samples.REFERRAL + b"\x1c\r").is_good


def test_a_stranger_is_told_so_though_the_message_can_be_read() -> None:
    found = tried(at=link(application="ANDERS"))

    assert (found.is_read, found.sender_known, found.is_good) == (True, False, False)
    assert found.answer.verdict is Verdict.NOT_HERE


def test_a_name_that_another_link_has_too_is_nobodys() -> None:
    own, other = link(), replace(link(), link_id=uuid.UUID(int=2))

    assert not trial.try_message(samples.REFERRAL, link=own, links=[own, other], now=NOW).sender_known


def test_what_is_refused_is_never_good_however_well_it_reads() -> None:
    found = tried(samples.REFERRAL.replace(b"|M0001|", b"||"))

    assert (found.is_read, found.answer.verdict, found.outcome) == (True, Verdict.REFUSED, Outcome.REFUSED)
    assert "MSH-10 ontbreekt" in found.why
    assert "wordt geweigerd" in report(found) and "zonder dat iemand" not in report(found)


@pytest.mark.parametrize(
    ("raw", "profile", "said"),
    [
        (b'{"resourceType": "Bundle"}', "generic-v2", "Dit is FHIR; deze koppeling leest HL7 v2."),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "generic-v2", "Dit is FHIR; deze koppeling leest HL7 v2."),
        (b"<?xml version='1.0'?><ClinicalDocument/>", "generic-v2", "Dit is XML; deze koppeling leest HL7 v2."),
        (b"PK\x03\x04 docx", "generic-v2", "Dit is een document (Word of PDF)"),
        (samples.REFERRAL, "generic-r4", "Dit is HL7 v2; deze koppeling leest FHIR."),
        (b"%PDF-1.7", "generic-r4", "Dit is een document (Word of PDF)"),
        (b"\x89PNG\r\n\x1a\n screen", "generic-v2", "Dit is een afbeelding, geen bericht"),
        (b"\xff\xd8\xff photo", "generic-r4", "Dit is een afbeelding, geen bericht"),
        (b"From: epd@zeeduyn.example\r\n\r\n" + samples.REFERRAL, "generic-v2", "Dit is een e-mail"),
        (b"Received: by us\nSubject: voorbeeld\n\nzie bijlage", "generic-r4", "Dit is een e-mail"),
        (b"UNA:+.? 'UNB+UNOA:1+5+5'", "generic-v2", "Dit is EDIFACT; deze koppeling leest HL7 v2."),
        (b"2026-11-27 INFO sent: " + samples.REFERRAL, "generic-v2", "Er staat iets v\u00f3\u00f3r MSH"),
        (b"Geachte collega, graag bespreken.", "generic-v2", "een HL7 v2-bericht begint met MSH"),
    ],
)
def test_what_is_of_another_kind_is_called_by_its_name(raw: bytes, profile: str, said: str) -> None:
    found = tried(raw, at=link(profile))

    assert said in found.why and (found.outcome, found.where) == (Outcome.REFUSED, "")
    assert not found.names_sender


@pytest.mark.parametrize("raw", [b'{"resourceType": "Bun', b"{}"])
def test_what_is_no_fhir_is_not_said_to_lack_the_head_of_hl7(raw: bytes) -> None:
    found = tried(raw, at=link("generic-r4"))

    assert found.outcome is Outcome.REFUSED
    assert "MSH" not in found.why and "JSON" in found.why


@pytest.mark.parametrize("raw", [samples.REFERRAL.replace(b"PID|", b"PIX|"), samples.REFERRAL.replace(b"REF^I12", b"ZZZ^Z01")])
def test_nothing_that_is_tried_is_said_to_be_kept(raw: bytes) -> None:
    found = tried(raw)

    assert (found.outcome, found.answer.verdict) == (Outcome.UNREADABLE, Verdict.STORED)
    assert "is bewaard" not in report(found)


def test_no_reason_of_a_trial_speaks_of_keeping() -> None:
    assert [why for why in TRIED_REASONS.values() if "bewaard" in why] == []


def test_settings_that_are_wrong_are_not_blamed_on_the_message() -> None:
    found = tried(at=link('hix\n[kinds]\n"REF^I12" = "aanmelding"\n'))

    assert (found.reason, found.where) == ("wrong_profile", "kinds.REF^I12")
    assert "te groot" not in found.why


def test_a_date_that_is_none_is_not_called_missing() -> None:
    found = tried(re.sub(rb"(PID(?:\|[^|\r]*){6}\|)[^|\r]*", rb"\g<1>19553112", samples.REFERRAL))

    assert found.not_dates == {"patient.birth_on": "PID-7"}
    assert "PID-7 is geen datum (verwacht JJJJMMDD)" in " ".join(report(found).split())
    assert "PID-7" not in [one.place for one in found.leftovers]


def test_what_is_missing_is_said_with_why() -> None:
    bare = re.sub(rb"OBX\|1\|FT\|VRAAG[^\r]*\r", b"", samples.REFERRAL)

    found = tried(bare)

    assert [one.name for one in found.missing if one.weight == "must"] == ["question_board"]
    assert not found.is_good and "ontbreekt (nodig)" in report(found)


def test_what_is_missing_stands_first_in_the_report() -> None:
    bare = re.sub(rb"OBX\|1\|FT\|VRAAG[^\r]*\r", b"", samples.REFERRAL)

    lines = trial_report.report_of(tried(bare), network="N", hospital="H", number="1", size=1).lines

    assert [one.found for one in lines] == sorted(one.found for one in lines), "whoever must mend something reads no further"
    assert lines[0].weight == "must"


def test_fhir_is_tried_the_same_way() -> None:
    found = tried(sample("referral-r4.json"), at=link("generic-r4"))

    assert (found.is_read, found.sender_known) == (True, True)
    assert found.answered.startswith("HTTP 20")


def test_fhir_in_xml_is_tried_as_it_is_received() -> None:
    found = tried(as_xml(json.loads(sample("referral-r4.json"))), at=link("generic-r4"))

    assert (found.is_read, found.reason, found.answered[:7]) == (True, "", "HTTP 20")


def cancelled_task() -> bytes:
    task = {"resourceType": "Task", "status": "cancelled", "intent": "order", "focus": {"identifier": {"value": "SR-5512"}}}
    task["for"] = {"identifier": {"value": "880012"}}
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": task}]}).encode()


def test_a_cancelled_task_alone_takes_a_referral_back_and_says_so() -> None:
    found = tried(cancelled_task(), at=link("generic-r4"))

    assert (found.outcome, found.explanation.meaning) == (Outcome.GOOD, "withdrawal")
    assert "trekt de aanmelding met dit nummer in" in found.becomes
    assert ("number", "SR-5512") in [(one.name, one.value) for one in found.explanation.fields]


@pytest.mark.parametrize(
    ("kind", "meaning", "said"),
    [(b"SIU^S12", "appointment", "Dit is een afspraak"), (b"ORU^R30", "result", "Dit is een uitslag of document")],
)
def test_what_makes_no_case_is_not_said_to_become_one(kind: bytes, meaning: str, said: str) -> None:
    found = tried(samples.REFERRAL.replace(b"REF^I12", kind))

    assert (found.is_read, found.explanation.meaning) == (True, meaning)
    assert said in found.becomes and "wordt een casus" not in found.becomes
    assert {one.name for one in found.explanation.fields if one.value} <= set(LABELS)
    assert said in " ".join(report(found).split()), "the report says it too"


def test_a_merge_shows_who_the_patient_is_from_now_on() -> None:
    found = tried(samples.MERGE)
    shown = [(one.name, one.value) for one in found.explanation.fields if one.name.endswith(("local_number", "previous"))]

    assert (found.outcome, found.missing) == (Outcome.GOOD, ())
    assert shown == [("patient.local_number", "12345"), ("merged.previous", "54321"), ("merged.previous", "11111")], (
        "an authority is no number"
    )


def test_two_patients_that_are_linked_are_both_shown() -> None:
    other = samples.PID.replace("12345", "54321")
    found = tried(samples.ADT.replace(b"ADT^A08", b"ADT^A24") + other.encode())

    assert found.missing == ()
    assert [one.value for one in found.explanation.fields if one.name == "patient.local_number"] == ["12345", "54321"]


def test_of_several_messages_in_one_file_the_first_is_read_as_the_listener_would() -> None:
    found = tried(samples.REFERRAL + b"\r" + samples.ADT)

    assert (found.messages, found.outcome) == (2, Outcome.GOOD)
    assert found.explanation.fields == tried().explanation.fields


def test_every_meaning_has_words_for_what_becomes_of_it() -> None:
    assert set(BECOMES) == set(MEANINGS)


@pytest.mark.parametrize("profile", ["generic-v2", "generic-r4"])
def test_a_document_that_breaks_off_is_not_called_good(profile: str) -> None:
    whole, half = (b64encode(part) for part in (b"%PDF-1.7 whole %%EOF\n", b"%PDF-1.7 half"))
    raw = samples.REFERRAL if profile == "generic-v2" else sample("referral-r4.json")
    sent = re.findall(rb"JVBER[A-Za-z0-9+/]+={0,2}", raw)[0]

    good, cut = (tried(raw.replace(sent, part), at=link(profile)) for part in (whole, half))

    assert (good.outcome, good.damaged) == (Outcome.GOOD, [])
    assert (cut.outcome, {one.why for one in cut.damaged}) == (Outcome.GAPS, {"cut"})


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

    data = trial_report.report_of(changed, network="N", hospital="H", number="1", size=1)
    assert [one.places for one in data.lines if one.found] == [()]


def test_the_report_says_what_it_said() -> None:
    text = pdf_text.whole(render("conformance", paper_samples.CONFORMANCE.as_json(), at=letter_samples.AT)) + "\n"

    assert text == GOLDEN.read_text(encoding="utf-8")


def test_the_command_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "bericht.hl7"
    file.write_bytes(samples.REFERRAL)

    answer = CliRunner().invoke(main, ["hospital", "check", str(file), "--profile", "hix"])

    found = json.loads(answer.output)
    assert answer.exit_code == 0 and found["readable"]
    assert found["verdict"] == "good"
    assert {"name": "patient.bsn", "value": "999911120", "place": "PID-3(1)-1", "section": "", "label": ""} in found["fields"]


def test_the_command_ends_red_on_what_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bericht.hl7"
    file.write_bytes(samples.REFERRAL.replace(b"|M0001|", b"||"))

    answer = CliRunner().invoke(main, ["hospital", "check", str(file), "--profile", "hix"])

    found = json.loads(answer.output)
    assert (answer.exit_code, found["verdict"], found["reason"]) == (1, "refused", "no_control_id")
