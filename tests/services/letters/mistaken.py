"""What people say of a letter by mistake, and take back, by the dice."""

from __future__ import annotations

from dataclasses import dataclass

from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.services.letters import handing_over, receipts, taking_back

from .meanwhile import Meanwhile

ACTS = [*["mistakes"] * 3, *["takes_back"] * 4, "do_not_have_it"]


@dataclass
class Mistaken(Meanwhile):
    def mistakes(self) -> None:
        """Somebody presses on the wrong line: of some letter that nobody has, or that may be anywhere."""
        letter = self._some(lambda one: one.state is not DeliveryState.RECEIVED)
        self.trace[-1] += f" {self._name(letter.id)} {letter.state.value}"
        self.confirm(letter)

    def takes_back(self) -> None:
        self._take_back(self._some(self._can_be_taken_back))

    def end(self) -> None:
        """Who was mistaken finds out: what is said of a letter that nobody has does not stand."""
        for letter in self.letters():
            if self._can_be_taken_back(letter) and letter.id not in self.receivers.there:
                self._take_back(letter)
        super().end()

    def _can_be_taken_back(self, letter: Delivery) -> bool:
        return letter.state is DeliveryState.RECEIVED and letter.before_by_hand is not None

    def _take_back(self, letter: Delivery) -> None:
        self.trace[-1] += f" {self._name(letter.id)}"
        assert letter.before_by_hand
        was = letter.before_by_hand["state"]
        with self.session.begin_nested():
            taking_back.take_back(self.session, letter, "verkeerde regel", viewer=self.region.bram, now=self.now)
        self.confirmed.discard(letter.id)
        assert letter.state.value == was

    def do_not_have_it(self) -> None:
        """They are asked for a copy that goes no more as its patient objects, and look for it in vain."""
        letter = self._some(lambda one: one.receipt_code == receipts.WITHHELD and one.state is DeliveryState.SENT)
        if letter.id not in self.receivers.there:
            self.trace[-1] += f" {self._name(letter.id)}"
            handing_over.not_there(self.session, letter, viewer=self.region.aisha, now=self.now)
