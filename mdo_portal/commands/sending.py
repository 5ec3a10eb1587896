"""Letters go out: one thread takes them from the outbox, several send them, so that waiting for one receiver delays no other."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping

from mdo_portal import dispatch
from mdo_portal.commands.bell import Bell, drain
from mdo_portal.commands.living import PROOF_SECONDS, Living
from mdo_portal.commands.place import PlaceWatch
from mdo_portal.commands.process import Stop
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel
from mdo_portal.exchange import Sender
from mdo_portal.services.letters.outbox import ClaimedDelivery
from mdo_portal.services.letters.outbox_order import Share

SENDERS = 10
KEPT_FREE = 4
"""Senders that are only for receivers that answered last time: however many are silent, the others' letters go."""
PATROL_SECONDS = 2.0
AGAIN_SECONDS = 1.0
"""Between two tries to write down what a receiver answered, while the database is away."""


class Sending:
    """The sending half of a worker. One letter at a time per destination (services/letters/destinations.py), ten destinations at once."""

    def __init__(
        self,
        database: Database,
        senders: Mapping[Channel, Sender],
        bell: Bell,
        *,
        clock: dispatch.Clock,
        living: Living,
        place: PlaceWatch,
    ) -> None:
        self._living, self._place = living, place
        self._database, self._senders, self._bell, self._clock = database, senders, bell, clock
        self._taken: queue.SimpleQueue[tuple[ClaimedDelivery, int]] = queue.SimpleQueue()
        self._busy = 0
        self._taking = False
        self._count = threading.Lock()

    def jobs(self, stop: Stop) -> list[tuple[str, Callable[[], None]]]:
        """The threads to run."""
        takes = ("outbox", lambda: drain(stop, self._bell, lambda: self._take(stop), patrol_seconds=PATROL_SECONDS))
        heir = ("heir", lambda: self._inherit(stop))
        return [takes, heir, *((f"deliver-{number}", lambda: self._send_on(stop)) for number in range(SENDERS))]

    def _inherit(self, stop: Stop) -> None:
        """What a worker that died had under way is due again."""
        while not stop.wait(PROOF_SECONDS):
            if self._living.look():
                self._bell.ring()

    def _take(self, stop: Stop) -> bool:
        """Give one letter to a free sender. False when there is no letter, or nobody free: whoever is done rings."""
        self._taking = True  # before looking at `stop`: from then on the senders wait for what comes of it
        try:
            return not stop.is_set() and self._give_one()
        finally:
            self._taking = False

    def _give_one(self) -> bool:
        free = SENDERS - self._busy
        if free <= 0:
            return False
        share = Share.EVERYTHING if free > KEPT_FREE else Share.ANSWERING
        count = self._living.count
        self._place.make_sure()
        claimed = dispatch.take(self._database, clock=self._clock, share=share, worker=self._living.number)
        if claimed is None or not self._may_leave(claimed):
            return False
        self._add(1)
        self._taken.put((claimed, count))
        return True

    def _may_leave(self, claimed: ClaimedDelivery) -> bool:
        """Taken over a connection that was new, it may have been taken of a database that stands elsewhere: then it is held by now."""
        if self._place.is_sure:
            return True
        self._place.make_sure()
        return not dispatch.is_held(self._database, claimed)

    def _send_on(self, stop: Stop) -> None:
        """What was taken is sent, also when told to stop meanwhile: else it would wait for its lease to run out."""
        while True:
            try:
                claimed, count = self._taken.get(timeout=0.5)
            except queue.Empty:
                if stop.is_set() and not self._taking and self._taken.empty():
                    return
                continue
            try:
                self._deliver_on(claimed, count, stop)
            finally:
                self._add(-1)
                self._bell.ring()

    def _deliver_on(self, claimed: ClaimedDelivery, count: int, stop: Stop) -> None:
        """This letter, and the next ones of its destination while no other destination may want this sender."""
        following: ClaimedDelivery | None = claimed
        while following is not None:
            began = self._living.count
            following, count = self._deliver(following, count, stop), began

    def _deliver(self, claimed: ClaimedDelivery, count: int, stop: Stop) -> ClaimedDelivery | None:
        """Only while the others know that we live, and only what they have not taken over meanwhile. The next one, if it was taken."""
        proved = self._living.until_proved(stop)
        if not proved or (self._living.count != count and not dispatch.is_ours(self._database, claimed)):
            return None
        return dispatch.deliver(
            self._database, self._senders, claimed, clock=self._clock,
            goes_on=lambda: self._may_go_on(stop), again=lambda: not stop.wait(AGAIN_SECONDS),
        )  # fmt: skip

    def _may_go_on(self, stop: Stop) -> bool:
        return self._place.is_sure and not stop.is_set() and SENDERS - self._busy > KEPT_FREE

    def _add(self, number: int) -> None:
        with self._count:
            self._busy += number
