"""Every page in Dutch and in English: whoever reads English meets no Dutch sentence, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from html import unescape
from typing import NamedTuple
from urllib.parse import parse_qsl

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, ngettext
from werkzeug.test import TestResponse

from mdo_portal.app import create_app
from mdo_portal.commands.postgres_databases import clone_database, drop_database
from mdo_portal.database import Database
from mdo_portal.services.people import people, sessions
from mdo_portal.settings import PACKAGE, Settings
from tests import make
from tests.conftest import as_web, copy_name, opened
from tests.people import PEOPLE, Region, person_id
from tests.web.language_house import filled
from tests.web.language_pages import PAGES
from tests.web.portal import CSRF

pytestmark = pytest.mark.xdist_group("languages")  # one portal for all of them

ENGLISH = PACKAGE / "translations" / "en" / "LC_MESSAGES"
BEGINNING = re.compile(r"\b(?=(\w.{7}))", re.DOTALL)  #: letters enough to tell most sentences from what stands on a page
LONG = 12  #: shorter ones are words that both languages have, or that stand inside another word
PLACEHOLDER = re.compile(r"%\\?\([a-z_]+\\?\)[sd]|\\?\{[a-z]+\\?\}")
#: what a patient gets is Dutch whoever looks, and says so
ALWAYS_DUTCH = re.compile(r'<div class="rows-wrap" lang="nl">.*?</table>', re.DOTALL)
ANYTHING = "[^<>]{1,80}?"


@dataclass(frozen=True)
class Portal:
    """The application on a filled database, and the ids that stand in addresses."""

    app: Flask
    database: Database
    ids: dict[str, str]

    def open(self, name: str, language: str) -> FlaskClient:
        """A browser in which this person is signed in and reads this language."""
        client = self.app.test_client()
        client.set_cookie("language", language)
        with client.session_transaction() as kept:
            kept.update({"csrf": CSRF, "invitation": self.ids["invitation"]})
        if name in PEOPLE:
            with self.database.transaction() as db:
                people.set_language(db, person_id(name), language)
                house = people.hospitals_of(db, person_id(name), now=datetime.now(UTC))[0][0]
                key = sessions.start_session(db, person_id(name), house, proof=make.PROOF, now=datetime.now(UTC))
            with client.session_transaction() as kept:
                kept["_user_id"], kept["_fresh"] = key, True
        return client

    def read(self, name: str, language: str) -> dict[str, str]:
        """What stands on each of this person's pages: in text, in attributes and in the words that TypeScript says."""
        client = self.open(name, language)
        answers = {path: ask(client, path.format(**self.ids)) for path in PAGES[name]}
        assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(PAGES[name], 200)
        return {path: spoken(answer.get_data(as_text=True)) for path, answer in answers.items()}


def ask(client: FlaskClient, path: str) -> TestResponse:
    """A page by its address; of `POST …` the words behind the question mark travel as a form."""
    address, _, words = path.removeprefix("POST ").partition("?")
    if address == path.partition("?")[0]:
        return client.get(path)
    return client.post(address, data={"csrf_token": CSRF, **dict(parse_qsl(words))})


def spoken(page: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), unescape(page))


@pytest.fixture(scope="module")
def portal(postgres: str, template: tuple[str, Region]) -> Iterator[Portal]:
    """One for all of them: reading changes nothing that another test looks at."""
    name, region = copy_name("languages"), template[1]
    database = opened(clone_database(postgres, name, template=template[0]))
    with database.transaction() as db:
        ids = filled(db, region, now=datetime.now(UTC))
    app = create_app(Settings(secret_key="s" * 40, keyring=make.KEYS, network=make.NETWORK), database=as_web(database))
    yield Portal(app, database, ids)
    app.extensions["mdo_live_stop"].set()
    database.close()
    drop_database(postgres, name)


def both(message: Message) -> list[tuple[str, str]]:
    """Dutch and English of a message: the sentence, or its singular and its plural."""
    dutch, english = ((one,) if isinstance(one, str) else tuple(one or ()) for one in (message.id, message.string))
    return list(zip(dutch, english, strict=True))


class Sentence(NamedTuple):
    """One sentence, and the longest piece of it without placeholders."""

    text: str
    piece: str


@cache
def sentences(language: str) -> list[Sentence]:
    """Every sentence of this language that reads differently in the other one."""
    with (ENGLISH / "messages.po").open("rb") as file:
        pairs = [pair for message in read_po(file, locale="en") if message.id for pair in both(message)]
    index = ("nl", "en").index(language)
    theirs = {pair[1 - index] for pair in pairs}
    ours = {pair[index] for pair in pairs if len(PLACEHOLDER.sub("", pair[index])) >= LONG and pair[0] != pair[1]}
    return [sentence(text) for text in sorted(ours - theirs)]


