"""Reading a certificate that a person hands in: one certificate, as it is; of everything else what it is and what to do."""

from __future__ import annotations

import ssl
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from integrations.hl7v2.wire import tls
from mdo_portal.domain import certificate, certificate_refusals
from mdo_portal.errors import Incomplete
from tests.client_certificates import CLIENT, SERVER, Made, made

DER = serialization.Encoding.DER


@pytest.fixture(scope="module")
def zeed() -> Made:
    return made(dns=("HL7.Zeeduyn.test", "epd.zeeduyn.test"))


def reason(raw: bytes) -> str:
    with pytest.raises(Incomplete) as refused:
        certificate.read(raw)
    assert refused.value.sentence == refused.value.fields[certificate.FIELD]
    return refused.value.sentence


def test_a_certificate_is_the_same_as_pem_as_der_with_words_around_it_and_in_two_bytes_a_letter(zeed: Made) -> None:
    words = b"Subject: CN = epd.zeeduyn.test\r\n" + zeed.pem.replace(b"\n", b"\r\n") + b"\r\n"
    read = {certificate.read(raw) for raw in (zeed.pem, zeed.der, words, zeed.pem.decode().encode("utf-16"))}

    (one,) = read
    assert (one.fingerprint, one.subject) == (zeed.fingerprint, "CN=epd.zeeduyn.test")
    assert one.expires_at == zeed.certificate.not_valid_after_utc
    assert certificate.spoken(one.fingerprint).startswith(":".join((zeed.fingerprint[:2], zeed.fingerprint[2:4])).upper())


def test_its_names_are_those_by_which_the_listener_will_know_who_calls(zeed: Made) -> None:
    told = ssl.PEM_cert_to_DER_cert(zeed.pem.decode())
    assert told == zeed.der
    as_told = {
        "subject": ((("commonName", "epd.zeeduyn.test"),),),
        "subjectAltName": (("DNS", "HL7.Zeeduyn.test"), ("DNS", "epd.zeeduyn.test")),
    }
    assert certificate.read(zeed.pem).names == tls.names_in(as_told) == ("epd.zeeduyn.test", "hl7.zeeduyn.test")


def test_whatever_holds_a_private_key_is_refused_for_that(zeed: Made) -> None:
    key = zeed.key_bytes()
    holding = (
        key, zeed.pem + key, key + zeed.pem, zeed.key_bytes(password=b"geheim"), zeed.key_bytes(DER),
        zeed.key_bytes(DER, b"geheim"), zeed.key_store, (zeed.pem + key).decode().encode("utf-16"), b"\xfe\xed\xfe\xed\x00\x00",
        zeed.key.private_bytes(DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()),
    )  # fmt: skip
    assert {reason(raw) for raw in holding} == {certificate_refusals.HOLDS_KEY}


@pytest.mark.parametrize(
    ("wanted", "hand_in"),
    [
        (certificate_refusals.NOTHING, lambda one: b"  \r\n"),
        (certificate_refusals.TOO_LARGE, lambda one: one.pem + b" " * certificate.LARGEST),
        (certificate_refusals.TOO_LARGE, lambda one: b"\x30" * 5_000_000),
        (certificate_refusals.CHAIN, lambda one: one.pem + made("Uitgever", ca=True).pem),
        (certificate_refusals.REQUEST, lambda one: one.request),
        (certificate_refusals.BUNDLE, lambda one: one.bundle),
        (certificate_refusals.AUTHORITY, lambda one: made("Uitgever", ca=True).pem),
        (certificate_refusals.NO_CLIENT, lambda one: made(uses=(SERVER,)).pem),
        (certificate_refusals.NOT_ONE, lambda one: b"zomaar wat"),
        (certificate_refusals.NOT_ONE, lambda one: b64encode(one.der)),
        (certificate_refusals.NOT_ONE, lambda one: one.pem[:200]),
        (certificate_refusals.NOT_ONE, lambda one: one.der[:200]),
        (certificate_refusals.NOT_ONE, lambda one: b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
    ],
)  # fmt: skip
def test_what_is_something_else_is_told_what_it_is(zeed: Made, wanted: str, hand_in: object) -> None:
    assert callable(hand_in)
    assert reason(hand_in(zeed)) == wanted


@pytest.mark.parametrize("uses", [(), (CLIENT,), (SERVER, CLIENT)])
def test_a_certificate_that_may_call_is_taken(uses: tuple[object, ...]) -> None:
    assert certificate.read(made(uses=uses).pem).names == ("epd.zeeduyn.test",)  # type: ignore[arg-type]


def test_the_authorities_of_a_file_are_named_once_each_and_of_junk_none() -> None:
    file = made("Regio", ca=True).pem + made("Elders", ca=True).pem + made("Regio", ca=True).pem
    assert certificate.authorities(file) == ("CN=Regio", "CN=Elders")
    assert certificate.authorities(b"zomaar wat") == ()


def test_a_certificate_without_a_common_name_is_known_by_its_dns_name() -> None:
    one = certificate.read(made("", dns=("hl7.zeeduyn.test",)).pem)
    assert (one.names, one.subject) == (("hl7.zeeduyn.test",), "hl7.zeeduyn.test")


def test_a_serial_number_below_zero_is_taken_as_the_line_takes_it() -> None:
    raw = bytearray(SAMPLE.der)
    # X.509 v3, then the serial number: type, length, first byte. Not 0xff: before another byte above 0x7f that is one too many.
    raw[raw.index(b"\xa0\x03\x02\x01\x02\x02") + 7] = 0x80
    assert certificate.read(bytes(raw)).names == certificate.read(SAMPLE.der).names


def test_a_country_that_is_written_out_is_taken_as_the_line_takes_it() -> None:
    """The standard wants two letters; some hospitals write the name of their country, or of more than that."""
    assert certificate.read(SAMPLE.der.replace(b"U\x04\x03", b"U\x04\x06")).names == ("hl7.zeeduyn.test",)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused_in_words(raw: bytes) -> None:
    assert reason(raw)


@given(st.data())
def test_a_certificate_with_one_byte_changed_is_read_or_refused_in_words(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([SAMPLE.der, SAMPLE.pem])))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert len(certificate.read(bytes(raw)).fingerprint) == 64
    except Incomplete as refused:
        assert refused.sentence


SAMPLE = made(dns=("hl7.zeeduyn.test",))
