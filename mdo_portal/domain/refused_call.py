"""A call that came to nothing before it brought a message: a system that is being set up, and stands outside without knowing why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from mdo_portal.database import Base
from mdo_portal.errors import N_

OVER_MLLP = {
    "no_certificate": N_("toonde geen certificaat. Zet in dat systeem het clientcertificaat bij deze verbinding."),
    "unknown_authority": N_(
        "toonde een certificaat van een uitgever die deze server niet kent. Neem een certificaat van een uitgever die bij "
        "Certificaat koppelen staat, of vraag de beheerder van het portaal deze uitgever toe te laten."
    ),
    "certificate_ended": N_(
        "toonde een certificaat dat is verlopen of nog niet geldig is. Zet het nieuwe in dat systeem, en kijk of de klok er goed staat."
    ),
    "certificate_not_for_calling": N_(
        "toonde een certificaat dat niet is om mee te bellen (clientAuth ontbreekt bij het gebruik). Vraag een clientcertificaat."
    ),
    "certificate_withdrawn": N_("toonde een certificaat dat de uitgever heeft ingetrokken. Zet er een nieuw in dat systeem."),
    "no_list_of_withdrawn": N_(
        "toonde een certificaat van een uitgever waarvan hier geen geldige lijst van ingetrokken certificaten staat. Dat systeem kan er "
        "niets aan doen; de beheerder van het portaal haalt bij de uitgever een nieuwe lijst."
    ),
    "not_tls": N_("sprak geen TLS op de poort waar dat moet. Zet in dat systeem TLS aan voor deze verbinding."),
    "old_tls": N_("kent alleen een te oude TLS. Nodig is TLS 1.2 of nieuwer, met ECDHE en AES-GCM of ChaCha20."),
    "distrusts_us": N_(
        "vertrouwde het certificaat van dit portaal niet en hing op. Zet in dat systeem de uitgever van ons certificaat bij de vertrouwde."
    ),
    "tls_unasked": N_(
        "sprak TLS op de poort zonder TLS. Zet in dat systeem het adres van de poort met TLS; de beheerder van het portaal weet welke "
        "dat is."
    ),
    "http": N_(
        "sprak HTTP (webverkeer) op de poort voor HL7 v2. Kies in dat systeem TCP met MLLP, of stuur FHIR naar het webadres van het "
        "portaal."
    ),
    "checked": N_(
        "stuurde een webverzoek of een paar tekens, geen bericht. Zo kijkt een load balancer of bewaking of de poort open is: dan hoeft er "
        "niets te gebeuren, en is alleen verbinden (TCP) genoeg. Is het toch een EPD, kies daar dan TCP met MLLP, en op de poort met TLS "
        "ook TLS."
    ),
    "not_framed": N_(
        "stuurde iets zonder de tekens waartussen een bericht bij MLLP staat (hex 0B ervoor, 1C 0D erachter). Zet in dat systeem MLLP aan; "
        "het heet ook LLP."
    ),
    "too_many": N_(
        "had te veel verbindingen tegelijk open. Zet in dat systeem één blijvende verbinding in plaats van een per bericht."
    ),
}
"""What such a call did, after its address, and what to do about it. The reasons are those of integrations/hl7v2/wire: tls.py, stray.py."""

OVER_FHIR = {
    "no_token": N_("stuurde geen token mee. Zet in dat systeem het token van de koppeling, in de kop Authorization: Bearer …"),
    "unknown_token": N_(
        "stuurde een token mee dat hier niet geldt. Zet in dat systeem het token dat bij het maken van de koppeling stond, of haal een "
        "nieuw: een token dat wordt gehaald is vijf minuten goed."
    ),
    "token_form": N_(
        "vroeg een token op een andere manier dan hier kan: nodig is client_credentials met een ondertekende client_assertion "
        "(SMART Backend Services), waarin iss en sub allebei het client-id zijn."
    ),
    "token_client": N_(
        "vroeg een token met een client-id dat hier niet is vastgelegd. Leg het vast bij Afspraken over FHIR, of zet in dat systeem het "
        "goede."
    ),
    "token_header": N_(
        "vroeg een token met een verklaring waarvan de kop niet kan: nodig zijn een kid en RS384 of ES384, en geen adres van andere "
        "sleutels."
    ),
    "token_key": N_(
        "vroeg een token met een sleutel (kid) die hier niet is vastgelegd. Leg hun publieke sleutels (JWKS) opnieuw vast bij Afspraken "
        "over FHIR, of laat ze ophalen."
    ),
    "token_signature": N_(
        "vroeg een token met een ondertekening die niet bij de vastgelegde sleutel past. Is de sleutel daar vernieuwd, leg dan ook de "
        "nieuwe JWKS vast."
    ),
    "token_aud": N_(
        "vroeg een token met een verklaring voor een ander (aud). Zet in dat systeem als aud het tokenadres dat hier staat."
    ),
    "token_exp": N_(
        "vroeg een token met een verklaring die al verlopen is, nog niet geldt of langer dan vijf minuten duurt. Kijk of de klok daar goed "
        "staat."
    ),
    "token_jti": N_(
        "vroeg een token met een verklaring zonder eigen nummer (jti), of met een die al gebruikt was. Laat dat systeem voor elk token een "
        "nieuwe maken."
    ),
    "token_scope": N_(
        "vroeg een token voor iets wat hier niet kan (scope). Vraag system/*.write om in te sturen, of system/Task.read om taken te lezen."
    ),
}
"""The same of the FHIR address. The reasons are those of web/fhir.py and, for a token, of integrations/smart/server.py."""

SENTENCES = OVER_MLLP | OVER_FHIR
CHECKS = ("checked",)
"""What most likely wants nothing but to know whether the port is open, time and again: told apart from what goes wrong."""


class RefusedCall(Base):
    """Calls from one address that failed in one way. Written by who answers the line; the oldest go.

    See services/links/refused_calls.py. No patient data.
    """

    __tablename__ = "refused_calls"

    #: from where: an IP address, without the port
    address: Mapped[str] = mapped_column(primary_key=True)
    #: one of SENTENCES
    reason: Mapped[str] = mapped_column(primary_key=True)
    #: when it failed like this for the first time
    first_at: Mapped[datetime]
    #: when it last did
    seen_at: Mapped[datetime]
    #: how often it did
    times: Mapped[int] = mapped_column(BigInteger)

    @property
    def is_check(self) -> bool:
        return self.reason in CHECKS

    @property
    def sentence(self) -> str:
        """What it did and what to do about it, behind the address."""
        return SENTENCES.get(self.reason, "")
