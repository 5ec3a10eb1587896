"""What a mail to a colleague says: in Dutch, and in English for who has the portal in English. Nothing about anybody."""

from __future__ import annotations

from typing import NamedTuple

from mdo_portal.exchange import Waits


class Words(NamedTuple):
    """One mail."""

    subject: str
    text: str  # with {url}
    page: str  # added to the address people type
    language: str


class _Said(NamedTuple):
    subject: str
    text: str


def words(waits: Waits, language: str) -> Words:
    """In the language of who is mailed; in Dutch when that is none of ours."""
    known = language if language in _OF else "nl"
    return Words(*_OF[known][waits], _PAGES[waits], known)


_PAGES = {
    Waits.FOLLOW_UP: "/follow-up",
    Waits.LINE: "/links",
    Waits.MEETING: "/meetings",
    Waits.GLASS: "/log/review?rule=glass",
    Waits.QUESTION: "/worklist",
    Waits.STANDSTILL: "/links",
    Waits.RUNS: "/links",
}
_DUTCH = {
    Waits.FOLLOW_UP: _Said(
        "Er is iets voor u in het MDO-portaal",
        """Er is iets voor u in het portaal dat (bijna) te laat is.

Meld u aan en kijk bij Opvolging:
{url}

Deze mail bevat met opzet geen gegevens van patiënten, en komt hoogstens een keer per dag. Antwoorden worden niet gelezen.
""",
    ),
    Waits.LINE: _Said(
        "Kijk in het MDO-portaal: een certificaat loopt af",
        """Van een lijn waarover berichten binnenkomen loopt een certificaat af, of het is al verlopen.
Doet niemand iets, dan komen er geen berichten meer binnen.

Meld u aan en kijk bij Koppelingen wat er moet gebeuren:
{url}

Om welke lijn het gaat staat met opzet niet in deze mail. Antwoorden worden niet gelezen.
""",
    ),
    Waits.MEETING: _Said(
        "Kijk in het MDO-portaal: een vergadering is gewijzigd",
        """Een vergadering van een van uw MDO's is verzet, vervalt of komt erbij.

Meld u aan en kijk bij Vergaderingen:
{url}

Daar kunt u de vergaderingen ook in uw eigen agenda laten zetten. Om welk MDO het gaat staat met opzet niet in deze mail.
Antwoorden worden niet gelezen.
""",
    ),
    Waits.GLASS: _Said(
        "Kijk in het MDO-portaal: er was een noodinzage",
        """Iemand opende met spoed gegevens van een patiënt van uw ziekenhuis (noodinzage). Wie, wanneer en waarom staat in het logboek.

Meld u aan en kijk bij Logboek, Beoordelen:
{url}

Om welke patiënt het gaat staat met opzet niet in deze mail. Antwoorden worden niet gelezen.
""",
    ),
    Waits.QUESTION: _Said(
        "Kijk in het MDO-portaal: er wacht een vraag of een antwoord",
        """Over een casus die u kent is iets gevraagd of geantwoord, en u las het nog niet.

Meld u aan en kijk bij Werklijst:
{url}

Om welke patiënt het gaat staat met opzet niet in deze mail. Hij komt hoogstens om de drie uur.
Liever niet meer? Zet hem uit bij Mijn gegevens. Antwoorden worden niet gelezen.
""",
    ),
    Waits.STANDSTILL: _Said(
        "Kijk in het MDO-portaal: er staat iets stil",
        """In het verkeer met een ziekenhuis staat iets stil: er neemt niemand berichten aan, berichten worden niet gelezen,
een bericht dat niet te lezen is wacht al een dag, de server van een ziekenhuis antwoordt niet of geeft zijn sleutels niet,
of brieven komen niet aan.

Meld u aan en kijk bij Koppelingen wat er moet gebeuren:
{url}

Om welk ziekenhuis het gaat staat met opzet niet in deze mail. Zolang het stilstaat komt hij elke dag, en een laatste als het weer loopt.
Antwoorden worden niet gelezen.
""",
    ),
    Waits.RUNS: _Said(
        "Kijk in het MDO-portaal: het loopt weer",
        """Wat stilstond in het verkeer met een ziekenhuis, en waarover u een mail kreeg, loopt weer, al een kwartier.

Meld u aan en kijk bij Koppelingen en bij Post of alles is ingehaald:
{url}

Om welk ziekenhuis het gaat staat met opzet niet in deze mail. Antwoorden worden niet gelezen.
""",
    ),
}
_ENGLISH = {
    Waits.FOLLOW_UP: _Said(
        "There is something for you in the MDO portal",
        """There is something for you in the portal that is late, or nearly so.

Sign in and look at Follow-up:
{url}

This mail has no particulars of patients, on purpose, and comes once a day at most. Answers are not read.
""",
    ),
    Waits.LINE: _Said(
        "Look in the MDO portal: a certificate is about to end",
        """A certificate of a line over which messages come in is about to end, or has ended.
If nobody does anything, no messages come in any more.

Sign in and look at Links for what is to be done:
{url}

Which line it is does not stand in this mail, on purpose. Answers are not read.
""",
    ),
    Waits.MEETING: _Said(
        "Look in the MDO portal: a meeting changed",
        """A meeting of one of your boards was moved, called off or added.

Sign in and look at Meetings:
{url}

There you can also have the meetings put in your own calendar. Which board it is does not stand in this mail, on purpose.
Answers are not read.
""",
    ),
    Waits.GLASS: _Said(
        "Look in the MDO portal: there was an emergency access",
        """Somebody opened particulars of a patient of your hospital in an emergency. Who, when and why stands in the access log.

Sign in and look at Access log, Review:
{url}

Which patient it is does not stand in this mail, on purpose. Answers are not read.
""",
    ),
    Waits.QUESTION: _Said(
        "Look in the MDO portal: a question or an answer waits",
        """Something was asked or answered about a case that you know, and you have not read it yet.

Sign in and look at Work list:
{url}

Which patient it is does not stand in this mail, on purpose. It comes once in three hours at most.
Rather not? Switch it off at My details. Answers are not read.
""",
    ),
    Waits.STANDSTILL: _Said(
        "Look in the MDO portal: something stands still",
        """Something stands still in the traffic with a hospital: nobody takes messages, messages are not read,
a message that cannot be read has waited for a day, a hospital's server does not answer or does not give its keys,
or letters do not arrive.

Sign in and look at Links for what is to be done:
{url}

Which hospital it is does not stand in this mail, on purpose. It comes every day for as long as it lasts, and once more when it runs again.
Answers are not read.
""",
    ),
    Waits.RUNS: _Said(
        "Look in the MDO portal: it runs again",
        """What stood still in the traffic with a hospital, and of which you had a mail, runs again, for a quarter of an hour by now.

Sign in and look at Links and at Post whether all has been caught up:
{url}

Which hospital it is does not stand in this mail, on purpose. Answers are not read.
""",
    ),
}
_OF = {"nl": _DUTCH, "en": _ENGLISH}
