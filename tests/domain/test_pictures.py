"""A logo is read as a picture and written again: nothing else comes through."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdo_portal.domain.pictures import LARGEST_FILE, NotAPicture, clean_png
from tests.pictures import MAGIC, chunk, png


@pytest.mark.parametrize(("colour", "depth"), [(0, 1), (0, 8), (2, 8), (4, 8), (6, 8)])
def test_a_picture_stays_the_picture_it_was(colour: int, depth: int) -> None:
    made = clean_png(png(colour=colour, depth=depth))

    assert made[16:29] == png(colour=colour, depth=depth)[16:29]
    assert clean_png(made) == made


def test_what_is_no_picture_does_not_come_through() -> None:
    hidden = chunk(b"tEXt", b"Author\0A. Voorbeeld") + chunk(b"iCCP", b"x\0\0y") + chunk(b"eXIf", b"GPS")
    made = clean_png(png(extra=hidden) + b"PK\x03\x04 een archief")

    assert made == clean_png(png())


def test_the_palette_comes_along() -> None:
    palette = chunk(b"PLTE", bytes(range(30))) + chunk(b"tRNS", b"\0")

    assert palette in clean_png(png(colour=3, extra=palette))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<svg onload='x()'/>",
        b"\xff\xd8\xff\xe0 jpeg",
        png()[:-4],
        png()[:-30],
        png(width=5000, height=1),
        png(interlace=1),
        png(colour=3),
        png(depth=16, colour=2),
        MAGIC + chunk(b"IEND", b""),
        png(extra=chunk(b"tEXt", b"x" * LARGEST_FILE)),
    ],
    ids=["nothing", "svg", "jpeg", "cut", "cut deep", "wide", "interlaced", "no palette", "sixteen bits", "no header", "heavy"],
)  # fmt: skip
def test_what_is_not_read_is_refused(body: bytes) -> None:
    with pytest.raises(NotAPicture):
        clean_png(body)


def test_a_bomb_is_refused() -> None:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1600, 800, 8, 6, 0, 0, 0))
    bomb = chunk(b"IDAT", zlib.compress(b"\0" * 40_000_000))

    with pytest.raises(NotAPicture):
        clean_png(MAGIC + head + bomb + chunk(b"IEND", b""))


@given(at=st.integers(0, 80), by=st.integers(1, 255))
def test_a_changed_byte_is_refused_or_gives_a_picture_that_is_read_again(at: int, by: int) -> None:
    body = bytearray(png())
    body[at % len(body)] ^= by
    try:
        made = clean_png(bytes(body))
    except NotAPicture:
        return
    assert clean_png(made) == made
