"""What a referral says against itself: that it is a test, that it may be of another patient, that it is held up.

It is read and shown all the same. Nobody is kept from planning it: who plans, discusses and signs must know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from mdo_portal.errors import N_


class Caution(StrEnum):
    TEST = "test"  #: MSH-11 T or D; HTEST
    UNSURE = "unsure"  #: PID-32
    ANOTHER = "another"  #: a BSN or a letter in it is not the patient's
    HELD = "held"  #: rejected, expired, held or not sent yet at its sender
    UNFINISHED = "unfinished"  #: its question or term stands on a form that is not done
    CONFIDENTIAL = "confidential"  #: R or V, a VIP, somebody protected: its sender says that not everybody may read it


WORDS: dict[str, str] = {
    Caution.TEST: N_("Proefbericht, volgens de afzender"),
    Caution.UNSURE: N_("Afzender weet niet zeker wie dit is"),
    Caution.ANOTHER: N_("Noemt ook een andere patiënt"),
    Caution.HELD: N_("Bij de afzender aangehouden, afgewezen of nog concept"),
    Caution.UNFINISHED: N_("Op een formulier dat bij de afzender niet af is"),
    Caution.CONFIDENTIAL: N_("Vertrouwelijk, volgens de afzender"),
}
"""As it stands beside the patient's name."""
TO_DO: dict[str, str] = {
    Caution.TEST: N_("Vraag het ziekenhuis of het echt bedoeld is. Zo niet, trek de casus in of laat de uitslag intrekken."),
    Caution.UNSURE: N_("Vraag het ziekenhuis om wie het gaat voordat u deze casus bespreekt."),
    Caution.ANOTHER: N_("Vraag het ziekenhuis over wie dit gaat voordat u deze casus bespreekt."),
    Caution.HELD: N_("Vraag de verwijzer of deze bespreking doorgaat."),
    Caution.UNFINISHED: N_("Vraag de verwijzer of de vraagstelling en de termijn zo kloppen."),
    Caution.CONFIDENTIAL: N_("Wie deze casus mag lezen, verandert hierdoor niet. Overleg bij twijfel met de verwijzer."),
}
"""What to do about it."""
DOUBTS: dict[str, str] = {
    Caution.TEST: N_("Nagevraagd: het is geen proef"),
    Caution.UNSURE: N_("Nagevraagd: het gaat om deze patiënt"),
    Caution.ANOTHER: N_("Nagevraagd: het gaat om deze patiënt"),
    Caution.HELD: N_("Nagevraagd: de bespreking gaat door"),
    Caution.UNFINISHED: N_("Nagevraagd: wat op het formulier staat klopt"),
}
"""Of which the hospital can say that it is otherwise, and how that is called; confidential is no doubt."""

_SAID: dict[Caution, str] = {
    Caution.TEST: r"(/test| HTEST)$",
    Caution.UNSURE: r"/unsure$",
    Caution.ANOTHER: r"/another$",
    Caution.HELD: r"(/held| draft| on-hold| suspended| rejected| failed)$",
    Caution.UNFINISHED: r"QuestionnaireResponse\S* (in-progress|stopped)$",
    Caution.CONFIDENTIAL: r"( confidential [RV]|/confidential)$",
}
"""How readers write it among the names of what found no place on a case (`MSH-11/test`, `ServiceRequest/0 draft`)."""


def cautions_in(names: Iterable[str]) -> list[str]:
    """Which of these a message says, in the order of Caution."""
    told = tuple(names)
    return [caution.value for caution, said in _SAID.items() if any(re.search(said, name) for name in told)]
