"""What can be decided about who somebody is, in a person's words."""

from __future__ import annotations

from mdo_portal.domain.identity_conflict import MERGES, NUMBERS, ConflictKind, Decision
from mdo_portal.errors import N_

DECISION_WORDS = {
    Decision.SAME: N_("Dezelfde persoon: neem over wat binnenkwam"),
    Decision.OTHER: N_("Een andere persoon: houd ze apart"),
    Decision.CORRECTED: N_("De nummers in het bericht kloppen niet: verbeter ze"),
    Decision.ASIDE: N_("Leg het bericht terzijde"),
}
MERGE_WORDS = {
    Decision.SAME: N_("Dezelfde persoon: voeg samen"),
    Decision.OTHER: N_("Verschillende personen: houd ze apart"),
}
NUMBER_WORDS = {
    Decision.SAME: N_("Dezelfde persoon: voeg de patiëntnummers samen"),
    Decision.ASIDE: N_(
        "Een andere persoon, of een vergissing: leg het bericht terzijde en laat het ziekenhuis het opnieuw sturen"
    ),
}
#: how a decision is called once it was taken
DECIDED_WORDS = {
    Decision.SAME: N_("dezelfde persoon"),
    Decision.OTHER: N_("een andere persoon"),
    Decision.CORRECTED: N_("nummers verbeterd"),
    Decision.ASIDE: N_("terzijde gelegd"),
    Decision.OPEN: N_("vervallen, het bericht past nu"),
}


def words_of(kind: ConflictKind) -> dict[Decision, str]:
    """How each decision about a conflict of this kind is called."""
    return DECISION_WORDS | (MERGE_WORDS if kind in MERGES else NUMBER_WORDS if kind in NUMBERS else {})
