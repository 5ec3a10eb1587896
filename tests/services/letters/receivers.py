"""Receivers that keep once what comes under one number: what stands there, and what must hold of it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseEvent
from mdo_portal.domain.decision import REPLACES, Decision
from mdo_portal.domain.delivery import Audience, Delivery
from mdo_portal.domain.hospital import BY_PERSON, Hospital
from mdo_portal.exchange import DecisionForm, Receipt
from mdo_portal.services.letters.outbox import ClaimedDelivery

from .said import said, said_of_a_mail

Recipient = tuple[uuid.UUID, Audience, str]
_TOLD = ("letter.stands_beside", "letter.may_stand_beside")


@dataclass
class Receivers:
    session: Session
    dice: random.Random
    #: a letter as a person calls it, for what is said when something does not hold
    name: Callable[[uuid.UUID], str]
    #: they say no to what they have already
    refuses_doubles: bool = False
    #: what stands there, in the order in which it came, and what each named when it came
    there: dict[uuid.UUID, str] = field(default_factory=dict)

    def take(self, claimed: ClaimedDelivery) -> None:
        """A second one under its number is a double, and changes nothing. Of what was destroyed here nobody can tell what it is to another."""
        if claimed.channel not in BY_PERSON and self.session.get(Delivery, claimed.delivery_id) is not None:
            self.there.setdefault(claimed.delivery_id, claimed.replaces_delivery_id)

    def answer(self, claimed: ClaimedDelivery) -> Receipt:
        """What the dice let them say; mostly it came there, or it did all the same."""
        if claimed.channel in BY_PERSON:
            return said_of_a_mail(self.dice)
        answer, comes = said(self.dice, is_there=claimed.delivery_id in self.there, refuses_doubles=self.refuses_doubles)
        if comes:
            self.take(claimed)
        return answer

    def check_last_word(self) -> None:
        """No advice came after what corrects or withdraws it."""
        last: dict[Recipient, int] = {}
        for letter in self._letters():
            to = _to(letter)
            assert letter.version >= last.get(to, 0), f"{self.name(letter.id)} is the last word there"
            last[to] = letter.version if self._form(letter) in REPLACES else last.get(to, 0)

    def check_named(self) -> None:
        """Of two that stand there the later names the earlier; or somebody was told that both do, or may. Also of one that a person carried
        since."""
        number, recipient = (CaseEvent.details[name].astext for name in ("number", "hospital"))
        told = set(self.session.execute(select(CaseEvent.case_id, number, recipient).where(CaseEvent.what.in_(_TOLD))))
        before: dict[Recipient, Delivery] = {}
        for letter in self._letters():
            to, form = _to(letter), self._form(letter)
            earlier = before.get(to)
            if form in REPLACES and earlier and (letter.case_id, earlier.document_number, self._recipient(letter)) not in told:
                assert self.there[letter.id] == str(earlier.id), f"{self.name(letter.id)} does not name {self.name(earlier.id)}"
            if form in REPLACES or form is DecisionForm.FIRST:
                before[to] = letter

    def _recipient(self, letter: Delivery) -> str:
        return letter.recipient_name or self.session.get_one(Hospital, letter.hospital_id).name

    def _letters(self) -> list[Delivery]:
        return [self.session.get_one(Delivery, one) for one in self.there]

    def _form(self, letter: Delivery) -> DecisionForm:
        return self.session.get_one(Decision, letter.decision_id).form


def _to(letter: Delivery) -> Recipient:
    """However their name was typed."""
    return letter.case_id, letter.audience, " ".join(letter.recipient_name.casefold().split())
