"""Why something is not signed, and who was first: one of two chairs wins, and the other one is told."""

from __future__ import annotations

from collections.abc import Sequence

from mdo_portal.domain.decision import FORM_MOVES, Decision, main
from mdo_portal.errors import N_, IllegalMove, Stale
from mdo_portal.exchange import DecisionForm
from mdo_portal.zone import AMSTERDAM


class AlreadySigned(IllegalMove):
    """Somebody signed in the meantime, or pressed twice."""

    sentence = N_("Dit advies is al getekend, door %(who)s op %(when)s. Er is niet nog eens getekend.")


class MessageSigned(AlreadySigned):
    """The same of the message that there is no advice."""

    sentence = N_("Dit bericht is al getekend, door %(who)s op %(when)s. Er is niet nog eens getekend.")


class Overtaken(Stale):
    """The text is no longer what was read: somebody changed it, or signed."""

    sentence = N_(
        "De tekst is gewijzigd nadat u hem las; het laatst tekende %(who)s, op %(when)s. Er is niet getekend; lees de nieuwe tekst."
    )


def by_whom(decision: Decision) -> dict[str, str]:
    """Who signed it and when, for a sentence."""
    return {
        "who": decision.content["signed_by"]["name"],
        "when": decision.signed_at.astimezone(AMSTERDAM).strftime("%d-%m-%Y %H:%M:%S"),
    }


def refuse_again(signed: Sequence[Decision], seen_hash: str, *, done: bool) -> None:
    """AlreadySigned, with who and when, for the same text once more (a double click, a stale page) and when nothing is to be signed."""
    same = next((one for one in signed if one.content_hash == seen_hash), None)
    if same is not None or done:
        found = same or signed[-1]
        raise (AlreadySigned if found.form.has_advice else MessageSigned)(**by_whom(found))


def refuse_unread(signed: Sequence[Decision], content_hash: str, seen_hash: str) -> None:
    """Stale when what would be frozen is not what was on the chair's screen; told who signed last, if anybody did."""
    if content_hash == seen_hash:
        return
    if signed:
        raise Overtaken(**by_whom(signed[-1]))
    raise Stale(N_("De tekst is gewijzigd nadat u hem las. Er is niet getekend; lees de nieuwe tekst."))


def refuse_form(signed: Sequence[Decision], form: DecisionForm) -> None:
    """IllegalMove with a sentence when this form cannot follow what was signed last in the round (FORM_MOVES)."""
    if form in FORM_MOVES[signed[-1].form if signed else None]:
        return
    if main(signed) is None:
        raise IllegalMove(N_("Er is nog niets getekend. Er is niets veranderd."))
    if signed[-1].form is DecisionForm.WITHDRAWAL:
        raise IllegalMove(
            N_("Dit advies is ingetrokken, door %(who)s op %(when)s. Er is niets veranderd."), **by_whom(signed[-1])
        )
    raise IllegalMove(N_("Er is een advies getekend, door %(who)s op %(when)s. Er is niets veranderd."), **by_whom(signed[-1]))
