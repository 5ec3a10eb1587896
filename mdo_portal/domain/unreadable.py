"""Why a message cannot be read, in a person's words: what happened, what was kept, what to do now."""

from __future__ import annotations

from mdo_portal.errors import N_

#: reason code -> what a person reads: what happened, what was kept, what to do now
UNREADABLE_REASONS: dict[str, str] = {
    "no_header": N_(
        "Het begin van dit bericht is niet te lezen: er staat geen MSH, of geen geldige JSON of XML. Het is bewaard; "
        "laat het EPD-beheer van het ziekenhuis nagaan wat dit had moeten zijn."
    ),
    "no_control_id": N_(
        "Het bericht heeft geen eigen nummer (MSH-10) en is daarom geweigerd. Het is bewaard; "
        "het ziekenhuis moet het met een nummer opnieuw sturen."
    ),
    "unknown_sender": N_(
        "Onbekende afzender: deze naam (MSH-3/MSH-4) hoort bij geen enkel ziekenhuis. Het bericht is geweigerd (AR) en bewaard; "
        "maak of herstel de koppeling, daarna moet het ziekenhuis het opnieuw sturen."
    ),
    "other_name": N_(
        "Het EPD belde met het certificaat van dit ziekenhuis, maar het bericht noemt een afzender (MSH-3/MSH-4) die niet bij de koppeling "
        "staat. Het is geweigerd (AR) en bewaard; zet die naam bij Instellingen, of laat het EPD zijn oude naam gebruiken. "
        "Daarna moet het EPD het opnieuw sturen."
    ),
    "several_senders": N_(
        "Meer ziekenhuizen hier sturen onder deze naam (MSH-3/MSH-4), en de verbinding toonde geen certificaat dat zegt van welk het is. "
        "Het bericht is geweigerd en bewaard; laat het ziekenhuis met zijn eigen certificaat bellen, of een eigen naam in MSH-4 zetten."
    ),
    "plain_not_accepted": N_(
        "Het bericht kwam onversleuteld en dat is met dit ziekenhuis niet afgesproken. Het is geweigerd en bewaard; "
        "laat het ziekenhuis met TLS verbinden, of leg vast wie onversleuteld verkeer tot wanneer aanvaardt."
    ),
    "unknown_certificate": N_(
        "Het certificaat van de verbinding hoort bij geen enkel ziekenhuis. Het bericht is geweigerd en bewaard; "
        "controleer met het ziekenhuis het certificaat en koppel het aan de verbinding."
    ),
    "wrong_certificate": N_(
        "Het certificaat van de verbinding is van een ander ziekenhuis dan het bericht zegt (MSH-3/MSH-4). "
        "Het is geweigerd en bewaard; bel het ziekenhuis van het certificaat."
    ),
    "too_much": N_(
        "Er was te veel tegelijk onderweg; dit bericht is afgebroken. Het begin is bewaard; het ziekenhuis stuurt het opnieuw."
    ),
    "no_tls": N_(
        "De verbinding kon geen geldig certificaat tonen en is verbroken. Controleer het certificaat met het ziekenhuis."
    ),
    "nobody_here": N_(
        "Het bericht ging over iemand zonder casus en is niet bewaard. Alleen de kop staat er nog, tot de afzender is bevestigd."
    ),
    "no_patient": N_(
        "Er staat geen patiënt in dit bericht, of een zonder nummer en naam (PID, bij FHIR Patient). Het is bewaard; laat het EPD het "
        "met patiënt opnieuw sturen, en leg dit daarna terzijde."
    ),
    "no_request": N_("Er staat geen aanvraag in deze bundel. Hij is bewaard; laat het EPD de aanvraag sturen."),
    "split": N_(
        "Er staat meer dan één aanvraag in deze bundel: van een andere patiënt, of voor nog een overleg. Er is niets overgenomen en de "
        "bundel is bewaard; laat het EPD een bericht per aanvraag sturen, of neem ze zelf op."
    ),
    "unknown_kind": N_(
        "Dit soort bericht verwerkt de koppeling niet. Het is bewaard; zeg bij Wat elders staat wat het is, of leg het terzijde."
    ),
    "hostile_delimiters": N_(
        "De scheidingstekens in de kop kloppen niet. Het bericht is bewaard; laat het EPD het opnieuw sturen."
    ),
    "too_large": N_(
        "Het bericht is groter dan afgesproken en is geweigerd. Alleen het begin is bewaard; spreek een grens af met het ziekenhuis."
    ),
    "too_slow": N_("Het bericht kwam niet af: de verbinding viel stil. Het begin is bewaard; het ziekenhuis stuurt het opnieuw."),
    "not_framed": N_(
        "Het bericht kwam zonder de tekens waartussen het bij MLLP staat (hex 0B ervoor, 1C 0D erachter), en is geweigerd. Het begin is "
        "bewaard; zet in het EPD MLLP aan (het heet ook LLP) en stuur het opnieuw."
    ),
    "too_many": N_(
        "Te veel verbindingen tegelijk van dit ziekenhuis. De nieuwe is geweigerd; het ziekenhuis probeert het vanzelf opnieuw."
    ),
    "too_many_entries": N_("De bundel heeft te veel onderdelen en is geweigerd. Hij is bewaard; laat het EPD hem splitsen."),
    "too_many_numbers": N_(
        "De bundel noemt meer dan duizend nummers van patiënten en is geweigerd. Hij is bewaard; laat het EPD een bericht "
        "per aanvraag sturen."
    ),
    "undecodable": N_(
        "De tekens van dit bericht zijn niet te lezen (tekenset). Het is bewaard; spreek de tekenset af met het ziekenhuis."
    ),
    "broken": N_("Het bericht is beschadigd of ongeldig opgebouwd. Het is bewaard; laat het EPD het opnieuw sturen."),
    "condition": N_(
        "Het adres waaraan dit is gestuurd, noemt een ander nummer dan erin staat, of vraagt iets wat hier niet kan. Het is bewaard; "
        "laat het EPD het opnieuw sturen."
    ),
    "media_type": N_(
        "Dit is geen FHIR in JSON of XML en is daarom geweigerd. Het is bewaard; laat het EPD-beheer van het ziekenhuis nagaan wat dit had "
        "moeten zijn."
    ),
    "coded": N_(
        "Het bericht kwam samengeperst (Content-Encoding) en is daarom geweigerd. Het is bewaard; laat het EPD het zonder dat "
        "opnieuw sturen."
    ),
    "not_pulled": N_(
        "De gegevens die dit ziekenhuis klaarzette, zijn niet opgehaald. Er is niets overgenomen; herstel de koppeling en kies Opnieuw "
        "lezen; dan wordt opnieuw opgehaald."
    ),
    "not_polled": N_(
        "Deze aanvraag staat klaar bij het ziekenhuis, maar wat erbij hoort is daar niet op te halen. Er is niets overgenomen; bel het "
        "ziekenhuis. Zodra daar een nieuwe versie staat, wordt die vanzelf opgehaald."
    ),
    "other_patient": N_(
        "De gegevens gaan over een andere patiënt dan werd aangekondigd. Er is niets overgenomen; bel het ziekenhuis."
    ),
    "unknown_referral": N_(
        "Dit hoort bij een aanmelding die hier niet bekend is. Het is bewaard en wordt gelezen zodra die aanmelding komt; "
        "laat het EPD haar sturen, of leg dit terzijde."
    ),
    "waits_for_referral": N_(
        "Dit bericht hoort bij een patiënt van wie een ander bericht niet gelezen kon worden, misschien de aanmelding. Het is bewaard en "
        "wordt vanzelf gelezen zodra dat bericht is gelezen; leg dat terzijde en dit vervalt."
    ),
    "wrong_version": N_(
        "De versie van dit bericht is anders dan afgesproken. Het is bewaard; kies bij Instellingen het profiel van die versie."
        " FHIR R5 leest het portaal niet: vraag de afzender om R4 of STU3."
    ),
    "identity_conflict": N_(
        "De patiënt in dit bericht past niet bij wie hier staat. Er is niets samengevoegd; iemand beslist op de pagina Wie is dit."
    ),
    "waits_for_identity": N_(
        "Dit bericht wacht tot iemand heeft beslist wie deze patiënt is (pagina Wie is dit). Daarna wordt het vanzelf gelezen."
    ),
    "objection": N_("De patiënt heeft bezwaar gemaakt tegen delen. Het bericht is bewaard maar niet verwerkt."),
    "reader_slow": N_(
        "Onleesbaar: de lezer had te lang nodig. Het bericht is bewaard; de beheerder kan het na herstel opnieuw aanbieden."
    ),
    "reader_died": N_(
        "Onleesbaar: de lezer brak af, het bericht is te groot of te diep opgebouwd. Het is bewaard; "
        "laat het EPD het eenvoudiger sturen."
    ),
    "wrong_profile": N_(
        "Wat er bij Wat elders staat is ingesteld, klopt niet meer met het profiel (de plaats staat erbij). Het bericht is bewaard; "
        "herstel het daar en laat het bericht opnieuw lezen."
    ),
    "other_wire": N_(
        "De koppeling van dit ziekenhuis leest nu een ander soort berichten (HL7 v2 of FHIR). Het bericht is bewaard; "
        "zet het profiel terug en laat het opnieuw lezen, of leg het terzijde."
    ),
    "emptied": N_(
        "De inhoud van dit bericht is verwijderd (bewaartermijn of vernietiging) voordat het gelezen kon worden. "
        "Laat het EPD het zo nodig opnieuw sturen, of leg het terzijde."
    ),
    "sealed": N_(
        "De versleutelde inhoud van dit bericht gaat niet open: de sleutel ontbreekt of de inhoud is veranderd. Het is bewaard; "
        "de beheerder herstelt de sleutels en laat het opnieuw lezen, of het ziekenhuis stuurt het opnieuw."
    ),
    "failed": N_("Het verwerken is steeds mislukt. Het bericht is bewaard; de beheerder kan het na herstel opnieuw aanbieden."),
}

