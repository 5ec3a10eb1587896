"""Why a letter has not arrived, in a secretary's words: from the state and the receipt's code to a sentence."""

from __future__ import annotations

from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from mdo_portal.domain.delivery import DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.errors import N_
from mdo_portal.exchange import Receipt, ReceiptKind

COMMIT = "CA"
"""Code of what the other side's engine has; its application said nothing."""
KEPT = (COMMIT, "laid", "fetched", "mailed")
"""Codes of what the other side has and nobody there has confirmed yet: a commit in enhanced mode, a file, a mail."""

PRINTED = "print"
"""Code of a letter that lies ready to be printed and carried."""

REPLACED = "replaced"
"""Code of a letter that need not leave any more: its recipient has what corrects or withdraws it."""

WITHHELD = "withheld"
"""Code of a copy that left without an answer, and does not leave again: its patient objects."""

OTHER_PATIENT = "other_patient"
"""Code of a letter that names another patient than its case is of by now."""


class Told(Enum):
    """What a receipt says about the receiver, as distinct from the letter."""

    ANSWER = auto()  #: it is there and said something about the letter
    ABSENCE = auto()  #: nobody was there at all: the letter was not even tried
    TROUBLE = auto()  #: no answer that settles anything: the receiver, or this letter
    NOTHING = auto()  #: it never came to the receiver: our own writer, printer or settings


class Tried(Protocol):
    """What is known of the last attempt at a letter."""

    @property
    def channel(self) -> str: ...
    @property
    def state(self) -> DeliveryState: ...
    @property
    def receipt_code(self) -> str: ...
    @property
    def receipt_text(self) -> str: ...
    @property
    def attempts(self) -> int: ...
    @property
    def held_at(self) -> datetime | None: ...
    @property
    def sent_at(self) -> datetime | None: ...
    @property
    def refused_at(self) -> datetime | None: ...


_NOT_THERE = N_("De ontvanger is niet bereikbaar.")
_SILENT = N_("De ontvanger heeft de ontvangst niet bevestigd.")
_CUT = N_("De verbinding brak af voordat de ontvanger bevestigde.")
_ODD = N_("De ontvanger antwoordde, maar niet leesbaar op deze brief.")
_REFUSED = N_("De ontvanger weigert de brief.")
_REPEAT_REFUSED = N_(
    "De ontvanger weigert de brief, maar een eerdere poging kreeg geen antwoord: misschien heeft hij hem al. Vraag het na voordat u hem op "
    "papier zet."
)
_NO_ADDRESS = N_("De ontvanger kent dit adres niet. De koppelingsbeheerder van het ziekenhuis moet het adres nakijken.")
_REPEAT_NO_ADDRESS = N_(
    "De ontvanger kent dit adres niet: de koppelingsbeheerder van het ziekenhuis moet het nakijken. Een eerdere poging kreeg geen "
    "antwoord, dus misschien heeft de ontvanger de brief al. Vraag het na voordat u hem op papier zet."
)
_OF_A_REPEAT = {_REFUSED: _REPEAT_REFUSED, _NO_ADDRESS: _REPEAT_NO_ADDRESS}
_NO_ACCESS = N_("De ontvanger laat het portaal niet toe. De koppelingsbeheerder van het ziekenhuis moet de sleutel nakijken.")
_NOT_WRITABLE = N_("Deze brief past niet in het berichtformaat van de ontvanger. Druk hem af en meld het de beheerder.")
_BAD_ADDRESS = N_("Het adres van deze koppeling is niet veilig en wordt niet gebruikt. Meld het de beheerder.")
_SEALED = N_(
    "De brief of het adres van deze koppeling gaat niet open: een sleutel ontbreekt. Er is niets verstuurd; meld het de beheerder."
)
_NO_TOKEN_SERVER = N_("De server die bij dit ziekenhuis tokens geeft, is niet bereikbaar. Er is niets verstuurd.")
_OURS = N_("Versturen mislukte bij het portaal zelf. De brief is bewaard; meld het de beheerder.")

