"""One message under one profile, walked once: what its parts are, by which order, and which of the profile's questions they answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import groupby

from integrations.hl7v2.message.addenda import added
from integrations.hl7v2.message.apart import apart, combined, numbered
from integrations.hl7v2.message.board_order import BoardOrder, board_order, replaced_by
from integrations.hl7v2.message.checklist import Checklist, checklist
from integrations.hl7v2.message.documents import of_another
from integrations.hl7v2.message.headed import is_letter, told_by
from integrations.hl7v2.message.items import Item, items, line_of_value
from integrations.hl7v2.message.order_numbers import keys
from integrations.hl7v2.message.pieces import joined
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.message.roles import judges
from integrations.hl7v2.message.statuses import is_gone, is_none
from integrations.hl7v2.message.titles import asking_title, asks_board, is_examination, title_above
from integrations.hl7v2.text.segment import Segment

_OF_BOARD = ("board", "reason")


class Reading(Received):
    """A message that was received, with all that is found in it."""

    @cached_property
    def items(self) -> Sequence[Item]:
        """Its segments with what belongs to each, but for what is put apart."""
        return [one for one in self._every if not any(one is other for other in self.of_another)]

    @cached_property
    def of_another(self) -> Sequence[Item]:
        """The documents in it that say that they are of another patient: nothing of them is read."""
        return of_another(self, self._every)

    @cached_property
    def _every(self) -> Sequence[Item]:
        return joined(items(self.message))

    @cached_property
    def values(self) -> Sequence[Item]:
        """What was observed (OBX)."""
        return [item for item in self.items if item.segment.name == "OBX"]

    @cached_property
    def ordered(self) -> Mapping[int, Item]:
        """What was ordered (OBR), by its segment (`id`)."""
        return {id(item.segment): item for item in self.items if item.segment.name == "OBR"}

    @cached_property
    def keys(self) -> Mapping[int, str]:
        """The sender's own name of every OBX, by its position: told again under it, it takes the place of what it was."""
        return keys(self.values, self.ordered, self.notification.name_of_words if self.notification is not None else None)

    @cached_property
    def asks(self) -> dict[int, str]:
        """Which of the profile's labels each OBX answers, by its position: asked once, for a message may hold ten thousand.

        Where the board's own order answers one, what stands under another order answers nothing; nor does what is taken back.
        """
        found = {item.position: self.labels.answered(item) for item in self.values}
        found |= {one.position: "" for one in self.values if found[one.position] in _OF_BOARD and self._is_of_another(one.order)}
        found |= {item.position: "board" for item in self._bare_questions(found)}
        found |= {one.position: "" for one in self.values if found[one.position] and is_gone(self, one)}
        if self.board is None:
            return found
        own = {item.position for item in self.values if item.order is self.board.order}
        said = {found[position] for position in own}
        return {position: "" if position not in own and name in said else name for position, name in found.items()}

    def _is_of_another(self, order: Segment | None) -> bool:
        """Whether what is asked under an order is what a scan or a biopsy was made for, beside what refers: nothing is asked of a board."""
        is_beside = self.is_referral or any(asks_board(self, one.segment) for one in self.ordered.values())
        return order is not None and is_beside and not asks_board(self, order) and is_examination(self, order)

    def _bare_questions(self, said: Mapping[int, str]) -> list[Item]:
        """What is called `Vraag` and no more: of the board's order, or of the only one there is where none names a board."""
        found = self.labels.bare_questions(self.values, said)
        if self.board is None and self.is_referral:  # what was asked of a report that it rests on is not asked of the board
            return [one for one in found if one.order is None or asks_board(self, one.order)]
        return [one for one in found if self.board is None or one.order is self.board.order]

    @cached_property
    def board(self) -> BoardOrder | None:
        """Of several orders the one that asks the board."""
        return board_order(self)

    @cached_property
    def replaced_orders(self) -> frozenset[int]:
        return replaced_by(self.board, self)

    def at(self, place: str) -> str:
        """A plain path as it counts in this message: of several orders in that of the board."""
        return place if self.board is None else self.board.at(place)

    @property
    def titles(self) -> tuple[str, ...]:
        """What the document of an MDM is, where the message says that in words."""
        return self.notification.titles if self.notification is not None else ()

    @cached_property
    def asking_title(self) -> str:
        """The title of a document that asks a board; "" when none does."""
        return asking_title(self, self.values)

    @cached_property
    def subs(self) -> dict[int, str]:
        """OBX-4 by position, where it tells one value from another; of a checklist what does."""
        found, behind = numbered(self.values, self.checklist.filled_in), self.profile["beside"]["follows"]
        follows = {n: f"{behind} {name}" for n, name in self.checklist.follows.items()}
        return found | {n: "; ".join(filter(None, (found.get(n), words))) for n, words in follows.items()}

    @cached_property
    def checklist(self) -> Checklist:
        """The synoptic report in it, as the checklists of the CAP have it."""
        return checklist(self.values)

    @cached_property
    def orders(self) -> dict[int, str]:
        """Of which order an OBX is, by its position, where others tell a value of the same name, or that is an addendum."""
        return added(self.values, self.ordered) | apart(self.items, self.values, self.ordered)

    @cached_property
    def combined(self) -> dict[int, str]:
        """Of an order (by `id`) that holds the report of others too: what all of them are called."""
        return combined(self.ordered.values(), self.filled, is_document=self.notification is not None)

    @cached_property
    def judges(self) -> Mapping[int, str]:
        """Who judged what, by the segment (`id`)."""
        return judges(self.message)

    @cached_property
    def filled(self) -> frozenset[int]:
        """Which orders (by `id`) have something under them."""
        return frozenset(id(item.order) for item in self.values)

    @cached_property
    def standing(self) -> frozenset[int]:
        """Those that have something under them that does not say itself that it is none."""
        return frozenset(id(item.order) for item in self.values if not is_none(self, item))

    @cached_property
    def written(self) -> frozenset[tuple[int, str, str]]:
        """Order (its `id`), code and sub-id of what has words."""
        found = (one for one in self.values if one.text)
        return frozenset((id(one.order), one.segment.component(3), one.segment.field(4)) for one in found)

    @cached_property
    def ends(self) -> Mapping[tuple[int, str], Item]:
        """The last line of what comes line by line, by its order (`id`) and its name."""
        return {line: one for one in self.values if (line := line_of_value(one)) and one.text}  # a document is large, and no line

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """Each text in which the question may stand under its heading; what comes line by line is one, and nothing is none."""
        return tuple(text for _, text in self.written_by)

    @cached_property
    def written_by(self) -> tuple[tuple[Item, str], ...]:
        """The same, each with the first segment of it."""
        found: list[tuple[Item, str]] = []
        for is_value, alike in groupby(filter(self.may_head, self.items), line_of_value):
            texts = [(item, text) for item in alike for text in told_by(item)]
            found += [(texts[0][0], "\n".join(text for _, text in texts))] if is_value and texts else texts
        return tuple(one for one in found if one[1])

    def may_head(self, item: Item) -> bool:
        """Whether a text of an item may hold the question under its heading: a letter that refers, a note beside the results."""
        name, order = item.segment.name, item.segment if item.segment.name == "OBR" else item.order
        if self.board is not None and (name in ("ORC", "TQ1") or order not in (None, self.board.order)):
            return False  # of which order it is, or that it is of another
        if name != "OBX":
            return self.may_ask(item)
        return is_letter(self, item, title_above(self, order) or self.asking_title) and not is_gone(self, item)

    def may_ask(self, item: Item) -> bool:
        """Whether notes may be the question: those of a result that a referral (REF) rests on, or of another order, are not."""
        if item.segment.name == "OBR" and self.board is not None and self.board.order is not item.segment:
            return False
        if item.segment.name != "OBR" or not self.is_referral or id(item.segment) not in self.filled:
            return True
        return asks_board(self, item.segment)

    def other_order(self, segment: Segment) -> str:
        """The name of an order that stands beside the board's: `metastasen?` is asked of the scan."""
        return self.board.named_other(segment) if self.board is not None and segment.name == "OBR" else ""

    @cached_property
    def answers(self) -> Mapping[str, Sequence[Item]]:
        """The OBX lines that answer each of the profile's labels."""
        found: defaultdict[str, list[Item]] = defaultdict(list)
        for item in self.values:
            found[self.asks[item.position]].append(item)
        return found

    @cached_property
    def answering_notes(self) -> Mapping[str, Sequence[str]]:
        """The notes that answer each of the profile's labels, by their own name; of an OBX its notes are part of it."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for item in self.items:
            if item.notes and item.segment.name != "OBX":
                for text, shown in zip(item.notes, item.note_labels, strict=True):
                    if shown:
                        found[self.labels.of(shown)].append(text)
        return found
