"""A real case leaves whole: what was told, each discussion, each decision with its letter, and what became of the advice."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from integrations.exit import fhir_rules, xdw_rules
from mdo_portal.commands import export
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact, InformationRequest
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.follow_up import FollowState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.services.cases import leaving
from mdo_portal.services.follow_up import follow_ups
from mdo_portal.services.follow_up.follow_ups import Answer
from mdo_portal.services.letters import deliveries
from mdo_portal.services.meetings import preparation_rows, preparations
from mdo_portal.services.referrals import questions
from mdo_portal.wiring import archive
from tests import make
from tests.make import NETWORK, NOW, TODAY
from tests.people import Region
from tests.services.follow_house import IMAGING, OPERATION, corrected, items_of, signed


def packed(*cases: leaving.LeavingCase) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(archive(cases, made_at=NOW, network=NETWORK, version="0"))))


def followed(session: Session, region: Region) -> Case:
    """Signed, one recommendation refused, and corrected since."""
    first = signed(session, region, OPERATION, IMAGING)
    case = session.get_one(Case, first.case_id)
    said = Answer(FollowState.NOT_DONE, "wish", "wil niet meer")
    at = NOW + timedelta(hours=1)
    follow_ups.close(session, items_of(session, first)[0], case, said, seen=1, viewer=region.dirk, now=at, today=TODAY)
    corrected(session, region, first, OPERATION)
    for letter in deliveries.of_decisions(session, [first.id]):
        deliveries.keep_letter(session, letter.id, b"%PDF-1.7 letter", sha256="x")
    session.flush()
    return case


def test_a_case_leaves_whole_and_by_the_published_rules(session: Session, region: Region) -> None:
    found = packed(leaving.whole(session, followed(session, region), with_bsn=True))

    documents = {name: json.loads(found.read(name)) for name in found.namelist() if name.endswith(".fhir.json")}
    assert len(documents) == 3
    assert {name: fhir_rules.problems(one) for name, one in documents.items()} == {name: [] for name in documents}
    (workflow,) = [name for name in found.namelist() if name.endswith(".xdw.xml")]
    assert xdw_rules.problems(found.read(workflow)) == []
    whole = json.dumps(list(documents.values()), ensure_ascii=False)
    assert all(word in whole for word in ("Operatie of bestraling?", "prostaatcarcinoom", "Prostatectomie", "wil niet meer"))


def test_what_stands_in_no_letter_leaves_too_findings_before_the_meeting_and_what_was_asked(
    session: Session, region: Region
) -> None:
    """The archive was to hold everything of a case; who answers a patient that asks for the record had no way to these."""
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]))
    for seen, told in (("", "PI-RADS 4."), ("mine", "PI-RADS 5, herbeoordeeld.")):
        mine = preparation_rows.of_case(session, case.id)
        preparations.write(session, case, told, seen=str(mine[0].id) if seen else "", viewer=region.mila, now=NOW)
    questions.ask(session, case, "Is er een MRI?", viewer=region.aisha, now=NOW + timedelta(hours=1))
    asked = session.scalars(select(InformationRequest).where(InformationRequest.case_id == case.id)).one()
    asked.answered_at, asked.answered_by, asked.answer = NOW + timedelta(hours=2), region.dirk.person_id, "Volgt morgen."
    session.flush()

    found = packed(leaving.whole(session, case, with_bsn=False))
    text_ = found.read(f"cases/{case.id}/notes.txt").decode()

    told = ["PI-RADS 4.", "PI-RADS 5, herbeoordeeld.", "Is er een MRI?", "Volgt morgen."]
    assert [text_.index(one) for one in told] == sorted(text_.index(one) for one in told)
    assert "Mila, radioloog; vervangen of weggehaald" in text_ and text_.count("vervangen") == 1
    assert "Nagevraagd bij de verwijzer" in text_ and "Voorbereiding van het MDO; geen advies" in text_ and "Dirk" in text_


def test_what_was_corrected_is_there_as_revoked_and_what_holds_as_active(session: Session, region: Region) -> None:
    case = leaving.whole(session, followed(session, region), with_bsn=True)
    first, second = case.rounds[0].decisions

    assert (first.stands, second.stands) == (False, True)
    assert [one.state for one in first.items] == ["not_done", "superseded"]
    assert [(one.state, one.reason) for one in second.items] == [("not_done", "wens van de patiënt: wil niet meer")]
    assert first.letter is not None and first.letter.content == b"%PDF-1.7 letter"
    assert second.letter is None


def test_what_a_hospital_withdrew_replaced_or_called_preliminary_says_so_in_the_archive(session: Session, region: Region) -> None:
    """A letter of another patient, taken back since, left as if it held."""
    files = [make.document(name.encode(), title=f"{name}.txt") for name in ("stands", "withdrawn", "replaced", "preliminary")]
    case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), documents=files)
    for name, said in {
        "withdrawn": {"status": "withdrawn", "superseded_at": NOW},
        "replaced": {"superseded_at": NOW},
        "preliminary": {"status": "preliminary"},
    }.items():
        session.execute(update(CaseDocument).where(CaseDocument.title == f"{name}.txt").values(**said))
    session.execute(update(CaseFact).where(CaseFact.case_id == case.id).values(status="preliminary"))
    session.expire_all()
    found = packed(leaving.whole(session, case, with_bsn=True))
    (told,) = [json.loads(found.read(name)) for name in found.namelist() if name.endswith("referral.fhir.json")]

    resources = [one["resource"] for one in told["entry"]]
    documents = [one for one in resources if one["resourceType"] == "DocumentReference"]
    stand = {one["content"][0]["attachment"]["title"]: (one["status"], one.get("docStatus")) for one in documents}
    words = json.dumps(resources[0], ensure_ascii=False)
    assert fhir_rules.problems(told) == []
    assert stand == {
        "stands.txt": ("current", None),
        "withdrawn.txt": ("entered-in-error", None),
        "replaced.txt": ("superseded", None),
        "preliminary.txt": ("current", "preliminary"),
    }
    assert "withdrawn.txt (ingetrokken door het ziekenhuis)" in words and "replaced.txt (vervangen door" in words
    assert words.count("(voorlopig)") > 1 and "stands.txt (" not in words


def test_who_sees_the_bsn_masked_gets_none_in_the_archive(session: Session, region: Region) -> None:
    case = followed(session, region)

    assert leaving.whole(session, case, with_bsn=False).patient.bsn == ""


def test_the_command_writes_everything_of_one_hospital_for_its_owner_only_and_logs_each_case(
    database: Database, region: Region, tmp_path: Path
) -> None:
    with database.transaction() as session:
        ours = {str(followed(session, region).id), str(signed(session, region, OPERATION).case_id)}
    path = tmp_path / "uit.zip"

    count = export.write(database, export.of_hospital(database, "ZEED"), path, network=NETWORK, now=NOW)

    manifest = json.loads(zipfile.ZipFile(path).read("manifest.json"))
    assert count == 2 and set(manifest["cases"]) == ours
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with database.transaction() as session:
        lines = session.execute(text("SELECT case_id, event_code FROM audit_entries WHERE act = 'case.exported'")).all()
    assert {(str(case_id), code) for case_id, code in lines} == {(one, "110106") for one in ours}


def test_an_unknown_hospital_gives_nothing(database: Database, tmp_path: Path) -> None:
    assert export.write(database, export.of_hospital(database, "NONE"), tmp_path / "x.zip", network=NETWORK, now=NOW) == 0


def test_the_command_wants_one_case_or_one_hospital_and_never_both(tmp_path: Path) -> None:
    for arguments in ([], ["--case", "01a21732-7b18-73ed-a85e-d1ab889d5411", "--hospital", "ZEED"]):
        answer = CliRunner().invoke(export.command, [*arguments, "--to", str(tmp_path / "x.zip")])

        assert answer.exit_code == 2 and "--case ID or --hospital CODE" in answer.output
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_there_is_written_over(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_text("van iemand anders")

    with pytest.raises(FileExistsError):
        export.write(database, [], path, network=NETWORK, now=NOW)

    assert path.read_text() == "van iemand anders"