#: code of the receipt -> what a person reads; codes of integrations/hl7v2 and integrations/fhir
RECEIPT_REASONS: dict[str, str] = {
    "unreachable": _NOT_THERE,
    "no_connection": _NOT_THERE,
    "timeout": _SILENT,
    "closed": _CUT,
    "broken_off": _CUT,
    "cut": _CUT,
    "foreign": _ODD,
    "no_code": _ODD,
    "junk": _ODD,
    "compressed": _ODD,
    "too_large": _ODD,
    "200": _ODD,
    "201": _ODD,
    "AR": N_("De ontvanger kan de brief nu niet aannemen."),
    "CR": N_("De ontvanger kan de brief nu niet aannemen."),
    "CA": N_("De ontvanger heeft de brief bewaard; het EPD heeft hem nog niet bevestigd."),
    "laid": N_("De brief is klaargezet voor de ontvanger; nog niemand heeft de ontvangst bevestigd."),
    "fetched": N_("De brief is uit de map gehaald; nog niemand heeft de ontvangst bevestigd."),
    "mailed": N_("De ontvanger weet dat de brief in het portaal klaarstaat; nog niemand heeft de ontvangst bevestigd."),
    "AE": _REFUSED,
    "CE": _REFUSED,
    "401": _NO_ACCESS,
    "403": _NO_ACCESS,
    "404": _NO_ADDRESS,
    "409": N_("De ontvanger heeft er al een document met dit nummer, of is er nog mee bezig."),
    "412": N_("De ontvanger heeft er al een document met dit nummer, of is er nog mee bezig."),
    "413": N_("De brief is te groot voor de ontvanger. Druk hem af en meld het de beheerder."),
    "429": N_("De ontvanger heeft het te druk."),
    "unsendable": _NOT_WRITABLE,
    "not_valid": _NOT_WRITABLE,
    "address": _BAD_ADDRESS,
    "certificate": N_(
        "Het certificaat van de ontvanger klopt niet: verlopen, van een andere naam, of van een uitgever die het portaal niet kent. Er is "
        "niets verstuurd; de koppelingsbeheerder van het ziekenhuis laat het vernieuwen, of legt hun uitgever vast bij de koppeling."
    ),
    "bad_address": _BAD_ADDRESS,
    "sealed": _SEALED,
    "no_secret": N_(
        "Er is geen geheim vastgelegd om deze brief mee te ondertekenen. Er is niets verstuurd; de koppelingsbeheerder van het ziekenhuis "
        "legt het vast."
    ),
    "token unreachable": _NO_TOKEN_SERVER,
    "token no_connection": _NO_TOKEN_SERVER,
    "token timeout": N_("De server die bij dit ziekenhuis tokens geeft, antwoordt niet op tijd. Er is niets verstuurd."),
    "token answer": N_("De server die bij dit ziekenhuis tokens geeft, gaf geen bruikbaar token. Er is niets verstuurd."),
    "token 400": _NO_ACCESS,
    OTHER_PATIENT: N_(
        "Deze brief noemt een andere patiënt dan nu bij de casus staat, en gaat niet weg. Ga na om wie het gaat, en laat de voorzitter het "
        "advies herzien of intrekken."
    ),
    "other_content": N_("Bij de ontvanger staat een andere brief onder dit nummer. Bel voordat u opnieuw verstuurt."),
}
#: codes whose words come from the receiver; those of other codes are ours, for a log and not for a person
_NEVER_LEFT = frozenset({"unsendable", "not_valid", "bad_address", "address", "sealed", "no_secret", "no_key", OTHER_PATIENT})
"""Refusals of our own writer, or of our own gate: nothing was sent."""
_ABSENT = frozenset({"unreachable", "no_connection", "certificate"})
_OF_A_FOLDER = "err"
_THEIR_WORDS = frozenset({"AE", "CE", "AR", "CR", _OF_A_FOLDER})


def told(receipt: Receipt) -> Told:
    """What this receipt says about the destination."""
    code = _of_server(receipt.code)
    if code in _NEVER_LEFT:
        return Told.NOTHING
    if receipt.kind in (ReceiptKind.ACCEPTED, ReceiptKind.REFUSED) or is_kept(receipt):
        return Told.ANSWER
    if code in _ABSENT:
        return Told.ABSENCE
    return Told.TROUBLE if reason(receipt.code) or code.isdigit() else Told.NOTHING


