"""What a referral says against itself goes when somebody asked the hospital; what nobody can deny stays."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Hospital
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import cautions, referrals
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.mark.parametrize(("code", "answer"), [("test", " "), ("held", "mw. Jansma"), ("confidential", "mw. Jansma"), ("", "nee")])
def test_nothing_changes_without_an_answer_or_a_doubt(
    session: Session, region: Region, zeed: Hospital, code: str, answer: str
) -> None:
    said = make.referral(make.identity("4711"), unmapped=("MSH-11/test", "ServiceRequest/0 confidential R"))
    case = referrals.register(session, said, Source(zeed, NOW, Wire.HL7V2))

    with pytest.raises(IllegalMove, match="Er is niets veranderd"):
        cautions.clear(session, case, code, answer, viewer=region.aisha, now=NOW)

    assert case.cautions == ["test", "confidential"]
