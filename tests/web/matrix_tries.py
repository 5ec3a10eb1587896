"""How the matrix of rights is tried: every address, filled in with the things of each hospital, asked by everybody of the house.

What must be refused is tried for real; what is allowed is carried out with a full form and taken back at the end of its transaction
(matrix_house.Trying), so that every cell meets the same house. HEAD is GET of the same view, and OPTIONS reaches no view: neither is
tried apart. Where no role of somebody can do the act at all, one object stands for the four. Every answer is searched for the names,
numbers, BSNs, questions and documents of the patients that this person may not see.
"""

from __future__ import annotations

import io
import itertools
import re
import uuid
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any
from zlib import crc32

from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from mdo_portal.domain.policy import Act
from mdo_portal.errors import HeldBack
from mdo_portal.web import guard
from tests.web.access_house import same_words
from tests.web.matrix_asked import ASKED
from tests.web.matrix_house import House
from tests.web.matrix_people import Somebody
from tests.web.matrix_rules import Rule, expected, of_page, reads, rule_for
from tests.web.matrix_things import Things
from tests.web.portal import CSRF

#: the cells are dealt out over so many slices, the same each time, so that a part of the matrix has a part of every row and column
SLICES = 16
EVERYTHING = range(SLICES)
#: where somebody with one factor is sent, before anything is looked up
SECOND_FACTOR = ("second-factor", "/confirm")
HELD_BACK = escape(HeldBack.sentence).encode()
"""What is read where only the second wall refused."""
REQUEST_IDS = {"cases.answer": "question_id", "destruction.printed": "executed_id"}


@dataclass(frozen=True)
class Address:
    """One address of one route with one method, with the ids still to fill in."""

    endpoint: str
    method: str
    path: str
    act: Act
    rule: Rule
    #: the words in the address: `kind`, `what` …
    named: dict[str, str]
    has_object: bool

    def of(self, things: Things) -> str:
        return filled(self.path, things)


def routes(house: House) -> tuple[list[Address], list[str]]:
    """Every guarded address, and the routes of which nobody said what they are about."""
    found, unlisted = [], []
    for route in house.app.url_map.iter_rules():
        view = house.app.view_functions[route.endpoint]
        act, words = getattr(view, "act", None), _words(route)
        rule = rule_for(route.endpoint, set(route.arguments))
        if act is None:
            unlisted += [] if hasattr(view, "public") or route.endpoint == "static" else [route.rule]
        elif rule is None:
            unlisted.append(route.rule)
        else:
            for named, method in itertools.product(words, sorted((route.methods or set()) - {"OPTIONS", "HEAD"})):
                found.append(_address(route, method, act, rule, named))
    for endpoint, path, rule in ASKED:
        act = house.app.view_functions[endpoint].act
        found.append(Address(endpoint, "GET", path, act, rule, {}, rule is not of_page))
    return found, unlisted


def _words(route: Route) -> list[dict[str, str]]:
    """Every combination of the choices of words in the address."""
    choices = {
        name: [one.strip() for one in listed.split(",")] for listed, name in re.findall(r"<any\(([^)]*)\):(\w+)>", route.rule)
    }
    return [dict(zip(choices, chosen, strict=True)) for chosen in itertools.product(*choices.values())]


def _address(route: Route, method: str, act: Act, rule: Rule, named: dict[str, str]) -> Address:
    path = re.sub(r"<any\([^)]*\):(\w+)>", lambda found: named[found[1]], route.rule)
    path = re.sub(r"<uuid:(\w+)>", lambda found: "{" + _id_name(route.endpoint, found[1], named) + "}", path)
    return Address(route.endpoint, method, re.sub(r"<[^>]+>", "x", path), act, rule, named, "{" in path)


def _id_name(endpoint: str, name: str, named: dict[str, str]) -> str:
    """Some ids are called alike and mean something else."""
    if name == "request_id":
        return REQUEST_IDS.get(endpoint, "destroy_id")
    return f"{name} {named['kind']}" if name in ("place_id", "membership_id") else name


def filled(path: str, things: Things, theirs: Things | None = None) -> str:
    def one(found: re.Match[str]) -> str:
        whose, _, name = found[1].rpartition("their ")
        return str((theirs if theirs and "their " in found[1] else things).ids[name])

    return re.sub(r"\{([^}]+)\}", one, path)


