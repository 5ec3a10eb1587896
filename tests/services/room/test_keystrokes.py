"""What a page says that was typed is read as Yjs means it; what no page of ours sends is not, and breaks nobody's note."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text

from mdo_portal.domain.conclusion import Note
from mdo_portal.errors import PortalError
from mdo_portal.services.room import conclusions, taking
from mdo_portal.services.room.keystrokes import Unreadable, read, read_vector, vector
from mdo_portal.services.room.taking import Behind, SaidBefore, take

THEIRS, MINE = 1234567, 7654321
WORDS = "Advies: opereren."


def page(client: int, of: bytes = b"") -> tuple[Doc[Any], Text]:
    document: Doc[Any] = Doc(client_id=client)
    document[conclusions.TEXT] = text = Text()
    if of:
        document.apply_update(of)
    return document, text


def typed_by(client: int, words: str, of: bytes = b"") -> bytes:
    """What a page sends when somebody types this at the end."""
    document, text = page(client, of)
    before = document.get_state()
    text += words
    return document.get_update(before)


def sent(*numbers: int) -> bytes:
    return b"".join(vector({0: one})[2:] for one in numbers)


def item(words: str, *place: int) -> bytes:
    """One piece of text behind (and before) these letters of these pages."""
    told = words.encode()
    return bytes([0x04 | (0x80 if place else 0) | (0x40 if len(place) > 2 else 0)]) + sent(*place, len(told)) + told


def structs(client: int, clock: int, *pieces: bytes) -> bytes:
    return sent(1, len(pieces), client, clock) + b"".join(pieces) + b"\0"


class Desk:
    """A note as the server keeps it."""

    def __init__(self) -> None:
        self.note, self.stored = Note(revision=0, size=0, pieces=0), list[bytes]()
        self.take(typed_by(THEIRS, WORDS))

    def take(self, body: bytes) -> None:
        take(self.note, body, self.document)
        self.stored.append(body)

    def document(self) -> Doc[Any]:
        document: Doc[Any] = Doc(client_id=1, skip_gc=True)
        document[conclusions.TEXT] = Text()
        for body in self.stored:
            document.apply_update(body)
        return document

    @property
    def text(self) -> str:
        return str(self.document()[conclusions.TEXT])


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_what_people_type_together_is_read_to_the_last_letter(desk: Desk) -> None:
    chance, pages = random.Random(7), [page(client, desk.stored[0]) for client in (5, 6, 2**32 - 1, 2**52)]
    for turn in range(300):
        document, text = chance.choice(pages)
        before = document.get_state()
        if chance.random() < 0.7 or not len(text):
            # places between letters: pycrdt counts bytes of UTF-8
            text.insert(chance.choice([0, len(text)]), chance.choice(["a", "één", "😀 ", "\n", f"[{turn}]"]))
        else:
            whole = str(text)
            del text[0 : len(whole[: chance.randint(1, 3)].encode())]
        desk.take(document.get_update(before))
        if chance.random() < 0.3:
            document.apply_update(desk.document().get_update(document.get_state()))

    assert desk.note.vector is not None
    assert read_vector(desk.note.vector) == read_vector(desk.document().get_state())
    assert desk.note.revision == len(desk.stored)


@pytest.mark.parametrize(
    "body",
    [
        structs(MINE, 0, b"\x04" + sent(0, THEIRS, 0) + b"\3hoi"),  # in a text that is no text but a letter
        structs(THEIRS, 2**32 - 5, b"\0" + sent(2**32 - 1)),  # more letters than can be counted
        structs(2**60, 0, b"\x04\1\4text\3hoi"),  # a page that no browser can name
        structs(MINE, 0, b"\x04\1\5other\3hoi"),
        structs(MINE, 0, b"\x24\1\4text\3key\3hoi"),
        structs(MINE, 0, b'\x05\1\4text\x07{"a":1}'),  # an object; letters behind it stand elsewhere in a browser
        structs(MINE, 0, b"\x06\1\4text\4bold\4true"),
        structs(MINE, 0, b"\x07\1\4text\1"),
        structs(MINE, 0, b"\x08\1\4text\1\x7e"),
        structs(MINE, 0, b"\x0a\5", b"\x04\1\4text\3hoi"),  # with a hole
        structs(MINE, 0, b"\x04\1\4text\0"),  # no letter at all
        structs(MINE, 0, b"\x04\1\4text\3\xff\xfe\xfa"),
        structs(MINE, 0, item("hoi", MINE, 0)),  # behind itself
        structs(MINE, 0),
        sent(2) + 2 * (sent(1, MINE, 0) + b"\x04\1\4text\1h") + b"\0",  # one page twice
        typed_by(MINE, "hoi") + b"more",
        typed_by(MINE, "hoi")[:-1],
        b"",
        b"\xff" * 12,
    ],
)
def test_what_no_page_sends_is_refused_and_the_note_opens(desk: Desk, body: bytes) -> None:
    with pytest.raises(PortalError):
        desk.take(body)
    with pytest.raises(Unreadable):
        read(body)
    assert desk.text == WORDS


@pytest.mark.parametrize(
    "body",
    [
        structs(THEIRS, len(WORDS) + 5, item("x" * 50, THEIRS, 3)),  # in the name of another page, further on
        sent(0, 1, THEIRS, 1, 0, 100_000),  # out with what that page will type
        structs(MINE, 0, item("hoi", THEIRS, 999)),
        structs(MINE, 0, item("hoi", THEIRS, 2, THEIRS, 999)),
    ],
)
def test_what_builds_on_letters_that_nobody_sent_waits_until_they_came(desk: Desk, body: bytes) -> None:
    with pytest.raises(Behind):
        desk.take(body)
    desk.take(typed_by(THEIRS, " Daarna bestralen.", desk.stored[0]))

    assert desk.text == f"{WORDS} Daarna bestralen."


def test_who_types_is_not_answered_for_when_somebody_spoke_in_their_name(desk: Desk) -> None:
    mine = typed_by(THEIRS, " Daarna bestralen.", desk.stored[0])
    desk.take(structs(THEIRS, len(WORDS), item("iets anders", THEIRS, len(WORDS) - 1)))

    with pytest.raises(SaidBefore):
        desk.take(mine)


def test_who_types_is_not_answered_for_when_somebody_took_it_out_beforehand_and_sees_that_it_is_gone(desk: Desk) -> None:
    document, text = page(THEIRS, desk.stored[0])
    before = document.get_state()
    text += " Daarna bestralen."
    desk.take(structs(THEIRS, len(WORDS), b"\x81" + sent(THEIRS, len(WORDS) - 1, 400))[:-1] + sent(1, THEIRS, 1, len(WORDS), 400))

    with pytest.raises(Behind):
        desk.take(document.get_update(before))
    document.apply_update(desk.document().get_update(document.get_state()))

    assert str(text) == desk.text == WORDS


def test_after_a_restore_who_kept_what_they_took_out_and_who_did_not_both_give_it_back(desk: Desk) -> None:
    """A page keeps what its own person took out, to undo it; for the others it is gone. All come back in the same second."""
    mine: Doc[Any] = Doc(client_id=MINE, skip_gc=True)
    mine[conclusions.TEXT] = text = Text()
    mine.apply_update(desk.stored[0])
    before = mine.get_state()
    text += " Niet"
    del text[len(WORDS) :]
    text += " Daarna bestralen."
    other, _ = page(MINE + 1, desk.stored[0])
    other.apply_update(mine.get_update(before))

    for one in (other, mine, other):
        desk.take(one.get_update(before))

    assert desk.text == f"{WORDS} Daarna bestralen."


def test_who_sends_again_what_a_colleague_took_out_meanwhile_is_told_to_look_again_only_where_it_is_not_stored(
    desk: Desk,
) -> None:
    mine = typed_by(MINE, " Niet opereren.", desk.stored[0])
    desk.take(mine)
    colleague, text = page(MINE + 1)
    for body in desk.stored:
        colleague.apply_update(body)
    seen = colleague.get_state()
    del text[len(WORDS) :]
    desk.take(colleague.get_update(seen))

    desk.take(mine)  # the answer to the first was lost on its way
    assert desk.text == WORDS

    after_a_restore = Desk()
    after_a_restore.take(colleague.get_update(vector({THEIRS: len(WORDS)})))
    with pytest.raises(Behind):
        after_a_restore.take(mine)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), min_size=1, max_size=4), st.booleans())
def test_whatever_is_taken_the_note_opens_and_is_as_far_as_is_told(spoilt: list[tuple[int, int]], is_deletion: bool) -> None:
    desk = Desk()
    document, text = page(MINE, desk.stored[0])
    before = document.get_state()
    text.insert(3, "é 😀")
    if is_deletion:
        del text[8:12]
    body = bytearray(document.get_update(before))
    for place, byte in spoilt:
        body[place % len(body)] = byte

    try:
        desk.take(bytes(body))
    except PortalError:
        assert desk.text == WORDS
    assert desk.note.vector is not None
    assert read_vector(desk.note.vector) == read_vector(desk.document().get_state())


def test_what_comes_twice_and_with_what_was_taken_out_since_is_taken(desk: Desk) -> None:
    document, text = page(MINE, desk.stored[0])
    before = document.get_state()
    text += " ja 😀"
    first = document.get_update(before)
    for body in (first, first):
        desk.take(body)
    del text[0:3]
    del text[len(str(text).encode()) - 4 :]

    desk.take(document.get_update(before))

    assert desk.text == str(text) == f"{WORDS[3:]} ja "


@pytest.mark.parametrize(
    "broken", [b"", b"\1", b"\1\5", b"\2\5\1\5\2", b"\1\5\1\5", b"\1\x80", sent(1, 2**53, 1), sent(1, 5, 2**32), b"\xff" * 9]
)
def test_a_vector_is_read_to_its_end(broken: bytes) -> None:
    assert read_vector(vector({5: 1, 2**53 - 1: 2**31})) == {5: 1, 2**53 - 1: 2**31}
    assert read_vector(b"\0") == {}
    with pytest.raises(Unreadable):
        read_vector(broken)


def test_of_a_note_from_before_this_was_kept_the_rest_is_taken(desk: Desk) -> None:
    desk.note.vector = None

    desk.take(typed_by(MINE, " ja", desk.stored[0]))

    assert desk.text == f"{WORDS} ja"


def test_a_text_of_more_pieces_than_can_be_put_in_order_is_too_long(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_PIECES", 3)
    desk.take(typed_by(MINE, " ja", desk.stored[0]))

    with pytest.raises(PortalError, match="te lang"):
        desk.take(structs(9, 0, item("a", THEIRS, 0), item("b", THEIRS, 1)))


def test_beside_a_process_of_the_version_before_that_counts_nothing_what_comes_after_its_letters_is_taken(desk: Desk) -> None:
    counted = desk.note.vector
    desk.take(typed_by(MINE, " ja", desk.stored[0]))
    desk.note.vector = counted  # as if the other process had stored it

    document, text = page(MINE)
    for body in desk.stored:
        document.apply_update(body)
    before = document.get_state()
    text += ", graag"
    desk.take(document.get_update(before))

    assert desk.text == f"{WORDS} ja, graag"