def sentence(text: str) -> Sentence:
    return Sentence(text, max(PLACEHOLDER.split(text), key=len))


@cache
def form(text: str) -> re.Pattern[str]:
    """How a sentence stands on a page: made of those of which a piece stands there, which most never do."""
    return re.compile(rf"(?<!\w){PLACEHOLDER.sub(ANYTHING, re.escape(text))}(?!\w)")


@lru_cache(maxsize=64)
def begins(page: str) -> frozenset[str]:
    """The first letters of all that may stand there, from each word on; a Dutch page is looked through twice."""
    return frozenset(BEGINNING.findall(page))


def found(language: str, pages: dict[str, str]) -> list[tuple[str, str]]:
    """Which sentences of this language stand on which page."""
    return [(path, text) for path, page in pages.items() for text in on_page(language, page)]


@cache
def by_first_letters(language: str) -> dict[str, list[Sentence]]:
    """Of each sentence the piece decides; those of which it is shorter stand under no letters."""
    known: dict[str, list[Sentence]] = {"": []}
    for one in sentences(language):
        known.setdefault(first_letters(one), []).append(one)
    return known


def first_letters(one: Sentence) -> str:
    """From the first word of the piece: the middle of a sentence may begin within one, as in „2e”."""
    begins_a_word = one.text.startswith(one.piece)
    found = BEGINNING.search(one.piece, 0 if begins_a_word else 1)
    return found[1] if found else ""


def on_page(language: str, page: str) -> Iterator[str]:
    """The sentences of this language that stand there. Most do not, and their first letters already say so."""
    known = by_first_letters(language)
    for letters in ("", *sorted(begins(page) & known.keys())):
        for one in known[letters]:
            if one.piece in page and form(one.text).search(page):
                yield one.text


@pytest.mark.parametrize(("language", "theirs"), [("nl", "“"), ("en", "„")])
def test_what_is_quoted_is_quoted_as_in_its_language(language: str, theirs: str) -> None:
    """„zo” in Dutch, “so” in English: one page had both, around what a hospital calls itself."""
    with (ENGLISH / "messages.po").open("rb") as file:
        pairs = [pair for message in read_po(file, locale="en") if message.id for pair in both(message)]
    index = ("nl", "en").index(language)
    assert [pair[index] for pair in pairs if theirs in pair[index]] == []


def test_the_catalogue_is_compiled() -> None:
    """`make compiled` does it; without it every page stays Dutch."""
    assert (ENGLISH / "messages.mo").exists()


@pytest.mark.parametrize("name", PAGES)
def test_no_dutch_sentence_is_left_on_an_english_page(portal: Portal, name: str) -> None:
    pages = {path: ALWAYS_DUTCH.sub("", page) for path, page in portal.read(name, "en").items()}

    assert found("nl", pages) == []
    assert [path for path, page in pages.items() if "%(" in page] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_english_sentence_stands_on_a_dutch_page(portal: Portal, name: str) -> None:
    pages = portal.read(name, "nl")

    assert found("en", pages) == []
    assert all(any(on_page("nl", page)) for page in pages.values())


def test_what_went_wrong_is_said_in_the_readers_language(portal: Portal) -> None:
    english, dutch = (portal.open("Aisha", language).get("/no-such-page").get_data(as_text=True) for language in ("en", "nl"))

    assert "This page does not exist, or is not for you." in english
    assert "Deze pagina bestaat niet, of is niet voor u." in dutch


@pytest.mark.parametrize(
    ("count", "dutch", "english"), [(1, "1 dag te laat", "1 day overdue"), (2, "2 dagen te laat", "2 days overdue")]
)
def test_one_and_many_are_right_in_both_languages(portal: Portal, count: int, dutch: str, english: str) -> None:
    """Dutch has no catalogue: its sentences are the msgids, its plurals those of the code."""
    with portal.app.test_request_context():
        for language, words in (("nl", dutch), ("en", english)):
            with force_locale(language):
                assert str(ngettext("%(num)d dag te laat", "%(num)d dagen te laat", count)) == words


def test_the_page_on_what_is_kept_is_not_called_by_the_word_on_a_button(portal: Portal) -> None:
    """*Bewaren* is both in Dutch: in English the menu said *Save*."""
    page = portal.open("Ada", "en").get("/retention").get_data(as_text=True)
    assert re.search(r'href="/retention"[^>]*>\s*Retention\s*<', page) and "<title>Retention ·" in page
