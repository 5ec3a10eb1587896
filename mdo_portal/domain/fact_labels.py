"""The labels that the portal itself puts above what a hospital sent. A hospital's own label is shown as it was sent."""

from __future__ import annotations

from mdo_portal.errors import N_

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
        N_("Hulpmiddel"),
        N_("Klinische gegevens"),
        N_("Materiaal"),
        N_("Plaats in het lichaam"),
        N_("Reden"),
        N_("Reden van onderzoek"),
        N_("Reden van opname of bezoek"),
        N_("Reden van verwijzing"),
        N_("Risico-inschatting"),
        N_("Soort aanvraag"),
        N_("Stadium"),
        N_("Studie"),
        N_("Toedieningsweg"),
        N_("Toegediend"),
        N_("Toelichting"),
        N_("Toestemming of afspraak"),
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
        N_("Ingetrokken door het ziekenhuis"),
    }
)