def form_for(things: Things) -> dict[str, Any]:
    """A full form for whatever is asked: one field of each name any route reads. Words of no patient."""
    ids = {
        name: str(things.ids[name]) for name in ("meeting_id", "board_id", "person_id", "patient_id", "case_id", "hospital_id")
    }
    return ids | {
        "csrf_token": CSRF, "text": "x", "reason": "een hele zin waarom dit nodig is", "outcome": "", "ground": "withdrawn",
        "refusal": "x", "letter_on": "2026-01-02", "number": "0000", "subject": "sub-2", "role": "member", "seen": "x", "amount": "1",
        "until": "01-01-2027", "late_reason": "x", "answer": "x", "then": "again", "decision_id": str(uuid.uuid4()), "birth_on": "01-02-1950", "name": "x", "email": f"{uuid.uuid4()}@new.example",
        "reader": f"person:{things.ids['person_id']}", "file": (io.BytesIO(b"%PDF-1.7 x"), "x.pdf"), "family": "x", "since": "", "what": "x",
        "decision": "other", "right_number": "", "right_bsn": "",
    }  # fmt: skip


def ask(house: House, client: FlaskClient, who: Somebody, address: Address, things: Things) -> TestResponse:
    """As a page does it; a refusal at the door is asked for as a fragment, for the page around it is the same everywhere."""
    at_the_door = not who.viewer.may_at_all(address.act)
    headers = {"Cookie": who.cookie} | ({"HX-Request": "true"} if address.method == "POST" or at_the_door else {})
    if address.method != "POST":
        return client.open(address.of(things), method=address.method, headers=headers)
    return client.post(address.of(things), data=form_for(things), headers=headers, content_type="multipart/form-data")


def cells(house: House, found: list[Address], who: Somebody, slices: Container[int]) -> Iterator[tuple[Address, Things]]:
    """With an object every kind of it. Without one once; and once where the door refuses before the address is read (guard.may)."""
    for address in found:
        many = address.has_object and who.strong and who.viewer.may_at_all(address.act)
        for things in house.things.values() if many else [house.things["ours"]]:
            if crc32(f"{who.name} {address.method} {address.path} {things.name}".encode()) % SLICES in slices:
                yield address, things


def leaks_in(answer: TestResponse, who: Somebody, house: House) -> list[str]:
    """Words of patients that this person may not see. What somebody typed themselves is not among them: forms hold none."""
    body = answer.get_data()
    return [
        f"{canary} of {things.name}"
        for things in house.things.values()
        for canary, words in things.canaries.items()
        if words.encode() in body and not (who.strong and reads(who.viewer, canary, things))
    ]


@dataclass
class Tally:
    """What trying gave."""

    unlisted: list[str]
    cells: int = 0
    wrong: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)


def try_all(house: House, people: list[Somebody], slices: Container[int] = EVERYTHING) -> Tally:
    """Every cell of these people that is in these slices, and whether what had to be refused left all as it was."""
    found, unlisted = routes(house)
    before, tally = house.everything(), Tally(unlisted=unlisted)
    for who in people:
        house.refresh()
        _try_person(house, found, who, slices, tally)
    tally.wrong += [f"changed: {name}" for name, print_ in house.everything().items() if before[name] != print_]
    return tally


def _try_person(house: House, found: list[Address], who: Somebody, slices: Container[int], tally: Tally) -> None:
    client, said = house.app.test_client(use_cookies=False), dict[str, str]()
    for address, things in cells(house, found, who, slices):
        wanted = expected(address.rule, who.viewer, address.act, things, address.named)
        if not who.strong and address.act not in guard.WITH_ONE_FACTOR:
            wanted = 403
        house.trying.undo = wanted is True
        answer = ask(house, client, who, address, things)
        house.trying.undo = False
        tally.cells += 1
        where = f"{who.name}: {address.method} {address.path} {things.name}"
        tally.leaks += [f"{where}: {leak}" for leak in leaks_in(answer, who, house)]
        if not _fits(answer, wanted, who):
            tally.wrong.append(f"{where}: {answer.status_code}, expected {'may' if wanted is True else wanted}")
        if wanted == 404 and answer.status_code == 404:
            words = same_words(answer.text, address.of(things))
            before = said.setdefault(f"{address.method} {address.path}", words)
            if before != words:
                differs = list(unified_diff(before.splitlines(), words.splitlines(), n=0, lineterm=""))[3:7]
                tally.leaks.append(f"{where}: other words than for another that is not theirs: {differs}")


def _fits(answer: TestResponse, wanted: object, who: Somebody) -> bool:
    if answer.status_code >= 500 or answer.status_code == 429 or HELD_BACK in answer.get_data():
        return False  # what a page may not do it says itself, and what it may PostgreSQL lets it
    if wanted is True:
        return answer.status_code not in (403, 404)
    sent_on = answer.headers.get("HX-Redirect") or answer.headers.get("Location", "")
    to_second_factor = not who.strong and answer.status_code in (204, 302) and any(one in sent_on for one in SECOND_FACTOR)
    return answer.status_code == wanted or to_second_factor
