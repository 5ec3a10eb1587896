"""Words about a link: who changed what reads as people say it, and profiles are called by their titles in both languages."""

from __future__ import annotations

from flask import Flask
from flask_babel import Babel, force_locale

from mdo_portal import wiring_profiles
from mdo_portal.web import link_words
from mdo_portal.web.link_words import Difference


def in_language(language: str) -> Flask:
    app = Flask("mdo_portal")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, default_locale=language)
    return app


def test_a_change_is_told_field_by_field_before_and_after() -> None:
    with in_language("nl").test_request_context():
        told = link_words.differences("level: form\nprofile_in: ", "level: hl7v2\nprofile_in: hix\nMSH-3: HIX")

    assert told == [
        Difference("Hoe ver dit ziekenhuis is", "Formulier", "HL7 v2"),
        Difference("Profiel van wat binnenkomt", "", "ChipSoft HiX"),
        Difference("MSH-3", "", "HIX"),
    ]


def test_how_letters_to_practices_go_is_told_in_words_too() -> None:
    with in_language("nl").test_request_context():
        told = link_words.differences("channel: paper\nmail_to: ", "channel: notice\nmail_to: post@praktijk.example")

    assert told == [
        Difference("Brieven gaan", "op papier", "als bericht per mail"),
        Difference("Wie een e-mail krijgt", "", "post@praktijk.example"),
    ]


def test_what_is_no_field_stands_as_it_was_written() -> None:
    with in_language("nl").test_request_context():
        assert link_words.differences("", "HIX ZEED") == [Difference("", "", "HIX ZEED")]


def test_a_profile_has_an_english_title() -> None:
    with in_language("nl").test_request_context(), force_locale("en"):
        titles = link_words.profiles().titles

    assert titles["generic-v2"] == "HL7 v2, general"


def test_every_dutch_title_of_a_profile_is_in_the_catalogue() -> None:
    products = {"ChipSoft HiX", "Nexus", "ZorgDomein", "Epic (FHIR R4)"}
    assert set(wiring_profiles.known_profiles().titles.values()) - products <= set(link_words.TITLES)
