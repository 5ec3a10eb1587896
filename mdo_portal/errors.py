"""What went wrong, in a person's words: what happened, what was kept, what to do now.

Sentences are Dutch message ids; `web` and `live` translate them at the edge. Parameters are never a patient's.
"""

from __future__ import annotations

import re
from traceback import walk_tb
from types import TracebackType


def N_(sentence: str) -> str:
    """Marks a sentence for translation without translating it here."""
    return sentence


def whereabouts(error: BaseException) -> dict[str, str]:
    """What a log may say of an error nobody expected: its kind, our line that met it, and the database's code, with the name of the rule
    of ours that was broken. Never its text.
    """
    said = {"error": type(error).__name__, "at": _own_line(error.__traceback__)}
    orig = getattr(error, "orig", None)
    found = {"sqlstate": getattr(orig, "sqlstate", None), "rule": _rule(getattr(orig, "diag", None))}
    return said | {name: str(value) for name, value in found.items() if value}


_RULES = (r"function access\.(\w+)", r'(policy for table "\w+")', r"permission denied for (\w+ \w+)")
"""How PostgreSQL names what refused: the trigger's function, a table's policies, the right that lacks. Names of ours, never a value."""


def _rule(told: object) -> str:
    """The rule of ours that was broken: a constraint by its name, else what of the second wall refused."""
    name, context, message = (getattr(told, part, None) or "" for part in ("constraint_name", "context", "message_primary"))
    found = (re.search(one, words) for words in (context, message) for one in _RULES)
    return name or next((one[1].replace('"', "") for one in found if one), "")


def _own_line(trace: TracebackType | None) -> str:
    """The deepest line that is ours, as `module:line`; database.py, through which everybody asks, says nothing."""
    own = [
        f"{frame.f_globals['__name__']}:{line}"
        for frame, line in walk_tb(trace)
        if str(frame.f_globals.get("__name__")).startswith(("mdo_portal", "integrations"))
    ]
    asking = [one for one in own if not one.startswith("mdo_portal.database:")]
    return (asking or own or [""])[-1]


class Trouble:
    """Something that is tried again and again: its trouble is said once until it went well.

    A database that is away for a night must not fill the log.
    """

    def __init__(self) -> None:
        self._said = ""

    def is_news(self, error: Exception) -> bool:
        """Whether this kind of error was not said yet; it is from now on."""
        kind, before = type(error).__name__, self._said
        self._said = kind
        return kind != before

    def over(self) -> None:
        """It went well: the next trouble is news."""
        self._said = ""


class PortalError(Exception):
    """The parent of everything a person may read. `status` is what HTTP says."""

    status = 400
    sentence = N_("Dat lukte niet. Er is niets veranderd.")

    def __init__(self, sentence: str = "", **params: object) -> None:
        super().__init__(sentence or self.sentence)
        self.sentence = sentence or self.sentence
        self.params = params


class NotFound(PortalError):
    """Absent, or somebody else's: the answer is the same."""

    status = 404
    sentence = N_("Deze pagina bestaat niet, of is niet voor u.")


class NotAllowed(PortalError):
    """The person may see this but not do that."""

    status = 403
    sentence = N_("Uw rol mag dit niet doen. Er is niets veranderd.")


class HeldBack(NotAllowed):
    """PostgreSQL itself would not have it (doc 0023): something of this is of another hospital, another board or somebody else."""

    sentence = N_(
        "Dit is tegengehouden: iets ervan hoort bij een ander ziekenhuis, een ander MDO of iemand anders. Er is niets veranderd; wat al "
        "was opgeslagen, is er nog. Hoort u dit wel te kunnen, meld de beheerder dan wat u deed en hoe laat."
    )


class NotOurPage(NotAllowed):
    """A write that no page of this browser session asked for: somebody else's page, or one of ours from before signing in again."""

    sentence = N_("Deze pagina is verlopen, of de opdracht kwam niet van het portaal. Er is niets veranderd.")


class NotSignedIn(PortalError):
    """Nobody is signed in, or the session has ended."""

    status = 401
    sentence = N_("U bent niet (meer) aangemeld. Meld u opnieuw aan; wat u typte staat nog op deze pagina.")


class NotStrong(PortalError):
    """Signed in with one factor; pages with patients need two."""

    status = 403
    sentence = N_("U bent met alleen een wachtwoord aangemeld. Stel eerst een tweede stap in; daarna kunt u verder.")


class NotFresh(PortalError):
    """This act needs a proof of identity of a few minutes ago at most; `strong`: with two factors."""

    status = 403
    sentence = N_("Bevestig eerst opnieuw dat u het bent. Er is nog niets veranderd.")

    def __init__(self, *, strong: bool) -> None:
        super().__init__()
        self.strong = strong


class Stale(PortalError):
    """Somebody else was first. Nothing was overwritten."""

    status = 409
    sentence = N_("Iemand anders heeft dit intussen gewijzigd. Uw wijziging is niet opgeslagen; bekijk de nieuwe versie.")


class IllegalMove(PortalError):
    """A state change that the table of allowed moves does not have."""

    status = 409
    sentence = N_("Dat kan nu niet: de status staat het niet toe. Er is niets veranderd.")


class Incomplete(PortalError):
    """A form misses what is needed. `fields` maps the field to a sentence."""

    status = 422
    sentence = N_("Nog niet alles is ingevuld. Wat u typte is bewaard.")

    def __init__(self, fields: dict[str, str], sentence: str = "", **params: object) -> None:
        super().__init__(sentence, **params)
        self.fields = fields


class TooLong(PortalError):
    """More in one field than can be kept: a report was pasted where a number goes."""

    status = 422
    sentence = N_("In een van de velden staat veel te lange tekst. Er is niets veranderd; kijk na wat u plakte.")


class Unsafe(PortalError):
    """The portal refuses to start with these settings; each finding says what and why."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings
