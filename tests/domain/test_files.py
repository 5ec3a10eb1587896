"""Looking a file through costs in proportion to its size: many small bombs cost no more than one large file."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable

import pytest

from mdo_portal.domain import files, pdf_inside
from tests.web.test_files_in import jpeg

OBJECT = b"1 0 obj <</Type/ObjStm/Filter/FlateDecode>> stream\r\n"


def pdf(*packed: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"".join(OBJECT + one + b"\nendstream\nendobj\n" for one in packed)


def packed(plain: bytes) -> bytes:
    return zlib.compress(plain, 9)


SHARED = b"\x00\x00\x00\xff\xff" * 200_000
"""A megabyte that unpacks to nothing, and that every object before it may be said to hold."""


def lying_over_each_other(count: int) -> bytes:
    """Objects that each hold all those after them, and the same megabyte."""
    objects = b""
    for _ in range(count):
        length = len(objects).to_bytes(2, "little")
        objects = b"/ObjStm stream\n\x78\x9c\x00" + length + bytes(255 - one for one in length) + objects
    return b"%PDF-1.7\n" + objects + SHARED


TREE = b"".join(b"<</Type/StructElem/S/TD/P %d 0 R/K[%d]/Pg 3 0 R>>" % (n, n * 7 % 1000) for n in range(2_000))


@pytest.mark.parametrize(
    "made",  # here, and not where the tests are collected: packing them takes a tenth of a second, in every worker
    [
        lambda: pdf(*[packed(b"#41" * 49_990)] * 260),
        lambda: pdf(packed(b"\0" * 30_000_000)),
        lambda: lying_over_each_other(1_500),
        lambda: pdf(packed(b"a" * 3_000)) + b" #41" * 5_000,
    ],
    ids=["escapes in each of many objects", "one that swells", "objects that lie over each other", "escapes in the open"],
)
def test_a_pdf_that_is_far_more_work_than_its_size_is_not_trusted(made: Callable[[], bytes]) -> None:
    """56 kB of the first took 24 seconds, in the worker itself and with everything else of its batch waiting."""
    assert pdf_inside.is_active(made())


@pytest.mark.parametrize(
    "made",
    [
        lambda: pdf(*[packed(TREE)] * 20),
        lambda: pdf(*[packed(b"<</Type/Font/BaseFont/ABCDEF+Times#20New#20Roman>>")] * 90),
        lambda: pdf(*[b"\x8f" + random.Random(n).randbytes(900) for n in range(300)]),
        lambda: pdf(packed(TREE)) + random.Random(1).randbytes(2_000_000),
    ],
    ids=["tagged", "names with blanks", "encrypted", "with a scan"],
)
def test_an_honest_pdf_of_many_objects_is_shown(made: Callable[[], bytes]) -> None:
    assert not pdf_inside.is_active(made())


def test_what_is_packed_is_found_behind_much_that_is_honest() -> None:
    assert pdf_inside.is_active(pdf(*[packed(TREE)] * 20, packed(b"<</S/JavaScript/JS(app.alert(1))>>")))
    assert pdf_inside.is_active(pdf(*[packed(TREE)] * 20, packed(TREE + b"<</S/J#61vaScript/JS(app.alert(1))>>")))


@pytest.mark.parametrize(
    "dictionary",
    [b"<</Type/Obj#53tm/Filter/FlateDecode>>", b"<</Type/ObjStm/Filler(%s)>>" % (b"x" * 9_000), b"<</Type/ObjStm/Note(stream)>>"],
    ids=["its kind written oddly", "a long way to what it holds", "a word that stands for its beginning"],
)
def test_what_is_packed_is_found_however_its_head_is_written(dictionary: bytes) -> None:
    script = packed(b"<</S/JavaScript/JS(app.alert(1))>>")

    assert pdf_inside.is_active(b"%PDF-1.7\n1 0 obj " + dictionary + b" stream\r\n" + script + b"\nendstream\nendobj\n")


def test_a_jpeg_that_does_not_say_how_large_it_is_is_not_trusted() -> None:
    segment = b"\xff\xe2\x00\x04ab"
    assert files.pixels(b"\xff\xd8" + segment * 100_000) > files.LARGEST_PICTURE
    assert files.pixels(b"\xff\xd8" + segment * 300 + jpeg(40, 20)[2:]) == 800


BETWEEN = {
    "filled up": b"\xff\xff\xff",
    "with what belongs nowhere": b"abc",
    "with a mark that has no length": b"\xff\xd0",
    "with a sign that is no mark": b"\xff\x00",
}


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_a_jpeg_is_as_large_as_a_browser_makes_it_whatever_stands_between_its_segments(between: bytes) -> None:
    """Chromium shows each of these; nobody here knew how large they were, and 30,000 x 30,000 went on to whoever looked at the case."""
    plain = jpeg(30_000, 30_000)
    at = plain.index(b"\xff\xc0")

    assert files.pixels(plain[:at] + between + plain[at:]) == 900_000_000


def test_a_jpeg_of_marks_without_end_is_not_trusted_and_one_that_never_says_its_size_is_none() -> None:
    assert files.pixels(b"\xff\xd8" + b"\xff\xd0" * 20_000) > files.LARGEST_PICTURE
    assert files.pixels(b"\xff\xd8" + b"\xff" * 20_000) == 0
