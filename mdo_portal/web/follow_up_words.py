"""How people call what became of a recommendation, and why."""

from __future__ import annotations

from mdo_portal.domain.follow_up import Evidence, FollowState, NotDone, Press
from mdo_portal.errors import N_

STATE_WORDS: dict[FollowState, str] = {
    FollowState.OPEN: N_("Open"),
    FollowState.CARRIED_OUT: N_("Uitgevoerd"),
    FollowState.PARTLY: N_("Deels uitgevoerd"),
    FollowState.NOT_DONE: N_("Niet uitgevoerd"),
    FollowState.SUPERSEDED: N_("Vervallen"),
}
#: icon and tone beside the word
STATE_LOOKS: dict[FollowState, tuple[str, str]] = {
    FollowState.OPEN: ("hourglass", "info"),
    FollowState.CARRIED_OUT: ("circle-check", "good"),
    FollowState.PARTLY: ("check", "accent"),
    FollowState.NOT_DONE: ("circle-x", "warn"),
    FollowState.SUPERSEDED: ("archive", "done"),
}
REASON_WORDS: dict[NotDone, str] = {
    NotDone.WISH: N_("Wens van de patiënt"),
    NotDone.DETERIORATION: N_("Achteruitgang of overlijden"),
    NotDone.COMORBIDITY: N_("Andere aandoening"),
    NotDone.NEW_INFORMATION: N_("Nieuwe informatie"),
    NotDone.CLINICIAN: N_("Behandelaar besloot anders"),
    NotDone.LOGISTICS: N_("Organisatie of wachttijd"),
    NotDone.LOST: N_("Uit beeld geraakt"),
}
PRESS_WORDS: dict[Press, str] = {Press.LATE: N_("te laat"), Press.SOON: N_("bijna te laat")}
EVIDENCE_WORDS: dict[Evidence, str] = {
    Evidence.APPOINTMENT: N_("Afspraak"),
    Evidence.DOCUMENT: N_("Document"),
    Evidence.RESULT: N_("Uitslag of gegeven"),
    Evidence.VISIT: N_("Bezoek of opname"),
}
