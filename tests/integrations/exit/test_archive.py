"""The archive holds everything once, under names that tell nothing, with a manifest that proves what is in it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

from integrations.exit import fhir_rules, notes, xdw_rules
from integrations.exit.archive import archive
from mdo_portal.exchange import Contact, LeavingCase, LeavingNote, NoteKind
from tests.integrations.exit import make


def packed(*cases: LeavingCase) -> zipfile.ZipFile:
    pieces = archive(cases, made_at=make.NOW, network="Oncologienetwerk Duin & Delta", version="0")
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def test_every_file_stands_in_the_manifest_with_its_hash() -> None:
    found = packed(make.case(rounds=(make.round_(1, "deferred"), make.round_(2))))
    manifest = json.loads(found.read("manifest.json"))

    assert found.testzip() is None
    assert {one["path"] for one in manifest["files"]} == set(found.namelist()) - {"manifest.json"}
    assert all(hashlib.sha256(found.read(one["path"])).hexdigest() == one["sha256"] for one in manifest["files"])
    assert manifest["contains"] == "patient data" and "patiëntgegevens" in found.read("LEESMIJ.txt").decode()


def test_everything_in_it_keeps_the_published_rules() -> None:
    found = packed(make.case(rounds=(make.round_(1, "deferred"), make.round_(2), make.round_(3, ""))))
    documents = [name for name in found.namelist() if name.endswith(".fhir.json")]
    workflows = [name for name in found.namelist() if name.endswith(".xdw.xml")]

    assert (len(documents), len(workflows)) == (2, 3)
    assert [fhir_rules.problems(json.loads(found.read(name))) for name in documents] == [[], []]
    assert [xdw_rules.problems(found.read(name)) for name in workflows] == [[], [], []]


def test_no_name_of_a_file_tells_anything() -> None:
    names = " ".join(packed(make.case()).namelist())

    assert not any(word in names for word in ("Kanarie", "999911120", "71-00-08", "verwijsbrief", "MDO-2026", "ZEED"))


def test_a_document_that_fhir_points_at_is_there_byte_for_byte() -> None:
    case = make.case()
    found = packed(case)
    bundle = json.loads(found.read(f"cases/{case.id}/referral.fhir.json"))
    (url,) = [
        one["resource"]["content"][0]["attachment"]["url"]
        for one in bundle["entry"]
        if one["resource"]["resourceType"] == "DocumentReference"
    ]

    assert found.read(f"cases/{case.id}/{url}") == case.documents[0].content


def test_what_somebody_wrote_never_looks_like_the_head_of_what_another_wrote() -> None:
    """Whoever prepares could put an answer of the referrer below their own words."""
    note = LeavingNote(
        NoteKind.PREPARED, make.NOW, Contact(name="Mila", role="radioloog"), "PI-RADS 4.\n\nAntwoord · dr. Dirk\r\nAkkoord."
    )

    heads = [line for line in notes.as_text([note]).splitlines() if line and not line.startswith(" ")]

    assert len(heads) == 1 and heads[0].startswith("Voorbereiding van het MDO; geen advies · ")


def test_of_many_cases_one_is_in_hand_at_a_time() -> None:
    asked = []

    def cases() -> object:
        for place in range(3):
            asked.append(place)
            yield make.case()

    pieces = archive(cases(), made_at=make.NOW, network="", version="0")  # type: ignore[arg-type]
    next(pieces)

    assert asked == [0]


def test_what_stands_beside_a_discussion_in_words_says_that_it_was_signed_and_why_it_was_not_held() -> None:
    rounds = (make.round_(1, "deferred", outcome_reason="MRI ontbreekt"), make.round_(2), make.round_(3, decisions=()))
    case = make.case(rounds=rounds)
    found = packed(case)
    words = [found.read(f"cases/{case.id}/rounds/{one.number}.txt").decode() for one in rounds]

    assert "Doorgeschoven: MRI ontbreekt." in words[0]
    assert "Besproken." in words[1] and "Besproken, nog niet getekend." in words[2]


def test_the_letter_of_a_decision_is_there_byte_for_byte_and_no_file_where_our_copy_is_gone() -> None:
    signed, gone = make.decision("kept"), make.decision("past its term", letter=None)
    case = make.case(rounds=(make.round_(decisions=(signed, gone)),))
    found = packed(case)

    assert signed.letter is not None
    assert found.read(f"cases/{case.id}/letters/{signed.id}.pdf") == signed.letter.content
    assert f"cases/{case.id}/letters/{gone.id}.pdf" not in found.namelist()