def reason(code: str) -> str:
    """What a person reads of this code alone; "" when there is nothing to say."""
    return RECEIPT_REASONS.get(code) or RECEIPT_REASONS.get(_of_server(code), "")


def _of_server(code: str) -> str:
    """What happened, whether at the hospital's own server or at the one that gives tokens for it (`token 401`)."""
    return code.removeprefix("token ")


def is_kept(receipt: Receipt) -> bool:
    """The other side has it and somebody, or its application, still has to confirm: not received, and no reason to send again soon."""
    return receipt.kind is ReceiptKind.UNKNOWN and receipt.code in KEPT


def has_left(receipt: Receipt) -> bool:
    """Whether the letter may have reached the other side: not when nobody was there, it was turned away, or we could not write it."""
    return receipt.kind is not ReceiptKind.LATER and receipt.code not in _NEVER_LEFT


def refuses_what_lies_there(receipt: Receipt) -> bool:
    """A no to the very letter that lies with them, and not to one more attempt at it: of a folder, where each attempt only looks."""
    return receipt.kind is ReceiptKind.REFUSED and receipt.code == _OF_A_FOLDER


def why(row: Tried) -> str:
    """One sentence (a Dutch message id): what holds this letter up, and where needed what to do. "" once it arrived."""
    if row.state is DeliveryState.RECEIVED:
        return ""
    if row.held_at is not None:
        return N_(
            "Na het terugzetten van een reservekopie is niet bekend of hij aankwam. Vraag het na bij de ontvanger, met dit nummer."
        )
    if row.state is DeliveryState.CANCELLED and row.receipt_code == REPLACED:
        return N_(
            "Niet opnieuw verstuurd: de brief die deze vervangt is al bij de ontvanger, of kan er zijn. Wat er nog te doen is, staat bij "
            "die brief."
        )
    if row.state is DeliveryState.CANCELLED and row.receipt_code == WITHHELD:
        return N_("De ontvanger heeft hem niet. De brief gaat niet meer weg: de patiënt maakte bezwaar tegen delen.")
    if row.state is DeliveryState.CANCELLED:
        return N_("Niet verstuurd: de patiënt maakt bezwaar tegen delen.")
    if row.state is DeliveryState.SENT and row.receipt_code == WITHHELD:
        return N_(
            "De ontvanger heeft de ontvangst niet bevestigd. De brief gaat niet nog eens weg, ook niet op papier: de patiënt maakt bezwaar "
            "tegen delen."
        )
    if row.channel == Channel.PAPER:
        return _on_paper(row)
    if not row.receipt_code:
        return N_("Klaar om te versturen.") if row.attempts == 0 else N_("Wordt nu verstuurd.")
    said = reason(row.receipt_code) or _by_shape(row)
    return _OF_A_REPEAT.get(said, said) if _left_before(row) else said


def _left_before(row: Tried) -> bool:
    return row.sent_at is not None and row.refused_at is not None and row.sent_at > row.refused_at


def _on_paper(row: Tried) -> str:
    if row.state is DeliveryState.SENT:
        return N_("Afgedrukt en verstuurd; nog niemand heeft de ontvangst bevestigd.")
    if row.receipt_code == PRINTED:
        return N_("Geen koppeling: deze brief moet worden afgedrukt en verstuurd.")
    if not row.receipt_code:
        return N_("De brief wordt gemaakt; daarna moet hij worden afgedrukt.")
    return reason(row.receipt_code) or _OURS


def _by_shape(row: Tried) -> str:
    code = _of_server(row.receipt_code)
    if code.isdigit() and code.startswith("5"):
        return N_("Er is een storing bij de ontvanger.")
    if row.state is DeliveryState.REFUSED:
        return _REFUSED
    return _ODD if code.isdigit() else _OURS


def their_words(row: Tried) -> str:
    """What the receiver itself said about it, word for word; "" when it said nothing for a person."""
    from_receiver = row.receipt_code in _THEIR_WORDS or row.receipt_code.isdigit()
    return row.receipt_text if from_receiver else ""
