"""What a conflict of identity holds, sealed: who came, who stood here, what was corrected; as JSON that only a page opens."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mdo_portal.domain.identity_conflict import IDENTITIES_PURPOSE, IdentityConflict
from mdo_portal.exchange import PatientIdentity, PersonName
from mdo_portal.services.common.sealed import row_of, sealer


@dataclass(frozen=True)
class Papers:
    """`told`: who came; `stood`: who stood here (two of a merge); `previous`: the number of before, of a merge."""

    told: PatientIdentity
    stood: tuple[PatientIdentity, ...] = ()
    previous: str = ""
    sent_at: datetime | None = None
    corrected_number: str = ""
    corrected_bsn: str = ""

    @property
    def corrected(self) -> PatientIdentity:
        """Who came, with the numbers that a person corrected."""
        return replace(
            self.told, local_number=self.corrected_number or self.told.local_number, bsn=self.corrected_bsn or self.told.bsn
        )


def keep(session: Session, conflict: IdentityConflict, papers: Papers) -> None:
    """Seal them for this very row."""
    text = json.dumps(asdict(papers), default=str).encode()
    conflict.identities_sealed = sealer(session).seal(
        text, purpose=IDENTITIES_PURPOSE, row=row_of("identity_conflicts", conflict.id)
    )


def read(session: Session, conflict: IdentityConflict) -> Papers:
    """Open them."""
    text = sealer(session).open(
        conflict.identities_sealed, purpose=IDENTITIES_PURPOSE, row=row_of("identity_conflicts", conflict.id)
    )
    held: dict[str, Any] = json.loads(text)
    held.pop("is_referral", None)  # what was sealed before says it too; nobody asked
    sent_at = datetime.fromisoformat(held["sent_at"]) if held["sent_at"] else None
    people = {"told": _identity(held["told"]), "stood": tuple(_identity(one) for one in held["stood"])}
    return Papers(**held | people | {"sent_at": sent_at})


def _identity(held: dict[str, Any]) -> PatientIdentity:
    return PatientIdentity(
        **held
        | {
            "name": PersonName(**held["name"]),
            "birth_on": date.fromisoformat(held["birth_on"]) if held["birth_on"] else None,
            "other_numbers": tuple((one[0], one[1]) for one in held["other_numbers"]),
        }
    )
