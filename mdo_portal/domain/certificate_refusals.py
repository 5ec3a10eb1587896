"""Why a certificate that a person handed in is not bound, in sentences: what it is instead, and what to ask for."""

from __future__ import annotations

from mdo_portal.errors import N_

NOTHING = N_("Plak een certificaat of kies een bestand. Er is niets gekoppeld.")
TOO_LARGE = N_(
    "Dit is groter dan 64 kB en dus geen certificaat. Er is niets gelezen en niets bewaard; vraag alleen het certificaat."
)
HOLDS_KEY = N_(
    "Hier zit een privésleutel in (of het is een sleutelbestand, zoals .p12 of .pfx). Er is niets van bewaard. De sleutel hoort het "
    "EPD niet te verlaten: vraag uw EPD-beheerder alleen het certificaat, en meld dat deze sleutel is rondgestuurd."
)
CHAIN = N_(
    "Hier staan meer certificaten achter elkaar (een keten). Er is niets gekoppeld; "
    "plak alleen dat van het ziekenhuis zelf, meestal het eerste."
)
REQUEST = N_(
    "Dit is een aanvraag (CSR), nog geen certificaat. Er is niets gekoppeld; vraag wat de uitgever van de certificaten teruggaf."
)
BUNDLE = N_(
    "Dit is een verzameling (PKCS#7, .p7b). Er is niets gekoppeld; vraag het ene certificaat van het ziekenhuis, als .pem, .crt of .cer."
)
NOT_ONE = N_(
    "Dit is geen certificaat dat het portaal kan lezen. Er is niets gekoppeld; het begint met -----BEGIN CERTIFICATE-----, "
    "of is een bestand dat eindigt op .pem, .crt, .cer of .der."
)
AUTHORITY = N_(
    "Dit is het certificaat van een uitgever (CA), of een dat zichzelf ondertekende (self-signed): daarmee belt niemand. "
    "Er is niets gekoppeld; vraag het clientcertificaat dat een vertrouwde uitgever aan het ziekenhuis gaf."
)
NO_CLIENT = N_(
    "Dit certificaat mag niet om mee te bellen (clientAuth ontbreekt bij het gebruik), dus de lijn zou het weigeren. "
    "Er is niets gekoppeld; vraag een clientcertificaat."
)

ISSUER_UNKNOWN = N_(
    "Dit certificaat is uitgegeven door %(issuer)s, en dat is geen van de uitgevers hieronder: de lijn breekt dan af vóór het eerste "
    "bericht. Er is niets gekoppeld; vraag een certificaat van een van deze, of vraag de beheerder van het portaal deze uitgever toe "
    "te laten."
)
