"""The labels that the portal itself puts above what a hospital sent. A hospital's own label is shown as it was sent."""

from __future__ import annotations

import re

from mdo_portal.errors import N_

PROPOSED = "Hamerstuk voorgesteld"
"""By which protocol the referrer thinks that it need not be discussed. The chair decides."""
#: what profiles call the segments and resources that have no label of their own, and what the portal keeps of before
OWN_LABELS = frozenset(
    {
        N_("Aangevraagd"),
        N_("Aanvullende informatie"),
        N_("Afspraak"),
        N_("Allergie"),
        N_("Beeldvormend onderzoek"),
        N_("Behandelplan"),
        N_("Beoordeling"),
        N_("Bericht"),
        N_("Bestanddeel"),
        N_("Bijwerking of complicatie"),
        N_("Categorie van de verwijzing"),
        N_("Contact"),
        N_("Contactpersoon"),
        N_("Diagnose"),
        N_("Dieet"),
        N_("Document"),
        N_("Document niet meegestuurd"),
        N_("Doel"),
        N_("Familieanamnese"),
        N_("Gevraagd MDO"),
        N_("Gewenst vanaf"),
        N_("Hamerstuk voorgesteld"),
        N_("Hulpmiddel"),
        N_("Klinische gegevens"),
        N_("Materiaal"),
        N_("Meerling"),
        N_("Plaats in het lichaam"),
        N_("Probleem"),
        N_("Reden"),
        N_("Reden van onderzoek"),
        N_("Reden van opname of bezoek"),
        N_("Reden van verwijzing"),
        N_("Risico-inschatting"),
        N_("Soort aanvraag"),
        N_("Soort verwijzing"),
        N_("Stadium"),
        N_("Studie"),
        N_("Taal"),
        N_("Contactpersoon"),
        N_("Toedieningsweg"),
        N_("Toegediend"),
        N_("Toe te dienen"),
        N_("Toelichting"),
        N_("Toestemming of afspraak"),
        N_("Tolk nodig"),
        N_("Vaccinatie"),
        N_("Verrichting"),
        N_("Verslag zonder tekst"),
        N_("Verstrekt"),
        N_("Voorgeschreven"),
        N_("Waarschuwing"),
        N_("Zorgepisode"),
        N_("Zorgteam"),
        N_("Eerdere vraag aan het MDO"),
        N_("Eerdere vraag aan de radiologie"),
        N_("Eerdere vraag aan de pathologie"),
        N_("Eerdere urgentie"),
        N_("Eerder uiterlijk zinvol op"),
        N_("Eerdere verwijzer"),
        N_("Eerder nummer van de verwijzer"),
        N_("Eerder telefoonnummer van de verwijzer"),
        N_("Eerdere behandelaar"),
        N_("Eerdere casemanager"),
        N_("Eerdere huisarts"),
        N_("Eerdere taak van het verzoek"),
        N_("Eerder voorbehoud van de afzender"),
        N_("Ingetrokken door het ziekenhuis"),
    }
)

SPOKEN = frozenset({"Taal", "Tolk nodig"})
"""What whoever speaks with the patient must know: it stands beside who the patient is, and not below among what else was sent."""

_ONCE = frozenset(
    {
        "Categorie van de verwijzing", "Gevraagd MDO", "Gewenst vanaf", "Klinische gegevens",
        "Reden", "Reden van onderzoek", "Reden van opname of bezoek",
        "Reden van verwijzing", "Soort aanvraag", "Soort verwijzing", "Stadium", "Toedieningsweg", "Tolk nodig",
        "Eerdere vraag aan het MDO", "Eerdere vraag aan de radiologie", "Eerdere vraag aan de pathologie",
        "Eerdere urgentie", "Eerder uiterlijk zinvol op", "Eerdere verwijzer", "Eerder nummer van de verwijzer",
        "Eerder telefoonnummer van de verwijzer", "Eerdere behandelaar", "Eerdere casemanager", "Eerdere huisarts",
        "Eerdere taak van het verzoek", "Eerder voorbehoud van de afzender",
    }
)  # fmt: skip
"""Of these a message says one thing, and the next message that thing otherwise."""
_REST = re.compile(r"[:;,(]")
_ONE_THING = frozenset({("label", "")})


def bare(label: str) -> str:
    """`PI-RADS` of `PI-RADS (links)`: of which of several it is may stand behind a name or not, by what else a message holds."""
    name, mark, _ = label.rpartition(" (")
    return name if mark and label.endswith(")") else label


def are_two(label: str, first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether two facts under this label are two things: it says of what kind they are (*Allergie*), and the patient may have several.

    Each as (code, words). They are one when the code is, else when the words begin alike: `Penicilline`, `Penicilline (weerlegd)`.
    """
    return names(label, *first).isdisjoint(names(label, *second))


def names(label: str, code: str, words: str) -> frozenset[tuple[str, str]]:
    """By what a fact is known among those under its label: two that share none are two things."""
    if label.partition(" (")[0] not in OWN_LABELS - _ONCE:
        return _ONE_THING
    begins = ("words", _REST.split(words, maxsplit=1)[0].strip().casefold())
    return frozenset({begins, ("code", code)} if code else {begins})
