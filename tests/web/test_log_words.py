"""Every code that stands in the access log has words, for the privacy officer and for the patient."""

from __future__ import annotations

from mdo_portal.domain.audit_chain import CUT
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.web import log_patient_words
from mdo_portal.web.log_words import ACT_WORDS, RELATION_WORDS


def test_every_relation_by_which_something_is_allowed_has_words() -> None:
    assert {one.value for one in Relation} <= set(RELATION_WORDS)
    assert {one.value for one in Relation} <= set(log_patient_words.RELATIONS)


def test_every_act_and_role_has_words() -> None:
    assert {one.value for one in Act} | {CUT} <= set(ACT_WORDS)
    assert {one.value for one in Role} <= set(log_patient_words.ROLES)