NO_SENDER = "unknown_sender"
OTHER_NAME = "other_name"
"""Whose it is, its line says; as who it signs, nobody there said."""
NOBODY = "nobody_here"
"""It was about somebody without a case: only its header is still there."""

SEND_AGAIN = frozenset(
    {
        "other_name",
        "no_header",
        "no_control_id",
        "hostile_delimiters",
        "too_large",
        "too_slow",
        "not_framed",
        "too_much",
        "too_many",
        "no_tls",
        "media_type",
        "coded",
        "not_polled",
        "condition",
    }
)
"""Reasons that lie in the bytes themselves, or of which only the beginning or the number came, or who was refused at the door: the
hospital must send again."""

ABOUT_IDENTITY = ("identity_conflict", "waits_for_identity")
"""Reasons that a person settles by saying who the patient is, and no other way."""
DECIDED = N_("Op de pagina Wie is dit is beslist: dit gaat over iemand die hier geen casus heeft, of het is terzijde gelegd.")
"""What is said of a message that was put aside by that."""

#: reason code -> why a message that was read into a case before was read again in vain
AGAIN_REASONS: dict[str, str] = {
    "again_ended": N_("Opnieuw lezen veranderde niets: de casus is al afgerond."),
    "again_withdrawn": N_(
        "Opnieuw gelezen is dit een intrekking. De casus is gebleven zoals die was; vraag het EPD-beheer van het ziekenhuis wat is bedoeld."
    ),
    "again_other_kind": N_(
        "Opnieuw gelezen is dit geen aanmelding meer. De casus is gebleven zoals die was; kijk de koppeling na."
    ),
    "again_other_number": N_(
        "Opnieuw gelezen heeft deze aanmelding een ander nummer, dat van een andere casus is of bij een aanvulling niet past. "
        "De casus is gebleven zoals die was; kijk na waar het nummer van de aanvraag staat."
    ),
    "again_other_patient": N_(
        "Opnieuw gelezen gaat dit bericht over een ander patiëntnummer dan dat van de casus. De casus is gebleven zoals die was; kijk na "
        "waar het nummer staat, en laat het ziekenhuis de aanmelding opnieuw sturen: dan wordt gevraagd wie dit is."
    ),
    "identity_conflict": N_(
        "Opnieuw gelezen past de patiënt in dit bericht niet bij wie hier staat. De casus is gebleven zoals die was; kijk na waar nummer, "
        "naam en geboortedatum staan."
    ),
    "waits_for_identity": N_(
        "Opnieuw lezen kan pas als iemand heeft beslist wie deze patiënt is (pagina Wie is dit). De casus is gebleven zoals die was; "
        "lees daarna nog eens opnieuw."
    ),
    "objection": N_("Opnieuw lezen veranderde niets: de patiënt heeft bezwaar gemaakt tegen delen."),
}
AGAIN_IN_VAIN = N_("Opnieuw lezen lukte niet met de koppeling zoals die nu is. De casus is gebleven zoals die was.")
