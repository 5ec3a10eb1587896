"""The header, read without a parser."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text import header
from integrations.hl7v2.text.header import read_header
from mdo_portal.exchange import PatientChange, Unreadable

from .samples import ADT, MERGE, REFERRAL


def test_the_header_says_who_what_and_about_whom() -> None:
    found = read_header(REFERRAL)
    assert (found.kind, found.control_id, found.version) == ("REF^I12", "M0001", "2.5")
    assert (found.sending_application, found.sending_facility) == ("HIX", "ZEED")
    assert (found.receiving_application, found.receiving_facility) == ("MDO", "NET")
    assert found.patient_numbers == (("ZEED", "12345"), ("NLMINBIZA", "999911120"))
    assert not found.wants_accept


def test_enhanced_mode_is_seen() -> None:
    assert read_header(ADT).wants_accept


def test_a_merge_names_the_old_numbers_too() -> None:
    assert ("ZEED", "54321") in read_header(MERGE).patient_numbers


@pytest.mark.parametrize("written", ["9999.11.120", "9999 11 120", "9999-11-120"])
def test_a_bsn_in_groups_is_asked_for_as_it_is_kept_too(written: str) -> None:
    """Kept as digits alone: a feed that writes it in groups was about nobody who has a case here, and was counted and gone."""
    found = read_header(ADT.replace(b"999911120", written.encode()).replace(b"12345", b"12-34")).patient_numbers

    assert found == (("ZEED", "12-34"), ("NLMINBIZA", written), ("NLMINBIZA", "999911120"))


@pytest.mark.parametrize(
    ("written", "as_sent"),
    [
        (b"12345", b"12345\0\0\0"),
        (b"12345", b"123\x0145"),
        (b"\rPID|", b"\r\x0bPID|"),
        (b"\rPID|", b"\rpid|"),
        (b"\rPID|", b"\r \tPID|"),
    ],
    ids=["padded with NUL", "a control sign in it", "a control sign before its line", "small letters", "blanks before its line"],
)
def test_whom_it_is_about_is_as_the_reader_finds_it(written: bytes, as_sent: bytes) -> None:
    """Else the feed of somebody with a case is counted as a stranger's and gone; and PostgreSQL refuses all that came with a NUL."""
    raw = ADT.replace(written, as_sent)
    read = Hl7Reader().read(raw, "generic-v2")

    assert isinstance(read, PatientChange)
    assert read.patient.local_number == "12345"
    assert read_header(raw).patient_numbers == read_header(ADT).patient_numbers


def test_a_number_far_behind_the_start_of_a_message_holds_no_control_sign_either() -> None:
    far = b"OBX|1|TX|||" + b"x" * 40_000 + b"\rPID|2||67\x0089\0^^^ZEED^PI\r"

    assert ("ZEED", "6789") in read_header(ADT + far).patient_numbers


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
    "made",  # here, and not where the tests are collected: each worker would keep all of them
    [
        lambda: START + b"PID|1||" + b"~" * SIZE,
        lambda: START + b"\rPID|1||1^^^A" * (SIZE // 13),
        lambda: START + b"PID|" * (SIZE // 4),
        lambda: b"MSH" * (SIZE // 3),
        lambda: START[:-1] + b"|" * SIZE,
        lambda: START + b"\rPI" * (SIZE // 3),
    ],
    ids=["repetitions", "patients", "names", "headers", "fields", "almost"],
)
def test_32_megabytes_of_malice_take_no_time(made: Callable[[], bytes]) -> None:
    hostile, taken = made(), []
    for _ in range(3):
        start = time.process_time()
        with contextlib.suppress(Unreadable):
            read_header(hostile)
        taken.append(time.process_time() - start)
    assert min(taken) <= 0.05


HEAD = b"MSH|^~\\&|A|B|C|D|20260302||ADT^A40|1|P|2.5\r"


def merge(groups: int) -> bytes:
    return HEAD + b"".join(b"PID|1||NEW%d\rMRG|OLD%d\r" % (n, n) for n in range(groups))


SIGNS = st.text(alphabet='|^~\\&#ABa1 "é\r', max_size=6)
FIELDS = st.lists(SIGNS, min_size=0, max_size=24)


@given(separator=st.sampled_from("|^#A\r"), signs=SIGNS, fields=FIELDS)
@settings(max_examples=300, deadline=None)
def test_what_is_remembered_of_a_sender_is_what_every_header_says_by_itself(
    separator: str, signs: str, fields: list[str]
) -> None:
    line = separator.join(["MSH", signs, *fields]).encode("latin-1")
    seen = [
        _what(lambda: header.opened(line)),
        _what(lambda: header.opened(line)),
        _what(lambda: header.Opened(own := header._shared(line), own.fields[7], own.fields[10])),
    ]
    assert seen[0] == seen[1] == seen[2]


def _what(read: Callable[[], header.Opened]) -> object:
    try:
        found = read()
    except Unreadable as unreadable:
        return unreadable.reason, unreadable.where
    shared = found.shared
    return found.marks, found.fields, shared.accept, shared.application, shared.header


def test_time_and_number_are_of_each_message_and_the_rest_is_shared() -> None:
    one, two = (header.opened(b"MSH|^~\\&|A|B|C|D|%s||ADT^A08|%s|P|2.5" % told) for told in ((b"1", b"X"), (b"2", b"Y")))
    assert (one.fields[7], one.fields[10], two.fields[7], two.fields[10]) == ("1", "X", "2", "Y")
    assert one.shared is two.shared


@pytest.mark.parametrize("groups", [1, 60, 199])
def test_every_patient_of_a_great_merge_is_seen(groups: int) -> None:
    found = header.read_header(merge(groups))
    assert ("", f"OLD{groups - 1}") in found.patient_numbers and not found.has_more_patients


@pytest.mark.parametrize(
    "raw",
    [
        merge(201),
        HEAD + b"PID|1||" + b"~".join(b"%d^^^ZEED" % n for n in range(40)) + b"\r",
        HEAD + b"ZZZ|\r" * 30_000 + b"PID|1||1^^^ZEED\r",
        HEAD + b"ZZZ|" + b"x" * 1_100_000 + b"\rPID|1||1^^^ZEED\r",
    ],
    ids=["patients", "numbers", "lines", "size"],
)
def test_of_a_message_that_is_not_looked_through_it_is_said(raw: bytes) -> None:
    assert header.read_header(raw).has_more_patients
