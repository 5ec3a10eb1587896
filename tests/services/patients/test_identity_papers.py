"""What a question about who somebody is holds, sealed."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.identity_conflict import IDENTITIES_PURPOSE, IdentityConflict
from mdo_portal.services.common.sealed import row_of, sealer
from mdo_portal.services.patients import identity_papers
from mdo_portal.services.patients.identity_papers import Papers
from tests import make


def test_what_was_sealed_before_is_still_read(session: Session) -> None:
    """Each said whether it was a referral, which nobody asked."""
    conflict, papers = IdentityConflict(id=new_id()), Papers(make.identity("1"), previous="2")
    identity_papers.keep(session, conflict, papers)
    sealing = {"purpose": IDENTITIES_PURPOSE, "row": row_of("identity_conflicts", conflict.id)}
    held = json.loads(sealer(session).open(conflict.identities_sealed, **sealing))
    before = json.dumps(held | {"is_referral": True}).encode()

    conflict.identities_sealed = sealer(session).seal(before, **sealing)

    assert identity_papers.read(session, conflict) == papers and "is_referral" not in held
