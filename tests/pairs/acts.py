"""What people, hospitals and workers do with that patient, each with a name of its own."""

from __future__ import annotations

from tests.pairs import by_answers, by_connections, by_messages, by_reports, on_pages
from tests.pairs.house import Doing

ACTS: dict[str, Doing] = {
    "signs": on_pages.signs,
    "signs too": lambda house, world: on_pages.signs(house, world, "Bilal"),
    "withdraws the advice": on_pages.withdraws_advice,
    "corrects": on_pages.corrects,
    "defers": lambda house, world: on_pages.ends(house, world, "agenda", "deferred"),
    "takes the outcome back": lambda house, world: on_pages.ends(house, world, "table", ""),
    "goes on": lambda house, world: on_pages.leads(house, world, "next"),
    "shows": on_pages.shows,
    "closes": lambda house, world: on_pages.leads(house, world, "close"),
    "plans": lambda house, world: on_pages.plans(house, world, "waits", world.meeting_id),
    "plans for later": lambda house, world: on_pages.plans(house, world, "waits", world.later_id),
    "moves": lambda house, world: on_pages.plans(house, world, "agenda", world.later_id),
    "takes off": on_pages.takes_off,
    "defers all": on_pages.moves_on,
    "withdraws on agenda": lambda house, world: on_pages.withdraws(house, world, "agenda"),
    "answers": on_pages.answers,
    "asks": on_pages.asks,
    "adds a document": on_pages.adds_a_document,
    "objects": on_pages.objects,
    "breaks the glass": on_pages.breaks_the_glass,
    "holds": on_pages.holds,
    "confirms": on_pages.confirms,
    "destroys on request": on_pages.destroys_on_request,
    "puts on paper": on_pages.puts_on_paper,
    "reopens": on_pages.reopens,
    "ends the chair's role": lambda house, world: on_pages.ends_a_role(house, world, "Bram"),
    "changes the link": on_pages.changes_the_link,
    "recommends": on_pages.recommends,
    "types": on_pages.types,
    "is told again": by_messages.is_told_again,
    "is cancelled": by_messages.is_cancelled,
    "is cancelled waiting": lambda house, world: by_messages.is_cancelled(house, world, "waits"),
    "has an addendum": by_reports.has_an_addendum,
    "is replayed": by_answers.is_replayed,
    "says who it is": by_answers.says_who_it_is,
    "takes the answer back": by_answers.takes_it_back,
    "comes in": by_connections.comes_in,
    "comes in to be made once": by_connections.comes_in_once,
    "answers by message": by_messages.answers_by_message,
    "links": by_messages.links,
    "is merged": by_messages.is_merged,
    "is unmerged": by_messages.is_unmerged,
    "is called otherwise": by_messages.is_called_otherwise,
    "has a result": by_messages.has_a_result,
    "sends": by_messages.sends,
    "purges": by_messages.purges,
}

NEEDS = {
    "signed": ("withdraws the advice", "corrects", "confirms", "puts on paper", "sends"),
    "agenda": ("defers", "goes on", "shows", "closes", "moves", "takes off", "defers all", "withdraws on agenda"),
    "waits": ("plans", "plans for later", "is cancelled waiting", "answers", "asks", "answers by message"),
    "old": ("purges", "destroys on request", "reopens"),
}


#: what must have come before two meet, beside the cases
FIRST: dict[str, Doing] = {
    "has an addendum": by_reports.has_a_report,
    "is replayed": by_answers.is_asked,
    "says who it is": by_answers.is_asked,
    "takes the answer back": by_answers.is_answered,
}


def first(*names: str) -> list[Doing]:
    """Each once, what takes a question with it last."""
    return sorted({FIRST[one] for one in names if one in FIRST}, key=list(FIRST.values()).index)


def needed(*names: str) -> set[str]:
    """The cases of that patient that these acts are about."""
    return {kind for kind, acts in NEEDS.items() if set(acts) & set(names)}
