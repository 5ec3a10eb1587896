"""Which merges are a question: nothing moves until a person said that two are one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.identity_conflict import ConflictKind
from mdo_portal.exchange import MergedNumbers, PatientIdentity, PatientMerge, PersonName
from mdo_portal.services.identity import unmerging
from mdo_portal.services.patients.rulings import Conflict
from tests import make
from tests.make import BSN, NOW, OTHER_BSN
from tests.services.identity.test_merges import number_of, standing
from tests.services.merging import merge, picture, told

DOUBTS: dict[ConflictKind, tuple[Sequence[dict[str, Any]], PatientMerge]] = {
    ConflictKind.MERGE: ([{"local_number": "1"}, {"local_number": "2"}], told("2", "1")),
    ConflictKind.MERGE_UNLIKE: (
        [{"local_number": "1", "bsn": BSN}],
        told("2", "1", bsn=OTHER_BSN),
    ),
    ConflictKind.MERGE_ELSEWHERE: (
        [{"local_number": "1"}],
        PatientMerge((MergedNumbers(make.identity("2"), (("LAB", "1"),)),), event="A40"),
    ),
}


@pytest.mark.parametrize("kind", DOUBTS)
def test_a_merge_in_doubt_goes_to_a_person_and_nothing_moves(session: Session, zeed: Hospital, kind: ConflictKind) -> None:
    assert asked(session, zeed, *DOUBTS[kind]).kind is kind


def asked(session: Session, zeed: Hospital, people: Sequence[dict[str, Any]], message: PatientMerge) -> Conflict:
    """What a person is asked when these are here and that comes; meanwhile nothing moves."""
    for one in people:
        make.case(session, zeed, patient=make.identity(**one))
    before = picture(session)

    with pytest.raises(Conflict) as conflict:
        merge(session, zeed, message)

    assert picture(session) == before
    return conflict.value


def _bsn_gone(kept: str, gone_bsn: str, **over: Any) -> PatientMerge:
    return PatientMerge((MergedNumbers(make.identity(kept, **over), (), previous_bsn=gone_bsn),), event="A40")


BY_BSN: dict[ConflictKind, tuple[Sequence[dict[str, Any]], PatientMerge]] = {
    ConflictKind.MERGE: ([{"local_number": "1", "bsn": BSN}, {"local_number": "2"}], _bsn_gone("2", BSN)),
    ConflictKind.MERGE_UNLIKE: (
        [{"local_number": "1", "bsn": BSN}, {"local_number": "2", "bsn": OTHER_BSN}],
        _bsn_gone("2", BSN, bsn=OTHER_BSN),
    ),
    ConflictKind.OTHER_BSN: ([{"local_number": "1", "bsn": BSN}], _bsn_gone("1", BSN, bsn=OTHER_BSN)),
    ConflictKind.OTHER_NUMBER: ([{"local_number": "1", "bsn": BSN}], _bsn_gone("2", BSN)),
}


@pytest.mark.parametrize("kind", BY_BSN)
def test_a_merge_that_names_only_the_bsn_of_before_is_always_a_question(
    session: Session, zeed: Hospital, kind: ConflictKind
) -> None:
    conflict = asked(session, zeed, *BY_BSN[kind])

    assert (conflict.kind, conflict.previous) == (kind, BSN)


@pytest.mark.parametrize("message", [_bsn_gone("1", BSN, bsn=BSN), _bsn_gone("1", OTHER_BSN), _bsn_gone("1", BSN)])
def test_a_bsn_of_before_that_is_his_own_or_nobodys_asks_nothing(session: Session, zeed: Hospital, message: PatientMerge) -> None:
    case = make.case(session, zeed, patient=make.identity("1", bsn=BSN))

    found = merge(session, zeed, message)

    assert found is not None and found.id == case.id


def test_a_merge_by_number_is_no_question_because_it_names_the_bsn_of_before_too(session: Session, zeed: Hospital) -> None:
    case = make.case(session, zeed, patient=make.identity("1", bsn=BSN))

    merge(session, zeed, PatientMerge((MergedNumbers(make.identity("2"), (("ZEED", "1"),), previous_bsn=BSN),), event="A40"))

    assert number_of(session, case) == "2"


def test_people_who_differ_in_name_and_birth_date_are_not_merged(session: Session, zeed: Hospital) -> None:
    make.case(session, zeed, patient=make.identity("1"))
    stranger = PatientIdentity(local_number="2", local_authority="ZEED", name=PersonName("Anders"), birth_on=NOW.date())

    with pytest.raises(Conflict) as conflict:
        merge(session, zeed, PatientMerge((MergedNumbers(stranger, (("ZEED", "1"),)),), event="A40"))

    assert conflict.value.kind is ConflictKind.MERGE_UNLIKE


def test_a_merge_that_a_person_took_apart_is_not_done_again_by_itself(session: Session, zeed: Hospital) -> None:
    make.case(session, zeed, patient=make.identity("1"))
    merge(session, zeed, told("2", "1"))
    unmerging.undo(session, standing(session), now=NOW, person_id=None)

    with pytest.raises(Conflict) as conflict:
        merge(session, zeed, told("2", "1"))

    assert conflict.value.kind is ConflictKind.MERGE_UNDONE
