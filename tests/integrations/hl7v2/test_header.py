"""The header, read without a parser."""

from __future__ import annotations

import contextlib
import time

import pytest

from integrations.hl7v2.header import read_header
from mdo_portal.exchange import Unreadable

from .samples import ADT, MERGE, REFERRAL


def test_the_header_says_who_what_and_about_whom() -> None:
    header = read_header(REFERRAL)
    assert (header.kind, header.control_id, header.version) == ("REF^I12", "M0001", "2.5")
    assert (header.sending_application, header.sending_facility) == ("HIX", "ZEED")
    assert (header.receiving_application, header.receiving_facility) == ("MDO", "NET")
    assert header.patient_numbers == (("ZEED", "12345"), ("NLMINBIZA", "999911120"))
    assert not header.wants_accept


def test_enhanced_mode_is_seen() -> None:
    assert read_header(ADT).wants_accept


def test_a_merge_names_the_old_numbers_too() -> None:
    assert ("ZEED", "54321") in read_header(MERGE).patient_numbers


@pytest.mark.parametrize("before", [b"", b"\r\n", b"\x0b", b"\xef\xbb\xbf", b"FHS|^~\\&|A\rBHS|^~\\&|A\r"])
def test_what_stands_before_the_header_does_not_matter(before: bytes) -> None:
    assert read_header(before + ADT).control_id == "M0002"


@pytest.mark.parametrize("raw", [b"", b"PID|1\r", b"xMSH|^~\\&|A", b"hello MSH|^~\\&|A", b"\xff" * 100])
def test_without_a_header_it_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="no_header"):
        read_header(raw)


SIZE = 32 * 1024 * 1024
START = b"MSH|^~\\&|A|B|C|D|||ADT^A08|1|P|2.5\r"


@pytest.mark.parametrize(
    "hostile",
    [
        START + b"PID|1||" + b"~" * SIZE,
        START + b"\rPID|1||1^^^A" * (SIZE // 13),
        START + b"PID|" * (SIZE // 4),
        b"MSH" * (SIZE // 3),
        START[:-1] + b"|" * SIZE,
        START + b"\rPI" * (SIZE // 3),
    ],
    ids=["repetitions", "patients", "names", "headers", "fields", "almost"],
)
def test_32_megabytes_of_malice_take_no_time(hostile: bytes) -> None:
    taken = []
    for _ in range(3):
        start = time.process_time()
        with contextlib.suppress(Unreadable):
            read_header(hostile)
        taken.append(time.process_time() - start)
    assert min(taken) <= 0.05
